//! Parties that did not come, and the times at which the door could not tell.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// The activities with a door, the museum and events, that have a session which ended between two instants.
pub async fn with_a_door(
    db: &mut PgConnection,
    from: jiff::Timestamp,
    until: jiff::Timestamp,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select a.id from activity a where a.kind in ('museum', 'event') and exists (
           select from session s where s.activity_id = a.id and s.ends_at > $1 and s.ends_at <= $2) order by a.id",
        from.to_sqlx() as _,
        until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Marks the parties of an activity that did not come, or not all of them: of sessions that ended between two instants, were
/// open, had a door that admitted somebody, touched no declared outage, and needed a booking all the time: where whoever comes
/// is let in, a booking obliges nobody. Answers the bookings that were not marked before.
///
/// Each booking is locked as the door locks it: somebody who is let in at the same moment is either seen here, or finds the
/// mark and takes it away.
pub async fn mark(
    db: &mut PgConnection,
    activity: Uuid,
    ended: (jiff::Timestamp, jiff::Timestamp),
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"with missed as (
             select b.session_id, b.id, b.activity_id, coalesce(b.phone_index, b.mail_index) as person_index,
                    b.account_id, b.people - b.arrived as missing, b.arrived = 0 as whole, s.ends_at
             from session s join booking b on b.session_id = s.id
             where s.activity_id = $1 and s.ends_at > $2 and s.ends_at <= $3 and s.state = 'open'
               and b.state = 'confirmed' and b.arrived < b.people and coalesce(b.phone_index, b.mail_index) is not null
               and exists (select from booking o where o.session_id = s.id and o.arrived > 0)
               and not exists (select from door_outage o
                               where o.activity_id = $1 and o.starts_at < s.ends_at and o.ends_at > s.starts_at)
               and not exists (select from open_door_session d where d.session_id = s.id and d.state = 'done'
                               and (d.ended_at is null or d.ended_at > s.starts_at))
               and not exists (select from no_show n where n.session_id = s.id and n.booking_id = b.id)
             order by b.session_id, b.id
             for update of b)
           insert into no_show (session_id, booking_id, activity_id, person_index, account_id, missing, whole, ended_at, marked_at)
           select session_id, id, activity_id, person_index, account_id, missing, whole, ends_at, $4 from missed
           on conflict do nothing
           returning booking_id"#,
        activity,
        ended.0.to_sqlx() as _,
        ended.1.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Some of a party came late, or their scan did: takes its mark away, or makes it smaller. The booking is locked.
pub async fn came(
    db: &mut PgConnection,
    session: Uuid,
    booking: Uuid,
    missing: i32,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update no_show set whole = false, missing = case when $3 > 0 then $3 else missing end,
                over_at = case when $3 = 0 then $4::timestamptz end, over_why = case when $3 = 0 then 'came' end
         where session_id = $1 and booking_id = $2 and over_at is null",
        session,
        booking,
        missing,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes a standing mark back, with staff's words. Answers whether there was one.
pub async fn lift(db: &mut PgConnection, booking: Uuid, reason: &str, now: jiff::Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update no_show set over_at = $3, over_why = 'lifted', over_reason = $2 where booking_id = $1 and over_at is null",
        booking,
        reason,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A time at which the door could not do its work.
#[derive(Debug, Clone)]
pub struct OutageRow {
    /// Outage.
    pub id: Uuid,
    /// From.
    pub starts_at: Timestamp,
    /// To, exclusive.
    pub ends_at: Timestamp,
    /// In staff's words.
    pub reason: String,
}

/// Declares an outage and takes back the marks of the sessions it touches. Answers their bookings; `None` when an outage
/// with this id was declared before.
pub async fn declare_outage(
    db: &mut PgConnection,
    activity: Uuid,
    outage: &OutageRow,
    by: Uuid,
    now: jiff::Timestamp,
) -> sqlx::Result<Option<Vec<Uuid>>> {
    let fresh = sqlx::query!(
        "insert into door_outage (id, activity_id, starts_at, ends_at, reason, declared_at, declared_by)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
        outage.id,
        activity,
        outage.starts_at as _,
        outage.ends_at as _,
        outage.reason,
        now.to_sqlx() as _,
        by
    )
    .execute(&mut *db)
    .await?;
    if fresh.rows_affected() == 0 {
        return Ok(None);
    }
    let taken_back = sqlx::query_scalar!(
        "update no_show n set over_at = $4, over_why = 'outage' from session s
         where s.id = n.session_id and n.activity_id = $1 and n.over_at is null and s.starts_at < $3 and s.ends_at > $2
         returning n.booking_id",
        activity,
        outage.starts_at as _,
        outage.ends_at as _,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(Some(taken_back))
}

/// An outage with whose door it was.
#[derive(Debug, Clone)]
pub struct DeclaredRow {
    /// Id.
    pub id: Uuid,
    /// From.
    pub starts_at: Timestamp,
    /// To, exclusive.
    pub ends_at: Timestamp,
    /// In staff's words.
    pub reason: String,
    /// Whose door.
    pub activity_id: Uuid,
    /// It is an event's.
    pub event: bool,
    /// What it is called.
    pub title_zh: String,
    /// In English.
    pub title_en: String,
}

/// The outages that ended after an instant, of whatever has a door, the latest first.
pub async fn outages(db: &mut PgConnection, since: jiff::Timestamp) -> sqlx::Result<Vec<DeclaredRow>> {
    sqlx::query_as!(
        DeclaredRow,
        r#"select o.id, o.starts_at as "starts_at: Timestamp", o.ends_at as "ends_at: Timestamp", o.reason, o.activity_id,
                  a.kind = 'event' as "event!", a.title_zh, a.title_en
           from door_outage o join activity a on a.id = o.activity_id
           where o.ends_at > $1 order by o.starts_at desc, o.id"#,
        since.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// A mark.
#[derive(Debug, Clone)]
pub struct NoShowRow {
    /// Booking.
    pub booking_id: Uuid,
    /// Keyed hash of the contact.
    pub person_index: Vec<u8>,
    /// The account it was booked with, if any.
    pub account_id: Option<Uuid>,
    /// People who did not come.
    pub missing: i32,
    /// Nobody of the party came.
    pub whole: bool,
    /// The end of the session.
    pub ended_at: Timestamp,
    /// Since when it does not stand any more.
    pub over_at: Option<Timestamp>,
    /// `came`, `outage` or `lifted`.
    pub over_why: Option<String>,
    /// Staff's words.
    pub over_reason: Option<String>,
}

/// The mark of a booking.
pub async fn of_booking(db: &mut PgConnection, booking: Uuid) -> sqlx::Result<Option<NoShowRow>> {
    sqlx::query_as!(
        NoShowRow,
        r#"select booking_id, person_index, account_id, missing, whole, ended_at as "ended_at: Timestamp",
                  over_at as "over_at: Timestamp", over_why, over_reason
           from no_show where booking_id = $1 order by ended_at desc limit 1"#,
        booking
    )
    .fetch_optional(db)
    .await
}

/// The marks of an activity's sessions that ended after an instant, the latest first, at most `limit`.
pub async fn latest(
    db: &mut PgConnection,
    activity: Uuid,
    since: jiff::Timestamp,
    limit: i64,
) -> sqlx::Result<Vec<NoShowRow>> {
    sqlx::query_as!(
        NoShowRow,
        r#"select booking_id, person_index, account_id, missing, whole, ended_at as "ended_at: Timestamp",
                  over_at as "over_at: Timestamp", over_why, over_reason
           from no_show where activity_id = $1 and ended_at > $2 order by ended_at desc, booking_id limit $3"#,
        activity,
        since.to_sqlx() as _,
        limit
    )
    .fetch_all(db)
    .await
}

/// When these persons and accounts missed sessions of an activity, as far as it stands and nobody of the party came: each by its
/// keyed hash, or by its id, byte by byte.
pub async fn of_persons(
    db: &mut PgConnection,
    activity: Uuid,
    (persons, accounts): (&[Vec<u8>], &[Uuid]),
) -> sqlx::Result<Vec<(Vec<u8>, Timestamp)>> {
    let rows = sqlx::query!(
        r#"select person_index as "person!", ended_at as "ended_at!: Timestamp" from no_show
           where person_index = any($1) and activity_id = $3 and over_at is null and whole
           union all
           select uuid_send(account_id), ended_at from no_show
           where account_id = any($2) and activity_id = $3 and over_at is null and whole"#,
        persons,
        accounts,
        activity
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.person, row.ended_at)).collect())
}
