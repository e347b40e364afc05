//! Units: what follows from their events, many at once.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A unit as stored.
#[derive(Debug, Clone)]
pub struct UnitRow {
    /// Which.
    pub id: Uuid,
    /// Thirteen characters.
    pub din: String,
    /// Whose it is.
    pub family_id: Option<Uuid>,
    /// The word of its pool.
    pub pool: String,
    /// The stored word of its state.
    pub state: String,
    /// The state it comes back to.
    pub held_in: Option<String>,
    /// The number of its last event.
    pub seq: i32,
    /// The hash of that.
    pub head: Vec<u8>,
    /// The version of each list it is worked by.
    pub preparation_id: Option<Uuid>,
    /// Tests.
    pub tests_id: Option<Uuid>,
    /// Release.
    pub release_id: Option<Uuid>,
    /// Bits.
    pub steps_done: i64,
    /// Bits.
    pub tests_final: i64,
    /// Bits.
    pub release_done: i64,
    /// Operators who did its steps.
    pub worked_by: Vec<Uuid>,
    /// The batch record is signed.
    pub record_signed: bool,
    /// Deviations that are open.
    pub open_deviations: i32,
    /// Minutes on its way.
    pub transit_minutes: i32,
    /// Its key under the vault's.
    pub key_sealed: Option<Vec<u8>>,
    /// Its place in the tree of heads.
    pub leaf: Option<i64>,
    /// The last event that a signed root covers.
    pub rooted_seq: i32,
    /// When it was registered.
    pub registered_at: SqlTimestamp,
    /// When that was, by the clock of its source.
    pub began_at: Option<SqlTimestamp>,
}

/// The units of these ids and of these numbers, locked in the order of their ids until the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, ids: &[Uuid], dins: &[String]) -> sqlx::Result<Vec<UnitRow>> {
    sqlx::query_as!(
        UnitRow,
        r#"select id, din, family_id, pool, state, held_in, seq, head, preparation_id, tests_id, release_id, steps_done,
                  tests_final, release_done, worked_by, record_signed, open_deviations, transit_minutes, key_sealed, leaf,
                  rooted_seq, registered_at as "registered_at: SqlTimestamp",
                  (select e.occurred_at from custody_event e where e.unit_id = custody_unit.id and e.seq = 1) as "began_at: SqlTimestamp"
           from custody_unit where id = any($1) or din = any($2) order by id for no key update"#,
        ids,
        dins
    )
    .fetch_all(db)
    .await
}

/// One unit.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<UnitRow>> {
    sqlx::query_as!(
        UnitRow,
        r#"select id, din, family_id, pool, state, held_in, seq, head, preparation_id, tests_id, release_id, steps_done,
                  tests_final, release_done, worked_by, record_signed, open_deviations, transit_minutes, key_sealed, leaf,
                  rooted_seq, registered_at as "registered_at: SqlTimestamp",
                  (select e.occurred_at from custody_event e where e.unit_id = custody_unit.id and e.seq = 1) as "began_at: SqlTimestamp"
           from custody_unit where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Units to be written, column by column: all of one length.
#[derive(Debug, Default)]
pub struct NewUnits {
    /// Ids.
    pub ids: Vec<Uuid>,
    /// Numbers.
    pub dins: Vec<String>,
    /// Pools.
    pub pools: Vec<String>,
    /// Sealed keys.
    pub keys: Vec<Vec<u8>>,
}

/// Writes units as expected, their first event still to come in this transaction. Answers the ids of those written: an id or a
/// number that is taken is not.
pub async fn add(db: impl PgExecutor<'_>, new: &NewUnits, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"insert into custody_unit (id, din, pool, state, seq, head, key_sealed, registered_at, changed_at)
           select u.id, u.din, u.pool, 'expected', 1, decode(repeat('00', 32), 'hex'), u.key, $5, $5
           from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[]) as u (id, din, pool, key)
           on conflict do nothing returning id"#,
        &new.ids,
        &new.dins,
        &new.pools,
        &new.keys,
        now.to_sqlx() as SqlTimestamp
    )
    .fetch_all(db)
    .await
}

