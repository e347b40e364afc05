//! The rows of custody.

pub mod collectors;
pub mod desk;
pub mod events;
pub mod forgetting;
pub mod lists;
pub mod operators;
pub mod places;
pub mod search;
pub mod tree;
pub mod trouble;
pub mod units;
