//! Messages about a request for the science bus: queued in the transaction that causes them, sent when their turn comes
//! from what is true then.

use super::deliver::{Dispatch, deadline_text, dispatch_one, drop_message, letter, shortened, sms, when_text};
use super::short_link;
use super::templates::{BusFacts, Facts};
use crate::Services;
use crate::bus::{Bus, BusError, RequestView, feedback_link, manage_link};
use crate::context::new_uuid;
use crate::jobs::{Failure, Job, NewJob, Outcome, enqueue};
use crate::requests::{Kind, link_until};
use domain::Locale;
use domain::bus::State;
use domain::contact::Contact;
use domain::ids::{BusRequestId, MessageId};
use domain::time::span_text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The job that sends a message about a request.
pub(super) const BUS: &str = "messages.bus";

/// Which message about a request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BusTemplate {
    /// We have it.
    Received,
    /// We need to know something.
    Asked,
    /// A date is proposed.
    Proposed,
    /// The date stands in the itinerary.
    Scheduled,
    /// The date fell away; another one will be proposed.
    Released,
    /// We cannot come.
    Refused,
    /// Taken back, as asked.
    Withdrawn,
    /// The bus was there: thank you, and what was it like?
    Thanks,
}

impl BusTemplate {
    /// Every message about a request.
    pub const ALL: [Self; 8] = [
        Self::Received,
        Self::Asked,
        Self::Proposed,
        Self::Scheduled,
        Self::Released,
        Self::Refused,
        Self::Withdrawn,
        Self::Thanks,
    ];

    /// As in the `message` table and in the names of the texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "bus_received",
            Self::Asked => "bus_asked",
            Self::Proposed => "bus_proposed",
            Self::Scheduled => "bus_scheduled",
            Self::Released => "bus_released",
            Self::Refused => "bus_refused",
            Self::Withdrawn => "bus_withdrawn",
            Self::Thanks => "bus_thanks",
        }
    }

    /// Whether the message still says what is so.
    const fn is_true_of(self, state: State) -> bool {
        match self {
            Self::Received => !state.is_over(),
            Self::Asked => matches!(state, State::Asked),
            Self::Proposed => matches!(state, State::Proposed),
            Self::Scheduled => matches!(state, State::Scheduled),
            Self::Released => matches!(state, State::Submitted),
            Self::Refused => matches!(state, State::Refused),
            Self::Withdrawn => matches!(state, State::Withdrawn),
            Self::Thanks => matches!(state, State::Visited),
        }
    }
}

/// What the job holds: ids.
#[derive(Serialize, Deserialize)]
pub(super) struct BusJob {
    request: BusRequestId,
    template: BusTemplate,
    /// The message's id, by whichever way it goes.
    message: MessageId,
}

/// Queues a message about a request. Ring `Services::job_bell` after the commit.
pub async fn queue_bus(
    db: &mut PgConnection,
    now: Timestamp,
    request: BusRequestId,
    template: BusTemplate,
) -> sqlx::Result<()> {
    queue_bus_at(db, now, now, request, template).await
}

/// The same, to be sent at `run_at`.
pub async fn queue_bus_at(
    db: &mut PgConnection,
    now: Timestamp,
    run_at: Timestamp,
    request: BusRequestId,
    template: BusTemplate,
) -> sqlx::Result<()> {
    let payload = BusJob { request, template, message: MessageId(new_uuid(now)) };
    // Said at most once of a request; the others may come again with another question or another date.
    let once = matches!(template, BusTemplate::Received | BusTemplate::Thanks);
    let dedupe = once.then(|| format!("{}:{request}", template.name()));
    enqueue(db, now, &[NewJob { kind: BUS, payload: &payload, run_at, dedupe }]).await
}

pub(super) async fn send(services: Services, job: Job<BusJob>) -> Outcome {
    let now = services.clock.now();
    let BusJob { request: id, template, message } = job.payload;
    let mut db = services.db.acquire().await?;
    let request = match Bus::load(&services, &mut db, id, now).await {
        Ok(Some(request)) => request,
        // Never committed here: there is nobody to tell.
        Ok(None) => return Ok(()),
        Err(BusError::Database(error)) => return Err(error.into()),
        // A key made by another server a moment ago may not have arrived here yet.
        Err(_) => return Err(Failure::retry("bus_request_sealed")),
    };
    drop(db);
    let Some(contact) = request.contact.clone() else { return Ok(()) };
    let channel = match contact {
        Contact::Phone(_) => "sms",
        Contact::Mail(_) => "mail",
    };
    let dispatch = Dispatch {
        id: message,
        booking: None,
        account: None,
        bus: Some(id),
        group: None,
        ambassador: None,
        template: template.name(),
        channel,
    };
    if !template.is_true_of(request.state) {
        tracing::info!(request = %id, template = template.name(), "a message is not true any more and is not sent");
        return drop_message(&services, now, dispatch).await;
    }
    let parcel = match contact {
        Contact::Mail(mail) => {
            let facts = Facts::Bus(Box::new(facts(&services, &request)));
            letter(message, mail, request.locale, template.name(), &facts, None, now)?
        }
        Contact::Phone(phone) => {
            short_link::keep_bus(&services, id, link_until(&request)).await?;
            let values = values(&services, &request, template);
            sms(&services, message, phone, request.locale, template.name(), values, now)?
        }
    };
    dispatch_one(&services, now, dispatch, parcel, job.last).await
}

/// A request in the words of its language.
fn facts(services: &Services, request: &RequestView) -> BusFacts {
    let locale = request.locale;
    let site = &services.settings.public_url;
    let prefix = match locale {
        Locale::ZhCn => "",
        Locale::En => "/en",
    };
    let stop = request.stop.as_ref();
    BusFacts {
        name: request.name.as_str().to_owned(),
        organisation: request.organisation.clone(),
        reference: request.reference.clone(),
        city: request.city.text(locale).to_owned(),
        people: request.people,
        date: stop.map(|stop| span_text(stop.starts_at, stop.ends_at, locale)),
        answer_by: stop.map(|stop| deadline_text(stop.answer_by, locale)),
        replaced: stop.and_then(|stop| stop.replaced).map(|(from, until)| span_text(from, until, locale)),
        message: request.message.clone(),
        question: request.question.clone(),
        reason: request.reason.clone(),
        manage: format!("{site}{prefix}/bus/r/{}", manage_link(services, request)),
        feedback: format!("{site}{prefix}/bus/f/{}", feedback_link(services, request)),
        site: site.clone(),
        help: services.post.help(),
    }
}

/// The values of a filed text message: only those its sentence has.
fn values(services: &Services, request: &RequestView, template: BusTemplate) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::from([("reference", request.reference.clone())]);
    if template != BusTemplate::Withdrawn {
        values.insert("link", short_link::bus_code(services, request.id));
    }
    if let Some(stop) = request.stop.as_ref() {
        if matches!(template, BusTemplate::Proposed | BusTemplate::Scheduled) {
            values.insert("when", shortened(&when_text(stop.starts_at, request.locale)));
        }
        if template == BusTemplate::Proposed {
            values.insert("until", shortened(&deadline_text(stop.answer_by, request.locale)));
        }
    }
    values
}