/// Where units stand after an event, column by column: all of one length, no unit twice.
#[derive(Debug, Default)]
pub struct Standings {
    /// Which.
    pub ids: Vec<Uuid>,
    /// States.
    pub states: Vec<String>,
    /// States to come back to.
    pub held_ins: Vec<Option<String>>,
    /// Numbers of the events.
    pub seqs: Vec<i32>,
    /// Their hashes.
    pub heads: Vec<Vec<u8>>,
    /// Versions of the list of preparation steps.
    pub preparations: Vec<Option<Uuid>>,
    /// Of tests.
    pub tests: Vec<Option<Uuid>>,
    /// Of steps of a release.
    pub releases: Vec<Option<Uuid>>,
    /// Bits.
    pub steps_done: Vec<i64>,
    /// Bits.
    pub tests_final: Vec<i64>,
    /// Bits.
    pub release_done: Vec<i64>,
    /// Operators, written as arrays of Postgres: `{…,…}`.
    pub worked_by: Vec<String>,
    /// The record is signed.
    pub signed: Vec<bool>,
    /// Deviations that are open.
    pub deviations: Vec<i32>,
    /// Minutes on the way.
    pub transit: Vec<i32>,
}

/// Writes where units stand.
pub async fn stand(db: impl PgExecutor<'_>, at: &Standings, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update custody_unit u
         set state = s.state, held_in = s.held_in, seq = s.seq, head = s.head, preparation_id = s.preparation,
             tests_id = s.tests, release_id = s.release, steps_done = s.steps_done, tests_final = s.tests_final,
             release_done = s.release_done, worked_by = s.worked_by::uuid[], record_signed = s.signed,
             open_deviations = s.deviations, transit_minutes = s.transit, changed_at = $16
         from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::bytea[], $6::uuid[], $7::uuid[], $8::uuid[],
                     $9::bigint[], $10::bigint[], $11::bigint[], $12::text[], $13::boolean[], $14::integer[], $15::integer[])
              as s (id, state, held_in, seq, head, preparation, tests, release, steps_done, tests_final, release_done,
                    worked_by, signed, deviations, transit)
         where u.id = s.id",
        &at.ids,
        &at.states,
        &at.held_ins as &[Option<String>],
        &at.seqs,
        &at.heads,
        &at.preparations as &[Option<Uuid>],
        &at.tests as &[Option<Uuid>],
        &at.releases as &[Option<Uuid>],
        &at.steps_done,
        &at.tests_final,
        &at.release_done,
        &at.worked_by,
        &at.signed,
        &at.deviations,
        &at.transit,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// A unit that is a family's by its row.
#[derive(Debug, Clone, Copy)]
pub struct StandingRow {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub family_id: Uuid,
    /// A contract of this family names it.
    pub named: bool,
    /// An event says so.
    pub assigned: bool,
}

/// Units behind an id that are families' by their rows, and of which something can still be said. So many of them are chosen before
/// their events are looked at: with the condition beside it, all events of the house are read to find a page.
pub async fn standing(db: impl PgExecutor<'_>, after: Uuid, limit: i64) -> sqlx::Result<Vec<StandingRow>> {
    sqlx::query_as!(
        StandingRow,
        r#"with page as materialized (
             select id, family_id from custody_unit
             where family_id is not null and key_sealed is not null and id > $1 order by id limit $2)
           select p.id, p.family_id as "family_id!",
                  exists (select from family_contract c where c.unit_id = p.id and c.family_id = p.family_id limit 1) as "named!",
                  a.said is not null as "assigned!"
           from page p
           left join lateral (select true as said from custody_event e where e.unit_id = p.id and e.kind = 'assigned' limit 1) a on true
           order by p.id"#,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Destroys the keys of units, and records when: nobody reads again what their events say. Answers how many there were. A unit with
/// events that no root covers yet keeps its key until one does: without it nobody could say who wrote them.
pub async fn destroy_keys(db: impl PgExecutor<'_>, ids: &[Uuid], now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update custody_unit set key_sealed = null, destroyed_at = $2
         where id = any($1) and key_sealed is not null and rooted_seq = seq",
        ids,
        now.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
