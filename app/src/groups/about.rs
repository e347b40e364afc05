//! The groups' front page: what a visit is, how it goes, the rules, what to prepare.

use super::{problem_of, rules};
use crate::problem::problem_page;
use crate::routes::paths;
use crate::ui::{
    Button, Crumb, Form, Glyph, Illustration, LinkButton, Page, Picture, SummaryList, SummaryRow, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::groups::GroupPolicy;
use leptos::prelude::*;

/// The groups' front page.
#[component]
pub fn About() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        // The rules of the page are the rules that decide: read, never retyped.
        match services::groups::policy(&visit.services).await {
            Ok((_, policy)) => about(&visit, &policy).into_any(),
            Err(error) => problem_page(problem_of(error)).into_any(),
        }
    })
}

fn about(visit: &Visit, policy: &GroupPolicy) -> impl IntoView + use<> {
    let crumbs = vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href(paths::MUSEUM), visit.t("museum-name")),
    ];
    view! {
        <Page title=visit.t("groups-name") lead=visit.t("groups-lead") width=Width::Wide headless=true crumbs=crumbs>
            <section class="hero">
                <div class="hero-text">
                    <p class="kicker">{visit.t("groups-kicker")}</p>
                    <h1>{visit.t("groups-name")}</h1>
                    <p class="lead">{visit.t("groups-lead")}</p>
                    {begin(visit)}
                </div>
                <div class="hero-picture"><Picture of=Illustration::Family/></div>
            </section>
            {summary(visit, policy)}
            {way(visit)}
            {preparation(visit)}
            {questions(visit)}
        </Page>
    }
}

/// The way into the form. A form of its own, since it makes a draft.
fn begin(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Form action=visit.href("/museum/groups/apply") inline=true>
            <p class="actions">
                <Button glyph=Glyph::Calendar>{visit.t("groups-begin")}</Button>
                <LinkButton href=visit.href(paths::BUS) variant=Variant::Secondary>{visit.t("groups-bus-instead")}</LinkButton>
            </p>
        </Form>
    }
}

/// How it goes, from the form to the door.
fn way(visit: &Visit) -> impl IntoView + use<> {
    let steps = [
        ("groups-way-1-title", "groups-way-1-text"),
        ("groups-way-2-title", "groups-way-2-text"),
        ("groups-way-3-title", "groups-way-3-text"),
        ("groups-way-4-title", "groups-way-4-text"),
    ];
    let steps = steps.map(|(title, text)| {
        view! { <li class="groups-step"><h3>{visit.t(title)}</h3><p>{visit.t(text)}</p></li> }
    });
    let steps = steps.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("groups-way-title")}</h2>
            <ol class="groups-steps">{steps}</ol>
        </section>
    }
}

/// How many, how early, what is needed: as the policy is at this moment.
fn summary(visit: &Visit, policy: &GroupPolicy) -> impl IntoView + use<> {
    let rows = rules(visit, policy).into_iter().map(|(about, sentence)| SummaryRow::new(about, sentence)).collect();
    view! {
        <section class="section">
            <h2>{visit.t("groups-rules-title")}</h2>
            <SummaryList rows=rows/>
        </section>
    }
}

fn preparation(visit: &Visit) -> impl IntoView + use<> {
    let rows = vec![
        SummaryRow::new(visit.t("groups-prepare-people"), visit.t("groups-prepare-people-text")),
        SummaryRow::new(visit.t("groups-prepare-dates"), visit.t("groups-prepare-dates-text")),
        SummaryRow::new(visit.t("groups-prepare-leader"), visit.t("groups-prepare-leader-text")),
        SummaryRow::new(visit.t("groups-prepare-list"), visit.t("groups-prepare-list-text")),
    ];
    view! {
        <section class="section">
            <h2>{visit.t("groups-prepare-title")}</h2>
            <SummaryList rows=rows/>
        </section>
    }
}

fn questions(visit: &Visit) -> impl IntoView + use<> {
    let all = [
        ("groups-faq-cost-q", "groups-faq-cost-a"),
        ("groups-faq-names-q", "groups-faq-names-a"),
        ("groups-faq-fewer-q", "groups-faq-fewer-a"),
        ("groups-faq-closed-q", "groups-faq-closed-a"),
    ];
    let all = all.map(|(question, answer)| {
        view! { <details class="question"><summary>{visit.t(question)}</summary><p>{visit.t(answer)}</p></details> }
    });
    let all = all.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("groups-faq-title")}</h2>
            <div class="questions">{all}</div>
            <p class="muted small"><a href=visit.href(paths::PRIVACY)>{visit.t("museum-privacy-link")}</a></p>
        </section>
    }
}
