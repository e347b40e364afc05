//! A new version: the criteria row by row, and what a reviewer will see of them.

use super::at;
use super::page::rules;
use super::read::{Line, TITLE, most, read, rows, sent_rows};
use crate::desk::{count, crumbs, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::reviews::criteria;
use crate::ui::{Banner, Button, Checkbox, Fieldset, Form, HiddenField, LinkButton, Page, TextField, Variant};
use crate::visit::{Visit, visit};
use domain::spark::review::rubric::{MOST_POINTS, MOST_WEIGHT, Rubric};
use domain::typed::Typed;
use leptos::prelude::*;
use services::spark::review::rubrics;

/// The threshold that stands in a first version.
const USUAL: u32 = 25;

/// The page.
#[component]
pub fn RubricNew() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = rubrics(&visit.services, &visit.context).await?;
    let newest = all.first().map(|one| &one.rubric);
    let version = newest.map_or(1, |rubric| rubric.version().saturating_add(1));
    let shown = match visit.form.value("do") {
        Some("preview") => read(&visit.form).ok(),
        _ => None,
    };
    let preview = shown.as_ref().map(|rubric| preview(visit, rubric));
    let below = shown.is_some().then(|| {
        view! { <Banner tone=Tone::Success alert=true><a href="#preview">{visit.t("rubric-preview-below")}</a></Banner> }
    });
    Ok(view! {
        <Page title=visit.t("rubric-new") lead=count(visit, "rubric-new-lead", version) crumbs=crumbs(visit, &[(at::RUBRIC, "rubric-title")])>
            {rooms(visit)}
            {below}
            {rules(visit)}
            <p class="muted">{visit.t("rubric-rule-empty")}</p>
            // Made within the page: the summary of faults calls the fields by their labels.
            {form(visit, newest, version, shown.is_some())}
            {preview}
        </Page>
    }
    .into_any())
}

fn form(visit: &Visit, newest: Option<&Rubric>, version: u32, previewed: bool) -> impl IntoView + use<> {
    let mut lines = rows(newest);
    if let Some(sent) = sent_rows(&visit.form) {
        lines.resize(sent, Line::default());
    }
    let count_of = lines.len();
    let rows = lines.into_iter().enumerate().map(|(nth, line)| row(visit, nth, line).into_any()).collect_view();
    let more = (count_of < most()).then(|| {
        view! { <Button name="do" value="add" variant=Variant::Quiet unchecked=true>{visit.t("rubric-add")}</Button> }
    });
    let publish = previewed.then(|| view! { <Button name="do" value="publish">{visit.t("rubric-publish")}</Button> });
    let weight = if previewed { Variant::Secondary } else { Variant::Primary };
    let diverges = newest.map_or(USUAL, Rubric::diverges_above).to_string();
    view! {
        <Form>
            <HiddenField name="version" value=version.to_string()/>
            <HiddenField name="rows" value=count_of.to_string()/>
            {rows}
            <TextField name="diverges_above" label=visit.t("rubric-diverges") hint=visit.t("rubric-diverges-hint") inputmode="numeric" width="short" value=diverges/>
            <p class="actions">
                {publish}
                <Button name="do" value="preview" variant=weight>{visit.t("rubric-preview")}</Button>
                {more}
                <LinkButton href=visit.href(at::RUBRIC) variant=Variant::Quiet>{visit.t("rubric-back")}</LinkButton>
            </p>
        </Form>
    }
}

fn row(visit: &Visit, nth: usize, line: Line) -> impl IntoView + use<> {
    let name = |field: &str| format!("{field}-{nth}");
    let [zh, en] = line.title;
    let number = u32::try_from(nth + 1).unwrap_or(u32::MAX);
    let legend = count(visit, "rubric-row", number);
    let key = visit.form.value(&name("key")).map_or(line.key, str::to_owned);
    let weight = visit.t_args("rubric-weight-hint", &[("most", MOST_WEIGHT.into())]);
    let scale = visit.t_args("rubric-most-hint", &[("most", MOST_POINTS.into())]);
    view! {
        <Fieldset legend=legend>
            <input type="hidden" name=name("key") value=key/>
            <TextField name=format!("{}_zh", name("title")) label=visit.t("rubric-title-zh") maxlength=TITLE value=zh/>
            <TextField name=format!("{}_en", name("title")) label=visit.t("rubric-title-en") maxlength=TITLE value=en/>
            <div class="form-numbers">
                <TextField name=name("weight") label=visit.t("rubric-weight") hint=weight inputmode="numeric" width="short" value=line.weight/>
                <TextField name=name("least") label=visit.t("rubric-least") inputmode="numeric" width="short" value=line.least/>
                <TextField name=name("most") label=visit.t("rubric-most") hint=scale inputmode="numeric" width="short" value=line.most/>
            </div>
            <Checkbox name=name("optional") called=visit.t("review-not-applicable") checked=line.optional>{visit.t("rubric-optional")}</Checkbox>
        </Fieldset>
    }
}

/// As a reviewer sees it: the same fields, in no form.
fn preview(visit: &Visit, rubric: &Rubric) -> impl IntoView + use<> {
    let fields = criteria(visit, rubric, &Typed::default());
    view! {
        <section class="section staff-panel stack" id="preview">
            <h2>{visit.t("rubric-preview-title")}</h2>
            <Banner tone=Tone::Info>{visit.t("rubric-preview-text")}</Banner>
            {fields}
        </section>
    }
}
