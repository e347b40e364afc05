//! Who comes to a date of an event, with what they answered; and one registration, where sensitive answers can be opened.

use super::{event, series};
use crate::desk::{count, crumbs, may, news, read_first, reveal, revealed, rooms};
use crate::form::Tone;
use crate::museum::{documents_text, param};
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Column, DateField, Dialog, EmptyState, Form, Glyph, HiddenField, LinkButton, Page, Row,
    SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{ActivityId, BookingId, SessionId};
use domain::outreach::{Answers, Form as Questions};
use domain::time::{clock_text, local_day, span_text};
use leptos::prelude::*;
use services::booking::{self, BookingState, BookingView, Handle, SessionView};
use services::outreach::{Told, told};

/// Who comes to a date.
#[component]
pub fn Registrations() -> impl IntoView {
    read_first(list(visit(), param("id"), param("session")))
}

/// Each question with its answer, one line each.
fn lines(visit: &Visit, form: &Questions, answers: &Answers) -> Vec<(String, String)> {
    let (locale, agreed) = (visit.locale(), visit.t("event-agreed"));
    let told = form.told(answers);
    told.map(|(question, answer)| (question.label.of(locale).to_owned(), answer.text(question, locale, &agreed)))
        .collect()
}

async fn list(visit: Visit, id: Option<ActivityId>, session: Option<SessionId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let event = event(visit, id).await?;
    let session = event.timetable.session(session.ok_or(Problem::NotFound)?).ok_or(Problem::NotFound)?;
    let bookings = booking::bookings_of_session(&visit.services, &visit.context, session.id).await?;
    let ids: Vec<BookingId> = bookings.iter().map(|booking| booking.id).collect();
    let told = told(&visit.services, &ids).await?;
    let columns =
        ["staff-booking-reference", "staff-booking-name", "staff-booking-party", "staff-event-answers", "mine-state"];
    let columns = columns.map(|key| Column::new(visit.t(key))).to_vec();
    let base = format!("/staff/events/{}", event.id);
    let rows = bookings.iter().map(|booking| {
        let href = visit.href(&format!("{base}/registrations/{}", booking.id));
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{booking.reference.clone()}</a> })
            .cell(booking.person.name.masked())
            .cell(count(visit, "staff-people", booking.party.people.get()))
            .cell(answers_cell(visit, told.get(&booking.id)))
            .cell(state(visit, booking))
            .muted(booking.state == BookingState::Cancelled)
    });
    let rows: Vec<_> = rows.collect();
    let title = span_text(session.facts.starts_at, session.facts.ends_at, visit.locale());
    let list = if rows.is_empty() {
        view! { <EmptyState title=visit.t("staff-event-nobody")/> }.into_any()
    } else {
        view! { <Table caption=visit.t("staff-event-registrations") caption_hidden=true columns=columns rows=rows/> }
            .into_any()
    };
    Ok(view! {
        <Page title=title kicker=event.title.of(visit.locale()).to_owned() width=Width::Wide
            crumbs=crumbs(visit, &[("/staff/events", "staff-events-title"), (&base, "staff-event-title")])>
            {rooms(visit)}
            {moved(visit)}
            {list}
            {(may(visit, Capability::ManageSessions) && session.facts.starts_at > visit.context.now).then(|| shift(visit, session))}
        </Page>
    }
    .into_any())
}

/// The date was moved, and so many people are told.
fn moved(visit: &Visit) -> Option<impl IntoView + use<>> {
    let told = (visit.query.get("done") == Some("moved")).then(|| visit.query.parsed("told").unwrap_or(0))?;
    Some(view! { <Banner tone=Tone::Success alert=true>{count(visit, "staff-event-date-moved", told)}</Banner> })
}

