//! The batch record of a unit: what is missing by name, its steps by section, its tests with values, where it lay, what went in.

use super::super::words::deviation_text;
use super::said::{analyte_text, deviation_said, found_text, of_text, slot_text};
use crate::desk::{count, moment};
use crate::form::Tone;
use crate::ui::{Banner, Column, Row, Table, Tag};
use crate::visit::Visit;
use domain::custody::{Payload, Progress, State, ranges};
use leptos::prelude::*;
use services::custody::desk::{Opened, is_in_release};
use services::custody::{EventView, UnitView};

/// What is missing before it can be banked, by name; nothing for a unit that is past that.
pub(super) fn missing(visit: &Visit, unit: &UnitView) -> Option<AnyView> {
    let before = [State::Received, State::Processing, State::FrozenQuarantine];
    if !before.contains(&unit.standing.reached()) {
        return None;
    }
    let names = |list: &Progress| list.missing().map(|item| item.name(visit.locale()).to_owned()).collect::<Vec<_>>();
    let open = unit.deviations.iter().filter(|deviation| deviation.closed_at.is_none()).count();
    let open = u32::try_from(open).unwrap_or(u32::MAX);
    let mut rows: Vec<AnyView> = Vec::new();
    for (key, all) in [("units-missing-steps", names(&unit.steps)), ("units-missing-tests", names(&unit.tests))] {
        if all.is_empty() {
            continue;
        }
        let head = count(visit, key, u32::try_from(all.len()).unwrap_or(u32::MAX));
        let items = all.into_iter().map(|name| view! { <li>{name}</li> }).collect_view();
        rows.push(view! { <li>{head}<ul class="small">{items}</ul></li> }.into_any());
    }
    if !unit.record_signed {
        rows.push(view! { <li>{visit.t("units-missing-signature")}</li> }.into_any());
    }
    if open > 0 {
        rows.push(view! { <li>{count(visit, "units-missing-deviations", open)}</li> }.into_any());
    }
    if unit.place.is_none() {
        rows.push(view! { <li>{visit.t("units-missing-place")}</li> }.into_any());
    }
    let content = if rows.is_empty() {
        view! { <Banner tone=Tone::Success>{visit.t("units-missing-nothing")}</Banner> }.into_any()
    } else {
        view! { <ul>{rows}</ul> }.into_any()
    };
    Some(
        view! {
            <section class="section" id="missing">
                <h2>{visit.t("units-missing")}</h2>
                {content}
            </section>
        }
        .into_any(),
    )
}

/// The event that did a code of a list last, by when it happened: what is told late is not the last word. None where one that does
/// not open may have come after it.
fn doing<'a>(unit: &'a UnitView, code: &str) -> Option<&'a EventView> {
    let does = |event: &&EventView| match &event.payload {
        Some(Payload::StepDone { step, .. } | Payload::ReleaseStepDone { step, .. }) => step == code,
        Some(Payload::TestFinal { test, .. }) => test == code,
        _ => false,
    };
    let found = unit.events.iter().filter(does).max_by_key(|event| event.happened_at());
    found.filter(|event| !unit.may_be_outdated(event))
}

fn by(event: &EventView) -> String {
    match &event.payload {
        Some(Payload::StepDone { operator, with, .. } | Payload::ReleaseStepDone { operator, with, .. }) => {
            with.as_ref().map_or_else(|| operator.clone(), |with| format!("{operator} · {with}"))
        }
        Some(Payload::TestFinal { operator, reviewer, .. }) => format!("{operator} · {reviewer}"),
        _ => String::new(),
    }
}

