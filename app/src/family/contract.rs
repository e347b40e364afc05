//! A family's contract: its number, its term, what was agreed, what of it is paid, and the papers there are.

use super::receipt::receipt_of;
use super::words::{contract_tag, pool_text};
use super::{FamilyTabs, crumbs, hidden, mourning, page_of};
use crate::desk::read_first;
use crate::form::Tone;
use crate::ledger::money;
use crate::problem::Problem;
use crate::ui::{Banner, Column, EmptyState, Illustration, Page, Row, SummaryList, SummaryRow, Table, Tag};
use crate::visit::{Visit, visit};
use domain::family::ContractState;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::family::{self, OwnContract, OwnPayment, OwnUnit, Price};

/// The page.
#[component]
pub fn OwnContracts() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = family::contracts(&visit.services, &visit.context).await.map_err(hidden)?;
    let units = family::units(&visit.services, &visit.context).await.map_err(hidden)?;
    let payments = family::payments(&visit.services, &visit.context).await.map_err(hidden)?;
    let list = if all.is_empty() {
        view! { <EmptyState of=Illustration::Family title=visit.t("family-contract-none")/> }.into_any()
    } else {
        let papers = |contract: &OwnContract| papers(visit, contract, &units, &payments);
        all.iter().map(|contract| one(visit, contract, papers(contract))).collect_view().into_any()
    };
    Ok(view! {
        <Page title=visit.t("family-tab-contract") lead=visit.t("family-contract-lead") crumbs=crumbs(visit, &[])>
            <FamilyTabs/>
            {list}
        </Page>
    }
    .into_any())
}

fn one(visit: &Visit, contract: &OwnContract, papers: AnyView) -> impl IntoView + use<> {
    let (tone, label) = contract_tag(visit, contract.state);
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "—".to_owned(), |day| day_text(day, visit.locale()));
    let rows = vec![
        SummaryRow::new(visit.t("family-contract-pool"), pool_text(visit, contract.pool)),
        SummaryRow::new(visit.t("family-contract-signed"), day(contract.signed_on)),
        SummaryRow::new(visit.t("family-contract-ends"), day(contract.ends_on)),
    ];
    // Nothing is asked of a family whose child died: no state that says what it owes, and no day that passed.
    let asks = !contract.child_died;
    let tag = asks.then(|| view! { <Tag tone=tone>{label}</Tag> });
    let words = (!asks).then(|| mourning(visit));
    let arrears = (asks && contract.state == ContractState::Arrears)
        .then(|| view! { <Banner tone=Tone::Warning>{visit.t("family-contract-arrears")}</Banner> });
    let went = contract.unit_went.then(|| view! { <Banner tone=Tone::Info>{visit.t("family-contract-went")}</Banner> });
    view! {
        <section class="section">
            <h2><span class="code">{contract.number.to_string()}</span>" "{tag}</h2>
            {words}
            {arrears}
            {went}
            <SummaryList rows=rows/>
            {(!contract.prices.is_empty()).then(|| price_table(visit, &contract.prices, (asks, false)))}
            {papers}
        </section>
    }
}

/// What there is on paper: of the unit that the contract keeps, and of each payment that stands.
fn papers(visit: &Visit, contract: &OwnContract, units: &[OwnUnit], payments: &[OwnPayment]) -> AnyView {
    let file = |path: String, key: &str| {
        let href = visit.href(&path);
        view! { <li><a href=href download="">{visit.t(key)}</a></li> }.into_any()
    };
    let mut items: Vec<AnyView> = Vec::new();
    if let Some(unit) = units.iter().find(|unit| contract.unit == Some(unit.id)) {
        let page = page_of(unit.id);
        if unit.is_stored() {
            items.push(file(format!("{page}/certificate.pdf"), "family-certificate"));
        }
        items.push(file(format!("{page}/passport.pdf"), "family-passport-paper"));
        items.push(file(format!("{page}/passport.json"), "family-passport"));
    }
    let standing = payments.iter().filter(|payment| payment.contract == contract.id && payment.taken_back_at.is_none());
    for payment in standing {
        let args = [("day", day_text(payment.paid_on, visit.locale()).into()), ("yuan", money(payment.amount).into())];
        let href = visit.href(&receipt_of(payment.id));
        items.push(view! { <li><a href=href>{visit.t_args("family-papers-receipt", &args)}</a></li> }.into_any());
    }
    let list = if items.is_empty() {
        view! { <p class="muted">{visit.t("family-papers-none")}</p> }.into_any()
    } else {
        view! { <ul>{items}</ul> }.into_any()
    };
    view! { <div class="family-papers no-print"><h3>{visit.t("family-papers")}</h3>{list}</div> }.into_any()
}

/// What was agreed, and when each came; what is past its day is overdue where the contract `owes` it.
pub(super) fn price_table(visit: &Visit, all: &[Price], (owes, caption_hidden): (bool, bool)) -> AnyView {
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
            None if owes && price.due_on < today => (Tone::Warning, visit.t("family-price-overdue")),
            None if price.due_on < today => (Tone::Plain, visit.t("family-price-unnoted")),
            None => (Tone::Plain, visit.t("family-price-ahead")),
        };
        Row::new()
            .cell(visit.t(&format!("family-price-kind-{}", price.kind)))
            .cell(day_text(price.due_on, visit.locale()))
            .cell(money(price.amount))
            .cell(view! { <Tag tone=tone>{state}</Tag> })
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("family-price-title") caption_hidden=caption_hidden columns=columns rows=rows/> }
        .into_any()
}
