//! Where the bus goes: the stops of the coming months as a list and on the map, and a calendar to subscribe to.

use super::{audience_words, problem_of};
use crate::problem::problem_page;
use crate::routes::paths;
use crate::ui::{Crumb, EmptyState, Glyph, Illustration, LinkButton, MapStop, Page, RouteMap, Tag, Variant, Width};
use crate::visit::{Visit, visit};
use domain::time::span_text;
use leptos::prelude::*;
use services::bus::{PublicStop, schedule};

/// The public schedule.
#[component]
pub fn Schedule() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match schedule(&visit.services).await {
            Ok(stops) => page(&visit, &stops),
            Err(error) => problem_page(problem_of(error)).into_any(),
        }
    })
}

fn page(visit: &Visit, stops: &[PublicStop]) -> AnyView {
    let now = visit.context.now;
    let (mut past, coming): (Vec<_>, Vec<_>) = stops.iter().partition(|stop| stop.ends_at <= now);
    past.reverse();
    let numbered = |stops: &[&PublicStop], from: usize| -> Vec<MapStop> {
        let mark = |(i, stop): (usize, &&PublicStop)| MapStop { place: stop.place, number: from + i, past: false };
        stops.iter().enumerate().map(mark).collect()
    };
    let crumbs =
        vec![Crumb::new(visit.href("/"), visit.t("nav-home")), Crumb::new(visit.href(paths::BUS), visit.t("bus-name"))];
    let content = if coming.is_empty() {
        view! {
            <EmptyState of=Illustration::Bus title=visit.t("bus-schedule-none")>
                <p>{visit.t("bus-schedule-none-text")}</p>
                <p class="actions"><LinkButton href=visit.href(paths::BUS)>{visit.t("bus-name")}</LinkButton></p>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <div class="bus-route">
                <RouteMap stops=numbered(&coming, 1)/>
                {list(visit, &coming, 1)}
            </div>
        }
        .into_any()
    };
    let before = (!past.is_empty()).then(|| {
        view! {
            <section class="section">
                <h2>{visit.t("bus-schedule-past")}</h2>
                {list(visit, &past, 0)}
            </section>
        }
    });
    view! {
        <Page title=visit.t("bus-schedule-title") lead=visit.t("bus-schedule-lead") width=Width::Wide crumbs=crumbs>
            {content}
            <p class="actions">
                <LinkButton href=visit.href("/bus/schedule.ics") variant=Variant::Secondary glyph=Glyph::Calendar>{visit.t("bus-schedule-subscribe")}</LinkButton>
            </p>
            <p class="muted small">{visit.t("bus-schedule-note")}</p>
            {before}
        </Page>
    }
    .into_any()
}

/// The stops in words. Numbers begin at `from`; 0 means none.
fn list(visit: &Visit, stops: &[&PublicStop], from: usize) -> impl IntoView + use<> {
    let items = stops.iter().enumerate().map(|(i, stop)| {
        let number = (from > 0).then(|| view! { <span class="bus-list-number" aria-hidden="true">{from + i}</span> });
        view! {
            <li class="bus-list-stop">
                {number}
                <div>
                    <p class="bus-list-when">{span_text(stop.starts_at, stop.ends_at, visit.locale())}</p>
                    <p><strong>{stop.city.text(visit.locale())}</strong>" · "<a href=visit.href(&format!("/bus/stops/{}", stop.id))>{stop.organisation.clone()}</a></p>
                    <p><Tag>{audience_words(visit, stop.audience)}</Tag></p>
                </div>
            </li>
        }
    });
    let items = items.collect_view();
    view! { <ol class="bus-list">{items}</ol> }
}
