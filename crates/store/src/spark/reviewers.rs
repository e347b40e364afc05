//! Who was asked to judge which case, and what of a case a medical reviewer is shown: no column of it says whose it is.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A case as a medical reviewer sees it.
#[derive(Debug, Clone)]
pub struct ReviewRow {
    /// Which.
    pub id: Uuid,
    /// Eight characters, without the dash.
    pub reference: String,
    /// The disease group's word.
    pub disease_group: String,
    /// The patient's age in years when it was sent.
    pub age: i16,
    /// In fen.
    pub asked: i64,
    /// Since when it is reviewed.
    pub changed_at: SqlTimestamp,
}

/// The cases a reviewer was asked about and that are being reviewed, the longest waiting first; one of them, where it is named.
pub async fn of_reviewer(db: impl PgExecutor<'_>, reviewer: Uuid, case: Option<Uuid>) -> sqlx::Result<Vec<ReviewRow>> {
    sqlx::query_as!(
        ReviewRow,
        "select c.id, c.reference, c.disease_group, c.age, c.asked, c.changed_at
         from spark_case_reviewer r join spark_case c on c.id = r.case_id
         where r.reviewer_id = $1 and r.released_at is null and c.state = 'medical_review'
           and ($2::uuid is null or c.id = $2)
         order by c.changed_at, c.id",
        reviewer,
        case
    )
    .fetch_all(db)
    .await
}

/// Asks a reviewer. `false` where one was asked before.
pub async fn add(
    db: impl PgExecutor<'_>,
    id: Uuid,
    case: Uuid,
    reviewer: Uuid,
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_case_reviewer (id, case_id, reviewer_id, assigned_by, assigned_at) values ($1, $2, $3, $4, $5)
         on conflict (case_id, reviewer_id) where released_at is null do nothing",
        id,
        case,
        reviewer,
        by,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Asks a reviewer no more. `false` where one was not asked.
pub async fn release(db: impl PgExecutor<'_>, case: Uuid, reviewer: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_case_reviewer set released_at = $3 where case_id = $1 and reviewer_id = $2 and released_at is null",
        case,
        reviewer,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The cases each of these reviewers has before them: their load.
pub async fn loads(db: impl PgExecutor<'_>, reviewers: &[Uuid]) -> sqlx::Result<Vec<(Uuid, i64)>> {
    let rows = sqlx::query!(
        r#"select r.reviewer_id, count(*) as "cases!" from spark_case_reviewer r join spark_case c on c.id = r.case_id
           where r.reviewer_id = any ($1) and r.released_at is null and c.state = 'medical_review'
           group by r.reviewer_id"#,
        reviewers
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.reviewer_id, row.cases)).collect())
}
