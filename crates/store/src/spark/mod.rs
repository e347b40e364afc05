//! The Spark Project's rows.

pub mod apply;
pub mod consents;
pub mod standards;
