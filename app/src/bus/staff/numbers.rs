//! The numbers of a year: visits and people by city and by month, and what the schools thought.

use crate::desk::{crumbs, read_first, rooms, turn};
use crate::numbers::save_as;
use crate::numbers::tables::{Figures, Line, Value, file};
use crate::problem::Problem;
use crate::ui::{BarChart, Form, HiddenField, Page, Point, StatNumber, Width};
use crate::visit::{Visit, visit};
use domain::time::{local_day, month_text};
use leptos::prelude::*;
use services::bus::{self, Statistics};
use services::spreadsheet::Sheet;

/// Where they are fetched as a file.
pub(super) const FILE: &str = "/staff/bus/numbers/file";

/// The numbers.
#[component]
pub fn Numbers() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let this = local_day(visit.context.now).year();
    let year = visit.query.get("year").and_then(year).unwrap_or(this);
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
                {cities(visit, &numbers).table()}
            </section>
            {files(visit, year)}
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

/// The year that is asked for, where the bus can have numbers of it.
pub(super) fn year(text: &str) -> Option<i16> {
    text.parse().ok().filter(|year| (2020..=2100).contains(year))
}

fn cities(visit: &Visit, numbers: &Statistics) -> Figures {
    let lines = numbers.cities.iter().map(|row| Line {
        label: row.city.text(visit.locale()).into(),
        values: [row.requests, row.visits, row.people].map(Value::Number).to_vec(),
        muted: row.requests == 0,
    });
    let columns = ["bus-numbers-requests", "bus-numbers-visits", "bus-numbers-came"];
    Figures::new(visit, "bus-numbers-all", "bus-city", &columns, lines.collect())
}

fn months(visit: &Visit, numbers: &Statistics) -> Figures {
    let lines = numbers.months.iter().map(|row| Line {
        label: month_text(row.month, visit.locale()).into(),
        values: [row.visits, row.people].map(Value::Number).to_vec(),
        muted: false,
    });
    let columns = ["bus-numbers-visits", "bus-numbers-came"];
    Figures::new(visit, "bus-numbers-months", "bus-numbers-month", &columns, lines.collect())
}

/// The year as a file.
pub(super) fn sheet(visit: &Visit, numbers: &Statistics) -> Sheet {
    file(visit, &[cities(visit, numbers), months(visit, numbers)])
}

fn files(visit: &Visit, year: i16) -> impl IntoView + use<> {
    view! {
        <section class="section no-print">
            <h2>{visit.t("numbers-files")}</h2>
            <p class="muted">{visit.t("bus-numbers-files-text")}</p>
            <Form action=visit.href(FILE)>
                <HiddenField name="year" value=year.to_string()/>
                <p class="actions">{save_as(visit)}</p>
            </Form>
        </section>
    }
}
