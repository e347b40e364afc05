//! The planner: a week of days by vehicles, each stop with its crew, its set-up and its way; days without driving between.

use super::{Fleet, day_words, hours};
use crate::desk::{crumbs, read_first, rooms, turn};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::requests::Room;
use crate::ui::{Button, DateField, Form, LinkButton, Page, Tag, Variant, Width};
use crate::visit::{Visit, visit};
use domain::bus::{BASE, DAY_TRIP, Position, busy, travel};
use domain::ids::BusVehicleId;
use domain::time::{clock_text, local_day, weekday_text};
use jiff::{Span, civil};
use leptos::prelude::*;
use services::bus::{self, Bus, Itinerary, StopView};

/// Days shown at once.
const DAYS: i64 = 7;

/// The planner.
#[component]
pub fn Planner() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let today = local_day(visit.context.now);
    let first = visit.query.day("from").unwrap_or(today);
    let moved = |n: i64| first.checked_add(Span::new().days(n)).unwrap_or(first);
    let days: Vec<civil::Date> = (0..DAYS).map(moved).collect();
    let plan = bus::itinerary(&visit.services, &visit.context, first, moved(DAYS - 1)).await?;
    let fleet = Fleet::of(visit, (plan.vehicles.clone(), plan.crews.clone()));
    let to = |day: civil::Date| format!("{}?from={day}", visit.here());
    let turn = turn(visit, Some((to(moved(-DAYS)), "bus-week-before")), Some((to(moved(DAYS)), "bus-week-after")));
    let back = (first != today).then(|| {
        view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-today-back")}</LinkButton> }
    });
    let heads = fleet.vehicles.iter().map(|(_, title)| view! { <th scope="col">{title.clone()}</th> });
    let heads = heads.collect_view();
    let rows = days.iter().map(|day| row(visit, *day, today, &plan, &fleet)).collect_view();
    Ok(view! {
        <Page title=visit.t("bus-staff-plan-title") lead=visit.t("bus-plan-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <Form get=true inline=true>
                <DateField name="from" label=visit.t("bus-plan-week-of") value=first/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>{back}</p>
            </Form>
            <div class="bus-plan-scroll" tabindex="0" role="region" aria-label=visit.t("bus-staff-plan-title")>
                <table class="bus-plan">
                    <caption class="hidden">{visit.t("bus-staff-plan-title")}</caption>
                    <thead><tr><th scope="col">{visit.t("staff-day")}</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="muted small">{visit.t("bus-plan-legend")}</p>
            {turn}
        </Page>
    }
    .into_any())
}

fn row(visit: &Visit, day: civil::Date, today: civil::Date, plan: &Itinerary, fleet: &Fleet) -> impl IntoView + use<> {
    let cells = fleet.vehicles.iter().map(|(vehicle, _)| cell(visit, day, *vehicle, plan, fleet)).collect_view();
    let current = (day == today).then_some("date");
    let short = format!("{}/{}", day.month(), day.day());
    view! {
        <tr>
            <th scope="row" aria-current=current aria-label=day_words(visit, day)>
                <span class="bus-plan-day">{short}</span>
                <span class="muted small">{weekday_text(day, visit.locale())}</span>
            </th>
            {cells}
        </tr>
    }
}

fn cell(
    visit: &Visit,
    day: civil::Date,
    vehicle: BusVehicleId,
    plan: &Itinerary,
    fleet: &Fleet,
) -> impl IntoView + use<> {
    let closed = plan
        .blackouts
        .iter()
        .find(|it| it.vehicle.is_none_or(|of| of == vehicle) && (it.from..=it.until).contains(&day))
        .map(|it| {
            let why = visit.pick(&it.reason_zh, &it.reason_en).into_owned();
            view! { <p class="bus-plan-closed">{why}</p> }
        });
    let mut here: Vec<&StopView> =
        plan.stops.iter().filter(|stop| stop.vehicle == vehicle && local_day(stop.starts_at) == day).collect();
    here.sort_by_key(|stop| stop.starts_at);
    let empty = (closed.is_none() && here.is_empty())
        .then(|| view! { <span class="muted small">{visit.t("bus-plan-free-day")}</span> });
    let mut before: Option<Position> = None;
    let stops = here.into_iter().map(|stop| {
        let way = way(visit, before, stop.place);
        before = Some(stop.place);
        entry(visit, stop, way, fleet)
    });
    let stops = stops.collect::<Vec<_>>();
    view! { <td>{closed}{empty}{stops}</td> }
}

/// How one gets there: from the stop before, from the base, or staying overnight.
fn way(visit: &Visit, before: Option<Position>, place: Position) -> Text {
    let length = travel(before.unwrap_or(BASE), place);
    if before.is_none() && length > DAY_TRIP {
        return visit.t("bus-plan-overnight");
    }
    visit.t_args("bus-plan-way", &[("time", hours(visit, length).to_string().into())])
}

fn entry(visit: &Visit, stop: &StopView, way: Text, fleet: &Fleet) -> impl IntoView + use<> {
    let href = visit.href(&format!("/staff/bus/requests/{}", stop.request));
    let own = busy(&stop.trip());
    let (tone, state) = Bus::state_words(visit, stop.state);
    let there = format!("{}–{}", clock_text(own.from), clock_text(own.until));
    let there = visit.t_args("bus-plan-there", &[("time", there.into())]);
    view! {
        <a class=format!("bus-plan-stop bus-plan-{}", stop.state.name()) href=href>
            <span class="bus-plan-time">{clock_text(stop.starts_at)}"–"{clock_text(stop.ends_at)}</span>
            <span>{stop.organisation.clone()}</span>
            <span class="small">{stop.city.text(visit.locale())}" · "{fleet.crew(stop.crew)}</span>
            <span class="small muted">{way}</span>
            <span class="small muted">{there}</span>
            <Tag tone=tone>{state}</Tag>
        </a>
    }
}
