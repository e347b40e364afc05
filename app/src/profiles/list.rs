//! Everybody, of whom nothing is known first.

use super::{absence_text, ahead, at, name_of, speciality_text};
use crate::desk::{count, crumbs, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{Banner, Column, EmptyState, Illustration, Page, Row, Table, Tag, Width};
use crate::visit::{Visit, visit};
use crate::words::role_text;
use domain::spark::review::assignment::Speciality;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::spark::review::{Known, people};

const NEWS: &[(&str, &str)] = &[("kept", "profiles-done-kept"), ("declared", "profiles-done-declared")];

/// The page.
#[component]
pub fn Profiles() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = people(&visit.services, &visit.context).await?;
    let unknown = u32::try_from(all.iter().filter(|one| one.is_unknown()).count()).unwrap_or(u32::MAX);
    let missing = (unknown > 0).then(|| {
        let text = count(visit, "profiles-missing", unknown);
        view! { <Banner tone=Tone::Warning>{text}</Banner> }
    });
    let list = if all.is_empty() {
        let text = visit.t("profiles-none-text");
        view! { <EmptyState of=Illustration::Flame title=visit.t("profiles-none")><p>{text}</p></EmptyState> }
            .into_any()
    } else {
        table(visit, &all)
    };
    Ok(view! {
        <Page title=visit.t("profiles-title") lead=visit.t("profiles-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {missing}
            {list}
        </Page>
    }
    .into_any())
}

fn table(visit: &Visit, all: &[Known]) -> AnyView {
    let columns = vec![
        Column::new(visit.t("profiles-name")),
        Column::new(visit.t("profiles-roles")),
        Column::new(visit.t("profiles-specialities")),
        Column::new(visit.t("profiles-hospital")),
        Column::new(visit.t("profiles-load")),
        Column::new(visit.t("profiles-absence")),
        Column::new(visit.t("profiles-last-review")),
    ];
    let rows = all.iter().map(|one| row(visit, one)).collect();
    view! { <Table caption=visit.t("profiles-title") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

fn row(visit: &Visit, one: &Known) -> Row {
    let href = visit.href(&format!("{}/{}", at::PROFILES, one.person.account));
    let roles: Vec<String> = one.roles.iter().map(|role| role_text(visit, *role).to_string()).collect();
    let unknown = one.is_unknown().then(|| view! { " "<Tag tone=Tone::Warning>{visit.t("profiles-unknown")}</Tag> });
    let last = one.last_review.map(|at| day_text(local_day(at), visit.locale()));
    Row::new()
        .cell(view! { <a href=href>{name_of(visit, &one.person)}</a>{unknown} })
        .cell(roles.join(&visit.t("enumeration-separator")))
        .cell(specialities(visit, one))
        .cell(one.hospital.clone().unwrap_or_else(|| visit.t("profiles-nothing").to_string()))
        .cell(load(visit, one))
        .cell(absence(visit, one))
        .cell(last.unwrap_or_else(|| visit.t("profiles-nothing").to_string()))
}

fn specialities(visit: &Visit, one: &Known) -> String {
    let own = one.profile.as_ref().map_or(&[][..], |profile| profile.specialities.as_slice());
    let words: Vec<String> = own.iter().map(|one: &Speciality| speciality_text(visit, one).to_string()).collect();
    if words.is_empty() {
        visit.t("profiles-nothing").to_string()
    } else {
        words.join(&visit.t("enumeration-separator"))
    }
}

/// What they have to do: reviews, and cases of an officer.
pub(super) fn load(visit: &Visit, one: &Known) -> String {
    let mut parts = Vec::new();
    if one.reviews > 0 {
        parts.push(count(visit, "profiles-reviews", one.reviews).to_string());
    }
    if one.cases > 0 {
        parts.push(count(visit, "profiles-cases", one.cases).to_string());
    }
    if parts.is_empty() { visit.t("profiles-free").to_string() } else { parts.join(&visit.t("list-separator")) }
}

fn absence(visit: &Visit, one: &Known) -> AnyView {
    let today = local_day(visit.context.now);
    if one.profile.as_ref().is_some_and(|profile| profile.away) {
        return view! { <Tag tone=Tone::Info>{visit.t("profiles-away-open")}</Tag> }.into_any();
    }
    match ahead(visit, one.absence) {
        Some(absence) if absence.covers(today) => {
            view! { <Tag tone=Tone::Info>{absence_text(visit, absence)}</Tag> }.into_any()
        }
        Some(absence) => absence_text(visit, absence).into_any(),
        None => visit.t("profiles-here").into_any(),
    }
}
