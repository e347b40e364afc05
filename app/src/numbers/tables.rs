//! The numbers as tables: the same ones stand on the page and in the file, so that what one of them keeps back the other does
//! not tell.

use crate::i18n::{Text, grouped};
use crate::outreach::kind_text;
use crate::ui::{Column, Row, Table};
use crate::visit::Visit;
use domain::bus::City;
use domain::numbers::{Cell as Shown, Lead, SMALL, Tally, shown, shown_together};
use domain::outreach::EventKind;
use domain::time::weekday_text;
use jiff::civil;
use leptos::prelude::*;
use services::numbers::{Numbers, Part, Subject};
use services::spreadsheet::{Cell, Sheet};

/// One number of a table.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Number(u64),
    /// Of a hundred; none where there is nothing to divide by.
    Percent(Option<u64>),
    /// The same of people whose number is kept back: it would tell them.
    NoPercent,
    /// It may be kept back.
    People(Shown),
}

impl Value {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Number(number) | Self::People(Shown::Exact(number)) => grouped(*number),
            Self::Percent(Some(percent)) => format!("{percent}%"),
            Self::Percent(None) => "–".to_owned(),
            Self::People(Shown::Small) => format!("<{SMALL}"),
            Self::People(Shown::Withheld) | Self::NoPercent => "…".to_owned(),
        }
    }

    /// What a bar shows; none of what is kept back or cannot be said.
    pub(super) fn amount(&self) -> Option<u64> {
        match self {
            Self::Number(number) | Self::People(Shown::Exact(number)) => Some(*number),
            Self::Percent(percent) => *percent,
            Self::People(_) | Self::NoPercent => None,
        }
    }

    fn cell(&self) -> Cell {
        let number = self.amount().and_then(|amount| u32::try_from(amount).ok());
        number.map_or_else(|| Cell::Text(self.text()), Cell::Number)
    }
}

/// What a row is of, and its numbers.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub label: Text,
    pub values: Vec<Value>,
    /// There was nothing to count.
    pub muted: bool,
}

/// A table with its title.
#[derive(Clone, Debug)]
pub(crate) struct Figures {
    pub title: Text,
    /// What the labels are.
    pub axis: Text,
    pub columns: Vec<Text>,
    pub lines: Vec<Line>,
}

impl Figures {
    pub(crate) fn new(visit: &Visit, title: &str, axis: &str, columns: &[&str], lines: Vec<Line>) -> Self {
        let columns = columns.iter().map(|key| visit.t(key)).collect();
        Self { title: visit.t(title), axis: visit.t(axis), columns, lines }
    }

    /// As a table below a heading or a chart that says its title.
    pub(crate) fn table(&self) -> impl IntoView + use<> {
        let first = std::iter::once(Column::new(self.axis.clone()));
        let columns = first.chain(self.columns.iter().map(|column| Column::number(column.clone()))).collect();
        let rows = self.lines.iter().map(|line| {
            let row = Row::new().cell(line.label.clone()).muted(line.muted);
            line.values.iter().fold(row, |row, value| row.cell(value.text()))
        });
        let rows = rows.collect();
        view! { <Table caption=self.title.clone() caption_hidden=true columns=columns rows=rows/> }
    }
}

fn line(label: impl Into<Text>, values: Vec<Value>) -> Line {
    Line { label: label.into(), values, muted: false }
}

/// People as they may be shown: everybody, and by day, hour and part, which all add up to everybody.
struct People {
    all: Shown,
    weekdays: Vec<Shown>,
    hours: Vec<Shown>,
    events: Vec<Shown>,
}

impl People {
    fn new(numbers: &Numbers, of: fn(&Tally) -> u64, of_part: fn(&Part<(EventKind, City)>) -> u64) -> Self {
        let weekdays: Vec<u64> = numbers.occupancy.weekdays.iter().map(of).collect();
        let hours: Vec<u64> = numbers.occupancy.hours.values().map(of).collect();
        let events: Vec<u64> = numbers.events.iter().map(of_part).collect();
        // The museum has no parts that add up to everybody: its groups are some of them.
        let mut columns = vec![weekdays.as_slice(), hours.as_slice()];
        if !events.is_empty() {
            columns.push(&events);
        }
        let (cells, all) = shown_together(&columns);
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        Self { all, weekdays: next(), hours: next(), events: next() }
    }

    fn booked(numbers: &Numbers) -> Self {
        Self::new(numbers, |tally| tally.booked, |part| part.booked)
    }

    fn admitted(numbers: &Numbers) -> Self {
        Self::new(numbers, |tally| tally.admitted, |part| part.admitted)
    }
}

