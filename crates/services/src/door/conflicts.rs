//! Where facts from the door cannot all be counted: both are kept, one conflict is raised, and a supervisor says how many
//! came.

use super::DoorError;
use super::upload::worded;
use crate::audit::{self, Entry};
use crate::booking::{BookingView, DoorAnswer, came, views};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::field::Fault;
use domain::ids::{BookingId, ConflictId, SessionId};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use store::booking::{bookings, claims, conflicts as sql, door};

/// How long a resolved conflict is still shown.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Why facts cannot all be counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConflictKind {
    /// More people were let in than were booked: two doors, one pass.
    Twice,
    /// The booking had been cancelled when they were let in.
    Cancelled,
    /// The pass was ours, and nobody knows the booking any more.
    Unknown,
    /// They were let in at a time at which, by our clock, nobody was to be. They are counted.
    Clock,
}

impl ConflictKind {
    fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "twice" => Self::Twice,
            "cancelled" => Self::Cancelled,
            "unknown" => Self::Unknown,
            "clock" => Self::Clock,
            _ => return None,
        })
    }
}

/// What was said of a booking at a door.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The device's name; none for the counter's page.
    pub device: Option<String>,
    /// When, by the house's clock.
    pub at: Timestamp,
    /// When the house heard of it.
    pub received_at: Timestamp,
    /// How many.
    pub present: u32,
    /// What the house made of it.
    pub answer: Option<DoorAnswer>,
}

/// How a conflict ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settled {
    /// When.
    pub at: Timestamp,
    /// How many came.
    pub people: u32,
    /// Why.
    pub reason: String,
}

/// A conflict.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Conflict.
    pub id: ConflictId,
    /// Of which session.
    pub session: SessionId,
    /// Why.
    pub kind: ConflictKind,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// The booking, where there is one still.
    pub booking: Option<BookingView>,
    /// Everything that was said of it, in its order.
    pub said: Vec<Said>,
    /// How it ended.
    pub settled: Option<Settled>,
}

/// The conflicts that stand open, and those of the last week; the open ones first.
///
/// # Errors
/// `Denied`.
pub async fn conflicts(services: &Services, context: &Context) -> Result<Vec<Conflict>, DoorError> {
    context.require(Capability::SuperviseDoor)?;
    let mut db = services.db.acquire().await?;
    let rows = sql::conflicts(&mut db, context.now - REMEMBERED).await?;
    // Each once: a booking may be in conflict again after it was decided, and what was said of it is not said twice by that.
    let ids: Vec<uuid::Uuid> = rows.iter().map(|row| row.booking_id).collect::<BTreeSet<_>>().into_iter().collect();
    let facts = sql::facts(&mut db, &ids).await?;
    let known = views(services, &mut db, &ids).await?;
    let conflict = |row: sql::ConflictRow| {
        let said = facts.iter().filter(|fact| fact.booking_id == row.booking_id).map(said).collect();
        let settled = row.resolved_at.zip(row.reason).map(|(at, reason)| Settled {
            at: at.to_jiff(),
            people: row.people.unwrap_or_default().max(0) as u32,
            reason,
        });
        Ok(Conflict {
            id: ConflictId(row.id),
            session: SessionId(row.session_id),
            kind: ConflictKind::from_name(&row.kind).ok_or(DoorError::NotFound)?,
            raised_at: row.raised_at.to_jiff(),
            booking: known.get(&BookingId(row.booking_id)).cloned(),
            said,
            settled,
        })
    };
    rows.into_iter().map(conflict).collect()
}

fn said(row: &sql::FactRow) -> Said {
    Said {
        device: row.device.clone(),
        at: row.at.to_jiff(),
        received_at: row.received_at.to_jiff(),
        present: row.present.max(0) as u32,
        answer: serde_json::from_str(&row.outcome).ok(),
    }
}

/// Ends a conflict: so many of the party came. Of a booking that counts, that is what it has now, never more than were
/// booked; of one that does not, they are counted as walk-ins.
///
/// # Errors
/// `Denied`, `NotFound`; `Fields` for a missing reason or more people than were booked; `StateHasChanged` where somebody
/// else has decided, or more was said of the booking than the `seen` facts they decided on.
pub async fn resolve(
    services: &Services,
    context: &Context,
    conflict: ConflictId,
    seen: u32,
    people: u32,
    reason: &str,
) -> Result<(), DoorError> {
    context.require(Capability::SuperviseDoor)?;
    worded(reason).map_err(|fault| DoorError::field("reason", fault))?;
    if people > 500 {
        return Err(DoorError::field("people", Fault::OutOfRange { min: 0, max: 500 }));
    }
    let reason = reason.trim().to_owned();
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let booking = sql::booking_of(&mut tx, conflict.0).await?.ok_or(DoorError::NotFound)?;
        // The booking first, as an upload locks them: in the other order each would wait for the other.
        let place = place(&mut tx, booking).await?;
        let row = sql::lock(&mut tx, conflict.0).await?.ok_or(DoorError::NotFound)?;
        let said = sql::facts(&mut tx, &[row.booking_id]).await?.len();
        if row.resolved_at.is_some() || said != seen as usize {
            return Err(DoorError::StateHasChanged);
        }
        let by = match &context.actor {
            Actor::Device { device, .. } => device.0,
            other => other.account().map(|account| account.0).unwrap_or_default(),
        };
        count(&mut tx, (by, context.now), &row, place, people).await?;
        sql::resolve(&mut tx, &row, people as i32, &reason, by, context.now).await?;
        let detail = json!({ "kind": row.kind, "people": people, "reason": reason });
        let entry =
            Entry { action: "door.conflict_resolved", subject_kind: "booking", subject: Some(row.booking_id), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Where a booking is by now, and who is booked; locked.
type Standing = (uuid::Uuid, Option<(i32, i32, bool)>);

async fn place(tx: &mut PgConnection, (raised_in, booking): (uuid::Uuid, uuid::Uuid)) -> Result<Standing, DoorError> {
    let now = bookings::booking(tx, booking).await?;
    let session = now.as_ref().map_or(raised_in, |booking| booking.session_id);
    let locked = door::lock_booking(tx, session, booking).await?;
    // It moved between being found and being locked: nobody is counted beside a booking that counts.
    if now.is_some() && locked.is_none() {
        return Err(DoorError::StateHasChanged);
    }
    Ok((session, locked))
}

/// Counts the people a supervisor decided on.
async fn count(
    tx: &mut PgConnection,
    (by, at): (uuid::Uuid, Timestamp),
    conflict: &sql::ConflictRow,
    (session, booked): Standing,
    people: u32,
) -> Result<(), DoorError> {
    match booked {
        Some((booked, _, false)) => {
            let booked = booked.max(0) as u32;
            if people > booked {
                return Err(DoorError::field("people", Fault::OutOfRange { min: 0, max: booked }));
            }
            door::settle_arrived(tx, session, conflict.booking_id, people as i32, at).await?;
            if people > 0 {
                came(tx, session, conflict.booking_id, booked - people, at).await?;
            }
        }
        Some(_) | None => {
            let sessions = claims::find_sessions(tx, &[session]).await?;
            let activity = sessions.first().map(|session| session.activity_id).ok_or(DoorError::NotFound)?;
            if people > 0 {
                // They came when the door said so, which may be days before it reached the house.
                let came = sql::happened(tx, conflict.id).await?.unwrap_or(conflict.raised_at).to_jiff();
                // The conflict's own number: pressed twice, they are counted once.
                door::add_count(tx, conflict.id, activity, "walk_in", people as i32, by, came).await?;
            }
        }
    }
    Ok(())
}
