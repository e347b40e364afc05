//! Claims on the places of one session, grouped: many requests, one transaction, an answer for each.
//!
//! Each session with traffic has a lane, a task that takes whatever claims have queued up while its last transaction ran
//! (at most [`BATCH`]) and decides them in order under the session's lock. One hot session so costs one lock and one
//! fsync per batch instead of one per visitor, and a lone claim waits for nobody. Several servers stay correct: the lock
//! is the row's, and the trigger on `booking` refuses whatever would not fit.

use super::BookingError;
use crate::crypto::Place;
use crate::{Context, Services, audit, machines, messages};
use domain::account::Capability;
use domain::booking::{
    BookingFacts, Party, PartySize, Policy, Reference, Refusal, SessionFacts, house_may_book, may_book,
};
use domain::contact::{Contact, PersonName};
use domain::ids::{AccountId, ActivityId, BookingId, DraftId, HoldId, SessionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::booking::claims as sql;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Claims decided in one transaction at most.
const BATCH: usize = 128;
/// Claims that may queue on one session before newcomers are told "busy" at once.
const QUEUE: usize = 2_000;
/// How long a claim waits for its answer before it is told "busy".
const PATIENCE: Duration = Duration::from_secs(8);
/// A lane without claims for this long ends.
const IDLE: Duration = Duration::from_secs(10);

/// Where a booking came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Channel {
    /// The visitor, on the site.
    Web,
    /// Staff, on behalf.
    Staff,
    /// A machine, on behalf.
    Api,
}

impl Channel {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Staff => "staff",
            Self::Api => "api",
        }
    }
}

/// Who books: a name, and how to reach them if they can be reached.
#[derive(Clone, Debug)]
pub struct Person {
    /// Name.
    pub name: PersonName,
    /// Phone or mail. None only for bookings staff make for people who have neither.
    pub contact: Option<Contact>,
}

/// A booking made. What an idempotency key repeats.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Booked {
    /// Booking.
    pub booking: BookingId,
    /// Session.
    pub session: SessionId,
    /// Eight characters.
    pub reference: String,
}

/// An idempotency key, with whom it belongs to and what was asked under it.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub scope: String,
    pub key: String,
    pub body_hash: Vec<u8>,
}

/// A booking to be decided. Sealed before it queues, so that a lane does nothing but decide and write.
pub(super) struct Order {
    pub context: Context,
    pub row: sql::NewBooking,
    pub party: Party,
    /// Keyed hash of the contact the limits count.
    pub person: Option<Vec<u8>>,
    pub key: Key,
    /// Staff may book outside the public's opening hours and limits, never beyond the places.
    pub by_house: bool,
}

/// A hold to be decided.
pub(super) struct HoldOrder {
    pub context: Context,
    pub people: PartySize,
    pub hold: HoldId,
    pub draft: DraftId,
    pub visitor_hash: Vec<u8>,
    pub draft_expires_at: Timestamp,
}

pub(super) enum Claim {
    Hold(HoldOrder),
    Book(Box<Order>),
}

pub(super) enum Granted {
    Held,
    Booked(Booked),
}

type Answer = Result<Granted, BookingError>;

struct Ticket {
    claim: Claim,
    answer: oneshot::Sender<Answer>,
}

/// Whether the engine takes the session's lock. Anything else than [`Guard::Lock`] exists for the tests' negative
/// control, which must oversell, or the races would prove nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Guard {
    /// As it must be.
    #[default]
    Lock,
    /// Reads without the lock.
    NegativeControl,
}

/// The lanes of this process.
#[derive(Clone, Default)]
pub struct Claims {
    lanes: Arc<Mutex<HashMap<SessionId, mpsc::Sender<Ticket>>>>,
    guard: Guard,
}

impl Claims {
    /// Lanes with a guard.
    pub fn guarded_by(guard: Guard) -> Self {
        Self { guard, ..Self::default() }
    }

