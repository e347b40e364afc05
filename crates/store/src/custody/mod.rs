//! The rows of custody.

pub mod search;
