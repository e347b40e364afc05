//! Cases of the Spark Project: the desk of those who look after them, and the page on which a family sees how far its own is.
//!
//! The two share words and nothing else: what a family is shown comes from `services::spark::cases::own_case`, which has no
//! field for who looks after a case, who judges it, or why. Whose a case is stands masked on the desk, is shown whole to whoever
//! says why, and each reading is in the trail. What people do stands in [`calls`] and [`own_calls`].

mod acts;
mod agreement;
mod answers;
mod appeal;
pub mod calls;
pub mod claw_back;
mod decided;
pub mod decided_calls;
mod kept;
mod list;
mod own;
pub mod own_calls;
mod own_list;
mod page;
mod papers;
mod reading;
mod refused;
mod reviewers;
mod timeline;
mod withdraw;
mod words;

pub use agreement::OwnAgreement;
pub use answers::CaseAnswers;
pub use appeal::OwnAppeal;
pub(crate) use appeal::address as appeal_page;
pub use kept::KeptCases;
pub use list::Cases;
pub use own::OwnCase;
pub use own_list::OwnCases;
pub(crate) use own_list::section;
pub use page::CasePage;
pub use withdraw::WithdrawCase;

use crate::problem::Problem;
use crate::visit::param;
use domain::ids::CaseId;
use services::spark::cases::CaseError;

/// Where this room's pages stand.
mod at {
    /// What waits; below it each case.
    pub const CASES: &str = "/staff/cases";
    /// A family's own; below it each of them.
    pub const OWN: &str = "/account/spark";
}

impl From<CaseError> for Problem {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Denied(_) | CaseError::Unread { .. } => Self::Forbidden,
            CaseError::NotFound => Self::NotFound,
            CaseError::Busy => Self::Busy,
            CaseError::Limited(limited) => limited.into(),
            CaseError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of a case failed");
                Self::Broken
            }
        }
    }
}

/// What a family may not see might as well not exist, whoever asks.
fn hidden(error: CaseError) -> Problem {
    match error {
        CaseError::Denied(_) | CaseError::Unread { .. } => Problem::NotFound,
        error => error.into(),
    }
}

/// The case of the address.
fn named() -> Option<CaseId> {
    param("id").and_then(|text| text.parse().ok())
}

/// A staff page's address.
fn desk(id: CaseId) -> String {
    format!("{}/{id}", at::CASES)
}

/// Where a family finds its own.
pub(crate) const OWN: &str = at::OWN;

/// A family page's address.
pub(crate) fn own_page(id: CaseId) -> String {
    format!("{}/{id}", at::OWN)
}
