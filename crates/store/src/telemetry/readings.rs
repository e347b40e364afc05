//! Readings as they come: hundreds in one statement.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::PgExecutor;

/// Makes the parts that readings of these days (of UTC) need; those that are there already cost nothing.
pub async fn make_days(db: impl PgExecutor<'_>, days: &[Date]) -> sqlx::Result<()> {
    let days: Vec<_> = days.iter().map(|day| day.to_sqlx()).collect();
    sqlx::query!(r#"select telemetry_make_days($1::date[]) is null as "done!""#, &days as _).fetch_one(db).await?;
    Ok(())
}

/// Drops the days before one that are all rolled up; answers how many.
pub async fn drop_days(db: impl PgExecutor<'_>, before: Date, now: Timestamp) -> sqlx::Result<i32> {
    sqlx::query_scalar!(r#"select telemetry_drop_days($1, $2) as "days!""#, before.to_sqlx() as _, now.to_sqlx() as _)
        .fetch_one(db)
        .await
}

/// Readings, column by column.
#[derive(Debug, Default)]
pub struct NewReadings {
    /// Of which channel.
    pub channels: Vec<i32>,
    /// By the device's clock.
    pub ats: Vec<SqlTimestamp>,
    /// In the channel's unit.
    pub values: Vec<f32>,
    /// `Quality::code`.
    pub qualities: Vec<i16>,
}

/// Writes readings, and marks their ten minutes to be rolled up, in one statement. Answers which were not there before.
pub async fn add(db: impl PgExecutor<'_>, new: &NewReadings, now: Timestamp) -> sqlx::Result<Vec<(i32, SqlTimestamp)>> {
    // (The mark of ten minutes that are marked already is written again: so it is held until these readings are there.)
    let row = sqlx::query!(
        r#"with added as (
             insert into telemetry_reading (channel_id, device_at, received_at, value, quality)
             select n.channel_id, n.at, $5, n.value, n.quality
             from unnest($1::integer[], $2::timestamptz[], $3::real[], $4::smallint[]) as n (channel_id, at, value, quality)
             on conflict do nothing returning channel_id, device_at),
           marked as (
             insert into telemetry_dirty as d (began, channel_id)
             select distinct date_bin('10 minutes', device_at, 'epoch'::timestamptz) as began, channel_id from added order by began, channel_id
             on conflict (began, channel_id) do update set marks = d.marks + 1)
           select coalesce(array_agg(channel_id), '{}') as "channels!", coalesce(array_agg(device_at), '{}') as "ats!: Vec<SqlTimestamp>"
           from added"#,
        &new.channels,
        &new.ats as _,
        &new.values,
        &new.qualities,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(row.channels.into_iter().zip(row.ats).collect())
}

/// What is kept for each of these keys: value and quality, in their order; nothing where nothing is.
pub async fn kept(
    db: impl PgExecutor<'_>,
    channels: &[i32],
    ats: &[SqlTimestamp],
) -> sqlx::Result<Vec<Option<(f32, i16)>>> {
    let rows = sqlx::query!(
        r#"select r.value as "value?", r.quality as "quality?"
           from unnest($1::integer[], $2::timestamptz[]) with ordinality as n (channel_id, at, position)
           left join telemetry_reading r on r.channel_id = n.channel_id and r.device_at = n.at order by n.position"#,
        channels,
        ats as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| row.value.zip(row.quality)).collect())
}

/// What counts of a channel (quality ok) from one instant to another, in order of time.
pub async fn good(
    db: impl PgExecutor<'_>,
    channel: i32,
    (from, until): (Timestamp, Timestamp),
) -> sqlx::Result<Vec<(SqlTimestamp, f32)>> {
    let rows = sqlx::query!(
        r#"select device_at as "at: SqlTimestamp", value from telemetry_reading
           where channel_id = $1 and device_at >= $2 and device_at < $3 and quality = 0 order by device_at"#,
        channel,
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.at, row.value)).collect())
}
