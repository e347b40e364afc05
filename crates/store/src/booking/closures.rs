//! Closing sessions: the act with its reason, whom it touches, and ending their bookings.

use jiff_sqlx::{Date, Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// One act of closing.
#[derive(Debug, Clone)]
pub struct ClosureRow {
    /// Also the key of the form it came from.
    pub id: Uuid,
    /// Activity.
    pub activity_id: Uuid,
    /// The whole day, or `None` for one session.
    pub day: Option<Date>,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// Adds an act unless its key is known. Answers whether it is new.
pub async fn add(
    db: &mut PgConnection,
    now: jiff::Timestamp,
    fresh: &ClosureRow,
    by: Option<Uuid>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into closure (id, activity_id, day, reason_zh, reason_en, created_at, created_by)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
        fresh.id,
        fresh.activity_id,
        fresh.day as _,
        fresh.reason_zh,
        fresh.reason_en,
        now.to_sqlx() as _,
        by
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// An act.
pub async fn closure(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<ClosureRow>> {
    sqlx::query_as!(
        ClosureRow,
        r#"select id, activity_id, day as "day: Date", reason_zh, reason_en from closure where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Writes which sessions an act is to close.
pub async fn add_targets(db: &mut PgConnection, closure: Uuid, sessions: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into closure_session (closure_id, session_id, state) select $1, wanted, 'open' from unnest($2::uuid[]) as wanted",
        closure,
        sessions
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The sessions an act has still to close.
pub async fn targets(db: &mut PgConnection, closure: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select session_id from closure_session where closure_id = $1 and state = 'open' order by session_id",
        closure
    )
    .fetch_all(db)
    .await
}

/// Every session an act is, or was, to close.
pub async fn all_targets(db: &mut PgConnection, closure: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select session_id from closure_session where closure_id = $1 order by session_id", closure)
        .fetch_all(db)
        .await
}

/// An act closes one of its sessions: once, and not after the session was opened again. The caller holds the session's lock.
pub async fn settle(db: &mut PgConnection, closure: Uuid, session: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update closure_session set state = 'done' where closure_id = $1 and session_id = $2 and state = 'open'",
        closure,
        session
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Locks an activity, so that making sessions from templates and closing a day never overlook each other.
pub async fn lock_activity(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<()> {
    sqlx::query!("select id from activity where id = $1 for no key update", activity).fetch_optional(db).await?;
    Ok(())
}

/// Whom closing a session touches, or saying that it needs no booking.
#[derive(Debug, Clone)]
pub struct TouchedRow {
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
    /// Confirmed bookings.
    pub bookings: i64,
    /// Their people.
    pub people: i64,
    /// Of those bookings, how many left neither phone nor address.
    pub unreachable: i64,
    /// People who came already.
    pub arrived: i64,
    /// Places kept for somebody who is filling in the form.
    pub held: i64,
    /// Parties on the waiting list.
    pub waiting: i64,
}

/// Whom closing would touch: one session, or the sessions of an activity that begin in `from..until`.
pub async fn touched(
    db: &mut PgConnection,
    activity: Uuid,
    session: Option<Uuid>,
    (from, until): (jiff::Timestamp, jiff::Timestamp),
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<TouchedRow>> {
    sqlx::query_as!(
        TouchedRow,
        r#"select s.id, s.activity_id, s.starts_at, s.ends_at, s.state, s.open_door_id is not null as "open_door!",
                  coalesce(b.bookings, 0) as "bookings!", coalesce(b.people, 0) as "people!",
                  coalesce(b.unreachable, 0) as "unreachable!", coalesce(b.arrived, 0) as "arrived!",
                  coalesce(h.people, 0) as "held!", coalesce(w.parties, 0) as "waiting!"
           from session s
           left join lateral (select count(*) as bookings, sum(people) as people, sum(arrived) as arrived,
                                     count(*) filter (where phone_sealed is null and mail_sealed is null) as unreachable
                              from booking where session_id = s.id and state = 'confirmed') b on true
           left join lateral (select sum(people) as people from hold where session_id = s.id and expires_at > $5) h on true
           left join lateral (select count(*) as parties from waiting_wish x join waiting_entry e on e.id = x.waiting_id
                              where x.session_id = s.id and not x.over) w on true
           where s.activity_id = $1 and case when $2::uuid is null then s.starts_at >= $3 and s.starts_at < $4 else s.id = $2 end
           order by s.starts_at, s.id"#,
        activity,
        session,
        from.to_sqlx() as _,
        until.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// A booking that closing ended.
#[derive(Debug, Clone)]
pub struct EndedRow {
    /// Booking.
    pub id: Uuid,
    /// Its people.
    pub people: i32,
}

/// Closes a session and ends what it held: its confirmed bookings are cancelled by the house, except those whose party is
/// inside already, and nobody's form keeps places any more. The caller holds the session's lock.
pub async fn close(
    db: &mut PgConnection,
    session: Uuid,
    closure: Uuid,
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<EndedRow>> {
    sqlx::query!(
        "with freed as (delete from hold where session_id = $1)
         update session set state = 'closed', closure_id = $2, version = version + 1 where id = $1 and state = 'open'",
        session,
        closure
    )
    .execute(&mut *db)
    .await?;
    sqlx::query_as!(
        EndedRow,
        "update booking set state = 'cancelled', cancelled_at = $3, cancelled_by = 'staff', closure_id = $2, updated_at = $3,
                sequence = sequence + 1, version = version + 1
         where session_id = $1 and state = 'confirmed' and arrived = 0 returning id, people",
        session,
        closure,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Opens a closed session again if nobody changed it since `version`; no act that has yet to close it will. Answers whether
/// it was so. The caller holds the session's lock.
pub async fn reopen(db: &mut PgConnection, session: Uuid, version: i32) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update session set state = 'open', closure_id = null, version = version + 1
         where id = $1 and version = $2 and state = 'closed'",
        session,
        version
    )
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("update closure_session set state = 'void' where session_id = $1 and state = 'open'", session)
        .execute(db)
        .await?;
    Ok(true)
}

/// Why a session is closed: the reasons in Chinese and English, where it was closed with one.
pub async fn reason(db: &mut PgConnection, session: Uuid) -> sqlx::Result<Option<(String, String)>> {
    let row = sqlx::query!(
        "select c.reason_zh, c.reason_en from session s join closure c on c.id = s.closure_id where s.id = $1",
        session
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| (row.reason_zh, row.reason_en)))
}
