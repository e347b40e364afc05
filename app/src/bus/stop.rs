//! One stop: when, where, for whom; and afterwards who came and the photographs of it.

use super::{audience_words, problem_of};
use crate::problem::{Problem, problem_page};
use crate::requests::{Room, param};
use crate::ui::{Crumb, LinkButton, Page, SummaryList, SummaryRow, Variant, Width};
use crate::visit::{Visit, visit};
use domain::ids::BusStopId;
use domain::time::span_text;
use leptos::prelude::*;
use services::bus::{Bus, PhotoView, StopShown, stop};

/// The page.
#[component]
pub fn Stop() -> impl IntoView {
    let visit = visit();
    let id: Option<BusStopId> = param("id");
    Suspend::new(async move {
        let Some(id) = id else { return problem_page(Problem::NotFound).into_any() };
        match stop(&visit.services, id).await {
            Ok(shown) => page(&visit, &shown),
            Err(error) => problem_page(problem_of(error)).into_any(),
        }
    })
}

fn page(visit: &Visit, shown: &StopShown) -> AnyView {
    let stop = &shown.stop;
    let mut rows = vec![
        SummaryRow::new(visit.t("book-when"), span_text(stop.starts_at, stop.ends_at, visit.locale())),
        SummaryRow::new(visit.t("bus-city"), stop.city.text(visit.locale()).to_owned()),
        SummaryRow::new(visit.t("bus-audience"), audience_words(visit, stop.audience)),
    ];
    if let Some(people) = shown.people_came {
        let words = visit.t_args("people-count", &[("n", people.into())]);
        rows.push(SummaryRow::new(visit.t("bus-stop-came"), words));
    }
    let mut crumbs = Bus::crumbs(visit);
    crumbs.push(Crumb::new(visit.href("/bus/schedule"), visit.t("bus-schedule-title")));
    let lead = visit.t(if stop.visited { "bus-stop-lead-past" } else { "bus-stop-lead" });
    view! {
        <Page title=stop.organisation.clone() lead=lead kicker=visit.t("bus-name") width=Width::Wide crumbs=crumbs>
            <SummaryList rows=rows/>
            {photos(visit, &shown.photos)}
            <p class="actions">
                <LinkButton href=visit.href("/bus/schedule") variant=Variant::Secondary>{visit.t("bus-see-schedule")}</LinkButton>
            </p>
        </Page>
    }
    .into_any()
}

fn photos(visit: &Visit, photos: &[PhotoView]) -> Option<impl IntoView + use<>> {
    if photos.is_empty() {
        return None;
    }
    // The words are the picture's own: who sees it needs none beside it.
    let items = photos.iter().map(|photo| view! { <li>{picture(visit, photo)}</li> });
    let items = items.collect_view();
    Some(view! {
        <section class="section">
            <h2>{visit.t("bus-stop-photos")}</h2>
            <ul class="bus-photos">{items}</ul>
        </section>
    })
}

/// A photograph, with its room kept while it loads.
pub(super) fn picture(visit: &Visit, photo: &PhotoView) -> impl IntoView + use<> {
    let words = visit.pick(&photo.alt_zh, &photo.alt_en).into_owned();
    let (width, height) = photo.size;
    view! {
        <img class="bus-photo" src=format!("/bus/photos/{}", photo.id) alt=words width=width height=height loading="lazy" decoding="async"/>
    }
}
