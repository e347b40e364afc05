//! The rows of custody.

pub mod collectors;
pub mod desk;
pub mod operators;
pub mod search;
