//! Tables that turn into cards on a telephone: every cell carries its column's name.

use crate::i18n::Text;
use leptos::prelude::*;

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    label: Text,
    number: bool,
}

impl Column {
    /// A column of words.
    pub fn new(label: impl Into<Text>) -> Self {
        Self { label: label.into(), number: false }
    }

    /// A column of numbers, set to the right.
    pub fn number(label: impl Into<Text>) -> Self {
        Self { label: label.into(), number: true }
    }
}

/// A row: its first cell is its heading.
#[derive(Default)]
pub struct Row {
    cells: Vec<AnyView>,
    muted: bool,
}

impl Row {
    /// An empty row; add its cells in the order of the columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more cell.
    #[must_use]
    pub fn cell(mut self, content: impl IntoView + 'static) -> Self {
        self.cells.push(content.into_any());
        self
    }

    /// Over, cancelled: shown paler.
    #[must_use]
    pub fn muted(mut self, muted: bool) -> Self {
        self.muted = muted;
        self
    }
}

/// A table. The roles are spelled out because a table whose cells are laid out as cards loses them in some browsers.
#[component]
pub fn Table(
    /// What it shows.
    #[prop(into)]
    caption: Text,
    /// The caption is for screen readers only, since a heading above says it.
    #[prop(optional)]
    caption_hidden: bool,
    /// The columns.
    columns: Vec<Column>,
    /// The rows.
    rows: Vec<Row>,
) -> impl IntoView {
    let class = |number: bool| number.then_some("number");
    let head = columns.iter().map(|column| {
        view! { <th role="columnheader" scope="col" class=class(column.number)>{column.label.clone()}</th> }
    });
    let head = head.collect_view();
    let body = rows.into_iter().map(|row| {
        let cells = row.cells.into_iter().zip(&columns).enumerate().map(|(i, (cell, column))| {
            let (label, class) = (column.label.clone(), class(column.number));
            if i == 0 {
                view! { <th role="rowheader" scope="row" class=class data-label=label>{cell}</th> }.into_any()
            } else {
                view! { <td role="cell" class=class data-label=label><div>{cell}</div></td> }.into_any()
            }
        });
        let cells = cells.collect_view();
        view! { <tr role="row" class=row.muted.then_some("muted")>{cells}</tr> }
    });
    let body = body.collect_view();
    view! {
        <table class="table" role="table">
            <caption class=caption_hidden.then_some("hidden")>{caption}</caption>
            <thead role="rowgroup"><tr role="row">{head}</tr></thead>
            <tbody role="rowgroup">{body}</tbody>
        </table>
    }
}
