//! A whole series on behalf of somebody: by a machine (the mini-programme), or at the desk and by telephone.
//!
//! As with a single session the machine is bound by what the public is bound by, and the house is not: it books on the
//! places its desk keeps and on what is anybody's, past opening times and personal limits, never beyond the room. What the
//! event asks is answered either way: those who prepare each date rely on it.

use super::{Kept, Order, SeriesView, book, sql};
use crate::booking::BookingError;
use crate::booking::change::Remember;
use crate::booking::claims::{Booked, Channel, Key, Person, behalf_of, in_parts, kept_answer};
use crate::booking::document::if_asked;
use crate::booking::entrance::{Who, pass};
use crate::outreach::{self, Replies};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Party;
use domain::contact::Contact;
use domain::document::Shown;
use domain::ids::{ActivityId, SessionId};

/// A whole series on behalf of somebody.
#[derive(Clone, Debug)]
pub struct SeriesOnBehalf {
    /// The event.
    pub event: ActivityId,
    /// Who.
    pub person: Person,
    /// With how many.
    pub party: Party,
    /// The identity documents that were shown; what the event does not ask for is not kept.
    pub shown: Shown,
    /// What they replied to the event's questions; none where it asks nothing.
    pub replies: Option<Replies>,
    /// The same key with the same body gets the same answer.
    pub key: String,
}

/// Books every remaining date on behalf of somebody, or none. Answers the first; where a request may be repeated whatever is
/// asked since, its answer is kept with the series, both or neither. Needs [`Capability::BookOnBehalf`].
///
/// # Errors
/// `Denied`; `NotFound` where there is no such event; `DateRefused` names the first date that says no; `Refused`:
/// `SingleDatesOnly`, `AsksQuestions` where what was replied is not what the event asks now, and whatever refuses the party on
/// any date; `Busy` when another request has answered under the key meanwhile; `KeyReused`; for a machine `WaitingRoom` while a date is opening, and `Fields` where documents are missing.
pub async fn book_series(
    services: &Services,
    context: &Context,
    asked: SeriesOnBehalf,
    remember: Option<Remember<SeriesView>>,
) -> Result<Booked, BookingError> {
    context.require(Capability::BookOnBehalf)?;
    let (channel, scope) = behalf_of(context);
    let body_hash = services.vault.blind_index("idempotency", &body(&asked));
    let SeriesOnBehalf { event: activity, person, party, shown, replies, key } = asked;
    let key = Key { scope, key, body_hash };
    let mut db = services.db.acquire().await?;
    // Before anything is asked that may be answered otherwise by now: what is booked is booked.
    let before = kept_answer(&mut db, &key).await?;
    let dates = sql::remaining(&mut db, activity.0, services.clock.now()).await?;
    drop(db);
    if let Some(booked) = before {
        return Ok(booked);
    }
    let events = outreach::events(services).await?;
    let event = events.by_id(activity).ok_or(BookingError::NotFound)?;
    let first = event.timetable.upcoming(services.clock.now()).next();
    let documents = match first {
        Some(first) => if_asked(services, first.id, (party, channel != Channel::Staff), &shown).await?,
        None => Shown::default(),
    };
    // A machine keeps its place in the line of each date by repeating the request under its key.
    let line = format!("{} {}", key.scope, key.key);
    for date in dates {
        pass(services, context, SessionId(date), party.people.get(), Who::Request(&line)).await?;
    }
    let order = Order { activity, person, party, documents, channel, kept: Kept::Nothing(replies), key, remember };
    book(services, context, order).await
}

/// What is asked, as it is hashed. The version of the questions is no part of it: a retry after they were published anew is
/// the same request.
fn body(asked: &SeriesOnBehalf) -> String {
    in_parts([
        Some("series".to_owned()),
        Some(asked.event.to_string()),
        Some(asked.person.name.as_str().to_owned()),
        asked.person.contact.as_ref().map(Contact::comparable),
        Some(asked.party.people.get().to_string()),
        Some(asked.party.children.to_string()),
        (!asked.shown.is_empty()).then(|| asked.shown.comparable()),
        asked.replies.as_ref().map(Replies::comparable),
    ])
}
