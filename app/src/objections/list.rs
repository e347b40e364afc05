//! The objections, those first that wait for an answer: which notice, how long, and what became of it; nothing of who objects.

use super::{AT, outcome_key};
use crate::desk::{count, crumbs, moment, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Column, EmptyState, Illustration, Page, Row, Table, Tag, Width};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::spark::objections::{Listed, list};

/// The page.
#[component]
pub fn Objections() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = list(&visit.services, &visit.context).await?;
    let content = if all.is_empty() {
        view! {
            <EmptyState of=Illustration::Torch title=visit.t("objection-none")><p>{visit.t("objection-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        table(visit, &all).into_any()
    };
    Ok(view! {
        <Page title=visit.t("objection-desk-title") lead=visit.t("objection-desk-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {content}
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, all: &[Listed]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("objection-receipt-column")),
        Column::new(visit.t("objection-notice-column")),
        Column::new(visit.t("objection-received")),
        Column::number(visit.t("objection-age")),
        Column::new(visit.t("objection-state")),
    ];
    let rows = all.iter().map(|one| {
        let href = visit.href(&format!("{AT}/{}", one.id));
        let tone = if one.outcome.is_none() { Tone::Warning } else { Tone::Plain };
        Row::new()
            .cell(view! { <a href=href><code class="code">{one.receipt.clone()}</code></a> })
            .cell(view! { <code class="code">{one.code.clone()}</code> })
            .cell(moment(visit, one.received_at))
            .cell(count(visit, "cases-days", one.days))
            .cell(view! { <Tag tone=tone>{visit.t(outcome_key(one.outcome))}</Tag> })
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("objection-desk-title") caption_hidden=true columns=columns rows=rows/> }
}
