//! The audit trail: entries that can only be added, the positions and hashes the sequencer gives them, the signed heads.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgExecutor, Result, query};
use uuid::Uuid;

/// Who acts, when, in which request: the same for all entries of one call.
pub struct Origin<'a> {
    /// The instant of the use case.
    pub at: Timestamp,
    /// `Actor::kind`.
    pub actor_kind: &'a str,
    /// The account or the client.
    pub actor_id: Option<Uuid>,
    /// The request.
    pub request_id: Uuid,
}

/// The parts of several entries, column by column: all of one length.
#[derive(Default)]
pub struct NewEntries {
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
pub async fn add_entries(db: impl PgExecutor<'_>, origin: &Origin<'_>, entries: &NewEntries) -> Result<()> {
    query!(
        "insert into audit_entry (id, at, actor_kind, actor_id, request_id, action, subject_kind, subject_id, detail) \
         select new.id, $1, $2, $3, $4, new.action, new.subject_kind, new.subject_id, new.detail \
         from unnest($5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::jsonb[]) \
              as new (id, action, subject_kind, subject_id, detail)",
        origin.at.to_sqlx() as SqlTimestamp,
        origin.actor_kind,
        origin.actor_id,
        origin.request_id,
        &entries.ids,
        &entries.actions,
        &entries.subject_kinds,
        &entries.subjects as &[Option<Uuid>],
        &entries.details,
    )
    .execute(db)
    .await?;
    Ok(())
}
