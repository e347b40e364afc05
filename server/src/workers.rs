//! What a server does besides answering: jobs, audit positions, roots of custody, keys, the clock, tidying up. Any number of processes may
//! run all of it; the use cases below take leases or are idempotent, so nothing happens twice.

mod telemetry;
mod tidy;

use crate::config::Config;
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use services::Services;
use services::jobs::{Handlers, Pace};
use services::pulse::Pulse;
use sqlx::PgPool;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tidy::tidy;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often the clock is compared with the database's.
const CLOCK: Duration = Duration::from_secs(30);
/// How often the waiting list is looked at: what is cancelled or declined is passed on at once, and this is for offers and
/// holds that run out.
const WAITING: Duration = Duration::from_secs(2);
/// How long a worker that panicked rests.
const REST: Duration = Duration::from_secs(1);

/// A worker that has not turned for this long has stopped.
const PULSE: SignedDuration = SignedDuration::from_secs(60);
/// The same of who tidies up and who closes roots: they rest for minutes, and one of their works may take another ten.
const TIDY_PULSE: SignedDuration = SignedDuration::from_mins(20);

struct Heart {
    name: &'static str,
    pulse: Pulse,
    /// Before its first beat a worker is as old as its start.
    began: Timestamp,
    /// The longest silence of a worker that is well.
    silence: SignedDuration,
}

impl Heart {
    fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.pulse.last().unwrap_or(self.began))
    }
}

/// The heartbeats of this process; empty where no workers run.
#[derive(Clone, Default)]
pub struct Pulses(Arc<Vec<Heart>>);

impl Pulses {
    /// The age of each heartbeat.
    pub fn ages(&self, now: Timestamp) -> impl Iterator<Item = (&'static str, SignedDuration)> {
        self.0.iter().map(move |heart| (heart.name, heart.age(now)))
    }

    /// Who has been silent for too long.
    pub fn stalled(&self, now: Timestamp) -> Vec<&'static str> {
        self.0.iter().filter(|heart| heart.age(now) > heart.silence).map(|heart| heart.name).collect()
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
        let mut hearts = Vec::new();
        let mut heart = |name, pulse: Pulse, silence| {
            hearts.push(Heart { name, pulse: pulse.clone(), began: now, silence });
            pulse
        };
        let clock = heart("clock", Pulse::default(), PULSE);
        let stop = || shutdown.clone();

        let (s, c) = (services.clone(), stop());
        tasks.spawn(supervise("clock", stop(), move || follow_clock(s.clone(), clock.clone(), c.clone())));
        let (s, c) = (services.clone(), stop());
        tasks.spawn(supervise("keys", stop(), move || {
            let (s, c) = (s.clone(), c.clone());
            async move { s.vault.keep_fresh(&s.db, &s.clock, c).await }
        }));
        if config.workers.enabled {
            heart("jobs", handlers.pulse(), PULSE);
            let pace = Pace { workers: config.workers.jobs, ..Pace::default() };
            let (s, c) = (services.clone(), stop());
            tasks.spawn(supervise("jobs", stop(), move || {
                services::jobs::run_at_pace(s.clone(), handlers.clone(), pace, c.clone())
            }));
            let (s, c, pulse) = (services.clone(), stop(), heart("audit", Pulse::default(), PULSE));
            tasks.spawn(supervise("audit", stop(), move || services::audit::run(s.clone(), pulse.clone(), c.clone())));
            let (s, c, pulse) = (services.clone(), stop(), heart("waiting", Pulse::default(), PULSE));
            tasks.spawn(supervise("waiting", stop(), move || wait_for_places(s.clone(), pulse.clone(), c.clone())));
            let (s, c, pulse) = (services.clone(), stop(), heart("watch", Pulse::default(), PULSE));
            tasks.spawn(supervise("watch", stop(), move || telemetry::watch(s.clone(), pulse.clone(), c.clone())));
            let (s, c, pulse) = (services.clone(), stop(), heart("telemetry", Pulse::default(), TIDY_PULSE));
            tasks.spawn(supervise("telemetry", stop(), move || telemetry::keep(s.clone(), pulse.clone(), c.clone())));
            let (s, c, pulse) = (services.clone(), stop(), heart("tidy", Pulse::default(), TIDY_PULSE));
            tasks.spawn(supervise("tidy", stop(), move || tidy(s.clone(), pulse.clone(), c.clone())));
            let (s, c, pulse) = (services.clone(), stop(), heart("roots", Pulse::default(), TIDY_PULSE));
            tasks.spawn(supervise("roots", stop(), move || {
                services::custody::proof::keep_closing(s.clone(), pulse.clone(), c.clone())
            }));
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
async fn follow_clock(services: Services, pulse: Pulse, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match database_now(&services.db).await {
            Ok(now) => services.clock.follow(now),
            Err(error) => {
                tracing::warn!(%error, "the database's clock cannot be read; going on with the last difference")
            }
        }
        pulse.beat(services.clock.now());
        pause(CLOCK, &shutdown).await;
    }
}

/// Passes on what ran out on the waiting lists. Beats when it could look.
async fn wait_for_places(services: Services, pulse: Pulse, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match services::booking::pass_on(&services).await {
            Ok(offers) => {
                if offers > 0 {
                    tracing::info!(offers, "places that came free were offered to waiting parties");
                }
                pulse.beat(services.clock.now());
            }
            Err(error) => tracing::error!(%error, "the waiting lists could not be looked at"),
        }
        pause(WAITING, &shutdown).await;
    }
}

/// The database's clock.
pub async fn database_now(db: &PgPool) -> sqlx::Result<Timestamp> {
    let now: store::SqlTimestamp = sqlx::query_scalar("select clock_timestamp()").fetch_one(db).await?;
    Ok(now.to_jiff())
}
