//! Applications that are due to be emptied, and emptying what only they have.

use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The next application after `after` that has not changed since `before` and is over since then, or whose round's last
/// day is past since then; locked, skipping those another server erases.
pub async fn next_due(db: &mut PgConnection, before: jiff::Timestamp, after: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!(
        "select a.id from ambassador_application a join ambassador_round r on r.id = a.round_id
         where a.id > $2 and a.erased_at is null and a.updated_at < $1
           and (a.state in ('refused', 'withdrawn')
                or (r.closes_at < $1
                    and not exists (select from ambassador_training t where t.round_id = r.id and t.ends_at >= $1)))
         order by a.id limit 1 for update of a skip locked",
        before.to_sqlx() as _,
        after
    )
    .fetch_optional(db)
    .await
}

/// How many applications [`next_due`] would find, one after the other.
pub async fn count_due(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "select count(*) as \"due!\" from ambassador_application a join ambassador_round r on r.id = a.round_id
         where a.erased_at is null and a.updated_at < $1
           and (a.state in ('refused', 'withdrawn')
                or (r.closes_at < $1
                    and not exists (select from ambassador_training t where t.round_id = r.id and t.ends_at >= $1)))",
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Forgets what only an application has: the guardian's name and the age.
pub async fn forget_own(db: &mut PgConnection, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update ambassador_application set guardian_sealed = null, age = null where id = $1", id)
        .execute(db)
        .await?;
    Ok(())
}
