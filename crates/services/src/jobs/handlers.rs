//! What does a kind of job: the registry, and what a handler is given and answers.

use crate::Services;
use crate::pulse::Pulse;
use domain::ids::JobId;
use futures::future::BoxFuture;
use jiff::SignedDuration;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a handler answers.
pub type Outcome = Result<(), Failure>;

/// Why a job was not done. The kind is a word of the code (`smtp_unreachable`), so that no personal data can get into
/// the job table or a log with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Failure {
    /// The kind of failure.
    pub kind: &'static str,
    /// What happens next.
    pub then: Then,
}

/// What happens to a job that was not done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Then {
    /// Again, after a while that grows with every attempt.
    Retry,
    /// Again, not before this long has passed.
    RetryAfter(SignedDuration),
    /// Never by itself: staff decide.
    GiveUp,
}

impl Failure {
    /// To be tried again.
    pub const fn retry(kind: &'static str) -> Self {
        Self { kind, then: Then::Retry }
    }

    /// To be tried again after `wait`.
    pub const fn retry_after(kind: &'static str, wait: SignedDuration) -> Self {
        Self { kind, then: Then::RetryAfter(wait) }
    }

    /// Not to be tried again.
    pub const fn give_up(kind: &'static str) -> Self {
        Self { kind, then: Then::GiveUp }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(_: sqlx::Error) -> Self {
        Self::retry("database")
    }
}

/// A job as its handler gets it.
#[derive(Clone, Debug)]
pub struct Job<P> {
    /// Which.
    pub id: JobId,
    /// This attempt, from 1.
    pub attempt: u32,
    /// No attempt follows by itself: a failure now buries the job.
    pub last: bool,
    /// What it is about.
    pub payload: P,
}

type Handler = Arc<dyn Fn(Services, Job<serde_json::Value>) -> BoxFuture<'static, Outcome> + Send + Sync>;

/// What follows when a job is given up, in the transaction that gives it up.
type End = Arc<
    dyn for<'a> Fn(&'a Services, &'a mut PgConnection, serde_json::Value) -> BoxFuture<'a, sqlx::Result<()>>
        + Send
        + Sync,
>;

/// The handlers of this process. Jobs of a kind it does not know wait for a process that does (a rolling restart).
#[derive(Clone, Default)]
pub struct Handlers {
    by_kind: BTreeMap<&'static str, Handler>,
    ends: BTreeMap<&'static str, End>,
    pulse: Pulse,
}

impl Handlers {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what does `kind`. A payload that cannot be read as `P` buries the job: no later attempt would read it.
    #[must_use]
    pub fn on<P, F, Fut>(mut self, kind: &'static str, handler: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: Fn(Services, Job<P>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Outcome> + Send + 'static,
    {
        let handler: Handler = Arc::new(move |services, raw| {
            let Job { id, attempt, last, payload } = raw;
            match serde_json::from_value::<P>(payload) {
                Ok(payload) => Box::pin(handler(services, Job { id, attempt, last, payload })),
                Err(_) => Box::pin(std::future::ready(Err(Failure::give_up("payload_unreadable")))),
            }
        });
        self.by_kind.insert(kind, handler);
        self
    }

    /// Adds what follows when a job of `kind` is given up, for whatever reason: the handler said so, its last attempt failed,
    /// or a worker died in it. It is written in the transaction that gives the job up, so neither is ever without the other.
    /// A payload that cannot be read has nothing that could follow.
    #[must_use]
    pub fn given_up<P, F>(mut self, kind: &'static str, end: F) -> Self
    where
        P: DeserializeOwned + Send + 'static,
        F: for<'a> Fn(&'a Services, &'a mut PgConnection, P) -> BoxFuture<'a, sqlx::Result<()>> + Send + Sync + 'static,
    {
        let end: End = Arc::new(move |services, db, payload| match serde_json::from_value::<P>(payload) {
            Ok(payload) => end(services, db, payload),
            Err(_) => Box::pin(std::future::ready(Ok(()))),
        });
        self.ends.insert(kind, end);
        self
    }

    /// The kinds that are known, sorted.
    pub fn kinds(&self) -> Vec<String> {
        self.by_kind.keys().map(|kind| (*kind).to_owned()).collect()
    }

    /// The heartbeat of whoever runs these handlers: when the runner last asked for work and got an answer.
    pub fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    pub(super) fn end_of(&self, kind: &str) -> Option<End> {
        self.ends.get(kind).map(Arc::clone)
    }

    pub(super) fn of(&self, kind: &str) -> Option<(&'static str, Handler)> {
        self.by_kind.get_key_value(kind).map(|(kind, handler)| (*kind, Arc::clone(handler)))
    }
}
