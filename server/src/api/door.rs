//! `/api/v1/door/…`: devices at the door that work without the network. They send what they did first, and ask for what
//! changed afterwards.

use super::extract::{Body, Caller, Query};
use super::problem::{self, Problem};
use crate::house::{Facts, House};
use app::calls::ClientAddress;
use axum::extract::State;
use axum::{Extension, Json};
use domain::account::{Actor, DeviceRole};
use domain::booking::{DoorRefusal, RosterBooking, RosterSession};
use domain::ids::{ActivityId, BookingId, DeviceId};
use domain::time::clock_text;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use services::booking::Ticket;
use services::door::{self, Conflict, Count, DoorError, Fact, Outcome, Report};
use services::limits::Network;
use utoipa::ToSchema;
use uuid::Uuid;

use super::tokens::RequestFacts;

/// A device shows its code, and the key it has made for itself.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enrolment {
    /// Twelve characters, as the staff's page shows them.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
    /// 256 random bits of the device's own as URL-safe base64: its bearer token from now on.
    #[schema(value_type = String, format = Password)]
    key: SecretString,
}

/// A device that is enrolled.
#[derive(Serialize, ToSchema)]
pub struct EnrolledDevice {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    device: DeviceId,
    /// What people call it.
    name: String,
    /// `steward`, `supervisor`.
    #[schema(value_type = String)]
    role: DeviceRole,
}

/// Enrol a device.
///
/// The code is good for ten minutes and for one key.
///
/// No `Idempotency-Key`: shown again with the same key of the device, the code gets the same answer.
#[utoipa::path(
    post, path = "/api/v1/door/enrolments", tag = "door", security(()),
    request_body = Enrolment,
    responses(
        (status = 200, description = "Enrolled", body = EnrolledDevice),
        (status = 401, description = "`bad-credentials`: the code is unknown, over or used", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn enrol(
    State(house): State<House>,
    Extension(address): Extension<ClientAddress>,
    facts: RequestFacts,
    body: Body<Enrolment>,
) -> Result<Json<EnrolledDevice>, Problem> {
    let services = &house.services;
    let Facts { locale, request, .. } = facts.0;
    let context = services.context(Actor::Anonymous, locale, request);
    let Enrolment { code, key } = body.value;
    let done = door::enrol(services, &context, (&code, &key), &Network::of(address.0)).await?;
    Ok(Json(EnrolledDevice { device: done.id, name: done.name, role: done.role }))
}

/// What was shown at the door.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum DoorTicket {
    /// The text of the pass's QR code.
    Pass(String),
    /// A booking of the roster.
    #[schema(value_type = String, format = Uuid)]
    Booking(BookingId),
}

/// Something that happened at the door.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DoorFact {
    /// People of a booking were let in.
    Admitted {
        /// Its own: every retry has the same, no other fact has.
        nonce: Uuid,
        /// By the device's clock.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// What was shown.
        ticket: DoorTicket,
        /// How many were there.
        present: u32,
        /// A supervisor's word, where they were let in against the clock.
        reason: Option<String>,
        /// How far the device's clock was behind then, as far as it knew, in milliseconds.
        behind_ms: Option<i64>,
    },
    /// People came without a booking.
    WalkIn {
        /// Its own.
        nonce: Uuid,
        /// By the device's clock.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// To what.
        #[schema(value_type = String, format = Uuid)]
        activity: ActivityId,
        /// How many.
        people: u32,
        /// How far the device's clock was behind then, as far as it knew, in milliseconds.
        behind_ms: Option<i64>,
    },
    /// People left.
    Left {
        /// Its own.
        nonce: Uuid,
        /// By the device's clock.
        #[schema(value_type = String, format = DateTime)]
        at: Timestamp,
        /// From what.
        #[schema(value_type = String, format = Uuid)]
        activity: ActivityId,
        /// How many.
        people: u32,
        /// How far the device's clock was behind then, as far as it knew, in milliseconds.
        behind_ms: Option<i64>,
    },
}

impl From<DoorFact> for Fact {
    fn from(fact: DoorFact) -> Self {
        let behind = |ms: Option<i64>| ms.map(SignedDuration::from_millis);
        match fact {
            DoorFact::Admitted { nonce, at, ticket, present, reason, behind_ms } => {
                let ticket = match ticket {
                    DoorTicket::Pass(text) => Ticket::Pass(text),
                    DoorTicket::Booking(id) => Ticket::Booking(id),
                };
                Self::Admitted { nonce, at, ticket, present, reason, behind: behind(behind_ms) }
            }
            DoorFact::WalkIn { nonce, at, activity, people, behind_ms } => {
                Self::Counted { nonce, at, activity, kind: Count::WalkIn, people, behind: behind(behind_ms) }
            }
            DoorFact::Left { nonce, at, activity, people, behind_ms } => {
                Self::Counted { nonce, at, activity, kind: Count::Left, people, behind: behind(behind_ms) }
            }
        }
    }
}

