//! What an endpoint answers when it cannot do what it was asked: a problem document (RFC 9457).
//!
//! `type` is a stable address that explains the problem to a programmer (`/api/problems/<code>`); `code` is the same
//! thing for a `match`; `errors` names fields and rules, with the numbers their sentence needs. A text of the database
//! never gets here.

use crate::house::House;
use crate::trouble::Trouble;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use domain::account::Denied;
use domain::booking::{DoorRefusal, Refusal, Standing};
use domain::field::FieldError;
use domain::ids::RequestId;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use serde_json::{Map, Value, json};
use services::ambassadors::{AmbassadorError, AmbassadorFault};
use services::booking::BookingError;
use services::bus::BusError;
use services::groups::{GroupError, GroupFault};
use services::requests::RequestError;

/// A kind of problem, as it is documented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kind {
    /// The last segment of its `type`.
    pub code: &'static str,
    /// The status that comes with it.
    pub status: StatusCode,
    /// One line.
    pub title: &'static str,
    /// What it means and what to do.
    pub explanation: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $code:literal $status:ident $title:literal $explanation:literal;)+) => {
        $(#[doc = $title] pub const $name: &Kind = &Kind {
            code: $code, status: StatusCode::$status, title: $title, explanation: $explanation,
        };)+
        /// Every kind of problem, as `/api/problems/<code>` explains them.
        pub const KINDS: &[&Kind] = &[$($name),+];
    };
}

kinds! {
    MALFORMED = "malformed" BAD_REQUEST "The request cannot be read"
        "The body is no JSON, a parameter is missing or of the wrong type, or a member is unknown. `detail` says where.";
    NO_TOKEN = "no-token" UNAUTHORIZED "A token is needed"
        "Send `Authorization: Bearer <access token>`. Access tokens live five minutes; get the next one from POST /api/v1/token.";
    BAD_CREDENTIALS = "bad-credentials" UNAUTHORIZED "The client's credentials were not accepted"
        "The client's id, its secret or its refresh token is not good, or the client was revoked. The answer is the same for all.";
    FORBIDDEN = "forbidden" FORBIDDEN "The token does not permit this"
        "The token lacks the scope that the endpoint names.";
    DEVICE_REVOKED = "device-revoked" GONE "The device was revoked"
        "Its key is good for nothing any more. The device forgets everything it has: roster, queue and key.";
    NOT_FOUND = "not-found" NOT_FOUND "There is no such thing"
        "Nothing is there, or it is not this client's: the two are never told apart.";
    WRONG_METHOD = "wrong-method" METHOD_NOT_ALLOWED "The path exists, but not for this method"
        "The `Allow` header lists the methods.";
    WRONG_TYPE = "wrong-type" UNSUPPORTED_MEDIA_TYPE "The body is not JSON"
        "Send `Content-Type: application/json`.";
    TOO_SLOW = "too-slow" REQUEST_TIMEOUT "The body did not come in time"
        "Nothing was done. Send the whole body at once, with the same Idempotency-Key.";
    TOO_LARGE = "too-large" PAYLOAD_TOO_LARGE "The body is larger than the house takes"
        "Bodies of the API stay below 64 KiB; of a feed, below what it names. A batch of a feed with more records than it takes is \
         answered so, too: `most` is how many it takes. Nothing of it was taken: send it in parts.";
    INVALID = "invalid" UNPROCESSABLE_ENTITY "Fields cannot be taken as they are"
        "`errors` names each field, the rule it breaks (`code`) and the rule's numbers.";
    REFUSED = "refused" CONFLICT "The rules of booking say no"
        "`refusal.code` is the rule: `full` (with the places that are free), `not-open-yet`, `too-late`, `session-closed`, \
         `no-booking-needed` (whoever comes is let in: just come), \
         `party-too-large`, `daily-limit`, `people-daily-limit` and the other limits of people (with how many are left), \
         `changes-over` (with when they ended), of an event `asks-questions` (its questions changed since they were read), \
         of a series `date-full`, `single-dates-only`, `whole-series-only`, on the waiting list `places-free`, `offer-ended`, \
         of an ambassador's application `round-not-open`, `applied-already` and so on. \
         Where one date of a series says no, `date` is that date (`session`, `starts_at`), and nothing of any date was booked.";
    NOT_ADMITTED = "not-admitted" CONFLICT "Nobody is let in"
        "`refusal.code` is the reason: `wrong-day`, `too-early`, `already-admitted`, `cancelled`, `not-a-pass` and so on.";
    CHANGED = "changed" CONFLICT "It was changed in the meantime"
        "Read it again and decide again.";
    PRECONDITION = "precondition" PRECONDITION_FAILED "The version named in If-Match is not the present one"
        "Read it again: its ETag has changed.";
    KEY_MISSING = "idempotency-key-missing" BAD_REQUEST "An Idempotency-Key is needed"
        "This call carries `Idempotency-Key: <a UUID or another text of 8 to 64 characters>`, the same for every retry.";
    KEY_REUSED = "idempotency-key-reused" UNPROCESSABLE_ENTITY "The Idempotency-Key was used with another body"
        "A key stands for one request. Use a new key for a new request.";
    KEY_BUSY = "idempotency-key-in-progress" CONFLICT "The request with this Idempotency-Key is still being worked on"
        "Try again after `Retry-After` seconds: the answer will be the first one's.";
    TOO_OFTEN = "too-often" TOO_MANY_REQUESTS "More requests than agreed"
        "Try again after `Retry-After` seconds. The `RateLimit` headers say what is left.";
    WAITING_ROOM = "waiting-room" TOO_MANY_REQUESTS "Sessions are opening, and others are first in the line"
        "The request has a ticket in the line of the sessions that open together. Repeat it with the same Idempotency-Key after \
         `Retry-After` seconds: it keeps its place. `line.ahead` says how many are let in before it, once that is known.";
    BROKEN = "broken" INTERNAL_SERVER_ERROR "A fault of the house"
        "Nothing half-done stays behind. Repeat the call with the same Idempotency-Key; tell us `instance` if it stays.";
    BUSY = "busy" SERVICE_UNAVAILABLE "More than the house can serve at this moment"
        "Try again after `Retry-After` seconds with the same Idempotency-Key.";
}

