//! The coordinator's desk: the board, a request, what is asked, refused, put into the itinerary.

use super::BusError;
use super::change::{lapse_due, one, words};
use super::view::{RequestView, load, open, sealed};
use crate::audit::{self, Entry};
use crate::db;
use crate::messages::BusTemplate;
use crate::{Context, Services};
use domain::account::Capability;
use domain::bus::{City, Event};
use domain::field::Fault;
use domain::ids::BusRequestId;
use jiff::SignedDuration;
use serde_json::json;
use std::collections::HashMap;
use store::bus::requests::{self as sql, Change};
use store::bus::stops;
use store::messages::MessageRow;

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
    lapse_due(services).await?;
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

/// One request, particulars masked when printed.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn request(services: &Services, context: &Context, id: BusRequestId) -> Result<RequestView, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)
}

/// The messages about a request, in order.
///
/// # Errors
/// `Denied`.
pub async fn messages(services: &Services, context: &Context, id: BusRequestId) -> Result<Vec<MessageRow>, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    Ok(sql::messages(&mut db, id.0).await?)
}

/// Asks the school for something.
///
/// # Errors
/// `Denied`, `Fields`, `Refused`, `StateHasChanged`.
pub async fn ask(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: i32,
    text: &str,
) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    let text = words("question", text)?;
    let change = Change { question_sealed: Some(sealed(services, "question_sealed", id, &text)), ..Change::default() };
    one(services, context, id, Some(version), Event::Ask, change, Some(BusTemplate::Asked)).await
}

/// Refuses a request, with a reason the school reads. Vehicle and crew are free at once.
///
/// # Errors
/// As [`ask`].
pub async fn refuse(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: i32,
    reason: &str,
) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    let reason = words("reason", reason)?;
    let change = Change { reason_sealed: Some(sealed(services, "reason_sealed", id, &reason)), ..Change::default() };
    one(services, context, id, Some(version), Event::Refuse, change, Some(BusTemplate::Refused)).await
}

/// Puts an accepted request into the itinerary: from now on it stands on the public schedule.
///
/// # Errors
/// As [`ask`].
pub async fn to_itinerary(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: i32,
) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    one(services, context, id, Some(version), Event::Schedule, Change::default(), Some(BusTemplate::Scheduled)).await
}

/// A request whose coordinator may be shown in full, for staff with a reason; who looked and why stands in the trail.
///
/// # Errors
/// `Denied` (also when the second factor is stale); `Fields` without a reason.
pub async fn reveal(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    reason: &str,
) -> Result<RequestView, BusError> {
    context.require(Capability::RevealBusContact)?;
    let reason: String = reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(BusError::field("reveal_reason", Fault::Required));
    }
    let mut tx = db::begin(&services.db).await?;
    let request = load(services, &mut tx, id, context.now).await?.ok_or(BusError::NotFound)?;
    let entry = Entry {
        action: "bus.contact_revealed",
        subject_kind: "bus_request",
        subject: Some(id.0),
        detail: json!({ "reason": reason }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(request)
}