/// What a device did, and how it stands. Without facts it says only the latter.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The time by the device's clock, as this is sent: times of facts that do not say how far it was
    /// behind are set right by the difference.
    #[schema(value_type = String, format = DateTime)]
    device_at: Timestamp,
    /// The device's program.
    app_version: String,
    /// Facts it has not sent yet, these included.
    queue_length: u32,
    /// At most 100, in the order they happened.
    facts: Vec<DoorFact>,
}

/// What became of one fact. Whatever it is, the device need not send it again.
#[derive(Serialize, ToSchema)]
pub struct FactResult {
    /// Whose.
    nonce: Uuid,
    /// `admitted`, `counted`, `conflict` (kept, not counted: supervisors decide), `refused`, `not-allowed`, `too-old`,
    /// `nonce-reused`, `invalid`.
    outcome: &'static str,
    /// Of an admission: people who came of this booking, with all scans so far.
    arrived: Option<u32>,
    /// Of an admission: people booked.
    people: Option<u32>,
    /// Of an admission: supervisors look at it all the same.
    conflict: Option<bool>,
    /// Why not.
    #[schema(value_type = Option<Value>)]
    refusal: Option<DoorRefusal>,
}

impl FactResult {
    fn of((nonce, outcome): (Uuid, Outcome)) -> Self {
        let named = |outcome| Self { nonce, outcome, arrived: None, people: None, conflict: None, refusal: None };
        match outcome {
            Outcome::Admitted { admission, conflict } => Self {
                arrived: Some(admission.arrived),
                people: Some(admission.people),
                conflict: Some(conflict),
                ..named("admitted")
            },
            Outcome::Conflict(refusal) => Self { refusal: Some(refusal), ..named("conflict") },
            Outcome::Refused(refusal) => Self { refusal: Some(refusal), ..named("refused") },
            Outcome::Counted => named("counted"),
            Outcome::NotAllowed => named("not-allowed"),
            Outcome::TooOld => named("too-old"),
            Outcome::NonceReused => named("nonce-reused"),
            Outcome::Invalid(_) => named("invalid"),
        }
    }
}

/// What became of an upload.
#[derive(Serialize, ToSchema)]
pub struct Uploaded {
    /// The house's time.
    #[schema(value_type = String, format = DateTime)]
    server_at: Timestamp,
    /// How far the device's clock is behind, in milliseconds; negative where it is ahead.
    skew_ms: i64,
    /// Of each fact, in their order.
    results: Vec<FactResult>,
}

