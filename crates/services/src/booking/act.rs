//! An act of staff over sessions: closing them ([`super::closing`]), or saying that they need no booking
//! ([`super::open_door`]). What is the same of both lives here.
//!
//! An act carries the key of its form, so that it is one act however often it is sent; two texts, which visitors read; and
//! the sessions it is to reach. It is written first, with a job that finishes what a server that dies half-way leaves. Then
//! each session is reached in one transaction under its own lock, so that a booking is either there before or finds it so.

use super::BookingError;
use super::claims::activity;
use super::office::museum;
use super::retry::again;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Refusal;
use domain::ids::{ActivityId, SessionId};
use domain::time::start_of_day;
use jiff::{SignedDuration, Timestamp, civil};
use jiff_sqlx::ToSqlx;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::ops::AddAssign;
use store::booking::acts::{ActRow, Tables, TouchedRow, is_event, lock_activity, touched as touched_rows};
use uuid::Uuid;

/// When the job looks: by then the request that began the act is over, one way or the other.
const FINISH_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// The longest text of an act.
pub(super) const TEXT: u32 = 100;

/// What an act is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// One session.
    Session(SessionId),
    /// Every session of the museum on a day, those that are made later among them.
    Day(civil::Date),
    /// Every date of an event that is not over and is in the programme now.
    Dates(ActivityId),
}

impl Scope {
    /// The day, where it is over one.
    pub(super) fn day(self) -> Option<civil::Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Session(_) | Self::Dates(_) => None,
        }
    }
}

/// Whom an act touches in a session.
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

impl From<TouchedRow> for Touched {
    fn from(row: TouchedRow) -> Self {
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

/// What an act changed this time: all zero when it was repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reached {
    /// Sessions that were as any other before.
    pub sessions: u32,
    /// Bookings: which closing ended, or which stand although nobody needs one.
    pub bookings: u32,
    /// Their people.
    pub people: u32,
    /// Parties that wait for nothing any more.
    pub waiting: u32,
}

impl AddAssign for Reached {
    fn add_assign(&mut self, other: Self) {
        self.sessions += other.sessions;
        self.bookings += other.bookings;
        self.people += other.people;
        self.waiting += other.waiting;
    }
}

/// An act as staff confirm it, whatever its kind.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The form's own key.
    pub key: Uuid,
    /// What it is over.
    pub what: Scope,
    /// What the public reads, in Chinese and English.
    pub texts: (String, String),
}

/// A kind of act: its names, and what it does to one session.
pub(super) trait Act: Tables + 'static {
    /// What the trail calls the act's own id.
    const NAME: &'static str;
    /// The trail's action for the act as a whole.
    const BEGUN: &'static str;
    /// The job that finishes an act.
    const FINISH: &'static str;
    /// What its payload calls the act, and what the job's key begins with: servers of before read and write them too.
    const PAYLOAD: (&'static str, &'static str);

    /// Which of the sessions it reaches, or why there is nothing to do.
    fn wanted(touched: &[Touched], what: Scope) -> Result<Vec<Uuid>, Refusal>;

    /// What is done with the act itself, under the activity's lock where it is over a day.
    fn prepare(db: &mut PgConnection, row: &ActRow) -> impl Future<Output = sqlx::Result<()>> + Send {
        let _ = (db, row);
        std::future::ready(Ok(()))
    }

    /// Reaches one session, in a transaction of its own; `later` are those the same act reaches after it.
    fn reach(
        services: &Services,
        context: &Context,
        act: Uuid,
        session: SessionId,
        later: &[Uuid],
    ) -> impl Future<Output = Result<Reached, BookingError>> + Send;
}

/// Whom an act would touch, session by session; those that are over are left out.
///
/// # Errors
/// `Denied`; `NotFound` for a session or an event that is not there.
pub async fn touched(services: &Services, context: &Context, what: Scope) -> Result<Vec<Touched>, BookingError> {
    context.require(Capability::ManageSessions)?;
    let mut db = services.db.acquire().await?;
    let activity = activity_of(&mut db, what).await?;
    read(&mut db, activity, what, context.now).await
}

/// Whose sessions they are.
///
/// # Errors
/// `NotFound`.
pub(super) async fn activity_of(db: &mut PgConnection, what: Scope) -> Result<ActivityId, BookingError> {
    match what {
        Scope::Session(id) => {
            let found = store::booking::claims::find_sessions(db, &[id.0]).await?;
            found.first().map(activity).ok_or(BookingError::NotFound)
        }
        Scope::Day(_) => Ok(ActivityId(museum(db).await?.0)),
        Scope::Dates(id) => is_event(db, id.0).await?.then_some(id).ok_or(BookingError::NotFound),
    }
}

/// Whom an act touches, as it stands.
///
/// # Errors
/// `Database`.
pub(super) async fn read(
    db: &mut PgConnection,
    activity: ActivityId,
    what: Scope,
    now: Timestamp,
) -> Result<Vec<Touched>, BookingError> {
    let (session, span) = match what {
        Scope::Session(id) => (Some(id.0), (now, now)),
        Scope::Day(day) => (None, (start_of_day(day), start_of_day(day.tomorrow().unwrap_or(day)))),
        Scope::Dates(_) => (None, (Timestamp::UNIX_EPOCH, Timestamp::MAX)),
    };
    let rows = touched_rows(db, activity.0, session, span, now).await?;
    Ok(rows.into_iter().map(Touched::from).filter(|touched| touched.ends_at > now).collect())
}

