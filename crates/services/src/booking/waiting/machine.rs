//! The waiting list for those who book for others. Machines put parties on it and answer for those they put there, and for
//! nobody else's; the desk puts somebody who telephones on it, who answers by the link in the message.

use super::super::BookingError;
use super::super::change::Remember;
use super::super::claims::{Channel, Key, Person, behalf_of, in_parts};
use super::super::document::asks_document;
use super::super::entrance::{Who, pass};
use super::answer::{Answer, run, take};
use super::came::Came;
use super::join::{Fresh, put};
use super::view::{WaitingView, read};
use crate::outreach::Replies;
use crate::{Context, Services, machines};
use domain::account::Capability;
use domain::booking::{Party, Refusal};
use domain::contact::Contact;
use domain::field::Fault;
use domain::ids::{BookingId, SessionId, WaitingId};
use store::booking::waiting as sql;
use uuid::Uuid;

/// A party to put on the list for somebody.
#[derive(Clone, Debug)]
pub struct WaitOnBehalf {
    /// The session it waits for.
    pub session: SessionId,
    /// Others it would take as well.
    pub also: Vec<SessionId>,
    /// Who, with a phone or an address: offers have to reach them.
    pub person: Person,
    /// With how many.
    pub party: Party,
    /// What was replied to the event's questions; none where it asks nothing.
    pub replies: Option<Replies>,
}

impl WaitOnBehalf {
    fn sessions(&self) -> Vec<Uuid> {
        let also = self.also.iter().filter(|also| **also != self.session);
        std::iter::once(self.session.0).chain(also.map(|also| also.0)).collect()
    }
}

/// Puts a party on the list and keeps the answer with it, both or neither. Needs [`Capability::BookOnBehalf`].
///
/// # Errors
/// `Denied`; `Refused`, with `PlacesFree` where it can be booked instead and `AsksQuestions` where what was replied is not what
/// the event asks now, or a document is asked for, which a machine cannot show for an offer; `NotFound` for an unknown session.
pub async fn wait_on_behalf(
    services: &Services,
    context: &Context,
    asked: WaitOnBehalf,
    remember: Remember<WaitingView>,
) -> Result<WaitingView, BookingError> {
    context.require(Capability::BookOnBehalf)?;
    // A document is asked for with the offer, on the page of the party's own.
    if asks_document(services, asked.session).await? {
        return Err(Refusal::AsksQuestions.into());
    }
    let sessions = asked.sessions();
    let came = Came::Behalf(asked.replies, None);
    let fresh = Fresh::new(services, context, &asked.person, asked.party, sessions, came)?;
    let line = fresh.line();
    for session in &fresh.asked {
        pass(services, context, SessionId(*session), asked.party.people.get(), Who::Request(&line)).await?;
    }
    put(services, context, fresh, Some(remember)).await
}

/// Puts somebody who telephones or stands at the counter on the list, once for the key of a form. They hear of an offer by
/// message and answer it themselves; a document that is asked for is asked for then. Needs [`Capability::BookOnBehalf`].
///
/// # Errors
/// `Denied`; `Fields` for somebody who cannot be reached; `Refused` as [`wait_on_behalf`]; `KeyReused` where something else was
/// asked under the key; `NotFound` for an unknown session.
pub async fn wait_at_the_desk(
    services: &Services,
    context: &Context,
    asked: WaitOnBehalf,
    key: String,
) -> Result<WaitingId, BookingError> {
    context.require(Capability::BookOnBehalf)?;
    if asked.person.contact.is_none() {
        return Err(BookingError::field("contact", Fault::Required));
    }
    let (_, scope) = behalf_of(context);
    let body_hash = services.vault.blind_index("idempotency", &body(&asked));
    let sessions = asked.sessions();
    let came = Came::Behalf(asked.replies, Some(Key { scope, key, body_hash }));
    let fresh = Fresh::new(services, context, &asked.person, asked.party, sessions, came)?;
    put(services, context, fresh, None).await.map(|entry| entry.id)
}

/// What is asked, as it is hashed.
fn body(asked: &WaitOnBehalf) -> String {
    in_parts([
        Some("waiting".to_owned()),
        Some(format!("{:?}", asked.sessions())),
        Some(asked.person.name.as_str().to_owned()),
        asked.person.contact.as_ref().map(Contact::comparable),
        Some(asked.party.people.get().to_string()),
        Some(asked.party.children.to_string()),
        asked.replies.as_ref().map(Replies::comparable),
    ])
}

/// An entry of the machine's own.
///
/// # Errors
/// `Denied`; `NotFound` for others', whether or not they are there.
pub async fn own_waiting(services: &Services, context: &Context, id: WaitingId) -> Result<WaitingView, BookingError> {
    own(services, context, id).await?;
    read(services, id, context.now).await
}

async fn own(services: &Services, context: &Context, id: WaitingId) -> Result<(), BookingError> {
    context.require(Capability::BookOnBehalf)?;
    let client = machines::client_of(context).ok_or(BookingError::NotFound)?;
    let mut db = services.db.acquire().await?;
    let made = sql::is_of_client(&mut db, client.0, id.0).await?;
    made.then_some(()).ok_or(BookingError::NotFound)
}

/// Takes the offer an entry has of a session. Repeating it answers the same booking, which is the machine's own.
///
/// # Errors
/// As [`accept`](super::accept) and [`own_waiting`].
pub async fn accept_own(
    services: &Services,
    context: &Context,
    id: WaitingId,
    session: SessionId,
) -> Result<BookingId, BookingError> {
    own(services, context, id).await?;
    take(services, context, id, session, Channel::Api).await
}

/// Declines the offer an entry has of a session, and keeps the answer with it.
///
/// # Errors
/// As [`decline`](super::decline) and [`own_waiting`].
pub async fn decline_own(
    services: &Services,
    context: &Context,
    id: WaitingId,
    session: SessionId,
    remember: Remember<WaitingView>,
) -> Result<WaitingView, BookingError> {
    own(services, context, id).await?;
    run(services, context, id, Answer::Decline(session), Some(remember)).await
}

/// Takes an entry off the list, and keeps the answer with it.
///
/// # Errors
/// As [`leave`](super::leave) and [`own_waiting`].
pub async fn leave_own(
    services: &Services,
    context: &Context,
    id: WaitingId,
    remember: Remember<WaitingView>,
) -> Result<WaitingView, BookingError> {
    own(services, context, id).await?;
    run(services, context, id, Answer::Leave, Some(remember)).await
}
