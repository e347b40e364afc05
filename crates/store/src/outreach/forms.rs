//! The questions of events, version by version, and what staff are working on.

use crate::SqlTimestamp;
use jiff_sqlx::ToSqlx;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// The questions of a version.
pub async fn form(db: &mut PgConnection, activity: Uuid, version: i32) -> sqlx::Result<Option<Value>> {
    sqlx::query_scalar!("select form from event_form where activity_id = $1 and version = $2", activity, version)
        .fetch_optional(db)
        .await
}

/// A version of an event's questions.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// From 1.
    pub version: i32,
    /// The questions.
    pub form: Value,
    /// When it was published.
    pub created_at: SqlTimestamp,
    /// By whom; not where the house did it by itself.
    pub created_by: Option<Uuid>,
    /// Of how many registrations and entries of the waiting list the answers to it are kept.
    pub answered: i64,
}

/// The versions of an event's questions, the newest first.
pub async fn versions(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<Vec<VersionRow>> {
    sqlx::query_as!(
        VersionRow,
        r#"select f.version, f.form, f.created_at as "created_at: SqlTimestamp", f.created_by,
                  coalesce(a.answered, 0) as "answered!"
           from event_form f left join (
             select form_version, count(*) as answered from event_answers
             where activity_id = $1 and (booking_id is not null or waiting_id is not null) group by form_version
           ) a on a.form_version = f.version
           where f.activity_id = $1 order by f.version desc"#,
        activity
    )
    .fetch_all(db)
    .await
}

/// What staff are working on, if anything, and the event's edit counter; locked until the transaction ends.
pub async fn lock_draft(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<Option<(Option<Value>, i32)>> {
    let row = sqlx::query!("select form_draft, version from event where activity_id = $1 for update", activity)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| (row.form_draft, row.version)))
}

/// The same, only read.
pub async fn draft(db: &mut PgConnection, activity: Uuid) -> sqlx::Result<Option<(Option<Value>, i32)>> {
    let row = sqlx::query!("select form_draft, version from event where activity_id = $1", activity)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|row| (row.form_draft, row.version)))
}

/// Keeps what staff are working on; `None` ends it.
pub async fn keep_draft(
    db: &mut PgConnection,
    activity: Uuid,
    form: Option<&Value>,
    now: jiff::Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update event set form_draft = $2, version = version + 1, updated_at = $3 where activity_id = $1",
        activity,
        form,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes a form the one visitors are asked from now on. Answers its version.
pub async fn publish(
    db: &mut PgConnection,
    activity: Uuid,
    form: &Value,
    by: Option<Uuid>,
    now: jiff::Timestamp,
) -> sqlx::Result<i32> {
    sqlx::query_scalar!(
        r#"with next as (
             select coalesce(max(version), 0) + 1 as version from event_form where activity_id = $1),
           added as (
             insert into event_form (activity_id, version, form, created_at, created_by)
             select $1, version, $2, $4, $3 from next returning version)
           update event set form_version = (select version from added), form_draft = null, version = event.version + 1,
                  updated_at = $4
           where activity_id = $1 returning form_version"#,
        activity,
        form,
        by,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}
