//! The Spark Project's rows.

pub mod access;
pub mod apply;
pub mod cases;
pub mod clarifications;
pub mod clawbacks;
pub mod consents;
pub mod decided;
pub mod desk;
pub mod due;
pub mod family;
pub mod kept;
pub mod letters;
pub mod objections;
pub mod papers;
pub mod review;
pub mod reviewers;
pub mod standards;
