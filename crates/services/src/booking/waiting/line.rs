//! The line of a session: what is owed to it, who is offered what, and passing on what ran out.

use super::super::BookingError;
use super::super::change::policy_of;
use super::super::claims::{Guard, lock};
use crate::audit::{self, Entry};
use crate::messages::{self, WaitingNews};
use crate::{Context, Services};
use domain::booking::{Policy, SessionFacts, WaitingEvent, WaitingState, first_that_fit, offer_until, owed};
use domain::ids::{SessionId, WaitingId};
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::booking::claims::{self, LockedSession};
use store::booking::waiting as sql;
use uuid::Uuid;

/// A session's facts with what is owed to the parties that wait for it, in the order of the list: nothing once offers have
/// stopped, or while more people are booked than there are places.
pub(in crate::booking) fn owing(
    policy: &Policy,
    now: Timestamp,
    facts: SessionFacts,
    line: impl IntoIterator<Item = u32>,
) -> SessionFacts {
    let line: Vec<u32> = line.into_iter().collect();
    if line.is_empty() || facts.closed || offer_until(policy, now, facts.starts_at).is_none() {
        return facts;
    }
    let free = SessionFacts { owed: 0, ..facts }.free();
    SessionFacts { owed: owed(free, line), ..facts }
}

/// What happens to an entry once something happened to it; a state that cannot be is a fault of the house.
pub(super) fn next(state: &str, event: WaitingEvent) -> Result<WaitingState, BookingError> {
    WaitingState::from_name(state)
        .and_then(|state| state.after(event))
        .ok_or(BookingError::Damaged("the state of a waiting party"))
}

