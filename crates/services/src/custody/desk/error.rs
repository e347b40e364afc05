//! Why nothing was done or shown at the desk of custody.

use crate::crypto::CryptoError;
use crate::limits::LimitError;
use domain::account::Denied;
use domain::field::FieldError;

/// Why nothing was done or shown.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing.
    #[error("not found")]
    NotFound,
    /// What was typed cannot be taken.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Somebody changed it since it was shown.
    #[error("changed meanwhile")]
    Stale,
    /// Too much was asked for.
    #[error("too often")]
    Limited {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// What is sealed does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// Others are at it: ask again.
    #[error("busy")]
    Busy,
    /// What is stored is none of ours: a fault of the house.
    #[error("what is stored is unreadable")]
    Unreadable,
    /// The database failed.
    #[error("database: {0}")]
    Database(sqlx::Error),
}

impl From<sqlx::Error> for DeskError {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) { Self::Busy } else { Self::Database(error) }
    }
}

impl From<LimitError> for DeskError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited { retry_after: limited.retry_seconds() },
            LimitError::Database(error) => error.into(),
        }
    }
}
