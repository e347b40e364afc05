//! Fields of forms. Each finds what was typed and what is wrong with it in the visit's form, by its name.

use super::slot::Slot;
use crate::i18n::Text;
use crate::islands::Stepper;
use crate::visit::{Visit, visit};
use crate::words;
use domain::field::Fault;
use leptos::prelude::*;
use std::sync::{Arc, Mutex, PoisonError};

/// The id of the input `name`, for links of the error summary.
pub fn input_id(name: &str) -> String {
    format!("f-{name}")
}

/// What every field has: ids, the fault's sentence, and the ids that describe the input.
pub(super) struct Parts {
    pub id: String,
    pub hint_id: String,
    pub error_id: String,
    pub error: Option<Text>,
    pub described_by: Option<String>,
}

/// What the fields of a page are called, noted as they are made: the error summary above them names them. There is one for a
/// visit, since many a page makes its forms before the [`Page`](super::Page) they stand in.
#[derive(Clone, Default)]
pub(super) struct Labels(Arc<Mutex<Vec<Label>>>);

/// A field's name, what it is called, and what it wants.
type Label = (String, Text, Wants);

/// What a field wants of whoever leaves it empty.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Wants {
    /// To be filled in.
    #[default]
    Words,
    /// One of its choices.
    Choice,
    /// A file.
    File,
}

impl Wants {
    /// What is said of a fault.
    fn said(self, visit: &Visit, fault: &Fault) -> Text {
        match (self, fault) {
            (Self::Choice, Fault::Required) => visit.t("error-required-choice"),
            (Self::File, Fault::Required) => visit.t("error-required-file"),
            _ => words::fault_text(visit, fault),
        }
    }
}

/// Lets the fields of a visit say what they are called.
pub(crate) fn provide_labels() {
    provide_context(Labels::default());
}

impl Labels {
    fn note(&self, name: &str, label: &Text, wants: Wants) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), label.clone(), wants));
    }

    pub fn of(&self, name: &str) -> Option<Text> {
        let labels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        labels.iter().find(|(known, ..)| known == name).map(|(_, label, _)| label.clone())
    }

    /// What is said of a field's fault, in the words that stand beside it.
    pub fn said(&self, visit: &Visit, name: &str, fault: &Fault) -> Text {
        let labels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wants = labels.iter().find(|(known, ..)| known == name).map(|(.., wants)| *wants);
        wants.unwrap_or_default().said(visit, fault)
    }

    /// Where a field stands on its page; what is no field stands behind all that are.
    pub fn place(&self, name: &str) -> usize {
        let labels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        labels.iter().position(|(known, ..)| known == name).unwrap_or(usize::MAX)
    }
}

impl Parts {
    /// `label` is what the field is called, where the error summary speaks of it.
    pub fn of(visit: &Visit, name: &str, label: &Text, hint: bool) -> Self {
        Self::wanting(Wants::Words, visit, name, label, hint)
    }

    /// The same of a field that is not filled in, but chosen.
    pub fn wanting(wants: Wants, visit: &Visit, name: &str, label: &Text, hint: bool) -> Self {
        let id = input_id(name);
        if let Some(labels) = use_context::<Labels>() {
            labels.note(name, label, wants);
        }
        let (hint_id, error_id) = (format!("{id}-hint"), format!("{id}-error"));
        let error = visit.form.fault(name).map(|fault| wants.said(visit, &fault));
        let described_by = match (hint, error.is_some()) {
            (true, true) => Some(format!("{hint_id} {error_id}")),
            (true, false) => Some(hint_id.clone()),
            (false, true) => Some(error_id.clone()),
            (false, false) => None,
        };
        Self { id, hint_id, error_id, error, described_by }
    }

    pub fn invalid(&self) -> Option<&'static str> {
        self.error.is_some().then_some("true")
    }

    pub fn hint(&self, hint: Option<Text>) -> Option<impl IntoView + use<>> {
        let id = self.hint_id.clone();
        hint.map(|hint| view! { <p class="hint" id=id>{hint}</p> })
    }

    pub fn error(&self) -> Option<impl IntoView + use<>> {
        let id = self.error_id.clone();
        self.error.clone().map(|error| {
            view! { <p class="field-error" id=id><span class="hidden">{visit().t("error-prefix")}</span>{error}</p> }
        })
    }

    pub fn class(&self) -> &'static str {
        if self.error.is_some() { "field field-invalid" } else { "field" }
    }
}

