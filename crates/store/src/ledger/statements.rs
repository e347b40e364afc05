//! Statements of the bank: each file once, each row of the bank once.

use super::sql_day;
use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Notes a statement. `false` when these very bytes were read before.
pub async fn add(db: impl PgExecutor<'_>, id: Uuid, sha256: &str, by: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into ledger_statement (id, sha256, read_by, read_at) values ($1, $2, $3, $4) on conflict (sha256) do nothing",
        id,
        sha256,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A row to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewRow<'a> {
    /// The bank's number.
    pub reference: &'a str,
    /// In which statement it came first.
    pub statement: Uuid,
    /// The bank's day.
    pub day: civil::Date,
    /// The stored word of what it says.
    pub result: &'a str,
    /// In fen.
    pub amount: i64,
    /// The payment it names.
    pub payment: Option<Uuid>,
    /// The stored word of what came of it.
    pub outcome: &'a str,
}

/// Writes a row. `false` when the bank told of it before.
pub async fn add_row(db: impl PgExecutor<'_>, row: NewRow<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into ledger_statement_row (reference, statement_id, day, result, amount, payment_id, outcome)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (reference) do nothing",
        row.reference,
        row.statement,
        sql_day(row.day) as SqlDate,
        row.result,
        row.amount,
        row.payment,
        row.outcome,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Writes what came of a row.
pub async fn set_outcome(db: impl PgExecutor<'_>, reference: &str, outcome: &str) -> sqlx::Result<()> {
    sqlx::query!("update ledger_statement_row set outcome = $2 where reference = $1", reference, outcome)
        .execute(db)
        .await?;
    Ok(())
}

/// Says that the books now explain money that came, where the bank has told of it.
pub async fn explain_income(db: impl PgExecutor<'_>, reference: &str, amount: i64) -> sqlx::Result<()> {
    sqlx::query!(
        "update ledger_statement_row set outcome = 'matched'
         where reference = $1 and amount = $2 and result = 'income' and outcome = 'open'",
        reference,
        amount,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says that nothing explains money that came any more: what did was a mistake.
pub async fn reopen_income(db: impl PgExecutor<'_>, reference: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "update ledger_statement_row set outcome = 'open'
         where reference = $1 and result = 'income' and outcome in ('matched', 'amount_differs')",
        reference,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A row as it was read; those that are left, somebody has to look at.
#[derive(Debug, Clone)]
pub struct OpenRow {
    /// The bank's number.
    pub reference: String,
    /// The bank's day.
    pub day: SqlDate,
    /// The stored word of what it says.
    pub result: String,
    /// In fen.
    pub amount: i64,
    /// The payment it names.
    pub payment_id: Option<Uuid>,
    /// The stored word of what came of it.
    pub outcome: String,
}

/// A row by the bank's number.
pub async fn one(db: impl PgExecutor<'_>, reference: &str) -> sqlx::Result<Option<OpenRow>> {
    sqlx::query_as!(
        OpenRow,
        "select reference, day, result, amount, payment_id, outcome from ledger_statement_row where reference = $1",
        reference
    )
    .fetch_optional(db)
    .await
}

/// The rows that did not fit to where this payment stood, the oldest first.
pub async fn impossible_of(db: impl PgExecutor<'_>, payment: Uuid) -> sqlx::Result<Vec<OpenRow>> {
    sqlx::query_as!(
        OpenRow,
        "select reference, day, result, amount, payment_id, outcome from ledger_statement_row
         where payment_id = $1 and outcome = 'impossible' order by day, reference",
        payment
    )
    .fetch_all(db)
    .await
}

/// Who read a row, and what came of it.
#[derive(Debug, Clone)]
pub struct ReadRow {
    /// In which statement.
    pub statement_id: Uuid,
    /// Who handed that in.
    pub read_by: Uuid,
    /// The stored word of what came of it.
    pub outcome: String,
}

/// Locks a row until the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, reference: &str) -> sqlx::Result<Option<ReadRow>> {
    sqlx::query_as!(
        ReadRow,
        "select r.statement_id, s.read_by, r.outcome
         from ledger_statement_row r join ledger_statement s on s.id = r.statement_id
         where r.reference = $1 for no key update of r",
        reference
    )
    .fetch_optional(db)
    .await
}

/// The rows that nothing in the books explains, the oldest first.
pub async fn open(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<OpenRow>> {
    sqlx::query_as!(
        OpenRow,
        r#"select reference, day, result, amount, payment_id, outcome from ledger_statement_row
           where outcome not in ('matched', 'known') order by day, reference"#
    )
    .fetch_all(db)
    .await
}
