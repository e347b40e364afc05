//! The months of the books: the next one with what stands in its way, closing it for good, and those that are closed.

use super::at;
use super::words::money;
use crate::desk::{crumbs, may, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Column, Dialog, EmptyState, Form, HiddenField, Illustration, Page, Row, Table, Task, TaskList,
    TaskState, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ledger::Month;
use leptos::prelude::*;
use services::ledger::views::{self, Standing};

const NEWS: &[(&str, &str)] = &[("closed", "books-done-closed")];

/// The page.
#[component]
pub fn Months() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let standing = views::month_standing(&visit.services, &visit.context).await?;
    Ok(view! {
        <Page title=visit.t("books-months-title") lead=visit.t("books-months-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::FUNDS, "books-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {next(visit, &standing)}
            <section class="section">
                <h2>{visit.t("books-months-closed")}</h2>
                {closed(visit, &standing)}
            </section>
        </Page>
    }
    .into_any())
}

fn next(visit: &Visit, standing: &Standing) -> Option<impl IntoView + use<>> {
    let month = standing.next?;
    let task = |n: u32, key: &str, path: &str| Task {
        label: visit.t_args(key, &[("n", n.into())]),
        href: (n > 0).then(|| visit.href(path).into()),
        state: if n > 0 { TaskState::ToDo } else { TaskState::Done },
    };
    let over = Task {
        label: visit.t_args("books-month-over", &[("last", month.last().to_string().into())]),
        href: None,
        state: if standing.over { TaskState::Done } else { TaskState::Waiting },
    };
    let tasks = vec![
        over,
        task(standing.in_doubt, "books-month-doubt", at::PAYMENTS),
        task(standing.unanswered, "books-month-unanswered", at::PAYMENTS),
        task(standing.rows, "books-month-rows", at::STATEMENTS),
    ];
    let close = match (standing.over, may(visit, Capability::CloseBooks)) {
        (true, true) => close(visit, standing, month).into_any(),
        (true, false) => view! { <p class="muted">{visit.t("books-month-who")}</p> }.into_any(),
        (false, _) => view! { <p class="muted">{visit.t("books-month-not-over")}</p> }.into_any(),
    };
    Some(view! {
        <section class="section">
            <h2>{visit.t_args("books-month-next", &[("month", month.to_string().into())])}</h2>
            <TaskList tasks=tasks/>
            {close}
        </section>
    })
}

fn close(visit: &Visit, standing: &Standing, month: Month) -> impl IntoView + use<> {
    let open =
        (!standing.is_clear()).then(|| view! { <Banner tone=Tone::Warning>{visit.t("books-month-open")}</Banner> });
    let title = visit.t_args("books-month-close-title", &[("month", month.to_string().into())]);
    view! {
        <Dialog label=visit.t("books-month-close") title=title>
            {open}
            <p>{visit.t("books-month-close-text")}</p>
            <Form action=visit.href(&format!("{}/close", at::MONTHS))>
                <HiddenField name="month" value=month.to_string()/>
                <p class="actions"><Button variant=Variant::Danger>{visit.t("books-month-close")}</Button></p>
            </Form>
        </Dialog>
    }
}

fn closed(visit: &Visit, standing: &Standing) -> AnyView {
    if standing.closed.is_empty() {
        return view! { <EmptyState of=Illustration::Flame title=visit.t("books-months-none")/> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("books-month")),
        Column::number(visit.t("books-received")),
        Column::number(visit.t("books-paid")),
        Column::number(visit.t("books-committed")),
        Column::number(visit.t("books-entries")),
    ];
    let rows = standing.closed.iter().map(|(month, [received, paid, committed], entries)| {
        Row::new()
            .cell(month.to_string())
            .cell(money(*received))
            .cell(money(*paid))
            .cell(money(*committed))
            .cell(entries.to_string())
    });
    let rows = rows.collect();
    view! {
        <div class="books-table"><Table caption=visit.t("books-months-closed") caption_hidden=true columns=columns rows=rows/></div>
        <p class="muted small">{visit.t("books-months-note")}</p>
    }
    .into_any()
}
