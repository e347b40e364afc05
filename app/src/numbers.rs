//! The numbers of the museum and of events for staff: one page each, for a period that is chosen. Every chart has its numbers
//! as a table; small numbers of schools and cities are kept back (`domain::numbers`).

use crate::desk::{crumbs, day, read_first, rooms};
use crate::form::FormState;
use crate::i18n::{Text, grouped};
use crate::outreach::kind_text;
use crate::problem::Problem;
use crate::ui::{
    BarChart, Button, Choice, Column, Form, Page, Point, Row, Select, StatNumber, Table, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::bus::City;
use domain::field::{Faults, FieldError};
use domain::numbers::{Cell, Lead, Period, SMALL, Unit, shown};
use domain::outreach::EventKind;
use domain::time::{days_between, local_day, weekday_text};
use jiff::civil;
use leptos::prelude::*;
use services::booking::BookingError;
use services::numbers::{self, Numbers, NumbersError, Part, Subject};

/// The two pages.
const MUSEUM: &str = "/staff/numbers";
const EVENTS: &str = "/staff/numbers/events";

impl From<NumbersError> for Problem {
    fn from(error: NumbersError) -> Self {
        match error {
            NumbersError::Denied(_) => Self::Forbidden,
            NumbersError::Database(error) => BookingError::Database(error).into(),
        }
    }
}

/// The museum's numbers.
#[component]
pub fn MuseumNumbers() -> impl IntoView {
    read_first(page(visit(), Subject::Museum))
}

/// The numbers of events.
#[component]
pub fn EventNumbers() -> impl IntoView {
    read_first(page(visit(), Subject::Events))
}

/// The period of the address: a named one of a day, or from a day to a day; this month where nothing is said.
fn period(visit: &Visit) -> Result<Period, Vec<FieldError>> {
    let today = local_day(visit.context.now);
    let unit = visit.query.get("unit").unwrap_or("month");
    if let Some(unit) = Unit::from_name(unit) {
        let text = visit.query.get("from").filter(|text| !text.trim().is_empty());
        let on = text.map_or(Ok(today), day).map_err(|fault| vec![FieldError::new("from", fault)])?;
        // A year outside the bounds is refused like a day outside them.
        let named = Period::of(unit, on);
        return Period::new(named.first(), named.last())
            .map_err(|_| Period::new(on, on).err().map(Faults::into_errors).unwrap_or_default());
    }
    let mut faults = Faults::default();
    let given = |name| day(visit.query.get(name).unwrap_or_default());
    let (from, to) = (faults.take("from", given("from")), faults.take("to", given("to")));
    match (from, to) {
        (Some(from), Some(to)) => Period::new(from, to).map_err(Faults::into_errors),
        _ => Err(faults.into_errors()),
    }
}

async fn page(visit: Visit, subject: Subject) -> Result<AnyView, Problem> {
    let period = period(&visit);
    let names = ["unit", "from", "to"];
    let typed = names.iter().filter_map(|name| Some((*name, visit.query.get(name)?.trim())));
    let mut form = FormState::typed(typed, &[]);
    if let Err(errors) = &period {
        form.errors.clone_from(errors);
    }
    let visit = visit.with(|data| data.form = form);
    provide_context(visit.clone());
    let visit = &visit;
    let (title, other, path) = match subject {
        Subject::Museum => ("numbers-museum-title", "numbers-events-title", EVENTS),
        Subject::Events => ("numbers-events-title", "numbers-museum-title", MUSEUM),
    };
    let other = view! { <p><a href=visit.href(path)>{visit.t(other)}</a></p> };
    let (lead, body) = match period {
        Ok(period) => {
            let numbers = numbers::read(&visit.services, &visit.context, subject, period).await?;
            let days = days_between(period.first(), period.last(), visit.locale());
            (visit.t_args("numbers-lead", &[("days", days.into())]), sections(visit, subject, &numbers).into_any())
        }
        Err(_) => (visit.t("numbers-lead-none"), ().into_any()),
    };
    Ok(view! {
        <Page title=visit.t(title) lead=lead width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <div class="no-print">{chooser(visit)}{other}</div>
            {body}
        </Page>
    }
    .into_any())
}

fn chooser(visit: &Visit) -> impl IntoView + use<> {
    let units = Unit::ALL.map(|unit| {
        Choice::new(
            unit.name(),
            visit.t(match unit {
                Unit::Month => "numbers-unit-month",
                Unit::Quarter => "numbers-unit-quarter",
                Unit::Year => "numbers-unit-year",
            }),
        )
    });
    let units = units.into_iter().chain([Choice::new("days", visit.t("numbers-unit-days"))]).collect();
    view! {
        <Form get=true inline=true>
            <Select name="unit" label=visit.t("numbers-unit") choices=units/>
            <TextField name="from" kind="date" label=visit.t("numbers-from") hint=visit.t("numbers-from-hint") optional=true/>
            <TextField name="to" kind="date" label=visit.t("numbers-to") hint=visit.t("numbers-to-hint") optional=true/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button></p>
        </Form>
    }
}

fn sections(visit: &Visit, subject: Subject, numbers: &Numbers) -> impl IntoView + use<> {
    let parts = match subject {
        Subject::Museum => {
            let name = |part: &Part<String>| Text::from(part.of.clone());
            parts(visit, "numbers-groups", "numbers-organisation", "numbers-visits", &numbers.groups, name)
        }
        Subject::Events => {
            let name = |part: &Part<(EventKind, City)>| -> Text {
                let (kind, city) = part.of;
                format!("{} · {}", kind_text(visit, kind), city.text(visit.locale())).into()
            };
            parts(visit, "numbers-events", "numbers-event", "numbers-sessions", &numbers.events, name)
        }
    };
    view! {
        <dl class="stats">{totals(visit, numbers)}</dl>
        <p class="muted">{visit.t("numbers-meaning")}</p>
        {occupancy(visit, numbers)}
        {lead(visit, &numbers.lead)}
        {cancelled(visit, numbers)}
        {parts}
    }
}

/// 47 %, or a dash where there is nothing to divide by.
fn percent(value: Option<u64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value}%"))
}

