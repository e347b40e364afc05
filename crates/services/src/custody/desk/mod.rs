//! What people of the laboratory do at a desk: read a unit with its whole chain, act on it alone or in twos, and why nothing was
//! done.

mod act;
mod error;
mod family;
mod lots;
mod proposal;
mod seed;
mod unit;

pub use act::{Act, Alone, alone};
pub use error::DeskError;
pub use family::reveal_family;
pub use lots::{Running, Traced, recalls, trace};
pub use proposal::{Confirming, Proposal, Proposing, confirm, proposals, propose, read_slot, slot_label, withdraw};
pub use seed::seed_demo;
pub(crate) use unit::reading_role;
pub use unit::{Lain, Mark, Opened, open};
