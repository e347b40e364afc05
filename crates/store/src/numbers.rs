//! What is counted of the museum and of events (domain::numbers says what each number means): one query per section, each on
//! the sessions of a time. And which bookings these sessions have, page by page, for a file.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// What is asked: activities of a kind, and the time.
#[derive(Debug, Clone, Copy)]
pub struct Of {
    /// `museum`, `event`.
    pub kind: &'static str,
    /// Its first instant.
    pub from: jiff::Timestamp,
    /// The instant it is over.
    pub until: jiff::Timestamp,
}

/// What follows in this transaction sees one moment, however many queries it takes. The first thing of a transaction.
pub async fn freeze(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("set transaction isolation level repeatable read").execute(db).await?;
    Ok(())
}

/// A session with its sums.
#[derive(Debug, Clone)]
pub struct SessionRow {
    /// Beginning.
    pub starts_at: Timestamp,
    /// Places.
    pub places: i32,
    /// Confirmed parties.
    pub parties: i64,
    /// Their people.
    pub booked: i64,
    /// People let in.
    pub admitted: i64,
    /// Parties of whom nobody was let in.
    pub absent: i64,
    /// It is over, the door worked, and a booking obliged somebody: it was needed from the beginning on.
    pub over: bool,
    /// domain::outreach::EventKind, of an event.
    pub event: Option<String>,
    /// Its city.
    pub city: Option<String>,
}

/// The open, published sessions of a time, in its order.
pub async fn sessions(db: &mut PgConnection, of: Of, now: jiff::Timestamp) -> sqlx::Result<Vec<SessionRow>> {
    sqlx::query_as!(
        SessionRow,
        r#"select s.starts_at, s.capacity as places, coalesce(b.parties, 0) as "parties!", coalesce(b.booked, 0) as "booked!",
                  coalesce(b.admitted, 0) as "admitted!", coalesce(b.absent, 0) as "absent!", e.kind as "event?", e.city as "city?",
                  s.ends_at <= $4 and not exists (
                    select from door_outage o
                    where o.activity_id = s.activity_id and o.starts_at < s.ends_at and o.ends_at > s.starts_at)
                  and not exists (
                    select from open_door_session d
                    where d.session_id = s.id and d.state = 'done'
                      and (d.ended_at is null or d.ended_at > s.starts_at)) as "over!"
           from session s join activity a on a.id = s.activity_id left join event e on e.activity_id = a.id
           left join lateral (
             select count(*) as parties, sum(people) as booked, sum(arrived) as admitted, count(*) filter (where arrived = 0) as absent
             from booking where session_id = s.id and state = 'confirmed') b on true
           where a.kind = $1 and a.published and s.state = 'open' and s.starts_at >= $2 and s.starts_at < $3
           order by s.starts_at, s.id"#,
        of.kind,
        of.from.to_sqlx() as _,
        of.until.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Confirmed parties by the days between booking and visit, the fewest first.
pub async fn leads(db: &mut PgConnection, of: Of) -> sqlx::Result<Vec<(i32, i64)>> {
    let rows = sqlx::query!(
        r#"select greatest((s.starts_at at time zone 'Asia/Shanghai')::date - (b.created_at at time zone 'Asia/Shanghai')::date, 0)
                    as "days!", count(*) as "parties!"
           from session s join activity a on a.id = s.activity_id join booking b on b.session_id = s.id
           where a.kind = $1 and a.published and s.state = 'open' and s.starts_at >= $2 and s.starts_at < $3
             and b.state = 'confirmed'
           group by 1 order by 1"#,
        of.kind,
        of.from.to_sqlx() as _,
        of.until.to_sqlx() as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.days, row.parties)).collect())
}

/// Cancelled bookings of somebody.
#[derive(Debug, Clone)]
pub struct CancelledRow {
    /// `visitor`, `staff`, `api`, or `house` when it closed the session.
    pub by: String,
    /// Parties.
    pub parties: i64,
    /// Their people.
    pub people: i64,
}

