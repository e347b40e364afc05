//! The watch: what is alarmed about, who looks, and when somebody last did.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;

/// The version of the rules that holds at an instant, and `domain::telemetry::Rules`.
pub async fn rules(db: impl PgExecutor<'_>, now: Timestamp) -> sqlx::Result<Option<(i32, serde_json::Value)>> {
    let row = sqlx::query!(
        "select version, rules from telemetry_rules where valid_from <= $1 order by version desc limit 1",
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.version, row.rules)))
}

/// Takes the watch until the transaction is over. `false` where somebody else has it.
pub async fn take(db: impl PgExecutor<'_>) -> sqlx::Result<bool> {
    let row = sqlx::query_scalar!("select one from telemetry_watch for update skip locked").fetch_optional(db).await?;
    Ok(row.is_some())
}

/// Writes down that somebody looked.
pub async fn looked(db: impl PgExecutor<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!("update telemetry_watch set looked_at = $1", now.to_sqlx() as _).execute(db).await?;
    Ok(())
}

/// When somebody last looked.
pub async fn last_look(db: impl PgExecutor<'_>) -> sqlx::Result<Option<SqlTimestamp>> {
    sqlx::query_scalar!(r#"select looked_at as "at: SqlTimestamp" from telemetry_watch"#).fetch_one(db).await
}

/// What is known of a channel, as a rule looks at it.
#[derive(Debug, Clone)]
pub struct WindowRow {
    /// Which channel.
    pub channel_id: i32,
    /// `domain::telemetry::ChannelKind`.
    pub kind: String,
    /// Of which tank.
    pub tank_id: Option<uuid::Uuid>,
    /// Seconds between readings.
    pub interval_s: i32,
    /// When it was set up.
    pub since: SqlTimestamp,
    /// Its newest reading, by the device's clock.
    pub at: Option<SqlTimestamp>,
    /// The newest that counts.
    pub good_at: Option<SqlTimestamp>,
    /// That.
    pub good_value: Option<f32>,
    /// Since when that is the same.
    pub changed_at: Option<SqlTimestamp>,
    /// By our clock.
    pub heard_at: SqlTimestamp,
    /// The lowest that counts of the ten minutes up to the newest; of what says how cold it is only.
    pub lowest: Option<f32>,
}

/// What is known of every channel in use.
pub async fn windows(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<WindowRow>> {
    sqlx::query_as!(
        WindowRow,
        r#"select c.id as channel_id, c.kind, c.tank_id, c.interval_s, c.since as "since: SqlTimestamp", l.at as "at: SqlTimestamp", l.good_at as "good_at: SqlTimestamp",
                  l.good_value, l.changed_at as "changed_at: SqlTimestamp", l.heard_at as "heard_at: SqlTimestamp", w.lowest as "lowest?"
           from telemetry_channel c join telemetry_latest l on l.channel_id = c.id
           left join lateral (
             select min(r.value) as lowest from telemetry_reading r
             where r.channel_id = c.id and r.device_at > l.good_at - interval '10 minutes' and r.device_at <= l.good_at and r.quality = 0)
             w on c.kind in ('temperature_top', 'temperature_bottom')
           where c.until is null order by c.id"#
    )
    .fetch_all(db)
    .await
}
