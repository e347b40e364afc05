//! Whose a unit is. It stands in the unit's row, by which families find their units, and in its chain, as the event `assigned`: both are
//! written in one transaction, and the verifier compares them. So nobody makes a unit another family's behind the house's back. Where
//! its contract goes to another family the same event is said once more, and the last counts ([`pass_on_in`]).

use super::record::record_passing_in;
use super::{By, CustodyError, Incoming, Refused, Sight, UnitName, record_in, view_in};
use crate::audit::{self, Entry};
use crate::{Context, Services};
use domain::account::{Actor, Denied};
use domain::custody::chain::of_family;
use domain::custody::passport::Hex;
use domain::custody::{Kind, Payload};
use domain::ids::{ContractId, FamilyId, UnitId};
use serde_json::json;
use sqlx::PgConnection;
use store::custody::{events, units};
use store::family::join::give_unit;
use store::family::transfers;
use uuid::Uuid;

/// The source of the events that say whose a unit is; of another source none is kept.
pub const CONTRACTS: &str = "contract";
/// Units recorded in one transaction.
const PAGE: i64 = 500;

/// Gives a unit that is nobody's to a family, in the caller's transaction: whoever makes a contract for a unit, or names the unit of a
/// contract, calls this, and has asked whether they may. Of two that give one unit at the same time the second waits, and finds it given.
/// `false` where the unit was this family's before; then nothing is written.
///
/// # Errors
/// `NotFound`; `Refused` (`AssignedBefore` where it is another family's; `Over` once its key was
/// destroyed); `Unreadable`, `Database`.
pub async fn assign_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    unit: UnitId,
    family: FamilyId,
) -> Result<bool, CustodyError> {
    let row = units::lock(&mut *db, &[unit.0], &[]).await?.into_iter().next().ok_or(CustodyError::NotFound)?;
    let own = row.family_id == Some(family.0);
    if row.family_id.is_some() && !own {
        return Err(CustodyError::Refused(Refused::AssignedBefore));
    }
    if own && !events::assigned(&mut *db, &[unit.0]).await?.is_empty() {
        return Ok(false);
    }
    let told = [said(context, unit, family)];
    let by = By::of(context, CONTRACTS);
    let outcome = record_in(&mut *db, services, &by, &told, context.now).await?.into_iter().next();
    let recorded = outcome.ok_or(CustodyError::Unreadable)?.map_err(CustodyError::Refused)?;
    if !own && !give_unit(&mut *db, unit.0, family.0).await? {
        return Err(CustodyError::Refused(Refused::AssignedBefore));
    }
    // Whose it is stays with the family: the trail says that it was given.
    let detail = json!({ "seq": recorded.seq });
    let entry = Entry { action: "custody.unit_assigned", subject_kind: "custody_unit", subject: Some(unit.0), detail };
    audit::record(db, context, &[entry]).await?;
    Ok(true)
}

/// A unit that goes to another family with its contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Passing {
    /// Which.
    pub unit: UnitId,
    /// Whose it is, by which contract.
    pub from: (FamilyId, ContractId),
    /// Whose it becomes, by which.
    pub to: (FamilyId, ContractId),
    /// The form's own: pressed twice it is one.
    pub form: Uuid,
}

