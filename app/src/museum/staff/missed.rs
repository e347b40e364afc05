//! No-shows as staff see them: the list, one on its booking's page with the way to take it back, and outages of the door.

use super::calls::refused;
use crate::calls::{Answer, Asked, Call};
use crate::desk::{count, crumbs, day as parse_day, may, moment, news, read_first, rooms, time as parse_time};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Choice, Column, EmptyState, Form, HiddenField, Illustration, Page, Row, Select, Table, Tag,
    TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::{ActivityId, BookingId, OutageId};
use domain::time::{at, span_text};
use leptos::prelude::*;
use services::booking::{self, BookingError, BookingView, Declared, Marked, NoShow, Outage, TakenBack};
use services::outreach::{Event, Events};
use std::sync::Arc;

const PATH: &str = "/staff/museum/no-shows";
const NEWS: &[(&str, &str)] = &[("declared", "staff-outage-declared")];

/// The calls about no-shows.
pub const CALLS: &[Call] = &[
    Call::post("/staff/museum/no-shows", Access::Capability(Capability::ManageSessions), &declare),
    Call::post("/staff/museum/bookings/:id/no-show", Access::Capability(Capability::BookOnBehalf), &lift),
];

/// The museum's no-shows.
#[component]
pub fn NoShows() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let marked = booking::no_shows(&visit.services, &visit.context).await?;
    let outages = booking::outages(&visit.services, &visit.context).await?;
    let policy = booking::museum(&visit.services).await?.policy.clone();
    let rule = visit.t_args(
        "staff-missed-lead",
        &[
            ("n", u32::from(policy.no_shows).into()),
            ("days", u32::from(policy.no_show_days).into()),
            ("pause", u32::from(policy.suspension_days).into()),
        ],
    );
    let list = if marked.is_empty() {
        view! {
            <EmptyState of=Illustration::Family title=visit.t("staff-missed-none")><p>{visit.t("staff-missed-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        table(visit, &marked).into_any()
    };
    let events = services::outreach::events(&visit.services).await.map_err(BookingError::from)?;
    let declare = may(visit, Capability::ManageSessions).then(|| declaration(visit, &events));
    Ok(view! {
        <Page title=visit.t("staff-missed-title") lead=rule width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {list}
            <section class="section" id="outages">
                <h2>{visit.t("staff-outages-title")}</h2>
                <p class="muted">{visit.t("staff-outages-text")}</p>
                {past(visit, &outages)}
                {declare}
            </section>
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, marked: &[Marked]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("staff-booking-session")),
        Column::new(visit.t("staff-missed-booking")),
        Column::new(visit.t("staff-booking-name")),
        Column::number(visit.t("staff-missed-people")),
        Column::new(visit.t("staff-missed-standing")),
    ];
    let rows = marked.iter().map(|Marked { booking, no_show }| {
        let href = visit.href(&format!("/staff/museum/bookings/{}#no-show", booking.id));
        let people = format!("{} / {}", no_show.missing, booking.party.people.get());
        Row::new()
            .cell(span_text(booking.starts_at, booking.ends_at, visit.locale()))
            .cell(view! { <a href=href>{booking.reference.clone()}</a> })
            .cell(booking.person.name.masked())
            .cell(people)
            .cell(standing(visit, no_show))
            .muted(no_show.taken_back.is_some())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("staff-missed-title") caption_hidden=true columns=columns rows=rows/> }
}

/// What a no-show means now, in a few words.
fn standing(visit: &Visit, no_show: &NoShow) -> impl IntoView + use<> {
    let (tone, text): (Tone, Text) = match (&no_show.taken_back, no_show.suspended_until) {
        (Some(TakenBack::Came), _) => (Tone::Plain, visit.t("staff-missed-came")),
        (Some(TakenBack::Outage), _) => (Tone::Plain, visit.t("staff-missed-outage")),
        (Some(TakenBack::Lifted(_)), _) => (Tone::Plain, visit.t("staff-missed-lifted")),
        (None, Some(until)) => {
            (Tone::Danger, visit.t_args("staff-missed-paused", &[("until", moment(visit, until).into())]))
        }
        (None, None) if no_show.whole => (Tone::Warning, count(visit, "staff-missed-counts", no_show.standing)),
        (None, None) => (Tone::Info, visit.t("staff-missed-part")),
    };
    view! { <Tag tone=tone>{text}</Tag> }
}

/// The no-show of a booking, on its page.
pub(super) fn of_booking(visit: &Visit, booking: &BookingView, no_show: &NoShow) -> impl IntoView + use<> {
    let reason = match &no_show.taken_back {
        Some(TakenBack::Lifted(reason)) => Some(reason.clone()),
        _ => None,
    };
    let reason = reason.map(|reason| {
        view! { <p>{visit.t_args("staff-missed-lifted-why", &[("reason", reason.into())])}</p> }
    });
    let lifts = no_show.taken_back.is_none() && may(visit, Capability::BookOnBehalf);
    let lift = lifts.then(|| {
        let action = visit.href(&format!("/staff/museum/bookings/{}/no-show", booking.id));
        view! {
            <p class="muted">{visit.t("staff-missed-lift-text")}</p>
            <Form action=action>
                <TextField name="lift_reason" label=visit.t("staff-missed-lift-reason") hint=visit.t("staff-missed-lift-hint") maxlength=200/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-missed-lift")}</Button></p>
            </Form>
        }
    });
    view! {
        <section class="section" id="no-show">
            <h2>{visit.t("staff-missed-one")}</h2>
            <p>{count(visit, "staff-missed-of-party", no_show.missing)}" "{standing(visit, no_show)}</p>
            {reason}
            {lift}
        </section>
    }
}

fn past(visit: &Visit, outages: &[Declared]) -> Option<impl IntoView + use<>> {
    if outages.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("staff-outage-where")),
        Column::new(visit.t("staff-outage-from")),
        Column::new(visit.t("staff-outage-until")),
        Column::new(visit.t("staff-outage-reason")),
    ];
    let row = |Declared { outage, title }: &Declared| {
        Row::new()
            .cell(visit.pick(&title.0, &title.1).into_owned())
            .cell(moment(visit, outage.starts_at))
            .cell(moment(visit, outage.ends_at))
            .cell(outage.reason.clone())
    };
    let rows = outages.iter().map(row).collect();
    Some(view! { <Table caption=visit.t("staff-outages-title") caption_hidden=true columns=columns rows=rows/> })
}

/// The museum's door or that of an event which has had a date.
fn places(visit: &Visit, events: &Events) -> Vec<Choice> {
    let had =
        |event: &&Arc<Event>| event.timetable.sessions.iter().any(|date| date.facts.starts_at <= visit.context.now);
    let museum = Choice::new("", visit.t("museum-name"));
    let events = events.all().iter().filter(had);
    let events = events.map(|event| Choice::new(event.id.to_string(), event.title.of(visit.locale()).to_owned()));
    std::iter::once(museum).chain(events).collect()
}

fn declaration(visit: &Visit, events: &Events) -> impl IntoView + use<> {
    let key = visit.form.value("key").and_then(|text| text.parse().ok());
    let key: OutageId = key.unwrap_or_else(|| visit.context.new_id());
    let field = |name: &'static str, label: &str, kind: &'static str, width: &'static str| {
        view! { <TextField name=name kind=kind width=width label=visit.t(label)/> }
    };
    view! {
        <h3>{visit.t("staff-outage-declare")}</h3>
        <Form>
            <HiddenField name="key" value=key.to_string()/>
            <Select name="event" label=visit.t("staff-outage-where") choices=places(visit, events)/>
            <div class="form-inline">
                {field("day", "staff-outage-day", "date", "short")}
                {field("starts", "staff-outage-from-time", "time", "short")}
                {field("ends", "staff-outage-until-time", "time", "short")}
            </div>
            <TextField name="reason" label=visit.t("staff-outage-reason") hint=visit.t("staff-outage-reason-hint") maxlength=200/>
            <Banner>{visit.t("staff-outage-consequence")}</Banner>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-outage-do")}</Button></p>
        </Form>
    }
}

