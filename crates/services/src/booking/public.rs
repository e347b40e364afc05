//! What is counted of the public, by the network it comes from: taking places, asking for codes and trying
//! them, and trying links that lead nowhere.
//!
//! Staff and machines are never counted here; a machine has limits of its own. A draft whose places are kept was counted
//! when they were taken, so that nobody who is filling in the form is turned away at its last button.

use super::BookingError;
use super::calendar::{self, SessionView, Timetable};
use crate::limits::{self, Limit, LimitError, Network};
use crate::{Context, Services};
use domain::account::Actor;
use domain::booking::{BookingFacts, Party, PartySize, Refusal, may_book};
use domain::contact::Contact;
use domain::ids::{ActivityId, SessionId};
use jiff::Timestamp;

fn is_public(context: &Context) -> bool {
    matches!(context.actor, Actor::Anonymous | Actor::Visitor { .. })
}

/// What places are asked for of.
#[derive(Clone, Copy)]
pub(super) enum Asked {
    /// One session.
    Date(SessionId),
    /// All remaining dates of an event, as one.
    Series(ActivityId),
}

impl Asked {
    fn is_of(self, dates: &Timetable) -> bool {
        match self {
            Self::Date(session) => dates.session(session).is_some(),
            Self::Series(activity) => dates.activity == activity,
        }
    }

