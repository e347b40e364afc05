//! Work after a commit: the queue as a table.
//!
//! A job is taken with a lease of the database's time, so that two workers with different clocks agree on when it ends;
//! it is deleted, postponed or buried only under the lease it was taken with. Whether a job is *due* is asked with the
//! house's clock, which tests can move.

use crate::{SqlTimestamp, ToSqlx};
use jiff::Timestamp;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The kind that has a lane of its own: its index (`job_urgent`) and the claim below name it literally.
pub const URGENT_KIND: &str = "messages.code";

/// Jobs to add, column by column, all of one length.
#[derive(Debug, Default)]
pub struct NewJobs {
    /// Ids.
    pub ids: Vec<Uuid>,
    /// Names of handlers.
    pub kinds: Vec<String>,
    /// What they are about.
    pub payloads: Vec<serde_json::Value>,
    /// Keys of which only one may wait.
    pub dedupes: Vec<Option<String>>,
    /// Not before.
    pub run_at: Vec<SqlTimestamp>,
}

/// Adds jobs in one statement; one whose key is already waiting is left out. Answers how many were added.
pub async fn add(db: &mut PgConnection, now: Timestamp, jobs: &NewJobs) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "insert into job (id, kind, payload, dedupe, run_at, created_at)
         select *, $6 from unnest($1::uuid[], $2::text[], $3::jsonb[], $4::text[], $5::timestamptz[])
         on conflict (dedupe) do nothing",
        &jobs.ids,
        &jobs.kinds,
        &jobs.payloads,
        &jobs.dedupes as _,
        &jobs.run_at as _,
        now.to_sqlx() as _
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// A job taken by a worker.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Which.
    pub id: Uuid,
    /// Its handler.
    pub kind: String,
    /// What it is about.
    pub payload: serde_json::Value,
    /// This attempt's number, from 1.
    pub attempts: i32,
    /// After how many it is buried.
    pub max_attempts: i32,
}

/// Takes up to `limit` due jobs of `kinds` for `lease_seconds` of the database's time, the longest due first. The
/// attempt is counted now, so that a job which kills its worker does not live for ever.
pub async fn claim(
    db: impl PgExecutor<'_>,
    now: Timestamp,
    kinds: &[String],
    lease: Uuid,
    lease_seconds: f64,
    limit: i64,
) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        "with due as (
           select id from job
           where state = 'ready' and run_at <= $1 and kind = any($2) and attempts < max_attempts
             and (leased_until is null or leased_until < now())
           order by run_at limit $3 for update skip locked)
         update job set lease = $4, leased_until = now() + make_interval(secs => $5), attempts = attempts + 1
         from due where job.id = due.id
         returning job.id, job.kind, job.payload, job.attempts, job.max_attempts",
        now.to_sqlx() as _,
        kinds,
        limit,
        lease,
        lease_seconds
    )
    .fetch_all(db)
    .await
}

/// Like [`claim`], for the urgent kind alone.
pub async fn claim_urgent(
    db: impl PgExecutor<'_>,
    now: Timestamp,
    lease: Uuid,
    lease_seconds: f64,
    limit: i64,
) -> sqlx::Result<Vec<Claimed>> {
    sqlx::query_as!(
        Claimed,
        "with due as (
           select id from job
           where state = 'ready' and run_at <= $1 and kind = 'messages.code' and attempts < max_attempts
             and (leased_until is null or leased_until < now())
           order by run_at limit $2 for update skip locked)
         update job set lease = $3, leased_until = now() + make_interval(secs => $4), attempts = attempts + 1
         from due where job.id = due.id
         returning job.id, job.kind, job.payload, job.attempts, job.max_attempts",
        now.to_sqlx() as _,
        limit,
        lease,
        lease_seconds
    )
    .fetch_all(db)
    .await
}

