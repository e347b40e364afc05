//! A tank: how it is now, how it was for a day, a month or ever, its alarms and excursions, who lies there; and what one can do about
//! its channels.

use super::list::{NEWS, stale};
use super::{AT, parts, words};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::i18n::grouped;
use crate::problem::Problem;
use crate::ui::{Column, Page, Row, SummaryList, SummaryRow, Table, Tag, Width};
use crate::visit::{Visit, param, visit};
use domain::account::Capability;
use domain::ids::TankId;
use domain::telemetry::ChannelKind;
use leptos::prelude::*;
use services::telemetry::{self, Excursion, Lying, Span, TankPresent, TankView};

/// Places that the page lists; the list of units has all of them.
const PLACES: u32 = 40;
/// What its charts are of.
const CHARTS: [&[ChannelKind]; 2] =
    [&[ChannelKind::TemperatureTop, ChannelKind::TemperatureBottom], &[ChannelKind::Ln2Level]];

/// The page.
#[component]
pub fn TankPage() -> impl IntoView {
    let id = param("id").and_then(|text| text.parse().ok());
    read_first(page(visit(), id))
}

async fn page(visit: Visit, id: Option<TankId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let (services, context) = (&visit.services, &visit.context);
    let TankPresent { tank, units, alarms, stale: old } = telemetry::tank(services, context, id).await?;
    let span = visit.query.get("span").and_then(Span::from_name).unwrap_or(Span::Day);
    let histories = telemetry::histories(services, context, id, (&CHARTS, span)).await?;
    let excursions = telemetry::excursions_of_tank(services, context, id).await?;
    let lying = telemetry::lying(services, context, id, PLACES).await?;
    let back = format!("{AT}/{id}");
    let title = visit.t_args("tanks-one", &[("code", tank.code.clone().into())]);
    let titles = ["tanks-temperature", "tanks-kind-ln2_level"];
    let charts = titles.into_iter().zip(&histories);
    let charts: Vec<AnyView> = charts.map(|(title, history)| words::trend(visit, visit.t(title), history)).collect();
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, &[(AT, "tanks-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {old.then(|| stale(visit))}
            <SummaryList rows=facts(visit, &tank)/>
            {parts::open(visit, &alarms, &back)}
            {parts::mutes(visit, &tank.mutes, &back)}
            {parts::history(visit, span, &back, charts)}
            {parts::channels(visit, &tank.channels)}
            {warm(visit, &excursions)}
            {parts::past(visit, &alarms, &back)}
            {places(visit, &tank, units, &lying)}
            {parts::acts(visit, &tank.channels, &back)}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, tank: &TankView) -> Vec<SummaryRow> {
    let (tone, said) = words::standing(visit, tank);
    let of = |kind| words::reading(visit, tank.channel(kind));
    vec![
        SummaryRow::new(visit.t("tanks-state"), view! { <Tag tone=tone>{said}</Tag> }),
        SummaryRow::new(visit.t("tanks-kind-temperature_top"), of(ChannelKind::TemperatureTop)),
        SummaryRow::new(visit.t("tanks-kind-temperature_bottom"), of(ChannelKind::TemperatureBottom)),
        SummaryRow::new(visit.t("tanks-kind-ln2_level"), of(ChannelKind::Ln2Level)),
        SummaryRow::new(visit.t("tanks-room"), tank.room.clone()),
        SummaryRow::new(visit.t("tanks-purpose"), words::purpose(visit, &tank.purpose)),
    ]
}

fn warm(visit: &Visit, excursions: &[(Excursion, u64)]) -> AnyView {
    let content = if excursions.is_empty() {
        view! { <p class="muted">{visit.t("tanks-no-excursion")}</p> }.into_any()
    } else {
        let columns = vec![
            Column::new(visit.t("tanks-from")),
            Column::new(visit.t("tanks-until")),
            Column::number(visit.t("tanks-peak")),
            Column::new(visit.t("tanks-limit")),
            Column::number(visit.t("tanks-units")),
        ];
        let rows = excursions.iter().map(|(excursion, units)| {
            let limit = if excursion.critical { "tanks-limit-critical" } else { "tanks-limit-warning" };
            Row::new()
                .cell(moment(visit, excursion.begins_at))
                .cell(moment(visit, excursion.ends_at))
                .cell(words::value(visit, ChannelKind::TemperatureTop, Some(excursion.peak)))
                .cell(visit.t(limit))
                .cell(grouped(*units))
        });
        let rows = rows.collect();
        view! { <Table caption=visit.t("tanks-excursions") caption_hidden=true columns=columns rows=rows/> }.into_any()
    };
    view! { <section class="section"><h2>{visit.t("tanks-excursions")}</h2>{content}</section> }.into_any()
}

/// Who lies there: places for everybody who watches, which unit it is for those who may see units, its number as lists show it.
fn places(visit: &Visit, tank: &TankView, units: u64, lying: &[Lying]) -> AnyView {
    let sees = may(visit, Capability::SeeUnits);
    let said = visit.t_args("tanks-lying", &[("units", units.into()), ("places", tank.places.into())]);
    let columns = vec![
        Column::new(visit.t("tanks-place")),
        Column::new(visit.t("tanks-unit")),
        Column::new(visit.t("tanks-since")),
    ];
    let rows = lying.iter().map(|one| {
        let unit = if sees {
            let href = visit.href(&format!("/staff/units/{}", one.unit));
            view! { <a href=href><code class="code">{one.masked.clone()}</code></a> }.into_any()
        } else {
            visit.t("tanks-taken").into_any()
        };
        let (tower, frame, slot) = one.at;
        let place = format!("{tower} · {frame} · {slot}");
        Row::new().cell(place).cell(unit).cell(moment(visit, one.put_at))
    });
    let rows: Vec<Row> = rows.collect();
    let table = (!rows.is_empty())
        .then(|| view! { <Table caption=visit.t("tanks-places") caption_hidden=true columns=columns rows=rows/> });
    let more = (units > u64::from(PLACES)).then(|| {
        let said = visit.t_args("tanks-places-first", &[("n", PLACES.into())]);
        let all = sees.then(|| {
            let href = visit.href(&format!("/staff/units?tank={}", tank.id));
            view! { " "<a href=href>{visit.t("tanks-places-all")}</a> }
        });
        view! { <p class="muted">{said}{all}</p> }
    });
    view! { <section class="section"><h2>{visit.t("tanks-places")}</h2><p>{said}</p>{table}{more}</section> }.into_any()
}
