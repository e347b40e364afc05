//! What anybody may hold the record of units against: the signed roots, and the page on which a passport is verified in the browser,
//! without anything being sent anywhere.

pub mod calls;
mod roots;
mod verify;

pub use roots::Roots;
pub use verify::Verify;

use crate::problem::Problem;
use crate::ui::Crumb;
use crate::visit::Visit;
use services::custody::proof::ProofError;

/// Where this room's pages and files stand.
mod at {
    /// The roots of days.
    pub const ROOTS: &str = "/custody/roots";
    /// Every root, for machines.
    pub const ROOTS_FILE: &str = "/custody/roots.json";
    /// The public keys, also those that sign nothing any more.
    pub const KEYS_FILE: &str = "/custody/keys.json";
    /// Verifying a passport.
    pub const VERIFY: &str = "/custody/verify";
}

impl From<ProofError> for Problem {
    fn from(error: ProofError) -> Self {
        match error {
            ProofError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of roots failed");
                Self::Broken
            }
        }
    }
}

fn crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![Crumb::new(visit.href("/"), visit.t("nav-home"))]
}
