//! The PDF of a letter: drawn once, sealed, hashed.

use super::{LetterError, place};
use crate::Services;
use crate::crypto::CaseKey;
use crate::jobs::{Failure, Handlers, Job, Outcome};
use crate::messages::{self, LetterSheet};
use crate::spark::cases::{self, CaseError};
use crate::spark::review::digest;
use domain::Locale;
use domain::ids::{CaseId, LetterId};
use domain::spark::letter::{Facts, Kind, Letter, Version, letter};
use serde::{Deserialize, Serialize};
use store::spark::letters::{self as sql, LetterRow};

/// What the job holds: an id.
#[derive(Serialize, Deserialize)]
pub(super) struct Drawing {
    /// Of which letter.
    pub letter: LetterId,
}

impl Drawing {
    /// The job.
    pub(super) const JOB: &'static str = "spark.letter_drawn";
}

/// Adds what draws letters.
pub fn handlers(handlers: Handlers) -> Handlers {
    handlers.on(Drawing::JOB, draw)
}

async fn draw(services: Services, job: Job<Drawing>) -> Outcome {
    match by_id(&services, job.payload.letter).await {
        // A case that was forgotten meanwhile has no letters to be drawn any more.
        Ok(()) | Err(LetterError::Case(CaseError::Forgotten)) => Ok(()),
        Err(LetterError::Case(CaseError::Database(error))) => Err(error.into()),
        // A key made by another server a moment ago may not have arrived here yet.
        Err(LetterError::Case(CaseError::Crypto(_) | CaseError::Busy)) => Err(Failure::retry("letter_busy")),
        Err(LetterError::NoPaper) => Err(Failure::retry("letter_not_drawn")),
        Err(_) => Err(Failure::give_up("letter_unreadable")),
    }
}

async fn by_id(services: &Services, id: LetterId) -> Result<(), LetterError> {
    let row = sql::one(&services.db, id.0).await?.ok_or(CaseError::NotFound)?;
    if row.pdf_digest.is_some() {
        return Ok(());
    }
    let mut db = services.db.acquire().await?;
    let key = cases::key(services, &mut db, CaseId(row.case_id)).await?;
    drop(db);
    drawn(services, &row, &key).await.map(|_| ())
}

/// What a letter says, in its own language.
///
/// # Errors
/// `Forgotten`, `Crypto`, `Unreadable`.
pub(super) fn words(row: &LetterRow, key: &CaseKey) -> Result<Letter, LetterError> {
    words_in(row, key, Locale::from_tag(&row.locale))
}

/// The same in a language: of the same facts, by the same version of the texts.
///
/// # Errors
/// As [`words`].
pub(super) fn words_in(row: &LetterRow, key: &CaseKey, locale: Locale) -> Result<Letter, LetterError> {
    let sealed = row.content_sealed.as_deref().ok_or(CaseError::Forgotten)?;
    let plain = key.open(place("content_sealed", row.id), sealed)?;
    let facts: Facts = serde_json::from_slice(&plain).map_err(|_| CaseError::Unreadable)?;
    let number = u16::try_from(row.template).map_err(|_| CaseError::Unreadable)?;
    let version = Version::of(number).ok_or(CaseError::Unreadable)?;
    let kind = Kind::from_name(&row.kind).ok_or(CaseError::Unreadable)?;
    Ok(letter(version, kind, locale, &facts)?)
}

/// The PDF of a letter: as it was drawn, or drawn now and kept. However many draw it at once, one is kept and all get it.
///
/// # Errors
/// `Forgotten`, `NoPaper`, `Crypto`, `Unreadable`, `Database`.
pub(super) async fn drawn(services: &Services, row: &LetterRow, key: &CaseKey) -> Result<Vec<u8>, LetterError> {
    let at = place("pdf_sealed", row.id);
    if row.pdf_digest.is_none() {
        let sheet = LetterSheet { locale: Locale::from_tag(&row.locale), letter: words(row, key)? };
        let drawing = services.clone();
        let bytes = messages::drawn(move || sheet.pdf(&drawing)).await.map_err(|error| {
            tracing::error!(%error, "a letter could not be drawn");
            LetterError::NoPaper
        })?;
        let hash = digest(&bytes).map_err(CaseError::from)?;
        let sealed = key.seal(at, &bytes);
        if sql::draw(&services.db, row.id, (sealed.as_slice(), hash.0.as_slice()), services.clock.now()).await? {
            return Ok(bytes);
        }
    }
    let sealed = sql::pdf(&services.db, row.id).await?.ok_or(CaseError::Forgotten)?;
    Ok(key.open(at, &sealed)?)
}
