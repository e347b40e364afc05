//! The version that is published, and those before it.

use super::at;
use crate::desk::{count, crumbs, moment, news, read_first, rooms};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Column, Dialog, EmptyState, Illustration, LinkButton, Page, Row, Table, Variant, Width};
use crate::visit::{Visit, visit};
use domain::spark::review::rubric::Rubric;
use leptos::prelude::*;
use services::spark::review::{Published, rubrics};

const NEWS: &[(&str, &str)] = &[("published", "rubric-done-published")];

/// The page.
#[component]
pub fn RubricPage() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = rubrics(&visit.services, &visit.context).await?;
    let new = view! {
        <p class="actions no-print"><LinkButton href=visit.href(at::NEW) variant=Variant::Secondary>{visit.t("rubric-new")}</LinkButton></p>
    };
    let body = match all.split_first() {
        None => {
            let text = visit.t("rubric-none-text");
            view! { <EmptyState of=Illustration::Flame title=visit.t("rubric-none")><p>{text}</p></EmptyState> }
                .into_any()
        }
        Some((newest, before)) => view! {
            <p>{published(visit, newest)}" "{threshold(visit, &newest.rubric)}</p>
            {table(visit, &newest.rubric)}
            {rules(visit)}
            {history(visit, before)}
        }
        .into_any(),
    };
    Ok(view! {
        <Page title=visit.t("rubric-title") lead=visit.t("rubric-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {new}
            {body}
        </Page>
    }
    .into_any())
}

/// 第2版，2026年12月1日（周二）09:30 由张三发布
fn published(visit: &Visit, one: &Published) -> Text {
    let version = ("version", one.rubric.version().into());
    let at = ("at", moment(visit, one.at).into());
    match one.by.as_ref().filter(|by| !by.name.is_empty()) {
        Some(by) => visit.t_args("rubric-published-by", &[version, at, ("name", by.name.clone().into())]),
        None => visit.t_args("rubric-published", &[version, at]),
    }
}

fn threshold(visit: &Visit, rubric: &Rubric) -> Text {
    count(visit, "rubric-threshold", rubric.diverges_above())
}

/// What a reviewer is bound by whatever the version.
pub(super) fn rules(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <ul class="prose-list muted">
            <li>{visit.t("rubric-rule-extremes")}</li>
            <li>{visit.t("rubric-rule-not-applicable")}</li>
            <li>{visit.t("rubric-rule-versions")}</li>
        </ul>
    }
}

/// The criteria with what each counts.
fn table(visit: &Visit, rubric: &Rubric) -> AnyView {
    let all: u32 = rubric.criteria().iter().map(|criterion| criterion.weight).sum();
    let columns = vec![
        Column::new(visit.t("rubric-criterion")),
        Column::number(visit.t("rubric-weight")),
        Column::number(visit.t("rubric-share")),
        Column::new(visit.t("rubric-marks")),
        Column::new(visit.t("review-not-applicable")),
    ];
    let rows = rubric.criteria().iter().map(|criterion| {
        let title = view! {
            // One thing beside its label where the row is a card.
            <div>
                <span lang="zh-CN">{criterion.title.zh.clone()}</span>
                <br/>
                <span class="muted" lang="en">{criterion.title.en.clone()}</span>
            </div>
        };
        let optional = if criterion.optional { "rubric-optional-yes" } else { "rubric-optional-no" };
        Row::new()
            .cell(title)
            .cell(criterion.weight.to_string())
            .cell(share(criterion.weight, all))
            .cell(format!("{}–{}", criterion.scale.least, criterion.scale.most))
            .cell(visit.t(optional))
    });
    let rows = rows.collect();
    let caption = count(visit, "rubric-version", rubric.version());
    view! { <Table caption=caption columns=columns rows=rows/> }.into_any()
}

/// 37.5 %, of everything that is judged.
fn share(weight: u32, all: u32) -> String {
    let tenths = (u64::from(weight) * 2_000 / u64::from(all.max(1))).div_ceil(2);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn history(visit: &Visit, before: &[Published]) -> Option<AnyView> {
    if before.is_empty() {
        return None;
    }
    let items = before.iter().map(|one| {
        let label = count(visit, "rubric-version", one.rubric.version());
        let title = label.clone();
        let (said, threshold) = (published(visit, one), threshold(visit, &one.rubric));
        let table = table(visit, &one.rubric);
        view! {
            <Dialog label=label title=title variant=Variant::Quiet>
                <p>{said}" "{threshold}</p>
                {table}
            </Dialog>
        }
    });
    let items = items.collect_view();
    Some(
        view! {
            <section class="section">
                <h2>{visit.t("rubric-history")}</h2>
                <div class="stack">{items}</div>
            </section>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_a_tenth_and_thirds_are_not_lost() {
        assert_eq!(
            [share(3, 8), share(1, 3), share(2, 3), share(1, 1), share(0, 0)],
            ["37.5%", "33.3%", "66.7%", "100.0%", "0.0%"]
        );
    }
}
