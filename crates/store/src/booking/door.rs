//! Scans and counts at the door.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// A scan that was answered.
#[derive(Debug, Clone)]
pub struct ScanRow {
    /// Its nonce.
    pub nonce: Uuid,
    /// Session.
    pub session_id: Uuid,
    /// Booking, where one was found.
    pub booking_id: Option<Uuid>,
    /// People let in.
    pub present: i32,
    /// The answer, as JSON of `Result<Admission, DoorRefusal>`.
    pub outcome: String,
    /// The steward, or the device.
    pub steward_id: Uuid,
    /// The device that did it without asking.
    pub device_id: Option<Uuid>,
    /// Hash of everything the device said.
    pub body_hash: Option<Vec<u8>>,
    /// A supervisor's word, against the clock.
    pub reason: Option<String>,
    /// The conflict it is part of.
    pub conflict_id: Option<Uuid>,
}

/// The scan of a nonce.
pub async fn scan(db: &mut PgConnection, nonce: Uuid) -> sqlx::Result<Option<ScanRow>> {
    sqlx::query_as!(
        ScanRow,
        "select nonce, session_id, booking_id, present, outcome, steward_id, device_id, body_hash, reason, conflict_id
         from scan where nonce = $1",
        nonce
    )
    .fetch_optional(db)
    .await
}

/// Notes a scan: when it happened by the device's clock and by ours, where a device did it. Answers whether its nonce was
/// new.
pub async fn add_scan(
    db: &mut PgConnection,
    scan: &ScanRow,
    (device_at, happened_at): (Option<jiff::Timestamp>, Option<jiff::Timestamp>),
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into scan (nonce, session_id, booking_id, present, outcome, device_at, received_at, steward_id, device_id,
                           body_hash, happened_at, reason, conflict_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict (nonce) do nothing",
        scan.nonce,
        scan.session_id,
        scan.booking_id,
        scan.present,
        scan.outcome,
        device_at.map(|at| at.to_sqlx()) as _,
        now.to_sqlx() as _,
        scan.steward_id,
        scan.device_id,
        scan.body_hash,
        happened_at.map(|at| at.to_sqlx()) as _,
        scan.reason,
        scan.conflict_id
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Locks a booking for admission and answers people booked, arrived, and whether it is cancelled.
pub async fn lock_booking(db: &mut PgConnection, session: Uuid, id: Uuid) -> sqlx::Result<Option<(i32, i32, bool)>> {
    let row = sqlx::query!(
        "select people, arrived, state from booking where session_id = $1 and id = $2 for update",
        session,
        id
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.people, row.arrived, row.state == "cancelled")))
}

/// Notes how many of a booking came.
pub async fn set_arrived(db: &mut PgConnection, session: Uuid, id: Uuid, arrived: i32) -> sqlx::Result<()> {
    sqlx::query!("update booking set arrived = $3 where session_id = $1 and id = $2", session, id, arrived)
        .execute(db)
        .await?;
    Ok(())
}

/// The same by a supervisor's decision: devices are told of it with the next difference.
pub async fn settle_arrived(
    db: &mut PgConnection,
    session: Uuid,
    id: Uuid,
    arrived: i32,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update booking set arrived = $3, updated_at = $4 where session_id = $1 and id = $2",
        session,
        id,
        arrived,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// People who were counted.
#[derive(Debug, Clone)]
pub struct CountRow {
    /// Of which activity.
    pub activity_id: Uuid,
    /// `walk_in`, `left`.
    pub kind: String,
    /// How many.
    pub people: i32,
    /// Who counted.
    pub steward_id: Uuid,
}

/// The count with a number.
pub async fn count(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<CountRow>> {
    sqlx::query_as!(CountRow, "select activity_id, kind, people, steward_id from door_count where id = $1", id)
        .fetch_optional(db)
        .await
}

/// Notes people who came without a booking (`walk_in`) or went (`left`). Whoever came is counted to the session whose door is
/// open then: of two at once to the one that needs no booking, else to the one that begins.
pub async fn add_count(
    db: &mut PgConnection,
    id: Uuid,
    activity: Uuid,
    kind: &str,
    people: i32,
    steward: Uuid,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into door_count (id, activity_id, kind, people, at, steward_id, session_id)
         select $1, $2, $3, $4, $5, $6,
                (select s.id from session s join activity a on a.id = s.activity_id
                 where $3 = 'walk_in' and s.activity_id = $2 and s.state = 'open' and s.ends_at > $5
                   and s.starts_at <= $5::timestamptz + make_interval(mins => coalesce((a.policy->>'early_minutes')::integer, 0))
                 order by s.open_door_id is null, s.starts_at desc, s.id limit 1)
         on conflict (id) do nothing",
        id,
        activity,
        kind,
        people,
        now.to_sqlx() as _,
        steward
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// How many people are in the building: admitted today, plus walk-ins, minus those who left; never below zero.
pub async fn inside(
    db: &mut PgConnection,
    activity: Uuid,
    day_from: jiff::Timestamp,
    day_until: jiff::Timestamp,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select greatest(0,
             coalesce((select sum(b.arrived) from booking b join session s on s.id = b.session_id
                       where s.activity_id = $1 and s.starts_at >= $2 and s.starts_at < $3), 0)
           + coalesce((select sum(case kind when 'walk_in' then people else -people end) from door_count
                       where activity_id = $1 and at >= $2 and at < $3), 0)) as "inside!""#,
        activity,
        day_from.to_sqlx() as _,
        day_until.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}
