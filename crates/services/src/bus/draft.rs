//! A school's way to a request: typed as far as one got, the contact proven, sent.
//!
//! What was typed lives sealed in the draft, bound to the browser that typed it, also while it cannot be taken. The
//! draft's id is the idempotency key: pressing the last button twice asks once.

use super::BusError;
use super::view::{RequestView, load, sealed};
use crate::account::{codes, contact_index, forms};
use crate::audit::{self, Entry};
use crate::crypto::{Place, random};
use crate::db::{self, to_the_end};
use crate::limits::{self, Network};
use crate::messages::{self, BusTemplate};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::Reference;
use domain::bus::{Details, Typed};
use domain::contact::Contact;
use domain::field::Faults;
use domain::ids::{BusDraftId, BusRequestId};
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use serde_json::json;
use store::bus::{drafts as sql, requests};

/// Days for which what was typed is kept, whether or not a request came of it.
pub const DRAFT_DAYS: i64 = 3;
/// Requests of one contact that may be under way: a district's office asks for several schools.
const UNDER_WAY: u32 = 6;

/// A draft as its school sees it.
#[derive(Clone, Debug)]
pub struct DraftView {
    /// Draft.
    pub id: BusDraftId,
    /// What was typed so far.
    pub typed: Typed,
    /// The contact was proven.
    pub proven: bool,
    /// The request it became.
    pub request: Option<BusRequestId>,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

fn visitor_hash(services: &Services, visitor: &str) -> Vec<u8> {
    services.vault.blind_index("visitor", visitor)
}

const fn place(id: BusDraftId) -> Place {
    Place { table: "bus_draft", column: "sealed", row: id.0 }
}

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
    context.require(Capability::BookForSelf)?;
    forms::count(services, context, &limits::BUS_PER_NETWORK, network).await?;
    let id: BusDraftId = context.new_id();
    let expires = context.now + SignedDuration::from_hours(24 * DRAFT_DAYS);
    let mut db = services.db.acquire().await?;
    sql::add(&mut db, id.0, &visitor_hash(services, visitor), context.locale.tag(), context.now, expires).await?;
    Ok(id)
}

/// The draft, for the browser that began it.
///
/// # Errors
/// `NotFound` for anybody else, and after its life.
pub async fn read(
    services: &Services,
    context: &Context,
    id: BusDraftId,
    visitor: &str,
) -> Result<DraftView, BusError> {
    let mut db = services.db.acquire().await?;
    let found = sql::draft(&mut db, id.0, &visitor_hash(services, visitor), context.now).await?;
    let row = found.ok_or(BusError::NotFound)?;
    let typed = match row.sealed {
        Some(sealed) => {
            let plain = services.vault.open_sealed(place(id), &sealed)?;
            serde_json::from_slice(&plain).map_err(|_| BusError::Damaged("a draft"))?
        }
        None => Typed::default(),
    };
    Ok(DraftView {
        id,
        typed,
        proven: row.verified_at.is_some(),
        request: row.request_id.map(BusRequestId),
        expires_at: row.expires_at.to_jiff(),
    })
}

/// Keeps what was typed, whatever it is worth.
///
/// # Errors
/// `Database`.
pub async fn keep(services: &Services, draft: &DraftView, typed: &Typed) -> Result<(), BusError> {
    let plain = serde_json::to_vec(typed).map_err(|_| BusError::Damaged("a draft"))?;
    let sealed = services.vault.seal(place(draft.id), &plain);
    let contact = Contact::parse(typed.field("contact")).ok();
    let index = contact.map(|contact| contact_index(&services.vault, &contact));
    let mut db = services.db.acquire().await?;
    Ok(sql::save(&mut db, draft.id.0, &sealed, index.as_deref()).await?)
}

fn details(context: &Context, typed: &Typed) -> Result<Details, BusError> {
    let mut faults = Faults::default();
    let read = Details::parse(typed, local_day(context.now), &mut faults);
    read.ok_or_else(|| BusError::Fields(faults.into_errors()))
}

