//! What goes along with a message about a visit, and can be fetched beside it: its calendar entry, and its pass to be drawn.

use super::calendar::{Event, Method, collection, entry, ics};
use super::deliver::end_text;
use super::pass::PassSheet;
use super::visit::Visit;
use super::{links, pass_text};
use crate::Services;
use domain::Locale;
use domain::time::{clock_text, day_text, local_day};

/// The calendar entry of a visit. `attendee`: the address a request or cancellation goes to.
pub(super) fn calendar_of(
    services: &Services,
    visit: &Visit,
    locale: Locale,
    method: Method,
    attendee: Option<&str>,
) -> String {
    in_calendar(services, visit, locale, (method, attendee), ics)
}

/// The entries of several visits in one file. To publish: a request is about one entry (RFC 5546, 3.2.2).
pub(super) fn calendar_entries(services: &Services, visits: &[Visit], locale: Locale) -> (Method, String) {
    let mut entries = String::new();
    for visit in visits {
        entries.push_str(&in_calendar(services, visit, locale, (Method::Publish, None), entry));
    }
    (Method::Publish, collection(services.post.host(), Method::Publish, &entries))
}

/// A visit as a calendar has it, written by `write`.
fn in_calendar(
    services: &Services,
    visit: &Visit,
    locale: Locale,
    (method, attendee): (Method, Option<&str>),
    write: fn(&Event<'_>) -> String,
) -> String {
    let links = links(services, visit, locale);
    let (arrive, deadline) = (clock_text(visit.doors_open()), end_text(visit.change_until(), locale));
    let (people, reference) = (visit.people, &visit.reference);
    let (mut description, changes) = match locale {
        Locale::ZhCn => (
            format!("预约码：{reference}\n人数：{people}人\n{arrive}起凭入场凭证入场。"),
            format!("如需取消或改期，请在{deadline}前办理。"),
        ),
        Locale::En => (
            format!("Reference: {reference}\nPeople: {people}\nDoors open at {arrive}."),
            format!(" Changes and cancellation until {deadline}."),
        ),
    };
    if !visit.cancelled && visit.changeable(services.clock.now()) {
        description.push_str(&changes);
    }
    write(&Event {
        subject: visit.booking.0,
        host: services.post.host(),
        sequence: visit.sequence,
        method: if visit.cancelled { Method::Cancel } else { method },
        stamp: visit.updated_at,
        starts_at: visit.starts_at,
        ends_at: visit.ends_at,
        summary: visit.title(locale),
        description: &description,
        place: &visit.place(services, locale),
        url: Some(&links.manage),
        organizer: Some(services.post.sender()),
        attendee,
        alarm: Some(alarm(locale)),
    })
}

/// What the alarm two hours before says.
pub(super) const fn alarm(locale: Locale) -> &'static str {
    match locale {
        Locale::ZhCn => "两小时后开始",
        Locale::En => "It begins in two hours",
    }
}

/// The pass of a visit, to be drawn.
pub(super) fn pass_sheet(services: &Services, visit: &Visit, locale: Locale) -> PassSheet {
    PassSheet {
        locale,
        code: pass_text(services, visit),
        reference: visit.reference.to_string(),
        title: visit.title(locale).to_owned(),
        // Of a group the organisation is what the door looks for.
        name: match &visit.organisation {
            Some(organisation) => format!("{organisation} · {}", visit.name.masked()),
            None => visit.name.masked(),
        },
        day: day_text(local_day(visit.starts_at), locale),
        time: format!("{}–{}", clock_text(visit.starts_at), clock_text(visit.ends_at)),
        doors: format!("{}–{}", clock_text(visit.doors_open()), clock_text(visit.doors_close())),
        people: visit.people,
        children: visit.children,
        place: visit.place(services, locale),
        help: services.post.help(),
    }
}
