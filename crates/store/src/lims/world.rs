//! The codes there are: what a simulated stream is made of.

use crate::ToSqlx;
use jiff::Timestamp;
use sqlx::PgExecutor;

/// People of the laboratory who work now, by code.
pub async fn operators(db: impl PgExecutor<'_>, now: Timestamp) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select code from custody_operator
         where until is null or until >= ($1::timestamptz at time zone 'Asia/Shanghai')::date order by code limit 40",
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Those of them whose code belongs to a live account with one of these roles.
pub async fn with_roles(db: impl PgExecutor<'_>, roles: &[String], now: Timestamp) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select o.code from custody_operator o join account a on a.id = o.account_id
         where a.deleted_at is null and exists (select from account_role r where r.account_id = a.id and r.role = any($1))
           and (o.until is null or o.until >= ($2::timestamptz at time zone 'Asia/Shanghai')::date)
         order by o.code limit 40",
        roles,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Somebody who collects.
#[derive(Debug, Clone)]
pub struct CollectorRow {
    /// The hospital's code.
    pub hospital: String,
    /// The number of the certificate.
    pub number: String,
}

/// Those whose certificate has been valid for two months and is now.
pub async fn collectors(db: impl PgExecutor<'_>, now: Timestamp) -> sqlx::Result<Vec<CollectorRow>> {
    sqlx::query_as!(
        CollectorRow,
        "select distinct h.code as hospital, c.number from custody_collector c
         join custody_hospital h on h.id = c.hospital_id join custody_certificate k on k.collector_id = c.id
         where k.since <= (($1::timestamptz - interval '60 days') at time zone 'Asia/Shanghai')::date
           and coalesce(k.ended_on, k.until) >= ($1::timestamptz at time zone 'Asia/Shanghai')::date
         order by h.code, c.number limit 20",
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// The greatest number that begins like this.
pub async fn last_number(db: impl PgExecutor<'_>, beginning: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        // By a range, which the unique index answers.
        "select max(din) as din from custody_unit where din between $1 || '000000' and $1 || '999999'",
        beginning
    )
    .fetch_one(db)
    .await
}

/// A tank.
#[derive(Debug, Clone)]
pub struct TankRow {
    /// Its code.
    pub code: String,
    /// Towers.
    pub towers: i16,
    /// Frames of each tower.
    pub frames: i16,
    /// Slots of each frame.
    pub slots: i16,
    /// Slots up to the last one that was ever used.
    pub used: i32,
}

/// The tank of a use that has the most room behind the last slot that was ever used.
pub async fn tank(db: impl PgExecutor<'_>, purpose: &str) -> sqlx::Result<Option<TankRow>> {
    sqlx::query_as!(
        TankRow,
        r#"select t.code, t.towers, t.frames, t.slots,
                  coalesce((select max((p.tower - 1) * t.frames * t.slots + (p.frame - 1) * t.slots + p.slot)
                            from custody_placement p where p.tank_id = t.id), 0) as "used!"
           from custody_tank t where t.use = $1
           order by t.towers::integer * t.frames * t.slots - coalesce((
             select max((p.tower - 1) * t.frames * t.slots + (p.frame - 1) * t.slots + p.slot)
             from custody_placement p where p.tank_id = t.id), 0) desc, t.code limit 1"#,
        purpose
    )
    .fetch_optional(db)
    .await
}
