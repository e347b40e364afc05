//! Outreach events: what is on, an event's page, what it asks. Registration goes the way of every booking (`museum::book`,
//! `museum::mine`), which asks [`crate::activity`] what differs.

pub mod calls;
mod event;
mod programme;
mod questions;
pub mod staff;

pub use event::EventPage;
pub use programme::Programme;
pub(crate) use questions::{asks_more, kept_answers, questions, read_answers, typed_so_far, were_asked};

use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::{Illustration, Photo};
use crate::visit::Visit;
use domain::booking::opens_at;
use domain::outreach::{Audience, EventKind};
use domain::time::{day_text, days_between, local_day};
use services::outreach::{Event, EventPicture, PictureSize};

/// What a kind of event is called.
pub(crate) fn kind_text(visit: &Visit, kind: EventKind) -> Text {
    visit.t(match kind {
        EventKind::FamilyDay => "event-kind-family-day",
        EventKind::MaternityDay => "event-kind-maternity-day",
        EventKind::CordBloodDay => "event-kind-cord-blood-day",
        EventKind::ComingOfAge => "event-kind-coming-of-age",
        EventKind::HealthTour => "event-kind-health-tour",
        EventKind::Lectures => "event-kind-lectures",
    })
}

/// Whom an event is for.
fn audience_text(visit: &Visit, audience: Audience) -> Text {
    visit.t(match audience {
        Audience::Everyone => "event-for-everyone",
        Audience::Expecting => "event-for-expecting",
        Audience::Families => "event-for-families",
        Audience::Teenagers => "event-for-teenagers",
    })
}

/// The picture of a kind of event.
const fn picture(kind: EventKind) -> Illustration {
    match kind {
        EventKind::FamilyDay => Illustration::Kite,
        EventKind::MaternityDay => Illustration::Mother,
        EventKind::CordBloodDay => Illustration::World,
        EventKind::ComingOfAge => Illustration::Torch,
        EventKind::HealthTour => Illustration::Bus,
        EventKind::Lectures => Illustration::Lecture,
    }
}

/// How wide the pictures of a gallery are shown, as HTML says it.
const GALLERY: &str = "(min-width: 48rem) 20rem, 50vw";

/// A picture of an event as a page shows it: how wide, and whether one sees it without scrolling.
fn photo(visit: &Visit, of: &EventPicture, shown: &'static str, first: bool) -> Photo {
    let size = |size: &PictureSize| (size.path(), size.width, size.height);
    Photo { alt: of.alt.of(visit.locale()).to_owned(), sizes: of.sizes.iter().map(size).collect(), shown, first }
}

/// What an event is right now, in a few words.
pub(crate) fn state(visit: &Visit, event: &Event) -> (Tone, Text) {
    let now = visit.context.now;
    let policy = &event.timetable.policy;
    let upcoming: Vec<_> = event.timetable.upcoming(now).collect();
    let ahead = || event.timetable.sessions.iter().filter(|s| s.facts.ends_at > now);
    if event.next(now).is_none() {
        (Tone::Plain, visit.t("event-over"))
    } else if ahead().all(|s| s.facts.closed) {
        (Tone::Danger, visit.t("event-cancelled"))
    } else if upcoming.is_empty() && event.timetable.open_doors(now).next().is_some() {
        (Tone::Success, visit.t("session-no-booking"))
    } else if upcoming.is_empty() {
        (Tone::Info, visit.t("event-running"))
    } else if let Some(opens) =
        upcoming.iter().map(|s| opens_at(policy, s.facts.starts_at)).min().filter(|at| *at > now)
    {
        let day = day_text(local_day(opens), visit.locale());
        (Tone::Info, visit.t_args("event-opens", &[("day", day.into())]))
    } else if upcoming.iter().all(|s| s.facts.free() == 0) {
        (Tone::Danger, visit.t("event-full"))
    } else {
        (Tone::Success, visit.t("event-open"))
    }
}

/// The days of an event that are not over: the first, and the last where there are several; all of them once it is over.
pub(crate) fn days_text(visit: &Visit, event: &Event) -> String {
    let all: Vec<_> =
        event.timetable.sessions.iter().map(|s| (local_day(s.facts.starts_at), s.facts.ends_at)).collect();
    let ahead: Vec<_> = all.iter().filter(|(_, ends)| *ends > visit.context.now).collect();
    let days: Vec<_> = if ahead.is_empty() { all.iter().collect() } else { ahead };
    match (days.first(), days.last()) {
        (Some((first, _)), Some((last, _))) if first != last => days_between(*first, *last, visit.locale()),
        (Some((day, _)), _) => day_text(*day, visit.locale()),
        _ => visit.t("event-no-date").to_string(),
    }
}
