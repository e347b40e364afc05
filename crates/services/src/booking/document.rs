//! Identity documents, where an activity asks for them: kept sealed from the first moment, first in the draft and then
//! beside the booking, and found again by a keyed hash alone, so that limits count a document as they count a contact.
//!
//! A document is opened whole in one place only, for staff who say why. Who waits leaves none: it is asked for with the
//! offer. A cancelled booking forgets its own at once; otherwise a clock deletes it (`privacy::Term::Document`).

use super::BookingError;
use super::change::policy_of;
use super::draft::DraftView;
use super::view::open;
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::document::Document;
use domain::field::Fault;
use domain::ids::{BookingId, DraftId, SessionId};
use store::booking::{bookings, claims, drafts};

/// Keyed hash of an identity document, as limits compare it.
pub(super) fn document_index(services: &Services, document: &Document) -> Vec<u8> {
    services.vault.blind_index("document", document.counted())
}

fn place(id: DraftId) -> Place {
    Place { table: "booking_draft", column: "document_sealed", row: id.0 }
}

pub(super) fn open_document(services: &Services, id: DraftId, sealed: &[u8]) -> Result<Document, BookingError> {
    let plain = services.vault.open_sealed(place(id), sealed)?;
    let text = String::from_utf8(plain).ok();
    text.as_deref().and_then(Document::from_comparable).ok_or(BookingError::Damaged("a draft's document"))
}

/// Keeps the document that was typed into a draft: as soon as it is read, whatever else of the form is not right yet. No page
/// shows it whole again, and nobody should have to type it twice.
///
/// # Errors
/// `Database`.
pub async fn keep_document(services: &Services, draft: &DraftView, document: &Document) -> Result<(), BookingError> {
    let sealed = services.vault.seal(place(draft.id), document.comparable().as_bytes());
    Ok(drafts::keep_document(&services.db, draft.id.0, &sealed).await?)
}

/// Whether the activity of a session asks for a document, as its rules are at this moment.
///
/// # Errors
/// `NotFound`, `Database`.
pub(super) async fn asks_document(services: &Services, session: SessionId) -> Result<bool, BookingError> {
    let mut db = services.db.acquire().await?;
    let found = claims::find_sessions(&mut db, &[session.0]).await?;
    Ok(policy_of(found.first().ok_or(BookingError::NotFound)?)?.identity.asks())
}

/// A document that was shown for a session, where its activity asks for one: what nobody asks for is not kept.
pub(super) async fn if_asked(
    services: &Services,
    session: SessionId,
    document: Option<&Document>,
) -> Result<Option<Document>, BookingError> {
    match document {
        Some(document) if asks_document(services, session).await? => Ok(Some(document.clone())),
        _ => Ok(None),
    }
}

/// The document of a booking whole, for staff with a reason; who looked and why stands in the audit trail, what was read
/// does not.
///
/// # Errors
/// `Denied` (also when the second factor is stale); `Fields` without a reason; `NotFound` where there is none (any more).
pub async fn reveal_document(
    services: &Services,
    context: &Context,
    booking: BookingId,
    reason: &str,
) -> Result<Document, BookingError> {
    context.require(Capability::RevealContact)?;
    let reason: String = reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(BookingError::field("reason", Fault::Required));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = bookings::booking(&mut tx, booking.0).await?.ok_or(BookingError::NotFound)?;
        let document = open(&services, row)?.document.ok_or(BookingError::NotFound)?;
        let entry = Entry {
            action: "booking.document_revealed",
            subject_kind: "booking",
            subject: Some(booking.0),
            detail: serde_json::json!({ "reason": reason }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(document)
    })
    .await
}
