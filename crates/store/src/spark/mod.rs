//! The Spark Project's rows.

pub mod apply;
pub mod cases;
pub mod consents;
pub mod desk;
pub mod due;
pub mod reviewers;
pub mod standards;
