//! The answer to whoever objected to a notice and gave an address: what became of it and why, and which receipt. Nothing of what was
//! objected, nor of any case.

use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter};
use super::templates::Facts;
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use crate::spark::objections::{Answering, ObjectionError, answering};
use crate::{Context, Services};
use domain::ids::MessageId;
use domain::spark::objection::Outcome as Decided;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

/// The job that sends one.
const OBJECTION: &str = "messages.objection_answered";

/// The text, and the name in the `message` table.
const TEMPLATE: &str = "objection_answered";

/// An answer, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ObjectionFacts {
    /// K7M4-Q2XR
    pub receipt: String,
    /// What was objected is right.
    pub upheld: bool,
    /// The committee decides again.
    pub back: bool,
    /// Why.
    pub answer: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// What the job holds: ids.
#[derive(Serialize, Deserialize)]
pub(super) struct ObjectionJob {
    objection: Uuid,
    message: MessageId,
}

/// Adds what sends them.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(OBJECTION, send)
}

/// Queues the answer to an objection. Ring `Services::job_bell` after the commit.
pub(crate) async fn queue_objection(db: &mut PgConnection, context: &Context, objection: Uuid) -> sqlx::Result<()> {
    let payload = ObjectionJob { objection, message: context.new_id() };
    let job = NewJob { kind: OBJECTION, payload: &payload, run_at: context.now, dedupe: None };
    enqueue(db, context.now, &[job]).await
}

fn failure(error: ObjectionError) -> Failure {
    match error {
        ObjectionError::Database(error) => error.into(),
        // A key made by another server a moment ago may not have arrived here yet.
        ObjectionError::Crypto(_) => Failure::retry("objection_sealed"),
        ObjectionError::Busy => Failure::retry("busy"),
        _ => Failure::give_up("objection_unreadable"),
    }
}

async fn send(services: Services, job: Job<ObjectionJob>) -> Outcome {
    let services = &services;
    let now = services.clock.now();
    let ObjectionJob { objection, message } = job.payload;
    let subject = Some(Subject("spark_objection", objection));
    let dispatch = Dispatch { id: message, subject, template: TEMPLATE, channel: "mail" };
    let Some(told) = answering(services, objection).await.map_err(failure)? else {
        return drop_message(services, now, dispatch).await;
    };
    let Answering { mail, locale, receipt, outcome, back, answer } = told;
    let facts = Facts::Objection(ObjectionFacts {
        receipt,
        upheld: outcome == Decided::Upheld,
        back,
        answer,
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    });
    let parcel = letter(message, mail, locale, TEMPLATE, &facts, None, now)?;
    dispatch_one(services, now, dispatch, parcel, job.last).await
}
