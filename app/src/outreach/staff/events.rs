//! The list of events, and one event: whether the public sees it, its dates and how full they are.

use super::{event, series};
use crate::desk::{count, crumbs, may, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::museum::param;
use crate::museum::staff::open_door::take_back;
use crate::outreach::{days_text, kind_text, picture, state};
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Card, Column, DateField, EmptyState, Form, HiddenField, Illustration, LinkButton, Meter, Page, Row,
    SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::ActivityId;
use domain::time::{local_day, span_text};
use leptos::prelude::*;
use services::outreach::{Event, events, working_form};

const NEWS: &[(&str, &str)] = &[
    ("published", "staff-event-published"),
    ("withdrawn", "staff-event-withdrawn"),
    ("made", "staff-event-made"),
    ("changed", "staff-event-changed"),
    ("date-added", "staff-event-date-added"),
    ("open-door", "staff-open-door-done"),
    ("booking-again", "staff-booking-again-done"),
];

/// Every event.
#[component]
pub fn StaffEvents() -> impl IntoView {
    read_first(list(visit()))
}

async fn list(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    visit.context.require(Capability::SeeBookings).map_err(services::booking::BookingError::from)?;
    let events = events(&visit.services).await?;
    let list = if events.all().is_empty() {
        view! { <EmptyState of=Illustration::Kite title=visit.t("staff-events-none")><p>{visit.t("staff-events-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        let cards = events.all().iter().map(|event| card(visit, event)).collect_view();
        view! { <div class="cards staff-board">{cards}</div> }.into_any()
    };
    let new = may(visit, Capability::ManageSessions).then(|| {
        view! { <p class="actions"><LinkButton href=visit.href("/staff/events/new")>{visit.t("staff-event-new")}</LinkButton></p> }
    });
    Ok(view! {
        <Page title=visit.t("staff-events-title") lead=visit.t("staff-events-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {new}
            {list}
        </Page>
    }
    .into_any())
}

/// Published, or not yet.
fn published_tag(visit: &Visit, event: &Event) -> (Tone, Text) {
    if event.published { state(visit, event) } else { (Tone::Warning, visit.t("staff-event-draft")) }
}

fn registered(event: &Event) -> u32 {
    event.timetable.sessions.iter().map(|session| session.facts.booked).sum()
}

fn card(visit: &Visit, event: &Event) -> impl IntoView + use<> {
    let href = visit.href(&format!("/staff/events/{}", event.id));
    let about = format!("{} · {}", kind_text(visit, event.kind), event.city.text(visit.locale()));
    view! {
        <Card title=event.title.of(visit.locale()).to_owned() href=Some(href.into()) tag=Some(published_tag(visit, event)) level=2>
            <p>{days_text(visit, event)}</p>
            <p class="muted small">{about}" · "{count(visit, "staff-event-registered", registered(event))}</p>
        </Card>
    }
}

/// One event.
#[component]
pub fn StaffEvent() -> impl IntoView {
    read_first(one(visit(), param("id")))
}

async fn one(visit: Visit, id: Option<ActivityId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    visit.context.require(Capability::SeeBookings).map_err(services::booking::BookingError::from)?;
    let event = event(visit, id).await?;
    let base = format!("/staff/events/{}", event.id);
    let (tone, words) = published_tag(visit, &event);
    let locale = visit.locale();
    let asked = match &event.form {
        Some((_, form)) => count(visit, "staff-event-asks", u32::try_from(form.questions.len()).unwrap_or(u32::MAX)),
        None => visit.t("staff-event-asks-nothing"),
    };
    let manage = may(visit, Capability::ManageSessions);
    // Whoever publishes the event does not overlook them.
    let working = match visit.context.require(Capability::ManageSessions) {
        Ok(()) => working_form(&visit.services, &visit.context, event.id).await?.changed,
        Err(_) => false,
    };
    let working = working.then(|| view! { " "<Tag tone=Tone::Warning>{visit.t("staff-event-questions-draft")}</Tag> });
    let mut questions = SummaryRow::new(visit.t("staff-event-questions"), view! { {asked}{working} });
    if manage {
        questions = questions.action(visit.href(&format!("{base}/questions")), visit.t("staff-event-edit"));
    }
    let number = u32::try_from(event.pictures.len()).unwrap_or(u32::MAX);
    let shown = if number == 0 { visit.t("staff-pictures-none") } else { count(visit, "staff-pictures-n", number) };
    let mut pictures = SummaryRow::new(visit.t("staff-event-pictures"), shown);
    if manage {
        pictures = pictures.action(visit.href(&format!("{base}/pictures")), visit.t("staff-event-edit"));
    }
    let rows = vec![
        SummaryRow::new(visit.t("mine-state"), view! { <Tag tone=tone>{words}</Tag> }),
        SummaryRow::new(visit.t("event-city"), event.city.text(locale)),
        SummaryRow::new(visit.t("museum-place"), event.place.of(locale).to_owned()),
        SummaryRow::new(visit.t("staff-event-people"), count(visit, "staff-people", registered(&event))),
        questions,
        pictures,
    ];
    let page = event.published.then(|| {
        let href = visit.href(&format!("/events/{}", event.slug));
        view! { <LinkButton href=href variant=Variant::Secondary>{visit.t("staff-event-see")}</LinkButton> }
    });
    Ok(view! {
        <Page title=event.title.of(locale).to_owned() kicker=kind_text(visit, event.kind) width=Width::Wide
            crumbs=crumbs(visit, &[("/staff/events", "staff-events-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <SummaryList rows=rows/>
            <div class="actions">
                {manage.then(|| view! { <LinkButton href=visit.href(&format!("{base}/edit")) variant=Variant::Secondary>{visit.t("staff-event-edit-texts")}</LinkButton> })}
                {page}
                {series::way(visit, &event)}
                {manage.then(|| publishing(visit, &event, &base))}
            </div>
            {dates(visit, &event, &base)}
            {manage.then(|| opening(visit, &event, &base))}
            {manage.then(|| add_date(visit, &base))}
        </Page>
    }
    .into_any())
}

fn publishing(visit: &Visit, event: &Event, base: &str) -> AnyView {
    if event.timetable.sessions.is_empty() {
        return view! { <Banner tone=Tone::Info>{visit.t("staff-event-needs-date")}</Banner> }.into_any();
    }
    let (to, key, variant) = if event.published {
        ("no", "staff-event-withdraw", Variant::Quiet)
    } else {
        ("yes", "staff-event-publish", Variant::Primary)
    };
    view! {
        <Form action=visit.href(&format!("{base}/publish")) inline=true>
            <HiddenField name="version" value=event.version.to_string()/>
            <HiddenField name="published" value=to/>
            <Button variant=variant>{visit.t(key)}</Button>
        </Form>
    }
    .into_any()
}

fn dates(visit: &Visit, event: &Event, base: &str) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("book-when")),
        Column::new(visit.t("staff-event-date-name")),
        Column::new(visit.t("staff-event-people")),
        Column::new(visit.t("staff-event-registrations")),
    ];
    let rows = event.timetable.sessions.iter().map(|session| {
        let facts = session.facts;
        let args = [("booked", facts.booked.into()), ("capacity", facts.capacity.into())];
        let label = visit.t_args("staff-session-occupancy", &args);
        let href = visit.href(&format!("{base}/dates/{}", session.id));
        let name = event.name_of(session.id).map(|name| name.of(visit.locale()).to_owned()).unwrap_or_default();
        Row::new()
            .cell(span_text(facts.starts_at, facts.ends_at, visit.locale()))
            .cell(name)
            .cell(
                view! { <Meter label=label value=u64::from(facts.booked + facts.held) max=u64::from(facts.capacity)/> },
            )
            .cell(view! { <a href=href>{count(visit, "staff-event-registrations-n", session.bookings)}</a> })
            .muted(facts.ends_at <= visit.context.now)
    });
    let rows: Vec<_> = rows.collect();
    let empty = rows.is_empty();
    let title = visit.t("staff-event-dates");
    let table = if empty {
        view! { <EmptyState of=picture(event.kind) title=visit.t("event-no-date")/> }.into_any()
    } else {
        view! { <Table caption=title.clone() caption_hidden=true columns=columns rows=rows/> }.into_any()
    };
    view! { <section class="section"><h2>{title}</h2>{table}</section> }
}

/// Saying that no date of it needs a booking, and taking that back: as far as there are dates it could be said of.
fn opening(visit: &Visit, event: &Event, base: &str) -> impl IntoView + use<> {
    let now = visit.context.now;
    let left = || event.timetable.sessions.iter().filter(|s| !s.facts.closed && s.facts.ends_at > now);
    let open = left().any(|s| !s.facts.open_door).then(|| {
        let href = visit.href(&format!("{base}/open-door"));
        view! { <LinkButton href=href variant=Variant::Secondary>{visit.t("staff-open-door-dates")}</LinkButton> }
    });
    let back = left()
        .any(|s| s.facts.open_door)
        .then(|| take_back(visit, &format!("{base}/booking-again"), None, "staff-booking-again-dates"));
    view! { <div class="actions">{open}{back}</div> }
}

fn add_date(visit: &Visit, base: &str) -> impl IntoView + use<> {
    view! {
        <section class="section">
            <h2>{visit.t("staff-event-add-date")}</h2>
            <Form action=visit.href(&format!("{base}/dates"))>
                <TextField name="date_zh" label=visit.t("staff-event-date-zh") hint=visit.t("staff-event-date-hint") optional=true/>
                <TextField name="date_en" label=visit.t("staff-event-date-en") optional=true/>
                <div class="form-inline">
                    <DateField name="day" label=visit.t("staff-day") min=local_day(visit.context.now)/>
                    <TextField name="starts" kind="time" label=visit.t("staff-starts") width="short"/>
                    <TextField name="ends" kind="time" label=visit.t("staff-ends") width="short"/>
                    <TextField name="capacity" inputmode="numeric" label=visit.t("staff-capacity") value="60" width="short"/>
                </div>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-event-add-date-do")}</Button></p>
            </Form>
        </section>
    }
}
