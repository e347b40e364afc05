//! A unit for its family: where it is, the parts of its way, and the ways to what is known of each. Complete without scripts.

use super::list::name;
use super::results::dose;
use super::words::{pool_text, standing_tag, state_tag, state_text, step_name};
use super::{at, crumbs, hidden, page_of};
use crate::desk::{moment, read_first};
use crate::form::Tone;
use crate::museum::param;
use crate::problem::Problem;
use crate::ui::{Banner, LinkButton, Meter, Page, SummaryList, SummaryRow, Tag, Variant};
use crate::visit::{Visit, visit};
use domain::family::{Kin, Standing, Step};
use domain::ids::UnitId;
use leptos::prelude::*;
use services::family::{self, OwnEvent, OwnRecord, OwnUnit as Unit, Texts};

/// The page.
#[component]
pub fn OwnUnit() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<UnitId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let record = family::record(&visit.services, &visit.context, id).await.map_err(hidden)?;
    let unit = &record.unit;
    let told = family::notices(&visit.services, &visit.context).await.map_err(hidden)?;
    let waits = told.iter().filter(|notice| notice.waits && notice.unit == Some(unit.id)).count();
    let waits = (waits > 0).then(|| {
        let href = visit.href(at::NOTICES);
        view! {
            <Banner tone=Tone::Warning title=visit.t("family-unread")>
                <a href=href>{visit.t("family-unread-link")}</a>
            </Banner>
        }
    });
    let looks_only = (unit.member.kin == Kin::FormerGuardian).then(|| {
        view! { <Banner tone=Tone::Info>{visit.t("family-former")}</Banner> }
    });
    let title = name(visit, unit);
    let dose = record.cover.as_ref().map(|cover| dose(visit, cover));
    let parts = (now(visit, &record), way(visit, unit), dose, more(visit, unit), happened(visit, &record.events));
    Ok(view! {
        <Page title=title crumbs=crumbs(visit, &[])>
            {looks_only}
            {waits}
            {texts(visit, record.texts)}
            {parts}
        </Page>
    }
    .into_any())
}

/// That not everything can be read any more, and why; nothing where it can.
pub(super) fn texts(visit: &Visit, texts: Texts) -> Option<AnyView> {
    let (tone, title, text) = match texts {
        Texts::Whole => return None,
        Texts::Newer => (Tone::Info, "family-text-newer", "family-text-newer-text"),
        Texts::Lost => (Tone::Warning, "family-text-lost", "family-text-lost-text"),
        Texts::Destroyed => (Tone::Info, "family-text-gone", "family-text-gone-text"),
    };
    Some(view! { <Banner tone=tone title=visit.t(title)>{visit.t(text)}</Banner> }.into_any())
}

/// Where it is.
fn now(visit: &Visit, record: &OwnRecord) -> impl IntoView + use<> {
    let unit = &record.unit;
    let (tone, label) = state_tag(visit, unit.state);
    let mut rows = vec![
        SummaryRow::new(visit.t("family-pool"), pool_text(visit, unit.pool)),
        SummaryRow::new(visit.t("family-registered"), moment(visit, unit.registered_at)),
        SummaryRow::new(visit.t("family-last"), moment(visit, unit.changed_at)),
    ];
    rows.extend(record.place.as_ref().map(|place| SummaryRow::new(visit.t("family-tank"), place.code.clone())));
    view! {
        <section class="request-now" id="now">
            <h2><Tag tone=tone>{label}</Tag></h2>
            <p>{state_text(visit, unit.state)}</p>
            <SummaryList rows=rows/>
        </section>
    }
}

/// The parts of its way, one below the other.
fn way(visit: &Visit, unit: &Unit) -> impl IntoView + use<> {
    let items = unit.way().into_iter().map(|(step, standing)| part(visit, unit, step, standing)).collect_view();
    view! {
        <section class="section" id="way">
            <h2>{visit.t("family-way")}</h2>
            <ol class="case-line family-way">{items}</ol>
        </section>
    }
}

fn part(visit: &Visit, unit: &Unit, step: Step, standing: Standing) -> impl IntoView + use<> {
    let (tone, label) = standing_tag(visit, standing);
    let counted = match step {
        Step::Preparation => Some((unit.counts.preparation, "family-steps-done")),
        Step::Tests => Some((unit.counts.tests, "family-tests-done")),
        _ => None,
    };
    let counted = counted.filter(|((_, all), _)| *all > 0 && standing != Standing::Never).map(|((done, all), key)| {
        let text = visit.t_args(key, &[("done", done.into()), ("all", all.into())]);
        view! { <Meter label=text value=u64::from(done) max=u64::from(all)/> }
    });
    let current = (standing == Standing::Now).then_some("step");
    let class = format!("case-step family-part family-part-{}", class_of(standing));
    view! {
        <li class=class aria-current=current>
            <p class="case-step-head"><strong>{step_name(visit, step)}</strong><Tag tone=tone>{label}</Tag></p>
            {counted}
        </li>
    }
}

const fn class_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Ahead => "ahead",
        Standing::Now => "now",
        Standing::Done => "done",
        Standing::Never => "never",
        Standing::Past => "past",
    }
}

/// The ways to what is known of each part.
fn more(visit: &Visit, unit: &Unit) -> impl IntoView + use<> {
    let page = page_of(unit.id);
    let [certificate, passport, paper] =
        ["certificate.pdf", "passport.json", "passport.pdf"].map(|file| visit.href(&format!("{page}/{file}")));
    let certificate = unit.is_stored().then(|| {
        view! { <LinkButton href=certificate variant=Variant::Secondary download=true>{visit.t("family-certificate")}</LinkButton> }
    });
    let steps = visit.href(&format!("{page}/steps"));
    let verify = visit.href("/custody/verify");
    let temperature = visit.href(&format!("{page}/temperature"));
    let tests = visit.href(&format!("{page}/tests"));
    view! {
        <section class="section no-print" id="more">
            <h2>{visit.t("family-more")}</h2>
            <p class="actions">
                <LinkButton href=steps variant=Variant::Secondary>{visit.t("family-steps-title")}</LinkButton>
                <LinkButton href=tests variant=Variant::Secondary>{visit.t("family-tests-title")}</LinkButton>
                <LinkButton href=temperature variant=Variant::Secondary>{visit.t("family-temperature-title")}</LinkButton>
                {certificate}
                <LinkButton href=passport variant=Variant::Secondary download=true>{visit.t("family-passport")}</LinkButton>
                <LinkButton href=paper variant=Variant::Secondary download=true>{visit.t("family-passport-paper")}</LinkButton>
            </p>
            <p class="muted small">{visit.t("family-passport-text")}" "<a href=verify>{visit.t("family-passport-verify")}</a></p>
        </section>
    }
}

/// What happened, with its days.
fn happened(visit: &Visit, events: &[OwnEvent]) -> impl IntoView + use<> {
    let items = events.iter().map(|event| {
        let text = visit.t(&format!("family-event-{}", event.kind.name()));
        view! {
            <li class="case-step">
                <p class="case-step-head"><strong>{text}</strong></p>
                <p class="muted small">{moment(visit, event.at)}</p>
            </li>
        }
    });
    let items = items.collect_view();
    view! {
        <section class="section" id="history">
            <h2>{visit.t("family-history")}</h2>
            <ol class="case-line">{items}</ol>
        </section>
    }
}
