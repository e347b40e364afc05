//! Choosing: one of several, several of several, yes or no.

use super::field::{Parts, Wants};
use super::slot::Slot;
use crate::i18n::Text;
use crate::visit::visit;
use leptos::prelude::*;

/// Something that can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What the form sends.
    pub value: Text,
    /// What it says.
    pub label: Text,
    /// A sentence below it.
    pub hint: Option<Text>,
    /// Cannot be chosen now.
    pub disabled: bool,
}

impl Choice {
    /// A choice without a hint.
    pub fn new(value: impl Into<Text>, label: impl Into<Text>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None, disabled: false }
    }

    /// The same with a sentence below it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<Text>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same, not to be chosen now.
    #[must_use]
    pub fn disabled(mut self, disabled: bool) -> Self {
        self.disabled = disabled;
        self
    }
}

/// One of many, folded together. For fewer than six choices prefer [`Radios`].
#[component]
pub fn Select(
    /// The input's name.
    #[prop(into)]
    name: Text,
    /// What to choose.
    #[prop(into)]
    label: Text,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// What is chosen at first.
    #[prop(optional, into)]
    value: Option<Text>,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
    /// What the error summary calls it, where its label alone is also another's.
    #[prop(optional, into)]
    called: Option<Text>,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::wanting(Wants::Choice, &visit, &name, called.as_ref().unwrap_or(&label), hint.is_some());
    let chosen = visit.form.value(&name).map(|v| Text::from(v.to_owned())).or(value);
    let options = choices.into_iter().map(|choice| {
        let selected = chosen.as_deref() == Some(&*choice.value);
        view! { <option value=choice.value selected=selected disabled=choice.disabled>{choice.label}</option> }
    });
    let options = options.collect_view();
    view! {
        <div class=parts.class()>
            <label class="label" for=parts.id.clone()>
                {label}
                {optional.then(|| view! { <span class="optional">{visit.t("optional")}</span> })}
            </label>
            {parts.hint(hint)}
            {parts.error()}
            <span class="select">
                <select
                    class="input"
                    name=name
                    id=parts.id.clone()
                    aria-required=(!optional).then_some("true")
                    aria-describedby=parts.described_by.clone()
                    aria-invalid=parts.invalid()
                >
                    {options}
                </select>
            </span>
        </div>
    }
}

/// One of a few, all to be seen.
#[component]
pub fn Radios(
    /// The inputs' name.
    #[prop(into)]
    name: Text,
    /// What to choose.
    #[prop(into)]
    label: Text,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// What is chosen at first.
    #[prop(optional, into)]
    value: Option<Text>,
    /// Side by side where there is room: for short words.
    #[prop(optional)]
    inline: bool,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let visit = visit();
    let chosen = visit.form.value(&name).map(|v| Text::from(v.to_owned())).or(value);
    let picked = move |value: &str| chosen.as_deref() == Some(value);
    view! {
        <Boxes name=name kind="radio" label=label hint=hint choices=choices picked=picked inline=inline optional=optional/>
    }
}

/// Several of a few. The form sends `name` once for each that is ticked.
#[component]
pub fn Checkboxes(
    /// The inputs' name.
    #[prop(into)]
    name: Text,
    /// What to choose.
    #[prop(into)]
    label: Text,
    /// How to choose.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// What can be chosen.
    choices: Vec<Choice>,
    /// What is ticked at first.
    #[prop(optional)]
    values: Vec<Text>,
    /// Side by side where there is room: for short words.
    #[prop(optional)]
    inline: bool,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
) -> impl IntoView {
    let visit = visit();
    let own = name.clone();
    let picked = move |value: &str| {
        if visit.form.was_sent() { visit.form.ticked(&own, value) } else { values.iter().any(|v| v.as_str() == value) }
    };
    view! {
        <Boxes name=name kind="checkbox" label=label hint=hint choices=choices picked=picked inline=inline optional=optional/>
    }
}

#[component]
fn Boxes<P: Fn(&str) -> bool + Send + 'static>(
    name: Text,
    kind: &'static str,
    label: Text,
    hint: Option<Text>,
    choices: Vec<Choice>,
    picked: P,
    inline: bool,
    optional: bool,
) -> impl IntoView {
    let visit = visit();
    let parts = Parts::wanting(Wants::Choice, &visit, &name, &label, hint.is_some());
    let boxes = choices.into_iter().enumerate().map(|(i, choice)| {
        // The first one carries the field's id, so that the error summary leads to it.
        let id = if i == 0 { parts.id.clone() } else { format!("{}-{}", parts.id, i + 1) };
        let hint_id = choice.hint.as_ref().map(|_| format!("{id}-about"));
        let about = choice.hint.map(|hint| view! { <span class="choice-hint" id=hint_id.clone()>{hint}</span> });
        view! {
            <div class="choice">
                <input
                    type=kind
                    name=name.clone()
                    id=id.clone()
                    value=choice.value.clone()
                    checked=picked(&choice.value)
                    disabled=choice.disabled
                    aria-describedby=hint_id
                />
                <label for=id>{choice.label}</label>
                {about}
            </div>
        }
    });
    let boxes = boxes.collect_view();
    // Only a group of which one is chosen has a role that can say that it has to be.
    let one = kind == "radio";
    view! {
        <fieldset
            class=parts.class()
            role=one.then_some("radiogroup")
            aria-required=(one && !optional).then_some("true")
            aria-describedby=parts.described_by.clone()
        >
            <legend class="label">
                {label}
                {optional.then(|| view! { <span class="optional">{visit.t("optional")}</span> })}
            </legend>
            {parts.hint(hint)}
            {parts.error()}
            <div class=if inline { "choices choices-inline" } else { "choices" }>{boxes}</div>
        </fieldset>
    }
}

/// One box to tick; sends `on`.
#[component]
pub fn Checkbox<'a>(
    /// The input's name.
    #[prop(into)]
    name: Text,
    /// What it is about in a word or two, where the error summary speaks of it: its sentence would say too much there.
    #[prop(into)]
    called: Text,
    /// What is said by ticking it; may hold links.
    children: Slot<'a>,
    /// A sentence below it.
    #[prop(optional, into)]
    hint: Option<Text>,
    /// Ticked at first. Never for a consent.
    #[prop(optional)]
    checked: bool,
) -> impl IntoView + use<> {
    let visit = visit();
    let parts = Parts::of(&visit, &name, &called, hint.is_some());
    let ticked = if visit.form.was_sent() { visit.form.ticked(&name, "on") } else { checked };
    view! {
        <div class=parts.class()>
            {parts.error()}
            <div class="choice">
                <input
                    type="checkbox"
                    name=name
                    id=parts.id.clone()
                    value="on"
                    checked=ticked
                    aria-describedby=parts.described_by.clone()
                    aria-invalid=parts.invalid()
                />
                <label for=parts.id.clone()>{children.view()}</label>
            </div>
            {parts.hint(hint)}
        </div>
    }
}

/// Fields that belong together.
#[component]
pub fn Fieldset<'a>(
    /// What they are about.
    #[prop(into)]
    legend: Text,
    /// The fields.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    view! {
        <fieldset class="group">
            <legend class="group-legend">{legend}</legend>
            {children.view()}
        </fieldset>
    }
}
