//! `/api/v1/series`: all remaining dates of an event at once, for others. A client sees and gives back the series it made and
//! nobody else's.
//!
//! A series goes the way of a single booking: the client says who comes, the rules of the public hold, and nothing is kept
//! before. What an event asks is answered here, since no date of it can be prepared without.

use super::bookings::{Booking, NewDocument, documents, party, when_it_opens};
use super::events::published;
use super::extract::{Body, Caller, Id, IdempotencyKey, locale};
use super::idempotent::{self, Keeper, Kept, Same};
use super::problem::{self, Problem};
use super::questions::{self, Told};
use super::sessions::polled;
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::contact::{Contact, PersonName};
use domain::field::Faults;
use domain::ids::{ActivityId, SeriesId};
use domain::time::local_day;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use services::booking::{self, BookingState, Handle, Person, Remember, SeriesOnBehalf, SeriesView};
use services::machines::Repeatable;
use services::{Context, Services};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A series to book.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "event": "01980000-0000-7000-8000-000000000001", "name": "演示·白露", "contact": "bailu@example.com", "people": 2,
    "locale": "zh-CN", "answers": { "expecting": "self", "due": "2027-03-01", "agree": true }
}))]
pub struct NewSeries {
    /// The event. Its `series` says `whole` or `both`.
    #[schema(value_type = String, format = Uuid)]
    event: ActivityId,
    /// Who books: a name of at most 40 characters.
    name: String,
    /// A mobile number or a mail address; one confirmation of all dates and the reminders of each go there. Absent for people
    /// without either.
    contact: Option<String>,
    /// How many come to each date, children included.
    people: u32,
    /// Of whom under 14.
    #[serde(default)]
    children: u32,
    /// The language of messages: `zh-CN` or `en`.
    locale: Option<String>,
    /// Identity documents, that of whoever books first: one where the event's `identity` says `leader`, everybody's where it says
    /// `everybody`, none kept where it says `none`. No answer ever shows them. Faults name `document`, `document_2` and so on.
    #[serde(default)]
    documents: Vec<NewDocument>,
    /// Answers to the event's `questions`, by their keys. Faults name `answers.<key>`. No answer ever shows them.
    #[serde(default)]
    answers: BTreeMap<String, Told>,
}

/// What was booked together, without the person: who made it knows who it is for.
#[derive(Serialize, ToSchema)]
pub struct Series {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: SeriesId,
    /// The event.
    #[schema(value_type = String, format = Uuid)]
    event: ActivityId,
    /// `confirmed` while any of its dates is, then `cancelled`.
    state: &'static str,
    /// The booking of each date, in order of time. The first one's `manage_url` shows the person all of them.
    bookings: Vec<Booking>,
}

impl Series {
    fn of(services: &Services, view: &SeriesView) -> Self {
        let any = view.bookings.iter().any(|booking| booking.state == BookingState::Confirmed);
        Self {
            id: view.id,
            event: view.activity,
            state: if any { "confirmed" } else { "cancelled" },
            bookings: view.bookings.iter().map(|booking| Booking::of(services, booking)).collect(),
        }
    }

    fn kept(services: &Services, view: &SeriesView, status: StatusCode) -> Result<Kept, Problem> {
        Kept::showing(Self::of(services, view), status, None, || format!("/api/v1/series/{}", view.id))
    }
}

