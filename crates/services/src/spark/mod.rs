//! The Spark Project: its aid standards, which anybody may read, the application ([`apply`]), its papers ([`papers`]) and the
//! cases ([`cases`]), with the letters that tell of them ([`letters`]).
//!
//! What the quick check answers is no use case: it is a pure rule (`domain::spark::eligibility`) that nothing is kept of.

pub mod apply;
pub mod cases;
pub mod letters;
pub mod objections;
pub mod papers;
pub mod review;
mod seed;
mod standards;

pub use seed::seed_demo;
pub use standards::{Per, Standard, Standards, publish, standards};

/// Why something of the project cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SparkError {
    /// Only the house itself does that.
    #[error(transparent)]
    Denied(#[from] domain::account::Denied),
    /// A version of that number is there; versions are never changed.
    #[error("version {0} is there")]
    VersionTaken(u16),
    /// A row holds what its table's rules forbid.
    #[error("a row of the standards cannot be read")]
    Unreadable,
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}
