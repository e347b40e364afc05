//! The house's screens for ambassadors: the rounds, one round with who applied, one application.
//!
//! Particulars are masked everywhere; the whole is shown once, on the application's page, to those who say why.

mod application;
pub mod calls;
mod edit;
mod round;
mod rounds;
mod training;

pub use application::Page as StaffApplication;
pub use edit::{RoundEdit, RoundNew};
pub use round::RoundPage;
pub use rounds::Rounds;
pub use training::TrainingPage;

use crate::problem::Problem;
use crate::visit::Visit;
use domain::ids::AmbassadorRoundId;
use services::ambassadors::{Round, all_rounds};

/// A round, for whoever may see it.
async fn one(visit: &Visit, id: Option<AmbassadorRoundId>) -> Result<Round, Problem> {
    let id = id.ok_or(Problem::NotFound)?;
    let all = all_rounds(&visit.services, &visit.context).await?;
    all.into_iter().find(|round| round.id == id).ok_or(Problem::NotFound)
}
