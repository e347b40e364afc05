//! The line of a session: who is offered what, and what becomes of offers that ran out or cannot be taken any more.

use super::super::BookingError;
use super::super::change::policy_of;
use super::super::claims::{Guard, lock};
use super::super::pools;
use super::standing::{Asked, InLine, Standing, standing, standings};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::messages::{self, WaitingNews};
use crate::webhooks::news::own_waiting;
use crate::{Context, Services};
use domain::booking::{Policy, SessionFacts, WaitingEvent, WaitingState, first_that_fit, offer_until};
use domain::ids::{SessionId, WaitingId};
use domain::webhooks::Topic;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use std::ops::AddAssign;
use store::booking::claims::LockedSession;
use store::booking::waiting as sql;
use uuid::Uuid;

/// What happens to an entry once something happened to it; a state that cannot be is a fault of the house.
pub(super) fn next(state: &str, event: WaitingEvent) -> Result<WaitingState, BookingError> {
    WaitingState::from_name(state)
        .and_then(|state| state.after(event))
        .ok_or(BookingError::Damaged("the state of a waiting party"))
}

pub(super) fn noted(action: &'static str, entry: Uuid, detail: serde_json::Value) -> Entry {
    Entry { action, subject_kind: "waiting", subject: Some(entry), detail }
}

/// Locks all parties in the lines of these sessions, once for the whole transaction: after the sessions and after the
/// persons' keys, before anything is written. The races' negative control locks nobody.
pub(in crate::booking) async fn lock_lines(
    services: &Services,
    db: &mut PgConnection,
    sessions: &[Uuid],
) -> sqlx::Result<()> {
    match services.claims.guard() {
        Guard::Lock | Guard::WithoutPersons => sql::lock_lines(db, sessions).await,
        Guard::NegativeControl => Ok(()),
    }
}

/// An entry does not wait for a session any more, whose offer it may have had. `last` happens where no other session is
/// left. Answers the state it has then.
pub(super) async fn step_back(
    db: &mut PgConnection,
    entry: &sql::EntryRow,
    session: Uuid,
    last: WaitingEvent,
    now: Timestamp,
) -> Result<WaitingState, BookingError> {
    let left = sql::drop_wish(db, entry.id, session).await?;
    let offered_here = entry.offered_session == Some(session);
    let after = match (left, offered_here) {
        (0, _) => next(&entry.state, last)?,
        (_, true) => next(&entry.state, WaitingEvent::Return)?,
        // It waits for others, or has an offer of another: nothing of that changes.
        (_, false) => return next_unchanged(&entry.state),
    };
    sql::set_state(db, entry.id, after.name(), after.is_live(), None, now).await?;
    Ok(after)
}

fn next_unchanged(state: &str) -> Result<WaitingState, BookingError> {
    WaitingState::from_name(state).ok_or(BookingError::Damaged("the state of a waiting party"))
}

/// What looking at a line moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::booking) struct Moved {
    /// Offers made.
    pub offers: usize,
    /// Offers and entries that ended.
    pub ended: usize,
}

impl Moved {
    /// Nothing was written.
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl AddAssign for Moved {
    fn add_assign(&mut self, other: Self) {
        self.offers += other.offers;
        self.ended += other.ended;
    }
}

/// Makes the offers these sessions can make, in the caller's transaction and under the sessions' locks: after whatever may
/// have freed places. Offers that have run out, or whose party could not take them any more, are ended first. Ring the bell
/// after the commit.
///
/// # Errors
/// `Database`.
pub(in crate::booking) async fn promote(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    sessions: &[LockedSession],
) -> Result<Moved, BookingError> {
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.id).collect();
    let mut moved = Moved::default();
    if !sql::anybody(db, &ids).await? {
        return Ok(moved);
    }
    lock_lines(services, db, &ids).await?;
    for session in sessions {
        moved += promote_one(services, context, db, session).await?;
    }
    Ok(moved)
}

async fn promote_one(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    session: &LockedSession,
) -> Result<Moved, BookingError> {
    // Read under the lock: what another server has decided before is not newer than this.
    let now = services.clock.now();
    let mut moved = Moved { offers: 0, ended: end_run_out(context, db, session.id, now).await? };
    let policy = policy_of(session)?;
    let mut stands = standing(db, session, &policy, now).await?;
    if !stands.spent.is_empty() {
        moved.ended += take_back(context, db, session.id, &stands.spent, now).await?;
        stands = standing(db, session, &policy, now).await?;
    }
    let Some(until) = offer_until(&policy, now, session.starts_at.to_jiff())
        .filter(|_| session.state == "open" && !session.open_door)
    else {
        return Ok(moved);
    };
    let line = stands.able();
    let free = SessionFacts { owed: 0, ..stands.facts }.free();
    let fit = first_that_fit(free, line.iter().map(|party| party.people));
    let ids: Vec<Uuid> = fit.into_iter().map(|i| line[i].id).collect();
    if ids.is_empty() {
        return Ok(moved);
    }
    sql::offer(db, session.id, &ids, until, now).await?;
    let detail = json!({ "session": session.id, "until": until });
    let entries: Vec<Entry> = ids.iter().map(|id| noted("waiting.offered", *id, detail.clone())).collect();
    audit::record(db, context, &entries).await?;
    let news: Vec<_> = ids.iter().map(|id| (WaitingId(*id), WaitingNews::Offered { until })).collect();
    messages::queue_waiting(db, now, &news).await?;
    own_waiting(db, now, Topic::WaitingOffered, session.id, &ids).await?;
    moved.offers += ids.len();
    Ok(moved)
}

