//! A stored unit and its whole way (custody.md): how it is named, what can happen to it, which state follows, and the chain of
//! hashes that what happened makes.
//!
//! What the bank works by, its 56 preparation steps, 15 tests and 58 steps of a release, is data with versions and stands in the
//! database: here is only what holds of any such list. What a family reads of it is `domain::family`'s.

pub mod catalogue;
pub mod chain;
mod din;
mod event;
pub mod guard;
pub mod passport;
pub mod ranges;
mod results;
pub mod revise;
mod says;
mod shape;
mod state;
#[cfg(test)]
mod state_tests;
pub mod told;
mod value;

pub use catalogue::{Catalogue, CatalogueKind, Item, Progress};
pub use din::{Din, DinFault};
pub use event::{DeviationKind, Handed, Kind, Lot, Payload, Pool, Rejection, Slot, TankUse};
pub use guard::{Facts, Unmet};
pub use results::{Results, happened_at};
pub use says::{Says, Word, says};
pub use shape::{Member, Shape, Shaped};
pub use state::{Standing, State, may_come_later, next, ways};
pub use value::{Marker, Person, Phase, Value, What};
