//! Files people sent: what is known of each, and the sealed bytes of those that lie in the database.

use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Notes a file whose bytes are about to be written. It belongs to nothing yet.
pub async fn add(db: impl PgExecutor<'_>, id: Uuid, kind: &str, bytes: i32, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into file (id, kind, bytes, created_at) values ($1, $2, $3, $4)",
        id,
        kind,
        bytes,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A file belongs to something from now on. Answers whether it was there to be had.
pub async fn take(db: &mut PgConnection, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update file set used_at = $2 where id = $1 and used_at is null and dropped_at is null",
        id,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Files belong to nothing any more.
pub async fn let_go(db: &mut PgConnection, ids: &[Uuid], now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update file set dropped_at = $2 where id = any($1) and dropped_at is null", ids, now.to_sqlx() as _)
        .execute(db)
        .await?;
    Ok(())
}

/// Files that belong to nothing: let go of, or never taken since `before`. At most `limit`.
pub async fn loose(db: impl PgExecutor<'_>, before: jiff::Timestamp, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from file where dropped_at is not null or (used_at is null and created_at < $1) order by id limit $2",
        before.to_sqlx() as _,
        limit
    )
    .fetch_all(db)
    .await
}

/// Forgets a file that belongs to nothing, its bytes being gone.
pub async fn forget(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from file where id = $1 and (used_at is null or dropped_at is not null)", id)
        .execute(db)
        .await?;
    Ok(())
}

/// Writes sealed bytes.
pub async fn put(db: impl PgExecutor<'_>, id: Uuid, sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("insert into file_content (id, sealed) values ($1, $2)", id, sealed).execute(db).await?;
    Ok(())
}

/// Sealed bytes.
pub async fn content(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<Vec<u8>>> {
    sqlx::query_scalar!("select sealed from file_content where id = $1", id).fetch_optional(db).await
}

/// Removes bytes; gone already is as good.
pub async fn remove(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from file_content where id = $1", id).execute(db).await?;
    Ok(())
}