/// Of a hundred places, where the people are shown.
fn rate(people: Shown, percent: Option<u64>) -> Value {
    if matches!(people, Shown::Exact(_)) { Value::Percent(percent) } else { Value::NoPercent }
}

/// The figures of everything together, as they may be shown: the page's and the file's are these.
pub(super) struct Sums {
    pub booked: Value,
    pub booked_rate: Value,
    pub admitted: Value,
    /// Of the sessions that are over, which the rate is of.
    pub over_admitted: Value,
    pub admitted_rate: Value,
}

impl Sums {
    pub(super) fn new(numbers: &Numbers) -> Self {
        let all = &numbers.occupancy.all;
        let (booked, admitted) = (People::booked(numbers).all, People::admitted(numbers).all);
        let over = if matches!(admitted, Shown::Exact(_)) { Shown::Exact(all.over_admitted) } else { admitted };
        Self {
            booked: Value::People(booked),
            booked_rate: rate(booked, all.percent_booked()),
            admitted: Value::People(admitted),
            over_admitted: Value::People(over),
            admitted_rate: rate(admitted, all.percent_admitted()),
        }
    }
}

/// Of everything together; the page shows these as its figures.
pub(super) fn together(visit: &Visit, numbers: &Numbers) -> Figures {
    let all = &numbers.occupancy.all;
    let sums = Sums::new(numbers);
    let [joined, offered, taken] = numbers.waiting;
    let rows = [
        ("numbers-sessions", Value::Number(all.sessions)),
        ("numbers-places", Value::Number(all.places)),
        ("numbers-booked", sums.booked),
        ("numbers-admitted", sums.admitted),
        ("numbers-booked-rate", sums.booked_rate),
        ("numbers-admitted-rate", sums.admitted_rate),
        ("numbers-expected", Value::Number(all.no_shows.expected)),
        ("numbers-absent", Value::Number(all.no_shows.absent)),
        ("numbers-no-shows", Value::Percent(all.no_shows.percent())),
        ("numbers-joined", Value::Number(joined)),
        ("numbers-offered", Value::Number(offered)),
        ("numbers-taken", Value::Number(taken)),
        ("numbers-walk-ins", Value::Number(numbers.walk_ins)),
    ];
    let lines = rows.map(|(key, value)| line(visit.t(key), vec![value])).to_vec();
    Figures::new(visit, "numbers-together", "numbers-figure", &["numbers-value"], lines)
}

const OCCUPANCY: [&str; 7] = [
    "numbers-sessions",
    "numbers-places",
    "numbers-booked",
    "numbers-booked-rate",
    "numbers-admitted",
    "numbers-admitted-rate",
    "numbers-no-shows",
];

/// Where among them the rate stands of which a chart is drawn.
pub(super) const ADMITTED_RATE: usize = 5;
pub(super) const NO_SHOW_RATE: usize = 6;

fn tally(label: String, tally: &Tally, (booked, admitted): (Shown, Shown)) -> Line {
    let values = vec![
        Value::Number(tally.sessions),
        Value::Number(tally.places),
        Value::People(booked),
        rate(booked, tally.percent_booked()),
        Value::People(admitted),
        rate(admitted, tally.percent_admitted()),
        Value::Percent(tally.no_shows.percent()),
    ];
    Line { label: label.into(), values, muted: tally.sessions == 0 }
}

/// How full by the day of the week.
pub(super) fn weekdays(visit: &Visit, numbers: &Numbers) -> Figures {
    // Any Monday: only its name is asked for.
    let monday = civil::date(2026, 11, 23);
    let people = People::booked(numbers).weekdays.into_iter().zip(People::admitted(numbers).weekdays);
    let days = (0i64..).zip(&numbers.occupancy.weekdays).zip(people).map(|((i, sums), people)| {
        tally(weekday_text(monday.saturating_add(jiff::Span::new().days(i)), visit.locale()), sums, people)
    });
    Figures::new(visit, "numbers-by-weekday", "numbers-weekday", &OCCUPANCY, days.collect())
}

/// How full by the hour in which it began.
pub(super) fn hours(visit: &Visit, numbers: &Numbers) -> Figures {
    let people = People::booked(numbers).hours.into_iter().zip(People::admitted(numbers).hours);
    let hours = numbers.occupancy.hours.iter().zip(people);
    let hours = hours.map(|((hour, sums), people)| tally(format!("{hour:02}:00"), sums, people));
    Figures::new(visit, "numbers-by-hour", "numbers-hour", &OCCUPANCY, hours.collect())
}

