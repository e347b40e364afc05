//! What operators see of the queue, and what they may do to a job: try it again, or let it go.

use crate::audit::{self, Entry};
use crate::db::{Tx, to_the_end};
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::ids::JobId;
use jiff::Timestamp;
use serde_json::json;

/// The most jobs a list shows.
const SHOWN: i64 = 200;

/// Why an operator's wish was not fulfilled.
#[derive(Debug, thiserror::Error)]
pub enum JobsError {
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// There is no such job any more, or a worker has it right now.
    #[error("no such job")]
    NotFound,
    /// The database failed.
    #[error("database")]
    Database(#[from] sqlx::Error),
}

/// A job as operators see it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Which.
    pub id: JobId,
    /// What it does.
    pub kind: String,
    /// When it is due (or was).
    pub run_at: Timestamp,
    /// Attempts so far.
    pub attempts: u32,
    /// After how many it is given up.
    pub max_attempts: u32,
    /// The kind of the last failure.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: Timestamp,
    /// A worker has it now.
    pub running: bool,
}

impl From<store::jobs::Listed> for Listed {
    fn from(row: store::jobs::Listed) -> Self {
        Self {
            id: JobId(row.id),
            kind: row.kind,
            run_at: row.run_at.to_jiff(),
            attempts: row.attempts.unsigned_abs(),
            max_attempts: row.max_attempts.unsigned_abs(),
            last_error: row.last_error,
            created_at: row.created_at.to_jiff(),
            running: row.running,
        }
    }
}

/// Jobs that were given up, the latest first, at most 200.
pub async fn list_dead(services: &Services, context: &Context) -> Result<Vec<Listed>, JobsError> {
    context.require(Capability::Operate)?;
    Ok(store::jobs::dead(&services.db, SHOWN).await?.into_iter().map(Listed::from).collect())
}

/// Jobs that wait or run, the next one first, at most 200.
pub async fn list_waiting(services: &Services, context: &Context) -> Result<Vec<Listed>, JobsError> {
    context.require(Capability::Operate)?;
    Ok(store::jobs::waiting(&services.db, SHOWN).await?.into_iter().map(Listed::from).collect())
}

/// How many jobs are due, wait, and were given up.
pub async fn standing(services: &Services, context: &Context) -> Result<store::jobs::Standing, JobsError> {
    context.require(Capability::Operate)?;
    Ok(store::jobs::standing(&services.db, context.now).await?)
}

/// Makes a job that was given up due again.
pub async fn retry(services: &Services, context: &Context, id: JobId) -> Result<(), JobsError> {
    context.require(Capability::Operate)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let kind = store::jobs::revive(&mut *tx, id.0, context.now).await?.ok_or(JobsError::NotFound)?;
        note(&mut tx, &context, "job.retried", id, &kind).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(())
    })
    .await
}

/// Deletes a job that waits or was given up; not one a worker has right now. What follows when a job of its kind is given up
/// follows here too, in the same transaction: nobody will do it any more.
pub async fn discard(services: &Services, context: &Context, id: JobId) -> Result<(), JobsError> {
    context.require(Capability::Operate)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let job = store::jobs::discard(&mut *tx, id.0).await?.ok_or(JobsError::NotFound)?;
        note(&mut tx, &context, "job.discarded", id, &job.kind).await?;
        // Of one that was given up before, it followed then.
        if job.waited
            && let Some(end) = crate::handlers::all().end_of(&job.kind)
        {
            end(&services, &mut tx, job.payload).await?;
        }
        tx.commit().await?;
        Ok(())
    })
    .await
}

async fn note(tx: &mut Tx, context: &Context, action: &'static str, id: JobId, kind: &str) -> sqlx::Result<()> {
    let entry = Entry { action, subject_kind: "job", subject: Some(id.0), detail: json!({ "kind": kind }) };
    audit::record(tx, context, &[entry]).await
}
