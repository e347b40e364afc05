//! Vehicles, crews, and the days on which nothing drives.

use jiff_sqlx::{Date, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A vehicle.
#[derive(Debug, Clone)]
pub struct VehicleRow {
    /// Vehicle.
    pub id: Uuid,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Metres to park and turn out.
    pub needs_m: i32,
}

/// The vehicles in use, in the order of their titles.
pub async fn vehicles(db: &mut PgConnection) -> sqlx::Result<Vec<VehicleRow>> {
    sqlx::query_as!(
        VehicleRow,
        "select id, title_zh, title_en, needs_m from bus_vehicle where active order by title_zh, id"
    )
    .fetch_all(db)
    .await
}

/// A crew.
#[derive(Debug, Clone)]
pub struct CrewRow {
    /// Crew.
    pub id: Uuid,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
}

/// The crews in service, in the order they were formed.
pub async fn crews(db: &mut PgConnection) -> sqlx::Result<Vec<CrewRow>> {
    sqlx::query_as!(
        CrewRow,
        "select id, title_zh, title_en from bus_crew where active order by created_at, title_zh, id"
    )
    .fetch_all(db)
    .await
}

/// No two vehicles of one title.
pub const VEHICLE_ONCE: &str = "bus_vehicle_once";
/// No two crews of one title.
pub const CREW_ONCE: &str = "bus_crew_once";

/// Adds a vehicle, or gives the one of that identifier, while it is in use, these words. Answers whether it is new. Another
/// of its title ends in an error that names [`VEHICLE_ONCE`].
pub async fn save_vehicle(db: &mut PgConnection, row: &VehicleRow, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bus_vehicle set title_zh = $2, title_en = $3, needs_m = $4 where id = $1 and active",
        row.id,
        row.title_zh,
        row.title_en,
        row.needs_m
    );
    if done.execute(&mut *db).await?.rows_affected() == 1 {
        return Ok(false);
    }
    sqlx::query!(
        "insert into bus_vehicle (id, title_zh, title_en, needs_m, created_at) values ($1, $2, $3, $4, $5)",
        row.id,
        row.title_zh,
        row.title_en,
        row.needs_m,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// The same of a crew; [`CREW_ONCE`].
pub async fn save_crew(db: &mut PgConnection, row: &CrewRow, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bus_crew set title_zh = $2, title_en = $3 where id = $1 and active",
        row.id,
        row.title_zh,
        row.title_en
    );
    if done.execute(&mut *db).await?.rows_affected() == 1 {
        return Ok(false);
    }
    sqlx::query!(
        "insert into bus_crew (id, title_zh, title_en, created_at) values ($1, $2, $3, $4)",
        row.id,
        row.title_zh,
        row.title_en,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(true)
}

/// Retires a vehicle or a crew. Answers whether there was one in use.
pub async fn retire(db: &mut PgConnection, vehicle: bool, id: Uuid) -> sqlx::Result<bool> {
    let done = if vehicle {
        sqlx::query!("update bus_vehicle set active = false where id = $1 and active", id).execute(db).await?
    } else {
        sqlx::query!("update bus_crew set active = false where id = $1 and active", id).execute(db).await?
    };
    Ok(done.rows_affected() == 1)
}

/// Adds a vehicle unless there is one of that title.
pub async fn add_vehicle(db: &mut PgConnection, fresh: &VehicleRow, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bus_vehicle (id, title_zh, title_en, needs_m, created_at) values ($1, $2, $3, $4, $5)
         on conflict (title_zh) do nothing",
        fresh.id,
        fresh.title_zh,
        fresh.title_en,
        fresh.needs_m,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Adds a crew unless there is one of that title.
pub async fn add_crew(db: &mut PgConnection, fresh: &CrewRow, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bus_crew (id, title_zh, title_en, created_at) values ($1, $2, $3, $4) on conflict (title_zh) do nothing",
        fresh.id,
        fresh.title_zh,
        fresh.title_en,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks a vehicle and then a crew, in this order everywhere: whoever plans either waits here for whoever was first.
/// Answers whether both are in use, and the vehicle's metres.
pub async fn lock(db: &mut PgConnection, vehicle: Uuid, crew: Uuid) -> sqlx::Result<Option<i32>> {
    let needs =
        sqlx::query_scalar!("select needs_m from bus_vehicle where id = $1 and active for no key update", vehicle)
            .fetch_optional(&mut *db)
            .await?;
    let crew = sqlx::query_scalar!("select id from bus_crew where id = $1 and active for no key update", crew)
        .fetch_optional(db)
        .await?;
    Ok(needs.filter(|_| crew.is_some()))
}

/// Locks every vehicle, in the order of their ids: for what concerns all of them. Answers which there are.
pub async fn lock_vehicles(db: &mut PgConnection) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from bus_vehicle order by id for no key update").fetch_all(db).await
}

/// Days without driving.
#[derive(Debug, Clone)]
pub struct BlackoutRow {
    /// Which.
    pub id: Uuid,
    /// The vehicle; none for all of them.
    pub vehicle_id: Option<Uuid>,
    /// The first day.
    pub from_day: Date,
    /// The last day.
    pub until_day: Date,
    /// `repair`, `holiday`, `other`.
    pub kind: String,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// Days without driving that end on `day` or later, the earliest first.
pub async fn blackouts(db: &mut PgConnection, day: jiff::civil::Date) -> sqlx::Result<Vec<BlackoutRow>> {
    sqlx::query_as!(
        BlackoutRow,
        "select id, vehicle_id, from_day, until_day, kind, reason_zh, reason_en from bus_blackout
         where ended_at is null and until_day >= $1 order by from_day, id",
        day.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Adds days without driving. Answers whether they are new: the same form sent twice adds them once.
pub async fn add_blackout(
    db: &mut PgConnection,
    fresh: &BlackoutRow,
    by: Option<Uuid>,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into bus_blackout (id, vehicle_id, from_day, until_day, kind, reason_zh, reason_en, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing",
        fresh.id,
        fresh.vehicle_id,
        fresh.from_day as _,
        fresh.until_day as _,
        fresh.kind,
        fresh.reason_zh,
        fresh.reason_en,
        now.to_sqlx() as _,
        by
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends days without driving. Answers whether there were such.
pub async fn end_blackout(db: &mut PgConnection, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bus_blackout set ended_at = $2 where id = $1 and ended_at is null",
        id,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}
