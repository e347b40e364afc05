//! The coming sessions, a fortnight at a time, and one more outside the templates.

use super::{hours, occupancy, places, state_tag};
use crate::desk::{crumbs, may, news, read_first, rooms, turn};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Button, Checkbox, Column, DateField, Dialog, EmptyState, Form, Illustration, Page, Row, Table, Tag, TextField,
    Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::booking::Split;
use domain::time::{day_text, local_day};
use jiff::ToSpan;
use jiff::civil::Date;
use leptos::prelude::*;
use services::booking::{self, Museum, SessionView};
use std::collections::BTreeMap;

/// Days of one page.
const DAYS: i32 = 14;

/// The list of sessions.
#[component]
pub fn Sessions() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let today = local_day(visit.context.now);
    let from = visit.query.day("from").unwrap_or(today);
    let step = |days: i32| from.checked_add(days.days()).ok();
    let last = step(DAYS - 1).unwrap_or(from);
    let sessions = booking::sessions(&visit.services, &visit.context, from, last).await?;
    let museum = booking::museum(&visit.services).await?;
    let link = |day: Option<Date>, key| day.map(|day| (format!("{}?from={day}", visit.here()), key));
    let turn = turn(visit, link(step(-DAYS), "staff-fortnight-before"), link(step(DAYS), "staff-fortnight-after"));
    let add = may(visit, Capability::ManageSessions).then(|| add(visit, from.max(today)));
    let listed = if sessions.is_empty() && !museum.exceptions.iter().any(|(day, ..)| (from..=last).contains(day)) {
        view! {
            <EmptyState of=Illustration::Museum title=visit.t("staff-sessions-none")>
                <p><a href=visit.href("/staff/museum/templates")>{visit.t("staff-sessions-none-text")}</a></p>
            </EmptyState>
        }
        .into_any()
    } else {
        days(visit, sessions, &museum, from..=last).into_any()
    };
    let span = visit.t_args(
        "staff-sessions-span",
        &[("from", day_text(from, visit.locale()).into()), ("to", day_text(last, visit.locale()).into())],
    );
    Ok(view! {
        <Page title=visit.t("staff-sessions-title") lead=span width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, &[("added", "staff-session-added")])}
            <div class="staff-tools">
                <Form get=true inline=true>
                    <DateField name="from" label=visit.t("staff-sessions-from") value=from/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button></p>
                </Form>
                {add}
            </div>
            {listed}
            {turn}
        </Page>
    }
    .into_any())
}

fn add(visit: &Visit, day: Date) -> impl IntoView + use<> {
    let asks = visit.form.fault("closed_anyway").is_some() || visit.form.value("closed_anyway").is_some();
    let closed = asks.then(|| {
        view! { <Checkbox name="closed_anyway" called=visit.t("called-closed-day") hint=visit.t("staff-session-closed-day-hint")>{visit.t("staff-session-closed-day")}</Checkbox> }
    });
    view! {
        <Dialog label=visit.t("staff-session-add") title=visit.t("staff-session-add-title") open=visit.form.was_sent()>
            <p class="muted">{visit.t("staff-session-add-text")}</p>
            <Form>
                <DateField name="day" label=visit.t("staff-day") value=day/>
                <div class="form-inline">
                    <TextField name="starts" kind="time" label=visit.t("staff-starts") width="short"/>
                    <TextField name="ends" kind="time" label=visit.t("staff-ends") width="short"/>
                    <TextField name="capacity" inputmode="numeric" label=visit.t("staff-capacity") value="30" width="short"/>
                </div>
                {places::fields(visit, Split::default())}
                {closed}
                <p class="actions"><Button>{visit.t("staff-session-add")}</Button></p>
            </Form>
        </Dialog>
    }
}

fn days(
    visit: &Visit,
    sessions: Vec<SessionView>,
    museum: &Museum,
    span: std::ops::RangeInclusive<Date>,
) -> impl IntoView + use<> {
    let mut days: BTreeMap<Date, Vec<SessionView>> = BTreeMap::new();
    for session in sessions {
        days.entry(local_day(session.facts.starts_at)).or_default().push(session);
    }
    for (day, ..) in museum.exceptions.iter().filter(|(day, ..)| span.contains(day)) {
        days.entry(*day).or_default();
    }
    let shown = days.into_iter().map(|(day, sessions)| {
        let closed = museum.exceptions.iter().find(|(closed, ..)| *closed == day);
        let closed = closed.map(|(_, zh, en)| {
            let reason = visit.pick(zh, en).into_owned();
            view! { " "<Tag tone=Tone::Warning>{visit.t("staff-day-excepted")}{visit.t("staff-colon")}{reason}</Tag> }
        });
        let table = (!sessions.is_empty()).then(|| table(visit, day, &sessions));
        let board = visit.href(&format!("/staff/museum/today?day={day}"));
        view! {
            <section class="section">
                <h2 class="staff-day"><a href=board>{day_text(day, visit.locale())}</a>{closed}</h2>
                {table}
            </section>
        }
    });
    shown.collect_view()
}

fn table(visit: &Visit, day: Date, sessions: &[SessionView]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("staff-session-time")),
        Column::new(visit.t("staff-session-places")),
        Column::number(visit.t("staff-session-held")),
        Column::number(visit.t("staff-waiting-parties")),
        Column::number(visit.t("staff-session-arrived")),
        Column::new(visit.t("staff-session-state")),
    ];
    let rows = sessions.iter().map(|session| {
        let facts = &session.facts;
        let href = visit.href(&format!("/staff/museum/sessions/{}", session.id));
        Row::new()
            .cell(view! { <a href=href>{hours(facts.starts_at, facts.ends_at)}</a> })
            .cell(view! { {occupancy(visit, session)}{places::line(visit, facts)} })
            .cell(facts.held.to_string())
            .cell(session.waiting.to_string())
            .cell(session.arrived.to_string())
            .cell(state_tag(visit, session))
            .muted(facts.closed || facts.ends_at <= visit.context.now)
    });
    let rows = rows.collect();
    view! { <Table caption=day_text(day, visit.locale()) caption_hidden=true columns=columns rows=rows/> }
}
