//! What the API remembers of its clients: whose booking is whose, and the answers to requests that may be repeated.

use crate::ToSqlx;
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Notes which client made which booking, pair by pair; in the transaction that makes them.
pub async fn note_bookings(
    db: impl PgExecutor<'_>,
    clients: &[Uuid],
    bookings: &[Uuid],
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into api_booking (client_id, booking_id, created_at)
         select c.id, fresh.booking, $3
         from unnest($1::uuid[], $2::uuid[]) as fresh (client, booking) join api_client c on c.id = fresh.client",
        clients,
        bookings,
        now.to_sqlx() as _,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The client made the booking.
pub async fn made_booking(db: impl PgExecutor<'_>, client: Uuid, booking: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from api_booking where client_id = $1 and booking_id = $2) as "made!""#,
        client,
        booking,
    )
    .fetch_one(db)
    .await
}

/// The client made bookings of the series.
pub async fn made_series(db: impl PgExecutor<'_>, client: Uuid, series: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from booking_series_date d join api_booking a on a.booking_id = d.booking_id
                          where d.series_id = $2 and a.client_id = $1) as "made!""#,
        client,
        series,
    )
    .fetch_one(db)
    .await
}

/// What stands under an idempotency key.
#[derive(Debug)]
pub struct RememberedRow {
    /// This call put it there just now.
    pub fresh: bool,
    /// Of the request.
    pub body_hash: Vec<u8>,
    /// The answer, or `{"running": true}`.
    pub answer: serde_json::Value,
}

/// Takes a key for a request that begins, or shows what stands under it. A request that began before `stale` and never
/// ended is taken over if it was the same. `None` when another request took the key while this statement ran: ask again.
pub async fn take_key(
    db: impl PgExecutor<'_>,
    scope: &str,
    key: &str,
    body_hash: &[u8],
    now: Timestamp,
    stale: Timestamp,
) -> sqlx::Result<Option<RememberedRow>> {
    sqlx::query_as!(
        RememberedRow,
        r#"with taken as (
             insert into idempotency as i (scope, key, body_hash, answer, created_at)
             values ($1, $2, $3, '{"running": true}', $4)
             on conflict (scope, key) do update set created_at = excluded.created_at
               where i.answer = '{"running": true}' and i.created_at < $5 and i.body_hash = excluded.body_hash
             returning body_hash, answer)
           select true as "fresh!", body_hash as "body_hash!", answer as "answer!" from taken
           union all
           select false, body_hash, answer from idempotency
           where scope = $1 and key = $2 and not exists (select from taken)"#,
        scope,
        key,
        body_hash,
        now.to_sqlx() as _,
        stale.to_sqlx() as _,
    )
    .fetch_optional(db)
    .await
}

/// Keeps the answer of a request that ended. `false` when its key is not being worked on (any more).
pub async fn keep_answer(
    db: impl PgExecutor<'_>,
    scope: &str,
    key: &str,
    answer: &serde_json::Value,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"update idempotency set answer = $3 where scope = $1 and key = $2 and answer = '{"running": true}'"#,
        scope,
        key,
        answer
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Frees the key of a request that did not happen.
pub async fn free_key(db: impl PgExecutor<'_>, scope: &str, key: &str) -> sqlx::Result<()> {
    sqlx::query!(
        r#"delete from idempotency where scope = $1 and key = $2 and answer = '{"running": true}'"#,
        scope,
        key,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes answers nobody will ask for any more.
pub async fn remove_answers_before(db: impl PgExecutor<'_>, instant: Timestamp) -> sqlx::Result<u64> {
    let removed =
        sqlx::query!("delete from idempotency where created_at < $1", instant.to_sqlx() as _).execute(db).await?;
    Ok(removed.rows_affected())
}
