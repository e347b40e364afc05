//! The desk: what waits for its second person, what can be frozen, what is owed, what was published. And a look at what would be
//! frozen, which keeps nothing.

use super::{at, day_of, files, report_path, tables, totals};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::{Text, grouped};
use crate::problem::Problem;
use crate::spark::words;
use crate::ui::{
    Banner, Button, Choice, Column, Dialog, EmptyState, Form, HiddenField, Illustration, LinkButton, Page, Row, Select,
    Table, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::disclosure::{Change, Quarter, ShownTables, Standing, Wan};
use domain::time::day_text;
use leptos::prelude::*;
use services::disclosure::{self, Desk, DisclosureError, OpeningSum, Whole};

const NEWS: &[(&str, &str)] = &[
    ("frozen", "disclosure-done-frozen"),
    ("published", "disclosure-done-published"),
    ("discarded", "disclosure-done-discarded"),
    ("corrected", "disclosure-done-corrected"),
];

/// The desk.
#[component]
pub fn DisclosureDesk() -> impl IntoView {
    read_first(page(visit()))
}

/// What would be frozen of the quarter of the address.
#[component]
pub fn LookAhead() -> impl IntoView {
    read_first(look(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let desk = disclosure::desk(&visit.services, &visit.context).await?;
    let sums = disclosure::openings(&visit.services, &visit.context).await?;
    let waits = desk.waits.as_ref().map(|whole| waiting(visit, whole));
    Ok(view! {
        <Page title=visit.t("disclosure-staff-title") lead=visit.t("disclosure-staff-lead") width=tables::WIDTH crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {waits}
            {due(visit, &desk)}
            {desk.waits.is_none().then(|| open(visit, &desk.open))}
            {published(visit, &desk)}
            {before(visit, &sums)}
        </Page>
    }
    .into_any())
}

/// What waits: its figures, what differs, and what the second person does.
fn waiting(visit: &Visit, whole: &Whole) -> impl IntoView + use<> {
    let kept = &whole.kept;
    let mine = visit.context.actor.account() == Some(kept.frozen_by);
    let of = kept.snapshot.quarter.text(visit.locale());
    let title = if kept.snapshot.corrects.is_some() { "disclosure-waits-correction" } else { "disclosure-waits" };
    let title = visit.t_args(title, &[("term", of.into())]);
    let when = visit.t_args("disclosure-frozen-at", &[("time", moment(visit, kept.frozen_at).into())]);
    let reason = kept.snapshot.corrects.as_ref().map(|why| {
        view! { <p>{visit.t_args("disclosure-reason", &[("reason", why.reason().to_owned().into())])}</p> }
    });
    let sections = whole.report.iter().flat_map(|report| &report.tables).map(|table| tables::section(visit, table));
    let sections = sections.collect_view();
    let publish = match (mine, may(visit, Capability::PublishDisclosure)) {
        (true, _) => view! { <Banner tone=Tone::Info>{visit.t("disclosure-mine")}</Banner> }.into_any(),
        (false, false) => view! { <p class="muted">{visit.t("disclosure-who-publishes")}</p> }.into_any(),
        (false, true) => {
            let action = visit.href(&format!("{}/{}/publish", at::DESK, kept.id));
            view! {
                <Dialog label=visit.t("disclosure-publish") title=visit.t("disclosure-publish-title") variant=Variant::Primary>
                    <p>{visit.t("disclosure-publish-text")}</p>
                    <Form action=action><p class="actions"><Button>{visit.t("disclosure-publish-now")}</Button></p></Form>
                </Dialog>
            }
            .into_any()
        }
    };
    let discard = visit.href(&format!("{}/{}/discard", at::DESK, kept.id));
    let came_back = visit.form.fault("reason").is_some();
    view! {
        <section class="section">
            <h2>{title}</h2>
            <p class="muted">{when}</p>
            {reason}
            <dl class="stats">{totals(visit, kept)}</dl>
            {publish}
            <Dialog label=visit.t("disclosure-discard") title=visit.t("disclosure-discard-title") open=came_back>
                <p>{visit.t("disclosure-discard-text")}</p>
                <Form action=discard>
                    <TextField name="reason" label=visit.t("disclosure-discard-reason") maxlength=200/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("disclosure-discard")}</Button></p>
                </Form>
            </Dialog>
            {differences(visit, &whole.changes)}
            <details class="question"><summary>{visit.t("disclosure-whole")}</summary>{sections}</details>
        </section>
    }
}

/// What differs from the last report.
fn differences(visit: &Visit, changes: &[Change]) -> impl IntoView + use<> {
    let title = visit.t("disclosure-differences");
    let list = if changes.is_empty() {
        view! { <p class="muted">{visit.t("disclosure-differences-none")}</p> }.into_any()
    } else {
        tables::changes(visit, title.clone(), changes).into_any()
    };
    view! { <h3>{title}</h3>{list} }
}

/// Reports that are owed.
fn due(visit: &Visit, desk: &Desk) -> Option<impl IntoView + use<>> {
    if desk.due.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("disclosure-report-of")),
        Column::new(visit.t("disclosure-due")),
        Column::new(visit.t("disclosure-standing")),
    ];
    let rows = desk.due.iter().map(|(term, day, standing)| {
        let standing = match standing {
            Standing::Running => visit.t("disclosure-running"),
            Standing::Open { left } => visit.t_args("disclosure-left", &[("n", (*left).into())]),
            Standing::Overdue { days } => visit.t_args("disclosure-overdue", &[("n", (*days).into())]),
            Standing::Published => visit.t("disclosure-is-published"),
        };
        Row::new().cell(term.text(visit.locale())).cell(day_text(*day, visit.locale())).cell(standing)
    });
    let rows = rows.collect();
    let title = visit.t("disclosure-owed");
    Some(view! {
        <section class="section">
            <h2>{title.clone()}</h2>
            <Table caption=title caption_hidden=true columns=columns rows=rows/>
            <p class="muted small">{visit.t("disclosure-owed-note")}</p>
        </section>
    })
}

