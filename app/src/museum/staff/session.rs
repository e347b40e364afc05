//! One session: how full it is, its places and whether it is open, its bookings.

use super::{bookings_table, close, occupancy, open_door, places, session_state, waiting};
use crate::desk::{count, crumbs, may, news, number, read_first, rooms};
use crate::form::Tone;
use crate::museum::param;
use crate::outreach::staff::series;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkbox, EmptyState, Form, HiddenField, Illustration, LinkButton, Page, SummaryList, SummaryRow,
    Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::booking::Pool;
use domain::ids::SessionId;
use domain::time::{local_day, span_text};
use leptos::prelude::*;
use services::booking::{self, BookingView, SessionView};
use std::collections::HashMap;

const NEWS: &[(&str, &str)] = &[
    ("changed", "staff-session-changed"),
    ("added", "staff-session-added"),
    ("closed", "staff-closed-done"),
    ("reopened", "staff-reopened"),
    ("open-door", "staff-open-door-done"),
    ("booking-again", "staff-booking-again-done"),
    ("waits", "staff-series-waits"),
];

/// One session.
#[component]
pub fn Session() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<SessionId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let session = booking::session_now(&visit.services, &visit.context, id).await?;
    let bookings = booking::bookings_of_session(&visit.services, &visit.context, id).await?;
    let facts = &session.facts;
    let day = local_day(facts.starts_at);
    let board = format!("/staff/museum/today?day={day}");
    let open = !facts.closed && facts.ends_at > visit.context.now;
    let book = if open && may(visit, Capability::BookOnBehalf) { on_behalf(visit, &session).await? } else { None };
    let list_of_waiting = booking::waiting_list(&visit.services, &visit.context, id).await?;
    let manages = may(visit, Capability::ManageSessions);
    let running = facts.ends_at > visit.context.now;
    let close = (manages && open).then(|| {
        let href = visit.href(&format!("/staff/museum/sessions/{id}/close"));
        view! { <p class="actions"><LinkButton href=href variant=Variant::Secondary>{visit.t("staff-close-session")}</LinkButton></p> }
    });
    let come = (manages && open && !facts.open_door).then(|| {
        let href = visit.href(&format!("/staff/museum/sessions/{id}/open-door"));
        view! { <p class="actions"><LinkButton href=href variant=Variant::Secondary>{visit.t("staff-open-door-session")}</LinkButton></p> }
    });
    let opened = if manages && open && facts.open_door {
        let note = booking::open_door_note(&visit.services, id).await?;
        Some(open_door::opened(visit, &session, note))
    } else {
        None
    };
    let reopen = if manages && running && facts.closed {
        let reason = booking::closing_reason(&visit.services, id).await?;
        Some(close::closed(visit, id, session.version, reason))
    } else {
        None
    };
    let change = manages.then(|| change(visit, &session));
    Ok(view! {
        <Page title=span_text(facts.starts_at, facts.ends_at, visit.locale()) kicker=visit.t("staff-session-title") width=Width::Wide
            crumbs=crumbs(visit, &[("/staff/museum/sessions", "staff-sessions-title"), (&board, "staff-day-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {warnings(visit, &session)}
            <SummaryList rows=rows(visit, &session)/>
            {places::table(visit, facts)}
            {book}
            {opened}
            {reopen}
            {change}
            {come}
            {close}
            {waiting::list(visit, &list_of_waiting)}
            {list(visit, &bookings)}
        </Page>
    }
    .into_any())
}

/// The way to book on behalf: of a date of an event its form, where it can be had; of a session of the museum while
/// the desk has places.
async fn on_behalf(visit: &Visit, session: &SessionView) -> Result<Option<AnyView>, Problem> {
    let facts = &session.facts;
    let way = match series::address(visit, session).await? {
        Some(series) => series.map(|path| (path, "staff-series-title")),
        None if !facts.open_door && facts.free_for(Pool::Staff) > 0 => {
            Some((format!("/staff/museum/book?session={}", session.id), "staff-book-title"))
        }
        None => None,
    };
    Ok(way.map(|(path, key)| {
        view! { <p class="actions"><LinkButton href=visit.href(&path) variant=Variant::Secondary>{visit.t(key)}</LinkButton></p> }
            .into_any()
    }))
}

fn warnings(visit: &Visit, session: &SessionView) -> impl IntoView + use<> {
    let over = session.facts.over_by();
    let over = (over > 0)
        .then(|| view! { <Banner tone=Tone::Warning>{count(visit, "staff-session-over-text", over)}</Banner> });
    let closed = (session.facts.closed && session.facts.booked > 0)
        .then(|| view! { <Banner tone=Tone::Warning>{count(visit, "staff-session-closed-with-bookings", session.bookings)}</Banner> });
    view! { {over}{closed} }
}

fn rows(visit: &Visit, session: &SessionView) -> Vec<SummaryRow> {
    let facts = &session.facts;
    let (tone, state) = session_state(visit, session);
    vec![
        SummaryRow::new(visit.t("staff-session-state"), view! { <Tag tone=tone>{state}</Tag> }),
        SummaryRow::new(visit.t("staff-session-places"), occupancy(visit, session)),
        SummaryRow::new(visit.t("staff-session-free-now"), count(visit, "staff-people", facts.free())),
        SummaryRow::new(visit.t("staff-session-held"), count(visit, "staff-people", facts.held)),
        SummaryRow::new(visit.t("staff-waiting-owed"), count(visit, "staff-people", facts.owed)),
        SummaryRow::new(visit.t("staff-session-arrived"), count(visit, "staff-people", session.arrived)),
        SummaryRow::new(visit.t("staff-session-walked"), count(visit, "staff-people", session.walked)),
        SummaryRow::new(visit.t("staff-session-bookings"), session.bookings.to_string()),
    ]
}

fn change(visit: &Visit, session: &SessionView) -> impl IntoView + use<> {
    let facts = &session.facts;
    // By how much the number typed would be too small: said beside the box that has to be ticked.
    let typed = visit.form.value("capacity").and_then(|text| number(text, 0, 5_000).ok());
    let over = facts.booked.saturating_sub(typed.unwrap_or(facts.capacity));
    let confirm = visit.form.fault("over_anyway").is_some() || visit.form.value("over_anyway").is_some();
    let confirm = (confirm && over > 0).then(|| {
        view! { <Checkbox name="over_anyway" called=visit.t("called-over") hint=visit.t("staff-session-over-hint")>{count(visit, "staff-session-over-anyway", over)}</Checkbox> }
    });
    view! {
        <section class="section" id="change">
            <h2>{visit.t("staff-session-change")}</h2>
            <Form>
                <HiddenField name="version" value=session.version.to_string()/>
                <TextField name="capacity" inputmode="numeric" width="short" label=visit.t("staff-capacity")
                    hint=count(visit, "staff-capacity-hint", facts.booked) value=facts.capacity.to_string()/>
                {places::fields(visit, facts.pools.split())}
                {confirm}
                <p class="actions"><Button>{visit.t("staff-save")}</Button></p>
            </Form>
        </section>
    }
}

fn list(visit: &Visit, bookings: &[BookingView]) -> impl IntoView + use<> {
    let list = if bookings.is_empty() {
        view! { <EmptyState of=Illustration::Family title=visit.t("staff-session-no-bookings")/> }.into_any()
    } else {
        bookings_table(visit, bookings, &HashMap::new(), visit.t("staff-session-bookings"), false).into_any()
    };
    view! {
        <section class="section">
            <h2>{visit.t("staff-session-bookings")}</h2>
            {list}
        </section>
    }
}
