//! A contract goes to another, and its unit with it: the contract that takes over is written and signed before, of another family. That
//! the old one ends, that the new one begins, and whose the unit is, is one act in one transaction, under the locks of both contracts.
//!
//! It takes two of the office, each with an account of their own: one proposes it, by the number of the contract that takes over and the
//! number on the bag, the contract's page says what that is, and another confirms it. Whoever noted that the new contract was signed does
//! not confirm that the unit goes to it. A unit that the bank has no more (it went to another bank, say) needs no contract that takes over.

mod both;
mod page;

pub use page::{Going, Taker};
pub(super) use page::{Waits, going, waiting};

use super::begin::{unit_of, was_born};
use super::{LASTS, born, entry, fault, officer, opened, reason, withdraw_open};
use crate::audit;
use crate::custody::search;
use crate::db::to_the_end;
use crate::family::{CONTRACT_NUMBERS, FamilyError, place};
use crate::limits;
use crate::{Context, Services};
use both::{along, handed, locked, moved};
use domain::account::{Capability, Denied};
use domain::custody::Din;
use domain::family::{ContractEvent, ContractNumber, ContractState};
use domain::field::{Fault, Faults};
use domain::ids::{AccountId, ContractId, UnitId};
use domain::time::local_day;
use domain::two::{First, Outcome, Turn, Who};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::family::givings::{self, GivingRow};
use store::family::{office as sql, transfers};
use uuid::Uuid;

/// A transfer, as it is typed.
#[derive(Clone, Debug, Default)]
pub struct Giving {
    /// The form's own: pressed twice it is one.
    pub form: Uuid,
    /// Of the change of the contract that the form was made of.
    pub version: u32,
    /// The number of the contract that takes over; none where there is no unit to go with it.
    pub to: String,
    /// With `to`: the unit's number with its check character, as the bag has it.
    pub din: String,
    /// With `to`: when the child was born for whom the unit is kept from then on.
    pub born: String,
    /// Why.
    pub reason: String,
}

/// What is kept sealed of a proposal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Said {
    reason: String,
    born: Option<Date>,
}

/// What is typed, read.
struct Read {
    to: Option<(ContractNumber, Din)>,
    said: Said,
}

fn read(giving: &Giving, today: Date) -> Result<Read, FamilyError> {
    let mut faults = Faults::default();
    let (mut to, mut day) = (None, None);
    if !giving.to.trim().is_empty() {
        let number = faults.take("to", ContractNumber::parse(giving.to.trim()));
        let din = faults.take("din", search::typed(&giving.din));
        day = faults.take("born", born(&giving.born, (today, today)));
        to = number.zip(din);
    }
    let reason = faults.take("reason", reason(&giving.reason));
    match reason {
        Some(reason) if faults.is_empty() => Ok(Read { to, said: Said { reason, born: day } }),
        _ => Err(FamilyError::Fields(faults.into_errors())),
    }
}

/// A proposal, read.
struct New {
    form: Uuid,
    version: u32,
    to: Option<(ContractId, UnitId)>,
    said: Said,
}

/// Proposes that a contract goes to another; answers the proposal's id. Pressed twice it is one.
///
/// # Errors
/// `Denied`; `NotFound`; `Fields` (`to`, `din`, `born`, `reason`); `Stale` where something happened to the contract since the form was
/// made, where it goes to nobody, and where a transfer of it waits; `SentBefore` for a form that proposed another; `Limited` by the
/// numbers that are asked for; `Crypto`, `Unreadable`, `Database`.
pub async fn propose_transfer(
    services: &Services,
    context: &Context,
    contract: ContractId,
    giving: &Giving,
) -> Result<Uuid, FamilyError> {
    let by = officer(context)?;
    let Read { to, said } = read(giving, local_day(context.now))?;
    let to = match &to {
        Some((number, din)) => Some((successor(services, number, by).await?, unit_of(services, context, din).await?)),
        None => None,
    };
    let new = New { form: giving.form, version: giving.version, to, said };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { proposed(&services, &context, contract, &new, by).await }).await
}

