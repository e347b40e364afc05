//! The papers of a case at the desk: what is there and what is wanting at one look, each to be opened and checked. What cannot be
//! read stands, with what is missing, in the question to the family before its officer writes a word.

use super::at;
use super::words::{part_text, person_text};
use crate::desk::moment;
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::spark::papers::{kind_text, known, problem_of};
use crate::ui::{Banner, Button, Dialog, Form, Glyph, HiddenField, Tag, TextField, Variant};
use crate::visit::Visit;
use domain::ids::{ApplicationId, PaperId};
use domain::spark::State;
use domain::spark::papers::{Kind, LONGEST_NOTE, Standing, Verdict};
use leptos::prelude::*;
use services::spark::cases::CaseView;
use services::spark::papers::{self, PaperError, Papers, View};

/// Below this age somebody acts for the patient.
const OF_AGE: u8 = 18;

/// The field in which it is said what cannot be read on a paper.
pub(super) fn note_field(paper: PaperId) -> String {
    format!("note_{paper}")
}

/// The papers of a case; nothing for whoever does not read it, and of one that came without an application or is forgotten.
pub(super) async fn read(visit: &Visit, case: &CaseView) -> Result<Option<Papers>, Problem> {
    if !case.access.reads() {
        return Ok(None);
    }
    match papers::of(&visit.services, &visit.context, ApplicationId(case.id.0)).await {
        Ok(all) => Ok(Some(all)),
        Err(PaperError::NotFound) => Ok(None),
        Err(error) => Err(problem_of(&error)),
    }
}

fn standing(case: &CaseView, all: &Papers) -> Vec<(Kind, Standing)> {
    all.standing(case.age < OF_AGE)
}

/// The list, kind by kind.
pub(super) fn section(visit: &Visit, case: &CaseView, all: &Papers) -> impl IntoView + use<> {
    let standing = standing(case, all);
    // What is missing is nobody's to ask for once the case is past its check.
    let past = !is_checked(case);
    let shown = |standing: Standing| standing != Standing::None && !(past && standing == Standing::Missing);
    let kinds = standing.iter().filter(|(_, standing)| shown(*standing));
    let kinds = kinds.map(|(kind, standing)| group(visit, case, all, (*kind, *standing))).collect_view();
    let withheld = all.withheld.iter().map(|kind| {
        let kind = kind_text(visit, *kind).to_string();
        view! { <li>{visit.t_args("case-papers-withheld", &[("kind", kind.into())])}</li> }
    });
    let withheld = withheld.collect_view();
    let hidden = (!all.withheld.is_empty()).then(|| view! { <ul class="muted">{withheld}</ul> });
    view! {
        <section class="section" id="papers">
            <h2>{visit.t("case-papers")}</h2>
            {(!past).then(|| summary(visit, &standing))}
            {kinds}
            {hidden}
        </section>
    }
}

/// The papers of a case are looked through, or will be.
fn is_checked(case: &CaseView) -> bool {
    matches!(case.state, State::Submitted | State::Completeness | State::Returned)
}

/// What is wanting, in one sentence.
fn summary(visit: &Visit, standing: &[(Kind, Standing)]) -> AnyView {
    let named = |wanted: fn(Standing) -> bool| {
        let kinds = standing.iter().filter(|(_, standing)| wanted(*standing));
        let kinds: Vec<String> = kinds.map(|(kind, _)| kind_text(visit, *kind).to_string()).collect();
        (!kinds.is_empty()).then(|| kinds.join(&visit.t("enumeration-separator")))
    };
    let lacking = named(Standing::is_lacking);
    let unread = named(|standing| standing == Standing::Unread);
    let (tone, text) = match (lacking, unread) {
        (Some(kinds), _) => (Tone::Warning, visit.t_args("case-papers-lacking", &[("kinds", kinds.into())])),
        (None, Some(kinds)) => (Tone::Info, visit.t_args("case-papers-unread", &[("kinds", kinds.into())])),
        (None, None) => (Tone::Success, visit.t("case-papers-complete")),
    };
    view! { <Banner tone=tone>{text}</Banner> }.into_any()
}

fn state(visit: &Visit, standing: Standing) -> (Tone, Text) {
    match standing {
        Standing::Missing => (Tone::Danger, visit.t("case-papers-state-missing")),
        Standing::Unreadable => (Tone::Danger, visit.t("case-papers-state-unreadable")),
        Standing::Unread | Standing::None => (Tone::Info, visit.t("case-papers-state-unread")),
        Standing::Fine => (Tone::Success, visit.t("case-papers-state-fine")),
    }
}

fn group(visit: &Visit, case: &CaseView, all: &Papers, (kind, standing): (Kind, Standing)) -> impl IntoView + use<> {
    let (tone, said) = state(visit, standing);
    let items = all.all.iter().filter(|paper| paper.kind == kind).map(|paper| item(visit, case, paper).into_any());
    let items: Vec<AnyView> = items.collect();
    let list = (!items.is_empty()).then(|| view! { <ul class="papers">{items}</ul> });
    view! {
        <div class="case-papers">
            <h3 class="case-papers-kind">{kind_text(visit, kind)}" "<Tag tone=tone>{said}</Tag></h3>
            {list}
        </div>
    }
}

