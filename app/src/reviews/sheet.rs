//! One case, and the form one judges it by.

use super::{AT, case_problem};
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::i18n::grouped;
use crate::problem::Problem;
use crate::spark::papers::{kind_text, known, problem_of as paper_problem};
use crate::spark::words;
use crate::ui::{Banner, Button, Choice, Form, Glyph, HiddenField, LinkButton, Page, Radios, TextArea, Variant};
use crate::visit::{Visit, param, visit};
use domain::ids::{ApplicationId, CaseId};
use domain::spark::review::rubric::{Criterion, Rubric};
use domain::spark::review::score::NOT_APPLICABLE;
use domain::typed::Typed;
use leptos::prelude::*;
use services::spark::cases::{CaseError, for_review};
use services::spark::papers::{self, PaperError, View};
use services::spark::review::{Sheet, sheet};

/// The page.
#[component]
pub fn ReviewPage() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(page(visit(), id))
}

async fn page(visit: Visit, id: Option<CaseId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let crumbs = crumbs(visit, &[(AT, "review-title")]);
    let case = match for_review(&visit.services, &visit.context, id).await {
        Ok(case) => case,
        Err(CaseError::ConsentWithdrawn) => {
            return Ok(view! {
                <Page title=visit.t("review-withdrawn") crumbs=crumbs>
                    <Banner tone=Tone::Warning>{visit.t("review-withdrawn-text")}</Banner>
                </Page>
            }
            .into_any());
        }
        Err(error) => return Err(case_problem(error)),
    };
    let sheet = sheet(&visit.services, &visit.context, id).await?;
    let papers = match papers::of(&visit.services, &visit.context, ApplicationId(id.0)).await {
        Ok(all) => all.all,
        // What was reviewed is read no longer; and a case may have come without an application.
        Err(PaperError::NotFound) => Vec::new(),
        Err(error) => return Err(paper_problem(&error)),
    };
    let facts = visit.t_args(
        "review-facts",
        &[
            ("group", words::group(visit, case.group).to_string().into()),
            ("age", i64::from(case.age).into()),
            ("asked", grouped(case.asked.get().unsigned_abs() / 100).into()),
        ],
    );
    Ok(view! {
        <Page title=case.reference lead=facts crumbs=crumbs>
            {rooms(visit)}
            {medical(visit, &papers)}
            {if sheet.given { given(visit, &sheet).into_any() } else { form(visit, &sheet).into_any() }}
        </Page>
    }
    .into_any())
}

/// What shows the illness, without what the family called it.
fn medical(visit: &Visit, papers: &[View]) -> impl IntoView + use<> {
    let none = papers.is_empty().then(|| view! { <p class="muted">{visit.t("case-papers-review-none")}</p> });
    let items = papers.iter().enumerate().map(|(n, paper)| {
        let action = visit.href(&format!("/staff/spark/review/papers/{}", paper.id));
        let name = format!("{} {}", kind_text(visit, paper.kind), n + 1);
        view! {
            <li class="stack">
                <p><strong>{name.clone()}</strong>" "<span class="muted small">{known(visit, paper)}</span></p>
                <Form action=action inline=true>
                    <Button variant=Variant::Secondary glyph=Glyph::Download>{visit.t("case-papers-open")}<span class="hidden">" "{name}</span></Button>
                </Form>
            </li>
        }
    });
    let items: Vec<_> = items.collect();
    let list = (!items.is_empty()).then(|| view! { <ul class="papers">{items}</ul> });
    view! {
        <section class="section no-print" id="papers">
            <h2>{visit.t("case-papers-review")}</h2>
            <p class="muted">{visit.t("case-papers-review-text")}</p>
            {none}
            {list}
        </section>
    }
}

fn given(visit: &Visit, sheet: &Sheet) -> impl IntoView + use<> {
    let others = sheet.others.iter().map(|score| {
        let points = format!("{}.{}", score.tenths() / 10, score.tenths() % 10);
        view! { <li>{visit.t_args("review-other", &[("points", points.into())])}</li> }
    });
    let others = others.collect_view();
    view! {
        <Banner tone=Tone::Success>{visit.t("review-given")}</Banner>
        <ul>{others}</ul>
    }
}

fn form(visit: &Visit, sheet: &Sheet) -> impl IntoView + use<> {
    let criteria = criteria(visit, &sheet.rubric, &sheet.typed);
    view! {
        <Form>
            <HiddenField name="version" value=sheet.version.to_string()/>
            {criteria}
            <p class="actions">
                <Button name="do" value="give">{visit.t("review-give")}</Button>
                <Button name="do" value="save" variant=Variant::Quiet unchecked=true>{visit.t("review-save")}</Button>
                <LinkButton href=visit.href(AT) variant=Variant::Quiet>{visit.t("review-back")}</LinkButton>
            </p>
        </Form>
    }
}

/// The fields of a rubric, with what was typed.
pub(crate) fn criteria(visit: &Visit, rubric: &Rubric, typed: &Typed) -> AnyView {
    rubric.criteria().iter().map(|criterion| judged(visit, typed, criterion).into_any()).collect_view().into_any()
}

fn judged(visit: &Visit, typed: &Typed, criterion: &Criterion) -> impl IntoView + use<> {
    let points = (criterion.scale.least..=criterion.scale.most).map(|n| Choice::new(n.to_string(), n.to_string()));
    let none = criterion.optional.then(|| Choice::new(NOT_APPLICABLE, visit.t("review-not-applicable")));
    let choices: Vec<Choice> = points.chain(none).collect();
    let (mark, comment) = (criterion.mark_field(), criterion.comment_field());
    let (marked, commented) = (typed.field(&mark).to_owned(), typed.field(&comment).to_owned());
    // Named in full: what is wrong with one stands above the form, too.
    let title = visit.pick(&criterion.title.zh, &criterion.title.en).into_owned();
    let why = visit.t_args("review-comment", &[("what", title.clone().into())]);
    view! {
        <Radios name=mark label=title choices=choices value=marked inline=true/>
        <TextArea name=comment label=why hint=visit.t("review-comment-hint") rows=3 value=commented optional=true/>
    }
}
