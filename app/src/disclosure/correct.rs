//! Putting the last report right: the numbers that were wrong, one row each, with what they should have been and why; then the
//! report as it would be, and freezing it, which another person publishes. Whoever joins rows writes the lines themselves.

use super::calls::{preview_of, said};
use super::{at, tables};
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::i18n::{Text, grouped};
use crate::ledger::money;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Choice, EmptyState, Fieldset, Form, HiddenField, Illustration, LinkButton, Page, Select, TextArea,
    TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::disclosure::{Change, FigureLine};
use leptos::prelude::*;
use services::disclosure::{self, DisclosureError, Kept, Whole};

/// The most numbers that are put right at once.
pub(super) const MOST_ROWS: usize = 12;

/// The page.
#[component]
pub fn CorrectReport() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let desk = disclosure::desk(&visit.services, &visit.context).await?;
    let body = match desk.published.latest() {
        Some(kept) if desk.waits.is_none() => {
            let preview = preview(visit, kept).await?;
            let of =
                visit.t_args("disclosure-correct-of", &[("term", kept.snapshot.quarter.text(visit.locale()).into())]);
            view! {
                <p>{of}</p>
                <p class="muted">{visit.t("disclosure-correct-rules")}</p>
                {preview}
                {rows(visit, kept)}
                {lines(visit, kept)}
            }
            .into_any()
        }
        Some(_) => view! { <Banner tone=Tone::Warning>{visit.t("disclosure-refused-waits")}</Banner> }.into_any(),
        None => view! { <EmptyState of=Illustration::Flame title=visit.t("disclosure-none")/> }.into_any(),
    };
    Ok(view! {
        <Page title=visit.t("disclosure-correct") width=Width::Wide crumbs=crumbs(visit, &[(at::DESK, "disclosure-staff-title")])>
            {rooms(visit)}
            {body}
        </Page>
    }
    .into_any())
}

fn action(visit: &Visit, kept: &Kept) -> String {
    visit.href(&format!("{}/{}/correct", at::DESK, kept.id))
}

/// 2026年 · 罕见病: 12 families, 345,600.00 yuan
fn choice(visit: &Visit, line: &FigureLine) -> Choice {
    let name = line.figure.text(visit.locale());
    let args = [
        ("name", name.into()),
        ("families", grouped(line.sum.families).into()),
        ("amount", money(line.sum.amount).into()),
    ];
    let key = if line.counts_families() { "disclosure-correct-figure" } else { "disclosure-correct-received" };
    Choice::new(line.key.clone(), visit.t_args(key, &args))
}

/// One row for each number that was wrong.
fn rows(visit: &Visit, kept: &Kept) -> impl IntoView + use<> {
    let all = kept.snapshot.figure_lines();
    let n = visit.form.value("rows").and_then(|n| n.parse::<usize>().ok()).unwrap_or(1).clamp(1, MOST_ROWS);
    let sets = (1..=n).map(|n| {
        let first = Choice::new("", visit.t("disclosure-correct-choose"));
        let choices: Vec<Choice> = std::iter::once(first).chain(all.iter().map(|line| choice(visit, line))).collect();
        let legend = visit.t_args("disclosure-correct-nth", &[("n", n.into())]);
        view! {
            <Fieldset legend=legend>
                <Select name=format!("figure{n}") label=visit.t("disclosure-correct-which") hint=visit.t("disclosure-correct-which-hint") choices=choices/>
                <TextField name=format!("families{n}") label=visit.t("disclosure-correct-families") hint=visit.t("disclosure-correct-families-hint") inputmode="numeric" width="short" optional=true/>
                <TextField name=format!("amount{n}") label=visit.t("disclosure-correct-amount") hint=visit.t("disclosure-correct-amount-hint") inputmode="decimal" width="medium" optional=true/>
                <TextField name=format!("why{n}") label=visit.t("disclosure-correct-reason") hint=visit.t("disclosure-correct-reason-hint")/>
            </Fieldset>
        }
    });
    let sets = sets.collect_view();
    let more = (n < MOST_ROWS).then(|| {
        view! { <Button variant=Variant::Quiet name="do" value="more" unchecked=true>{visit.t("disclosure-correct-more")}</Button> }
    });
    let back = visit.href(at::DESK);
    view! {
        <Form action=action(visit, kept)>
            <HiddenField name="rows" value=n.to_string()/>
            {sets}
            <p class="actions">
                <Button name="do" value="preview">{visit.t("disclosure-correct-preview")}</Button>
                {more}
                <LinkButton href=back variant=Variant::Quiet>{visit.t("disclosure-back")}</LinkButton>
            </p>
        </Form>
    }
}

