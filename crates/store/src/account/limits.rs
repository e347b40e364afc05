//! Limits that several servers share.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgExecutor, PgPool};

/// Hits on one bucket in the window that holds now; one row of a round.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Keyed hash of (limit, subject).
    pub bucket: Vec<u8>,
    /// When the present window began.
    pub window: Timestamp,
    /// When the one before began.
    pub before: Timestamp,
    /// The share of the window before that still counts, 1 to 0.
    pub weight: f64,
    /// Hits allowed.
    pub limit: i32,
    /// Hits wanted now.
    pub wanted: i32,
    /// How many belong together: of those, all are counted or none. At least 1.
    pub unit: i32,
}

/// What became of hits on one bucket.
#[derive(Clone, Debug)]
pub struct TakenRow {
    /// Which of the round's rows, from 1.
    pub ordinal: i64,
    /// Hits of the window before.
    pub previous: i32,
    /// Hits of the present window before these.
    pub current: i32,
    /// How many of those wanted were counted.
    pub granted: i32,
    /// Another server began the same window at the same moment: nothing was counted, ask again.
    pub again: bool,
}

/// Counts as many hits on each bucket as there is room for, never a part of those that belong together. A refused hit is not counted, so that somebody who keeps
/// knocking is let in as soon as anybody else would be. One statement: the rows are locked before they are read, so two
/// servers never both take the last place, and in one order, so that they never wait in a circle.
///
/// It is a transaction of its own, hence the pool, and one that does not wait for the disk. After a crash of the database
/// the hits of its last moments may be forgotten, which a brake can bear.
pub async fn take(db: &PgPool, asked: &[Asked]) -> sqlx::Result<Vec<TakenRow>> {
    fn column<T>(asked: &[Asked], of: impl Fn(&Asked) -> T) -> Vec<T> {
        asked.iter().map(of).collect()
    }
    sqlx::query_as!(
        TakenRow,
        r#"with asked as (
             select * from unnest($1::bytea[], $2::timestamptz[], $3::timestamptz[], $4::float8[], $5::integer[], $6::integer[],
                                  $7::integer[])
               with ordinality as asked (bucket, window_start, before, weight, allowed, wanted, unit, ordinal)),
           locked as (
             select r.bucket, r.window_start, r.hits from rate_limit r join asked using (bucket, window_start)
             order by r.bucket, r.window_start for update of r),
           room as (
             select asked.*, coalesce(past.hits, 0) as previous, coalesce(locked.hits, 0) as current,
                    greatest(0, least(wanted,
                      (allowed - floor(coalesce(past.hits, 0) * weight)::integer - coalesce(locked.hits, 0)) / unit * unit))
                      as granted
             from asked
             left join locked using (bucket, window_start)
             left join rate_limit past on past.bucket = asked.bucket and past.window_start = asked.before),
           taken as (
             insert into rate_limit (bucket, window_start, hits)
             select bucket, window_start, granted from room where granted > 0 order by bucket, window_start
             on conflict (bucket, window_start) do update set hits = rate_limit.hits + excluded.hits
               where rate_limit.hits = (select current from room
                 where room.bucket = excluded.bucket and room.window_start = excluded.window_start)
             returning bucket, window_start)
           select ordinal as "ordinal!", previous as "previous!", current as "current!", granted as "granted!",
                  (granted > 0 and taken.bucket is null) as "again!"
           from room left join taken using (bucket, window_start)
           where set_config('synchronous_commit', 'off', true) = 'off'"#,
        &column(asked, |a| a.bucket.clone()),
        &column(asked, |a| a.window.to_sqlx()) as _,
        &column(asked, |a| a.before.to_sqlx()) as _,
        &column(asked, |a| a.weight),
        &column(asked, |a| a.limit),
        &column(asked, |a| a.wanted),
        &column(asked, |a| a.unit),
    )
    .fetch_all(db)
    .await
}

/// Forgets the hits on a bucket.
pub async fn forget(db: impl PgExecutor<'_>, bucket: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from rate_limit where bucket = $1", bucket).execute(db).await.map(|_| ())
}

/// Forgets windows that began before `instant`.
pub async fn remove_before(db: impl PgExecutor<'_>, instant: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from rate_limit where window_start < $1", instant.to_sqlx() as SqlTimestamp);
    Ok(done.execute(db).await?.rows_affected())
}
