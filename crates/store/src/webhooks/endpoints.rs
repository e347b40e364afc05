//! Who is told.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Only one endpoint has an address.
pub const ONCE: &str = "webhook_endpoint_once";

/// An endpoint to add.
#[derive(Clone, Copy, Debug)]
pub struct NewEndpoint<'a> {
    /// Which.
    pub id: Uuid,
    /// Whose bookings it hears of.
    pub client_id: Option<Uuid>,
    /// Where.
    pub url: &'a str,
    /// What people call it.
    pub description: &'a str,
    /// What it hears of.
    pub kinds: &'a [String],
    /// The secret, sealed.
    pub secret_sealed: &'a [u8],
}

/// Adds an endpoint. One that exists ends in an error that names [`ONCE`].
pub async fn add(db: impl PgExecutor<'_>, new: NewEndpoint<'_>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into webhook_endpoint (id, client_id, url, description, kinds, state, secret_sealed, created_at)
         values ($1, $2, $3, $4, $5, 'active', $6, $7)",
        new.id,
        new.client_id,
        new.url,
        new.description,
        new.kinds,
        new.secret_sealed,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// An endpoint as staff see it: never its secret.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// Which.
    pub id: Uuid,
    /// Whose bookings it hears of.
    pub client_id: Option<Uuid>,
    /// What people call that machine.
    pub client: Option<String>,
    /// Where.
    pub url: String,
    /// What people call it.
    pub description: String,
    /// What it hears of.
    pub kinds: Vec<String>,
    /// `active`, `paused`.
    pub state: String,
    /// Why it is paused.
    pub paused_for: Option<String>,
    /// Since when.
    pub paused_at: Option<SqlTimestamp>,
    /// Until when the former secret signs as well.
    pub old_secret_until: Option<SqlTimestamp>,
    /// Since when nothing was taken.
    pub failing_since: Option<SqlTimestamp>,
    /// Edit counter.
    pub version: i32,
    /// When it was added.
    pub created_at: SqlTimestamp,
    /// Deliveries that wait.
    pub waiting: i64,
    /// When one was last taken.
    pub delivered_at: Option<SqlTimestamp>,
}

/// All endpoints, the newest first; or one of them.
pub async fn list(db: impl PgExecutor<'_>, only: Option<Uuid>) -> sqlx::Result<Vec<EndpointRow>> {
    sqlx::query_as!(
        EndpointRow,
        r#"select w.id, w.client_id, c.name as "client?", w.url, w.description, w.kinds, w.state, w.paused_for, w.paused_at,
                w.old_secret_until, w.failing_since, w.version, w.created_at,
                (select count(*) from webhook_delivery d where d.endpoint_id = w.id and d.state = 'waiting') as "waiting!",
                (select max(last_at) from webhook_delivery d where d.endpoint_id = w.id and d.state = 'delivered') as delivered_at
         from webhook_endpoint w left join api_client c on c.id = w.client_id
         where $1::uuid is null or w.id = $1
         order by w.created_at desc, w.id desc"#,
        only
    )
    .fetch_all(db)
    .await
}

/// An endpoint while it is sent to, or changed.
#[derive(Clone, Debug)]
pub struct LockedEndpoint {
    /// Where.
    pub url: String,
    /// `active`, `paused`.
    pub state: String,
    /// The secret, sealed.
    pub secret_sealed: Vec<u8>,
    /// The former one.
    pub old_secret_sealed: Option<Vec<u8>>,
    /// Until when that one signs.
    pub old_secret_until: Option<SqlTimestamp>,
    /// Failures in a row.
    pub failures: i32,
    /// Since when nothing was taken.
    pub failing_since: Option<SqlTimestamp>,
    /// Until when it is left alone.
    pub rest_until: Option<SqlTimestamp>,
    /// Who sends to it.
    pub busy_by: Option<Uuid>,
    /// And does so still, by the database's clock.
    pub busy: bool,
    /// Edit counter.
    pub version: i32,
}

/// Locks an endpoint until the transaction ends.
pub async fn lock(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<LockedEndpoint>> {
    sqlx::query_as!(
        LockedEndpoint,
        r#"select url, state, secret_sealed, old_secret_sealed, old_secret_until, failures, failing_since, rest_until, busy_by,
                coalesce(busy_until > now(), false) as "busy!", version
         from webhook_endpoint where id = $1 for update"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Whoever sends has it for so many seconds of the database's time; `None` gives it back.
pub async fn set_busy(db: impl PgExecutor<'_>, id: Uuid, by: Option<Uuid>, seconds: f64) -> sqlx::Result<()> {
    sqlx::query!(
        "update webhook_endpoint
         set busy_by = $2, busy_until = case when $2::uuid is null then null else now() + make_interval(secs => $3) end
         where id = $1",
        id,
        by,
        seconds
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How it goes with an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// Failures in a row.
    pub failures: i32,
    /// Since when nothing was taken.
    pub failing_since: Option<Timestamp>,
    /// Until when it is left alone.
    pub rest_until: Option<Timestamp>,
}

/// Notes how it goes.
pub async fn set_health(db: impl PgExecutor<'_>, id: Uuid, health: Health) -> sqlx::Result<()> {
    sqlx::query!(
        "update webhook_endpoint set failures = $2, failing_since = $3, rest_until = $4 where id = $1",
        id,
        health.failures,
        health.failing_since.map(|at| at.to_sqlx()) as _,
        health.rest_until.map(|at| at.to_sqlx()) as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Pauses an endpoint, or (`None`) lets it go on with a clean slate.
pub async fn set_pause(db: impl PgExecutor<'_>, id: Uuid, why: Option<&str>, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update webhook_endpoint set
           state = case when $2::text is null then 'active' else 'paused' end, paused_for = $2,
           paused_at = case when $2::text is null then null else $3::timestamptz end,
           failures = 0, failing_since = null, rest_until = null, version = version + 1
         where id = $1",
        id,
        why,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Gives an endpoint a new secret; the former one signs until `until` as well.
pub async fn set_secret(
    db: impl PgExecutor<'_>,
    id: Uuid,
    new: &[u8],
    old: &[u8],
    until: Timestamp,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update webhook_endpoint set secret_sealed = $2, old_secret_sealed = $3, old_secret_until = $4, version = version + 1
         where id = $1",
        id,
        new,
        old,
        until.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets former secrets that do not sign any more.
pub async fn forget_old_secrets(db: impl PgExecutor<'_>, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update webhook_endpoint set old_secret_sealed = null, old_secret_until = null where old_secret_until <= $1",
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected())
}
