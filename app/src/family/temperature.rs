//! How cold a unit lay, over a day, thirty days and all its time in the tanks it lay in: the tank's temperature, since a bag has no
//! thermometer of its own.

use super::list::name;
use super::{crumbs, hidden, page_of};
use crate::desk::read_first;
use crate::form::Tone;
use crate::museum::param;
use crate::problem::Problem;
use crate::tanks::thermal_chart;
use crate::ui::{Banner, Page, Tab, Tabs};
use crate::visit::{Visit, visit};
use domain::ids::UnitId;
use leptos::prelude::*;
use services::family;
use services::telemetry::Span;

/// The page.
#[component]
pub fn OwnTemperature() -> impl IntoView {
    read_first(page(visit(), param("id")))
}

async fn page(visit: Visit, id: Option<UnitId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let span = visit.query.get("span").and_then(Span::from_name).unwrap_or(Span::Day);
    let (unit, history) = family::thermal(&visit.services, &visit.context, id, span).await.map_err(hidden)?;
    let way = [(page_of(id), name(visit, &unit).to_string())];
    let tabs = Span::ALL.map(|of| Tab {
        href: visit.href(&format!("{}/temperature?span={}", page_of(id), of.name())).into(),
        label: visit.t(&format!("family-span-{}", of.name())),
        count: None,
        current: of == span,
    });
    let warmest =
        history.lines.iter().flat_map(|line| &line.steps).filter_map(|step| step.values).map(|(.., high)| high);
    let warmest = warmest.reduce(f64::max).map(|high| {
        let text = format!("{high:.1}").replacen('-', "−", 1);
        view! { <p>{visit.t_args("family-warmest", &[("degrees", text.into())])}</p> }
    });
    let none = history.lines.is_empty().then(|| {
        view! { <Banner tone=Tone::Info>{visit.t("family-temperature-none")}</Banner> }
    });
    let chart = (!history.lines.is_empty()).then(|| thermal_chart(visit, &history));
    Ok(view! {
        <Page title=visit.t("family-temperature-title") lead=visit.t("family-temperature-lead") crumbs=crumbs(visit, &way)>
            <Tabs label=visit.t("family-temperature-title") tabs=tabs.to_vec()/>
            {warmest}
            {none}
            {chart}
        </Page>
    }
    .into_any())
}
