//! What is disclosed of the aid programme: snapshots, what each of them counted, notices of cases, reminders. What is to be
//! counted is read from the ledger ([`facts`]).

pub mod facts;
pub mod notices;

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A snapshot as stored.
#[derive(Debug, Clone)]
pub struct SnapshotRow {
    /// Which.
    pub id: Uuid,
    /// `2026-Q3`
    pub quarter: String,
    /// Its text.
    pub lines: String,
    /// The text's hash.
    pub digest: Vec<u8>,
    /// The last position of the ledger when it was taken.
    pub journal: i64,
    /// The hash of the one it corrects.
    pub corrects: Option<Vec<u8>>,
    /// `frozen`, `published`, `discarded`.
    pub state: String,
    /// Who froze it.
    pub frozen_by: Uuid,
    /// When.
    pub frozen_at: SqlTimestamp,
    /// Who published it.
    pub published_by: Option<Uuid>,
    /// When.
    pub published_at: Option<SqlTimestamp>,
}

/// Snapshots, narrowed and ordered by the tail.
macro_rules! snapshots {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            SnapshotRow,
            r#"select id, quarter, lines, digest, journal, corrects, state, frozen_by, frozen_at as "frozen_at: SqlTimestamp",
                      published_by, published_at as "published_at: SqlTimestamp"
               from disclosure_snapshot "# + $tail
            $(, $arg)*
        )
    };
}

/// Every snapshot that was published, in the order of their quarters, corrections after what they correct.
pub async fn published(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<SnapshotRow>> {
    snapshots!("where state = 'published' order by quarter, published_at, id").fetch_all(db).await
}

/// The one that waits for its second person.
pub async fn waiting(db: impl PgExecutor<'_>) -> sqlx::Result<Option<SnapshotRow>> {
    snapshots!("where state = 'frozen'").fetch_optional(db).await
}

/// One of them.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<SnapshotRow>> {
    snapshots!("where id = $1", id).fetch_optional(db).await
}

/// One of them, locked until the transaction ends.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<SnapshotRow>> {
    snapshots!("where id = $1 for update", id).fetch_optional(db).await
}

/// A snapshot to be frozen.
#[derive(Debug, Clone, Copy)]
pub struct NewSnapshot<'a> {
    /// Which.
    pub id: Uuid,
    /// `2026-Q3`
    pub quarter: &'a str,
    /// Its text.
    pub lines: &'a str,
    /// The text's hash.
    pub digest: &'a [u8],
    /// The last position of the ledger.
    pub journal: i64,
    /// The hash of the one before it.
    pub follows: Option<&'a [u8]>,
    /// The hash of the one it corrects.
    pub corrects: Option<&'a [u8]>,
    /// Who.
    pub by: Uuid,
}

/// Freezes one.
pub async fn add(db: impl PgExecutor<'_>, new: NewSnapshot<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into disclosure_snapshot (id, quarter, lines, digest, journal, follows, corrects, state, frozen_by, frozen_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'frozen', $8, $9)",
        new.id,
        new.quarter,
        new.lines,
        new.digest,
        new.journal,
        new.follows,
        new.corrects,
        new.by,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Publishes what is frozen. `false` where it is not any more.
pub async fn publish(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update disclosure_snapshot set state = 'published', published_by = $2, published_at = $3
         where id = $1 and state = 'frozen'",
        id,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Discards what is frozen. `false` where it is not any more.
pub async fn discard(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, reason: &str, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update disclosure_snapshot set state = 'discarded', discarded_by = $2, discarded_at = $3, discarded_for = $4
         where id = $1 and state = 'frozen'",
        id,
        by,
        now.to_sqlx() as SqlTimestamp,
        reason,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// What a snapshot counts, column by column.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// The journal's entries.
    pub entries: Vec<Uuid>,
    /// Whose; none of what was before the books.
    pub families: Vec<Option<Uuid>>,
    /// New families.
    pub newly: Vec<i32>,
    /// In fen.
    pub amounts: Vec<i64>,
    /// The first year of the row.
    pub firsts: Vec<i16>,
    /// The last.
    pub lasts: Vec<i16>,
    /// The codes of the rows by group.
    pub groups: Vec<String>,
    /// The codes of the rows by region.
    pub regions: Vec<String>,
}

/// Writes down what a snapshot counts.
pub async fn count(db: impl PgExecutor<'_>, snapshot: Uuid, rows: &Counted) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into disclosure_counted (snapshot_id, entry_id, family, families, amount, year_first, year_last, groups, region)
         select $1, * from unnest($2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::smallint[], $7::smallint[],
                                  $8::text[], $9::text[])",
        snapshot,
        &rows.entries,
        &rows.families as &[Option<Uuid>],
        &rows.newly,
        &rows.amounts,
        &rows.firsts,
        &rows.lasts,
        &rows.groups,
        &rows.regions,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down that one is reminded of a report on a day. `false` where that was done.
pub async fn remind(db: impl PgExecutor<'_>, term: &str, day: civil::Date, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into disclosure_reminder (term, day, queued_at) values ($1, $2, $3) on conflict do nothing",
        term,
        day.to_sqlx() as SqlDate,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
