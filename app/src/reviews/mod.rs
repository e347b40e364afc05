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

/// What cannot be shown. A case of which the consent was withdrawn is told of on its own page, before this.
fn problem(error: ReviewError) -> Problem {
    match error {
        ReviewError::Denied(_) => Problem::Forbidden,
        ReviewError::NotFound | ReviewError::ConsentWithdrawn(_) => Problem::NotFound,
        ReviewError::Busy => Problem::Busy,
        ReviewError::Case(error) => case_problem(error),
        ReviewError::Database(error) => Problem::database(error),
        error => {
            tracing::error!(%error, "a page of reviews failed");
            Problem::Broken
        }
    }
}

fn case_problem(error: CaseError) -> Problem {
    match error {
        CaseError::Denied(_) => Problem::Forbidden,
        CaseError::NotFound | CaseError::ConsentWithdrawn => Problem::NotFound,
        CaseError::Busy => Problem::Busy,
        CaseError::Database(error) => Problem::database(error),
        error => {
            tracing::error!(%error, "a page of reviews failed");
            Problem::Broken
        }
    }
}