/// The steps of a list by section, each done or missing, when and by whom. Sections fold; printed they stand open.
fn sections(visit: &Visit, unit: &UnitView, list: &Progress) -> impl IntoView + use<> {
    let mut names: Vec<&str> = list.catalogue.items.iter().map(|item| item.section.as_str()).collect();
    names.dedup();
    let sections = names.into_iter().map(|section| {
        let items: Vec<_> = list.each().filter(|(item, _)| item.section == section).collect();
        let done = items.iter().filter(|(_, done)| *done).count();
        let whole = done == items.len();
        let summary = format!("{section} · {done}/{}", items.len());
        let rows = items.into_iter().map(|(item, done)| {
            let event = doing(unit, &item.code);
            let tag = if done {
                view! { <Tag tone=Tone::Success>{visit.t("units-step-done")}</Tag> }.into_any()
            } else {
                view! { <Tag tone=Tone::Plain>{visit.t("units-step-missing")}</Tag> }.into_any()
            };
            Row::new()
                .cell(item.name(visit.locale()).to_owned())
                .cell(tag)
                .cell(event.map(by).unwrap_or_default())
                .cell(event.map(|event| moment(visit, event.occurred_at)).unwrap_or_default())
        });
        let rows = rows.collect();
        let columns = vec![
            Column::new(visit.t("units-step")),
            Column::new(visit.t("units-state")),
            Column::new(visit.t("units-operator")),
            Column::new(visit.t("units-event-occurred")),
        ];
        // What is not whole is what one came to see.
        let unfolded = !whole && done > 0;
        view! {
            <details class="units-section" open=unfolded>
                <summary>{summary.clone()}</summary>
                <Table caption=summary caption_hidden=true columns=columns rows=rows/>
            </details>
        }
    });
    sections.collect_view()
}

/// The preparation.
pub(super) fn steps(visit: &Visit, unit: &UnitView) -> impl IntoView + use<> {
    let title = format!("{} {}/{}", visit.t("units-steps"), unit.steps.count(), unit.steps.of());
    view! {
        <section class="section" id="steps">
            <h2>{title}</h2>
            {sections(visit, unit, &unit.steps)}
        </section>
    }
}

/// The release, each step done or missing; nothing before it can be asked for.
pub(super) fn release(visit: &Visit, unit: &UnitView) -> Option<AnyView> {
    let title = format!("{} {}/{}", visit.t("units-release"), unit.release.count(), unit.release.of());
    is_in_release(unit).then(|| {
        view! {
            <section class="section" id="release">
                <h2>{title}</h2>
                {sections(visit, unit, &unit.release)}
            </section>
        }
        .into_any()
    })
}

/// Every test with what was found and between what it can lie.
pub(super) fn tests(visit: &Visit, unit: &UnitView) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("units-test")),
        Column::new(visit.t("units-state")),
        Column::new(visit.t("units-test-found")),
        Column::new(visit.t("units-test-range")),
        Column::new(visit.t("units-test-by")),
    ];
    let rows = unit.tests.each().map(|(item, done)| {
        let event = doing(unit, &item.code);
        let values = match event.and_then(|event| event.payload.as_ref()) {
            Some(Payload::TestFinal { values, .. }) => values.as_slice(),
            _ => &[],
        };
        let found = values.iter().map(|value| {
            let of = of_text(visit, value);
            let of = (!of.is_empty()).then(|| view! { " "<span class="muted small">{of}</span> });
            let flag = ranges::check(value).ok().flatten().map(|flag| {
                view! { " "<Tag tone=Tone::Warning>{visit.t(&format!("units-flag-{}", flag.code()))}</Tag> }
            });
            let text = format!("{} {}", analyte_text(visit, &value.analyte), found_text(visit, value));
            view! { <div>{text}{of}{flag}</div> }
        });
        let found = found.collect_view();
        let between = values.iter().map(|value| {
            let range = ranges::range(&value.analyte, value.phase);
            let text = range.map_or_else(
                || "—".to_owned(),
                |(least, most)| format!("{}–{}", super::said::number_text(least), super::said::number_text(most)),
            );
            view! { <div>{text}</div> }
        });
        let between = between.collect_view();
        let state = match (done, begun(unit, &item.code)) {
            (true, _) => view! { <Tag tone=Tone::Success>{visit.t("units-test-final")}</Tag> }.into_any(),
            (false, Some(key)) => view! { <Tag tone=Tone::Info>{visit.t(key)}</Tag> }.into_any(),
            (false, None) => view! { <Tag tone=Tone::Plain>{visit.t("units-test-pending")}</Tag> }.into_any(),
        };
        Row::new()
            .cell(item.name(visit.locale()).to_owned())
            .cell(state)
            .cell(view! { <div>{found}</div> })
            .cell(view! { <div>{between}</div> })
            .cell(event.map(by).unwrap_or_default())
    });
    let rows = rows.collect();
    view! {
        <section class="section" id="tests">
            <h2>{visit.t("units-tests")}</h2>
            <Table caption=visit.t("units-tests") caption_hidden=true columns=columns rows=rows/>
        </section>
    }
}

