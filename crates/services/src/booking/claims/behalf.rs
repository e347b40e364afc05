//! One date on behalf of somebody: by a machine, or at the desk and by telephone. One way in for both.
//!
//! The machine is bound by what the public is bound by, and the house is not: it books on the places its desk keeps and on what
//! is anybody's, past opening times and personal limits, never beyond the room. What an event asks is answered with the request
//! ([`Replied`]): a key that has been answered is known before anything is read that may be asked otherwise by now, and what
//! was read is compared with what is asked once more under the session's lock. The people of the house may also ask in person
//! and write nothing down.

use super::{Answered, Booked, Channel, Claim, Granted, Key, Order, Person, Source, contact_index, row, sql};
use crate::booking::document::if_asked;
use crate::booking::entrance::{Passed, Who, pass};
use crate::booking::{BookingError, museum};
use crate::outreach::{self, Replies, Sent};
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::booking::{Party, Pool, Refusal};
use domain::contact::Contact;
use domain::document::Shown;
use domain::ids::SessionId;
use domain::time::local_day;
use serde::de::DeserializeOwned;
use sqlx::PgConnection;

/// A booking on behalf of somebody, by staff or a machine.
#[derive(Clone, Debug)]
pub struct OnBehalf {
    /// Session.
    pub session: SessionId,
    /// Who.
    pub person: Person,
    /// With how many.
    pub party: Party,
    /// The same key with the same body gets the same answer.
    pub key: String,
}

/// What is brought along for it.
#[derive(Clone, Debug, Default)]
pub struct Brought {
    /// The identity documents that were shown; what the activity does not ask for is not kept. Staff ask in person and type what
    /// they are shown.
    pub shown: Shown,
    /// What was replied to the event's questions.
    pub replied: Replied,
}

/// What was replied to an event's questions for one of its dates.
#[derive(Clone, Debug, Default)]
pub enum Replied {
    /// Nothing is said of it. The house may: its people ask in person. A machine so answers nothing.
    #[default]
    Silence,
    /// By the keys of the questions, as a machine sends it.
    Sent(Sent),
    /// Read already, by whoever showed the questions; none where none were to be shown.
    Read(Option<Replies>),
}

impl Replied {
    /// As two requests are compared; none where nothing was replied.
    fn comparable(&self) -> Option<String> {
        match self {
            Self::Silence => None,
            Self::Sent(sent) => (!sent.is_empty()).then(|| sent.comparable()),
            Self::Read(replies) => replies.as_ref().map(Replies::comparable),
        }
    }
}

/// Books on behalf. Needs [`Capability::BookOnBehalf`].
///
/// # Errors
/// As [`book_bringing`].
pub async fn book(services: &Services, context: &Context, asked: OnBehalf) -> Result<Booked, BookingError> {
    book_bringing(services, context, asked, &Brought::default()).await
}

/// [`book`] for a party that showed identity documents.
///
/// # Errors
/// As [`book_bringing`].
pub async fn book_showing(
    services: &Services,
    context: &Context,
    asked: OnBehalf,
    shown: &Shown,
) -> Result<Booked, BookingError> {
    let brought = Brought { shown: shown.clone(), replied: Replied::Silence };
    book_bringing(services, context, asked, &brought).await
}

