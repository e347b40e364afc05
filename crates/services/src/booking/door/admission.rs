//! One scan in one transaction: the nonce before any rule, the rule under the booking's lock, the fact beside the count.
//!
//! A scan is either asked (the counter's page, the API: the answer decides who comes in) or was *done* by a device that had
//! no network ([`Offline`]): those people are in, whatever we say now. What cannot be counted then raises a conflict, one
//! for a booking at a time, and nobody is counted twice.

use super::super::BookingError;
use super::super::claims::facts;
use super::{DoorAnswer, Ticket, locate, steward};
use crate::audit::{self, Entry};
use crate::{Context, Services};
use domain::booking::{DoorRefusal, PassFacts, Policy, SessionFacts, admit, admit_against_the_clock};
use domain::ids::{ActivityId, DeviceId};
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::booking::{claims, conflicts, door as sql};
use uuid::Uuid;

/// What a steward or a device scanned.
pub(crate) struct Scan {
    /// Its own, and every retry's.
    pub nonce: Uuid,
    /// What was shown.
    pub ticket: Ticket,
    /// How many are there.
    pub present: u32,
    /// When, by the device's clock.
    pub device_at: Option<Timestamp>,
    /// A device let them in without asking.
    pub offline: Option<Offline>,
}

/// What a device did without the network.
pub(crate) struct Offline {
    /// Which device.
    pub device: DeviceId,
    /// When, by our clock.
    pub happened_at: Timestamp,
    /// Of everything it says: the same nonce with another body is another scan.
    pub body: [u8; 32],
    /// A supervisor's word, against the clock.
    pub reason: Option<String>,
}

/// What became of a scan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Applied {
    /// It was answered, now or before.
    Answered {
        /// How.
        answer: DoorAnswer,
        /// Supervisors have to look at it.
        conflict: bool,
    },
    /// The nonce is another scan's.
    Reused,
}

/// Applies a scan, once however often it comes.
///
/// # Errors
/// `StateHasChanged` for a booking that moves again and again while it is looked for.
pub(crate) async fn apply(services: &Services, context: &Context, scan: &Scan) -> Result<Applied, BookingError> {
    for _ in 0..2 {
        match transaction(services, context, scan).await {
            // It moved between being found and being locked: where it is now it can be found again.
            Err(BookingError::StateHasChanged) => {}
            other => return other,
        }
    }
    transaction(services, context, scan).await
}

async fn transaction(services: &Services, context: &Context, scan: &Scan) -> Result<Applied, BookingError> {
    let mut tx = services.begin().await?;
    if let Some(known) = before(&mut tx, scan).await? {
        return Ok(known);
    }
    let (session, booking, found) = match locate(services, context, &mut tx, &scan.ticket).await? {
        Ok(row) => (row.session_id, row.id, true),
        Err(refusal) => match unknown(services, scan, refusal) {
            Some((session, booking)) => (session, booking, false),
            // Nothing to note it under: the retry of a forgery is the same forgery.
            None => return Ok(Applied::Answered { answer: Err(refusal), conflict: false }),
        },
    };
    let locked = sql::lock_booking(&mut tx, session, booking).await?;
    if locked.is_none() && found {
        return Err(BookingError::StateHasChanged);
    }
    // Two retries of one nonce meet at the lock: the second sees what the first answered.
    if let Some(known) = before(&mut tx, scan).await? {
        return Ok(known);
    }
    let (answer, kind) = match locked {
        Some((people, arrived, cancelled)) => {
            let pass = PassFacts { people: people.max(0) as u32, arrived: arrived.max(0) as u32, cancelled };
            let (policy, session) = rules(&mut tx, session, context.now).await?;
            decide(scan, context.now, &policy, &session, pass)
        }
        None => (Err(DoorRefusal::Unknown), Some("unknown")),
    };
    if let Ok(admission) = &answer {
        sql::set_arrived(&mut tx, session, booking, admission.arrived as i32).await?;
        let missing = admission.people.saturating_sub(admission.arrived);
        super::super::no_shows::came(&mut tx, session, booking, missing, context.now).await?;
    }
    let conflict = match kind {
        Some(kind) => Some(conflicts::raise(&mut tx, context.new_id(), (session, booking), kind, context.now).await?),
        None => None,
    };
    if !note(&mut tx, context, scan, (session, booking), &answer, conflict.map(|(id, _)| id)).await? {
        // Somebody else's scan has this nonce since a moment ago: what that one became is the answer.
        drop(tx);
        let mut db = services.db.acquire().await?;
        return before(&mut db, scan).await?.ok_or(BookingError::StateHasChanged);
    }
    audit(&mut tx, context, scan, booking, &answer, conflict.filter(|(_, fresh)| *fresh).and(kind)).await?;
    tx.commit().await?;
    Ok(Applied::Answered { answer, conflict: conflict.is_some() })
}

/// What this nonce became before.
async fn before(db: &mut PgConnection, scan: &Scan) -> Result<Option<Applied>, BookingError> {
    let Some(known) = sql::scan(db, scan.nonce).await? else {
        let counted = scan.offline.is_some() && sql::count(db, scan.nonce).await?.is_some();
        return Ok(counted.then_some(Applied::Reused));
    };
    let body = scan.offline.as_ref().map(|offline| offline.body.as_slice());
    if known.body_hash.as_deref() != body {
        return Ok(Some(Applied::Reused));
    }
    let answer = serde_json::from_str(&known.outcome).map_err(|_| BookingError::Damaged("a scan's answer"))?;
    Ok(Some(Applied::Answered { answer, conflict: known.conflict_id.is_some() }))
}

