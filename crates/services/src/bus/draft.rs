//! A school's way to a request: its form, and sending it.

use super::kind::{Bus, BusError, DraftView};
use crate::account::contact_index;
use crate::audit::{self, Entry};
use crate::crypto::random;
use crate::limits::Network;
use crate::messages::{self, BusTemplate};
use crate::requests::{self, Ready, finished, reached, ready, run, sealed};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Reference;
use domain::bus::{Details, Typed};
use domain::field::Faults;
use domain::ids::{BusDraftId, BusRequestId};
use domain::time::local_day;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use store::bus::requests as sql;
use store::requests as drafts;

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

/// Makes the request of a proven draft. Repeating it answers the same request.
///
/// # Errors
/// `Fields` when a day has become too soon meanwhile; `TooMany`; `NotFound` while the contact is not proven.
pub async fn submit(services: &Services, context: &Context, draft: &DraftView) -> Result<BusRequestId, BusError> {
    context.require(Capability::BookForSelf)?;
    if let Some(request) = draft.request {
        return Ok(request);
    }
    let details = details(context, &draft.typed)?;
    let draft = draft.id;
    run(|| {
        let (services, context, details) = (services.clone(), context.clone(), details.clone());
        async move { submitted(&services, &context, draft, &details).await }
    })
    .await
}

async fn submitted(
    services: &Services,
    context: &Context,
    draft: BusDraftId,
    details: &Details,
) -> Result<BusRequestId, BusError> {
    let mut tx = services.begin().await?;
    if let Ready::Made(request) = ready::<Bus>(&mut tx, draft).await? {
        return Ok(request);
    }
    let index = contact_index(&services.vault, &details.contact);
    if sql::live_of_contact(&mut tx, &index).await? >= i64::from(UNDER_WAY) {
        return Err(BusError::TooMany { max: UNDER_WAY });
    }
    let row = row(services, context, draft, details);
    let id = BusRequestId(row.id);
    sql::add(&mut tx, &row, context.now).await?;
    drafts::became(&mut tx, drafts::Of::Bus, draft.0, id.0).await?;
    let entry = Entry {
        action: "bus.requested",
        subject_kind: "bus_request",
        subject: Some(id.0),
        detail: json!({ "city": details.city.code(), "people": details.people }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    messages::queue_bus(&mut tx, context.now, id, BusTemplate::Received).await?;
    finished(services, tx).await?;
    Ok(id)
}

/// The row of a new request. What names a person is sealed; the school and its street are public knowledge.
pub(super) fn row(services: &Services, context: &Context, draft: BusDraftId, details: &Details) -> sql::NewRequest {
    let id: BusRequestId = context.new_id();
    let seal = |column, text: &str| sealed::<Bus>(services, column, id, text);
    let reached = reached::<Bus>(services, id, &details.contact);
    sql::NewRequest {
        id: id.0,
        draft_id: draft.0,
        reference: Reference::from_random(random()).as_str().to_owned(),
        organisation: details.organisation.clone(),
        audience: details.audience.name().to_owned(),
        ages: details.ages.clone(),
        people: details.people as i32,
        city: details.city.code().to_owned(),
        x: i32::from(details.place.x),
        y: i32::from(details.place.y),
        address: details.address.clone(),
        days: details.days.iter().map(|day| day.to_sqlx()).collect(),
        half_day: details.half_day.name().to_owned(),
        parking_m: i32::from(details.parking_m),
        power: details.power,
        indoor: details.indoor,
        locale: context.locale.tag().to_owned(),
        name_sealed: seal("name_sealed", details.name.as_str()),
        post_sealed: seal("post_sealed", &details.post),
        phone_sealed: reached.phone_sealed,
        phone_index: reached.phone_index,
        mail_sealed: reached.mail_sealed,
        mail_index: reached.mail_index,
        note_sealed: seal("note_sealed", &details.note),
    }
}
