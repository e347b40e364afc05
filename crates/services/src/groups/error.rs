//! What can go wrong in the groups' room, as something a caller can act on.

use crate::account::forms::ProofError;
use crate::booking::BookingError;
use crate::limits::LimitError;
use domain::account::Denied;
use domain::booking::Refusal;
use domain::field::{Fault, FieldError};
use domain::groups::{Refused, RowFault};

/// Why a use case of the groups did not happen. Nothing half-written stays behind any of them.
#[derive(Debug, thiserror::Error)]
pub enum GroupError {
    /// The policy says no.
    #[error("denied: {0}")]
    Denied(#[from] Denied),
    /// Not there, or not this caller's: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Rows of a list; none of it was kept.
    #[error("{} faulty rows", .0.len())]
    Rows(Vec<RowFault>),
    /// The request's state does not allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The session has too few places: so many people too many.
    #[error("over by {by}")]
    Over {
        /// People too many.
        by: u32,
        /// Places free.
        free: u32,
    },
    /// The booking engine says no, in its own words.
    #[error("booking: {0}")]
    Booking(Refusal),
    /// Somebody changed it in the meantime: show what it is now.
    #[error("the state has changed")]
    StateHasChanged,
    /// The list can no longer be replaced.
    #[error("too late for the list")]
    RosterClosed,
    /// This contact has as many requests under way as one may have.
    #[error("more than {max} requests under way")]
    TooMany {
        /// Requests allowed.
        max: u32,
    },
    /// Too many tries; again after this many seconds.
    #[error("limited")]
    Limited {
        /// Seconds.
        retry_after: u64,
    },
    /// Too much of the public from one network; again after this many seconds.
    #[error("limited: the network")]
    NetworkLimited {
        /// Seconds.
        retry_after: u64,
    },
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something that was sealed did not open, or a stored word is none of ours: a fault of the house.
    #[error("damaged: {0}")]
    Damaged(&'static str),
}

impl GroupError {
    /// One field's fault.
    pub fn field(field: &str, fault: Fault) -> Self {
        Self::Fields(vec![FieldError::new(field, fault)])
    }

    /// What the booking engine says to a group of so many.
    pub(super) fn of_booking(error: BookingError, people: u32) -> Self {
        match error {
            BookingError::Refused(Refusal::Full { free }) => Self::Over { by: people.saturating_sub(free), free },
            BookingError::Refused(refusal) => Self::Booking(refusal),
            BookingError::Denied(denied) => Self::Denied(denied),
            BookingError::NotFound => Self::NotFound,
            BookingError::Fields(errors) => Self::Fields(errors),
            BookingError::StateHasChanged | BookingError::KeyReused => Self::StateHasChanged,
            BookingError::Limited { retry_after } => Self::Limited { retry_after },
            BookingError::NetworkLimited { retry_after } => Self::NetworkLimited { retry_after },
            BookingError::WaitingRoom(waits) => Self::NetworkLimited { retry_after: u64::from(waits.again_in) },
            BookingError::Code(fault) => Self::field("code", fault),
            BookingError::Database(error) => Self::Database(error),
            BookingError::Damaged(what) => Self::Damaged(what),
        }
    }
}

impl From<BookingError> for GroupError {
    fn from(error: BookingError) -> Self {
        Self::of_booking(error, 0)
    }
}

impl From<crate::crypto::CryptoError> for GroupError {
    fn from(_: crate::crypto::CryptoError) -> Self {
        Self::Damaged("a sealed value")
    }
}

impl From<LimitError> for GroupError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::NetworkLimited { retry_after: u64::from(limited.retry_seconds()) },
            LimitError::Database(error) => error.into(),
        }
    }
}

impl From<ProofError> for GroupError {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Code(fault) => Self::field("code", fault),
            ProofError::OtherContact => Self::StateHasChanged,
            ProofError::Limited { retry_after } => Self::Limited { retry_after },
            ProofError::Network(error) => error.into(),
            ProofError::Database(error) => error.into(),
        }
    }
}
