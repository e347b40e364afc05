//! The project's front page: what it is, for whom, how a case goes, what it costs, with whom; and what it is not.

use super::apply::APPLY;
use super::{CHECK, OPEN_FUNDS, STANDARDS, words};
use crate::content::{FAMILIES_HELPED, Fact, SPARK_RAISED};
use crate::form::Tone;
use crate::routes::paths;
use crate::ui::{Card, Crumb, Glyph, Illustration, LinkButton, Page, StatNumber, Tag, Variant, Width};
use crate::visit::{Visit, visit};
use domain::spark::{DiseaseGroup, PublicState, Side};
use leptos::prelude::*;

/// A house with a light in it, two hands around a flame: drawn for this page.
const SCENE: &str = include_str!("scene.svg");

/// How a case goes when all goes well …
const STRAIGHT: [PublicState; 8] = [
    PublicState::Draft,
    PublicState::Received,
    PublicState::Checking,
    PublicState::Reviewing,
    PublicState::Granted,
    PublicState::Notice,
    PublicState::Agreement,
    PublicState::Paying,
];
/// … what comes after it, and what may come up beside it.
const BESIDE: [PublicState; 5] =
    [PublicState::YourTurn, PublicState::Waiting, PublicState::Refused, PublicState::FollowUp, PublicState::Ended];

/// The project's front page.
#[component]
pub fn About() -> impl IntoView {
    let visit = &visit();
    let crumbs = vec![Crumb::new(visit.href("/"), visit.t("nav-home"))];
    view! {
        <Page title=visit.t("spark-name") lead=visit.t("spark-lead") width=Width::Wide headless=true crumbs=crumbs>
            <section class="spark-hero">
                <div class="spark-hero-text">
                    <p class="kicker">{visit.t("spark-kicker")}</p>
                    <h1>{visit.t("spark-name")}" 2.0"</h1>
                    <p class="lead">{visit.t("spark-lead")}</p>
                    <p class="actions no-print">
                        <LinkButton href=visit.href(CHECK)>{visit.t("spark-check-action")}</LinkButton>
                        <LinkButton href=visit.href(APPLY) variant=Variant::Secondary>{visit.t("application-action")}</LinkButton>
                        <LinkButton href=visit.href(STANDARDS) variant=Variant::Quiet>{visit.t("spark-standards-link")}</LinkButton>
                    </p>
                    <p class="muted small no-print">{visit.t("spark-check-action-note")}</p>
                </div>
                <div class="spark-scene" aria-hidden="true" inner_html=SCENE></div>
            </section>
            {whom(visit)}
            {way(visit)}
            {cost(visit)}
            {figures(visit)}
            {giving(visit)}
            {questions(visit)}
        </Page>
    }
}

fn whom(visit: &Visit) -> impl IntoView + use<> {
    let all = [
        (DiseaseGroup::Refractory, Illustration::Drop, "spark-group-refractory-text"),
        (DiseaseGroup::Rare, Illustration::Helix, "spark-group-rare-text"),
        (DiseaseGroup::Infertility, Illustration::Torch, "spark-group-infertility-text"),
    ];
    let cards = all.map(|(group, picture, text)| {
        view! { <Card title=words::group(visit, group) picture=picture>{visit.t(text)}</Card> }
    });
    let cards = cards.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("spark-whom-title")}</h2>
            <div class="cards">{cards}</div>
            <p class="muted">{visit.t("spark-whom-note")}</p>
            <p class="no-print"><a href=visit.href(OPEN_FUNDS)>{visit.t("books-open-link")}</a></p>
        </section>
    }
}