/// [`book`] for a party that showed identity documents and replied to what an event asks.
///
/// # Errors
/// `Denied`, `KeyReused`, `NotFound` for an unknown session; `Refused`, with `WholeSeriesOnly` for one date of a series that is
/// booked as a whole and `AsksQuestions` where what was replied is not what the event asks now; `Fields` for answers that a
/// machine's are not (`answers.<key>`), and for documents it lacks; for a machine `WaitingRoom` while the date is opening.
pub async fn book_bringing(
    services: &Services,
    context: &Context,
    asked: OnBehalf,
    brought: &Brought,
) -> Result<Booked, BookingError> {
    context.require(Capability::BookOnBehalf)?;
    let (channel, scope) = behalf_of(context);
    let by_house = channel == Channel::Staff;
    let repeated = Repeated::of(services, scope, &asked, brought);
    // Before anything is asked that may be answered otherwise by now: what is booked is booked.
    if let Some(booked) = repeated.answer(services).await? {
        return Ok(booked);
    }
    let replied = read(services, (asked.session, channel), &brought.replied).await?;
    // A machine keeps its place in a line by repeating the request under its key.
    let line = format!("{} {}", repeated.key.scope, repeated.key.key);
    let documents = if_asked(services, asked.session, (asked.party, !by_house), &brought.shown).await?;
    let pool = if by_house { Pool::Staff } else { Pool::Individual };
    let source = Source { channel, pool, account: None, hold: None, draft: None, documents: &documents };
    let row = row(services, context, &asked.person, asked.party, &source);
    let answered = match replied {
        None => Answered::Before,
        Some(replies) => Answered::Now(replies.map(|replies| replies.sealed_for(services, row.id)).transpose()?),
    };
    let order = Order {
        row,
        context: context.clone(),
        party: asked.party,
        person: asked.person.contact.as_ref().map(|contact| contact_index(services, contact)),
        key: repeated.key.clone(),
        by_house,
        in_place: false,
        offer: None,
        answered,
    };
    let passed = match channel {
        Channel::Api => pass(services, context, asked.session, asked.party.people.get(), Who::Request(&line)).await?,
        _ => Passed::by_the_house(asked.session),
    };
    match services.claims.submit(services, passed, Claim::Book(Box::new(order))).await {
        Ok(Granted::Booked(booked)) => Ok(booked),
        Ok(Granted::Held) => Err(BookingError::Damaged("a hold was answered to a booking")),
        // Another server booked it in this very moment, perhaps one of the version before.
        Err(BookingError::KeyReused) => repeated.answer(services).await?.ok_or(BookingError::KeyReused),
        Err(error) => Err(error),
    }
}

/// What is replied to what the session's event asks; the outer `None` where nobody has to look at that again: in the museum,
/// and where the house asks in person.
async fn read(
    services: &Services,
    (session, channel): (SessionId, Channel),
    replied: &Replied,
) -> Result<Option<Option<Replies>>, BookingError> {
    let events = outreach::events(services).await?;
    let event = events.all().iter().find(|event| event.timetable.session(session).is_some());
    // Said before it is asked what nobody can answer one date of. Under the lock it is decided once more.
    if event.is_some_and(|event| !event.timetable.policy.series.allows_dates()) {
        return Err(Refusal::WholeSeriesOnly.into());
    }
    let nothing = Sent::default();
    let sent = match replied {
        Replied::Read(replies) => return Ok(Some(replies.clone())),
        Replied::Silence if channel == Channel::Staff => return Ok(None),
        Replied::Silence => &nothing,
        Replied::Sent(sent) => sent,
    };
    let today = local_day(services.clock.now());
    let replies = sent.read(event.map(AsRef::as_ref), today).map_err(BookingError::Fields)?;
    // The museum asks nothing: its visitors are spared the round trip.
    let spared = event.is_none() && museum(services).await.is_ok_and(|museum| museum.session(session).is_some());
    Ok((!spared).then_some(replies))
}

/// A machine that says who comes and nothing else: what an event has to be told, it has not told.
pub(in crate::booking) async fn asks_nothing(services: &Services, session: SessionId) -> Result<(), BookingError> {
    let events = outreach::events(services).await?;
    let event = events.all().iter().find(|event| event.timetable.session(session).is_some());
    let asks = event.and_then(|event| event.form.as_ref());
    if asks.is_some_and(|(_, form)| form.questions.iter().any(|question| question.required)) {
        return Err(Refusal::AsksQuestions.into());
    }
    Ok(())
}

