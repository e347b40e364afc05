//! What people of the laboratory do at a desk, and why nothing was done.

mod error;

pub use error::DeskError;
