//! Objections to notices of cases. What is sealed is bytes here.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A notice, as far as an objection to it is possible.
#[derive(Debug, Clone, Copy)]
pub struct NoticeRow {
    /// Of which case.
    pub case_id: Uuid,
    /// The version of the case that made it.
    pub version: i32,
    /// It stands.
    pub stands: bool,
    /// Since when.
    pub noticed_at: SqlTimestamp,
}

/// The notice of a code, without the dash.
pub async fn notice(db: impl PgExecutor<'_>, code: &str) -> sqlx::Result<Option<NoticeRow>> {
    sqlx::query_as!(
        NoticeRow,
        r#"select n.case_id, n.version, c.state = 'notice' and c.version = n.version as "stands!",
                  n.noticed_at as "noticed_at: SqlTimestamp"
           from disclosure_notice n join spark_case c on c.id = n.case_id where n.code = $1"#,
        code
    )
    .fetch_optional(db)
    .await
}

/// An objection to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewObjection<'a> {
    /// Its own.
    pub id: Uuid,
    /// Of which case.
    pub case: Uuid,
    /// The version that made the notice.
    pub version: i32,
    /// Eight characters.
    pub receipt: &'a str,
    /// By which form it was sent.
    pub form: Uuid,
    /// The language's tag.
    pub locale: &'a str,
    /// Who objects and why, sealed.
    pub said: &'a [u8],
}

/// Writes an objection. `false` where one was sent by the same form.
pub async fn add(db: impl PgExecutor<'_>, new: NewObjection<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into spark_objection (id, case_id, version, receipt, form, locale, said_sealed, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (form) do nothing",
        new.id,
        new.case,
        new.version,
        new.receipt,
        new.form,
        new.locale,
        new.said,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// An objection as stored.
#[derive(Debug, Clone)]
pub struct ObjectionRow {
    /// Its own.
    pub id: Uuid,
    /// Of which case.
    pub case_id: Uuid,
    /// The version that made the notice.
    pub version: i32,
    /// Eight characters.
    pub receipt: String,
    /// The notice's code, without the dash.
    pub code: String,
    /// The language's tag.
    pub locale: String,
    /// Who objects and why, sealed; nothing once it is erased.
    pub said_sealed: Option<Vec<u8>>,
    /// When it came.
    pub received_at: SqlTimestamp,
    /// `unfounded`, `upheld`; nothing yet.
    pub outcome: Option<String>,
    /// The case goes back to the committee, where it was upheld.
    pub taken_back: Option<bool>,
    /// What the objector is told, sealed.
    pub answer_sealed: Option<Vec<u8>>,
    /// By whom it was decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<SqlTimestamp>,
}

/// The objection a form sent.
pub async fn by_form(db: impl PgExecutor<'_>, form: Uuid) -> sqlx::Result<Option<ObjectionRow>> {
    sqlx::query_as!(
        ObjectionRow,
        r#"select o.id, o.case_id, o.version, o.receipt, n.code, o.locale, o.said_sealed, o.received_at as "received_at: SqlTimestamp",
                  o.outcome, o.taken_back, o.answer_sealed, o.decided_by, o.decided_at as "decided_at: SqlTimestamp"
           from spark_objection o join disclosure_notice n on n.case_id = o.case_id and n.version = o.version
           where o.form = $1"#,
        form
    )
    .fetch_optional(db)
    .await
}

/// An objection.
pub async fn one(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<ObjectionRow>> {
    sqlx::query_as!(
        ObjectionRow,
        r#"select o.id, o.case_id, o.version, o.receipt, n.code, o.locale, o.said_sealed, o.received_at as "received_at: SqlTimestamp",
                  o.outcome, o.taken_back, o.answer_sealed, o.decided_by, o.decided_at as "decided_at: SqlTimestamp"
           from spark_objection o join disclosure_notice n on n.case_id = o.case_id and n.version = o.version
           where o.id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Whether an objection to a notice of a case is open.
pub async fn is_open(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from spark_objection where case_id = $1 and outcome is null) as "open!""#,
        case
    )
    .fetch_one(db)
    .await
}

/// Locks an objection until the transaction ends, before its case. `false` where there is none.
pub async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!("select id from spark_objection where id = $1 for update", id);
    Ok(found.fetch_optional(db).await?.is_some())
}

/// Those that wait for an answer, the oldest first; then those that were answered, the latest first.
pub async fn list(db: impl PgExecutor<'_>, most: i64) -> sqlx::Result<Vec<ObjectionRow>> {
    sqlx::query_as!(
        ObjectionRow,
        r#"select o.id, o.case_id, o.version, o.receipt, n.code, o.locale, null::bytea as said_sealed,
                  o.received_at as "received_at: SqlTimestamp", o.outcome, o.taken_back, null::bytea as answer_sealed, o.decided_by,
                  o.decided_at as "decided_at: SqlTimestamp"
           from spark_objection o join disclosure_notice n on n.case_id = o.case_id and n.version = o.version
           order by o.outcome is not null, case when o.outcome is null then o.received_at end, o.decided_at desc, o.id
           limit $1"#,
        most
    )
    .fetch_all(db)
    .await
}

/// Whether a receipt is of an objection to the notice of a code, both without the dash.
pub async fn is_receipt(db: impl PgExecutor<'_>, code: &str, receipt: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from spark_objection o
             join disclosure_notice n on n.case_id = o.case_id and n.version = o.version
             where n.code = $1 and o.receipt = $2) as "is!""#,
        code,
        receipt
    )
    .fetch_one(db)
    .await
}

/// Writes what became of an objection, and of its case where it was upheld. `false` where it was decided.
pub async fn decide(
    db: impl PgExecutor<'_>,
    id: Uuid,
    (outcome, taken_back, answer): (&str, Option<bool>, &[u8]),
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update spark_objection set outcome = $2, answer_sealed = $3, decided_by = $4, decided_at = $5, taken_back = $6
         where id = $1 and outcome is null and erased_at is null",
        id,
        outcome,
        answer,
        by,
        now.to_sqlx() as SqlTimestamp,
        taken_back,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// How many were decided before an instant and are not erased.
pub async fn count_due(db: impl PgExecutor<'_>, before: Timestamp) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "n!" from spark_objection where decided_at < $1 and erased_at is null"#,
        before.to_sqlx() as SqlTimestamp
    )
    .fetch_one(db)
    .await
}

/// Erases who objected and why, of so many that were decided before an instant; answers which.
pub async fn erase(db: impl PgExecutor<'_>, before: Timestamp, most: i64, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "update spark_objection set said_sealed = null, answer_sealed = null, erased_at = $3
         where id in (select id from spark_objection where decided_at < $1 and erased_at is null
                      order by id limit $2 for update skip locked)
         returning id",
        before.to_sqlx() as SqlTimestamp,
        most,
        now.to_sqlx() as SqlTimestamp,
    )
    .fetch_all(db)
    .await
}

/// Erases what was said about a case that is forgotten.
pub async fn forget(db: impl PgExecutor<'_>, case: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update spark_objection set said_sealed = null, answer_sealed = null, erased_at = $2
         where case_id = $1 and erased_at is null",
        case,
        now.to_sqlx() as SqlTimestamp,
    )
    .execute(db)
    .await?;
    Ok(())
}
