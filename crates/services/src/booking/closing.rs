//! Closing a session or a whole day: one act of staff, with a reason that visitors read.
//!
//! Every booking is cancelled by the house and told once, with the reason and a way to another session; places kept for
//! forms end, parties that wait are told, nobody gets a no-show. Each session is one transaction under its lock, so that a
//! booking is either there to be ended or finds the session closed. The act itself is written first, with a job that
//! finishes what a server that dies half-way leaves undone.

use super::BookingError;
use super::claims::{activity, lock};
use super::office::museum;
use super::retry::again;
use super::tell::tell_session;
use super::waiting::{closed_after_all, end_waiting_for, promote};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use crate::webhooks::news;
use crate::{Context, Services, messages};
use domain::account::Capability;
use domain::booking::Refusal;
use domain::field::Fault;
use domain::ids::{ActivityId, BookingId, ClosureId, SessionId};
use domain::time::start_of_day;
use domain::webhooks::Topic;
use jiff::{SignedDuration, Timestamp, civil};
use jiff_sqlx::ToSqlx;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::booking::{closures as sql, sessions};
use uuid::Uuid;

/// The job that finishes an act of closing.
const FINISH: &str = "booking.finish_closing";
/// When it looks: by then the request that began it is over, one way or the other.
const FINISH_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// The longest reason.
pub(super) const REASON: usize = 100;

/// What is closed, or needs no booking ([`super::open_door`]).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closed {
    /// One session.
    Session(SessionId),
    /// Every session of the museum on a day; the templates make no others on it.
    Day(civil::Date),
}

/// An act of closing, as staff confirm it.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The form's own: pressed twice, it closes once.
    pub key: ClosureId,
    /// What.
    pub what: Closed,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// Whom closing a session touches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Touched {
    /// Session.
    pub session: SessionId,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// It is closed already.
    pub closed: bool,
    /// It needs no booking already.
    pub open_door: bool,
    /// Confirmed bookings.
    pub bookings: u32,
    /// Their people.
    pub people: u32,
    /// Bookings that left neither phone nor address: nobody can tell them.
    pub unreachable: u32,
    /// People who are there already; they stay.
    pub arrived: u32,
    /// Places kept for somebody who is filling in the form.
    pub held: u32,
    /// Parties on the waiting list.
    pub waiting: u32,
}

impl From<sql::TouchedRow> for Touched {
    fn from(row: sql::TouchedRow) -> Self {
        let count = |n: i64| n.max(0) as u32;
        Self {
            session: SessionId(row.id),
            starts_at: row.starts_at.to_jiff(),
            ends_at: row.ends_at.to_jiff(),
            closed: row.state != "open",
            open_door: row.open_door,
            bookings: count(row.bookings),
            people: count(row.people),
            unreachable: count(row.unreachable),
            arrived: count(row.arrived),
            held: count(row.held),
            waiting: count(row.waiting),
        }
    }
}

/// What an act of closing ended this time: all zero when it was repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ended {
    /// Sessions.
    pub sessions: u32,
    /// Bookings.
    pub bookings: u32,
    /// Their people.
    pub people: u32,
    /// Parties that waited for nothing else.
    pub waiting: u32,
}

/// Whom closing would touch, session by session; those that are over are left out.
///
/// # Errors
/// `Denied`; `NotFound` for a session that is not there.
pub async fn touched(services: &Services, context: &Context, what: Closed) -> Result<Vec<Touched>, BookingError> {
    context.require(Capability::ManageSessions)?;
    let mut db = services.db.acquire().await?;
    let activity = activity_of(&mut db, what).await?;
    read(&mut db, activity, what, context.now).await
}

pub(super) async fn activity_of(db: &mut PgConnection, what: Closed) -> Result<ActivityId, BookingError> {
    match what {
        Closed::Session(id) => {
            let found = store::booking::claims::find_sessions(db, &[id.0]).await?;
            found.first().map(activity).ok_or(BookingError::NotFound)
        }
        Closed::Day(_) => Ok(ActivityId(museum(db).await?.0)),
    }
}

pub(super) async fn read(
    db: &mut PgConnection,
    activity: ActivityId,
    what: Closed,
    now: Timestamp,
) -> Result<Vec<Touched>, BookingError> {
    let (session, span) = match what {
        Closed::Session(id) => (Some(id.0), (now, now)),
        Closed::Day(day) => (None, (start_of_day(day), start_of_day(day.tomorrow().unwrap_or(day)))),
    };
    let rows = sql::touched(db, activity.0, session, span, now).await?;
    Ok(rows.into_iter().map(Touched::from).filter(|touched| touched.ends_at > now).collect())
}

