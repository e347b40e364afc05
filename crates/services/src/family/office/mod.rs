//! The contracts' office: finding contracts, writing them, what happens to them by somebody's hand, payments by their number at the
//! bank, and invitations of guardians.
//!
//! Numbers of contracts and of telephones stand in no address and in no list: a contract is found by its number with a form, and its
//! page leaves out what names anybody. Who reads a mobile number in full gives a reason that the family reads at once ([`reveal`]).
//! That a contract was read stands in the family's log, too ([`contract`]), and whom the office invites in its notices ([`invite`]).
//! Nothing here touches a unit but putting it under its contract ([`confirm`]), and its going along with that ([`confirm_transfer`]); what
//! is owed changes no unit's state.

mod acts;
mod begin;
mod death;
mod invitations;
mod list;
mod one;
mod payments;
mod transfer;
mod writing;

pub use acts::{Acting, act};
pub use begin::{Collected, Proposed, confirm, propose, withdraw};
pub use death::{Death, note_death, undo_death};
pub use invitations::{Inviting, block, end_membership, invite, send, send_child};
pub use list::{Listed, Owed, OwedAfter, OwedWhich, Page, find, list, owed};
pub use one::{Contract, Guardian, Happened, Invitation, Kept, Payment, Standing, TakenBack, contract, reveal};
pub use payments::{Paying, pay, take_back};
pub use transfer::{Giving, Going, Taker, confirm_transfer, propose_transfer, withdraw_transfer};
pub use writing::{Writing, write};

use super::{FamilyError, number_end, opened};
use crate::audit::Entry;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::contact::PersonName;
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, ContractId};
use domain::time::day;
use domain::two::{First, Outcome, Who};
use domain::typed;
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan as _};
use serde_json::Value;
use sqlx::PgConnection;
use store::SqlTimestamp;
use store::family::{begins, givings};
use uuid::Uuid;

/// How long a colleague has to confirm what one of the office proposed.
const LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The shortest and the longest reason, in characters.
const REASON: (u32, u32) = (6, 200);

/// Whoever works at the office.
fn officer(context: &Context) -> Result<AccountId, Denied> {
    context.require(Capability::HandleContracts)?;
    context.actor.account().ok_or(Denied::SignInNeeded)
}

/// Whoever invites, or writes a contract with those who may come in by it: at the office, with a second factor that is fresh, since an
/// invitation opens a family's record to whom it goes. So does whoever keeps somebody from coming in for good.
fn inviter(context: &Context) -> Result<AccountId, Denied> {
    context.require(Capability::InviteGuardians)?;
    officer(context)
}

fn entry(action: &'static str, contract: ContractId, detail: Value) -> Entry {
    Entry { action, subject_kind: "family_contract", subject: Some(contract.0), detail }
}

fn fault(field: &str, fault: Fault) -> FamilyError {
    FamilyError::Fields(vec![FieldError::new(field, fault)])
}

/// What one of the office proposed, and what became of it by whom, as the rules of two people read it.
fn first(
    (proposed, settled): (Uuid, Option<Uuid>),
    outcome: Option<&str>,
    until: SqlTimestamp,
) -> Result<First, FamilyError> {
    let outcome = outcome.map(|name| Outcome::from_name(name).ok_or(FamilyError::Unreadable)).transpose()?;
    let settled = outcome.map(|outcome| (outcome, settled.map(AccountId)));
    Ok(First { by: Some(Who::account(AccountId(proposed))), settled, until: Some(until.to_jiff()) })
}

/// Settles what nobody confirmed within its time, for the house itself; what was typed for it goes. Answers how many there were.
///
/// # Errors
/// `Database`.
pub async fn settle_expired(services: &Services) -> Result<u64, FamilyError> {
    let now = services.clock.now();
    Ok(begins::expire(&services.db, now).await? + givings::expire(&services.db, now).await?)
}

/// Takes back what is proposed for a contract, which is locked, where it ends or begins otherwise: nobody could confirm it any more, and
/// what was typed of a child would stay.
async fn withdraw_open(db: &mut PgConnection, context: &Context, contract: ContractId) -> Result<(), FamilyError> {
    begin::withdraw_open(&mut *db, context, contract).await?;
    transfer::withdraw_all(db, context, contract).await
}

/// A reason that says something.
fn reason(text: &str) -> Result<String, Fault> {
    let reason = typed::line(text, REASON.1)?;
    if reason.chars().count() < REASON.0 as usize { Err(Fault::TooShort { min: REASON.0 }) } else { Ok(reason) }
}

/// A day on which somebody is born who is no more than eighteen on `today`, until a last one.
fn born(text: &str, (today, last): (Date, Date)) -> Result<Date, Fault> {
    let (born, first) = (day(text)?, today.saturating_sub(18.years()));
    if born < first || born > last { Err(Fault::DateBetween { first, last }) } else { Ok(born) }
}

/// What a child is called, masked.
fn child(services: &Services, named: Option<(Uuid, &[u8])>) -> Result<Option<String>, FamilyError> {
    let Some((id, sealed)) = named else { return Ok(None) };
    let name = opened(services, ("family_child", "name_sealed", id), sealed)?;
    Ok(Some(PersonName::kept(&name).map_err(|_| FamilyError::Unreadable)?.masked()))
}
