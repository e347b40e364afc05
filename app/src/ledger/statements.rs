//! What the bank said: handing in a statement, each with its rows, and the rows that somebody has to look at.

use super::at;
use super::words::{answer_text, is_own, money, outcome_tag, person_text, short};
use crate::desk::{count, crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Column, EmptyState, FileField, Form, HiddenField, Illustration, LinkButton, Page, Row, Table,
    TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::StatementId;
use leptos::prelude::*;
use services::ledger::Outcome;
use services::ledger::views::{self, BankRow, StatementLine};

const NEWS: &[(&str, &str)] =
    &[("again", "books-done-again"), ("read", "books-done-read"), ("explained", "books-done-explained")];

/// Every statement, and what nothing explains.
#[component]
pub fn Statements() -> impl IntoView {
    read_first(all(visit()))
}

async fn all(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (statements, open) = views::statements(&visit.services, &visit.context).await?;
    let hand_in = may(visit, Capability::KeepBooks).then(|| hand_in(visit));
    Ok(view! {
        <Page title=visit.t("books-statements-title") lead=visit.t("books-statements-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::FUNDS, "books-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {faults(visit)}
            {explain(visit, &open)}
            <section class="section books-table">
                <h2>{visit.t("books-rows-open")}</h2>
                <p class="muted">{visit.t("books-rows-open-text")}</p>
                {rows(visit, &open, true)}
            </section>
            {hand_in}
            <section class="section books-table">
                <h2>{visit.t("books-statements-read")}</h2>
                {list(visit, &statements)}
            </section>
        </Page>
    }
    .into_any())
}

fn hand_in(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <section class="section no-print">
            <h2>{visit.t("books-statement-hand-in")}</h2>
            <Form action=visit.href(at::STATEMENTS) files=true>
                <FileField name="file" label=visit.t("books-statement-file") hint=visit.t("books-statement-file-hint") accept=".csv"/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("books-statement-hand-in")}</Button></p>
            </Form>
        </section>
    }
}

/// The rows of a file that cannot be read, as our own call says them: nothing of it was done.
fn faults(visit: &Visit) -> Option<impl IntoView + use<>> {
    let all = visit.form.value("refused_rows")?;
    let items = all.lines().map(|line| view! { <li>{line.to_owned()}</li> }).collect_view();
    Some(view! {
        <Banner tone=Tone::Danger title=visit.t("books-rows-refused") alert=true><ul>{items}</ul></Banner>
    })
}

fn list(visit: &Visit, statements: &[StatementLine]) -> AnyView {
    if statements.is_empty() {
        return view! { <EmptyState of=Illustration::Flame title=visit.t("books-statements-none")/> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("books-statement-at")),
        Column::new(visit.t("books-statement-by")),
        Column::number(visit.t("books-statement-rows")),
        Column::number(visit.t("books-statement-open")),
    ];
    let rows = statements.iter().map(|one| {
        let href = visit.href(&format!("{}/{}", at::STATEMENTS, one.id));
        Row::new()
            .cell(view! { <a href=href>{moment(visit, one.at)}</a> })
            .cell(person_text(visit, &one.by))
            .cell(one.rows.to_string())
            .cell(one.open.to_string())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("books-statements-read") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

/// The form that explains the row the address names.
fn explain(visit: &Visit, open: &[BankRow]) -> Option<impl IntoView + use<>> {
    let reference = visit.form.value("reference").or_else(|| visit.query.get("row"))?;
    let row = open.iter().find(|row| row.reference == reference)?;
    if !may(visit, Capability::KeepBooks) || is_own(visit, &row.read_by) {
        return None;
    }
    let title = visit.t_args("books-explain-title", &[("reference", row.reference.clone().into())]);
    Some(view! {
        <section class="staff-panel stack no-print" id="explain">
            <h2>{title}</h2>
            <p>{visit.t("books-explain-text")}</p>
            <Form action=visit.href(&format!("{}/explain", at::STATEMENTS))>
                <HiddenField name="reference" value=row.reference.clone()/>
                <TextField name="reason" label=visit.t("books-reason") hint=visit.t("books-explain-hint")/>
                <p class="actions">
                    <Button>{visit.t("books-explain")}</Button>
                    <LinkButton href=visit.href(at::STATEMENTS) variant=Variant::Quiet>{visit.t("books-back")}</LinkButton>
                </p>
            </Form>
        </section>
    })
}

fn rows(visit: &Visit, rows: &[BankRow], open: bool) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="muted">{visit.t("books-rows-none")}</p> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("books-reference")),
        Column::new(visit.t("books-day")),
        Column::new(visit.t("books-answer")),
        Column::number(visit.t("books-amount")),
        Column::new(visit.t("books-award")),
        Column::new(visit.t("books-outcome")),
        Column::new(visit.t("books-next")),
    ];
    let rows = rows.iter().map(|row| {
        let award = row.award.map(|award| {
            let href = visit.href(&format!("{}/{award}", at::AWARDS));
            view! { <a class="staff-reference" href=href>{short(award.0)}</a> }
        });
        Row::new()
            .cell(view! { <code class="code">{row.reference.clone()}</code> })
            .cell(row.day.to_string())
            .cell(answer_text(visit, row.answer))
            .cell(money(row.amount))
            .cell(award)
            .cell(outcome_tag(visit, row.outcome))
            .cell(next(visit, row, open))
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("books-rows") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

/// The way to explain a row, and who may not.
fn next(visit: &Visit, row: &BankRow, open: bool) -> AnyView {
    if matches!(row.outcome, Outcome::Matched | Outcome::Known) || !may(visit, Capability::KeepBooks) {
        return ().into_any();
    }
    if is_own(visit, &row.read_by) {
        return view! { <span class="muted small">{visit.t("books-explain-other")}</span> }.into_any();
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("row", &row.reference).finish();
    let href = format!("{}?{query}#explain", visit.href(at::STATEMENTS));
    let named = row.reference.clone();
    open.then(|| view! { <a href=href>{visit.t("books-explain")}<span class="hidden">" "{named}</span></a> }).into_any()
}

/// One statement, row by row.
#[component]
pub fn StatementPage() -> impl IntoView {
    read_first(one(visit(), super::named("id")))
}

async fn one(visit: Visit, id: Option<StatementId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (statement, all) = views::statement(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let by = person_text(visit, &statement.by);
    let lead = format!("{}{}{by}", moment(visit, statement.at), visit.t("list-separator"));
    let of = |outcome: Outcome| {
        let n = all.iter().filter(|row| row.outcome == outcome).count();
        let n = u32::try_from(n).unwrap_or(u32::MAX);
        (n > 0).then(|| view! { <li>{outcome_tag(visit, outcome)}" "{count(visit, "books-rows-n", n)}</li> })
    };
    let counts = Outcome::ALL.map(of).collect_view();
    Ok(view! {
        <Page title=visit.t("books-statement-title") lead=lead width=Width::Wide crumbs=crumbs(visit, &[(at::FUNDS, "books-title"), (at::STATEMENTS, "books-statements-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <ul class="books-counts">{counts}</ul>
            <div class="books-table">{rows(visit, &all, true)}</div>
        </Page>
    }
    .into_any())
}
