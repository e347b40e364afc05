//! Bookings after they were made: read, changed, searched.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A booking with its session, sealed columns as they are.
#[derive(Debug, Clone)]
pub struct BookingRow {
    /// Booking.
    pub id: Uuid,
    /// Session.
    pub session_id: Uuid,
    /// Activity.
    pub activity_id: Uuid,
    /// Eight characters.
    pub reference: String,
    /// `confirmed`, `cancelled`.
    pub state: String,
    /// Everybody.
    pub people: i32,
    /// Of whom under 14.
    pub children: i32,
    /// People who came.
    pub arrived: i32,
    /// `web`, `staff`, `api`.
    pub channel: String,
    /// Language of its messages.
    pub locale: String,
    /// Whose account.
    pub account_id: Option<Uuid>,
    /// Name.
    pub name_sealed: Vec<u8>,
    /// Phone.
    pub phone_sealed: Option<Vec<u8>>,
    /// Mail.
    pub mail_sealed: Option<Vec<u8>>,
    /// Keyed hash of the phone.
    pub phone_index: Option<Vec<u8>>,
    /// Keyed hash of the mail address.
    pub mail_index: Option<Vec<u8>>,
    /// Whose places it draws on: domain::booking::Pool.
    pub pool: String,
    /// How often it was moved.
    pub moves: i32,
    /// iCalendar SEQUENCE.
    pub sequence: i32,
    /// Edit counter.
    pub version: i32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
    /// Beginning of its session.
    pub starts_at: Timestamp,
    /// End of its session.
    pub ends_at: Timestamp,
    /// `open`, `closed`.
    pub session_state: String,
    /// Nobody needs a booking for it.
    pub open_door: bool,
    /// The act of closing that cancelled it.
    pub closure_id: Option<Uuid>,
    /// Identity documents.
    pub document_sealed: Option<Vec<u8>>,
}