/// Cancelled bookings of the sessions of a time, also of those that were closed, by who cancelled.
pub async fn cancelled(db: &mut PgConnection, of: Of) -> sqlx::Result<Vec<CancelledRow>> {
    sqlx::query_as!(
        CancelledRow,
        r#"select case when b.closure_id is not null then 'house' else coalesce(b.cancelled_by, 'staff') end as "by!",
                  count(*) as "parties!", sum(b.people) as "people!"
           from session s join activity a on a.id = s.activity_id join booking b on b.session_id = s.id
           where a.kind = $1 and a.published and s.starts_at >= $2 and s.starts_at < $3 and b.state = 'cancelled'
           group by 1 order by 1"#,
        of.kind,
        of.from.to_sqlx() as _,
        of.until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Who came another way.
#[derive(Debug, Clone)]
pub struct OthersRow {
    /// Parties that joined the waiting list in the time.
    pub joined: i64,
    /// Of which so many were offered places, at any time.
    pub offered: i64,
    /// And so many took them.
    pub taken: i64,
    /// People the door let in without a booking in the time.
    pub walk_ins: i64,
}

/// The waiting list and people without a booking.
pub async fn others(db: &mut PgConnection, of: Of) -> sqlx::Result<OthersRow> {
    sqlx::query_as!(
        OthersRow,
        r#"select count(w.id) as "joined!", count(w.id) filter (where w.offers > 0) as "offered!",
                  count(w.id) filter (where w.offers > 0 and w.state = 'booked') as "taken!",
                  (select coalesce(sum(d.people), 0) from door_count d join activity a on a.id = d.activity_id
                   where a.kind = $1 and d.kind = 'walk_in' and d.at >= $2 and d.at < $3) as "walk_ins!"
           from waiting_entry w join activity a on a.id = w.activity_id
           where a.kind = $1 and w.created_at >= $2 and w.created_at < $3"#,
        of.kind,
        of.from.to_sqlx() as _,
        of.until.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// An organisation's visits.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// As it wrote itself.
    pub organisation: String,
    /// Visits that are booked or were made.
    pub visits: i64,
    /// People booked.
    pub booked: i64,
    /// People let in.
    pub admitted: i64,
}

/// Group visits whose session is of a time, by organisation, the most people first.
pub async fn groups(db: &mut PgConnection, of: Of) -> sqlx::Result<Vec<GroupRow>> {
    sqlx::query_as!(
        GroupRow,
        r#"select g.organisation, count(*) as "visits!", sum(b.people) as "booked!", sum(b.arrived) as "admitted!"
           from session s join activity a on a.id = s.activity_id join booking b on b.session_id = s.id
           join group_request g on g.booking_id = b.id
           where a.kind = $1 and s.state = 'open' and s.starts_at >= $2 and s.starts_at < $3 and b.state = 'confirmed'
           group by g.organisation order by sum(b.people) desc, g.organisation"#,
        of.kind,
        of.from.to_sqlx() as _,
        of.until.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// How many bookings the sessions of a time have, cancelled ones too.
pub async fn bookings(db: &mut PgConnection, of: Of) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from session s join activity a on a.id = s.activity_id join booking b on b.session_id = s.id
           where a.kind = $1 and s.starts_at >= $2 and s.starts_at < $3"#,
        of.kind,
        of.from.to_sqlx() as _,
        of.until.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Which booking, and of what.
#[derive(Debug, Clone)]
pub struct ListedRow {
    /// Booking.
    pub id: Uuid,
    /// Beginning of its session.
    pub starts_at: Timestamp,
    /// The activity's title.
    pub title_zh: String,
    /// And in English.
    pub title_en: String,
}

/// The bookings after one of them, in the order of their sessions; from `of.from` and the nil id on for the first page.
pub async fn bookings_after(
    db: &mut PgConnection,
    of: Of,
    (at, id): (jiff::Timestamp, Uuid),
    limit: i64,
) -> sqlx::Result<Vec<ListedRow>> {
    sqlx::query_as!(
        ListedRow,
        "select b.id, s.starts_at, a.title_zh, a.title_en
         from session s join activity a on a.id = s.activity_id join booking b on b.session_id = s.id
         where a.kind = $1 and s.starts_at >= $2 and s.starts_at < $3 and (s.starts_at, b.id) > ($2, $4)
         order by s.starts_at, b.id limit $5",
        of.kind,
        at.to_sqlx() as _,
        of.until.to_sqlx() as _,
        id,
        limit
    )
    .fetch_all(db)
    .await
}
