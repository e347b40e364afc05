//! `/api/v1/bookings`: booking for others. A client sees and changes the bookings it made and nobody else's.

use super::events::event_of;
use super::extract::{Body, Caller, Id, IdempotencyKey, IfMatch, locale};
use super::idempotent::{self, Keeper, Kept, Same};
use super::problem::{self, Problem};
use super::questions::{self, Told};
use super::sessions::polled_as;
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::Locale;
use domain::booking::{Party, PartySize, Refusal};
use domain::contact::{Contact, PersonName};
use domain::document::{Document, DocumentKind, Shown, field_names};
use domain::field::{Fault, Faults};
use domain::ids::{BookingId, SessionId};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::booking::{
    self, BookingError, BookingState, BookingView, Brought, Handle, OnBehalf, Person, Replied, Work,
};
use services::machines;
use services::{Context, Services};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A booking to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "session": "01980000-0000-7000-8000-000000000003", "name": "演示·白露", "contact": "bailu@example.com", "people": 2,
    "locale": "zh-CN", "answers": { "expecting": "self", "due": "2027-03-01", "agree": true }
}))]
pub struct NewBooking {
    /// The session.
    #[schema(value_type = String, format = Uuid)]
    session: SessionId,
    /// Who books: a name of at most 40 characters.
    name: String,
    /// A mobile number or a mail address; confirmation and reminders go there. Absent for people without either.
    contact: Option<String>,
    /// How many come, children included.
    people: u32,
    /// Of whom under 14.
    #[serde(default)]
    children: u32,
    /// The language of messages: `zh-CN` or `en`.
    locale: Option<String>,
    /// What kind of document `document` is: `resident`, `hong-kong-macao`, `taiwan`, `foreign-resident`, `passport`.
    document_kind: Option<String>,
    /// The number of an identity document of whoever books. Needed where the activity's `identity` says `leader`, and not kept
    /// where it says `none`. No answer ever shows it. Not beside `documents`.
    document: Option<String>,
    /// The documents of everybody in the party, that of whoever books first. Needed where the activity's `identity` says
    /// `everybody`; in place of `document`, never both at once. Faults name `document` for the first, `document_2` for the second
    /// and so on.
    #[serde(default)]
    documents: Vec<NewDocument>,
    /// Answers to the `questions` of the event the session is a date of, by their keys; absent where nothing is asked. Which
    /// questions are asked follows from the answers, as on the event's page: what is not asked is neither required nor kept. What
    /// is about health wants its consent. Faults name `answers.<key>`. No answer ever shows them.
    #[serde(default)]
    answers: BTreeMap<String, Told>,
}

/// An identity document that is shown for a booking.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// What it is: `resident`, `hong-kong-macao`, `taiwan`, `foreign-resident`, `passport`.
    kind: String,
    /// Its number.
    number: String,
}

/// What to change: the party, or the session, not both at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// How many come now.
    people: Option<u32>,
    /// Of whom under 14; with `people` only.
    children: Option<u32>,
    /// Who still comes, where everybody's document was shown and the party becomes smaller: places in `documents`, from 1. The
    /// documents of the others are deleted. With `people` only.
    #[serde(default)]
    stay: Option<Vec<usize>>,
    /// The session to move to: the old places are kept until the new ones are won.
    #[schema(value_type = Option<String>, format = Uuid)]
    session: Option<SessionId>,
}

/// A booking, without the person: who made it knows who it is for.
#[derive(Serialize, ToSchema)]
pub struct Booking {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: BookingId,
    /// Eight characters people can read out.
    reference: String,
    /// `confirmed` or `cancelled`.
    state: &'static str,
    /// The session.
    #[schema(value_type = String, format = Uuid)]
    session: SessionId,
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// Its end.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// People.
    people: u32,
    /// Of whom under 14.
    children: u16,
    /// People who came.
    arrived: u32,
    /// Counts up with every change; the number in the `ETag`.
    version: i32,
    /// The text of the pass's QR code, signed: doors verify it offline. Absent once cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pass: Option<String>,
    /// Where the person sees and changes the booking. Whoever has it may: hand it to nobody else.
    manage_url: String,
    /// Made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Cancelled.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    cancelled_at: Option<Timestamp>,
}

