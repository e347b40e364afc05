//! What everybody reads: the latest figures with the list of reports, and one report.

use super::{at, crumbs, day_of, files, report_path, tables, totals};
use crate::desk::read_first;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{EmptyState, Glyph, Illustration, LinkButton, Page, Variant};
use crate::visit::{Visit, param, visit};
use domain::disclosure::{Digest, Section, Term};
use leptos::prelude::*;
use services::disclosure::{Kept, Published, published};

/// The latest figures.
#[component]
pub fn Disclosure() -> impl IntoView {
    read_first(latest(visit()))
}

/// One report.
#[component]
pub fn ReportPage() -> impl IntoView {
    let term = param("period").and_then(|text| text.parse().ok());
    read_first(one(visit(), term))
}

/// The tables of the page of the latest figures: everything so far.
const SO_FAR: [Section; 4] = [Section::Groups, Section::Years, Section::Regions, Section::Fund];

async fn latest(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = published(&visit.services).await?;
    let found = all.latest().and_then(|kept| all.report(Term::Quarter(kept.snapshot.quarter)));
    let Some((report, kept)) = found else { return Ok(none(visit).into_any()) };
    let sections =
        SO_FAR.iter().filter_map(|section| report.table(*section)).map(|table| tables::section(visit, table));
    let sections = sections.collect_view();
    let lead = visit.t_args("disclosure-lead", &[("day", day_of(visit, kept).into())]);
    let (totals, meaning) = (totals(visit, kept), tables::meaning(visit, &report.definitions()));
    let (list, put_right, check) = (list(visit, &all), put_right(visit, &all), check(visit, kept));
    Ok(view! {
        <Page title=visit.t("disclosure-title") lead=lead width=tables::WIDTH crumbs=crumbs(visit, false)>
            <dl class="stats">{totals}</dl>
            {sections}
            {meaning}
            {list}
            {put_right}
            {check}
            <p class="no-print"><a href=visit.href(at::NOTICES)>{visit.t("disclosure-notices-link")}</a></p>
        </Page>
    }
    .into_any())
}

fn none(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Page title=visit.t("disclosure-title") crumbs=crumbs(visit, false)>
            <EmptyState of=Illustration::Torch title=visit.t("disclosure-none")>
                <p>{visit.t("disclosure-none-text")}</p>
            </EmptyState>
            <p class="no-print"><a href=visit.href(at::NOTICES)>{visit.t("disclosure-notices-link")}</a></p>
        </Page>
    }
}

/// The reports there are.
fn list(visit: &Visit, all: &Published) -> impl IntoView + use<> {
    let each = all.terms().into_iter().filter_map(|term| {
        let (_, kept) = all.report(term)?;
        let href = visit.href(&report_path(term));
        let day = visit.t_args("disclosure-published", &[("day", day_of(visit, kept).into())]);
        let title = visit.t_args("disclosure-report", &[("term", term.text(visit.locale()).into())]);
        Some(view! { <li><a href=href>{title}</a>" "<span class="muted small">{day}</span></li> })
    });
    let each = each.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("disclosure-reports")}</h2>
            <ul class="prose-list">{each}</ul>
        </section>
    }
}

/// What was ever put right; nothing where nothing was.
fn put_right(visit: &Visit, all: &Published) -> Option<impl IntoView + use<>> {
    let each: Vec<AnyView> = all
        .corrections()
        .iter()
        .map(|corrected| {
            let term = corrected.new.snapshot.quarter.text(visit.locale());
            let reason =
                corrected.new.snapshot.corrects.as_ref().map(|why| why.reason().to_owned()).unwrap_or_default();
            let reason = visit.t_args("disclosure-reason", &[("reason", reason.into())]);
            let day = visit.t_args("disclosure-published", &[("day", day_of(visit, corrected.new).into())]);
            let (old, href) = (visit.t("disclosure-wrong-text"), visit.href(&files::frozen_path(corrected.old.digest)));
            view! {
                <h3>{term.clone()}</h3>
                <p>{reason}" "<span class="muted small">{day}</span>" "<a href=href download=true>{old}</a></p>
                {tables::changes(visit, Text::from(term), &corrected.changes)}
            }
            .into_any()
        })
        .collect();
    if each.is_empty() {
        return None;
    }
    let title = Text::from(Section::Corrections.text(visit.locale()));
    Some(view! { <section class="section"><h2>{title}</h2>{each}</section> })
}

async fn one(visit: Visit, term: Option<Term>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let term = term.ok_or(Problem::NotFound)?;
    let all = published(&visit.services).await?;
    let (report, kept) = all.report(term).ok_or(Problem::NotFound)?;
    let sections = report.tables.iter().map(|table| tables::section(visit, table)).collect_view();
    let title = visit.t_args("disclosure-report", &[("term", term.text(visit.locale()).into())]);
    let day = visit.t_args("disclosure-published", &[("day", day_of(visit, kept).into())]);
    Ok(view! {
        <Page title=title lead=day width=tables::WIDTH crumbs=crumbs(visit, true)>
            {downloads(visit, term)}
            {sections}
            {tables::corrections(visit, &report)}
            {tables::meaning(visit, &report.definitions())}
            {check(visit, kept)}
        </Page>
    }
    .into_any())
}

/// The report as files.
fn downloads(visit: &Visit, term: Term) -> impl IntoView + use<> {
    let each = files::KINDS.map(|kind| {
        let href = visit.href(&files::path(term, kind));
        view! { <LinkButton href=href variant=Variant::Secondary glyph=Glyph::Download download=true>{visit.t(kind.label())}</LinkButton> }
    });
    let each = each.collect_view();
    view! { <p class="actions no-print">{each}</p> }
}

/// The frozen text, its hash, and how anybody checks one against the other.
fn check(visit: &Visit, kept: &Kept) -> impl IntoView + use<> {
    let name = files::frozen_name(kept);
    let args = [
        ("position", kept.snapshot.position.to_string().into()),
        ("time", crate::desk::moment(visit, kept.snapshot.taken_at).into()),
    ];
    let source = visit.t_args("disclosure-source", &args);
    let command = format!("sha256sum {name}");
    view! {
        <section class="section">
            <h2>{visit.t("disclosure-check")}</h2>
            <p>{source}</p>
            <p>{visit.t("disclosure-check-text")}</p>
            <p class="disclosure-hash"><code class="code">{command}</code></p>
            <p class="disclosure-hash"><code class="code">{digest_text(kept.digest)}</code></p>
            <p class="actions no-print">
                <LinkButton href=visit.href(&files::frozen_path(kept.digest)) variant=Variant::Quiet glyph=Glyph::Download download=true>
                    {visit.t("disclosure-frozen-text")}
                </LinkButton>
            </p>
        </section>
    }
}

/// The hash in full.
fn digest_text(digest: Digest) -> String {
    digest.to_string()
}
