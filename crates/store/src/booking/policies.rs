//! The versions of an activity's policy: writing a new one, and looking back.

use jiff_sqlx::{Timestamp, ToSqlx};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// A policy as it was.
#[derive(Debug, Clone)]
pub struct PolicyRow {
    /// Its version.
    pub version: i32,
    /// domain::booking::Policy.
    pub policy: Value,
    /// Since when it held.
    pub created_at: Timestamp,
    /// The sign-in name of who made it; none for the first one, and for accounts that are gone.
    pub login: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// A new version.
#[derive(Debug)]
pub struct NewPolicy<'a> {
    /// domain::booking::Policy.
    pub policy: &'a Value,
    /// Who makes it.
    pub by: Option<Uuid>,
    /// Why.
    pub reason: &'a str,
}

/// Makes a new version the one in force, if nobody made another since `version`. Answers whether it was so.
pub async fn change(
    db: &mut PgConnection,
    activity: Uuid,
    version: i32,
    to: NewPolicy<'_>,
    now: jiff::Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "with changed as (
           update activity set policy = $3, policy_version = policy_version + 1
           where id = $1 and policy_version = $2 returning id, policy_version)
         insert into activity_policy (activity_id, version, policy, created_at, created_by, reason)
         select id, policy_version, $3, $4, $5, $6 from changed",
        activity,
        version,
        to.policy,
        now.to_sqlx() as _,
        to.by,
        to.reason
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The newest versions, at most `most` of them, those up to `before` only.
pub async fn versions(db: &mut PgConnection, activity: Uuid, before: i32, most: i64) -> sqlx::Result<Vec<PolicyRow>> {
    sqlx::query_as!(
        PolicyRow,
        r#"select p.version, p.policy, p.created_at as "created_at: Timestamp", s.login as "login?", p.reason
           from activity_policy p left join staff_credential s on s.account_id = p.created_by
           where p.activity_id = $1 and p.version <= $2 order by p.version desc limit $3"#,
        activity,
        before,
        most
    )
    .fetch_all(db)
    .await
}
