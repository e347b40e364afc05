//! The audit trail.

use crate::Context;
use sqlx::PgConnection;
use uuid::Uuid;

/// What happened, to be written in the transaction of the change.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `room.verb`: `booking.cancelled`.
    pub action: &'static str,
    /// What it happened to: `booking`.
    pub subject_kind: &'static str,
    /// Which.
    pub subject: Option<Uuid>,
    /// Anything a reader needs and that is no personal data.
    pub detail: serde_json::Value,
}

/// Writes entries in the caller's transaction, one round trip for all.
pub async fn record(_db: &mut PgConnection, _context: &Context, _entries: &[Entry]) -> sqlx::Result<()> {
    unimplemented!()
}
