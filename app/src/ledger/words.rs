//! How the books are written: amounts, states, papers. Keys are made from the domain's own names; a test sees to it that each
//! has its words in both languages.

use crate::form::Tone;
use crate::i18n::{Text, grouped};
use crate::ui::Tag;
use crate::visit::Visit;
use domain::account::Actor;
use domain::ledger::{
    Account, Answer, AwardState, EntryKind, Evidence, Fen, Mismatch, PayeeKind, PaymentState, Purpose, TrancheState,
};
use leptos::prelude::*;
use services::ledger::Outcome;
use services::ledger::views::Person;
use uuid::Uuid;

/// `1,234.56`, in yuan; below zero with a true minus.
pub(crate) fn money(fen: Fen) -> String {
    let (sign, all) = (if fen < Fen::ZERO { "−" } else { "" }, fen.get().unsigned_abs());
    format!("{sign}{}.{:02}", grouped(all / 100), all % 100)
}

/// The same of what changes: with its sign, and nothing where nothing changes.
pub(super) fn change(fen: Fen) -> Option<String> {
    match fen.get() {
        0 => None,
        1.. => Some(format!("+{}", money(fen))),
        _ => Some(money(fen)),
    }
}

/// What a thing of the books is called where it has no name: the end of its number.
pub(super) fn short(id: Uuid) -> String {
    id.simple().to_string()[24..].to_ascii_uppercase()
}

pub(super) fn kind_text(visit: &Visit, kind: EntryKind) -> Text {
    visit.t(&format!("books-kind-{}", dashed(kind.name())))
}

pub(super) fn account_text(visit: &Visit, account: Account) -> Text {
    visit.t(&format!("books-account-{}", account.name()))
}

/// What has to be there before something is paid.
pub(crate) fn evidence_text(visit: &Visit, kind: Evidence) -> Text {
    visit.t(&format!("books-evidence-{}", dashed(kind.name())))
}

pub(super) fn payee_text(visit: &Visit, kind: PayeeKind) -> Text {
    visit.t(&format!("books-payee-of-{}", kind.name()))
}

pub(super) fn answer_text(visit: &Visit, answer: Answer) -> Text {
    visit.t(&format!("books-answer-{}", answer.name()))
}

pub(super) fn mismatch_text(visit: &Visit, mismatch: Mismatch) -> Text {
    visit.t(&format!("books-mismatch-{}", mismatch.name()))
}

pub(super) fn award_tag(visit: &Visit, state: AwardState) -> AnyView {
    let tone = match state {
        AwardState::Reserved => Tone::Info,
        AwardState::Fulfilled => Tone::Success,
        AwardState::Lapsed | AwardState::Released => Tone::Plain,
        AwardState::ClawedBack => Tone::Warning,
    };
    tag(visit, tone, &format!("books-award-{}", dashed(state.name())))
}

pub(super) fn award_text(visit: &Visit, state: AwardState) -> Text {
    visit.t(&format!("books-award-{}", dashed(state.name())))
}

pub(super) fn tranche_tag(visit: &Visit, state: TrancheState) -> AnyView {
    let tone = match state {
        TrancheState::Planned | TrancheState::Ended => Tone::Plain,
        TrancheState::Prepared => Tone::Warning,
        TrancheState::InPayment => Tone::Info,
        TrancheState::Paid => Tone::Success,
    };
    tag(visit, tone, &format!("books-tranche-{}", dashed(state.name())))
}

pub(super) fn payment_tag(visit: &Visit, state: PaymentState) -> AnyView {
    let tone = match state {
        PaymentState::Released | PaymentState::Sent => Tone::Info,
        PaymentState::Settled => Tone::Success,
        PaymentState::Failed | PaymentState::InDoubt => Tone::Danger,
        PaymentState::Returned => Tone::Warning,
        PaymentState::Cancelled => Tone::Plain,
    };
    tag(visit, tone, &format!("books-payment-{}", dashed(state.name())))
}

pub(super) fn outcome_tag(visit: &Visit, outcome: Outcome) -> AnyView {
    let tone = match outcome {
        Outcome::Matched => Tone::Success,
        Outcome::Known => Tone::Plain,
        Outcome::Open => Tone::Warning,
        Outcome::Unmatched | Outcome::AmountDiffers | Outcome::Impossible => Tone::Danger,
    };
    tag(visit, tone, &format!("books-outcome-{}", dashed(outcome.name())))
}

fn tag(visit: &Visit, tone: Tone, key: &str) -> AnyView {
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }.into_any()
}