/// The labels are those a family sees of its own case, in the same words.
fn way(visit: &Visit) -> impl IntoView + use<> {
    let step = |state: PublicState| {
        let tone = match state.side() {
            Side::Family => Tone::Warning,
            Side::House => Tone::Info,
            Side::Time | Side::Nobody => Tone::Plain,
        };
        view! {
            <li class="spark-step">
                <div class="spark-step-head">
                    <h3>{words::public_state(visit, state)}</h3>
                    <Tag tone=tone>{words::side(visit, state.side())}</Tag>
                </div>
                <p>{words::next(visit, state)}</p>
            </li>
        }
    };
    let (straight, beside) = (STRAIGHT.map(step).collect_view(), BESIDE.map(step).collect_view());
    view! {
        <section class="section">
            <h2>{visit.t("spark-way-title")}</h2>
            <p class="lead">{visit.t("spark-way-lead")}</p>
            <ol class="spark-way">{straight}</ol>
        </section>
        <section class="section">
            <h2>{visit.t("spark-way-beside")}</h2>
            <ul class="spark-beside">{beside}</ul>
        </section>
    }
}

fn cost(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <section class="section spark-pair">
            <div>
                <h2>{visit.t("spark-cost-title")}</h2>
                <p class="spark-zero">{visit.t("spark-cost-zero")}</p>
                <p>{visit.t("spark-cost-text")}</p>
            </div>
            <div>
                <h2>{visit.t("spark-with-title")}</h2>
                <p>{visit.t("spark-with-text")}</p>
            </div>
        </section>
    }
}

/// What the last report says; before there is one, what was made public with its year.
fn figures(visit: &Visit) -> impl IntoView + use<> {
    let visit = visit.clone();
    Suspend::new(async move {
        let visit = &visit;
        let counted = match crate::disclosure::counter(visit).await {
            Some(counter) => counter,
            None => facts(visit).into_any(),
        };
        view! {
            <section class="section">
                <h2>{visit.t("spark-figures-title")}</h2>
                {counted}
            </section>
        }
    })
}

fn facts(visit: &Visit) -> impl IntoView + use<> {
    let figure = |fact: &Fact| {
        let note = Some(visit.t_args("fact-year", &[("year", fact.year.to_string().into())]));
        view! { <StatNumber value=fact.text(visit.locale()) label=visit.t(fact.key) note=note/> }
    };
    let figures = [&FAMILIES_HELPED, &SPARK_RAISED].map(figure).collect_view();
    view! {
        <dl class="stats">{figures}</dl>
        <p class="muted small">{visit.t("spark-figures-note")}" "<a href=visit.href(crate::disclosure::at::DISCLOSURE)>{visit.t("disclosure-link")}</a></p>
    }
}

/// Where the Ministry of Civil Affairs says who may raise funds in public.
const CHARITY: &str = "https://cszg.mca.gov.cn/";

/// What the law leaves to others (慈善法): said in words, with no way to give from here.
fn giving(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <section class="section spark-aside">
            <h2>{visit.t("spark-giving-title")}</h2>
            <p>{visit.t("spark-giving-text")}</p>
            <p><a href=CHARITY rel="external noopener noreferrer">{visit.t("spark-giving-link")}</a></p>
        </section>
    }
}

fn questions(visit: &Visit) -> impl IntoView + use<> {
    let all = [
        ("spark-faq-apply-q", "spark-faq-apply-a"),
        ("spark-faq-privacy-q", "spark-faq-privacy-a"),
        ("spark-faq-minor-q", "spark-faq-minor-a"),
        ("spark-faq-worker-q", "spark-faq-worker-a"),
        ("spark-faq-appeal-q", "spark-faq-appeal-a"),
        ("spark-faq-medical-q", "spark-faq-medical-a"),
    ];
    let all = all.map(|(question, answer)| {
        view! { <details class="question"><summary>{visit.t(question)}</summary><p>{visit.t(answer)}</p></details> }
    });
    let all = all.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("spark-faq-title")}</h2>
            <div class="questions">{all}</div>
            <p class="actions no-print">
                <LinkButton href=visit.href(CHECK) glyph=Glyph::ArrowRight>{visit.t("spark-check-action")}</LinkButton>
                <LinkButton href=visit.href(APPLY) variant=Variant::Secondary>{visit.t("application-action")}</LinkButton>
            </p>
            <p class="muted small"><a href=visit.href(paths::PRIVACY)>{visit.t("museum-privacy-link")}</a></p>
            <p class="muted small"><a href=visit.href(crate::letters::VERIFY)>{visit.t("letters-verify-link")}</a></p>
        </section>
    }
}
