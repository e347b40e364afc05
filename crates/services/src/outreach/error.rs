//! What can go wrong in the outreach room.

use crate::booking::BookingError;
use crate::files::FileError;
use domain::account::Denied;
use domain::booking::Refusal;
use domain::field::{Fault, FieldError};
use domain::outreach::{FormFault, Key};

/// Why an outreach use case did not happen. Nothing half-written stays behind any of them.
#[derive(Debug, thiserror::Error)]
pub enum OutreachError {
    /// The policy says no.
    #[error("denied: {0}")]
    Denied(#[from] Denied),
    /// Not there.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// The questions do not hold together.
    #[error("questions: {0:?}")]
    Questions(Vec<(Key, FormFault)>),
    /// Somebody changed it in the meantime: show what it is now.
    #[error("the state has changed")]
    StateHasChanged,
    /// Too many files are being looked at: again in a moment.
    #[error("busy")]
    Busy,
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something that was sealed did not open, or JSON of ours did not parse: a fault of the house.
    #[error("damaged: {0}")]
    Damaged(&'static str),
}

impl OutreachError {
    /// One field's fault.
    pub fn field(field: &str, fault: Fault) -> Self {
        Self::Fields(vec![FieldError::new(field, fault)])
    }
}

impl From<crate::crypto::CryptoError> for OutreachError {
    fn from(_: crate::crypto::CryptoError) -> Self {
        Self::Damaged("a sealed value")
    }
}

/// A picture of an event that was not kept, or cannot be read.
impl From<FileError> for OutreachError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Refused(fault) => Self::field("picture", fault),
            FileError::Busy => Self::Busy,
            FileError::NotFound => Self::NotFound,
            FileError::Damaged => Self::Damaged("a picture"),
            FileError::Database(error) => Self::Database(error),
            FileError::Blobs(error) => {
                tracing::error!(%error, "the place of files cannot be reached");
                Self::Busy
            }
        }
    }
}

/// A date of an event is a session: what the booking engine could not read of it.
impl From<BookingError> for OutreachError {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::Database(error) => Self::Database(error),
            BookingError::NotFound => Self::NotFound,
            BookingError::StateHasChanged => Self::StateHasChanged,
            _ => Self::Damaged("a date of an event"),
        }
    }
}

/// For those who came by way of a booking.
impl From<OutreachError> for BookingError {
    fn from(error: OutreachError) -> Self {
        match error {
            OutreachError::Denied(denied) => Self::Denied(denied),
            OutreachError::NotFound => Self::NotFound,
            OutreachError::Fields(fields) => Self::Fields(fields),
            OutreachError::StateHasChanged => Self::StateHasChanged,
            OutreachError::Busy => Self::Refused(Refusal::Busy),
            OutreachError::Database(error) => Self::Database(error),
            OutreachError::Damaged(what) => Self::Damaged(what),
            OutreachError::Questions(_) => Self::Damaged("the questions of an event"),
        }
    }
}

impl crate::snapshot::Outage for OutreachError {
    fn is_outage(&self) -> bool {
        matches!(self, Self::Database(_))
    }
}
