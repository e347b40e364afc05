//! The numbers of a year: visits and people by city and by month, and what the schools thought.

use crate::desk::{crumbs, read_first, rooms, turn};
use crate::problem::Problem;
use crate::ui::{BarChart, Column, Page, Point, Row, StatNumber, Table, Width};
use crate::visit::{Visit, visit};
use domain::time::{local_day, month_text};
use leptos::prelude::*;
use services::bus::{self, Statistics};

/// The numbers.
#[component]
pub fn Numbers() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let this = local_day(visit.context.now).year();
    let year: i16 = visit.query.parsed("year").filter(|year| (2020..=2100).contains(year)).unwrap_or(this);
    let numbers = bus::statistics(&visit.services, &visit.context, year).await?;
    let to = |year: i16| format!("{}?year={year}", visit.here());
    let after = (year < this).then(|| (to(year + 1), "bus-year-after"));
    let turn = turn(visit, Some((to(year - 1), "bus-year-before")), after);
    let lead = visit.t_args("bus-numbers-lead", &[("year", i32::from(year).to_string().into())]);
    let people: Vec<Point> = numbers
        .cities
        .iter()
        .filter(|row| row.people > 0)
        .map(|row| Point::new(row.city.text(visit.locale()), row.people))
        .collect();
    let month = |row: &bus::MonthTally| Point::new(month_text(row.month, visit.locale()), row.people);
    let months: Vec<Point> = numbers.months.iter().map(month).collect();
    Ok(view! {
        <Page title=visit.t("bus-staff-numbers-title") lead=lead width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <dl class="stats">{totals(visit, &numbers)}</dl>
            <BarChart title=visit.t("bus-numbers-by-city") unit=visit.t("bus-numbers-people") axis=visit.t("bus-city") points=people/>
            <BarChart title=visit.t("bus-numbers-by-month") unit=visit.t("bus-numbers-people") axis=visit.t("bus-numbers-month") points=months/>
            <section class="section">
                <h2>{visit.t("bus-numbers-all")}</h2>
                {table(visit, &numbers)}
            </section>
            {turn}
        </Page>
    }
    .into_any())
}

fn totals(visit: &Visit, numbers: &Statistics) -> impl IntoView + use<> {
    let sum = |read: fn(&bus::CityTally) -> u64| numbers.cities.iter().map(read).sum::<u64>().to_string();
    let tenths = |n: u64| format!("{}.{}", n / 10, n % 10);
    let marks = numbers.marks.map(|[liked, understood, organised]| {
        let answers = Some(visit.t_args("bus-numbers-answers", &[("n", numbers.answers.into())]));
        let of_all = Some(visit.t_args("bus-numbers-of-answers", &[("n", numbers.answers.into())]));
        view! {
            <StatNumber value=tenths(liked) label=visit.t("bus-liked") note=answers.clone()/>
            <StatNumber value=tenths(understood) label=visit.t("bus-understood") note=answers.clone()/>
            <StatNumber value=tenths(organised) label=visit.t("bus-organised") note=answers/>
            <StatNumber value=numbers.again.to_string() label=visit.t("bus-numbers-again") note=of_all/>
        }
    });
    view! {
        <StatNumber value=sum(|row| row.visits) label=visit.t("bus-numbers-visits")/>
        <StatNumber value=sum(|row| row.people) label=visit.t("bus-numbers-came")/>
        <StatNumber value=sum(|row| row.requests) label=visit.t("bus-numbers-requests")/>
        {marks}
    }
}

fn table(visit: &Visit, numbers: &Statistics) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("bus-city")),
        Column::number(visit.t("bus-numbers-requests")),
        Column::number(visit.t("bus-numbers-visits")),
        Column::number(visit.t("bus-numbers-came")),
    ];
    let rows = numbers.cities.iter().map(|row| {
        Row::new()
            .cell(row.city.text(visit.locale()))
            .cell(row.requests.to_string())
            .cell(row.visits.to_string())
            .cell(row.people.to_string())
            .muted(row.requests == 0)
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("bus-numbers-all") caption_hidden=true columns=columns rows=rows/> }
}
