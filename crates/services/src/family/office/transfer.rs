//! A contract goes to another, and its unit with it: the contract that takes over is written and signed before, of another family. That
//! the old one ends, that the new one begins, and whose the unit is, is one act in one transaction, under the locks of both contracts.
//!
//! It takes two of the office, each with an account of their own: whoever noted that the new contract was signed does not let the unit
//! go to it. A unit that the bank has no more (it went to another bank, say) needs no contract that takes over.

use super::acts::Acting;
use super::begin::withdraw_open;
use super::{fault, reason};
use crate::custody::{CustodyError, Passing, pass_on_in};
use crate::family::notices::tell_in;
use crate::family::settle::happen_in;
use crate::family::{CONTRACT_NUMBERS, FamilyError, place};
use crate::limits;
use crate::{Context, Services};
use domain::account::Capability;
use domain::custody::State;
use domain::family::{ContractEvent, ContractNumber, ContractState, Notice};
use domain::field::{Fault, Faults};
use domain::ids::{AccountId, ContractId, FamilyId, UnitId};
use sqlx::PgConnection;
use store::family::contracts::StandingRow;
use store::family::{office as sql, transfers};
use uuid::Uuid;

/// What is typed, read.
#[derive(Clone, Debug)]
pub(super) struct Giving {
    to: Option<ContractNumber>,
    reason: String,
    form: Uuid,
    version: u32,
}

/// Reads what is typed.
pub(super) fn read(faults: &mut Faults, said: &Acting) -> Option<Giving> {
    let to = match said.to.trim() {
        "" => Some(None),
        text => faults.take("to", ContractNumber::parse(text)).map(Some),
    };
    let reason = faults.take("reason", reason(&said.reason));
    let (to, reason) = to.zip(reason)?;
    Some(Giving { to, reason, form: said.form, version: said.version })
}

/// Whoever may let a contract go: at the office, with a second factor that is fresh.
pub(super) fn giver(context: &Context) -> Result<(), FamilyError> {
    Ok(context.require(Capability::TransferContracts)?)
}

/// The contract of the number that was typed, counted as whoever looks for one.
pub(super) async fn successor(
    services: &Services,
    giving: &Giving,
    account: AccountId,
) -> Result<Option<ContractId>, FamilyError> {
    let Some(number) = &giving.to else { return Ok(None) };
    limits::hit(services, &limits::CONTRACT_ASKED, &account.to_string()).await?;
    let index = services.vault.blind_index(CONTRACT_NUMBERS, number.as_str());
    let found = sql::of_number(&services.db, &index).await?;
    found.map(|id| Some(ContractId(id))).ok_or_else(|| fault("to", Fault::ContractUnknown))
}

/// Both contracts, locked in the order of their ids: two that go to each other do not wait for each other.
async fn locked(
    db: &mut PgConnection,
    contract: Uuid,
    to: Option<Uuid>,
) -> Result<(sql::LockedRow, Option<sql::LockedRow>), FamilyError> {
    let mut ids: Vec<Uuid> = to.into_iter().chain([contract]).collect();
    ids.sort_unstable();
    ids.dedup();
    let (mut own, mut other) = (None, None);
    for id in ids {
        let row = sql::lock(&mut *db, id).await?;
        if id == contract { own = row } else { other = row }
    }
    Ok((own.ok_or(FamilyError::NotFound)?, other))
}