/// Closes a session or a day. Repeating it, with the same key or another, ends nothing twice and tells nobody twice.
///
/// # Errors
/// `Denied`; `Fields` without reasons; `NotFound`; `KeyReused` for a key that closed something else; `Refused(TooLate)` for
/// what is over; `Refused(Busy)`.
pub async fn close(services: &Services, context: &Context, closing: Closing) -> Result<Ended, BookingError> {
    context.require(Capability::ManageSessions)?;
    let faults: Vec<_> = [("reason_zh", &closing.reason_zh), ("reason_en", &closing.reason_en)]
        .into_iter()
        .filter_map(|(field, text)| Some(domain::field::FieldError::new(field, reason_fault(text)?)))
        .collect();
    if !faults.is_empty() {
        return Err(BookingError::Fields(faults));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let sessions = begin(&services, &context, &closing).await?;
        let ended = end_all(&services, &context, closing.key, &sessions).await;
        services.job_bell.notify_one();
        ended
    })
    .await
}

fn reason_fault(text: &str) -> Option<Fault> {
    match text.trim() {
        "" => Some(Fault::Required),
        text if text.chars().count() > REASON => Some(Fault::TooLong { max: REASON as u32 }),
        _ => None,
    }
}

fn key(closure: ClosureId) -> String {
    format!("closing:{closure}")
}

#[derive(Serialize, Deserialize)]
struct FinishJob {
    closure: ClosureId,
}

/// Writes the act and what it is to close, takes the day out of the templates, and answers the sessions it has still to
/// close: none of those it closed before, and none that was opened again since.
async fn begin(services: &Services, context: &Context, closing: &Closing) -> Result<Vec<SessionId>, BookingError> {
    let mut tx = services.begin().await?;
    let activity = activity_of(&mut tx, closing.what).await?;
    let day = match closing.what {
        Closed::Day(day) => Some(day.to_sqlx()),
        Closed::Session(_) => None,
    };
    let row = sql::ClosureRow {
        id: closing.key.0,
        activity_id: activity.0,
        day,
        reason_zh: closing.reason_zh.trim().to_owned(),
        reason_en: closing.reason_en.trim().to_owned(),
    };
    if let Some(day) = day {
        sql::lock_activity(&mut tx, activity.0).await?;
        let exception =
            sessions::ExceptionRow { day, reason_zh: row.reason_zh.clone(), reason_en: row.reason_en.clone() };
        sessions::add_exception(&mut tx, activity.0, &exception).await?;
    }
    let touched = read(&mut tx, activity, closing.what, context.now).await?;
    if touched.is_empty() && day.is_none() {
        return Err(Refusal::TooLate.into());
    }
    let found: Vec<SessionId> = touched.iter().map(|touched| touched.session).collect();
    if sql::add(&mut tx, context.now, &row, context.actor.account().map(|account| account.0)).await? {
        let subject = if day.is_some() { ("activity", activity.0) } else { ("session", found[0].0) };
        let detail = json!({ "closure": row.id, "day": day_of(closing.what), "sessions": found.len() });
        let entry = Entry { action: "session.closing", subject_kind: subject.0, subject: Some(subject.1), detail };
        audit::record(&mut tx, context, &[entry]).await?;
        let targets: Vec<_> = found.iter().map(|session| session.0).collect();
        sql::add_targets(&mut tx, row.id, &targets).await?;
        let job = FinishJob { closure: closing.key };
        let run_at = context.now.saturating_add(FINISH_AFTER).unwrap_or(context.now);
        let dedupe = Some(key(closing.key));
        enqueue(&mut tx, context.now, &[NewJob { kind: FINISH, payload: &job, run_at, dedupe }]).await?;
    } else {
        let known = sql::closure(&mut tx, closing.key.0).await?.ok_or(BookingError::NotFound)?;
        let same_day = known.day.map(|day| day.to_jiff()) == day_of(closing.what);
        let same_session = match closing.what {
            Closed::Session(session) => sql::all_targets(&mut tx, row.id).await? == [session.0],
            Closed::Day(_) => true,
        };
        if known.activity_id != activity.0 || !same_day || !same_session {
            return Err(BookingError::KeyReused);
        }
    }
    let left = sql::targets(&mut tx, row.id).await?.into_iter().map(SessionId).collect();
    tx.commit().await?;
    Ok(left)
}

pub(super) fn day_of(what: Closed) -> Option<civil::Date> {
    match what {
        Closed::Day(day) => Some(day),
        Closed::Session(_) => None,
    }
}

async fn end_all(
    services: &Services,
    context: &Context,
    closure: ClosureId,
    sessions: &[SessionId],
) -> Result<Ended, BookingError> {
    let mut all = Ended::default();
    for session in sessions {
        let one = again(|| transaction(services, context, closure, *session)).await?;
        all.sessions += one.sessions;
        all.bookings += one.bookings;
        all.people += one.people;
        all.waiting += one.waiting;
    }
    Ok(all)
}

