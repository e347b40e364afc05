//! No booking needed: a session, a whole day or all dates of an event that whoever comes may visit. Whom it touches, a note for the public, one
//! confirmation; and taking it back.

use super::close::{sum, table, title_of};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{crumbs, day as parse_day, read_first, rooms};
use crate::form::Tone;
use crate::museum::{day_param, param};
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{Banner, Button, Checkbox, Dialog, EmptyState, Form, HiddenField, Page, TextField, Width};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::field::{Fault, Faults};
use domain::ids::{ActivityId, OpenDoorId, SessionId};
use domain::time::local_day;
use jiff::civil::Date;
use leptos::prelude::*;
use services::booking::{self, BookingError, OpenDoor, Scope, SessionView, Touched};

const MANAGE: Access = Access::Capability(Capability::ManageSessions);

/// The calls of opening the door to all.
pub const CALLS: &[Call] = &[
    Call::post("/staff/museum/sessions/:id/open-door", MANAGE, &open_session),
    Call::post("/staff/museum/sessions/:id/booking-again", MANAGE, &session_again),
    Call::post("/staff/museum/days/:day/open-door", MANAGE, &open_day),
    Call::post("/staff/museum/days/:day/booking-again", MANAGE, &day_again),
    Call::post("/staff/events/:id/open-door", MANAGE, &open_dates),
    Call::post("/staff/events/:id/booking-again", MANAGE, &dates_again),
];

/// One session that needs no booking.
#[component]
pub fn OpenDoorSession() -> impl IntoView {
    read_first(page(visit(), param("id").map(Scope::Session)))
}

/// A whole day that needs none.
#[component]
pub fn OpenDoorDay() -> impl IntoView {
    read_first(page(visit(), day_param().map(Scope::Day)))
}

/// All dates of an event that need none.
#[component]
pub fn OpenDoorDates() -> impl IntoView {
    read_first(page(visit(), param("id").map(Scope::Dates)))
}

async fn page(visit: Visit, what: Option<Scope>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let what = what.ok_or(Problem::NotFound)?;
    let touched = booking::touched(&visit.services, &visit.context, what).await?;
    let day = match (what, touched.first()) {
        (Scope::Day(day), _) => Some(day),
        (Scope::Session(_), touched) => touched.map(|touched| local_day(touched.starts_at)),
        (Scope::Dates(_), _) => None,
    };
    let way = match (what, day) {
        (Scope::Dates(event), _) => Some((format!("/staff/events/{event}"), "staff-event-title")),
        (_, day) => day.map(|day| (format!("/staff/museum/today?day={day}"), "staff-day-title")),
    };
    let way = way.as_ref().map(|(to, key)| [(to.as_str(), *key)]);
    let general = if matches!(what, Scope::Dates(_)) { "staff-open-door-of-dates" } else { "staff-open-door-title" };
    let content = if touched.iter().all(|one| one.closed) {
        view! { <EmptyState title=visit.t("staff-open-door-nothing")><p>{visit.t("staff-close-nothing-text")}</p></EmptyState> }
            .into_any()
    } else {
        view! { {table(visit, "staff-open-door-touches", &touched)}{form(visit, what, &touched)} }.into_any()
    };
    Ok(view! {
        <Page title=title_of(visit, ("staff-open-door-of-session", "staff-open-door-of-day", general), what, &touched)
            kicker=visit.t("staff-open-door-title") lead=visit.t("staff-open-door-lead") width=Width::Wide
            crumbs=crumbs(visit, way.as_ref().map_or(&[][..], |way| way.as_slice()))>
            {rooms(visit)}
            {content}
        </Page>
    }
    .into_any())
}

fn form(visit: &Visit, what: Scope, touched: &[Touched]) -> impl IntoView + use<> {
    // A form that came back keeps its key: it was not taken, or was taken and may be sent again.
    let key = visit.form.value("key").and_then(|text| text.parse().ok());
    let key: OpenDoorId = key.unwrap_or_else(|| visit.context.new_id());
    let args = [("bookings", sum(touched, |t| t.bookings).into()), ("waiting", sum(touched, |t| t.waiting).into())];
    let confirm = visit.t_args("staff-open-door-confirm", &args);
    let later = match what {
        Scope::Session(_) => None,
        Scope::Day(_) => Some("staff-open-door-day-hint"),
        Scope::Dates(_) => Some("staff-open-door-dates-hint"),
    };
    let later = later.map(|key| view! { <p class="muted">{visit.t(key)}</p> });
    view! {
        <section class="section">
            <Form>
                <HiddenField name="key" value=key.to_string()/>
                <TextField name="note_zh" label=visit.t("staff-open-door-note-zh") hint=visit.t("staff-open-door-note-hint")
                    optional=true maxlength=100/>
                <TextField name="note_en" label=visit.t("staff-open-door-note-en") optional=true maxlength=100/>
                <Checkbox name="seen" called=visit.t("called-open-door")>{confirm}</Checkbox>
                {later}
                <p class="actions"><Button>{visit.t("staff-open-door-do")}</Button></p>
            </Form>
        </section>
    }
}

