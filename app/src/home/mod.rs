//! The portal's front page: who the house is, and the ways in. What is not open yet says so and is no link.

mod coming;

use crate::content::{self, Fact};
use crate::routes::{is_open, paths};
use crate::ui::{Card, Illustration, LinkButton, Page, Picture, StatNumber, Tag, Width};
use crate::visit::{Visit, visit};
use leptos::prelude::*;

/// The front page.
#[component]
pub fn Home() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        let coming = coming::coming(&visit).await;
        page(&visit, coming)
    })
}

fn page(visit: &Visit, coming: Option<AnyView>) -> impl IntoView + use<> {
    let (doors, soon) = doors(visit);
    let lead = visit.t_args(
        "home-lead",
        &[
            ("since", content::PREPARED_SINCE.to_string().into()),
            ("licensed", content::LICENSED.to_string().into()),
            ("banks", content::LICENSED_BANKS.into()),
        ],
    );
    let open = is_open(paths::MUSEUM);
    view! {
        <Page title=visit.t("home-title") lead=lead.clone() width=Width::Wide headless=true>
            <section class="hero">
                <div class="hero-text">
                    <p class="kicker">{visit.t("home-kicker")}</p>
                    <h1>{visit.t("home-title")}</h1>
                    <p class="lead">{lead}</p>
                    {open.then(|| view! {
                        <p class="actions"><LinkButton href=visit.href(paths::MUSEUM)>{visit.t("home-museum-action")}</LinkButton></p>
                    })}
                </div>
                <div class="hero-picture"><Picture of=Illustration::Flame/></div>
            </section>
            <section class="section">
                <h2>{visit.t("home-doors-title")}</h2>
                <div class="cards">{doors}</div>
            </section>
            {coming}
            {soon}
            <section class="section">
                <h2>{visit.t("home-facts-title")}</h2>
                <dl class="stats">{facts(visit)}</dl>
                <p class="muted small">{visit.t("home-facts-note")}</p>
            </section>
        </Page>
    }
}

/// What is open, as cards; and what is not open yet, which says so and is no link.
fn doors(visit: &Visit) -> (impl IntoView + use<>, impl IntoView + use<>) {
    let all = [
        (paths::MUSEUM, Illustration::Museum, visit.t("nav-museum"), visit.t("home-museum-text")),
        (paths::EVENTS, Illustration::Kite, visit.t("home-events-title"), visit.t("home-events-text")),
        ("/bus", Illustration::Bus, visit.t("home-bus-title"), visit.t("home-bus-text")),
        (paths::SPARK, Illustration::Torch, visit.t("home-spark-title"), visit.t("home-spark-text")),
        ("/family", Illustration::Family, visit.t("home-family-title"), visit.t("home-family-text")),
    ];
    let (open, soon): (Vec<_>, Vec<_>) = all.into_iter().partition(|(path, ..)| is_open(path));
    let open = open.into_iter().map(|(path, picture, title, text)| {
        view! { <Card title=title href=Some(visit.href(path).into()) picture=picture><p>{text}</p></Card> }
    });
    let soon = soon.into_iter().map(|(_, picture, title, text)| {
        view! {
            <li class="soon">
                <Picture of=picture/>
                <div><h3>{title}</h3><p>{text}</p></div>
            </li>
        }
    });
    let (open, soon) = (open.collect_view(), soon.collect::<Vec<_>>());
    let soon = (!soon.is_empty() && !visit.preferences.elder).then(|| {
        view! {
            <section class="section">
                <p class="soon-title"><Tag>{visit.t("home-soon")}</Tag><span>{visit.t("home-soon-text")}</span></p>
                <ul class="soon-list">{soon}</ul>
            </section>
        }
    });
    (open, soon)
}

fn facts(visit: &Visit) -> impl IntoView + use<> {
    let shown = [
        &content::UNITS_STORED,
        &content::UNITS_PROVIDED,
        &content::HOSPITALS,
        &content::SEARCHES,
        &content::TESTS_PER_UNIT,
        &content::MUSEUM_VISITORS,
    ];
    shown.map(|fact| fact_view(visit, fact)).collect_view()
}

fn fact_view(visit: &Visit, fact: &Fact) -> impl IntoView + use<> {
    let note = Some(visit.t_args("fact-year", &[("year", fact.year.to_string().into())]));
    view! { <StatNumber value=fact.text(visit.locale()) label=visit.t(fact.key) note=note/> }
}
