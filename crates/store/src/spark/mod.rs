//! The Spark Project's rows.

pub mod standards;
