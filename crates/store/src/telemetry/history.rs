//! Which tanks a unit lay in, and who lies in a tank.

use crate::SqlTimestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A stay of a unit in a tank.
#[derive(Debug, Clone)]
pub struct StayRow {
    /// Since when.
    pub put_at: SqlTimestamp,
    /// Until when; none: it lies there.
    pub taken_at: Option<SqlTimestamp>,
    /// The channels of the tank's warmest place, or of its bottom where it has no other: of every probe that ever measured there.
    pub channels: Vec<i32>,
}

/// Where a unit lay, in order.
pub async fn stays(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Vec<StayRow>> {
    sqlx::query_as!(
        StayRow,
        r#"select p.put_at as "put_at: SqlTimestamp", p.taken_at as "taken_at: SqlTimestamp",
                  array(select c.id from telemetry_channel c where c.tank_id = p.tank_id and c.kind = (
                    select k.kind from telemetry_channel k
                    where k.tank_id = p.tank_id and k.kind in ('temperature_top', 'temperature_bottom')
                    order by k.until is not null, k.kind desc limit 1)) as "channels!"
           from custody_placement p where p.unit_id = $1 order by p.put_at, p.id"#,
        unit
    )
    .fetch_all(db)
    .await
}

/// A place of a tank that is taken.
#[derive(Debug, Clone)]
pub struct LyingRow {
    /// Which unit.
    pub unit_id: Uuid,
    /// Its number.
    pub din: String,
    /// Where.
    pub tower: i16,
    /// In the tower.
    pub frame: i16,
    /// In the frame.
    pub slot: i16,
    /// Since when.
    pub put_at: SqlTimestamp,
}

/// Who lies in a tank, by place.
pub async fn lying(db: impl PgExecutor<'_>, tank: Uuid, most: i64) -> sqlx::Result<Vec<LyingRow>> {
    sqlx::query_as!(
        LyingRow,
        r#"select p.unit_id, u.din, p.tower, p.frame, p.slot, p.put_at as "put_at: SqlTimestamp"
           from custody_placement p join custody_unit u on u.id = p.unit_id
           where p.tank_id = $1 and p.taken_at is null order by p.tower, p.frame, p.slot limit $2"#,
        tank,
        most
    )
    .fetch_all(db)
    .await
}
