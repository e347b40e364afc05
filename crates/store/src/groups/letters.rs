//! The stamped letters: one per request.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// A letter.
#[derive(Debug, Clone)]
pub struct LetterRow {
    /// Its file.
    pub file_id: Uuid,
    /// `pdf`, `jpeg`.
    pub kind: String,
    /// How large.
    pub bytes: i32,
    /// Pages.
    pub pages: i32,
    /// When it was sent.
    pub saved_at: Timestamp,
}

/// The letter of a request.
pub async fn letter(db: &mut PgConnection, request: Uuid) -> sqlx::Result<Option<LetterRow>> {
    sqlx::query_as!(
        LetterRow,
        "select l.file_id, f.kind, f.bytes, l.pages, l.saved_at
         from group_letter l join file f on f.id = l.file_id where l.request_id = $1",
        request
    )
    .fetch_optional(db)
    .await
}

/// Keeps a letter of a locked request, in place of the one before.
pub async fn save(
    db: &mut PgConnection,
    request: Uuid,
    file: Uuid,
    pages: i32,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into group_letter (request_id, file_id, pages, saved_at) values ($1, $2, $3, $4)
         on conflict (request_id) do update
         set file_id = excluded.file_id, pages = excluded.pages, saved_at = excluded.saved_at",
        request,
        file,
        pages,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Removes the letter of a request. Answers its file.
pub async fn remove(db: &mut PgConnection, request: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("delete from group_letter where request_id = $1 returning file_id", request)
        .fetch_optional(db)
        .await
}

/// Another letter than the one that was looked at: whoever decides on the request looks again.
pub async fn touch(db: &mut PgConnection, request: Uuid, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update group_request set version = version + 1, updated_at = $2 where id = $1",
        request,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
