//! The audit trail: entries that can only be added, the positions and hashes the sequencer gives them, the signed heads.

use crate::SqlTimestamp;
use sqlx::{PgExecutor, Result, query};
use uuid::Uuid;

/// The parts of several entries, column by column: all of one length.
#[derive(Default)]
pub struct NewEntries {
    /// The instants of the use cases.
    pub ats: Vec<SqlTimestamp>,
    /// `Actor::kind`.
    pub actor_kinds: Vec<String>,
    /// The accounts or clients.
    pub actors: Vec<Option<Uuid>>,
    /// The requests.
    pub requests: Vec<Uuid>,
    /// Ids.
    pub ids: Vec<Uuid>,
    /// `room.verb`.
    pub actions: Vec<String>,
    /// Kinds of subject.
    pub subject_kinds: Vec<String>,
    /// Subjects.
    pub subjects: Vec<Option<Uuid>>,
    /// Details.
    pub details: Vec<serde_json::Value>,
}

/// Adds entries in one statement.
pub async fn add_entries(db: impl PgExecutor<'_>, entries: &NewEntries) -> Result<()> {
    query!(
        "insert into audit_entry (id, at, actor_kind, actor_id, request_id, action, subject_kind, subject_id, detail) \
         select * from unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::uuid[], $5::uuid[], \
                              $6::text[], $7::text[], $8::uuid[], $9::jsonb[])",
        &entries.ids,
        &entries.ats as _,
        &entries.actor_kinds,
        &entries.actors as &[Option<Uuid>],
        &entries.requests,
        &entries.actions,
        &entries.subject_kinds,
        &entries.subjects as &[Option<Uuid>],
        &entries.details,
    )
    .execute(db)
    .await?;
    Ok(())
}
