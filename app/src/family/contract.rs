//! A family's contract: its number, its term, what was agreed, and what of it is paid.

use super::words::{contract_tag, pool_text};
use super::{FamilyTabs, crumbs, hidden};
use crate::desk::read_first;
use crate::form::Tone;
use crate::ledger::money;
use crate::problem::Problem;
use crate::ui::{Banner, Column, EmptyState, Illustration, Page, Row, SummaryList, SummaryRow, Table, Tag};
use crate::visit::{Visit, visit};
use domain::family::ContractState;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::family::{self, OwnContract, Price};

/// The page.
#[component]
pub fn OwnContracts() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = family::contracts(&visit.services, &visit.context).await.map_err(hidden)?;
    let list = if all.is_empty() {
        view! { <EmptyState of=Illustration::Family title=visit.t("family-contract-none")/> }.into_any()
    } else {
        all.iter().map(|contract| one(visit, contract)).collect_view().into_any()
    };
    Ok(view! {
        <Page title=visit.t("family-tab-contract") lead=visit.t("family-contract-lead") crumbs=crumbs(visit, &[])>
            <FamilyTabs/>
            {list}
        </Page>
    }
    .into_any())
}

fn one(visit: &Visit, contract: &OwnContract) -> impl IntoView + use<> {
    let (tone, label) = contract_tag(visit, contract.state);
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "—".to_owned(), |day| day_text(day, visit.locale()));
    let rows = vec![
        SummaryRow::new(visit.t("family-contract-pool"), pool_text(visit, contract.pool)),
        SummaryRow::new(visit.t("family-contract-signed"), day(contract.signed_on)),
        SummaryRow::new(visit.t("family-contract-ends"), day(contract.ends_on)),
    ];
    let arrears = (contract.state == ContractState::Arrears)
        .then(|| view! { <Banner tone=Tone::Warning>{visit.t("family-contract-arrears")}</Banner> });
    let went = contract.unit_went.then(|| view! { <Banner tone=Tone::Info>{visit.t("family-contract-went")}</Banner> });
    view! {
        <section class="section">
            <h2><span class="code">{contract.number.to_string()}</span>" "<Tag tone=tone>{label}</Tag></h2>
            {arrears}
            {went}
            <SummaryList rows=rows/>
            {prices(visit, &contract.prices)}
        </section>
    }
}

fn prices(visit: &Visit, all: &[Price]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let today = local_day(visit.context.now);
    let columns = vec![
        Column::new(visit.t("family-price-what")),
        Column::new(visit.t("family-price-until")),
        Column::number(visit.t("family-price-yuan")),
        Column::new(visit.t("family-price-state")),
    ];
    let rows = all.iter().map(|price| {
        let (tone, state) = match price.paid_on {
            Some(day) => {
                let day = day_text(day, visit.locale());
                (Tone::Success, visit.t_args("family-price-paid", &[("day", day.into())]))
            }
            None if price.due_on < today => (Tone::Warning, visit.t("family-price-overdue")),
            None => (Tone::Plain, visit.t("family-price-ahead")),
        };
        Row::new()
            .cell(visit.t(&format!("family-price-kind-{}", price.kind)))
            .cell(day_text(price.due_on, visit.locale()))
            .cell(money(price.amount))
            .cell(view! { <Tag tone=tone>{state}</Tag> })
    });
    let rows = rows.collect();
    Some(view! { <Table caption=visit.t("family-price-title") columns=columns rows=rows/> }.into_any())
}
