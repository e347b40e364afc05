//! Messages about an application as an ambassador: received, a question, selected, on the reserve, not this time, the
//! certificate, taken back.
//!
//! The job names the application; name, school and contact are read when it is sent, and it is asked then whether the
//! message is still true.

use super::address;
use super::deliver::{Dispatch, dispatch_one, drop_message, letter, sms};
use super::short_link;
use super::templates::Facts;
use crate::Services;
use crate::ambassadors::{AmbassadorError, Ambassadors, Application, link_until, manage_link};
use crate::context::new_uuid;
use crate::jobs::{Failure, Job, NewJob, Outcome, enqueue};
use crate::requests::Kind;
use domain::ambassador::State;
use domain::contact::Contact;
use domain::ids::{AmbassadorId, MessageId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The job that sends a message about an application.
pub(super) const AMBASSADOR: &str = "messages.ambassador";

/// Which message about an application.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmbassadorTemplate {
    /// We have it.
    Received,
    /// We need to know something.
    Asked,
    /// A place, by the selection or since somebody withdrew.
    Selected,
    /// The place of the next who withdraws.
    Reserve,
    /// Not this time.
    Refused,
    /// The certificate can be fetched.
    Certified,
    /// Taken back, as asked.
    Withdrawn,
}

impl AmbassadorTemplate {
    /// As in the `message` table and in the names of the texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "ambassador_received",
            Self::Asked => "ambassador_asked",
            Self::Selected => "ambassador_selected",
            Self::Reserve => "ambassador_reserve",
            Self::Refused => "ambassador_refused",
            Self::Certified => "ambassador_certified",
            Self::Withdrawn => "ambassador_withdrawn",
        }
    }

    /// Whether the message still says what is so.
    const fn is_true_of(self, state: State) -> bool {
        match self {
            Self::Received => !state.is_over(),
            Self::Asked => matches!(state, State::Asked),
            Self::Selected => matches!(state, State::Selected | State::Confirmed),
            Self::Reserve => matches!(state, State::Reserve),
            Self::Refused => matches!(state, State::Refused),
            Self::Certified => matches!(state, State::Certified),
            Self::Withdrawn => matches!(state, State::Withdrawn),
        }
    }
}

/// An application, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct AmbassadorFacts {
    /// Who applied. In bodies of mail only.
    pub name: String,
    /// The school.
    pub organisation: String,
    /// What the round is called.
    pub round: String,
    /// K7M4-Q2XR
    pub reference: String,
    /// What was asked.
    pub question: Option<String>,
    /// Why not this time.
    pub reason: Option<String>,
    /// The place on the reserve.
    pub rank: Option<u32>,
    /// SDQXB-2026-000123
    pub number: Option<String>,
    /// See, answer, choose a date, fetch the certificate, withdraw.
    pub manage: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// What the job holds: ids.
#[derive(Serialize, Deserialize)]
pub(super) struct AmbassadorJob {
    application: AmbassadorId,
    template: AmbassadorTemplate,
    /// The message's id, by whichever way it goes.
    message: MessageId,
}

/// Queues messages about applications, in one statement. Ring `Services::job_bell` after the commit.
pub async fn queue_ambassadors(
    db: &mut PgConnection,
    now: Timestamp,
    told: &[(AmbassadorId, AmbassadorTemplate)],
) -> sqlx::Result<()> {
    let payload = |(application, template): &(AmbassadorId, AmbassadorTemplate)| AmbassadorJob {
        application: *application,
        template: *template,
        message: MessageId(new_uuid(now)),
    };
    let payloads: Vec<_> = told.iter().map(payload).collect();
    let job = |payload| NewJob { kind: AMBASSADOR, payload, run_at: now, dedupe: None };
    let jobs: Vec<_> = payloads.iter().map(job).collect();
    enqueue(db, now, &jobs).await
}

pub(super) async fn send(services: Services, job: Job<AmbassadorJob>) -> Outcome {
    let now = services.clock.now();
    let AmbassadorJob { application: id, template, message } = job.payload;
    let mut db = services.db.acquire().await?;
    let application = match Ambassadors::load(&services, &mut db, id, now).await {
        Ok(Some(application)) => application,
        // Never committed here: there is nobody to tell.
        Ok(None) => return Ok(()),
        Err(AmbassadorError::Database(error)) => return Err(error.into()),
        // A key made by another server a moment ago may not have arrived here yet.
        Err(_) => return Err(Failure::retry("ambassador_sealed")),
    };
    drop(db);
    let Some(contact) = application.contact.clone() else { return Ok(()) };
    let channel = match contact {
        Contact::Phone(_) => "sms",
        Contact::Mail(_) => "mail",
    };
    let dispatch = Dispatch {
        id: message,
        booking: None,
        account: None,
        bus: None,
        group: None,
        ambassador: Some(id),
        template: template.name(),
        channel,
    };
    if !template.is_true_of(application.state) {
        tracing::info!(application = %id, template = template.name(), "a message is not true any more and is not sent");
        return drop_message(&services, now, dispatch).await;
    }
    let parcel = match contact {
        Contact::Mail(mail) => {
            let facts = Facts::Ambassador(Box::new(facts(&services, &application)));
            letter(message, mail, application.locale, template.name(), &facts, None, now)?
        }
        Contact::Phone(phone) => {
            short_link::keep_ambassador(&services, id, link_until(&application)).await?;
            let mut values = BTreeMap::from([("reference", application.reference.clone())]);
            if template != AmbassadorTemplate::Withdrawn {
                values.insert("link", short_link::ambassador_code(&services, id));
            }
            sms(&services, message, phone, application.locale, template.name(), values, now)?
        }
    };
    dispatch_one(&services, now, dispatch, parcel, job.last).await
}

/// An application in the words of its language.
fn facts(services: &Services, application: &Application) -> AmbassadorFacts {
    let locale = application.locale;
    AmbassadorFacts {
        name: application.name.as_str().to_owned(),
        organisation: application.organisation.clone(),
        round: application.round_title.of(locale).to_owned(),
        reference: application.reference.clone(),
        question: application.question.clone(),
        reason: application.reason.clone(),
        rank: application.rank,
        number: application.certificate.map(|it| it.number.to_string()),
        manage: address(services, locale, &format!("/ambassadors/r/{}", manage_link(services, application))),
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    }
}
