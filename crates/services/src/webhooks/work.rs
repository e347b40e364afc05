//! The jobs: spreading an event over those who hear of it, and sending what is due to an endpoint.
//!
//! One worker at a time sends to an endpoint, one event after the other; how many endpoints a process serves at once is
//! bounded, so that mail never waits behind somebody's slow server. Whoever finds an endpoint busy goes away: the one who
//! has it looks once more, under the endpoint's lock, before it lets go, and what was spread before that is seen.

use super::address::Line;
use super::endpoints::note;
use super::send::{Ended, attempt};
use super::signature::{Column, Secret};
use crate::crypto::{CryptoError, Vault};
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use crate::{Services, crypto};
use domain::webhooks::{Pause, TRIED_FOR, backoff, rest};
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::webhooks::endpoints::{Health, LockedEndpoint};
use store::webhooks::{deliveries, endpoints, events};
use tokio::sync::Semaphore;
use uuid::Uuid;

const SPREAD: &str = "webhooks.spread";
const SEND: &str = "webhooks.send";

/// Endpoints a process sends to at once: of four workers one is kept for codes and one stays for everything else.
const AT_ONCE: usize = 2;
/// How long a job goes on sending before another takes over: well below a job's limit, so that none is cut off.
const TURN: Duration = Duration::from_secs(45);
/// How long an endpoint is one job's, by the database's clock. It is the job's, not a worker's: when a turn fails or its worker
/// dies the job is tried again, and has it still.
const BUSY: f64 = 100.0;
/// How soon to ask again where too many endpoints are served.
const CROWDED: SignedDuration = SignedDuration::from_secs(2);
/// How long what was told is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

#[derive(Serialize, Deserialize)]
struct SpreadJob {
    events: Vec<Uuid>,
}

#[derive(Serialize, Deserialize)]
struct SendJob {
    endpoint: Uuid,
}

/// Queues the spreading of events.
pub(super) async fn spread_job(db: &mut PgConnection, now: Timestamp, events: &[Uuid]) -> sqlx::Result<()> {
    let payload = SpreadJob { events: events.to_vec() };
    enqueue(db, now, &[NewJob { kind: SPREAD, payload: &payload, run_at: now, dedupe: None }]).await
}

/// Queues sending to an endpoint. One that is queued for the same second is enough, unless it may be at work already: what is
/// due later begins with a whole second, so that a job at work never has the key of the one that follows it.
pub(super) async fn send_job(db: &mut PgConnection, now: Timestamp, endpoint: Uuid, at: Timestamp) -> sqlx::Result<()> {
    let whole = TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil);
    let at = if at > now { at.round(whole).unwrap_or(at) } else { at };
    let dedupe = (at > now).then(|| format!("webhooks:{endpoint}:{}", at.as_second()));
    enqueue(db, now, &[NewJob { kind: SEND, payload: &SendJob { endpoint }, run_at: at, dedupe }]).await
}

/// Adds what tells partners, over the house's own line.
#[must_use]
pub fn handlers(handlers: Handlers) -> Handlers {
    with_line(handlers, Arc::new(Line::of))
}

/// The same over another line, for tests.
#[must_use]
pub fn handlers_over(handlers: Handlers, line: Line) -> Handlers {
    with_line(handlers, Arc::new(move |_: &Services| line.clone()))
}

fn with_line(handlers: Handlers, line: Arc<dyn Fn(&Services) -> Line + Send + Sync>) -> Handlers {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    handlers.on(SPREAD, spread).on(SEND, move |services: Services, job: Job<SendJob>| {
        let (line, places) = (line(&services), Arc::clone(&places));
        async move {
            let endpoint = job.payload.endpoint;
            let Ok(_place) = places.try_acquire_owned() else { return crowded(&services, endpoint).await };
            send(&services, &line, job.id.0, endpoint).await
        }
    })
}

async fn crowded(services: &Services, endpoint: Uuid) -> Outcome {
    let now = services.clock.now();
    let mut db = services.db.acquire().await?;
    send_job(&mut db, now, endpoint, now.saturating_add(CROWDED).unwrap_or(now)).await?;
    Ok(())
}

/// Writes the deliveries of events, and the jobs that send them, once.
async fn spread(services: Services, job: Job<SpreadJob>) -> Outcome {
    let now = services.clock.now();
    for event in job.payload.events {
        let mut tx = services.begin().await?;
        if !events::take(&mut tx, event, now).await? {
            continue;
        }
        for endpoint in deliveries::spread(&mut tx, event, now).await? {
            send_job(&mut tx, now, endpoint, now).await?;
        }
        tx.commit().await?;
    }
    services.job_bell.notify_one();
    Ok(())
}

