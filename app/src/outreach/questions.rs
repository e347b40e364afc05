//! An event's questions as fields, and what was typed into them as answers.
//!
//! Every question is in the page; those that are not asked now are hidden. With the page's script they appear as soon as
//! the answer they depend on is given; without it the form comes back once with them shown (`asked` says which were), so
//! that nobody is required to answer what was never seen.

use crate::calls::Asked;
use crate::i18n::Text;
use crate::ui::{
    Checkbox, Checkboxes, Choice as Offered, DateField, HiddenField, PlainScript, Radios, Select, Tag, TextArea,
    TextField,
};
use crate::visit::Visit;
use domain::field::FieldError;
use domain::outreach::{Answers, Choice, Form, Kind, Question, Typed};
use domain::time::local_day;
use domain::typed::Typed as Kept;
use jiff::civil::Date;
use leptos::prelude::*;

/// The field that says which questions stood in the form.
const SHOWN: &str = "asked";
/// Choices from which on a list folds together.
const MANY: usize = 7;
/// Characters from which on a text gets several lines.
const LINES: u32 = 80;

/// What was typed as the form's fields hold it: a form that came back; otherwise what was answered before, and over it what
/// was `refused` since and kept.
pub(crate) fn typed_so_far(visit: &Visit, form: &Form, answers: &Answers, refused: &Kept) -> Typed {
    let sent = visit.form.was_sent();
    let before = if sent { Typed::default() } else { answers.typed() };
    form.questions.iter().fold(before, |typed, question| {
        let field = question.key.field();
        let value = if sent { visit.form.value(&field) } else { refused.0.get(&field).map(String::as_str) };
        let Some(value) = value else { return typed };
        // Several boxes of one name come back joined with line feeds.
        let values = match question.kind {
            Kind::Many { .. } => value.split('\n').map(str::to_owned).collect(),
            _ => vec![value.to_owned()],
        };
        typed.with(field, values)
    })
}

/// What of a refused form's answers may be kept for when it is opened again.
pub(crate) fn kept_answers(asked: &Asked, form: &Form) -> Vec<(String, String)> {
    form.kept_so_far(&typed(asked), asked.ticked("accept"), local_day(asked.context.now))
}

/// The fields.
pub(crate) fn questions(visit: &Visit, form: &Form, typed: &Typed, today: Date) -> AnyView {
    let so_far = form.read_so_far(typed, today);
    let shown: Vec<&str> = form.asked(&so_far).map(|question| question.key.as_str()).collect();
    let fields: Vec<_> = form
        .questions
        .iter()
        .map(|question| {
            let hidden = !question.is_asked(&so_far);
            let (on, values) = match &question.when {
                Some(when) => (Some(when.question.field()), Some(when.any_of.join(" "))),
                None => (None, None),
            };
            let field = field(visit, question, typed, today);
            view! {
                <div class="question-asked" data-key=question.key.as_str().to_owned() data-on=on data-values=values hidden=hidden>
                    {question.sensitive.then(|| view! { <p class="question-sensitive"><Tag>{visit.t("event-sensitive")}</Tag></p> })}
                    {field}
                </div>
            }
        })
        .collect();
    view! {
        <div class="questions-asked" data-questions="">
            {fields}
            <HiddenField name=SHOWN value=shown.join(" ")/>
        </div>
        <PlainScript source=include_str!("questions.js")/>
    }
    .into_any()
}

fn field(visit: &Visit, question: &Question, typed: &Typed, today: Date) -> AnyView {
    let locale = visit.locale();
    let name = question.key.field();
    let label: Text = question.label.of(locale).to_owned().into();
    let optional = !question.required;
    let before: Vec<String> = typed.values(&name).to_vec();
    let first = before.first().cloned().unwrap_or_default();
    let hint = |extra: Option<Text>| -> Text {
        let own = question.hint.of(locale);
        match extra {
            Some(extra) if own.is_empty() => extra,
            Some(extra) => format!("{own} {extra}").into(),
            None => own.to_owned().into(),
        }
    };
    match &question.kind {
        Kind::Text { max } => {
            let hint = hint(Some(visit.t_args("event-hint-text", &[("max", (*max).into())])));
            if *max > LINES {
                view! { <TextArea name=name label=label hint=hint rows=3 value=first optional=optional/> }.into_any()
            } else {
                view! { <TextField name=name label=label hint=hint value=first optional=optional/> }.into_any()
            }
        }
        Kind::Number { min, max } => {
            let range = visit.t_args("event-hint-number", &[("min", (*min).into()), ("max", (*max).into())]);
            let hint = hint(Some(range));
            view! { <TextField name=name label=label hint=hint inputmode="numeric" width="short" value=first optional=optional/> }
                .into_any()
        }
        Kind::Date { .. } => {
            let (min, max) = question.kind.days(today).unwrap_or((today, today));
            let hint = hint(None);
            match first.parse::<Date>() {
                Ok(day) => {
                    view! { <DateField name=name label=label hint=hint value=day min=min max=max optional=optional/> }
                        .into_any()
                }
                Err(_) => {
                    view! { <DateField name=name label=label hint=hint min=min max=max optional=optional/> }.into_any()
                }
            }
        }
        Kind::One { choices } if choices.len() >= MANY => {
            let nothing = std::iter::once(Offered::new("", visit.t("event-choose")));
            let choices = nothing.chain(offered(visit, choices)).collect();
            view! { <Select name=name label=label hint=hint(None) choices=choices value=first optional=optional/> }
                .into_any()
        }
        Kind::One { choices } => {
            let choices = offered(visit, choices).collect();
            view! { <Radios name=name label=label hint=hint(None) choices=choices value=first optional=optional/> }
                .into_any()
        }
        Kind::Many { choices } => {
            let choices = offered(visit, choices).collect();
            let values = before.into_iter().map(Text::from).collect();
            view! { <Checkboxes name=name label=label hint=hint(None) choices=choices values=values optional=optional/> }
                .into_any()
        }
        Kind::Consent => {
            let (ticked, called) = (!first.is_empty(), label.clone());
            view! { <Checkbox name=name called=called hint=hint(None) checked=ticked>{label}</Checkbox> }.into_any()
        }
    }
}

fn offered(visit: &Visit, choices: &[Choice]) -> impl Iterator<Item = Offered> {
    let locale = visit.locale();
    choices.iter().map(move |choice| Offered::new(choice.value.clone(), choice.label.of(locale).to_owned()))
}

/// The answers of a form that was sent.
pub(crate) fn read_answers(asked: &Asked, form: &Form) -> Result<Answers, Vec<FieldError>> {
    form.read(&typed(asked), local_day(asked.context.now))
}

fn typed(asked: &Asked) -> Typed {
    Typed::of(asked.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// The form that was sent held questions at all: one that was made before they were published did not.
pub(crate) fn were_asked(asked: &Asked) -> bool {
    !asked.field(SHOWN).trim().is_empty()
}

/// The answers lead to questions that were not in view: they are shown before anything is kept.
pub(crate) fn asks_more(asked: &Asked, form: &Form, answers: &Answers) -> bool {
    let shown: Vec<&str> = asked.field(SHOWN).split_whitespace().collect();
    form.asked(answers).any(|question| !shown.contains(&question.key.as_str()))
}
