//! One case, for staff: where it stands, whose it is (masked), what was asked, what happened, and what can be done now.

use super::reading::{door, parties, standing};
use super::words::{decision_text, person_text, state_tag};
use super::{acts, at, decided, kept, named, papers, reviewers, timeline};
use crate::desk::{count, crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::ledger::money;
use crate::problem::Problem;
use crate::spark::words as spark;
use crate::ui::{Banner, LinkButton, Page, SummaryList, SummaryRow, Variant, Width};
use crate::visit::{Visit, visit};
use domain::ids::CaseId;
use leptos::prelude::*;
use services::spark::cases::{self, CaseView};

const NEWS: &[(&str, &str)] = &[
    ("moved", "cases-done-moved"),
    ("taken", "cases-done-taken"),
    ("asked", "cases-done-asked"),
    ("extended", "cases-done-extended"),
    ("reviewer", "cases-done-reviewer"),
    ("released", "cases-done-released"),
    ("opened", "cases-done-opened"),
    ("granted", "cases-done-granted"),
    ("checked", "case-papers-done"),
    ("kept", "case-kept-done"),
    ("let-go", "case-kept-done-lifted"),
];

/// The page.
#[component]
pub fn CasePage() -> impl IntoView {
    read_first(page(visit(), named()))
}

async fn page(visit: Visit, id: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let case = cases::view(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let decided = decided::desk(visit, &case).await?;
    let reads = case.access.reads();
    let all = papers::read(visit, &case).await?;
    let kept = kept::section(visit, &case).await?;
    let wanting = papers::wanting(visit, &case, all.as_ref());
    let asking = (!reads).then(|| door(visit, (case.id, case.access), case.officer.is_some()));
    let answers = reads.then(|| {
        let href = visit.href(&format!("{}/{}/answers", at::CASES, case.id));
        view! { <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary>{visit.t("cases-answers")}</LinkButton></p> }
    });
    let committee = crate::committee::of_case(visit, case.id).await?;
    let letters = if reads { Some(crate::letters::desk_section(visit, case.id).await?) } else { None };
    let title = visit.t_args("cases-one-title", &[("reference", case.reference.clone().into())]);
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(at::CASES, "cases-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {stands(visit, &case)}
            {acts::kept(visit, &case)}
            <div class="request">
                <div class="stack">
                    <SummaryList rows=facts(visit, &case)/>
                    {asking}
                    {parties(visit, &case)}
                    {answers}
                    {all.map(|all| papers::section(visit, &case, &all))}
                    {decided}
                    {letters}
                    {timeline::clarifications(visit, &case.clarifications)}
                    {acts::extend(visit, &case)}
                </div>
                <div class="stack">
                    {acts::section(visit, &case, &wanting)}
                    {reviewers::section(visit, &case)}
                    {reviewers::grant(visit, &case)}
                    {kept}
                    {committee}
                </div>
            </div>
            {timeline::section(visit, &case.steps)}
        </Page>
    }
    .into_any())
}

/// Where it stands, and for how long.
fn stands(visit: &Visit, case: &CaseView) -> impl IntoView + use<> {
    let held = case.held_in.map(|state| {
        let state = spark::state(visit, state).to_string();
        view! { <span>{visit.t_args("cases-held-in", &[("state", state.into())])}</span> }
    });
    let forgotten = case.forgotten.then(|| view! { <Banner tone=Tone::Info>{visit.t("cases-forgotten")}</Banner> });
    view! {
        <p class="request-state">
            {state_tag(visit, case.state)}
            {held}
            <span class="muted">{count(visit, "cases-there-since", case.days)}</span>
        </p>
        {forgotten}
    }
}

fn facts(visit: &Visit, case: &CaseView) -> Vec<SummaryRow> {
    let officer = match &case.officer {
        Some(officer) => person_text(visit, officer),
        None => visit.t("cases-nobody").to_string(),
    };
    let mut rows = vec![
        SummaryRow::new(
            visit.t("cases-reference"),
            view! { <code class="staff-reference">{case.reference.clone()}</code> },
        ),
        SummaryRow::new(visit.t("cases-group"), spark::group(visit, case.group)),
        SummaryRow::new(visit.t("cases-city"), case.city.text(visit.locale()).to_owned()),
        SummaryRow::new(visit.t("cases-years"), count(visit, "cases-years-n", u32::from(case.age))),
        SummaryRow::new(visit.t("cases-asked"), yuan(visit, money(case.asked.fen()))),
        SummaryRow::new(visit.t("cases-officer"), officer),
        SummaryRow::new(visit.t("cases-sent"), moment(visit, case.opened_at)),
        SummaryRow::new(visit.t("cases-age"), count(visit, "cases-days", case.house_days)),
    ];
    if let Some((word, sum)) = &case.decision {
        let sum = sum.map(|sum| yuan(visit, money(sum)));
        let text = view! { {decision_text(visit, word)}" "{sum} };
        rows.push(SummaryRow::new(visit.t("cases-decision"), text));
    }
    rows.extend(standing(visit, case.access).map(|text| SummaryRow::new(visit.t("cases-access"), text)));
    rows
}

fn yuan(visit: &Visit, amount: String) -> String {
    visit.t_args("cases-yuan", &[("amount", amount.into())]).to_string()
}
