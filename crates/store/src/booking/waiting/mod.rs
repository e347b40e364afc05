//! The waiting list: entries with what became of them, and the lines of sessions with their offers.

mod entries;
mod lines;

pub use entries::*;
pub use lines::*;
