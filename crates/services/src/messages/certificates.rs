//! Messages to quality that certificates of collectors end soon. They name nobody: how many, until when, and the way to them behind
//! the sign-in.

use super::address;
use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter};
use super::templates::Facts;
use crate::Services;
use crate::custody::collectors::{Reminded, reminded};
use crate::custody::desk::DeskError;
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use domain::ids::{AccountId, MessageId};
use domain::time::day_text;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// The job that sends one.
const CERTIFICATES: &str = "messages.certificates_end";

/// The text, and the name in the `message` table.
const TEMPLATE: &str = "certificates_end";

/// Certificates that end, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CertificateFacts {
    /// How many.
    pub count: u32,
    /// 2026年10月30日（周五）
    pub until: String,
    /// Where they are.
    pub page: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// What the job holds: a number, a day and ids.
#[derive(Serialize, Deserialize)]
pub(super) struct CertificateJob {
    count: u32,
    until: Date,
    account: AccountId,
    message: MessageId,
}

/// Adds what sends them.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(CERTIFICATES, send)
}

/// Queues reminders of so many certificates that end until a day, to be sent at `run_at`: to whom, with the message's id. Ring
/// `Services::job_bell` after the commit.
pub(crate) async fn queue_certificates(
    db: &mut PgConnection,
    (now, run_at): (Timestamp, Timestamp),
    (count, until): (u32, Date),
    told: &[(AccountId, MessageId)],
) -> sqlx::Result<()> {
    let payload = |(account, message): &(AccountId, MessageId)| CertificateJob {
        count,
        until,
        account: *account,
        message: *message,
    };
    let payloads: Vec<_> = told.iter().map(payload).collect();
    let jobs: Vec<_> =
        payloads.iter().map(|payload| NewJob { kind: CERTIFICATES, payload, run_at, dedupe: None }).collect();
    enqueue(db, now, &jobs).await
}

fn failure(error: DeskError) -> Failure {
    match error {
        DeskError::Database(error) => error.into(),
        DeskError::Busy => Failure::retry("busy"),
        _ => Failure::give_up("reminder_unreadable"),
    }
}

async fn send(services: Services, job: Job<CertificateJob>) -> Outcome {
    let services = &services;
    let now = services.clock.now();
    let CertificateJob { count, until, account, message } = job.payload;
    let dispatch =
        Dispatch { id: message, subject: Some(Subject("account", account.0)), template: TEMPLATE, channel: "mail" };
    let Some(Reminded { mail, locale }) = reminded(services, account).await.map_err(failure)? else {
        return drop_message(services, now, dispatch).await;
    };
    let facts = Facts::Certificates(CertificateFacts {
        count,
        until: day_text(until, locale),
        page: format!("{}?ending=1", address(services, locale, "/staff/collectors")),
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    });
    let parcel = letter(message, mail, locale, TEMPLATE, &facts, None, now)?;
    dispatch_one(services, now, dispatch, parcel, job.last).await
}