fn totals(visit: &Visit, numbers: &Numbers) -> impl IntoView + use<> {
    let all = &numbers.occupancy.all;
    let of = |part: u64, whole: u64| {
        Some(visit.t_args("numbers-of", &[("part", grouped(part).into()), ("whole", grouped(whole).into())]))
    };
    let no_shows = &numbers.no_shows;
    let [joined, offered, taken] = numbers.waiting;
    let offers =
        Some(visit.t_args("numbers-offers", &[("offered", grouped(offered).into()), ("taken", grouped(taken).into())]));
    view! {
        <StatNumber value=grouped(all.sessions) label=visit.t("numbers-sessions")/>
        <StatNumber value=percent(all.percent_booked()) label=visit.t("numbers-booked-rate") note=of(all.booked, all.places)/>
        <StatNumber value=percent(all.percent_admitted()) label=visit.t("numbers-admitted-rate") note=of(all.admitted, all.places)/>
        <StatNumber value=percent(no_shows.percent()) label=visit.t("numbers-no-shows") note=of(no_shows.absent, no_shows.expected)/>
        <StatNumber value=grouped(joined) label=visit.t("numbers-joined") note=offers/>
        <StatNumber value=grouped(numbers.walk_ins) label=visit.t("numbers-walk-ins")/>
    }
}

/// Occupancy by weekday and by hour: people who came as bars, everything as tables.
fn occupancy(visit: &Visit, numbers: &Numbers) -> impl IntoView + use<> {
    let monday = civil::date(2026, 11, 23);
    let weekdays = (0i64..)
        .zip(&numbers.occupancy.weekdays)
        .map(|(i, tally)| (weekday_text(monday.saturating_add(jiff::Span::new().days(i)), visit.locale()), *tally));
    let hours = numbers.occupancy.hours.iter().map(|(hour, tally)| (format!("{hour:02}:00"), *tally));
    let one = |key: &str, axis: &str, rows: Vec<(String, domain::numbers::Tally)>| {
        let (title, axis) = (visit.t(key), visit.t(axis));
        let points = rows.iter().map(|(label, tally)| Point::new(label.clone(), tally.admitted)).collect();
        let columns = vec![
            Column::new(axis.clone()),
            Column::number(visit.t("numbers-sessions")),
            Column::number(visit.t("numbers-places")),
            Column::number(visit.t("numbers-booked")),
            Column::number(visit.t("numbers-admitted")),
            Column::number(visit.t("numbers-admitted-rate")),
        ];
        let rows = rows.into_iter().map(|(label, tally)| {
            Row::new()
                .cell(label)
                .cell(grouped(tally.sessions))
                .cell(grouped(tally.places))
                .cell(grouped(tally.booked))
                .cell(grouped(tally.admitted))
                .cell(percent(tally.percent_admitted()))
                .muted(tally.sessions == 0)
        });
        let rows = rows.collect();
        view! {
            <section class="section">
                <BarChart title=title.clone() unit=visit.t("numbers-people") axis=axis points=points/>
                <Table caption=title caption_hidden=true columns=columns rows=rows/>
            </section>
        }
    };
    (
        one("numbers-by-weekday", "numbers-weekday", weekdays.collect()),
        one("numbers-by-hour", "numbers-hour", hours.collect()),
    )
}

