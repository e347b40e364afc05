//! The science bus: drafts, requests, stops, days without driving, what is counted afterwards.

pub mod drafts;
pub mod fleet;
pub mod requests;
pub mod stops;
pub mod tally;
