//! What the messages about a request for the science bus say.

use super::address;
use super::deliver::{deadline_text, when_text};
use super::requests::{Letters, page_link, short_time};
use super::templates::{BusFacts, Facts};
use crate::Services;
use crate::bus::{Bus, RequestView, feedback_link};
use crate::requests::templates;
use domain::bus::State;
use domain::time::span_text;

templates! {
    /// Which message about a request.
    BusTemplate of State {
        /// We have it.
        Received "bus_received" while State::Draft | State::Submitted | State::Asked | State::Proposed | State::Accepted | State::Scheduled,
        /// We need to know something.
        Asked "bus_asked" while State::Asked,
        /// A date is proposed.
        Proposed "bus_proposed" while State::Proposed,
        /// The date stands in the itinerary.
        Scheduled "bus_scheduled" while State::Scheduled,
        /// The date fell away; another one will be proposed.
        Released "bus_released" while State::Submitted,
        /// We cannot come.
        Refused "bus_refused" while State::Refused,
        /// Taken back, as asked.
        Withdrawn "bus_withdrawn" while State::Withdrawn,
        /// The bus was there: thank you, and what was it like?
        Thanks "bus_thanks" while State::Visited,
    }

    fn is_said_once(self) -> bool {
        matches!(self, Self::Received | Self::Thanks)
    }
}

impl Letters for Bus {
    const SHORT_LINK: &'static str = "messages.short_link.bus";
    const PAGE: &'static str = "/bus/r/";

    fn facts(services: &Services, request: &RequestView) -> Facts {
        let locale = request.locale;
        let stop = request.stop.as_ref();
        Facts::Bus(Box::new(BusFacts {
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
            manage: page_link(services, request),
            feedback: address(services, locale, &format!("/bus/f/{}", feedback_link(services, request))),
            site: services.settings.public_url.clone(),
            help: services.post.help(),
        }))
    }

    fn values(request: &RequestView, template: BusTemplate) -> Vec<(&'static str, String)> {
        let Some(stop) = request.stop.as_ref() else { return Vec::new() };
        let when = || ("when", short_time(when_text, stop.starts_at, request.locale));
        match template {
            BusTemplate::Proposed => vec![when(), ("until", short_time(deadline_text, stop.answer_by, request.locale))],
            BusTemplate::Scheduled => vec![when()],
            _ => Vec::new(),
        }
    }
}