    /// Queues a claim and waits for its answer. The decision runs to its end even when the caller goes away.
    pub(super) async fn submit(&self, services: &Services, session: SessionId, claim: Claim) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.queue(services, session, Ticket { claim, answer })?;
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => answer,
            // The lane died with the ticket, or is too slow: nothing is promised, the key makes a retry safe.
            Ok(Err(_)) | Err(_) => Err(Refusal::Busy.into()),
        }
    }

    fn queue(&self, services: &Services, session: SessionId, ticket: Ticket) -> Result<(), BookingError> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        // A lane whose task died (a panic) is replaced; its waiting visitors are told "busy".
        let lane = lanes.get(&session).filter(|lane| !lane.is_closed()).cloned().unwrap_or_else(|| {
            let (lane, tickets) = mpsc::channel(QUEUE);
            tokio::spawn(run_lane(self.clone(), services.clone(), session, tickets));
            lanes.insert(session, lane.clone());
            lane
        });
        // Queued while the table is locked: a lane only ends when it sees itself empty under the same lock.
        lane.try_send(ticket).map_err(|_| Refusal::Busy.into())
    }
}

async fn run_lane(claims: Claims, services: Services, session: SessionId, mut tickets: mpsc::Receiver<Ticket>) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        match tokio::time::timeout(IDLE, tickets.recv_many(&mut batch, BATCH)).await {
            Ok(0) => return,
            Ok(_) => decide(&services, claims.guard, session, std::mem::take(&mut batch)).await,
            Err(_idle) => {
                let mut lanes = claims.lanes.lock().unwrap_or_else(PoisonError::into_inner);
                // Senders queue under the same lock: an empty lane seen here stays empty.
                if tickets.is_empty() {
                    lanes.remove(&session);
                    return;
                }
            }
        }
    }
}

/// Decides a batch and answers every ticket. A batch the database refuses as a whole is decided one by one, so that one
/// bad order never takes its neighbours down.
async fn decide(services: &Services, guard: Guard, session: SessionId, batch: Vec<Ticket>) {
    let (claims, answers): (Vec<Claim>, Vec<_>) = batch.into_iter().map(|t| (t.claim, t.answer)).unzip();
    metrics::histogram!("booking_batch_size").record(claims.len() as f64);
    let outcome = attempt(services, guard, session, &claims.iter().collect::<Vec<_>>()).await;
    let mut results = match outcome {
        Ok(results) => results,
        Err(error) if claims.len() > 1 && error.as_database_error().is_some() => {
            let mut results = Vec::with_capacity(claims.len());
            for claim in &claims {
                let one = attempt(services, guard, session, &[claim]).await;
                results.push(one.map_or_else(|error| Err(failed(error)), |mut only| only.remove(0)));
            }
            results
        }
        Err(error) => {
            let busy = may_pass(&error);
            tracing::warn!(%error, claims = claims.len(), "a batch of claims failed");
            let mut first = Some(failed(error));
            claims
                .iter()
                .map(|_| Err(first.take().unwrap_or_else(|| if busy { Refusal::Busy.into() } else { gone() })))
                .collect()
        }
    };
    if results.iter().any(|r| matches!(r, Ok(Granted::Booked(_)))) {
        services.job_bell.notify_one();
    }
    for (answer, result) in answers.into_iter().zip(results.drain(..)) {
        let outcome = match &result {
            Ok(Granted::Held) => "held",
            Ok(Granted::Booked(_)) => "booked",
            Err(BookingError::Refused(Refusal::Full { .. })) => "full",
            Err(BookingError::Refused(_)) => "refused",
            Err(_) => "failed",
        };
        metrics::counter!("booking_claims_total", "outcome" => outcome).increment(1);
        // A visitor who hung up finds the answer under the idempotency key.
        drop(answer.send(result));
    }
}

/// Nothing is wrong with the claim: the same one may succeed in a moment. Whether a commit happened that the connection
/// broke under is not known; the idempotency key tells whoever asks again.
fn may_pass(error: &sqlx::Error) -> bool {
    store::is_transient(error) || store::is_unavailable(error)
}

fn failed(error: sqlx::Error) -> BookingError {
    if may_pass(&error) {
        Refusal::Busy.into()
    } else if store::constraint_of(&error) == Some("booking_within_capacity") {
        // The net below the lock caught something: nobody is oversold, and somebody should look.
        tracing::error!("the capacity guard of the database refused what the engine had admitted");
        Refusal::Full { free: 0 }.into()
    } else {
        error.into()
    }
}

fn gone() -> BookingError {
    BookingError::Database(sqlx::Error::WorkerCrashed)
}

/// One transaction for the whole batch; tried again when the database says that may help.
async fn attempt(
    services: &Services,
    guard: Guard,
    session: SessionId,
    claims: &[&Claim],
) -> Result<Vec<Answer>, sqlx::Error> {
    let mut tries = 0;
    loop {
        match transaction(services, guard, session, claims).await {
            Err(error) if store::is_transient(&error) && tries < 3 => {
                tries += 1;
                tokio::time::sleep(Duration::from_millis(5 << tries)).await;
            }
            other => return other,
        }
    }
}

