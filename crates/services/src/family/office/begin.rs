//! Which unit a contract keeps. Its family reads that unit from then on, and nobody takes it back: one of the office proposes it by the
//! number on the bag, the contract's page says which unit that is, and another of the office confirms it.

use super::acts::Acting;
use super::one::Kept;
use super::{LASTS, born, fault, inviter, officer, opened};
use crate::audit;
use crate::custody::desk::DeskError;
use crate::custody::search::{self, masked};
use crate::custody::{CustodyError, Sight, assign_in, view_in};
use crate::db::to_the_end;
use crate::family::settle::happen_in;
use crate::family::{FamilyError, place};
use crate::ledger::views::Names;
use crate::limits::Limited;
use crate::{Context, Services};
use domain::Locale;
use domain::custody::{Din, Kind, Payload, State};
use domain::family::{ContractEvent, ContractState, comes_of_age_on};
use domain::field::{Fault, Faults};
use domain::ids::{AccountId, ContractId, FamilyId, UnitId};
use domain::time::local_day;
use domain::two::{First, Outcome, Turn, Who};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::custody::collectors;
use store::family::begins::{self, BeginRow};
use store::family::contracts::StandingRow;
use store::family::office as sql;
use uuid::Uuid;

/// When and where a unit was collected, as its chain says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collected {
    /// On which day.
    pub day: Date,
    /// The hospital, in the language of whoever reads; its code where it has no name.
    pub hospital: String,
}

/// A unit that waits to be confirmed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proposed {
    /// The proposal's own.
    pub id: Uuid,
    /// Which unit.
    pub unit: Kept,
    /// When and where it was collected; nothing where its chain does not say so, or cannot be read.
    pub collected: Option<Collected>,
    /// When the child was born, as whoever proposed it typed it.
    pub born: Date,
    /// The name of who proposed it; empty where it is kept no more.
    pub by: String,
    /// Whoever reads proposed it.
    pub own: bool,
    /// When.
    pub at: Timestamp,
    /// Until when it can be confirmed.
    pub until: Timestamp,
}

fn read(said: &Acting, today: Date) -> Result<(Din, Date), FamilyError> {
    let mut faults = Faults::default();
    let din = faults.take("din", search::typed(&said.din));
    let born = faults.take("born", born(&said.born, (today, today)));
    din.zip(born).ok_or_else(|| FamilyError::Fields(faults.into_errors()))
}

/// The contract, locked, that can be brought into force.
async fn signed(db: &mut PgConnection, contract: ContractId) -> Result<sql::LockedRow, FamilyError> {
    let row = sql::lock(&mut *db, contract.0).await?.ok_or(FamilyError::NotFound)?;
    let state = ContractState::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    if state.after(ContractEvent::Begin).is_none() || row.unit_id.is_some() {
        return Err(FamilyError::Stale);
    }
    Ok(row)
}

/// Proposes the unit that a contract is to keep; answers the proposal's id. Pressed twice it is one.
///
/// # Errors
/// `Denied`; `NotFound`; `Fields` (`din`, `born`); `Stale` where something happened to the contract since the form was made, where it
/// does not begin, and where another unit is proposed; `Limited` by the numbers that are asked for; `Crypto`, `Unreadable`, `Database`.
pub async fn propose(
    services: &Services,
    context: &Context,
    contract: ContractId,
    said: &Acting,
) -> Result<Uuid, FamilyError> {
    let by = officer(context)?;
    let (din, born) = read(said, local_day(context.now))?;
    let unit = unit_of(services, context, &din).await?;
    let (services, context, version) = (services.clone(), context.clone(), said.version);
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = signed(&mut tx, contract).await?;
        if u32::try_from(row.version) != Ok(version) {
            return Err(FamilyError::Stale);
        }
        if let Some(before) = begins::open(&mut *tx, row.id, context.now).await? {
            let same = before.unit_id == unit.0 && born_of(&services, &before)? == born;
            // One waits: another is proposed once that is settled.
            standing(&before)?.again(Who::account(by), same).map_err(|_| FamilyError::Stale)?;
            return Ok(before.id);
        }
        fits(&mut tx, (&row, unit)).await?;
        let id: Uuid = context.new_id();
        let sealed =
            services.vault.seal(place("family_contract_begin", "born_sealed", id), born.to_string().as_bytes());
        let new = begins::NewBegin {
            id,
            contract: row.id,
            unit: unit.0,
            born: &sealed,
            by: by.0,
            expires_at: context.now + LASTS,
        };
        begins::expire_of(&mut *tx, row.id, context.now).await?;
        if !begins::propose(&mut *tx, new, context.now).await? {
            return Err(FamilyError::Stale);
        }
        let detail = json!({ "proposal": id, "unit": unit });
        audit::record(&mut tx, &context, &[super::entry("family.unit_proposed", contract, detail)]).await?;
        tx.commit().await?;
        Ok(id)
    })
    .await
}

