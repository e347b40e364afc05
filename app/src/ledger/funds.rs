//! Every fund, with what it is for and what it has.

use super::at;
use super::words::{money, purpose_text};
use crate::desk::{crumbs, may, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Column, EmptyState, Illustration, LinkButton, Page, Row, Table, Tag, Variant, Width};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use leptos::prelude::*;
use services::ledger::views::{self, Fund};

/// The page.
#[component]
pub fn Funds() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let funds = views::all_funds(&visit.services, &visit.context).await?;
    let list = if funds.is_empty() {
        view! {
            <EmptyState of=Illustration::Flame title=visit.t("books-funds-none")><p>{visit.t("books-funds-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        table(visit, &funds).into_any()
    };
    let open = may(visit, Capability::KeepBooks).then(|| {
        let href = visit.href(&format!("{}/new", at::FUNDS));
        view! { <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary>{visit.t("fund-new")}</LinkButton></p> }
    });
    Ok(view! {
        <Page title=visit.t("books-title") lead=visit.t("books-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {open}
            {list}
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, funds: &[Fund]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("books-fund")),
        Column::new(visit.t("books-purpose")),
        Column::new(visit.t("books-envelopes")),
        Column::number(visit.t("books-available")),
        Column::number(visit.t("books-committed")),
        Column::number(visit.t("books-paid")),
        Column::number(visit.t("books-received")),
    ];
    let rows = funds.iter().map(|fund| {
        let href = visit.href(&format!("{}/{}", at::FUNDS, fund.id));
        let name = visit.pick(&fund.name_zh, &fund.name_en).into_owned();
        let envelopes = fund.envelopes.iter().map(|envelope| {
            let name = visit.pick(&envelope.name_zh, &envelope.name_en).into_owned();
            view! { <li>{name}</li> }
        });
        let envelopes = envelopes.collect_view();
        let closed = fund.closed_at.map(|_| view! { " "<Tag tone=Tone::Warning>{visit.t("fund-closed")}</Tag> });
        Row::new()
            .cell(view! { <div><a href=href>{name}</a><br/><code class="code small">{fund.code.clone()}</code>{closed}</div> })
            .cell(purpose_text(visit, &fund.purpose))
            .cell(view! { <ul class="books-names">{envelopes}</ul> })
            .cell(money(fund.has.available))
            .cell(money(fund.has.committed))
            .cell(money(fund.has.paid))
            .cell(money(fund.has.received))
    });
    let rows = rows.collect();
    view! {
        <div class="books-table"><Table caption=visit.t("books-title") caption_hidden=true columns=columns rows=rows/></div>
        <p class="muted small">{visit.t("books-unit")}</p>
    }
}
