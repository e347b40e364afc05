//! The lanes of this process: whatever claims have queued up while the last transaction ran are decided together.
//!
//! Nearly all claims, on whatever sessions, share one lane and so one transaction, whose locks are taken without waiting:
//! a session or a person that somebody else has locked (a day being closed, another server) never holds up the others.
//! Claims that would have to wait go to a lane of their session's own, which waits, and the session stays there until it
//! has been quiet for a while, so that those who came first are decided first.

use super::decide::transaction;
use super::{Answer, BookingError, Claim, Granted, Guard};
use crate::Services;
use crate::booking::entrance::Passed;
use crate::clock::Clock;
use crate::lanes::{Lanes, Rounds, Work};
use domain::booking::Refusal;
use domain::ids::SessionId;
use std::time::{Duration, Instant};

/// 128 claims share a transaction at most; 2,000 may queue on a lane, and each waits eight seconds for its answer, before
/// it is told "busy". Under load a round lets the next claims gather for two milliseconds.
const ROUNDS: Rounds =
    Rounds { items: 128, queue: 2_000, patience: Duration::from_secs(8), gather: Some(Duration::from_millis(2)) };

/// Which lane, and so how its transactions take their locks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Way {
    /// Of all sessions: waits for nobody's lock.
    Shared,
    /// Of one session: waits.
    Own(SessionId),
}

/// A claim on a session.
pub(super) struct Asked {
    pub session: SessionId,
    pub claim: Claim,
    /// The clock of whoever claims: a lane outlives the services it was begun with, and they may have been lent another.
    pub clock: Clock,
}

/// What became of a claim in a lane.
enum Outcome {
    Answered(Answer),
    /// It would have had to wait for a lock: here it is again.
    Locked(Claim),
}

/// The lanes of this process.
#[derive(Clone)]
pub struct Claims {
    lanes: Lanes<Way, Asked, Outcome>,
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

    /// Queues a claim and waits for its answer. A decision runs to its end even when the caller goes away. Where there
    /// is no answer nothing is promised, and the key makes a retry safe.
    pub(in crate::booking) async fn submit(&self, services: &Services, passed: Passed, claim: Claim) -> Answer {
        let began = Instant::now();
        let answer = self.decided(services, passed.session(), claim).await;
        services.entrance.answered(began.elapsed());
        answer
    }

    async fn decided(&self, services: &Services, session: SessionId, claim: Claim) -> Answer {
        let own = Way::Own(session);
        // Taking an offer also locks an entry of the waiting list, which only a lane that may wait can do.
        let way = if claim.takes_an_offer() || self.lanes.is_open(&own) { own } else { Way::Shared };
        let asked = |claim| Asked { session, claim, clock: services.clock.clone() };
        match self.queue(services, way, asked(claim)).await {
            Outcome::Answered(answer) => answer,
            Outcome::Locked(claim) => match self.queue(services, own, asked(claim)).await {
                Outcome::Answered(answer) => answer,
                Outcome::Locked(_) => Err(Refusal::Busy.into()),
            },
        }
    }

    async fn queue(&self, services: &Services, way: Way, asked: Asked) -> Outcome {
        let desk = || Desk { services: services.clone(), guard: self.guard, way };
        let outcome = self.lanes.submit(way, asked, desk).await;
        outcome.unwrap_or_else(|_unanswered| Outcome::Answered(Err(Refusal::Busy.into())))
    }
}

/// Where the claims of a lane are decided.
struct Desk {
    services: Services,
    guard: Guard,
    way: Way,
}

impl Work<Asked, Outcome> for Desk {
    /// Decides what queued up. A batch has one instant, so that claims which go by different clocks are several.
    async fn round(&self, mut claims: Vec<Asked>) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(claims.len());
        while let Some(first) = claims.first() {
            let alike = claims.iter().take_while(|asked| asked.clock.is(&first.clock)).count();
            let services = Services { clock: first.clock.clone(), ..self.services.clone() };
            let desk = Self { services, guard: self.guard, way: self.way };
            outcomes.extend(desk.batch(claims.drain(..alike).collect()).await);
        }
        outcomes
    }
}

impl Desk {
    /// Decides a batch. One that the database refuses as a whole is decided one by one, so that one bad order never takes
    /// its neighbours down.
    async fn batch(&self, claims: Vec<Asked>) -> Vec<Outcome> {
        metrics::histogram!("booking_batch_size").record(claims.len() as f64);
        let answers = match self.attempt(&claims.iter().collect::<Vec<_>>()).await {
            Ok(answers) => answers,
            Err(error) if claims.len() > 1 && error.as_database_error().is_some() => self.one_by_one(&claims).await,
            Err(error) => {
                let busy = may_pass(&error);
                tracing::warn!(%error, claims = claims.len(), "a batch of claims failed");
                let mut first = Some(failed(error));
                let mut next = || first.take().unwrap_or_else(|| if busy { Refusal::Busy.into() } else { gone() });
                claims.iter().map(|_| Some(Err(next()))).collect()
            }
        };
        if answers.iter().any(|answer| matches!(answer, Some(Ok(Granted::Booked(_))))) {
            self.services.job_bell.notify_one();
        }
        let outcome = |(asked, answer): (Asked, Option<Answer>)| match answer {
            Some(answer) => {
                count(&answer);
                Outcome::Answered(answer)
            }
            None => Outcome::Locked(asked.claim),
        };
        claims.into_iter().zip(answers).map(outcome).collect()
    }

    async fn one_by_one(&self, claims: &[Asked]) -> Vec<Option<Answer>> {
        let mut answers = Vec::with_capacity(claims.len());
        for claim in claims {
            let one = self.attempt(&[claim]).await;
            answers.push(one.map_or_else(|error| Some(Err(failed(error))), |mut only| only.remove(0)));
        }
        answers
    }

    /// One transaction for all; tried again when the database says that may help.
    async fn attempt(&self, claims: &[&Asked]) -> Result<Vec<Option<Answer>>, sqlx::Error> {
        let mut tries = 0;
        loop {
            match transaction(&self.services, self.guard, self.way, claims).await {
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
    } else if matches!(store::constraint_of(&error), Some("booking_within_capacity" | "booking_within_pool")) {
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
