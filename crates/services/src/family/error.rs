//! Why nothing is shown to a family, or nothing was done for it.

use crate::crypto::CryptoError;
use crate::limits::{LimitError, Limited};
use domain::account::Denied;
use domain::field::FieldError;
use domain::two::Not;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum FamilyError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such thing, or none of theirs.
    #[error("not found")]
    NotFound,
    /// Whoever only looks changes nothing.
    #[error("only looks")]
    OnlyLooks,
    /// No invitation is open of this contract, this mobile number and this account. Which of them does not fit is not said.
    #[error("no such invitation")]
    NoInvitation,
    /// It was done, or cannot be done any more.
    #[error("over")]
    Over,
    /// Something happened since the form was made, or what it asks for does not happen where things are now.
    #[error("stale")]
    Stale,
    /// It takes another person than who did it first.
    #[error("the same person")]
    SamePerson,
    /// The same form was sent before, and said something else.
    #[error("sent before")]
    SentBefore,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Too often.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// What is stored does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// A row holds what its table's rules forbid.
    #[error("a row of a family cannot be read")]
    Unreadable,
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl From<LimitError> for FamilyError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited(limited),
            LimitError::Database(error) => Self::Database(error),
        }
    }
}

impl From<Not> for FamilyError {
    fn from(not: Not) -> Self {
        match not {
            Not::Own => Self::SamePerson,
            Not::Settled => Self::Stale,
            Not::Otherwise => Self::SentBefore,
        }
    }
}
