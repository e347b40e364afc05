//! What families were asked about their cases, and what they answered. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A question to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewClarification<'a> {
    /// Its own.
    pub id: Uuid,
    /// About which case.
    pub case: Uuid,
    /// The version that sending it back made.
    pub version: i32,
    /// The words of the sections it opens.
    pub sections: &'a [String],
    /// What is asked, under the case's key.
    pub question: &'a [u8],
    /// By whom.
    pub by: Uuid,
    /// The day it is asked.
    pub asked_on: civil::Date,
    /// The last day for the answer.
    pub due_on: civil::Date,
}

/// Writes a question.
pub async fn add(db: impl PgExecutor<'_>, new: NewClarification<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_clarification (id, case_id, version, sections, question_sealed, asked_by, asked_at, asked_on, due_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        new.id,
        new.case,
        new.version,
        new.sections,
        new.question,
        new.by,
        now.to_sqlx() as SqlTimestamp,
        new.asked_on.to_sqlx() as SqlDate,
        new.due_on.to_sqlx() as SqlDate,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// A question as stored.
#[derive(Debug, Clone)]
pub struct ClarificationRow {
    /// Its own.
    pub id: Uuid,
    /// The words of the sections it opens.
    pub sections: Vec<String>,
    /// What is asked, under the case's key.
    pub question_sealed: Vec<u8>,
    /// When it was asked.
    pub asked_at: SqlTimestamp,
    /// On which day.
    pub asked_on: SqlDate,
    /// The last day for the answer.
    pub due_on: SqlDate,
    /// The answer, under the case's key.
    pub reply_sealed: Option<Vec<u8>>,
    /// When it came.
    pub supplied_at: Option<SqlTimestamp>,
    /// On which day.
    pub supplied_on: Option<SqlDate>,
}

/// What was asked about a case, the first first.
pub async fn of_case(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<ClarificationRow>> {
    sqlx::query_as!(
        ClarificationRow,
        "select id, sections, question_sealed, asked_at, asked_on, due_on, reply_sealed, supplied_at, supplied_on
         from spark_clarification where case_id = $1 order by version",
        case
    )
    .fetch_all(db)
    .await
}

/// Writes the answer to a question. `false` where it was answered.
pub async fn supply(
    db: impl PgExecutor<'_>,
    id: Uuid,
    reply: &[u8],
    on: civil::Date,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_clarification set reply_sealed = $2, supplied_on = $3, supplied_at = $4
         where id = $1 and supplied_on is null",
        id,
        reply,
        on.to_sqlx() as SqlDate,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Gives more time, on a day: an extension with an id of its own, of which the family is reminded. `false` where it was answered.
pub async fn extend(
    db: impl PgExecutor<'_>,
    id: Uuid,
    due_on: civil::Date,
    (extension, on): (Uuid, civil::Date),
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_clarification set due_on = $2, extension = $3, extended_on = $4
         where id = $1 and supplied_on is null",
        id,
        due_on.to_sqlx() as SqlDate,
        extension,
        on.to_sqlx() as SqlDate,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// When a family was asked, until when it had time, and when it answered.
#[derive(Debug, Clone)]
pub struct PauseRow {
    /// Of which case.
    pub case_id: Uuid,
    /// The words of the sections it opens.
    pub sections: Vec<String>,
    /// The day it was asked.
    pub asked_on: SqlDate,
    /// The last day for the answer.
    pub due_on: SqlDate,
    /// The day of the answer.
    pub supplied_on: Option<SqlDate>,
}

/// Where the clocks of these cases stand still.
pub async fn pauses(db: impl PgExecutor<'_>, cases: &[Uuid]) -> sqlx::Result<Vec<PauseRow>> {
    sqlx::query_as!(
        PauseRow,
        "select case_id, sections, asked_on, due_on, supplied_on from spark_clarification
         where case_id = any ($1) order by case_id, version",
        cases
    )
    .fetch_all(db)
    .await
}

/// The last day for the answer to the question that a version of a case waits for; nothing where it waits for none.
pub async fn due_on(db: impl PgExecutor<'_>, case: Uuid, version: i32) -> sqlx::Result<Option<SqlDate>> {
    sqlx::query_scalar!(
        "select due_on from spark_clarification where case_id = $1 and version = $2 and supplied_on is null",
        case,
        version
    )
    .fetch_optional(db)
    .await
}