async fn declare(asked: Asked) -> Answer {
    let mut faults = Faults::default();
    let day = faults.take("day", parse_day(asked.field("day")));
    let starts = faults.take("starts", parse_time(asked.field("starts")));
    let ends = faults.take("ends", parse_time(asked.field("ends")));
    if asked.field("reason").trim().is_empty() {
        faults.add("reason", Fault::Required);
    }
    let event = match asked.field("event") {
        "" => None,
        id => faults.take("event", id.parse::<ActivityId>().map_err(|_| Fault::Required)),
    };
    let (true, Some(day), Some(starts), Some(ends)) = (faults.is_empty(), day, starts, ends) else {
        return super::calls::faulty(&asked, PATH, faults);
    };
    let outage = Outage {
        id: asked.field("key").parse().unwrap_or_else(|_| asked.context.new_id()),
        event,
        starts_at: at(day, starts),
        ends_at: at(day, ends),
        reason: asked.field("reason").to_owned(),
    };
    match booking::declare_outage(&asked.services, &asked.context, outage).await {
        Ok(_) => Answer::to(format!("{PATH}?done=declared")),
        Err(error) => refused(&asked, PATH, error, "staff-state-has-changed"),
    }
}

async fn lift(asked: Asked) -> Answer {
    let Some(id) = asked.param::<BookingId>("id") else { return Problem::NotFound.into() };
    let page = format!("/staff/museum/bookings/{id}");
    match booking::lift_no_show(&asked.services, &asked.context, id, asked.field("lift_reason")).await {
        Ok(true) => Answer::to(format!("{page}?done=lifted")),
        // Somebody was faster, or the party came after all: the page says what it is now.
        Ok(false) => Answer::to(page),
        // The page has another reason to be typed: this one's field has a name of its own.
        Err(BookingError::Fields(errors)) => {
            let errors = errors.into_iter().map(|error| FieldError::new("lift_reason", error.fault)).collect();
            refused(&asked, &page, BookingError::Fields(errors), "staff-booking-has-changed")
        }
        Err(error) => refused(&asked, &page, error, "staff-booking-has-changed"),
    }
}
