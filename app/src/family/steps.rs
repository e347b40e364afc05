//! The preparation steps of a unit, section by section, each done or not.

use super::list::name;
use super::{crumbs, hidden, page_of};
use crate::desk::read_first;
use crate::form::Tone;
use crate::museum::param;
use crate::problem::Problem;
use crate::ui::{EmptyState, Illustration, Meter, Page, Tag};
use crate::visit::{Visit, visit};
use domain::ids::UnitId;
use leptos::prelude::*;
use services::family::{self, StepItem};

/// The page.
#[component]
pub fn OwnSteps() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<UnitId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (unit, items) = family::steps_of(&visit.services, &visit.context, id).await.map_err(hidden)?;
    let way = [(page_of(id), name(visit, &unit).to_string())];
    let (done, all) = unit.counts.preparation;
    let content = if items.is_empty() {
        view! { <EmptyState of=Illustration::Drop title=visit.t("family-steps-none")><p>{visit.t("family-steps-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        let text = visit.t_args("family-steps-done", &[("done", done.into()), ("all", all.into())]);
        view! {
            <Meter label=text value=u64::from(done) max=u64::from(all)/>
            {sections(visit, &items)}
        }
        .into_any()
    };
    Ok(view! {
        <Page title=visit.t("family-steps-title") lead=visit.t("family-steps-lead") crumbs=crumbs(visit, &way)>
            {content}
        </Page>
    }
    .into_any())
}

fn sections(visit: &Visit, items: &[StepItem]) -> Vec<AnyView> {
    let same = |a: &StepItem, b: &StepItem| a.section == b.section;
    items.chunk_by(same).map(|of| section(visit, of)).collect()
}

/// One section; a section the catalogue names otherwise than ours goes by its letter.
fn section(visit: &Visit, items: &[StepItem]) -> AnyView {
    let letter = items.first().map(|item| item.section.clone()).unwrap_or_default();
    let title = crate::i18n::found(visit.locale(), &format!("family-section-{}", letter.to_ascii_lowercase()));
    let title = title.map_or_else(|| letter.clone(), |title| format!("{letter} · {title}"));
    let rows = items.iter().map(|item| {
        let (tone, key) =
            if item.done { (Tone::Success, "family-step-is-done") } else { (Tone::Plain, "family-step-is-ahead") };
        let label = format!("{}. {}", item.position, item.name);
        view! { <li class="task"><span>{label}</span><Tag tone=tone>{visit.t(key)}</Tag></li> }
    });
    let rows = rows.collect_view();
    view! { <section class="section"><h2>{title}</h2><ul class="tasks">{rows}</ul></section> }.into_any()
}
