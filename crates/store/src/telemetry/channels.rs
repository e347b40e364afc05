//! Channels, and the newest reading of each.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A channel with the newest that is known of it.
#[derive(Debug, Clone)]
pub struct ChannelRow {
    /// Its own.
    pub id: i32,
    /// `T-07/temperature_top`.
    pub code: String,
    /// `domain::telemetry::ChannelKind`.
    pub kind: String,
    /// Of which tank.
    pub tank_id: Option<Uuid>,
    /// Of which room.
    pub room_id: Option<Uuid>,
    /// Seconds between readings.
    pub interval_s: i32,
    /// By the device's clock.
    pub at: Option<SqlTimestamp>,
    /// In its unit.
    pub value: Option<f32>,
    /// `domain::telemetry::Quality::code`.
    pub quality: Option<i16>,
    /// Of the newest that counts.
    pub good_at: Option<SqlTimestamp>,
    /// That.
    pub good_value: Option<f32>,
    /// Since when that is the same.
    pub changed_at: Option<SqlTimestamp>,
    /// By our clock.
    pub heard_at: SqlTimestamp,
}

/// Channels in use with their newest reading; which, and in which order, stands in the tail of the query.
macro_rules! channels {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            ChannelRow,
            r#"select c.id, c.code, c.kind, c.tank_id, c.room_id, c.interval_s, l.at as "at: SqlTimestamp", l.value, l.quality,
                      l.good_at as "good_at: SqlTimestamp", l.good_value, l.changed_at as "changed_at: SqlTimestamp",
                      l.heard_at as "heard_at: SqlTimestamp"
               from telemetry_channel c join telemetry_latest l on l.channel_id = c.id
               where c.until is null "# + $tail
            $(, $arg)*
        )
    };
}

/// The channels in use of these codes, locked with their newest reading until the transaction is over; in one order, so that two
/// batches wait for each other and never for good.
pub async fn lock(db: impl PgExecutor<'_>, codes: &[String]) -> sqlx::Result<Vec<ChannelRow>> {
    channels!("and c.code = any ($1) order by c.id for update of l", codes).fetch_all(db).await
}

/// Every channel in use.
pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<ChannelRow>> {
    channels!("order by c.code").fetch_all(db).await
}

/// Channels in use in the order in which they were set up, after one, so many at most.
pub async fn after(db: impl PgExecutor<'_>, channel: i32, most: i64) -> sqlx::Result<Vec<ChannelRow>> {
    channels!("and c.id > $1 order by c.id limit $2", channel, most).fetch_all(db).await
}

/// The channels in use of a tank or a room.
pub async fn of_place(db: impl PgExecutor<'_>, place: Uuid) -> sqlx::Result<Vec<ChannelRow>> {
    channels!("and (c.tank_id = $1 or c.room_id = $1) order by c.code", place).fetch_all(db).await
}

/// A channel to be set up.
#[derive(Debug, Clone)]
pub struct NewChannel<'a> {
    /// `T-07/temperature_top`.
    pub code: &'a str,
    /// `domain::telemetry::ChannelKind`.
    pub kind: &'a str,
    /// Of which tank.
    pub tank: Option<Uuid>,
    /// Of which room.
    pub room: Option<Uuid>,
    /// Seconds between readings.
    pub interval_s: i32,
    /// The probe.
    pub device: &'a str,
}

/// Sets a channel up; from now on it is expected to be heard. Answers its id.
pub async fn add(db: impl PgExecutor<'_>, new: &NewChannel<'_>, now: Timestamp) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"with added as (
             insert into telemetry_channel (code, kind, tank_id, room_id, interval_s, device, since)
             values ($1, $2, $3, $4, $5, $6, $7) returning id)
           insert into telemetry_latest (channel_id, heard_at) select id, $7 from added returning channel_id"#,
        new.code,
        new.kind,
        new.tank,
        new.room,
        new.interval_s,
        new.device,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// The newest of several channels, column by column.
#[derive(Debug, Default)]
pub struct Latest {
    /// Which.
    pub channels: Vec<i32>,
    /// By the device's clock.
    pub ats: Vec<SqlTimestamp>,
    /// In its unit.
    pub values: Vec<f32>,
    /// `Quality::code`.
    pub qualities: Vec<i16>,
    /// Of the newest that counts.
    pub good_ats: Vec<Option<SqlTimestamp>>,
    /// That.
    pub good_values: Vec<Option<f32>>,
    /// Since when that is the same.
    pub changed_ats: Vec<Option<SqlTimestamp>>,
    /// By our clock.
    pub heard_ats: Vec<SqlTimestamp>,
}

