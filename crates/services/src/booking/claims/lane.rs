//! The lane of a session: takes whatever claims have queued up while its last transaction ran, has them decided
//! together, and answers each.

use super::decide::transaction;
use super::{Answer, BookingError, Claim, Granted, Guard};
use crate::Services;
use domain::booking::Refusal;
use domain::ids::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Claims decided in one transaction at most.
const BATCH: usize = 128;
/// Claims that may queue on one session before newcomers are told "busy" at once.
const QUEUE: usize = 2_000;
/// How long a claim waits for its answer before it is told "busy".
const PATIENCE: Duration = Duration::from_secs(8);
/// A lane without claims for this long ends.
const IDLE: Duration = Duration::from_secs(10);

struct Ticket {
    claim: Claim,
    answer: oneshot::Sender<Answer>,
}

/// The lanes of this process.
#[derive(Clone, Default)]
pub struct Claims {
    lanes: Arc<Mutex<HashMap<SessionId, mpsc::Sender<Ticket>>>>,
    guard: Guard,
}

impl Claims {
    /// Lanes with a guard.
    pub fn guarded_by(guard: Guard) -> Self {
        Self { guard, ..Self::default() }
    }

    /// Whether decisions take the session's lock.
    pub(in crate::booking) fn guard(&self) -> Guard {
        self.guard
    }

    /// Queues a claim and waits for its answer. The decision runs to its end even when the caller goes away.
    pub(in crate::booking) async fn submit(&self, services: &Services, session: SessionId, claim: Claim) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.queue(services, session, Ticket { claim, answer })?;
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer,
            // The lane died with the ticket, or is too slow: nothing is promised, the key makes a retry safe.
            Ok(Err(_)) | Err(_) => Err(Refusal::Busy.into()),
        }
    }

    fn queue(&self, services: &Services, session: SessionId, ticket: Ticket) -> Result<(), BookingError> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        // A lane whose task died (a panic) is replaced; its waiting visitors are told "busy".
        let lane = lanes.get(&session).filter(|lane| !lane.is_closed()).cloned().unwrap_or_else(|| {
            let (lane, tickets) = mpsc::channel(QUEUE);
            tokio::spawn(run_lane(self.clone(), services.clone(), session, tickets));
            lanes.insert(session, lane.clone());
            lane
        });
        // Queued while the table is locked: a lane only ends when it sees itself empty under the same lock.
        lane.try_send(ticket).map_err(|_| Refusal::Busy.into())
    }
}

async fn run_lane(claims: Claims, services: Services, session: SessionId, mut tickets: mpsc::Receiver<Ticket>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        match tokio::time::timeout(IDLE, tickets.recv_many(&mut batch, BATCH)).await {
            Ok(0) => return,
            Ok(_) => decide(&services, claims.guard, session, std::mem::take(&mut batch)).await,
            Err(_idle) => {
                let mut lanes = claims.lanes.lock().unwrap_or_else(PoisonError::into_inner);
                // Senders queue under the same lock: an empty lane seen here stays empty.
                if tickets.is_empty() {
                    lanes.remove(&session);
                    return;
                }
            }
        }
    }
}

/// Decides a batch and answers every ticket. A batch the database refuses as a whole is decided one by one, so that one
/// bad order never takes its neighbours down.
async fn decide(services: &Services, guard: Guard, session: SessionId, batch: Vec<Ticket>) {
    let (claims, answers): (Vec<Claim>, Vec<_>) = batch.into_iter().map(|t| (t.claim, t.answer)).unzip();
    metrics::histogram!("booking_batch_size").record(claims.len() as f64);
    let outcome = attempt(services, guard, session, &claims.iter().collect::<Vec<_>>()).await;
    let mut results = match outcome {
        Ok(results) => results,
        Err(error) if claims.len() > 1 && error.as_database_error().is_some() => {
            let mut results = Vec::with_capacity(claims.len());
            for claim in &claims {
                let one = attempt(services, guard, session, &[claim]).await;
                results.push(one.map_or_else(|error| Err(failed(error)), |mut only| only.remove(0)));
            }
            results
        }
        Err(error) => {
            let busy = may_pass(&error);
            tracing::warn!(%error, claims = claims.len(), "a batch of claims failed");
            let mut first = Some(failed(error));
            claims
                .iter()
                .map(|_| Err(first.take().unwrap_or_else(|| if busy { Refusal::Busy.into() } else { gone() })))
                .collect()
        }
    };
    if results.iter().any(|r| matches!(r, Ok(Granted::Booked(_)))) {
        services.job_bell.notify_one();
    }
    for (answer, result) in answers.into_iter().zip(results.drain(..)) {
        let outcome = match &result {
            Ok(Granted::Held) => "held",
            Ok(Granted::Booked(_)) => "booked",
            Err(BookingError::Refused(Refusal::Full { .. })) => "full",
            Err(BookingError::Refused(_)) => "refused",
            Err(_) => "failed",
        };
        metrics::counter!("booking_claims_total", "outcome" => outcome).increment(1);
        // A visitor who hung up finds the answer under the idempotency key.
        drop(answer.send(result));
    }
}

/// Nothing is wrong with the claim: the same one may succeed in a moment. Whether a commit happened that the connection
/// broke under is not known; the idempotency key tells whoever asks again.
fn may_pass(error: &sqlx::Error) -> bool {
    store::is_transient(error) || store::is_unavailable(error)
}

fn failed(error: sqlx::Error) -> BookingError {
    if may_pass(&error) {
        Refusal::Busy.into()
    } else if store::constraint_of(&error) == Some("booking_within_capacity") {
        // The net below the lock caught something: nobody is oversold, and somebody should look.
        tracing::error!("the capacity guard of the database refused what the engine had admitted");
        Refusal::Full { free: 0 }.into()
    } else {
        error.into()
    }
}

fn gone() -> BookingError {
    BookingError::Database(sqlx::Error::WorkerCrashed)
}

/// One transaction for the whole batch; tried again when the database says that may help.
async fn attempt(
    services: &Services,
    guard: Guard,
    session: SessionId,
    claims: &[&Claim],
) -> Result<Vec<Answer>, sqlx::Error> {
    let mut tries = 0;
    loop {
        match transaction(services, guard, session, claims).await {
            Err(error) if store::is_transient(&error) && tries < 3 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(5 << tries)).await;
            }
            other => return other,
        }
    }
}
