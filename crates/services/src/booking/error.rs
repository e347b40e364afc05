//! What can go wrong in the booking room, as something a caller can act on.

use domain::account::Denied;
use domain::booking::Refusal;
use domain::field::{Fault, FieldError};
use domain::ids::SessionId;
use jiff::Timestamp;

/// Why a booking use case did not happen. Nothing half-written stays behind any of them.
#[derive(Debug, thiserror::Error)]
pub enum BookingError {
    /// The rules say no; the sentence is the refusal's.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// A date of a series says no, and with it the series: nothing of any date was taken.
    #[error("refused for the date at {starts_at}: {refusal}")]
    DateRefused {
        /// The date.
        session: SessionId,
        /// When it is.
        starts_at: Timestamp,
        /// Why.
        refusal: Refusal,
    },
    /// The policy says no.
    #[error("denied: {0}")]
    Denied(#[from] Denied),
    /// Not there, or not this caller's: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Somebody changed it in the meantime: show what it is now.
    #[error("the state has changed")]
    StateHasChanged,
    /// The idempotency key was used with another body.
    #[error("idempotency key used with another body")]
    KeyReused,
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
    /// Sessions are opening for booking, and others are before this one in the line: here is the ticket.
    #[error("in the line of a release")]
    WaitingRoom(Box<super::Waits>),
    /// A code is not right.
    #[error("code: {0:?}")]
    Code(Fault),
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something that was sealed did not open, or JSON of ours did not parse: a fault of the house.
    #[error("damaged: {0}")]
    Damaged(&'static str),
}

impl BookingError {
    /// One field's fault.
    pub fn field(field: &str, fault: Fault) -> Self {
        Self::Fields(vec![FieldError::new(field, fault)])
    }

    /// What the rules say, of a session or of a date of a series; none where something else is in the way.
    pub const fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Refused(refusal) | Self::DateRefused { refusal, .. } => Some(*refusal),
            _ => None,
        }
    }
}

impl From<crate::crypto::CryptoError> for BookingError {
    fn from(_: crate::crypto::CryptoError) -> Self {
        Self::Damaged("a sealed value")
    }
}

impl crate::snapshot::Outage for BookingError {
    fn is_outage(&self) -> bool {
        matches!(self, Self::Database(_))
    }
}
