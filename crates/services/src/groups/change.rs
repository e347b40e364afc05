//! What only a group does with its request: cancelling the booking it became, becoming smaller.

use super::kind::{GroupError, Groups, Handle, RequestView};
use super::office::read_policy;
use crate::booking::within::lock_for;
use crate::booking::{self, manage_link as booking_link};
use crate::requests::{self, Kind, finished, locked, note, resolve, run};
use crate::{Context, Services};
use domain::field::{Faults, FieldError};
use domain::groups::{State, smaller as read_smaller};
use domain::ids::GroupRequestId;
use serde_json::json;
use store::groups::requests as sql;

/// The group takes its request back; where it is a booking already, that is cancelled, under the rules of bookings. Its
/// places are free at once.
///
/// # Errors
/// As [`answer`]; `Booking` when the booking can no longer be cancelled.
pub async fn withdraw(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    let request = Groups::load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)?;
    drop(db);
    if request.state == State::Approved {
        return cancel_booking(services, context, &request).await;
    }
    requests::withdraw(services, context, handle, version).await
}

async fn cancel_booking(services: &Services, context: &Context, request: &RequestView) -> Result<(), GroupError> {
    let booked = request.booking.ok_or(GroupError::Damaged("an approved request without a booking"))?;
    let handle = booking::Handle::Link(booking_link(services, booked.booking, booked.span.ends_at));
    booking::cancel(services, context, handle, None).await?;
    requests::settle::<Groups>(services, context, request.id).await
}

/// The group becomes smaller. Of a booking the places go to those who wait; of a request what was kept is less.
///
/// # Errors
/// As [`answer`]; `Booking` when the booking can no longer be changed.
pub async fn smaller(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    (members, adults): (&str, &str),
) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    let request = Groups::load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)?;
    let (_, policy) = read_policy(&mut db).await?;
    drop(db);
    // The second press of a double tap: the first has made it so.
    let wanted = (members.trim().parse().ok(), adults.trim().parse().ok());
    let next_version = version.map(|version| version.saturating_add(1));
    if next_version == Some(request.version) && wanted == (Some(request.members), Some(request.adults)) {
        return Ok(());
    }
    let mut faults = Faults::default();
    let now = (request.members, request.adults);
    let read = read_smaller(&policy, request.ages, now, (members, adults), &mut faults);
    let to = read.ok_or_else(|| GroupError::Fields(faults.into_errors()))?;
    if version.is_some_and(|version| version != request.version) {
        return Err(GroupError::StateHasChanged);
    }
    if request.state == State::Approved {
        let booked = request.booking.ok_or(GroupError::Damaged("an approved request without a booking"))?;
        let handle = booking::Handle::Link(booking_link(services, booked.booking, booked.span.ends_at));
        let party = booking::within::party(to.0 + to.1, request.ages.under_14(to.0))?;
        let changed = booking::change_party(services, context, handle, None, party).await;
        changed.map_err(|error| under(error.into(), "members"))?;
    }
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { resize(&services, &context, id, to).await }
    })
    .await
}

/// A fault of the engine's form stands under the group's own field.
fn under(error: GroupError, field: &str) -> GroupError {
    match error {
        GroupError::Fields(errors) => {
            GroupError::Fields(errors.into_iter().map(|error| FieldError::new(field, error.fault)).collect())
        }
        other => other,
    }
}

async fn resize(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    (members, adults): (u32, u32),
) -> Result<(), GroupError> {
    let mut tx = services.begin().await?;
    let request = locked::<Groups>(services, context, &mut tx, id, None).await?;
    // How many people an approved group is says its booking, which has become smaller by now.
    let fewer = members <= request.members && adults <= request.adults;
    if !(request.state == State::Approved || (request.state.is_pending() && fewer)) {
        return Err(GroupError::StateHasChanged);
    }
    sql::resize(&mut tx, id.0, members as i32, adults as i32, context.now).await?;
    if let (Some((session, hold)), Some((_, until))) = (request.hold, request.kept) {
        let sessions = lock_for(services, context, &mut tx, [session]).await?;
        sessions.renew(&mut tx, session, hold, (members + adults, until)).await?;
    }
    let detail = json!({ "from": [request.members, request.adults], "to": [members, adults] });
    note::<Groups>(context, &mut tx, id, "group.resized", detail).await?;
    finished(services, tx).await
}

/// Writes down what has happened to groups' requests by itself. How many.
///
/// # Errors
/// `Database`.
pub async fn settle_due(services: &Services) -> Result<usize, GroupError> {
    requests::settle_due::<Groups>(services).await
}
