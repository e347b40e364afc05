//! The ambassadors' front page: what one does, how it goes, the rounds.

use super::{city_words, problem_of, stage_words, training_words};
use crate::desk::moment;
use crate::problem::problem_page;
use crate::routes::paths;
use crate::ui::{
    Banner, Button, Card, Crumb, EmptyState, Form, Glyph, HiddenField, Illustration, LinkButton, Page, Picture,
    SummaryList, SummaryRow, Variant, Width,
};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::ambassadors::{Round, Stage, rounds};

/// The front page.
#[component]
pub fn About() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match rounds(&visit.services).await {
            Ok(rounds) => page(&visit, &rounds).into_any(),
            Err(error) => problem_page(problem_of(error)).into_any(),
        }
    })
}

fn page(visit: &Visit, rounds: &[Round]) -> impl IntoView + use<> {
    let crumbs = vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href(paths::EVENTS), visit.t("nav-events")),
    ];
    let verify = visit.href("/ambassadors/verify");
    view! {
        <Page title=visit.t("ambassador-name") lead=visit.t("ambassador-lead") width=Width::Wide headless=true crumbs=crumbs>
            <section class="hero">
                <div class="hero-text">
                    <p class="kicker">{visit.t("ambassador-kicker")}</p>
                    <h1>{visit.t("ambassador-name")}</h1>
                    <p class="lead">{visit.t("ambassador-lead")}</p>
                    <p class="actions">
                        <LinkButton href="#rounds" glyph=Glyph::Calendar>{visit.t("ambassador-see-rounds")}</LinkButton>
                        <LinkButton href=verify variant=Variant::Secondary>{visit.t("ambassador-verify-title")}</LinkButton>
                    </p>
                </div>
                <div class="hero-picture"><Picture of=Illustration::Torch/></div>
            </section>
            {way(visit)}
            <section class="section" id="rounds">
                <h2>{visit.t("ambassador-rounds")}</h2>
                {list(visit, rounds)}
            </section>
            <p class="muted small"><a href=visit.href(paths::PRIVACY)>{visit.t("museum-privacy-link")}</a></p>
        </Page>
    }
}

/// How it goes, from the form to the certificate.
fn way(visit: &Visit) -> impl IntoView + use<> {
    let steps = [
        ("ambassador-way-1-title", "ambassador-way-1-text"),
        ("ambassador-way-2-title", "ambassador-way-2-text"),
        ("ambassador-way-3-title", "ambassador-way-3-text"),
        ("ambassador-way-4-title", "ambassador-way-4-text"),
    ];
    let steps = steps.map(|(title, text)| {
        view! { <li class="groups-step"><h3>{visit.t(title)}</h3><p>{visit.t(text)}</p></li> }
    });
    let steps = steps.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("ambassador-way-title")}</h2>
            <ol class="groups-steps">{steps}</ol>
        </section>
    }
}

fn list(visit: &Visit, rounds: &[Round]) -> AnyView {
    // Whose result is public stays to be seen for a while, below those one may still apply for.
    let (over, ahead): (Vec<&Round>, Vec<&Round>) =
        rounds.iter().partition(|round| round.stage(visit.context.now) == Stage::Selected);
    if rounds.is_empty() {
        return view! { <EmptyState of=Illustration::Torch title=visit.t("ambassador-none")><p>{visit.t("ambassador-none-text")}</p></EmptyState> }
            .into_any();
    }
    let cards = ahead.into_iter().chain(over).map(|round| card(visit, round)).collect_view();
    view! { <div class="cards ambassador-rounds">{cards}</div> }.into_any()
}

fn card(visit: &Visit, round: &Round) -> impl IntoView + use<> {
    let locale = visit.locale();
    let story = round.story.of(locale).lines().map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
    let dates = round.trainings.iter().map(|date| view! { <li>{training_words(visit, &date.training)}</li> });
    let dates = dates.collect_view();
    let training = match round.trainings.is_empty() {
        true => visit.t("ambassador-training-later").into_any(),
        false => view! { <ul class="ambassador-dates">{dates}</ul> }.into_any(),
    };
    let window = [moment(visit, round.opens_at), moment(visit, round.closes_at)].join(" – ");
    let rows = vec![
        SummaryRow::new(visit.t("ambassador-window"), window),
        SummaryRow::new(visit.t("ambassador-places"), round.places.to_string()),
        SummaryRow::new(visit.t("ambassador-who"), city_words(visit, round)),
        SummaryRow::new(visit.t("ambassador-trainings"), training),
    ];
    let tag = Some(stage_words(visit, round));
    view! {
        <Card title=round.title.of(locale).to_owned() tag=tag>
            {story}
            <SummaryList rows=rows/>
            {next_step(visit, round)}
        </Card>
    }
}

/// The way into the form while the round is open. A form of its own, since it makes a draft.
fn next_step(visit: &Visit, round: &Round) -> Option<AnyView> {
    match round.stage(visit.context.now) {
        Stage::Open => Some(
            view! {
                <Form action=visit.href("/ambassadors/apply") inline=true>
                    <HiddenField name="round" value=round.id.to_string()/>
                    <p class="actions"><Button>{visit.t("ambassador-apply")}<span class="hidden">" "{round.title.of(visit.locale()).to_owned()}</span></Button></p>
                </Form>
            }
            .into_any(),
        ),
        Stage::Choosing => Some(view! { <Banner>{visit.t("ambassador-choosing-text")}</Banner> }.into_any()),
        Stage::Coming | Stage::Selected => None,
    }
}