/// The quarters that can be frozen.
fn open(visit: &Visit, quarters: &[Quarter]) -> impl IntoView + use<> {
    let title = visit.t("disclosure-freeze-title");
    let Some(first) = quarters.first() else {
        return view! { <section class="section"><h2>{title}</h2><p class="muted">{visit.t("disclosure-freeze-none")}</p></section> }
            .into_any();
    };
    let choices = || {
        let choice = |quarter: &Quarter| Choice::new(quarter.to_string(), quarter.text(visit.locale()));
        quarters.iter().map(choice).collect::<Vec<_>>()
    };
    view! {
        <section class="section">
            <h2>{title}</h2>
            <p>{visit.t("disclosure-freeze-text")}</p>
            <Form get=true inline=true action=visit.href(at::LOOK)>
                <Select name="quarter" label=visit.t("disclosure-quarter") choices=choices() value=first.to_string()/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("disclosure-look")}</Button></p>
            </Form>
        </section>
    }
    .into_any()
}

/// What was published, and the way to put the last one right.
fn published(visit: &Visit, desk: &Desk) -> impl IntoView + use<> {
    let title = visit.t("disclosure-reports");
    if desk.published.all().is_empty() {
        let none = view! { <EmptyState of=Illustration::Flame title=visit.t("disclosure-none")/> };
        return view! { <section class="section"><h2>{title}</h2>{none}</section> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("disclosure-report-of")),
        Column::number(visit.t("disclosure-families")),
        Column::number(visit.t("disclosure-amount")),
        Column::number(visit.t("disclosure-position")),
        Column::new(visit.t("disclosure-published-on")),
        Column::new(visit.t("disclosure-frozen-text")),
    ];
    let latest = desk.published.latest().map(|kept| kept.id);
    let rows = desk.published.standing().rev().map(|kept| {
        let total = ShownTables::of(&kept.snapshot.tables).total();
        let term = domain::disclosure::Term::Quarter(kept.snapshot.quarter);
        let href = visit.href(&report_path(term));
        let text = visit.href(&files::frozen_path(kept.digest));
        let short: String = kept.digest.to_string().chars().take(8).collect();
        Row::new()
            .cell(view! { <a href=href>{term.text(visit.locale())}</a> })
            .cell(grouped(total.families))
            .cell(total.amount.text(visit.locale()))
            .cell(kept.snapshot.position.to_string())
            .cell(day_of(visit, kept))
            .cell(view! { <a href=text download=true><code class="code">{short}</code></a> })
    });
    let rows = rows.collect();
    let correct = (latest.is_some() && desk.waits.is_none()).then(|| {
        view! { <p class="actions"><LinkButton href=visit.href(at::CORRECT) variant=Variant::Quiet>{visit.t("disclosure-correct")}</LinkButton></p> }
    });
    view! {
        <section class="section">
            <h2>{title.clone()}</h2>
            <Table caption=title caption_hidden=true columns=columns rows=rows/>
            {correct}
        </section>
    }
    .into_any()
}

