//! The page of one unit.

use super::super::words::{pool_text, state_tag};
use super::super::{at, named};
use super::{acts, events, record, slot_text};
use crate::desk::{count, crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, LinkButton, Page, SummaryList, SummaryRow, Variant, Width};
use crate::visit::{Visit, visit};
use domain::Locale;
use domain::ids::UnitId;
use leptos::prelude::*;
use services::custody::desk::{self, Opened};

const NEWS: &[(&str, &str)] = &[
    ("opened", "units-done-opened"),
    ("closed", "units-done-closed"),
    ("held", "units-done-held"),
    ("signed", "units-done-signed"),
    ("proposed", "units-done-proposed"),
    ("confirmed", "units-done-confirmed"),
    ("looked-over", "units-done-looked-over"),
    ("withdrawn", "units-done-withdrawn"),
];

/// The page.
#[component]
pub fn UnitPage() -> impl IntoView {
    read_first(page(visit(), named()))
}

async fn page(visit: Visit, id: Option<UnitId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    // The family reads why in the language of the house.
    let why = crate::i18n::text(Locale::ZhCn, "units-look-routine");
    let opened = desk::open(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?, &why).await?;
    let din = opened.unit.din.as_ref().map(ToString::to_string).unwrap_or_default();
    let title = visit.t_args("units-one-title", &[("din", din.into())]);
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(at::UNITS, "units-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {stands(visit, &opened)}
            <div class="request">
                <div class="stack">
                    <SummaryList rows=facts(visit, &opened)/>
                    {passport(visit, &opened)}
                    {acts::family(visit, &opened.unit)}
                    {record::missing(visit, &opened.unit)}
                    {record::deviations(visit, &opened)}
                </div>
                <div class="stack">
                    {acts::waiting(visit, &opened)}
                    {acts::section(visit, &opened)}
                </div>
            </div>
            {record::steps(visit, &opened.unit)}
            {record::tests(visit, &opened.unit)}
            {record::release(visit, &opened.unit)}
            {record::places(visit, &opened)}
            {record::lots(visit, &opened)}
            {events::section(visit, &opened)}
        </Page>
    }
    .into_any())
}

/// The way to its passport: everything that happened as a file, with the proof. Whoever reads this page may have it.
fn passport(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let (file, verify) =
        (visit.href(&format!("{}/{}/passport.json", at::UNITS, opened.unit.id)), visit.href("/custody/verify"));
    view! {
        <section class="no-print" id="passport">
            <p class="actions">
                <LinkButton href=file variant=Variant::Secondary download=true>{visit.t("units-passport")}</LinkButton>
            </p>
            <p class="muted small">{visit.t("units-passport-text")}" "<a href=verify>{visit.t("units-passport-verify")}</a></p>
        </section>
    }
}

/// Where it stands, and whether its chain holds.
fn stands(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let unit = &opened.unit;
    let held = unit.standing.held_in().map(|state| {
        let state = super::super::words::state_text(visit, state).to_string();
        view! { <span>{visit.t_args("units-held-in", &[("state", state.into())])}</span> }
    });
    let events = u32::try_from(unit.events.len()).unwrap_or(u32::MAX);
    let chain = if opened.holds() {
        view! { <Banner tone=Tone::Success title=visit.t("units-chain-holds")>{count(visit, "units-chain-holds-text", events)}</Banner> }
            .into_any()
    } else {
        view! { <Banner tone=Tone::Danger title=visit.t("units-chain-broken")>{visit.t("units-chain-broken-text")}</Banner> }
            .into_any()
    };
    let unreadable = if unit.lacks_text() {
        let (title, text) = (visit.t("units-text-lost"), visit.t("units-text-lost-text"));
        Some(view! { <Banner tone=Tone::Danger title=title>{text}</Banner> }.into_any())
    } else {
        (!unit.readable).then(|| view! { <Banner tone=Tone::Info>{visit.t("units-unreadable")}</Banner> }.into_any())
    };
    view! {
        <p class="request-state">{state_tag(visit, unit.standing.state())}{held}</p>
        {chain}
        {unreadable}
    }
}

fn facts(visit: &Visit, opened: &Opened) -> Vec<SummaryRow> {
    let unit = &opened.unit;
    let din = unit.din.as_ref().map(ToString::to_string).unwrap_or_default();
    let place = unit.place.as_ref().map_or_else(
        || visit.t("units-nowhere").to_string(),
        |place| {
            let args = [("slot", slot_text(&place.slot).into()), ("room", place.room.clone().into())];
            visit.t_args("units-place-in", &args).to_string()
        },
    );
    let family = visit.t(if unit.family.is_some() { "units-family-known" } else { "units-family-none" });
    let rooted = match unit.rooted {
        0 => visit.t("units-rooted-not"),
        seq => count(visit, "units-rooted-to", seq),
    };
    vec![
        SummaryRow::new(visit.t("units-din"), view! { <code class="staff-reference">{din}</code> }),
        SummaryRow::new(visit.t("units-pool"), pool_text(visit, unit.pool)),
        SummaryRow::new(visit.t("units-place"), place),
        SummaryRow::new(visit.t("units-steps"), format!("{}/{}", unit.steps.count(), unit.steps.of())),
        SummaryRow::new(visit.t("units-tests"), format!("{}/{}", unit.tests.count(), unit.tests.of())),
        SummaryRow::new(
            visit.t("units-record"),
            visit.t(if unit.record_signed { "units-record-signed" } else { "units-record-unsigned" }),
        ),
        SummaryRow::new(visit.t("units-family"), family),
        SummaryRow::new(visit.t("units-registered"), moment(visit, unit.registered_at)),
        SummaryRow::new(visit.t("units-rooted"), rooted),
    ]
}
