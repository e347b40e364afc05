//! What a group typed before the contact was proven.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A draft.
#[derive(Debug, Clone)]
pub struct DraftRow {
    /// Draft.
    pub id: Uuid,
    /// Sealed fields of the form.
    pub sealed: Option<Vec<u8>>,
    /// When the contact was proven.
    pub verified_at: Option<Timestamp>,
    /// The request it became.
    pub request_id: Option<Uuid>,
    /// Nothing typed is kept longer.
    pub expires_at: Timestamp,
}

/// Begins a draft.
pub async fn add(
    db: &mut PgConnection,
    id: Uuid,
    visitor_hash: &[u8],
    locale: &str,
    now: jiff::Timestamp,
    expires_at: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into group_draft (id, visitor_hash, locale, created_at, expires_at) values ($1, $2, $3, $4, $5)",
        id,
        visitor_hash,
        locale,
        now.to_sqlx() as _,
        expires_at.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A draft, for the browser that began it.
pub async fn draft(
    db: &mut PgConnection,
    id: Uuid,
    visitor_hash: &[u8],
    now: jiff::Timestamp,
) -> sqlx::Result<Option<DraftRow>> {
    sqlx::query_as!(
        DraftRow,
        "select id, sealed, verified_at, request_id, expires_at from group_draft
         where id = $1 and visitor_hash = $2 and expires_at > $3",
        id,
        visitor_hash,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await
}

/// Keeps what was typed; none while the contact cannot be read. A proven contact that changes must be proven again.
pub async fn save(db: &mut PgConnection, id: Uuid, sealed: &[u8], contact_index: Option<&[u8]>) -> sqlx::Result<()> {
    sqlx::query!(
        "update group_draft set sealed = $2, contact_index = $3,
                verified_at = case when contact_index = $3 then verified_at end
         where id = $1 and request_id is null",
        id,
        sealed,
        contact_index
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Locks a draft; answers the request it became and whether its contact is proven.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<(Option<Uuid>, bool)>> {
    let row = sqlx::query!("select request_id, verified_at from group_draft where id = $1 for update", id)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| (row.request_id, row.verified_at.is_some())))
}

/// Notes the request a draft became. What was typed goes with it: the request has it.
pub async fn became(db: &mut PgConnection, id: Uuid, request: Uuid) -> sqlx::Result<()> {
    sqlx::query!("update group_draft set request_id = $2, sealed = null where id = $1", id, request)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets every form with this contact, sent or not.
pub async fn remove_of_contact(db: &mut PgConnection, contact_index: &[u8]) -> sqlx::Result<()> {
    sqlx::query!("delete from group_draft where contact_index = $1", contact_index).execute(db).await?;
    Ok(())
}
