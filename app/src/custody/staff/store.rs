//! The store: rooms, tanks and how full they are; of one tank its towers, and of a tower every slot.

use super::words::state_text;
use super::{at, unit_page};
use crate::desk::{count, crumbs, read_first, rooms};
use crate::i18n::{Text, grouped};
use crate::problem::Problem;
use crate::ui::{Card, EmptyState, Illustration, LinkButton, Meter, Page, SummaryList, SummaryRow, Variant, Width};
use crate::visit::{Visit, param, visit};
use domain::ids::TankId;
use leptos::prelude::*;
use services::custody::layout::{self, Occupant, Tank};
use std::collections::BTreeMap;

/// Every room with its tanks.
#[component]
pub fn Store() -> impl IntoView {
    read_first(page(visit()))
}

/// What a tank is for.
fn purpose_text(visit: &Visit, purpose: &str) -> Text {
    visit.t(match purpose {
        "quarantine" => "units-tank-quarantine",
        "samples" => "units-tank-samples",
        _ => "units-tank-long-term",
    })
}

/// So many of so many slots.
fn full(visit: &Visit, units: u64, capacity: u64) -> Text {
    visit.t_args("units-tank-full", &[("units", grouped(units).into()), ("slots", grouped(capacity).into())])
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = layout::tanks(&visit.services, &visit.context).await?;
    let mut by_room: BTreeMap<(String, String), Vec<Tank>> = BTreeMap::new();
    for tank in all {
        by_room.entry(tank.room.clone()).or_default().push(tank);
    }
    let none = by_room.is_empty().then(|| {
        view! { <EmptyState of=Illustration::Tank title=visit.t("units-store-none")><p>{visit.t("units-store-none-text")}</p></EmptyState> }
    });
    let sections = by_room.into_iter().map(|((site, code), tanks)| room(visit, &site, &code, &tanks)).collect_view();
    Ok(view! {
        <Page title=visit.t("units-store-title") lead=visit.t("units-store-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::UNITS, "units-title")])>
            {rooms(visit)}
            <p class="actions no-print"><LinkButton href=visit.href(at::UNITS) variant=Variant::Secondary>{visit.t("units-store-find")}</LinkButton></p>
            {none}
            {sections}
        </Page>
    }
    .into_any())
}

fn room(visit: &Visit, site: &str, code: &str, tanks: &[Tank]) -> AnyView {
    let name = tanks.first().map(|tank| visit.pick(&tank.room_name.0, &tank.room_name.1).into_owned());
    let title = format!("{} · {site} {code}", name.unwrap_or_default());
    let cards = tanks.iter().map(|tank| {
        let href = Some(Text::from(visit.href(&format!("{}/{}", at::STORE, tank.id))));
        view! {
            <Card title=tank.code.clone() href=href>
                <p class="muted small">{purpose_text(visit, &tank.purpose)}</p>
                <Meter label=full(visit, tank.units, tank.capacity()) value=tank.units max=tank.capacity()/>
            </Card>
        }
    });
    let cards = cards.collect_view();
    view! {
        <section class="section">
            <h2>{title}</h2>
            <div class="cards">{cards}</div>
        </section>
    }
    .into_any()
}

/// One tank.
#[component]
pub fn StoreTank() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(tank_page(visit(), id))
}

async fn tank_page(visit: Visit, id: Option<TankId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (tank, towers) = layout::tank(&visit.services, &visit.context, id).await?;
    let wanted = visit.query.parsed::<u16>("tower").filter(|tower| (1..=tank.shape.0).contains(tower));
    let shown = match wanted {
        Some(tower) => {
            let all = layout::tower(&visit.services, &visit.context, id, tower).await?;
            Some(grid(visit, &tank, tower, &all))
        }
        None => None,
    };
    let (tower_count, frames, slots) = tank.shape;
    let shape = [("towers", tower_count.into()), ("frames", frames.into()), ("slots", slots.into())];
    let rows = vec![
        SummaryRow::new(visit.t("units-tank-purpose"), purpose_text(visit, &tank.purpose)),
        SummaryRow::new(visit.t("units-tank-shape"), visit.t_args("units-tank-shape-text", &shape)),
        SummaryRow::new(visit.t("units-tank-units"), full(visit, tank.units, tank.capacity())),
    ];
    let title = visit.t_args("units-tank-title", &[("code", tank.code.clone().into())]);
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(at::STORE, "units-store-title")])>
            {rooms(visit)}
            <SummaryList rows=rows/>
            {overview(visit, &tank, &towers, wanted)}
            {shown}
        </Page>
    }
    .into_any())
}

/// The towers, each with how full it is, and a way to its slots.
fn overview(visit: &Visit, tank: &Tank, towers: &[u64], current: Option<u16>) -> impl IntoView + use<> {
    let each = u64::from(tank.shape.1) * u64::from(tank.shape.2);
    let items = (1_u16..).zip(towers.iter().copied()).map(|(number, units)| {
        let href = format!("{}?tower={number}#tower", visit.here());
        let label = count(visit, "units-tower", number.into());
        let words = full(visit, units, each);
        let here = (current == Some(number)).then_some("true");
        view! {
            <li>
                <a href=href aria-current=here>{label}</a>
                <Meter label=words value=units max=each/>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("units-towers")}</h2>
            <ul class="store-towers">{items}</ul>
        </section>
    }
}

/// Every slot of a tower: frames down, slots across; who lies where, and what is free.
fn grid(visit: &Visit, tank: &Tank, tower: u16, all: &[Occupant]) -> AnyView {
    let by_slot: BTreeMap<(u16, u16), &Occupant> = all.iter().map(|one| ((one.frame, one.slot), one)).collect();
    let (_, frames, slots) = tank.shape;
    let head = (1..=slots).map(|slot| view! { <th scope="col">{slot.to_string()}</th> }).collect_view();
    let body = (1..=frames).map(|frame| {
        let cells = (1..=slots).map(|slot| match by_slot.get(&(frame, slot)) {
            Some(one) => {
                let state = state_text(visit, one.state).to_string();
                let label = format!("{tower}-{frame}-{slot} · {} · {state}", one.masked);
                let href = visit.href(&unit_page(one.unit));
                view! { <td class="store-taken"><a href=href title=label.clone() aria-label=label><span aria-hidden="true">"●"</span></a></td> }
                    .into_any()
            }
            None => {
                let free = visit.t("units-slot-free");
                view! { <td class="store-free"><span aria-hidden="true">"·"</span><span class="hidden">{free}</span></td> }
                    .into_any()
            }
        });
        let cells = cells.collect_view();
        view! { <tr><th scope="row">{frame.to_string()}</th>{cells}</tr> }
    });
    let body = body.collect_view();
    let title = count(visit, "units-tower", tower.into());
    let caption = visit.t_args("units-tower-caption", &[("n", tower.into())]);
    let label = caption.clone();
    view! {
        <section class="section" id="tower">
            <h2>{title}</h2>
            <p class="muted small">{visit.t("units-tower-lead")}</p>
            <div class="store-scroll" role="region" tabindex="0" aria-label=label>
                <table class="store-grid">
                    <caption class="hidden">{caption}</caption>
                    <thead><tr><th scope="col"><span class="hidden">{visit.t("units-frame")}</span></th>{head}</tr></thead>
                    <tbody>{body}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
