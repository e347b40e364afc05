//! The roots of days: what the house signs of all its units, one line a day. It says nothing of any unit.

use super::{at, crumbs};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Column, EmptyState, LinkButton, Page, Pagination, Row, Table, Width};
use crate::visit::{Visit, visit};
use domain::merkle::hex;
use domain::time::{clock_text, day_text};
use leptos::prelude::*;
use services::custody::proof::{self, Published};

/// The page.
#[component]
pub fn Roots() -> impl IntoView {
    crate::desk::read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let before = visit.query.day("before");
    let roots = proof::day_roots(&visit.services, before).await?;
    let next = roots.next.map(|day| Text::from(visit.href(&format!("{}?before={day}", at::ROOTS))));
    let previous = before.map(|_| Text::from(visit.href(at::ROOTS)));
    let list = match roots.roots.is_empty() {
        true => view! { <EmptyState title=visit.t("proof-roots-none")><p>{visit.t("proof-roots-none-text")}</p></EmptyState> }
            .into_any(),
        false => {
            let columns = vec![
                Column::new(visit.t("proof-day")),
                Column::number(visit.t("proof-number")),
                Column::number(visit.t("proof-size")),
                Column::new(visit.t("proof-root")),
                Column::new(visit.t("proof-signed")),
            ];
            let rows = roots.roots.iter().map(|root| row(visit, root)).collect();
            view! { <Table caption=visit.t("proof-roots-title") caption_hidden=true columns=columns rows=rows/> }.into_any()
        }
    };
    Ok(view! {
        <Page title=visit.t("proof-roots-title") lead=visit.t("proof-roots-lead") width=Width::Wide crumbs=crumbs(visit)>
            <p>{visit.t("proof-roots-how")}</p>
            {list}
            <Pagination previous=previous next=next/>
            <p class="actions no-print">
                <LinkButton href=visit.href(at::VERIFY)>{visit.t("proof-verify-title")}</LinkButton>
            </p>
            <p class="muted small">
                {visit.t("proof-files")}" "<a href=at::ROOTS_FILE>"roots.json"</a>" · "<a href=at::KEYS_FILE>"keys.json"</a>
            </p>
        </Page>
    }
    .into_any())
}

fn row(visit: &Visit, published: &Published) -> Row {
    let root = &published.root;
    let at = clock_text(root.signed_at);
    let signed = format!("{at} · {}", published.kid);
    Row::new()
        .cell(day_text(root.day, visit.locale()))
        .cell(root.number.to_string())
        .cell(root.size.to_string())
        .cell(view! { <code class="code proof-hash">{hex(&root.root)}</code> })
        .cell(view! { <span class="code proof-hash">{signed}</span> })
}
