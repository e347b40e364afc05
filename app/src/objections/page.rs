//! One objection, for staff: who objects and why, the case it is about, and the form that answers it.

use super::{AT, outcome_key};
use crate::desk::{count, crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::spark::words as spark;
use crate::ui::{Banner, Button, Choice, Form, Page, Radios, SummaryList, SummaryRow, TextArea};
use crate::visit::{Visit, param, visit};
use domain::spark::objection::Outcome;
use leptos::prelude::*;
use services::spark::objections::{Objection, Upholding, read};
use uuid::Uuid;

const NEWS: &[(&str, &str)] = &[("answered", "objection-answered-news")];

/// The page.
#[component]
pub fn ObjectionPage() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(page(visit(), id))
}

async fn page(visit: Visit, id: Option<Uuid>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let objection = read(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let title = visit.t_args("objection-one", &[("receipt", objection.listed.receipt.clone().into())]);
    Ok(view! {
        <Page title=title crumbs=crumbs(visit, &[(AT, "objection-desk-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <SummaryList rows=facts(visit, &objection)/>
            {said(visit, &objection)}
            {answer(visit, &objection)}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, objection: &Objection) -> Vec<SummaryRow> {
    let listed = &objection.listed;
    let mut rows = vec![
        SummaryRow::new(visit.t("objection-state"), visit.t(outcome_key(listed.outcome))),
        SummaryRow::new(visit.t("objection-notice-column"), view! { <code class="code">{listed.code.clone()}</code> }),
        SummaryRow::new(visit.t("cases-reference"), view! { <code class="code">{objection.reference.clone()}</code> }),
        SummaryRow::new(visit.t("objection-case-state"), spark::state(visit, objection.state)),
        SummaryRow::new(visit.t("objection-received"), moment(visit, listed.received_at)),
        SummaryRow::new(visit.t("objection-age"), count(visit, "cases-days", listed.days)),
    ];
    let decided = objection.decided.map(|(_, at)| SummaryRow::new(visit.t("objection-decided-at"), moment(visit, at)));
    rows.extend(decided);
    rows
}

/// What was said; an address is masked: the answer goes there by itself.
fn said(visit: &Visit, objection: &Objection) -> AnyView {
    let Some(said) = &objection.said else {
        return view! { <Banner tone=Tone::Info>{visit.t("objection-erased")}</Banner> }.into_any();
    };
    let name =
        said.name.as_ref().map_or_else(|| visit.t("objection-anonymous").to_string(), |name| name.as_str().to_owned());
    let mail = said.mail.as_ref().map_or_else(|| visit.t("objection-no-mail").to_string(), |mail| mail.masked());
    let rows = vec![
        SummaryRow::new(visit.t("objection-who"), name),
        SummaryRow::new(visit.t("objection-mail"), mail),
        SummaryRow::new(visit.t("objection-facts"), view! { <p class="said">{said.facts.clone()}</p> }),
    ];
    view! {
        <section class="section">
            <h2>{visit.t("objection-said")}</h2>
            <SummaryList rows=rows/>
        </section>
    }
    .into_any()
}

fn answer(visit: &Visit, objection: &Objection) -> Option<AnyView> {
    if let Some(answer) = objection.answer.clone() {
        return Some(
            view! {
                <section class="section">
                    <h2>{visit.t("objection-answer")}</h2>
                    <blockquote class="said">{answer}</blockquote>
                </section>
            }
            .into_any(),
        );
    }
    objection.said.as_ref()?;
    if !objection.may_decide {
        return Some(view! { <Banner tone=Tone::Info>{visit.t("objection-had-a-part")}</Banner> }.into_any());
    }
    let mut choices = vec![Choice::new(Outcome::Unfounded.name(), visit.t("objection-do-unfounded"))];
    let upheld = match objection.upholding {
        Upholding::TakesBack | Upholding::DecidedAgain => Some("objection-do-upheld"),
        Upholding::Over => Some("objection-do-upheld-over"),
        Upholding::InAppeal => None,
    };
    if let Some(key) = upheld.filter(|_| objection.may_uphold) {
        choices.push(Choice::new(Outcome::Upheld.name(), visit.t(key)));
    }
    let others = match (objection.may_uphold, upheld) {
        (true, None) => Some("objection-in-appeal"),
        (false, _) => Some("objection-others-uphold"),
        (true, Some(_)) => None,
    };
    let others = others.map(|key| view! { <p class="muted">{visit.t(key)}</p> });
    Some(
        view! {
            <section class="section no-print" id="answer">
                <h2>{visit.t("objection-answer-title")}</h2>
                {others}
                <Form>
                    <Radios name="outcome" label=visit.t("objection-outcome") choices=choices/>
                    <TextArea name="answer" label=visit.t("objection-answer") hint=visit.t("objection-answer-hint") rows=6/>
                    <p class="actions"><Button>{visit.t("objection-answer-do")}</Button></p>
                </Form>
            </section>
        }
        .into_any(),
    )
}