    /// How many places a party takes if it is let have them. What the rules refuse anybody takes none. Of the room nothing is
    /// asked: the picture may be a second old, and a browser may keep these very places already.
    fn places(self, dates: &Timetable, now: Timestamp, people: PartySize) -> u32 {
        let policy = &dates.policy;
        let party = Party { people, children: 0 };
        let is_allowed = |session: &SessionView| {
            let answer = may_book(policy, now, &session.facts, party, BookingFacts::default());
            matches!(answer, Ok(()) | Err(Refusal::Full { .. }))
        };
        let count = match self {
            Self::Date(id) => usize::from(policy.series.allows_dates() && dates.session(id).is_some_and(is_allowed)),
            Self::Series(_) if policy.series.allows_whole() && dates.upcoming(now).all(is_allowed) => {
                dates.upcoming(now).count()
            }
            Self::Series(_) => 0,
        };
        people.get().saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

/// Counts the people whom places are about to be taken for, on so many dates. Everybody behind an unnamed proxy has the machine's
/// own address, and a booking succeeds while places exist: such a request is let through. What the rules refuse counts
/// nothing, or a single request for five hundred people would use up what a whole network may ask for.
pub(super) async fn takes_places(
    services: &Services,
    context: &Context,
    network: &Network,
    (people, asked): (PartySize, Asked),
) -> Result<(), BookingError> {
    if !is_public(context) || !network.is_elsewhere() {
        return Ok(());
    }
    match places(services, people, asked).await? {
        0 => Ok(()),
        places => count(services, context, (&limits::BOOKING_PER_NETWORK, places), network).await,
    }
}

/// The places asked for, by the pictures everybody shares. What stands in neither is younger than they are, or nothing at
/// all: one.
async fn places(services: &Services, people: PartySize, asked: Asked) -> Result<u32, BookingError> {
    let now = services.clock.now();
    match calendar::museum(services).await {
        Ok(museum) if asked.is_of(&museum) => return Ok(asked.places(&museum, now, people)),
        // A house may hold events and have no museum yet.
        Ok(_) | Err(BookingError::NotFound) => {}
        Err(error) => return Err(error),
    }
    let events = crate::outreach::events(services).await?;
    let found = events.all().iter().find(|event| asked.is_of(&event.timetable));
    Ok(found.map_or(1, |event| asked.places(&event.timetable, now, people)))
}

/// Counts that a code is about to be sent: one machine must not spend the whole house's codes, nor pester many strangers.
pub(super) async fn asks_for_a_code(
    services: &Services,
    context: &Context,
    network: &Network,
) -> Result<(), BookingError> {
    count(services, context, (&limits::CODE_PER_NETWORK, 1), network).await
}

/// Counts that a code is about to be tried.
pub(super) async fn tries_a_code(
    services: &Services,
    context: &Context,
    network: &Network,
) -> Result<(), BookingError> {
    count(services, context, (&limits::CODE_TRIES_PER_NETWORK, 1), network).await
}

/// Counts a ticket that is about to be given out: of an address and its networks, of an account, of a machine.
pub(super) async fn takes_a_ticket(
    services: &Services,
    context: &Context,
    network: Option<&Network>,
) -> Result<(), BookingError> {
    match &context.actor {
        Actor::Client { client, .. } => {
            let taken = limits::hit(services, &limits::TICKET_PER_CLIENT, &client.to_string()).await;
            return taken.map(|_| ()).map_err(personal);
        }
        Actor::Visitor { account, .. } => {
            limits::hit(services, &limits::TICKET_PER_ACCOUNT, &account.to_string()).await.map_err(personal)?;
        }
        _ => {}
    }
    let budgets = (&limits::TICKET_PER_ADDRESS, &limits::TICKET_PER_SITE, Some(&limits::TICKET_PER_NETWORK));
    count_each(services, context, network, budgets).await
}

/// Counts that somebody who was let in asks for places while a release runs. The whole network has [`takes_places`].
pub(super) async fn asks_at_a_release(
    services: &Services,
    context: &Context,
    network: &Network,
) -> Result<(), BookingError> {
    if let Actor::Visitor { account, .. } = &context.actor {
        limits::hit(services, &limits::RELEASE_PER_ACCOUNT, &account.to_string()).await.map_err(personal)?;
    }
    let budgets = (&limits::RELEASE_PER_ADDRESS, &limits::RELEASE_PER_SITE, None);
    count_each(services, context, Some(network), budgets).await
}

/// Counts a booking that is tried with a contact while a release runs.
pub(super) async fn books_at_a_release(
    services: &Services,
    context: &Context,
    contact: &Contact,
) -> Result<(), BookingError> {
    if !is_public(context) {
        return Ok(());
    }
    let counted = limits::hit(services, &limits::RELEASE_PER_CONTACT, &contact.comparable()).await;
    counted.map(|_| ()).map_err(personal)
}

/// The narrowest first: who is refused for an address of their own takes nothing from their neighbours.
async fn count_each(
    services: &Services,
    context: &Context,
    network: Option<&Network>,
    (address, site, whole): (&Limit, &Limit, Option<&Limit>),
) -> Result<(), BookingError> {
    let Some(network) = network.filter(|network| is_public(context) && network.is_elsewhere()) else { return Ok(()) };
    limits::hit(services, address, network.address()).await?;
    if let Some(text) = network.site() {
        limits::hit(services, site, text).await?;
    }
    if let Some(whole) = whole {
        limits::hit(services, whole, network.as_str()).await?;
    }
    Ok(())
}

/// Too often for one person, not for their network.
pub(super) fn personal(error: LimitError) -> BookingError {
    match error {
        LimitError::Limited(limited) => BookingError::Limited { retry_after: u64::from(limited.retry_seconds()) },
        LimitError::Database(error) => error.into(),
    }
}

async fn count(
    services: &Services,
    context: &Context,
    (limit, times): (&Limit, u32),
    network: &Network,
) -> Result<(), BookingError> {
    if is_public(context) && network.is_elsewhere() {
        limits::hit_times(services, limit, network.as_str(), times).await?;
    }
    Ok(())
}

/// Counts a link that led nowhere and answers what to say of it: `NotFound`, or `NetworkLimited` to a network that tries
/// many. A link that is good is let in without asking: it carries its own signature, and cannot be found by trying.
pub async fn led_nowhere(services: &Services, context: &Context, network: &Network) -> BookingError {
    if !is_public(context) {
        return BookingError::NotFound;
    }
    tracing::info!("a link led nowhere");
    match limits::hit(services, &limits::LINK_PER_NETWORK, network.as_str()).await {
        Ok(_) => BookingError::NotFound,
        Err(error) => error.into(),
    }
}

impl From<LimitError> for BookingError {
    fn from(error: LimitError) -> Self {
        match error {
            LimitError::Limited(limited) => Self::NetworkLimited { retry_after: u64::from(limited.retry_seconds()) },
            LimitError::Database(error) => error.into(),
        }
    }
}