/// How a session stands once whatever was due has been passed on: asked by a claim, so that nobody is refused for places
/// that are kept for nobody, also when every worker is dead. Answers whether anything was written, which the caller then
/// commits whatever becomes of the claim. The caller holds the session's lock.
///
/// # Errors
/// `Database`.
pub(in crate::booking) async fn handed_on(
    services: &Services,
    db: &mut PgConnection,
    session: &LockedSession,
    policy: &Policy,
    now: Timestamp,
) -> Result<(Standing, bool), BookingError> {
    let stands = standing(db, session, policy, now).await?;
    if !stands.is_due() {
        return Ok((stands, false));
    }
    let moved = promote(services, &services.system(), db, std::slice::from_ref(session)).await?;
    Ok((standing(db, session, policy, now).await?, !moved.is_nothing()))
}

/// Ends the offers of a session that have run out: each party is told, and waits for its other sessions if there are any.
async fn end_run_out(
    context: &Context,
    db: &mut PgConnection,
    session: Uuid,
    now: Timestamp,
) -> Result<usize, BookingError> {
    let over = sql::run_out(db, session, now).await?;
    for entry in sql::entries(db, &over).await? {
        let after = step_back(db, &entry, session, WaitingEvent::Expire, now).await?;
        let detail = json!({ "session": session, "state": after.name() });
        audit::record(db, context, &[noted("waiting.expired", entry.id, detail)]).await?;
        let news = WaitingNews::RanOut { session: SessionId(session), waits_on: after.is_live() };
        messages::queue_waiting(db, now, &[(WaitingId(entry.id), news)]).await?;
    }
    own_waiting(db, now, Topic::WaitingExpired, session, &over).await?;
    Ok(over.len())
}

/// Takes back offers whose person has booked elsewhere since: the rules would refuse them, and meanwhile nobody else could
/// have the places. The parties keep their places in the line and are told that their waiting rests.
async fn take_back(
    context: &Context,
    db: &mut PgConnection,
    session: Uuid,
    spent: &[Uuid],
    now: Timestamp,
) -> Result<usize, BookingError> {
    for entry in sql::entries(db, spent).await? {
        let after = next(&entry.state, WaitingEvent::Return)?;
        sql::set_state(db, entry.id, after.name(), after.is_live(), None, now).await?;
        audit::record(db, context, &[noted("waiting.rests", entry.id, json!({ "session": session }))]).await?;
        let news = WaitingNews::Rests { session: SessionId(session) };
        messages::queue_waiting(db, now, &[(WaitingId(entry.id), news)]).await?;
    }
    own_waiting(db, now, Topic::WaitingExpired, session, spent).await?;
    Ok(spent.len())
}

/// The house closed a session: nobody waits for it any more, and those who waited for nothing else are told why. Answers
/// how many these were. The caller holds the session's lock.
pub(in crate::booking) async fn end_waiting_for(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    session: SessionId,
    now: Timestamp,
) -> Result<u32, BookingError> {
    lock_lines(services, db, &[session.0]).await?;
    let entries = sql::of_session(db, session.0).await?;
    end_wishes(context, db, session, &entries, WaitingEvent::Close, now).await
}

/// Ends the wishes of these entries for a session, which was closed or is too near. Answers how many wait for nothing now.
async fn end_wishes(
    context: &Context,
    db: &mut PgConnection,
    session: SessionId,
    entries: &[Uuid],
    why: WaitingEvent,
    now: Timestamp,
) -> Result<u32, BookingError> {
    let mut ended = 0;
    for entry in sql::entries(db, entries).await? {
        // An offer of this session outlives the line of those who have none.
        if entry.state == WaitingState::Offered.name() && why == WaitingEvent::RunOut {
            continue;
        }
        // Who waits for other sessions too goes on doing so; an offer that ends is never ended without a word.
        let offered_here = entry.offered_session == Some(session.0);
        let over = !step_back(db, &entry, session.0, why, now).await?.is_live();
        if over || offered_here {
            let (action, news) = match why {
                WaitingEvent::Close => ("waiting.closed", WaitingNews::Closed { session, waits_on: !over }),
                _ => ("waiting.no_place", WaitingNews::NoPlace { session }),
            };
            audit::record(db, context, &[noted(action, entry.id, json!({ "session": session }))]).await?;
            messages::queue_waiting(db, now, &[(WaitingId(entry.id), news)]).await?;
        }
        if offered_here {
            own_waiting(db, now, Topic::WaitingExpired, session.0, &[entry.id]).await?;
        }
        ended += u32::from(over);
    }
    Ok(ended)
}

