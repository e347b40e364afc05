//! Identity documents, where an activity asks for them: kept sealed from the first moment, first in the draft or with the
//! offer and then beside the booking, and found again by a keyed hash alone, so that limits count a document as they count a
//! contact: that of a companion as that of who books.
//!
//! Documents are opened whole in one place only, for staff who say why. Who waits leaves none: they are asked for with the
//! offer. A cancelled booking forgets its own at once; otherwise a clock deletes them (`privacy::Term::Document`).

use super::BookingError;
use super::change::policy_of;
use super::draft::DraftView;
use super::view::{BookingView, open};
use crate::audit::{self, Entry};
use crate::crypto::Place;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{Party, Policy, documents_fit};
use domain::document::{Document, Shown, field_names};
use domain::field::{Fault, FieldError};
use domain::ids::{BookingId, SessionId};
use domain::time::local_day;
use jiff::Timestamp;
use store::booking::{bookings, claims, drafts};
use uuid::Uuid;

/// A table that keeps documents sealed.
#[derive(Clone, Copy)]
pub(super) struct Keeps(&'static str);

/// What was typed before a booking was made.
pub(super) const DRAFT: Keeps = Keeps("booking_draft");
/// What was typed with an offer of the waiting list.
pub(super) const WAITING: Keeps = Keeps("waiting_entry");
/// What was shown for a booking.
pub(super) const BOOKING: Keeps = Keeps("booking");

impl Keeps {
    /// The place of a row's documents.
    pub(super) const fn of(self, row: Uuid) -> Place {
        Place { table: self.0, column: "document_sealed", row }
    }
}

/// Keyed hash of an identity document, as limits compare it.
pub(super) fn document_index(services: &Services, document: &Document) -> Vec<u8> {
    services.vault.blind_index("document", document.counted())
}

/// The documents that are sealed at a place.
pub(super) fn open_documents(services: &Services, at: Place, sealed: Option<&[u8]>) -> Result<Shown, BookingError> {
    let Some(sealed) = sealed else { return Ok(Shown::default()) };
    let text = String::from_utf8(services.vault.open_sealed(at, sealed)?).ok();
    text.as_deref().and_then(Shown::from_comparable).ok_or(BookingError::Damaged("a document"))
}

/// The last four characters of the first `most` documents of a booking, as doors compare them.
pub(crate) fn ends_of_documents(
    services: &Services,
    booking: Uuid,
    sealed: &[u8],
    most: usize,
) -> Result<Vec<String>, BookingError> {
    let shown = open_documents(services, BOOKING.of(booking), Some(sealed))?.first(most);
    Ok(shown.all().map(|document| document.last_four().to_owned()).collect())
}

/// Keeps the documents that were typed into a draft by somebody who agreed to it: as soon as they are read, whatever else of
/// the form is not right yet. No page shows them whole again, and nobody should have to type them twice. Answers all that are there now. Two presses at
/// once lose none: each is added to what is there when its turn comes, not to what its page had seen.
///
/// # Errors
/// `Database`.
pub async fn keep_documents(services: &Services, draft: &DraftView, fresh: Shown) -> Result<Shown, BookingError> {
    if fresh.is_empty() {
        return Ok(draft.documents.clone());
    }
    let (services, id, seen) = (services.clone(), draft.id.0, draft.documents.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        // It may be a booking by now, and keeps nothing more.
        let Some(kept) = drafts::lock_documents(&mut *tx, id).await? else { return Ok(seen.and(fresh)) };
        let before = open_documents(&services, DRAFT.of(id), kept.as_deref())?;
        let all = before.clone().and(fresh);
        if all != before {
            let sealed = services.vault.seal(DRAFT.of(id), all.comparable().as_bytes());
            drafts::keep_documents(&mut *tx, id, &sealed).await?;
        }
        tx.commit().await?;
        Ok(all)
    })
    .await
}

async fn rules_of(services: &Services, session: SessionId) -> Result<(Policy, Timestamp), BookingError> {
    let mut db = services.db.acquire().await?;
    let found = claims::find_sessions(&mut db, &[session.0]).await?;
    let found = found.first().ok_or(BookingError::NotFound)?;
    Ok((policy_of(found)?, found.starts_at.to_jiff()))
}

/// Whether the activity of a session asks for a document, as its rules are at this moment.
///
/// # Errors
/// `NotFound`, `Database`.
pub(super) async fn asks_document(services: &Services, session: SessionId) -> Result<bool, BookingError> {
    Ok(rules_of(services, session).await?.0.identity.asks())
}

