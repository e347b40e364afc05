//! Stored units and what happened to them: the record, and the desk that works with it.

pub mod desk;
pub mod search;