/// Writes the newest of channels that [`lock`] locked.
pub async fn settle(db: impl PgExecutor<'_>, latest: &Latest) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_latest l set at = n.at, value = n.value, quality = n.quality, good_at = n.good_at,
                good_value = n.good_value, changed_at = n.changed_at, heard_at = n.heard_at
         from unnest($1::integer[], $2::timestamptz[], $3::real[], $4::smallint[], $5::timestamptz[], $6::real[], $7::timestamptz[],
                     $8::timestamptz[]) as n (channel_id, at, value, quality, good_at, good_value, changed_at, heard_at)
         where l.channel_id = n.channel_id",
        &latest.channels,
        &latest.ats as _,
        &latest.values,
        &latest.qualities,
        &latest.good_ats as _,
        &latest.good_values as &[Option<f32>],
        &latest.changed_ats as _,
        &latest.heard_ats as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A tank as the lists show it.
#[derive(Debug, Clone)]
pub struct TankRow {
    /// Its own.
    pub id: Uuid,
    /// As written on it.
    pub code: String,
    /// `quarantine`, `long_term`, `samples`.
    pub purpose: String,
    /// Its room.
    pub room_id: Uuid,
    /// The code of that.
    pub room: String,
    /// How many it has places for.
    pub places: i32,
}

/// Tanks; which, and in which order, stands in the tail of the query.
macro_rules! tanks {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            TankRow,
            r#"select t.id, t.code, t.use as purpose, t.room_id, r.code as room, t.towers::integer * t.frames * t.slots as "places!"
               from custody_tank t join custody_room r on r.id = t.room_id "# + $tail
            $(, $arg)*
        )
    };
}

/// The tanks, by room and code.
pub async fn tanks(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<TankRow>> {
    tanks!("order by r.code, t.code").fetch_all(db).await
}

/// A tank; nothing where there is none.
pub async fn tank(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<TankRow>> {
    tanks!("where t.id = $1", id).fetch_optional(db).await
}

/// How many units lie in each tank now, where any do. It reads every place that is taken.
pub async fn units(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(Uuid, i64)>> {
    let rows = sqlx::query!(
        r#"select tank_id, count(*) as "units!" from custody_placement where taken_at is null group by tank_id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.tank_id, row.units)).collect())
}

/// How many units lie in a tank now.
pub async fn units_in(db: impl PgExecutor<'_>, tank: Uuid) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "units!" from custody_placement where tank_id = $1 and taken_at is null"#,
        tank
    )
    .fetch_one(db)
    .await
}

/// Every channel that ever measured in a tank or a room, with its kind.
pub async fn ever(db: impl PgExecutor<'_>, place: Uuid) -> sqlx::Result<Vec<(i32, String)>> {
    let rows =
        sqlx::query!("select id, kind from telemetry_channel where tank_id = $1 or room_id = $1 order by id", place)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.kind)).collect())
}

/// The code of each room that has channels, by its id.
pub async fn rooms(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<(Uuid, String)>> {
    let rows = sqlx::query!(
        "select r.id, r.code from custody_room r
         where exists (select from telemetry_channel c where c.room_id = r.id and c.until is null) order by r.code"
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, row.code)).collect())
}

/// The code of a room that has channels; nothing where there is none.
pub async fn room(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select r.code from custody_room r
         where r.id = $1 and exists (select from telemetry_channel c where c.room_id = r.id and c.until is null)",
        id
    )
    .fetch_optional(db)
    .await
}

/// The tank or the room of a code: one of the two; a tank where both have it.
pub async fn place(db: impl PgExecutor<'_>, code: &str) -> sqlx::Result<Option<(Option<Uuid>, Option<Uuid>)>> {
    let row = sqlx::query!(
        r#"select (select id from custody_tank where code = $1) as tank, (select id from custody_room where code = $1) as room"#,
        code
    )
    .fetch_one(db)
    .await?;
    Ok(match (row.tank, row.room) {
        (Some(tank), _) => Some((Some(tank), None)),
        (None, Some(room)) => Some((None, Some(room))),
        (None, None) => None,
    })
}

/// Takes a channel out of use. `false` where none in use has the code.
pub async fn retire(db: impl PgExecutor<'_>, code: &str, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update telemetry_channel set until = $2 where code = $1 and until is null",
        code,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