/// The job is done: it goes away. `false` when another worker has it by now (the lease ran out).
pub async fn finish(db: impl PgExecutor<'_>, id: Uuid, lease: Uuid) -> sqlx::Result<bool> {
    let done = sqlx::query!("delete from job where id = $1 and lease = $2", id, lease).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// The job is to be tried again at `run_at`.
pub async fn postpone(
    db: impl PgExecutor<'_>,
    id: Uuid,
    lease: Uuid,
    run_at: Timestamp,
    error: &str,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update job set run_at = $3, last_error = $4, lease = null, leased_until = null where id = $1 and lease = $2",
        id,
        lease,
        run_at.to_sqlx() as _,
        error
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A job that was given up.
#[derive(Clone, Debug)]
pub struct Buried {
    /// Its handler.
    pub kind: String,
    /// What it is about.
    pub payload: serde_json::Value,
}

/// The job is given up; staff decide. None when another worker has it by now.
pub async fn bury(db: impl PgExecutor<'_>, id: Uuid, lease: Uuid, error: &str) -> sqlx::Result<Option<Buried>> {
    sqlx::query_as!(
        Buried,
        "update job set state = 'dead', last_error = $3, lease = null, leased_until = null
         where id = $1 and lease = $2 returning kind, payload",
        id,
        lease,
        error
    )
    .fetch_optional(db)
    .await
}

/// Jobs of these kinds whose every attempt ended with the worker gone.
pub async fn crashed(db: impl PgExecutor<'_>, kinds: &[String]) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        "select id from job
         where state = 'ready' and attempts >= max_attempts and leased_until < now() and kind = any($1)
         order by leased_until limit 200",
        kinds
    )
    .fetch_all(db)
    .await
}

/// Buries one of them. None when another server has done so.
pub async fn bury_crashed(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<Buried>> {
    sqlx::query_as!(
        Buried,
        "update job set state = 'dead', last_error = 'worker_gone', lease = null, leased_until = null
         where id = $1 and state = 'ready' and attempts >= max_attempts and leased_until < now()
         returning kind, payload",
        id
    )
    .fetch_optional(db)
    .await
}

/// A job as staff see it: never its payload.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which.
    pub id: Uuid,
    /// Its handler.
    pub kind: String,
    /// When it is due (or was).
    pub run_at: SqlTimestamp,
    /// Attempts so far.
    pub attempts: i32,
    /// After how many it is buried.
    pub max_attempts: i32,
    /// The kind of the last failure.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: SqlTimestamp,
    /// A worker has it now.
    pub running: bool,
}

/// Jobs that were given up, the latest first.
pub async fn dead(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select id, kind, run_at, attempts, max_attempts, last_error, created_at, false as "running!"
         from job where state = 'dead' order by run_at desc, id desc limit $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Jobs that wait or run, the next one first.
pub async fn waiting(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select id, kind, run_at, attempts, max_attempts, last_error, created_at,
                coalesce(leased_until > now(), false) as "running!"
         from job where state = 'ready' order by run_at, id limit $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Makes a dead job due again, its attempts forgotten; answers its kind, or `None` where no dead job has this id.
pub async fn revive(db: impl PgExecutor<'_>, id: Uuid, now: Timestamp) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "update job set state = 'ready', attempts = 0, run_at = $2, lease = null, leased_until = null
         where id = $1 and state = 'dead' returning kind",
        id,
        now.to_sqlx() as _
    )
    .fetch_optional(db)
    .await
}

/// A job that staff let go.
#[derive(Clone, Debug)]
pub struct Discarded {
    /// Its handler.
    pub kind: String,
    /// What it is about.
    pub payload: serde_json::Value,
    /// It was still to be done: nobody had given it up before.
    pub waited: bool,
}

/// Deletes a job nobody is working at; `None` where there is none such.
pub async fn discard(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<Discarded>> {
    sqlx::query_as!(
        Discarded,
        r#"delete from job where id = $1 and (leased_until is null or leased_until < now())
           returning kind, payload, state = 'ready' as "waited!""#,
        id
    )
    .fetch_optional(db)
    .await
}

/// Deletes those jobs of these keys that were given up, so that others can take their place.
pub async fn clear_dead(db: impl PgExecutor<'_>, dedupes: &[String]) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from job where dedupe = any($1) and state = 'dead'", dedupes).execute(db).await?;
    Ok(done.rows_affected())
}

/// Deletes the jobs of these keys, also one that is being worked at: its worker finds it gone.
pub async fn withdraw(db: impl PgExecutor<'_>, dedupes: &[String]) -> sqlx::Result<u64> {
    let done = sqlx::query!("delete from job where dedupe = any($1)", dedupes).execute(db).await?;
    Ok(done.rows_affected())
}

/// How the queue stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Due and not yet done.
    pub due: i64,
    /// Waiting, due or not.
    pub waiting: i64,
    /// Given up.
    pub dead: i64,
    /// Since when the oldest due job has been due.
    pub oldest_due: Option<SqlTimestamp>,
}

/// Counts the queue.
pub async fn standing(db: impl PgExecutor<'_>, now: Timestamp) -> sqlx::Result<Standing> {
    sqlx::query_as!(
        Standing,
        r#"select count(*) filter (where state = 'ready' and run_at <= $1) as "due!",
                count(*) filter (where state = 'ready') as "waiting!",
                count(*) filter (where state = 'dead') as "dead!",
                min(run_at) filter (where state = 'ready' and run_at <= $1) as oldest_due
         from job"#,
        now.to_sqlx() as _
    )
    .fetch_one(db)
    .await
}
