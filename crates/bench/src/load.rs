//! Sixty-four visitors, each of whom tries again as soon as the last answer has come.

use crate::CLIENTS;
use crate::meter::Used;
use crate::stage::Stage;
use crate::work::{self, Outcome, Work};
use domain::ids::SessionId;
use services::Services;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use testkit::wire::Seen;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// When a measurement ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// When the time is up.
    WhenTimeIsUp,
    /// When the time is up or somebody is refused: then the places were too few for the speed.
    WhenFull,
}

/// One measurement.
#[derive(Default)]
pub struct Slice {
    /// From the first request to the last answer.
    pub elapsed: Duration,
    /// Bookings answered.
    pub booked: u64,
    /// "Full" answered.
    pub full: u64,
    /// "Busy" answered.
    pub busy: u64,
    /// Transactions begun anew.
    pub retries: u64,
    /// Each visitor's time, from first request to last answer.
    pub whole: Vec<Duration>,
    /// Each request's time.
    pub requests: Vec<Duration>,
    /// What it used.
    pub used: Used,
    /// What passed over the wire, if that was counted.
    pub wire: Option<Seen>,
    /// Bookings made on the same sessions before counting began.
    pub uncounted: u64,
}

impl Slice {
    /// Answers of either kind.
    pub fn answers(&self) -> u64 {
        self.booked + self.full
    }
}

/// Lets the visitors loose on the sessions.
pub async fn run(
    stage: &Arc<Stage>,
    services: &Services,
    work: Work,
    sessions: &[SessionId],
    end: End,
    time: Duration,
) -> anyhow::Result<Slice> {
    let (began, stop) = (Instant::now(), Arc::new(AtomicBool::new(false)));
    let mut visitors = JoinSet::new();
    for _ in 0..CLIENTS {
        let (stage, services, stop) = (stage.clone(), services.clone(), stop.clone());
        let sessions = sessions.to_vec();
        visitors.spawn(async move {
            let mut own = Slice::default();
            while began.elapsed() < time && !stop.load(Ordering::Relaxed) {
                let (n, start) = (stage.visitor(), Instant::now());
                // Visitors come numbered; a stride that has no factor in common with fifty spreads them evenly.
                let session = sessions[(n as usize).wrapping_mul(31) % sessions.len()];
                let done = work::visit(&services, &stage.codes, work, n, session).await?;
                match done.outcome {
                    Outcome::Booked => own.booked += 1,
                    Outcome::Full => own.full += 1,
                    Outcome::Busy => own.busy += 1,
                }
                if done.outcome == Outcome::Full && end == End::WhenFull {
                    stop.store(true, Ordering::Relaxed);
                } else {
                    own.whole.push(start.elapsed());
                }
                own.retries += done.retries;
                own.requests.extend(done.requests);
            }
            anyhow::Ok(own)
        });
    }
    let mut all = Slice::default();
    while let Some(own) = visitors.join_next().await {
        let own = own??;
        all.booked += own.booked;
        all.full += own.full;
        all.busy += own.busy;
        all.retries += own.retries;
        all.whole.extend(own.whole);
        all.requests.extend(own.requests);
    }
    all.elapsed = began.elapsed();
    if end == End::WhenFull {
        // Those who met the end of the places are no part of the measurement.
        all.full = 0;
    }
    all.whole.sort_unstable();
    all.requests.sort_unstable();
    Ok(all)
}