/// The report as it would be with what our own call has put together, and the button that freezes just that.
async fn preview(visit: &Visit, kept: &Kept) -> Result<Option<AnyView>, Problem> {
    let Some((figures, reason)) = preview_of(&visit.form) else { return Ok(None) };
    let whole = match disclosure::would_correct(&visit.services, &visit.context, kept.id, (figures, reason)).await {
        Ok(whole) => whole,
        Err(DisclosureError::Denied(_)) => return Err(Problem::Forbidden),
        Err(error) => {
            let why = said(visit, &error).ok_or(Problem::Broken)?;
            return Ok(Some(view! { <Banner tone=Tone::Warning alert=true>{why}</Banner> }.into_any()));
        }
    };
    Ok(Some(shown(visit, kept, &whole, (figures, reason))))
}

fn shown(visit: &Visit, kept: &Kept, whole: &Whole, (figures, reason): (&str, &str)) -> AnyView {
    let sections = whole.report.iter().flat_map(|report| &report.tables).map(|table| tables::section(visit, table));
    let sections = sections.collect_view();
    let said = visit.t_args("disclosure-reason", &[("reason", reason.to_owned().into())]);
    let title = visit.t("disclosure-differences");
    let (figures, reason) = (figures.to_owned(), reason.to_owned());
    view! {
        <section class="staff-panel stack" id="preview">
            <h2>{visit.t("disclosure-correct-preview-title")}</h2>
            <p>{said}</p>
            {exact(visit, title, &whole.changes)}
            <p class="muted small">{visit.t("disclosure-correct-exact")}</p>
            <details class="question"><summary>{visit.t("disclosure-whole")}</summary>{sections}</details>
            <Form action=action(visit, kept)>
                <HiddenField name="figures" value=figures/>
                <HiddenField name="reason" value=reason/>
                <p class="actions"><Button>{visit.t("disclosure-correct-freeze")}</Button></p>
                <p class="muted small">{visit.t("disclosure-correct-second")}</p>
            </Form>
        </section>
    }
    .into_any()
}

/// Old and new numbers to the fen, as whoever corrects has to see them; the public reads them rounded.
fn exact(visit: &Visit, caption: Text, changes: &[Change]) -> impl IntoView + use<> {
    tables::compared(visit, caption, changes, &|amount| {
        visit.t_args("cases-yuan", &[("amount", money(amount).into())]).to_string()
    })
}

/// The lines as they are: where rows have to be joined, which no single number says.
fn lines(visit: &Visit, kept: &Kept) -> impl IntoView + use<> {
    let figures = kept.snapshot.figures();
    let rows = u32::try_from(figures.lines().count()).unwrap_or(u32::MAX).clamp(6, 24);
    let open = visit.form.value("figures").is_some();
    view! {
        <details class="question question-wide" open=open>
            <summary>{visit.t("disclosure-correct-lines")}</summary>
            <p class="muted">{visit.t("disclosure-correct-lines-text")}</p>
            <Form action=action(visit, kept)>
                <TextArea name="figures" label=visit.t("disclosure-figures") hint=visit.t("disclosure-figures-hint") rows=rows value=figures/>
                <TextArea name="reason" label=visit.t("disclosure-correct-reason") hint=visit.t("disclosure-correct-reason-hint") rows=2/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("disclosure-correct-freeze")}</Button></p>
            </Form>
        </details>
    }
}
