//! Partners' systems that are told of changes, for those who look after machines: which there are, what each was told and
//! what came of it, pausing, trying, a new secret. Everything that acts needs a fresh second factor.
//!
//! Pages show, [`calls`] do. A secret is shown in the answer to the form that made it and nowhere else.

pub mod calls;
mod page;
mod words;

pub use page::{WebhookEdit, WebhookNew, WebhookPage, Webhooks};

use crate::problem::Problem;
use services::webhooks::WebhookError;

/// Where this room's pages stand.
mod at {
    /// All endpoints.
    pub const ALL: &str = "/staff/webhooks";
    /// A new one.
    pub const NEW: &str = "/staff/webhooks/new";
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Denied(_) => Self::Forbidden,
            WebhookError::NotFound => Self::NotFound,
            WebhookError::Database(error) => Self::database(error),
            WebhookError::Fields(_)
            | WebhookError::MachineEnded
            | WebhookError::StateHasChanged
            | WebhookError::Crypto(_) => {
                tracing::error!(%error, "a partner's endpoint could not be read or changed");
                Self::Broken
            }
        }
    }
}
