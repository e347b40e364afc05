//! The cases one was asked about, the longest waiting first.

use super::{AT, case_problem};
use crate::desk::{crumbs, read_first, rooms};
use crate::i18n::grouped;
use crate::problem::Problem;
use crate::spark::words;
use crate::ui::{Column, EmptyState, Illustration, Page, Row, Table, Width};
use crate::visit::{Visit, visit};
use domain::time::local_day;
use leptos::prelude::*;
use services::spark::cases::{ForReview, to_review};

/// The page.
#[component]
pub fn Reviews() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let cases = to_review(&visit.services, &visit.context).await.map_err(case_problem)?;
    let list = if cases.is_empty() {
        view! { <EmptyState of=Illustration::Flame title=visit.t("review-none")/> }.into_any()
    } else {
        table(visit, &cases).into_any()
    };
    Ok(view! {
        <Page title=visit.t("review-title") lead=visit.t("review-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {list}
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, cases: &[ForReview]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("review-case")),
        Column::new(visit.t("review-group")),
        Column::number(visit.t("review-age")),
        Column::number(visit.t("review-asked")),
        Column::new(visit.t("review-since")),
    ];
    let rows = cases.iter().map(|case| {
        let href = visit.href(&format!("{AT}/{}", case.id));
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{case.reference.clone()}</a> })
            .cell(words::group(visit, case.group))
            .cell(case.age.to_string())
            .cell(grouped(case.asked.get().unsigned_abs() / 100))
            .cell(local_day(case.since).to_string())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("review-title") caption_hidden=true columns=columns rows=rows/> }
}
