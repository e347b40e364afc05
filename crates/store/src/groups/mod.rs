//! Group visits to the museum.

pub mod drafts;
pub mod held;
pub mod requests;
pub mod rosters;
