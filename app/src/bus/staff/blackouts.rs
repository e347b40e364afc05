//! Days without driving: those that stand, and new ones, whose collisions are shown before anything happens.

use super::{Fleet, day_words, stop_words};
use crate::desk::{count, crumbs, day, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::requests::Room;
use crate::ui::{
    Banner, Button, Choice, Column, DateField, Form, HiddenField, Page, Radios, Row, Select, Table, Tag, TextField,
    Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::ids::BusBlackoutId;
use domain::time::local_day;
use leptos::prelude::*;
use services::bus::{self, BlackoutView, Bus, NewBlackout, Seen, StopView};

const NEWS: &[(&str, &str)] = &[("added", "bus-blackout-added"), ("ended", "bus-blackout-ended")];
/// The fields that stand in the address while one looks.
const FIELDS: [&str; 6] = ["vehicle", "first", "until", "kind", "reason_zh", "reason_en"];

/// Days without driving.
#[component]
pub fn Blackouts() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = asked(visit);
    let visit = &visit;
    let (services, context) = (&visit.services, &visit.context);
    let fleet = Fleet::of(visit, bus::fleet(services, context).await?);
    let known = bus::blackouts(services, context).await?;
    let wanted = wanted(visit, context.new_id());
    let looked = match &wanted {
        Some(wanted) => match bus::colliding(services, context, wanted).await {
            Ok(stops) => Some((wanted, stops)),
            // An end before the beginning: said beside the field by the form below.
            Err(bus::BusError::Fields(_)) => None,
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let result = looked.map(|(wanted, stops)| result(visit, wanted, &stops));
    Ok(view! {
        <Page title=visit.t("bus-staff-blackouts-title") lead=visit.t("bus-blackouts-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {list(visit, &known, &fleet)}
            {form(visit, &fleet)}
            {result}
        </Page>
    }
    .into_any())
}

/// What was asked for by the address stands in the fields again.
fn asked(visit: Visit) -> Visit {
    if visit.form.was_sent() || visit.query.get("first").is_none() {
        return visit;
    }
    let typed: Vec<(&str, String)> =
        FIELDS.iter().filter_map(|name| Some((*name, visit.query.get(name)?.to_owned()))).collect();
    let visit = visit.with(|data| data.form = crate::form::FormState::typed(typed, &[]));
    provide_context(visit.clone());
    visit
}

/// The days that are being looked at; none while something is missing.
fn wanted(visit: &Visit, id: BusBlackoutId) -> Option<NewBlackout> {
    let field = |name: &str| visit.form.value(name).map(str::trim).filter(|text| !text.is_empty());
    Some(NewBlackout {
        id,
        // What is no vehicle is not every vehicle.
        vehicle: field("vehicle").map(str::parse).transpose().ok()?,
        from: day(field("first")?).ok()?,
        until: day(field("until")?).ok()?,
        kind: field("kind")?.to_owned(),
        reason_zh: field("reason_zh")?.to_owned(),
        reason_en: field("reason_en")?.to_owned(),
    })
}

fn kind_words(visit: &Visit, kind: &str) -> crate::i18n::Text {
    visit.t(match kind {
        "repair" => "bus-blackout-repair",
        "holiday" => "bus-blackout-holiday",
        _ => "bus-blackout-other",
    })
}

fn list(visit: &Visit, known: &[BlackoutView], fleet: &Fleet) -> impl IntoView + use<> {
    if known.is_empty() {
        return view! { <p class="muted">{visit.t("bus-blackouts-none")}</p> }.into_any();
    }
    let columns =
        ["bus-blackout-days", "bus-staff-vehicle", "bus-blackout-kind", "bus-staff-reason", "staff-job-actions"];
    let columns = columns.map(|key| Column::new(visit.t(key))).to_vec();
    let rows = known.iter().map(|it| {
        let days = if it.from == it.until {
            day_words(visit, it.from)
        } else {
            format!("{} – {}", day_words(visit, it.from), day_words(visit, it.until))
        };
        let vehicle = it.vehicle.map_or_else(|| visit.t("bus-blackout-all").to_string(), |id| fleet.vehicle(id));
        let end = view! {
            <Form inline=true action=visit.href("/staff/bus/blackouts/end")>
                <HiddenField name="id" value=it.id.to_string()/>
                <Button variant=Variant::Quiet>{visit.t("bus-blackout-end")}</Button>
            </Form>
        };
        Row::new()
            .cell(days)
            .cell(vehicle)
            .cell(kind_words(visit, &it.kind))
            .cell(visit.pick(&it.reason_zh, &it.reason_en).into_owned())
            .cell(end)
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("bus-staff-blackouts-title") caption_hidden=true columns=columns rows=rows/> }
        .into_any()
}

fn form(visit: &Visit, fleet: &Fleet) -> impl IntoView + use<> {
    let all = Choice::new("", visit.t("bus-blackout-all"));
    let vehicles = fleet.vehicles.iter().map(|(id, title)| Choice::new(id.to_string(), title.clone()));
    let vehicles = std::iter::once(all).chain(vehicles).collect();
    let kinds = ["repair", "holiday", "other"].map(|kind| Choice::new(kind, kind_words(visit, kind))).to_vec();
    let today = local_day(visit.context.now);
    view! {
        <section class="section">
            <h2>{visit.t("bus-blackout-new")}</h2>
            <p class="muted">{visit.t("bus-blackout-new-text")}</p>
            <Form get=true>
                <div class="form-inline">
                    <Select name="vehicle" label=visit.t("bus-staff-vehicle") choices=vehicles/>
                    <DateField name="first" label=visit.t("bus-blackout-first") min=today/>
                    <DateField name="until" label=visit.t("bus-blackout-last") min=today/>
                </div>
                <Radios name="kind" label=visit.t("bus-blackout-kind") choices=kinds value="repair" inline=true/>
                <TextField name="reason_zh" label=visit.t("staff-exception-reason-zh") hint=visit.t("bus-blackout-reason-hint")/>
                <TextField name="reason_en" label=visit.t("staff-exception-reason-en")/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("bus-blackout-look")}</Button></p>
            </Form>
        </section>
    }
}

/// The stops that were shown, for the form that acts on them: `id.version`, separated by blanks.
fn seen_text(stops: &[StopView]) -> String {
    stops.iter().map(|stop| format!("{}.{}", stop.id, stop.version)).collect::<Vec<_>>().join(" ")
}

/// [`seen_text`] read again; none where it is something else.
pub(super) fn seen(text: &str) -> Option<Vec<Seen>> {
    let one = |word: &str| {
        let (stop, version) = word.split_once('.')?;
        Some(Seen { stop: stop.parse().ok()?, version: version.parse().ok()? })
    };
    text.split_whitespace().map(one).collect()
}

/// Which schools would lose their date, and the button that acts.
fn result(visit: &Visit, wanted: &NewBlackout, stops: &[StopView]) -> impl IntoView + use<> {
    let items = stops.iter().map(|stop| {
        let (tone, state) = Bus::state_words(visit, stop.state);
        let href = visit.href(&format!("/staff/bus/requests/{}", stop.request));
        view! { <li class="bus-conflict"><Tag tone=tone>{state}</Tag><a href=href>{stop_words(visit, stop)}</a></li> }
    });
    let items = items.collect_view();
    let found = match u32::try_from(stops.len()).unwrap_or_default() {
        0 => view! { <Banner tone=Tone::Success>{visit.t("bus-blackout-no-collision")}</Banner> }.into_any(),
        n => view! {
            <Banner tone=Tone::Warning>{count(visit, "bus-blackout-collisions", n)}</Banner>
            <ul class="bus-conflicts">{items}</ul>
        }
        .into_any(),
    };
    let fates = (!stops.is_empty()).then(|| {
        let choices = vec![
            Choice::new("queue", visit.t("bus-fate-queue")).hint(visit.t("bus-fate-queue-hint")),
            Choice::new("refuse", visit.t("bus-fate-refuse")).hint(visit.t("bus-fate-refuse-hint")),
        ];
        view! { <Radios name="fate" label=visit.t("bus-fate") choices=choices value="queue"/> }
    });
    let vehicle = wanted.vehicle.map(|id| id.to_string()).unwrap_or_default();
    let seen = seen_text(stops);
    view! {
        <section class="section staff-panel stack" id="result">
            <h2>{visit.t("bus-blackout-result")}</h2>
            {found}
            <Form action=visit.href("/staff/bus/blackouts")>
                <HiddenField name="id" value=wanted.id.to_string()/>
                <HiddenField name="vehicle" value=vehicle/>
                <HiddenField name="first" value=wanted.from.to_string()/>
                <HiddenField name="until" value=wanted.until.to_string()/>
                <HiddenField name="kind" value=wanted.kind.clone()/>
                <HiddenField name="reason_zh" value=wanted.reason_zh.clone()/>
                <HiddenField name="reason_en" value=wanted.reason_en.clone()/>
                <HiddenField name="seen" value=seen/>
                {fates}
                <p class="actions"><Button>{visit.t("bus-blackout-do")}</Button></p>
            </Form>
        </section>
    }
}