/// Session and booking of a pass that is ours and whose booking is gone, where people came in by it all the same.
fn unknown(services: &Services, scan: &Scan, refusal: DoorRefusal) -> Option<(Uuid, Uuid)> {
    let Ticket::Pass(text) = &scan.ticket else { return None };
    if scan.offline.is_none() || refusal != DoorRefusal::Unknown {
        return None;
    }
    super::read_pass(services, text).ok().map(|(session, booking)| (session.0, booking.0))
}

/// What a session allows; the door asks for no places, so `now` decides nothing of it.
async fn rules(
    db: &mut PgConnection,
    session: Uuid,
    now: jiff::Timestamp,
) -> Result<(Policy, SessionFacts), BookingError> {
    let session = claims::find_sessions(db, &[session]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    let policy = serde_json::from_value(session.policy.clone()).map_err(|_| BookingError::Damaged("a policy"))?;
    Ok((policy, facts(&session, None, now)))
}

/// The answer, and the kind of the conflict if there is one.
fn decide(
    scan: &Scan,
    now: Timestamp,
    policy: &Policy,
    session: &SessionFacts,
    pass: PassFacts,
) -> (DoorAnswer, Option<&'static str>) {
    let Some(offline) = &scan.offline else { return (admit(policy, now, session, pass, scan.present), None) };
    let by_the_rules = match offline.reason {
        Some(_) => admit_against_the_clock(pass, scan.present),
        None => admit(policy, offline.happened_at, session, pass, scan.present),
    };
    match by_the_rules {
        Ok(admission) => (Ok(admission), None),
        // They are in: what only the clock says against it is looked at, and they are counted.
        Err(refusal) if refusal.is_of_the_clock() || refusal == DoorRefusal::SessionClosed => {
            match admit_against_the_clock(pass, scan.present) {
                Ok(admission) => (Ok(admission), Some("clock")),
                // Nor are there so many of the party left: these people are not counted.
                Err(refusal) => (Err(refusal), Some("twice")),
            }
        }
        Err(DoorRefusal::Cancelled) => (Err(DoorRefusal::Cancelled), Some("cancelled")),
        Err(refusal) => (Err(refusal), Some("twice")),
    }
}

/// Keeps the fact. Answers whether its nonce was new.
async fn note(
    db: &mut PgConnection,
    context: &Context,
    scan: &Scan,
    (session_id, booking_id): (Uuid, Uuid),
    answer: &DoorAnswer,
    conflict_id: Option<Uuid>,
) -> Result<bool, BookingError> {
    let offline = scan.offline.as_ref();
    let row = sql::ScanRow {
        nonce: scan.nonce,
        session_id,
        booking_id: Some(booking_id),
        present: scan.present.min(i32::MAX as u32) as i32,
        outcome: serde_json::to_string(answer).map_err(|_| BookingError::Damaged("a scan's answer"))?,
        steward_id: steward(context),
        device_id: offline.map(|offline| offline.device.0),
        body_hash: offline.map(|offline| offline.body.to_vec()),
        reason: offline.and_then(|offline| offline.reason.clone()),
        conflict_id,
    };
    let happened = offline.map(|offline| offline.happened_at);
    Ok(sql::add_scan(db, &row, (scan.device_at, happened), context.now).await?)
}

async fn audit(
    db: &mut PgConnection,
    context: &Context,
    scan: &Scan,
    booking: Uuid,
    answer: &DoorAnswer,
    raised: Option<&'static str>,
) -> sqlx::Result<()> {
    let entry = |action, detail| Entry { action, subject_kind: "booking", subject: Some(booking), detail };
    let reason = scan.offline.as_ref().and_then(|offline| offline.reason.as_deref());
    let happened = scan.offline.as_ref().map(|offline| offline.happened_at);
    let action = match (answer, reason) {
        (Ok(_), None) => "door.admitted",
        (Ok(_), Some(_)) => "door.overridden",
        (Err(_), _) => "door.refused",
    };
    let mut detail = json!({ "present": scan.present, "answer": answer });
    if let (Some(happened), Some(members)) = (happened, detail.as_object_mut()) {
        members.insert("happened_at".into(), json!(happened));
        members.extend(reason.map(|reason| ("reason".into(), json!(reason))));
    }
    let mut entries = vec![entry(action, detail)];
    entries.extend(raised.map(|kind| entry("door.conflict_raised", json!({ "kind": kind }))));
    audit::record(db, context, &entries).await
}

/// Counts people without a booking at an instant, once however often it comes. Answers `false` where the number is another
/// count's or a scan's.
///
/// # Errors
/// `Database`.
pub(crate) async fn count_once(
    services: &Services,
    context: &Context,
    (id, activity): (Uuid, ActivityId),
    kind: &'static str,
    people: domain::booking::PartySize,
    at: Timestamp,
) -> Result<bool, BookingError> {
    let mut tx = services.begin().await?;
    if sql::scan(&mut tx, id).await?.is_some() {
        return Ok(false);
    }
    let (people, by) = (people.get() as i32, steward(context));
    let fresh = sql::add_count(&mut tx, id, activity.0, kind, people, by, at).await;
    match fresh {
        Ok(true) => {}
        Ok(false) => {
            let known = sql::count(&mut tx, id).await?;
            let same = |row: &sql::CountRow| {
                (row.activity_id, row.kind.as_str(), row.people, row.steward_id) == (activity.0, kind, people, by)
            };
            return Ok(known.as_ref().is_some_and(same));
        }
        // An activity that is gone: nothing to count it to.
        Err(error) if store::constraint_of(&error).is_some() => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    tx.commit().await?;
    Ok(true)
}
