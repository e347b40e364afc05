//! Channels made quiet for a while, by two people.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A mute that is not over.
#[derive(Debug, Clone)]
pub struct MuteRow {
    /// Its own.
    pub id: Uuid,
    /// Of which channel.
    pub channel_id: i32,
    /// That, as written.
    pub code: String,
    /// Of which tank.
    pub tank_id: Option<Uuid>,
    /// Of which room.
    pub room_id: Option<Uuid>,
    /// Why.
    pub reason: String,
    /// For how long.
    pub minutes: i16,
    /// Who asked for it: its owner.
    pub asked_by: Uuid,
    /// When.
    pub asked_at: SqlTimestamp,
    /// Who confirmed it.
    pub confirmed_by: Option<Uuid>,
    /// Until when it is quiet.
    pub until: Option<SqlTimestamp>,
}

/// Mutes that are not over; which, and in which order, stands in the tail of the query.
macro_rules! mutes {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            MuteRow,
            r#"select m.id, m.channel_id, c.code, c.tank_id, c.room_id, m.reason, m.minutes, m.asked_by, m.asked_at as "asked_at: SqlTimestamp",
                      m.confirmed_by, m.until as "until: SqlTimestamp"
               from telemetry_mute m join telemetry_channel c on c.id = m.channel_id where m.ended_at is null "# + $tail
            $(, $arg)*
        )
    };
}

/// The mutes that are not over, in the order they were asked for.
pub async fn open(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<MuteRow>> {
    mutes!("order by m.asked_at, m.id").fetch_all(db).await
}

/// Those of a tank or a room.
pub async fn of_place(db: impl PgExecutor<'_>, place: Uuid) -> sqlx::Result<Vec<MuteRow>> {
    mutes!("and (c.tank_id = $1 or c.room_id = $1) order by m.asked_at, m.id", place).fetch_all(db).await
}

/// A mute, locked.
pub async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<MuteRow>> {
    mutes!("and m.id = $1 for update of m", id).fetch_optional(db).await
}

/// Somebody asks for a channel to be quiet.
pub async fn ask(
    db: impl PgExecutor<'_>,
    (id, channel): (Uuid, i32),
    (reason, minutes): (&str, i16),
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_mute (id, channel_id, reason, minutes, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        channel,
        reason,
        minutes,
        by,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Another confirms it: it is quiet from now on.
pub async fn confirm(db: impl PgExecutor<'_>, id: Uuid, by: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_mute set confirmed_by = $2, confirmed_at = $3::timestamptz, until = $3::timestamptz + minutes * interval '1 minute'
         where id = $1",
        id,
        by,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a mute.
pub async fn end(db: impl PgExecutor<'_>, id: Uuid, by: Option<Uuid>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_mute set ended_at = $3, ended_by = $2 where id = $1 and ended_at is null",
        id,
        by,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends the mutes whose time is over, and requests that nobody confirmed since an instant. Answers how many.
pub async fn end_due(db: impl PgExecutor<'_>, now: Timestamp, asked_before: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update telemetry_mute set ended_at = $1
         where ended_at is null and (until <= $1 or (confirmed_at is null and asked_at < $2))",
        now.to_sqlx() as _,
        asked_before.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
