//! Versions of what is alarmed about, and the draft that waits for a second person.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A version. It never changes.
#[derive(Debug, Clone)]
pub struct VersionRow {
    /// Its number.
    pub version: i32,
    /// `domain::telemetry::Rules`.
    pub rules: Value,
    /// Since when it holds.
    pub valid_from: SqlTimestamp,
    /// Who proposed it; none: the house itself.
    pub made_by: Option<Uuid>,
    /// Who confirmed it.
    pub confirmed_by: Option<Uuid>,
    /// Why.
    pub reason: String,
}

/// Every version, the newest first.
pub async fn versions(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<VersionRow>> {
    sqlx::query_as!(
        VersionRow,
        r#"select version, rules, valid_from as "valid_from: SqlTimestamp", made_by, confirmed_by, reason
           from telemetry_rules order by version desc"#
    )
    .fetch_all(db)
    .await
}

/// The highest number of a version, also of one that holds from a later day on.
pub async fn highest(db: impl PgExecutor<'_>) -> sqlx::Result<i32> {
    let highest = sqlx::query_scalar!(r#"select coalesce(max(version), 0) as "highest!" from telemetry_rules"#);
    highest.fetch_one(db).await
}

/// A draft.
#[derive(Debug, Clone)]
pub struct DraftRow {
    /// Its own.
    pub id: Uuid,
    /// The version it changes.
    pub base: i32,
    /// `domain::telemetry::Rules`.
    pub rules: Value,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: Uuid,
    /// When.
    pub proposed_at: SqlTimestamp,
    /// Who confirmed it or took it back.
    pub decided_by: Option<Uuid>,
    /// The version it became.
    pub became: Option<i32>,
}

/// Drafts; which stands in the tail of the query.
macro_rules! drafts {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            DraftRow,
            r#"select id, base, rules, reason, proposed_by, proposed_at as "proposed_at: SqlTimestamp", decided_by, became
               from telemetry_rules_draft "# + $tail
            $(, $arg)*
        )
    };
}

/// The draft that waits.
pub async fn waiting(db: impl PgExecutor<'_>) -> sqlx::Result<Option<DraftRow>> {
    drafts!("where decided_at is null").fetch_optional(db).await
}

/// A draft, locked.
pub async fn lock(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<DraftRow>> {
    drafts!("where id = $1 for update", id).fetch_optional(db).await
}

/// Proposes new values of a version.
pub async fn propose(
    db: impl PgExecutor<'_>,
    (id, base): (Uuid, i32),
    (rules, reason): (&Value, &str),
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_rules_draft (id, base, rules, reason, proposed_by, proposed_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        base,
        rules,
        reason,
        by,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Makes a draft the version of a number, confirmed by another than who proposed it: it holds from now on.
pub async fn publish(
    db: impl PgExecutor<'_>,
    version: i32,
    draft: &DraftRow,
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into telemetry_rules (version, rules, valid_from, made_by, confirmed_by, reason) values ($1, $2, $3, $4, $5, $6)",
        version,
        &draft.rules,
        now.to_sqlx() as _,
        draft.proposed_by,
        by,
        draft.reason.as_str()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Writes down what became of a draft: a version, or nothing.
pub async fn settle(
    db: impl PgExecutor<'_>,
    id: Uuid,
    became: Option<i32>,
    by: Uuid,
    now: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update telemetry_rules_draft set decided_by = $2, decided_at = $3, became = $4 where id = $1",
        id,
        by,
        now.to_sqlx() as _,
        became
    )
    .execute(db)
    .await?;
    Ok(())
}
