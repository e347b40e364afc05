//! What was told to whom: one row for each event and endpoint.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// Writes a delivery of an event for everybody who hears of it, paused or not, unless its
/// machine was ended: whoever may not ask is told nothing. Answers the endpoints that are not paused.
pub async fn spread(db: &mut PgConnection, event: Uuid, now: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"with told as (
             insert into webhook_delivery (endpoint_id, event_id, state, next_at, created_at)
             select w.id, e.id, 'waiting', $2, $2
             from webhook_event e join webhook_endpoint w
               on case when e.endpoint_id is null
                  then e.kind = any(w.kinds) and (e.client_id is null or e.client_id = w.client_id)
                    and not exists (select from api_client c where c.id = w.client_id and c.revoked_at is not null)
                  else w.id = e.endpoint_id end
             where e.id = $1
             on conflict do nothing
             returning endpoint_id)
           select w.id as "id!" from webhook_endpoint w join told t on t.endpoint_id = w.id where w.state = 'active'
           order by w.id"#,
        event,
        now.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// What is to be sent next.
#[derive(Clone, Debug)]
pub struct DueRow {
    /// The event.
    pub event_id: Uuid,
    /// `session.changed` …
    pub kind: String,
    /// What it happened to.
    pub subject: Uuid,
    /// Its number among what happened to that.
    pub sequence: i64,
    /// When it happened.
    pub occurred_at: SqlTimestamp,
    /// What is told.
    pub data: Value,
    /// Attempts so far.
    pub attempts: i32,
    /// When the first of them was.
    pub first_at: Option<SqlTimestamp>,
}

/// The oldest event that is due for an endpoint. One whose machine was ended is told nothing but tests: what was spread in
/// the moment it ended is not sent either.
pub async fn due(db: impl PgExecutor<'_>, endpoint: Uuid, now: Timestamp) -> sqlx::Result<Option<DueRow>> {
    sqlx::query_as!(
        DueRow,
        "select d.event_id, e.kind, e.subject, e.sequence, e.occurred_at, e.data, d.attempts, d.first_at
         from webhook_delivery d join webhook_event e on e.id = d.event_id
         where d.endpoint_id = $1 and d.state = 'waiting' and d.next_at <= $2
           and (e.endpoint_id is not null or not exists (
             select from webhook_endpoint w join api_client c on c.id = w.client_id
             where w.id = $1 and c.revoked_at is not null))
         order by e.occurred_at, e.sequence, d.event_id limit 1",
        endpoint,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await
}

/// When something is next due for an endpoint, in the words of [`due`].
pub async fn next_due(db: impl PgExecutor<'_>, endpoint: Uuid) -> sqlx::Result<Option<SqlTimestamp>> {
    sqlx::query_scalar!(
        "select min(d.next_at) from webhook_delivery d join webhook_event e on e.id = d.event_id
         where d.endpoint_id = $1 and d.state = 'waiting'
           and (e.endpoint_id is not null or not exists (
             select from webhook_endpoint w join api_client c on c.id = w.client_id
             where w.id = $1 and c.revoked_at is not null))",
        endpoint
    )
    .fetch_one(db)
    .await
}

/// Endpoints that are neither paused nor resting nor at work and that have something due: for the net below the jobs. One whose
/// machine was ended is among them, so that what waits for it is given up.
pub async fn overdue(db: impl PgExecutor<'_>, since: Timestamp) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select w.id from webhook_endpoint w where w.state = 'active'
           and (w.rest_until is null or w.rest_until < $1) and (w.busy_until is null or w.busy_until < now()) and exists (
           select from webhook_delivery d where d.endpoint_id = w.id and d.state = 'waiting' and d.next_at < $1)",
        since.to_sqlx() as _
    )
    .fetch_all(db)
    .await
}

/// Counts an attempt that begins now.
pub async fn begin(db: impl PgExecutor<'_>, endpoint: Uuid, event: Uuid, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query!(
        "update webhook_delivery set attempts = attempts + 1, first_at = coalesce(first_at, $3), last_at = $3
         where endpoint_id = $1 and event_id = $2",
        endpoint,
        event,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(())
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// `waiting`, `delivered`, `given_up`.
    pub state: &'static str,
    /// When it is tried again.
    pub next_at: Timestamp,
    /// The answer's status.
    pub status: Option<i32>,
    /// The kind of failure.
    pub error: Option<&'static str>,
}