/// An endpoint as the one who has it knows it.
struct Held {
    endpoint: Uuid,
    lease: Uuid,
    url: String,
    secrets: Vec<Secret>,
}

/// What a worker does next.
enum Next {
    /// Sends this.
    Send(Held, Box<deliveries::DueRow>),
    /// Nothing: there is nothing due, it is paused, resting, or somebody else's.
    Nothing,
}

async fn send(services: &Services, line: &Line, lease: Uuid, endpoint: Uuid) -> Outcome {
    let began = Instant::now();
    loop {
        match next(services, endpoint, lease, began.elapsed() < TURN).await? {
            Next::Nothing => return Ok(()),
            Next::Send(held, due) => {
                let now = services.clock.now();
                deliveries::begin(&services.db, endpoint, due.event_id, now).await?;
                let ended = attempt(line, &held.url, &held.secrets, &due, now).await;
                settle(services, &held, &due, ended).await?;
            }
        }
    }
}

/// Takes the endpoint, or keeps it, while something is due; lets go of it otherwise, and queues what is due later.
async fn next(services: &Services, endpoint: Uuid, lease: Uuid, go_on: bool) -> Result<Next, Failure> {
    let now = services.clock.now();
    let mut tx = services.begin().await?;
    let Some(found) = endpoints::lock(&mut tx, endpoint).await? else { return Ok(Next::Nothing) };
    let mine = found.busy_by == Some(lease);
    if found.busy && !mine {
        return Ok(Next::Nothing);
    }
    let resting = found.rest_until.map(|at| at.to_jiff()).filter(|until| *until > now);
    let due = match (found.state.as_str(), resting, go_on) {
        ("active", None, true) => deliveries::due(&mut *tx, endpoint, now).await?,
        _ => None,
    };
    let Some(due) = due else {
        if mine {
            endpoints::set_busy(&mut *tx, endpoint, None, 0.0).await?;
        }
        deliveries::give_up_ended(&mut *tx, endpoint).await?;
        let later = deliveries::next_due(&mut *tx, endpoint).await?.filter(|_| found.state == "active");
        if let Some(later) = later.map(|at| at.to_jiff()) {
            send_job(&mut tx, now, endpoint, later.max(resting.unwrap_or(now)).max(now)).await?;
        }
        tx.commit().await?;
        return Ok(Next::Nothing);
    };
    endpoints::set_busy(&mut *tx, endpoint, Some(lease), BUSY).await?;
    tx.commit().await?;
    // A key made by another server a moment ago may not have arrived here yet: its endpoint is free again before the next try.
    match secrets(&services.vault, endpoint, &found, now) {
        Ok(secrets) => Ok(Next::Send(Held { endpoint, lease, url: found.url, secrets }, Box::new(due))),
        Err(_) => {
            endpoints::set_busy(&services.db, endpoint, None, 0.0).await?;
            Err(Failure::retry("webhook_secret_sealed"))
        }
    }
}

/// The secrets that sign now, the present one first.
fn secrets(vault: &Vault, id: Uuid, found: &LockedEndpoint, now: Timestamp) -> Result<Vec<Secret>, CryptoError> {
    let mut all = vec![Secret::open(vault, Column::Present, id, &found.secret_sealed)?];
    let signs = found.old_secret_until.is_some_and(|until| until.to_jiff() > now);
    if let Some(old) = found.old_secret_sealed.as_ref().filter(|_| signs) {
        all.push(Secret::open(vault, Column::Former, id, old)?);
    }
    Ok(all)
}

