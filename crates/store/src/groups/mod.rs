//! Group visits to the museum.

pub mod held;
pub mod letters;
pub mod requests;
pub mod rosters;
