//! Stored units: the desk of the laboratory and of quality, and what anybody may hold their record against.

pub mod proof;
pub mod staff;
