//! Stored units: the desk of the laboratory and of quality.

pub mod staff;