/// One booking.
pub async fn booking(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<BookingRow>> {
    sqlx::query_as!(
        BookingRow,
        r#"select b.id, b.session_id, b.activity_id, b.reference, b.state, b.people, b.children, b.arrived, b.channel,
                b.locale, b.account_id, b.name_sealed, b.phone_sealed, b.mail_sealed, b.phone_index, b.mail_index,
                b.pool, b.moves, b.sequence, b.version, b.created_at, b.cancelled_at,
                s.starts_at, s.ends_at, s.state as session_state, s.open_door_id is not null as "open_door!", b.closure_id,
                b.document_sealed
         from booking b join session s on s.id = b.session_id where b.id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// These bookings, in no order.
pub async fn bookings(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<BookingRow>> {
    sqlx::query_as!(
        BookingRow,
        r#"select b.id, b.session_id, b.activity_id, b.reference, b.state, b.people, b.children, b.arrived, b.channel,
                b.locale, b.account_id, b.name_sealed, b.phone_sealed, b.mail_sealed, b.phone_index, b.mail_index,
                b.pool, b.moves, b.sequence, b.version, b.created_at, b.cancelled_at,
                s.starts_at, s.ends_at, s.state as session_state, s.open_door_id is not null as "open_door!", b.closure_id,
                b.document_sealed
         from booking b join session s on s.id = b.session_id where b.id = any($1)"#,
        ids
    )
    .fetch_all(db)
    .await
}

/// The bookings with a reference: one, unless chance made two of a reference.
pub async fn by_reference(db: &mut PgConnection, reference: &str) -> sqlx::Result<Vec<BookingRow>> {
    sqlx::query_as!(
        BookingRow,
        r#"select b.id, b.session_id, b.activity_id, b.reference, b.state, b.people, b.children, b.arrived, b.channel,
                b.locale, b.account_id, b.name_sealed, b.phone_sealed, b.mail_sealed, b.phone_index, b.mail_index,
                b.pool, b.moves, b.sequence, b.version, b.created_at, b.cancelled_at,
                s.starts_at, s.ends_at, s.state as session_state, s.open_door_id is not null as "open_door!", b.closure_id,
                b.document_sealed
         from booking b join session s on s.id = b.session_id where b.reference = $1 order by s.starts_at desc"#,
        reference
    )
    .fetch_all(db)
    .await
}

/// The bookings of one session, in the order they were made.
pub async fn of_session(db: &mut PgConnection, session: Uuid) -> sqlx::Result<Vec<BookingRow>> {
    sqlx::query_as!(
        BookingRow,
        r#"select b.id, b.session_id, b.activity_id, b.reference, b.state, b.people, b.children, b.arrived, b.channel,
                b.locale, b.account_id, b.name_sealed, b.phone_sealed, b.mail_sealed, b.phone_index, b.mail_index,
                b.pool, b.moves, b.sequence, b.version, b.created_at, b.cancelled_at,
                s.starts_at, s.ends_at, s.state as session_state, s.open_door_id is not null as "open_door!", b.closure_id,
                b.document_sealed
         from booking b join session s on s.id = b.session_id where b.session_id = $1 order by b.id"#,
        session
    )
    .fetch_all(db)
    .await
}

/// The bookings of an account, the latest sessions first, at most 50: those made signed in, and those made earlier with
/// the phone or mail address the account has proven since.
pub async fn of_account(db: &mut PgConnection, account: Uuid) -> sqlx::Result<Vec<BookingRow>> {
    sqlx::query_as!(
        BookingRow,
        r#"select b.id, b.session_id, b.activity_id, b.reference, b.state, b.people, b.children, b.arrived, b.channel,
                b.locale, b.account_id, b.name_sealed, b.phone_sealed, b.mail_sealed, b.phone_index, b.mail_index,
                b.pool, b.moves, b.sequence, b.version, b.created_at, b.cancelled_at,
                s.starts_at, s.ends_at, s.state as session_state, s.open_door_id is not null as "open_door!", b.closure_id,
                b.document_sealed
         from account a
         join booking b on b.account_id = a.id or b.phone_index = a.phone_index or b.mail_index = a.mail_index
         join session s on s.id = b.session_id
         where a.id = $1 and a.deleted_at is null
         order by s.starts_at desc, b.id limit 50"#,
        account
    )
    .fetch_all(db)
    .await
}

/// Whether a booking is an account's, by the same rule as [`of_account`].
pub async fn is_of_account(db: &mut PgConnection, account: Uuid, booking: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
             select from account a
             join booking b on b.account_id = a.id or b.phone_index = a.phone_index or b.mail_index = a.mail_index
             where a.id = $1 and a.deleted_at is null and b.id = $2) as "owns!""#,
        account,
        booking
    )
    .fetch_one(db)
    .await
}

/// What a staff search asks for; empty fields do not narrow.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// One activity's; everybody's where it is none.
    pub activity: Option<Uuid>,
    /// Keyed hash of a phone or an address.
    pub contact_index: Option<Vec<u8>>,
    /// A reference.
    pub reference: Option<String>,
    /// Sessions from this instant.
    pub from: Option<jiff::Timestamp>,
    /// Sessions before this instant.
    pub until: Option<jiff::Timestamp>,
    /// `confirmed`, `cancelled`.
    pub state: Option<String>,
    /// The last row of the page before: beginning and id.
    pub after: Option<(jiff::Timestamp, Uuid)>,
    /// Rows at most.
    pub limit: i64,
}

/// Bookings that match, the latest sessions first.
pub async fn search(db: &mut PgConnection, search: &Search) -> sqlx::Result<Vec<BookingRow>> {
    sqlx::query_as!(
        BookingRow,
        r#"select b.id, b.session_id, b.activity_id, b.reference, b.state, b.people, b.children, b.arrived, b.channel,
                b.locale, b.account_id, b.name_sealed, b.phone_sealed, b.mail_sealed, b.phone_index, b.mail_index,
                b.pool, b.moves, b.sequence, b.version, b.created_at, b.cancelled_at,
                s.starts_at, s.ends_at, s.state as session_state, s.open_door_id is not null as "open_door!", b.closure_id,
                b.document_sealed
         from booking b join session s on s.id = b.session_id
         where ($1::uuid is null or b.activity_id = $1)
           and ($2::bytea is null or b.phone_index = $2 or b.mail_index = $2)
           and ($3::text is null or b.reference = $3)
           and ($4::timestamptz is null or s.starts_at >= $4)
           and ($5::timestamptz is null or s.starts_at < $5)
           and ($6::text is null or b.state = $6)
           and ($7::timestamptz is null or (s.starts_at, b.id) < ($7, $8))
         order by s.starts_at desc, b.id desc limit $9"#,
        search.activity,
        search.contact_index,
        search.reference,
        search.from.map(|at| at.to_sqlx()) as _,
        search.until.map(|at| at.to_sqlx()) as _,
        search.state,
        search.after.map(|(at, _)| at.to_sqlx()) as _,
        search.after.map(|(_, id)| id),
        search.limit
    )
    .fetch_all(db)
    .await
}

/// What events are called.
#[derive(Debug, Clone)]
pub struct EventTitleRow {
    /// The event.
    pub id: Uuid,
    /// Its title in Chinese.
    pub title_zh: String,
    /// In English.
    pub title_en: String,
}

/// The titles of those of these activities that are events.
pub async fn event_titles(db: &mut PgConnection, activities: &[Uuid]) -> sqlx::Result<Vec<EventTitleRow>> {
    sqlx::query_as!(
        EventTitleRow,
        "select id, title_zh, title_en from activity where id = any ($1) and kind = 'event'",
        activities
    )
    .fetch_all(db)
    .await
}

/// Cancels a confirmed booking; its calendar entry gets a higher sequence. What was answered of pregnancy or a due date, and
/// the documents that were shown, had this visit as their one purpose and go with it. Answers whether it was confirmed.
pub async fn cancel(
    db: &mut PgConnection,
    session: Uuid,
    id: Uuid,
    by: &str,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        r#"with cancelled as (
             update booking set state = 'cancelled', cancelled_at = $4, cancelled_by = $3, updated_at = $4,
                    sequence = sequence + 1, version = version + 1, document_sealed = null, document_index = null, companion_index = null
             where session_id = $1 and id = $2 and state = 'confirmed' returning id),
           forgotten as (
             update event_answers a set sensitive_sealed = null from cancelled
             where a.booking_id = cancelled.id and a.sensitive_sealed is not null)
           select count(*) as "cancelled!" from cancelled"#,
        session,
        id,
        by,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await?;
    Ok(done.cancelled == 1)
}

