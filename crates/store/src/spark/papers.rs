//! Papers of applications: what is known of each. Names are sealed bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A paper as stored.
#[derive(Debug, Clone)]
pub struct PaperRow {
    /// Which.
    pub id: Uuid,
    /// Of which application.
    pub application_id: Uuid,
    /// The word of its kind.
    pub kind: String,
    /// The word of its state.
    pub state: String,
    /// The word of why it is not taken.
    pub refusal: Option<String>,
    /// Its name, under the application's key.
    pub name_sealed: Vec<u8>,
    /// As it was sent.
    pub bytes: i32,
    /// The word of its format as it is kept.
    pub format: Option<String>,
    /// Pages.
    pub pages: Option<i32>,
    /// A scanner looked it over.
    pub scanned: bool,
    /// Its file.
    pub file_id: Option<Uuid>,
    /// The appeal it came with.
    pub appeal_id: Option<Uuid>,
    /// By whom it was sent.
    pub added_by: Uuid,
    /// When it came.
    pub added_at: SqlTimestamp,
    /// Since when it is where it is.
    pub changed_at: SqlTimestamp,
}

/// A paper to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewPaper<'a> {
    /// Which.
    pub id: Uuid,
    /// Of which application.
    pub application: Uuid,
    /// The word of its kind.
    pub kind: &'a str,
    /// The form's own, and which file of it.
    pub upload: (Uuid, i16),
    /// The word of its state, and of why it is not taken.
    pub state: (&'a str, Option<&'a str>),
    /// Its name, under the application's key.
    pub name: &'a [u8],
    /// As it was sent.
    pub bytes: i32,
    /// The appeal it comes with.
    pub appeal: Option<Uuid>,
    /// By whom.
    pub by: Uuid,
}

/// Writes a paper. `false` when the same file of the same form is there.
pub async fn add(db: &mut PgConnection, new: NewPaper<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_paper (id, application_id, kind, upload_key, place, state, refusal, name_sealed, bytes, added_by,
                                  added_at, changed_at, appeal_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12)
         on conflict (application_id, upload_key, place) do nothing",
        new.id,
        new.application,
        new.kind,
        new.upload.0,
        new.upload.1,
        new.state.0,
        new.state.1,
        new.name,
        new.bytes,
        new.by,
        now.to_sqlx() as SqlTimestamp,
        new.appeal,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A paper.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<PaperRow>> {
    sqlx::query_as!(
        PaperRow,
        "select id, application_id, kind, state, refusal, name_sealed, bytes, format, pages, scanned, file_id, appeal_id,
                added_by, added_at, changed_at
         from spark_paper where id = $1",
        id
    )
    .fetch_optional(db)
    .await
}

/// The paper that one file of one form became.
pub async fn of_upload(
    db: impl PgExecutor<'_>,
    application: Uuid,
    (key, place): (Uuid, i16),
) -> sqlx::Result<Option<PaperRow>> {
    sqlx::query_as!(
        PaperRow,
        "select id, application_id, kind, state, refusal, name_sealed, bytes, format, pages, scanned, file_id, appeal_id,
                added_by, added_at, changed_at
         from spark_paper where application_id = $1 and upload_key = $2 and place = $3",
        application,
        key,
        place
    )
    .fetch_optional(db)
    .await
}

/// The papers of an application, as they came.
pub async fn of_application(db: impl PgExecutor<'_>, application: Uuid) -> sqlx::Result<Vec<PaperRow>> {
    sqlx::query_as!(
        PaperRow,
        "select id, application_id, kind, state, refusal, name_sealed, bytes, format, pages, scanned, file_id, appeal_id,
                added_by, added_at, changed_at
         from spark_paper where application_id = $1 order by added_at, id",
        application
    )
    .fetch_all(db)
    .await
}

/// How many papers take a place, and their bytes together.
pub async fn room(db: impl PgExecutor<'_>, application: Uuid) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        "select count(*) as \"files!\", coalesce(sum(bytes), 0)::bigint as \"bytes!\" from spark_paper
         where application_id = $1 and state <> 'refused'",
        application
    );
    let row = row.fetch_one(db).await?;
    Ok((row.files, row.bytes))
}