/// Send what was done.
///
/// No `Idempotency-Key`: each fact is applied once, by its nonce, however often it is sent, and a batch whose answer was lost is sent
/// again as it was. The nonce is looked up before any rule. With another body it is `nonce-reused`.
#[utoipa::path(
    post, path = "/api/v1/door/facts", tag = "door",
    request_body = Upload,
    responses(
        (status = 200, description = "What became of each", body = Uploaded),
        (status = 410, description = "`device-revoked`: forget everything", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn upload(
    State(house): State<House>,
    Caller(context): Caller,
    body: Body<Upload>,
) -> Result<Json<Uploaded>, Problem> {
    let Upload { device_at, app_version, queue_length, facts } = body.value;
    let report = Report { device_at, app_version, queue_length };
    let facts = facts.into_iter().map(Fact::from).collect();
    let results = door::upload(&house.services, &context, report, facts).await?;
    Ok(Json(Uploaded {
        server_at: context.now,
        skew_ms: i64::try_from(context.now.duration_since(device_at).as_millis()).unwrap_or(i64::MAX),
        results: results.into_iter().map(FactResult::of).collect(),
    }))
}

/// Which part of the roster.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    since: Option<Timestamp>,
    after: Option<BookingId>,
}

/// An activity with a door today.
#[derive(Serialize, ToSchema)]
pub struct DoorActivity {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: ActivityId,
    /// 简体中文
    title_zh: String,
    /// English
    title_en: String,
    /// People counted without a booking today, less those who left.
    walked: i64,
}

/// A page of the roster.
#[derive(Serialize, ToSchema)]
pub struct Roster {
    /// The day it is of.
    #[schema(value_type = String, format = Date)]
    day: jiff::civil::Date,
    /// The next difference is asked for since this instant, once every page is there.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// Everything instead of what changed: forget what there is from before.
    full: bool,
    /// What has a door today; on the first page.
    activities: Vec<DoorActivity>,
    /// Every session of the day, with the minutes around its beginning at which the door admits; on the first page.
    #[schema(value_type = Vec<Value>)]
    sessions: Vec<RosterSession>,
    /// Bookings: reference, masked name, people, arrived, cancelled.
    #[schema(value_type = Vec<Value>)]
    bookings: Vec<RosterBooking>,
    /// Bookings that are of another day now; on the first page.
    #[schema(value_type = Vec<String>)]
    gone: Vec<BookingId>,
    /// The JWK set that passes are signed with; on the first page.
    keys: Option<Value>,
    /// `after` of the next page.
    #[schema(value_type = Option<String>, format = Uuid)]
    next: Option<BookingId>,
}

/// Get today's roster.
///
/// The sessions of the museum and of events that begin today, and who is booked: no contacts, names masked. Since the `as_of` of
/// the last roster only what changed; 200 bookings a page.
#[utoipa::path(
    get, path = "/api/v1/door/roster", tag = "door",
    params(
        ("since" = Option<String>, Query, format = DateTime, description = "`as_of` of the last roster"),
        ("after" = Option<String>, Query, format = Uuid, description = "`next` of the page before"),
    ),
    responses(
        (status = 200, description = "A page", body = Roster),
        (status = 410, description = "`device-revoked`: forget everything", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn roster(
    State(house): State<House>,
    Caller(context): Caller,
    Query(Asked { since, after }): Query<Asked>,
) -> Result<Json<Roster>, Problem> {
    let page = door::roster(&house.services, &context, since, after).await?;
    let activities = page.activities.into_iter().map(|activity| DoorActivity {
        id: activity.id,
        title_zh: activity.title_zh,
        title_en: activity.title_en,
        walked: activity.walked,
    });
    Ok(Json(Roster {
        day: page.day,
        as_of: page.as_of,
        full: page.full,
        activities: activities.collect(),
        sessions: page.sessions,
        bookings: page.bookings,
        gone: page.gone,
        keys: page.keys,
        next: page.next,
    }))
}

/// Get open conflicts.
///
/// What devices disagree about and nobody has decided yet. For devices of supervisors.
#[utoipa::path(
    get, path = "/api/v1/door/conflicts", tag = "door",
    responses(
        (status = 200, description = "The open ones, the latest first", body = Value),
        (status = 410, description = "`device-revoked`: forget everything", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn conflicts(State(house): State<House>, Caller(context): Caller) -> Result<Json<Value>, Problem> {
    let all = door::conflicts(&house.services, &context).await?;
    let open: Vec<Value> = all.iter().filter(|conflict| conflict.settled.is_none()).map(conflict).collect();
    Ok(Json(json!({ "conflicts": open })))
}

fn conflict(conflict: &Conflict) -> Value {
    let kind = match conflict.kind {
        door::ConflictKind::Twice => "twice",
        door::ConflictKind::Cancelled => "cancelled",
        door::ConflictKind::Unknown => "unknown",
        door::ConflictKind::Clock => "clock",
    };
    let booking = conflict.booking.as_ref();
    let said: Vec<Value> = conflict
        .said
        .iter()
        .map(|said| json!({ "device": said.device, "at": clock_text(said.at), "present": said.present }))
        .collect();
    json!({
        "id": conflict.id, "kind": kind, "raised_at": conflict.raised_at, "said": said,
        "reference": booking.map(|booking| booking.reference.clone()),
        "name": booking.map(|booking| booking.person.name.masked()),
        "people": booking.map(|booking| booking.party.people.get()), "arrived": booking.map(|booking| booking.arrived),
    })
}

/// End the shift.
///
/// The device has sent everything and forgets the day. For devices of supervisors.
///
/// No `Idempotency-Key`: a shift that has ended is ended, however often it is said.
#[utoipa::path(
    delete, path = "/api/v1/door/shift", tag = "door",
    responses(
        (status = 200, description = "Ended, now or before", body = Value),
        (status = 410, description = "`device-revoked`: forget everything", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn end_shift(State(house): State<House>, Caller(context): Caller) -> Result<Json<Value>, Problem> {
    door::end_shift(&house.services, &context).await?;
    Ok(Json(json!({ "ended": true })))
}

impl From<DoorError> for Problem {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::Denied(denied) => denied.into(),
            DoorError::Revoked => Self::new(problem::DEVICE_REVOKED),
            DoorError::UnknownDevice => {
                Self::new(problem::NO_TOKEN).detail("No device has this key: enrol it with a new code.")
            }
            DoorError::CodeNotGood => Self::new(problem::BAD_CREDENTIALS).detail("The code is unknown, over or used."),
            DoorError::NotFound => Self::new(problem::NOT_FOUND),
            DoorError::Fields(errors) => Self::new(problem::INVALID).errors(errors),
            DoorError::StateHasChanged => Self::new(problem::CHANGED),
            DoorError::Limited(limited) => Self::new(problem::TOO_OFTEN).retry_after(limited.retry_seconds()),
            DoorError::Booking(error) => error.into(),
            DoorError::Database(error) => error.into(),
        }
    }
}
