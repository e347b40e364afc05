//! The waiting list for machines that book for others: they put parties on it and answer for those they put there, and for
//! nobody else's.

use super::super::BookingError;
use super::super::change::Remember;
use super::super::claims::{Channel, Person, asks_nothing};
use super::super::document::asks_document;
use super::super::entrance::{Who, pass};
use super::answer::{Answer, run, take};
use super::join::{Fresh, put};
use super::view::{WaitingView, read};
use crate::{Context, Services, machines};
use domain::account::Capability;
use domain::booking::{Party, Refusal};
use domain::ids::{BookingId, SessionId, WaitingId};
use store::booking::waiting as sql;

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
}

/// Puts a party on the list and keeps the answer with it, both or neither. Needs [`Capability::BookOnBehalf`].
///
/// # Errors
/// `Denied`; `Refused`, with `PlacesFree` where it can be booked instead and `AsksQuestions` for an event a machine cannot
/// answer; `NotFound` for an unknown session.
pub async fn wait_on_behalf(
    services: &Services,
    context: &Context,
    asked: WaitOnBehalf,
    remember: Remember<WaitingView>,
) -> Result<WaitingView, BookingError> {
    context.require(Capability::BookOnBehalf)?;
    asks_nothing(services, asked.session).await?;
    // A document is asked for with the offer, on the page of the party's own.
    if asks_document(services, asked.session).await? {
        return Err(Refusal::AsksQuestions.into());
    }
    let mut sessions = vec![asked.session.0];
    sessions.extend(asked.also.iter().filter(|also| **also != asked.session).map(|also| also.0));
    let fresh = Fresh::new(services, context, &asked.person, asked.party, sessions, None)?;
    let line = fresh.line();
    for session in &fresh.asked {
        pass(services, context, SessionId(*session), asked.party.people.get(), Who::Request(&line)).await?;
    }
    put(services, context, fresh, Some(remember)).await
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