/// Moves a paper on. `false` when it is not where it is said to be.
pub async fn advance(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (from, to): (&str, &str),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_paper set state = $3, changed_at = $4 where id = $1 and state = $2",
        id,
        from,
        to,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Notes that a scanner looked a paper over, or that there is none.
pub async fn set_scanned(db: impl PgExecutor<'_>, id: Uuid, scanned: bool) -> sqlx::Result<()> {
    sqlx::query!("update spark_paper set scanned = $2 where id = $1", id, scanned).execute(db).await?;
    Ok(())
}

/// A paper is not taken. `false` when it is not where it is said to be.
pub async fn refuse(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (from, to): (&str, &str),
    refusal: &str,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_paper set state = $3, refusal = $4, changed_at = $5 where id = $1 and state = $2",
        id,
        from,
        to,
        refusal,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A paper is kept. `false` when it is not where it is said to be.
pub async fn keep(
    db: &mut PgConnection,
    id: Uuid,
    (from, to): (&str, &str),
    (file, format, pages): (Uuid, &str, i32),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_paper set state = $3, file_id = $4, format = $5, pages = $6, changed_at = $7
         where id = $1 and state = $2",
        id,
        from,
        to,
        file,
        format,
        pages,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Removes a paper; its file goes with it. `false` when there is none.
pub async fn remove(db: impl PgExecutor<'_>, application: Uuid, id: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from spark_paper where application_id = $1 and id = $2", application, id);
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Removes what was on its way before `before` and never got to its end, and all but the last `kept` that were refused: of what
/// came with the appeal that is named, or with none.
pub async fn tidy(
    db: &mut PgConnection,
    (application, appeal): (Uuid, Option<Uuid>),
    before: Timestamp,
    kept: i64,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "delete from spark_paper where application_id = $1 and appeal_id is not distinct from $4 and (
           (state in ('received', 'quarantine', 'scanned') and changed_at < $2)
           or id in (select id from spark_paper
                     where application_id = $1 and appeal_id is not distinct from $4 and state = 'refused'
                     order by id desc offset $3))",
        application,
        before.to_sqlx() as SqlTimestamp,
        kept,
        appeal,
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// What an officer said of a paper.
#[derive(Debug, Clone)]
pub struct CheckRow {
    /// Of which.
    pub paper_id: Uuid,
    /// The word of the verdict.
    pub verdict: String,
    /// What cannot be read on it, under the application's key.
    pub note_sealed: Option<Vec<u8>>,
    /// By whom.
    pub checked_by: Uuid,
    /// When.
    pub checked_at: SqlTimestamp,
}

/// What officers said of the papers of an application.
pub async fn checks(db: impl PgExecutor<'_>, application: Uuid) -> sqlx::Result<Vec<CheckRow>> {
    sqlx::query_as!(
        CheckRow,
        "select k.paper_id, k.verdict, k.note_sealed, k.checked_by, k.checked_at
         from spark_paper_check k join spark_paper p on p.id = k.paper_id where p.application_id = $1",
        application
    )
    .fetch_all(db)
    .await
}

/// Notes what an officer says of a paper, in place of what was said before.
pub async fn check(
    db: &mut PgConnection,
    (paper, verdict, note): (Uuid, &str, Option<&[u8]>),
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_paper_check (paper_id, verdict, note_sealed, checked_by, checked_at) values ($1, $2, $3, $4, $5)
         on conflict (paper_id) do update set verdict = excluded.verdict, note_sealed = excluded.note_sealed,
           checked_by = excluded.checked_by, checked_at = excluded.checked_at",
        paper,
        verdict,
        note,
        by,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}
