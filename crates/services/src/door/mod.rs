//! Doors that work without the network: devices and their keys, what they did meanwhile, what they are given, and what
//! supervisors decide where two of them disagree.
//!
//! A device sends first and asks afterwards: what it did is a fact, kept with its own time and ours. Each fact is applied
//! once ([`crate::booking`] decides, under the booking's lock); where it cannot be counted a conflict is raised instead.

mod conflicts;
mod devices;
mod error;
mod roster;
mod seed;
mod upload;

pub use conflicts::{Conflict, ConflictKind, Said, Settled, conflicts, resolve};
pub use devices::{Device, Enrolled, NewDevice, add, authenticate, devices, end_shift, enrol, enrolment_link, revoke};
pub use error::DoorError;
pub use roster::{PAGE, RosterActivity, RosterPage, roster};
pub use seed::seed_demo;
pub use upload::{Count, Fact, MOST, Outcome, Report, upload};
