//! The messages to families: that there is a notice to read, that a child of age is invited, and to whom it was that somebody belongs
//! to one no more. They say neither what nor of whom: the rest is read behind the sign-in.

use super::deliver::{Dispatch, Subject, dispatch_one, drop_message, letter, sms};
use super::templates::Facts;
use crate::Services;
use crate::family::{FamilyError, FamilyInvited, FamilyLeft, FamilyNews, contact_of, invited_phone, told_at};
use crate::jobs::{Failure, Handlers, Job, Outcome};
use domain::Locale;
use domain::contact::Contact;
use domain::ids::MessageId;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// That there is a notice: the text, and the name in the `message` table.
const NEWS: &str = "family_news";
/// That a child is invited.
const INVITED: &str = "family_invited";
/// That they belong to a family no more.
const LEFT: &str = "family_left";

/// A family, in words: nothing that names one.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FamilyFacts {
    /// Where one signs in and reads on.
    pub page: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// Adds what sends them.
pub(super) fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(FamilyNews::JOB, send_news).on(FamilyInvited::JOB, send_invited).on(FamilyLeft::JOB, send_left)
}

fn failure(error: FamilyError) -> Failure {
    match error {
        FamilyError::Database(error) => error.into(),
        // A key made by another server a moment ago may not have arrived here yet.
        FamilyError::Crypto(_) => Failure::retry("family_sealed"),
        _ => Failure::give_up("family_unreadable"),
    }
}

const fn dispatch(family: Uuid, id: MessageId, template: &'static str, channel: &'static str) -> Dispatch {
    Dispatch { id, subject: Some(Subject("family", family)), template, channel }
}

async fn send_news(services: Services, job: Job<FamilyNews>) -> Outcome {
    let FamilyNews { family, account, message } = job.payload;
    let told = told_at(&services, family, account).await.map_err(failure)?;
    let of = |channel| dispatch(family.0, message, NEWS, channel);
    let Some((contact, locale)) = told else {
        return drop_message(&services, services.clock.now(), of("mail")).await;
    };
    send(&services, (contact, locale), (message, NEWS, "/account/units/notices"), of, job.last).await
}

async fn send_invited(services: Services, job: Job<FamilyInvited>) -> Outcome {
    let FamilyInvited { family, invitation, message } = job.payload;
    let of = |channel| dispatch(family.0, message, INVITED, channel);
    let Some(phone) = invited_phone(&services, invitation).await.map_err(failure)? else {
        return drop_message(&services, services.clock.now(), of("sms")).await;
    };
    let to = (Contact::Phone(phone), Locale::ZhCn);
    send(&services, to, (message, INVITED, "/family/join"), of, job.last).await
}

async fn send_left(services: Services, job: Job<FamilyLeft>) -> Outcome {
    let FamilyLeft { family, account, message } = job.payload;
    let told = contact_of(&services, account).await.map_err(failure)?;
    let of = |channel| dispatch(family.0, message, LEFT, channel);
    let Some(to) = told else {
        return drop_message(&services, services.clock.now(), of("mail")).await;
    };
    send(&services, to, (message, LEFT, "/account"), of, job.last).await
}

async fn send(
    services: &Services,
    (contact, locale): (Contact, Locale),
    (message, template, path): (MessageId, &'static str, &'static str),
    of: impl Fn(&'static str) -> Dispatch,
    last: bool,
) -> Outcome {
    let now = services.clock.now();
    let (channel, parcel) = match contact {
        Contact::Phone(phone) => ("sms", sms(services, message, phone, locale, template, BTreeMap::new(), now)?),
        Contact::Mail(mail) => {
            let site = services.settings.public_url.clone();
            let english = if locale == Locale::En { "/en" } else { "" };
            let facts = FamilyFacts { page: format!("{site}{english}{path}"), site, help: services.post.help() };
            ("mail", letter(message, mail, locale, template, &Facts::Family(facts), None, now)?)
        }
    };
    dispatch_one(services, now, of(channel), parcel, last).await
}
