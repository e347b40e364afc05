//! The rows of custody.

pub mod desk;
pub mod search;
