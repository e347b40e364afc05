//! Contacts of visitors that wait to be exchanged: one per account and kind.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A contact to wait for its time.
#[derive(Clone, Copy, Debug)]
pub struct NewChange<'a> {
    /// The row; its place of sealing.
    pub id: Uuid,
    /// Whose.
    pub account: Uuid,
    /// `phone` or `mail`.
    pub kind: &'a str,
    /// The new contact, sealed for the row.
    pub sealed: &'a [u8],
    /// Its keyed hash.
    pub index: &'a [u8],
    /// Keyed hash of what stops it.
    pub stop_hash: &'a [u8],
    /// Now.
    pub now: Timestamp,
    /// When it takes effect.
    pub due_at: Timestamp,
}

/// Keeps a change in place of the account's former one of its kind.
pub async fn put(db: impl PgExecutor<'_>, change: NewChange<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into contact_change
           (id, account_id, kind, contact_sealed, contact_index, stop_hash, requested_at, due_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict on constraint contact_change_once do update set
           id = excluded.id, contact_sealed = excluded.contact_sealed, contact_index = excluded.contact_index,
           stop_hash = excluded.stop_hash, requested_at = excluded.requested_at, due_at = excluded.due_at",
        change.id,
        change.account,
        change.kind,
        change.sealed,
        change.index,
        change.stop_hash,
        change.now.to_sqlx() as SqlTimestamp,
        change.due_at.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A change that waits.
#[derive(Debug)]
pub struct ChangeRow {
    /// Which.
    pub id: Uuid,
    /// Whose.
    pub account_id: Uuid,
    /// `phone` or `mail`.
    pub kind: String,
    /// The new contact, sealed for the row.
    pub contact_sealed: Vec<u8>,
    /// Its keyed hash.
    pub contact_index: Vec<u8>,
    /// When it was asked for.
    pub requested_at: SqlTimestamp,
    /// When it takes effect.
    pub due_at: SqlTimestamp,
}

/// The changes of an account, in the order they take effect.
pub async fn of_account(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<ChangeRow>> {
    sqlx::query_as!(
        ChangeRow,
        "select id, account_id, kind, contact_sealed, contact_index, requested_at, due_at from contact_change
         where account_id = $1 order by due_at, kind",
        account
    )
    .fetch_all(db)
    .await
}

/// The change of an id; `None` when it was stopped, or another took its place.
pub async fn by_id(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ChangeRow>> {
    sqlx::query_as!(
        ChangeRow,
        "select id, account_id, kind, contact_sealed, contact_index, requested_at, due_at from contact_change
         where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// The change a link stops.
pub async fn by_stop(db: impl PgExecutor<'_>, stop_hash: &[u8]) -> sqlx::Result<Option<ChangeRow>> {
    sqlx::query_as!(
        ChangeRow,
        "select id, account_id, kind, contact_sealed, contact_index, requested_at, due_at from contact_change
         where stop_hash = $1",
        stop_hash
    )
    .fetch_optional(db)
    .await
}

/// Takes a change out of the waiting: of two who try, one does.
pub async fn take(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from contact_change where id = $1", id);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Forgets the changes of accounts, or one kind of them. How many.
pub async fn forget(db: impl PgExecutor<'_>, account: Uuid, kind: Option<&str>) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from contact_change where account_id = $1 and ($2::text is null or kind = $2)",
        account,
        kind
    );
    Ok(done.execute(db).await?.rows_affected())
}
