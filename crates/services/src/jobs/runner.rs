//! The workers of a process: they take due jobs under a lease, do them, and say so under the same lease.

use super::handlers::{Failure, Handlers, Job, Outcome, Then};
use crate::Services;
use crate::context::new_uuid;
use crate::db::Tx;
use domain::ids::JobId;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use store::jobs::{Buried, Claimed, URGENT_KIND};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How the workers go about it.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Jobs done at the same time by this process. One of them is kept for urgent jobs when there are several.
    pub workers: usize,
    /// How long a job belongs to the worker that took it.
    pub lease: Duration,
    /// How long a handler may take. Shorter than the lease, so that nobody else has the job while it still runs.
    pub limit: Duration,
    /// How long to wait for the bell before asking again; half to one and a half of it.
    pub poll: Duration,
    /// How long jobs may run on after the shutdown began.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            workers: 4,
            lease: Duration::from_secs(120),
            limit: Duration::from_secs(90),
            poll: Duration::from_secs(2),
            grace: Duration::from_secs(20),
        }
    }
}

/// Does jobs until `shutdown`, then lets the running ones finish.
pub async fn run(services: Services, handlers: Handlers, shutdown: CancellationToken) {
    run_at_pace(services, handlers, Pace::default(), shutdown).await;
}

/// Like [`run`], at another pace.
pub async fn run_at_pace(services: Services, handlers: Handlers, pace: Pace, shutdown: CancellationToken) {
    let mut running = JoinSet::new();
    let mut swept: Option<Instant> = None;
    while !shutdown.is_cancelled() {
        if swept.is_none_or(|at| at.elapsed() > pace.lease / 2) {
            swept = Some(Instant::now());
            sweep(&services, &handlers).await;
        }
        let taken = match take(&services, &handlers, pace, pace.workers.saturating_sub(running.len())).await {
            Ok(taken) => taken,
            Err(error) => {
                tracing::warn!(kind = database_kind(&error), "jobs cannot be taken; asking again soon");
                Vec::new()
            }
        };
        for (lease, claimed) in taken {
            running.spawn(perform(services.clone(), handlers.clone(), pace, lease, claimed));
        }
        let idle = running.len() < pace.workers;
        tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = running.join_next(), if !running.is_empty() => {}
            () = services.job_bell.notified(), if idle => {}
            () = tokio::time::sleep(jittered(pace.poll)), if idle => {}
        }
    }
    let finished = tokio::time::timeout(pace.grace, async { while running.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        // Their leases run out by themselves; another process then does them again.
        tracing::warn!(jobs = running.len(), "jobs were still running at the end of the grace period");
    }
}

/// Does, one after the other, whatever is due by the house's clock, until nothing is. For tests. Answers how many
/// attempts were made.
pub async fn drain(services: &Services, handlers: &Handlers) -> sqlx::Result<usize> {
    let pace = Pace { workers: 1, ..Pace::default() };
    let mut attempts = 0;
    loop {
        let taken = take(services, handlers, pace, 1).await?;
        if taken.is_empty() {
            return Ok(attempts);
        }
        for (lease, claimed) in taken {
            attempts += 1;
            perform(services.clone(), handlers.clone(), pace, lease, claimed).await;
        }
    }
}

/// Takes urgent jobs for every free slot, then others for all but one of the process's slots.
async fn take(services: &Services, handlers: &Handlers, pace: Pace, free: usize) -> sqlx::Result<Vec<(Uuid, Claimed)>> {
    if free == 0 {
        return Ok(Vec::new());
    }
    let now = services.clock.now();
    let kinds = handlers.kinds();
    let seconds = pace.lease.as_secs_f64();
    let mut taken = Vec::new();
    if kinds.iter().any(|kind| kind == URGENT_KIND) {
        let lease = new_uuid(now);
        let urgent = store::jobs::claim_urgent(&services.db, now, lease, seconds, free as i64).await?;
        taken.extend(urgent.into_iter().map(|job| (lease, job)));
    }
    let reserved = usize::from(pace.workers > 1);
    let rest = free.saturating_sub(taken.len()).saturating_sub(reserved);
    if rest > 0 {
        let lease = new_uuid(now);
        let others = store::jobs::claim(&services.db, now, &kinds, lease, seconds, rest as i64).await?;
        taken.extend(others.into_iter().map(|job| (lease, job)));
    }
    handlers.pulse().beat(now);
    Ok(taken)
}

/// Does one job and says how it went. Never panics and never fails: what cannot be said is repeated after the lease.
async fn perform(services: Services, handlers: Handlers, pace: Pace, lease: Uuid, claimed: Claimed) {
    let Some((kind, handler)) = handlers.of(&claimed.kind) else { return };
    let began = Instant::now();
    let last = claimed.attempts >= claimed.max_attempts;
    let job = Job { id: JobId(claimed.id), attempt: claimed.attempts.unsigned_abs(), last, payload: claimed.payload };
    let work = AssertUnwindSafe(async { handler(services.clone(), job).await }).catch_unwind();
    let outcome: Outcome = match tokio::time::timeout(pace.limit, work).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_panic)) => Err(Failure::retry("panicked")),
        Err(_elapsed) => Err(Failure::retry("took_too_long")),
    };
    let word = match &outcome {
        Ok(()) => "done",
        Err(failure) if last || failure.then == Then::GiveUp => "dead",
        Err(_) => "retry",
    };
    metrics::counter!("jobs_total", "kind" => kind, "outcome" => word).increment(1);
    metrics::histogram!("job_seconds", "kind" => kind).record(began.elapsed().as_secs_f64());
    let ran_on = Ran { id: claimed.id, lease, attempts: claimed.attempts, last };
    // The database may be gone for a moment; a job that was done should not be done again for that.
    for pause in [100, 500, 2000] {
        match say(&services, &handlers, ran_on, outcome).await {
            Ok(true) => {
                if let Err(failure) = outcome {
                    tracing::warn!(job = %claimed.id, kind, attempt = claimed.attempts, error = failure.kind, outcome = word, "a job was not done");
                }
                return;
            }
            Ok(false) => {
                tracing::warn!(job = %claimed.id, kind, "a job was withdrawn or its lease ran out while it was done");
                return;
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(pause)).await,
        }
    }
    tracing::error!(job = %claimed.id, kind, outcome = word, "the end of a job could not be written; it is repeated after its lease");
}

