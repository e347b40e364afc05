//! The form for somebody who telephones or stands at the counter: all dates of an event or one of them, as its rule says, with
//! what it asks; and what was booked together, on the page of each of its registrations. What the form does is [`super::behalf`].

use super::behalf::{ALL, DATE, WAIT, chosen};
use super::event;
use crate::desk::{count, crumbs, may, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::museum::{document, param};
use crate::outreach::{picture, questions, typed_so_far};
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, Column, EmptyState, Fieldset, Form, HiddenField, LinkButton, Page, Radios, Row, Table, Tag,
    TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::booking::Pool;
use domain::ids::{ActivityId, SessionId};
use domain::outreach::Answers;
use domain::time::{local_day, span_text};
use jiff::Timestamp;
use leptos::prelude::*;
use services::booking::{BookingState, BookingView, SessionView};
use services::outreach::{Event, events};
use uuid::Uuid;

pub(super) fn page_of(event: ActivityId) -> String {
    format!("/staff/events/{event}/series")
}

/// The public sees it, and dates of it are left to be booked.
fn is_open(event: &Event, now: Timestamp) -> bool {
    event.published && event.timetable.upcoming(now).next().is_some()
}

/// The way to the form, where there is one.
pub(super) fn way(visit: &Visit, event: &Event) -> Option<impl IntoView + use<>> {
    let open = is_open(event, visit.context.now) && may(visit, Capability::BookOnBehalf);
    open.then(|| {
        view! { <LinkButton href=visit.href(&page_of(event.id)) variant=Variant::Secondary>{visit.t("staff-series-title")}</LinkButton> }
    })
}

/// The address of the form for the event a session belongs to, with the date chosen where it can be booked by itself:
/// `Some(None)` where nothing of it can be booked, `None` for a session of no event.
pub(crate) async fn address(visit: &Visit, session: &SessionView) -> Result<Option<Option<String>>, Problem> {
    let events = events(&visit.services).await?;
    let event = events.by_id(session.activity);
    let of = |event: &Event| {
        let page = page_of(event.id);
        let by_itself = event.timetable.policy.series.allows_dates();
        if by_itself { format!("{page}?{DATE}={}", session.id) } else { page }
    };
    Ok(event.map(|event| is_open(event, visit.context.now).then(|| of(event))))
}

/// The form.
#[component]
pub fn SeriesForm() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<ActivityId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let event = event(visit, id).await?;
    let base = format!("/staff/events/{}", event.id);
    let content = if is_open(&event, visit.context.now) {
        let whole = !event.timetable.policy.series.allows_dates();
        view! { {whole.then(|| dates(visit, &event))}{form(visit, &event)} }.into_any()
    } else {
        let back = visit.href(&base);
        view! {
            <EmptyState of=picture(event.kind) title=visit.t("staff-series-none")>
                <p>{visit.t("staff-series-none-text")}</p>
                <p class="actions"><LinkButton href=back variant=Variant::Secondary>{visit.t("staff-series-back")}</LinkButton></p>
            </EmptyState>
        }
        .into_any()
    };
    Ok(view! {
        <Page title=visit.t("staff-series-title") kicker=event.title.of(visit.locale()).to_owned() lead=visit.t("staff-series-lead")
            crumbs=crumbs(visit, &[("/staff/events", "staff-events-title"), (&base, "staff-event-title")]) width=Width::Wide>
            {rooms(visit)}
            {content}
        </Page>
    }
    .into_any())
}

/// What the desk can still give on a date.
fn room(visit: &Visit, session: &SessionView) -> (Tone, Text) {
    match session.facts.free_for(Pool::Staff) {
        0 => (Tone::Warning, visit.t("staff-session-full")),
        free => (Tone::Success, count(visit, "staff-session-free", free)),
    }
}

fn name(visit: &Visit, event: &Event, session: &SessionView) -> Option<String> {
    event.name_of(session.id).map(|name| name.of(visit.locale()).to_owned())
}

