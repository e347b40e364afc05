//! Requests of groups that are due to be emptied, and emptying what only they have.

use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The next request after `after` that has been over since `before`, or whose last wished session and booking are past since
/// then, and is not erased yet; locked, skipping those another server erases.
pub async fn next_due(db: &mut PgConnection, before: jiff::Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select r.id from group_request r
         where r.id > $2 and r.erased_at is null and r.updated_at < $1
           and (r.state in ('visited', 'missed', 'over', 'refused', 'withdrawn')
                or not exists (select from session s left join booking b on b.id = r.booking_id
                               where s.ends_at >= $1 and (s.id = any(r.wishes) or s.id in (r.proposed_session, b.session_id))))
         order by r.id limit 1 for update of r skip locked",
        before.to_sqlx() as _,
        after
    )
    .fetch_optional(db)
    .await
}

/// How many requests [`next_due`] would find, one after the other.
pub async fn count_due(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"due!\" from group_request r
         where r.erased_at is null and r.updated_at < $1
           and (r.state in ('visited', 'missed', 'over', 'refused', 'withdrawn')
                or not exists (select from session s left join booking b on b.id = r.booking_id
                               where s.ends_at >= $1 and (s.id = any(r.wishes) or s.id in (r.proposed_session, b.session_id))))",
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Forgets what only a group's request has: its list and the words of a proposal.
pub async fn forget_own(db: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "with lists as (delete from group_roster where request_id = $1)
         update group_request set message_sealed = null where id = $1",
        id
    )
    .execute(db)
    .await?;
    Ok(())
}
