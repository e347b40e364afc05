//! The rows of custody.

pub mod tree;