/// The dates of a form that books all of them, with what the desk can still give on each: the smallest number is the largest
/// party. Their names where any has one.
fn dates(visit: &Visit, event: &Event) -> impl IntoView + use<> {
    let all: Vec<&SessionView> = event.timetable.upcoming(visit.context.now).collect();
    let named = all.iter().any(|session| name(visit, event, session).is_some());
    let columns = ["book-when", "staff-event-date-name", "staff-series-room"];
    let columns = columns.into_iter().filter(|key| named || *key != "staff-event-date-name");
    let columns = columns.map(|key| Column::new(visit.t(key))).collect();
    let row = |session: &&SessionView| {
        let (tone, room) = room(visit, session);
        let when = Row::new().cell(span_text(session.facts.starts_at, session.facts.ends_at, visit.locale()));
        let row = if named { when.cell(name(visit, event, session).unwrap_or_default()) } else { when };
        row.cell(view! { <Tag tone=tone>{room}</Tag> })
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let title = visit.t_args("event-series-title", &[("n", (rows.len() as u32).into())]);
    view! { <section class="section"><h2>{title.clone()}</h2><Table caption=title caption_hidden=true columns=columns rows=rows/></section> }
}

/// All dates or one of them, with what the desk can still give on each; nothing to choose where only all can be had.
fn which(visit: &Visit, event: &Event) -> Option<impl IntoView + use<>> {
    let series = event.timetable.policy.series;
    let all: Vec<&SessionView> = event.timetable.upcoming(visit.context.now).collect();
    let whole = series
        .allows_whole()
        .then(|| Choice::new(ALL, visit.t_args("staff-series-all", &[("n", (all.len() as u32).into())])));
    let one = |session: &&SessionView| {
        let (_, room) = room(visit, session);
        let hint: Text = match name(visit, event, session) {
            Some(name) => format!("{name} · {room}").into(),
            None => room,
        };
        Choice::new(session.id.to_string(), span_text(session.facts.starts_at, session.facts.ends_at, visit.locale()))
            .hint(hint)
    };
    let first = match (visit.query.parsed::<SessionId>(DATE), all.as_slice()) {
        (Some(asked), _) if all.iter().any(|session| session.id == asked) => asked.to_string(),
        (_, [only]) if !series.allows_whole() => only.id.to_string(),
        _ if series.allows_whole() => ALL.to_owned(),
        _ => String::new(),
    };
    let choices: Vec<_> = whole.into_iter().chain(all.iter().map(one)).collect();
    let label = if series.allows_whole() { "staff-series-which" } else { "staff-series-which-date" };
    series.allows_dates().then(|| {
        view! {
            <Fieldset legend=visit.t("staff-book-when")>
                <Radios name=DATE label=visit.t(label) choices=choices value=first/>
            </Fieldset>
        }
    })
}

/// The date that is chosen has no room for the party: it may wait for it.
fn waits(visit: &Visit, event: &Event) -> bool {
    let asked = visit.form.value(DATE).map(str::to_owned).or_else(|| visit.query.get(DATE).map(str::to_owned));
    let people = visit.form.value("people").and_then(|text| text.trim().parse().ok()).unwrap_or(1);
    let date = asked.and_then(|text| chosen(event, &text, visit.context.now)).flatten();
    let session = date.and_then(|date| event.timetable.session(date));
    session.is_some_and(|session| session.facts.free_for(Pool::Staff) < people)
}

fn form(visit: &Visit, event: &Event) -> impl IntoView + use<> {
    let policy = &event.timetable.policy;
    let today = local_day(visit.context.now);
    // Minted with the form and kept through its faults: pressing twice books once.
    let key = visit.form.value("key").map_or_else(|| visit.context.new_id::<Uuid>().to_string(), str::to_owned);
    let children = (policy.children_per_booking > 0).then(|| {
        view! { <TextField name="children" inputmode="numeric" width="short" label=visit.t("staff-book-children") hint=visit.t("staff-book-children-hint") value="0"/> }
    });
    let asked = event.form.as_ref().map(|(_, form)| {
        let typed = typed_so_far(visit, form, &Answers::default(), &Default::default());
        view! { <Fieldset legend=visit.t("staff-series-asks")>{questions(visit, form, &typed, today)}</Fieldset> }
    });
    let wait = waits(visit, event).then(|| {
        view! { <Button variant=Variant::Secondary name=WAIT value="1">{visit.t("staff-series-wait")}</Button> }
    });
    view! {
        <Form>
            <HiddenField name="key" value=key/>
            {which(visit, event)}
            <Fieldset legend=visit.t("staff-book-who")>
                <TextField name="name" label=visit.t("staff-booking-name") autocomplete="off" maxlength=40/>
                <TextField name="contact" label=visit.t("staff-booking-contact") hint=visit.t("staff-series-contact-hint") autocomplete="off" optional=true maxlength=254/>
                <div class="form-inline">
                    <TextField name="people" inputmode="numeric" width="short" label=visit.t("staff-book-people") hint=visit.t("staff-series-people-hint") value="1"/>
                    {children}
                </div>
            </Fieldset>
            {document::at_the_counter(visit, policy.identity, policy.people_per_booking.into())}
            {asked}
            <p class="actions"><Button>{visit.t("staff-series-do")}</Button>{wait}</p>
        </Form>
    }
}

/// What was booked together with a registration, each date with its own page and pass; nothing where it was made by itself.
pub(super) fn together(visit: &Visit, own: &BookingView, series: &[BookingView]) -> Option<impl IntoView + use<>> {
    let columns = ["book-when", "staff-booking-reference", "mine-state", "staff-pass-title"];
    let columns = columns.map(|key| Column::new(visit.t(key))).to_vec();
    let row = |one: &BookingView| {
        let when = span_text(one.starts_at, one.ends_at, visit.locale());
        let here = (one.id == own.id).then(|| view! { <span class="muted">" · "{visit.t("event-series-this")}</span> });
        let href = visit.href(&format!("/staff/events/{}/registrations/{}", one.activity, one.id));
        let about = when.clone();
        let pass = (one.state == BookingState::Confirmed).then(|| {
            let pass = visit.href(&format!("/staff/museum/bookings/{}/pass.pdf", one.id));
            view! {
                <a href=pass download="">{visit.t("staff-pass-pdf")}<span class="hidden">" "{about}</span></a>
            }
        });
        Row::new()
            .cell(view! { {when}{here} })
            .cell(view! { <a class="staff-reference" href=href>{one.reference.clone()}</a> })
            .cell(super::registrations::state(visit, one))
            .cell(pass)
            .muted(one.state == BookingState::Cancelled)
    };
    (series.len() > 1).then(|| {
        let rows: Vec<_> = series.iter().map(row).collect();
        let title = visit.t("event-series-mine");
        view! { <section class="section"><h2>{title.clone()}</h2><Table caption=title caption_hidden=true columns=columns rows=rows/></section> }
    })
}