async fn transaction(
    services: &Services,
    guard: Guard,
    session: SessionId,
    claims: &[&Claim],
) -> Result<Vec<Answer>, sqlx::Error> {
    let mut tx = services.db.begin().await?;
    let locked = match guard {
        Guard::Lock => sql::lock_sessions(&mut tx, &[session.0]).await?,
        Guard::NegativeControl => sql::find_sessions(&mut tx, &[session.0]).await?,
    };
    let Some(locked) = locked.into_iter().next() else {
        return Ok(claims.iter().map(|_| Err(BookingError::NotFound)).collect());
    };
    let Ok(policy) = serde_json::from_value::<Policy>(locked.policy.clone()) else {
        return Ok(claims.iter().map(|_| Err(BookingError::Damaged("the policy of an activity"))).collect());
    };
    let now = services.clock.now();
    let mut desk = Desk::open(&mut tx, locked, policy, now, claims).await?;
    let answers: Vec<Answer> = claims.iter().map(|claim| desk.decide(claim)).collect();
    if desk.write(&mut tx, services).await? {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(answers)
}

/// The state of one session while a batch is decided: what the database says plus what was granted so far.
struct Desk<'a> {
    session: sql::LockedSession,
    policy: Policy,
    now: Timestamp,
    facts: SessionFacts,
    holds: HashMap<Uuid, u32>,
    persons: HashMap<Vec<u8>, BookingFacts>,
    answers: HashMap<(String, String), (Vec<u8>, Booked)>,
    new_holds: Vec<sql::NewHold>,
    new_bookings: Vec<&'a Order>,
    new_answers: Vec<sql::SavedAnswer>,
}

