//! What the messages about a group's request say. What an approved group is told, it is told of its booking.

use super::deliver::{deadline_text, when_text};
use super::requests::{Letters, page_link, short_time};
use super::templates::Facts;
use crate::Services;
use crate::groups::{self, Groups, RequestView};
use crate::requests::templates;
use domain::groups::State;
use domain::time::span_text;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

templates! {
    /// Which message about a request.
    GroupTemplate of State {
        /// We have it.
        Received "group_received" while State::Draft | State::Submitted | State::Asked | State::Proposed | State::Accepted | State::Approved | State::Rebook,
        /// We need to know something.
        Asked "group_asked" while State::Asked,
        /// Another session is proposed.
        Proposed "group_proposed" while State::Proposed,
        /// It cannot be.
        Refused "group_refused" while State::Refused,
        /// Taken back, as asked.
        Withdrawn "group_withdrawn" while State::Withdrawn,
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

impl Letters for Groups {
    const SHORT_LINK: &'static str = "messages.short_link.group";
    const PAGE: &'static str = "/museum/groups/r/";

    fn facts(services: &Services, request: &RequestView) -> Facts {
        let locale = request.locale;
        let text = |span: &groups::Span| span_text(span.starts_at, span.ends_at, locale);
        let proposal = request.proposal.as_ref();
        Facts::Group(Box::new(GroupFacts {
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
            manage: page_link(services, request),
            site: services.settings.public_url.clone(),
            help: services.post.help(),
        }))
    }

    fn values(request: &RequestView, template: GroupTemplate) -> Vec<(&'static str, String)> {
        let (GroupTemplate::Proposed, Some(proposal)) = (template, &request.proposal) else { return Vec::new() };
        vec![
            ("when", short_time(when_text, proposal.span.starts_at, request.locale)),
            ("until", short_time(deadline_text, proposal.answer_by, request.locale)),
        ]
    }

    fn is_about(request: &RequestView, _template: GroupTemplate, session: Uuid, _now: Timestamp) -> bool {
        request.proposal.as_ref().is_some_and(|it| it.span.session.0 == session)
    }
}
