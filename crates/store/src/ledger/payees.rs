//! The accounts that awards are paid to. One follows another; none is edited.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// An account as stored, and to be stored.
#[derive(Debug, Clone)]
pub struct PayeeRow {
    /// Which.
    pub id: Uuid,
    /// Of which award.
    pub award_id: Uuid,
    /// `hospital`, `family`.
    pub kind: String,
    /// Whose account it is.
    pub name_sealed: Vec<u8>,
    /// At which bank.
    pub bank_sealed: Vec<u8>,
    /// Its number.
    pub account_sealed: Vec<u8>,
    /// The number's keyed hash.
    pub account_index: Vec<u8>,
    /// Its last four digits.
    pub account_last4: String,
    /// Who entered it.
    pub entered_by: Uuid,
    /// Who else vouches for it.
    pub confirmed_by: Option<Uuid>,
}

/// Adds an account, which is the award's from now on. `false` when there is one of that id.
pub async fn add(db: impl PgExecutor<'_>, new: &PayeeRow, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into ledger_payee (id, award_id, nth, kind, name_sealed, bank_sealed, account_sealed, account_index,
                                   account_last4, entered_by, entered_at)
         select $1, $2, 1 + coalesce((select max(nth) from ledger_payee where award_id = $2), 0), $3, $4, $5, $6, $7, $8, $9, $10
         on conflict (id) do nothing",
        new.id,
        new.award_id,
        new.kind,
        new.name_sealed,
        new.bank_sealed,
        new.account_sealed,
        new.account_index,
        new.account_last4,
        new.entered_by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The account an award is paid to now.
pub async fn latest(db: impl PgExecutor<'_>, award: Uuid) -> sqlx::Result<Option<PayeeRow>> {
    sqlx::query_as!(
        PayeeRow,
        "select id, award_id, kind, name_sealed, bank_sealed, account_sealed, account_index, account_last4, entered_by,
                confirmed_by
         from ledger_payee where award_id = $1 order by nth desc limit 1",
        award
    )
    .fetch_optional(db)
    .await
}

/// Vouches for an account. `false` when somebody has.
pub async fn confirm(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update ledger_payee set confirmed_by = $2, confirmed_at = $3 where id = $1 and confirmed_by is null",
        id,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
