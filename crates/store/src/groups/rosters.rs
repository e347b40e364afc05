//! The lists of who comes: sealed whole.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A list.
#[derive(Debug, Clone)]
pub struct RosterRow {
    /// People in it.
    pub people: i32,
    /// The list.
    pub sealed: Vec<u8>,
    /// When it was sent.
    pub saved_at: Timestamp,
}

/// The list of a request.
pub async fn roster(db: &mut PgConnection, request: Uuid) -> sqlx::Result<Option<RosterRow>> {
    sqlx::query_as!(RosterRow, "select people, sealed, saved_at from group_roster where request_id = $1", request)
        .fetch_optional(db)
        .await
}

/// Keeps a list, in place of the one before.
pub async fn save(
    db: &mut PgConnection,
    request: Uuid,
    people: i32,
    sealed: &[u8],
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into group_roster (request_id, people, sealed, saved_at) values ($1, $2, $3, $4)
         on conflict (request_id) do update set people = excluded.people, sealed = excluded.sealed, saved_at = excluded.saved_at",
        request,
        people,
        sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes the list of a request. Answers whether there was one.
pub async fn remove(db: &mut PgConnection, request: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from group_roster where request_id = $1", request).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// The lists that are of no use since `before`: the session is past, or the request is over without one, or
/// nobody decided and every session that was spoken of is past.
pub async fn due(db: &mut PgConnection, before: jiff::Timestamp, limit: i64) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select l.request_id from group_roster l join group_request r on r.id = l.request_id
         left join booking b on b.id = r.booking_id left join session s on s.id = b.session_id
         where case when s.id is not null and r.state in ('approved', 'visited', 'missed', 'over') then s.ends_at < $1
                    else l.saved_at < $1
                     and ((r.updated_at < $1 and r.state in ('refused', 'withdrawn', 'visited', 'missed', 'over'))
                          or not exists (select from session x
                                         where x.ends_at >= $1
                                           and (x.id = any(r.wishes) or x.id in (r.proposed_session, b.session_id)))) end
         order by l.request_id limit $2 for update of l skip locked",
        before.to_sqlx() as _,
        limit
    )
    .fetch_all(db)
    .await
}

/// How many lists [`due`] would find without a limit.
pub async fn count_due(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"due!\" from group_roster l join group_request r on r.id = l.request_id
         left join booking b on b.id = r.booking_id left join session s on s.id = b.session_id
         where case when s.id is not null and r.state in ('approved', 'visited', 'missed', 'over') then s.ends_at < $1
                    else l.saved_at < $1
                     and ((r.updated_at < $1 and r.state in ('refused', 'withdrawn', 'visited', 'missed', 'over'))
                          or not exists (select from session x
                                         where x.ends_at >= $1
                                           and (x.id = any(r.wishes) or x.id in (r.proposed_session, b.session_id)))) end",
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}
