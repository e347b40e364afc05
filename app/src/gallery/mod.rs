//! Every component in every state, in development only: for eyes, screenshots and the accessibility checker.
//!
//! Its words are samples and stand here, not in the catalogues; the people and numbers in them are invented.

mod data;
mod forms;
mod states;

use crate::problem::{Problem, problem_page};
use crate::ui::{Page, Width};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;

/// The gallery; outside development there is no such page.
#[component]
pub fn Gallery() -> impl IntoView {
    let visit = &visit();
    if !visit.development {
        return problem_page(Problem::NotFound).into_any();
    }
    view! {
        <Page title=visit.t("gallery-title") width=Width::Wide>
            {states::buttons()}
            {states::messages()}
            {states::progress()}
            {forms::empty(visit)}
            {forms::refused(visit)}
            {data::pairs()}
            {data::tables()}
            {data::calendar(visit)}
            {data::charts()}
            {states::pictures()}
        </Page>
    }
    .into_any()
}

/// Shows something as if the visit were another one: a form that came back.
fn as_if(visit: Visit, make: impl FnOnce() -> AnyView) -> AnyView {
    let owner = Owner::current().unwrap_or_default().child();
    owner.with(|| {
        provide_context(visit);
        // Kept with the view: islands of it read their signals when it is written out.
        OwnedView::new(make()).into_any()
    })
}

#[component]
fn Shelf(#[prop(into)] title: String, children: Children) -> impl IntoView {
    view! { <section class="section stack"><h2>{title}</h2>{children()}</section> }
}
