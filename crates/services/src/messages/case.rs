//! The messages about an application of the Spark Project: that something changed, and that something is to be done by a day,
//! after which it lapses or does not.
//! They say which application, and nothing of what, nor of whose: they may lie open on a table. The rest is read behind the
//! sign-in.

use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter, sms};
use super::templates::Facts;
use crate::Services;
use crate::jobs::{Failure, Handlers, Job, Outcome};
use crate::spark::cases::{CaseError, CaseNews, CaseReminder, Recipient, recipient, still_owed, still_stands};
use domain::Locale;
use domain::contact::Contact;
use domain::ids::{AccountId, CaseId, MessageId};
use domain::time::day_text;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// That something changed: the text, and the name in the `message` table.
const NEWS: &str = "case_news";
/// That something is to be done, or the application lapses.
const REMINDER: &str = "case_reminder";
/// That something is to be done; nothing lapses by it.
const DUE: &str = "case_due";

/// A case, in words: as little as finds it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CaseFacts {
    /// K7M4-Q2XR
    pub reference: String,
    /// The last day on which something can be done, of a reminder.
    pub until: Option<String>,
    /// Where one signs in and reads on.
    pub page: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// Adds what sends them.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(CaseNews::JOB, send_news).on(CaseReminder::JOB, send_reminder).on(CaseReminder::OWED, send_owed)
}

fn failure(error: CaseError) -> Failure {
    match error {
        CaseError::Database(error) => error.into(),
        // A key made by another server a moment ago may not have arrived here yet.
        CaseError::Crypto(_) => Failure::retry("case_sealed"),
        CaseError::Busy => Failure::retry("busy"),
        _ => Failure::give_up("case_unreadable"),
    }
}

async fn send_news(services: Services, job: Job<CaseNews>) -> Outcome {
    let CaseNews { case, account, message } = job.payload;
    send(&services, (case, account, message), (NEWS, None), job.last).await
}

/// What was reminded of is not true any more once anything happened to the case.
async fn send_reminder(services: Services, job: Job<CaseReminder>) -> Outcome {
    let stands = still_stands(&services, job.payload.case, job.payload.what()).await.map_err(failure)?;
    remind(&services, job, REMINDER, stands).await
}

/// Nor is what was asked back once it is there.
async fn send_owed(services: Services, job: Job<CaseReminder>) -> Outcome {
    let stands = still_owed(&services, job.payload.case, job.payload.what()).await.map_err(failure)?;
    remind(&services, job, DUE, stands).await
}

async fn remind(services: &Services, job: Job<CaseReminder>, template: &'static str, stands: bool) -> Outcome {
    let CaseReminder { case, account, message, until, .. } = job.payload;
    if !stands {
        return drop_message(services, services.clock.now(), dispatch(case, message, template, "mail")).await;
    }
    send(services, (case, account, message), (template, Some(until)), job.last).await
}

const fn dispatch(case: CaseId, id: MessageId, template: &'static str, channel: &'static str) -> Dispatch {
    Dispatch { id, subject: Some(Subject("spark_case", case.0)), template, channel }
}

/// Sends one of the texts, with the day it names.
async fn send(
    services: &Services,
    (case, account, message): (CaseId, AccountId, MessageId),
    (template, until): (&'static str, Option<Date>),
    last: bool,
) -> Outcome {
    let now = services.clock.now();
    let of = |channel| dispatch(case, message, template, channel);
    let (contact, locale, reference) = match recipient(services, case, account).await.map_err(failure)? {
        Recipient::Tell { contact, locale, reference } => (contact, locale, reference),
        Recipient::Nobody => return drop_message(services, now, of("mail")).await,
    };
    let until = until.map(|day| day_text(day, locale));
    let (channel, parcel) = match contact {
        Contact::Phone(phone) => {
            let mut values = BTreeMap::from([("reference", reference)]);
            values.extend(until.map(|day| ("until", day)));
            ("sms", sms(services, message, phone, locale, template, values, now)?)
        }
        Contact::Mail(mail) => {
            let site = services.settings.public_url.clone();
            let english = if locale == Locale::En { "/en" } else { "" };
            let page = format!("{site}{english}/account");
            let facts = Facts::Case(CaseFacts { reference, until, page, site, help: services.post.help() });
            ("mail", letter(message, mail, locale, template, &facts, None, now)?)
        }
    };
    dispatch_one(services, now, of(channel), parcel, last).await
}
