//! What is counted of the public, by the network it comes from: forms begun, codes asked for and tried, links that lead
//! nowhere. Staff are never counted here.

use super::BusError;
use crate::limits::{self, Limit, Network};
use crate::{Context, Services};
use domain::account::Actor;

fn is_public(context: &Context) -> bool {
    matches!(context.actor, Actor::Anonymous | Actor::Visitor { .. })
}

/// Counts something the public is about to do. Everybody behind an unnamed proxy has the machine's own address: such a
/// request is let through.
pub(super) async fn count(
    services: &Services,
    context: &Context,
    limit: &Limit,
    network: &Network,
) -> Result<(), BusError> {
    if is_public(context) && network.is_elsewhere() {
        limits::hit(services, limit, network.as_str()).await?;
    }
    Ok(())
}

/// Counts a link that led nowhere and answers what to say of it: `NotFound`, or `NetworkLimited` to a network that tries
/// many. A good link is let in without asking: it carries its own signature.
pub async fn led_nowhere(services: &Services, context: &Context, network: &Network) -> BusError {
    if !is_public(context) {
        return BusError::NotFound;
    }
    match limits::hit(services, &limits::LOOKUP_PER_NETWORK, network.as_str()).await {
        Ok(_) => BusError::NotFound,
        Err(error) => error.into(),
    }
}
