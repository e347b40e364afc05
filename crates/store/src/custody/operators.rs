//! Who works with units: codes, since when, until when, with which account.

use crate::{SqlTimestamp, ToSqlx};
use jiff::civil::Date;
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Somebody who works with units.
#[derive(Debug, Clone)]
pub struct OperatorRow {
    /// Which.
    pub id: Uuid,
    /// The code.
    pub code: String,
    /// The account.
    pub account_id: Option<Uuid>,
    /// The first day.
    pub since: SqlDate,
    /// The last day.
    pub until: Option<SqlDate>,
}

/// Everybody, by code.
pub async fn all(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<OperatorRow>> {
    sqlx::query_as!(
        OperatorRow,
        r#"select id, code, account_id, since as "since: SqlDate", until as "until: SqlDate" from custody_operator order by code"#
    )
    .fetch_all(db)
    .await
}

/// Somebody, locked until the transaction ends.
pub async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<OperatorRow>> {
    sqlx::query_as!(
        OperatorRow,
        r#"select id, code, account_id, since as "since: SqlDate", until as "until: SqlDate"
           from custody_operator where id = $1 for update"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Whether somebody worked on any unit, put one somewhere, was named as opening a deviation, or noted what the house doubts. Each has an
/// index (`custody_unit_by_worker`, `custody_placement_by_hand`, `custody_deviation_of_operator`, `custody_deviation_of_noter`,
/// `custody_deviation_of_noter_with`), whose expressions stand here as they do there; for whoever did nothing yet it is the only way that
/// does not lead over all units, so that the transaction is told to take it from here on.
pub async fn worked(db: &mut PgConnection, id: Uuid) -> sqlx::Result<bool> {
    sqlx::query!(r#"select set_config('enable_seqscan', 'off', true) as "set!""#).fetch_one(&mut *db).await?;
    sqlx::query_scalar!(
        r#"select (exists (select from custody_unit u where u.worked_by @> array[$1::uuid])
                   or exists (select from custody_deviation d where d.opened_operator = $1)
                   or exists (select from custody_deviation d where d.noted_operator = $1)
                   or exists (select from custody_deviation d where d.noted_with = $1)
                   or exists (select from custody_placement p
                              where array[p.put_by, p.put_with, p.taken_by, p.taken_with] @> array[$1::uuid])) as "worked!""#,
        id
    )
    .fetch_one(db)
    .await
}

/// Who works under an account.
pub async fn of_account(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from custody_operator where account_id = $1", account).fetch_optional(db).await
}

/// Adds somebody. The code and the account are unique by the database (`custody_operator_code`, `custody_operator_account`).
pub async fn add(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (code, account, since): (&str, Option<Uuid>, Date),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into custody_operator (id, code, account_id, since) values ($1, $2, $3, $4)",
        id,
        code,
        account,
        since.to_sqlx() as SqlDate
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives somebody an account, or another, or none. `false` where there is nobody.
pub async fn link(db: impl PgExecutor<'_>, id: Uuid, account: Option<Uuid>) -> sqlx::Result<bool> {
    let done = sqlx::query!("update custody_operator set account_id = $2 where id = $1", id, account);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Says somebody's last day. `false` where there is nobody, it was said, or it is before the first.
pub async fn end(db: impl PgExecutor<'_>, id: Uuid, until: Date) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update custody_operator set until = $2 where id = $1 and until is null and since <= $2",
        id,
        until.to_sqlx() as SqlDate
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The accounts of the staff with one of these roles.
pub async fn accounts(db: impl PgExecutor<'_>, roles: &[String]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct r.account_id as "account!" from account_role r where r.role = any($1) order by 1"#,
        roles
    )
    .fetch_all(db)
    .await
}

/// A tank with the room it stands in.
#[derive(Debug, Clone)]
pub struct TankRow {
    /// Which.
    pub id: Uuid,
    /// Its code.
    pub code: String,
    /// `quarantine`, `long_term`, `samples`.
    pub purpose: String,
    /// Towers.
    pub towers: i16,
    /// Frames of each.
    pub frames: i16,
    /// Slots of each.
    pub slots: i16,
    /// The site of its room.
    pub site: String,
    /// The code of its room.
    pub room: String,
    /// The room's name in Chinese.
    pub room_zh: String,
    /// In English.
    pub room_en: String,
}

/// Every tank, or one, by room and code.
pub async fn tanks(db: impl PgExecutor<'_>, tank: Option<Uuid>) -> sqlx::Result<Vec<TankRow>> {
    sqlx::query_as!(
        TankRow,
        r#"select t.id, t.code, t.use as purpose, t.towers, t.frames, t.slots, r.site, r.code as room, r.zh as room_zh,
                  r.en as room_en
           from custody_tank t join custody_room r on r.id = t.room_id
           where $1::uuid is null or t.id = $1
           order by r.site, r.code, t.code"#,
        tank
    )
    .fetch_all(db)
    .await
}

/// How many units lie in a tower of a tank.
#[derive(Debug, Clone, Copy)]
pub struct TowerRow {
    /// From 1.
    pub tower: i16,
    /// Units.
    pub units: i64,
}

/// The towers of a tank in which something lies.
pub async fn towers(db: impl PgExecutor<'_>, tank: Uuid) -> sqlx::Result<Vec<TowerRow>> {
    sqlx::query_as!(
        TowerRow,
        r#"select tower, count(*) as "units!" from custody_placement where tank_id = $1 and taken_at is null
           group by tower order by tower"#,
        tank
    )
    .fetch_all(db)
    .await
}

/// What lies in a slot.
#[derive(Debug, Clone)]
pub struct SlotRow {
    /// From 1.
    pub frame: i16,
    /// From 1.
    pub slot: i16,
    /// The unit.
    pub unit_id: Uuid,
    /// Its number.
    pub din: String,
    /// The word of its state.
    pub state: String,
    /// Since when it lies there.
    pub put_at: SqlTimestamp,
}

/// What lies in a tower.
pub async fn slots(db: impl PgExecutor<'_>, tank: Uuid, tower: i16) -> sqlx::Result<Vec<SlotRow>> {
    sqlx::query_as!(
        SlotRow,
        r#"select p.frame, p.slot, p.unit_id, u.din, u.state, p.put_at as "put_at: SqlTimestamp"
           from custody_placement p join custody_unit u on u.id = p.unit_id
           where p.tank_id = $1 and p.tower = $2 and p.taken_at is null order by p.frame, p.slot"#,
        tank,
        tower
    )
    .fetch_all(db)
    .await
}
