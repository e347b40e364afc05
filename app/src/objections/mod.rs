//! Objections (公示异议) to notices of cases: the public form, reached from the list of notices, and the staff's desk where one is
//! read and answered. Nothing that was typed stands in an address.

pub mod calls;
mod list;
mod page;
mod public;

pub use list::Objections;
pub use page::ObjectionPage;
pub use public::ObjectForm;

use crate::problem::Problem;
use domain::spark::objection::Outcome;
use services::spark::objections::ObjectionError;

/// Where the desk stands; below it each objection.
const AT: &str = "/staff/objections";

impl From<ObjectionError> for Problem {
    fn from(error: ObjectionError) -> Self {
        match error {
            ObjectionError::Denied(_) => Self::Forbidden,
            ObjectionError::NotFound => Self::NotFound,
            ObjectionError::Busy => Self::Busy,
            ObjectionError::Limited { retry_after } => Self::TooOften(retry_after),
            ObjectionError::Case(error) => error.into(),
            ObjectionError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of objections failed");
                Self::Broken
            }
        }
    }
}

/// The address of the form that objects to the notice of a code.
pub(crate) fn form_address(code: &str) -> String {
    format!("/spark/notices/{code}/objection")
}

/// The key of what became of one.
const fn outcome_key(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        None => "objection-open",
        Some(Outcome::Unfounded) => "objection-unfounded",
        Some(Outcome::Upheld) => "objection-upheld",
    }
}
