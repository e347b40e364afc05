//! Limits that several servers share.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgExecutor, PgPool};

/// What a hit found.
#[derive(Clone, Copy, Debug)]
pub struct HitRow {
    /// Hits of the present window including this one; `None` when there was no room for it.
    pub taken: Option<i32>,
    /// Hits of the window before.
    pub previous: i32,
    /// Hits of the present window before this one, as far as this statement's snapshot saw them.
    pub current: i32,
}

/// One bucket in the window that holds now and the one before.
#[derive(Clone, Copy, Debug)]
pub struct Bucket<'a> {
    /// Keyed hash of (limit, subject).
    pub bucket: &'a [u8],
    /// When the present window began.
    pub window: Timestamp,
    /// When the one before began.
    pub before: Timestamp,
    /// The share of the window before that still counts, 1 to 0.
    pub weight: f64,
    /// Hits allowed.
    pub limit: i32,
}

/// Counts one hit if there is room for it. A refused hit is not counted, so that somebody who keeps knocking is let in
/// as soon as anybody else would be. One statement: two servers never both take the last place.
///
/// It is a transaction of its own, hence the pool, and one that does not wait for the disk: everybody's hits on a limit
/// of the whole house meet in one row, which would stay locked while each of them waits, one after the other. After a
/// crash of the database the hits of its last moments may be forgotten, which a brake can bear.
pub async fn hit(db: &PgPool, bucket: Bucket<'_>) -> sqlx::Result<HitRow> {
    sqlx::query_as!(
        HitRow,
        r#"with past as (
             select coalesce((select hits from rate_limit where bucket = $1 and window_start = $3), 0) as hits),
           carry as (select floor(hits * $4::float8)::integer as n from past),
           taken as (
             insert into rate_limit (bucket, window_start, hits)
             select $1::bytea, $2::timestamptz, 1 from carry where n < $5
             on conflict (bucket, window_start) do update set hits = rate_limit.hits + 1
               where rate_limit.hits + (select n from carry) < $5
             returning hits)
           select (select hits from taken) as taken, past.hits as "previous!",
                  coalesce((select hits from rate_limit where bucket = $1 and window_start = $2), 0) as "current!"
           from past where set_config('synchronous_commit', 'off', true) = 'off'"#,
        bucket.bucket,
        bucket.window.to_sqlx() as SqlTimestamp,
        bucket.before.to_sqlx() as SqlTimestamp,
        bucket.weight,
        bucket.limit,
    )
    .fetch_one(db)
    .await
}

/// Forgets windows that began before `instant`.
pub async fn remove_before(db: impl PgExecutor<'_>, instant: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from rate_limit where window_start < $1", instant.to_sqlx() as SqlTimestamp);
    Ok(done.execute(db).await?.rows_affected())
}
