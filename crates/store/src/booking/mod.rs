//! Activities, sessions, holds, bookings, drafts, the door. Rows as they are; `services::booking` gives them meaning.

pub mod acts;
pub mod bookings;
pub mod claims;
pub mod closures;
pub mod conflicts;
pub mod devices;
pub mod door;
pub mod drafts;
pub mod holds;
pub mod no_shows;
pub mod open_doors;
pub mod policies;
pub mod releases;
pub mod roster;
pub mod series;
pub mod sessions;
pub mod waiting;
