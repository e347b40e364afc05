//! What units are worked by, for reading: the lists of steps and tests with the bounds of what is measured, the rules of the way, the
//! versions of each with what they changed, and whose word they are. They are changed by command.

use super::at;
use super::unit::analyte_text;
use crate::desk::{crumbs, may, moment, read_first, rooms};
use crate::form::Tone;
use crate::i18n::{self, Text};
use crate::problem::Problem;
use crate::ui::{Banner, Closeness, Column, Page, Row, Table, Tag, Width, figure};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::custody::catalogue::in_force;
use domain::custody::revise::ListChange;
use domain::custody::{Catalogue, CatalogueKind, Item, Phase, ranges};
use domain::time::{day_text, local_day};
use jiff::civil::Date;
use leptos::prelude::*;
use services::custody::lists::{self, ListVersion, Said, WayVersion};
use std::sync::Arc;

/// The page.
#[component]
pub fn Lists() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = lists::page(&visit.services, &visit.context).await?;
    let each = all.lists.iter().map(|(kind, versions)| list(visit, *kind, versions)).collect_view();
    let (bounds, way) = (bounds(visit), way(visit, &all.way));
    Ok(view! {
        <Page title=visit.t("units-lists-title") lead=visit.t("units-lists-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::UNITS, "units-title")])>
            {rooms(visit)}
            <Banner tone=Tone::Info>{visit.t("units-lists-changing")}</Banner>
            {each}
            {bounds}
            {way}
        </Page>
    }
    .into_any())
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A list: the version in force, or the one that was asked for, entry by entry; below it all of them.
fn list(visit: &Visit, kind: CatalogueKind, versions: &[ListVersion]) -> AnyView {
    let lists: Vec<Arc<Catalogue>> = versions.iter().map(|one| one.list.clone()).collect();
    let present = in_force(&lists, kind, local_day(visit.context.now)).map(|list| list.version);
    let wanted = visit.query.parsed::<u32>(kind.name());
    let of = |version: Option<u32>| versions.iter().find(|one| Some(one.list.version) == version);
    let Some(shown) = of(wanted).or_else(|| of(present)) else {
        return ().into_any();
    };
    let title = visit.t(match kind {
        CatalogueKind::Preparation => "units-lists-preparation",
        CatalogueKind::Test => "units-lists-test",
        CatalogueKind::Release => "units-lists-release",
    });
    let about = [
        ("version", shown.list.version.into()),
        ("from", day_text(shown.list.valid_from, visit.locale()).into()),
        ("n", number(shown.list.items.len()).into()),
    ];
    let about = visit.t_args("units-lists-shown", &about);
    let entries = if kind == CatalogueKind::Test { tests(visit, &shown.list) } else { steps(visit, &shown.list) };
    let past = past(visit, versions, (shown.list.version, present));
    view! {
        <section class="section" id=kind.name()>
            <h2>{title}</h2>
            <p>{about}</p>
            {entries}
            {past}
        </section>
    }
    .into_any()
}

/// A step's name, and whether more than one person does it.
fn name(visit: &Visit, item: &Item) -> AnyView {
    let two = item.needs_two().then(|| view! { " "<Tag tone=Tone::Info>{visit.t("units-lists-by-two")}</Tag> });
    view! { {item.name(visit.locale()).to_owned()}{two} }.into_any()
}

/// The steps by section; printed they stand open.
fn steps(visit: &Visit, list: &Catalogue) -> AnyView {
    let mut sections: Vec<&str> = list.items.iter().map(|item| item.section.as_str()).collect();
    sections.dedup();
    let each = sections.into_iter().map(|section| {
        let items: Vec<&Item> = list.items.iter().filter(|item| item.section == section).collect();
        let known = (list.kind == CatalogueKind::Preparation)
            .then(|| i18n::found(visit.locale(), &format!("family-section-{}", section.to_ascii_lowercase())))
            .flatten();
        let known = known.map(|known| format!(" {known}")).unwrap_or_default();
        let summary = format!("{section}{known} · {}", items.len());
        let columns = vec![
            Column::number(visit.t("units-lists-position")),
            Column::new(visit.t("units-step")),
            Column::new(visit.t("units-lists-code")),
        ];
        let rows = items.into_iter().map(|item| {
            Row::new()
                .cell(item.position.to_string())
                .cell(name(visit, item))
                .cell(view! { <code class="code">{item.code.clone()}</code> })
        });
        let rows = rows.collect();
        view! {
            <details class="units-section">
                <summary>{summary.clone()}</summary>
                <Table caption=summary caption_hidden=true columns=columns rows=rows/>
            </details>
        }
    });
    each.collect_view().into_any()
}

/// The tests, each with the bounds of what it measures.
fn tests(visit: &Visit, list: &Catalogue) -> AnyView {
    let columns = vec![
        Column::number(visit.t("units-lists-position")),
        Column::new(visit.t("units-lists-test-one")),
        Column::new(visit.t("units-lists-code")),
        Column::new(visit.t("units-lists-range")),
    ];
    let rows = list.items.iter().map(|item| {
        let measured = ranges::measured(&item.code).iter().filter_map(|analyte| {
            let span = span(ranges::range(analyte, None)?, unit(analyte));
            let above = ranges::released_above(analyte).map(|bound| {
                let bound = figure(bound, unit(analyte), Closeness::Measured);
                visit.t_args("units-lists-released-above", &[("bound", bound.into())])
            });
            Some(view! { <li>{analyte_text(visit, analyte)}" "{span}{above}</li> })
        });
        let measured: Vec<_> = measured.collect();
        let bounds = if measured.is_empty() {
            view! { <span class="muted">{visit.t("units-lists-no-range")}</span> }.into_any()
        } else {
            view! { <ul class="small">{measured}</ul> }.into_any()
        };
        Row::new()
            .cell(item.position.to_string())
            .cell(name(visit, item))
            .cell(view! { <code class="code">{item.code.clone()}</code> })
            .cell(bounds)
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("units-lists-test") caption_hidden=true columns=columns rows=rows/> }.into_any()
}

/// In what an analyte is counted; what is only counted has none.
fn unit(analyte: &str) -> &'static str {
    match analyte {
        "volume" => "ml",
        "weight" => "g",
        "viability" | "hct" | "recovery" | "cd34_viability" | "cd45_viability" => "%",
        _ => "",
    }
}

/// From where to where.
fn span((least, most): (f64, f64), unit: &str) -> String {
    let (least, most) = (figure(least, "", Closeness::Measured), figure(most, unit, Closeness::Measured));
    format!("{least} – {most}").replace('-', "−")
}

/// The other bounds of what is measured: what lies outside is no measurement and is refused.
fn bounds(visit: &Visit) -> AnyView {
    let of = |analyte: &str, phase: Option<Phase>, said: Option<&str>| {
        let said =
            said.map(|key| visit.t_args("family-about", &[("words", visit.t(key).to_string().into())]).to_string());
        let said = said.unwrap_or_default();
        let span = ranges::range(analyte, phase).map(|range| span(range, unit(analyte))).unwrap_or_default();
        (format!("{}{said}", analyte_text(visit, analyte)), span)
    };
    let fixed = |key: &str, range: (f64, f64), unit: &str| (visit.t(key).to_string(), span(range, unit));
    let each = [
        of("volume", Some(Phase::Pre), Some("units-phase-pre")),
        of("volume", Some(Phase::Post), Some("units-phase-post")),
        of("weight", None, None),
        of("recovery", None, Some("units-lists-recovery")),
        fixed("units-lists-ward", ranges::WARD_C, "°C"),
        fixed("units-lists-transit", ranges::TRANSIT_C, "°C"),
        fixed("units-lists-leg", ranges::LEG_HOURS, "h"),
        fixed("units-lists-frozen", ranges::FROZEN_C, "°C"),
        fixed("units-lists-shipper", ranges::SHIPPER_C, "°C"),
    ];
    let columns = vec![Column::new(visit.t("units-lists-what")), Column::new(visit.t("units-lists-range"))];
    let rows = each.into_iter().map(|(what, range)| Row::new().cell(what).cell(range)).collect();
    let tanks = may(visit, Capability::SeeTanks).then(|| {
        let href = visit.href("/staff/tanks/rules");
        view! { <p><a href=href>{visit.t("units-lists-tanks")}</a></p> }
    });
    view! {
        <section class="section" id="bounds">
            <h2>{visit.t("units-lists-bounds")}</h2>
            <p>{visit.t("units-lists-bounds-text")}</p>
            <Table caption=visit.t("units-lists-bounds") caption_hidden=true columns=columns rows=rows/>
            {tanks}
        </section>
    }
    .into_any()
}

/// Whether a version holds: from a later day, now, or not any more.
fn standing(visit: &Visit, (version, from): (u32, Date), present: Option<u32>) -> AnyView {
    let (tone, key) = if present == Some(version) {
        (Tone::Success, "units-lists-holds")
    } else if from > local_day(visit.context.now) {
        (Tone::Info, "units-lists-later")
    } else {
        (Tone::Plain, "units-lists-over")
    };
    view! { <Tag tone=tone>{visit.t(key)}</Tag> }.into_any()
}

/// Who set a version and when, then why.
fn said(visit: &Visit, version: u32, said: Option<&Said>) -> (Text, Text) {
    match said {
        Some(said) => {
            // Of who is of the house no more the name is kept no more.
            let name = if said.by.is_empty() { visit.t("units-lists-gone").to_string() } else { said.by.clone() };
            let by = [("name", name.into()), ("at", moment(visit, said.at).into())];
            (visit.t_args("units-lists-set-by", &by), said.reason.clone().into())
        }
        None if version == 1 => (visit.t("units-lists-house"), "—".into()),
        None => (visit.t("units-lists-unsaid"), "—".into()),
    }
}

/// Every version of a list: since when it holds, whose word it is and why, what it changed.
fn past(visit: &Visit, versions: &[ListVersion], (shown, present): (u32, Option<u32>)) -> AnyView {
    let columns = vec![
        Column::new(visit.t("units-lists-version")),
        Column::new(visit.t("units-state")),
        Column::new(visit.t("units-lists-from")),
        Column::new(visit.t("units-lists-by")),
        Column::new(visit.t("units-lists-why")),
        Column::new(visit.t("units-lists-changes")),
    ];
    let rows = versions.iter().map(|one| {
        let (version, kind) = (one.list.version, one.list.kind.name());
        let number = if version == shown {
            view! { <strong>{version}</strong> }.into_any()
        } else {
            let href = format!("{}?{kind}={version}#{kind}", visit.href(at::LISTS));
            view! { <a href=href>{version}</a> }.into_any()
        };
        let changes = one.changes.iter().map(|change| view! { <li>{change_text(visit, one, change)}</li> });
        let changes: Vec<_> = changes.collect();
        let changes =
            if changes.is_empty() { "—".into_any() } else { view! { <ul class="small">{changes}</ul> }.into_any() };
        let (by, why) = said(visit, version, one.said.as_ref());
        Row::new()
            .cell(number)
            .cell(standing(visit, (version, one.list.valid_from), present))
            .cell(day_text(one.list.valid_from, visit.locale()))
            .cell(by)
            .cell(why)
            .cell(changes)
    });
    let rows = rows.collect();
    view! {
        <h3>{visit.t("units-lists-versions")}</h3>
        <Table caption=visit.t("units-lists-versions") caption_hidden=true columns=columns rows=rows/>
    }
    .into_any()
}

/// What a version changed against the one before it, by the names of people.
fn change_text(visit: &Visit, version: &ListVersion, change: &ListChange) -> Text {
    let in_list = |list: Option<&Catalogue>, code: &str| {
        let item = list.and_then(|list| list.item(code));
        item.map_or_else(|| code.to_owned(), |item| item.name(visit.locale()).to_owned())
    };
    let now = |code: &str| in_list(Some(version.list.as_ref()), code);
    let was = |code: &str| in_list(version.before.as_deref(), code);
    match change {
        ListChange::Added(code) => visit.t_args("units-lists-added", &[("name", now(code).into())]),
        ListChange::Removed(code) => visit.t_args("units-lists-removed", &[("name", was(code).into())]),
        ListChange::Moved(code, from, to) => {
            let args = [("name", now(code).into()), ("from", u32::from(*from).into()), ("to", u32::from(*to).into())];
            visit.t_args("units-lists-moved", &args)
        }
        ListChange::Section(code, from, to) => {
            let args = [("name", now(code).into()), ("from", from.clone().into()), ("to", to.clone().into())];
            visit.t_args("units-lists-section", &args)
        }
        ListChange::Renamed(code) => {
            visit.t_args("units-lists-renamed", &[("was", was(code).into()), ("name", now(code).into())])
        }
    }
}

/// Minutes as hours.
fn hours(visit: &Visit, minutes: u32) -> Text {
    visit.t_args("units-lists-hours", &[("n", figure(f64::from(minutes) / 60.0, "", Closeness::Measured).into())])
}

/// The rules of the way, version by version.
fn way(visit: &Visit, versions: &[WayVersion]) -> AnyView {
    let today = local_day(visit.context.now);
    let in_force = versions.iter().find(|one| one.rules.from <= today).or_else(|| versions.last());
    let present = in_force.map(|one| one.rules.version);
    let columns = vec![
        Column::number(visit.t("units-lists-version")),
        Column::new(visit.t("units-state")),
        Column::new(visit.t("units-lists-from")),
        Column::new(visit.t("units-lists-alarm")),
        Column::new(visit.t("units-lists-reject")),
        Column::new(visit.t("units-lists-by")),
        Column::new(visit.t("units-lists-why")),
    ];
    let rows = versions.iter().map(|one| {
        let (by, why) = said(visit, one.rules.version, one.said.as_ref());
        Row::new()
            .cell(one.rules.version.to_string())
            .cell(standing(visit, (one.rules.version, one.rules.from), present))
            .cell(day_text(one.rules.from, visit.locale()))
            .cell(hours(visit, one.rules.alarm))
            .cell(hours(visit, one.rules.reject))
            .cell(by)
            .cell(why)
    });
    let rows = rows.collect();
    view! {
        <section class="section" id="way">
            <h2>{visit.t("units-lists-way")}</h2>
            <p>{visit.t("units-lists-way-text")}</p>
            <Table caption=visit.t("units-lists-way") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
    .into_any()
}