impl Booking {
    pub(super) fn of(services: &Services, view: &BookingView) -> Self {
        let confirmed = view.state == BookingState::Confirmed;
        let link = booking::manage_link(services, view.id, view.ends_at);
        Self {
            id: view.id,
            reference: view.reference.clone(),
            state: if confirmed { "confirmed" } else { "cancelled" },
            session: view.session,
            starts_at: view.starts_at,
            ends_at: view.ends_at,
            people: view.party.people.get(),
            children: view.party.children,
            arrived: view.arrived,
            version: view.version,
            pass: confirmed.then(|| booking::pass_text(services, view)),
            manage_url: format!("{}{}/b/{link}", services.settings.public_url, prefix(view.locale)),
            created_at: view.created_at,
            cancelled_at: view.cancelled_at,
        }
    }

    fn kept(services: &Services, view: &BookingView, status: StatusCode) -> Result<Kept, Problem> {
        Kept::showing(Self::of(services, view), status, Some(view.version), || format!("/api/v1/bookings/{}", view.id))
    }
}

pub(super) fn prefix(locale: Locale) -> &'static str {
    match locale {
        Locale::ZhCn => "",
        Locale::En => crate::layers::language::ENGLISH,
    }
}

/// Make a booking.
///
/// The same `Idempotency-Key` with the same body gets the same booking, however often it is sent and whatever is asked by then.
/// Where the session is a date of an event that asks something, `answers` is read by the `questions` of that event.
#[utoipa::path(
    post, path = "/api/v1/bookings", tag = "bookings",
    params(("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry")),
    request_body = NewBooking,
    responses(
        (status = 201, description = "Booked", body = Booking,
            headers(("ETag" = String, description = "The version"), ("Location" = String, description = "The booking"))),
        (status = 404, description = "`not-found`: no such session", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: full, not open yet, too late, a limit …; `whole-series-only`: book the series; `asks-questions` where the questions changed since they were read: read the event again and send the answers under the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, with `answers.<key>` for an answer that is missing, wrong, without its consent or to no question, and `answers` where nothing is asked; `idempotency-key-reused`, also for other answers", body = super::ProblemSchema,
            content_type = "application/problem+json", example = json!({
                "type": "https://example.org/api/problems/invalid", "title": "Fields cannot be taken as they are", "status": 422,
                "code": "invalid", "instance": "urn:uuid:01980000-0000-7000-8000-000000000002",
                "errors": [{ "field": "answers.expecting", "code": "required" }, { "field": "answers.agree", "code": "must-accept" }]
            })),
        (status = 429, description = "`waiting-room`: the session is opening and others are first; `too-often`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 503, description = "`busy`: try again with the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn make(
    State(house): State<House>,
    Caller(context): Caller,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<NewBooking>,
) -> Result<Response, Problem> {
    let asked = body.value;
    // Whichever were dropped silently, the caller would believe that it was shown.
    if !asked.documents.is_empty() && (asked.document.is_some() || asked.document_kind.is_some()) {
        return Err(Problem::new(problem::MALFORMED).detail("Send `document` or `documents`, not both at once."));
    }
    let mut faults = Faults::default();
    let name = faults.take("name", PersonName::parse(&asked.name));
    let contact = asked.contact.as_deref().map(|text| faults.take("contact", Contact::parse(text)));
    let party = party(asked.people, asked.children, &mut faults);
    let today = domain::time::local_day(context.now);
    let shown = shown(&asked, today, &mut faults);
    let sent = questions::sent(asked.answers);
    let (Some(name), Some(party), true) = (name, party, faults.is_empty()) else {
        // Nothing was ever booked with such a request: everything that is wrong with it is told at once.
        let event = event_of(&house.services, asked.session).await?;
        let wrong = sent.read(event.as_deref(), today).err().unwrap_or_default();
        wrong.into_iter().for_each(|error| faults.add(&error.field, error.fault));
        return Err(Problem::new(problem::INVALID).errors(faults.into_errors()));
    };
    let context = Context { locale: locale(asked.locale.as_deref()), ..context };
    let person = Person { name, contact: contact.flatten() };
    // The engine keeps key, answer and whose booking it is in the transaction of the booking itself, and looks at the key before
    // it reads what is answered: something else may be asked by the time of a retry.
    let wanted = OnBehalf { session: asked.session, person, party, key };
    let brought = Brought { shown, replied: Replied::Sent(sent) };
    let booked = booking::book_bringing(&house.services, &context, wanted, &brought).await;
    let booked = booked.map_err(|error| when_it_opens(error, context.now))?;
    let view = booking::view(&house.services, &context, &Handle::Id(booked.booking)).await?;
    Ok(Booking::kept(&house.services, &view, StatusCode::CREATED)?.response())
}

/// Who comes before booking opens is told when to come again.
pub(super) fn when_it_opens(error: BookingError, now: Timestamp) -> Problem {
    let opens_at = match error.refusal() {
        Some(Refusal::NotOpenYet { opens_at }) => Some(opens_at),
        _ => None,
    };
    let seconds = opens_at.and_then(|at| u32::try_from(at.duration_since(now).as_secs() + 1).ok());
    let problem = Problem::from(error);
    seconds.into_iter().fold(problem, Problem::retry_after)
}

pub(super) fn party(people: u32, children: u32, faults: &mut Faults) -> Option<Party> {
    let people = faults.take("people", PartySize::new(people))?;
    faults.take("children", Party::new(people, children))
}

/// The documents of a request, if it names any, in one of the two ways; a number without a kind is none.
fn shown(asked: &NewBooking, today: Date, faults: &mut Faults) -> Shown {
    if !asked.documents.is_empty() {
        return documents(&asked.documents, today, faults);
    }
    let (kind, number) = (asked.document_kind.as_deref(), asked.document.as_deref());
    match (kind, number) {
        (None, None) => Shown::default(),
        _ => Shown::leader(read(0, (kind, number.unwrap_or_default()), today, faults)),
    }
}

/// The documents of a party, that of who books first.
pub(super) fn documents(all: &[NewDocument], today: Date, faults: &mut Faults) -> Shown {
    let one = |(n, document): (usize, &NewDocument)| {
        let kind = Some(document.kind.as_str());
        read(n, (kind, &document.number), today, faults)
    };
    all.iter().enumerate().map(one).collect()
}

fn read(n: usize, (kind, number): (Option<&str>, &str), today: Date, faults: &mut Faults) -> Option<Document> {
    let names = field_names(n);
    let kind = faults.take(&names.1, kind.ok_or(Fault::Required).and_then(str::parse::<DocumentKind>))?;
    faults.take(&names.0, Document::parse(kind, number, today))
}

/// The booking is this client's own; otherwise there is none.
async fn own(house: &House, context: &Context, id: BookingId) -> Result<(), Problem> {
    match machines::made_booking(&house.services, context, id).await? {
        true => Ok(()),
        false => Err(Problem::new(problem::NOT_FOUND)),
    }
}

/// Show a booking.
#[utoipa::path(
    get, path = "/api/v1/bookings/{id}", tag = "bookings",
    params(("id" = String, Path, format = Uuid, description = "The booking")),
    responses(
        (status = 200, description = "The booking", body = Booking, headers(("ETag" = String, description = "The version"))),
        (status = 304, description = "Not changed since the version named in If-None-Match"),
        (status = 404, description = "`not-found`: there is none, or another client made it", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(house): State<House>,
    Caller(context): Caller,
    headers: HeaderMap,
    Id(id): Id<BookingId>,
) -> Result<Response, Problem> {
    own(&house, &context, id).await?;
    let view = booking::view(&house.services, &context, &Handle::Id(id)).await?;
    let shown = Booking::of(&house.services, &view);
    Ok(polled_as(&headers, &format!("\"{}\"", view.version), &shown))
}

/// Change a booking.
///
/// The party, or the session. `If-Match` with the booking's ETag makes sure that nobody changed it meanwhile.
#[utoipa::path(
    patch, path = "/api/v1/bookings/{id}", tag = "bookings",
    params(
        ("id" = String, Path, format = Uuid, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry"),
        ("If-Match" = Option<String>, Header, description = "The version to change"),
    ),
    request_body = Change,
    responses(
        (status = 200, description = "Changed", body = Booking, headers(("ETag" = String, description = "The version"))),
        (status = 404, description = "`not-found`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`, `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 412, description = "`precondition`: it was changed meanwhile", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, `idempotency-key-reused`", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(house): State<House>,
    Caller(context): Caller,
    Id(id): Id<BookingId>,
    IdempotencyKey(key): IdempotencyKey,
    IfMatch(version): IfMatch,
    body: Body<Change>,
) -> Result<Response, Problem> {
    own(&house, &context, id).await?;
    let work = match body.value {
        Change { people: None, children: None, stay: None, session: Some(target) } => Work::Move(target),
        Change { people: Some(people), children, stay, session: None } => {
            let mut faults = Faults::default();
            let party = party(people, children.unwrap_or(0), &mut faults);
            let party = party.ok_or_else(|| Problem::new(problem::INVALID).errors(faults.into_errors()))?;
            // Places are counted from 1.
            let from_zero = |stay: Vec<usize>| stay.into_iter().filter_map(|place| place.checked_sub(1)).collect();
            Work::Party(party, stay.map(from_zero))
        }
        Change { people: None, session: None, .. } => return Err(needs("people")),
        _ => return Err(Problem::new(problem::MALFORMED).detail("Change the party or the session, not both at once.")),
    };
    work_once(house, context, id, &key, version, work, &body.text).await
}

/// Cancel a booking.
#[utoipa::path(
    delete, path = "/api/v1/bookings/{id}", tag = "bookings",
    params(
        ("id" = String, Path, format = Uuid, description = "The booking"),
        ("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry"),
        ("If-Match" = Option<String>, Header, description = "The version to cancel"),
    ),
    responses(
        (status = 200, description = "Cancelled", body = Booking),
        (status = 404, description = "`not-found`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: cancelled already, arrived, too late", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 412, description = "`precondition`: it was changed meanwhile", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn cancel(
    State(house): State<House>,
    Caller(context): Caller,
    Id(id): Id<BookingId>,
    IdempotencyKey(key): IdempotencyKey,
    IfMatch(version): IfMatch,
) -> Result<Response, Problem> {
    own(&house, &context, id).await?;
    work_once(house, context, id, &key, version, Work::Cancel, b"cancel").await
}

fn needs(field: &str) -> Problem {
    Problem::new(problem::INVALID).errors(vec![domain::field::FieldError::new(field, Fault::Required)])
}

async fn work_once(
    house: House,
    context: Context,
    id: BookingId,
    key: &str,
    version: Option<i32>,
    work: Work,
    body: &[u8],
) -> Result<Response, Problem> {
    let same = Same { key, what: &format!("booking {id} {version:?}"), body };
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let remember = idempotent::remembering(under, |services, view| Booking::kept(services, view, StatusCode::OK));
        match booking::change_and_remember(&services, &who, Handle::Id(id), version, work, remember).await {
            Ok(view) => Booking::kept(&services, &view, StatusCode::OK),
            // To a caller that named a version, "changed meanwhile" is HTTP's own answer.
            Err(booking::BookingError::StateHasChanged) if version.is_some() => {
                Err(Problem::new(problem::PRECONDITION))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}
