//! The waiting list of a session as the office sees it: who waits, masked, and why nobody is being promoted.

use super::super::BookingError;
use super::super::calendar::SessionView;
use super::standing::{Asked, standings};
use crate::crypto::Place;
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{Policy, SessionFacts, Standstill, WaitingState, standstill};
use domain::contact::PersonName;
use domain::ids::{SessionId, WaitingId};
use jiff::Timestamp;
use std::collections::HashSet;
use store::booking::{sessions, waiting as sql};
use uuid::Uuid;

/// A line of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Entry.
    pub id: WaitingId,
    /// Its place; places are never given twice, so numbers may be missing.
    pub place: u32,
    /// What became of it. An offer that has run out waits to be passed on.
    pub state: WaitingState,
    /// People.
    pub people: u32,
    /// Of whom under 14.
    pub children: u32,
    /// 张**
    pub name: String,
    /// Until when this session is offered to it.
    pub offered_until: Option<Timestamp>,
    /// Other sessions it waits for.
    pub others: u32,
    /// It waits for this session no more.
    pub over: bool,
    /// It waits and could not take an offer: its person has other bookings, beside which the rules allow no more.
    pub rests: bool,
    /// Since when.
    pub since: Timestamp,
}

/// The list of a session.
#[derive(Clone, Debug)]
pub struct WaitingList {
    /// In order, those that are over too.
    pub lines: Vec<Listed>,
    /// Why nobody is being promoted at this moment.
    pub why: Standstill,
}

/// The waiting list of a session.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn waiting_list(
    services: &Services,
    context: &Context,
    session: SessionId,
) -> Result<WaitingList, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let row = sessions::session(&mut db, session.0, context.now).await?.ok_or(BookingError::NotFound)?;
    let policy: Policy = serde_json::from_value(row.policy.clone().unwrap_or_default())
        .map_err(|_| BookingError::Damaged("a policy"))?;
    let activity = row.activity_id;
    let facts = SessionView::of(row, context.now).facts;
    let asked = [Asked { id: session.0, activity, policy: &policy, facts }];
    let stands = standings(&mut db, &asked, context.now).await?.swap_remove(0);
    let able: Vec<u32> = stands.able().iter().map(|party| party.people).collect();
    let rests: HashSet<Uuid> = stands.line.iter().filter(|party| !party.able).map(|party| party.id).collect();
    let facts = SessionFacts { owed: 0, ..stands.facts };
    let rows = sql::list(&mut db, session.0).await?;
    let lines = rows.into_iter().map(|row| line(services, session, row, &rests)).collect::<Result<_, _>>()?;
    Ok(WaitingList { lines, why: standstill(&policy, context.now, &facts, &able, rests.len() as u32) })
}

fn line(
    services: &Services,
    session: SessionId,
    row: sql::ListedRow,
    rests: &HashSet<Uuid>,
) -> Result<Listed, BookingError> {
    let damaged = BookingError::Damaged("a waiting party's name");
    let name = match row.name_sealed {
        Some(sealed) => {
            let place = Place { table: "waiting_entry", column: "name_sealed", row: row.id };
            let plain = services.vault.open_sealed(place, &sealed)?;
            let text = String::from_utf8(plain).map_err(|_| BookingError::Damaged("a waiting party's name"))?;
            PersonName::kept(&text).map_err(|_| damaged)?.masked()
        }
        None => String::new(),
    };
    Ok(Listed {
        id: WaitingId(row.id),
        place: row.place.unsigned_abs(),
        state: WaitingState::from_name(&row.state).ok_or(BookingError::Damaged("the state of a waiting party"))?,
        people: row.people.unsigned_abs(),
        children: row.children.unsigned_abs(),
        name,
        offered_until: row.offer_expires_at.filter(|_| row.offered_session == Some(session.0)).map(|at| at.to_jiff()),
        others: row.others.max(0) as u32,
        over: row.over,
        rests: rests.contains(&row.id),
        since: row.created_at.to_jiff(),
    })
}
