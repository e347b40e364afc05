//! The journal: entries with their postings, which only grow, and the months that are closed.

use super::sql_day;
use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// An entry to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// Which.
    pub id: Uuid,
    /// The stored word of its kind.
    pub kind: &'a str,
    /// What makes the same fact twice one entry.
    pub key: &'a str,
    /// Whose books.
    pub fund: Uuid,
    /// Of Shandong.
    pub day: civil::Date,
    /// Who; none: the house itself.
    pub actor: Option<Uuid>,
    /// Where it comes from.
    pub source: Option<&'a str>,
    /// Families helped before the books began.
    pub families: Option<i32>,
    /// The entry that was a mistake.
    pub reverses: Option<Uuid>,
    /// The award it belongs to.
    pub award: Option<Uuid>,
    /// The payment it belongs to.
    pub payment: Option<Uuid>,
}

/// The lines of an entry, column by column.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    /// Whose money.
    pub envelopes: Vec<Uuid>,
    /// The stored words of the accounts.
    pub accounts: Vec<String>,
    /// In fen, debits above zero.
    pub amounts: Vec<i64>,
}

/// Writes an entry with all of its lines. `false` when the same fact stands there already; then nothing is written.
pub async fn add(db: &mut PgConnection, entry: NewEntry<'_>, lines: &Lines, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into ledger_entry (id, kind, key, fund_id, day, entered_at, actor_id, lines, source, families, reverses,
                                   award_id, payment_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (key) do nothing",
        entry.id,
        entry.kind,
        entry.key,
        entry.fund,
        sql_day(entry.day) as SqlDate,
        now.to_sqlx() as SqlTimestamp,
        entry.actor,
        i16::try_from(lines.amounts.len()).unwrap_or(i16::MAX),
        entry.source,
        entry.families,
        entry.reverses,
        entry.award,
        entry.payment,
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    // One statement: the balances follow it as a whole.
    sqlx::query!(
        "insert into ledger_posting (entry_id, line, envelope_id, account, amount)
         select $1, n, envelope, account, amount
         from unnest($2::uuid[], $3::text[], $4::bigint[]) with ordinality as line (envelope, account, amount, n)",
        entry.id,
        &lines.envelopes,
        &lines.accounts,
        &lines.amounts,
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// An entry as it stands.
#[derive(Debug, Clone)]
pub struct EntryRow {
    /// Which.
    pub id: Uuid,
    /// The stored word of its kind.
    pub kind: String,
    /// What makes the same fact twice one entry.
    pub key: String,
    /// Whose books.
    pub fund_id: Uuid,
    /// Of Shandong.
    pub day: SqlDate,
    /// Where it comes from.
    pub source: Option<String>,
    /// Families helped before the books began.
    pub families: Option<i32>,
    /// The award it belongs to.
    pub award_id: Option<Uuid>,
    /// The payment it belongs to.
    pub payment_id: Option<Uuid>,
}

/// An entry.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<EntryRow>> {
    sqlx::query_as!(
        EntryRow,
        "select id, kind, key, fund_id, day, source, families, award_id, payment_id from ledger_entry where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// The entry of a fact.
pub async fn of_key(db: impl PgExecutor<'_>, key: &str) -> sqlx::Result<Option<EntryRow>> {
    sqlx::query_as!(
        EntryRow,
        "select id, kind, key, fund_id, day, source, families, award_id, payment_id from ledger_entry where key = $1",
        key
    )
    .fetch_optional(db)
    .await
}

/// Whether an entry was a mistake and is reversed.
pub async fn is_reversed(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from ledger_entry where reverses = $1) as "reversed!""#, id)
        .fetch_one(db)
        .await
}

/// The kinds of the entries that ended an award's reservation or gave money of it back, and stand.
pub async fn ends_of(db: impl PgExecutor<'_>, award: Uuid) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select kind from ledger_entry e where award_id = $1 and kind in ('lapsed', 'released', 'clawback')
           and not exists (select from ledger_entry r where r.reverses = e.id) order by id",
        award
    )
    .fetch_all(db)
    .await
}

/// A line as it stands.
#[derive(Debug, Clone)]
pub struct PostingRow {
    /// Whose money.
    pub envelope_id: Uuid,
    /// The stored word of the account.
    pub account: String,
    /// In fen.
    pub amount: i64,
}

/// The lines of an entry, in order.
pub async fn postings(db: impl PgExecutor<'_>, entry: Uuid) -> sqlx::Result<Vec<PostingRow>> {
    sqlx::query_as!(
        PostingRow,
        "select envelope_id, account, amount from ledger_posting where entry_id = $1 order by line",
        entry
    )
    .fetch_all(db)
    .await
}

/// The latest entries of a fund.
pub async fn of_fund(db: impl PgExecutor<'_>, fund: Uuid, most: i64) -> sqlx::Result<Vec<EntryRow>> {
    sqlx::query_as!(
        EntryRow,
        r#"select id, kind, key, fund_id, day, source, families, award_id, payment_id from ledger_entry
           where fund_id = $1 order by day desc, id desc limit $2"#,
        fund,
        most
    )
    .fetch_all(db)
    .await
}

/// Closes the books through the end of a month. The figures are the database's.
pub async fn close(db: impl PgExecutor<'_>, month: civil::Date, by: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ledger_month (month, closed_by, closed_at) values ($1, $2, $3)",
        sql_day(month) as SqlDate,
        by,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Up to which day the books are closed.
pub async fn closed_through(db: impl PgExecutor<'_>) -> sqlx::Result<Option<civil::Date>> {
    let day = sqlx::query_scalar!(r#"select closed_through from ledger_book where id = 1"#);
    Ok(day.fetch_optional(db).await?.flatten().map(|day| day.to_jiff()))
}

/// A month that was closed, in fen.
#[derive(Debug, Clone)]
pub struct MonthRow {
    /// Its first day.
    pub month: SqlDate,
    /// Given up to its end.
    pub received: i64,
    /// Paid up to its end.
    pub paid: i64,
    /// Promised and not paid at its end.
    pub committed: i64,
    /// Entries up to its end.
    pub entries: i64,
}

/// The months that were closed, the latest first.
pub async fn months(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<MonthRow>> {
    sqlx::query_as!(
        MonthRow,
        r#"select month, received::bigint as "received!", paid::bigint as "paid!",
                  committed::bigint as "committed!", entries from ledger_month order by month desc"#
    )
    .fetch_all(db)
    .await
}
