//! One unit, whole: where it stands, what is missing, what can be done, and everything that happened with its chain of hashes.
//! Printed it is the batch record with its history.

mod acts;
mod events;
mod page;
mod propose;
mod record;
mod said;

pub use page::UnitPage;
pub(super) use said::{analyte_text, lot_text, slot_text};