/// How long before.
pub(super) fn lead(visit: &Visit, lead: &Lead) -> Figures {
    let bars = if lead.parties() == 0 { Vec::new() } else { lead.bars() };
    let lines = bars.into_iter().map(|(first, last, parties)| {
        let label = match last {
            Some(last) if last == first => first.to_string(),
            Some(last) => format!("{first}–{last}"),
            None => format!("{first}+"),
        };
        line(label, vec![Value::Number(parties)])
    });
    Figures::new(visit, "numbers-by-lead", "numbers-days", &["numbers-parties-title"], lines.collect())
}

/// Who cancelled.
pub(super) fn cancelled(visit: &Visit, numbers: &Numbers) -> Figures {
    let lines = numbers.cancelled.iter().map(|row| {
        let by = visit.t(match row.by.as_str() {
            "visitor" => "numbers-by-visitor",
            "api" => "numbers-by-api",
            "house" => "numbers-by-house",
            _ => "numbers-by-staff",
        });
        line(by, vec![Value::Number(row.parties), Value::Number(row.people)])
    });
    let columns = ["numbers-parties-title", "numbers-booked"];
    Figures::new(visit, "numbers-cancelled", "numbers-cancelled-by", &columns, lines.collect())
}

/// The column of [`parts`] of which a chart is drawn.
pub(super) const PEOPLE_BOOKED: usize = 1;

/// By school, or by kind of event and city: small numbers of people are kept back.
pub(super) fn parts(visit: &Visit, subject: Subject, numbers: &Numbers) -> Figures {
    match subject {
        Subject::Museum => {
            let column = |read: fn(&Part<String>) -> u64| shown(&numbers.groups.iter().map(read).collect::<Vec<_>>());
            let (booked, admitted) = (column(|part| part.booked), column(|part| part.admitted));
            let lines = lines_of(visit, &numbers.groups, [booked, admitted], |school| Text::from(school.clone()));
            let columns = ["numbers-visits", "numbers-booked", "numbers-admitted"];
            Figures::new(visit, "numbers-groups", "numbers-organisation", &columns, lines)
        }
        Subject::Events => {
            let column = |people: People| (people.events, people.all);
            let both = [column(People::booked(numbers)), column(People::admitted(numbers))];
            let lines = lines_of(visit, &numbers.events, both, |(kind, city)| {
                format!("{} · {}", kind_text(visit, *kind), city.text(visit.locale())).into()
            });
            let columns = ["numbers-sessions", "numbers-booked", "numbers-admitted"];
            Figures::new(visit, "numbers-events", "numbers-event", &columns, lines)
        }
    }
}

fn lines_of<T>(
    visit: &Visit,
    parts: &[Part<T>],
    [(booked, all_booked), (admitted, all_admitted)]: [(Vec<Shown>, Shown); 2],
    name: impl Fn(&T) -> Text,
) -> Vec<Line> {
    if parts.is_empty() {
        return Vec::new();
    }
    let values = |times, booked, admitted| vec![Value::Number(times), Value::People(booked), Value::People(admitted)];
    let each = parts.iter().zip(booked.iter().zip(&admitted));
    let mut lines: Vec<Line> =
        each.map(|(part, (booked, admitted))| line(name(&part.of), values(part.times, *booked, *admitted))).collect();
    let all = parts.iter().map(|part| part.times).sum();
    lines.push(line(visit.t("numbers-together"), values(all, all_booked, all_admitted)));
    lines
}

/// All of it, a number a row: what a spreadsheet can filter and turn.
pub(super) fn sheet(visit: &Visit, subject: Subject, numbers: &Numbers) -> Sheet {
    let all = [
        together(visit, numbers),
        weekdays(visit, numbers),
        hours(visit, numbers),
        lead(visit, &numbers.lead),
        cancelled(visit, numbers),
        parts(visit, subject, numbers),
    ];
    file(visit, &all)
}

/// Tables as one file: a row for each number.
pub(crate) fn file(visit: &Visit, all: &[Figures]) -> Sheet {
    let headings = ["numbers-file-table", "numbers-file-row", "numbers-file-column", "numbers-value"];
    let rows = all.iter().flat_map(|figures| {
        figures.lines.iter().flat_map(move |line| {
            line.values.iter().zip(&figures.columns).map(move |(value, column)| {
                let percent = if matches!(value, Value::Percent(_) | Value::NoPercent) { " (%)" } else { "" };
                let texts = [figures.title.to_string(), line.label.to_string(), format!("{column}{percent}")];
                texts.into_iter().map(Cell::Text).chain([value.cell()]).collect()
            })
        })
    });
    let rows = rows.collect();
    Sheet { headings: headings.iter().map(|key| visit.t(key).to_string()).collect(), rows }
}