/// Ends what one session held.
async fn transaction(
    services: &Services,
    context: &Context,
    closure: ClosureId,
    session: SessionId,
) -> Result<Ended, BookingError> {
    let mut tx = services.begin().await?;
    let locked = lock(services, &mut tx, &[session.0]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    let now = services.clock.now();
    // Opened again since, or closed by this act already: what was booked after that stands.
    if !sql::settle(&mut tx, closure.0, session.0).await? {
        return Ok(Ended::default());
    }
    if locked.ends_at.to_jiff() <= now {
        tx.commit().await?;
        return Ok(Ended::default());
    }
    let fresh = locked.state == "open";
    let ended = sql::close(&mut tx, session.0, closure.0, now).await?;
    let waiting = end_waiting_for(services, context, &mut tx, session, now).await?;
    closed_after_all(services, &mut tx, session, now).await?;
    if !fresh && ended.is_empty() && waiting == 0 {
        tx.commit().await?;
        return Ok(Ended::default());
    }
    let bookings: Vec<BookingId> = ended.iter().map(|booking| BookingId(booking.id)).collect();
    messages::queue_closed(&mut tx, now, &bookings).await?;
    let people: u32 = ended.iter().map(|booking| booking.people.unsigned_abs()).sum();
    let mut entries = vec![Entry {
        action: "session.closed",
        subject_kind: "session",
        subject: Some(session.0),
        detail: json!({ "closure": closure, "bookings": bookings.len(), "people": people, "waiting": waiting }),
    }];
    entries.extend(ended.iter().map(|booking| Entry {
        action: "booking.cancelled",
        subject_kind: "booking",
        subject: Some(booking.id),
        detail: json!({ "session": session, "people": booking.people, "closure": closure }),
    }));
    audit::record(&mut tx, context, &entries).await?;
    tell_session(&mut tx, now, session, Topic::SessionClosed).await?;
    let ids: Vec<Uuid> = bookings.iter().map(|booking| booking.0).collect();
    news::own_bookings(&mut tx, now, Topic::BookingCancelled, &ids).await?;
    tx.commit().await?;
    services.calendar.forget();
    Ok(Ended { sessions: u32::from(fresh), bookings: bookings.len() as u32, people, waiting })
}

/// Opens a closed session again: for new bookings, and for those who wait. What was cancelled stays cancelled.
///
/// # Errors
/// `Denied`; `StateHasChanged` when it is not closed, or not as `version` had it.
pub async fn reopen(
    services: &Services,
    context: &Context,
    session: SessionId,
    version: i32,
) -> Result<(), BookingError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        again(|| open_again(&services, &context, session, version)).await?;
        services.calendar.forget();
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

async fn open_again(
    services: &Services,
    context: &Context,
    session: SessionId,
    version: i32,
) -> Result<(), BookingError> {
    let mut tx = services.begin().await?;
    let mut locked = lock(services, &mut tx, &[session.0]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    // No act that has yet to close it will; the other sessions of the same day are none of its business.
    if !sql::reopen(&mut tx, session.0, version).await? {
        return Err(BookingError::StateHasChanged);
    }
    locked.state = "open".into();
    let entry =
        Entry { action: "session.reopened", subject_kind: "session", subject: Some(session.0), detail: json!({}) };
    audit::record(&mut tx, context, &[entry]).await?;
    promote(services, context, &mut tx, std::slice::from_ref(&locked)).await?;
    tell_session(&mut tx, context.now, session, Topic::SessionChanged).await?;
    tx.commit().await?;
    Ok(())
}

/// Why a session is closed, in Chinese and English, where it was closed with a reason.
///
/// # Errors
/// `Database`.
pub async fn closing_reason(services: &Services, session: SessionId) -> Result<Option<(String, String)>, BookingError> {
    let mut db = services.db.acquire().await?;
    Ok(sql::reason(&mut db, session.0).await?)
}

/// Adds what finishes acts of closing.
#[must_use]
pub fn closing_handlers(handlers: Handlers) -> Handlers {
    handlers.on(FINISH, finish)
}

async fn finish(services: Services, job: Job<FinishJob>) -> Outcome {
    let FinishJob { closure } = job.payload;
    let mut db = services.db.acquire().await?;
    let sessions: Vec<_> = sql::targets(&mut db, closure.0).await?.into_iter().map(SessionId).collect();
    drop(db);
    match end_all(&services, &services.system(), closure, &sessions).await {
        Ok(_) => Ok(()),
        Err(BookingError::Database(error)) => Err(error.into()),
        Err(BookingError::Refused(_)) => Err(Failure::retry("session_busy")),
        Err(_) => Err(Failure::give_up("session_gone")),
    }
}
