//! The Spark Project's rows.

pub mod cases;
pub mod desk;
pub mod reviewers;
pub mod standards;
