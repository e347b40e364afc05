//! What only the messages about a group's request say.

use super::deliver::{deadline_text, when_text};
use super::requests::{GroupTemplate, Letters, OwnFacts, short_time};
use crate::Services;
use crate::groups::{self, Groups, RequestView};
use domain::time::span_text;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// A group's request, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct GroupFacts {
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
}

impl Letters for Groups {
    const SHORT_LINK: &'static str = "messages.short_link.group";
    const PAGE: &'static str = "/museum/groups/r/";

    fn own_facts(_services: &Services, request: &RequestView) -> OwnFacts {
        let locale = request.locale;
        let text = |span: &groups::Span| span_text(span.starts_at, span.ends_at, locale);
        let proposal = request.proposal.as_ref();
        OwnFacts::Group(GroupFacts {
            members: request.members,
            adults: request.adults,
            wishes: request.wishes.iter().map(text).collect(),
            date: proposal.map(|it| text(&it.span)),
            answer_by: proposal.map(|it| deadline_text(it.answer_by, locale)),
            message: proposal.and_then(|it| it.message.clone()),
        })
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
