//! What a server does besides answering: jobs, audit positions, keys, the clock, tidying up. Any number of processes may
//! run all of it; the use cases below take leases or are idempotent, so nothing happens twice.

use crate::config::Config;
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use services::Services;
use services::jobs::{Handlers, Pace, Pulse};
use sqlx::PgPool;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often the clock is compared with the database's.
const CLOCK: Duration = Duration::from_secs(30);
/// How often is tidied up.
const TIDY: Duration = Duration::from_secs(600);
/// How long a worker that panicked rests.
const REST: Duration = Duration::from_secs(1);

/// When a worker last turned.
#[derive(Clone, Debug)]
pub struct Beat(Arc<AtomicI64>);

impl Beat {
    fn new(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.as_millisecond())))
    }

    /// It turns now.
    pub fn turn(&self, now: Timestamp) {
        self.0.store(now.as_millisecond(), Ordering::Relaxed);
    }

    fn last(&self) -> Option<Timestamp> {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed)).ok()
    }
}

enum Heart {
    Own(Beat),
    Jobs(Pulse, Timestamp),
}

/// The heartbeats of this process; empty where no workers run.
#[derive(Clone, Default)]
pub struct Pulses(Arc<Vec<(&'static str, Heart)>>);

impl Pulses {
    /// The age of each heartbeat.
    pub fn ages(&self, now: Timestamp) -> impl Iterator<Item = (&'static str, SignedDuration)> {
        self.0.iter().map(move |(name, heart)| {
            let last = match heart {
                Heart::Own(beat) => beat.last(),
                // Before its first beat a worker is as old as its start.
                Heart::Jobs(pulse, began) => pulse.last().or(Some(*began)),
            };
            (*name, now.duration_since(last.unwrap_or(Timestamp::MIN)))
        })
    }

    /// Everybody turned within `age`.
    pub fn all_younger_than(&self, age: SignedDuration, now: Timestamp) -> bool {
        self.ages(now).all(|(_, since)| since <= age)
    }
}

/// The workers of this process.
pub struct Workers {
    tasks: JoinSet<()>,
    /// Their heartbeats.
    pub pulses: Pulses,
}

impl Workers {
    /// None: a process that only answers. Its clock and keys still follow.
    pub fn start(services: &Services, config: &Config, handlers: Handlers, shutdown: &CancellationToken) -> Self {
        let mut tasks = JoinSet::new();
        let now = services.clock.now();
        let clock = Beat::new(now);
        let mut hearts = vec![("clock", Heart::Own(clock.clone()))];
        let stop = || shutdown.clone();

        let (s, c) = (services.clone(), stop());
        tasks.spawn(supervise("clock", stop(), move || follow_clock(s.clone(), clock.clone(), c.clone())));
        let (s, c) = (services.clone(), stop());
        tasks.spawn(supervise("keys", stop(), move || {
            let (s, c) = (s.clone(), c.clone());
            async move { s.vault.keep_fresh(&s.db, &s.clock, c).await }
        }));
        if config.workers.enabled {
            hearts.push(("jobs", Heart::Jobs(handlers.pulse(), now)));
            let pace = Pace { workers: config.workers.jobs, ..Pace::default() };
            let (s, c) = (services.clone(), stop());
            tasks.spawn(supervise("jobs", stop(), move || {
                services::jobs::run_at_pace(s.clone(), handlers.clone(), pace, c.clone())
            }));
            let (s, c) = (services.clone(), stop());
            tasks.spawn(supervise("audit", stop(), move || services::audit::run(s.clone(), c.clone())));
            let (s, c) = (services.clone(), stop());
            tasks.spawn(supervise("tidy", stop(), move || tidy(s.clone(), c.clone())));
        }
        Self { tasks, pulses: Pulses(Arc::new(hearts)) }
    }

    /// Waits until everybody stopped.
    pub async fn stopped(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}

/// Keeps a worker going: one that panics is started again, and the panic is a line in the log and a gap in the heartbeat.
async fn supervise<F: Future<Output = ()>>(name: &'static str, shutdown: CancellationToken, work: impl Fn() -> F) {
    while !shutdown.is_cancelled() {
        match AssertUnwindSafe(work()).catch_unwind().await {
            Ok(()) if shutdown.is_cancelled() => break,
            Ok(()) => tracing::error!(worker = name, "a worker ended by itself; starting it again"),
            Err(_) => tracing::error!(worker = name, "a worker panicked; starting it again"),
        }
        pause(REST, &shutdown).await;
    }
}

/// Waits, but not beyond the shutdown.
async fn pause(time: Duration, shutdown: &CancellationToken) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = shutdown.cancelled() => {}
    }
}

/// Goes with the database's clock, so that several servers agree on when booking opens and when a hold ends.
async fn follow_clock(services: Services, beat: Beat, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match database_now(&services.db).await {
            Ok(now) => services.clock.follow(now),
            Err(error) => {
                tracing::warn!(%error, "the database's clock cannot be read; going on with the last difference")
            }
        }
        beat.turn(services.clock.now());
        pause(CLOCK, &shutdown).await;
    }
}

/// The database's clock.
pub async fn database_now(db: &PgPool) -> sqlx::Result<Timestamp> {
    let now: store::SqlTimestamp = sqlx::query_scalar("select clock_timestamp()").fetch_one(db).await?;
    Ok(now.to_jiff())
}

/// Makes the sessions of the days to come and compares the books with the seats.
async fn tidy(services: Services, shutdown: CancellationToken) {
    use services::booking;
    while !shutdown.is_cancelled() {
        let context = services.system();
        if let Err(error) = services::account::sweep(&services).await {
            tracing::error!(%error, "what has run out could not be swept away");
        }
        if let Err(error) = services::machines::sweep(&services).await {
            tracing::error!(%error, "remembered answers could not be swept away");
        }
        match services::privacy::erase_due(&services).await {
            Ok(erased) if erased.bookings + erased.accounts > 0 => {
                tracing::info!(
                    bookings = erased.bookings,
                    accounts = erased.accounts,
                    "personal data past its time was erased"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "personal data past its time could not be erased"),
        }
        match booking::make_sessions(&services, &context).await {
            Ok(0) | Err(booking::BookingError::NotFound) => {}
            Ok(made) => tracing::info!(made, "sessions were made from the weekly templates"),
            Err(error) => tracing::error!(%error, "sessions could not be made"),
        }
        // What it finds is its own log line and gauge.
        if let Err(error) = booking::reconcile(&services, &context).await {
            tracing::error!(%error, "the books could not be compared with the seats");
        }
        pause(TIDY, &shutdown).await;
    }
}
