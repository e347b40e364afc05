//! `/api/v1/waiting`: the waiting list for others. A client sees and answers for the entries it made and nobody else's; the
//! person hears of offers by message, too, and may answer by the link in it.

use super::bookings::{party, prefix};
use super::events::event_of;
use super::extract::{Body, Caller, Id, IdempotencyKey, locale};
use super::idempotent::{self, Keeper, Kept, Same};
use super::problem::{self, Problem};
use super::questions::{self, Told};
use crate::house::House;
use axum::extract::State;
use axum::response::Response;
use domain::contact::{Contact, PersonName};
use domain::field::{Fault, Faults};
use domain::ids::{BookingId, SessionId, WaitingId};
use domain::time::local_day;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use services::booking::{self, Person, Remember, WaitOnBehalf, WaitingView};
use services::machines::Repeatable;
use services::{Context, Services};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The most sessions one party may name.
const SESSIONS: u32 = 6;

/// A party to put on the list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "session": "01980000-0000-7000-8000-000000000003", "name": "演示·谷雨", "contact": "guyu@example.com", "people": 2,
    "locale": "zh-CN", "answers": { "expecting": "self", "due": "2027-03-01", "agree": true }
}))]
pub struct NewWaiting {
    /// The session it waits for.
    #[schema(value_type = String, format = Uuid)]
    session: SessionId,
    /// Other full sessions it would take as well, at most five: whichever has room first is offered.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 5)]
    also: Vec<SessionId>,
    /// Who waits: a name of at most 40 characters.
    name: String,
    /// A mobile number or a mail address: offers go there.
    contact: String,
    /// How many would come, children included.
    people: u32,
    /// Of whom under 14.
    #[serde(default)]
    children: u32,
    /// The language of messages: `zh-CN` or `en`.
    locale: Option<String>,
    /// Answers to the `questions` of the event the session is a date of, by their keys, as for a booking: they become its booking's
    /// once an offer is taken, and are forgotten when the waiting ends otherwise.
    #[serde(default)]
    answers: BTreeMap<String, Told>,
}

/// Which offer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Offered {
    /// The session that is offered.
    #[schema(value_type = String, format = Uuid)]
    session: SessionId,
}

/// A session a party waits for.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingWish)]
pub struct Wish {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    session: SessionId,
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// Its end.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// Parties before this one.
    before: u32,
    /// `waiting`; `resting` while the person has other bookings beside which the rules allow no more; `over`.
    state: &'static str,
}