/// Reads the whole form and sends a code to its contact, unless that was proven before. Keep what was typed first.
///
/// # Errors
/// `Fields`; `Limited`, `NetworkLimited` when too many codes were asked for.
pub async fn send(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    network: &Network,
) -> Result<(), BusError> {
    let details = details(context, &draft.typed)?;
    if draft.proven {
        return Ok(());
    }
    Ok(forms::send(services, context, subject(draft, &details), network).await?)
}

fn subject<'a>(draft: &DraftView, details: &'a Details) -> forms::Subject<'a> {
    forms::Subject { purpose: codes::Purpose::Bus, draft: draft.id.0, contact: &details.contact }
}

/// Sends the code once more.
///
/// # Errors
/// `Limited` within a minute of the last one, or after too many; `NetworkLimited`; `Fields`.
pub async fn resend(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    network: &Network,
) -> Result<(), BusError> {
    let details = details(context, &draft.typed)?;
    Ok(forms::resend(services, context, subject(draft, &details), network).await?)
}

/// Checks the code that was sent. Once proven, the contact stays proven for this draft.
///
/// # Errors
/// `Fields` with the code's fault; `StateHasChanged` when another contact was typed meanwhile; `NetworkLimited`.
pub async fn prove(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    code: &str,
    network: &Network,
) -> Result<(), BusError> {
    if draft.proven || draft.request.is_some() {
        return Ok(());
    }
    let details = details(context, &draft.typed)?;
    Ok(forms::prove(services, context, subject(draft, &details), code, network).await?)
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
    let (services, context, draft) = (services.clone(), context.clone(), draft.id);
    to_the_end(async move {
        let mut tx = db::begin(&services.db).await?;
        match sql::lock(&mut tx, draft.0).await? {
            Some((Some(request), _)) => return Ok(BusRequestId(request)),
            Some((None, true)) => {}
            Some((None, false)) | None => return Err(BusError::NotFound),
        }
        let index = contact_index(&services.vault, &details.contact);
        if requests::live_of_contact(&mut tx, &index).await? >= i64::from(UNDER_WAY) {
            return Err(BusError::TooMany { max: UNDER_WAY });
        }
        let row = row(&services, &context, draft, &details);
        let id = BusRequestId(row.id);
        requests::add(&mut tx, &row, context.now).await?;
        sql::became(&mut tx, draft.0, id.0).await?;
        let entry = Entry {
            action: "bus.requested",
            subject_kind: "bus_request",
            subject: Some(id.0),
            detail: json!({ "city": details.city.code(), "people": details.people }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        messages::queue_bus(&mut tx, context.now, id, BusTemplate::Received).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(id)
    })
    .await
}

/// The request a draft has just become, for the browser that made it.
///
/// # Errors
/// `NotFound`, `Database`.
pub async fn own(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    id: BusRequestId,
) -> Result<RequestView, BusError> {
    let mut db = services.db.acquire().await?;
    let (became, _) = sql::lock(&mut db, draft.id.0).await?.ok_or(BusError::NotFound)?;
    if became != Some(id.0) {
        return Err(BusError::NotFound);
    }
    load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)
}

/// The row of a new request. What names a person is sealed; the school and its street are public knowledge.
pub(super) fn row(
    services: &Services,
    context: &Context,
    draft: BusDraftId,
    details: &Details,
) -> requests::NewRequest {
    let id: BusRequestId = context.new_id();
    let seal = |column, text: &str| sealed(services, column, id, text);
    let index = Some(contact_index(&services.vault, &details.contact));
    let reached = |column| Some(seal(column, details.contact.expose()));
    let (phone_sealed, phone_index, mail_sealed, mail_index) = match details.contact {
        Contact::Phone(_) => (reached("phone_sealed"), index, None, None),
        Contact::Mail(_) => (None, None, reached("mail_sealed"), index),
    };
    requests::NewRequest {
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
        phone_sealed,
        phone_index,
        mail_sealed,
        mail_index,
        note_sealed: seal("note_sealed", &details.note),
    }
}