/// What is asked on behalf, as it is hashed: each part behind its length, so that no name can be read as another request. The
/// language is no part of it: a retry that lost its header on the way is the same request. Nor is the version of what the event
/// asks.
fn body(asked: &OnBehalf, brought: &Brought) -> String {
    let parts = in_parts([
        Some(format!("{:?}", asked.session)),
        Some(asked.person.name.as_str().to_owned()),
        asked.person.contact.as_ref().map(Contact::comparable),
        Some(asked.party.people.get().to_string()),
        Some(asked.party.children.to_string()),
        (!brought.shown.is_empty()).then(|| brought.shown.comparable()),
    ]);
    match brought.replied.comparable() {
        Some(replied) => format!("{parts} {}", in_parts([Some(replied)])),
        None => parts,
    }
}

/// Parts as they are hashed together, each behind its length.
pub(in crate::booking) fn in_parts<const N: usize>(parts: [Option<String>; N]) -> String {
    let part = |part: Option<String>| part.map_or("-".to_owned(), |part| format!("{}:{part}", part.len()));
    parts.map(part).join(" ")
}

/// Where a booking on behalf of somebody comes from, and whose its key is.
pub(in crate::booking) fn behalf_of(context: &Context) -> (Channel, String) {
    match &context.actor {
        Actor::Client { client, .. } => (Channel::Api, format!("client:{client}")),
        other => (Channel::Staff, format!("staff:{}", other.account().map(|a| a.to_string()).unwrap_or_default())),
    }
}

/// What was done under a key before.
///
/// # Errors
/// `KeyReused` where something else was asked under it.
pub(in crate::booking) async fn kept_answer<T: DeserializeOwned>(
    db: &mut PgConnection,
    key: &Key,
) -> Result<Option<T>, BookingError> {
    kept_answer_to(db, key, &[&key.body_hash]).await
}

/// The same for a request that may have been hashed in several ways.
async fn kept_answer_to<T: DeserializeOwned>(
    db: &mut PgConnection,
    key: &Key,
    hashes: &[&Vec<u8>],
) -> Result<Option<T>, BookingError> {
    let (scope, text) = (std::slice::from_ref(&key.scope), std::slice::from_ref(&key.key));
    let Some(saved) = sql::saved_answers(db, scope, text).await?.into_iter().next() else { return Ok(None) };
    if !hashes.contains(&&saved.body_hash) {
        return Err(BookingError::KeyReused);
    }
    serde_json::from_value(saved.answer).map(Some).map_err(|_| BookingError::Damaged("a kept answer"))
}

/// A key that may have been answered before.
struct Repeated {
    key: Key,
    /// As the version before stores it and reads it first (it reads `body_hash` too): with parts that run into each other. A key
    /// is remembered for some days: to be removed with the next release. It knows of no answers to questions.
    former: Option<Vec<u8>>,
}

impl Repeated {
    fn of(services: &Services, scope: String, asked: &OnBehalf, brought: &Brought) -> Self {
        let hashed = |text: &str| services.vault.blind_index("idempotency", text);
        let shown = if brought.shown.is_empty() { String::new() } else { format!("|{}", brought.shown.comparable()) };
        let former = format!(
            "{:?}|{}|{}|{}|{}{shown}",
            asked.session,
            asked.person.name.as_str(),
            asked.person.contact.as_ref().map(Contact::comparable).unwrap_or_default(),
            asked.party.people.get(),
            asked.party.children,
        );
        let silent = brought.replied.comparable().is_none();
        let body_hash = hashed(&body(asked, brought));
        Self { key: Key { scope, key: asked.key.clone(), body_hash }, former: silent.then(|| hashed(&former)) }
    }

    /// The answer given under the key; none where there is none yet.
    ///
    /// # Errors
    /// `KeyReused` where something else was asked under it.
    async fn answer(&self, services: &Services) -> Result<Option<Booked>, BookingError> {
        let mut db = services.db.acquire().await?;
        let hashes: Vec<_> = std::iter::once(&self.key.body_hash).chain(&self.former).collect();
        kept_answer_to(&mut db, &self.key, &hashes).await
    }
}
