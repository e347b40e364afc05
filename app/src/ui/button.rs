//! Things to press: buttons of forms, links that look like them, and a question before something final.

use super::icon::{Glyph, Icon};
use super::slot::Slot;
use crate::i18n::Text;
use crate::visit::visit;
use leptos::prelude::*;

/// How much weight a button has. One primary per page.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Variant {
    /// The one thing to do next: the ember.
    #[default]
    Primary,
    /// Another thing one may do.
    Secondary,
    /// Hardly a button.
    Quiet,
    /// Something final.
    Danger,
}

impl Variant {
    /// Every variant.
    pub const ALL: [Self; 4] = [Self::Primary, Self::Secondary, Self::Quiet, Self::Danger];

    const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button",
            Self::Secondary => "button button-secondary",
            Self::Quiet => "button button-quiet",
            Self::Danger => "button button-danger",
        }
    }
}

/// A button that sends its form. `name` and `value` tell several buttons of one form apart.
#[component]
pub fn Button<'a>(
    /// Its weight.
    #[prop(optional)]
    variant: Variant,
    /// The name sent along.
    #[prop(optional, into)]
    name: Option<Text>,
    /// The value sent along.
    #[prop(optional, into)]
    value: Option<Text>,
    /// Cannot be pressed now.
    #[prop(optional)]
    disabled: bool,
    /// Work is under way: shown turning, cannot be pressed again.
    #[prop(optional)]
    busy: bool,
    /// An icon before the words.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// Sends the form although fields are missing, for "back" and "save for later".
    #[prop(optional)]
    unchecked: bool,
    /// What it says.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    view! {
        <button
            type="submit"
            class=variant.class()
            name=name
            value=value
            disabled=disabled || busy
            aria-busy=busy.then_some("true")
            formnovalidate=unchecked
        >
            {glyph.map(|of| view! { <Icon of=of/> })}
            {busy.then(|| view! { <span class="spinner" aria-hidden="true"></span> })}
            {children.view()}
        </button>
    }
}

/// A link that looks like a button. `href` is used as it is: pass `visit.href("/museum")` for pages of the house.
#[component]
pub fn LinkButton<'a>(
    /// Where it goes.
    #[prop(into)]
    href: Text,
    /// Its weight.
    #[prop(optional)]
    variant: Variant,
    /// An icon before the words.
    #[prop(optional)]
    glyph: Option<Glyph>,
    /// The answer is a file to keep.
    #[prop(optional)]
    download: bool,
    /// What it says.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    view! {
        <a class=variant.class() href=href download=download>
            {glyph.map(|of| view! { <Icon of=of/> })}
            {children.view()}
        </a>
    }
}

/// A question before something final, without JavaScript: the button opens a panel with what will happen and the form
/// that does it. Put a [`Form`](super::Form) into it.
#[component]
pub fn Dialog<'a>(
    /// What the closed button says.
    #[prop(into)]
    label: Text,
    /// The question.
    #[prop(into)]
    title: Text,
    /// The weight of the closed button.
    #[prop(default = Variant::Secondary)]
    variant: Variant,
    /// Open from the beginning, for a form that came back.
    #[prop(optional)]
    open: bool,
    /// What will happen, and the form.
    children: Slot<'a>,
) -> impl IntoView + use<> {
    let shown = title.clone();
    view! {
        <details class="dialog" open=open>
            <summary class=variant.class()>
                <span class="dialog-closed">{label}</span>
                <span class="dialog-open">{visit().t("close")}</span>
            </summary>
            <div class="dialog-panel" role="group" aria-label=title>
                <p class="dialog-title">{shown}</p>
                {children.view()}
            </div>
        </details>
    }
}
