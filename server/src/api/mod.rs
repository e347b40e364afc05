//! `/api/v1`: what machines call. JSON in, JSON out, problem documents when something is in the way.
//!
//! To add an endpoint: write the handler with its `#[utoipa::path]` in the room's file, name it in [`Document`] and add a
//! line to [`routes`]. A test compares the two, and the authorisation comes with the line's policy.

pub mod ambassadors;
pub mod authorize;
pub mod batch;
pub mod bookings;
pub mod bus;
pub mod bus_requests;
pub mod check_ins;
pub mod common;
pub mod cursor;
pub mod disclosure;
pub mod docs;
pub mod door;
pub mod events;
pub mod extract;
pub mod group_requests;
pub mod idempotent;
pub mod lims;
pub mod problem;
pub mod questions;
pub mod releases;
pub mod series;
pub mod sessions;
pub mod telemetry;
pub mod tokens;
pub mod turns;
pub mod waiting;
pub mod webhooks;

use self::common::Everywhere;
use self::lims::Payloads;
use self::turns::Turns;
use self::webhooks::Told;
use crate::house::House;
use crate::router::{Policy, Routes};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, delete, get, patch, post};
use axum::{Extension, Json};
use domain::account::Capability;
use serde::Serialize;
use std::sync::{Arc, LazyLock};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi, ToSchema};

/// A problem document (RFC 9457). `/api/problems/<code>` explains each `type`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemSchema {
    /// A stable address that explains the problem.
    r#type: String,
    /// One line.
    title: String,
    /// The status of the answer.
    status: u16,
    /// The last segment of `type`.
    code: String,
    /// This occurrence: the request's id. Tell it to us when you ask for help.
    instance: String,
    /// About this occurrence.
    detail: Option<String>,
    /// Fields that cannot be taken as they are.
    errors: Option<Vec<FieldProblem>>,
    /// The rule that says no, with its numbers: `{"code": "full", "free": 2}`.
    refusal: Option<serde_json::Value>,
    /// The date of a series that says no: `{"session": …, "starts_at": …}`.
    date: Option<serde_json::Value>,
    /// Of `too-large`: how many records a batch of the feed may have, where it had more.
    most: Option<u32>,
}

/// What is wrong with one field; further members are the rule's numbers (`max`, `min`).
#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    /// The member's name.
    field: String,
    /// The rule: `required`, `phone-shape`, `out-of-range` …
    code: String,
}

/// The description of the API, from the code.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Shandong Cord Blood Bank",
        version = "1",
        description = "What machines ask and tell: visits and events, requests for groups and the bus, ambassadors' applications and certificates, people at the door, what happened to units, what tanks measure, what is disclosed. JSON in UTF-8; dates and times are RFC 3339; \
                       lists are paged by an opaque cursor; errors are problem documents (RFC 9457). A call that changes \
                       something carries an `Idempotency-Key` wherever the call names it; the others say by what else a retry is known: \
                       a record's key, a reading's instant, a scan's nonce, a code. Calls of one client are limited; the `RateLimit` headers say what is left.",
        license(name = "Proprietary")
    ),
    paths(
        tokens::get_tokens, tokens::jwks, sessions::list, sessions::show, releases::list, events::list, events::show, bookings::make, bookings::show,
        bookings::change, bookings::cancel, series::book, series::show, series::cancel, waiting::join, waiting::show, waiting::accept, waiting::decline,
        waiting::leave, check_ins::check_in, door::enrol, door::upload, door::roster, door::conflicts, door::end_shift, bus::stops,
        bus_requests::make, bus_requests::show, group_requests::make, group_requests::show,
        ambassadors::rounds, ambassadors::make, ambassadors::show, ambassadors::verify,
        disclosure::show, lims::events, lims::dead_letters, lims::replay, lims::unit,
        telemetry::feed, telemetry::channels
    ),
    components(schemas(
        ProblemSchema, FieldProblem, webhooks::SessionTold, webhooks::BookingTold, webhooks::EventTold, webhooks::StopTold,
        webhooks::SessionNews, webhooks::BookingNews, webhooks::EventNews, webhooks::StopNews, webhooks::WaitingTold,
        webhooks::WaitingNews, lims::LimsEvent
    )),
    security(("token" = [])),
    tags(
        (name = "token", description = "Who calls"),
        (name = "sessions", description = "When the museum can be visited. Scope `sessions:read`"),
        (name = "events", description = "What is on in the cities of the province. Scope `sessions:read`"),
        (name = "bookings", description = "Booking for others. Scope `bookings:write`"),
        (name = "series", description = "All dates of an event at once, for others. Scope `bookings:write`"),
        (name = "waiting", description = "Waiting for full sessions for others. Scope `bookings:write`"),
        (name = "door", description = "At the door. `check-ins`: scope `door:write`; the rest is for enrolled devices and their own keys"),
        (name = "bus", description = "Where the science bus goes: any scope. Asking for it, for others: scope `bookings:write`"),
        (name = "groups", description = "Visits of groups to the museum, asked for others. Scope `bookings:write`"),
        (name = "ambassadors", description = "Campus science ambassadors. Rounds, and whether a certificate is one: any scope. Applying for others: scope `bookings:write`"),
        (name = "lims", description = "What happened to units, from the laboratory's system. Scope `lims:write`"),
        (name = "disclosure", description = "What is disclosed of the aid programme. Any scope"),
        (name = "telemetry", description = "What gateways measure of tanks and rooms. Scope `telemetry:write`"),
    ),
    modifiers(&Bearer, &Everywhere, &Told, &Payloads)
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// The OpenAPI document.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(Document::openapi);
    &DOCUMENT
}

