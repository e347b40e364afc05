//! The displays of the wall board: brought in by a code, known by a key, revoked.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A display to add, with the code that will bring it in.
#[derive(Clone, Copy, Debug)]
pub struct NewDisplay<'a> {
    /// Its own.
    pub id: Uuid,
    /// What people call it.
    pub name: &'a str,
    /// Where it hangs.
    pub place: &'a str,
    /// Hash of its code.
    pub code_hash: &'a [u8],
    /// Until when the code is good.
    pub code_expires_at: Timestamp,
    /// Who adds it.
    pub by: Uuid,
    /// Now.
    pub now: Timestamp,
}

/// Adds a display that nobody has brought in yet. `false` where there is one of this code.
pub async fn add(db: impl PgExecutor<'_>, fresh: NewDisplay<'_>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into wall_display (id, name, place, code_hash, code_expires_at, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (code_hash) do nothing",
        fresh.id,
        fresh.name,
        fresh.place,
        fresh.code_hash,
        fresh.code_expires_at.to_sqlx() as _,
        fresh.now.to_sqlx() as _,
        fresh.by
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The display of a code.
#[derive(Debug, Clone)]
pub struct CodeRow {
    /// Its own.
    pub id: Uuid,
    /// Who added it.
    pub created_by: Uuid,
    /// It is in, or can still come in: it is not revoked, and its code not over before it came.
    pub stands: bool,
}

/// The display of a code, whatever became of it.
pub async fn of_code(db: impl PgExecutor<'_>, code_hash: &[u8], now: Timestamp) -> sqlx::Result<Option<CodeRow>> {
    sqlx::query_as!(
        CodeRow,
        r#"select id, created_by, revoked_at is null and (paired_at is not null or code_expires_at > $2) as "stands!"
           from wall_display where code_hash = $1"#,
        code_hash,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await
}

/// A display.
#[derive(Debug, Clone)]
pub struct DisplayRow {
    /// Its own.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// Where it hangs.
    pub place: String,
    /// Until when its code is good.
    pub code_expires_at: SqlTimestamp,
    /// When its code was used.
    pub paired_at: Option<SqlTimestamp>,
    /// When it last asked, to a minute.
    pub seen_at: Option<SqlTimestamp>,
    /// When it was revoked.
    pub revoked_at: Option<SqlTimestamp>,
}

/// Every display, those that work before those that ended, by name.
pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<DisplayRow>> {
    sqlx::query_as!(
        DisplayRow,
        r#"select id, name, place, code_expires_at as "code_expires_at: SqlTimestamp", paired_at as "paired_at: SqlTimestamp",
                  seen_at as "seen_at: SqlTimestamp", revoked_at as "revoked_at: SqlTimestamp"
           from wall_display order by revoked_at desc nulls first, name, id"#
    )
    .fetch_all(db)
    .await
}

/// Uses a code up for a key, if it is good: of a display that nobody brought in, or of one with this very key. Answers which, and
/// whether it is for the first time.
pub async fn pair(
    db: impl PgExecutor<'_>,
    (code_hash, token_hash): (&[u8], &[u8]),
    now: Timestamp,
) -> sqlx::Result<Option<(Uuid, bool)>> {
    let row = sqlx::query!(
        r#"update wall_display d set token_hash = $2, paired_at = coalesce(d.paired_at, $3), seen_at = coalesce(d.seen_at, $3)
           from wall_display before
           where before.id = d.id and d.code_hash = $1 and d.revoked_at is null and d.code_expires_at > $3
             and (d.token_hash is null or d.token_hash = $2)
           returning d.id, before.paired_at is null as "first!""#,
        code_hash,
        token_hash,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.first)))
}

/// The display with a key that is not revoked, and when it was last seen.
pub async fn by_token(
    db: impl PgExecutor<'_>,
    token_hash: &[u8],
) -> sqlx::Result<Option<(Uuid, Option<SqlTimestamp>)>> {
    let row = sqlx::query!(
        r#"select id, seen_at as "seen_at: SqlTimestamp" from wall_display where token_hash = $1 and revoked_at is null"#,
        token_hash
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.seen_at)))
}

/// Notes that a display was seen, unless somebody just did.
pub async fn touch(db: impl PgExecutor<'_>, id: Uuid, now: Timestamp, unless_since: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update wall_display set seen_at = $2 where id = $1 and revoked_at is null and (seen_at is null or seen_at <= $3)",
        id,
        now.to_sqlx() as _,
        unless_since.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Revokes a display. Answers whether it was revoked just now; nothing where there is none.
pub async fn revoke(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<Option<bool>> {
    let row = sqlx::query!(
        r#"with gone as (
             update wall_display set revoked_at = $3, revoked_by = $2 where id = $1 and revoked_at is null returning id)
           select exists (select from gone) as "first!" from wall_display where id = $1"#,
        id,
        by,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| row.first))
}
