//! The quick check: a beginning, one question a page, a result. Every page is made from the answers that its form carries;
//! nothing of them is kept, put into an address or written down.

use super::apply::APPLY;
use super::{CHECK, crumbs, words};
use crate::content;
use crate::form::Tone;
use crate::routes::paths;
use crate::ui::{Banner, Button, Choice, Form, Glyph, HiddenField, Icon, LinkButton, Page, Radios, Variant};
use crate::visit::{Visit, visit};
use domain::spark::eligibility::{Answers, Doubt, HOLDS_FROM, Note, Outcome, Question, Reason, Step, VERSION, step};
use domain::time::day_text;
use leptos::prelude::*;

/// The name of the field that says which question a form asked.
pub(super) const ASKED: &str = "asked";
/// Goes to the question before.
pub(super) const BACK: &str = "back";
/// Asks one question again.
pub(super) const CHANGE: &str = "change";

/// The quick check, wherever one is in it.
#[component]
pub fn Check() -> impl IntoView {
    let visit = &visit();
    if !visit.form.was_sent() {
        return beginning(visit).into_any();
    }
    let answers = answers(visit);
    let shown = visit.form.value(ASKED).and_then(Question::from_name);
    match (shown, step(&answers)) {
        (Some(shown), _) => question(visit, &answers, shown).into_any(),
        (None, Step::Ask(next)) => question(visit, &answers, next).into_any(),
        (None, Step::End(outcome)) => result(visit, &answers, &outcome).into_any(),
    }
}

/// The answers among the form's fields; what is none is not there.
fn answers(visit: &Visit) -> Answers {
    let mut answers = Answers::default();
    for question in Question::ALL {
        // A word that is no answer leaves its question unanswered, to be asked.
        let _ = answers.put(question, visit.form.value(question.name()).unwrap_or_default());
    }
    answers
}

fn beginning(visit: &Visit) -> impl IntoView + use<> {
    let privacy = ["spark-check-private-1", "spark-check-private-2", "spark-check-private-3"];
    let privacy = privacy.map(|key| view! { <li><Icon of=Glyph::Check/><span>{visit.t(key)}</span></li> });
    let privacy = privacy.collect_view();
    view! {
        <Page title=visit.t("spark-check-title") lead=visit.t("spark-check-lead") crumbs=crumbs(visit)>
            <ul class="ticks">{privacy}</ul>
            <Form>
                <p class="actions"><Button>{visit.t("spark-check-begin")}</Button></p>
            </Form>
        </Page>
    }
}

/// What was answered to all questions but `except`, on its way through the form.
fn carried(answers: &Answers, except: Option<Question>) -> impl IntoView + use<> {
    let others = Question::ALL.into_iter().filter(|question| Some(*question) != except);
    let fields = others.filter_map(|question| Some((question.name(), answers.word(question)?)));
    fields.map(|(name, word)| view! { <HiddenField name=name value=word/> }).collect_view()
}

fn question(visit: &Visit, answers: &Answers, asked: Question) -> impl IntoView + use<> {
    let n = Question::ALL.iter().position(|question| *question == asked).map_or(1, |at| at + 1);
    let args = [("n", n.to_string().into()), ("of", Question::ALL.len().to_string().into())];
    let kicker = visit.t_args("spark-check-progress", &args);
    let title = words::question(visit, asked);
    let choices = asked.choices().into_iter().map(|word| Choice::new(word, words::answer(visit, asked, word)));
    let back = match n {
        1 => view! {
            <LinkButton href=visit.href(CHECK) variant=Variant::Quiet>{visit.t("spark-check-to-start")}</LinkButton>
        }
        .into_any(),
        _ => view! {
            <Button variant=Variant::Quiet name=BACK value="1" unchecked=true>{visit.t("spark-check-back")}</Button>
        }
        .into_any(),
    };
    // The heading asks; the group of answers says the same to those who come to it without the heading.
    view! {
        <Page title=title.clone() kicker=kicker crumbs=crumbs(visit)>
            <Form>
                <HiddenField name=ASKED value=asked.name()/>
                {carried(answers, Some(asked))}
                <div class="spark-question">
                    <Radios
                        name=asked.name()
                        label=title
                        hint=words::question_hint(visit, asked)
                        choices=choices.collect()
                    />
                </div>
                <p class="actions">
                    <Button>{visit.t("spark-check-continue")}</Button>
                    {back}
                </p>
            </Form>
            <p class="muted small">{visit.t("spark-check-note")}</p>
        </Page>
    }
}

