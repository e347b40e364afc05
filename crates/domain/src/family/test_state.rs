//! How far a test is, for a family: what is said follows from what happened, and nothing is guessed.

use crate::named::named;

named! {
    /// How far a test is.
    TestState, 4 {
        /// Nothing was begun.
        Pending "pending",
        /// Under way.
        InWork "in_work",
        /// Done once more.
        Repeat "repeat",
        /// Its result stands.
        Final "final",
    }
}

/// What happened to a test, in the order in which it happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TestHappened {
    /// It was begun.
    Started,
    /// It is done once more.
    Repeated,
    /// A result was reviewed.
    Final,
}

/// How far a test is after what happened to it. Begun anew after a repeat was asked for it is still the repeat; a result is final
/// until a repeat is asked for.
pub fn test_state(happened: impl IntoIterator<Item = TestHappened>) -> TestState {
    happened.into_iter().fold(TestState::Pending, |state, next| match (state, next) {
        (_, TestHappened::Final) => TestState::Final,
        (_, TestHappened::Repeated) => TestState::Repeat,
        (TestState::Pending | TestState::InWork, TestHappened::Started) => TestState::InWork,
        (state, TestHappened::Started) => state,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use TestHappened as H;

    #[test]
    fn a_state_is_what_happened_last() {
        for (happened, state) in [
            (&[][..], TestState::Pending),
            (&[H::Started], TestState::InWork),
            (&[H::Started, H::Final], TestState::Final),
            // A late word that it was begun takes no result back.
            (&[H::Final, H::Started], TestState::Final),
            (&[H::Started, H::Repeated, H::Started], TestState::Repeat),
            (&[H::Started, H::Final, H::Repeated], TestState::Repeat),
            (&[H::Started, H::Repeated, H::Final], TestState::Final),
        ] {
            assert_eq!(test_state(happened.iter().copied()), state, "{happened:?}");
        }
    }
}
