//! What the page of a booking says of the series it belongs to: its other dates, those it lacks, and giving all of it back.

use super::mine::{Seen, can_change};
use crate::activity::Activity;
use crate::form::Tone;
use crate::ui::{Button, Dialog, Form, HiddenField, Tag, Variant};
use crate::visit::Visit;
use domain::time::span_text;
use leptos::prelude::*;
use services::booking::{BookingState, BookingView, SessionView};

/// A date of a series that is booked as a whole is not changed by itself.
pub(super) fn by_itself(seen: &Seen) -> bool {
    seen.series.len() < 2 || seen.activity.policy().series.allows_dates()
}

/// The dates that were booked together, each with its own page.
pub(super) fn dates(visit: &Visit, seen: &Seen) -> Option<impl IntoView + use<>> {
    let line = |one: &BookingView| {
        let when = span_text(one.starts_at, one.ends_at, visit.locale());
        let (tone, key) = match one.state {
            BookingState::Cancelled => (Tone::Danger, "booking-cancelled"),
            BookingState::Confirmed if one.arrived > 0 => (Tone::Info, "booking-arrived"),
            BookingState::Confirmed => (Tone::Success, "booking-confirmed"),
        };
        let name = if one.id == seen.booking.id {
            view! { <span>{when}" · "{visit.t("event-series-this")}</span> }.into_any()
        } else {
            let link = services::booking::manage_link(&visit.services, one.id, one.ends_at);
            view! { <a href=visit.href(&format!("/b/{link}"))>{when}</a> }.into_any()
        };
        view! { <li class="session"><div>{name}</div><div class="session-state"><Tag tone=tone>{visit.t(key)}</Tag></div></li> }
    };
    (seen.series.len() > 1).then(|| {
        let lines: Vec<_> = seen.series.iter().map(line).collect();
        view! {
            <section class="section no-print">
                <h2>{visit.t("event-series-mine")}</h2>
                <ul class="session-list">{lines}</ul>
            </section>
        }
    })
}

/// The dates of the event that a series lacks: each is booked here for the same people, or one just comes.
pub(super) fn missing(visit: &Visit, seen: &Seen, base: &str) -> Option<impl IntoView + use<>> {
    let mine = |id| seen.series.iter().any(|one| one.session == id && one.state == BookingState::Confirmed);
    let confirmed = seen.booking.state == BookingState::Confirmed && !seen.series.is_empty();
    let Activity::Event(event) = &seen.activity else { return None };
    let lacks = |date: &&SessionView| {
        confirmed && !mine(date.id) && !date.facts.closed && date.facts.starts_at > visit.context.now
    };
    let people = seen.booking.party.people.get();
    let line = |date: &SessionView| {
        let when = span_text(date.facts.starts_at, date.facts.ends_at, visit.locale());
        let about = when.clone();
        let state = if date.facts.open_door {
            view! { <Tag tone=Tone::Success>{visit.t("event-series-just-come")}</Tag> }.into_any()
        } else if date.fits(people) {
            view! {
                <Form action=visit.href(&format!("{base}/missing")) inline=true>
                    <HiddenField name="session" value=date.id.to_string()/>
                    <Button variant=Variant::Secondary>{visit.t("event-series-add")}<span class="hidden">" "{about}</span></Button>
                </Form>
            }
            .into_any()
        } else {
            view! { <Tag tone=Tone::Warning>{visit.t("event-series-no-room")}</Tag> }.into_any()
        };
        view! { <li class="session"><div>{when}</div><div class="session-state">{state}</div></li> }
    };
    let lines: Vec<_> = event.timetable.sessions.iter().filter(lacks).map(line).collect();
    (!lines.is_empty()).then(|| {
        view! {
            <section class="section no-print">
                <h2>{visit.t("event-series-missing")}</h2>
                <p class="muted">{visit.t("event-series-missing-text")}</p>
                <ul class="session-list">{lines}</ul>
            </section>
        }
    })
}

/// Giving back the whole series in one act, while any of its dates can be.
pub(super) fn cancel_all(visit: &Visit, seen: &Seen, base: &str) -> Option<impl IntoView + use<>> {
    let can = |one: &&BookingView| can_change(seen.activity.policy(), visit.context.now, one);
    let any = seen.series.iter().filter(can).count() > usize::from(by_itself(seen));
    any.then(|| {
        let together = (!by_itself(seen)).then(|| view! { <p class="muted">{visit.t("event-series-together")}</p> });
        view! {
            <section class="section no-print">
                {together}
                <Dialog label=visit.t("event-series-cancel") title=visit.t("event-series-cancel-title") variant=Variant::Danger>
                    <p>{visit.t("event-series-cancel-text")}</p>
                    <Form action=visit.href(&format!("{base}/cancel-series"))>
                        <p class="actions"><Button variant=Variant::Danger>{visit.t("event-series-cancel-do")}</Button></p>
                    </Form>
                </Dialog>
            </section>
        }
    })
}