/// Confirms the unit that another of the office proposed: the contract is in force, and its family reads the unit from now on. Pressed
/// twice it is once.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `NotFound`; `SamePerson` for whoever proposed it; `Stale` where it was withdrawn,
/// confirmed by another or ran out, or the contract does not begin any more; `Fields` (`din`) where the unit is another's meanwhile; `Crypto`,
/// `Unreadable`, `Database`.
pub async fn confirm(
    services: &Services,
    context: &Context,
    (contract, proposal): (ContractId, Uuid),
) -> Result<ContractState, FamilyError> {
    let by = inviter(context)?;
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
    // Under the contract's lock: of two who confirm it the second finds that it was.
    let begin = locked(&mut tx, (contract, proposal)).await?;
    if standing(&begin)?.confirm(Who::account(by), context.now)? == Turn::Before {
        return Ok(ContractState::Active);
    }
    let born = born_of(services, &begin)?;
    let row = signed(&mut tx, contract).await?;
    keep(services, context, &mut tx, (&row, UnitId(begin.unit_id))).await?;
    was_born(services, &mut tx, &row, born).await?;
    let standing = StandingRow { id: row.id, state: row.state, version: row.version };
    if !happen_in(&mut tx, context, &standing, ContractEvent::Begin).await? {
        return Err(FamilyError::Stale);
    }
    settled(&mut tx, context, (contract, &begin), (Outcome::Confirmed, "family.unit_confirmed", by)).await?;
    super::transfer::withdraw_all(&mut tx, context, contract).await?;
    tx.commit().await?;
    Ok(ContractState::Active)
}

/// What was proposed for a contract, under the contract's lock.
async fn locked(db: &mut PgConnection, (contract, proposal): (ContractId, Uuid)) -> Result<BeginRow, FamilyError> {
    sql::lock(&mut *db, contract.0).await?.ok_or(FamilyError::NotFound)?;
    let found = begins::one(db, proposal).await?.filter(|begin| begin.contract_id == contract.0);
    found.ok_or(FamilyError::NotFound)
}

/// Takes back what was proposed, by whoever of the office. Pressed twice it is once.
///
/// # Errors
/// `Denied`; `NotFound`; `Stale` of what was confirmed, or ran out; `Database`.
pub async fn withdraw(
    services: &Services,
    context: &Context,
    (contract, proposal): (ContractId, Uuid),
) -> Result<(), FamilyError> {
    let by = officer(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let begin = locked(&mut tx, (contract, proposal)).await?;
        if standing(&begin)?.withdraw(context.now)? == Turn::Now {
            settled(&mut tx, &context, (contract, &begin), (Outcome::Withdrawn, "family.unit_withdrawn", by)).await?;
            tx.commit().await?;
        }
        Ok(())
    })
    .await
}

/// Takes back what waits for a contract, which is locked, where the contract ends or begins otherwise: nobody could any more, and what
/// was typed of the child stayed.
pub(super) async fn withdraw_open(
    db: &mut PgConnection,
    context: &Context,
    contract: ContractId,
) -> Result<(), FamilyError> {
    let by = officer(context)?;
    if let Some(begin) = begins::open(&mut *db, contract.0, context.now).await? {
        settled(db, context, (contract, &begin), (Outcome::Withdrawn, "family.unit_withdrawn", by)).await?;
    }
    Ok(())
}