/// A problem on its way out; [`crate::layers::house_errors`] writes it down with the request's id.
#[derive(Clone, Debug)]
pub struct ProblemDocument {
    kind: &'static Kind,
    detail: Option<String>,
    errors: Vec<FieldError>,
    more: Map<String, Value>,
    retry_after: Option<u32>,
}

/// What endpoints return on the unhappy way.
pub type Problem = ProblemDocument;

impl ProblemDocument {
    /// A problem of this kind.
    pub fn new(kind: &'static Kind) -> Self {
        Self { kind, detail: None, errors: Vec::new(), more: Map::new(), retry_after: None }
    }

    /// The document of what went wrong around the endpoints.
    pub fn of(trouble: Trouble) -> Self {
        let kind = match trouble {
            Trouble::Malformed => MALFORMED,
            Trouble::NoToken => NO_TOKEN,
            Trouble::Forbidden | Trouble::CrossSite => FORBIDDEN,
            Trouble::NotFound => NOT_FOUND,
            Trouble::WrongMethod => WRONG_METHOD,
            Trouble::TooSlow => TOO_SLOW,
            Trouble::TooLarge => TOO_LARGE,
            Trouble::WrongType => WRONG_TYPE,
            Trouble::Unusable => INVALID,
            Trouble::TooOften => TOO_OFTEN,
            Trouble::Broken => BROKEN,
            Trouble::Busy => BUSY,
        };
        Self { retry_after: trouble.retry_after(), ..Self::new(kind) }
    }