/// Places kept for a party until it answers.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingOffer)]
pub struct Offer {
    /// The session.
    #[schema(value_type = String, format = Uuid)]
    session: SessionId,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// An entry of the waiting list, without the person: who made it knows who it is for.
#[derive(Serialize, ToSchema)]
pub struct Waiting {
    /// Which.
    #[schema(value_type = String, format = Uuid)]
    id: WaitingId,
    /// `waiting`, `offered`, `booked`, `declined`, `left`, `expired`, `closed`, `no_place` or `not_needed` (the session needs no
    /// booking any more: just come).
    state: &'static str,
    /// People.
    people: u32,
    /// Of whom under 14.
    children: u16,
    /// What it waits for, in order of time.
    sessions: Vec<Wish>,
    /// The offer, while it is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<Offer>,
    /// The booking it became.
    #[schema(value_type = Option<String>, format = Uuid)]
    #[serde(skip_serializing_if = "Option::is_none")]
    booking: Option<BookingId>,
    /// Where the person sees and answers. Whoever has it may: hand it to nobody else.
    manage_url: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl Waiting {
    fn of(services: &Services, view: &WaitingView) -> Self {
        let live = view.state.is_live();
        let wish = |wish: &booking::Wish| Wish {
            session: wish.session,
            starts_at: wish.starts_at,
            ends_at: wish.ends_at,
            before: wish.before,
            state: match (live && !wish.over, wish.rests) {
                (false, _) => "over",
                (true, true) => "resting",
                (true, false) => "waiting",
            },
        };
        Self {
            id: view.id,
            state: view.state.name(),
            people: view.party.people.get(),
            children: view.party.children,
            sessions: view.wishes.iter().map(wish).collect(),
            offer: view.offer.map(|offer| Offer { session: offer.session, until: offer.until }),
            booking: view.booking.map(|(booking, _)| booking),
            manage_url: format!(
                "{}{}/waiting/{}",
                services.settings.public_url,
                prefix(view.locale),
                view.link(services)
            ),
            created_at: view.created_at,
        }
    }

    fn kept(services: &Services, view: &WaitingView, status: StatusCode) -> Result<Kept, Problem> {
        Kept::showing(Self::of(services, view), status, None, || format!("/api/v1/waiting/{}", view.id))
    }
}

/// The answer as the work itself keeps it.
fn remember(under: Repeatable, status: StatusCode) -> Remember<WaitingView> {
    idempotent::remembering(under, move |services, view| Waiting::kept(services, view, status))
}

/// Wait for full sessions.
///
/// The same `Idempotency-Key` with the same body gets the same entry. Where there is room the answer is the refusal
/// `places-free`: book instead. What the event of the session asks is answered before anybody waits.
#[utoipa::path(
    post, path = "/api/v1/waiting", tag = "waiting",
    params(("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry")),
    request_body = NewWaiting,
    responses(
        (status = 201, description = "On the list", body = Waiting, headers(("Location" = String, description = "The entry"))),
        (status = 404, description = "`not-found`: no such session, or one nobody can wait for", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: `places-free`, `already-waiting`, `waiting-limit`, `waiting-over`, a limit …; `whole-series-only`; `asks-questions` where the questions changed since they were read, or an identity document is asked for; `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`invalid`, with `answers.<key>` for an answer that is missing, wrong, without its consent or to no question, and `answers` where nothing is asked; `idempotency-key-reused`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 503, description = "`busy`: try again with the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn join(
    State(house): State<House>,
    Caller(context): Caller,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<NewWaiting>,
) -> Result<Response, Problem> {
    let same = Same { key: &key, what: "waiting", body: &body.text };
    let asked = body.value;
    // The key is looked at before anything is read: what an event asks may be another thing by the time of a retry.
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let who = Context { locale: locale(asked.locale.as_deref()), ..who };
        let wanted = asked.read(&services, &who).await?;
        let remember = remember(under, StatusCode::CREATED);
        let entry = booking::wait_on_behalf(&services, &who, wanted, remember).await?;
        Waiting::kept(&services, &entry, StatusCode::CREATED)
    })
    .await
}

impl NewWaiting {
    /// Everything that is wrong with it, all at once; or what is asked of the house.
    async fn read(self, services: &Services, context: &Context) -> Result<WaitOnBehalf, Problem> {
        let mut faults = Faults::default();
        let name = faults.take("name", PersonName::parse(&self.name));
        let contact = faults.take("contact", Contact::parse(&self.contact));
        let party = party(self.people, self.children, &mut faults);
        if self.also.len() >= SESSIONS as usize {
            faults.add("also", Fault::OutOfRange { min: 0, max: SESSIONS - 1 });
        }
        let event = event_of(services, self.session).await?;
        let replies = questions::replies(self.answers, event.as_deref(), local_day(context.now), &mut faults);
        let (Some(name), Some(contact), Some(party), true) = (name, contact, party, faults.is_empty()) else {
            return Err(Problem::new(problem::INVALID).errors(faults.into_errors()));
        };
        let person = Person { name, contact: Some(contact) };
        Ok(WaitOnBehalf { session: self.session, also: self.also, person, party, replies })
    }
}

/// Show an entry.
#[utoipa::path(
    get, path = "/api/v1/waiting/{id}", tag = "waiting",
    params(("id" = String, Path, format = Uuid, description = "The entry")),
    responses(
        (status = 200, description = "The entry", body = Waiting),
        (status = 404, description = "`not-found`: there is none, or another client made it", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn show(
    State(house): State<House>,
    Caller(context): Caller,
    Id(id): Id<WaitingId>,
) -> Result<Response, Problem> {
    let view = booking::own_waiting(&house.services, &context, id).await?;
    Ok(Waiting::kept(&house.services, &view, StatusCode::OK)?.response())
}

/// Take an offer.
///
/// The booking it becomes is this client's own.
#[utoipa::path(
    post, path = "/api/v1/waiting/{id}/accept", tag = "waiting",
    params(
        ("id" = String, Path, format = Uuid, description = "The entry"),
        ("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry"),
    ),
    request_body = Offered,
    responses(
        (status = 200, description = "Booked", body = Waiting),
        (status = 404, description = "`not-found`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: `offer-ended`, a limit …; `asks-questions` where the event asks something else by now: the person answers it at `manage_url`; `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 503, description = "`busy`: try again with the same key", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn accept(
    State(house): State<House>,
    Caller(context): Caller,
    Id(id): Id<WaitingId>,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<Offered>,
) -> Result<Response, Problem> {
    let session = body.value.session;
    let same = Same { key: &key, what: &format!("waiting {id} accept"), body: &body.text };
    // Taking an offer twice is taking it once: the engine keeps that itself.
    idempotent::once_for(&house, &context, same, Keeper::Afterwards, |services, who, _| async move {
        booking::accept_own(&services, &who, id, session).await?;
        let view = booking::own_waiting(&services, &who, id).await?;
        Waiting::kept(&services, &view, StatusCode::OK)
    })
    .await
}

/// Decline an offer.
///
/// The next party is offered the places at once; one that waits for other sessions goes on waiting for those.
#[utoipa::path(
    post, path = "/api/v1/waiting/{id}/decline", tag = "waiting",
    params(
        ("id" = String, Path, format = Uuid, description = "The entry"),
        ("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry"),
    ),
    request_body = Offered,
    responses(
        (status = 200, description = "Declined", body = Waiting),
        (status = 404, description = "`not-found`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: `offer-ended`; `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn decline(
    State(house): State<House>,
    Caller(context): Caller,
    Id(id): Id<WaitingId>,
    IdempotencyKey(key): IdempotencyKey,
    body: Body<Offered>,
) -> Result<Response, Problem> {
    let session = body.value.session;
    let same = Same { key: &key, what: &format!("waiting {id} decline"), body: &body.text };
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let remember = remember(under, StatusCode::OK);
        let view = booking::decline_own(&services, &who, id, session, remember).await?;
        Waiting::kept(&services, &view, StatusCode::OK)
    })
    .await
}

/// Leave the list.
#[utoipa::path(
    delete, path = "/api/v1/waiting/{id}", tag = "waiting",
    params(
        ("id" = String, Path, format = Uuid, description = "The entry"),
        ("Idempotency-Key" = String, Header, description = "8 to 64 characters, the same for every retry"),
    ),
    responses(
        (status = 200, description = "Left", body = Waiting),
        (status = 404, description = "`not-found`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 409, description = "`refused`: the waiting ended otherwise; `idempotency-key-in-progress`", body = super::ProblemSchema, content_type = "application/problem+json"),
        (status = 422, description = "`idempotency-key-reused`", body = super::ProblemSchema, content_type = "application/problem+json"),
    )
)]
pub async fn leave(
    State(house): State<House>,
    Caller(context): Caller,
    Id(id): Id<WaitingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Response, Problem> {
    let same = Same { key: &key, what: &format!("waiting {id} leave"), body: b"leave" };
    idempotent::once_for(&house, &context, same, Keeper::Work, |services, who, under| async move {
        let remember = remember(under, StatusCode::OK);
        let view = booking::leave_own(&services, &who, id, remember).await?;
        Waiting::kept(&services, &view, StatusCode::OK)
    })
    .await
}
