//! The coordinator's desk: the board, and what is put into the itinerary.

use super::kind::{Bus, BusError, RequestView};
use super::view::open;
use crate::messages::BusTemplate;
use crate::requests::{one, settle_due};
use crate::{Context, Services};
use domain::account::Capability;
use domain::bus::{City, Event};
use domain::ids::BusRequestId;
use jiff::SignedDuration;
use std::collections::HashMap;
use store::bus::{requests as sql, stops};
use store::requests::rows::Words;

/// How long a request that is over stays on the board.
const SHOWN_AFTER: SignedDuration = SignedDuration::from_hours(24 * 14);
/// How far back and ahead the board looks for stops.
const AROUND: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Every request under way, and what ended in the last fortnight; the oldest first. Particulars print masked.
///
/// # Errors
/// `Denied`.
pub async fn board(services: &Services, context: &Context, city: Option<City>) -> Result<Vec<RequestView>, BusError> {
    context.require(Capability::DispatchBus)?;
    settle_due::<Bus>(services).await?;
    let mut db = services.db.acquire().await?;
    let rows = sql::board(&mut db, city.map(City::code), context.now - SHOWN_AFTER).await?;
    let kept = stops::between(&mut db, context.now - AROUND, context.now + AROUND).await?;
    let mut kept: HashMap<_, _> = kept.into_iter().map(|stop| (stop.request_id, stop)).collect();
    rows.into_iter()
        .map(|row| {
            let stop = kept.remove(&row.id);
            open(services, row, stop, context.now)
        })
        .collect()
}

/// Ends the proposals nobody answered in time, each in a transaction of its own. How many.
///
/// # Errors
/// `Database`.
pub async fn lapse_due(services: &Services) -> Result<usize, BusError> {
    settle_due::<Bus>(services).await
}

/// Puts an accepted request into the itinerary: from now on it stands on the public schedule.
///
/// # Errors
/// `Denied`, `Refused`, `StateHasChanged`.
pub async fn to_itinerary(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: i32,
) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    let change = (Event::Schedule, Words::default());
    one::<Bus>(services, context, id, Some(version), change, Some(BusTemplate::Scheduled)).await
}
