//! What the three state tables of the books have in common.

#[cfg(test)]
use crate::golden;
use std::fmt::Debug;

/// The state does not allow that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{event:?} is not possible while it is {state:?}")]
pub struct Impossible<S: Copy + Debug, E: Copy + Debug> {
    /// Where it stands.
    pub state: S,
    /// What was tried.
    pub event: E,
}

/// The whole table, state by event, against the file in `golden/` that people review (`UPDATE_GOLDEN=1` rewrites it); and
/// every state is reached from the first.
#[cfg(test)]
pub(super) fn is_the_reviewed_one<S: Copy + Eq + Debug, E: Copy + Debug>(
    file: &str,
    (states, word): (&[S], fn(S) -> &'static str),
    (events, event_word): (&[E], fn(E) -> &'static str),
    next: fn(S, E) -> Result<S, Impossible<S, E>>,
) {
    let table = golden::states((states, word), (events, event_word), |state, event| next(state, event).ok());
    let mut reached = vec![states[0]];
    for _ in states {
        for state in reached.clone() {
            let further = events.iter().filter_map(|event| next(state, *event).ok());
            let new: Vec<S> = further.filter(|then| !reached.contains(then)).collect();
            reached.extend(new);
        }
    }
    assert!(states.iter().all(|state| reached.contains(state)), "every state is reached: {reached:?}");
    golden::is_the_reviewed_one(file, &table);
}