async fn proposed(
    services: &Services,
    context: &Context,
    contract: ContractId,
    new: &New,
    by: AccountId,
) -> Result<Uuid, FamilyError> {
    let mut tx = services.begin().await?;
    let to = new.to.map(|(to, _)| to.0);
    let (row, other) = locked(&mut tx, contract.0, to).await?;
    // The second press finds the first, whatever became of it since.
    if let Some(before) = givings::one(&mut *tx, new.form).await? {
        let same = before.contract_id == row.id
            && before.to_contract_id == to
            && said_of(services, &before)?.is_none_or(|said| said == new.said);
        standing(&before)?.again(Who::account(by), same)?;
        return Ok(before.id);
    }
    if transfers::of_form(&mut *tx, new.form).await?.is_some() {
        return Err(FamilyError::SentBefore);
    }
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    if u32::try_from(row.version) != Ok(new.version) || state.after(ContractEvent::Transfer).is_none() {
        return Err(FamilyError::Stale);
    }
    let along = along(&mut tx, &row, (to.is_some(), other)).await?.map(|(unit, to)| (to.id, unit));
    if along.map(|(_, unit)| unit) != new.to.map(|(_, bag)| bag.0) {
        return Err(fault("din", Fault::UnitOther));
    }
    let plain = serde_json::to_vec(&new.said).map_err(|_| FamilyError::Unreadable)?;
    let sealed = services.vault.seal(place("family_contract_giving", "said_sealed", new.form), &plain);
    let giving = givings::NewGiving {
        id: new.form,
        contract: row.id,
        to: along,
        said: &sealed,
        by: by.0,
        expires_at: context.now + LASTS,
    };
    givings::expire_of(&mut *tx, row.id, context.now).await?;
    if !givings::propose(&mut *tx, giving, context.now).await? {
        return Err(FamilyError::Stale);
    }
    let detail = json!({ "proposal": new.form, "to": to, "unit": along.map(|(_, unit)| unit) });
    audit::record(&mut tx, context, &[entry("family.transfer_proposed", contract, detail)]).await?;
    tx.commit().await?;
    Ok(new.form)
}

/// Confirms a transfer that another of the office proposed: the contract is over, the one that takes over is in force, and the unit is its
/// family's. Pressed twice it is once.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `NotFound`; `SamePerson` for whoever proposed it, and whoever noted that the contract
/// which takes over was signed; `Stale` where it was withdrawn, confirmed by another or ran out, or the contract goes to nobody any more;
/// `Fields` (`to`, `din`) where the unit or the other contract is not as it was proposed; `Crypto`, `Unreadable`, `Database`.
pub async fn confirm_transfer(
    services: &Services,
    context: &Context,
    (contract, proposal): (ContractId, Uuid),
) -> Result<ContractState, FamilyError> {
    context.require(Capability::TransferContracts)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { confirmed(&services, &context, (contract, proposal), by).await }).await
}

