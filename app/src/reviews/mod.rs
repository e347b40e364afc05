//! What a medical reviewer sees: the cases one was asked about, and the form one judges each by. Nothing here says whose a case
//! is, or how many others there are.

pub mod calls;
mod list;
mod sheet;

pub use list::Reviews;
pub use sheet::ReviewPage;
pub(crate) use sheet::criteria;

use crate::problem::Problem;
use services::spark::cases::CaseError;
use services::spark::review::ReviewError;

/// Where this room's pages stand: every case, below it each of them.
const AT: &str = "/staff/reviews";

impl From<ReviewError> for Problem {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Denied(_) => Self::Forbidden,
            ReviewError::NotFound | ReviewError::ConsentWithdrawn(_) => Self::NotFound,
            ReviewError::Busy => Self::Busy,
            ReviewError::Case(error) => case_problem(error),
            ReviewError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of reviews, meetings or profiles failed");
                Self::Broken
            }
        }
    }
}

/// Of a case of which the consent was withdrawn its own page tells, before this.
fn case_problem(error: CaseError) -> Problem {
    match error {
        CaseError::ConsentWithdrawn => Problem::NotFound,
        error => error.into(),
    }
}
