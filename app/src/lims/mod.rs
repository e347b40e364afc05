//! What the laboratory's system sent and the house could not keep (无法入账的记录): the list by reason, one letter with what it
//! says, and what can be done: try it again, or give it up with a reason.

pub mod calls;
mod list;
mod page;

pub use list::DeadLetters;
pub use page::DeadLetterPage;

use crate::form::Tone;
use crate::i18n::{Text, found};
use crate::problem::Problem;
use crate::visit::Visit;
use domain::lims::LetterState;
use services::lims::LimsError;

/// Where the letters stand; below it each of them.
const AT: &str = "/staff/custody/dead-letters";

impl From<LimsError> for Problem {
    fn from(error: LimsError) -> Self {
        match error {
            LimsError::Denied(_) => Self::Forbidden,
            LimsError::NotFound => Self::NotFound,
            LimsError::Busy => Self::Busy,
            LimsError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of dead letters failed");
                Self::Broken
            }
        }
    }
}

/// Why a record was not kept, in words: its own fault, or what the rules of units say; a code nobody described shows itself.
fn code_text(visit: &Visit, code: &str) -> Text {
    found(visit.locale(), &format!("lims-code-{code}")).unwrap_or_else(|| Text::from(code.to_owned()))
}

const fn state_key(state: LetterState) -> &'static str {
    match state {
        LetterState::Open => "lims-letter-open",
        LetterState::Applied => "lims-letter-applied",
        LetterState::GivenUp => "lims-letter-given-up",
    }
}

const fn state_tone(state: LetterState) -> Tone {
    match state {
        LetterState::Open => Tone::Warning,
        LetterState::Applied => Tone::Success,
        LetterState::GivenUp => Tone::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Locale;
    use services::custody::Refused;

    #[test]
    fn every_reason_for_not_keeping_a_record_has_words() {
        let own = [
            "malformed",
            "key",
            "key-reused",
            "too-large",
            "characters",
            "clock",
            "source-seq",
            "unreadable",
            "house",
            "too-long-ago",
            "no-operator",
        ];
        for code in Refused::CODES.iter().chain(&own) {
            for locale in Locale::ALL {
                assert!(found(locale, &format!("lims-code-{code}")).is_some(), "{code} in {locale:?}");
            }
        }
    }
}