    /// The same with a sentence about this occurrence.
    #[must_use]
    pub fn detail(mut self, sentence: impl Into<String>) -> Self {
        self.detail = Some(sentence.into());
        self
    }

    /// The same with faults of fields.
    #[must_use]
    pub fn errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// The same with another member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        // A value of ours that is no JSON would be a programmer's slip: the member is then missing, nothing worse.
        self.more.insert(name.to_owned(), serde_json::to_value(value).unwrap_or(Value::Null));
        self
    }

    /// The same with a time to wait, in seconds.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// Its kind.
    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// The document itself.
    pub fn response(&self, house: &House, request: RequestId) -> Response {
        let mut document = Map::new();
        let address = format!("{}/api/problems/{}", house.config.http.public_url, self.kind.code);
        document.insert("type".into(), json!(address));
        document.insert("title".into(), json!(self.kind.title));
        document.insert("status".into(), json!(self.kind.status.as_u16()));
        document.insert("code".into(), json!(self.kind.code));
        document.insert("instance".into(), json!(format!("urn:uuid:{request}")));
        if let Some(detail) = &self.detail {
            document.insert("detail".into(), json!(detail));
        }
        if !self.errors.is_empty() {
            document.insert("errors".into(), json!(self.errors));
        }
        document.extend(self.more.clone());
        let mut response = Response::new(Body::from(Value::Object(document).to_string()));
        *response.status_mut() = self.kind.status;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}

impl IntoResponse for ProblemDocument {
    fn into_response(self) -> Response {
        let mut response = self.kind.status.into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        if self.kind.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"cordblood\""));
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Trouble> for ProblemDocument {
    fn from(trouble: Trouble) -> Self {
        Self::of(trouble)
    }
}

impl From<Denied> for ProblemDocument {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::SignInNeeded => Self::new(NO_TOKEN),
            Denied::NotAllowed | Denied::StepUpNeeded => Self::new(FORBIDDEN),
        }
    }
}

impl From<sqlx::Error> for ProblemDocument {
    fn from(error: sqlx::Error) -> Self {
        if store::is_transient(&error) {
            return Self::of(Trouble::Busy);
        }
        if store::is_unavailable(&error) {
            tracing::warn!(%error, "the database is not there at the moment");
            return Self::of(Trouble::Busy);
        }
        tracing::error!(%error, "the database failed");
        Self::of(Trouble::Broken)
    }
}

impl From<Refusal> for ProblemDocument {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Busy => Self::of(Trouble::Busy),
            refusal => Self::new(REFUSED).detail(refusal.to_string()).with("refusal", refusal),
        }
    }
}

impl From<DoorRefusal> for ProblemDocument {
    fn from(refusal: DoorRefusal) -> Self {
        Self::new(NOT_ADMITTED).detail(refusal.to_string()).with("refusal", refusal)
    }
}

impl From<BusError> for ProblemDocument {
    fn from(error: BusError) -> Self {
        of_request(error, |conflicts| {
            tracing::error!(error = %conflicts, "a machine's question of the bus could not be answered");
            Self::of(Trouble::Broken)
        })
    }
}

impl From<GroupError> for ProblemDocument {
    fn from(error: GroupError) -> Self {
        of_request(error, |fault| match fault {
            GroupFault::Booking(refusal) => refusal.into(),
            GroupFault::Over { free, .. } => Refusal::Full { free }.into(),
            fault => {
                tracing::error!(error = %fault, "a machine's question of groups could not be answered");
                Self::of(Trouble::Broken)
            }
        })
    }
}

impl From<AmbassadorError> for ProblemDocument {
    fn from(error: AmbassadorError) -> Self {
        let refused = |code: &str, why: &str| Self::new(REFUSED).detail(why).with("refusal", json!({ "code": code }));
        of_request(error, |fault| match fault {
            AmbassadorFault::NotOpen => refused("round-not-open", "One cannot apply in this round now."),
            AmbassadorFault::AppliedAlready => {
                refused("applied-already", "This contact has an application in this round.")
            }
            fault => {
                tracing::error!(error = %fault, "a machine's question of ambassadors could not be answered");
                Self::of(Trouble::Broken)
            }
        })
    }
}

