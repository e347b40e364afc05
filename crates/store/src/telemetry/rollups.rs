//! Ten minutes of a channel in one row, for ever; what charts are drawn from.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;

/// Ten minutes that were rolled up.
#[derive(Debug, Clone)]
pub struct RolledRow {
    /// Of which channel.
    pub channel_id: i32,
    /// Their beginning.
    pub began: SqlTimestamp,
    /// The highest that counts.
    pub high: Option<f32>,
}

/// Takes marked ten minutes that began before an instant, at most so many, the oldest first. Those in which readings are being
/// written are left for the next time; who writes into what was taken waits, and marks it again.
pub async fn take(db: impl PgExecutor<'_>, before: Timestamp, most: i64) -> sqlx::Result<Vec<(i32, SqlTimestamp)>> {
    let rows = sqlx::query!(
        r#"with due as (
             select began, channel_id from telemetry_dirty where began < $1 order by began, channel_id limit $2 for update skip locked)
           delete from telemetry_dirty d using due where d.began = due.began and d.channel_id = due.channel_id
           returning d.channel_id, d.began as "began: SqlTimestamp""#,
        before.to_sqlx() as _,
        most
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.channel_id, row.began)).collect())
}

/// Rolls up what [`take`] took. A statement of its own: it has to see what was written until those were taken.
pub async fn roll_up(
    db: impl PgExecutor<'_>,
    channels: &[i32],
    buckets: &[SqlTimestamp],
) -> sqlx::Result<Vec<RolledRow>> {
    sqlx::query_as!(
        RolledRow,
        r#"insert into telemetry_rollup as old (channel_id, began, low, mean, high, good, others)
           select t.channel_id, t.began, s.low, s.mean, s.high, s.good, s.others
           from unnest($1::integer[], $2::timestamptz[]) as t (channel_id, began) cross join lateral (
             select min(r.value) filter (where r.quality = 0) as low, (avg(r.value) filter (where r.quality = 0))::real as mean,
                    max(r.value) filter (where r.quality = 0) as high, (count(*) filter (where r.quality = 0))::smallint as good,
                    (count(*) filter (where r.quality <> 0))::smallint as others
             from telemetry_reading r
             where r.channel_id = t.channel_id and r.device_at >= t.began and r.device_at < t.began + interval '10 minutes') s
           on conflict (channel_id, began) do update
             set low = excluded.low, mean = excluded.mean, high = excluded.high, good = excluded.good, others = excluded.others
           returning channel_id, began as "began: SqlTimestamp", high"#,
        channels,
        buckets as _
    )
    .fetch_all(db)
    .await
}

/// How many ten minutes wait to be rolled up.
pub async fn waiting(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "n!" from telemetry_dirty"#).fetch_one(db).await
}

/// A step of a chart.
#[derive(Debug, Clone)]
pub struct StepRow {
    /// Of which channel.
    pub channel_id: i32,
    /// Its beginning.
    pub at: SqlTimestamp,
    /// The lowest of it; none where nothing counts.
    pub low: Option<f32>,
    /// Its mean.
    pub mean: Option<f32>,
    /// The highest.
    pub high: Option<f32>,
}

/// The chart of channels from one instant to another, in steps of so many seconds (a multiple of ten minutes), in order.
pub async fn chart(
    db: impl PgExecutor<'_>,
    channels: &[i32],
    (from, until): (Timestamp, Timestamp),
    step_s: f64,
) -> sqlx::Result<Vec<StepRow>> {
    sqlx::query_as!(
        StepRow,
        r#"select channel_id, date_bin(make_interval(secs => $4), began, 'epoch'::timestamptz) as "at!: SqlTimestamp",
                  min(low) as low, (sum(mean * good) / nullif(sum(good), 0))::real as mean, max(high) as high
           from telemetry_rollup where channel_id = any ($1) and began >= $2 and began < $3
           group by 1, 2 order by 1, 2"#,
        channels,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        step_s
    )
    .fetch_all(db)
    .await
}

/// The first ten minutes that are known of channels.
pub async fn first(db: impl PgExecutor<'_>, channels: &[i32]) -> sqlx::Result<Option<SqlTimestamp>> {
    sqlx::query_scalar!(
        r#"select min(began) as "first: SqlTimestamp" from telemetry_rollup where channel_id = any ($1)"#,
        channels
    )
    .fetch_one(db)
    .await
}
