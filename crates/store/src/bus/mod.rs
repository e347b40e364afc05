//! The science bus: drafts, requests, stops, days without driving, what is counted afterwards.

pub mod fleet;
pub mod photos;
pub mod requests;
pub mod stops;
pub mod tally;