/// As the family called it; its kind where it has no name.
fn called(visit: &Visit, paper: &View) -> Text {
    if paper.name.is_empty() { kind_text(visit, paper.kind) } else { Text::from(paper.name.clone()) }
}

fn item(visit: &Visit, case: &CaseView, paper: &View) -> impl IntoView + use<> {
    let open = visit.href(&format!("/staff/spark/papers/{}", paper.id));
    let name = called(visit, paper);
    let by = paper.sent_by.map_or_else(|| visit.t("case-papers-family"), |part| part_text(visit, part));
    let sent = [("at", moment(visit, paper.added_at).into()), ("by", by.to_string().into())];
    let sent = visit.t_args("case-papers-sent", &sent);
    let unscanned =
        (!paper.scanned).then(|| view! { <Tag tone=Tone::Warning>{visit.t("papers-state-unscanned")}</Tag> });
    let with_appeal = paper.of_appeal.then(|| view! { <Tag tone=Tone::Info>{visit.t("papers-of-appeal")}</Tag> });
    let checked = paper.checked.as_ref().map(|checked| {
        let who = [("at", moment(visit, checked.at).into()), ("by", person_text(visit, &checked.by).into())];
        let key = match checked.verdict {
            Verdict::Fine => "case-papers-fine-by",
            Verdict::Unreadable => "case-papers-unreadable-by",
        };
        let note = checked.note.clone().map(|note| view! { <blockquote class="said">{note}</blockquote> });
        view! { <p class="small">{visit.t_args(key, &who)}</p>{note} }
    });
    let asked = case.own && matches!(case.state, State::Completeness | State::Returned);
    let acts = asked.then(|| acts(visit, case, paper));
    view! {
        <li class="stack">
            <p class="case-papers-name"><strong>{name.clone()}</strong></p>
            <p class="papers-known">{unscanned}{with_appeal}<span class="muted small">{known(visit, paper)}</span></p>
            <p class="muted small">{sent}</p>
            {checked}
            <div class="case-papers-acts no-print">
                <Form action=open inline=true>
                    <Button variant=Variant::Secondary glyph=Glyph::Download>{visit.t("case-papers-open")}<span class="hidden">" "{name}</span></Button>
                </Form>
                {acts}
            </div>
        </li>
    }
}

/// What its officer says of it.
fn acts(visit: &Visit, case: &CaseView, paper: &View) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/{}/papers/{}", at::CASES, case.id, paper.id));
    let verdict = paper.checked.as_ref().map(|checked| checked.verdict);
    let name = called(visit, paper);
    let fine = (verdict != Some(Verdict::Fine)).then(|| {
        let (action, name) = (action.clone(), name.clone());
        view! {
            <Form action=action inline=true>
                <HiddenField name="verdict" value=Verdict::Fine.name()/>
                <Button variant=Variant::Quiet glyph=Glyph::Check>{visit.t("case-papers-fine")}<span class="hidden">" "{name}</span></Button>
            </Form>
        }
    });
    let field = note_field(paper.id);
    let open = visit.form.value(&field).is_some() || visit.form.fault(&field).is_some();
    let note = paper.checked.as_ref().and_then(|checked| checked.note.clone()).unwrap_or_default();
    let title = visit.t_args("case-papers-unreadable-title", &[("name", name.to_string().into())]);
    view! {
        {fine}
        <Dialog label=visit.t("case-papers-unreadable") title=title variant=Variant::Quiet open=open>
            <p>{visit.t("case-papers-unreadable-text")}</p>
            <Form action=action>
                <HiddenField name="verdict" value=Verdict::Unreadable.name()/>
                <TextField name=field label=visit.t("case-papers-note") hint=visit.t("case-papers-note-hint") maxlength=LONGEST_NOTE value=note/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("case-papers-unreadable-do")}</Button></p>
            </Form>
        </Dialog>
    }
}

/// What the question to the family begins with: what is missing and what cannot be read. Empty where nothing is wanting.
pub(super) fn wanting(visit: &Visit, case: &CaseView, all: Option<&Papers>) -> String {
    let Some(all) = all else { return String::new() };
    let mut lines = Vec::new();
    for (kind, standing) in standing(case, all).into_iter().filter(|(_, standing)| standing.is_lacking()) {
        let of = kind_text(visit, kind).to_string();
        if standing == Standing::Missing {
            lines.push(visit.t_args("case-papers-ask-missing", &[("kind", of.into())]).to_string());
            continue;
        }
        for paper in all.all.iter().filter(|paper| paper.kind == kind) {
            let note = paper.checked.as_ref().and_then(|checked| checked.note.clone()).unwrap_or_default();
            let args =
                [("kind", of.clone().into()), ("name", called(visit, paper).to_string().into()), ("note", note.into())];
            lines.push(visit.t_args("case-papers-ask-unreadable", &args).to_string());
        }
    }
    lines.join("\n")
}
