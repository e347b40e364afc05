//! Tables that people review, in `golden/`: what a test writes down must be what stands there.

use std::fmt::Write as _;

/// `table` against `golden/<file>`. `UPDATE_GOLDEN=1` rewrites it.
pub(crate) fn is_the_reviewed_one(file: &str, table: &str) {
    let path = format!("{}/golden/{file}", env!("CARGO_MANIFEST_DIR"));
    if std::option_env!("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, table).expect("the golden file can be written");
    }
    assert_eq!(table, std::fs::read_to_string(&path).expect("the golden file is there"));
}

/// A state table, state by event: where each leads, in words.
pub(crate) fn states<S: Copy, E: Copy>(
    (states, state_word): (&[S], impl Fn(S) -> &'static str),
    (events, event_word): (&[E], impl Fn(E) -> &'static str),
    next: impl Fn(S, E) -> Option<S>,
) -> String {
    let mut table = String::new();
    for state in states {
        let _ = writeln!(table, "{}", state_word(*state));
        for event in events {
            let _ = writeln!(table, "  {}: {}", event_word(*event), next(*state, *event).map_or("—", &state_word));
        }
    }
    table
}
