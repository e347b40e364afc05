//! The chain: every event in the order it came, with both clocks, its source, what is strange about it, and its hash.

use super::super::unit_page;
use super::said::lines;
use crate::desk::{count, moment};
use crate::form::Tone;
use crate::ui::{Column, LinkButton, Row, Table, Tag, Variant};
use crate::visit::Visit;
use domain::custody::Progress;
use domain::merkle::hex;
use domain::time::local;
use leptos::prelude::*;
use services::custody::desk::{Mark, Opened};
use services::custody::{EventView, Happened};

/// What happened, as a word; of a later release none.
fn kind_text(visit: &Visit, kind: &Happened) -> crate::i18n::Text {
    match kind.known() {
        Some(kind) => visit.t(&format!("units-kind-{}", kind.name())),
        None => visit.t("units-event-newer"),
    }
}

/// The name of a step or a test of the unit's lists, by its code.
fn name_of(visit: &Visit, lists: [&Progress; 3], code: &str) -> String {
    let item = lists.into_iter().find_map(|list| list.catalogue.item(code));
    item.map_or_else(|| code.to_owned(), |item| item.name(visit.locale()).to_owned())
}

/// To the second: two events of one minute have an order.
fn instant(visit: &Visit, at: jiff::Timestamp) -> String {
    format!("{}:{:02}", moment(visit, at), local(at).second())
}

/// The section.
pub(super) fn section(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let columns = vec![
        Column::number(visit.t("units-event-number")),
        Column::new(visit.t("units-event-what")),
        Column::new(visit.t("units-event-occurred")),
        Column::new(visit.t("units-event-received")),
        Column::new(visit.t("units-event-source")),
        Column::new(visit.t("units-event-hash")),
    ];
    let rows = opened.unit.events.iter().map(|event| row(visit, opened, event)).collect();
    let [file, paper] =
        ["json", "pdf"].map(|ending| visit.href(&format!("{}/passport.{ending}", unit_page(opened.unit.id))));
    let [as_file, on_paper] = ["JSON", "PDF"].map(|form| format!("{} ({form})", visit.t("proof-file")));
    let all = count(visit, "units-chain-all", u32::try_from(opened.unit.events.len()).unwrap_or(u32::MAX));
    view! {
        <section class="section" id="chain">
            <h2>{visit.t("units-chain")}</h2>
            <p class="muted">{visit.t("units-chain-lead")}</p>
            <details class="units-section units-chain">
                <summary>{all}</summary>
                <Table caption=visit.t("units-chain") caption_hidden=true columns=columns rows=rows/>
            </details>
            <p class="actions no-print">
                <LinkButton href=file variant=Variant::Secondary download=true>{as_file}</LinkButton>
                <LinkButton href=paper variant=Variant::Secondary download=true>{on_paper}</LinkButton>
            </p>
        </section>
    }
}

fn row(visit: &Visit, opened: &Opened, event: &EventView) -> Row {
    let unit = &opened.unit;
    let said = match &event.payload {
        Some(payload) => lines(visit, payload, |code| name_of(visit, [&unit.steps, &unit.tests, &unit.release], code)),
        None if event.newer && !event.illegible => vec![visit.t("units-event-newer-text").to_string()],
        None => vec![visit.t("units-event-sealed").to_string()],
    };
    let said = said.into_iter().map(|line| view! { <br/><span class="small">{line}</span> }).collect_view();
    let marks = opened.marks.get(&event.seq).into_iter().flatten().map(|mark| {
        let tone = if matches!(mark, Mark::Broken | Mark::Illegible) { Tone::Danger } else { Tone::Warning };
        let text = visit.t(&format!("units-mark-{}", mark.name()));
        view! { " "<Tag tone=tone>{text}</Tag> }
    });
    let marks = marks.collect_view();
    let who = event.actor_id.and_then(|id| opened.people.get(&id)).filter(|name| !name.is_empty()).cloned();
    let who = who.map(|name| view! { <br/><span class="small">{name}</span> });
    let number = event.source_seq.map(|n| view! { <span class="muted small">" #"{n.to_string()}</span> });
    let (hash, digest) = (hex(&event.hash), hex(&event.digest));
    let short = hash[..12].to_owned();
    Row::new()
        .cell(event.seq.to_string())
        .cell(view! { <div><strong>{kind_text(visit, &event.kind)}</strong>{marks}{said}</div> })
        .cell(instant(visit, event.occurred_at))
        .cell(instant(visit, event.received_at))
        .cell(view! { <div><code class="code">{event.source.clone()}</code>{number}{who}</div> })
        .cell(view! {
            <details class="units-hash">
                <summary><code class="code small">{short}</code></summary>
                <p class="code proof-hash">{hash}<br/>{digest}</p>
            </details>
        })
}
