//! Counts the hits of one moment together. Everybody's hits on a limit of the whole house meet in one row: counted one by
//! one they would wait for each other, each for its own round trip and commit.

use super::{LimitError, Windows};
use crate::Services;
use crate::lanes::{Lanes, Rounds, Work};
use jiff::Timestamp;
use sqlx::PgPool;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::account::limits as sql;

/// How often a round asks again about windows that another server began at the same moment.
const TRIES: u32 = 5;

/// A hit, or several that belong together.
#[derive(Clone, Copy)]
pub(super) struct Hit {
    /// Keyed hash of (limit, subject).
    pub bucket: [u8; 32],
    pub windows: Windows,
    /// Hits allowed.
    pub limit: u32,
    /// How many it counts as, all or none of them. At least 1.
    pub times: u32,
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

/// A bucket in a window and how many a hit counts as, with the hits of the round that are such, by their place in the round.
type Wanted = BTreeMap<([u8; 32], Timestamp, u32), Vec<usize>>;

impl Work<Hit, Answer> for Round {
    async fn round(&self, hits: Vec<Hit>) -> Vec<Answer> {
        let mut wanted = Wanted::new();
        for (place, hit) in hits.iter().enumerate() {
            wanted.entry((hit.bucket, hit.windows.began, hit.times)).or_default().push(place);
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
        // A statement counts on each bucket once: hits that count for more or for less than others wait for one of their own.
        let sizes: BTreeSet<u32> = wanted.keys().map(|(_, _, times)| *times).collect();
        for _ in 1..TRIES as usize + sizes.len() {
            let rows = first_of_each(&wanted);
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
                let times = hits[places[0]].times;
                for (n, &place) in (0_u32..).zip(places) {
                    let before = n.saturating_mul(times);
                    let taken = (before < granted).then_some(current + before + times);
                    found[place] =
                        Some(Found { taken, previous: count(row.previous), current: current + before.min(granted) });
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

/// The hits of each bucket and window that are counted in one statement.
fn first_of_each(wanted: &Wanted) -> Vec<Vec<usize>> {
    let (mut rows, mut last) = (Vec::with_capacity(wanted.len()), None);
    for ((bucket, began, _), places) in wanted {
        if last.replace((bucket, began)) != Some((bucket, began)) {
            rows.push(places.clone());
        }
    }
    rows
}

fn asked(hit: Hit, hits: usize) -> sql::Asked {
    let wanted = u32::try_from(hits).unwrap_or(u32::MAX).saturating_mul(hit.times);
    sql::Asked {
        bucket: hit.bucket.to_vec(),
        window: hit.windows.began,
        before: hit.windows.before,
        weight: hit.windows.weight(),
        limit: i32::try_from(hit.limit).unwrap_or(i32::MAX),
        wanted: i32::try_from(wanted).unwrap_or(i32::MAX),
        unit: i32::try_from(hit.times).unwrap_or(i32::MAX),
    }
}
