//! The islands of the design system: pieces of a page that are live in the browser. Each works as plain HTML before it
//! wakes, and is given its words as props.
#![expect(missing_docs, reason = "the macro makes a type of each island and leaves its documentation out")]

use leptos::prelude::*;

/// A number with buttons for less and more. Before it wakes it is the number input alone.
#[island]
pub fn Stepper(
    /// The input's name.
    name: String,
    /// The input's id, which the label names.
    id: String,
    /// What stands in it at first.
    value: String,
    /// The smallest number.
    min: u32,
    /// The largest number.
    max: u32,
    /// What the minus button is called.
    less: String,
    /// What the plus button is called.
    more: String,
    /// The ids of hint and error.
    described_by: Option<String>,
    /// The number was refused.
    invalid: bool,
) -> impl IntoView {
    let (number, set_number) = signal(value);
    let awake = RwSignal::new(false);
    Effect::new(move |_| awake.set(true));
    let step = move |by: i64| {
        let now = number.get_untracked().trim().parse().unwrap_or(i64::from(min) - by.signum());
        set_number.set((now + by).clamp(i64::from(min), i64::from(max)).to_string());
    };
    let at = move |end: u32| number.with(|n| n.trim().parse() == Ok(end));
    // Without an initial `value` attribute the server would send an empty input; `prop` keeps it in step afterwards.
    let initial = number.get_untracked();
    view! {
        // The input first: the buttons appear beside it, and nothing moves.
        <span class="stepper">
            <input
                class="input stepper-input"
                type="text"
                inputmode="numeric"
                autocomplete="off"
                name=name
                id=id
                value=initial
                prop:value=move || number.get()
                aria-required="true"
                aria-describedby=described_by
                aria-invalid=invalid.then_some("true")
                on:input=move |event| set_number.set(event_target_value(&event))
            />
            <button
                type="button"
                class="stepper-button"
                aria-label=less
                hidden=move || !awake.get()
                disabled=move || at(min)
                on:click=move |_| step(-1)
            >
                "−"
            </button>
            <button
                type="button"
                class="stepper-button"
                aria-label=more
                hidden=move || !awake.get()
                disabled=move || at(max)
                on:click=move |_| step(1)
            >
                "+"
            </button>
        </span>
    }
}
