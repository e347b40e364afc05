//! How units are written. Keys are made from the domain's own names; a test sees to it that each has its words in both languages.

use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::Tag;
use crate::visit::Visit;
use domain::custody::{DeviationKind, Pool, State, Unmet};
use leptos::prelude::*;
use services::custody::desk::Act;

/// A state as staff see it.
pub(super) fn state_text(visit: &Visit, state: State) -> Text {
    visit.t(&format!("units-state-{}", state.name()))
}

/// The same as a tag.
pub(super) fn state_tag(visit: &Visit, state: State) -> AnyView {
    let tone = match state {
        State::QuarantineHold | State::Exposed => Tone::Warning,
        State::RejectedAtIntake | State::Discarded => Tone::Danger,
        State::Banked | State::Listed => Tone::Success,
        State::Infused | State::Research | State::TransferredOut | State::FamilyReleased => Tone::Plain,
        _ => Tone::Info,
    };
    view! { <Tag tone=tone>{state_text(visit, state)}</Tag> }.into_any()
}

/// For whose use.
pub(super) fn pool_text(visit: &Visit, pool: Pool) -> Text {
    visit.t(&format!("units-pool-{}", pool.name()))
}

/// What a deviation is of.
pub(super) fn deviation_text(visit: &Visit, kind: DeviationKind) -> Text {
    visit.t(&format!("units-deviation-{}", kind.name()))
}

/// What two people do.
pub(super) fn act_text(visit: &Visit, act: Act) -> Text {
    visit.t(&format!("units-act-{}", act.name()))
}

/// What is missing, as the end of a sentence.
pub(super) fn unmet_text(visit: &Visit, unmet: Unmet) -> String {
    let key = format!("custody-unmet-{}", unmet.code());
    let n = match unmet {
        Unmet::Steps(bits) | Unmet::Tests(bits) | Unmet::Release(bits) => bits.count_ones(),
        Unmet::DeviationsOpen(n) => n,
        Unmet::TooLongOnTheWay { minutes } => minutes / 60,
        Unmet::RecordUnsigned
        | Unmet::NotPlaced
        | Unmet::NotInLongTerm
        | Unmet::StillPlaced
        | Unmet::ResearchNotAgreed
        | Unmet::NotForOthers => return visit.t(&key).to_string(),
    };
    visit.t_args(&key, &[("n", n.into())]).to_string()
}

/// So many of so many; a dash before there is anything to count.
pub(super) fn of_all((done, all): (u32, Option<u32>)) -> String {
    all.map_or_else(|| "—".to_owned(), |all| format!("{done}/{all}"))
}

/// Where a unit lies: the tank, then tower, frame and slot.
pub(super) fn place_text(visit: &Visit, place: Option<&(String, u16, u16, u16)>) -> String {
    let Some((tank, tower, frame, slot)) = place else { return visit.t("units-nowhere").to_string() };
    format!("{tank} · {tower}-{frame}-{slot}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::found;
    use domain::Locale;
    use domain::custody::ranges::Flag;
    use domain::custody::{Kind, Rejection};
    use services::custody::desk::{Ask, Mark};

    #[test]
    fn everything_that_is_named_has_words() {
        let states = State::ALL.iter().map(|state| format!("units-state-{}", state.name()));
        let pools = Pool::ALL.iter().map(|pool| format!("units-pool-{}", pool.name()));
        let kinds = DeviationKind::ALL.iter().map(|kind| format!("units-deviation-{}", kind.name()));
        let acts = Act::ALL.iter().map(|act| format!("units-act-{}", act.name()));
        let named =
            Act::ALL.iter().filter(|act| act.asks(Ask::Name)).map(|act| format!("units-act-name-{}", act.name()));
        let cold = Act::ALL.iter().filter(|act| act.asks(Ask::Celsius));
        let cold = cold.map(|act| format!("units-act-celsius-{}", act.name()));
        let events = Kind::ALL.iter().map(|kind| format!("units-kind-{}", kind.name()));
        let marks = Mark::ALL.iter().map(|mark| format!("units-mark-{}", mark.name()));
        let rejections = Rejection::ALL.iter().map(|reason| format!("units-rejection-{}", reason.name()));
        let flags = [Flag::RecoveryOverAll, Flag::Marker].map(|flag| format!("units-flag-{}", flag.code()));
        let keys: Vec<String> = states
            .chain(pools)
            .chain(kinds)
            .chain(acts)
            .chain(named)
            .chain(cold)
            .chain(events)
            .chain(marks)
            .chain(rejections)
            .chain(flags)
            .collect();
        for locale in Locale::ALL {
            let silent: Vec<_> = keys.iter().filter(|key| found(locale, key).is_none()).collect();
            assert!(silent.is_empty(), "{locale:?}: {silent:?}");
        }
    }
}
