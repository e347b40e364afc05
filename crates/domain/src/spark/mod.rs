//! The Spark Project (火种工程): aid for families in three groups of diseases. Here stand the way of a case, the quick check
//! before anybody applies ([`eligibility`]), the application itself ([`application`]), and how a case is looked at and decided ([`review`]).
//!
//! What a case costs and which fund pays is no matter of this room: money is `domain::ledger`'s. A state says where the
//! papers are; it never says how much was paid.

pub mod agreement;
pub mod application;
pub mod due;
pub mod eligibility;
mod filled;
pub mod letter;
mod news;
pub mod objection;
pub mod papers;
mod part;
pub mod queue;
pub mod reasons;
pub mod review;
mod state;
#[cfg(test)]
mod state_tests;
mod way;

pub use crate::ledger::DiseaseGroup;
pub use news::is_news;
pub use part::Part;
pub use state::{Event, PublicState, Side, State, Turn};
pub use way::{Award, Facts, Place, Refused, To, Unmet, Way, carries_out, guard, next, ways};
