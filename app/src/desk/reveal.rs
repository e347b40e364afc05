//! Seeing in full what the desk shows masked: asked for with a reason, after a fresh second factor, and shown once.

use crate::form::Tone;
use crate::local_path::LocalPath;
use crate::ui::{Banner, Button, Form, Glyph, LinkButton, SummaryList, SummaryRow, TextField, Variant};
use crate::visit::Visit;
use domain::account::{Capability, Denied};
use leptos::prelude::*;

/// What was asked for, once.
pub(crate) fn revealed(visit: &Visit, title: &str, rows: Vec<SummaryRow>) -> AnyView {
    view! {
        <section class="section staff-panel">
            <h2>{visit.t(title)}</h2>
            <Banner tone=Tone::Info alert=true>{visit.t("staff-reveal-noted")}</Banner>
            <SummaryList rows=rows/>
        </section>
    }
    .into_any()
}

/// The way to ask, for whoever may: the reason is typed into `field`. The words are the title, the text and the button.
pub(crate) fn reveal(
    visit: &Visit,
    action: String,
    (field, [title, text, open]): (&'static str, [&str; 3]),
) -> Option<AnyView> {
    let ask = match visit.context.require(Capability::RevealContact) {
        Ok(()) => view! {
            <Form action=action>
                <TextField name=field label=visit.t("staff-reveal-reason") hint=visit.t("staff-reveal-reason-hint") maxlength=200/>
                <p class="actions"><Button variant=Variant::Secondary glyph=Glyph::Lock>{visit.t(open)}</Button></p>
            </Form>
        }
        .into_any(),
        // The factor first, so that no reason is typed in vain.
        Err(Denied::StepUpNeeded) => {
            let back = LocalPath::or_home("/staff/step-up").with("next", &visit.here());
            view! { <p class="actions"><LinkButton href=visit.href(back.as_str()) variant=Variant::Secondary glyph=Glyph::Lock>{visit.t("staff-reveal-step-up")}</LinkButton></p> }
                .into_any()
        }
        Err(_) => return None,
    };
    Some(
        view! {
            <section class="section">
                <h2>{visit.t(title)}</h2>
                <p class="muted">{visit.t(text)}</p>
                {ask}
            </section>
        }
        .into_any(),
    )
}
