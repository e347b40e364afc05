//! Where units lie.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A tank.
#[derive(Debug, Clone)]
pub struct TankRow {
    /// Which.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// `quarantine`, `long_term`, `samples`.
    pub used_for: String,
    /// Towers.
    pub towers: i16,
    /// Frames of a tower.
    pub frames: i16,
    /// Slots of a frame.
    pub slots: i16,
}

/// The tanks of these codes.
pub async fn tanks(db: impl PgExecutor<'_>, codes: &[String]) -> sqlx::Result<Vec<TankRow>> {
    sqlx::query_as!(
        TankRow,
        "select id, code, use as used_for, towers, frames, slots from custody_tank where code = any($1)",
        codes
    )
    .fetch_all(db)
    .await
}

/// Who lies where.
#[derive(Debug, Clone)]
pub struct PlacedRow {
    /// The placement.
    pub id: Uuid,
    /// The unit.
    pub unit_id: Uuid,
    /// The tank.
    pub tank_id: Uuid,
    /// From 1.
    pub tower: i16,
    /// From 1.
    pub frame: i16,
    /// From 1.
    pub slot: i16,
    /// What the tank is for: `quarantine`, `long_term`, `samples`.
    pub used_for: String,
    /// Since when.
    pub put_at: SqlTimestamp,
}

/// Slots, column by column: all of one length.
#[derive(Debug, Default)]
pub struct Slots {
    /// Tanks.
    pub tanks: Vec<Uuid>,
    /// Towers.
    pub towers: Vec<i16>,
    /// Frames.
    pub frames: Vec<i16>,
    /// Slots.
    pub slots: Vec<i16>,
}

/// Who lies in these slots now, and where these units lie now.
pub async fn placed(db: impl PgExecutor<'_>, units: &[Uuid], slots: &Slots) -> sqlx::Result<Vec<PlacedRow>> {
    sqlx::query_as!(
        PlacedRow,
        r#"select p.id as "id!", p.unit_id as "unit_id!", p.tank_id as "tank_id!", p.tower as "tower!", p.frame as "frame!",
                  p.slot as "slot!", t.use as "used_for!", p.put_at as "put_at!: SqlTimestamp"
           from custody_placement p join custody_tank t on t.id = p.tank_id where p.unit_id = any($1) and p.taken_at is null
           union
           select p.id, p.unit_id, p.tank_id, p.tower, p.frame, p.slot, t.use, p.put_at
           from unnest($2::uuid[], $3::smallint[], $4::smallint[], $5::smallint[]) as s (tank, tower, frame, slot)
           join custody_tank t on t.id = s.tank
           join custody_placement p
             on p.tank_id = s.tank and p.tower = s.tower and p.frame = s.frame and p.slot = s.slot and p.taken_at is null"#,
        units,
        &slots.tanks,
        &slots.towers,
        &slots.frames,
        &slots.slots
    )
    .fetch_all(db)
    .await
}

/// Placements that end, column by column: all of one length.
#[derive(Debug, Default)]
pub struct Ended {
    /// Which.
    pub ids: Vec<Uuid>,
    /// When.
    pub at: Vec<SqlTimestamp>,
    /// Whose scan came first.
    pub by: Vec<Uuid>,
    /// Whose came second.
    pub with: Vec<Uuid>,
}