impl<'a> Desk<'a> {
    async fn open(
        db: &mut PgConnection,
        session: sql::LockedSession,
        policy: Policy,
        now: Timestamp,
        claims: &[&'a Claim],
    ) -> Result<Self, sqlx::Error> {
        let orders: Vec<&Order> =
            claims.iter().filter_map(|c| if let Claim::Book(o) = c { Some(&**o) } else { None }).collect();
        let persons: Vec<Vec<u8>> = orders.iter().filter_map(|o| o.person.clone()).collect();
        let (scopes, keys): (Vec<_>, Vec<_>) = orders.iter().map(|o| (o.key.scope.clone(), o.key.key.clone())).unzip();
        let mut saved = Vec::new();
        let mut counts = Vec::new();
        if !orders.is_empty() {
            let locks =
                persons.iter().map(|p| lock_key(p)).chain(orders.iter().map(|o| lock_key(o.key.key.as_bytes())));
            sql::lock_keys(db, &locks.collect::<Vec<_>>()).await?;
            saved = sql::saved_answers(db, &scopes, &keys).await?;
            let spans = spans(&policy, session.starts_at.to_jiff());
            counts = sql::person_counts(db, session.activity_id, &persons, spans, None).await?;
        }
        let booked = sql::people_booked(db, session.id).await?;
        let holds: HashMap<Uuid, u32> =
            sql::live_holds(db, session.id, now).await?.into_iter().map(|h| (h.id, h.people as u32)).collect();
        let facts = facts(&session, booked, holds.values().sum());
        let persons = persons
            .into_iter()
            .map(|person| {
                let facts = count(&counts, &person);
                (person, facts)
            })
            .collect();
        let answers = saved
            .into_iter()
            .filter_map(|s| Some(((s.scope, s.key), (s.body_hash, serde_json::from_value(s.answer).ok()?))))
            .collect();
        Ok(Self {
            session,
            policy,
            now,
            facts,
            holds,
            persons,
            answers,
            new_holds: Vec::new(),
            new_bookings: Vec::new(),
            new_answers: Vec::new(),
        })
    }

    fn decide(&mut self, claim: &'a Claim) -> Answer {
        match claim {
            Claim::Hold(order) => self.hold(order),
            Claim::Book(order) => self.book(order),
        }
    }

    fn hold(&mut self, order: &HoldOrder) -> Answer {
        let party = Party { people: order.people, children: 0 };
        may_book(&self.policy, self.now, &self.facts, party, BookingFacts::default())?;
        self.facts.held += order.people.get();
        self.new_holds.push(sql::NewHold {
            id: order.hold.0,
            people: order.people.get() as i32,
            expires_at: self.now + jiff::SignedDuration::from_mins(i64::from(self.policy.hold_minutes)),
            draft: order.draft.0,
            visitor_hash: order.visitor_hash.clone(),
            locale: order.context.locale.tag(),
            draft_expires_at: order.draft_expires_at,
        });
        Ok(Granted::Held)
    }

    fn book(&mut self, order: &'a Order) -> Answer {
        let key = (order.key.scope.clone(), order.key.key.clone());
        if let Some((body_hash, booked)) = self.answers.get(&key) {
            return if *body_hash == order.key.body_hash {
                Ok(Granted::Booked(booked.clone()))
            } else {
                Err(BookingError::KeyReused)
            };
        }
        // The party's own hold is its own room.
        let own = order.row.hold_id.and_then(|hold| self.holds.get(&hold).copied()).unwrap_or(0);
        let facts = SessionFacts { held: self.facts.held - own, ..self.facts };
        let person = order.person.as_ref().and_then(|p| self.persons.get(p).copied()).unwrap_or_default();
        if order.by_house {
            house_may_book(self.now, &facts, order.party)?;
        } else {
            may_book(&self.policy, self.now, &facts, order.party, person)?;
        }
        self.facts.held -= own;
        self.facts.booked += order.party.people.get();
        if let Some(hold) = order.row.hold_id {
            self.holds.remove(&hold);
        }
        if let Some(counted) = order.person.as_ref().and_then(|p| self.persons.get_mut(p)) {
            counted.on_day += 1;
            counted.in_window += 1;
        }
        let booked = Booked {
            booking: BookingId(order.row.id),
            session: SessionId(self.session.id),
            reference: order.row.reference.clone(),
        };
        self.new_bookings.push(order);
        self.new_answers.push(sql::SavedAnswer {
            scope: order.key.scope.clone(),
            key: order.key.key.clone(),
            body_hash: order.key.body_hash.clone(),
            answer: serde_json::to_value(&booked).unwrap_or_default(),
        });
        self.answers.insert(key, (order.key.body_hash.clone(), booked.clone()));
        Ok(Granted::Booked(booked))
    }

    /// Writes what was granted, with its answers, audit entries and messages. Answers whether there was anything.
    async fn write(self, db: &mut PgConnection, services: &Services) -> Result<bool, sqlx::Error> {
        if self.new_holds.is_empty() && self.new_bookings.is_empty() {
            return Ok(false);
        }
        sql::insert_holds(db, self.session.id, self.now, &self.new_holds).await?;
        if !self.new_bookings.is_empty() {
            let rows: Vec<sql::NewBooking> = self.new_bookings.iter().map(|o| o.row.clone()).collect();
            sql::insert_bookings(db, &self.session, self.now, &rows).await?;
            sql::save_answers(db, self.now, &self.new_answers).await?;
            let entries: Vec<audit::Entry> = self.new_bookings.iter().map(|o| made(o, self.session.id)).collect();
            audit::record_each(db, self.new_bookings.iter().map(|o| &o.context).zip(&entries)).await?;
            let bookings: Vec<BookingId> = self.new_bookings.iter().map(|o| BookingId(o.row.id)).collect();
            let made = self.new_bookings.iter().map(|o| &o.context).zip(bookings.iter().copied());
            machines::note_bookings(db, self.now, made).await?;
            messages::queue_confirmations(db, services, self.now, &bookings, self.session.starts_at.to_jiff()).await?;
        }
        Ok(true)
    }
}

fn made(order: &Order, session: Uuid) -> audit::Entry {
    audit::Entry {
        action: "booking.made",
        subject_kind: "booking",
        subject: Some(order.row.id),
        detail: serde_json::json!({
            "session": session, "people": order.row.people, "children": order.row.children, "channel": order.row.channel,
        }),
    }
}

pub(super) fn facts(session: &sql::LockedSession, booked: i64, held: u32) -> SessionFacts {
    SessionFacts {
        starts_at: session.starts_at.to_jiff(),
        ends_at: session.ends_at.to_jiff(),
        capacity: session.capacity.max(0) as u32,
        booked: booked.max(0) as u32,
        held,
        closed: session.state != "open",
    }
}

pub(super) fn spans(policy: &Policy, starts_at: Timestamp) -> sql::Spans {
    let ((day_from, day_until), (window_from, window_until)) = (policy.day(starts_at), policy.window(starts_at));
    sql::Spans { day_from, day_until, window_from, window_until }
}

pub(super) fn count(counts: &[sql::PersonCount], person: &[u8]) -> BookingFacts {
    let is = |index: &Option<Vec<u8>>| index.as_deref() == Some(person);
    counts.iter().filter(|c| is(&c.phone_index) || is(&c.mail_index)).fold(BookingFacts::default(), |sum, c| {
        BookingFacts { on_day: sum.on_day + c.on_day as u32, in_window: sum.in_window + c.in_window as u32 }
    })
}

/// A lock's number from a keyed hash or a key; a chance collision only makes two strangers wait for each other.
pub(super) fn lock_key(bytes: &[u8]) -> i64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 1) as i64
}