/// Book a series.
///
/// Every remaining date that needs a booking, or none of them. The same `Idempotency-Key` with the same body gets the same
/// series, however often it is sent. Where a date says no, the problem's `date` is that date and its `refusal` says why.
#[utoipa::path(
    post, path = "/api/v1/series", tag = "series",
    params(("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry")),
    request_body = NewSeries,
    responses(
        (status = 201, description = "Booked", body = Series, headers(("Location" = String, description = "The series"))),
        (status = 404, description = "`not-found`: no such event", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: `date-full`, `single-dates-only`, not open yet, a limit …; `asks-questions` where the questions changed since they were read: read the event again and send the answers under the same key; `idempotency-key-in-progress`", body = super::ProblemSchema,
            content_type = "application/problem+json", example = json!({
                "type": "https://example.org/api/problems/refused", "title": "The rules of booking say no", "status": 409,
                "code": "refused", "instance": "urn:uuid:01980000-0000-7000-8000-000000000002",
                "detail": "a date of the series is full",
                "refusal": { "code": "date-full", "starts_at": "2027-03-07T01:30:00Z", "free": 1 },
                "date": { "session": "01980000-0000-7000-8000-000000000003", "starts_at": "2027-03-07T01:30:00Z" }
            })),
        (status = 422, description = "`invalid`, `idempotency-key-reused`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 429, description = "`waiting-room`: a date is opening and others are first; `too-often`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 503, description = "`busy`: try again with the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn book(
    State(house): State<House>,
    Caller(context): Caller,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<NewSeries>,
) -> Result<Response, Problem> {
    let same = Same { key: &key, what: "series", body: &body.text };
    let (asked, key) = (body.value, key.clone());
    // The key is looked at before anything is read: what an event asks may be another thing by the time of a retry.
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let who = Context { locale: locale(asked.locale.as_deref()), ..who };
        let wanted = asked.read(&services, &who, key).await?;
        let remember = remember(under, StatusCode::CREATED);
        let booked = booking::book_series(&services, &who, wanted, Some(remember)).await;
        let booked = booked.map_err(|error| when_it_opens(error, who.now))?;
        let view = booking::series_with(&services, &who, booked.booking).await?;
        Series::kept(&services, &view, StatusCode::CREATED)
    })
    .await
}

/// The answer as the work itself keeps it.
fn remember(under: Repeatable, status: StatusCode) -> Remember<SeriesView> {
    idempotent::remembering(under, move |services, view| Series::kept(services, view, status))
}

impl NewSeries {
    /// Everything that is wrong with it, all at once; or what is asked of the house.
    async fn read(self, services: &Services, context: &Context, key: String) -> Result<SeriesOnBehalf, Problem> {
        let event = published(services, self.event).await?;
        let today = local_day(context.now);
        let mut faults = Faults::default();
        let name = faults.take("name", PersonName::parse(&self.name));
        let contact = self.contact.as_deref().map(|text| faults.take("contact", Contact::parse(text)));
        let party = party(self.people, self.children, &mut faults);
        let shown = documents(&self.documents, today, &mut faults);
        let replies = questions::replies(self.answers, Some(&event), today, &mut faults);
        let (Some(name), Some(party), true) = (name, party, faults.is_empty()) else {
            return Err(Problem::new(problem::INVALID).errors(faults.into_errors()));
        };
        let person = Person { name, contact: contact.flatten() };
        Ok(SeriesOnBehalf { event: event.id, person, party, shown, replies, key })
    }
}

/// Show a series.
#[utoipa::path(
    get, path = "/api/v1/series/{id}", tag = "series",
    params(("id" = String, Path, format = Uuid, description = "The series")),
    responses(
        (status = 200, description = "The series", body = Series, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 404, description = "`not-found`: there is none, or another client made it", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Id(id): Id<SeriesId>,
) -> Result<Response, Problem> {
    let view = booking::own_series(&house.services, &context, id).await?;
    polled(&house, &headers, &Series::of(&house.services, &view))
}

/// Cancel a series.
///
/// All its dates that can still be cancelled, in one act; what is over or was cancelled stays as it is.
#[utoipa::path(
    delete, path = "/api/v1/series/{id}", tag = "series",
    params(
        ("id" = String, Path, format = Uuid, description = "The series"),
        ("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry"),
    ),
    responses(
        (status = 200, description = "Cancelled", body = Series),
        (status = 404, description = "`not-found`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: all of it is cancelled already, arrived, too late; `changed`; `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 503, description = "`busy`: try again with the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn cancel(
    State(house): State<House>,
    Caller(context): Caller,
    Id(id): Id<SeriesId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Response, Problem> {
    let view = booking::own_series(&house.services, &context, id).await?;
    let any = view.bookings.first().ok_or(Problem::new(problem::NOT_FOUND))?.id;
    let same = Same { key: &key, what: &format!("series {id} cancel"), body: b"cancel" };
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let remember = remember(under, StatusCode::OK);
        let view = booking::cancel_series_and_remember(&services, &who, Handle::Id(any), remember).await?;
        Series::kept(&services, &view, StatusCode::OK)
    })
    .await
}
