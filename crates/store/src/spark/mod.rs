//! The Spark Project's rows.

pub mod cases;
pub mod standards;
