//! The triage board: requests in columns by state, the longest waiting first, narrowed by city.

use super::city_text;
use super::request::address;
use crate::bus::{audience_words, lost_days};
use crate::desk::{count, crumbs, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::requests::Room;
use crate::requests::desk::column;
use crate::ui::{Button, Choice, EmptyState, Form, Illustration, LinkButton, Page, Select, Tag, Variant, Width};
use crate::visit::{Visit, visit};
use domain::bus::{City, State};
use domain::time::span_text;
use leptos::prelude::*;
use services::bus::{self, Bus, RequestView, Wishes};

/// The columns, from what waits for us to what is done.
const COLUMNS: [&[State]; 6] = [
    &[State::Submitted],
    &[State::Asked],
    &[State::Proposed],
    &[State::Accepted],
    &[State::Scheduled],
    &[State::Visited, State::Refused, State::Withdrawn],
];

/// The board.
#[component]
pub fn Board() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let city = visit.query.get("city").and_then(City::from_code);
    let requests = bus::board(&visit.services, &visit.context, city).await?;
    let wishes = bus::wishes(&visit.services, &visit.context, &requests).await?;
    let all = Choice::new("", visit.t("bus-staff-all-cities"));
    let cities = City::ALL.map(|city| Choice::new(city.code(), city.text(visit.locale())));
    let cities = std::iter::once(all).chain(cities).collect();
    let chosen = city.map_or("", City::code);
    let clear = city.is_some().then(|| {
        view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-clear")}</LinkButton> }
    });
    let content = if requests.is_empty() {
        let text = visit.t_args("bus-staff-none-text", &[("city", city_text(visit, city).to_string().into())]);
        view! { <EmptyState of=Illustration::Bus title=visit.t("bus-staff-none")><p>{text}</p></EmptyState> }.into_any()
    } else {
        let columns = COLUMNS.map(|states| {
            let title = if states.len() > 1 { visit.t("bus-staff-over") } else { Bus::state_words(visit, states[0]).1 };
            column(visit, states, title, &requests, |visit, request| card(visit, request, wishes.get(&request.id)))
        });
        let columns = columns.collect_view();
        view! { <div class="board">{columns}</div> }.into_any()
    };
    Ok(view! {
        <Page title=visit.t("bus-staff-board-title") lead=visit.t("bus-staff-board-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <Form get=true inline=true>
                <Select name="city" label=visit.t("bus-city") choices=cities value=chosen optional=true/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>{clear}</p>
            </Form>
            {content}
        </Page>
    }
    .into_any())
}

fn card(visit: &Visit, request: &RequestView, wishes: Option<&Wishes>) -> AnyView {
    let date = request.stop.as_ref().map(|stop| {
        view! { <p class="board-card-date">{span_text(stop.starts_at, stop.ends_at, visit.locale())}</p> }
    });
    let facts = [
        request.city.text(visit.locale()).into(),
        audience_words(visit, request.audience),
        count(visit, "staff-people", request.people),
    ];
    let lost = wishes.map(|wishes| lost(visit, request, wishes));
    view! { <p class="small">{facts.join(" · ")}</p>{date}{lost} }.into_any()
}

/// Which of its days cannot be any more; where none is left, the first date there is a vehicle and a crew for.
fn lost(visit: &Visit, request: &RequestView, wishes: &Wishes) -> impl IntoView + use<> {
    let page = visit.href(&format!("/staff/bus/requests/{}", request.id));
    let tag = wishes.all_lost().then(|| {
        let (to, words) = match &wishes.instead {
            Some(slot) => {
                let when = span_text(slot.starts_at, slot.ends_at, visit.locale());
                (address(&page, slot), visit.t_args("bus-board-instead", &[("when", when.into())]))
            }
            None => (format!("{page}#propose"), visit.t("bus-board-plan")),
        };
        view! {
            <p><Tag tone=Tone::Danger>{visit.t("bus-board-all-lost")}</Tag></p>
            <p class="small"><a class="board-card-way" href=to>{words}</a></p>
        }
    });
    view! { {tag}{lost_days(visit, wishes)} }
}
