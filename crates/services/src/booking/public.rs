//! What is counted of the public, by the network it comes from: taking places, asking for codes and trying
//! them, and trying links that lead nowhere.
//!
//! Staff and machines are never counted here; a machine has limits of its own. A draft whose places are kept was counted
//! when they were taken, so that nobody who is filling in the form is turned away at its last button.

use super::BookingError;
use crate::limits::{self, Limit, LimitError, Network};
use crate::{Context, Services};
use domain::account::Actor;
use domain::booking::PartySize;
use domain::contact::Contact;

fn is_public(context: &Context) -> bool {
    matches!(context.actor, Actor::Anonymous | Actor::Visitor { .. })
}

/// Counts the people whom places are about to be taken for, on so many dates. Everybody behind an unnamed proxy has the machine's own address, and a
/// booking succeeds while places exist: such a request is let through.
pub(super) async fn takes_places(
    services: &Services,
    context: &Context,
    network: &Network,
    (people, dates): (PartySize, usize),
) -> Result<(), BookingError> {
    let places = people.get().saturating_mul(u32::try_from(dates).unwrap_or(u32::MAX));
    count(services, context, (&limits::BOOKING_PER_NETWORK, places), network).await
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
    match limits::hit(services, &limits::LOOKUP_PER_NETWORK, network.as_str()).await {
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
