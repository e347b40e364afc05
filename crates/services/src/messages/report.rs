//! Messages to compliance that a report to the public is due. They hold no figure: which report, until when, and the way to it
//! behind the sign-in.

use super::address;
use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter};
use super::templates::Facts;
use crate::Services;
use crate::disclosure::{DisclosureError, Reminder, reminder};
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use domain::disclosure::Term;
use domain::ids::{AccountId, MessageId};
use domain::time::day_text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// The job that sends one.
const REPORT: &str = "messages.report_due";

/// The text, and the name in the `message` table.
const TEMPLATE: &str = "report_due";

/// A report that is due, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ReportFacts {
    /// 2026年第三季度
    pub term: String,
    /// 2026年10月30日（周五）
    pub due: String,
    /// Where it is prepared.
    pub page: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// What the job holds: a report's name and ids.
#[derive(Serialize, Deserialize)]
pub(super) struct ReportJob {
    term: String,
    account: AccountId,
    message: MessageId,
}

/// Adds what sends them.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(REPORT, send)
}

/// Queues reminders, to be sent at `run_at`: of which report, to whom, with the message's id. Ring `Services::job_bell` after the commit.
pub(crate) async fn queue_reports(
    db: &mut PgConnection,
    (now, run_at): (Timestamp, Timestamp),
    told: &[(Term, AccountId, MessageId)],
) -> sqlx::Result<()> {
    let payload = |(term, account, message): &(Term, AccountId, MessageId)| ReportJob {
        term: term.to_string(),
        account: *account,
        message: *message,
    };
    let payloads: Vec<_> = told.iter().map(payload).collect();
    let jobs: Vec<_> = payloads.iter().map(|payload| NewJob { kind: REPORT, payload, run_at, dedupe: None }).collect();
    enqueue(db, now, &jobs).await
}

fn failure(error: DisclosureError) -> Failure {
    match error {
        DisclosureError::Database(error) => error.into(),
        DisclosureError::Busy => Failure::retry("busy"),
        _ => Failure::give_up("report_unreadable"),
    }
}

async fn send(services: Services, job: Job<ReportJob>) -> Outcome {
    let services = &services;
    let now = services.clock.now();
    let ReportJob { term, account, message } = job.payload;
    let term: Term = term.parse().map_err(|_| Failure::give_up("report_unreadable"))?;
    let dispatch =
        Dispatch { id: message, subject: Some(Subject("account", account.0)), template: TEMPLATE, channel: "mail" };
    let Some(Reminder { mail, locale, due }) = reminder(services, term, account).await.map_err(failure)? else {
        return drop_message(services, now, dispatch).await;
    };
    let facts = Facts::Report(ReportFacts {
        term: term.text(locale),
        due: day_text(due, locale),
        page: address(services, locale, "/staff/disclosure"),
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    });
    let parcel = letter(message, mail, locale, TEMPLATE, &facts, None, now)?;
    dispatch_one(services, now, dispatch, parcel, job.last).await
}
