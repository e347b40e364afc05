//! What one can come to next: the museum's first day with room and the next events, from the pictures of them that all
//! requests share. A front page without a database shows the ways in all the same, and simply nothing here.

use crate::form::Tone;
use crate::i18n::Text;
use crate::outreach::{days_text, state};
use crate::routes::paths;
use crate::ui::Tag;
use crate::visit::Visit;
use domain::time::{day_text, local_day};
use jiff::civil::Date;
use leptos::prelude::*;
use services::booking::{Museum, SessionView, museum};
use services::outreach::{Event, Events, events};
use std::sync::Arc;

/// How many events are named: those of the coming weeks; the programme has them all.
const EVENTS_SHOWN: usize = 3;

/// One thing to come to.
struct Coming {
    day: Option<Date>,
    when: String,
    title: String,
    place: String,
    state: (Tone, Text),
    href: Text,
}

/// The section, or nothing where nothing is known.
pub(super) async fn coming(visit: &Visit) -> Option<AnyView> {
    let museum = museum(&visit.services).await.ok();
    let first = museum.iter().flat_map(|museum| [next_day(visit, museum), open_day(visit, museum)]);
    let mut first: Vec<Coming> = first.flatten().collect();
    first.sort_by_key(|one| one.day);
    let then = events(&visit.services).await.ok().map(|events| next_events(visit, &events)).unwrap_or_default();
    let all: Vec<Coming> = first.into_iter().chain(then).collect();
    if all.is_empty() {
        return None;
    }
    let rows = all.into_iter().map(|one| {
        let (tone, text) = one.state;
        view! {
            <li class="coming">
                <p class="coming-when">{one.when}</p>
                <div class="coming-what"><h3><a href=one.href>{one.title}</a></h3><p class="muted small">{one.place}</p></div>
                <Tag tone=tone>{text}</Tag>
            </li>
        }
    });
    let rows = rows.collect_view();
    Some(view! { <section class="section"><h2>{visit.t("home-coming-title")}</h2><ul class="coming-list">{rows}</ul></section> }.into_any())
}

/// The first day on which somebody can still book, with the places of its roomiest session: as many as one party can hope
/// for, which is what the calendar says of the day.
fn next_day(visit: &Visit, museum: &Museum) -> Option<Coming> {
    let now = visit.context.now;
    let bookable = |s: &&SessionView| s.fits(1) && museum.opens_at(s.facts.starts_at) <= now;
    let day = local_day(museum.upcoming(now).find(bookable)?.facts.starts_at);
    let places = museum
        .upcoming(now)
        .filter(bookable)
        .filter(|s| local_day(s.facts.starts_at) == day)
        .map(|s| s.facts.free())
        .max()
        .unwrap_or_default();
    Some(Coming {
        day: Some(day),
        when: day_text(day, visit.locale()),
        title: visit.t("nav-museum").to_string(),
        place: visit.t("home-coming-museum").to_string(),
        state: (Tone::Success, visit.t_args("home-coming-places", &[("count", places.into())])),
        href: visit.href(&format!("{}/sessions?day={day}", paths::MUSEUM)).into(),
    })
}

/// The first day on which one can come without a booking.
fn open_day(visit: &Visit, museum: &Museum) -> Option<Coming> {
    let day = local_day(museum.open_doors(visit.context.now).next()?.facts.starts_at);
    Some(Coming {
        day: Some(day),
        when: day_text(day, visit.locale()),
        title: visit.t("nav-museum").to_string(),
        place: visit.t("home-coming-museum").to_string(),
        state: (Tone::Success, visit.t("session-no-booking")),
        href: visit.href(&format!("{}/sessions?day={day}", paths::MUSEUM)).into(),
    })
}

fn next_events(visit: &Visit, events: &Events) -> Vec<Coming> {
    let locale = visit.locale();
    let ahead = events.published().filter(|event| event.next(visit.context.now).is_some()).take(EVENTS_SHOWN);
    let one = |event: &Arc<Event>| Coming {
        day: None,
        when: days_text(visit, event),
        title: event.title.of(locale).to_owned(),
        place: format!("{} · {}", event.city.text(locale), event.place.of(locale)),
        state: state(visit, event),
        href: visit.href(&format!("{}/{}", paths::EVENTS, event.slug)).into(),
    };
    ahead.map(one).collect()
}