/// Writes how an attempt ended, and what that means for the endpoint.
async fn settle(services: &Services, held: &Held, due: &deliveries::DueRow, ended: Ended) -> Result<(), Failure> {
    let now = services.clock.now();
    let mut tx = services.begin().await?;
    let Some(found) = endpoints::lock(&mut tx, held.endpoint).await? else { return Ok(()) };
    // It was this one's for too long and is another's by now, who tells how it ends.
    if found.busy_by != Some(held.lease) {
        return Ok(());
    }
    let (outcome, word) = outcome(due, ended, now);
    let (health, pause) = judged(&found, ended, now);
    // What comes of it also pauses the endpoint: then the event is kept with all that wait, and told when it goes on.
    let outcome = match pause {
        Some(_) => deliveries::Ended { state: "waiting", ..outcome },
        None => outcome,
    };
    deliveries::end(&mut tx, held.endpoint, due.event_id, outcome).await?;
    metrics::counter!("webhook_attempts_total", "outcome" => word).increment(1);
    if found.state != "active" {
        // Paused while it was sent to: what came of it is noted, and nothing more is concluded.
        endpoints::set_busy(&mut *tx, held.endpoint, None, 0.0).await?;
        tx.commit().await?;
        return Ok(());
    }
    endpoints::set_health(&mut *tx, held.endpoint, health).await?;
    if let Some(pause) = pause {
        endpoints::set_pause(&mut *tx, held.endpoint, Some(pause.name()), now).await?;
        let detail = json!({ "why": pause.name() });
        note(&mut tx, &services.system(), "webhook.paused", held.endpoint, detail).await?;
    }
    tx.commit().await?;
    match (ended, pause) {
        (_, Some(pause)) => {
            metrics::counter!("webhook_paused_total", "why" => pause.name()).increment(1);
            tracing::error!(endpoint = %held.endpoint, why = pause.name(), "an endpoint of a partner was paused; staff have to see to it");
        }
        (Ended::Taken(_), None) => {}
        (_, None) => {
            tracing::warn!(endpoint = %held.endpoint, event = %due.event_id, lease = %held.lease, kind = word, "a partner did not take an event");
        }
    }
    Ok(())
}

/// What an attempt comes to, and the word for it.
fn outcome(due: &deliveries::DueRow, ended: Ended, now: Timestamp) -> (deliveries::Ended, &'static str) {
    let attempts = due.attempts.unsigned_abs() + 1;
    let wait = backoff(attempts, u16::from_le_bytes(crypto::random()));
    let first = due.first_at.map_or(now, |at| at.to_jiff());
    match ended {
        Ended::Taken(status) => (
            deliveries::Ended { state: "delivered", next_at: now, status: Some(i32::from(status)), error: None },
            "delivered",
        ),
        Ended::Gone => {
            (deliveries::Ended { state: "given_up", next_at: now, status: Some(410), error: Some("gone") }, "gone")
        }
        Ended::Failed(word, status, asked) => {
            // What the partner asks for is kept to, and not beyond the time an event is tried for.
            let wait = asked.map_or(wait, |asked| wait.max(asked));
            let next_at = now.saturating_add(wait).unwrap_or(now);
            let last = first.saturating_add(TRIED_FOR).unwrap_or(next_at);
            let next_at = if last > now { next_at.min(last) } else { next_at };
            let state = if now.duration_since(first) >= TRIED_FOR { "given_up" } else { "waiting" };
            (deliveries::Ended { state, next_at, status: status.map(i32::from), error: Some(word) }, word)
        }
    }
}

/// How it goes with the endpoint after an attempt, and whether it is paused for that.
fn judged(found: &LockedEndpoint, ended: Ended, now: Timestamp) -> (Health, Option<Pause>) {
    match ended {
        Ended::Taken(_) => (Health { failures: 0, failing_since: None, rest_until: None }, None),
        Ended::Gone => (Health { failures: 0, failing_since: None, rest_until: None }, Some(Pause::Gone)),
        Ended::Failed(_, _, asked) => {
            let failures = found.failures.saturating_add(1);
            let since = found.failing_since.map_or(now, |at| at.to_jiff());
            // Whoever asks for time asks for all events: the one that was sent now and those that wait behind it.
            let rest_until = rest(failures.unsigned_abs()).max(asked).and_then(|rest| now.checked_add(rest).ok());
            let pause = (now.duration_since(since) >= TRIED_FOR).then_some(Pause::Failing);
            (Health { failures, failing_since: Some(since), rest_until }, pause)
        }
    }
}

/// Forgets what was told long ago, and former secrets that are no longer good.
pub async fn sweep(services: &Services) -> sqlx::Result<u64> {
    let now = services.clock.now();
    endpoints::forget_old_secrets(&services.db, now).await?;
    let removed = events::remove_before(&services.db, now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN)).await?;
    events::remove_subjects(&services.db).await?;
    Ok(removed)
}

/// The net below the jobs: queues sending to endpoints that have had something due for ten minutes.
pub async fn wake_overdue(services: &Services) -> sqlx::Result<usize> {
    let now = services.clock.now();
    let since = now.saturating_sub(SignedDuration::from_mins(20)).unwrap_or(Timestamp::MIN);
    let mut tx = services.begin().await?;
    let overdue = deliveries::overdue(&mut *tx, since).await?;
    for endpoint in &overdue {
        send_job(&mut tx, now, *endpoint, now).await?;
    }
    tx.commit().await?;
    Ok(overdue.len())
}
