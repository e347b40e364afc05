//! The pages: all schedules, a new one, one of them with what was sent, and the file a mail leads to.

use super::at;
use super::form::fields;
use super::words::{
    days_text, due_text, format_text, names, next_text, rhythm_text, span_text, standing_tag, subject_text, title,
    told_text, what_text,
};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Column, Crumb, Dialog, EmptyState, Form, Glyph, HiddenField, Illustration, LinkButton, Page, Row,
    SummaryList, SummaryRow, Table, Variant, Width,
};
use crate::visit::{Visit, param, visit};
use domain::account::{Capability, Denied};
use domain::ids::{ExportRunId, ExportScheduleId};
use domain::time::days_between;
use leptos::prelude::*;
use services::exports::{self, Opened, Run, Schedule, Standing};

const NUMBERS: (&str, &str) = ("/staff/numbers", "numbers-museum-title");

const NEWS: &[(&str, &str)] = &[
    ("made", "exports-done-made"),
    ("changed", "exports-done-changed"),
    ("paused", "exports-done-paused"),
    ("resumed", "exports-done-resumed"),
    ("ended", "exports-done-ended"),
    ("sent", "exports-done-sent"),
];

/// Every schedule.
#[component]
pub fn Exports() -> impl IntoView {
    read_first(all(visit()))
}

