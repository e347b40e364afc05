//! Claims on the places of sessions, grouped: many requests, one transaction, an answer for each.
//!
//! [`lane`] groups what has queued up, [`decide`] says yes or no to each under the locks of their sessions, on what
//! [`table`] knows of the session and `persons` of the people; what is claimed on behalf of somebody comes in by [`behalf`];
//! and here stand the claims themselves. A rush so costs one transaction and one fsync per batch instead of one per visitor,
//! and a lone claim waits for nobody. Several servers stay correct: the lock is the row's, and the trigger on `booking`
//! refuses whatever would not fit.

mod behalf;
mod decide;
mod lane;
mod table;

pub use behalf::{Brought, OnBehalf, Replied, book, book_bringing, book_showing};
pub(super) use behalf::{asks_nothing, behalf_of, in_parts, kept_answer};
pub(super) use decide::{facts, lock_key};
pub use lane::Claims;

use super::BookingError;
use super::document::document_index;
use super::persons::sign_of;
use crate::crypto::Place;
use crate::{Context, Services};
use domain::booking::{Heads, Party, PartySize, Pool, Reference};
use domain::contact::{Contact, PersonName};
use domain::document::Shown;
use domain::ids::{AccountId, ActivityId, BookingId, DraftId, HoldId, SessionId, WaitingId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use store::booking::claims as sql;
use store::outreach::answers::AnswersRow;

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
    /// Staff may book outside the public's opening hours and limits and on the places their desk keeps, never beyond them.
    pub by_house: bool,
    /// In place of a booking that the house closed: what was not asked then is not asked now.
    pub in_place: bool,
    /// The entry of the waiting list whose offer is taken: without a live offer there is no booking.
    pub offer: Option<WaitingId>,
    /// Where what the event asks is answered.
    pub answered: Answered,
}

/// Where what an event asks is answered for a booking.
pub(super) enum Answered {
    /// Before, in the draft or the entry it comes from; or nothing is asked that the booking depends on.
    Before,
    /// With the booking, sealed for it; none where nothing was replied. What is asked by the time of the decision counts.
    Now(Option<AnswersRow>),
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

impl Order {
    /// The locks of its person, its documents and its key, besides the session's.
    fn locks(&self) -> impl Iterator<Item = i64> {
        self.counted().map(|(sign, _)| lock_key(&sign)).chain([lock_key(self.key.key.as_bytes())])
    }

    /// Keyed hashes of the documents, which the limits count beside the contact.
    fn documents(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.row.document_index.iter().chain(&self.row.companion_index)
    }

    /// Who books, as the limits know them: by the contact, and by the account.
    fn signs(&self) -> Vec<Vec<u8>> {
        self.person.iter().cloned().chain(self.row.account_id.map(sign_of)).collect()
    }

    /// Whatever the limits count of it, with how many people each is counted for.
    fn counted(&self) -> impl Iterator<Item = (Vec<u8>, Heads)> {
        let heads = Heads::from(self.party);
        let of_document = Heads::of_document(self.party, self.documents().count());
        let documents = self.documents().map(move |document| (document.clone(), of_document));
        self.signs().into_iter().map(move |sign| (sign, heads)).chain(documents)
    }
}

impl Claim {
    fn order(&self) -> Option<&Order> {
        match self {
            Self::Hold(_) => None,
            Self::Book(order) => Some(order),
        }
    }

    /// Hash of the token of the browser that wants places kept.
    fn visitor(&self) -> Option<&Vec<u8>> {
        match self {
            Self::Hold(order) => Some(&order.visitor_hash),
            Self::Book(_) => None,
        }
    }

    fn takes_an_offer(&self) -> bool {
        self.order().is_some_and(|order| order.offer.is_some())
    }
}

type Answer = Result<Granted, BookingError>;

/// Whether the engine takes the session's lock. Anything else than [`Guard::Lock`] exists for the tests' negative
/// control, which must oversell, or the races would prove nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Guard {
    /// As it must be.
    #[default]
    Lock,
    /// Reads without the lock.
    NegativeControl,
    /// Locks the session and nobody's contact: two claims of one person on two sessions do not see each other.
    WithoutPersons,
}

/// Locks sessions for a decision, in the order of their ids; the tests' negative control only reads them.
pub(super) async fn lock(
    services: &Services,
    db: &mut PgConnection,
    sessions: &[uuid::Uuid],
) -> sqlx::Result<Vec<sql::LockedSession>> {
    match services.claims.guard() {
        Guard::Lock | Guard::WithoutPersons => sql::lock_sessions(db, sessions).await,
        Guard::NegativeControl => sql::find_sessions(db, sessions).await,
    }
}

/// Locks persons and idempotency keys for a decision, after its sessions; the tests' control without persons does not.
pub(super) async fn lock_keys(services: &Services, db: &mut PgConnection, keys: &[i64]) -> sqlx::Result<()> {
    match services.claims.guard() {
        Guard::Lock | Guard::NegativeControl => sql::lock_keys(db, keys).await,
        Guard::WithoutPersons => Ok(()),
    }
}

/// Keyed hash of a contact, as limits, searches and accounts compare it.
pub(super) fn contact_index(services: &Services, contact: &Contact) -> Vec<u8> {
    services.vault.blind_index("contact", &contact.comparable())
}

pub(super) struct Source<'a> {
    pub channel: Channel,
    pub pool: Pool,
    pub account: Option<AccountId>,
    pub hold: Option<HoldId>,
    pub draft: Option<DraftId>,
    /// The identity documents that were shown, as far as the activity asks for them.
    pub documents: &'a Shown,
}

/// Seals a person's particulars into the row of a new booking.
pub(super) fn row(
    services: &Services,
    context: &Context,
    person: &Person,
    party: Party,
    source: &Source<'_>,
) -> sql::NewBooking {
    let id: BookingId = context.new_id();
    let seal = |column, text: &str| services.vault.seal(Place { table: "booking", column, row: id.0 }, text.as_bytes());
    let index = person.contact.as_ref().map(|contact| contact_index(services, contact));
    let (phone, mail) = match &person.contact {
        Some(Contact::Phone(phone)) => (Some(seal("phone_sealed", phone.digits())), None),
        Some(Contact::Mail(mail)) => (None, Some(seal("mail_sealed", mail.as_str()))),
        None => (None, None),
    };
    let mut indexes = source.documents.all().map(|document| document_index(services, document));
    let document_index = indexes.next();
    sql::NewBooking {
        id: id.0,
        reference: Reference::from_random(crate::crypto::random()).as_str().to_owned(),
        people: party.people.get() as i32,
        children: i32::from(party.children),
        channel: source.channel.name(),
        pool: source.pool.name(),
        locale: context.locale.tag(),
        account_id: source.account.map(|account| account.0),
        name_sealed: seal("name_sealed", person.name.as_str()),
        phone_index: phone.is_some().then(|| index.clone()).flatten(),
        mail_index: mail.is_some().then(|| index.clone()).flatten(),
        phone_sealed: phone,
        mail_sealed: mail,
        document_sealed: document_index.is_some().then(|| seal("document_sealed", &source.documents.comparable())),
        document_index,
        companion_index: indexes.collect(),
        hold_id: source.hold.map(|hold| hold.0),
        draft_id: source.draft.map(|draft| draft.0),
    }
}

/// The activity of a session, for those who hold only its id.
pub(super) fn activity(session: &sql::LockedSession) -> ActivityId {
    ActivityId(session.activity_id)
}
