//! What goes wrong in the room.

use super::Refused;
use crate::family::FamilyError;
use crate::snapshot::Outage;
use domain::account::Denied;

/// Why nothing was done or shown.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such unit (or tank, or lot) for whoever asks.
    #[error("not found")]
    NotFound,
    /// The event is not kept.
    #[error("refused: {0}")]
    Refused(Refused),
    /// A row holds what its table's rules forbid, or does not open.
    #[error("a row of custody cannot be read")]
    Unreadable,
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// Of writing into a family's log.
impl From<FamilyError> for CustodyError {
    fn from(error: FamilyError) -> Self {
        match error {
            FamilyError::Denied(denied) => Self::Denied(denied),
            FamilyError::Database(error) => Self::Database(error),
            error => {
                tracing::error!(%error, "a family's log cannot be written");
                Self::Unreadable
            }
        }
    }
}

impl Outage for CustodyError {
    fn is_outage(&self) -> bool {
        matches!(self, Self::Database(error) if store::is_unavailable(error))
    }
}
