//! Devices at the door: their enrolment, what they last said of themselves, their end.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A device to add, with the code that will enrol it.
#[derive(Clone, Copy, Debug)]
pub struct NewDevice<'a> {
    /// Device.
    pub id: Uuid,
    /// What people call it.
    pub name: &'a str,
    /// `steward`, `supervisor`.
    pub role: &'a str,
    /// Hash of its code.
    pub code_hash: &'a [u8],
    /// Until when the code is good.
    pub code_expires_at: jiff::Timestamp,
    /// Who adds it.
    pub by: Uuid,
    /// Now.
    pub now: jiff::Timestamp,
}

/// Adds a device that nobody has enrolled yet.
pub async fn add(db: impl PgExecutor<'_>, fresh: NewDevice<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into door_device (id, name, role, code_hash, code_expires_at, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7)",
        fresh.id,
        fresh.name,
        fresh.role,
        fresh.code_hash,
        fresh.code_expires_at.to_sqlx() as _,
        fresh.now.to_sqlx() as _,
        fresh.by
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A device.
#[derive(Debug, Clone)]
pub struct DeviceRow {
    /// Device.
    pub id: Uuid,
    /// What people call it.
    pub name: String,
    /// `steward`, `supervisor`.
    pub role: String,
    /// Until when its code is good.
    pub code_expires_at: Timestamp,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its code was used.
    pub enrolled_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was told to wipe itself.
    pub wiped_at: Option<Timestamp>,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
    /// When it last had the whole roster.
    pub synced_at: Option<Timestamp>,
    /// Its program.
    pub app_version: Option<String>,
    /// How far its clock was behind, in milliseconds.
    pub skew_ms: Option<i64>,
    /// What it had not sent yet.
    pub queue_length: Option<i32>,
    /// When its shift was ended, until it asks for a roster again.
    pub shift_ended_at: Option<Timestamp>,
}

/// Uses an enrolment code up for a device's key. Answers the device; `None` where the code is unknown, over, revoked or used
/// by another key. The same key again gets the same answer.
pub async fn enrol(
    db: impl PgExecutor<'_>,
    code_hash: &[u8],
    token_hash: &[u8],
    now: jiff::Timestamp,
) -> sqlx::Result<Option<(Uuid, bool)>> {
    let row = sqlx::query!(
        r#"update door_device d set token_hash = $2, enrolled_at = coalesce(d.enrolled_at, $3),
                  seen_at = coalesce(d.seen_at, $3)
           from door_device before
           where before.id = d.id and d.code_hash = $1 and d.revoked_at is null and d.code_expires_at > $3
             and (d.token_hash is null or d.token_hash = $2)
           returning d.id, before.enrolled_at is null as "first!""#,
        code_hash,
        token_hash,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.id, row.first)))
}

/// The device with a key.
pub async fn by_token(db: impl PgExecutor<'_>, token_hash: &[u8]) -> sqlx::Result<Option<DeviceRow>> {
    sqlx::query_as!(
        DeviceRow,
        r#"select id, name, role, code_expires_at as "code_expires_at: Timestamp", created_at as "created_at: Timestamp",
                  enrolled_at as "enrolled_at: Timestamp", revoked_at as "revoked_at: Timestamp",
                  wiped_at as "wiped_at: Timestamp", seen_at as "seen_at: Timestamp", synced_at as "synced_at: Timestamp",
                  app_version, skew_ms, queue_length, shift_ended_at as "shift_ended_at: Timestamp"
           from door_device where token_hash = $1"#,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// One device.
pub async fn device(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<DeviceRow>> {
    sqlx::query_as!(
        DeviceRow,
        r#"select id, name, role, code_expires_at as "code_expires_at: Timestamp", created_at as "created_at: Timestamp",
                  enrolled_at as "enrolled_at: Timestamp", revoked_at as "revoked_at: Timestamp",
                  wiped_at as "wiped_at: Timestamp", seen_at as "seen_at: Timestamp", synced_at as "synced_at: Timestamp",
                  app_version, skew_ms, queue_length, shift_ended_at as "shift_ended_at: Timestamp"
           from door_device where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Every device, those that work before those that ended, the newest first; at most 200.
pub async fn devices(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<DeviceRow>> {
    sqlx::query_as!(
        DeviceRow,
        r#"select id, name, role, code_expires_at as "code_expires_at: Timestamp", created_at as "created_at: Timestamp",
                  enrolled_at as "enrolled_at: Timestamp", revoked_at as "revoked_at: Timestamp",
                  wiped_at as "wiped_at: Timestamp", seen_at as "seen_at: Timestamp", synced_at as "synced_at: Timestamp",
                  app_version, skew_ms, queue_length, shift_ended_at as "shift_ended_at: Timestamp"
           from door_device order by revoked_at is not null, created_at desc, id limit 200"#
    )
    .fetch_all(db)
    .await
}

/// Ends a device. `false` when it had ended.
pub async fn revoke(db: impl PgExecutor<'_>, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update door_device set revoked_at = $2 where id = $1 and revoked_at is null",
        id,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Notes that a revoked device was told to wipe itself. `false` when it had been told before.
pub async fn told_to_wipe(db: impl PgExecutor<'_>, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update door_device set wiped_at = $2 where id = $1 and revoked_at is not null and wiped_at is null",
        id,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Notes what a device says of itself.
pub async fn heard(
    db: impl PgExecutor<'_>,
    id: Uuid,
    app_version: &str,
    skew_ms: i64,
    queue_length: i32,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update door_device set seen_at = $5, app_version = $2, skew_ms = $3, queue_length = $4 where id = $1",
        id,
        app_version,
        skew_ms,
        queue_length,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Notes that a device has the whole roster, and so a shift.
pub async fn synced(db: impl PgExecutor<'_>, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update door_device set seen_at = $2, synced_at = $2, shift_ended_at = null where id = $1",
        id,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a device's shift. `false` when it had ended.
pub async fn end_shift(db: &mut PgConnection, id: Uuid, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update door_device set shift_ended_at = $2, seen_at = $2 where id = $1 and shift_ended_at is null",
        id,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}
