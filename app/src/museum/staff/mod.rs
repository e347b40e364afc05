//! The museum's staff screens: today's board, sessions, templates, bookings, booking on behalf.
//!
//! Particulars are masked wherever they stand in a list; the whole is shown once, on a booking's page, to those who say
//! why. Nothing personal is ever in an address: who looks for a phone or a mail address sends a form.

mod book;
mod booking;
mod bookings;
pub mod calls;
pub mod close;
pub mod missed;
pub mod open_door;
mod places;
pub mod releases;
pub mod rules;
mod session;
mod sessions;
mod templates;
mod today;
mod waiting;

pub use book::{BookOnBehalf, PrintedPass};
pub use booking::Booking;
pub use bookings::Bookings;
pub use close::{CloseDay, CloseSession};
pub use missed::NoShows;
pub use open_door::{OpenDoorDates, OpenDoorDay, OpenDoorSession};
pub use releases::Releases;
pub use rules::{Rules, RulesHistory};
pub use session::Session;
pub use sessions::Sessions;
pub use templates::Templates;
pub use today::Today;

use crate::desk::count;
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::{Column, Meter, Row, Table, Tag};
use crate::visit::Visit;
use domain::booking::Party;
use domain::ids::ActivityId;
use domain::time::{clock_text, span_text};
use jiff::Timestamp;
use leptos::prelude::*;
use services::booking::{BookingState, BookingView, SessionView};
use std::collections::HashMap;

/// 09:00–10:30
fn hours(starts: Timestamp, ends: Timestamp) -> String {
    format!("{}–{}", clock_text(starts), clock_text(ends))
}

/// What a session is right now, in a few words.
fn session_state(visit: &Visit, session: &SessionView) -> (Tone, Text) {
    let facts = &session.facts;
    let now = visit.context.now;
    if facts.closed {
        (Tone::Plain, visit.t("staff-session-closed"))
    } else if facts.over_by() > 0 && facts.ends_at > now && !facts.open_door {
        (Tone::Danger, count(visit, "staff-session-over-by", facts.over_by()))
    } else if facts.ends_at <= now {
        (Tone::Plain, visit.t("staff-session-ended"))
    } else if facts.open_door {
        (Tone::Success, visit.t("staff-session-open-door"))
    } else if facts.starts_at <= now {
        (Tone::Info, visit.t("staff-session-running"))
    } else if facts.free() == 0 {
        (Tone::Warning, places::only_kept(visit, facts).unwrap_or_else(|| visit.t("staff-session-full")))
    } else {
        (Tone::Success, count(visit, "staff-session-free", facts.free()))
    }
}

fn state_tag(visit: &Visit, session: &SessionView) -> impl IntoView + use<> {
    let (tone, text) = session_state(visit, session);
    view! { <Tag tone=tone>{text}</Tag> }
}

/// How full a session is, in words and as a bar.
fn occupancy(visit: &Visit, session: &SessionView) -> impl IntoView + use<> {
    let facts = &session.facts;
    let args = [("booked", facts.booked.into()), ("capacity", facts.capacity.into())];
    let label = visit.t_args("staff-session-occupancy", &args);
    view! { <Meter label=label value=u64::from(facts.booked + facts.held) max=u64::from(facts.capacity)/> }
}

/// 4人（含儿童2人）
fn party_text(visit: &Visit, party: Party) -> Text {
    let people = party.people.get();
    match party.children {
        0 => count(visit, "staff-people", people),
        children => {
            visit.t_args("staff-people-children", &[("n", people.into()), ("children", u32::from(children).into())])
        }
    }
}

/// What a booking is right now.
fn booking_tag(visit: &Visit, booking: &BookingView) -> impl IntoView + use<> {
    let (tone, text) = if booking.state == BookingState::Cancelled {
        (Tone::Plain, visit.t("staff-booking-cancelled"))
    } else if booking.arrived >= booking.party.people.get() {
        (Tone::Success, visit.t("staff-booking-all-arrived"))
    } else if booking.arrived > 0 {
        (Tone::Info, count(visit, "staff-booking-some-arrived", booking.arrived))
    } else if booking.session_closed {
        (Tone::Danger, visit.t("staff-booking-session-closed"))
    } else if booking.ends_at <= visit.context.now {
        (Tone::Warning, visit.t("staff-booking-not-come"))
    } else {
        (Tone::Success, visit.t("staff-booking-confirmed"))
    };
    view! { <Tag tone=tone>{text}</Tag> }
}

pub(crate) fn channel_text(visit: &Visit, channel: &str) -> Text {
    match channel {
        "web" => visit.t("staff-channel-web"),
        "staff" => visit.t("staff-channel-staff"),
        "api" => visit.t("staff-channel-api"),
        other => Text::from(other.to_owned()),
    }
}

/// Bookings in a table, particulars masked; with their sessions where they are of several.
/// The museum's bookings, and those of the events whose titles are given.
fn bookings_table(
    visit: &Visit,
    bookings: &[BookingView],
    events: &HashMap<ActivityId, String>,
    caption: Text,
    with_session: bool,
) -> impl IntoView + use<> {
    let mut columns = vec![Column::new(visit.t("staff-booking-reference"))];
    if with_session {
        columns.push(Column::new(visit.t("staff-booking-session")));
    }
    let with_activity = !events.is_empty();
    if with_activity {
        columns.push(Column::new(visit.t("staff-booking-activity")));
    }
    columns.extend([
        Column::new(visit.t("staff-booking-name")),
        Column::new(visit.t("staff-booking-contact")),
        Column::new(visit.t("staff-booking-party")),
        Column::new(visit.t("staff-booking-state")),
        Column::new(visit.t("staff-booking-channel")),
    ]);
    let rows = bookings.iter().map(|booking| {
        let event = events.get(&booking.activity);
        let href = visit.href(&match event {
            Some(_) => format!("/staff/events/{}/registrations/{}", booking.activity, booking.id),
            None => format!("/staff/museum/bookings/{}", booking.id),
        });
        let mut row = Row::new().cell(view! { <a class="staff-reference" href=href>{booking.reference.clone()}</a> });
        if with_session {
            row = row.cell(span_text(booking.starts_at, booking.ends_at, visit.locale()));
        }
        if with_activity {
            row = row.cell(event.map_or_else(|| visit.t("numbers-of-museum"), |title| title.clone().into()));
        }
        let contact =
            booking.person.contact.as_ref().map_or_else(|| visit.t("staff-booking-no-contact"), |c| c.masked().into());
        row.cell(booking.person.name.masked())
            .cell(contact)
            .cell(party_text(visit, booking.party))
            .cell(booking_tag(visit, booking))
            .cell(channel_text(visit, &booking.channel))
            .muted(booking.state == BookingState::Cancelled)
    });
    let rows = rows.collect();
    view! { <Table caption=caption caption_hidden=true columns=columns rows=rows/> }
}
