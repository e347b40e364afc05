//! Facts from the door that cannot all be counted, until a supervisor says how many came.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// Raises a conflict over a booking, unless one stands open. Answers the one that does, and whether it is new.
pub async fn raise(
    db: &mut PgConnection,
    id: Uuid,
    (session, booking): (Uuid, Uuid),
    kind: &str,
    now: jiff::Timestamp,
) -> sqlx::Result<(Uuid, bool)> {
    let row = sqlx::query!(
        r#"insert into door_conflict (session_id, id, booking_id, kind, raised_at) values ($1, $2, $3, $4, $5)
           on conflict (session_id, booking_id) where resolved_at is null do update set kind = door_conflict.kind
           returning id, id = $2 as "fresh!""#,
        session,
        id,
        booking,
        kind,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok((row.id, row.fresh))
}

/// A conflict.
#[derive(Debug, Clone)]
pub struct ConflictRow {
    /// Conflict.
    pub id: Uuid,
    /// Session.
    pub session_id: Uuid,
    /// Booking.
    pub booking_id: Uuid,
    /// `twice`, `cancelled`, `unknown`, `clock`.
    pub kind: String,
    /// When it was raised.
    pub raised_at: Timestamp,
    /// When somebody decided.
    pub resolved_at: Option<Timestamp>,
    /// How many came, they decided.
    pub people: Option<i32>,
    /// In their words.
    pub reason: Option<String>,
}

/// Those that stand open, and those raised after `since`; the open ones and the latest first, at most 200.
pub async fn conflicts(db: &mut PgConnection, since: jiff::Timestamp) -> sqlx::Result<Vec<ConflictRow>> {
    sqlx::query_as!(
        ConflictRow,
        r#"select id, session_id, booking_id, kind, raised_at as "raised_at: Timestamp",
                  resolved_at as "resolved_at: Timestamp", people, reason
           from door_conflict where resolved_at is null or raised_at > $1
           order by resolved_at is not null, raised_at desc, id limit 200"#,
        since.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Session and booking of a conflict.
pub async fn booking_of(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<(Uuid, Uuid)>> {
    let row =
        sqlx::query!("select session_id, booking_id from door_conflict where id = $1", id).fetch_optional(db).await?;
    Ok(row.map(|row| (row.session_id, row.booking_id)))
}

/// Locks a conflict, after its booking.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<ConflictRow>> {
    sqlx::query_as!(
        ConflictRow,
        r#"select id, session_id, booking_id, kind, raised_at as "raised_at: Timestamp",
                  resolved_at as "resolved_at: Timestamp", people, reason
           from door_conflict where id = $1 for update"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Ends a locked conflict.
pub async fn resolve(
    db: &mut PgConnection,
    conflict: &ConflictRow,
    people: i32,
    reason: &str,
    by: Uuid,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update door_conflict set resolved_at = $3, resolved_by = $4, people = $5, reason = $6
         where session_id = $1 and id = $2",
        conflict.session_id,
        conflict.id,
        now.to_sqlx() as _,
        by,
        people,
        reason
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Something a device (or the counter's page) said of a booking.
#[derive(Debug, Clone)]
pub struct FactRow {
    /// Of which booking.
    pub booking_id: Uuid,
    /// People.
    pub present: i32,
    /// What the house answered, as JSON of `Result<Admission, DoorRefusal>`.
    pub outcome: String,
    /// By the house's clock.
    pub at: Timestamp,
    /// When it reached the house.
    pub received_at: Timestamp,
    /// The device's name; none for the page.
    pub device: Option<String>,
}

/// Everything that was said of these bookings at the door, in the order it happened; of each at most 1,000.
pub async fn facts(db: &mut PgConnection, bookings: &[Uuid]) -> sqlx::Result<Vec<FactRow>> {
    sqlx::query_as!(
        FactRow,
        r#"select asked.id as "booking_id!", s.present as "present!", s.outcome as "outcome!", s.at as "at!: Timestamp",
                  s.received_at as "received_at!: Timestamp", d.name as "device?"
           from unnest($1::uuid[]) as asked (id)
           cross join lateral (
             select present, outcome, coalesce(happened_at, received_at) as at, received_at, device_id, nonce
             from scan where booking_id = asked.id order by 3, nonce limit 1000) s
           left join door_device d on d.id = s.device_id
           order by s.at, s.nonce"#,
        bookings
    )
    .fetch_all(db)
    .await
}

/// When the first of a conflict's facts happened, by the house's clock.
pub async fn happened(db: &mut PgConnection, conflict: Uuid) -> sqlx::Result<Option<Timestamp>> {
    sqlx::query_scalar!(
        r#"select min(coalesce(happened_at, received_at)) as "at: Timestamp" from scan where conflict_id = $1"#,
        conflict
    )
    .fetch_one(db)
    .await
}
