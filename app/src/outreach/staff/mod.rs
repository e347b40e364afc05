//! The events' staff screens: which there are and who comes, their pictures, dates on behalf of somebody, what an event asks,
//! and what was answered.
//!
//! Sensitive answers are never in a list: they are opened once, on a registration's page, for who says why.

pub mod behalf;
pub mod calls;
mod edit;
mod events;
pub mod pictures;
mod questions;
mod registrations;
pub mod series;
mod typed;

pub use edit::{EventEdit, EventNew};
pub use events::{StaffEvent, StaffEvents};
pub use pictures::EventPictures;
pub use questions::EventQuestions;
pub(crate) use registrations::document_panel;
pub use registrations::{Registration, Registrations};
pub use series::SeriesForm;

use crate::museum::problem_of;
use crate::problem::Problem;
use crate::visit::Visit;
use domain::ids::ActivityId;
use services::booking::BookingError;
use services::outreach::{Event, OutreachError, events as all_events};
use std::sync::Arc;

impl From<OutreachError> for Problem {
    fn from(error: OutreachError) -> Self {
        match error {
            OutreachError::Busy => Self::Busy,
            error => problem_of(&BookingError::from(error)),
        }
    }
}

/// The event of the address, published or not.
async fn event(visit: &Visit, id: Option<ActivityId>) -> Result<Arc<Event>, Problem> {
    let id = id.ok_or(Problem::NotFound)?;
    let events = all_events(&visit.services).await?;
    events.by_id(id).cloned().ok_or(Problem::NotFound)
}
