//! After the visit: how many came, what the school thought, what is counted by city.

use super::kind::{Bus, BusError};
use super::view::asked_about;
use crate::audit::{self, Entry};
use crate::messages::BusTemplate;
use crate::requests::{Kind, Notice, finished, locked, run, step, tell};
use crate::spreadsheet::Format;
use crate::{Context, Services};
use domain::account::Capability;
use domain::bus::{City, Event, State};
use domain::field::Fault;
use domain::ids::BusRequestId;
use domain::time::{at, local_day};
use jiff::{Timestamp, civil};
use serde_json::json;
use sqlx::PgConnection;
use store::bus::{stops, tally as sql};
use store::requests::rows::Words;

/// Notes that the bus was there and how many came; the school is asked what it was like. Repeated with another number it
/// corrects the number and asks nobody again.
///
/// # Errors
/// `Denied`, `Fields` before the visit began, `Refused`, `StateHasChanged`.
pub async fn visited(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: i32,
    people: u32,
) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    if people > 5_000 {
        return Err(BusError::field("people_came", Fault::OutOfRange { min: 0, max: 5_000 }));
    }
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { was_there(&services, &context, id, version, people).await }
    })
    .await
}

async fn was_there(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: i32,
    people: u32,
) -> Result<(), BusError> {
    let mut tx = services.begin().await?;
    let request = locked::<Bus>(services, context, &mut tx, id, Some(version)).await?;
    let stop = request.stop.as_ref().ok_or(BusError::StateHasChanged)?;
    if stop.starts_at > context.now {
        return Err(BusError::field("people_came", Fault::NotYet));
    }
    if request.state != State::Visited {
        let detail = json!({ "people": people });
        step(services, context, &mut tx, &request, Event::Visit, Words::default(), detail).await?;
        let run_at = thank_later(stop.ends_at, context.now);
        tell::<Bus>(&mut tx, context.now, &[Notice::now(id, BusTemplate::Thanks).at(run_at)]).await?;
    }
    stops::came(&mut tx, id.0, people as i32, context.now).await?;
    finished(services, tx).await
}

/// When a school is asked: the morning after, when it has swept the yard; at once where that is past.
pub fn thank_later(ends_at: Timestamp, now: Timestamp) -> Timestamp {
    let next = local_day(ends_at).tomorrow().unwrap_or(local_day(ends_at));
    at(next, civil::time(9, 0, 0, 0)).max(now)
}

/// What a school thought: marks from one to five.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Marks {
    /// Whether those who came liked it.
    pub liked: u8,
    /// Whether it could be understood.
    pub understood: u8,
    /// Whether all went as agreed.
    pub organised: u8,
    /// The bus may come again.
    pub again: bool,
}

/// Keeps what a school thought. The first answer counts; a second one changes nothing and is no error.
///
/// # Errors
/// `NotFound` for a link that is none; `Fields`; `Refused` before the visit.
pub async fn feedback(services: &Services, context: &Context, link: &str, marks: Marks) -> Result<(), BusError> {
    let id = asked_about(services, context, link)?;
    for (field, mark) in [("liked", marks.liked), ("understood", marks.understood), ("organised", marks.organised)] {
        if !(1..=5).contains(&mark) {
            return Err(BusError::field(field, Fault::NotAChoice));
        }
    }
    let row = sql::FeedbackRow {
        liked: i32::from(marks.liked),
        understood: i32::from(marks.understood),
        organised: i32::from(marks.organised),
        again: marks.again,
    };
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { told(&services, &context, id, row).await }
    })
    .await
}

