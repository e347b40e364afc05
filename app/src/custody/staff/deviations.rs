//! What is open: deviations of all units, the oldest first, by their age in business days.

use super::words::{deviation_text, state_tag};
use super::{at, unit_page};
use crate::desk::{count, crumbs, moment, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, Column, EmptyState, Form, Illustration, Page, Pagination, Row, Select, Table, Tag, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::custody::DeviationKind;
use leptos::prelude::*;
use services::custody::search::{self, OpenDeviation};
use services::keyset::After;

/// From so many business days on an age is told apart by colour and word.
const LONG: u32 = 10;

/// The page.
#[component]
pub fn Deviations() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let kind = visit.query.get("kind").and_then(DeviationKind::from_name);
    let after = visit.query.get("after").and_then(After::parse);
    let listed = search::deviations(&visit.services, &visit.context, kind, after).await?;
    let content = if listed.rows.is_empty() {
        view! {
            <EmptyState of=Illustration::Tank title=visit.t("units-deviations-none")><p>{visit.t("units-deviations-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        table(visit, &listed.rows).into_any()
    };
    let next = listed.next.map(|after| {
        let kind = kind.map(|kind| format!("kind={}&", kind.name())).unwrap_or_default();
        Text::from(format!("{}?{kind}after={}", visit.here(), after.text()))
    });
    Ok(view! {
        <Page title=visit.t("units-deviations-title") lead=visit.t("units-deviations-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::UNITS, "units-title")])>
            {rooms(visit)}
            {filter(visit, kind)}
            {content}
            <Pagination next=next/>
        </Page>
    }
    .into_any())
}

fn filter(visit: &Visit, kind: Option<DeviationKind>) -> impl IntoView + use<> {
    let kinds = DeviationKind::ALL.into_iter().map(|kind| Choice::new(kind.name(), deviation_text(visit, kind)));
    let kinds = std::iter::once(Choice::new("", visit.t("units-any"))).chain(kinds).collect();
    let value = kind.map_or("", DeviationKind::name);
    view! {
        <Form get=true inline=true action=visit.href(at::DEVIATIONS)>
            <Select name="kind" label=visit.t("units-deviation-kind") choices=kinds value=value optional=true/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button></p>
        </Form>
    }
}

fn table(visit: &Visit, all: &[OpenDeviation]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("units-number")),
        Column::new(visit.t("units-deviation-kind")),
        Column::new(visit.t("units-state")),
        Column::new(visit.t("units-deviation-opened")),
        Column::number(visit.t("units-deviation-age")),
    ];
    let rows = all.iter().map(|deviation| {
        let href = format!("{}#deviations", visit.href(&unit_page(deviation.unit)));
        let tone = if deviation.days >= LONG { Tone::Danger } else { Tone::Plain };
        let caused =
            deviation.caused.then(|| view! { <span class="muted small">{visit.t("units-deviation-caused")}</span> });
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{deviation.masked.clone()}</a> })
            .cell(view! { <span>{deviation_text(visit, deviation.kind)}" "{caused}</span> })
            .cell(state_tag(visit, deviation.state))
            .cell(moment(visit, deviation.opened_at))
            .cell(view! { <Tag tone=tone>{count(visit, "cases-days", deviation.days)}</Tag> })
    });
    let rows = rows.collect();
    view! {
        <Table caption=visit.t("units-deviations-title") caption_hidden=true columns=columns rows=rows/>
        <p class="muted small">{visit.t("units-deviations-note")}</p>
    }
}