/// Notes how an attempt ended. What would wait for a machine that was ended meanwhile is given up.
pub async fn end(db: &mut PgConnection, endpoint: Uuid, event: Uuid, ended: Ended) -> sqlx::Result<()> {
    sqlx::query!(
        "update webhook_delivery set state = $3, next_at = $4, status = $5, error = $6
         where endpoint_id = $1 and event_id = $2",
        endpoint,
        event,
        ended.state,
        ended.next_at.to_sqlx() as _,
        ended.status,
        ended.error
    )
    .execute(&mut *db)
    .await?;
    if ended.state == "waiting" {
        give_up_ended(db, endpoint).await?;
    }
    Ok(())
}

/// Makes a delivery that ended due again, for three more days. `false` when it waits already, when there is none, or when its
/// machine was ended: that one is told nothing but tests.
pub async fn again(db: impl PgExecutor<'_>, endpoint: Uuid, event: Uuid, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update webhook_delivery set state = 'waiting', next_at = $3, first_at = null, attempts = 0
         where endpoint_id = $1 and event_id = $2 and state <> 'waiting'
           and (exists (select from webhook_event e where e.id = $2 and e.endpoint_id is not null) or not exists (
             select from webhook_endpoint w join api_client c on c.id = w.client_id
             where w.id = $1 and c.revoked_at is not null))",
        endpoint,
        event,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Makes everything that waits for an endpoint due, for three more days. Answers how many.
pub async fn all_again(db: impl PgExecutor<'_>, endpoint: Uuid, now: Timestamp) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update webhook_delivery set next_at = $2, first_at = null, attempts = 0 where endpoint_id = $1 and state = 'waiting'",
        endpoint,
        now.to_sqlx() as _
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Gives up what waits for the endpoints of a machine that was ended, tests aside. Answers how many.
pub async fn give_up_of(db: impl PgExecutor<'_>, client: Uuid) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update webhook_delivery d set state = 'given_up', error = 'client_revoked', status = null
         from webhook_endpoint w, webhook_event e
         where w.client_id = $1 and d.endpoint_id = w.id and e.id = d.event_id and d.state = 'waiting'
           and e.endpoint_id is null",
        client
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// Gives up what waits for an endpoint whose machine was ended, tests aside: what an attempt that was under way then came back
/// as, and what was spread in that moment. In a statement of its own, after the change: so it sees who ended meanwhile.
pub async fn give_up_ended(db: impl PgExecutor<'_>, endpoint: Uuid) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update webhook_delivery d set state = 'given_up', error = 'client_revoked', status = null
         from webhook_endpoint w join api_client c on c.id = w.client_id, webhook_event e
         where w.id = $1 and c.revoked_at is not null and d.endpoint_id = w.id and e.id = d.event_id and d.state = 'waiting'
           and e.endpoint_id is null",
        endpoint
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// How it stands with a delivery; `None` where there is none.
pub async fn state(db: impl PgExecutor<'_>, endpoint: Uuid, event: Uuid) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select state from webhook_delivery where endpoint_id = $1 and event_id = $2", endpoint, event)
        .fetch_optional(db)
        .await
}

/// A delivery as staff see it.
#[derive(Clone, Debug)]
pub struct DeliveryRow {
    /// The event.
    pub event_id: Uuid,
    /// `session.changed` …
    pub kind: String,
    /// When it happened.
    pub occurred_at: SqlTimestamp,
    /// Its number among what happened to that.
    pub sequence: i64,
    /// `waiting`, `delivered`, `given_up`.
    pub state: String,
    /// Attempts.
    pub attempts: i32,
    /// The last of them.
    pub last_at: Option<SqlTimestamp>,
    /// The next.
    pub next_at: SqlTimestamp,
    /// The last answer's status.
    pub status: Option<i32>,
    /// The kind of the last failure.
    pub error: Option<String>,
}

/// The latest deliveries of an endpoint; those after a row, given by when it happened, its number and its event.
pub async fn list(
    db: impl PgExecutor<'_>,
    endpoint: Uuid,
    after: Option<(Timestamp, i64, Uuid)>,
    limit: i64,
) -> sqlx::Result<Vec<DeliveryRow>> {
    sqlx::query_as!(
        DeliveryRow,
        "select d.event_id, e.kind, e.occurred_at, e.sequence, d.state, d.attempts, d.last_at, d.next_at, d.status, d.error
         from webhook_delivery d join webhook_event e on e.id = d.event_id
         where d.endpoint_id = $1
           and ($2::timestamptz is null or (e.occurred_at, e.sequence, d.event_id) < ($2, $3::bigint, $4::uuid))
         order by e.occurred_at desc, e.sequence desc, d.event_id desc limit $5",
        endpoint,
        after.map(|(at, ..)| at.to_sqlx()) as Option<SqlTimestamp>,
        after.map(|(_, sequence, _)| sequence),
        after.map(|(.., event)| event),
        limit
    )
    .fetch_all(db)
    .await
}
