//! The lane of a session: whatever claims have queued up while its last transaction ran are decided together.

use super::decide::transaction;
use super::{Answer, BookingError, Claim, Granted, Guard};
use crate::Services;
use crate::lanes::{Lanes, Rounds, Work};
use domain::booking::Refusal;
use domain::ids::SessionId;
use std::time::Duration;

/// 128 claims share a transaction at most; 2,000 may queue on one session, and each waits eight seconds for its answer,
/// before it is told "busy".
const ROUNDS: Rounds = Rounds { items: 128, queue: 2_000, patience: Duration::from_secs(8) };

/// The lanes of this process.
#[derive(Clone)]
pub struct Claims {
    lanes: Lanes<SessionId, Claim, Answer>,
    guard: Guard,
}

impl Default for Claims {
    fn default() -> Self {
        Self::guarded_by(Guard::Lock)
    }
}

impl Claims {
    /// Lanes with a guard.
    pub fn guarded_by(guard: Guard) -> Self {
        Self { lanes: Lanes::new(ROUNDS), guard }
    }

    /// Whether decisions take the session's lock.
    pub(in crate::booking) fn guard(&self) -> Guard {
        self.guard
    }

    /// Queues a claim and waits for its answer. The decision runs to its end even when the caller goes away. Where there
    /// is no answer nothing is promised, and the key makes a retry safe.
    pub(in crate::booking) async fn submit(&self, services: &Services, session: SessionId, claim: Claim) -> Answer {
        let desk = || Desk { services: services.clone(), guard: self.guard, session };
        self.lanes.submit(session, claim, desk).await.unwrap_or_else(|_unanswered| Err(Refusal::Busy.into()))
    }
}

/// Where the claims on one session are decided.
struct Desk {
    services: Services,
    guard: Guard,
    session: SessionId,
}

impl Work<Claim, Answer> for Desk {
    /// Decides a batch. One that the database refuses as a whole is decided one by one, so that one bad order never takes
    /// its neighbours down.
    async fn round(&self, claims: Vec<Claim>) -> Vec<Answer> {
        metrics::histogram!("booking_batch_size").record(claims.len() as f64);
        let answers = match self.attempt(&claims.iter().collect::<Vec<_>>()).await {
            Ok(answers) => answers,
            Err(error) if claims.len() > 1 && error.as_database_error().is_some() => self.one_by_one(&claims).await,
            Err(error) => {
                let busy = may_pass(&error);
                tracing::warn!(%error, claims = claims.len(), "a batch of claims failed");
                let mut first = Some(failed(error));
                let mut next = || first.take().unwrap_or_else(|| if busy { Refusal::Busy.into() } else { gone() });
                claims.iter().map(|_| Err(next())).collect()
            }
        };
        if answers.iter().any(|answer| matches!(answer, Ok(Granted::Booked(_)))) {
            self.services.job_bell.notify_one();
        }
        answers.iter().for_each(count);
        answers
    }
}

impl Desk {
    async fn one_by_one(&self, claims: &[Claim]) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(claims.len());
        for claim in claims {
            let one = self.attempt(&[claim]).await;
            answers.push(one.map_or_else(|error| Err(failed(error)), |mut only| only.remove(0)));
        }
        answers
    }

    /// One transaction for all; tried again when the database says that may help.
    async fn attempt(&self, claims: &[&Claim]) -> Result<Vec<Answer>, sqlx::Error> {
        let mut tries = 0;
        loop {
            match transaction(&self.services, self.guard, self.session, claims).await {
                Err(error) if store::is_transient(&error) && tries < 3 => {
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(5 << tries)).await;
                }
                other => return other,
            }
        }
    }
}

fn count(answer: &Answer) {
    let outcome = match answer {
        Ok(Granted::Held) => "held",
        Ok(Granted::Booked(_)) => "booked",
        Err(BookingError::Refused(Refusal::Full { .. })) => "full",
        Err(BookingError::Refused(_)) => "refused",
        Err(_) => "failed",
    };
    metrics::counter!("booking_claims_total", "outcome" => outcome).increment(1);
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
    } else if store::constraint_of(&error) == Some("booking_draft_becomes_one") {
        // Another tab has put the same draft on the waiting list.
        BookingError::StateHasChanged
    } else {
        error.into()
    }
}

fn gone() -> BookingError {
    BookingError::Database(sqlx::Error::WorkerCrashed)
}
