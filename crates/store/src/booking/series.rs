//! All dates of an event at once: which dates remain, the draft that keeps places on each, and which bookings belong together.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// The dates of an activity that have not begun and are not closed, in the order of their ids, as they are locked.
pub async fn remaining(db: &mut PgConnection, activity: Uuid, now: jiff::Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from session where activity_id = $1 and starts_at > $2 and state = 'open' order by id",
        activity,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Places to keep on several dates for one draft.
#[derive(Debug, Clone)]
pub struct NewSeriesHold {
    /// The draft.
    pub draft: Uuid,
    /// The hold: one name for its places on every date.
    pub hold: Uuid,
    /// The dates, the first in time in front.
    pub sessions: Vec<Uuid>,
    /// People.
    pub people: i32,
    /// Places are kept until.
    pub expires_at: jiff::Timestamp,
    /// Hash of the browser's token: only that browser reads the draft.
    pub visitor_hash: Vec<u8>,
    /// Language.
    pub locale: &'static str,
    /// What was typed is kept longer than the places.
    pub draft_expires_at: jiff::Timestamp,
}

/// Begins a draft of all dates, with places kept on each.
pub async fn hold(db: &mut PgConnection, now: jiff::Timestamp, fresh: &NewSeriesHold) -> sqlx::Result<()> {
    sqlx::query!(
        "with held as (
           insert into hold (session_id, id, people, expires_at, created_at)
           select session_id, $1, $2, $3, $4 from unnest($5::uuid[]) as session_id)
         insert into booking_draft (id, visitor_hash, session_id, hold_id, people, locale, series, created_at, expires_at)
         values ($6, $7, ($5::uuid[])[1], $1, $2, $8, true, $4, $9)",
        fresh.hold,
        fresh.people,
        fresh.expires_at.to_sqlx() as _,
        now.to_sqlx() as _,
        &fresh.sessions,
        fresh.draft,
        fresh.visitor_hash,
        fresh.locale,
        fresh.draft_expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says which bookings belong together.
pub async fn add(
    db: &mut PgConnection,
    now: jiff::Timestamp,
    (id, activity): (Uuid, Uuid),
    bookings: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "with fresh as (insert into booking_series (id, activity_id, created_at) values ($1, $2, $3))
         insert into booking_series_date (series_id, booking_id) select $1, booking from unnest($4::uuid[]) as booking",
        id,
        activity,
        now.to_sqlx() as _,
        bookings
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A booking joins the series another one belongs to, if it belongs to one. Twice is once.
pub async fn join(db: &mut PgConnection, of: Uuid, booking: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into booking_series_date (series_id, booking_id)
         select series_id, $2 from booking_series_date where booking_id = $1 on conflict do nothing",
        of,
        booking
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The bookings of the series a booking belongs to, itself among them, in order of time; none for a booking of a single date.
pub async fn of_booking(db: &mut PgConnection, booking: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select b.id from booking_series_date own
         join booking_series_date d on d.series_id = own.series_id
         join booking b on b.id = d.booking_id join session s on s.id = b.session_id
         where own.booking_id = $1 order by s.starts_at, b.id",
        booking
    )
    .fetch_all(db)
    .await
}

/// The series a booking belongs to, if it belongs to one.
pub async fn id_of(db: &mut PgConnection, booking: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select series_id from booking_series_date where booking_id = $1", booking)
        .fetch_optional(db)
        .await
}

/// The bookings of a series, in order of time.
pub async fn bookings(db: &mut PgConnection, series: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select b.id from booking_series_date d join booking b on b.id = d.booking_id join session s on s.id = b.session_id
         where d.series_id = $1 order by s.starts_at, b.id",
        series
    )
    .fetch_all(db)
    .await
}