/// What a booking is changed to.
#[derive(Debug, Clone, Copy)]
pub struct Change {
    /// Its session.
    pub session: Uuid,
    /// Everybody.
    pub people: i32,
    /// Of whom under 14.
    pub children: i32,
    /// One when it moves to another session.
    pub moves: i32,
    /// Whose places it draws on then: domain::booking::Pool.
    pub pool: &'static str,
}

/// Changes a confirmed booking. Answers whether it was confirmed.
pub async fn change(
    db: &mut PgConnection,
    session: Uuid,
    id: Uuid,
    to: Change,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update booking set session_id = $3, people = $4, children = $5, moves = moves + $6, updated_at = $7,
                sequence = sequence + 1, version = version + 1, pool = $8
         where session_id = $1 and id = $2 and state = 'confirmed'",
        session,
        id,
        to.session,
        to.people,
        to.children,
        to.moves,
        now.to_sqlx() as _,
        to.pool
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The documents of those who still come.
#[derive(Debug, Clone)]
pub struct Staying {
    /// All of them.
    pub sealed: Vec<u8>,
    /// Keyed hash of the first.
    pub first: Vec<u8>,
    /// Keyed hashes of the others.
    pub companions: Vec<Vec<u8>>,
}

/// Keeps of the documents of a booking those of the people who still come, and forgets the others.
pub async fn keep_documents(db: &mut PgConnection, session: Uuid, id: Uuid, staying: &Staying) -> sqlx::Result<()> {
    sqlx::query!(
        "update booking set document_sealed = $3, document_index = $4, companion_index = nullif($5::bytea[], '{}')
         where session_id = $1 and id = $2 and document_index is not null",
        session,
        id,
        staying.sealed,
        staying.first,
        &staying.companions
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets the documents of a booking that another took the place of.
pub async fn forget_documents(db: &mut PgConnection, session: Uuid, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!(
        "update booking set document_sealed = null, document_index = null, companion_index = null
         where session_id = $1 and id = $2",
        session,
        id
    )
    .execute(db)
    .await?;
    Ok(())
}
