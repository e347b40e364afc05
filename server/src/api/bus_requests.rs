//! `/api/v1/bus/requests`: asking for the science bus for a school. A client sees the requests it made and nobody else's.

use super::bookings::prefix;
use super::extract::{Body, Caller, Id, IdempotencyKey, locale};
use super::idempotent::{self, Keeper, Kept, Same};
use super::problem::{Problem, by_place};
use super::sessions::polled;
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::bus::{City, Typed, typed};
use domain::ids::BusRequestId;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::bus::{self, BusError, RequestView};
use services::{Context, Services};
use utoipa::ToSchema;

/// The days of the form, in its order.
const DAYS: [&str; 3] = ["day_1", "day_2", "day_3"];

/// A request for the science bus.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "organisation": "演示市星河小学", "audience": "primary", "ages": "8–10 岁", "people": 120, "city": "weifang",
    "address": "演示路 1 号", "days": ["2027-03-10", "2027-03-11"], "half_day": "morning", "parking": 18, "power": true,
    "indoor": false, "name": "演示·安老师", "post": "科学老师", "contact": "school@example.com", "locale": "zh-CN"
}))]
pub struct NewBusRequest {
    /// The school or community: at most 60 characters. It is public once a date stands.
    organisation: String,
    /// Who will come: `primary`, `junior`, `senior`, `university`, `community` or `workplace`.
    audience: String,
    /// Their ages, in words of at most 20 characters.
    ages: String,
    /// How many: 20 to 600.
    people: u32,
    /// The city's code: `jinan`, `qingdao`, `weifang` …
    city: String,
    /// Street and number: at most 100 characters. Nobody but the house and who asks reads it.
    address: String,
    /// Two or three days (Asia/Shanghai), the best first: at least a week and at most half a year from today. Faults name
    /// `days.1`, `days.2`, `days.3`.
    #[schema(min_items = 2, max_items = 3)]
    days: Vec<String>,
    /// When on such a day: `any`, `morning` or `afternoon`.
    half_day: String,
    /// Metres free to park: 0 to 200.
    parking: u32,
    /// There is a socket near the place.
    power: bool,
    /// There is a hall for rain.
    indoor: bool,
    /// The coordinator on the spot: a name of at most 40 characters.
    name: String,
    /// What they are there: at most 30 characters.
    #[serde(default)]
    post: String,
    /// A mobile number or a mail address that the client has proven; what is asked and proposed goes there.
    contact: String,
    /// Anything else: at most 500 characters.
    #[serde(default)]
    note: String,
    /// The language of messages: `zh-CN` or `en`.
    locale: Option<String>,
}

impl NewBusRequest {
    /// As the form of the site is typed: by whose rules it is read.
    fn typed(&self) -> Typed {
        let yes_or_no = |yes: bool| if yes { "yes" } else { "no" };
        let (people, parking) = (self.people.to_string(), self.parking.to_string());
        let days = DAYS.into_iter().zip(self.days.iter().map(String::as_str));
        let others: [(&str, &str); 15] = [
            ("organisation", self.organisation.as_str()),
            ("audience", &self.audience),
            ("ages", &self.ages),
            ("people", &people),
            ("city", &self.city),
            ("address", &self.address),
            ("half_day", &self.half_day),
            ("parking", &parking),
            ("power", yes_or_no(self.power)),
            ("indoor", yes_or_no(self.indoor)),
            ("name", &self.name),
            ("post", &self.post),
            ("contact", &self.contact),
            ("note", &self.note),
            // The client has shown them what is done with it.
            ("accept", "on"),
        ];
        typed(days.chain(others))
    }
}