/// Passes on what ran out: ends offers nobody answered or could take, makes the next ones, and ends the waiting for sessions
/// that are too near. Any number of processes may do it; each session is decided under its lock. One that cannot be decided
/// is noted and looked at again in two seconds; it does not stop the others. Answers how many offers were made.
///
/// # Errors
/// `Database` when the lists cannot be read.
pub async fn pass_on(services: &Services) -> Result<usize, BookingError> {
    let mut all = 0;
    // An offer that ran out may free its party for another session: looked at again until nothing moves.
    for _ in 0..4 {
        let mut made = 0;
        for session in due(services).await? {
            made += look_again(services, session).await;
        }
        all += made;
        if made == 0 {
            break;
        }
        services.job_bell.notify_one();
    }
    Ok(all)
}

/// Looks at the line of one session in a transaction of its own. What stands in the way is noted, not told: whoever freed
/// the places has done what they wanted, and the worker comes by. Answers how many offers were made.
pub(in crate::booking) async fn look_again(services: &Services, session: Uuid) -> usize {
    let own = services.clone();
    match to_the_end(async move { pass_on_of(&own, session).await }).await {
        Ok(offers) => offers,
        // Everybody wants it at this moment.
        Err(BookingError::Database(error)) if store::is_transient(&error) => 0,
        Err(error) => {
            tracing::error!(%error, %session, "the waiting list of a session could not be passed on");
            0
        }
    }
}

/// The sessions with anything to pass on: only these are locked, since every server asks every two seconds. Rules that
/// cannot be read are noted where they are asked.
async fn due(services: &Services) -> Result<Vec<Uuid>, BookingError> {
    let mut db = services.db.acquire().await?;
    let now = services.clock.now();
    let sessions = sql::sessions(&mut db, now).await?;
    let policies: Vec<Option<Policy>> =
        sessions.iter().map(|session| serde_json::from_value(session.policy.clone()).ok()).collect();
    let asked: Vec<Asked<'_>> = sessions
        .iter()
        .zip(&policies)
        .filter_map(|(session, policy)| {
            let facts = filled(session, now);
            Some(Asked { id: session.id, activity: session.activity_id, policy: policy.as_ref()?, facts })
        })
        .collect();
    let stands = standings(&mut db, &asked, now).await?;
    let due: Vec<Uuid> = asked
        .iter()
        .zip(&stands)
        .filter(|(asked, stands)| {
            let over = offer_until(asked.policy, now, asked.facts.starts_at).is_none();
            stands.is_due() || (over && !stands.line.is_empty())
        })
        .map(|(asked, _)| asked.id)
        .collect();
    let known = |session: &sql::WaitedFor, policy: &Option<Policy>| {
        session.run_out || policy.is_none() || due.contains(&session.id)
    };
    Ok(sessions.iter().zip(&policies).filter(|(s, policy)| known(s, policy)).map(|(s, _)| s.id).collect())
}

/// A session somebody waits for, its holds and its line not counted yet.
fn filled(session: &sql::WaitedFor, now: Timestamp) -> SessionFacts {
    let starts_at = session.starts_at.to_jiff();
    let split = pools::split([
        session.group_places,
        session.group_release_hours,
        session.staff_places,
        session.staff_release_hours,
    ]);
    SessionFacts {
        starts_at,
        ends_at: session.ends_at.to_jiff(),
        capacity: session.capacity.max(0) as u32,
        booked: session.booked.max(0) as u32,
        held: 0,
        owed: 0,
        closed: session.state != "open",
        open_door: session.open_door,
        pools: pools::booked(split, starts_at, now, (session.booked_by_groups, session.booked_by_staff)),
    }
}

async fn pass_on_of(services: &Services, session: Uuid) -> Result<usize, BookingError> {
    let mut tx = services.begin().await?;
    let Some(locked) = lock(services, &mut tx, &[session]).await?.into_iter().next() else { return Ok(0) };
    let context = services.system();
    let mut moved = promote(services, &context, &mut tx, std::slice::from_ref(&locked)).await?;
    let now = services.clock.now();
    let policy = policy_of(&locked)?;
    if offer_until(&policy, now, locked.starts_at.to_jiff()).is_none() {
        let stands = standing(&mut tx, &locked, &policy, now).await?;
        let line: Vec<Uuid> = stands.line.iter().map(|InLine { id, .. }| *id).collect();
        moved.ended += line.len();
        end_wishes(&context, &mut tx, SessionId(session), &line, WaitingEvent::RunOut, now).await?;
    }
    if moved.is_nothing() {
        // Another server was here first: nothing is written for having looked.
        tx.rollback().await?;
    } else {
        tx.commit().await?;
        services.job_bell.notify_one();
    }
    Ok(moved.offers)
}
