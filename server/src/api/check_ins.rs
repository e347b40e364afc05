//! `POST /api/v1/check-ins`: people at the door.

use super::extract::{Body, Caller, IdempotencyKey};
use super::idempotent::{self, Keeper, Kept};
use super::problem::Problem;
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::ids::BookingId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::booking::{self, Ticket};
use services::machines::Repeatable;
use utoipa::ToSchema;
use uuid::Uuid;

/// What the visitor shows.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Shown {
    /// The text of the pass's QR code.
    Pass(String),
    /// The reference, as read out.
    Reference(String),
    /// A booking picked from a list.
    #[schema(value_type = String, format = Uuid)]
    Booking(BookingId),
}

/// People at the door.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckIn {
    /// What the visitor shows.
    ticket: Shown,
    /// How many of the party are there now. Late arrivals add up.
    present: u32,
    /// When the device saw it, by its own clock.
    #[schema(value_type = Option<String>, format = DateTime)]
    device_at: Option<Timestamp>,
}

/// Let in.
#[derive(Serialize, ToSchema)]
pub struct Admitted {
    /// With this scan.
    admitted: u32,
    /// With all scans of the booking so far.
    arrived: u32,
    /// Booked.
    people: u32,
}

/// Admit people.
///
/// The `Idempotency-Key` is the scan's nonce: retrying a success repeats the success, nobody is counted twice.
#[utoipa::path(
    post, path = "/api/v1/check-ins", tag = "door",
    params(("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry of one scan")),
    request_body = CheckIn,
    responses(
        (status = 200, description = "Let in", body = Admitted),
        (status = 409, description = "`not-admitted`: wrong day, too early, already admitted …", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn check_in(
    State(house): State<House>,
    Caller(context): Caller,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<CheckIn>,
) -> Result<Response, Problem> {
    let CheckIn { ticket, present, device_at } = body.value;
    let ticket = match ticket {
        Shown::Pass(text) => Ticket::Pass(text),
        Shown::Reference(text) => Ticket::Reference(text),
        Shown::Booking(id) => Ticket::Booking(id),
    };
    let repeatable = Repeatable::new(&house.services, &context, &key, "check-in", &body.text);
    let nonce = nonce(&house, &context, &key);
    let (services, who) = (house.services.clone(), context.clone());
    let done = async move {
        let admission = booking::admit(&services, &who, nonce, ticket, present, device_at).await??;
        let admitted = Admitted { admitted: admission.admitted, arrived: admission.arrived, people: admission.people };
        let body = serde_json::to_value(admitted).map_err(|_| Problem::new(super::problem::BROKEN))?;
        Ok(Kept::ok(body, None))
    };
    idempotent::once(&house, &context, repeatable, Keeper::Afterwards, done).await
}

/// The scan's nonce, made of client and key: no client meets another's.
fn nonce(house: &House, context: &services::Context, key: &str) -> Uuid {
    let client = services::machines::client_of(context).map(|client| client.to_string()).unwrap_or_default();
    let hash = house.services.vault.mac("scan nonce", format!("{client}\0{key}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}