/// Lets a contract go; answers how far it is now. Pressed twice it is once.
pub(super) async fn transferred(
    services: &Services,
    context: &Context,
    (contract, to): (ContractId, Option<ContractId>),
    giving: &Giving,
) -> Result<ContractState, FamilyError> {
    let mut tx = services.begin().await?;
    let (row, other) = locked(&mut tx, contract.0, to.map(|to| to.0)).await?;
    if let Some(before) = transfers::of_form(&mut *tx, giving.form).await? {
        return if before == row.id { Ok(ContractState::Transferred) } else { Err(FamilyError::SentBefore) };
    }
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    if u32::try_from(row.version) != Ok(giving.version) {
        return Err(FamilyError::Stale);
    }
    let after = state.after(ContractEvent::Transfer).ok_or(FamilyError::Stale)?;
    let goes = match row.unit_id {
        None if to.is_some() => return Err(fault("to", Fault::NotAChoice)),
        None => None,
        Some(unit) => match goes(&mut tx, unit, to.is_some()).await? {
            true => Some((unit, fit(&mut tx, context, &row, other).await?)),
            false => None,
        },
    };
    moved(&mut tx, context, &row, ContractEvent::Transfer).await?;
    sql::block(&mut *tx, row.id, None, context.now).await?;
    let id: Uuid = context.new_id();
    let sealed = services.vault.seal(place("family_contract_reason", "reason_sealed", id), giving.reason.as_bytes());
    sql::add_reason(&mut *tx, id, (row.id, row.version + 1), &sealed).await?;
    if let Some((unit, other)) = goes {
        handed(services, context, &mut tx, (&row, &other), (UnitId(unit), giving.form)).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Whether the unit goes along. One that the bank has does, or its contract does not go; one that is over goes nowhere; and one that
/// is on its way to a patient stays whose it is until that is over.
async fn goes(db: &mut PgConnection, unit: Uuid, named: bool) -> Result<bool, FamilyError> {
    let row = sql::lock_unit(&mut *db, unit).await?.ok_or(FamilyError::Unreadable)?;
    let state = State::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    match (state.is_over(), named) {
        (true, false) => Ok(false),
        (true, true) => Err(fault("to", Fault::NotAChoice)),
        (false, false) => Err(fault("to", Fault::Required)),
        (false, true) if state.is_for_a_patient() => Err(fault("to", Fault::UnitStays)),
        (false, true) => Ok(true),
    }
}

/// The contract that takes over, if it can, and another of the office noted that it was signed.
async fn fit(
    db: &mut PgConnection,
    context: &Context,
    row: &sql::LockedRow,
    other: Option<sql::LockedRow>,
) -> Result<sql::LockedRow, FamilyError> {
    let unfit = || fault("to", Fault::ContractUnfit);
    // Its own number was typed, or it was deleted in this instant.
    let other = other.ok_or_else(unfit)?;
    let state = ContractState::from_name(&other.state).ok_or(FamilyError::Unreadable)?;
    let fits =
        state.takes_over() && other.unit_id.is_none() && other.pool == row.pool && other.family_id != row.family_id;
    if !fits {
        return Err(unfit());
    }
    let signer = transfers::signer(&mut *db, other.id).await?;
    if signer.is_some() && signer == context.actor.account().map(|account| account.0) {
        return Err(FamilyError::SamePerson);
    }
    Ok(other)
}

async fn moved(
    db: &mut PgConnection,
    context: &Context,
    row: &sql::LockedRow,
    event: ContractEvent,
) -> Result<(), FamilyError> {
    let standing = StandingRow { id: row.id, state: row.state.clone(), version: row.version };
    if happen_in(db, context, &standing, event).await? { Ok(()) } else { Err(FamilyError::Stale) }
}

/// The unit goes to the family of the other contract, which begins by that; both families are told.
async fn handed(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    (row, other): (&sql::LockedRow, &sql::LockedRow),
    (unit, form): (UnitId, Uuid),
) -> Result<(), FamilyError> {
    let (from, to) = (FamilyId(row.family_id), FamilyId(other.family_id));
    let passing = Passing { unit, from: (from, ContractId(row.id)), to: (to, ContractId(other.id)), form };
    pass_on_in(services, &mut *db, context, &passing).await.map_err(|error| match error {
        CustodyError::Refused(_) => fault("to", Fault::UnitStays),
        error => error.into(),
    })?;
    withdraw_open(&mut *db, context, ContractId(other.id)).await?;
    sql::keep_unit(&mut *db, other.id, unit.0).await?;
    moved(&mut *db, context, other, ContractEvent::Begin).await?;
    // Its former family has no page of the unit any more, and its notice names none.
    tell_in(&mut *db, context, (from, None), (Notice::UnitPassedOn, row.id, None)).await?;
    tell_in(&mut *db, context, (to, Some(unit)), (Notice::UnitTakenOver, other.id, None)).await?;
    Ok(())
}