async fn told(services: &Services, context: &Context, id: BusRequestId, row: sql::FeedbackRow) -> Result<(), BusError> {
    let mut tx = services.begin().await?;
    let request = Bus::load(services, &mut tx, id, context.now).await?.ok_or(BusError::NotFound)?;
    if request.state != State::Visited {
        return Err(BusError::StateHasChanged);
    }
    if sql::add_feedback(&mut tx, id.0, row, context.now).await? {
        let entry = Entry {
            action: "bus.feedback_given",
            subject_kind: Bus::TABLE,
            subject: Some(id.0),
            detail: json!({ "liked": row.liked, "understood": row.understood, "organised": row.organised, "again": row.again }),
        };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Whether a school has told already.
///
/// # Errors
/// `NotFound` for a link that is none.
pub async fn feedback_given(services: &Services, context: &Context, link: &str) -> Result<bool, BusError> {
    let id = asked_about(services, context, link)?;
    let mut db = services.db.acquire().await?;
    Ok(sql::feedback(&mut db, id.0).await?.is_some())
}

/// What the school of a visit thought, for those who dispatch; `None` while it has not said.
///
/// # Errors
/// `Denied`.
pub async fn marks(services: &Services, context: &Context, id: BusRequestId) -> Result<Option<Marks>, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    let mark = |n: i32| u8::try_from(n).unwrap_or_default();
    Ok(sql::feedback(&mut db, id.0).await?.map(|row| Marks {
        liked: mark(row.liked),
        understood: mark(row.understood),
        organised: mark(row.organised),
        again: row.again,
    }))
}

/// A city's numbers of a year.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CityTally {
    /// City.
    pub city: City,
    /// Requests made in the year.
    pub requests: u64,
    /// Of which the bus came to.
    pub visits: u64,
    /// People who came.
    pub people: u64,
}

/// A month's numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MonthTally {
    /// Its first day.
    pub month: civil::Date,
    /// Visits.
    pub visits: u64,
    /// People who came.
    pub people: u64,
}

/// A year of the bus.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// Every city, also those without a request: where the bus has not been is the point.
    pub cities: Vec<CityTally>,
    /// The months that had visits, in order.
    pub months: Vec<MonthTally>,
    /// Schools that told what they thought.
    pub answers: u64,
    /// Their marks in tenths: liked, understood, organised. None before the first answer.
    pub marks: Option<[u64; 3]>,
    /// Of them, how many would have the bus again.
    pub again: u64,
}

/// The numbers of a year.
///
/// # Errors
/// `Denied`.
pub async fn statistics(services: &Services, context: &Context, year: i16) -> Result<Statistics, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    count(&mut db, year).await
}

/// The numbers of a year, to be handed out as a file.
///
/// # Errors
/// `Denied`.
pub async fn export_statistics(
    services: &Services,
    context: &Context,
    year: i16,
    format: Format,
) -> Result<Statistics, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut tx = services.begin().await?;
    store::numbers::freeze(&mut tx).await?;
    let numbers = count(&mut tx, year).await?;
    let detail = json!({ "year": year, "format": format.name() });
    let entry = Entry { action: "bus.numbers_exported", subject_kind: "file", subject: None, detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(numbers)
}

async fn count(db: &mut PgConnection, year: i16) -> Result<Statistics, BusError> {
    let first = civil::Date::new(year, 1, 1).map_err(|_| BusError::NotFound)?;
    let next = civil::Date::new(year.saturating_add(1), 1, 1).map_err(|_| BusError::NotFound)?;
    let (from, until) = (domain::time::start_of_day(first), domain::time::start_of_day(next));
    let rows = sql::by_city(db, from, until).await?;
    let cities = City::ALL.map(|city| {
        let row = rows.iter().find(|row| row.city == city.code());
        let of = |read: fn(&sql::CityRow) -> i64| row.map_or(0, |row| read(row).unsigned_abs());
        CityTally { city, requests: of(|r| r.requests), visits: of(|r| r.visits), people: of(|r| r.people) }
    });
    let months = sql::by_month(db, from, until).await?.into_iter().map(|row| MonthTally {
        month: row.month.to_jiff(),
        visits: row.visits.unsigned_abs(),
        people: row.people.unsigned_abs(),
    });
    let months = months.collect();
    let marks = sql::marks(db, from, until).await?;
    let answers = marks.answers.unsigned_abs();
    let tenths = |sum: i64| (sum.unsigned_abs() * 10 + answers / 2).checked_div(answers);
    let average = [tenths(marks.liked), tenths(marks.understood), tenths(marks.organised)];
    Ok(Statistics {
        cities: cities.to_vec(),
        months,
        answers,
        marks: if let [Some(a), Some(b), Some(c)] = average { Some([a, b, c]) } else { None },
        again: marks.again.unsigned_abs(),
    })
}
