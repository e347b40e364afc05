//! A lot is called back (召回): every unit that it went into has a deviation, once, and is held where it can be held. A unit into
//! which it goes afterwards, or whose step is told late, is held when that step comes; also where the recall has ended by then, if it
//! went in before that.

use super::{By, CustodyError, Incoming, Refused, UnitName, record_caused_in};
use crate::audit::{self, Entry};
use crate::context::new_uuid;
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::custody::{DeviationKind, Lot, Payload};
use domain::ids::UnitId;
use jiff::Timestamp;
use serde_json::json;
use store::custody::trouble as sql;
use uuid::Uuid;

/// Units of one transaction.
const BATCH: i64 = 500;

/// What became of a recall.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recalled {
    /// Which.
    pub recall: Uuid,
    /// Units that have a deviation now and had none of this recall before.
    pub units: u64,
    /// It ran already, and was only brought to its end.
    pub ran_already: bool,
}

/// Calls a lot back, however its number is typed. Pressed again, it finishes what was interrupted, and tells of no unit twice. `reason` is 4 to 500
/// characters and names nobody.
///
/// # Errors
/// `Denied`; `NotFound` for a lot that went into nothing; `Refused` (`Text`); `Database`.
pub async fn recall(services: &Services, context: &Context, lot: &Lot, reason: &str) -> Result<Recalled, CustodyError> {
    context.require(Capability::ReleaseUnits)?;
    let reason = reason.trim();
    if !(4..=500).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
        return Err(CustodyError::Refused(Refused::Text));
    }
    let lot = Lot { kind: lot.kind.clone(), number: Lot::plain(&lot.number) };
    let (services, context, reason) = (services.clone(), context.clone(), reason.to_owned());
    crate::db::to_the_end(async move {
        let id = sql::lot(&services.db, &lot.kind, &lot.number).await?.ok_or(CustodyError::NotFound)?;
        let (recall, ran_already) = begin(&services, &context, (id, &lot), &reason).await?;
        let units = hold(&services, Some(recall), context.now).await?;
        Ok(Recalled { recall, units, ran_already })
    })
    .await
}

/// Brings every recall that runs to its end, so that one that broke off half-way (its server was killed) leaves no unit as it was
/// until somebody presses again. Answers how many units have a deviation now and had none.
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn finish_recalls(services: &Services) -> Result<u64, CustodyError> {
    let services = services.clone();
    crate::db::to_the_end(async move { hold(&services, None, services.clock.now()).await }).await
}

async fn begin(
    services: &Services,
    context: &Context,
    (id, lot): (Uuid, &Lot),
    reason: &str,
) -> Result<(Uuid, bool), CustodyError> {
    let mut tx = services.begin().await?;
    // Whoever is writing what went into a unit is waited for; whoever writes it afterwards sees the recall.
    sql::lock_lots(&mut *tx).await?;
    if let Some((running, _)) = sql::running_recall(&mut *tx, id).await? {
        return Ok((running, true));
    }
    let recall: Uuid = context.new_id();
    if !sql::begin_recall(&mut *tx, recall, id, reason, who(context), context.now).await? {
        return Err(CustodyError::Unreadable);
    }
    let entry = Entry {
        action: "custody.lot_recalled",
        subject_kind: "custody_lot",
        subject: Some(id),
        detail: json!({ "kind": lot.kind, "number": lot.number, "reason": reason }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok((recall, false))
}

/// Holds what one recall that runs has not held yet, or each of them; in the name of whoever began it.
async fn hold(services: &Services, recall: Option<Uuid>, now: Timestamp) -> Result<u64, CustodyError> {
    let mut told = 0;
    for running in sql::running(&services.db, recall).await? {
        told += hold_all(services, &running, now).await?;
    }
    Ok(told)
}

async fn hold_all(services: &Services, running: &sql::RunningRow, now: Timestamp) -> Result<u64, CustodyError> {
    let by = Some(running.begun_by).filter(|by| !by.is_nil());
    let by = By { actor_kind: if by.is_some() { "staff" } else { "system" }, actor_id: by, source: "desk" };
    // Behind the last one each time: a unit that takes no event any more (its key was destroyed) would be found again and again.
    let (mut told, mut after) = (0, Uuid::nil());
    loop {
        let mut tx = services.begin().await?;
        let units = sql::not_recalled(&mut *tx, (running.lot_id, running.id), after, BATCH).await?;
        let Some(last) = units.last() else { return Ok(told) };
        after = *last;
        let incoming: Vec<Incoming> = units
            .into_iter()
            .map(|unit| Incoming {
                unit: UnitName::Id(UnitId(unit)),
                payload: Payload::DeviationOpened {
                    deviation: new_uuid(now),
                    of: DeviationKind::Recall,
                    said: running.reason.clone(),
                    operator: None,
                },
                occurred_at: now,
                source_seq: None,
            })
            .collect();
        let outcomes = record_caused_in(&mut tx, services, &by, running.id, &incoming, now).await?;
        tx.commit().await?;
        told += outcomes.iter().filter(|outcome| outcome.is_ok()).count() as u64;
    }
}

/// Ends a recall, by somebody else than who began it. What it had not held yet is held first. The deviations stay, each to be closed
/// by itself. Pressed twice it is once.
///
/// # Errors
/// `Denied`; `NotFound`; `Refused` (`CloserOpened`) for whoever began it; `Database`.
pub async fn end_recall(services: &Services, context: &Context, recall: Uuid) -> Result<(), CustodyError> {
    context.require(Capability::ReleaseUnits)?;
    let (services, context) = (services.clone(), context.clone());
    crate::db::to_the_end(async move {
        hold(&services, Some(recall), context.now).await?;
        let mut tx = services.begin().await?;
        if !sql::end_recall(&mut *tx, recall, who(&context), context.now).await? {
            return match sql::is_ended(&mut *tx, recall).await? {
                None => Err(CustodyError::NotFound),
                Some(true) => Ok(()), // the second press
                Some(false) => Err(CustodyError::Refused(Refused::CloserOpened)),
            };
        }
        let entry = Entry {
            action: "custody.recall_ended",
            subject_kind: "custody_recall",
            subject: Some(recall),
            detail: json!({}),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Who acts; the house itself is nobody.
fn who(context: &Context) -> Uuid {
    match &context.actor {
        Actor::Visitor { account, .. } | Actor::Staff { account, .. } => account.0,
        Actor::Client { client, .. } => client.0,
        Actor::Device { device, .. } => device.0,
        Actor::Display { display } => display.0,
        Actor::Anonymous | Actor::System => Uuid::nil(),
    }
}
