//! What a booking's other readers are told of the group behind it: the door, the booking's own page, staff.

use super::kind::GroupError;
use super::view::open_readable;
use crate::{Context, Services};
use domain::ids::{BookingId, GroupRequestId};
use store::groups::requests as sql;

/// The group behind a booking.
#[derive(Clone, Debug)]
pub struct GroupOfBooking {
    /// Its request.
    pub request: GroupRequestId,
    /// Who comes.
    pub organisation: String,
    /// How many, accompanying adults not counted.
    pub members: u32,
    /// Adults with them.
    pub adults: u32,
    /// The signed link to the request.
    pub link: String,
}

/// The group a booking is of, if it is one of a group. The caller has asked whether the one who asks may see the booking.
///
/// # Errors
/// `Database`.
pub async fn of_booking(
    services: &Services,
    context: &Context,
    booking: BookingId,
) -> Result<Option<GroupOfBooking>, GroupError> {
    let mut db = services.db.acquire().await?;
    let Some(row) = sql::of_booking(&mut db, booking.0).await? else { return Ok(None) };
    // A booking is looked at, and let in, also when what is known of its group cannot be read.
    let request = open_readable(services, &mut db, vec![row], context.now).await?.pop();
    Ok(request.map(|request| GroupOfBooking {
        request: request.id,
        members: request.members,
        adults: request.adults,
        link: super::manage_link(services, &request),
        organisation: request.organisation,
    }))
}