/// Does an act, to the end. The caller has asked who may, and looked at its texts.
///
/// # Errors
/// `NotFound`; `KeyReused` for a key of another act; `Refused` for what [`Act::wanted`] refuses; `Refused(Busy)`.
pub(super) async fn run<A: Act>(services: &Services, context: &Context, asked: Asked) -> Result<Reached, BookingError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let sessions = begin::<A>(&services, &context, &asked).await?;
        let reached = reach_all::<A>(&services, &context, asked.key, &sessions).await;
        services.calendar.forget();
        services.programme.forget();
        services.job_bell.notify_one();
        reached
    })
    .await
}

/// Writes the act and what it is to reach, and answers the sessions it has still to reach: none of those it reached before,
/// and none that was taken back since.
async fn begin<A: Act>(services: &Services, context: &Context, asked: &Asked) -> Result<Vec<SessionId>, BookingError> {
    let mut tx = services.begin().await?;
    let activity = activity_of(&mut tx, asked.what).await?;
    let day = asked.what.day();
    let row = ActRow {
        id: asked.key,
        activity_id: activity.0,
        day: day.map(|day| day.to_sqlx()),
        text_zh: asked.texts.0.trim().to_owned(),
        text_en: asked.texts.1.trim().to_owned(),
    };
    if day.is_some() {
        // Sessions that are being made are either seen here, or find the act and follow it.
        lock_activity(&mut tx, activity.0).await?;
    }
    A::prepare(&mut tx, &row).await?;
    let touched = read(&mut tx, activity, asked.what, context.now).await?;
    let found = A::wanted(&touched, asked.what)?;
    if A::add(&mut tx, context.now, &row, context.actor.account().map(|account| account.0)).await? {
        let (subject_kind, subject) = match asked.what {
            Scope::Session(session) => ("session", session.0),
            Scope::Day(_) | Scope::Dates(_) => ("activity", activity.0),
        };
        let detail = json!({ A::NAME: row.id, "day": day, "sessions": found.len() });
        let entry = Entry { action: A::BEGUN, subject_kind, subject: Some(subject), detail };
        audit::record(&mut tx, context, &[entry]).await?;
        A::add_targets(&mut tx, row.id, &found).await?;
        let (name, key) = A::PAYLOAD;
        let payload = BTreeMap::from([(name, row.id)]);
        let run_at = context.now.saturating_add(FINISH_AFTER).unwrap_or(context.now);
        let dedupe = Some(format!("{key}:{}", row.id));
        enqueue(&mut tx, context.now, &[NewJob { kind: A::FINISH, payload: &payload, run_at, dedupe }]).await?;
    } else {
        known::<A>(&mut tx, &row, asked.what, &found).await?;
    }
    let left = A::targets(&mut tx, row.id).await?.into_iter().map(SessionId).collect();
    tx.commit().await?;
    Ok(left)
}

/// The key is an act's that was over the same; `found` is what it would reach now.
async fn known<A: Act>(db: &mut PgConnection, row: &ActRow, what: Scope, found: &[Uuid]) -> Result<(), BookingError> {
    let known = A::act(db, row.id).await?.ok_or(BookingError::NotFound)?;
    let same_day = known.day.map(|day| day.to_jiff()) == what.day();
    let same_sessions = match what {
        Scope::Session(session) => A::all_targets(db, row.id).await? == [session.0],
        Scope::Day(_) => true,
        // An act over one date alone is not one over all that there are. Dates may be over or new since, so that of several
        // none in particular is asked for.
        Scope::Dates(_) => {
            let reached = A::all_targets(db, row.id).await?;
            reached.len() > 1 || found.iter().all(|date| reached.contains(date))
        }
    };
    let same = known.activity_id == row.activity_id && same_day && same_sessions;
    same.then_some(()).ok_or(BookingError::KeyReused)
}

async fn reach_all<A: Act>(
    services: &Services,
    context: &Context,
    act: Uuid,
    sessions: &[SessionId],
) -> Result<Reached, BookingError> {
    let mut all = Reached::default();
    for (n, session) in sessions.iter().enumerate() {
        let later: Vec<Uuid> = sessions[n + 1..].iter().map(|session| session.0).collect();
        all += again(|| A::reach(services, context, act, *session, &later)).await?;
    }
    Ok(all)
}

/// Adds what finishes acts of a kind.
pub(super) fn handler<A: Act>(handlers: Handlers) -> Handlers {
    handlers.on(A::FINISH, finish::<A>)
}

async fn finish<A: Act>(services: Services, job: Job<BTreeMap<String, Uuid>>) -> Outcome {
    let Some(act) = job.payload.get(A::PAYLOAD.0).copied() else { return Err(Failure::give_up("payload_unreadable")) };
    let mut db = services.db.acquire().await?;
    let sessions: Vec<_> = A::targets(&mut db, act).await?.into_iter().map(SessionId).collect();
    drop(db);
    match reach_all::<A>(&services, &services.system(), act, &sessions).await {
        Ok(_) => {
            services.calendar.forget();
            services.programme.forget();
            Ok(())
        }
        Err(BookingError::Database(error)) => Err(error.into()),
        Err(BookingError::Refused(_)) => Err(Failure::retry("session_busy")),
        Err(_) => Err(Failure::give_up("session_gone")),
    }
}
