//! What can go wrong between a device and the house.

use crate::booking::BookingError;
use crate::limits::{LimitError, Limited};
use domain::account::Denied;
use domain::field::{Fault, FieldError};

/// Why a use case of the door did not happen.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// The policy says no.
    #[error("denied: {0}")]
    Denied(#[from] Denied),
    /// The device was revoked: it wipes itself.
    #[error("the device was revoked")]
    Revoked,
    /// No device has this key.
    #[error("no such device")]
    UnknownDevice,
    /// The code is unknown, over, or another device used it. Nobody says which.
    #[error("the code was not accepted")]
    CodeNotGood,
    /// Not there.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Somebody else decided in the meantime.
    #[error("the state has changed")]
    StateHasChanged,
    /// Too often.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The booking engine could not.
    #[error("booking: {0}")]
    Booking(BookingError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl DoorError {
    /// One field's fault.
    pub fn field(field: &str, fault: Fault) -> Self {
        Self::Fields(vec![FieldError::new(field, fault)])
    }
}

impl From<LimitError> for DoorError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::Limited(limited),
            LimitError::Database(error) => Self::Database(error),
        }
    }
}

impl From<BookingError> for DoorError {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::Denied(denied) => Self::Denied(denied),
            BookingError::NotFound => Self::NotFound,
            BookingError::Fields(errors) => Self::Fields(errors),
            BookingError::StateHasChanged => Self::StateHasChanged,
            BookingError::Database(error) => Self::Database(error),
            other => Self::Booking(other),
        }
    }
}
