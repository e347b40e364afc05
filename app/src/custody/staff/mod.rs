//! The desk of stored units: finding them, what is open, what happened to one, and what people of the laboratory do.
//!
//! Numbers of units stand in no address: one is typed, sent, and leads to the page of the unit by its own random id.

pub mod calls;
mod collectors;
mod deviations;
pub mod families;
mod list;
mod lists;
mod operators;
pub mod people_calls;
pub mod recalls;
mod refused;
mod store;
mod unit;
mod words;

pub use collectors::{CollectorPage, Collectors};
pub use deviations::Deviations;
pub use families::{Families, FamilyRecord};
pub use list::Units;
pub use lists::Lists;
pub use operators::Operators;
pub use recalls::Recalls;
pub use store::{Store, StoreTank};
pub use unit::UnitPage;

use crate::problem::Problem;
use crate::visit::param;
use domain::ids::UnitId;
use services::custody::desk::DeskError;

/// Where this room's pages stand.
mod at {
    /// The search; below it each unit.
    pub const UNITS: &str = "/staff/units";
    /// What is open.
    pub const DEVIATIONS: &str = "/staff/deviations";
    /// Recalls of lots.
    pub const RECALLS: &str = "/staff/recalls";
    /// Rooms and tanks; below it each tank.
    pub const STORE: &str = "/staff/store";
    /// Support; below it each family's record that is open.
    pub const FAMILIES: &str = "/staff/families";
    /// Who works with units.
    pub const OPERATORS: &str = "/staff/operators";
    /// Who collects; below it each of them.
    pub const COLLECTORS: &str = "/staff/collectors";
    /// What units are worked by.
    pub const LISTS: &str = "/staff/custody/lists";
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Denied(_) => Self::Forbidden,
            DeskError::NotFound => Self::NotFound,
            DeskError::Busy => Self::Busy,
            DeskError::Limited { retry_after } => Self::TooOftenOwn(retry_after),
            DeskError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of custody failed");
                Self::Broken
            }
        }
    }
}

/// The unit of the address.
fn named() -> Option<UnitId> {
    param("id").and_then(|text| text.parse().ok())
}

/// A unit's own address.
fn unit_page(id: UnitId) -> String {
    format!("{}/{id}", at::UNITS)
}
