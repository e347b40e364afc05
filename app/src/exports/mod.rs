//! Exports on a schedule: which there are, what was sent by each and how it went with everybody who was to be told; and the
//! page a mail leads to, where the file is made and fetched.
//!
//! Pages show, [`calls`] do. Who may have what is asked in `services::exports`, each time again.

pub mod calls;
mod form;
mod page;
mod words;

pub use page::{ExportEdit, ExportFile, ExportNew, ExportPage, Exports};

use crate::problem::Problem;
use services::exports::ExportError;

/// Where this room's pages stand.
mod at {
    /// All schedules.
    pub const ALL: &str = "/staff/numbers/schedules";
    /// A new one.
    pub const NEW: &str = "/staff/numbers/schedules/new";
    /// Where a mail leads.
    pub const FILES: &str = "/staff/numbers/files";
    /// Where one's mail address is proven.
    pub const MAIL: &str = "/staff/account/mail";
    /// Where the second factor is shown again.
    pub const STEP_UP: &str = "/staff/step-up";
}

impl From<ExportError> for Problem {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Denied(_) => Self::Forbidden,
            ExportError::NotFound | ExportError::Over => Self::NotFound,
            ExportError::Numbers(error) => error.into(),
            ExportError::Database(error) => Self::database(error),
            ExportError::Fields(_)
            | ExportError::StateHasChanged
            | ExportError::Unreadable
            | ExportError::Crypto(_) => {
                tracing::error!(%error, "a scheduled export could not be read or changed");
                Self::Broken
            }
        }
    }
}
