//! Rubrics, and what reviewers say by them. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A review as stored.
#[derive(Debug, Clone)]
pub struct ReviewRow {
    /// Its own.
    pub id: Uuid,
    /// By whom.
    pub reviewer_id: Uuid,
    /// The version of the rubric.
    pub rubric: i32,
    /// Counts what was saved.
    pub version: i32,
    /// What was typed, under the case's key.
    pub review_sealed: Vec<u8>,
    /// Its keyed hash, once it is given.
    pub digest: Option<Vec<u8>>,
    /// When it was given.
    pub submitted_at: Option<SqlTimestamp>,
}

/// Publishes a version of the rubric. `false` where there is one of that number.
pub async fn add_rubric(
    db: impl PgExecutor<'_>,
    version: i32,
    content: &str,
    by: Option<Uuid>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_rubric (version, content, published_by, published_at) values ($1, $2, $3, $4)
         on conflict do nothing",
        version,
        content,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// A version of the rubric, and who published it.
#[derive(Debug, Clone)]
pub struct RubricRow {
    /// As it was written.
    pub content: String,
    /// By whom; nobody where the house itself did.
    pub published_by: Option<Uuid>,
    /// When.
    pub published_at: SqlTimestamp,
}

/// Every version, the newest first.
pub async fn rubrics(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<RubricRow>> {
    sqlx::query_as!(
        RubricRow,
        r#"select content, published_by, published_at as "published_at: SqlTimestamp" from spark_rubric
           order by version desc"#
    )
    .fetch_all(db)
    .await
}

/// A version of the rubric; the newest where none is named.
pub async fn rubric(db: impl PgExecutor<'_>, version: Option<i32>) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select content from spark_rubric where $1::integer is null or version = $1 order by version desc limit 1",
        version
    )
    .fetch_optional(db)
    .await
}

/// By which version of a case it last came to review; 0 where it never did.
pub async fn round(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"select coalesce(max(version), 0) as "round!" from spark_case_event where case_id = $1 and event = 'complete'"#,
        case
    )
    .fetch_one(db)
    .await
}

/// The reviews of a round, in the order in which they were begun.
pub async fn of_round(db: impl PgExecutor<'_>, case: Uuid, round: i32) -> sqlx::Result<Vec<ReviewRow>> {
    sqlx::query_as!(
        ReviewRow,
        "select id, reviewer_id, rubric, version, review_sealed, digest, submitted_at from spark_review
         where case_id = $1 and round = $2 order by id",
        case,
        round
    )
    .fetch_all(db)
    .await
}

/// A review to be written.
#[derive(Debug, Clone, Copy)]
pub struct Saved<'a> {
    /// Its own.
    pub id: Uuid,
    /// Of which case.
    pub case: Uuid,
    /// Of which round.
    pub round: i32,
    /// By whom.
    pub reviewer: Uuid,
    /// The version of the rubric.
    pub rubric: i32,
    /// The version that was shown, 0 for a new one.
    pub based_on: i32,
    /// What was typed, under the case's key.
    pub sealed: &'a [u8],
    /// Its keyed hash, where it is given by this.
    pub digest: Option<&'a [u8]>,
}

/// Writes a review over the version that was shown. `false` where it has another by now, or was given.
pub async fn save(db: impl PgExecutor<'_>, saved: Saved<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_review as r (id, case_id, round, reviewer_id, rubric, version, review_sealed, digest, saved_at, submitted_at)
         values ($1, $2, $3, $4, $5, 1, $6, $7, $8::timestamptz,
                 case when $7::bytea is null then null else $8::timestamptz end)
         on conflict (case_id, round, reviewer_id) do update
           set version = r.version + 1, rubric = excluded.rubric, review_sealed = excluded.review_sealed,
               digest = excluded.digest, saved_at = excluded.saved_at, submitted_at = excluded.submitted_at
           where r.version = $9 and r.submitted_at is null and r.id = excluded.id",
        saved.id,
        saved.case,
        saved.round,
        saved.reviewer,
        saved.rubric,
        saved.sealed,
        saved.digest,
        now.to_sqlx() as SqlTimestamp,
        saved.based_on,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Cases that are being reviewed and have at least two reviews of their round: perhaps they go on.
pub async fn perhaps_done(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select c.id from spark_case c where c.state = 'medical_review'
           and (select count(*) from spark_review r where r.case_id = c.id and r.submitted_at is not null
                  and r.round = (select max(e.version) from spark_case_event e where e.case_id = c.id and e.event = 'complete')) >= 2
         order by c.changed_at, c.id"
    )
    .fetch_all(db)
    .await
}
