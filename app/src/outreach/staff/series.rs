//! All dates of an event for somebody who telephones or stands at the counter: one form, all dates or none; and what was
//! booked together, on the page of each of its registrations.

use super::event;
use crate::calls::{Answer, Asked, Call};
use crate::desk::{count, crumbs, may, read_first, rooms};
use crate::form::Tone;
use crate::museum::document::{self, OURS};
use crate::museum::{param, problem_of, refused_text};
use crate::outreach::{asks_more, picture, questions, read_answers, typed_so_far};
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Button, Column, EmptyState, Fieldset, Form, HiddenField, LinkButton, Page, Row, Table, Tag, TextField, Variant,
    Width,
};
use crate::visit::{Visit, visit};
use axum::http::StatusCode;
use domain::account::Capability;
use domain::booking::{Party, Pool, Refusal};
use domain::contact::{Contact, PersonName};
use domain::document::Shown;
use domain::field::{Fault, Faults};
use domain::ids::ActivityId;
use domain::outreach::Answers;
use domain::time::{clock_text, day_text, local_day, span_text};
use jiff::Timestamp;
use leptos::prelude::*;
use services::booking::{self, BookingError, BookingState, BookingView, Person, SeriesOnBehalf, SessionView};
use services::outreach::{Event, Replies, events};
use uuid::Uuid;

const BOOK: Access = Access::Capability(Capability::BookOnBehalf);

/// The calls of a series on behalf.
pub const CALLS: &[Call] = &[Call::post("/staff/events/:id/series", BOOK, &book)];

fn page_of(event: ActivityId) -> String {
    format!("/staff/events/{event}/series")
}

/// All its dates can be booked at once, and some are left.
fn is_open(event: &Event, now: Timestamp) -> bool {
    event.published && event.timetable.policy.series.allows_whole() && event.timetable.upcoming(now).next().is_some()
}

/// The way to the form, where there is one.
pub(super) fn way(visit: &Visit, event: &Event) -> Option<impl IntoView + use<>> {
    let open = is_open(event, visit.context.now) && may(visit, Capability::BookOnBehalf);
    open.then(|| {
        view! { <LinkButton href=visit.href(&page_of(event.id)) variant=Variant::Secondary>{visit.t("staff-series-title")}</LinkButton> }
    })
}

/// The address of the form for the event a session belongs to: `Some(None)` where it belongs to one that takes no series,
/// `None` where it belongs to none.
pub(crate) async fn address(visit: &Visit, session: &SessionView) -> Result<Option<Option<String>>, Problem> {
    let events = events(&visit.services).await?;
    let event = events.by_id(session.activity);
    Ok(event.map(|event| is_open(event, visit.context.now).then(|| page_of(event.id))))
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
        view! { {dates(visit, &event)}{form(visit, &event)} }.into_any()
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

/// The dates the form books, with what the desk can still give on each: the smallest number is the largest party.
fn dates(visit: &Visit, event: &Event) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("book-when")),
        Column::new(visit.t("staff-event-date-name")),
        Column::new(visit.t("staff-series-room")),
    ];
    let row = |session: &SessionView| {
        let free = session.facts.free_for(Pool::Staff);
        let (tone, room) = match free {
            0 => (Tone::Warning, visit.t("staff-session-full")),
            free => (Tone::Success, count(visit, "staff-session-free", free)),
        };
        let name = event.name_of(session.id).map(|name| name.of(visit.locale()).to_owned()).unwrap_or_default();
        Row::new()
            .cell(span_text(session.facts.starts_at, session.facts.ends_at, visit.locale()))
            .cell(name)
            .cell(view! { <Tag tone=tone>{room}</Tag> })
    };
    let rows: Vec<_> = event.timetable.upcoming(visit.context.now).map(row).collect();
    let title = visit.t_args("event-series-title", &[("n", (rows.len() as u32).into())]);
    view! { <section class="section"><h2>{title.clone()}</h2><Table caption=title caption_hidden=true columns=columns rows=rows/></section> }
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
    view! {
        <Form>
            <HiddenField name="key" value=key/>
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
            <p class="actions"><Button>{visit.t("staff-series-do")}</Button></p>
        </Form>
    }
}

