//! The LIMS feed: which records were taken, dead letters, and what a unit still lacks. What is sealed is bytes here.

pub mod bulk;
pub mod letters;
pub mod world;

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A record that was taken, and what it became.
#[derive(Debug, Clone)]
pub struct TakenRow {
    /// The keyed hash of its key.
    pub key: Uuid,
    /// The keyed hash of what it says.
    pub body: Uuid,
    /// The unit it is an event of; or the letter's, once that was applied.
    pub unit_id: Option<Uuid>,
    /// The event's number; or the letter's, once that was applied.
    pub seq: Option<i32>,
    /// The letter it became.
    pub letter_id: Option<Uuid>,
    /// Why, of a letter.
    pub code: Option<String>,
    /// What about, of a letter.
    pub detail: Option<String>,
}

/// Which of these keys were taken.
pub async fn taken(db: impl PgExecutor<'_>, keys: &[Uuid]) -> sqlx::Result<Vec<TakenRow>> {
    sqlx::query_as!(
        TakenRow,
        r#"select r.key, r.body, coalesce(r.unit_id, l.unit_id) as unit_id, coalesce(r.seq, l.seq) as seq, r.letter_id,
                  l.code as "code?", l.detail as "detail?"
           from lims_record r left join lims_dead_letter l on l.id = r.letter_id
           where r.key = any($1)"#,
        keys
    )
    .fetch_all(db)
    .await
}

/// Records to be noted as taken, column by column.
#[derive(Debug, Clone, Default)]
pub struct NewTaken {
    /// Keyed hashes of keys, in rising order: two senders of the same ones never wait for each other in a circle.
    pub keys: Vec<Uuid>,
    /// Keyed hashes of what they say.
    pub bodies: Vec<Uuid>,
    /// Units of the events.
    pub units: Vec<Option<Uuid>>,
    /// The events' numbers.
    pub seqs: Vec<Option<i32>>,
    /// Dead letters.
    pub letters: Vec<Option<Uuid>>,
}

/// Notes records as taken; answers how many. Fewer than given: somebody else took one of them in this moment, and everything of
/// this transaction has to be undone.
pub async fn take(db: &mut PgConnection, new: &NewTaken, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "insert into lims_record (key, body, unit_id, seq, letter_id, received_at)
         select *, $6 from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::uuid[])
         on conflict (key) do nothing",
        &new.keys,
        &new.bodies,
        &new.units as _,
        &new.seqs as _,
        &new.letters as _,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// A unit by its two names.
#[derive(Debug, Clone)]
pub struct NamedRow {
    /// Its id.
    pub id: Uuid,
    /// Its number.
    pub din: String,
}

/// Locks the units that are named, in one order, so that two senders of one batch come one after the other, and answers their
/// two names. Units that are not there yet have nothing to lock.
pub async fn lock_units(db: impl PgExecutor<'_>, ids: &[Uuid], dins: &[String]) -> sqlx::Result<Vec<NamedRow>> {
    sqlx::query_as!(
        NamedRow,
        "select id, din from custody_unit where id = any($1) or din = any($2) order by id for no key update",
        ids,
        dins
    )
    .fetch_all(db)
    .await
}

/// The numbers of units.
pub async fn dins(db: impl PgExecutor<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<NamedRow>> {
    sqlx::query_as!(NamedRow, "select id, din from custody_unit where id = any($1)", ids).fetch_all(db).await
}

/// Whether a letter of this client is there.
pub async fn has_sent(db: impl PgExecutor<'_>, client: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from lims_dead_letter where client_id = $1) as "there!""#, client)
        .fetch_one(db)
        .await
}

/// The number of some unit that is being prepared.
pub async fn in_work(db: impl PgExecutor<'_>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select din from custody_unit where state = 'processing' order by changed_at, id limit 1")
        .fetch_optional(db)
        .await
}

/// The lists that a unit's row names: each none before its work by it begins.
#[derive(Debug, Clone, Copy)]
pub struct NamedListsRow {
    /// The unit.
    pub id: Uuid,
    /// The version of the preparation steps.
    pub preparation_id: Option<Uuid>,
    /// Of the tests.
    pub tests_id: Option<Uuid>,
    /// Of the steps of a release.
    pub release_id: Option<Uuid>,
}

/// The lists that units name.
pub async fn named_lists(db: impl PgExecutor<'_>, units: &[Uuid]) -> sqlx::Result<Vec<NamedListsRow>> {
    sqlx::query_as!(
        NamedListsRow,
        "select id, preparation_id, tests_id, release_id from custody_unit where id = any($1)",
        units
    )
    .fetch_all(db)
    .await
}

/// A unit as a feed sees it.
#[derive(Debug, Clone)]
pub struct UnitRow {
    /// Its id.
    pub id: Uuid,
    /// Where it is.
    pub state: String,
    /// Where it comes back to, while held.
    pub held_in: Option<String>,
    /// The number of its last event.
    pub seq: i32,
    /// The batch record is signed.
    pub record_signed: bool,
    /// Deviations that are open.
    pub open_deviations: i32,
    /// Of its last event.
    pub changed_at: SqlTimestamp,
    /// The lists that its row names.
    pub preparation_id: Option<Uuid>,
    /// Of its tests.
    pub tests_id: Option<Uuid>,
    /// Of its release.
    pub release_id: Option<Uuid>,
    /// Bits of what is done of each.
    pub steps_done: i64,
    /// Of its tests.
    pub tests_final: i64,
    /// Of its release.
    pub release_done: i64,
    /// Letters that wait for something of it.
    pub letters: i64,
}

/// The unit of a number.
pub async fn unit(db: impl PgExecutor<'_>, din: &str) -> sqlx::Result<Option<UnitRow>> {
    sqlx::query_as!(
        UnitRow,
        r#"select id, state, held_in, seq, record_signed, open_deviations, changed_at as "changed_at: SqlTimestamp",
                  preparation_id, tests_id, release_id, steps_done, tests_final, release_done,
                  (select count(*) from lims_dead_letter l
                   where l.state = 'open' and l.waits and (l.unit_id = u.id or l.din = u.din)) as "letters!"
           from custody_unit u where din = $1"#,
        din
    )
    .fetch_optional(db)
    .await
}