pub(super) fn noted(action: &'static str, entry: Uuid, detail: serde_json::Value) -> Entry {
    Entry { action, subject_kind: "waiting", subject: Some(entry), detail }
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

/// Makes the offers a session can make, in the caller's transaction and under the session's lock: after whatever may have
/// freed places. Offers that have run out are ended first. Answers how many offers were made. Ring the bell after the
/// commit.
///
/// # Errors
/// `Database`.
pub(in crate::booking) async fn promote(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    session: &LockedSession,
) -> Result<usize, BookingError> {
    if !sql::anybody(db, session.id).await? {
        return Ok(0);
    }
    // Read under the lock: what another server has decided before is not newer than this.
    let now = services.clock.now();
    end_run_out(context, db, session.id, now).await?;
    let policy = policy_of(session)?;
    let Some(until) = offer_until(&policy, now, session.starts_at.to_jiff()).filter(|_| session.state == "open") else {
        return Ok(0);
    };
    let booked = claims::people_booked(db, session.id).await?;
    let held: i64 = claims::live_holds(db, session.id, now).await?.iter().map(|hold| i64::from(hold.people)).sum();
    let free = (i64::from(session.capacity) - booked - held).max(0) as u32;
    if free == 0 {
        return Ok(0);
    }
    let line = match services.claims.guard() {
        Guard::Lock | Guard::WithoutPersons => sql::lock_line(db, session.id, now).await?,
        Guard::NegativeControl => sql::line(db, session.id, now).await?,
    };
    let fit = first_that_fit(free, line.iter().map(|party| party.people.unsigned_abs()));
    let ids: Vec<Uuid> = fit.into_iter().map(|i| line[i].id).collect();
    if ids.is_empty() {
        return Ok(0);
    }
    sql::offer(db, session.id, &ids, until, now).await?;
    let detail = json!({ "session": session.id, "until": until });
    let entries: Vec<Entry> = ids.iter().map(|id| noted("waiting.offered", *id, detail.clone())).collect();
    audit::record(db, context, &entries).await?;
    let news: Vec<_> = ids.iter().map(|id| (WaitingId(*id), WaitingNews::Offered { until })).collect();
    messages::queue_waiting(db, now, &news).await?;
    Ok(ids.len())
}

/// Ends the offers of a session that have run out: each party is told, and waits for its other sessions if there are any.
async fn end_run_out(
    context: &Context,
    db: &mut PgConnection,
    session: Uuid,
    now: Timestamp,
) -> Result<usize, BookingError> {
    let over = sql::run_out(db, session, now).await?;
    if over.is_empty() {
        return Ok(0);
    }
    let mut ended = 0;
    for entry in sql::lock_entries(db, &over).await? {
        // Offered another session meanwhile: that one is not over.
        let still = entry.state == "offered"
            && entry.offered_session == Some(session)
            && entry.offer_expires_at.is_some_and(|at| at.to_jiff() <= now);
        if !still {
            continue;
        }
        let after = step_back(db, &entry, session, WaitingEvent::Expire, now).await?;
        let detail = json!({ "session": session, "state": after.name() });
        audit::record(db, context, &[noted("waiting.expired", entry.id, detail)]).await?;
        let news = WaitingNews::RanOut { session: SessionId(session), waits_on: after.is_live() };
        messages::queue_waiting(db, now, &[(WaitingId(entry.id), news)]).await?;
        ended += 1;
    }
    Ok(ended)
}

/// The house closed a session: nobody waits for it any more, and those who waited for nothing else are told why. Answers
/// how many these were. The caller holds the session's lock.
pub(in crate::booking) async fn end_waiting_for(
    context: &Context,
    db: &mut PgConnection,
    session: SessionId,
    now: Timestamp,
) -> Result<u32, BookingError> {
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
    for entry in sql::lock_entries(db, entries).await? {
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
        ended += u32::from(over);
    }
    Ok(ended)
}

/// Passes on what ran out: ends offers nobody answered, makes the next ones, and ends the waiting for sessions that are too
/// near. Any number of processes may do it; each session is decided under its lock. One that cannot be decided is noted and
/// looked at again in two seconds; it does not stop the others. Answers how many offers were made.
///
/// # Errors
/// `Database` when the lists cannot be read.
pub async fn pass_on(services: &Services) -> Result<usize, BookingError> {
    let mut all = 0;
    // An offer that ran out may free its party for another session: looked at again until nothing moves.
    for _ in 0..4 {
        let mut db = services.db.acquire().await?;
        let now = services.clock.now();
        let sessions = sql::sessions(&mut db, now).await?;
        drop(db);
        let mut made = 0;
        for session in sessions.iter().filter(|session| is_due(session, now)).map(|session| session.id) {
            let services = services.clone();
            match crate::db::to_the_end(async move { pass_on_of(&services, session).await }).await {
                Ok(offers) => made += offers,
                // Everybody wants it at this moment.
                Err(BookingError::Database(error)) if store::is_transient(&error) => {}
                Err(error) => tracing::error!(%error, %session, "the waiting list of a session could not be passed on"),
            }
        }
        all += made;
        if made == 0 {
            break;
        }
        services.job_bell.notify_one();
    }
    Ok(all)
}

/// Whether a session has anything to pass on: only then is it locked, since every server asks every two seconds. Rules that
/// cannot be read are noted where they are asked.
fn is_due(session: &sql::WaitedFor, now: Timestamp) -> bool {
    let Ok(policy) = serde_json::from_value::<Policy>(session.policy.clone()) else { return true };
    if session.run_out {
        return true;
    }
    let Some(smallest) = session.smallest else { return false };
    let offers = offer_until(&policy, now, session.starts_at.to_jiff()).is_some();
    let free = i64::from(session.capacity) - session.taken;
    !offers || (session.state == "open" && i64::from(smallest) <= free)
}

async fn pass_on_of(services: &Services, session: Uuid) -> Result<usize, BookingError> {
    let mut tx = services.begin().await?;
    let Some(locked) = lock(services, &mut tx, &[session]).await?.into_iter().next() else { return Ok(0) };
    let context = services.system();
    let made = promote(services, &context, &mut tx, &locked).await?;
    let now = services.clock.now();
    if offer_until(&policy_of(&locked)?, now, locked.starts_at.to_jiff()).is_none() {
        let line: Vec<Uuid> = sql::line(&mut tx, session, now).await?.into_iter().map(|party| party.id).collect();
        end_wishes(&context, &mut tx, SessionId(session), &line, WaitingEvent::RunOut, now).await?;
    }
    tx.commit().await?;
    Ok(made)
}
