//! Webhooks: partners' systems are told of changes, signed, in their own time.
//!
//! What there is to tell is written in the transaction of the change ([`news`]), with the id it keeps for ever; a job makes
//! of it one delivery for each endpoint that hears of such things, and another sends what is due to an endpoint, one after
//! the other ([`work`]). Told at least once: a worker that dies between sending and saying so sends the same id again.
//! Nothing personal is told, only ids, states, instants and numbers of places. Addresses are looked up by the house itself and
//! only those of the public network are called ([`address`]). This module knows no partner's protocol but Standard Webhooks
//! ([`signature`]).

mod address;
mod endpoints;
pub(crate) mod news;
mod seed;
mod send;
mod signature;
mod told;
mod work;

pub use address::{Line, Names};
pub use endpoints::{
    Added, Endpoint, Hears, NewEndpoint, Standing, add, change, endpoint, list, pause, redeliver, remove, resume,
    rotate, test,
};
pub use news::{News, announce};
pub use seed::seed_demo;
pub use signature::{Secret, sign};
pub use told::{After, Delivery, PAGE, Progress, deliveries};
pub use work::{handlers, handlers_over, sweep, wake_overdue};

use crate::crypto::CryptoError;
use domain::account::Denied;
use domain::field::{Fault, FieldError};

/// Why something about an endpoint did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// The policy says no.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such endpoint, or no such delivery of it.
    #[error("not found")]
    NotFound,
    /// The form's fields.
    #[error("fields")]
    Fields(Vec<FieldError>),
    /// Its machine was ended: it is told nothing but tests.
    #[error("the machine was ended")]
    MachineEnded,
    /// Somebody changed it in the meantime: show what it is now.
    #[error("the state has changed")]
    StateHasChanged,
    /// A secret does not open.
    #[error("sealed value: {0}")]
    Crypto(#[from] CryptoError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl WebhookError {
    fn field(name: &'static str, fault: Fault) -> Self {
        Self::Fields(vec![FieldError::new(name, fault)])
    }
}
