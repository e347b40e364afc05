//! The board: requests in columns by state, the longest waiting first; a search for an organisation or a reference.

use crate::desk::{age, count, crumbs, read_first, rooms};
use crate::groups::{people_words, state_words};
use crate::problem::Problem;
use crate::ui::{Button, EmptyState, Form, Illustration, LinkButton, Page, Tag, TextField, Variant, Width};
use crate::visit::{Visit, visit};
use domain::groups::State;
use domain::time::span_text;
use leptos::prelude::*;
use services::groups::{self, RequestView, Wanted};

/// The columns, from what waits for us to what is done.
const COLUMNS: [(&[State], &str); 5] = [
    (&[State::Submitted, State::Rebook, State::Accepted], "groups-column-ours"),
    (&[State::Asked], "groups-state-asked"),
    (&[State::Proposed], "groups-state-proposed"),
    (&[State::Approved], "groups-state-approved"),
    (&[State::Visited, State::Refused, State::Withdrawn], "bus-staff-over"),
];

/// The board.
#[component]
pub fn Board() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let text = visit.query.get("q").unwrap_or_default().to_owned();
    let requests = groups::board(&visit.services, &visit.context, &Wanted { text: text.clone() }).await?;
    let clear = (!text.is_empty()).then(|| {
        view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-clear")}</LinkButton> }
    });
    let content = if requests.is_empty() {
        let words = visit.t(if text.is_empty() { "groups-staff-none-text" } else { "groups-staff-not-found" });
        view! { <EmptyState of=Illustration::Family title=visit.t("groups-staff-none")><p>{words}</p></EmptyState> }
            .into_any()
    } else {
        let columns = COLUMNS.map(|(states, title)| column(visit, states, title, &requests)).collect_view();
        view! { <div class="board">{columns}</div> }.into_any()
    };
    let rules = visit.href("/staff/groups/rules");
    Ok(view! {
        <Page title=visit.t("groups-staff-title") lead=visit.t("groups-staff-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <Form get=true inline=true>
                <TextField name="q" kind="search" label=visit.t("groups-staff-search") hint=visit.t("groups-staff-search-hint") value=text/>
                <p class="actions">
                    <Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>
                    {clear}
                    <LinkButton href=rules variant=Variant::Quiet>{visit.t("groups-staff-rules")}</LinkButton>
                </p>
            </Form>
            {content}
        </Page>
    }
    .into_any())
}

fn column(visit: &Visit, states: &[State], title: &str, requests: &[RequestView]) -> impl IntoView + use<> {
    let here: Vec<&RequestView> = requests.iter().filter(|request| states.contains(&request.state)).collect();
    let empty = here.is_empty().then(|| view! { <p class="muted small">{visit.t("bus-staff-empty-column")}</p> });
    let several = states.len() > 1;
    let cards = here.iter().map(|request| card(visit, request, several)).collect_view();
    view! {
        <section class="board-column">
            <h2 class="board-column-title">{visit.t(title)}<span class="tab-count">{here.len()}</span></h2>
            {empty}
            <ul class="board-cards">{cards}</ul>
        </section>
    }
}

fn card(visit: &Visit, request: &RequestView, with_state: bool) -> impl IntoView + use<> {
    let href = visit.href(&format!("/staff/groups/{}", request.id));
    let state = with_state.then(|| {
        let (tone, text) = state_words(visit, request.state);
        view! { <Tag tone=tone>{text}</Tag> }
    });
    let date = request.session().map(|span| {
        view! { <p class="board-card-date">{span_text(span.starts_at, span.ends_at, visit.locale())}</p> }
    });
    let listed = request.listed.map(|n| view! { <p class="small">{count(visit, "groups-staff-listed", n)}</p> });
    let people = people_words(visit, request.members, request.adults);
    view! {
        <li class="board-card">
            <a class="board-card-link" href=href>{request.organisation.clone()}</a>
            <p class="small">{people}</p>
            {date}
            {listed}
            <p class="muted small">{age(visit, request.created_at)}" "{state}</p>
        </li>
    }
}
