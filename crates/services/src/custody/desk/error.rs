//! Why nothing was done or shown at the desk of custody.

use crate::crypto::CryptoError;
use crate::custody::{CustodyError, Refused};
use crate::family::FamilyError;
use crate::limits::LimitError;
use domain::account::Denied;
use domain::field::FieldError;
use domain::two::Not;

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
    /// The account has no operator's code today: whoever has none touches no unit.
    #[error("no operator's code")]
    NoCode,
    /// Whoever takes the exam was not trained for it.
    #[error("not trained")]
    Untrained,
    /// The same form was sent before, and said something else.
    #[error("sent before")]
    SentBefore,
    /// Whoever proposed it does not confirm it.
    #[error("their own proposal")]
    OwnProposal,
    /// Among the steps are some that only those note who answer for units: the judgement and the approvals.
    #[error("steps that quality notes")]
    QualitySteps,
    /// Three people do it, and nobody has looked it over yet, but who would confirm it.
    #[error("not looked over")]
    Unchecked,
    /// It was confirmed by somebody else, withdrawn, or is too old.
    #[error("settled")]
    Settled,
    /// The two people scanned two slots.
    #[error("another slot was scanned")]
    OtherScan,
    /// The record does not take it.
    #[error("refused: {0}")]
    Refused(Refused),
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

impl From<CustodyError> for DeskError {
    fn from(error: CustodyError) -> Self {
        match error {
            CustodyError::Denied(denied) => Self::Denied(denied),
            CustodyError::NotFound => Self::NotFound,
            CustodyError::Refused(refused) => Self::Refused(refused),
            CustodyError::Unreadable => Self::Unreadable,
            CustodyError::Database(error) => error.into(),
        }
    }
}

impl From<FamilyError> for DeskError {
    fn from(error: FamilyError) -> Self {
        match error {
            FamilyError::Crypto(error) => Self::Crypto(error),
            error => CustodyError::from(error).into(),
        }
    }
}

impl From<Not> for DeskError {
    fn from(not: Not) -> Self {
        match not {
            Not::Own => Self::OwnProposal,
            Not::Settled => Self::Settled,
            Not::Otherwise => Self::SentBefore,
        }
    }
}
