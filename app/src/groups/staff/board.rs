//! The board: requests in columns by state, the longest waiting first; a search for an organisation or a reference.

use crate::desk::{count, crumbs, read_first, rooms};
use crate::groups::people_words;
use crate::problem::Problem;
use crate::requests::desk::column;
use crate::ui::{Button, EmptyState, Form, Illustration, LinkButton, Page, TextField, Variant, Width};
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
    (&[State::Visited, State::Missed, State::Over, State::Refused, State::Withdrawn], "bus-staff-over"),
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
        let columns =
            COLUMNS.map(|(states, title)| column(visit, states, visit.t(title), &requests, card)).collect_view();
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

fn card(visit: &Visit, request: &RequestView) -> AnyView {
    let date = request.session().map(|span| {
        view! { <p class="board-card-date">{span_text(span.starts_at, span.ends_at, visit.locale())}</p> }
    });
    let listed = request.listed.map(|n| view! { <p class="small">{count(visit, "groups-staff-listed", n)}</p> });
    let people = people_words(visit, request.members, request.adults);
    view! { <p class="small">{people}</p>{date}{listed} }.into_any()
}
