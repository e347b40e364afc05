//! What devices at the door are given: the day's sessions of everything that has a door, and who is booked.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A session of the day.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Session.
    pub id: Uuid,
    /// Its activity.
    pub activity_id: Uuid,
    /// Beginning.
    pub starts_at: Timestamp,
    /// End.
    pub ends_at: Timestamp,
    /// `open`, `closed`.
    pub state: String,
    /// Nobody needs a booking.
    pub open_door: bool,
}

/// The sessions that begin in `from..until`, of the museum and of events.
pub async fn sessions(
    db: &mut PgConnection,
    from: jiff::Timestamp,
    until: jiff::Timestamp,
) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"select s.id, s.activity_id, s.starts_at as "starts_at: Timestamp", s.ends_at as "ends_at: Timestamp",
                  case when a.published then s.state else 'closed' end as "state!",
                  s.open_door_id is not null as "open_door!"
           from session s join activity a on a.id = s.activity_id
           where s.starts_at >= $1 and s.starts_at < $2 and a.kind in ('museum', 'event')
           order by s.starts_at, s.id"#,
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// An activity that has a session on the day, and the people counted without a booking.
#[derive(Debug, Clone)]
pub struct ActivityRow {
    /// Activity.
    pub id: Uuid,
    /// `museum`, `event`.
    pub kind: String,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// domain::booking::Policy.
    pub policy: serde_json::Value,
    /// Since when it holds.
    pub policy_at: Option<Timestamp>,
    /// Walk-ins less those who left, in `from..until`.
    pub walked: i64,
}

/// The activities with sessions that begin in `from..until`.
pub async fn activities(
    db: &mut PgConnection,
    from: jiff::Timestamp,
    until: jiff::Timestamp,
) -> sqlx::Result<Vec<ActivityRow>> {
    sqlx::query_as!(
        ActivityRow,
        r#"select a.id, a.kind, a.title_zh, a.title_en, a.policy,
                  (select p.created_at from activity_policy p
                   where p.activity_id = a.id and p.version = a.policy_version) as "policy_at?: Timestamp",
                  coalesce((select sum(case c.kind when 'walk_in' then c.people else -c.people end) from door_count c
                            where c.activity_id = a.id and c.at >= $1 and c.at < $2), 0) as "walked!"
           from activity a
           where a.kind = 'museum' or (a.kind = 'event' and exists (
             select from session s where s.activity_id = a.id and s.starts_at >= $1 and s.starts_at < $2))
           order by a.kind desc, a.id"#,
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// A booking of the day.
#[derive(Debug, Clone)]
pub struct BookingRow {
    /// Booking.
    pub id: Uuid,
    /// Session.
    pub session_id: Uuid,
    /// Eight characters.
    pub reference: String,
    /// `confirmed`, `cancelled`.
    pub state: String,
    /// Booked.
    pub people: i32,
    /// Came.
    pub arrived: i32,
    /// Name, sealed.
    pub name_sealed: Vec<u8>,
    /// Identity documents, sealed.
    pub document_sealed: Option<Vec<u8>>,
}

/// The bookings of some sessions in the order of their ids, after one of them; where `since` is given, those alone that were
/// changed or scanned after it.
pub async fn bookings(
    db: &mut PgConnection,
    sessions: &[Uuid],
    since: Option<jiff::Timestamp>,
    after: Option<Uuid>,
    limit: i64,
) -> sqlx::Result<Vec<BookingRow>> {
    sqlx::query_as!(
        BookingRow,
        r#"select b.id, b.session_id, b.reference, b.state, b.people, b.arrived, b.name_sealed, b.document_sealed
           from booking b
           where b.session_id = any($1) and ($3::uuid is null or b.id > $3)
             and ($2::timestamptz is null or b.updated_at > $2 or exists (
               select from scan c where c.session_id = b.session_id and c.booking_id = b.id and c.received_at > $2))
           order by b.id limit $4"#,
        sessions,
        since.map(|at| at.to_sqlx()) as _,
        after,
        limit
    )
    .fetch_all(db)
    .await
}

/// Bookings that were changed after an instant and are in none of these sessions now: whoever was in one of them before has
/// been moved away. At most 5,000.
pub async fn elsewhere(db: &mut PgConnection, sessions: &[Uuid], since: jiff::Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from booking where sequence > 0 and updated_at > $2 and not session_id = any($1)
         order by updated_at desc limit 5000",
        sessions,
        since.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// The bookings of the sessions that begin in `from..until`, of the museum and of events, in the order of the day.
pub async fn ids_of_day(
    db: &mut PgConnection,
    from: jiff::Timestamp,
    until: jiff::Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select b.id from session s join activity a on a.id = s.activity_id join booking b on b.session_id = s.id
         where s.starts_at >= $1 and s.starts_at < $2 and a.kind in ('museum', 'event')
         order by s.starts_at, b.id limit $3",
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        limit
    )
    .fetch_all(db)
    .await
}
