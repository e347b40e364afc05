//! What only the messages about a request for the science bus say.

use super::address;
use super::deliver::{deadline_text, when_text};
use super::requests::{BusTemplate, Letters, OwnFacts, short_time};
use crate::Services;
use crate::bus::{Bus, RequestView, feedback_link, sign_of_days};
use domain::time::span_text;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// A request for the science bus, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BusFacts {
    /// 潍坊
    pub city: String,
    pub people: u32,
    /// 2026年7月28日（周二）09:00–10:30, once there is a date.
    pub date: Option<String>,
    /// Until when a proposal waits.
    pub answer_by: Option<String>,
    /// The date that a proposal takes the place of.
    pub replaced: Option<String>,
    /// The words that came with a proposal.
    pub message: Option<String>,
    /// What was it like?
    pub feedback: String,
}

impl Letters for Bus {
    const SHORT_LINK: &'static str = "messages.short_link.bus";
    const PAGE: &'static str = "/bus/r/";

    fn own_facts(services: &Services, request: &RequestView) -> OwnFacts {
        let locale = request.locale;
        let stop = request.stop.as_ref();
        OwnFacts::Bus(BusFacts {
            city: request.city.text(locale).to_owned(),
            people: request.people,
            date: stop.map(|stop| span_text(stop.starts_at, stop.ends_at, locale)),
            answer_by: stop.map(|stop| deadline_text(stop.answer_by, locale)),
            replaced: stop.and_then(|stop| stop.replaced).map(|(from, until)| span_text(from, until, locale)),
            message: request.message.clone(),
            feedback: address(services, locale, &format!("/bus/f/{}", feedback_link(services, request))),
        })
    }

    /// A reminder is of the date that stands, and of use until the next one's turn; that no day is left is said of the days it
    /// was so of.
    fn is_about(request: &RequestView, template: BusTemplate, about: Uuid, now: Timestamp) -> bool {
        match (template.reminder(), &request.stop) {
            (Some(it), Some(stop)) => about == stop.id.0 && now < it.worth_until(stop.starts_at),
            (Some(_), None) => false,
            (None, _) => template != BusTemplate::NoDayLeft || about == sign_of_days(&request.days),
        }
    }

    fn values(request: &RequestView, template: BusTemplate) -> Vec<(&'static str, String)> {
        let Some(stop) = request.stop.as_ref() else { return Vec::new() };
        let when = || ("when", short_time(when_text, stop.starts_at, request.locale));
        match template {
            BusTemplate::Proposed => vec![when(), ("until", short_time(deadline_text, stop.answer_by, request.locale))],
            BusTemplate::Scheduled | BusTemplate::Days3 | BusTemplate::Day1 => vec![when()],
            _ => Vec::new(),
        }
    }
}