/// Ends placements, of which the house hears at an instant by its own clock.
pub async fn end(db: impl PgExecutor<'_>, ended: &Ended, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update custody_placement p set taken_at = greatest(e.at, p.put_at), taken_by = e.by, taken_with = e.with,
                taken_received_at = $5::timestamptz
         from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::uuid[]) as e (id, at, by, \"with\")
         where p.id = e.id and p.taken_at is null",
        &ended.ids,
        &ended.at as _,
        &ended.by,
        &ended.with,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Placements to be written, column by column: all of one length.
#[derive(Debug, Default)]
pub struct NewPlacements {
    /// Ids.
    pub ids: Vec<Uuid>,
    /// Units.
    pub units: Vec<Uuid>,
    /// Where.
    pub slots: Slots,
    /// When.
    pub put_at: Vec<SqlTimestamp>,
    /// Whose scan came first.
    pub put_by: Vec<Uuid>,
    /// Whose came second.
    pub put_with: Vec<Uuid>,
    /// Where it ended already: when.
    pub taken_at: Vec<Option<SqlTimestamp>>,
    /// By whom.
    pub taken_by: Vec<Option<Uuid>>,
    /// And by whom.
    pub taken_with: Vec<Option<Uuid>>,
}

/// Writes placements, of which the house hears at an instant by its own clock. Answers the ids of those written: one in a slot that is taken, or of a unit that lies elsewhere, is not.
pub async fn put(db: impl PgExecutor<'_>, new: &NewPlacements, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "insert into custody_placement (id, unit_id, tank_id, tower, frame, slot, put_at, put_by, put_with, taken_at, taken_by,
                                        taken_with, put_received_at, taken_received_at)
         select n.*, $13::timestamptz, case when n.taken is not null then $13::timestamptz end
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::smallint[], $5::smallint[], $6::smallint[],
                              $7::timestamptz[], $8::uuid[], $9::uuid[], $10::timestamptz[], $11::uuid[], $12::uuid[])
           as n (id, unit, tank, tower, frame, slot, put, put_by, put_with, taken, taken_by, taken_with)
         on conflict do nothing returning id",
        &new.ids,
        &new.units,
        &new.slots.tanks,
        &new.slots.towers,
        &new.slots.frames,
        &new.slots.slots,
        &new.put_at as _,
        &new.put_by,
        &new.put_with,
        &new.taken_at as _,
        &new.taken_by as &[Option<Uuid>],
        &new.taken_with as &[Option<Uuid>],
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Where a unit lies now.
#[derive(Debug, Clone)]
pub struct PlaceRow {
    /// The tank.
    pub tank_id: Uuid,
    /// Its code.
    pub tank: String,
    /// `quarantine`, `long_term`, `samples`.
    pub used_for: String,
    /// The code of its room.
    pub room: String,
    /// From 1.
    pub tower: i16,
    /// From 1.
    pub frame: i16,
    /// From 1.
    pub slot: i16,
    /// Since when.
    pub put_at: SqlTimestamp,
}

/// Where a unit lies now.
pub async fn of_unit(db: impl PgExecutor<'_>, unit: Uuid) -> sqlx::Result<Option<PlaceRow>> {
    sqlx::query_as!(
        PlaceRow,
        r#"select p.tank_id, t.code as tank, t.use as used_for, r.code as room, p.tower, p.frame, p.slot,
                  p.put_at as "put_at: SqlTimestamp"
           from custody_placement p join custody_tank t on t.id = p.tank_id join custody_room r on r.id = t.room_id
           where p.unit_id = $1 and p.taken_at is null"#,
        unit
    )
    .fetch_optional(db)
    .await
}

/// A tank to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewTank<'a> {
    /// Which.
    pub id: Uuid,
    /// Its room.
    pub room: Uuid,
    /// Its code.
    pub code: &'a str,
    /// `quarantine`, `long_term`, `samples`.
    pub used_for: &'a str,
    /// Towers, frames of a tower, slots of a frame.
    pub shape: (i16, i16, i16),
}

/// Writes a room: its code, its site, and its names in Chinese and English. `false` when the code is taken.
pub async fn add_room(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (code, site): (&str, &str),
    (zh, en): (&str, &str),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_room (id, site, code, zh, en) values ($1, $2, $3, $4, $5) on conflict (code) do nothing",
        id,
        site,
        code,
        zh,
        en
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes a tank. `false` when the code is taken.
pub async fn add_tank(db: impl PgExecutor<'_>, new: NewTank<'_>, since: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since) values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (code) do nothing",
        new.id,
        new.room,
        new.code,
        new.used_for,
        new.shape.0,
        new.shape.1,
        new.shape.2,
        since.to_sqlx() as SqlTimestamp
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
