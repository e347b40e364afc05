//! What can go wrong with a request of any kind, as something a caller can act on.

use super::Kind;
use crate::account::forms::ProofError;
use crate::limits::LimitError;
use domain::account::Denied;
use domain::field::{Fault, FieldError};
use domain::requests::Refused;

/// Why a use case of a request did not happen. Nothing half-written stays behind any of them.
#[derive(Debug, thiserror::Error)]
pub enum RequestError<K: Kind> {
    /// The policy says no.
    #[error("denied: {0}")]
    Denied(#[from] Denied),
    /// Not there, or not this caller's: the two are never told apart.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// The request's state does not allow it.
    #[error(transparent)]
    Refused(Refused<K::State>),
    /// Somebody changed it in the meantime: show what it is now.
    #[error("the state has changed")]
    StateHasChanged,
    /// Too many at once: ask again.
    #[error("busy")]
    Busy,
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
    /// Something of this kind's room only.
    #[error(transparent)]
    Own(K::Fault),
    /// The database failed. Its text stays in the log.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something that was sealed did not open, or a stored word is none of ours: a fault of the house.
    #[error("damaged: {0}")]
    Damaged(&'static str),
}

impl<K: Kind> RequestError<K> {
    /// One field's fault.
    pub fn field(field: &str, fault: Fault) -> Self {
        Self::Fields(vec![FieldError::new(field, fault)])
    }
}

impl<K: Kind> From<Refused<K::State>> for RequestError<K> {
    fn from(refused: Refused<K::State>) -> Self {
        Self::Refused(refused)
    }
}

impl<K: Kind> From<crate::crypto::CryptoError> for RequestError<K> {
    fn from(_: crate::crypto::CryptoError) -> Self {
        Self::Damaged("a sealed value")
    }
}

impl<K: Kind> From<LimitError> for RequestError<K> {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::NetworkLimited { retry_after: u64::from(limited.retry_seconds()) },
            LimitError::Database(error) => error.into(),
        }
    }
}

impl<K: Kind> From<ProofError> for RequestError<K> {
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
