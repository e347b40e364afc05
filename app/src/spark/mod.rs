//! The Spark Project (火种工程) for everybody: what it is, what it gives, whether an application may meet the conditions.
//!
//! Quiet pages for people in need: no picture of a patient, no story, no promise. The quick check keeps nothing of what is
//! answered. What people do stands in [`calls`]; applying has a room of its own ([`apply`]).

mod about;
pub mod apply;
pub mod calls;
mod check;
pub mod form_words;
pub mod papers;
mod standards;
pub mod words;

pub use about::About;
pub use check::Check;
pub use papers::Papers;
pub use standards::Standards;

use crate::problem::Problem;
use crate::routes::paths;
use crate::ui::Crumb;
use crate::visit::Visit;
use services::spark::SparkError;

/// The quick check.
pub(crate) const CHECK: &str = "/spark/check";
/// Which funds are open.
pub(crate) const OPEN_FUNDS: &str = "/spark/funds";
/// The aid standards.
pub(crate) const STANDARDS: &str = "/spark/standards";

/// The way to a page of the project.
fn crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![Crumb::new(visit.href("/"), visit.t("nav-home")), Crumb::new(visit.href(paths::SPARK), visit.t("spark-name"))]
}

fn problem_of(error: &SparkError) -> Problem {
    // The text stays here; the visitor gets the support code.
    tracing::error!(%error, "a page of the project failed");
    match error {
        SparkError::Database(_) => Problem::Busy,
        SparkError::Denied(_) => Problem::Forbidden,
        SparkError::VersionTaken(_) | SparkError::Unreadable => Problem::Broken,
    }
}
