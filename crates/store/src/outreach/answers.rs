//! What visitors answered: sealed, first under their draft, then under the booking that `booking::claims::insert_bookings`
//! makes of it; or, between the two, under the entry of the waiting list the draft became (`booking::waiting`).

use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// What was answered. The draft's id is the row both sealed columns are bound to.
#[derive(Debug, Clone)]
pub struct AnswersRow {
    /// The draft it was typed into.
    pub draft_id: Uuid,
    /// The event.
    pub activity_id: Uuid,
    /// The questions' version.
    pub form_version: i32,
    /// Sealed answers to ordinary questions.
    pub ordinary_sealed: Vec<u8>,
    /// Sealed answers to sensitive ones, where there are any.
    pub sensitive_sealed: Option<Vec<u8>>,
}

/// Keeps what was answered in a draft; what belongs to a booking or to somebody who waits stays as it is.
pub async fn keep(
    db: &mut PgConnection,
    fresh: &AnswersRow,
    now: jiff::Timestamp,
    expires_at: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into event_answers (draft_id, activity_id, form_version, ordinary_sealed, sensitive_sealed, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (draft_id) do update set activity_id = excluded.activity_id, form_version = excluded.form_version,
           ordinary_sealed = excluded.ordinary_sealed, sensitive_sealed = excluded.sensitive_sealed,
           expires_at = excluded.expires_at
         where event_answers.booking_id is null and event_answers.waiting_id is null",
        fresh.draft_id,
        fresh.activity_id,
        fresh.form_version,
        fresh.ordinary_sealed,
        fresh.sensitive_sealed,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What was answered in a draft.
pub async fn of_draft(db: &mut PgConnection, draft: Uuid) -> sqlx::Result<Option<AnswersRow>> {
    sqlx::query_as!(
        AnswersRow,
        "select draft_id, activity_id, form_version, ordinary_sealed, sensitive_sealed
         from event_answers where draft_id = $1",
        draft
    )
    .fetch_optional(db)
    .await
}

/// Keeps what an entry of the waiting list answers, in place of what it had answered. Answers whether it still waits: the
/// entry is locked as whoever ends it locks it, so that nothing is kept for one that has ended.
pub async fn keep_waiting(
    db: impl PgExecutor<'_>,
    entry: Uuid,
    fresh: &AnswersRow,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with live as materialized (
           select e.id, (select max(s.ends_at) from waiting_wish w join session s on s.id = w.session_id
                         where w.waiting_id = e.id) as ends_at
           from waiting_entry e where e.id = $1 and e.state in ('waiting', 'offered') for no key update of e)
         insert into event_answers (draft_id, activity_id, form_version, ordinary_sealed, sensitive_sealed, created_at,
                                    expires_at, waiting_id)
         select $2, $3, $4, $5, $6, $7, live.ends_at, live.id from live
         on conflict (draft_id) do update set form_version = excluded.form_version,
           ordinary_sealed = excluded.ordinary_sealed, sensitive_sealed = excluded.sensitive_sealed,
           expires_at = excluded.expires_at
         where event_answers.booking_id is null and event_answers.waiting_id = excluded.waiting_id",
        entry,
        fresh.draft_id,
        fresh.activity_id,
        fresh.form_version,
        fresh.ordinary_sealed,
        fresh.sensitive_sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A date was moved: what is answered by those who wait for it is kept as long as they may wait.
pub async fn follow_date(db: &mut PgConnection, session: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update event_answers a set expires_at = (
           select max(s.ends_at) from waiting_wish w join session s on s.id = w.session_id where w.waiting_id = a.waiting_id)
         where a.booking_id is null and a.waiting_id in (
           select waiting_id from waiting_wish where session_id = $1 and not over)",
        session
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What an entry of the waiting list has answered, while it waits.
pub async fn of_waiting(db: &mut PgConnection, entry: Uuid) -> sqlx::Result<Option<AnswersRow>> {
    sqlx::query_as!(
        AnswersRow,
        "select draft_id, activity_id, form_version, ordinary_sealed, sensitive_sealed
         from event_answers where waiting_id = $1 and booking_id is null",
        entry
    )
    .fetch_optional(db)
    .await
}

/// What was answered, by booking.
#[derive(Debug, Clone)]
pub struct BookingAnswersRow {
    /// The booking.
    pub booking_id: Uuid,
    /// The draft it came from: the row of the sealed columns.
    pub draft_id: Uuid,
    /// The event.
    pub activity_id: Uuid,
    /// The questions' version.
    pub form_version: i32,
    /// Sealed answers to ordinary questions.
    pub ordinary_sealed: Vec<u8>,
    /// Sealed answers to sensitive ones exist.
    pub has_sensitive: bool,
}

/// The ordinary answers of bookings. The sensitive ones are not read.
pub async fn of_bookings(db: &mut PgConnection, bookings: &[Uuid]) -> sqlx::Result<Vec<BookingAnswersRow>> {
    sqlx::query_as!(
        BookingAnswersRow,
        r#"select booking_id as "booking_id!", draft_id, activity_id, form_version, ordinary_sealed,
                  sensitive_sealed is not null as "has_sensitive!"
           from event_answers where booking_id = any($1)"#,
        bookings
    )
    .fetch_all(db)
    .await
}

/// The sensitive answers of one booking, for who said why.
pub async fn sensitive(db: &mut PgConnection, booking: Uuid) -> sqlx::Result<Option<AnswersRow>> {
    sqlx::query_as!(
        AnswersRow,
        "select draft_id, activity_id, form_version, ordinary_sealed, sensitive_sealed
         from event_answers where booking_id = $1",
        booking
    )
    .fetch_optional(db)
    .await
}

/// Keeps what was answered for a booking, which exists already.
pub async fn keep_booked(
    db: &mut PgConnection,
    booking: Uuid,
    fresh: &AnswersRow,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into event_answers (draft_id, activity_id, form_version, ordinary_sealed, sensitive_sealed, created_at,
                                    expires_at, booking_id)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        fresh.draft_id,
        fresh.activity_id,
        fresh.form_version,
        fresh.ordinary_sealed,
        fresh.sensitive_sealed,
        now.to_sqlx() as _,
        booking
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Erases the answers of bookings.
pub async fn erase(db: impl PgExecutor<'_>, bookings: &[Uuid]) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from event_answers where booking_id = any($1)", bookings).execute(db).await?;
    Ok(done.rows_affected())
}

/// What was answered for one booking is answered for another that stands in its place.
pub async fn hand_over(db: impl PgExecutor<'_>, from: Uuid, to: Uuid) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update event_answers set booking_id = $2 where booking_id = $1
           and not exists (select from event_answers taken where taken.booking_id = $2)",
        from,
        to
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
