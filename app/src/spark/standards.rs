//! The aid standards in force, by group, with the most that can be given. What is invented for the demo says so.

use super::{CHECK, crumbs, problem_of, words};
use crate::form::Tone;
use crate::i18n::grouped;
use crate::problem::problem_page;
use crate::ui::{Banner, Column, EmptyState, Glyph, Icon, Illustration, LinkButton, Page, Row, Table, Width};
use crate::visit::{Visit, visit};
use domain::spark::DiseaseGroup;
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::{self, Per, Standard};

/// The aid standards.
#[component]
pub fn Standards() -> impl IntoView {
    let visit = visit();
    Suspend::new(async move {
        match spark::standards(&visit.services, &visit.context).await {
            Ok(Some(standards)) => page(&visit, &standards).into_any(),
            Ok(None) => none(&visit).into_any(),
            Err(error) => problem_page(problem_of(&error)).into_any(),
        }
    })
}

fn none(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Page title=visit.t("spark-standards-title") crumbs=crumbs(visit)>
            <EmptyState of=Illustration::Torch title=visit.t("spark-standards-none")>
                <p>{visit.t("spark-standards-none-text")}</p>
            </EmptyState>
        </Page>
    }
}

fn page(visit: &Visit, standards: &spark::Standards) -> impl IntoView + use<> {
    let day = day_text(standards.holds_from, visit.locale());
    let args = [("version", standards.version.to_string().into()), ("day", day.into())];
    let version = visit.t_args("spark-standards-version", &args);
    let demo = standards.demo.then(|| {
        view! {
            <Banner tone=Tone::Warning title=visit.t("spark-standards-demo-title")>{visit.t("spark-standards-demo")}</Banner>
        }
    });
    let decided = standards.decided.of(visit.locale()).to_owned();
    let groups = DiseaseGroup::ALL.map(|group| table(visit, group, &standards.lines)).collect_view();
    let not = ["spark-standards-not-1", "spark-standards-not-2", "spark-standards-not-3"];
    let not = not.map(|key| view! { <li><Icon of=Glyph::Cross/><span>{visit.t(key)}</span></li> }).collect_view();
    view! {
        <Page
            title=visit.t("spark-standards-title")
            lead=visit.t("spark-standards-lead")
            kicker=version
            width=Width::Wide
            crumbs=crumbs(visit)
        >
            {demo}
            {groups}
            <section class="section">
                <h2>{visit.t("spark-standards-not-title")}</h2>
                <ul class="ticks">{not}</ul>
                <p>{visit.t("spark-standards-pay")}</p>
            </section>
            <p class="muted small">{visit.t("spark-standards-decided")}{visit.t("label-separator")}{decided}</p>
            <p class="actions no-print"><LinkButton href=visit.href(CHECK)>{visit.t("spark-check-action")}</LinkButton></p>
        </Page>
    }
}

/// One group's standards; nothing where it has none.
fn table(visit: &Visit, group: DiseaseGroup, all: &[Standard]) -> Option<impl IntoView + use<>> {
    let own: Vec<&Standard> = all.iter().filter(|line| line.group == group).collect();
    if own.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("spark-standards-what")),
        Column::new(visit.t("spark-standards-covers")),
        Column::number(visit.t("spark-standards-most")),
        Column::new(visit.t("spark-standards-per")),
    ];
    let rows = own.into_iter().map(|line| {
        let per = visit.t(match line.per {
            Per::Case => "spark-standards-per-case",
            Per::Year => "spark-standards-per-year",
        });
        Row::new()
            .cell(line.title.of(visit.locale()).to_owned())
            .cell(line.covers.of(visit.locale()).to_owned())
            // Whole yuan: nobody reads the fen of a limit.
            .cell(grouped(line.most.get().unsigned_abs() / 100))
            .cell(per)
    });
    let name = words::group(visit, group);
    Some(view! {
        <section class="section spark-standards">
            <h2>{name.clone()}</h2>
            <Table caption=name caption_hidden=true columns=columns rows=rows.collect()/>
        </section>
    })
}