/// Label, hint, error and one control, for controls of a page's own (an island, a file). The control carries the id
/// `f-<name>` and, where there is a hint or an error, `aria-describedby="f-<name>-hint f-<name>-error"`.
#[component]
pub fn Field<'a>(
    /// The input's name.
    name: &'static str,
    /// What to enter.
    #[prop(into)]
    label: Text,
    /// How to enter it.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
    /// The control.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    let visit = visit();
    let parts = Parts::of(&visit, name, &label, hint.is_some());
    view! {
        <div class=parts.class()>
            <label class="label" for=parts.id.clone()>
                {label}
                {optional.then(|| view! { <span class="optional">{visit.t("optional")}</span> })}
            </label>
            {parts.hint(hint)}
            {parts.error()}
            {children.view()}
        </div>
    }
}

/// One line of text. `value` is what stands there before anything was typed.
#[component]
pub fn TextField(
    /// The input's name.
    #[prop(into)]
    name: Text,
    /// What to enter.
    #[prop(into)]
    label: Text,
    /// How to enter it.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// `text`, `tel`, `email`, `password`, `search`, `time`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in: `name`, `tel`, `email`, `current-password`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Which keyboard: `numeric`, `tel`, `email`.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// The most characters; leave it out where the house trims or normalises what is typed.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// What stands there at first.
    #[prop(optional, into)]
    value: Option<Text>,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
    /// As wide as what is entered: `short`, `medium`; otherwise the whole line.
    #[prop(optional)]
    width: Option<&'static str>,
    /// The word before the input is a heading already: the label is for screen readers only.
    #[prop(optional)]
    label_hidden: bool,
    /// What the error summary calls it, where its label alone is also another's.
    #[prop(optional, into)]
    called: Option<Text>,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::of(&visit, &name, called.as_ref().unwrap_or(&label), hint.is_some());
    // What was typed into a password comes back from no form.
    let typed = (kind != "password").then(|| visit.form.value(&name).map(|v| Text::from(v.to_owned()))).flatten();
    let class = width.map_or("input".to_owned(), |width| format!("input input-{width}"));
    view! {
        <div class=parts.class()>
            <label class=if label_hidden { "label hidden" } else { "label" } for=parts.id.clone()>
                {label}
                {optional.then(|| view! { <span class="optional">{visit.t("optional")}</span> })}
            </label>
            {parts.hint(hint)}
            {parts.error()}
            <input
                class=class
                type=kind
                name=name
                id=parts.id.clone()
                value=typed.or(value)
                autocomplete=autocomplete
                inputmode=inputmode
                maxlength=maxlength.map(|max| max.to_string())
                aria-required=(!optional).then_some("true")
                aria-describedby=parts.described_by.clone()
                aria-invalid=parts.invalid()
            />
        </div>
    }
}

/// A file to send; its form says `files=true`. What was chosen does not come back with a form: browsers forbid it. That it has to be
/// sent is said by the native attribute: this input has no role that could carry the other.
#[component]
pub fn FileField(
    /// The input's name.
    #[prop(into)]
    name: Text,
    /// What to send.
    #[prop(into)]
    label: Text,
    /// Which kinds, how large.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What the browser offers first: `.xlsx,.csv`.
    accept: &'static str,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
    /// More than one may be chosen.
    #[prop(optional)]
    several: bool,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::wanting(Wants::File, &visit, &name, &label, hint.is_some());
    view! {
        <div class=parts.class()>
            <label class="label" for=parts.id.clone()>
                {label}
                {optional.then(|| view! { <span class="optional">{visit.t("optional")}</span> })}
            </label>
            {parts.hint(hint)}
            {parts.error()}
            <input
                class="input input-file"
                type="file"
                name=name
                id=parts.id.clone()
                accept=accept
                multiple=several
                required=!optional
                aria-describedby=parts.described_by.clone()
                aria-invalid=parts.invalid()
            />
        </div>
    }
}