async fn confirmed(
    services: &Services,
    context: &Context,
    (contract, proposal): (ContractId, Uuid),
    by: AccountId,
) -> Result<ContractState, FamilyError> {
    let mut tx = services.begin().await?;
    let to = of_contract(&mut tx, (contract, proposal)).await?.to_contract_id;
    let (row, other) = locked(&mut tx, contract.0, to).await?;
    // Read again under the locks of both: of two who confirm it the second finds that it was.
    let giving = of_contract(&mut tx, (contract, proposal)).await?;
    if standing(&giving)?.confirm(Who::account(by), context.now)? == Turn::Before {
        return Ok(ContractState::Transferred);
    }
    let said = said_of(services, &giving)?.ok_or(FamilyError::Unreadable)?;
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    let after = state.after(ContractEvent::Transfer).ok_or(FamilyError::Stale)?;
    let along = along(&mut tx, &row, (to.is_some(), other)).await?;
    if along.as_ref().map(|(unit, _)| *unit) != giving.unit_id {
        return Err(FamilyError::Stale);
    }
    if let Some((_, other)) = &along
        && transfers::signer(&mut *tx, other.id).await? == Some(by.0)
    {
        return Err(FamilyError::SamePerson);
    }
    settled(&mut tx, context, &giving, (Outcome::Confirmed, "family.transfer_confirmed", by)).await?;
    moved(&mut tx, context, &row, ContractEvent::Transfer).await?;
    sql::block(&mut *tx, row.id, None, context.now).await?;
    withdraw_open(&mut tx, context, contract).await?;
    let id: Uuid = context.new_id();
    let sealed = services.vault.seal(place("family_contract_reason", "reason_sealed", id), said.reason.as_bytes());
    sql::add_reason(&mut *tx, id, (row.id, row.version + 1), &sealed).await?;
    if let Some((unit, other)) = along {
        handed(services, context, &mut tx, (&row, &other), (UnitId(unit), giving.id)).await?;
        was_born(services, &mut tx, &other, said.born.ok_or(FamilyError::Unreadable)?).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Takes back a transfer that was proposed, by whoever of the office. Pressed twice it is once.
///
/// # Errors
/// `Denied`; `NotFound`; `Stale` of what was confirmed, or ran out; `Database`.
pub async fn withdraw_transfer(
    services: &Services,
    context: &Context,
    (contract, proposal): (ContractId, Uuid),
) -> Result<(), FamilyError> {
    let by = officer(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        sql::lock(&mut *tx, contract.0).await?.ok_or(FamilyError::NotFound)?;
        let giving = of_contract(&mut tx, (contract, proposal)).await?;
        if standing(&giving)?.withdraw(context.now)? == Turn::Now {
            settled(&mut tx, &context, &giving, (Outcome::Withdrawn, "family.transfer_withdrawn", by)).await?;
            tx.commit().await?;
        }
        Ok(())
    })
    .await
}

/// Takes back what is proposed of a contract, which is locked, and to it, where it ends or begins otherwise.
pub(super) async fn withdraw_all(
    db: &mut PgConnection,
    context: &Context,
    contract: ContractId,
) -> Result<(), FamilyError> {
    let by = officer(context)?;
    let ended = givings::withdraw_all(&mut *db, contract.0, by.0, context.now).await?;
    let entries: Vec<_> = ended
        .into_iter()
        .map(|(id, of)| entry("family.transfer_withdrawn", ContractId(of), json!({ "proposal": id })))
        .collect();
    Ok(audit::record(db, context, &entries).await?)
}

/// A proposal of a contract.
async fn of_contract(
    db: &mut PgConnection,
    (contract, proposal): (ContractId, Uuid),
) -> Result<GivingRow, FamilyError> {
    let found = givings::one(db, proposal).await?.filter(|giving| giving.contract_id == contract.0);
    found.ok_or(FamilyError::NotFound)
}

fn standing(giving: &GivingRow) -> Result<First, FamilyError> {
    super::first((giving.proposed_by, giving.settled_by), giving.outcome.as_deref(), giving.expires_at)
}

/// Settles a proposal that is open.
async fn settled(
    db: &mut PgConnection,
    context: &Context,
    giving: &GivingRow,
    (outcome, action, by): (Outcome, &'static str, AccountId),
) -> Result<(), FamilyError> {
    if !givings::settle(&mut *db, giving.id, (outcome.name(), by.0), context.now).await? {
        return Err(FamilyError::Stale);
    }
    let (proposal, to) = (giving.id, giving.to_contract_id);
    let detail = json!({ "proposal": proposal, "to": to, "unit": giving.unit_id, "proposed_by": giving.proposed_by });
    Ok(audit::record(db, context, &[entry(action, ContractId(giving.contract_id), detail)]).await?)
}

/// What was typed for a proposal; nothing once it is settled.
fn said_of(services: &Services, giving: &GivingRow) -> Result<Option<Said>, FamilyError> {
    let Some(sealed) = giving.said_sealed.as_deref() else { return Ok(None) };
    let text = opened(services, ("family_contract_giving", "said_sealed", giving.id), sealed)?;
    serde_json::from_str(&text).map(Some).map_err(|_| FamilyError::Unreadable)
}

/// The contract of the number that was typed, counted as whoever looks for one.
async fn successor(
    services: &Services,
    number: &ContractNumber,
    account: AccountId,
) -> Result<ContractId, FamilyError> {
    limits::hit(services, &limits::CONTRACT_ASKED, &account.to_string()).await?;
    let index = services.vault.blind_index(CONTRACT_NUMBERS, number.as_str());
    let found = sql::of_number(&services.db, &index).await?;
    found.map(ContractId).ok_or_else(|| fault("to", Fault::ContractUnknown))
}
