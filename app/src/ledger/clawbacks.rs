//! Money that is asked back: every demand, and one of them with what came, what is waived, and whose turn it is.

use super::words::{is_own, money, person_text, short};
use super::{at, crumbs, named};
use crate::desk::{may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Choice, Column, DateField, Dialog, EmptyState, Form, HiddenField, Illustration, Page, Row, Select,
    SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{ClawbackId, ClawbackPartId};
use domain::ledger::Fen;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::ledger::views::{self, ClawbackLine, ClawbackPage as Clawback, PartKind, PartLine};

const NEWS: &[(&str, &str)] = &[
    ("matched", "clawback-done-matched"),
    ("entered", "clawback-done-entered"),
    ("waived", "clawback-done-waived"),
    ("confirmed", "clawback-done-confirmed"),
    ("refused", "clawback-done-refused"),
];

/// Every demand.
#[component]
pub fn Clawbacks() -> impl IntoView {
    read_first(all(visit()))
}

async fn all(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let demands = views::clawbacks(&visit.services, &visit.context).await?;
    let list = if demands.is_empty() {
        view! {
            <EmptyState of=Illustration::Flame title=visit.t("clawback-none")><p>{visit.t("clawback-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        table(visit, &demands).into_any()
    };
    Ok(view! {
        <Page title=visit.t("clawback-title") lead=visit.t("clawback-lead") width=Width::Wide crumbs=crumbs(visit, (at::FUNDS, "books-title"), &[])>
            {rooms(visit)}
            {list}
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, demands: &[ClawbackLine]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("clawback-demand")),
        Column::new(visit.t("books-state")),
        Column::new(visit.t("clawback-due")),
        Column::number(visit.t("clawback-amount")),
        Column::number(visit.t("clawback-back")),
        Column::number(visit.t("clawback-waits")),
        Column::number(visit.t("clawback-left")),
    ];
    let rows = demands.iter().map(|one| {
        let href = visit.href(&format!("{}/{}", at::CLAWBACKS, one.id));
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{short(one.id.0)}</a> })
            .cell(standing(visit, one))
            .cell(day_text(one.due, visit.locale()))
            .cell(money(one.amount))
            .cell(money(one.done))
            .cell(money(one.waits))
            .cell(money(one.left))
            .muted(one.settled)
    });
    let rows = rows.collect();
    view! {
        <div class="books-table"><Table caption=visit.t("clawback-title") caption_hidden=true columns=columns rows=rows/></div>
        <p class="muted small">{visit.t("books-unit")}</p>
    }
}

fn standing(visit: &Visit, one: &ClawbackLine) -> impl IntoView + use<> {
    let late = one.due < local_day(visit.context.now);
    let (tone, key) = match (one.settled, one.left == Fen::ZERO && one.waits == Fen::ZERO) {
        (true, _) => (Tone::Success, "clawback-settled"),
        (false, true) => (Tone::Info, "clawback-whole"),
        (false, false) if late => (Tone::Danger, "clawback-late"),
        (false, false) => (Tone::Warning, "clawback-open"),
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }
}

/// One demand.
#[component]
pub fn ClawbackPage() -> impl IntoView {
    read_first(one(visit(), named("id")))
}

async fn one(visit: Visit, id: Option<ClawbackId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let page = views::clawback(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let title = visit.t_args("clawback-one", &[("n", short(page.line.id.0).into())]);
    let open = !page.line.settled && page.line.left > Fen::ZERO;
    let keeps = (open && may(visit, Capability::KeepBooks)).then(|| keep(visit, &page));
    let waive = (open && may(visit, Capability::OverseeCases)).then(|| waive(visit, &page));
    let whole = !page.line.settled && page.line.left == Fen::ZERO && page.line.waits == Fen::ZERO;
    let whole = whole.then(|| view! { <Banner tone=Tone::Info>{visit.t("clawback-whole-text")}</Banner> });
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, (at::CLAWBACKS, "clawback-title"), &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {whole}
            <SummaryList rows=facts(visit, &page.line)/>
            <section class="section books-table">
                <h2>{visit.t("clawback-parts")}</h2>
                {parts(visit, &page)}
            </section>
            {waiting(visit, &page)}
            {keeps}
            {waive}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, line: &ClawbackLine) -> Vec<SummaryRow> {
    let award = visit.href(&format!("{}/{}", at::AWARDS, line.award));
    let by = person_text(visit, &line.by);
    let asked = format!("{}{}{by}", moment(visit, line.at), visit.t("list-separator"));
    let mut rows = vec![
        SummaryRow::new(visit.t("books-state"), standing(visit, line)),
        SummaryRow::new(visit.t("clawback-amount"), money(line.amount)),
        SummaryRow::new(visit.t("clawback-due"), day_text(line.due, visit.locale())),
        SummaryRow::new(visit.t("clawback-back"), money(line.done)),
        SummaryRow::new(visit.t("clawback-waits"), money(line.waits)),
        SummaryRow::new(visit.t("clawback-left"), money(line.left)),
        SummaryRow::new(visit.t("books-award"), view! { <a href=award>{short(line.award.0)}</a> }),
        SummaryRow::new(visit.t("clawback-asked"), asked),
    ];
    if may(visit, Capability::SeeCases) {
        let case = visit.href(&format!("/staff/cases/{}", line.case));
        rows.push(SummaryRow::new(visit.t("books-case"), view! { <a href=case>{short(line.case.0)}</a> }));
    }
    rows
}

fn kind_text(visit: &Visit, kind: PartKind) -> Text {
    visit.t(match kind {
        PartKind::Bank => "clawback-kind-bank",
        PartKind::Paper => "clawback-kind-paper",
        PartKind::Waived => "clawback-kind-waived",
    })
}

fn parts(visit: &Visit, page: &Clawback) -> AnyView {
    if page.parts.is_empty() {
        return view! { <p class="muted">{visit.t("clawback-parts-none")}</p> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("books-day")),
        Column::new(visit.t("books-kind")),
        Column::number(visit.t("books-amount")),
        Column::new(visit.t("books-state")),
        Column::new(visit.t("books-source")),
        Column::new(visit.t("clawback-entered-by")),
        Column::new(visit.t("clawback-confirmed-by")),
    ];
    let rows = page.parts.iter().map(|part| {
        let second = part.confirmed_by.as_ref().or(part.refused_by.as_ref());
        Row::new()
            .cell(part.day.to_string())
            .cell(kind_text(visit, part.kind))
            .cell(money(part.amount))
            .cell(part_state(visit, part))
            .cell(source(visit, part))
            .cell(person_text(visit, &part.entered_by))
            .cell(second.map(|by| person_text(visit, by)))
            .muted(part.reversed || part.refused_by.is_some())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("clawback-parts") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

fn part_state(visit: &Visit, part: &PartLine) -> impl IntoView + use<> {
    let (tone, key) = if part.reversed {
        (Tone::Plain, "books-reversed")
    } else if part.refused_by.is_some() {
        (Tone::Plain, "clawback-part-refused")
    } else if part.waits() {
        (Tone::Warning, "clawback-part-waits")
    } else {
        (Tone::Success, "clawback-part-done")
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }
}

/// What it was entered from, and its entry in the journal.
fn source(visit: &Visit, part: &PartLine) -> impl IntoView + use<> {
    let reference = part.reference.clone().map(|reference| view! { <code class="code small">{reference}</code>" " });
    let entry = part.entry.map(|entry| {
        let href = visit.href(&format!("{}/{entry}", at::ENTRIES));
        view! { " "<a class="small" href=href>{visit.t("clawback-entry")}</a> }
    });
    let why_not = part.why_not.clone();
    let why_not = why_not.map(|text| {
        let text = visit.t_args("clawback-why-not", &[("reason", text.into())]);
        view! { <br/><span class="muted small">{text}</span> }
    });
    view! { <span>{reference}{said(visit, part)}{entry}{why_not}</span> }
}

/// What was typed of it; that it is gone, once the case is forgotten.
fn said(visit: &Visit, part: &PartLine) -> AnyView {
    match &part.said {
        Some(said) => said.clone().into_any(),
        None if part.kind == PartKind::Bank => ().into_any(),
        None => view! { <span class="muted">{visit.t("clawback-said-gone")}</span> }.into_any(),
    }
}

/// What waits for a second person, who is another than who entered it.
fn waiting(visit: &Visit, page: &Clawback) -> Option<AnyView> {
    if page.line.settled || !page.parts.iter().any(PartLine::waits) {
        return None;
    }
    let forms = page.parts.iter().filter(|part| part.waits()).map(|part| second(visit, page.line.id, part));
    let forms = forms.collect_view();
    let title = visit.t("clawback-second");
    Some(view! { <section class="section stack"><h2>{title}</h2>{forms}</section> }.into_any())
}

fn second(visit: &Visit, id: ClawbackId, part: &PartLine) -> AnyView {
    let what = format!("{}{}{}", kind_text(visit, part.kind), visit.t("label-separator"), money(part.amount));
    if is_own(visit, &part.entered_by) || !may(visit, Capability::ReleasePayments) {
        return view! { <Banner tone=Tone::Info>{what}" "{visit.t("clawback-second-who")}</Banner> }.into_any();
    }
    let to = |what: &str| visit.href(&format!("{}/{id}/parts/{}/{what}", at::CLAWBACKS, part.id));
    let own = visit.form.value("part") == Some(part.id.to_string().as_str());
    let said = said(visit, part);
    view! {
        <div class="staff-panel stack no-print">
            <p><strong>{what}</strong>" "{said}</p>
            <Form action=to("confirm")><Button>{visit.t("clawback-confirm")}</Button></Form>
            <Dialog label=visit.t("clawback-refuse") title=visit.t("clawback-refuse-title") open=own>
                <Form action=to("refuse")>
                    <HiddenField name="part" value=part.id.to_string()/>
                    <TextField name="why_not" label=visit.t("books-reason") hint=visit.t("books-said-hint")/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("clawback-refuse")}</Button></p>
                </Form>
            </Dialog>
        </div>
    }
    .into_any()
}

/// What finance says of it: a row of the bank, or a paper.
fn keep(visit: &Visit, page: &Clawback) -> impl IntoView + use<> {
    let to = |what: &str| visit.href(&format!("{}/{}/{what}", at::CLAWBACKS, page.line.id));
    let today = local_day(visit.context.now);
    let rows: Vec<Choice> = page
        .income
        .iter()
        .map(|row| {
            Choice::new(row.reference.clone(), format!("{} · {} · {}", row.day, money(row.amount), row.reference))
        })
        .collect();
    let bank = if rows.is_empty() {
        view! { <p class="muted">{visit.t("clawback-rows-none")}</p> }.into_any()
    } else {
        view! {
            <Form action=to("match")>
                <Select name="row" label=visit.t("clawback-row") choices=rows/>
                <p class="actions"><Button>{visit.t("clawback-match")}</Button></p>
            </Form>
        }
        .into_any()
    };
    let key = part_key(visit, "paper");
    let open = visit.form.value("paper").is_some();
    view! {
        <section class="section no-print">
            <h2>{visit.t("clawback-match-title")}</h2>
            <p class="muted">{visit.t("clawback-match-text")}</p>
            {bank}
            <Dialog label=visit.t("clawback-enter") title=visit.t("clawback-enter") open=open>
                <p>{visit.t("clawback-enter-text")}</p>
                <Form action=to("enter")>
                    <HiddenField name="paper" value=key/>
                    <TextField name="amount" label=visit.t("books-amount-yuan") hint=visit.t("books-amount-hint") inputmode="decimal" width="medium"/>
                    <DateField name="day" label=visit.t("books-day") value=today max=today/>
                    <TextField name="reference" label=visit.t("books-reference") hint=visit.t("books-reference-hint") width="medium"/>
                    <TextField name="source" label=visit.t("books-source") hint=visit.t("books-source-hint")/>
                    <p class="actions"><Button>{visit.t("books-enter")}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
}

/// Made with the page and kept through its form's faults: sent twice it is one part.
fn part_key(visit: &Visit, name: &str) -> String {
    let made = visit.context.new_id::<ClawbackPartId>().to_string();
    visit.form.value(name).map_or(made, str::to_owned)
}

/// What compliance waives, once another person agrees.
fn waive(visit: &Visit, page: &Clawback) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/{}/waive", at::CLAWBACKS, page.line.id));
    let key = part_key(visit, "waiver");
    let open = visit.form.value("waiver").is_some();
    view! {
        <section class="section no-print">
            <Dialog label=visit.t("clawback-waive") title=visit.t("clawback-waive") open=open>
                <p>{visit.t("clawback-waive-text")}</p>
                <Form action=action>
                    <HiddenField name="waiver" value=key/>
                    <TextField name="waived" label=visit.t("books-amount-yuan") hint=visit.t("books-amount-hint") inputmode="decimal" width="medium"/>
                    <TextField name="reason" label=visit.t("books-reason") hint=visit.t("books-said-hint")/>
                    <p class="actions"><Button variant=Variant::Secondary>{visit.t("clawback-waive")}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
}
