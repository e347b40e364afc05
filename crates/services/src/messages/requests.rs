//! Messages about a request of whatever kind, sent when their turn comes from what is true then: organisation, name and
//! contact are read at that moment, and it is asked whether the message still says what is so. The kinds' own words stand
//! beside it; queueing stands in [`crate::requests`].

use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter, sms};
use super::short_link;
use super::templates::Facts;
use crate::Services;
use crate::jobs::{Failure, Handlers, Job, Outcome};
use crate::requests::{Kind, NoticeJob, RequestError, Template, View, link_until, manage_link};
use domain::Locale;
use domain::booking::{after_quiet, is_quiet};
use domain::contact::Contact;
use jiff::Timestamp;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the messages of one kind say.
pub(super) trait Letters: Kind {
    /// What the characters of its short links are made with.
    const SHORT_LINK: &'static str;
    /// Where its links lead.
    const PAGE: &'static str;

    /// A request in the words of its language.
    fn facts(services: &Services, request: &View<Self>) -> Facts;

    /// The values of a filed text message besides reference and link: only those its sentence has.
    fn values(_request: &View<Self>, _template: Self::Template) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// Whether the session or date a message is about still is the one of the request, and worth speaking of.
    fn is_about(_request: &View<Self>, _template: Self::Template, _about: Uuid, _now: Timestamp) -> bool {
        true
    }
}

/// Adds what sends the messages of a kind, by whichever of its jobs they come.
pub(super) fn handlers<K: Letters>(handlers: Handlers) -> Handlers {
    handlers.on(K::JOB, send::<K>).on(K::NEWER_JOB, send::<K>)
}

/// Where whoever asked follows a request.
pub(super) fn page_link<K: Letters>(services: &Services, request: &View<K>) -> String {
    super::address(services, request.locale, &format!("{}{}", K::PAGE, manage_link(services, request)))
}

/// An instant or a deadline as a text message has it: providers refuse longer values.
pub(super) fn short_time(words: fn(Timestamp, Locale) -> String, at: Timestamp, locale: Locale) -> String {
    super::deliver::shortened(&words(at, locale))
}

async fn send<K: Letters>(services: Services, job: Job<NoticeJob<K::Template>>) -> Outcome {
    let now = services.clock.now();
    let Some(id) = job.payload.request().map(K::Id::from) else { return Err(Failure::give_up("no_request")) };
    let NoticeJob { template, about, message, .. } = job.payload;
    let mut db = services.db.acquire().await?;
    let request = match K::load(&services, &mut db, id, now).await {
        Ok(Some(request)) => request,
        // Never committed here: there is nobody to tell.
        Ok(None) => return Ok(()),
        Err(RequestError::Database(error)) => return Err(error.into()),
        // A key made by another server a moment ago may not have arrived here yet.
        Err(_) => return Err(Failure::retry("request_sealed")),
    };
    drop(db);
    let Some(contact) = request.contact.clone() else { return Ok(()) };
    let channel = match contact {
        Contact::Phone(_) => "sms",
        Contact::Mail(_) => "mail",
    };
    let subject = Some(Subject(K::TABLE, id.into()));
    let dispatch = Dispatch { id: message, subject, template: template.name(), channel };
    // Proposed twice in a moment: only what is so now is told, and once.
    let other = about.is_some_and(|about| !K::is_about(&request, template, about, now));
    if other || !template.is_true_of(request.state) {
        tracing::info!(request = %id, template = template.name(), "a message is not true any more and is not sent");
        return drop_message(&services, now, dispatch).await;
    }
    if template.keeps_quiet_hours() && is_quiet(now) {
        return Err(Failure::retry_after("quiet_hours", after_quiet(now).duration_since(now)));
    }
    let parcel = match contact {
        Contact::Mail(mail) => {
            let facts = K::facts(&services, &request);
            letter(message, mail, request.locale, template.text(), &facts, None, now)?
        }
        Contact::Phone(phone) => {
            short_link::keep_request::<K>(&services, id, link_until(&request)).await?;
            let mut values = BTreeMap::from([("reference", request.reference.clone())]);
            if template != K::Template::WITHDRAWN {
                values.insert("link", short_link::request_code::<K>(&services, id));
            }
            values.extend(K::values(&request, template));
            sms(&services, message, phone, request.locale, template.text(), values, now)?
        }
    };
    dispatch_one(&services, now, dispatch, parcel, job.last).await
}