/// Moving the date in time.
fn shift(visit: &Visit, session: &SessionView) -> impl IntoView + use<> {
    let facts = session.facts;
    let bookings = count(visit, "staff-event-move-tells", session.bookings);
    let failed = ["day", "starts", "ends"].iter().any(|name| visit.form.fault(name).is_some());
    view! {
        <section class="section">
            <h2>{visit.t("staff-event-date-change")}</h2>
            <p><a href=visit.href(&format!("/staff/museum/sessions/{}", session.id))>{visit.t("staff-event-places")}</a></p>
            <Dialog label=visit.t("staff-event-move-open") title=visit.t("staff-event-move") open=failed>
                <p>{bookings}</p>
                <Form>
                    <HiddenField name="version" value=session.version.to_string()/>
                    <div class="form-inline">
                        <DateField name="day" label=visit.t("staff-day") value=local_day(facts.starts_at) min=local_day(visit.context.now)/>
                        <TextField name="starts" kind="time" label=visit.t("staff-starts") width="short" value=clock_text(facts.starts_at)/>
                        <TextField name="ends" kind="time" label=visit.t("staff-ends") width="short" value=clock_text(facts.ends_at)/>
                    </div>
                    <p class="actions"><Button>{visit.t("staff-event-move-do")}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
}

fn answers_cell(visit: &Visit, told: Option<&Told>) -> AnyView {
    let Some(told) = told else { return view! { <span class="muted">"–"</span> }.into_any() };
    let lines = lines(visit, &told.form, &told.answers);
    let lines = lines.into_iter().map(|(label, answer)| {
        view! { <li><span class="muted small">{label}{visit.t("label-separator")}</span>{answer}</li> }
    });
    let lines = lines.collect_view();
    view! {
        <ul class="staff-answers">{lines}</ul>
        {told.has_sensitive.then(|| view! { <Tag>{visit.t("event-sensitive")}</Tag> })}
    }
    .into_any()
}

pub(super) fn state(visit: &Visit, booking: &BookingView) -> impl IntoView + use<> {
    let (tone, key) = match booking.state {
        BookingState::Cancelled => (Tone::Plain, "booking-cancelled"),
        BookingState::Confirmed if booking.arrived > 0 => (Tone::Success, "booking-arrived"),
        BookingState::Confirmed => (Tone::Info, "booking-confirmed"),
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }
}

/// One registration.
#[component]
pub fn Registration() -> impl IntoView {
    read_first(one(visit(), param("id"), param("booking")))
}

async fn one(visit: Visit, id: Option<ActivityId>, booking: Option<BookingId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let event = event(visit, id).await?;
    let handle = Handle::Id(booking.ok_or(Problem::NotFound)?);
    let booking = booking::view(&visit.services, &visit.context, &handle).await?;
    if booking.activity != event.id {
        return Err(Problem::NotFound);
    }
    let together = booking::series_of(&visit.services, booking.id).await?;
    let told = told(&visit.services, &[booking.id]).await?.remove(&booking.id);
    let mut rows = vec![
        SummaryRow::new(visit.t("mine-state"), state(visit, &booking)),
        SummaryRow::new(visit.t("book-when"), span_text(booking.starts_at, booking.ends_at, visit.locale())),
        SummaryRow::new(visit.t("staff-booking-name"), booking.person.name.masked()),
        SummaryRow::new(visit.t("staff-booking-party"), count(visit, "staff-people", booking.party.people.get())),
    ];
    if let Some(shown) = documents_text(visit, &booking.documents) {
        rows.push(SummaryRow::new(visit.t("staff-booking-document"), shown));
    }
    let base = format!("/staff/events/{}", event.id);
    let here = format!("{base}/registrations/{}/document", booking.id);
    let document = (!booking.documents.is_empty()).then(|| document_panel(visit, visit.href(&here)));
    let dates = format!("{base}/dates/{}", booking.session);
    Ok(view! {
        <Page title=booking.reference.clone() kicker=event.title.of(visit.locale()).to_owned() width=Width::Wide
            crumbs=crumbs(visit, &[("/staff/events", "staff-events-title"), (&base, "staff-event-title"), (&dates, "staff-event-registrations")])>
            {rooms(visit)}
            {news(visit, &booked_news(&booking))}
            <SummaryList rows=rows/>
            {(together.len() < 2).then(|| pass(visit, &booking))}
            {series::together(visit, &booking, &together)}
            {told.map(|told| answered(visit, &told))}
            {document}
        </Page>
    }
    .into_any())
}

/// What is said once it was booked at the desk: whether a message went out, or the passes have to be printed.
fn booked_news(booking: &BookingView) -> [(&'static str, &'static str); 2] {
    let (series, date) = match booking.person.contact {
        Some(_) => ("staff-series-done", "staff-series-one-done"),
        None => ("staff-series-done-no-contact", "staff-series-one-done-no-contact"),
    };
    [("series", series), ("date", date)]
}

/// The pass of a registration that stands alone; those of a series stand beside its dates.
fn pass(visit: &Visit, booking: &BookingView) -> Option<impl IntoView + use<>> {
    let href = visit.href(&format!("/staff/museum/bookings/{}/pass.pdf", booking.id));
    (booking.state == BookingState::Confirmed).then(|| {
        view! {
            <p class="actions">
                <LinkButton href=href variant=Variant::Secondary glyph=Glyph::Download download=true>{visit.t("staff-pass-pdf")}</LinkButton>
            </p>
        }
    })
}

fn answered(visit: &Visit, told: &Told) -> impl IntoView + use<> {
    let rows: Vec<_> =
        lines(visit, &told.form, &told.answers).into_iter().map(|(label, text)| SummaryRow::new(label, text)).collect();
    let ordinary = (!rows.is_empty()).then(|| {
        view! { <section class="section"><h2>{visit.t("staff-event-answers")}</h2><SummaryList rows=rows/></section> }
    });
    view! { {ordinary} {told.has_sensitive.then(|| sensitive(visit))} }
}

/// Sensitive answers: shown once on the answer to a reason, otherwise the way to ask for them.
fn sensitive(visit: &Visit) -> Option<AnyView> {
    if let Some(answers) = visit.form.value("revealed") {
        let rows = answers.lines().filter_map(|line| line.split_once('\t'));
        let rows = rows.map(|(label, text)| SummaryRow::new(label.to_owned(), text.to_owned())).collect();
        return Some(revealed(visit, "staff-sensitive-title", rows));
    }
    reveal(visit, visit.here(), ("reason", ["staff-sensitive-title", "staff-sensitive-text", "staff-sensitive-open"]))
}

/// Documents whole, of an event's registration or of a booking of the museum: the same way.
pub(crate) fn document_panel(visit: &Visit, action: String) -> Option<AnyView> {
    if let Some(documents) = visit.form.value("revealed_document") {
        let one = |line: &str| SummaryRow::new(visit.t("staff-booking-document"), line.to_owned());
        let rows = documents.lines().map(one).collect();
        return Some(revealed(visit, "staff-document-title", rows));
    }
    let words = ["staff-document-title", "staff-document-text", "staff-document-open"];
    reveal(visit, action, ("document_reason", words))
}

/// The sensitive answers as the page is handed them: one line each, label and answer apart by a tab.
pub(super) fn handed_over(visit: &Visit, form: &Questions, answers: &Answers) -> String {
    let plain = |text: String| text.replace(['\t', '\n'], " ");
    let lines = lines(visit, form, answers).into_iter();
    lines.map(|(label, text)| format!("{}\t{}", plain(label), plain(text))).collect::<Vec<_>>().join("\n")
}