/// A request, without the person: who made it knows who it is for.
#[derive(Serialize, ToSchema)]
pub struct BusRequest {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: BusRequestId,
    /// Eight characters people can read out.
    reference: String,
    /// `submitted`, `asked`, `proposed`, `accepted`, `scheduled`, `visited`, `refused` or `withdrawn`.
    state: &'static str,
    /// The school or community.
    organisation: String,
    /// The city's code.
    city: &'static str,
    /// The first visitors, where a date is proposed or stands.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_at: Option<Timestamp>,
    /// The last ones.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    ends_at: Option<Timestamp>,
    /// Until when a date that is proposed waits for an answer.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    answer_by: Option<Timestamp>,
    /// Where who asks sees the request, answers and takes it back. Whoever has it may: hand it to nobody else.
    manage_url: String,
    /// Made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl BusRequest {
    fn of(services: &Services, view: &RequestView) -> Self {
        let stop = view.stop.as_ref();
        let city: City = view.city;
        let link = bus::manage_link(services, view);
        Self {
            id: view.id,
            reference: view.reference.clone(),
            state: view.state.name(),
            organisation: view.organisation.clone(),
            city: city.code(),
            starts_at: stop.map(|stop| stop.starts_at),
            ends_at: stop.map(|stop| stop.ends_at),
            answer_by: stop.filter(|_| view.state == domain::bus::State::Proposed).map(|stop| stop.answer_by),
            manage_url: format!("{}{}/bus/r/{link}", services.settings.public_url, prefix(view.locale)),
            created_at: view.created_at,
        }
    }

    fn kept(services: &Services, view: &RequestView) -> Result<Kept, Problem> {
        let at = || format!("/api/v1/bus/requests/{}", view.id);
        Kept::showing(Self::of(services, view), StatusCode::CREATED, None, at)
    }
}

/// Ask for the science bus.
///
/// The same `Idempotency-Key` with the same body gets the same request, however often it is sent. A coordinator answers with a
/// date, which whoever asks accepts by the link of `manage_url`; every message goes to `contact`.
#[utoipa::path(
    post, path = "/api/v1/bus/requests", tag = "bus",
    params(("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry")),
    request_body = NewBusRequest,
    responses(
        (status = 201, description = "Asked", body = BusRequest, headers(("Location" = String, description = "The request"))),
        (status = 409, description = "`refused` with `too-many-under-way`: this contact has as many requests under way as it may have; `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, `idempotency-key-reused`", body = super::ProblemSchema,
            content_type = "application/problem+json", example = json!({
                "type": "https://example.org/api/problems/invalid", "title": "Fields cannot be taken as they are", "status": 422,
                "code": "invalid", "instance": "urn:uuid:01980000-0000-7000-8000-000000000002",
                "errors": [{ "field": "days.2", "code": "required" }, { "field": "people", "code": "out-of-range", "min": 20, "max": 600 }]
            })),
        (status = 503, description = "`busy`: try again with the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn make(
    State(house): State<House>,
    Caller(context): Caller,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<NewBusRequest>,
) -> Result<Response, Problem> {
    let asked = body.value;
    if asked.days.len() > DAYS.len() {
        let fault = domain::field::Fault::OutOfRange { min: 2, max: 3 };
        return Err(BusError::field("days", fault).into());
    }
    let context = Context { locale: locale(asked.locale.as_deref()), ..context };
    let same = Same { key: &key, what: "bus request", body: &body.text };
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let remember = idempotent::remembering(under, BusRequest::kept);
        let made = bus::submit_on_behalf(&services, &who, &asked.typed(), remember).await;
        BusRequest::kept(&services, &made.map_err(|error| by_place(error, &DAYS, "days"))?)
    })
    .await
}

/// Show a request for the science bus.
#[utoipa::path(
    get, path = "/api/v1/bus/requests/{id}", tag = "bus", operation_id = "show_request",
    params(("id" = String, Path, format = Uuid, description = "The request")),
    responses(
        (status = 200, description = "The request", body = BusRequest, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 404, description = "`not-found`: there is none, or another client made it", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Id(id): Id<BusRequestId>,
) -> Result<Response, Problem> {
    let view = bus::own_on_behalf(&house.services, &context, id).await?;
    polled(&house, &headers, &BusRequest::of(&house.services, &view))
}
