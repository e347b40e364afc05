//! Counts the hits of one moment together. Everybody's hits on a limit of the whole house meet in one row: counted one by
//! one they would wait for each other, each for its own round trip and commit.

use super::{LimitError, Windows};
use crate::Services;
use crate::lanes::{Lanes, Rounds, Work};
use jiff::Timestamp;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::time::Duration;
use store::account::limits as sql;

/// How often a round asks again about windows that another server began at the same moment.
const TRIES: u32 = 5;

/// One hit.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    /// Keyed hash of (limit, subject).
    pub bucket: [u8; 32],
    pub windows: Windows,
    /// Hits allowed.
    pub limit: u32,
}

/// What a hit found. Hits of the two windows, and this one's number in the present window if there was room for it.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub taken: Option<u32>,
    pub previous: u32,
    pub current: u32,
}

type Answer = Result<Found, sqlx::Error>;

/// Where the hits of this process are counted.
#[derive(Clone)]
pub struct Counter {
    lanes: Lanes<(), Hit, Answer>,
}

impl Default for Counter {
    fn default() -> Self {
        let gather = Some(Duration::from_millis(2));
        Self { lanes: Lanes::new(Rounds { items: 128, queue: 4_000, patience: Duration::from_secs(8), gather }) }
    }
}

impl Counter {
    pub(super) async fn count(&self, services: &Services, hit: Hit) -> Result<Found, LimitError> {
        let answer = self.lanes.submit((), hit, || Round { db: services.db.clone() }).await;
        // Nobody knows whether an unanswered hit was counted; the caller hears "busy".
        Ok(answer.unwrap_or(Err(sqlx::Error::WorkerCrashed))?)
    }
}

struct Round {
    db: PgPool,
}

/// A bucket in a window, with the hits of the round that fall into it, by their place in the round.
type Wanted = BTreeMap<([u8; 32], Timestamp), Vec<usize>>;

impl Work<Hit, Answer> for Round {
    async fn round(&self, hits: Vec<Hit>) -> Vec<Answer> {
        let mut wanted = Wanted::new();
        for (place, hit) in hits.iter().enumerate() {
            wanted.entry((hit.bucket, hit.windows.began)).or_default().push(place);
        }
        let mut found: Vec<Option<Found>> = vec![None; hits.len()];
        let failed = self.count(&hits, wanted, &mut found).await.err();
        // The error is one, and whoever it kept from an answer shares it.
        let kind = failed.as_ref().map(store::is_unavailable);
        let mut first = failed;
        let mut error = move || match (first.take(), kind) {
            (Some(error), _) => error,
            (None, Some(false)) => sqlx::Error::Protocol("counted together with a hit that failed".into()),
            (None, _) => sqlx::Error::WorkerCrashed,
        };
        found.into_iter().map(|found| found.ok_or_else(&mut error)).collect()
    }
}

impl Round {
    async fn count(&self, hits: &[Hit], mut wanted: Wanted, found: &mut [Option<Found>]) -> Result<(), sqlx::Error> {
        for _ in 0..TRIES {
            let rows: Vec<Vec<usize>> = wanted.values().cloned().collect();
            let asked: Vec<sql::Asked> = rows.iter().map(|places| asked(hits[places[0]], places.len())).collect();
            let taken = match sql::take(&self.db, &asked).await {
                // Two servers that begin a window at once can wait for each other, and one of them is then let go.
                Err(error) if store::is_transient(&error) => continue,
                other => other?,
            };
            for row in taken.iter().filter(|row| !row.again) {
                let Some(places) = usize::try_from(row.ordinal - 1).ok().and_then(|n| rows.get(n)) else { continue };
                let count = |n: i32| n.max(0).unsigned_abs();
                let (current, granted) = (count(row.current), count(row.granted));
                for (n, &place) in (0_u32..).zip(places) {
                    let taken = (n < granted).then_some(current + n + 1);
                    found[place] =
                        Some(Found { taken, previous: count(row.previous), current: current + n.min(granted) });
                }
            }
            wanted.retain(|_, places| found[places[0]].is_none());
            if wanted.is_empty() {
                break;
            }
        }
        Ok(())
    }
}

fn asked(hit: Hit, wanted: usize) -> sql::Asked {
    sql::Asked {
        bucket: hit.bucket.to_vec(),
        window: hit.windows.began,
        before: hit.windows.before,
        weight: hit.windows.weight(),
        limit: i32::try_from(hit.limit).unwrap_or(i32::MAX),
        wanted: i32::try_from(wanted).unwrap_or(i32::MAX),
    }
}
