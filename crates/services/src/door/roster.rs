//! What a device is given: the day's sessions of the museum and of events, and of their bookings the least that lets
//! somebody in: no contact, the name masked; of documents their last four characters, and those only where the activity asks.
//!
//! A device asks since the instant of its last whole roster, by the house's clock, and gets what changed. An instant is read
//! before the rows are and reaches a little back: a change that was being committed meanwhile comes twice rather than never.
//! What of a booking is given is the policy's matter: once a policy has changed everything comes anew.

use super::DoorError;
use crate::crypto::Place;
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::booking::{IdentityRule, Policy, RosterBooking, RosterSession};
use domain::contact::PersonName;
use domain::ids::{ActivityId, BookingId, SessionId};
use domain::time::{local_day, start_of_day};
use jiff::{SignedDuration, Timestamp, civil};
use serde_json::Value;
use std::collections::HashMap;
use store::booking::{devices, roster as sql};
use uuid::Uuid;

/// Bookings of a page.
pub const PAGE: usize = 200;
/// The longest a transaction of the house takes.
const OVERLAP: SignedDuration = SignedDuration::from_secs(60);

/// Something that has a door today.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RosterActivity {
    /// Activity.
    pub id: ActivityId,
    /// 简体中文
    pub title_zh: String,
    /// English
    pub title_en: String,
    /// People counted without a booking today, less those who left.
    pub walked: i64,
}

/// A page of the roster.
#[derive(Clone, Debug)]
pub struct RosterPage {
    /// The day it is of.
    pub day: civil::Date,
    /// As of when: what to ask since, once every page is there.
    pub as_of: Timestamp,
    /// Everything, instead of what changed: what the device has from before is void.
    pub full: bool,
    /// What has a door today; on the first page.
    pub activities: Vec<RosterActivity>,
    /// Every session of the day; on the first page.
    pub sessions: Vec<RosterSession>,
    /// Bookings.
    pub bookings: Vec<RosterBooking>,
    /// Bookings that are of another day now; on the first page.
    pub gone: Vec<BookingId>,
    /// The keys that passes are signed with (RFC 7517); on the first page.
    pub keys: Option<Value>,
    /// Where the next page begins.
    pub next: Option<BookingId>,
}

/// A page of today's roster: what changed since an instant of today, or everything; after a booking of the page before.
///
/// # Errors
/// `Denied`.
pub async fn roster(
    services: &Services,
    context: &Context,
    since: Option<Timestamp>,
    after: Option<BookingId>,
) -> Result<RosterPage, DoorError> {
    context.require(Capability::Admit)?;
    let today = local_day(context.now);
    let (from, until) = (start_of_day(today), start_of_day(today.tomorrow().unwrap_or(today)));
    let mut db = services.begin_search().await?;
    let activities = sql::activities(&mut db, from, until).await?;
    let changed = since
        .filter(|since| local_day(*since) == today && *since <= context.now)
        .map(|since| since - OVERLAP)
        .filter(|changed| activities.iter().flat_map(|row| &row.policy_at).all(|at| at.to_jiff() <= *changed));
    let policies = activities.iter().map(policy_of).collect::<Result<HashMap<_, _>, _>>()?;
    let sessions = sql::sessions(&mut db, from, until).await?;
    let identities: HashMap<Uuid, IdentityRule> = sessions
        .iter()
        .filter_map(|session| Some((session.id, policies.get(&session.activity_id)?.identity)))
        .collect();
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.id).collect();
    let mut rows = sql::bookings(&mut db, &ids, changed, after.map(|id| id.0), PAGE as i64 + 1).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| BookingId(row.id));
    let first = after.is_none();
    let gone = match changed.filter(|_| first) {
        Some(changed) => sql::elsewhere(&mut db, &ids, changed).await?,
        None => Vec::new(),
    };
    drop(db);
    if let (None, Actor::Device { device, .. }) = (next, &context.actor) {
        devices::synced(&services.db, device.0, context.now).await?;
    }
    Ok(RosterPage {
        day: today,
        as_of: context.now,
        full: changed.is_none(),
        activities: if first { activities.into_iter().map(activity).collect() } else { Vec::new() },
        sessions: if first { sessions.iter().map(|row| session(row, &policies)).collect() } else { Vec::new() },
        bookings: rows.into_iter().map(|row| booking(services, row, &identities)).collect::<Result<_, _>>()?,
        gone: gone.into_iter().map(BookingId).collect(),
        keys: first.then(|| services.vault.jwks()),
        next,
    })
}

fn policy_of(row: &sql::ActivityRow) -> Result<(Uuid, Policy), DoorError> {
    let policy = serde_json::from_value(row.policy.clone());
    let policy = policy.map_err(|_| crate::booking::BookingError::Damaged("a policy"))?;
    Ok((row.id, policy))
}

fn activity(row: sql::ActivityRow) -> RosterActivity {
    RosterActivity { id: ActivityId(row.id), title_zh: row.title_zh, title_en: row.title_en, walked: row.walked }
}

fn session(row: &sql::SessionRow, policies: &HashMap<Uuid, Policy>) -> RosterSession {
    let standard = Policy::default();
    let policy = policies.get(&row.activity_id).unwrap_or(&standard);
    RosterSession {
        id: SessionId(row.id),
        activity: ActivityId(row.activity_id),
        starts_at: row.starts_at.to_jiff(),
        ends_at: row.ends_at.to_jiff(),
        closed: row.state != "open",
        open_door: row.open_door,
        early_minutes: policy.early_minutes,
        late_minutes: policy.late_minutes,
    }
}

fn booking(
    services: &Services,
    row: sql::BookingRow,
    identities: &HashMap<Uuid, IdentityRule>,
) -> Result<RosterBooking, DoorError> {
    let people = row.people.max(0) as u32;
    let asked = identities.get(&row.session_id).copied().unwrap_or_default().of(people);
    let documents = match &row.document_sealed {
        Some(sealed) if asked > 0 => crate::booking::ends_of_documents(services, row.id, sealed, asked)?,
        _ => Vec::new(),
    };
    let damaged = || crate::booking::BookingError::Damaged("a booking's name");
    let place = Place { table: "booking", column: "name_sealed", row: row.id };
    let plain = services.vault.open_sealed(place, &row.name_sealed).map_err(crate::booking::BookingError::from)?;
    let name = PersonName::kept(&String::from_utf8(plain).map_err(|_| damaged())?).map_err(|_| damaged())?;
    Ok(RosterBooking {
        id: BookingId(row.id),
        session: SessionId(row.session_id),
        reference: row.reference,
        name: name.masked(),
        people,
        arrived: row.arrived.max(0) as u32,
        cancelled: row.state != "confirmed",
        documents,
    })
}
