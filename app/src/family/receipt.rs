//! The receipt of a payment: to read, and to print. It says what the office noted, and is no invoice.

use super::{at, crumbs, hidden};
use crate::desk::read_first;
use crate::ledger::money;
use crate::museum::param;
use crate::problem::Problem;
use crate::ui::{LinkButton, Page, SummaryList, SummaryRow, Variant};
use crate::visit::{Visit, visit};
use domain::ids::FamilyPaymentId;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::family::{self, OwnPayment};

/// The page.
#[component]
pub fn OwnReceipt() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

/// Where the receipt of a payment stands.
pub(super) fn receipt_of(id: FamilyPaymentId) -> String {
    format!("{}/payments/{id}", at::CONTRACT)
}

async fn page(visit: Visit, id: Option<FamilyPaymentId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let payment = family::receipt(&visit.services, &visit.context, id).await.map_err(hidden)?;
    let way = [(at::CONTRACT.to_owned(), visit.t("family-tab-contract").to_string())];
    let back = visit.href(at::CONTRACT);
    Ok(view! {
        <Page title=visit.t("family-receipt") headless=true crumbs=crumbs(visit, &way)>
            {article(visit, &payment)}
            <p class="muted small no-print">{visit.t("family-receipt-print")}</p>
            <p class="actions no-print">
                <LinkButton href=back variant=Variant::Secondary>{visit.t("family-receipt-back")}</LinkButton>
            </p>
        </Page>
    }
    .into_any())
}

fn article(visit: &Visit, payment: &OwnPayment) -> impl IntoView + use<> {
    let day = |day: jiff::civil::Date| day_text(day, visit.locale());
    let code = |text: &str| view! { <span class="code">{text.to_owned()}</span> };
    let rows = vec![
        SummaryRow::new(visit.t("family-receipt-contract"), code(payment.number.as_str())),
        SummaryRow::new(visit.t("family-receipt-came"), day(payment.paid_on)),
        SummaryRow::new(visit.t("family-receipt-amount"), money(payment.amount)),
        SummaryRow::new(visit.t("family-receipt-reference"), code(&payment.reference)),
        SummaryRow::new(visit.t("family-receipt-noted"), day(local_day(payment.noted_at))),
    ];
    let paid = payment.prices.iter().map(|price| {
        let what = visit.t(&format!("family-price-kind-{}", price.kind));
        let due = visit.t_args("family-receipt-due", &[("day", day(price.due_on).into())]);
        view! { <li>{what}{visit.t("label-separator")}{money(price.amount)}" · "{due}</li> }
    });
    let paid = paid.collect_view();
    view! {
        <article class="letter">
            <h1>{visit.t("family-receipt")}</h1>
            <SummaryList rows=rows/>
            <h2>{visit.t("family-receipt-paid")}</h2>
            <ul>{paid}</ul>
            <p class="muted small">{visit.t("family-receipt-text")}</p>
            <div class="letter-foot"><p>{visit.t("site-name")}</p></div>
        </article>
    }
}
