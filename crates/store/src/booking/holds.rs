//! Holds that are kept for longer than a form takes: of groups. The caller has locked the session.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps places of a pool (domain::booking::Pool) until `expires_at`.
pub async fn add(
    db: &mut PgConnection,
    session: Uuid,
    id: Uuid,
    (people, pool): (i32, &str),
    expires_at: jiff::Timestamp,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into hold (session_id, id, people, expires_at, created_at, pool) values ($1, $2, $3, $4, $5, $6)",
        session,
        id,
        people,
        expires_at.to_sqlx() as _,
        now.to_sqlx() as _,
        pool
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives the places of a hold back. Answers whether there was one.
pub async fn remove(db: &mut PgConnection, session: Uuid, id: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from hold where session_id = $1 and id = $2", session, id).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// Makes a hold live until `expires_at` and, where it was for more people, for `people` only. Answers whether it is there.
pub async fn renew(
    db: &mut PgConnection,
    session: Uuid,
    id: Uuid,
    people: i32,
    expires_at: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update hold set people = least(people, $3), expires_at = $4 where session_id = $1 and id = $2",
        session,
        id,
        people,
        expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
