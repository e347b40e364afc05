//! What the three state tables of the books have in common.

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
    use std::fmt::Write as _;
    let mut table = String::new();
    let mut reached = vec![states[0]];
    for state in states {
        let _ = writeln!(table, "{}", word(*state));
        for event in events {
            let then = next(*state, *event);
            let _ = writeln!(table, "  {}: {}", event_word(*event), then.map_or("—", word));
        }
    }
    for _ in states {
        for state in reached.clone() {
            let further = events.iter().filter_map(|event| next(state, *event).ok());
            let new: Vec<S> = further.filter(|then| !reached.contains(then)).collect();
            reached.extend(new);
        }
    }
    assert!(states.iter().all(|state| reached.contains(state)), "every state is reached: {reached:?}");
    let path = format!("{}/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::option_env!("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &table).expect("the golden file can be written");
    }
    assert_eq!(table, std::fs::read_to_string(&path).expect("the golden file is there"));
}