fn lead(visit: &Visit, lead: &Lead) -> impl IntoView + use<> {
    let points = lead.bars().into_iter().map(|(first, last, parties)| {
        let label = match last {
            Some(last) if last == first => first.to_string(),
            Some(last) => format!("{first}–{last}"),
            None => format!("{first}+"),
        };
        Point::new(label, parties)
    });
    let points = if lead.parties() == 0 { Vec::new() } else { points.collect() };
    let quantiles = lead.quantile(50).zip(lead.quantile(90)).map(|(half, most)| {
        view! { <p>{visit.t_args("numbers-quantiles", &[("half", half.into()), ("most", most.into())])}</p> }
    });
    view! {
        <section class="section">
            <BarChart title=visit.t("numbers-by-lead") unit=visit.t("numbers-parties") axis=visit.t("numbers-days") points=points/>
            {quantiles}
        </section>
    }
}

fn cancelled(visit: &Visit, numbers: &Numbers) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("numbers-cancelled-by")),
        Column::number(visit.t("numbers-parties-title")),
        Column::number(visit.t("numbers-booked")),
    ];
    let rows = numbers.cancelled.iter().map(|row| {
        let by = visit.t(match row.by.as_str() {
            "visitor" => "numbers-by-visitor",
            "api" => "numbers-by-api",
            "house" => "numbers-by-house",
            _ => "numbers-by-staff",
        });
        Row::new().cell(by).cell(grouped(row.parties)).cell(grouped(row.people))
    });
    let rows: Vec<Row> = rows.collect();
    let list = if rows.is_empty() {
        view! { <p class="muted">{visit.t("numbers-cancelled-none")}</p> }.into_any()
    } else {
        view! { <Table caption=visit.t("numbers-cancelled") caption_hidden=true columns=columns rows=rows/> }.into_any()
    };
    view! { <section class="section"><h2>{visit.t("numbers-cancelled")}</h2>{list}</section> }
}

/// A table of which small numbers of people are kept back, with its sums.
fn parts<T>(
    visit: &Visit,
    title: &str,
    of: &str,
    times: &str,
    parts: &[Part<T>],
    name: impl Fn(&Part<T>) -> Text,
) -> AnyView {
    let title = visit.t(title);
    if parts.is_empty() {
        let none = view! { <p class="muted">{visit.t("numbers-none")}</p> };
        return view! { <section class="section"><h2>{title}</h2>{none}</section> }.into_any();
    }
    let column = |read: fn(&Part<T>) -> u64| shown(&parts.iter().map(read).collect::<Vec<_>>());
    let ((booked, all_booked), (admitted, all_admitted)) = (column(|part| part.booked), column(|part| part.admitted));
    let word = |cell: Cell| match cell {
        Cell::Exact(number) => grouped(number),
        Cell::Small => format!("<{SMALL}"),
        Cell::Withheld => "…".to_owned(),
    };
    let row = |name: Text, times: u64, booked, admitted| {
        Row::new().cell(name).cell(grouped(times)).cell(word(booked)).cell(word(admitted))
    };
    let mut rows: Vec<Row> = parts
        .iter()
        .zip(booked.iter().zip(&admitted))
        .map(|(part, (booked, admitted))| row(name(part), part.times, *booked, *admitted))
        .collect();
    let all = parts.iter().map(|part| part.times).sum();
    rows.push(row(visit.t("numbers-together"), all, all_booked, all_admitted));
    let columns = vec![
        Column::new(visit.t(of)),
        Column::number(visit.t(times)),
        Column::number(visit.t("numbers-booked")),
        Column::number(visit.t("numbers-admitted")),
    ];
    view! {
        <section class="section">
            <h2>{title.clone()}</h2>
            <Table caption=title caption_hidden=true columns=columns rows=rows/>
            <p class="muted">{visit.t("numbers-small")}</p>
        </section>
    }
    .into_any()
}
