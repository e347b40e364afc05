//! One contract: how far it is, the unit it keeps, what was agreed and what came of it, who is invited, and what happened.

use super::super::words::{contract_tag, kin_text, pool_text};
use super::{acts, at, death, invitations, page_of, prices, problem};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Banner, Page, SummaryList, SummaryRow, Tag, Width};
use crate::visit::{Visit, param, visit};
use domain::account::Capability;
use domain::family::{ContractEvent, ContractState, Kin};
use domain::ids::ContractId;
use domain::time::day_text;
use jiff::civil::Date;
use leptos::prelude::*;
use services::family::office::{self, Contract, Happened, Kept};

const NEWS: &[(&str, &str)] = &[
    ("written", "contracts-done-written"),
    ("sign", "contracts-done-sign"),
    ("proposed", "contracts-done-proposed"),
    ("withdrawn", "contracts-done-withdrawn"),
    ("begin", "contracts-done-begin"),
    ("renew", "contracts-done-renew"),
    ("terminate", "contracts-done-terminate"),
    ("transfer-proposed", "contracts-done-transfer-proposed"),
    ("transfer-withdrawn", "contracts-done-transfer-withdrawn"),
    ("transfer", "contracts-done-transfer"),
    ("paid", "contracts-done-paid"),
    ("before", "contracts-done-before"),
    ("taken-back", "contracts-done-taken-back"),
    ("invited", "contracts-done-invited"),
    ("sent", "contracts-done-sent"),
    ("blocked", "contracts-done-blocked"),
    ("membership-ended", "contracts-done-membership-ended"),
    ("death", "contracts-done-death"),
    ("death-undone", "contracts-done-death-undone"),
];

/// The page.
#[component]
pub fn ContractPage() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(page(visit(), id))
}

async fn page(visit: Visit, id: Option<ContractId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let contract = office::contract(&visit.services, &visit.context, id).await.map_err(problem)?;
    let title = visit.t_args("contracts-one", &[("end", contract.number_end.clone().into())]);
    let arrears = (contract.state == ContractState::Arrears)
        .then(|| view! { <Banner tone=Tone::Warning>{visit.t("contracts-arrears")}</Banner> });
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(at::CONTRACTS, "contracts-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {arrears}
            {summary(visit, &contract)}
            {acts::section(visit, &contract)}
            {prices::section(visit, &contract)}
            {invitations::section(visit, &contract)}
            {death::section(visit, &contract)}
            {history(visit, &contract)}
        </Page>
    }
    .into_any())
}

fn summary(visit: &Visit, contract: &Contract) -> impl IntoView + use<> {
    let day = |day: Option<Date>| day.map_or_else(|| "—".to_owned(), |day| day_text(day, visit.locale()));
    let (tone, state) = contract_tag(visit, contract.state);
    let child = contract.child.clone().unwrap_or_else(|| "—".to_owned());
    let mut rows = vec![
        SummaryRow::new(visit.t("units-state"), view! { <Tag tone=tone>{state}</Tag> }),
        SummaryRow::new(visit.t("contracts-child"), child),
        SummaryRow::new(visit.t("family-contract-pool"), pool_text(visit, contract.pool)),
        SummaryRow::new(visit.t("contracts-unit"), unit(visit, contract.unit.as_ref())),
        SummaryRow::new(visit.t("family-contract-signed"), day(contract.signed_on)),
        SummaryRow::new(visit.t("family-contract-ends"), day(contract.ends_on)),
        SummaryRow::new(visit.t("contracts-made"), moment(visit, contract.made_at)),
        SummaryRow::new(visit.t("contracts-members"), members(visit, contract)),
    ];
    for (key, other) in [("contracts-went-to", contract.went_to), ("contracts-came-from", contract.came_from)] {
        let Some(other) = other else { continue };
        let link = view! { <a href=visit.href(&page_of(other))>{visit.t("contracts-other")}</a> };
        rows.push(SummaryRow::new(visit.t(key), link));
    }
    view! { <section class="section"><SummaryList rows=rows/></section> }
}

/// The unit: a link for those who may see units.
fn unit(visit: &Visit, unit: Option<&Kept>) -> AnyView {
    let Some(unit) = unit else { return visit.t("contracts-unit-none").into_any() };
    // Where it is now is another contract's to say.
    let state =
        if unit.went { visit.t("contracts-unit-went") } else { visit.t(&format!("units-state-{}", unit.state.name())) };
    let number = unit.masked.clone();
    if may(visit, Capability::SeeUnits) {
        let href = visit.href(&format!("/staff/units/{}", unit.id));
        view! { <a class="staff-reference" href=href>{number}</a>" · "{state} }.into_any()
    } else {
        view! { {number}" · "{state} }.into_any()
    }
}

fn members(visit: &Visit, contract: &Contract) -> Text {
    if contract.members.is_empty() {
        return visit.t("contracts-members-none");
    }
    let one = |(kin, mother): &(Kin, bool)| {
        let mother = if *mother { visit.t("contracts-mother").to_string() } else { String::new() };
        format!("{}{mother}", kin_text(visit, *kin))
    };
    let all: Vec<String> = contract.members.iter().map(one).collect();
    all.join(&visit.t("list-separator")).into()
}

/// What happened, in words.
fn event_text(visit: &Visit, event: ContractEvent) -> Text {
    visit.t(match event {
        ContractEvent::Sign => "contracts-event-sign",
        ContractEvent::Begin => "contracts-event-begin",
        ContractEvent::FallBehind => "contracts-event-fall-behind",
        ContractEvent::CatchUp => "contracts-event-catch-up",
        ContractEvent::Expire => "contracts-event-expire",
        ContractEvent::Renew => "contracts-event-renew",
        ContractEvent::Terminate => "contracts-event-terminate",
        ContractEvent::Transfer => "contracts-event-transfer",
    })
}

fn history(visit: &Visit, contract: &Contract) -> impl IntoView + use<> {
    let items = contract.history.iter().map(|one| happened(visit, one)).collect_view();
    let none = contract.history.is_empty().then(|| view! { <p class="muted">{visit.t("contracts-history-none")}</p> });
    view! {
        <section class="section" id="history">
            <h2>{visit.t("contracts-history")}</h2>
            {none}
            <ol class="case-line">{items}</ol>
        </section>
    }
}

fn happened(visit: &Visit, one: &Happened) -> impl IntoView + use<> {
    let (tone, state) = contract_tag(visit, one.to);
    let by = visit.t(if one.by_staff { "contracts-by-office" } else { "contracts-by-day" });
    let reason = one.reason.clone().map(|reason| view! { <blockquote class="said">{reason}</blockquote> });
    view! {
        <li class="case-step">
            <p class="case-step-head"><strong>{event_text(visit, one.event)}</strong><Tag tone=tone>{state}</Tag></p>
            <p class="muted small">{moment(visit, one.at)}" · "{by}</p>
            {reason}
        </li>
    }
}
