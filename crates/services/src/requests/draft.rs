//! The way to a request: typed as far as one got, the contact proven, sent.
//!
//! What was typed lives sealed in the draft, bound to the browser that typed it, also while it cannot be taken. The draft's
//! id is the idempotency key: pressing the last button twice asks once. What is added when it is
//! sent is each kind's own.

use super::{DraftId, Kind, Notice, RequestError, RequestId, Template, View, finished, run, tell};
use crate::account::{contact_index, forms};
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::limits::Network;
use crate::{Context, Services};
use domain::account::Capability;
use domain::contact::Contact;
use domain::requests::Machine;
use domain::typed::Typed;
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use std::sync::Arc;
use store::requests::drafts as sql;
use uuid::Uuid;

/// Days for which what was typed is kept, whether or not a request came of it.
pub const DRAFT_DAYS: i64 = 3;

/// A draft as whoever types it sees it.
#[derive(Clone, Debug)]
pub struct DraftView<K: Kind> {
    /// Draft.
    pub id: K::DraftId,
    /// What was typed so far.
    pub typed: Typed,
    /// The contact was proven.
    pub proven: bool,
    /// The request it became.
    pub request: Option<K::Id>,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

fn visitor_hash(services: &Services, visitor: &str) -> Vec<u8> {
    services.vault.blind_index("visitor", visitor)
}

fn place<K: Kind>(id: K::DraftId) -> Place {
    Place { table: K::DRAFT_TABLE, column: "sealed", row: id.into() }
}

/// Begins a form. `visitor` is the browser's own random token.
///
/// # Errors
/// `NetworkLimited`.
pub async fn begin<K: Kind>(
    services: &Services,
    context: &Context,
    visitor: &str,
    network: &Network,
) -> Result<K::DraftId, RequestError<K>> {
    context.require(Capability::BookForSelf)?;
    forms::count(services, context, K::FORMS, network).await?;
    let id: K::DraftId = context.new_id();
    let life = (context.now, context.now + SignedDuration::from_hours(24 * DRAFT_DAYS));
    let mut db = services.db.acquire().await?;
    let visitor = visitor_hash(services, visitor);
    sql::add(&mut db, K::OF, id.into(), &visitor, context.locale.tag(), life).await?;
    Ok(id)
}

/// The draft, for the browser that began it.
///
/// # Errors
/// `NotFound` for anybody else, and after its life.
pub async fn read<D: DraftId>(
    services: &Services,
    context: &Context,
    id: D,
    visitor: &str,
) -> Result<DraftView<D::Kind>, RequestError<D::Kind>> {
    let mut db = services.db.acquire().await?;
    let of = <D::Kind as Kind>::OF;
    let found = sql::draft(&mut db, of, id.into(), &visitor_hash(services, visitor), context.now).await?;
    let row = found.ok_or(RequestError::NotFound)?;
    let typed = match row.sealed {
        Some(sealed) => {
            let plain = services.vault.open_sealed(place::<D::Kind>(id), &sealed)?;
            serde_json::from_slice(&plain).map_err(|_| RequestError::Damaged("a draft"))?
        }
        None => Typed::default(),
    };
    Ok(DraftView {
        id,
        typed,
        proven: row.verified_at.is_some(),
        request: row.request_id.map(Into::into),
        expires_at: row.expires_at.to_jiff(),
    })
}

/// Keeps what was typed, whatever it is worth.
///
/// # Errors
/// `Database`.
pub async fn keep<K: Kind>(services: &Services, draft: &DraftView<K>, typed: &Typed) -> Result<(), RequestError<K>> {
    let plain = serde_json::to_vec(typed).map_err(|_| RequestError::Damaged("a draft"))?;
    let sealed = services.vault.seal(place::<K>(draft.id), &plain);
    let contact = Contact::parse(typed.field("contact")).ok();
    let index = contact.map(|contact| contact_index(&services.vault, &contact));
    let mut db = services.db.acquire().await?;
    Ok(sql::save(&mut db, K::OF, draft.id.into(), &sealed, index.as_deref()).await?)
}

fn subject<'a, K: Kind>(draft: &DraftView<K>, contact: &'a Contact) -> forms::Subject<'a> {
    forms::Subject { purpose: K::CODE, draft: draft.id.into(), contact }
}