async fn all(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let schedules = exports::list(&visit.services, &visit.context).await?;
    let list = if schedules.is_empty() {
        view! {
            <EmptyState of=Illustration::Tank title=visit.t("exports-none")><p>{visit.t("exports-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        table(visit, &schedules).into_any()
    };
    let new = may(visit, Capability::ExportBookings).then(|| {
        view! { <LinkButton href=visit.href(at::NEW) glyph=Glyph::Calendar>{visit.t("exports-new")}</LinkButton> }
    });
    Ok(view! {
        <Page title=visit.t("exports-title") lead=visit.t("exports-lead") width=Width::Wide crumbs=crumbs(visit, &[NUMBERS])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <p class="actions">
                {new}
                <LinkButton href=visit.href(at::MAIL) variant=Variant::Quiet>{visit.t("exports-own-mail")}</LinkButton>
            </p>
            {list}
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, schedules: &[Schedule]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("exports-what")),
        Column::new(visit.t("exports-when")),
        Column::new(visit.t("exports-state")),
        Column::new(visit.t("exports-next")),
        Column::new(visit.t("exports-recipients")),
    ];
    let rows = schedules.iter().map(|schedule| {
        let href = visit.href(&format!("{}/{}", at::ALL, schedule.id));
        let span = span_text(visit, schedule.span);
        Row::new()
            .cell(view! { <div><a href=href>{title(visit, schedule)}</a><br/><span class="muted small">{span}</span></div> })
            .cell(rhythm_text(visit, schedule))
            .cell(standing_tag(visit, schedule.standing))
            .cell(next_text(visit, schedule.standing))
            .cell(names(visit, &schedule.recipients))
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("exports-title") caption_hidden=true columns=columns rows=rows/> }
}

/// A new schedule.
#[component]
pub fn ExportNew() -> impl IntoView {
    read_first(new(visit()))
}

async fn new(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let people = exports::candidates(&visit.services, &visit.context).await?;
    let key = visit.context.new_id::<ExportScheduleId>().to_string();
    Ok(view! {
        <Page title=visit.t("exports-new") lead=visit.t("exports-new-lead") crumbs=crumbs(visit, &[NUMBERS, (at::ALL, "exports-title")])>
            <Form>
                <HiddenField name="key" value=key/>
                {fields(visit, people, None)}
                <Button>{visit.t("exports-create")}</Button>
            </Form>
        </Page>
    }
    .into_any())
}

fn of_address<T: std::str::FromStr>(name: &str) -> Option<T> {
    param(name).and_then(|id| id.parse().ok())
}

/// What a schedule says.
#[component]
pub fn ExportEdit() -> impl IntoView {
    read_first(edit(visit(), of_address("id")))
}

async fn edit(visit: Visit, id: Option<ExportScheduleId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let schedule = exports::schedule(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    if schedule.standing == Standing::Ended {
        return Err(Problem::NotFound);
    }
    let people = exports::candidates(&visit.services, &visit.context).await?;
    let mut crumbs = crumbs(visit, &[NUMBERS, (at::ALL, "exports-title")]);
    crumbs.push(Crumb::new(visit.href(&format!("{}/{}", at::ALL, schedule.id)), title(visit, &schedule)));
    let version = schedule.version.to_string();
    Ok(view! {
        <Page title=visit.t("exports-edit") lead=visit.t("exports-edit-lead") crumbs=crumbs>
            <Form>
                <HiddenField name="version" value=version/>
                {fields(visit, people, Some(&schedule))}
                <Button>{visit.t("staff-save")}</Button>
            </Form>
        </Page>
    }
    .into_any())
}

/// One schedule, and what was sent.
#[component]
pub fn ExportPage() -> impl IntoView {
    read_first(one(visit(), of_address("id")))
}

async fn one(visit: Visit, id: Option<ExportScheduleId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let schedule = exports::schedule(&visit.services, &visit.context, id).await?;
    let runs = exports::runs(&visit.services, &visit.context, id).await?;
    let ownerless = (schedule.standing == Standing::Ownerless).then(|| {
        view! { <Banner tone=Tone::Danger>{visit.t("exports-ownerless-text")}</Banner> }
    });
    let ended = schedule.standing == Standing::Ended;
    Ok(view! {
        <Page title=title(visit, &schedule) width=Width::Wide crumbs=crumbs(visit, &[NUMBERS, (at::ALL, "exports-title")])>
            {news(visit, NEWS)}
            {ownerless}
            <SummaryList rows=summary(visit, &schedule)/>
            {(!ended).then(|| acts(visit, &schedule))}
            <section class="section">
                <h2>{visit.t("exports-runs")}</h2>
                {sent(visit, &schedule, &runs)}
            </section>
            {(!ended).then(|| ending(visit, &schedule))}
        </Page>
    }
    .into_any())
}

fn summary(visit: &Visit, schedule: &Schedule) -> Vec<SummaryRow> {
    let mut rows = vec![
        SummaryRow::new(visit.t("exports-state"), standing_tag(visit, schedule.standing)),
        SummaryRow::new(visit.t("exports-when"), rhythm_text(visit, schedule)),
        SummaryRow::new(visit.t("exports-next"), next_text(visit, schedule.standing)),
        SummaryRow::new(visit.t("exports-span"), span_text(visit, schedule.span)),
        SummaryRow::new(visit.t("exports-format"), format_text(visit, schedule.format)),
        SummaryRow::new(visit.t("exports-recipients"), names(visit, &schedule.recipients)),
        SummaryRow::new(visit.t("exports-owner"), schedule.owner.name.clone()),
    ];
    if let Some(reason) = &schedule.reason {
        rows.push(SummaryRow::new(visit.t("exports-reason"), reason.clone()));
    }
    rows
}

fn acts(visit: &Visit, schedule: &Schedule) -> impl IntoView + use<> {
    let to = |verb: &str| visit.href(&format!("{}/{}/{verb}", at::ALL, schedule.id));
    let key = visit.context.new_id::<ExportRunId>().to_string();
    // Where nobody vouches for it, nothing is told: it is resumed first.
    let send = (schedule.standing != Standing::Ownerless).then(|| {
        view! {
            <Form action=to("send") inline=true>
                <HiddenField name="key" value=key/>
                <Button variant=Variant::Secondary>{visit.t("exports-send")}</Button>
            </Form>
        }
    });
    let rest = if matches!(schedule.standing, Standing::Active(_)) {
        view! { <Form action=to("pause") inline=true><Button variant=Variant::Quiet>{visit.t("exports-pause")}</Button></Form> }
            .into_any()
    } else {
        view! { <Form action=to("resume") inline=true><Button>{visit.t("exports-resume")}</Button></Form> }.into_any()
    };
    view! {
        <div class="staff-actions">
            {send}
            {rest}
            <LinkButton href=to("edit") variant=Variant::Quiet>{visit.t("exports-edit")}</LinkButton>
        </div>
    }
}

fn sent(visit: &Visit, schedule: &Schedule, runs: &[Run]) -> AnyView {
    if runs.is_empty() {
        return view! { <p class="muted">{visit.t("exports-runs-none")}</p> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("exports-due")),
        Column::new(visit.t("exports-days")),
        Column::new(visit.t("exports-outcome")),
    ];
    let rows = runs.iter().map(|run| {
        let told = run.told.iter().map(|told| {
            view! { <div>{told.person.name.clone()}" · "{told_text(visit, told)}</div> }
        });
        let outcome = view! { <div>{told.collect_view()}{again(visit, schedule, run)}</div> };
        Row::new().cell(due_text(visit, run)).cell(days_text(visit, run)).cell(outcome)
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("exports-runs") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

/// The way to go on where the mail did not reach somebody, while there is something to fetch.
fn again(visit: &Visit, schedule: &Schedule, run: &Run) -> Option<impl IntoView + use<>> {
    let told = !matches!(schedule.standing, Standing::Ended | Standing::Ownerless);
    let missed = run.told.iter().any(exports::Told::was_missed);
    (told && missed && visit.context.now < run.open_until).then(|| {
        let action = visit.href(&format!("{}/{}/again", at::ALL, schedule.id));
        view! {
            <Form action=action inline=true>
                <HiddenField name="run" value=run.id.to_string()/>
                <Button variant=Variant::Quiet>{visit.t("exports-again")}</Button>
            </Form>
        }
    })
}

fn ending(visit: &Visit, schedule: &Schedule) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/{}/end", at::ALL, schedule.id));
    view! {
        <section class="section">
            <h2>{visit.t("exports-end-title")}</h2>
            <p class="muted">{visit.t("exports-end-text")}</p>
            <Dialog label=visit.t("exports-end") title=visit.t("exports-end-question")>
                <Form action=action><Button variant=Variant::Danger>{visit.t("exports-end")}</Button></Form>
            </Dialog>
        </section>
    }
}

/// The file a mail leads to.
#[component]
pub fn ExportFile() -> impl IntoView {
    read_first(file(visit(), of_address("run")))
}

async fn file(visit: Visit, run: Option<ExportRunId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let run = run.ok_or(Problem::NotFound)?;
    let opened = match exports::opened(&visit.services, &visit.context, run).await {
        Err(exports::ExportError::Over) => return Ok(over(visit)),
        opened => opened?,
    };
    Ok(view! {
        <Page title=visit.t("exports-file-title") lead=visit.t("exports-file-lead") crumbs=crumbs(visit, &[NUMBERS, (at::ALL, "exports-title")])>
            <SummaryList rows=file_rows(visit, &opened)/>
            {way(visit, &opened)}
        </Page>
    }
    .into_any())
}

fn over(visit: &Visit) -> AnyView {
    view! {
        <Page title=visit.t("exports-over-title") lead=visit.t("exports-over-lead") crumbs=crumbs(visit, &[NUMBERS])>
            <p class="actions"><LinkButton href=visit.href(NUMBERS.0) variant=Variant::Secondary>{visit.t(NUMBERS.1)}</LinkButton></p>
        </Page>
    }
    .into_any()
}

fn file_rows(visit: &Visit, opened: &Opened) -> Vec<SummaryRow> {
    let of = format!("{} · {}", subject_text(visit, opened.subject), what_text(visit, opened.what));
    let mut rows = vec![
        SummaryRow::new(visit.t("exports-what"), of),
        SummaryRow::new(
            visit.t("exports-days"),
            days_between(opened.period.first(), opened.period.last(), visit.locale()),
        ),
        SummaryRow::new(visit.t("exports-format"), format_text(visit, opened.format)),
        SummaryRow::new(visit.t("exports-open-until"), moment(visit, opened.open_until)),
    ];
    if let Some(reason) = &opened.reason {
        rows.push(SummaryRow::new(visit.t("exports-reason"), reason.clone()));
    }
    rows
}

/// The button, or the second factor before it.
fn way(visit: &Visit, opened: &Opened) -> AnyView {
    let here = format!("{}/{}", at::FILES, opened.run);
    match visit.context.require(opened.what.capability()) {
        Ok(()) => {
            let action = visit.href(&format!("{here}/fetch"));
            view! { <Form action=action><Button glyph=Glyph::Download>{visit.t("exports-fetch")}</Button></Form> }
                .into_any()
        }
        Err(Denied::StepUpNeeded) => {
            let href = format!("{}?next={}", visit.href(at::STEP_UP), visit.href(&here));
            view! {
                <p class="muted">{visit.t("exports-step-up-text")}</p>
                <p class="actions"><LinkButton href=href glyph=Glyph::Lock>{visit.t("exports-step-up")}</LinkButton></p>
            }
            .into_any()
        }
        Err(_) => view! { <Banner tone=Tone::Warning>{visit.t("exports-file-denied")}</Banner> }.into_any(),
    }
}