/// Settles a proposal that is open, under the contract's lock.
async fn settled(
    db: &mut PgConnection,
    context: &Context,
    (contract, begin): (ContractId, &BeginRow),
    (outcome, action, by): (Outcome, &'static str, AccountId),
) -> Result<(), FamilyError> {
    if !begins::settle(&mut *db, begin.id, (outcome.name(), by.0), context.now).await? {
        return Err(FamilyError::Stale);
    }
    let detail = json!({ "proposal": begin.id, "unit": begin.unit_id, "proposed_by": begin.proposed_by });
    Ok(audit::record(db, context, &[super::entry(action, contract, detail)]).await?)
}

fn standing(begin: &BeginRow) -> Result<First, FamilyError> {
    super::first((begin.proposed_by, begin.settled_by), begin.outcome.as_deref(), begin.expires_at)
}

fn born_of(services: &Services, begin: &BeginRow) -> Result<Date, FamilyError> {
    let sealed = begin.born_sealed.as_deref().ok_or(FamilyError::Unreadable)?;
    let text = opened(services, ("family_contract_begin", "born_sealed", begin.id), sealed)?;
    text.parse().map_err(|_| FamilyError::Unreadable)
}

/// When and where a unit was collected.
pub(super) async fn collected(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    unit: UnitId,
) -> Result<Option<Collected>, FamilyError> {
    let view = view_in(&mut *db, services, unit, Sight::Staff).await?;
    let last = view.events.into_iter().rev().find(|event| event.kind == Kind::Collected);
    let Some((at, Some(Payload::Collected { hospital, .. }))) = last.map(|event| (event.occurred_at, event.payload))
    else {
        return Ok(None);
    };
    let named = collectors::hospitals(db).await?.into_iter().find(|one| one.code == hospital);
    let name = named.map(|one| if context.locale == Locale::En { one.en } else { one.zh });
    Ok(Some(Collected { day: local_day(at), hospital: name.unwrap_or(hospital) }))
}

/// A proposal that is open, for the contract's page.
pub(super) fn proposed(
    services: &Services,
    begin: &BeginRow,
    collected: Option<Collected>,
    (reader, names): (AccountId, &Names),
) -> Result<Proposed, FamilyError> {
    let din = Din::parse(&begin.din).map_err(|_| FamilyError::Unreadable)?;
    let state = State::from_name(&begin.unit_state).ok_or(FamilyError::Unreadable)?;
    Ok(Proposed {
        id: begin.id,
        unit: Kept { id: UnitId(begin.unit_id), masked: masked(&din), state, went: false },
        collected,
        born: born_of(services, begin)?,
        by: names.person(begin.proposed_by).name,
        own: begin.proposed_by == reader.0,
        at: begin.proposed_at.to_jiff(),
        until: begin.expires_at.to_jiff(),
    })
}

/// Whether a unit, which is locked until the transaction ends, can come under a contract.
async fn fits(db: &mut PgConnection, (contract, unit): (&sql::LockedRow, UnitId)) -> Result<(), FamilyError> {
    let row = sql::lock_unit(&mut *db, unit.0).await?.ok_or(FamilyError::NotFound)?;
    let state = State::from_name(&row.state).ok_or(FamilyError::Unreadable)?;
    let other = row.family_id.is_some_and(|family| family != contract.family_id);
    if other || row.kept || row.pool != contract.pool || state.is_over() {
        return Err(fault("din", Fault::UnitTaken));
    }
    if matches!(state, State::Expected | State::Collected | State::InTransit) {
        return Err(fault("din", Fault::NotYet));
    }
    Ok(())
}

/// Puts a unit under a contract, and gives it to the contract's family.
async fn keep(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    (contract, unit): (&sql::LockedRow, UnitId),
) -> Result<(), FamilyError> {
    fits(db, (contract, unit)).await?;
    assign_in(services, db, context, unit, FamilyId(contract.family_id)).await.map_err(|error| match error {
        CustodyError::Refused(_) => fault("din", Fault::UnitTaken),
        error => error.into(),
    })?;
    Ok(sql::keep_unit(&mut *db, contract.id, unit.0).await?)
}

/// The day the child was born, in the place of the one it was expected on.
pub(super) async fn was_born(
    services: &Services,
    db: &mut PgConnection,
    contract: &sql::LockedRow,
    born: Date,
) -> Result<(), FamilyError> {
    let Some(child) = contract.child_id else { return Ok(()) };
    let of_age_in = comes_of_age_on(born).ok_or(FamilyError::Unreadable)?.year();
    let sealed = services.vault.seal(place("family_child", "born_sealed", child), born.to_string().as_bytes());
    Ok(sql::set_born(db, child, &sealed, of_age_in).await?)
}

/// The unit of a number that was typed whole; whoever asks for many is slowed as at the laboratory's desk.
pub(super) async fn unit_of(services: &Services, context: &Context, din: &Din) -> Result<UnitId, FamilyError> {
    search::looked_up(services, context, 1).await.map_err(counted)?;
    match store::custody::search::of_din(&services.db, din.as_str()).await? {
        Some(id) => Ok(UnitId(id)),
        None => {
            search::missed(services, context, 1).await.map_err(counted)?;
            Err(fault("din", Fault::DinUnknown))
        }
    }
}

fn counted(error: DeskError) -> FamilyError {
    match error {
        DeskError::Denied(denied) => FamilyError::Denied(denied),
        DeskError::Limited { retry_after } => {
            let retry_after = SignedDuration::from_secs(i64::from(retry_after));
            FamilyError::Limited(Limited { retry_after, shared: false })
        }
        DeskError::Database(error) => FamilyError::Database(error),
        error => {
            tracing::error!(%error, "a number of a unit could not be counted");
            FamilyError::Unreadable
        }
    }
}