/// Reads the whole form and sends a code to its contact, unless that was proven before. Keep what was typed first.
///
/// # Errors
/// `Fields`; `Limited`, `NetworkLimited` when too many codes were asked for.
pub async fn send<K: Kind>(
    services: &Services,
    context: &Context,
    draft: &DraftView<K>,
    network: &Network,
) -> Result<(), RequestError<K>> {
    let asked = K::asked(services, context, &draft.typed).await?;
    if draft.proven {
        return Ok(());
    }
    Ok(forms::send(services, context, subject(draft, K::contact(&asked)), network).await?)
}

/// Sends the code once more.
///
/// # Errors
/// `Limited` within a minute of the last one, or after too many; `NetworkLimited`; `Fields`.
pub async fn resend<K: Kind>(
    services: &Services,
    context: &Context,
    draft: &DraftView<K>,
    network: &Network,
) -> Result<(), RequestError<K>> {
    let asked = K::asked(services, context, &draft.typed).await?;
    Ok(forms::resend(services, context, subject(draft, K::contact(&asked)), network).await?)
}

/// Checks the code that was sent. Once proven, the contact stays proven for this draft.
///
/// # Errors
/// `Fields` with the code's fault; `StateHasChanged` when another contact was typed meanwhile; `NetworkLimited`.
pub async fn prove<K: Kind>(
    services: &Services,
    context: &Context,
    draft: &DraftView<K>,
    code: &str,
    network: &Network,
) -> Result<(), RequestError<K>> {
    if draft.proven || draft.request.is_some() {
        return Ok(());
    }
    let asked = K::asked(services, context, &draft.typed).await?;
    Ok(forms::prove(services, context, subject(draft, K::contact(&asked)), code, network).await?)
}

/// Makes the request of a proven draft. Repeating it answers the same request.
///
/// # Errors
/// `Fields` when something typed no longer holds; `TooMany`, or what the kind has against it; `NotFound` while the contact
/// is not proven.
pub async fn submit<K: Kind>(
    services: &Services,
    context: &Context,
    draft: &DraftView<K>,
) -> Result<K::Id, RequestError<K>> {
    context.require(Capability::BookForSelf)?;
    if let Some(request) = draft.request {
        return Ok(request);
    }
    let (draft, asked) = (draft.id, Arc::new(K::asked(services, context, &draft.typed).await?));
    run(|| {
        let (services, context, asked) = (services.clone(), context.clone(), Arc::clone(&asked));
        async move { submitted::<K>(&services, &context, draft, &asked).await }
    })
    .await
}

async fn submitted<K: Kind>(
    services: &Services,
    context: &Context,
    draft: K::DraftId,
    asked: &K::Asked,
) -> Result<K::Id, RequestError<K>> {
    let mut tx = services.begin().await?;
    let locked = sql::lock(&mut tx, K::OF, draft.into()).await?.ok_or(RequestError::NotFound)?;
    match (locked.request_id, locked.proven) {
        (Some(made), _) => return Ok(made.into()), // the second press
        (None, true) => {}
        (None, false) => return Err(RequestError::NotFound),
    }
    let id = made::<K>(services, context, &mut tx, draft, asked).await?;
    finished(services, tx).await?;
    Ok(id)
}

/// The request of a form that is locked, with its line in the trail and the message that it is here.
pub(super) async fn made<K: Kind>(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    draft: K::DraftId,
    asked: &K::Asked,
) -> Result<K::Id, RequestError<K>> {
    let (id, detail) = K::add(services, context, db, draft, asked).await?;
    sql::became(db, K::OF, draft.into(), id.into()).await?;
    let action = K::action(K::State::SUBMIT);
    let entry = Entry { action, subject_kind: K::TABLE, subject: Some(id.into()), detail };
    audit::record(db, context, &[entry]).await?;
    tell::<K>(db, context.now, &[Notice::now(id, K::Template::RECEIVED)]).await?;
    Ok(id)
}

/// The request a draft has just become, for the browser that made it.
///
/// # Errors
/// `NotFound`, `Database`.
pub async fn own<I: RequestId>(
    services: &Services,
    context: &Context,
    draft: &DraftView<I::Kind>,
    id: I,
) -> Result<View<I::Kind>, RequestError<I::Kind>> {
    let mut db = services.db.acquire().await?;
    let of = <I::Kind as Kind>::OF;
    let locked = sql::lock(&mut db, of, draft.id.into()).await?.ok_or(RequestError::NotFound)?;
    let id_of: Uuid = id.into();
    if locked.request_id != Some(id_of) {
        return Err(RequestError::NotFound);
    }
    I::Kind::load(services, &mut db, id, context.now).await?.ok_or(RequestError::NotFound)
}