/// Of the documents that were shown for a session those its activity asks a party for: what nobody asks for is not kept. The
/// public shows all of them; staff ask in person and type what they like. Where none was shown, whoever decides under the
/// session's lock says whether any is missing.
pub(super) async fn if_asked(
    services: &Services,
    session: SessionId,
    (party, all): (Party, bool),
    shown: &Shown,
) -> Result<Shown, BookingError> {
    if shown.is_empty() {
        return Ok(Shown::default());
    }
    let (policy, starts_at) = rules_of(services, session).await?;
    let shown = shown.clone().first(policy.identity.of(party.people.get()));
    // With the gaps staff may leave: a fault stands beside the person it was typed for.
    documents_fit(&policy, (party, all), local_day(starts_at), &shown).map_err(BookingError::Fields)?;
    Ok(if all { shown } else { shown.without_gaps() })
}

/// [`if_asked`] of a party that takes an offer. How many children come was said when it joined the list, and cannot be said
/// again: where the birth dates say otherwise, they are right.
pub(super) async fn agreed(
    services: &Services,
    session: SessionId,
    party: Party,
    shown: &Shown,
) -> Result<(Party, Shown), BookingError> {
    if shown.is_empty() {
        return Ok((party, Shown::default()));
    }
    let (policy, starts_at) = rules_of(services, session).await?;
    let needed = policy.identity.of(party.people.get());
    let shown = shown.clone().first(needed);
    shown.complete(needed).map_err(BookingError::Fields)?;
    let party = shown.corrected(party, local_day(starts_at));
    Ok((party, shown))
}

/// So many documents are there as are asked for.
///
/// # Errors
/// `Fields` with each person whose document is missing.
pub(super) fn all_there(there: usize, needed: usize) -> Result<(), BookingError> {
    let missing: Vec<_> = (there..needed).map(|n| FieldError::new(field_names(n).0, Fault::Required)).collect();
    if missing.is_empty() { Ok(()) } else { Err(BookingError::Fields(missing)) }
}

/// The documents of a booking that the house closed, as far as the session it is exchanged for still asks for them.
pub(super) async fn taken_along(
    services: &Services,
    session: SessionId,
    old: &BookingView,
) -> Result<Shown, BookingError> {
    if old.documents.is_empty() {
        return Ok(Shown::default());
    }
    let (policy, _) = rules_of(services, session).await?;
    Ok(old.documents.clone().first(policy.identity.of(old.party.people.get())))
}

/// Of a party that becomes another one, the documents of those who still come; `None` where they stay as they are. Nobody guesses who leaves:
/// where more documents are there than people will come, whoever changes the booking says who it is.
pub(super) fn still_coming(
    documents: &Shown,
    (before, after): (u32, u32),
    stay: Option<&[usize]>,
) -> Result<Option<Shown>, BookingError> {
    let (there, after) = (documents.all().count(), after as usize);
    let choose = || BookingError::field("stay", Fault::StayChoose { people: after as u32 });
    match stay {
        // That of who books alone stands for the whole party.
        _ if there < 2 => Ok(None),
        None if after >= there => Ok(None),
        None => Err(choose()),
        Some(stay) => {
            let staying = documents.staying(stay);
            let stay = staying.all().count();
            let leave = (before as usize).saturating_sub(after);
            let right = stay > 0 && stay <= after && there - stay <= leave;
            right.then_some(Some(staying)).ok_or_else(choose)
        }
    }
}

/// The documents of those who still come, as they are written.
pub(super) fn sealed(services: &Services, booking: Uuid, documents: &Shown) -> Option<bookings::Staying> {
    let mut indexes = documents.all().map(|document| document_index(services, document));
    Some(bookings::Staying {
        first: indexes.next()?,
        companions: indexes.collect(),
        sealed: services.vault.seal(BOOKING.of(booking), documents.comparable().as_bytes()),
    })
}

/// The documents of a booking whole, for staff with a reason; who looked and why stands in the audit trail, what was read
/// does not.
///
/// # Errors
/// `Denied` (also when the second factor is stale); `Fields` without a reason; `NotFound` where there is none (any more).
pub async fn reveal_documents(
    services: &Services,
    context: &Context,
    booking: BookingId,
    reason: &str,
) -> Result<Shown, BookingError> {
    context.require(Capability::RevealContact)?;
    let reason: String = reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(BookingError::field("reason", Fault::Required));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = bookings::booking(&mut tx, booking.0).await?.ok_or(BookingError::NotFound)?;
        let documents = open(&services, row)?.documents;
        if documents.is_empty() {
            return Err(BookingError::NotFound);
        }
        let entry = Entry {
            action: "booking.document_revealed",
            subject_kind: "booking",
            subject: Some(booking.0),
            detail: serde_json::json!({ "reason": reason }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(documents)
    })
    .await
}
