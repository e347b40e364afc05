//! What an event asks: the questions one below the other, one to add or change, how visitors will see them, and the versions that
//! were published.

use super::event;
use crate::desk::{crumbs, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::museum::param;
use crate::outreach::questions;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkbox, Checkboxes, Choice, EmptyState, Fieldset, Form, HiddenField, Illustration, LinkButton,
    Page, Select, Tag, TextArea, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::ids::ActivityId;
use domain::outreach::{Answers, Form as Questions, Key, Kind, Question, YES};
use domain::time::local_day;
use leptos::prelude::*;
use services::outreach::{FormVersion, WorkingForm, form_versions, working_form};

const NEWS: &[(&str, &str)] = &[
    ("kept", "staff-question-kept"),
    ("removed", "staff-question-removed"),
    ("moved", "staff-question-moved"),
    ("published", "staff-questions-published"),
    ("discarded", "staff-questions-discarded"),
];

/// The kinds of answers: the word of a form, and the key of what it is called.
pub(super) const KINDS: [(&str, &str); 6] = [
    ("text", "question-text"),
    ("number", "question-number"),
    ("one", "question-one"),
    ("many", "question-many"),
    ("date", "question-date"),
    ("consent", "question-consent"),
];

fn kind_text(visit: &Visit, kind: &Kind) -> Text {
    let word = kind.name();
    let key = KINDS.iter().find(|(known, _)| *known == word).map_or("question-text", |(_, key)| *key);
    visit.t(key)
}

/// The builder.
#[component]
pub fn EventQuestions() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<ActivityId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let event = event(visit, id).await?;
    let working = &working_form(&visit.services, &visit.context, event.id).await?;
    let versions = form_versions(&visit.services, &visit.context, event.id).await?;
    let base = format!("/staff/events/{}", event.id);
    let chosen = visit.form.value("key").or_else(|| visit.query.get("edit")).and_then(Key::new);
    let chosen = chosen.and_then(|key| working.form.question(&key));
    let list = if working.form.questions.is_empty() {
        view! { <EmptyState of=Illustration::Lecture title=visit.t("staff-questions-none")><p>{visit.t("staff-questions-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        let all = &working.form.questions;
        let items =
            all.iter().enumerate().map(|(at, question)| entry(visit, working, question, at, &base)).collect_view();
        view! { <ol class="staff-questions">{items}</ol> }.into_any()
    };
    Ok(view! {
        <Page title=visit.t("staff-event-questions") lead=visit.t("staff-questions-lead") kicker=event.title.of(visit.locale()).to_owned() width=Width::Wide
            crumbs=crumbs(visit, &[("/staff/events", "staff-events-title"), (&base, "staff-event-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {working.changed.then(|| publishing(visit, working, &base))}
            <div class="staff-builder">
                <div>
                    {list}
                    {edit(visit, working, chosen)}
                    {published(visit, &versions)}
                </div>
                {preview(visit, &working.form)}
            </div>
        </Page>
    }
    .into_any())
}

fn publishing(visit: &Visit, working: &WorkingForm, base: &str) -> impl IntoView + use<> {
    let (version, same) = (working.version.to_string(), working.version.to_string());
    view! {
        <Banner tone=Tone::Warning>{visit.t("staff-questions-unpublished")}</Banner>
        <div class="actions">
            <Form action=visit.href(&format!("{base}/questions/publish")) inline=true>
                <HiddenField name="version" value=version/>
                <Button>{visit.t("staff-questions-publish")}</Button>
            </Form>
            <Form action=visit.href(&format!("{base}/questions/discard")) inline=true>
                <HiddenField name="version" value=same/>
                <Button variant=Variant::Quiet>{visit.t("staff-questions-discard")}</Button>
            </Form>
        </div>
    }
}

fn entry(visit: &Visit, working: &WorkingForm, question: &Question, at: usize, base: &str) -> impl IntoView + use<> {
    let key = question.key.as_str();
    let label = question.label.of(visit.locale()).to_owned();
    let (last, version) = (working.form.questions.len() - 1, working.version.to_string());
    let about = label.clone();
    let press = |action: &str, way: &'static str, word: &str| {
        let (about, version) = (about.clone(), version.clone());
        view! {
            <Form action=visit.href(&format!("{base}/questions/{action}")) inline=true>
                <HiddenField name="version" value=version/>
                <HiddenField name="key" value=key.to_owned()/>
                <HiddenField name="way" value=way/>
                <Button variant=Variant::Quiet>{visit.t(word)}<span class="hidden">" "{about}</span></Button>
            </Form>
        }
        .into_any()
    };
    let up = (at > 0).then(|| press("move", "up", "staff-question-up"));
    let down = (at < last).then(|| press("move", "down", "staff-question-down"));
    let remove = press("remove", "", "staff-question-remove");
    let edit = format!("{}?edit={key}#question", visit.href(&format!("{base}/questions")));
    view! {
        <li class="staff-question">
            <p class="staff-question-label">{label}</p>
            {nature(visit, &working.form, question)}
            <div class="staff-question-actions">
                <LinkButton href=edit variant=Variant::Quiet>{visit.t("staff-event-edit")}</LinkButton>
                {up}
                {down}
                {remove}
            </div>
        </li>
    }
}

/// How a question of a form is answered, whether it has to be, and after which answers it is asked.
fn nature(visit: &Visit, form: &Questions, question: &Question) -> impl IntoView + use<> {
    let when = question.when.as_ref().map(|when| {
        let on = form.question(&when.question);
        let label = on.map_or(String::new(), |on| on.label.of(visit.locale()).to_owned());
        let values = on.map_or(String::new(), |on| {
            when.any_of.iter().map(|v| value_text(visit, on, v)).collect::<Vec<_>>().join(" / ")
        });
        let text = visit.t_args("staff-question-when-text", &[("question", label.into()), ("values", values.into())]);
        view! { <p class="muted small">{text}</p> }
    });
    view! {
        <p class="staff-question-tags">
            <Tag>{kind_text(visit, &question.kind)}</Tag>
            {question.required.then(|| view! { <Tag tone=Tone::Info>{visit.t("staff-question-required")}</Tag> })}
            {question.sensitive.then(|| view! { <Tag tone=Tone::Warning>{visit.t("staff-question-sensitive")}</Tag> })}
        </p>
        {when}
    }
}

/// What an answer to a question says.
fn value_text(visit: &Visit, question: &Question, value: &str) -> String {
    let choices: &[_] = match &question.kind {
        Kind::One { choices } | Kind::Many { choices } => choices,
        _ => &[],
    };
    let found = choices.iter().find(|choice| choice.value == value);
    let agreed = || if value == YES { visit.t("event-agreed").to_string() } else { value.to_owned() };
    found.map_or_else(agreed, |choice| choice.label.of(visit.locale()).to_owned())
}

/// The two bounds of a kind, and its choices, as they are typed.
fn typed(kind: &Kind) -> (String, String, String) {
    match kind {
        Kind::Text { max } => (String::new(), max.to_string(), String::new()),
        Kind::Number { min, max } => (min.to_string(), max.to_string(), String::new()),
        Kind::Date { from, until } => (from.to_string(), until.to_string(), String::new()),
        Kind::One { choices } | Kind::Many { choices } => {
            let line = |c: &domain::outreach::Choice| format!("{} = {} | {}", c.value, c.label.zh, c.label.en);
            (String::new(), String::new(), choices.iter().map(line).collect::<Vec<_>>().join("\n"))
        }
        Kind::Consent => (String::new(), String::new(), String::new()),
    }
}

fn edit(visit: &Visit, working: &WorkingForm, chosen: Option<&Question>) -> impl IntoView + use<> {
    let earlier = working.form.questions.iter().take_while(|q| chosen.is_none_or(|chosen| q.key != chosen.key));
    let conditions: Vec<Choice> = earlier
        .flat_map(|question| {
            let values = question.values().into_iter().map(str::to_owned).collect::<Vec<_>>();
            values.into_iter().map(move |value| {
                let text = format!("{} → {}", question.label.of(visit.locale()), value_text(visit, question, &value));
                Choice::new(format!("{}:{value}", question.key.as_str()), text)
            })
        })
        .collect();
    let on = chosen.and_then(|question| question.when.as_ref()).map(|when| {
        when.any_of.iter().map(|value| Text::from(format!("{}:{value}", when.question.as_str()))).collect::<Vec<_>>()
    });
    let kinds = KINDS.iter().map(|(word, key)| Choice::new(*word, visit.t(key))).collect();
    let (min, max, choices) = chosen.map(|question| typed(&question.kind)).unwrap_or_default();
    let kind = chosen.map_or("text", |question| question.kind.name());
    let text = |of: fn(&Question) -> &str| chosen.map(of).unwrap_or_default().to_owned();
    let title = visit.t(if chosen.is_some() { "staff-question-change" } else { "staff-question-add" });
    let again = chosen.map(|_| {
        view! { <LinkButton href=format!("{}#question", visit.here()) variant=Variant::Quiet>{visit.t("staff-question-new-instead")}</LinkButton> }
    });
    view! {
        <section class="section staff-panel" id="question">
            <h2>{title}</h2>
            <Form>
                <HiddenField name="version" value=working.version.to_string()/>
                {chosen.map(|question| view! { <HiddenField name="key" value=question.key.as_str().to_owned()/> })}
                <TextField name="label_zh" label=visit.t("staff-question-label-zh") value=text(|q| &q.label.zh)/>
                <TextField name="label_en" label=visit.t("staff-question-label-en") value=text(|q| &q.label.en) optional=true/>
                <TextField name="hint_zh" label=visit.t("staff-question-hint-zh") value=text(|q| &q.hint.zh) optional=true/>
                <TextField name="hint_en" label=visit.t("staff-question-hint-en") value=text(|q| &q.hint.en) optional=true/>
                <Select name="kind" label=visit.t("staff-question-kind") choices=kinds value=kind/>
                <TextArea name="choices" label=visit.t("staff-question-choices") hint=visit.t("staff-question-choices-hint") value=choices optional=true/>
                <Fieldset legend=visit.t("staff-question-bounds")>
                    <p class="muted small">{visit.t("staff-question-bounds-text")}</p>
                    <div class="form-inline">
                        <TextField name="min" label=visit.t("staff-question-min") inputmode="numeric" width="short" value=min optional=true/>
                        <TextField name="max" label=visit.t("staff-question-max") inputmode="numeric" width="short" value=max optional=true/>
                    </div>
                </Fieldset>
                <Checkbox name="required" called=visit.t("called-required") checked=chosen.is_none_or(|q| q.required)>{visit.t("staff-question-required-label")}</Checkbox>
                <Checkbox name="sensitive" called=visit.t("called-sensitive") hint=visit.t("staff-question-sensitive-hint") checked=chosen.is_some_and(|q| q.sensitive)>{visit.t("staff-question-sensitive-label")}</Checkbox>
                {(!conditions.is_empty()).then(|| view! {
                    <Checkboxes name="when" label=visit.t("staff-question-when") hint=visit.t("staff-question-when-hint") choices=conditions values=on.unwrap_or_default()/>
                })}
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-question-keep")}</Button>{again}</p>
            </Form>
        </section>
    }
}

fn preview(visit: &Visit, form: &Questions) -> Option<impl IntoView + use<>> {
    (!form.questions.is_empty()).then(|| {
        let fields = questions(visit, form, &Answers::default().typed(), local_day(visit.context.now));
        view! {
            <section class="staff-preview">
                <h2>{visit.t("staff-questions-preview")}</h2>
                <p class="muted small">{visit.t("staff-questions-preview-text")}</p>
                <div class="form">{fields}</div>
            </section>
        }
    })
}

/// The versions that were published, the newest first, which is the one visitors are asked. Nothing changes them.
fn published(visit: &Visit, versions: &[FormVersion]) -> Option<impl IntoView + use<>> {
    let all = versions.iter().map(|one| version(visit, one)).collect_view();
    (!versions.is_empty()).then(|| {
        view! {
            <section class="section" id="versions">
                <h2>{visit.t("staff-questions-versions")}</h2>
                <p class="muted small">{visit.t("staff-questions-versions-text")}</p>
                <div class="questions">{all}</div>
            </section>
        }
    })
}

fn version(visit: &Visit, one: &FormVersion) -> impl IntoView + use<> {
    let name = visit.t_args("staff-questions-version", &[("n", one.number.into())]);
    let by = if one.by.is_empty() { "—".to_owned() } else { one.by.clone() };
    let about = visit.t_args(
        "staff-questions-version-about",
        &[("at", moment(visit, one.published_at).into()), ("by", by.into()), ("n", one.answered.into())],
    );
    let asked = one.form.questions.iter().map(|question| {
        let choices: &[_] = match &question.kind {
            Kind::One { choices } | Kind::Many { choices } => choices,
            _ => &[],
        };
        let choices = choices.iter().map(|choice| choice.label.of(visit.locale())).collect::<Vec<_>>().join(" / ");
        view! {
            <li>
                <p class="staff-question-label">{question.label.of(visit.locale()).to_owned()}</p>
                {(!choices.is_empty()).then(|| view! { <p class="small">{choices}</p> })}
                {nature(visit, &one.form, question)}
            </li>
        }
    });
    let asked = asked.collect_view();
    let none = one.form.questions.is_empty().then(|| view! { <p class="muted">{visit.t("staff-questions-none")}</p> });
    view! {
        <details class="question">
            <summary><span>{name}<br/><span class="muted small">{about}</span></span></summary>
            {none}
            <ol class="staff-version">{asked}</ol>
        </details>
    }
}
