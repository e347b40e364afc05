//! Families and what they see of their units: coming in by an invitation ([`join`]), units ([`units`], [`unit`]), notices,
//! contracts, who belongs to the family and what each agrees to, who of the house looked ([`looks`], [`look_in`]), and the day a
//! child takes over ([`hand_over_due`]). What staff do to contracts is the [`office`].
//!
//! Whatever a family reads is read in a transaction that acts as `cb_family` ([`scope`]): the policy is asked, and the database finds
//! nothing of another family whatever the policy said. What is not theirs and what is not there is one answer, reached by the
//! same statements.

mod certificate;
mod contract;
mod due;
mod error;
mod held;
mod join;
mod looks;
mod news;
mod notices;
pub mod office;
mod people;
mod receipts;
mod record;
mod scope;
mod seed;
mod settle;
mod support;
mod temperature;
mod tested;
mod units;

pub use certificate::{certificate, passport, passport_to_draw, verify_certificate};
pub use contract::{OwnContract, Price, contracts};
pub use due::{hand_over_due, remind_due, tell_of_ends};
pub use error::FamilyError;
pub(crate) use held::exported;
pub use join::{Founder, Founding, found_in, join};
pub use looks::{CHILD_INVITATION, CONTRACT_WORK, Look, MEMBERSHIP_ENDED, OwnLook, look_in, looks};
pub(crate) use news::{FamilyInvited, FamilyLeft, FamilyNews, contact_of, invited_phone, told_at};
pub(crate) use notices::happened_in;
pub use notices::{OwnNotice, acknowledge, notices, tell_in};
pub(crate) use people::lets_research;
pub use people::{Markers, OwnChild, OwnConsent, OwnMember, People, consent, people, set_child_phone};
pub use receipts::{OwnPayment, payments, receipt};
pub use record::{OwnEvent, OwnPlace, OwnRecord, OwnTest, Texts, record};
pub use scope::{Member, Own};
pub use seed::seed_demo;
pub use settle::settle_contracts;
pub(crate) use support::contract_numbers;
pub use support::{
    OpenRecord, Opening, SupportContract, SupportRecord, SupportUnit, close_for_support, open_for_support,
    open_records, support_record,
};
pub use temperature::thermal;
pub use tested::{Tested, tested};
pub use units::{OwnUnit, StepItem, steps_of, unit, units};

use crate::Services;
use crate::crypto::Place;
use uuid::Uuid;

/// The domain of the blind index of contract numbers.
const CONTRACT_NUMBERS: &str = "family contract number";

/// Where a family's own values are sealed.
const fn place(table: &'static str, column: &'static str, row: Uuid) -> Place {
    Place { table, column, row }
}

/// What a value says that is sealed in a row: its table, its column, its id.
fn opened(
    services: &Services,
    (table, column, row): (&'static str, &'static str, Uuid),
    sealed: &[u8],
) -> Result<String, FamilyError> {
    let plain = services.vault.open_sealed(place(table, column, row), sealed)?;
    String::from_utf8(plain).map_err(|_| FamilyError::Unreadable)
}

/// The last four digits of a contract's number.
fn number_end(services: &Services, contract: Uuid, sealed: &[u8]) -> Result<String, FamilyError> {
    let number = opened(services, ("family_contract", "number_sealed", contract), sealed)?;
    Ok(number.chars().skip(number.chars().count().saturating_sub(4)).collect())
}
