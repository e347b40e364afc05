//! Photographs of a visit.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A photograph.
#[derive(Debug, Clone)]
pub struct PhotoRow {
    /// Which.
    pub id: Uuid,
    /// Of which request's visit.
    pub request_id: Uuid,
    /// Its file.
    pub file_id: Uuid,
    /// Where it stands on the page.
    pub place: i32,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// What is to be seen, in Chinese.
    pub alt_zh: String,
    /// In English.
    pub alt_en: String,
    /// Since when it is public.
    pub shown_at: Option<Timestamp>,
}

/// The photographs of a visit, in their order; all of them, or those that are public.
pub async fn of_request(db: &mut PgConnection, request: Uuid, public: bool) -> sqlx::Result<Vec<PhotoRow>> {
    sqlx::query_as!(
        PhotoRow,
        "select id, request_id, file_id, place, width, height, alt_zh, alt_en, shown_at from bus_photo
         where request_id = $1 and (not $2 or shown_at is not null) order by place, id",
        request,
        public
    )
    .fetch_all(db)
    .await
}

/// A photograph.
pub async fn photo(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<PhotoRow>> {
    sqlx::query_as!(
        PhotoRow,
        "select id, request_id, file_id, place, width, height, alt_zh, alt_en, shown_at from bus_photo where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// The photograph of a request that was sent with these bytes, by their hash.
pub async fn sent(db: impl PgExecutor<'_>, request: Uuid, hash: &[u8]) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from bus_photo where request_id = $1 and sent_hash = $2", request, hash)
        .fetch_optional(db)
        .await
}

/// Adds a photograph of a locked request, after those that are there. `hash`: of what was sent.
pub async fn add(
    db: &mut PgConnection,
    fresh: &PhotoRow,
    (by, hash): (Option<Uuid>, &[u8]),
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bus_photo (id, request_id, file_id, place, width, height, alt_zh, alt_en, consent_at, consent_by, created_at,
                sent_hash)
         select $1, $2, $3, coalesce(max(place) + 1, 0), $4, $5, $6, $7, $8, $9, $8, $10 from bus_photo where request_id = $2",
        fresh.id,
        fresh.request_id,
        fresh.file_id,
        fresh.width,
        fresh.height,
        fresh.alt_zh,
        fresh.alt_en,
        now.to_sqlx() as _,
        by,
        hash
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes a photograph public, or takes it back.
pub async fn show(db: &mut PgConnection, id: Uuid, at: Option<jiff::Timestamp>) -> sqlx::Result<()> {
    sqlx::query!("update bus_photo set shown_at = $2 where id = $1", id, at.map(|at| at.to_sqlx()) as _)
        .execute(db)
        .await?;
    Ok(())
}

/// Puts the photographs of a locked request into this order.
pub async fn arrange(db: &mut PgConnection, request: Uuid, order: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "update bus_photo p set place = o.place::int
         from unnest($2::uuid[]) with ordinality as o (id, place) where p.id = o.id and p.request_id = $1",
        request,
        order
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says of a photograph what is to be seen, in Chinese and in English. Answers whether it was said otherwise.
pub async fn reword(db: &mut PgConnection, id: Uuid, (zh, en): (&str, &str)) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update bus_photo set alt_zh = $2, alt_en = $3 where id = $1 and (alt_zh <> $2 or alt_en <> $3)",
        id,
        zh,
        en
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes a photograph. Answers its file.
pub async fn remove(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("delete from bus_photo where id = $1 returning file_id", id).fetch_optional(db).await
}

/// Lets go of photographs that are not shown and whose request is erased: added or taken back since. How many.
pub async fn let_go_of_erased(db: &mut PgConnection, now: jiff::Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "with gone as (
           delete from bus_photo p using bus_request r
           where r.id = p.request_id and r.erased_at is not null and p.shown_at is null returning p.file_id)
         update file set dropped_at = $1 where id in (select file_id from gone) and dropped_at is null",
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// How many photographs were added before an instant.
pub async fn count_old(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select count(*) as "count!" from bus_photo where created_at < $1"#, before.to_sqlx() as _)
        .fetch_one(db)
        .await
}

/// Lets go of photographs that were added before an instant, shown or not. Answers the request of each.
pub async fn let_go_of_old(
    db: &mut PgConnection,
    before: jiff::Timestamp,
    now: jiff::Timestamp,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "with gone as (delete from bus_photo where created_at < $1 returning request_id, file_id),
         dropped as (
           update file set dropped_at = $2 where id in (select file_id from gone) and dropped_at is null)
         select request_id from gone",
        before.to_sqlx() as _,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}
