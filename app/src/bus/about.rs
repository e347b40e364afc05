//! The bus's front page: what it is, what a visit looks like, what the school prepares, where it goes.

use crate::problem::problem_page;
use crate::routes::paths;
use crate::ui::{
    Button, Card, Crumb, Form, Glyph, Icon, Illustration, LinkButton, Page, SummaryList, SummaryRow, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::time::{day_text, local_day};
use leptos::prelude::*;

/// The bus in the yard of a school, its awning out, children coming: drawn for this page.
const SCENE: &str = include_str!("scene.svg");

/// The bus's front page.
#[component]
pub fn About() -> impl IntoView {
    let visit = &visit();
    let crumbs = vec![Crumb::new(visit.href("/"), visit.t("nav-home"))];
    view! {
        <Page title=visit.t("bus-name") lead=visit.t("bus-lead") width=Width::Wide headless=true crumbs=crumbs>
            <section class="bus-hero">
                <div class="bus-hero-text">
                    <p class="kicker">{visit.t("bus-kicker")}</p>
                    <h1>{visit.t("bus-name")}</h1>
                    <p class="lead">{visit.t("bus-lead")}</p>
                    {begin(visit)}
                </div>
                <div class="bus-scene" aria-hidden="true" inner_html=SCENE></div>
            </section>
            <section class="section">
                <h2>{visit.t("bus-what-title")}</h2>
                <div class="cards">
                    {stations(visit)}
                </div>
            </section>
            {day(visit)}
            {preparation(visit)}
            {next_stops(visit)}
            {questions(visit)}
        </Page>
    }
}

/// The way into the form. A form of its own, since it makes a draft.
fn begin(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Form action=visit.href("/bus/apply") inline=true>
            <p class="actions">
                <Button glyph=Glyph::Calendar>{visit.t("bus-begin")}</Button>
                <LinkButton href=visit.href("/bus/schedule") variant=Variant::Secondary>{visit.t("bus-see-schedule")}</LinkButton>
            </p>
        </Form>
    }
}

fn stations(visit: &Visit) -> impl IntoView + use<> {
    let all = [
        (Illustration::Drop, "bus-station-1-title", "bus-station-1-text"),
        (Illustration::Helix, "bus-station-2-title", "bus-station-2-text"),
        (Illustration::Tank, "bus-station-3-title", "bus-station-3-text"),
    ];
    all.map(|(picture, title, text)| {
        view! { <Card title=visit.t(title) picture=picture>{visit.t(text)}</Card> }
    })
    .collect_view()
}

/// What a visit looks like, from the road to the road.
fn day(visit: &Visit) -> impl IntoView + use<> {
    let steps = [
        ("bus-day-1-when", "bus-day-1-text"),
        ("bus-day-2-when", "bus-day-2-text"),
        ("bus-day-3-when", "bus-day-3-text"),
        ("bus-day-4-when", "bus-day-4-text"),
    ];
    let steps = steps.map(|(when, text)| {
        view! { <li class="bus-step"><p class="bus-step-when">{visit.t(when)}</p><p>{visit.t(text)}</p></li> }
    });
    let steps = steps.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("bus-day-title")}</h2>
            <ol class="bus-steps">{steps}</ol>
        </section>
    }
}

fn preparation(visit: &Visit) -> impl IntoView + use<> {
    let items = ["bus-prepare-1", "bus-prepare-2", "bus-prepare-3", "bus-prepare-4"];
    let items = items.map(|key| view! { <li><Icon of=Glyph::Check/><span>{visit.t(key)}</span></li> });
    let items = items.collect_view();
    let rows = vec![
        SummaryRow::new(visit.t("bus-fact-price"), visit.t("bus-fact-price-text")),
        SummaryRow::new(visit.t("bus-fact-who"), visit.t("bus-fact-who-text")),
        SummaryRow::new(visit.t("bus-fact-people"), visit.t("bus-fact-people-text")),
        SummaryRow::new(visit.t("bus-fact-where"), visit.t("bus-fact-where-text")),
        SummaryRow::new(visit.t("bus-fact-when"), visit.t("bus-fact-when-text")),
    ];
    view! {
        <section class="section">
            <h2>{visit.t("bus-prepare-title")}</h2>
            <ul class="ticks">{items}</ul>
        </section>
        <section class="section">
            <h2>{visit.t("bus-facts-title")}</h2>
            <SummaryList rows=rows/>
        </section>
    }
}

/// The next three stops, read when the page is made.
fn next_stops(visit: &Visit) -> impl IntoView + use<> {
    let visit = visit.clone();
    Suspend::new(async move {
        let stops = match services::bus::schedule(&visit.services).await {
            Ok(stops) => stops,
            Err(error) => return problem_page(super::problem_of(error)).into_any(),
        };
        let now = visit.context.now;
        let next: Vec<_> = stops.into_iter().filter(|stop| stop.ends_at > now).take(3).collect();
        if next.is_empty() {
            return ().into_any();
        }
        let items = next.into_iter().map(|stop| {
            let city = stop.city.text(visit.locale());
            let day = day_text(local_day(stop.starts_at), visit.locale());
            view! {
                <li class="bus-next">
                    <span class="bus-next-day">{day}</span>
                    <span><strong>{city}</strong>" · "{stop.organisation}</span>
                </li>
            }
        });
        let items = items.collect_view();
        view! {
            <section class="section">
                <h2>{visit.t("bus-next-title")}</h2>
                <ul class="bus-nexts">{items}</ul>
                <p><a href=visit.href("/bus/schedule")>{visit.t("bus-see-schedule")}</a></p>
            </section>
        }
        .into_any()
    })
}

fn questions(visit: &Visit) -> impl IntoView + use<> {
    let all = [
        ("bus-faq-cost-q", "bus-faq-cost-a"),
        ("bus-faq-far-q", "bus-faq-far-a"),
        ("bus-faq-rain-q", "bus-faq-rain-a"),
        ("bus-faq-photo-q", "bus-faq-photo-a"),
        ("bus-faq-medical-q", "bus-faq-medical-a"),
    ];
    let all = all.map(|(question, answer)| {
        view! { <details class="question"><summary>{visit.t(question)}</summary><p>{visit.t(answer)}</p></details> }
    });
    let all = all.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("bus-faq-title")}</h2>
            <div class="questions">{all}</div>
            <p class="muted small"><a href=visit.href(paths::PRIVACY)>{visit.t("museum-privacy-link")}</a></p>
        </section>
    }
}
