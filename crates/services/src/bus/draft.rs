//! A school's way to a request: its form, and sending it.

use super::kind::{Bus, BusError};
use crate::account::contact_index;
use crate::limits::Network;
use crate::requests::{self, Asker, count_under_way, fresh};
use crate::{Context, Services};
use domain::bus::{Details, Typed};
use domain::field::Faults;
use domain::ids::{BusDraftId, BusRequestId};
use domain::time::local_day;
use jiff_sqlx::ToSqlx;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::bus::requests as sql;

/// Requests of one contact that may be under way: a district's office asks for several schools.
const UNDER_WAY: u32 = 6;

/// Begins a form. `visitor` is the browser's own random token.
///
/// # Errors
/// `NetworkLimited`.
pub async fn begin(
    services: &Services,
    context: &Context,
    visitor: &str,
    network: &Network,
) -> Result<BusDraftId, BusError> {
    requests::begin::<Bus>(services, context, visitor, network).await
}

/// Reads the whole form.
pub(super) fn details(context: &Context, typed: &Typed) -> Result<Details, BusError> {
    let mut faults = Faults::default();
    let read = Details::parse(typed, local_day(context.now), &mut faults);
    read.ok_or_else(|| BusError::Fields(faults.into_errors()))
}

/// Adds the request of a form, unless its contact has too many under way.
pub(super) async fn add(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    draft: BusDraftId,
    details: &Details,
) -> Result<(BusRequestId, Value), BusError> {
    let index = contact_index(&services.vault, &details.contact);
    if count_under_way::<Bus>(db, &index).await? >= i64::from(UNDER_WAY) {
        return Err(BusError::TooMany { max: UNDER_WAY });
    }
    let row = row(services, context, draft, details);
    sql::add(db, &row, context.now).await?;
    let detail = json!({ "city": details.city.code(), "people": details.people });
    Ok((BusRequestId(row.common.id), detail))
}

/// The row of a new request. The school and its street are public knowledge.
pub(super) fn row(services: &Services, context: &Context, draft: BusDraftId, details: &Details) -> sql::NewRequest {
    let Details { name, post, contact, note, organisation, city, .. } = details;
    let asker = Asker { organisation, city: *city, name, post, contact, note };
    sql::NewRequest {
        common: fresh::<Bus>(services, context, draft, &asker),
        audience: details.audience.name().to_owned(),
        ages: details.ages.clone(),
        people: details.people as i32,
        x: i32::from(details.place.x),
        y: i32::from(details.place.y),
        address: details.address.clone(),
        days: details.days.iter().map(|day| day.to_sqlx()).collect(),
        half_day: details.half_day.name().to_owned(),
        parking_m: i32::from(details.parking_m),
        power: details.power,
        indoor: details.indoor,
    }
}