/// Keyed hash of a contact, as limits, searches and accounts compare it.
pub(super) fn contact_index(services: &Services, contact: &Contact) -> Vec<u8> {
    services.vault.blind_index("contact", &contact.comparable())
}

pub(super) struct Source {
    pub channel: Channel,
    pub account: Option<AccountId>,
    pub hold: Option<HoldId>,
    pub draft: Option<DraftId>,
}

/// Seals a person's particulars into the row of a new booking.
pub(super) fn row(
    services: &Services,
    context: &Context,
    person: &Person,
    party: Party,
    source: &Source,
) -> sql::NewBooking {
    let id: BookingId = context.new_id();
    let seal = |column, text: &str| services.vault.seal(Place { table: "booking", column, row: id.0 }, text.as_bytes());
    let index = person.contact.as_ref().map(|contact| contact_index(services, contact));
    let (phone, mail) = match &person.contact {
        Some(Contact::Phone(phone)) => (Some(seal("phone_sealed", phone.digits())), None),
        Some(Contact::Mail(mail)) => (None, Some(seal("mail_sealed", mail.as_str()))),
        None => (None, None),
    };
    sql::NewBooking {
        id: id.0,
        reference: Reference::from_random(crate::crypto::random()).as_str().to_owned(),
        people: party.people.get() as i32,
        children: i32::from(party.children),
        channel: source.channel.name(),
        locale: context.locale.tag(),
        account_id: source.account.map(|account| account.0),
        name_sealed: seal("name_sealed", person.name.as_str()),
        phone_index: phone.is_some().then(|| index.clone()).flatten(),
        mail_index: mail.is_some().then(|| index.clone()).flatten(),
        phone_sealed: phone,
        mail_sealed: mail,
        hold_id: source.hold.map(|hold| hold.0),
        draft_id: source.draft.map(|draft| draft.0),
    }
}

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

/// Books on behalf. Needs [`Capability::BookOnBehalf`].
///
/// # Errors
/// `Denied`, `Refused`, `KeyReused`, `NotFound` for an unknown session.
pub async fn book(services: &Services, context: &Context, asked: OnBehalf) -> Result<Booked, BookingError> {
    context.require(Capability::BookOnBehalf)?;
    let staff = context.actor.account();
    let (channel, scope) = match &context.actor {
        domain::account::Actor::Client { client, .. } => (Channel::Api, format!("client:{client}")),
        _ => (Channel::Staff, format!("staff:{}", staff.map(|a| a.to_string()).unwrap_or_default())),
    };
    let body_hash = services.vault.blind_index(
        "idempotency",
        &format!(
            "{:?}|{}|{}|{}|{}",
            asked.session,
            asked.person.name.as_str(),
            asked.person.contact.as_ref().map(Contact::comparable).unwrap_or_default(),
            asked.party.people.get(),
            asked.party.children
        ),
    );
    let source = Source { channel, account: None, hold: None, draft: None };
    let order = Order {
        row: row(services, context, &asked.person, asked.party, &source),
        context: context.clone(),
        party: asked.party,
        person: asked.person.contact.as_ref().map(|contact| contact_index(services, contact)),
        key: Key { scope, key: asked.key, body_hash },
        by_house: channel == Channel::Staff,
    };
    match services.claims.submit(services, asked.session, Claim::Book(Box::new(order))).await? {
        Granted::Booked(booked) => Ok(booked),
        Granted::Held => Err(BookingError::Damaged("a hold was answered to a booking")),
    }
}

/// The activity of a session, for those who hold only its id.
pub(super) fn activity(session: &sql::LockedSession) -> ActivityId {
    ActivityId(session.activity_id)
}
