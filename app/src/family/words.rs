//! The words of this room that are chosen by what is true.

use crate::form::Tone;
use crate::i18n::Text;
use crate::visit::Visit;
use domain::custody::{Pool, State};
use domain::family::{Consent, ContractState, Kin, Notice, Standing, Step, TestState};
use domain::time::{day_text, local_day};
use services::family::OwnNotice;

/// How far a unit is, as a tag.
pub(super) fn state_tag(visit: &Visit, state: State) -> (Tone, Text) {
    let tone = match state {
        State::Banked | State::Listed | State::Delivered | State::Infused => Tone::Success,
        State::QuarantineHold | State::Exposed | State::RejectedAtIntake | State::Discarded => Tone::Warning,
        State::Research | State::TransferredOut | State::FamilyReleased => Tone::Plain,
        _ => Tone::Info,
    };
    (tone, visit.t(&format!("family-state-{}", state.name())))
}

/// What that means, in a sentence.
pub(super) fn state_text(visit: &Visit, state: State) -> Text {
    visit.t(&format!("family-state-{}-text", state.name()))
}

/// What a part of the way is called.
pub(super) fn step_name(visit: &Visit, step: Step) -> Text {
    visit.t(&format!("family-step-{}", step.name()))
}

/// How far it is.
pub(super) fn standing_tag(visit: &Visit, standing: Standing) -> (Tone, Text) {
    match standing {
        Standing::Ahead => (Tone::Plain, visit.t("family-stands-ahead")),
        Standing::Now => (Tone::Info, visit.t("family-stands-now")),
        Standing::Done => (Tone::Success, visit.t("family-stands-done")),
        Standing::Never => (Tone::Plain, visit.t("family-stands-never")),
        Standing::Past => (Tone::Plain, visit.t("family-stands-past")),
    }
}

/// How far a test is, as a tag: its tone, and the key of its words.
pub(super) const fn test_state(state: TestState) -> (Tone, &'static str) {
    match state {
        TestState::Pending => (Tone::Plain, "family-test-pending"),
        TestState::InWork => (Tone::Info, "family-test-in-work"),
        TestState::Repeat => (Tone::Info, "family-test-repeat"),
        TestState::Final => (Tone::Success, "family-test-final"),
    }
}

/// For whose use.
pub(super) fn pool_text(visit: &Visit, pool: Pool) -> Text {
    visit.t(&format!("family-pool-{}", pool.name()))
}

/// What somebody is in the family.
pub(super) fn kin_text(visit: &Visit, kin: Kin) -> Text {
    visit.t(&format!("family-kin-{}", kin.name()))
}

/// What a member is asked to agree to, and what that means.
pub(super) fn consent_words(visit: &Visit, purpose: Consent) -> (Text, Text) {
    let key = format!("family-consent-{}", purpose.name());
    (visit.t(&key), visit.t(&format!("{key}-text")))
}

/// What a family is told, and what that means. The day stands in the sentence where there is one; of a payment whose day had passed
/// already nothing is "soon".
pub(super) fn notice_words(visit: &Visit, notice: &OwnNotice) -> (Text, Text) {
    let name = match (notice.kind, notice.day) {
        (Notice::PaymentDue, Some(day)) if day < local_day(notice.made_at) => "payment_late",
        (kind, _) => kind.name(),
    };
    let key = format!("family-notice-{name}");
    let day = notice.day.map(|day| day_text(day, visit.locale())).unwrap_or_default();
    (visit.t(&key), visit.t_args(&format!("{key}-text"), &[("day", day.into())]))
}

/// How far a contract is, as a tag.
pub(super) fn contract_tag(visit: &Visit, state: ContractState) -> (Tone, Text) {
    let tone = match state {
        ContractState::Active => Tone::Success,
        ContractState::Arrears => Tone::Warning,
        ContractState::Draft | ContractState::Signed => Tone::Info,
        ContractState::Expired | ContractState::Terminated | ContractState::Transferred => Tone::Plain,
    };
    (tone, visit.t(&format!("family-contract-state-{}", state.name())))
}

#[cfg(test)]
mod tests {
    use crate::i18n::found;
    use domain::Locale;
    use domain::family::Notice;

    #[test]
    fn every_notice_has_its_words_in_both_languages() {
        for locale in Locale::ALL {
            for notice in Notice::ALL {
                let name = notice.name();
                for key in [format!("family-notice-{name}"), format!("family-notice-{name}-text")] {
                    assert!(found(locale, &key).is_some(), "{locale:?}: {key}");
                }
            }
            for key in ["family-notice-payment_late", "family-notice-payment_late-text"] {
                assert!(found(locale, key).is_some(), "{locale:?}: {key}");
            }
        }
    }
}
