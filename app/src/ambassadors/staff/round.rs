//! One round: how far it is, who applied, the training dates, and what is done for all at once.

use super::one;
use super::rounds::numbers;
use super::training::trainings;
use crate::ambassadors::{city_words, stage_words};
use crate::desk::{count, crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::requests::{Room, param};
use crate::ui::{
    Banner, Button, Choice, Column, Dialog, EmptyState, Form, HiddenField, Illustration, LinkButton, Page, Row, Select,
    SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::ambassador::{Decision, State};
use domain::ids::AmbassadorRoundId;
use leptos::prelude::*;
use services::ambassadors::{Ambassadors, Application, Round, Stage, Wanted, applications};

const NEWS: &[(&str, &str)] = &[
    ("made", "ambassador-done-made"),
    ("changed", "ambassador-done-changed"),
    ("shown", "ambassador-done-shown"),
    ("hidden", "ambassador-done-hidden"),
    ("date", "ambassador-done-date"),
    ("date-changed", "ambassador-done-date-changed"),
    ("date-removed", "ambassador-done-date-removed"),
    ("selection", "ambassador-done-selection"),
    ("certified", "ambassador-done-certified"),
];

/// One round.
#[component]
pub fn RoundPage() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<AmbassadorRoundId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let round = one(visit, id).await?;
    let text = visit.query.get("q").unwrap_or_default().to_owned();
    let state = visit.query.get("state").and_then(State::from_name);
    let wanted = Wanted { state, text };
    let all = applications(&visit.services, &visit.context, round.id, &wanted).await?;
    let base = visit.href(&format!("/staff/ambassadors/{}", round.id));
    Ok(view! {
        <Page title=round.title.of(visit.locale()).to_owned() kicker=visit.t("ambassador-staff-round") width=Width::Wide
            crumbs=crumbs(visit, &[("/staff/ambassadors", "ambassador-staff-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <SummaryList rows=facts(visit, &round)/>
            <div class="actions">
                <LinkButton href=format!("{base}/edit") variant=Variant::Secondary>{visit.t("staff-event-edit-texts")}</LinkButton>
                {showing(visit, &round, &base)}
            </div>
            {selection(visit, &round, &base)}
            {who(visit, &wanted, &all)}
            {trainings(visit, &round, &base)}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, round: &Round) -> Vec<SummaryRow> {
    let (tone, words) = match round.published {
        true => stage_words(visit, round),
        false => (Tone::Warning, visit.t("ambassador-staff-hidden")),
    };
    let window = [moment(visit, round.opens_at), moment(visit, round.closes_at)].join(" – ");
    vec![
        SummaryRow::new(visit.t("mine-state"), view! { <Tag tone=tone>{words}</Tag> }),
        SummaryRow::new(visit.t("ambassador-window"), window),
        SummaryRow::new(visit.t("ambassador-who"), city_words(visit, round)),
        SummaryRow::new(visit.t("ambassador-staff-numbers-label"), numbers(visit, round)),
    ]
}

fn showing(visit: &Visit, round: &Round, base: &str) -> impl IntoView + use<> {
    let (to, key, variant) = match round.published {
        true => ("no", "ambassador-staff-hide", Variant::Quiet),
        false => ("yes", "ambassador-staff-show", Variant::Primary),
    };
    view! {
        <Form action=format!("{base}/show") inline=true>
            <HiddenField name="version" value=round.version.to_string()/>
            <HiddenField name="published" value=to/>
            <Button variant=variant>{visit.t(key)}</Button>
        </Form>
    }
}

/// What is done for all of a round at once: making the selection public, issuing the certificates.
fn selection(visit: &Visit, round: &Round, base: &str) -> Option<AnyView> {
    match round.stage(visit.context.now) {
        Stage::Choosing if round.undecided > 0 => {
            let text = count(visit, "ambassador-fault-undecided", round.undecided);
            Some(view! { <Banner tone=Tone::Warning>{text}</Banner> }.into_any())
        }
        Stage::Choosing => Some(
            view! {
                <Dialog label=visit.t("ambassador-staff-publish") title=visit.t("ambassador-staff-publish-title") variant=Variant::Primary>
                    <p>{visit.t_args("ambassador-staff-publish-text", &[("n", round.applications.into()), ("taken", round.taken.into())])}</p>
                    <Form action=format!("{base}/selection")>
                        <p class="actions"><Button>{visit.t("ambassador-staff-publish-do")}</Button></p>
                    </Form>
                </Dialog>
            }
            .into_any(),
        ),
        Stage::Selected => Some(
            view! {
                <Form action=format!("{base}/certificates")>
                    <p class="hint">{visit.t("ambassador-staff-certify-text")}</p>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("ambassador-staff-certify")}</Button></p>
                </Form>
            }
            .into_any(),
        ),
        Stage::Coming | Stage::Open => None,
    }
}

fn who(visit: &Visit, wanted: &Wanted, all: &[Application]) -> impl IntoView + use<> {
    let any = Choice::new("", visit.t("ambassador-staff-any-state"));
    let states = State::ALL.into_iter().filter(|state| *state != State::Draft);
    let states = states.map(|state| Choice::new(state.name(), Ambassadors::state_words(visit, state).1));
    let states = std::iter::once(any).chain(states).collect();
    let chosen = wanted.state.map_or("", State::name);
    let columns = ["ambassador-applicant", "ambassador-school", "mine-state", "ambassador-staff-decision"];
    let columns = columns.map(|key| Column::new(visit.t(key))).to_vec();
    let rows: Vec<Row> = all.iter().map(|application| row(visit, application)).collect();
    let title = visit.t("ambassador-staff-applications");
    let table = if rows.is_empty() {
        view! { <EmptyState of=Illustration::Torch title=visit.t("ambassador-staff-nobody")/> }.into_any()
    } else {
        view! { <Table caption=title.clone() caption_hidden=true columns=columns rows=rows/> }.into_any()
    };
    view! {
        <section class="section">
            <h2>{title}</h2>
            <Form get=true inline=true>
                <TextField name="q" kind="search" label=visit.t("ambassador-staff-search") value=wanted.text.clone()/>
                <Select name="state" label=visit.t("mine-state") choices=states value=chosen optional=true/>
                <Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>
            </Form>
            {table}
        </section>
    }
}

fn row(visit: &Visit, application: &Application) -> Row {
    let href = visit.href(&format!("{}/{}", Ambassadors::DESK, application.id));
    let (tone, state) = Ambassadors::state_words(visit, application.state);
    let school = [application.organisation.clone(), application.city.text(visit.locale()).to_owned()].join(" · ");
    Row::new()
        .cell(view! { <a href=href>{application.name.masked()}" "<code class="staff-reference">{application.reference.clone()}</code></a> })
        .cell(school)
        .cell(view! { <Tag tone=tone>{state}</Tag> })
        .cell(decision_words(visit, application))
        .muted(application.state.is_over())
}

/// What was decided, in a few words.
pub(super) fn decision_words(visit: &Visit, application: &Application) -> crate::i18n::Text {
    match (application.decision, application.rank) {
        (Some(Decision::Selected), _) => visit.t("ambassador-decision-selected"),
        (Some(Decision::Reserve), rank) => count(visit, "ambassador-decision-reserve-n", rank.unwrap_or_default()),
        (Some(Decision::Refused), _) => visit.t("ambassador-decision-refused"),
        (None, _) => visit.t("ambassador-decision-open"),
    }
}