fn result(visit: &Visit, answers: &Answers, outcome: &Outcome) -> impl IntoView + use<> {
    let (title, said) = match outcome {
        Outcome::Likely(notes) => ("spark-check-likely-title", likely(visit, notes).into_any()),
        Outcome::Not(reason) => ("spark-check-not-title", not(visit, *reason).into_any()),
        Outcome::AskPerson(doubts, notes) => ("spark-check-ask-title", ask(visit, doubts, notes).into_any()),
    };
    let args = [("version", VERSION.to_string().into()), ("day", day_text(HOLDS_FROM, visit.locale()).into())];
    let version = visit.t_args("spark-check-version", &args);
    view! {
        <Page title=visit.t(title) kicker=visit.t("spark-check-title") crumbs=crumbs(visit)>
            {said}
            {given(visit, answers)}
            <p class="muted small">{version}</p>
            <p class="actions no-print">
                <LinkButton href=visit.href(CHECK) variant=Variant::Secondary>{visit.t("spark-check-again")}</LinkButton>
                <LinkButton href=visit.href(paths::SPARK) variant=Variant::Quiet>{visit.t("spark-name")}</LinkButton>
            </p>
        </Page>
    }
}

fn likely(visit: &Visit, notes: &[Note]) -> impl IntoView + use<> {
    view! {
        <Banner tone=Tone::Info>{visit.t("spark-check-likely-text")}</Banner>
        {notes_list(visit, notes)}
        {preparation(visit)}
    }
}

fn not(visit: &Visit, reason: Reason) -> impl IntoView + use<> {
    view! {
        <p class="lead">{words::reason(visit, reason)}</p>
        <section class="section spark-aside">
            <h2>{visit.t("spark-check-else-title")}</h2>
            <p>{words::alternative(visit, reason.alternative())}</p>
        </section>
    }
}

fn ask(visit: &Visit, doubts: &[Doubt], notes: &[Note]) -> impl IntoView + use<> {
    let doubts: Vec<_> = doubts.iter().map(|doubt| view! { <li>{words::doubt(visit, *doubt)}</li> }).collect();
    view! {
        <p class="lead">{visit.t("spark-check-ask-text")}</p>
        <ul class="spark-points">{doubts}</ul>
        {notes_list(visit, notes)}
        {preparation(visit)}
    }
}

fn notes_list(visit: &Visit, notes: &[Note]) -> Option<impl IntoView + use<>> {
    let items: Vec<_> = notes.iter().map(|note| view! { <li>{words::note(visit, *note)}</li> }).collect();
    (!items.is_empty()).then(|| {
        view! {
            <section class="section">
                <h2>{visit.t("spark-check-notes-title")}</h2>
                <ul class="spark-points">{items}</ul>
            </section>
        }
    })
}

/// What can be got ready, and where to apply; with whom to speak, once there is a number.
fn preparation(visit: &Visit) -> impl IntoView + use<> {
    let items = ["spark-check-prepare-1", "spark-check-prepare-2", "spark-check-prepare-3", "spark-check-prepare-4"];
    let items = items.map(|key| view! { <li><Icon of=Glyph::Check/><span>{visit.t(key)}</span></li> }).collect_view();
    let telephone = match content::TELEPHONE {
        Some(number) => view! { <a href=format!("tel:{number}")>{number}</a> }.into_any(),
        None => visit.t("telephone-pending").into_any(),
    };
    view! {
        <section class="section">
            <h2>{visit.t("spark-check-prepare-title")}</h2>
            <ul class="ticks">{items}</ul>
            <p>{visit.t("spark-check-apply")}</p>
            <p class="actions no-print"><LinkButton href=visit.href(APPLY)>{visit.t("application-action")}</LinkButton></p>
            <p class="muted">{telephone}</p>
        </section>
    }
}

/// The way that was gone, each step to be gone again.
fn given(visit: &Visit, answers: &Answers) -> impl IntoView + use<> {
    // What stands behind the end of this way is carried along, should it be asked yet, and not shown.
    let asked = answers.as_asked();
    let rows = asked.way().map(|(question, word)| {
        let about = words::question(visit, question);
        view! {
            <li class="spark-given">
                <span class="muted">{about.clone()}</span>
                <span class="spark-given-answer">{words::answer(visit, question, word)}</span>
                <Button variant=Variant::Quiet name=CHANGE value=question.name() unchecked=true>
                    {visit.t("spark-check-change")}
                    <span class="hidden">" "{about.clone()}</span>
                </Button>
            </li>
        }
    });
    let rows = rows.collect_view();
    view! {
        <section class="section">
            <h2>{visit.t("spark-check-answers-title")}</h2>
            <Form>
                {carried(answers, None)}
                <ul class="spark-answers">{rows}</ul>
            </Form>
        </section>
    }
}
