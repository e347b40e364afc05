//! Payments and the files in which they leave for the bank.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A payment as stored.
#[derive(Debug, Clone)]
pub struct PaymentRow {
    /// Which.
    pub id: Uuid,
    /// Of which tranche.
    pub tranche_id: Uuid,
    /// Of which award.
    pub award_id: Uuid,
    /// To which account.
    pub payee_id: Uuid,
    /// In fen.
    pub amount: i64,
    /// The stored word of its state.
    pub state: String,
    /// In which file it left.
    pub file_id: Option<Uuid>,
    /// Who prepared it.
    pub prepared_by: Uuid,
    /// Who let it go.
    pub released_by: Uuid,
}

/// Writes a payment that was let go.
pub async fn add(db: impl PgExecutor<'_>, new: &PaymentRow, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ledger_payment (id, tranche_id, award_id, payee_id, amount, state, prepared_by, released_by, released_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id,
        new.tranche_id,
        new.award_id,
        new.payee_id,
        new.amount,
        new.state,
        new.prepared_by,
        new.released_by,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A payment.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<PaymentRow>> {
    sqlx::query_as!(
        PaymentRow,
        "select id, tranche_id, award_id, payee_id, amount, state, file_id, prepared_by, released_by
         from ledger_payment where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// The payment of a tranche that is, or may be, or becomes money.
pub async fn live_of(db: impl PgExecutor<'_>, tranche: Uuid) -> sqlx::Result<Option<PaymentRow>> {
    sqlx::query_as!(
        PaymentRow,
        "select id, tranche_id, award_id, payee_id, amount, state, file_id, prepared_by, released_by
         from ledger_payment where tranche_id = $1 and state in ('released', 'sent', 'settled', 'in_doubt')",
        tranche
    )
    .fetch_optional(db)
    .await
}

/// Who said of a payment that it came to nothing.
#[derive(Debug, Clone, Copy)]
pub struct CameToNothing {
    /// Who let it go.
    pub released_by: Uuid,
    /// Who read the statement that says so; none where a person decided it.
    pub read_by: Option<Uuid>,
    /// Who wrote it into the books.
    pub written_by: Option<Uuid>,
}

/// The latest payment of a tranche that failed or came back.
pub async fn came_to_nothing(db: impl PgExecutor<'_>, tranche: Uuid) -> sqlx::Result<Option<CameToNothing>> {
    sqlx::query_as!(
        CameToNothing,
        r#"select p.released_by, e.actor_id as written_by,
                  (select s.read_by from ledger_statement_row r join ledger_statement s on s.id = r.statement_id
                   where r.payment_id = p.id and r.outcome = 'matched'
                     and r.result = case e.kind when 'payment_failed' then 'refused' else 'returned' end
                   limit 1) as "read_by?"
           from ledger_payment p join ledger_entry e on e.payment_id = p.id
           where p.tranche_id = $1 and e.kind in ('payment_failed', 'payment_returned')
           order by e.entered_at desc, e.id desc limit 1"#,
        tranche
    )
    .fetch_optional(db)
    .await
}

/// The awards with payments that wait for a file.
pub async fn waiting(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select distinct award_id from ledger_payment where state = 'released' order by award_id")
        .fetch_all(db)
        .await
}

/// The awards of these payments.
pub async fn awards_of(db: impl PgExecutor<'_>, payments: &[Uuid]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select distinct award_id from ledger_payment where id = any ($1) order by award_id", payments)
        .fetch_all(db)
        .await
}

/// A payment that waits, with its account.
#[derive(Debug, Clone)]
pub struct LineRow {
    /// Which.
    pub id: Uuid,
    /// Of which award.
    pub award_id: Uuid,
    /// To which account.
    pub payee_id: Uuid,
    /// In fen.
    pub amount: i64,
    /// Whose account it is.
    pub name_sealed: Vec<u8>,
    /// At which bank.
    pub bank_sealed: Vec<u8>,
    /// Its number.
    pub account_sealed: Vec<u8>,
    /// The number's keyed hash.
    pub account_index: Vec<u8>,
}

/// The payments of these awards that can leave: their account is the award's latest, and confirmed.
pub async fn ready(db: impl PgExecutor<'_>, awards: &[Uuid]) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        "select p.id, p.award_id, p.payee_id, p.amount, y.name_sealed, y.bank_sealed, y.account_sealed, y.account_index
         from ledger_payment p join ledger_payee y on y.id = p.payee_id
         where p.award_id = any ($1) and p.state = 'released' and y.confirmed_by is not null
           and y.nth = (select max(nth) from ledger_payee where award_id = p.award_id)
         order by p.id",
        awards
    )
    .fetch_all(db)
    .await
}

/// The payments that left in a file.
pub async fn lines_of(db: impl PgExecutor<'_>, file: Uuid) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        "select p.id, p.award_id, p.payee_id, p.amount, y.name_sealed, y.bank_sealed, y.account_sealed, y.account_index
         from ledger_payment p join ledger_payee y on y.id = p.payee_id where p.file_id = $1 order by p.id",
        file
    )
    .fetch_all(db)
    .await
}

/// A file for the bank.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Which.
    pub id: Uuid,
    /// How many payments.
    pub lines: i32,
    /// In fen.
    pub total: i64,
    /// Of its bytes.
    pub sha256: String,
    /// Who made it.
    pub made_by: Uuid,
}

/// Writes a file down and lets its payments leave in it.
pub async fn send(db: &mut PgConnection, file: &FileRow, payments: &[Uuid], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into ledger_payment_file (id, lines, total, sha256, made_by, made_at) values ($1, $2, $3, $4, $5, $6)",
        file.id,
        file.lines,
        file.total,
        file.sha256,
        file.made_by,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!("update ledger_payment set state = 'sent', file_id = $1 where id = any ($2)", file.id, payments)
        .execute(db)
        .await?;
    Ok(())
}

/// A file that was made.
pub async fn file(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<FileRow>> {
    sqlx::query_as!(FileRow, "select id, lines, total, sha256, made_by from ledger_payment_file where id = $1", id)
        .fetch_optional(db)
        .await
}

/// Writes how far a payment is, and why where a person decided it.
pub async fn set_state(db: impl PgExecutor<'_>, id: Uuid, state: &str, reason: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!(
        "update ledger_payment set state = $2, reason = coalesce($3, reason) where id = $1",
        id,
        state,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The payments in doubt, the oldest first.
pub async fn in_doubt(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from ledger_payment where state = 'in_doubt' order by released_at, id")
        .fetch_all(db)
        .await
}
