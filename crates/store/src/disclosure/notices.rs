//! Notices of cases.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// What a notice says of a case.
#[derive(Debug, Clone)]
pub struct NoticeRow {
    /// Its code, without the dash.
    pub code: String,
    /// The disease group's word.
    pub disease_group: String,
    /// The city's code.
    pub city: String,
    /// The band of amounts.
    pub band: String,
    /// Since when it stands.
    pub noticed_at: SqlTimestamp,
}

/// Writes the notice of a case at a version. `false` where there is one.
pub async fn add(
    db: impl PgExecutor<'_>,
    (case, version): (Uuid, i32),
    (code, disease_group, city, band): (&str, &str, &str, &str),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into disclosure_notice (case_id, version, code, disease_group, city, band, noticed_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (case_id, version) do nothing",
        case,
        version,
        code,
        disease_group,
        city,
        band,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// The notices of cases that are being shown: each case's last, while it stands there.
pub async fn open(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<NoticeRow>> {
    sqlx::query_as!(
        NoticeRow,
        r#"select n.code, n.disease_group, n.city, n.band, n.noticed_at as "noticed_at: SqlTimestamp"
           from disclosure_notice n join spark_case c on c.id = n.case_id and c.version = n.version
           where c.state = 'notice' order by n.code"#
    )
    .fetch_all(db)
    .await
}
