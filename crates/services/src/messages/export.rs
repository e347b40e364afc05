//! Messages to staff that a scheduled export waits for them. They hold no number and no name: what the file is of, and the way
//! to it behind the sign-in.

use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter, note};
use super::templates::Facts;
use crate::Services;
use crate::context::new_uuid;
use crate::exports::{self, ExportError, Recipient};
use crate::jobs::{Failure, Handlers, Job, NewJob, Outcome, enqueue};
use domain::Locale;
use domain::ids::{AccountId, ExportRunId, MessageId};
use domain::numbers::What;
use futures::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::messages::NewMessage;

/// The job that sends one.
const EXPORT: &str = "messages.export";

/// The text, and the name in the `message` table.
const TEMPLATE: &str = "export_ready";

/// A scheduled export, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct ExportFacts {
    /// It is of bookings: a second factor is asked for.
    pub bookings: bool,
    /// For how many days the link is good.
    pub days: i64,
    /// Where the file is fetched.
    pub page: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// What the job holds: ids.
#[derive(Serialize, Deserialize)]
pub(super) struct ExportJob {
    run: ExportRunId,
    account: AccountId,
    message: MessageId,
}

/// Adds what sends them, and what is said where none will be sent.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(EXPORT, send).given_up(EXPORT, given_up)
}

/// Queues the messages of a sending, in one statement; nobody has two of them on their way. A job that was given up makes
/// room for the new one; one that staff made due again does it. Ring `Services::job_bell` after the commit.
pub(crate) async fn queue_exports(
    db: &mut PgConnection,
    now: Timestamp,
    run: ExportRunId,
    recipients: &[AccountId],
) -> sqlx::Result<()> {
    let payload = |account: &AccountId| ExportJob { run, account: *account, message: MessageId(new_uuid(now)) };
    let payloads: Vec<_> = recipients.iter().map(payload).collect();
    let keys: Vec<_> = recipients.iter().map(|account| format!("export:{run}:{account}")).collect();
    store::jobs::clear_dead(&mut *db, &keys).await?;
    let job = |(payload, key)| NewJob { kind: EXPORT, payload, run_at: now, dedupe: Some(key) };
    let jobs: Vec<_> = payloads.iter().zip(keys).map(job).collect();
    enqueue(db, now, &jobs).await
}

fn failure(error: ExportError) -> Failure {
    match error {
        ExportError::Database(error) => error.into(),
        // A key made by another server a moment ago may not have arrived here yet.
        ExportError::Crypto(_) => Failure::retry("export_sealed"),
        _ => Failure::give_up("export_unreadable"),
    }
}

/// Nothing follows by itself: it is not on its way any more, and the page says so. A worker may have died between the mail and
/// the word about it; then it is said now.
fn given_up<'a>(services: &'a Services, db: &'a mut PgConnection, job: ExportJob) -> BoxFuture<'a, sqlx::Result<()>> {
    Box::pin(async move {
        let ExportJob { run, account, message } = job;
        let new =
            NewMessage { id: message.0, subject: Some(("account", account.0)), template: TEMPLATE, channel: "mail" };
        let state = store::messages::note(&mut *db, services.clock.now(), new).await?;
        if state == "queued" {
            store::messages::settle(&mut *db, message.0, "failed", None, None).await?;
        }
        let outcome = if state == "sent" { exports::TOLD } else { exports::UNDELIVERABLE };
        exports::settle_in(db, services, run, account, outcome).await
    })
}

async fn send(services: Services, job: Job<ExportJob>) -> Outcome {
    let services = &services;
    let now = services.clock.now();
    let ExportJob { run, account, message } = job.payload;
    let dispatch =
        Dispatch { id: message, subject: Some(Subject("account", account.0)), template: TEMPLATE, channel: "mail" };
    match exports::recipient(services, run, account, now).await.map_err(failure)? {
        Recipient::Settled => Ok(()),
        Recipient::Withhold(why) => {
            exports::settle(services, run, account, why).await.map_err(failure)?;
            drop_message(services, now, dispatch).await
        }
        Recipient::Tell { mail, locale, what } => {
            let site = services.settings.public_url.clone();
            let english = if locale == Locale::En { "/en" } else { "" };
            let facts = Facts::Export(ExportFacts {
                bookings: what == What::Bookings,
                days: exports::OPEN.as_hours() / 24,
                page: format!("{site}{english}/staff/numbers/files/{run}"),
                site,
                help: services.post.help(),
            });
            let parcel = letter(message, mail, locale, TEMPLATE, &facts, None, now)?;
            dispatch_one(services, now, dispatch, parcel, job.last).await?;
            // One that was refused for good is over as well, and nobody was told by it.
            let outcome = match note(services, now, dispatch).await?.as_str() {
                "sent" => exports::TOLD,
                _ => exports::UNDELIVERABLE,
            };
            exports::settle(services, run, account, outcome).await.map_err(failure)
        }
    }
}
