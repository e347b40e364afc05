//! Work after a commit: queued in the transaction that causes it, done by workers with leases.
//!
//! A job is done at least once, and twice only when a worker dies (or loses its lease) between doing and saying so;
//! handlers are written to bear that. Polling with jitter, never LISTEN/NOTIFY; a commit in this process rings
//! `Services::job_bell` so that nobody waits for the next poll. This module is no scheduler and no message queue between
//! houses: what must run at a time is queued with that time.

mod handlers;
mod runner;
mod staff;

pub use handlers::{Failure, Handlers, Job, Outcome, Then};
pub use runner::{Pace, drain, give_up_crashed, run, run_at_pace};
pub use staff::{JobsError, Listed, discard, list_dead, list_waiting, retry, standing};

use crate::context::new_uuid;
use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;
use store::ToSqlx;

/// A job to queue. The payload holds ids, never personal data.
#[derive(Debug)]
pub struct NewJob<'a, P: Serialize> {
    /// What is to be done: the name of its handler.
    pub kind: &'static str,
    /// What it is about.
    pub payload: &'a P,
    /// Not before this instant.
    pub run_at: Timestamp,
    /// At most one job with this text is ever waiting.
    pub dedupe: Option<String>,
}

/// Queues several jobs in the caller's transaction, in one statement. Ring `Services::job_bell` after the commit.
pub async fn enqueue<P: Serialize>(db: &mut PgConnection, now: Timestamp, jobs: &[NewJob<'_, P>]) -> sqlx::Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    let mut columns = store::jobs::NewJobs::default();
    for job in jobs {
        columns.ids.push(new_uuid(now));
        columns.kinds.push(job.kind.to_owned());
        columns.payloads.push(serde_json::to_value(job.payload).map_err(|e| sqlx::Error::Encode(Box::new(e)))?);
        columns.dedupes.push(job.dedupe.clone());
        columns.run_at.push(job.run_at.to_sqlx());
    }
    store::jobs::add(db, now, &columns).await?;
    Ok(())
}
