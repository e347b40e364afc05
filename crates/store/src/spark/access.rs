//! Who reads a case that somebody else looks after, until when; and who of the house could be asked to.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A time to read, to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewAccess<'a> {
    /// Its own.
    pub id: Uuid,
    /// Which case.
    pub case: Uuid,
    /// Who reads.
    pub reader: Uuid,
    /// Who lets them; nobody where the reader said why.
    pub granted_by: Option<Uuid>,
    /// Why, under the case's key.
    pub reason: &'a [u8],
    /// Until when.
    pub until: Timestamp,
}

/// Writes it.
pub async fn open(db: impl PgExecutor<'_>, new: NewAccess<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into spark_case_access (id, case_id, reader_id, granted_by, reason_sealed, opened_at, until)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id,
        new.case,
        new.reader,
        new.granted_by,
        new.reason,
        now.to_sqlx() as SqlTimestamp,
        new.until.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}

/// What lets somebody read.
#[derive(Debug, Clone, Copy)]
pub struct AccessRow {
    /// Who lets them; nobody where the reader said why.
    pub granted_by: Option<Uuid>,
    /// Until when.
    pub until: SqlTimestamp,
}

/// What lets somebody read a case now: what was granted before what one said oneself, the longest first.
pub async fn now_open(
    db: impl PgExecutor<'_>,
    case: Uuid,
    reader: Uuid,
    now: Timestamp,
) -> sqlx::Result<Option<AccessRow>> {
    sqlx::query_as!(
        AccessRow,
        "select granted_by, until from spark_case_access where case_id = $1 and reader_id = $2 and until > $3
         order by granted_by is null, until desc limit 1",
        case,
        reader,
        now.to_sqlx() as SqlTimestamp,
    )
    .fetch_optional(db)
    .await
}

/// Members of staff in a role, whose accounts are in use.
pub async fn staff_in(db: impl PgExecutor<'_>, role: &str) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select a.id from account a join account_role r on r.account_id = a.id
         where r.role = $1 and a.kind = 'staff' and a.deleted_at is null order by a.id limit 200",
        role
    )
    .fetch_all(db)
    .await
}

/// Who is asked about a case as a physician now, and since when.
pub async fn asked_now(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<(Uuid, SqlTimestamp)>> {
    let rows = sqlx::query!(
        "select reviewer_id, assigned_at from spark_case_reviewer where case_id = $1 and released_at is null
         order by assigned_at, id",
        case
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.reviewer_id, row.assigned_at)).collect())
}