/// How far a test without a final result is.
fn begun(unit: &UnitView, code: &str) -> Option<&'static str> {
    unit.events.iter().rev().find_map(|event| match &event.payload {
        Some(Payload::TestStarted { test }) if test == code => Some("units-test-started"),
        Some(Payload::TestRepeated { test, .. }) if test == code => Some("units-test-repeated"),
        _ => None,
    })
}

/// Deviations of the unit, open and closed, with what was said of each.
pub(super) fn deviations(visit: &Visit, opened: &Opened) -> impl IntoView + use<> {
    let unit = &opened.unit;
    let said = |seq: u32| {
        let event = unit.events.iter().find(|event| event.seq == seq);
        match event.and_then(|event| event.payload.as_ref()) {
            Some(Payload::DeviationOpened { said, .. } | Payload::DeviationClosed { said, .. }) => {
                Some(deviation_said(visit, said))
            }
            _ => None,
        }
    };
    let items = unit.deviations.iter().map(|deviation| {
        let (tone, key) = match deviation.closed_at {
            Some(_) => (Tone::Plain, "units-deviation-closed"),
            None => (Tone::Warning, "units-deviation-open"),
        };
        let opened_at = visit.t_args("units-deviation-opened-at", &[("at", moment(visit, deviation.opened_at).into())]);
        let closed_at = deviation.closed_at.map(|at| {
            let text = visit.t_args("units-deviation-closed-at", &[("at", moment(visit, at).into())]);
            view! { <p class="muted small">{text}</p> }
        });
        let why = said(deviation.opened_seq).map(|text| view! { <blockquote class="said">{text}</blockquote> });
        let came = deviation.closed_seq.and_then(said).map(|text| view! { <blockquote class="said">{text}</blockquote> });
        view! {
            <li class="case-step">
                <p class="case-step-head"><strong>{deviation_text(visit, deviation.kind)}</strong><Tag tone=tone>{visit.t(key)}</Tag></p>
                <p class="muted small">{opened_at}</p>
                {why}
                {closed_at}
                {came}
            </li>
        }
    });
    let items = items.collect_view();
    let none = unit.deviations.is_empty().then(|| view! { <p class="muted">{visit.t("units-deviations-of-none")}</p> });
    view! {
        <section class="section" id="deviations">
            <h2>{visit.t("units-deviations-of")}</h2>
            {none}
            <ol class="case-line">{items}</ol>
        </section>
    }
}

/// Where it lay; nothing where it never lay anywhere.
pub(super) fn places(visit: &Visit, opened: &Opened) -> Option<AnyView> {
    if opened.places.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("units-place")),
        Column::new(visit.t("units-place-put")),
        Column::new(visit.t("units-place-taken")),
    ];
    let scans = |(first, second): (&str, &str)| format!("{first} · {second}");
    let rows = opened.places.iter().map(|place| {
        let put = format!("{} · {}", moment(visit, place.put_at), scans((&place.put_by.0, &place.put_by.1)));
        let taken = match &place.taken {
            Some((at, first, second)) => format!("{} · {}", moment(visit, *at), scans((first, second))),
            None => visit.t("units-place-now").to_string(),
        };
        Row::new().cell(slot_text(&place.slot)).cell(put).cell(taken).muted(place.taken.is_some())
    });
    let rows = rows.collect();
    Some(
        view! {
            <section class="section" id="places">
                <h2>{visit.t("units-places")}</h2>
                <Table caption=visit.t("units-places") caption_hidden=true columns=columns rows=rows/>
            </section>
        }
        .into_any(),
    )
}

/// The lots that went into it; nothing where none is known.
pub(super) fn lots(visit: &Visit, opened: &Opened) -> Option<AnyView> {
    if opened.lots.is_empty() {
        return None;
    }
    let columns = vec![Column::new(visit.t("units-lot-kind")), Column::new(visit.t("units-lot"))];
    let rows = opened.lots.iter().map(|(kind, number, recalled)| {
        let tag = recalled.then(|| view! { " "<Tag tone=Tone::Danger>{visit.t("units-lot-recalled")}</Tag> });
        Row::new()
            .cell(super::said::lot_text(visit, kind))
            .cell(view! { <div><code class="code">{number.clone()}</code>{tag}</div> })
    });
    let rows = rows.collect();
    Some(
        view! {
            <section class="section" id="lots">
                <h2>{visit.t("units-lots")}</h2>
                <Table caption=visit.t("units-lots") caption_hidden=true columns=columns rows=rows/>
            </section>
        }
        .into_any(),
    )
}
