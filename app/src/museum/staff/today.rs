//! Today's board: how full each session of a day is, who has come, how many people are in the building.

use super::{hours, occupancy, open_door, session_state};
use crate::desk::{count, crumbs, may, news, read_first, rooms, turn};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Card, DateField, EmptyState, Form, Illustration, LinkButton, Page, StatNumber, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::time::{day_text, local_day};
use jiff::civil::Date;
use leptos::prelude::*;
use services::booking::{self, SessionView};

/// The board of `?day=`, of today without it.
#[component]
pub fn Today() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let today = local_day(visit.context.now);
    let day = visit.query.day("day").unwrap_or(today);
    let sessions = booking::sessions(&visit.services, &visit.context, day, day).await?;
    let inside = if day == today { Some(booking::inside(&visit.services, &visit.context).await?) } else { None };
    let beside = |day: Option<Date>, key| day.map(|day| (address(visit, day, today), key));
    let turn =
        turn(visit, beside(day.yesterday().ok(), "staff-day-before"), beside(day.tomorrow().ok(), "staff-day-after"));
    let back = (day != today).then(|| {
        view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-today-back")}</LinkButton> }
    });
    let refresh = (day == today).then(|| {
        view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-today-refresh")}</LinkButton> }
    });
    let title = visit.t(if day == today { "staff-today-title" } else { "staff-day-title" });
    let close = (day >= today && sessions.iter().any(|s| !s.facts.closed) && may(visit, Capability::ManageSessions)).then(|| {
        let href = visit.href(&format!("/staff/museum/days/{day}/close"));
        view! { <p class="actions"><LinkButton href=href variant=Variant::Secondary>{visit.t("staff-close-day")}</LinkButton></p> }
    });
    let come = (may(visit, Capability::ManageSessions)).then(|| opening(visit, day, &sessions));
    let content =
        if sessions.is_empty() { nothing(visit, day).await? } else { board(visit, &sessions, inside).into_any() };
    Ok(view! {
        <Page title=title lead=day_text(day, visit.locale()) width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <Form get=true inline=true>
                <DateField name="day" label=visit.t("staff-day") value=day/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>{back}{refresh}</p>
            </Form>
            {news(visit, NEWS)}
            {content}
            {come}
            {close}
            {turn}
        </Page>
    }
    .into_any())
}

const NEWS: &[(&str, &str)] = &[
    ("closed", "staff-closed-done"),
    ("open-door", "staff-open-door-done"),
    ("booking-again", "staff-booking-again-done"),
];

/// Saying that the day needs no booking, and taking that back: as far as there are sessions it could be said of.
fn opening(visit: &Visit, day: Date, sessions: &[SessionView]) -> impl IntoView + use<> {
    let now = visit.context.now;
    let left = || sessions.iter().filter(|s| !s.facts.closed && s.facts.ends_at > now);
    let open = left().any(|s| !s.facts.open_door).then(|| {
        let href = visit.href(&format!("/staff/museum/days/{day}/open-door"));
        view! { <p class="actions"><LinkButton href=href variant=Variant::Secondary>{visit.t("staff-open-door-day")}</LinkButton></p> }
    });
    let back = left().any(|s| s.facts.open_door).then(|| {
        let action = format!("/staff/museum/days/{day}/booking-again");
        open_door::take_back(visit, &action, None, "staff-booking-again-day")
    });
    view! { {open}{back} }
}

fn address(visit: &Visit, day: Date, today: Date) -> String {
    if day == today { visit.here() } else { format!("{}?day={day}", visit.here()) }
}

fn board(visit: &Visit, sessions: &[SessionView], inside: Option<u32>) -> impl IntoView + use<> {
    let sum = |part: fn(&SessionView) -> u32| sessions.iter().map(part).sum::<u32>();
    let (booked, arrived, capacity) = (sum(|s| s.facts.booked), sum(|s| s.arrived), sum(|s| s.facts.capacity));
    let over = sum(|s| s.facts.over_by());
    let over =
        (over > 0).then(|| view! { <Banner tone=Tone::Warning>{count(visit, "staff-today-over", over)}</Banner> });
    let note = Some(count(visit, "staff-number-of-places", capacity));
    let inside = inside.map(|n| view! { <StatNumber value=n.to_string() label=visit.t("staff-number-inside")/> });
    let cards = sessions.iter().map(|session| card(visit, session)).collect_view();
    view! {
        {over}
        <dl class="stats">
            <StatNumber value=booked.to_string() label=visit.t("staff-number-booked") note=note/>
            <StatNumber value=arrived.to_string() label=visit.t("staff-number-arrived")/>
            {inside}
        </dl>
        <div class="cards staff-board">{cards}</div>
    }
}

fn card(visit: &Visit, session: &SessionView) -> impl IntoView + use<> {
    let facts = &session.facts;
    let href = Text::from(visit.href(&format!("/staff/museum/sessions/{}", session.id)));
    let pair = |key: &str, n: u32| view! { <div class="staff-pair"><dt>{visit.t(key)}</dt><dd>{n}</dd></div> };
    let now = facts.starts_at <= visit.context.now && facts.ends_at > visit.context.now;
    view! {
        <Card title=hours(facts.starts_at, facts.ends_at) href=Some(href) tag=Some(session_state(visit, session)) level=2>
            {occupancy(visit, session)}
            <dl class=if now { "staff-pairs staff-pairs-now" } else { "staff-pairs" }>
                {pair("staff-session-arrived", session.arrived)}
                {(session.walked > 0 || facts.open_door).then(|| pair("staff-session-walked", session.walked))}
                {pair("staff-session-bookings", session.bookings)}
                {(session.waiting > 0).then(|| pair("staff-waiting-parties", session.waiting))}
                {pair("staff-board-held", facts.held)}
            </dl>
        </Card>
    }
}

async fn nothing(visit: &Visit, day: Date) -> Result<AnyView, Problem> {
    let museum = booking::museum(&visit.services).await?;
    let why =
        museum.exceptions.iter().find(|(closed, ..)| *closed == day).map(|(_, zh, en)| visit.pick(zh, en).into_owned());
    let text = why.map_or_else(|| visit.t("staff-day-none-text"), Text::from);
    let add = may(visit, Capability::ManageSessions).then(|| {
        let href = visit.href(&format!("/staff/museum/sessions?from={day}"));
        view! { <LinkButton href=href variant=Variant::Secondary>{visit.t("staff-session-add")}</LinkButton> }
    });
    Ok(view! {
        <EmptyState of=Illustration::Museum title=visit.t("staff-day-none")><p>{text}</p>{add}</EmptyState>
    }
    .into_any())
}
