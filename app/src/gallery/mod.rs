//! Every component in every state, in development only: for eyes, screenshots and the accessibility checker.

use crate::problem::{Problem, problem_page};
use crate::ui::{Button, Page, Variant, Width};
use crate::visit::visit;
use leptos::either::Either;
use leptos::prelude::*;

/// The gallery; outside development there is no such page.
#[component]
pub fn Gallery() -> impl IntoView {
    let visit = &visit();
    if !visit.development {
        return Either::Left(problem_page(Problem::NotFound));
    }
    let buttons = Variant::ALL.map(|variant| view! { <Button variant=variant>{format!("{variant:?}")}</Button> }).collect_view();
    Either::Right(view! {
        <Page title=visit.t("gallery-title") width=Width::Wide>
            <section class="section"><h2>"Buttons"</h2><p class="actions">{buttons}</p></section>
        </Page>
    })
}
