//! What operators do with jobs.

use crate::calls::{Answer, Asked, Call};
use crate::form::{FormState, Tone};
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::ids::JobId;
use services::jobs::{self, JobsError};

/// The workbench's calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/jobs/:id/retry", Access::Capability(Capability::Operate), &retry),
    Call::post("/staff/jobs/:id/discard", Access::Capability(Capability::Operate), &discard),
];

async fn retry(asked: Asked) -> Answer {
    let Some(id) = asked.param::<JobId>("id") else { return Problem::NotFound.into() };
    told(&asked, jobs::retry(&asked.services, &asked.context, id).await, "retried")
}

async fn discard(asked: Asked) -> Answer {
    let Some(id) = asked.param::<JobId>("id") else { return Problem::NotFound.into() };
    told(&asked, jobs::discard(&asked.services, &asked.context, id).await, "discarded")
}

fn told(asked: &Asked, result: Result<(), JobsError>, done: &str) -> Answer {
    match result {
        Ok(()) => Answer::to(format!("/staff/jobs?done={done}")),
        // Done meanwhile, taken by a worker, or let go by a colleague: the list shows what is left.
        Err(JobsError::NotFound) => {
            let form = FormState::default().with_notice(Tone::Warning, asked.t("staff-job-gone").to_string());
            Answer::again_at("/staff/jobs", form)
        }
        Err(JobsError::Denied(denied)) => denied.into(),
        Err(error) => Problem::from(error).into(),
    }
}