/// What the session's own page says of it: that nobody needs a booking, what the public reads, how many walked in, and the
/// way back.
pub(super) fn opened(visit: &Visit, session: &SessionView, note: Option<(String, String)>) -> impl IntoView + use<> {
    let note = note.map(|(zh, en)| {
        let note = visit.pick(&zh, &en).into_owned();
        view! { " "{visit.t_args("staff-open-door-note", &[("note", note.into())])} }
    });
    let action = format!("/staff/museum/sessions/{}/booking-again", session.id);
    view! {
        <Banner tone=Tone::Success>{visit.t("staff-open-door-is")}{note}</Banner>
        {take_back(visit, &action, Some(session.version), "staff-booking-again")}
    }
}

/// Bookings are needed again: of a session, of a day, or of all dates of an event.
pub(crate) fn take_back(
    visit: &Visit,
    action: &str,
    version: Option<i32>,
    label: &'static str,
) -> impl IntoView + use<> {
    let version = version.map(|version| view! { <HiddenField name="version" value=version.to_string()/> });
    view! {
        <div class="actions">
            <Dialog label=visit.t(label) title=visit.t("staff-booking-again-title")>
                <p>{visit.t("staff-booking-again-text")}</p>
                <Form action=visit.href(action)>
                    {version}
                    <p class="actions"><Button>{visit.t("staff-booking-again-do")}</Button></p>
                </Form>
            </Dialog>
        </div>
    }
}

fn asked_day(asked: &Asked) -> Option<Date> {
    asked.param::<String>("day").and_then(|text| parse_day(&text).ok())
}

async fn open_session(asked: Asked) -> Answer {
    let Some(id) = asked.param::<SessionId>("id") else { return Problem::NotFound.into() };
    let done = format!("/staff/museum/sessions/{id}?done=open-door");
    open(asked, Scope::Session(id), format!("/staff/museum/sessions/{id}/open-door"), done).await
}

async fn open_day(asked: Asked) -> Answer {
    let Some(day) = asked_day(&asked) else { return Problem::NotFound.into() };
    let done = format!("/staff/museum/today?day={day}&done=open-door");
    open(asked, Scope::Day(day), format!("/staff/museum/days/{day}/open-door"), done).await
}

async fn open_dates(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ActivityId>("id") else { return Problem::NotFound.into() };
    open(asked, Scope::Dates(id), format!("/staff/events/{id}/open-door"), format!("/staff/events/{id}?done=open-door"))
        .await
}

async fn open(asked: Asked, what: Scope, page: String, done: String) -> Answer {
    let Ok(key) = asked.field("key").parse::<OpenDoorId>() else { return Problem::NotFound.into() };
    if !asked.ticked("seen") {
        let mut faults = Faults::default();
        faults.add("seen", Fault::MustAccept);
        return super::calls::faulty(&asked, &page, faults);
    }
    let (note_zh, note_en) = (asked.field("note_zh").to_owned(), asked.field("note_en").to_owned());
    match booking::open_door(&asked.services, &asked.context, OpenDoor { key, what, note_zh, note_en }).await {
        Ok(_) => Answer::to(done),
        Err(BookingError::KeyReused) => {
            Answer::another_act(&asked, page, (&[], "key"), &asked.t("staff-open-door-key-reused"))
        }
        Err(error) => super::calls::refused(&asked, &page, error, "staff-state-has-changed"),
    }
}

async fn session_again(asked: Asked) -> Answer {
    let Some(id) = asked.param::<SessionId>("id") else { return Problem::NotFound.into() };
    // Without the version the page was made from nothing is taken back: whatever no form of ours sent is an old one.
    let version = asked.field("version").parse().unwrap_or_default();
    let page = format!("/staff/museum/sessions/{id}");
    again(&asked, Scope::Session(id), Some(version), &page, format!("{page}?done=booking-again")).await
}

async fn day_again(asked: Asked) -> Answer {
    let Some(day) = asked_day(&asked) else { return Problem::NotFound.into() };
    let page = format!("/staff/museum/today?day={day}");
    again(&asked, Scope::Day(day), None, &page, format!("{page}&done=booking-again")).await
}

async fn dates_again(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ActivityId>("id") else { return Problem::NotFound.into() };
    let page = format!("/staff/events/{id}");
    again(&asked, Scope::Dates(id), None, &page, format!("{page}?done=booking-again")).await
}

async fn again(asked: &Asked, what: Scope, version: Option<i32>, page: &str, done: String) -> Answer {
    match booking::booking_again(&asked.services, &asked.context, what, version).await {
        Ok(_) => Answer::to(done),
        Err(error) => super::calls::refused(asked, page, error, "staff-state-has-changed"),
    }
}
