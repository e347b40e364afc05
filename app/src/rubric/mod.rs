//! The rubric medical reviewers judge by, for whoever watches over cases: the version that is published, those before it, and a
//! new one, shown as a reviewer will see it before it is published. A version is never changed.

pub mod calls;
mod edit;
mod page;
mod read;

pub use edit::RubricNew;
pub use page::RubricPage;

use crate::problem::Problem;
use services::spark::review::ReviewError;

/// Where this room's pages stand.
mod at {
    /// The version that is published.
    pub const RUBRIC: &str = "/staff/rubric";
    /// A new one.
    pub const NEW: &str = "/staff/rubric/new";
}

/// What cannot be shown.
fn problem(error: ReviewError) -> Problem {
    match error {
        ReviewError::Denied(_) => Problem::Forbidden,
        ReviewError::Busy => Problem::Busy,
        ReviewError::Database(error) => Problem::database(error),
        error => {
            tracing::error!(%error, "a page of the rubric failed");
            Problem::Broken
        }
    }
}
