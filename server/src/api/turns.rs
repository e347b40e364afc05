//! How many batches are taken at once. A batch is megabytes of memory and thousands of rows: one that finds no turn is told so before
//! its body is read, and comes again.

use crate::api::problem::{self, Problem};
use crate::house::House;
use axum::extract::FromRequestParts;
use http::request::Parts;
use metrics::counter;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Batches at once. The database has eight to twelve connections, and people have to be served beside.
const AT_ONCE: usize = 3;
/// After so many seconds a sender comes again.
const AGAIN: u32 = 2;

/// The turns of one feed in this process.
#[derive(Clone, Debug)]
pub struct Turns {
    feed: &'static str,
    left: Arc<Semaphore>,
}

impl Turns {
    /// Of a feed, as its refusals are counted.
    pub fn of(feed: &'static str) -> Self {
        Self { feed, left: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// A turn, given back when it is dropped.
pub struct Turn {
    _held: OwnedSemaphorePermit,
}

impl FromRequestParts<House> for Turn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Self, Problem> {
        let turns = parts.extensions.get::<Turns>().cloned().ok_or(Problem::new(problem::BROKEN))?;
        let Turns { feed, left } = turns;
        left.try_acquire_owned().map(|held| Self { _held: held }).map_err(|_| {
            counter!("feed_batches_refused_total", "feed" => feed).increment(1);
            Problem::new(problem::BUSY).retry_after(AGAIN)
        })
    }
}
