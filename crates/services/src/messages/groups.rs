//! Messages about a group's request: received, a question, another session proposed, refused, taken back. What an approved
//! group is told, it is told of its booking.
//!
//! The job names the request; organisation, leader and contact are read when it is sent, and it is asked then whether the
//! message is still true.

use super::address;
use super::deliver::{Dispatch, deadline_text, dispatch_one, drop_message, letter, shortened, sms, when_text};
use super::short_link;
use super::templates::Facts;
use crate::Services;
use crate::context::new_uuid;
use crate::groups::{self, GroupError, Groups, RequestView, link_until, manage_link};
use crate::jobs::{Failure, Job, NewJob, Outcome, enqueue};
use crate::requests::Kind;
use domain::contact::Contact;
use domain::groups::State;
use domain::ids::{GroupRequestId, MessageId, SessionId};
use domain::time::span_text;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The job that sends a message about a request.
pub(super) const GROUP: &str = "messages.group";

/// Which message about a request.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupTemplate {
    /// We have it.
    Received,
    /// We need to know something.
    Asked,
    /// Another session is proposed.
    Proposed,
    /// It cannot be.
    Refused,
    /// Taken back, as asked.
    Withdrawn,
}

impl GroupTemplate {
    /// Every message about a request.
    pub const ALL: [Self; 5] = [Self::Received, Self::Asked, Self::Proposed, Self::Refused, Self::Withdrawn];

    /// As in the `message` table and in the names of the texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "group_received",
            Self::Asked => "group_asked",
            Self::Proposed => "group_proposed",
            Self::Refused => "group_refused",
            Self::Withdrawn => "group_withdrawn",
        }
    }

    /// Whether the message still says what is so.
    const fn is_true_of(self, state: State) -> bool {
        match self {
            Self::Received => !state.is_over(),
            Self::Asked => matches!(state, State::Asked),
            Self::Proposed => matches!(state, State::Proposed),
            Self::Refused => matches!(state, State::Refused),
            Self::Withdrawn => matches!(state, State::Withdrawn),
        }
    }
}

/// A group's request, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct GroupFacts {
    /// The leader. In bodies of mail only.
    pub name: String,
    /// The school, the company.
    pub organisation: String,
    /// K7M4-Q2XR
    pub reference: String,
    /// How many, accompanying adults not counted.
    pub members: u32,
    /// Adults with them.
    pub adults: u32,
    /// 2026年7月28日（周二）09:00–10:30, the best first.
    pub wishes: Vec<String>,
    /// The session that is proposed.
    pub date: Option<String>,
    /// Until when it waits.
    pub answer_by: Option<String>,
    /// The words that came with it.
    pub message: Option<String>,
    /// What was asked.
    pub question: Option<String>,
    /// Why it was refused.
    pub reason: Option<String>,
    /// See, answer, accept, withdraw.
    pub manage: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

/// What the job holds: ids.
#[derive(Serialize, Deserialize)]
pub(super) struct GroupJob {
    request: GroupRequestId,
    template: GroupTemplate,
    /// The session it proposes; none in jobs of other messages, and of servers from before it was written down.
    #[serde(default)]
    session: Option<SessionId>,
    /// The message's id, by whichever way it goes.
    message: MessageId,
}

/// Queues a message about a request, with the session it proposes, if it does. Ring `Services::job_bell` after the commit.
pub async fn queue_group(
    db: &mut PgConnection,
    now: Timestamp,
    request: GroupRequestId,
    template: GroupTemplate,
    session: Option<SessionId>,
) -> sqlx::Result<()> {
    let payload = GroupJob { request, template, session, message: MessageId(new_uuid(now)) };
    // Said at most once of a request; the others may come again with another question or another session.
    let dedupe = (template == GroupTemplate::Received).then(|| format!("{}:{request}", template.name()));
    enqueue(db, now, &[NewJob { kind: GROUP, payload: &payload, run_at: now, dedupe }]).await
}

pub(super) async fn send(services: Services, job: Job<GroupJob>) -> Outcome {
    let now = services.clock.now();
    let GroupJob { request: id, template, session, message } = job.payload;
    let mut db = services.db.acquire().await?;
    let request = match Groups::load(&services, &mut db, id, now).await {
        Ok(Some(request)) => request,
        // Never committed here: there is nobody to tell.
        Ok(None) => return Ok(()),
        Err(GroupError::Database(error)) => return Err(error.into()),
        // A key made by another server a moment ago may not have arrived here yet.
        Err(_) => return Err(Failure::retry("group_request_sealed")),
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
        bus: None,
        group: Some(id),
        ambassador: None,
        template: template.name(),
        channel,
    };
    // Proposed twice in a moment: only what is proposed now is told, and once.
    let now_proposed = request.proposal.as_ref().map(|it| it.span.session);
    let other = session.is_some() && session != now_proposed;
    if other || !template.is_true_of(request.state) {
        tracing::info!(request = %id, template = template.name(), "a message is not true any more and is not sent");
        return drop_message(&services, now, dispatch).await;
    }
    let parcel = match contact {
        Contact::Mail(mail) => {
            let facts = Facts::Group(Box::new(facts(&services, &request)));
            letter(message, mail, request.locale, template.name(), &facts, None, now)?
        }
        Contact::Phone(phone) => {
            short_link::keep_group(&services, id, link_until(&request)).await?;
            let values = values(&services, &request, template);
            sms(&services, message, phone, request.locale, template.name(), values, now)?
        }
    };
    dispatch_one(&services, now, dispatch, parcel, job.last).await
}

/// A request in the words of its language.
fn facts(services: &Services, request: &RequestView) -> GroupFacts {
    let locale = request.locale;
    let text = |span: &groups::Span| span_text(span.starts_at, span.ends_at, locale);
    let proposal = request.proposal.as_ref();
    GroupFacts {
        name: request.name.as_str().to_owned(),
        organisation: request.organisation.clone(),
        reference: request.reference.clone(),
        members: request.members,
        adults: request.adults,
        wishes: request.wishes.iter().map(text).collect(),
        date: proposal.map(|it| text(&it.span)),
        answer_by: proposal.map(|it| deadline_text(it.answer_by, locale)),
        message: proposal.and_then(|it| it.message.clone()),
        question: request.question.clone(),
        reason: request.reason.clone(),
        manage: address(services, locale, &format!("/museum/groups/r/{}", manage_link(services, request))),
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    }
}

/// The values of a filed text message: only those its sentence has.
fn values(services: &Services, request: &RequestView, template: GroupTemplate) -> BTreeMap<&'static str, String> {
    let mut values = BTreeMap::from([("reference", request.reference.clone())]);
    if template != GroupTemplate::Withdrawn {
        values.insert("link", short_link::group_code(services, request.id));
    }
    if let (GroupTemplate::Proposed, Some(proposal)) = (template, &request.proposal) {
        values.insert("when", shortened(&when_text(proposal.span.starts_at, request.locale)));
        values.insert("until", shortened(&deadline_text(proposal.answer_by, request.locale)));
    }
    values
}
