//! The numbers of the museum and of events for staff: one page each, for a period that is chosen. Every chart has its numbers
//! as a table; small numbers of schools and cities are kept back (`domain::numbers`). And both as files: the numbers, and the
//! bookings behind them.

mod bookings;
pub mod calls;
pub(crate) mod sheets;
pub(crate) mod tables;

pub use bookings::ExportBookings;

use crate::desk::{crumbs, day, may, read_first, rooms};
use crate::form::FormState;
use crate::i18n::{Text, grouped};
use crate::problem::Problem;
use crate::ui::{
    BarChart, BarList, Button, Choice, DateField, Form, Glyph, HiddenField, LinkButton, Page, Point, Select,
    StatNumber, SummaryList, SummaryRow, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::field::{Faults, FieldError};
use domain::numbers::{Period, Unit};
use domain::time::{days_between, local_day};
use leptos::prelude::*;
use services::booking::BookingError;
use services::numbers::{self, Numbers, NumbersError, Subject};
use services::spreadsheet::Format;
use tables::{Figures, Value};

/// The two pages, and the one that hands out bookings.
const MUSEUM: &str = "/staff/numbers";
const EVENTS: &str = "/staff/numbers/events";
const BOOKINGS: &str = "/staff/numbers/bookings";

impl From<NumbersError> for Problem {
    fn from(error: NumbersError) -> Self {
        match error {
            NumbersError::Denied(_) => Self::Forbidden,
            NumbersError::Fields(_) | NumbersError::TooMany { .. } => Self::Unusable,
            NumbersError::Booking(error) => error.into(),
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
            let body = view! { {sections(visit, subject, &numbers)}{files(visit, subject, period)} };
            (visit.t_args("numbers-lead", &[("days", days.into())]), body.into_any())
        }
        Err(_) => (visit.t("numbers-lead-none"), ().into_any()),
    };
    Ok(view! {
        <Page title=visit.t(title) lead=lead width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            <div class="no-print staff-chooser">{chooser(visit)}{other}</div>
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
            <DateField name="from" label=visit.t("numbers-from") hint=visit.t("numbers-from-hint") optional=true/>
            <DateField name="to" label=visit.t("numbers-to") hint=visit.t("numbers-to-hint") optional=true/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button></p>
        </Form>
    }
}

/// The page as a file, and the way to the bookings behind it for those who may have them.
fn files(visit: &Visit, subject: Subject, period: Period) -> impl IntoView + use<> {
    let (from, to) = (period.first().to_string(), period.last().to_string());
    let bookings = may(visit, Capability::ExportBookings).then(|| {
        let href = format!("{}?of={}&from={from}&to={to}", visit.href(BOOKINGS), subject.name());
        view! { <LinkButton href=href variant=Variant::Quiet>{visit.t("numbers-bookings-title")}</LinkButton> }
    });
    view! {
        <section class="section no-print">
            <h2>{visit.t("numbers-files")}</h2>
            <p class="muted">{visit.t("numbers-files-text")}</p>
            <Form action=visit.href(calls::NUMBERS)>
                <HiddenField name="of" value=subject.name()/>
                <HiddenField name="from" value=from/>
                <HiddenField name="to" value=to/>
                <p class="actions">{save_as(visit)}{bookings}</p>
            </Form>
        </section>
    }
}

/// One button for each format.
pub(crate) fn save_as(visit: &Visit) -> impl IntoView + use<> {
    let buttons = Format::ALL.map(|format| {
        let label = match format {
            Format::Csv => "numbers-save-csv",
            Format::Xlsx => "numbers-save-xlsx",
        };
        view! { <Button name="format" value=format.name() variant=Variant::Secondary glyph=Glyph::Download>{visit.t(label)}</Button> }
    });
    buttons.into_iter().collect_view()
}

fn sections(visit: &Visit, subject: Subject, numbers: &Numbers) -> impl IntoView + use<> {
    view! {
        <dl class="stats">{totals(visit, numbers)}</dl>
        <p class="muted">{visit.t("numbers-small")}</p>
        {occupancy(visit, numbers)}
        {lead(visit, numbers)}
        {cancelled(visit, numbers)}
        {parts(visit, subject, numbers)}
        {meaning(visit)}
    }
}

fn totals(visit: &Visit, numbers: &Numbers) -> impl IntoView + use<> {
    let all = &numbers.occupancy.all;
    let sums = tables::Sums::new(numbers);
    let of = |part: String, whole: u64| {
        Some(visit.t_args("numbers-of", &[("part", part.into()), ("whole", grouped(whole).into())]))
    };
    let no_shows = &all.no_shows;
    let absent = of(grouped(no_shows.absent), no_shows.expected);
    let [joined, offered, taken] = numbers.waiting;
    let offers =
        Some(visit.t_args("numbers-offers", &[("offered", grouped(offered).into()), ("taken", grouped(taken).into())]));
    view! {
        <StatNumber value=grouped(all.sessions) label=visit.t("numbers-sessions")/>
        <StatNumber value=sums.booked_rate.text() label=visit.t("numbers-booked-rate") note=of(sums.booked.text(), all.places)/>
        <StatNumber value=sums.admitted_rate.text() label=visit.t("numbers-admitted-rate") note=of(sums.over_admitted.text(), all.over_places)/>
        <StatNumber value=Value::Percent(no_shows.percent()).text() label=visit.t("numbers-no-shows") note=absent/>
        <StatNumber value=grouped(joined) label=visit.t("numbers-joined") note=offers/>
        <StatNumber value=grouped(numbers.walk_ins) label=visit.t("numbers-walk-ins")/>
    }
}

/// Bars of what a table has in one of its columns: nothing is drawn while the table is empty or the column is.
fn bars(figures: &Figures, column: usize, title: Text, unit: Text) -> impl IntoView + use<> {
    let amounts: Vec<Option<u64>> = figures.lines.iter().map(|line| line.values[column].amount()).collect();
    let labels = figures.lines.iter().map(|line| line.label.clone());
    let points = labels.zip(&amounts).map(|(label, amount)| Point::new(label, amount.unwrap_or(0))).collect();
    let points = if amounts.iter().any(Option::is_some) { points } else { Vec::new() };
    view! { <BarChart title=title unit=unit axis=figures.axis.clone() points=points table_below=true/> }
}

/// How full, and who stayed away, by the day of the week; how full by the hour.
fn occupancy(visit: &Visit, numbers: &Numbers) -> impl IntoView + use<> {
    let (weekdays, hours) = (tables::weekdays(visit, numbers), tables::hours(visit, numbers));
    let percent = || Text::from("%");
    view! {
        <section class="section">
            <h2>{weekdays.title.clone()}</h2>
            {bars(&weekdays, tables::ADMITTED_RATE, visit.t("numbers-chart-weekday"), percent())}
            {bars(&weekdays, tables::NO_SHOW_RATE, visit.t("numbers-chart-no-shows"), percent())}
            {weekdays.table()}
        </section>
        <section class="section">
            <h2>{hours.title.clone()}</h2>
            {bars(&hours, tables::ADMITTED_RATE, visit.t("numbers-chart-hour"), percent())}
            {(!hours.lines.is_empty()).then(|| hours.table())}
        </section>
    }
}

fn lead(visit: &Visit, numbers: &Numbers) -> impl IntoView + use<> {
    let figures = tables::lead(visit, &numbers.lead);
    let quantiles = numbers.lead.quantile(50).zip(numbers.lead.quantile(90)).map(|(half, most)| {
        view! { <p>{visit.t_args("numbers-quantiles", &[("half", half.into()), ("most", most.into())])}</p> }
    });
    view! {
        <section class="section">
            <h2>{figures.title.clone()}</h2>
            {bars(&figures, 0, visit.t("numbers-chart-lead"), visit.t("numbers-parties"))}
            {quantiles}
            {(!figures.lines.is_empty()).then(|| figures.table())}
        </section>
    }
}

fn cancelled(visit: &Visit, numbers: &Numbers) -> impl IntoView + use<> {
    let figures = tables::cancelled(visit, numbers);
    let list = if figures.lines.is_empty() {
        view! { <p class="muted">{visit.t("numbers-cancelled-none")}</p> }.into_any()
    } else {
        figures.table().into_any()
    };
    view! { <section class="section"><h2>{figures.title}</h2>{list}</section> }
}

/// Schools that the chart has at most; the table has them all.
const BARS: usize = 12;

/// By school, or by kind of event and city.
fn parts(visit: &Visit, subject: Subject, numbers: &Numbers) -> impl IntoView + use<> {
    let figures = tables::parts(visit, subject, numbers);
    let title = figures.title.clone();
    if figures.lines.is_empty() {
        let none = view! { <p class="muted">{visit.t("numbers-none")}</p> };
        return view! { <section class="section"><h2>{title}</h2>{none}</section> }.into_any();
    }
    // The last line is of all of them.
    let each = figures.lines.iter().take((figures.lines.len() - 1).min(BARS)).map(|line| {
        let booked = &line.values[tables::PEOPLE_BOOKED];
        (line.label.clone(), booked.amount(), booked.text())
    });
    let each = each.collect();
    view! {
        <section class="section">
            <h2>{title}</h2>
            <BarList title=visit.t("numbers-booked") unit=visit.t("numbers-people") bars=each/>
            {figures.table()}
        </section>
    }
    .into_any()
}

/// What the words mean.
fn meaning(visit: &Visit) -> impl IntoView + use<> {
    let words = [
        ("numbers-booked-rate", "numbers-means-booked-rate"),
        ("numbers-admitted-rate", "numbers-means-admitted-rate"),
        ("numbers-no-shows", "numbers-means-no-shows"),
        ("numbers-by-lead", "numbers-means-by-lead"),
        ("numbers-walk-ins", "numbers-means-walk-ins"),
        ("numbers-joined", "numbers-means-joined"),
    ];
    let rows = words.map(|(word, meaning)| SummaryRow::new(visit.t(word), visit.t(meaning).to_string()));
    view! {
        <section class="section">
            <h2>{visit.t("numbers-meaning-title")}</h2>
            <p>{visit.t("numbers-meaning")}</p>
            <SummaryList rows=rows.into()/>
        </section>
    }
}
