//! What the house holds on a person, and emptying an account.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A booking of a person, with what was sealed.
#[derive(Debug)]
pub struct HeldBookingRow {
    /// Which.
    pub id: Uuid,
    /// As people read it over a telephone.
    pub reference: String,
    /// `confirmed` or `cancelled`.
    pub state: String,
    /// People.
    pub people: i32,
    /// Of whom children.
    pub children: i32,
    /// Of whom arrived.
    pub arrived: i32,
    /// The activity's name in Chinese.
    pub activity: String,
    /// When the session begins.
    pub starts_at: SqlTimestamp,
    /// When it ends.
    pub ends_at: SqlTimestamp,
    /// When it was booked.
    pub created_at: SqlTimestamp,
    /// Sealed for the booking.
    pub name_sealed: Vec<u8>,
    /// Sealed for the booking.
    pub phone_sealed: Option<Vec<u8>>,
    /// Sealed for the booking.
    pub mail_sealed: Option<Vec<u8>>,
    /// Sealed for the booking.
    pub document_sealed: Option<Vec<u8>>,
}

/// The bookings of an account, and those made without one under its contacts; the newest first.
pub async fn bookings(
    db: impl PgExecutor<'_>,
    account: Uuid,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
) -> sqlx::Result<Vec<HeldBookingRow>> {
    sqlx::query_as!(
        HeldBookingRow,
        "select b.id, b.reference, b.state, b.people, b.children, b.arrived, a.title_zh as activity, s.starts_at, s.ends_at,
                b.created_at, b.name_sealed, b.phone_sealed, b.mail_sealed, b.document_sealed
         from booking b join session s on s.id = b.session_id join activity a on a.id = b.activity_id
         where b.account_id = $1 or b.phone_index = $2 or b.mail_index = $3
         order by b.created_at desc, b.id desc",
        account,
        phone_index,
        mail_index,
    )
    .fetch_all(db)
    .await
}

/// The person's confirmed bookings of sessions that are not over.
pub async fn live_bookings(
    db: impl PgExecutor<'_>,
    account: Uuid,
    phone_index: Option<&[u8]>,
    mail_index: Option<&[u8]>,
    now: Timestamp,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select b.id from booking b join session s on s.id = b.session_id
         where (b.account_id = $1 or b.phone_index = $2 or b.mail_index = $3)
           and b.state = 'confirmed' and s.ends_at > $4
         order by s.starts_at, b.id",
        account,
        phone_index,
        mail_index,
        now.to_sqlx() as SqlTimestamp,
    )
    .fetch_all(db)
    .await
}

/// A message that was sent to a person.
#[derive(Debug)]
pub struct HeldMessageRow {
    /// Which.
    pub id: Uuid,
    /// What kind of text.
    pub template: String,
    /// `mail` or `sms`.
    pub channel: String,
    /// Whether it left.
    pub state: String,
    /// When it was queued.
    pub created_at: SqlTimestamp,
    /// When it left.
    pub sent_at: Option<SqlTimestamp>,
}

/// The messages to an account and about the given bookings and requests (for the bus, of groups), the newest first.
pub async fn messages(
    db: impl PgExecutor<'_>,
    account: Uuid,
    bookings: &[Uuid],
    requests: &[Uuid],
) -> sqlx::Result<Vec<HeldMessageRow>> {
    sqlx::query_as!(
        HeldMessageRow,
        "select id, template, channel, state, created_at, sent_at from message
         where subject_id = $1 or subject_id = any ($2) or subject_id = any ($3)
         order by created_at desc, id desc",
        account,
        bookings,
        requests,
    )
    .fetch_all(db)
    .await
}

/// A session of a person, ended or not.
#[derive(Debug)]
pub struct HeldSessionRow {
    /// What the person recognises it by.
    pub label: String,
    /// Since when.
    pub created_at: SqlTimestamp,
    /// When it was last seen.
    pub last_seen_at: SqlTimestamp,
    /// When it ends or ended by itself.
    pub expires_at: SqlTimestamp,
    /// When it was ended.
    pub revoked_at: Option<SqlTimestamp>,
}

/// All sessions we still know of an account.
pub async fn sessions(db: impl PgExecutor<'_>, account: Uuid) -> sqlx::Result<Vec<HeldSessionRow>> {
    sqlx::query_as!(
        HeldSessionRow,
        "select label, created_at, last_seen_at, expires_at, revoked_at from login_session
         where account_id = $1 order by created_at desc, id desc",
        account,
    )
    .fetch_all(db)
    .await
}

/// An entry of the audit trail about or by a person.
#[derive(Debug)]
pub struct HeldAuditRow {
    /// When.
    pub at: SqlTimestamp,
    /// What.
    pub action: String,
    /// Who did it: `visitor`, `staff`, `system`.
    pub actor_kind: String,
}

/// What the audit trail says about an account and its bookings and requests, or by the account; the newest first, 1,000 at
/// most.
pub async fn audit(db: impl PgExecutor<'_>, account: Uuid, subjects: &[Uuid]) -> sqlx::Result<Vec<HeldAuditRow>> {
    sqlx::query_as!(
        HeldAuditRow,
        "select at, action, actor_kind from audit_entry
         where subject_id = $1 or subject_id = any ($2) order by at desc, id desc limit 1000",
        account,
        subjects,
    )
    .fetch_all(db)
    .await
}

/// Empties one booking of the past: what remains counts people and names nobody.
pub async fn empty_booking(db: impl PgExecutor<'_>, id: Uuid, name_sealed: &[u8], now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update booking set name_sealed = $2, phone_sealed = null, phone_index = null, mail_sealed = null,
           mail_index = null, document_sealed = null, document_index = null, companion_index = null, account_id = null, version = version + 1,
           updated_at = $3
         where id = $1",
        id,
        name_sealed,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Empties an account: what remains is an id that the audit trail speaks of.
pub async fn empty_account(db: &mut PgConnection, id: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update account set name_sealed = null, phone_sealed = null, phone_index = null, mail_sealed = null,
           mail_index = null, deleted_at = $2
         where id = $1 and kind = 'visitor' and deleted_at is null",
        id,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(&mut *db)
    .await?;
    super::contacts::forget_all(&mut *db, id).await?;
    // What was missed is counted by the contact alone from now on.
    sqlx::query!("update no_show set account_id = null where account_id = $1", id).execute(&mut *db).await?;
    // The label names a browser, which may be known by no one else.
    sqlx::query!("update login_session set label = '' where account_id = $1", id).execute(&mut *db).await?;
    Ok(done.rows_affected() == 1)
}
