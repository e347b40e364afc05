//! What people of the laboratory do at a desk: read a unit with its whole chain, act on it alone or in twos, and why nothing was
//! done.

mod act;
mod acts;
mod error;
mod family;
mod lots;
mod proposal;
mod said;
mod seed;
mod unit;

pub use act::{Alone, alone};
pub use acts::{Act, Ask, ahead, is_in_release};
pub use error::DeskError;
pub use family::reveal_family;
pub use lots::{Running, Traced, recalls, trace};
pub use proposal::{Confirming, Proposal, Proposing, confirm, look_over, proposals, propose, settle_expired, withdraw};
pub use said::{read_slot, slot_label};
pub use seed::seed_demo;
pub(crate) use unit::reading_role;
pub use unit::{Lain, Mark, Opened, open};