/// What was paid before the books began, with its source.
fn before(visit: &Visit, sums: &[OpeningSum]) -> Option<impl IntoView + use<>> {
    if sums.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("disclosure-day")),
        Column::new(visit.t("disclosure-notice-group")),
        Column::number(visit.t("disclosure-families")),
        Column::number(visit.t("disclosure-amount")),
        Column::new(visit.t("disclosure-opening-source")),
        Column::new(visit.t("disclosure-standing")),
    ];
    let rows = sums.iter().map(|sum| {
        let group = sum.group.map_or_else(|| visit.t("disclosure-any-group"), |group| words::group(visit, group));
        let counted = if sum.counted { "disclosure-is-counted" } else { "disclosure-is-not-counted" };
        Row::new()
            .cell(day_text(sum.day, visit.locale()))
            .cell(group)
            .cell(grouped(u64::from(sum.families)))
            .cell(Wan::nearest(sum.amount).text(visit.locale()))
            .cell(sum.source.clone())
            .cell(visit.t(counted))
    });
    let rows = rows.collect();
    let title = visit.t("disclosure-openings");
    Some(view! {
        <section class="section">
            <h2>{title.clone()}</h2>
            <Table caption=title caption_hidden=true columns=columns rows=rows/>
            <p class="muted small">{visit.t("disclosure-openings-note")}</p>
        </section>
    })
}

async fn look(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let quarter: Quarter = visit.query.parsed("quarter").ok_or(Problem::NotFound)?;
    let title = visit.t_args("disclosure-look-title", &[("term", quarter.text(visit.locale()).into())]);
    let body = match disclosure::would_be(&visit.services, &visit.context, quarter).await {
        Ok((snapshot, changes, waits)) => {
            let total = snapshot.tables.total();
            let args = [
                ("families", grouped(total.families).into()),
                ("amount", Wan::nearest(total.amount).text(visit.locale()).into()),
                ("position", snapshot.position.to_string().into()),
            ];
            let said: Text = visit.t_args("disclosure-look-text", &args);
            let waits = visit.t_args("disclosure-look-waits", &[("n", grouped(waits as u64).into())]);
            view! {
                <p>{said}</p>
                <p class="muted">{waits}</p>
                <Form action=visit.href(&format!("{}/freeze", at::DESK))>
                    <HiddenField name="quarter" value=quarter.to_string()/>
                    <p class="actions">
                        <Button>{visit.t("disclosure-freeze")}</Button>
                        <LinkButton href=visit.href(at::DESK) variant=Variant::Quiet>{visit.t("disclosure-back")}</LinkButton>
                    </p>
                    <p class="muted small">{visit.t("disclosure-freeze-note")}</p>
                </Form>
                {differences(visit, &changes)}
            }
            .into_any()
        }
        Err(error @ DisclosureError::NotFrozen(_)) => {
            let why = super::calls::said(visit, &error).unwrap_or_default();
            view! { <Banner tone=Tone::Warning>{why}</Banner> }.into_any()
        }
        Err(error) => return Err(error.into()),
    };
    Ok(view! {
        <Page title=title width=tables::WIDTH crumbs=crumbs(visit, &[(at::DESK, "disclosure-staff-title")])>
            {rooms(visit)}
            {body}
        </Page>
    }
    .into_any())
}