/// Several lines of text. The only place of the site with a `<textarea>`: Leptos 0.8 sends its children unescaped, so
/// what was typed is escaped here (a test tries `</textarea><script>`).
#[component]
pub fn TextArea(
    /// The input's name.
    #[prop(into)]
    name: Text,
    /// What to enter.
    #[prop(into)]
    label: Text,
    /// How to enter it.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// Lines shown.
    #[prop(default = 5)]
    rows: u32,
    /// What stands there at first.
    #[prop(optional, into)]
    value: Option<Text>,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::of(&visit, &name, &label, hint.is_some());
    let typed = visit.form.value(&name).map(|v| Text::from(v.to_owned())).or(value).unwrap_or_default();
    // A browser drops one line feed at the beginning: this one.
    let inner = format!("\n{}", escaped(&typed));
    view! {
        <div class=parts.class()>
            <label class="label" for=parts.id.clone()>
                {label}
                {optional.then(|| view! { <span class="optional">{visit.t("optional")}</span> })}
            </label>
            {parts.hint(hint)}
            {parts.error()}
            <textarea
                class="input"
                name=name
                id=parts.id.clone()
                rows=rows.to_string()
                aria-required=(!optional).then_some("true")
                aria-describedby=parts.described_by.clone()
                aria-invalid=parts.invalid()
                inner_html=inner
            ></textarea>
        </div>
    }
}

/// `text` as HTML that shows it.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
    html
}

/// A date, as the browser lets people choose one; sends 2026-07-28.
#[component]
pub fn DateField(
    /// The input's name.
    #[prop(into)]
    name: Text,
    /// What to enter.
    #[prop(into)]
    label: Text,
    /// How to enter it.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What stands there at first.
    #[prop(optional)]
    value: Option<jiff::civil::Date>,
    /// The first day that can be chosen.
    #[prop(optional)]
    min: Option<jiff::civil::Date>,
    /// The last day that can be chosen.
    #[prop(optional)]
    max: Option<jiff::civil::Date>,
    /// What the browser may fill in: `bday`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::of(&visit, &name, &label, hint.is_some());
    let typed = visit.form.value(&name).map(str::to_owned).or(value.map(|day| day.to_string()));
    view! {
        <div class=parts.class()>
            <label class="label" for=parts.id.clone()>
                {label}
                {optional.then(|| view! { <span class="optional">{visit.t("optional")}</span> })}
            </label>
            {parts.hint(hint)}
            {parts.error()}
            <input
                class="input input-medium"
                type="date"
                name=name
                id=parts.id.clone()
                value=typed
                autocomplete=(autocomplete != "off").then_some(autocomplete)
                min=min.map(|day| day.to_string())
                max=max.map(|day| day.to_string())
                aria-required=(!optional).then_some("true")
                aria-describedby=parts.described_by.clone()
                aria-invalid=parts.invalid()
            />
        </div>
    }
}

/// A one-time code. Never filled in again: a code is used once.
#[component]
pub fn CodeField(
    /// The input's name.
    #[prop(default = "code")]
    name: &'static str,
    /// What to enter.
    #[prop(into)]
    label: Text,
    /// Where it was sent.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// Digits expected.
    #[prop(default = 6)]
    digits: u32,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::of(&visit, name, &label, hint.is_some());
    view! {
        <div class=parts.class()>
            <label class="label" for=parts.id.clone()>{label}</label>
            {parts.hint(hint)}
            {parts.error()}
            // Longer than the code: people paste it with spaces.
            <input
                class="input input-code"
                type="text"
                inputmode="numeric"
                autocomplete="one-time-code"
                spellcheck="false"
                name=name
                id=parts.id.clone()
                maxlength=(digits + 6).to_string()
                aria-required="true"
                aria-describedby=parts.described_by.clone()
                aria-invalid=parts.invalid()
            />
        </div>
    }
}

/// A small number with buttons for less and more; without JavaScript a plain number. The page needs `[islands]` in the
/// table of routes for the buttons to appear.
#[component]
pub fn NumberStepper(
    /// The input's name.
    name: &'static str,
    /// What to enter.
    #[prop(into)]
    label: Text,
    /// How to enter it.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// The smallest number.
    min: u32,
    /// The largest number.
    max: u32,
    /// What stands there at first.
    #[prop(optional)]
    value: Option<u32>,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::of(&visit, name, &label, hint.is_some());
    let typed = visit.form.value(name).map(str::to_owned).or(value.map(|n| n.to_string())).unwrap_or_default();
    view! {
        <div class=parts.class()>
            <label class="label" for=parts.id.clone()>{label}</label>
            {parts.hint(hint)}
            {parts.error()}
            <Stepper
                name=name.to_owned()
                id=parts.id.clone()
                value=typed
                min=min
                max=max
                less=visit.t("one-less").to_string()
                more=visit.t("one-more").to_string()
                described_by=parts.described_by.clone()
                invalid=parts.error.is_some()
            />
        </div>
    }
}

/// Something the form carries along.
#[component]
pub fn HiddenField(
    /// The input's name.
    name: &'static str,
    /// What it carries.
    #[prop(into)]
    value: Text,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}
