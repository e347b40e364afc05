//! How cases are written. Keys are made from the domain's own names; a test sees to it that each has its words in both languages.

use crate::form::Tone;
use crate::i18n::Text;
use crate::spark::form_words;
use crate::ui::Tag;
use crate::visit::Visit;
use domain::bus::City;
use domain::spark::application::form::{Field, Form, Kind};
use domain::spark::{Event, Part, PublicState, Side, State, Turn};
use leptos::prelude::*;
use services::ledger::views::Person;

/// What a button says that does it.
pub(super) fn event_text(visit: &Visit, event: Event) -> Text {
    visit.t(&format!("cases-event-{}", event.name()))
}

/// That it was done.
pub(super) fn happened_text(visit: &Visit, event: Event) -> Text {
    visit.t(&format!("cases-happened-{}", event.name()))
}

/// Who acts.
pub(super) fn part_text(visit: &Visit, part: Part) -> Text {
    visit.t(&format!("cases-part-{}", part.name()))
}

/// Several who may.
pub(super) fn parts_text(visit: &Visit, parts: &[Part]) -> String {
    let all: Vec<String> = parts.iter().map(|part| part_text(visit, *part).to_string()).collect();
    all.join(&visit.t("enumeration-separator"))
}

/// What was decided, by its stored word.
pub(super) fn decision_text(visit: &Visit, word: &str) -> Text {
    visit.t(&format!("cases-decision-{word}"))
}

/// A state as staff see it.
pub(super) fn state_tag(visit: &Visit, state: State) -> AnyView {
    let tone = match state.turn() {
        Turn::Family => Tone::Warning,
        Turn::House(_) => Tone::Info,
        Turn::Time | Turn::Nobody => Tone::Plain,
    };
    view! { <Tag tone=tone>{crate::spark::words::state(visit, state)}</Tag> }.into_any()
}

/// A state as its family sees it.
pub(super) fn public_tag(visit: &Visit, state: PublicState) -> (Tone, Text) {
    let tone = match state.side() {
        Side::Family => Tone::Warning,
        Side::House | Side::Time => Tone::Info,
        Side::Nobody => Tone::Plain,
    };
    (tone, crate::spark::words::public_state(visit, state))
}

/// Somebody of the house.
pub(super) fn person_text(visit: &Visit, person: &Person) -> String {
    if visit.context.actor.account() == Some(person.account) {
        return visit.t("cases-you").to_string();
    }
    if person.name.is_empty() { visit.t("cases-nameless").to_string() } else { person.name.clone() }
}

/// What a field of the application is called.
pub(super) fn field_text(visit: &Visit, key: &str) -> Text {
    match Form::current().field(key) {
        Some((_, field)) => form_words::field(visit, field),
        None => visit.t("cases-particular"),
    }
}

/// An answer as people read it.
pub(super) fn answer_text(visit: &Visit, field: &Field, answer: &str) -> String {
    match field.kind {
        Kind::One(_) | Kind::Consent(_) => form_words::choice(visit, field, answer).to_string(),
        Kind::City => City::from_code(answer).map_or(answer, |city| city.text(visit.locale())).to_owned(),
        Kind::Tick => visit.t("cases-ticked").to_string(),
        Kind::Money { .. } => visit.t_args("cases-yuan", &[("amount", answer.to_owned().into())]).to_string(),
        _ => answer.to_owned(),
    }
}

/// The same, by the field's name.
pub(super) fn particular_text(visit: &Visit, key: &str, answer: &str) -> String {
    Form::current().field(key).map_or_else(|| answer.to_owned(), |(_, field)| answer_text(visit, field, answer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n;
    use domain::Locale;

    #[test]
    fn every_event_part_and_decision_has_its_words_in_both_languages() {
        let mut keys: Vec<String> = Vec::new();
        keys.extend(Event::ALL.iter().map(|event| format!("cases-event-{}", event.name())));
        keys.extend(Event::ALL.iter().map(|event| format!("cases-happened-{}", event.name())));
        keys.extend(Part::ALL.iter().map(|part| format!("cases-part-{}", part.name())));
        let decisions = ["granted", "partial", "refused", "deferred", "ineligible"];
        keys.extend(decisions.map(|word| format!("cases-decision-{word}")));
        for locale in Locale::ALL {
            let missing: Vec<&String> = keys.iter().filter(|key| i18n::found(locale, key).is_none()).collect();
            assert!(missing.is_empty(), "{locale:?}: {missing:?}");
        }
    }
}
