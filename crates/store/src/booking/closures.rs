//! Closing sessions: ending what they held, and opening them again. The act itself: [`super::acts`].

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// A booking that closing ended.
#[derive(Debug, Clone)]
pub struct EndedRow {
    /// Booking.
    pub id: Uuid,
    /// Its people.
    pub people: i32,
}

/// Closes a session and ends what it held: its confirmed bookings are cancelled by the house, except those whose party is
/// inside already, and nobody's form keeps places any more. The caller holds the session's lock.
pub async fn close(
    db: &mut PgConnection,
    session: Uuid,
    closure: Uuid,
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<EndedRow>> {
    sqlx::query!(
        "with freed as (delete from hold where session_id = $1)
         update session set state = 'closed', closure_id = $2, version = version + 1 where id = $1 and state = 'open'",
        session,
        closure
    )
    .execute(&mut *db)
    .await?;
    sqlx::query_as!(
        EndedRow,
        "update booking set state = 'cancelled', cancelled_at = $3, cancelled_by = 'staff', closure_id = $2, updated_at = $3,
                sequence = sequence + 1, version = version + 1
         where session_id = $1 and state = 'confirmed' and arrived = 0 returning id, people",
        session,
        closure,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Opens a closed session again if nobody changed it since `version`; no act that has yet to close it will. Answers whether
/// it was so. The caller holds the session's lock.
pub async fn reopen(db: &mut PgConnection, session: Uuid, version: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update session set state = 'open', closure_id = null, version = version + 1
         where id = $1 and version = $2 and state = 'closed'",
        session,
        version
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("update closure_session set state = 'void' where session_id = $1 and state = 'open'", session)
        .execute(db)
        .await?;
    Ok(true)
}

/// Why a session is closed: the reasons in Chinese and English, where it was closed with one.
pub async fn reason(db: &mut PgConnection, session: Uuid) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!(
        "select c.reason_zh, c.reason_en from session s join closure c on c.id = s.closure_id where s.id = $1",
        session
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.reason_zh, row.reason_en)))
}
