//! Both contracts of a transfer under their locks: what goes from one to the other, and that it goes.

use super::super::{fault, withdraw_open};
use crate::custody::{CustodyError, Passing, Refused, pass_on_in};
use crate::family::FamilyError;
use crate::family::notices::tell_in;
use crate::family::settle::happen_in;
use crate::{Context, Services};
use domain::custody::State;
use domain::family::{ContractEvent, ContractState, Notice};
use domain::field::Fault;
use domain::ids::{ContractId, FamilyId, UnitId};
use sqlx::PgConnection;
use store::family::contracts::StandingRow;
use store::family::office as sql;
use uuid::Uuid;

/// Both contracts, locked in the order of their ids: two that go to each other do not wait for each other.
pub(super) async fn locked(
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

/// The unit that goes along, and the contract that takes it over; nothing where the bank has none of it.
pub(super) async fn along(
    db: &mut PgConnection,
    row: &sql::LockedRow,
    (named, other): (bool, Option<sql::LockedRow>),
) -> Result<Option<(Uuid, sql::LockedRow)>, FamilyError> {
    match row.unit_id {
        None if named => Err(fault("to", Fault::NotAChoice)),
        None => Ok(None),
        Some(unit) => {
            if goes(db, unit, named).await? {
                Ok(Some((unit, fit(row, other)?)))
            } else {
                Ok(None)
            }
        }
    }
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

/// The contract that takes over, if it can.
fn fit(row: &sql::LockedRow, other: Option<sql::LockedRow>) -> Result<sql::LockedRow, FamilyError> {
    let unfit = || fault("to", Fault::ContractUnfit);
    // Its own number was typed, or it was deleted in this instant.
    let other = other.ok_or_else(unfit)?;
    let state = ContractState::from_name(&other.state).ok_or(FamilyError::Unreadable)?;
    let fits =
        state.takes_over() && other.unit_id.is_none() && other.pool == row.pool && other.family_id != row.family_id;
    if fits { Ok(other) } else { Err(unfit()) }
}

/// Something happens to a contract, which is locked.
pub(super) async fn moved(
    db: &mut PgConnection,
    context: &Context,
    row: &sql::LockedRow,
    event: ContractEvent,
) -> Result<(), FamilyError> {
    let standing = StandingRow { id: row.id, state: row.state.clone(), version: row.version };
    if happen_in(db, context, &standing, event).await? { Ok(()) } else { Err(FamilyError::Stale) }
}

/// The unit goes to the family of the other contract, which begins by that; both families are told.
pub(super) async fn handed(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    (row, other): (&sql::LockedRow, &sql::LockedRow),
    (unit, form): (UnitId, Uuid),
) -> Result<(), FamilyError> {
    let (from, to) = (FamilyId(row.family_id), FamilyId(other.family_id));
    let passing = Passing { unit, from: (from, ContractId(row.id)), to: (to, ContractId(other.id)), form };
    let passed = pass_on_in(services, &mut *db, context, &passing).await.map_err(|error| match error {
        // It is forgotten, and goes nowhere; by its row or its chain it is not the family's that gives it; its record says no.
        CustodyError::Refused(Refused::Over(_)) => fault("to", Fault::NotAChoice),
        CustodyError::Refused(Refused::AssignedBefore) => fault("to", Fault::UnitTaken),
        CustodyError::Refused(_) => fault("to", Fault::UnitStays),
        error => error.into(),
    })?;
    if !passed {
        return Err(FamilyError::SentBefore);
    }
    withdraw_open(&mut *db, context, ContractId(other.id)).await?;
    sql::keep_unit(&mut *db, other.id, unit.0).await?;
    moved(&mut *db, context, other, ContractEvent::Begin).await?;
    // Its former family has no page of the unit any more, and its notice names none.
    tell_in(&mut *db, context, (from, None), (Notice::UnitPassedOn, row.id, None)).await?;
    tell_in(&mut *db, context, (to, Some(unit)), (Notice::UnitTakenOver, other.id, None)).await?;
    Ok(())
}
