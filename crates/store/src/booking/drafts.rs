//! What a visitor typed before the contact was proven.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A draft with its session and the state of its hold.
#[derive(Debug, Clone)]
pub struct DraftRow {
    /// Draft.
    pub id: Uuid,
    /// Session.
    pub session_id: Uuid,
    /// Hold.
    pub hold_id: Uuid,
    /// People.
    pub people: i32,
    /// Sealed particulars.
    pub sealed: Option<Vec<u8>>,
    /// What was typed and could not be taken, sealed.
    pub typed_sealed: Option<Vec<u8>>,
    /// The sealed identity documents.
    pub document_sealed: Option<Vec<u8>>,
    /// Language.
    pub locale: String,
    /// When the contact was proven.
    pub verified_at: Option<Timestamp>,
    /// The booking it became.
    pub booking_id: Option<Uuid>,
    /// Nothing typed is kept longer.
    pub expires_at: Timestamp,
    /// Until when the places are kept, if they still are.
    pub held_until: Option<Timestamp>,
    /// It waits for places instead of keeping them.
    pub waits: bool,
    /// Other sessions that would do as well.
    pub also: Vec<Uuid>,
    /// The entry of the waiting list it became.
    pub waiting_id: Option<Uuid>,
    /// It keeps places on all dates of an event.
    pub series: bool,
}

/// A draft, for the browser that began it.
pub async fn draft(
    db: impl PgExecutor<'_>,
    id: Uuid,
    visitor_hash: &[u8],
    now: jiff::Timestamp,
) -> sqlx::Result<Option<DraftRow>> {
    sqlx::query_as!(
        DraftRow,
        r#"select d.id, d.session_id, d.hold_id, d.people, d.sealed, d.typed_sealed, d.document_sealed, d.locale, d.verified_at, d.booking_id, d.expires_at,
                  h.expires_at as "held_until?", d.waits, d.also, d.waiting_id, d.series
           from booking_draft d left join hold h on h.session_id = d.session_id and h.id = d.hold_id and h.expires_at > $3
           where d.id = $1 and d.visitor_hash = $2 and d.expires_at > $3"#,
        id,
        visitor_hash,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await
}

/// Keeps what was typed. A proven contact that changes must be proven again. Answers when a code for this draft went to
/// this contact last.
pub async fn save(
    db: impl PgExecutor<'_>,
    id: Uuid,
    sealed: &[u8],
    contact_index: &[u8],
) -> sqlx::Result<Option<Timestamp>> {
    let found = sqlx::query_scalar!(
        r#"update booking_draft set sealed = $2, typed_sealed = null, contact_index = $3,
                  verified_at = case when contact_index = $3 then verified_at end
           where id = $1 and booking_id is null
           returning (select max(created_at) from one_time_code
                      where subject = $1 and purpose = 'booking' and contact_index = $3) as "last_code?: Timestamp""#,
        id,
        sealed,
        contact_index
    )
    .fetch_optional(db)
    .await?;
    Ok(found.flatten())
}

/// Keeps what was typed and could not be taken, beside what was taken before.
pub async fn keep_typed(db: impl PgExecutor<'_>, id: Uuid, sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "update booking_draft set typed_sealed = $2 where id = $1 and booking_id is null and waiting_id is null",
        id,
        sealed
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The documents that were typed into a draft, for whoever is about to write them: nobody else does meanwhile. `None` where it has
/// become something.
pub async fn lock_documents(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<Option<Vec<u8>>>> {
    sqlx::query_scalar!(
        "select document_sealed from booking_draft where id = $1 and booking_id is null and waiting_id is null for no key update",
        id
    )
    .fetch_optional(db)
    .await
}

/// Keeps the documents that were typed into a draft, in place of what was typed before.
pub async fn keep_documents(db: impl PgExecutor<'_>, id: Uuid, sealed: &[u8]) -> sqlx::Result<()> {
    sqlx::query!(
        "update booking_draft set document_sealed = $2 where id = $1 and booking_id is null and waiting_id is null",
        id,
        sealed
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes drafts past their time, and holds that ended a day ago. Answers how many drafts went.
pub async fn remove_expired(db: &mut PgConnection, now: jiff::Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with holds as (delete from hold where expires_at < $1::timestamptz - interval '1 day')
         delete from booking_draft where expires_at < $1",
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
