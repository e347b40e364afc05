//! `/api/v1/sessions`: when the museum can be visited and how many places are left.

use super::cursor::Cursor;
use super::extract::{Caller, Id, Query, etag, not_modified};
use super::problem::{self, Problem};
use crate::house::House;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use domain::booking::PartySize;
use domain::field::FieldError;
use domain::ids::SessionId;
use domain::time::local_day;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jiff::{Timestamp, civil};
use serde::{Deserialize, Serialize};
use services::booking::{self, SessionView, Timetable};
use utoipa::{IntoParams, ToSchema};

/// The most sessions of one page, and as many as come where no limit is named.
const PAGE: usize = 100;

/// Which sessions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// From this day on (Asia/Shanghai); today where absent.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<civil::Date>,
    /// Until this day, included.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<civil::Date>,
    /// Only sessions with room for so many people; those that need no booking among them.
    people: Option<u32>,
    /// Sessions of one page, at most 100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// A session: one dated occurrence with a capacity. Counts are people.
#[derive(Serialize, ToSchema)]
pub struct Session {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: SessionId,
    /// Beginning.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// End.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// When booking opens.
    #[schema(value_type = String, format = DateTime)]
    opens_at: Timestamp,
    /// `open`, `not-open-yet`, `full`, `no-booking-needed`, `closed` or `over`.
    state: &'static str,
    /// A booking is needed. Where it is not, whoever comes is let in and nothing new is booked: it is refused with
    /// `no-booking-needed`. What was booked before stays good.
    booking_needed: bool,
    /// What the house says to a session that needs no booking, in Chinese, where it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    note_zh: Option<String>,
    /// The same in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    note_en: Option<String>,
    /// Places.
    capacity: u32,
    /// Places free now: neither booked, nor kept for somebody who is filling in the form, for groups or for the house's own
    /// desk, nor owed to the waiting list.
    free: u32,
}

impl Session {
    pub(super) fn of(view: &SessionView, timetable: &Timetable, now: Timestamp) -> Self {
        let (facts, opens) = (&view.facts, timetable.opens_at(view.facts.starts_at));
        let note = timetable.notes.get(&view.id).filter(|_| facts.open_door);
        let state = match () {
            () if facts.closed => "closed",
            () if facts.welcomes_all(now) => "no-booking-needed",
            () if facts.starts_at <= now => "over",
            () if opens > now => "not-open-yet",
            () if facts.free() == 0 => "full",
            () => "open",
        };
        Self {
            id: view.id,
            starts_at: facts.starts_at,
            ends_at: facts.ends_at,
            opens_at: opens,
            state,
            booking_needed: !facts.open_door,
            note_zh: note.map(|(zh, _)| zh.clone()),
            note_en: note.map(|(_, en)| en.clone()),
            capacity: facts.capacity,
            free: facts.free(),
        }
    }
}

/// A page of sessions.
#[derive(Serialize, ToSchema)]
pub struct Sessions {
    /// In order.
    sessions: Vec<Session>,
    /// For `cursor`; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// List sessions.
///
/// In order, from today on. The picture is at most a second old; whether a booking succeeds is decided when it is made.
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "sessions", params(Wanted),
    responses(
        (status = 200, description = "The sessions", body = Sessions, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 400, description = "`malformed`", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    const LIST: &str = "sessions";
    let vault = &house.services.vault;
    let museum = booking::museum(&house.services).await?;
    let people = wanted.people.map(|people| {
        PartySize::new(people)
            .map_err(|fault| Problem::new(problem::INVALID).errors(vec![FieldError::new("people", fault)]))
    });
    let people = people.transpose()?.map_or(0, PartySize::get);
    let after = wanted.cursor.as_deref().map(|text| Cursor::parse(vault, LIST, text)).transpose()?;
    let from = wanted.from.unwrap_or_else(|| local_day(context.now));
    let limit = wanted.limit.unwrap_or(PAGE).clamp(1, PAGE);
    let mut found = museum.sessions.iter().filter(|session| {
        let day = local_day(session.facts.starts_at);
        let place = (session.facts.starts_at, session.id.0);
        day >= from
            && wanted.to.is_none_or(|last| day <= last)
            && (session.facts.open_door || session.fits(people))
            && after.is_none_or(|cursor| place > (cursor.at, cursor.id))
    });
    let page: Vec<&SessionView> = found.by_ref().take(limit).collect();
    let more = found.next().is_some();
    let next =
        page.last().filter(|_| more).map(|last| Cursor { at: last.facts.starts_at, id: last.id.0 }.text(vault, LIST));
    let sessions = page.into_iter().map(|view| Session::of(view, &museum, context.now)).collect();
    polled(&house, &headers, &Sessions { sessions, next })
}

/// Show a session.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}", tag = "sessions",
    params(("id" = String, Path, format = Uuid, description = "The session")),
    responses(
        (status = 200, description = "The session", body = Session, headers(("ETag" = String, description = "Of this answer"))),
        (status = 304, description = "Not changed since the answer named in If-None-Match"),
        (status = 404, description = "`not-found`: there is none, or it is over for more than a day", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Id(id): Id<SessionId>,
) -> Result<Response, Problem> {
    let museum = booking::museum(&house.services).await?;
    let view = museum.session(id).ok_or(Problem::new(problem::NOT_FOUND))?;
    polled(&house, &headers, &Session::of(view, &museum, context.now))
}

/// An answer that is asked for again and again: with the ETag of its text, and 304 where nothing changed.
pub(super) fn polled(house: &House, headers: &HeaderMap, answer: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_vec(answer).map_err(|_| Problem::new(problem::BROKEN))?;
    let mut response = polled_as(headers, &etag(&house.services, &text), answer);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// The same of what has a version of its own to be known by: `etag` is the whole of it, with its quotes. No cache keeps it.
pub(super) fn polled_as(headers: &HeaderMap, etag: &str, answer: &impl Serialize) -> Response {
    let mut response = match not_modified(headers, etag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Json(answer).into_response(),
    };
    if let Ok(value) = HeaderValue::from_str(etag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}
