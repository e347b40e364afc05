//! For everybody: whether the funds of a group take new cases. No amount and no fund's name.

use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::paths;
use crate::spark::words;
use crate::ui::{Card, Crumb, LinkButton, Page, Width};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::ledger::views::{self, GroupStanding};

/// The page.
#[component]
pub fn OpenFunds() -> impl IntoView {
    crate::desk::read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let groups = views::open_groups(&visit.services, &visit.context).await?;
    let terms = views::open_terms(&visit.services, &visit.context).await?;
    let cards = groups.map(|(group, standing)| {
        let (tone, word, text) = match standing {
            GroupStanding::Open => (Tone::Success, "books-open", "books-open-text"),
            GroupStanding::Waiting => (Tone::Warning, "books-waiting", "books-waiting-text"),
            GroupStanding::Closed => (Tone::Plain, "books-closed", "books-closed-text"),
        };
        let said = terms.iter().filter(|(of, _)| *of == group).flat_map(|(_, all)| all);
        let said = said.map(|one| {
            let one = one.of(visit.locale()).to_owned();
            view! { <p class="said">{one}</p> }
        });
        let said = said.collect_view();
        view! {
            <Card title=words::group(visit, group) level=2 tag=Some((tone, visit.t(word)))>
                <p>{visit.t(text)}</p>
                {said}
            </Card>
        }
    });
    let cards = cards.collect_view();
    let crumbs = vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href(paths::SPARK), visit.t("spark-name")),
    ];
    Ok(view! {
        <Page title=visit.t("books-open-title") lead=visit.t("books-open-lead") width=Width::Wide crumbs=crumbs>
            <div class="cards">{cards}</div>
            <p class="muted">{visit.t("books-open-note")}</p>
            <p class="actions no-print"><LinkButton href=visit.href("/spark/check")>{visit.t("spark-check-action")}</LinkButton></p>
        </Page>
    }
    .into_any())
}