/// What is in the way of a request of any kind; what only its kind has, `own` says.
fn of_request<K: services::requests::Kind>(
    error: RequestError<K>,
    own: impl FnOnce(K::Fault) -> ProblemDocument,
) -> ProblemDocument {
    match error {
        RequestError::Denied(denied) => denied.into(),
        RequestError::NotFound => ProblemDocument::new(NOT_FOUND),
        RequestError::Fields(errors) => ProblemDocument::new(INVALID).errors(errors),
        RequestError::TooMany { max } => ProblemDocument::new(REFUSED)
            .detail("This contact has as many requests under way as it may have.")
            .with("refusal", json!({ "code": "too-many-under-way", "max": max })),
        RequestError::StateHasChanged => ProblemDocument::new(CHANGED),
        RequestError::Busy => ProblemDocument::of(Trouble::Busy),
        RequestError::Limited { retry_after } | RequestError::NetworkLimited { retry_after } => {
            ProblemDocument::new(TOO_OFTEN).retry_after(u32::try_from(retry_after).unwrap_or(u32::MAX))
        }
        RequestError::Database(error) => error.into(),
        RequestError::Own(fault) => own(fault),
        // Machines ask and read: what becomes of a request is the house's and of who asks.
        error @ (RequestError::Refused(_) | RequestError::Damaged(_)) => {
            tracing::error!(%error, "a machine's question of a request could not be answered");
            ProblemDocument::of(Trouble::Broken)
        }
    }
}

/// Faults of the `fields` that a form has in the place of a list, by the list's member: those of the second under `<member>.2`.
pub(super) fn by_place<K: services::requests::Kind>(
    error: RequestError<K>,
    fields: &[&str],
    member: &str,
) -> RequestError<K> {
    let RequestError::Fields(errors) = error else { return error };
    let placed = |error: FieldError| match fields.iter().position(|field| *field == error.field) {
        Some(n) => FieldError::new(format!("{member}.{}", n + 1), error.fault),
        None => error,
    };
    RequestError::Fields(errors.into_iter().map(placed).collect())
}

impl From<BookingError> for ProblemDocument {
    fn from(error: BookingError) -> Self {
        match error {
            BookingError::Refused(refusal) => refusal.into(),
            BookingError::DateRefused { session, starts_at, refusal } => {
                Self::from(refusal).with("date", json!({ "session": session, "starts_at": starts_at }))
            }
            BookingError::Denied(denied) => denied.into(),
            BookingError::NotFound => Self::new(NOT_FOUND),
            BookingError::Fields(errors) => Self::new(INVALID).errors(errors),
            BookingError::StateHasChanged => Self::new(CHANGED),
            BookingError::KeyReused => Self::new(KEY_REUSED),
            BookingError::Limited { retry_after } | BookingError::NetworkLimited { retry_after } => {
                Self::new(TOO_OFTEN).retry_after(u32::try_from(retry_after).unwrap_or(u32::MAX))
            }
            BookingError::WaitingRoom(waits) => {
                let ahead = match waits.standing {
                    Standing::Waiting { ahead } => Some(ahead),
                    Standing::Early | Standing::Drawing | Standing::Admitted => None,
                };
                let (number, opens_at) = (waits.number, waits.release.line.opens_at);
                Self::new(WAITING_ROOM)
                    .with("line", json!({ "ticket": number, "ahead": ahead, "opens_at": opens_at }))
                    .retry_after(waits.again_in)
            }
            BookingError::Code(fault) => Self::new(INVALID).errors(vec![FieldError::new("code", fault)]),
            BookingError::Database(error) => error.into(),
            BookingError::Damaged(what) => {
                tracing::error!(what, "something of ours is damaged");
                Self::of(Trouble::Broken)
            }
        }
    }
}
