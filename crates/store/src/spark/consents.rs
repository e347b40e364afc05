//! What may be done with an application: words that are added and never changed.

use jiff_sqlx::{Timestamp, ToSqlx};
use sqlx::PgConnection;
use uuid::Uuid;

/// One word about one purpose.
#[derive(Debug, Clone)]
pub struct ConsentRow {
    /// About what.
    pub purpose: String,
    /// Yes, or no.
    pub agreed: bool,
    /// The version of the notice that stood beside it.
    pub notice: i32,
    /// When.
    pub given_at: Timestamp,
}

/// Every word of an application, the first first.
pub async fn of_application(db: &mut PgConnection, application: Uuid) -> sqlx::Result<Vec<ConsentRow>> {
    sqlx::query_as!(
        ConsentRow,
        "select purpose, agreed, notice, given_at from spark_consent where application_id = $1 order by position",
        application
    )
    .fetch_all(db)
    .await
}

/// Adds a word.
pub async fn add(
    db: &mut PgConnection,
    (id, application, by): (Uuid, Uuid, Uuid),
    row: &ConsentRow,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_consent (id, application_id, purpose, agreed, notice, given_by, given_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id,
        application,
        row.purpose,
        row.agreed,
        row.notice,
        by,
        row.given_at.to_jiff().to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}
