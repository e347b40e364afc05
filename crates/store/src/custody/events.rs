//! What happened to units: written many at once, read a unit at a time.

use crate::SqlTimestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Events to be written, column by column: all of one length.
#[derive(Debug, Default)]
pub struct NewEvents {
    /// Whose.
    pub units: Vec<Uuid>,
    /// Numbers in their chains.
    pub seqs: Vec<i32>,
    /// Kinds.
    pub kinds: Vec<String>,
    /// What they say, sealed.
    pub sealed: Vec<Vec<u8>>,
    /// The digests of that.
    pub digests: Vec<Vec<u8>>,
    /// By the clocks of the sources.
    pub occurred: Vec<SqlTimestamp>,
    /// By ours.
    pub received: Vec<SqlTimestamp>,
    /// `Actor::kind`.
    pub actor_kinds: Vec<String>,
    /// Accounts or clients.
    pub actors: Vec<Option<Uuid>>,
    /// Sources.
    pub sources: Vec<String>,
    /// Numbers there.
    pub source_seqs: Vec<Option<i64>>,
    /// The hashes before.
    pub previous: Vec<Vec<u8>>,
    /// Their hashes.
    pub hashes: Vec<Vec<u8>>,
}

/// Writes events.
pub async fn add(db: impl PgExecutor<'_>, new: &NewEvents) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into custody_event (unit_id, seq, kind, sealed, digest, occurred_at, received_at, actor_kind, actor_id, source,
                                    source_seq, prev_hash, hash)
         select * from unnest($1::uuid[], $2::integer[], $3::text[], $4::bytea[], $5::bytea[], $6::timestamptz[],
                              $7::timestamptz[], $8::text[], $9::uuid[], $10::text[], $11::bigint[], $12::bytea[], $13::bytea[])",
        &new.units,
        &new.seqs,
        &new.kinds,
        &new.sealed,
        &new.digests,
        &new.occurred as _,
        &new.received as _,
        &new.actor_kinds,
        &new.actors as &[Option<Uuid>],
        &new.sources,
        &new.source_seqs as &[Option<i64>],
        &new.previous,
        &new.hashes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An event as stored.
#[derive(Debug, Clone)]
pub struct EventRow {
    /// Its number.
    pub seq: i32,
    /// Its kind.
    pub kind: String,
    /// What it says, sealed.
    pub sealed: Vec<u8>,
    /// The digest of that.
    pub digest: Vec<u8>,
    /// By the clock of the source.
    pub occurred_at: SqlTimestamp,
    /// By ours.
    pub received_at: SqlTimestamp,
    /// `Actor::kind`.
    pub actor_kind: String,
    /// Account or client.
    pub actor_id: Option<Uuid>,
    /// Source.
    pub source: String,
    /// Its number there.
    pub source_seq: Option<i64>,
    /// The hash before.
    pub prev_hash: Vec<u8>,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// Those of some units that an event gave to a family.
pub async fn assigned(db: impl PgExecutor<'_>, units: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct unit_id as "unit_id!" from custody_event where unit_id = any($1) and kind = 'assigned'"#,
        units
    )
    .fetch_all(db)
    .await
}

/// When some units were collected, by the clock of the source.
pub async fn collected(db: impl PgExecutor<'_>, units: &[Uuid]) -> sqlx::Result<Vec<(Uuid, SqlTimestamp)>> {
    let rows = sqlx::query!(
        r#"select unit_id, occurred_at as "occurred_at: SqlTimestamp"
           from custody_event where unit_id = any($1) and kind = 'collected'"#,
        units
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.unit_id, row.occurred_at)).collect())
}

/// Those of some units of which a test was done once more.
pub async fn retested(db: impl PgExecutor<'_>, units: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct unit_id as "unit_id!" from custody_event where unit_id = any($1) and kind = 'test_repeated'"#,
        units
    )
    .fetch_all(db)
    .await
}

/// A result or a repeat of a test.
#[derive(Debug, Clone)]
pub struct TestedRow {
    /// Of which unit.
    pub unit_id: Uuid,
    /// What it says, sealed.
    pub sealed: Vec<u8>,
    /// The digest of that.
    pub digest: Vec<u8>,
    /// Its hash.
    pub hash: Vec<u8>,
    /// By the clock of the source.
    pub occurred_at: SqlTimestamp,
    /// By ours.
    pub received_at: SqlTimestamp,
}

/// The results and repeats of tests of some units, each unit's in the order of its chain.
pub async fn tested(db: impl PgExecutor<'_>, units: &[Uuid]) -> sqlx::Result<Vec<TestedRow>> {
    sqlx::query_as!(
        TestedRow,
        r#"select unit_id, sealed, digest, hash, occurred_at as "occurred_at: SqlTimestamp",
                  received_at as "received_at: SqlTimestamp"
           from custody_event where unit_id = any($1) and kind in ('test_final', 'test_repeated') order by unit_id, seq"#,
        units
    )
    .fetch_all(db)
    .await
}

/// Everything that happened to a unit, in the order of its chain.
pub async fn of_unit(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<EventRow>> {
    sqlx::query_as!(
        EventRow,
        r#"select seq, kind, sealed, digest, occurred_at as "occurred_at: SqlTimestamp",
                  received_at as "received_at: SqlTimestamp", actor_kind, actor_id, source, source_seq, prev_hash, hash
           from custody_event where unit_id = $1 order by seq"#,
        unit
    )
    .fetch_all(db)
    .await
}