async fn book(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ActivityId>("id") else { return Problem::NotFound.into() };
    let event = match events(&asked.services).await {
        Ok(events) => events.by_id(id).cloned(),
        Err(error) => return refused(&asked, id, error.into()),
    };
    let Some(event) = event else { return Problem::NotFound.into() };
    let (wanted, answers) = match typed(&asked, &event) {
        Ok(read) => read,
        Err(faults) => return refused(&asked, id, BookingError::Fields(faults.into_errors())),
    };
    if event.form.as_ref().is_some_and(|(_, form)| asks_more(&asked, form, &answers)) {
        return refused(&asked, id, Refusal::AsksQuestions.into());
    }
    let wanted = SeriesOnBehalf { replies: Replies::to(&event, answers), ..wanted };
    match booking::book_series(&asked.services, &asked.context, wanted, None).await {
        Ok(booked) => Answer::to(format!("/staff/events/{id}/registrations/{}?done=series", booked.booking)),
        Err(error) => refused(&asked, id, error),
    }
}

/// Everything that was typed, or everything that is wrong with it at once.
fn typed(asked: &Asked, event: &Event) -> Result<(SeriesOnBehalf, Answers), Faults> {
    let policy = &event.timetable.policy;
    let mut faults = Faults::default();
    let name = faults.take("name", PersonName::parse(asked.field("name")));
    let contact = match asked.field("contact").trim() {
        "" => None,
        text => faults.take("contact", Contact::parse(text)),
    };
    let party = Party::parse(asked.field("people"), asked.field("children"), &mut faults);
    if policy.children_need_adult && party.is_some_and(|party| party.children > 0 && party.adults() == 0) {
        faults.add("children", Fault::ChildrenNeedAdult);
    }
    let shown = document::read_at_the_counter(asked, party.map_or(u32::MAX, |party| party.people.get()));
    let shown = shown.unwrap_or_else(|wrong| {
        wrong.into_iter().for_each(|error| faults.add(&error.field, error.fault));
        Shown::default()
    });
    let answers = event.form.as_ref().map_or_else(|| Ok(Answers::default()), |(_, form)| read_answers(asked, form));
    let answers = answers.unwrap_or_else(|wrong| {
        wrong.into_iter().for_each(|error| faults.add(&error.field, error.fault));
        Answers::default()
    });
    let (true, Some(name), Some(party)) = (faults.is_empty(), name, party) else { return Err(faults) };
    // A form without its key (a page kept for weeks) is a form of its own.
    let key = Uuid::parse_str(asked.field("key")).unwrap_or_else(|_| asked.context.new_id()).to_string();
    let person = Person { name, contact };
    Ok((SeriesOnBehalf { event: event.id, person, party, shown, replies: None, key }, answers))
}

/// The form again with what was typed and why it was refused.
fn refused(asked: &Asked, event: ActivityId, error: BookingError) -> Answer {
    let page = page_of(event);
    let unseen = [OURS, &document::secrets(asked)].concat();
    let notice = match &error {
        BookingError::Fields(errors) => {
            return Answer::again_at(page, asked.typed(&unseen).with_errors(errors.clone()));
        }
        BookingError::KeyReused => {
            // The form was sent before with other contents and is booked: a second booking needs a second press.
            let form = asked.typed(&[unseen, vec!["key"]].concat());
            let text = asked.t("staff-series-key-reused").to_string();
            return Answer::again_at(page, form.with_notice(Tone::Warning, text)).status(StatusCode::CONFLICT);
        }
        // The questions that were not in view stand in the form now.
        BookingError::Refused(Refusal::AsksQuestions) => asked.t("staff-series-asks-more"),
        BookingError::DateRefused { refusal: Refusal::DateFull { starts_at, free }, .. } => {
            let at = format!("{} {}", day_text(local_day(*starts_at), asked.locale()), clock_text(*starts_at));
            asked.t_args("staff-series-date-full", &[("at", at.into()), ("free", (*free).into())])
        }
        error if error.refusal().is_some() => refused_text(asked, error),
        BookingError::Denied(denied) => return (*denied).into(),
        error => return problem_of(error).into(),
    };
    let mut notice = notice.to_string();
    // No number of a document comes back to a page.
    if document::secrets(asked).iter().any(|field| !asked.field(field).is_empty()) {
        notice = format!("{notice} {}", asked.t("staff-series-documents-again"));
    }
    Answer::again_at(page, asked.typed(&unseen).with_notice(Tone::Warning, notice))
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
