//! The message that something changed about an application of the Spark Project. It says which, and nothing of what, nor of
//! whose: it may lie open on a table. What changed is read behind the sign-in.

use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter, sms};
use super::templates::Facts;
use crate::Services;
use crate::jobs::{Failure, Handlers, Job, Outcome};
use crate::spark::cases::{CaseError, CaseNews, Recipient, recipient};
use domain::Locale;
use domain::contact::Contact;
use serde::Serialize;
use std::collections::BTreeMap;

/// The text, and the name in the `message` table.
const TEMPLATE: &str = "case_news";

/// A case, in words: as little as finds it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct CaseFacts {
    /// K7M4-Q2XR
    pub reference: String,
    /// Where one signs in and reads on.
    pub page: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// Adds what sends it.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(CaseNews::JOB, send)
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

async fn send(services: Services, job: Job<CaseNews>) -> Outcome {
    let now = services.clock.now();
    let CaseNews { case, account, message } = job.payload;
    let of =
        |channel| Dispatch { id: message, subject: Some(Subject("spark_case", case.0)), template: TEMPLATE, channel };
    let (contact, locale, reference) = match recipient(&services, case, account).await.map_err(failure)? {
        Recipient::Tell { contact, locale, reference } => (contact, locale, reference),
        Recipient::Nobody => return drop_message(&services, now, of("mail")).await,
    };
    let (channel, parcel) = match contact {
        Contact::Phone(phone) => {
            let values = BTreeMap::from([("reference", reference)]);
            ("sms", sms(&services, message, phone, locale, TEMPLATE, values, now)?)
        }
        Contact::Mail(mail) => {
            let site = services.settings.public_url.clone();
            let english = if locale == Locale::En { "/en" } else { "" };
            let page = format!("{site}{english}/account");
            let facts = Facts::Case(CaseFacts { reference, page, site, help: services.post.help() });
            ("mail", letter(message, mail, locale, TEMPLATE, &facts, None, now)?)
        }
    };
    dispatch_one(&services, now, of(channel), parcel, job.last).await
}
