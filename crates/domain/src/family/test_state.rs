//! How far a test is, for a family: what is said follows from what happened, and nothing is guessed.

use crate::custody::Payload;
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

impl TestHappened {
    /// What an event says of a test: the test's code, and what happened to it.
    pub fn of(payload: &Payload) -> Option<(&str, Self)> {
        match payload {
            Payload::TestStarted { test } => Some((test.as_str(), Self::Started)),
            Payload::TestRepeated { test, .. } => Some((test.as_str(), Self::Repeated)),
            Payload::TestFinal { test, .. } => Some((test.as_str(), Self::Final)),
            _ => None,
        }
    }
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

/// What a family is told of a test: what happened to it as far as it can be read, in the order in which it happened, and whether its result
/// is final by the unit's row. The row is all there is once the unit's key is destroyed; and a result that can be read and is final no more
/// is in work again, where the repeat itself cannot be read.
pub fn told_state(is_final: bool, happened: impl IntoIterator<Item = TestHappened>) -> TestState {
    match (is_final, test_state(happened)) {
        (_, TestState::Repeat) => TestState::Repeat,
        (true, _) => TestState::Final,
        (false, TestState::Final) => TestState::InWork,
        (false, state) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TestHappened as H;

    #[test]
    fn a_repeat_is_told_also_after_a_result_and_nothing_is_final_that_is_not() {
        assert_eq!(told_state(true, [H::Started, H::Final, H::Repeated]), TestState::Repeat, "a unit of before");
        assert_eq!(told_state(false, [H::Started, H::Final, H::Repeated]), TestState::Repeat);
        assert_eq!(told_state(true, [H::Final, H::Repeated, H::Final]), TestState::Final);
        assert_eq!(told_state(true, []), TestState::Final, "its key is destroyed");
        assert_eq!(told_state(false, []), TestState::Pending);
        assert_eq!(told_state(false, [H::Started, H::Final]), TestState::InWork, "the repeat does not open");
    }

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
