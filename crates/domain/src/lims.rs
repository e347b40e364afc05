//! The feed of the laboratory's system: words that the desk, the API and the database share. What it tells is `domain::custody`'s.

use crate::named::named;

named! {
    /// What became of a dead letter.
    LetterState, 3 {
        /// It waits.
        Open "open",
        /// It was kept after all.
        Applied "applied",
        /// Somebody gave it up.
        GivenUp "given_up",
    }
}
