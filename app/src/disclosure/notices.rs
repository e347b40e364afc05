//! Notices of cases (公示), while they stand: a code, the disease group, the city, a band of amounts, and nothing else.

use super::crumbs;
use crate::desk::read_first;
use crate::problem::Problem;
use crate::spark::words;
use crate::ui::{Column, EmptyState, Illustration, Page, Row, Table, Width};
use crate::visit::{Visit, visit};
use domain::time::day_text;
use leptos::prelude::*;
use services::disclosure::{OpenNotice, notices};

/// The page.
#[component]
pub fn Notices() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let open = notices(&visit.services).await?;
    let list = if open.is_empty() {
        view! {
            <EmptyState of=Illustration::Torch title=visit.t("disclosure-notices-none")>
                <p>{visit.t("disclosure-notices-none-text")}</p>
            </EmptyState>
        }
        .into_any()
    } else {
        table(visit, &open).into_any()
    };
    Ok(view! {
        <Page title=visit.t("disclosure-notices") lead=visit.t("disclosure-notices-lead") width=Width::Wide crumbs=crumbs(visit, true)>
            {list}
            <p class="muted">{visit.t("disclosure-notices-note")}</p>
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, open: &[OpenNotice]) -> impl IntoView + use<> {
    let locale = visit.locale();
    let columns = vec![
        Column::new(visit.t("disclosure-notice-code")),
        Column::new(visit.t("disclosure-notice-group")),
        Column::new(visit.t("disclosure-notice-city")),
        Column::new(visit.t("disclosure-notice-band")),
        Column::new(visit.t("disclosure-notice-since")),
        Column::new(visit.t("objection-column")),
    ];
    let rows = open.iter().map(|OpenNotice { notice, since }| {
        Row::new()
            .cell(view! { <code class="code">{notice.code.to_string()}</code> })
            .cell(words::group(visit, notice.group))
            .cell(notice.place.text(locale))
            .cell(notice.band.text(locale))
            .cell(day_text(*since, locale))
            .cell(objection(visit, &notice.code.to_string()))
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("disclosure-notices") caption_hidden=true columns=columns rows=rows/> }
}

/// The way to object to one.
fn objection(visit: &Visit, code: &str) -> impl IntoView + use<> {
    let href = visit.href(&crate::objections::form_address(code));
    let label = visit.t_args("objection-title", &[("code", code.to_owned().into())]);
    view! { <a class="no-print" href=href aria-label=label>{visit.t("objection-link")}</a> }
}