fn dashed(word: &str) -> String {
    word.replace('_', "-")
}

/// Somebody's name; one's own is said as such, since it decides what one may do.
pub(super) fn person_text(visit: &Visit, person: &Person) -> String {
    if is_own(visit, person) {
        return visit.t("books-you").to_string();
    }
    if person.name.is_empty() { visit.t("books-nameless").to_string() } else { person.name.clone() }
}

/// It is whoever looks at the page.
pub(super) fn is_own(visit: &Visit, person: &Person) -> bool {
    matches!(&visit.context.actor, Actor::Staff { account, .. } if *account == person.account)
}

/// Several papers in a row.
pub(super) fn papers(visit: &Visit, kinds: &[Evidence]) -> String {
    let all: Vec<String> = kinds.iter().map(|kind| evidence_text(visit, *kind).to_string()).collect();
    all.join(&visit.t("enumeration-separator"))
}

/// 罕见病，济南，0–17岁，2026-01-01 至 2026-12-31
pub(super) fn purpose_text(visit: &Visit, purpose: &Purpose) -> String {
    let mut parts: Vec<String> = Vec::new();
    if let Some(group) = purpose.group {
        parts.push(group.title(visit.locale()).to_owned());
    }
    if let Some(city) = purpose.city {
        parts.push(city.text(visit.locale()).to_owned());
    }
    let age = |years: u8| u32::from(years).into();
    match (purpose.age_from, purpose.age_until) {
        (Some(from), Some(until)) => {
            parts.push(visit.t_args("books-ages", &[("from", age(from)), ("until", age(until))]).to_string());
        }
        (Some(from), None) => parts.push(visit.t_args("books-age-from", &[("from", age(from))]).to_string()),
        (None, Some(until)) => parts.push(visit.t_args("books-age-until", &[("until", age(until))]).to_string()),
        (None, None) => {}
    }
    let day = |day: jiff::civil::Date| day.to_string().into();
    match (purpose.from, purpose.until) {
        (Some(from), Some(until)) => {
            parts.push(visit.t_args("books-days", &[("from", day(from)), ("until", day(until))]).to_string());
        }
        (Some(from), None) => parts.push(visit.t_args("books-day-from", &[("from", day(from))]).to_string()),
        (None, Some(until)) => parts.push(visit.t_args("books-day-until", &[("until", day(until))]).to_string()),
        (None, None) => {}
    }
    if parts.is_empty() { visit.t("books-purpose-any").to_string() } else { parts.join(&visit.t("list-separator")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n;
    use domain::Locale;

    #[test]
    fn amounts_are_set_apart_and_signed() {
        assert_eq!(money(Fen::new(123_456_789)), "1,234,567.89");
        assert_eq!(money(Fen::new(-5)), "−0.05");
        assert_eq!(change(Fen::new(100)).as_deref(), Some("+1.00"));
        assert_eq!(change(Fen::new(-100_000)).as_deref(), Some("−1,000.00"));
        assert_eq!(change(Fen::ZERO), None);
    }

    #[test]
    fn every_word_of_the_books_is_there_in_both_languages() {
        let mut keys: Vec<String> = Vec::new();
        let mut add =
            |prefix: &str, words: &[&str]| keys.extend(words.iter().map(|w| format!("{prefix}{}", dashed(w))));
        add("books-kind-", &EntryKind::ALL.map(EntryKind::name));
        add("books-account-", &Account::ALL.map(Account::name));
        add("books-evidence-", &Evidence::ALL.map(Evidence::name));
        add("books-payee-of-", &PayeeKind::ALL.map(PayeeKind::name));
        add("books-answer-", &Answer::ALL.map(Answer::name));
        add("books-mismatch-", &Mismatch::ALL.map(Mismatch::name));
        add("books-award-", &AwardState::ALL.map(AwardState::name));
        add("books-tranche-", &TrancheState::ALL.map(TrancheState::name));
        add("books-payment-", &PaymentState::ALL.map(PaymentState::name));
        add("books-outcome-", &Outcome::ALL.map(Outcome::name));
        for locale in Locale::ALL {
            let missing: Vec<&String> = keys.iter().filter(|key| i18n::found(locale, key).is_none()).collect();
            assert!(missing.is_empty(), "{locale:?}: {missing:?}");
        }
    }

    #[test]
    fn what_has_no_name_is_called_by_the_end_of_its_number() {
        let id: Uuid = "01980000-0000-7000-8000-0000abcdef12".parse().expect("an id");
        assert_eq!(short(id), "ABCDEF12");
    }
}
