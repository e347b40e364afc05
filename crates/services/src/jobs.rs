//! Work after a commit: queued in the transaction that causes it, done by workers with leases.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::PgConnection;

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

/// Queues several jobs in the caller's transaction.
pub async fn enqueue<P: Serialize>(_db: &mut PgConnection, _now: Timestamp, _jobs: &[NewJob<'_, P>]) -> sqlx::Result<()> {
    unimplemented!()
}
