//! The events as calendar feeds: all of them, those of a city and for somebody, or one; and their pictures.

use super::programme::{FEED, Wanted};
use crate::calls::{Answer, Asked, Call};
use crate::museum::problem_of;
use crate::problem::Problem;
use crate::routes::{Access, paths};
use services::outreach::{Event, events, feed, picture_bytes};
use std::sync::Arc;

/// The calls of events. Registration stands with every other booking, in `museum::calls`.
pub const CALLS: &[Call] = &[
    Call::get(FEED, Access::Public, &calendar),
    Call::get("/events/:slug/calendar.ics", Access::Public, &one_calendar),
    Call::get("/event-pictures/:name", Access::Public, &picture),
];

const CALENDAR: &str = "text/calendar; charset=utf-8";

fn calendar_of<'a>(asked: &Asked, name: &str, events: impl IntoIterator<Item = &'a Arc<Event>>) -> Answer {
    let site = asked.services.settings.public_url.clone();
    let page = |event: &Event| format!("{site}{}", asked.href(&format!("{}/{}", paths::EVENTS, event.slug)));
    Answer::file(CALENDAR, None, feed(&asked.services, name, events, asked.locale(), page))
}

async fn calendar(asked: Asked) -> Answer {
    match events(&asked.services).await {
        Ok(events) => {
            let wanted = Wanted::by(&asked.visit);
            calendar_of(&asked, &asked.t("event-feed"), events.published().filter(|event| wanted.fits(event)))
        }
        Err(error) => problem_of(&error.into()).into(),
    }
}

async fn one_calendar(asked: Asked) -> Answer {
    let slug: String = asked.param("slug").unwrap_or_default();
    match events(&asked.services).await {
        Ok(events) => match events.by_slug(&slug) {
            Some(event) => calendar_of(&asked, event.title.of(asked.locale()), [event]),
            None => Problem::NotFound.into(),
        },
        Err(error) => problem_of(&error.into()).into(),
    }
}

/// A picture of an event in one size, found by the hash of its bytes.
async fn picture(asked: Asked) -> Answer {
    let name: String = asked.param("name").unwrap_or_default();
    let Some(hash) = name.strip_suffix(".jpg") else { return Problem::NotFound.into() };
    match picture_bytes(&asked.services, &asked.context, hash).await {
        Ok(found) => {
            let answer = Answer::file("image/jpeg", None, found.bytes);
            if found.public { answer.lasting() } else { answer }
        }
        Err(error) => Problem::from(error).into(),
    }
}
