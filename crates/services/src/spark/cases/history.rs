//! What happened to a case, as the house reads it and as its family does.

use super::{CaseError, Happened, Reader, keys, may_read, state_of};
use crate::crypto::{CaseKey, Place};
use crate::{Context, Services};
use domain::account::Denied;
use domain::ids::{AccountId, CaseId};
use domain::spark::{Event, Part, PublicState, Side};
use jiff::Timestamp;
use store::spark::cases::{self as sql, EventRow};

/// A change, with why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// What happened.
    pub happened: Happened,
    /// Why; nothing where none was given, or the case is forgotten.
    pub reason: Option<String>,
}

/// A change as the family sees it: no part of the house, no reviewer, no reason of the house's own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Told {
    /// How far it is since then.
    pub state: PublicState,
    /// Whose turn it is.
    pub turn: Side,
    /// It was the family's own doing.
    pub own: bool,
    /// When.
    pub at: Timestamp,
}

/// Stored rows, read.
pub(super) fn happened(rows: &[EventRow]) -> Result<Vec<Happened>, CaseError> {
    let read = |row: &EventRow| {
        Ok(Happened {
            version: row.version,
            event: Event::from_name(&row.event).ok_or(CaseError::Unreadable)?,
            from: state_of(&row.from_state)?,
            to: state_of(&row.to_state)?,
            part: Part::from_name(&row.part).ok_or(CaseError::Unreadable)?,
            by: row.actor_id.map(AccountId),
            at: row.at.to_jiff(),
        })
    };
    rows.iter().map(read).collect()
}

/// Why something happened.
pub(super) fn reason(key: &CaseKey, row: &EventRow) -> Result<Option<String>, CaseError> {
    let Some(sealed) = &row.reason_sealed else { return Ok(None) };
    let place = Place { table: "spark_case_event", column: "reason_sealed", row: row.id };
    Ok(Some(String::from_utf8(key.open(place, sealed)?).map_err(|_| CaseError::Unreadable)?))
}

/// What happened to a case, in order, for the house.
///
/// # Errors
/// `Denied` for families ([`own_history`]) and whoever does not read cases, `NotFound`, `Crypto`, `Database`.
pub async fn history(services: &Services, context: &Context, case: CaseId) -> Result<Vec<Step>, CaseError> {
    let mut db = services.db.acquire().await?;
    if let Reader::Family(_) = may_read(&mut db, context, case).await? {
        return Err(Denied::NotAllowed.into());
    }
    let rows = sql::events(&mut *db, case.0, 0).await?;
    let key = match keys::key(services, &mut db, case).await {
        Ok(key) => Some(key),
        Err(CaseError::Forgotten) => None,
        Err(error) => return Err(error),
    };
    let mut steps = Vec::with_capacity(rows.len());
    for (row, happened) in rows.iter().zip(happened(&rows)?) {
        let reason = match &key {
            Some(key) => reason(key, row)?,
            None => None,
        };
        steps.push(Step { happened, reason });
    }
    Ok(steps)
}

/// What happened to a case, in order, for its family: what it could see a difference in.
///
/// # Errors
/// `Denied`, `NotFound`, `Database`.
pub async fn own_history(services: &Services, context: &Context, case: CaseId) -> Result<Vec<Told>, CaseError> {
    let mut db = services.db.acquire().await?;
    may_read(&mut db, context, case).await?;
    let all = happened(&sql::events(&mut *db, case.0, 0).await?)?;
    let mut told: Vec<Told> = Vec::new();
    for each in all {
        let state = each.to.public();
        if told.last().is_some_and(|last| last.state == state) {
            continue;
        }
        told.push(Told { state, turn: state.side(), own: each.part.is_family(), at: each.at });
    }
    Ok(told)
}
