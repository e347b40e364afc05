//! What is counted of the public, by the network it comes from: taking places, asking for codes and trying
//! them, and trying links that lead nowhere.
//!
//! Staff and machines are never counted here; a machine has limits of its own. A draft whose places are kept was counted
//! when they were taken, so that nobody who is filling in the form is turned away at its last button.

use super::BookingError;
use crate::limits::{self, Limit, LimitError, Network};
use crate::{Context, Services};
use domain::account::Actor;

fn is_public(context: &Context) -> bool {
    matches!(context.actor, Actor::Anonymous | Actor::Visitor { .. })
}

/// Counts that places are about to be taken. Everybody behind an unnamed proxy has the machine's own address, and a
/// booking succeeds while places exist: such a request is let through.
pub(super) async fn takes_places(
    services: &Services,
    context: &Context,
    network: &Network,
) -> Result<(), BookingError> {
    count(services, context, &limits::BOOKING_PER_NETWORK, network).await
}

/// Counts that a code is about to be sent: one machine must not spend the whole house's codes, nor pester many strangers.
pub(super) async fn asks_for_a_code(
    services: &Services,
    context: &Context,
    network: &Network,
) -> Result<(), BookingError> {
    count(services, context, &limits::CODE_PER_NETWORK, network).await
}

/// Counts that a code is about to be tried.
pub(super) async fn tries_a_code(
    services: &Services,
    context: &Context,
    network: &Network,
) -> Result<(), BookingError> {
    count(services, context, &limits::CODE_TRIES_PER_NETWORK, network).await
}

async fn count(services: &Services, context: &Context, limit: &Limit, network: &Network) -> Result<(), BookingError> {
    if is_public(context) && network.is_elsewhere() {
        limits::hit(services, limit, network.as_str()).await?;
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
