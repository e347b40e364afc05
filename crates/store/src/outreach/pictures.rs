//! Pictures of events, each in several sizes.

use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// One size of a picture, with what is said of the picture.
#[derive(Debug, Clone)]
pub struct SizeRow {
    /// The picture.
    pub id: Uuid,
    /// Of which event.
    pub activity_id: Uuid,
    /// What is to be seen, in Chinese.
    pub alt_zh: String,
    /// In English.
    pub alt_en: String,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub hash: String,
}

/// The pictures of all events: event by event, in their order, the smallest size first.
pub async fn all(db: &mut PgConnection) -> sqlx::Result<Vec<SizeRow>> {
    sqlx::query_as!(
        SizeRow,
        "select p.id, p.activity_id, p.alt_zh, p.alt_en, s.width, s.height, s.hash
         from event_picture p join event_picture_size s on s.picture_id = p.id
         order by p.activity_id, p.place, p.id, s.width"
    )
    .fetch_all(db)
    .await
}

/// The same of one event.
pub async fn of_event(db: impl PgExecutor<'_>, activity: Uuid) -> sqlx::Result<Vec<SizeRow>> {
    sqlx::query_as!(
        SizeRow,
        "select p.id, p.activity_id, p.alt_zh, p.alt_en, s.width, s.height, s.hash
         from event_picture p join event_picture_size s on s.picture_id = p.id
         where p.activity_id = $1 order by p.place, p.id, s.width",
        activity
    )
    .fetch_all(db)
    .await
}

/// Locks an event for a change of its pictures. Answers whether it is there.
pub async fn lock(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!("select activity_id from event where activity_id = $1 for no key update", activity)
        .fetch_optional(db)
        .await?;
    Ok(found.is_some())
}

/// The pictures of a locked event, in their order.
pub async fn order(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("select id from event_picture where activity_id = $1 order by place, id", activity)
        .fetch_all(db)
        .await
}

/// The picture of an event that was sent with these bytes, by their hash.
pub async fn sent(db: impl PgExecutor<'_>, activity: Uuid, hash: &[u8]) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from event_picture where activity_id = $1 and sent_hash = $2", activity, hash)
        .fetch_optional(db)
        .await
}

/// A picture to add, in its sizes.
#[derive(Debug, Clone)]
pub struct NewPicture {
    /// Which.
    pub id: Uuid,
    /// Of which event.
    pub activity_id: Uuid,
    /// What is to be seen, in Chinese.
    pub alt_zh: String,
    /// In English.
    pub alt_en: String,
    /// Who of staff said that everybody on it agreed.
    pub consent_by: Option<Uuid>,
    /// Keyed hash of what was sent.
    pub sent_hash: Vec<u8>,
    /// The file of each size.
    pub files: Vec<Uuid>,
    /// Pixels of each.
    pub widths: Vec<i32>,
    /// Pixels of each.
    pub heights: Vec<i32>,
    /// SHA-256 of the bytes of each, in hexadecimal digits.
    pub hashes: Vec<String>,
}

/// Adds a picture of a locked event behind those that are there, with its sizes.
pub async fn add(db: &mut PgConnection, fresh: &NewPicture, now: jiff::Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into event_picture (id, activity_id, place, alt_zh, alt_en, consent_at, consent_by, sent_hash, created_at)
         select $1, $2, coalesce(max(place) + 1, 0), $3, $4, $5, $6, $7, $5 from event_picture where activity_id = $2",
        fresh.id,
        fresh.activity_id,
        fresh.alt_zh,
        fresh.alt_en,
        now.to_sqlx() as _,
        fresh.consent_by,
        fresh.sent_hash
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into event_picture_size (picture_id, file_id, width, height, hash)
         select $1, s.file_id, s.width, s.height, s.hash
         from unnest($2::uuid[], $3::integer[], $4::integer[], $5::text[]) as s (file_id, width, height, hash)",
        fresh.id,
        &fresh.files,
        &fresh.widths,
        &fresh.heights,
        &fresh.hashes
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Puts the pictures of a locked event into this order.
pub async fn arrange(db: &mut PgConnection, activity: Uuid, order: &[Uuid]) -> sqlx::Result<()> {
    sqlx::query!(
        "update event_picture p set place = o.place::int
         from unnest($2::uuid[]) with ordinality as o (id, place) where p.id = o.id and p.activity_id = $1",
        activity,
        order
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says of a picture of a locked event what is to be seen, in Chinese and in English. Answers whether it was said otherwise.
pub async fn reword(db: &mut PgConnection, activity: Uuid, id: Uuid, (zh, en): (&str, &str)) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update event_picture set alt_zh = $3, alt_en = $4
         where id = $2 and activity_id = $1 and (alt_zh <> $3 or alt_en <> $4)",
        activity,
        id,
        zh,
        en
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Removes a picture of a locked event; its files go with it.
pub async fn remove(db: &mut PgConnection, activity: Uuid, id: Uuid) -> sqlx::Result<()> {
    sqlx::query!("delete from event_picture where id = $2 and activity_id = $1", activity, id).execute(db).await?;
    Ok(())
}

/// The file of some bytes, and whether everybody may have it.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// The file.
    pub file_id: Uuid,
    /// An event that has it is published.
    pub published: bool,
}

/// The file whose bytes have this hash: one of a published event, where there is one.
pub async fn by_hash(db: impl PgExecutor<'_>, hash: &str) -> sqlx::Result<Option<FileRow>> {
    sqlx::query_as!(
        FileRow,
        "select s.file_id, a.published
         from event_picture_size s join event_picture p on p.id = s.picture_id join activity a on a.id = p.activity_id
         where s.hash = $1 order by a.published desc, s.file_id limit 1",
        hash
    )
    .fetch_optional(db)
    .await
}

/// How many pictures were added before an instant.
pub async fn count_old(db: impl PgExecutor<'_>, before: jiff::Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from event_picture where created_at < $1"#,
        before.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}

/// Removes pictures that were added before an instant. Answers the event of each.
pub async fn remove_old(db: &mut PgConnection, before: jiff::Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!("delete from event_picture where created_at < $1 returning activity_id", before.to_sqlx() as _)
        .fetch_all(db)
        .await
}
