//! Closing a session or a day: whom it touches, the reason, one confirmation. And opening a session again.

use crate::calls::{Answer, Asked, Call};
use crate::desk::{count, crumbs, day as parse_day, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::museum::{day_param, param};
use crate::problem::Problem;
use crate::routes::Access;
use crate::ui::{
    Banner, Button, Checkbox, Column, Dialog, EmptyState, Form, HiddenField, Page, Row, Table, TextField, Variant,
    Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::field::{Fault, Faults};
use domain::ids::{ClosureId, SessionId};
use domain::time::{day_text, local_day, span_text};
use leptos::prelude::*;
use services::booking::{self, BookingError, Closing, Scope, Touched};

const MANAGE: Access = Access::Capability(Capability::ManageSessions);

/// The calls of closing.
pub const CALLS: &[Call] = &[
    Call::post("/staff/museum/sessions/:id/close", MANAGE, &close_session),
    Call::post("/staff/museum/sessions/:id/reopen", MANAGE, &reopen),
    Call::post("/staff/museum/days/:day/close", MANAGE, &close_day),
];

/// Closing one session.
#[component]
pub fn CloseSession() -> impl IntoView {
    read_first(page(visit(), param("id").map(Scope::Session)))
}

/// Closing a whole day.
#[component]
pub fn CloseDay() -> impl IntoView {
    read_first(page(visit(), day_param().map(Scope::Day)))
}

async fn page(visit: Visit, what: Option<Scope>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let what = what.ok_or(Problem::NotFound)?;
    let touched = booking::touched(&visit.services, &visit.context, what).await?;
    let words = ("staff-close-of-session", "staff-close-of-day", "staff-close-title");
    let title = title_of(visit, words, what, &touched);
    let board = match (what, touched.first()) {
        (Scope::Day(day), _) => Some(day),
        (Scope::Session(_), Some(touched)) => Some(local_day(touched.starts_at)),
        (Scope::Session(_), None) | (Scope::Dates(_), _) => None,
    };
    let board = board.map(|day| format!("/staff/museum/today?day={day}"));
    let way = board.as_deref().map(|board| [(board, "staff-day-title")]);
    let content = if touched.iter().all(|touched| touched.closed && touched.bookings == 0) {
        view! {
            <EmptyState title=visit.t("staff-close-nothing")><p>{visit.t("staff-close-nothing-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        view! { {table(visit, "staff-close-touches", &touched)}{warnings(visit, &touched)}{form(visit, what, &touched)} }.into_any()
    };
    Ok(view! {
        <Page title=title kicker=visit.t("staff-close-title") lead=visit.t("staff-close-lead") width=Width::Wide
            crumbs=crumbs(visit, way.as_ref().map_or(&[][..], |way| way.as_slice()))>
            {rooms(visit)}
            {content}
        </Page>
    }
    .into_any())
}

/// What an act over sessions is called: over one, over a day, or in general where there is none.
pub(super) fn title_of(
    visit: &Visit,
    (of_session, of_day, general): (&'static str, &'static str, &'static str),
    what: Scope,
    touched: &[Touched],
) -> Text {
    match (what, touched.first()) {
        (Scope::Day(day), _) => visit.t_args(of_day, &[("day", day_text(day, visit.locale()).into())]),
        (Scope::Session(_), Some(one)) => {
            let when = span_text(one.starts_at, one.ends_at, visit.locale());
            visit.t_args(of_session, &[("when", when.into())])
        }
        (Scope::Session(_), None) | (Scope::Dates(_), _) => visit.t(general),
    }
}

pub(super) fn sum(touched: &[Touched], part: fn(&Touched) -> u32) -> u32 {
    touched.iter().map(part).sum()
}

/// Whom it touches, session by session.
pub(super) fn table(visit: &Visit, title: &'static str, touched: &[Touched]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("staff-session-time")),
        Column::number(visit.t("staff-close-bookings")),
        Column::number(visit.t("staff-close-people")),
        Column::number(visit.t("staff-close-unreachable")),
        Column::number(visit.t("staff-close-held")),
        Column::number(visit.t("staff-close-waiting")),
    ];
    let one_day = touched.windows(2).all(|two| local_day(two[0].starts_at) == local_day(two[1].starts_at));
    let mut rows: Vec<Row> = touched
        .iter()
        .map(|one| {
            let href = visit.href(&format!("/staff/museum/sessions/{}", one.session));
            let when = if one_day {
                super::hours(one.starts_at, one.ends_at)
            } else {
                span_text(one.starts_at, one.ends_at, visit.locale())
            };
            let is = match (one.closed, one.open_door) {
                (true, _) => Some("staff-close-already"),
                (false, true) => Some("staff-session-open-door"),
                (false, false) => None,
            };
            let is = is.map(|key| view! { " "<span class="muted">{visit.t(key)}</span> });
            Row::new()
                .cell(view! { <a href=href>{when}</a>{is} })
                .cell(one.bookings.to_string())
                .cell(one.people.to_string())
                .cell(one.unreachable.to_string())
                .cell(one.held.to_string())
                .cell(one.waiting.to_string())
                .muted(one.closed)
        })
        .collect();
    if touched.len() > 1 {
        let parts: [fn(&Touched) -> u32; 5] =
            [|t| t.bookings, |t| t.people, |t| t.unreachable, |t| t.held, |t| t.waiting];
        let first = Row::new().cell(view! { <strong>{visit.t("staff-close-sum")}</strong> });
        rows.push(parts.into_iter().fold(first, |row, part| row.cell(sum(touched, part).to_string())));
    }
    view! {
        <section class="section">
            <h2>{visit.t(title)}</h2>
            <Table caption=visit.t(title) caption_hidden=true columns=columns rows=rows/>
        </section>
    }
}

fn warnings(visit: &Visit, touched: &[Touched]) -> impl IntoView + use<> {
    let warn = |key, n: u32| (n > 0).then(|| view! { <Banner tone=Tone::Warning>{count(visit, key, n)}</Banner> });
    view! {
        {warn("staff-close-unreachable-text", sum(touched, |t| t.unreachable))}
        {warn("staff-close-arrived-text", sum(touched, |t| t.arrived))}
    }
}

fn form(visit: &Visit, what: Scope, touched: &[Touched]) -> impl IntoView + use<> {
    // A form that came back keeps its key: it was not taken, or was taken and may be sent again.
    let key = visit.form.value("key").and_then(|text| text.parse().ok());
    let key: ClosureId = key.unwrap_or_else(|| visit.context.new_id());
    let (bookings, people) = (sum(touched, |t| t.bookings), sum(touched, |t| t.people));
    let confirm = visit.t_args("staff-close-confirm", &[("bookings", bookings.into()), ("people", people.into())]);
    let whole_day =
        matches!(what, Scope::Day(_)).then(|| view! { <p class="muted">{visit.t("staff-close-day-hint")}</p> });
    view! {
        <section class="section">
            <Form>
                <HiddenField name="key" value=key.to_string()/>
                <TextField name="reason_zh" label=visit.t("staff-close-reason-zh") hint=visit.t("staff-close-reason-hint") maxlength=100/>
                <TextField name="reason_en" label=visit.t("staff-close-reason-en") maxlength=100/>
                <Checkbox name="seen" called=visit.t("called-close")>{confirm}</Checkbox>
                {whole_day}
                <p class="actions"><Button variant=Variant::Danger>{visit.t("staff-close-do")}</Button></p>
            </Form>
        </section>
    }
}

/// Opening a closed session again, on its page; with why it is closed.
pub(super) fn closed(
    visit: &Visit,
    session: SessionId,
    version: i32,
    reason: Option<(String, String)>,
) -> impl IntoView + use<> {
    let reason = reason.map(|(zh, en)| {
        let reason = visit.pick(&zh, &en).into_owned();
        view! { <Banner>{visit.t_args("staff-closed-reason", &[("reason", reason.into())])}</Banner> }
    });
    view! {
        {reason}
        <div class="actions">
            <Dialog label=visit.t("staff-reopen") title=visit.t("staff-reopen-title")>
                <p>{visit.t("staff-reopen-text")}</p>
                <Form action=visit.href(&format!("/staff/museum/sessions/{session}/reopen"))>
                    <HiddenField name="version" value=version.to_string()/>
                    <p class="actions"><Button>{visit.t("staff-reopen")}</Button></p>
                </Form>
            </Dialog>
        </div>
    }
}

async fn close_session(asked: Asked) -> Answer {
    let Some(id) = asked.param::<SessionId>("id") else { return Problem::NotFound.into() };
    let done = format!("/staff/museum/sessions/{id}?done=closed");
    close(asked, Scope::Session(id), format!("/staff/museum/sessions/{id}/close"), done).await
}

async fn close_day(asked: Asked) -> Answer {
    let Some(Ok(day)) = asked.param::<String>("day").map(|text| parse_day(&text)) else {
        return Problem::NotFound.into();
    };
    let done = format!("/staff/museum/today?day={day}&done=closed");
    close(asked, Scope::Day(day), format!("/staff/museum/days/{day}/close"), done).await
}

async fn close(asked: Asked, what: Scope, page: String, done: String) -> Answer {
    let mut faults = Faults::default();
    let Ok(key) = asked.field("key").parse::<ClosureId>() else { return Problem::NotFound.into() };
    if !asked.ticked("seen") {
        faults.add("seen", Fault::MustAccept);
    }
    let closing = Closing {
        key,
        what,
        reason_zh: asked.field("reason_zh").to_owned(),
        reason_en: asked.field("reason_en").to_owned(),
    };
    for (field, text) in [("reason_zh", &closing.reason_zh), ("reason_en", &closing.reason_en)] {
        if text.trim().is_empty() {
            faults.add(field, Fault::Required);
        }
    }
    if !faults.is_empty() {
        return super::calls::faulty(&asked, &page, faults);
    }
    match booking::close(&asked.services, &asked.context, closing).await {
        Ok(_) => Answer::to(done),
        Err(BookingError::KeyReused) => {
            Answer::another_act(&asked, page, (&[], "key"), &asked.t("staff-close-key-reused"))
        }
        Err(error) => super::calls::refused(&asked, &page, error, "staff-state-has-changed"),
    }
}

async fn reopen(asked: Asked) -> Answer {
    let Some(id) = asked.param::<SessionId>("id") else { return Problem::NotFound.into() };
    let page = format!("/staff/museum/sessions/{id}");
    let version = asked.field("version").parse().unwrap_or_default();
    match booking::reopen(&asked.services, &asked.context, id, version).await {
        Ok(()) => Answer::to(format!("{page}?done=reopened")),
        Err(error) => super::calls::refused(&asked, &page, error, "staff-state-has-changed"),
    }
}
