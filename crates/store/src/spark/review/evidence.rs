//! What lies before a committee of several cases: one question for each kind, however many cases they are.

use super::scores::ReviewRow;
use sqlx::PgExecutor;
use uuid::Uuid;

/// The reviews of the round that each of some cases is in (0 where it never came to review), with the case and the round, in the
/// order in which they were begun.
pub async fn reviews(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<(Uuid, i32, ReviewRow)>> {
    let rows = sqlx::query!(
        "select r.case_id, r.round, r.id, r.reviewer_id, r.rubric, r.version, r.review_sealed, r.digest, r.submitted_at
         from spark_review r
         where r.case_id = any($1) and r.round = (
           select coalesce(max(e.version), 0) from spark_case_event e where e.case_id = r.case_id and e.event = 'complete')
         order by r.case_id, r.id",
        cases
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let review = ReviewRow {
                id: row.id,
                reviewer_id: row.reviewer_id,
                rubric: row.rubric,
                version: row.version,
                review_sealed: row.review_sealed,
                digest: row.digest,
                submitted_at: row.submitted_at,
            };
            (row.case_id, row.round, review)
        })
        .collect())
}

/// Who is asked to review some cases now: case and reviewer.
pub async fn assigned(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        "select case_id, reviewer_id from spark_case_reviewer where case_id = any($1) and released_at is null",
        cases
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.case_id, row.reviewer_id)).collect())
}

/// The papers of some cases that were kept: case and file.
pub async fn files(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows = sqlx::query!(
        r#"select application_id, file_id as "file!" from spark_paper where application_id = any($1) and file_id is not null"#,
        cases
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.application_id, row.file)).collect())
}

/// What families answered about some cases: case, question, and the answer as it is sealed.
pub async fn replies(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<(Uuid, (Uuid, Vec<u8>))>> {
    let rows = sqlx::query!(
        r#"select case_id, id, reply_sealed as "reply!" from spark_clarification
           where case_id = any($1) and reply_sealed is not null"#,
        cases
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.case_id, (row.id, row.reply))).collect())
}

/// The number of the form that was sent last of some cases; one that is not among them was sent once.
pub async fn forms(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<(Uuid, i32)>> {
    let rows = sqlx::query!(
        r#"select application_id, max(number) as "form!" from spark_snapshot where application_id = any($1)
           group by application_id"#,
        cases
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.application_id, row.form)).collect())
}