/// The route of a feed: its bodies are larger than the others'.
pub fn telemetry_feed(house: &House) -> Routes {
    let capability = Capability::FeedTelemetry;
    let handler = post(telemetry::feed).layer(Extension(Turns::of("telemetry")));
    let handler = handler.layer(from_fn_with_state((Arc::clone(house), capability), authorize::client));
    Routes::default().add("POST", "/api/v1/telemetry/readings", Policy::Machine(capability), handler)
}

/// The routes of the API.
pub fn routes(house: &House) -> Routes {
    let machine = |capability: Capability, handler: MethodRouter<House>| {
        let policy = Policy::Machine(capability);
        (policy, handler.layer(from_fn_with_state((Arc::clone(house), capability), authorize::client)))
    };
    let device = |capability: Capability, handler: MethodRouter<House>| {
        let policy = Policy::Device(capability);
        (policy, handler.layer(from_fn_with_state((Arc::clone(house), capability), authorize::device)))
    };
    use Capability::{Admit, BookOnBehalf, EndShift, SeeBookings, SeePublic, SuperviseDoor};
    let endpoints = [
        ("GET", "/api/v1/sessions", machine(SeeBookings, get(sessions::list))),
        ("GET", "/api/v1/sessions/{id}", machine(SeeBookings, get(sessions::show))),
        ("GET", "/api/v1/releases", machine(SeeBookings, get(releases::list))),
        ("GET", "/api/v1/events", machine(SeeBookings, get(events::list))),
        ("GET", "/api/v1/events/{id}", machine(SeeBookings, get(events::show))),
        ("GET", "/api/v1/telemetry/channels", machine(Capability::FeedTelemetry, get(telemetry::channels))),
        ("POST", "/api/v1/bookings", machine(BookOnBehalf, post(bookings::make))),
        ("GET", "/api/v1/bookings/{id}", machine(BookOnBehalf, get(bookings::show))),
        ("PATCH", "/api/v1/bookings/{id}", machine(BookOnBehalf, patch(bookings::change))),
        ("DELETE", "/api/v1/bookings/{id}", machine(BookOnBehalf, delete(bookings::cancel))),
        ("POST", "/api/v1/series", machine(BookOnBehalf, post(series::book))),
        ("GET", "/api/v1/series/{id}", machine(BookOnBehalf, get(series::show))),
        ("DELETE", "/api/v1/series/{id}", machine(BookOnBehalf, delete(series::cancel))),
        ("POST", "/api/v1/waiting", machine(BookOnBehalf, post(waiting::join))),
        ("GET", "/api/v1/waiting/{id}", machine(BookOnBehalf, get(waiting::show))),
        ("DELETE", "/api/v1/waiting/{id}", machine(BookOnBehalf, delete(waiting::leave))),
        ("POST", "/api/v1/waiting/{id}/accept", machine(BookOnBehalf, post(waiting::accept))),
        ("POST", "/api/v1/waiting/{id}/decline", machine(BookOnBehalf, post(waiting::decline))),
        ("POST", "/api/v1/check-ins", machine(Admit, post(check_ins::check_in))),
        ("POST", "/api/v1/door/enrolments", (Policy::Open("shows its own code"), post(door::enrol))),
        ("POST", "/api/v1/door/facts", device(Admit, post(door::upload))),
        ("GET", "/api/v1/door/roster", device(Admit, get(door::roster))),
        ("GET", "/api/v1/door/conflicts", device(SuperviseDoor, get(door::conflicts))),
        ("DELETE", "/api/v1/door/shift", device(EndShift, delete(door::end_shift))),
        ("GET", "/api/v1/bus/stops", machine(SeePublic, get(bus::stops))),
        ("POST", "/api/v1/bus/requests", machine(BookOnBehalf, post(bus_requests::make))),
        ("GET", "/api/v1/bus/requests/{id}", machine(BookOnBehalf, get(bus_requests::show))),
        ("POST", "/api/v1/groups/requests", machine(BookOnBehalf, post(group_requests::make))),
        ("GET", "/api/v1/groups/requests/{id}", machine(BookOnBehalf, get(group_requests::show))),
        ("GET", "/api/v1/ambassadors/rounds", machine(SeePublic, get(ambassadors::rounds))),
        ("POST", "/api/v1/ambassadors/applications", machine(BookOnBehalf, post(ambassadors::make))),
        ("GET", "/api/v1/ambassadors/applications/{id}", machine(BookOnBehalf, get(ambassadors::show))),
        ("POST", "/api/v1/ambassadors/certificates/verify", machine(SeePublic, post(ambassadors::verify))),
        ("GET", "/api/v1/disclosure", machine(SeePublic, get(disclosure::show))),
        ("POST", "/api/v1/token", (Policy::Open("shows its own credentials"), post(tokens::get_tokens))),
        ("GET", "/.well-known/jwks.json", (Policy::Open("public keys"), get(tokens::jwks))),
        ("GET", "/api/v1/openapi.json", (Policy::Open("the description of the API"), get(async || Json(document())))),
        ("GET", "/api/docs", (Policy::Open("the description, to be read"), get(docs::index))),
        ("GET", "/api/problems/{code}", (Policy::Open("what a problem's type means"), get(docs::problem))),
    ];
    let mut routes = Routes::default();
    for (method, path, (policy, handler)) in endpoints {
        routes = routes.add(method, path, policy, handler);
    }
    routes
}