/// An attempt that has ended.
#[derive(Clone, Copy)]
struct Ran {
    id: Uuid,
    lease: Uuid,
    attempts: i32,
    last: bool,
}

async fn say(services: &Services, handlers: &Handlers, ran: Ran, outcome: Outcome) -> sqlx::Result<bool> {
    let Ran { id, lease, attempts, last } = ran;
    match outcome {
        Ok(()) => store::jobs::finish(&services.db, id, lease).await,
        Err(Failure { kind, then }) if last || then == Then::GiveUp => {
            let mut tx = services.begin().await?;
            let buried = store::jobs::bury(&mut *tx, id, lease, kind).await?;
            given_up(services, handlers, tx, buried).await
        }
        Err(Failure { kind, then }) => {
            let least = if let Then::RetryAfter(wait) = then { wait } else { SignedDuration::ZERO };
            let wait = backoff(attempts, u16::from_le_bytes(crate::crypto::random())).max(least);
            let run_at = services.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX);
            store::jobs::postpone(&services.db, id, lease, run_at, kind).await
        }
    }
}

/// Does what follows when a job is given up, and commits both. Answers whether there was such a job.
async fn given_up(services: &Services, handlers: &Handlers, mut tx: Tx, buried: Option<Buried>) -> sqlx::Result<bool> {
    let Some(Buried { kind, payload }) = buried else { return Ok(false) };
    if let Some(end) = handlers.end_of(&kind) {
        end(services, &mut tx, payload).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The wait after attempt number `attempts`: 10 s doubled each time, four hours at most, of which `chance` takes up to a
/// half away, so that a thousand jobs that failed together do not come back together. Twelve attempts span about five
/// hours: a mail server's outage of a morning.
fn backoff(attempts: i32, chance: u16) -> SignedDuration {
    let whole = 10_000_i64.saturating_mul(1 << attempts.clamp(1, 20).saturating_sub(1)).min(4 * 3_600_000);
    let half = whole / 2;
    SignedDuration::from_millis(whole - half * i64::from(chance) / i64::from(u16::MAX))
}

fn jittered(around: Duration) -> Duration {
    let chance = f64::from(u16::from_le_bytes(crate::crypto::random())) / f64::from(u16::MAX);
    around.mul_f64(0.5 + chance)
}

/// Gives up the jobs whose every attempt ended with the worker gone, with what follows. Answers how many. One whose end cannot
/// be written does not keep the others; it is tried again with the next sweep.
pub async fn give_up_crashed(services: &Services, handlers: &Handlers) -> sqlx::Result<usize> {
    let mut count = 0;
    for job in store::jobs::crashed(&services.db, &handlers.kinds()).await? {
        let mut tx = services.begin().await?;
        let ended = match store::jobs::bury_crashed(&mut *tx, job).await {
            Ok(buried) => given_up(services, handlers, tx, buried).await,
            Err(error) => Err(error),
        };
        match ended {
            Ok(ended) => count += usize::from(ended),
            Err(error) => tracing::warn!(%job, kind = database_kind(&error), "the end of a job could not be written"),
        }
    }
    Ok(count)
}

/// Buries what crashed too often, and measures the queue.
async fn sweep(services: &Services, handlers: &Handlers) {
    match give_up_crashed(services, handlers).await {
        Ok(0) | Err(_) => {}
        Ok(jobs) => tracing::error!(jobs, "jobs were given up because their workers went away every time"),
    }
    let now = services.clock.now();
    if let Ok(standing) = store::jobs::standing(&services.db, now).await {
        metrics::gauge!("jobs_due").set(standing.due as f64);
        metrics::gauge!("jobs_waiting").set(standing.waiting as f64);
        metrics::gauge!("jobs_dead").set(standing.dead as f64);
        let oldest = standing.oldest_due.map_or(0.0, |since| now.duration_since(since.to_jiff()).as_secs_f64());
        metrics::gauge!("jobs_oldest_due_seconds").set(oldest);
    }
}

/// A word for a log: sqlx's own text may quote values.
fn database_kind(error: &sqlx::Error) -> &'static str {
    match error {
        sqlx::Error::PoolTimedOut => "pool_timed_out",
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) => "unreachable",
        sqlx::Error::Database(_) => "refused",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_keep_at_least_half_and_end_at_four_hours() {
        assert_eq!(backoff(1, 0), SignedDuration::from_secs(10));
        assert_eq!(backoff(1, u16::MAX), SignedDuration::from_secs(5));
        assert_eq!(backoff(4, 0), SignedDuration::from_secs(80));
        assert_eq!(backoff(30, 0), SignedDuration::from_hours(4));
        let whole: SignedDuration = (1..12).map(|n| backoff(n, u16::MAX)).sum();
        assert!(
            whole > SignedDuration::from_mins(160),
            "even with the worst luck an outage of hours is outlived: {whole:?}"
        );
    }
}
