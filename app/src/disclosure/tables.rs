//! The tables of a report as people read them: a chart where it helps, and the numbers below it.

use crate::i18n::{Text, grouped};
use crate::ui::{BarList, Column, Row, Table, Width};
use crate::visit::Visit;
use domain::disclosure::{self as report, Change, Definition, Label, Report, Section, Sum, Wan};
use domain::ledger::Fen;
use leptos::prelude::*;

/// How wide a page with these tables runs.
pub(super) const WIDTH: Width = Width::Wide;

/// A section with its chart and table.
pub(super) fn section(visit: &Visit, table: &report::Table) -> impl IntoView + use<> {
    let locale = visit.locale();
    let summed = table.rows.last().is_some_and(|row| matches!(row.label, Label::Total | Label::Balance));
    view! {
        <section class="section table-short" class:table-summed=summed>
            <h2>{Text::from(table.section.text(locale))}</h2>
            {chart(visit, table)}
            {rows(visit, table)}
        </section>
    }
}

/// Families of each row, drawn. The last row is the sum of the others.
fn chart(visit: &Visit, table: &report::Table) -> Option<impl IntoView + use<>> {
    let locale = visit.locale();
    let bars: Vec<(Text, Option<u64>, String)> = table
        .rows
        .iter()
        .filter(|row| row.label != Label::Total)
        .filter_map(|row| {
            let families = row.families?;
            Some((Text::from(row.label.text(locale)), Some(families), grouped(families)))
        })
        .collect();
    // The heading above says what of; what the bars count stands in the table below in the same words.
    let title = visit.t("disclosure-families");
    (bars.len() > 1).then(|| view! { <BarList title=title unit=Text::default() bars=bars/> })
}

fn rows(visit: &Visit, table: &report::Table) -> impl IntoView + use<> {
    let locale = visit.locale();
    let has_families = table.rows.iter().any(|row| row.families.is_some());
    let mut columns = vec![Column::new(visit.t("disclosure-item"))];
    if has_families {
        columns.push(Column::number(visit.t("disclosure-families")));
    }
    // What came in is no aid.
    let amount = if table.section == Section::Fund { "disclosure-fund-amount" } else { "disclosure-amount" };
    columns.push(Column::number(visit.t(amount)));
    let rows = table.rows.iter().map(|row| {
        let line = Row::new().cell(row.label.text(locale));
        let line = if has_families { line.cell(row.families.map(grouped).unwrap_or_default()) } else { line };
        line.cell(row.amount.text(locale))
    });
    let rows = rows.collect();
    view! { <Table caption=table.section.text(locale) caption_hidden=true columns=columns rows=rows/> }
}

/// What has to be known to read the numbers.
pub(super) fn meaning(visit: &Visit, definitions: &[Definition]) -> impl IntoView + use<> {
    let locale = visit.locale();
    let each = definitions.iter().map(|definition| view! { <li>{definition.text(locale)}</li> });
    let each = each.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("disclosure-meaning")}</h2>
            <ul class="prose-list">{each}</ul>
        </section>
    }
}

/// Old and new numbers, rounded as the public reads them.
pub(super) fn changes(visit: &Visit, caption: Text, changes: &[Change]) -> impl IntoView + use<> {
    let locale = visit.locale();
    compared(visit, caption, changes, &|amount| Wan::nearest(amount).text(locale))
}

/// Old and new numbers, each amount in the words given.
pub(super) fn compared(
    visit: &Visit,
    caption: Text,
    changes: &[Change],
    words: &dyn Fn(Fen) -> String,
) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("disclosure-item")),
        Column::number(visit.t("disclosure-old")),
        Column::number(visit.t("disclosure-new")),
    ];
    let sum = |sum: Sum| {
        let amount = words(sum.amount);
        if sum.families == 0 {
            return amount;
        }
        let args = [("families", grouped(sum.families).into()), ("amount", amount.into())];
        visit.t_args("disclosure-sum", &args).to_string()
    };
    let rows = changes
        .iter()
        .map(|change| Row::new().cell(change.figure.text(visit.locale())).cell(sum(change.old)).cell(sum(change.new)));
    let rows = rows.collect();
    view! { <Table caption=caption caption_hidden=true columns=columns rows=rows/> }
}

/// What a report puts right, with the reason.
pub(super) fn corrections(visit: &Visit, of: &Report) -> Option<impl IntoView + use<>> {
    let (reason, all) = of.corrections.as_ref()?;
    let title = Text::from(Section::Corrections.text(visit.locale()));
    let reason = visit.t_args("disclosure-reason", &[("reason", reason.as_str().into())]);
    Some(view! {
        <section class="section">
            <h2>{title.clone()}</h2>
            <p>{reason}</p>
            {changes(visit, title, all)}
        </section>
    })
}
