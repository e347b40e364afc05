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

/// Codes of the bits of a unit's lists.
#[derive(Debug, Clone)]
pub struct ItemRow {
    /// `preparation`, `test`, `release`.
    pub list: String,
    /// From 1; bit `position - 1`.
    pub position: i16,
    /// Its code.
    pub code: String,
    /// Done, of this unit.
    pub done: bool,
}

/// The lists a unit is worked by, with what is done. Where none is named yet: the last one there is.
pub async fn items(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<ItemRow>> {
    sqlx::query_as!(
        ItemRow,
        r#"select c.kind as "list!", i.position as "position!", i.code as "code!",
                  (case c.kind when 'preparation' then u.steps_done when 'test' then u.tests_final else u.release_done end
                   >> (i.position - 1)) & 1 = 1 as "done!"
           from custody_unit u
           join custody_catalogue c on c.id = case c.kind
               when 'preparation' then coalesce(u.preparation_id,
                 (select l.id from custody_catalogue l where l.kind = 'preparation' order by l.version desc limit 1))
               when 'test' then coalesce(u.tests_id,
                 (select l.id from custody_catalogue l where l.kind = 'test' order by l.version desc limit 1))
               else coalesce(u.release_id,
                 (select l.id from custody_catalogue l where l.kind = 'release' order by l.version desc limit 1)) end
           join custody_catalogue_item i on i.catalogue_id = c.id
           where u.id = $1
           order by c.kind, i.position"#,
        unit
    )
    .fetch_all(db)
    .await
}

/// A list that units are worked by.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// The unit.
    pub unit: Uuid,
    /// The list, with its version.
    pub catalogue: Uuid,
}

/// The lists that units are worked by, three of each. Where none is named yet: the last one there is.
pub async fn lists(db: impl PgExecutor<'_>, units: &[Uuid]) -> sqlx::Result<Vec<ListRow>> {
    sqlx::query_as!(
        ListRow,
        r#"select u.id as "unit!", c.id as "catalogue!"
           from custody_unit u
           join custody_catalogue c on c.id = case c.kind
               when 'preparation' then coalesce(u.preparation_id,
                 (select l.id from custody_catalogue l where l.kind = 'preparation' order by l.version desc limit 1))
               when 'test' then coalesce(u.tests_id,
                 (select l.id from custody_catalogue l where l.kind = 'test' order by l.version desc limit 1))
               else coalesce(u.release_id,
                 (select l.id from custody_catalogue l where l.kind = 'release' order by l.version desc limit 1)) end
           where u.id = any($1)"#,
        units
    )
    .fetch_all(db)
    .await
}

/// An item of a list, whoever is worked by it.
#[derive(Debug, Clone)]
pub struct ListedRow {
    /// The list, with its version.
    pub catalogue: Uuid,
    /// `preparation`, `test`, `release`.
    pub list: String,
    /// From 1; bit `position - 1`.
    pub position: i16,
    /// Its code.
    pub code: String,
}

/// The items of lists, each list's in its order.
pub async fn listed(db: impl PgExecutor<'_>, catalogues: &[Uuid]) -> sqlx::Result<Vec<ListedRow>> {
    sqlx::query_as!(
        ListedRow,
        "select c.id as catalogue, c.kind as list, i.position, i.code
         from custody_catalogue c join custody_catalogue_item i on i.catalogue_id = c.id
         where c.id = any($1) order by c.kind, i.position",
        catalogues
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
    /// Letters that wait for something of it.
    pub letters: i64,
}

/// The unit of a number.
pub async fn unit(db: impl PgExecutor<'_>, din: &str) -> sqlx::Result<Option<UnitRow>> {
    sqlx::query_as!(
        UnitRow,
        r#"select id, state, held_in, seq, record_signed, open_deviations, changed_at as "changed_at: SqlTimestamp",
                  (select count(*) from lims_dead_letter l
                   where l.state = 'open' and l.waits and (l.unit_id = u.id or l.din = u.din)) as "letters!"
           from custody_unit u where din = $1"#,
        din
    )
    .fetch_optional(db)
    .await
}