/// Gives a family's unit to another, in the caller's transaction: whoever lets its contract go to the other's calls this, has both
/// contracts locked, and has asked whether they may. The event, which contract took over, and the row are written together. `false` where
/// the form let another go: then the caller takes back what was written.
///
/// # Errors
/// `NotFound`; `Refused` (`AssignedBefore` where it is not the first one's, by its row or by the last event that says whose it is;
/// `Over` once its key was destroyed); `Unreadable`, `Database`.
pub async fn pass_on_in(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    passing: &Passing,
) -> Result<bool, CustodyError> {
    let (unit, (from, contract), (to, to_contract)) = (passing.unit, passing.from, passing.to);
    let row = units::lock(&mut *db, &[unit.0], &[]).await?.into_iter().next().ok_or(CustodyError::NotFound)?;
    if row.family_id != Some(from.0) || from == to {
        return Err(CustodyError::Refused(Refused::AssignedBefore));
    }
    let view = view_in(&mut *db, services, unit, Sight::Staff).await?;
    if row.key_sealed.is_none() {
        return Err(CustodyError::Refused(Refused::Over(view.standing.state())));
    }
    // A row that somebody wrote is not made good by the event that comes behind it.
    let last = view.events.iter().rev().find(|event| event.kind == Kind::Assigned);
    let theirs = Payload::Assigned { family: Hex(of_family(unit.0, from.0)) };
    if last.and_then(|event| event.payload.as_ref()) != Some(&theirs) {
        tracing::error!(%unit, "by its events this unit is not the family's whose contract keeps it");
        return Err(CustodyError::Refused(Refused::AssignedBefore));
    }
    let told = [said(context, unit, to)];
    let by = By::of(context, CONTRACTS);
    let outcome = record_passing_in(&mut *db, services, &by, &told, context.now).await?.into_iter().next();
    let recorded = outcome.ok_or(CustodyError::Unreadable)?.map_err(CustodyError::Refused)?;
    let new = transfers::NewTransfer {
        contract: contract.0,
        to_contract: to_contract.0,
        form: passing.form,
        unit: unit.0,
        seq: i32::try_from(recorded.seq).map_err(|_| CustodyError::Unreadable)?,
        from: from.0,
        to: to.0,
    };
    if !transfers::add(&mut *db, new, context.now).await? {
        return Ok(false);
    }
    if !transfers::pass_on(&mut *db, unit.0, (from.0, to.0)).await? {
        return Err(CustodyError::Refused(Refused::AssignedBefore));
    }
    // Whose it was and whose it is stays with the families: the trail names the contracts.
    let detail = json!({ "seq": recorded.seq, "from": contract, "to": to_contract });
    let entry = Entry { action: "custody.unit_passed_on", subject_kind: "custody_unit", subject: Some(unit.0), detail };
    audit::record(db, context, &[entry]).await?;
    Ok(true)
}

fn said(context: &Context, unit: UnitId, family: FamilyId) -> Incoming {
    let payload = Payload::Assigned { family: Hex(of_family(unit.0, family.0)) };
    Incoming { unit: UnitName::Id(unit), payload, occurred_at: context.now, source_seq: None }
}

/// What became of the units that were families' before it was an event.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stood {
    /// Their events were written.
    pub recorded: u64,
    /// No contract of their family keeps them, or nothing can be said of them any more: left to people.
    pub left: Vec<UnitId>,
}

/// Writes the event of each unit that was given to a family before there was one: once, by hand, by whoever runs the house. It takes
/// nothing on trust that has no witness: a contract of the same family has to name the unit. Repeating it adds nothing. Never done by
/// itself, since it would make good whatever somebody wrote into a row.
///
/// # Errors
/// `Denied` for anybody but the house; `Unreadable`, `Database`.
pub async fn assign_standing(services: &Services, context: &Context) -> Result<Stood, CustodyError> {
    if context.actor != Actor::System {
        return Err(Denied::NotAllowed.into());
    }
    let by = By::of(context, CONTRACTS);
    let (mut after, mut stood) = (Uuid::nil(), Stood::default());
    loop {
        let mut tx = services.begin().await?;
        let page = units::standing(&mut *tx, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.id;
        let unsaid = page.into_iter().filter(|row| !row.assigned);
        let (named, alone): (Vec<_>, Vec<_>) = unsaid.partition(|row| row.named);
        stood.left.extend(alone.iter().map(|row| UnitId(row.id)));
        let told: Vec<Incoming> =
            named.iter().map(|row| said(context, UnitId(row.id), FamilyId(row.family_id))).collect();
        let mut recorded = 0;
        for (row, outcome) in named.iter().zip(record_in(&mut tx, services, &by, &told, context.now).await?) {
            match outcome {
                Ok(_) => recorded += 1,
                // Somebody gave it meanwhile, with its event.
                Err(Refused::AssignedBefore) => {}
                Err(_) => stood.left.push(UnitId(row.id)),
            }
        }
        if recorded > 0 {
            let detail = json!({ "recorded": recorded });
            let entry = Entry { action: "custody.units_assigned", subject_kind: "custody_unit", subject: None, detail };
            audit::record(&mut tx, context, &[entry]).await?;
        }
        tx.commit().await?;
        stood.recorded += recorded;
    }
    Ok(stood)
}
