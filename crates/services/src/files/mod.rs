//! Files people send. What comes in is not believed: a scanner looks it over first where
//! the house has one ([`scan`]), its kind is read from its bytes, a picture is decoded within bounds and
//! written anew, so that nothing of what was sent remains but its pixels, and a PDF that could do something is refused
//! ([`check`]). What is kept is sealed, each file for itself, and lies under a name of ours: in the database, or in a folder
//! by configuration. Nothing here is ever served by its own address: a room asks its policy and hands the bytes out.
//!
//! A file is written before the change that uses it commits and belongs to nothing until then; one that belongs to nothing
//! (any more) is swept away, bytes first.

mod blobs;
mod check;
#[cfg(test)]
mod memory;
mod paper;
mod pdf;
mod picture;
mod scan;
mod sent;
pub(crate) mod specimen;

pub use blobs::{BlobError, Blobs, Database, Folder};
pub use check::{Accept, Checked, Kind};
pub use paper::Paper;
pub use scan::{Clamd, NoScanner, ScanError, Scanner, Verdict};
pub use sent::{NewPicture, PictureWords};

use crate::crypto::{CaseKey, Place};
use crate::{Context, Services};
use domain::field::Fault;
use domain::files::{Format, Refusal};
use domain::ids::FileId;
use jiff::SignedDuration;
use sqlx::PgConnection;
use store::files as sql;

/// What was written and never used is swept after this long: no change takes longer.
const UNUSED_AFTER: SignedDuration = SignedDuration::from_hours(2);
/// Files of one sweep.
const BATCH: i64 = 200;

/// Why a file was not kept or not read.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file is none that is taken, and why.
    #[error("refused: {0:?}")]
    Refused(Fault),
    /// Too many are being looked at: again in a moment.
    #[error("busy")]
    Busy,
    /// It is not there.
    #[error("not found")]
    NotFound,
    /// It does not open.
    #[error("damaged")]
    Damaged,
    /// Its place cannot be reached.
    #[error(transparent)]
    Blobs(#[from] BlobError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

const fn place(id: FileId) -> Place {
    Place { table: "file_content", column: "sealed", row: id.0 }
}

/// Looks at what was sent and keeps what may be kept of it. It belongs to nothing yet: [`take`] it in the transaction of
/// what uses it.
///
/// # Errors
/// `Refused`, `Busy`, `Blobs`.
pub async fn keep(
    services: &Services,
    context: &Context,
    bytes: Vec<u8>,
    accept: Accept,
) -> Result<(FileId, Checked), FileError> {
    let checked = check::check(services.scanner.as_deref(), bytes, accept).await?;
    Ok((put(services, context, accept, &checked).await?, checked))
}

/// Looks at a picture and keeps it in several sizes, the smallest first, each a file of its own: with the longer side that
/// `accept` allows, and with those of `smaller` that are below its own. They belong to nothing yet.
///
/// # Errors
/// As [`keep`].
pub async fn keep_in_sizes(
    services: &Services,
    context: &Context,
    bytes: Vec<u8>,
    accept: Accept,
    smaller: &'static [u32],
) -> Result<Vec<(FileId, Checked)>, FileError> {
    let mut kept = Vec::new();
    for checked in check::check_in_sizes(services.scanner.as_deref(), bytes, accept, smaller).await? {
        kept.push((put(services, context, accept, &checked).await?, checked));
    }
    Ok(kept)
}

/// Writes what was looked at.
async fn put(services: &Services, context: &Context, accept: Accept, checked: &Checked) -> Result<FileId, FileError> {
    let id: FileId = context.new_id();
    let size = i32::try_from(checked.bytes.len()).map_err(|_| FileError::Refused(accept.too_large()))?;
    sql::add(&services.db, id.0, checked.kind.name(), size, context.now).await?;
    services.blobs.put(id, services.vault.seal(place(id), &checked.bytes)).await?;
    Ok(id)
}

/// Whether a paper was scanned, before anything else looks at it. Where the house has no scanner it is not, and nothing goes
/// on but in development.
///
/// # Errors
/// `Harmful`; `Unscanned` where nobody can say.
pub(crate) async fn scanned(services: &Services, bytes: &[u8]) -> Result<bool, Refusal> {
    match services.scanner.as_deref() {
        Some(scanner) => match check::looked_over(scanner, bytes).await {
            Ok(()) => Ok(true),
            Err(Fault::FileHarmful) => Err(Refusal::Harmful),
            Err(_) => Err(Refusal::Unscanned),
        },
        None if services.settings.development => Ok(false),
        None => Err(Refusal::Unscanned),
    }
}

/// Reads a paper to its end as what its name says it is, beside the threads that answer requests: `Ok(Err(_))` where it is not
/// taken.
///
/// # Errors
/// `Busy`.
pub(crate) async fn paper(bytes: Vec<u8>, claimed: Format, pages: u32) -> Result<Result<Paper, Refusal>, FileError> {
    let _turn = check::turn().await?;
    // A reader that panics over a file has refused it.
    let looked = tokio::task::spawn_blocking(move || paper::look(bytes, claimed, pages)).await;
    Ok(looked.unwrap_or(Err(Refusal::Damaged)))
}

/// Keeps bytes under a key that can be destroyed, inside the house's own seal. They belong to nothing yet: [`take`] them.
///
/// # Errors
/// `Blobs`, `Database`.
pub(crate) async fn keep_under(
    services: &Services,
    context: &Context,
    (format, bytes): (Format, &[u8]),
    key: &CaseKey,
) -> Result<FileId, FileError> {
    let id: FileId = context.new_id();
    let size = i32::try_from(bytes.len()).map_err(|_| FileError::Damaged)?;
    sql::add(&services.db, id.0, format.name(), size, context.now).await?;
    let inner = key.seal(place(id), bytes);
    services.blobs.put(id, services.vault.seal(place(id), &inner)).await?;
    Ok(id)
}

/// The bytes of a file that lies under a key. The caller has asked its policy.
///
/// # Errors
/// `NotFound`, `Damaged`, `Blobs`.
pub(crate) async fn read_under(services: &Services, id: FileId, key: &CaseKey) -> Result<Vec<u8>, FileError> {
    key.open(place(id), &read(services, id).await?).map_err(|_| FileError::Damaged)
}

/// A file belongs to what the caller's transaction writes.
///
/// # Errors
/// `NotFound` when it was swept meanwhile.
pub async fn take(db: &mut PgConnection, context: &Context, id: FileId) -> Result<(), FileError> {
    if sql::take(db, id.0, context.now).await? { Ok(()) } else { Err(FileError::NotFound) }
}

/// The bytes of a file. The caller has asked its policy.
///
/// # Errors
/// `NotFound`, `Damaged`, `Blobs`.
pub async fn read(services: &Services, id: FileId) -> Result<Vec<u8>, FileError> {
    let sealed = services.blobs.get(id).await?.ok_or(FileError::NotFound)?;
    services.vault.open_sealed(place(id), &sealed).map_err(|_| FileError::Damaged)
}

/// Removes the bytes of files that belong to nothing. How many.
pub async fn sweep(services: &Services) -> Result<u64, FileError> {
    let mut swept = 0;
    loop {
        let before = services.clock.now() - UNUSED_AFTER;
        let loose = sql::loose(&services.db, before, BATCH).await?;
        for id in &loose {
            services.blobs.remove(FileId(*id)).await?;
            sql::forget(&services.db, *id).await?;
            swept += 1;
        }
        if loose.len() < BATCH as usize {
            return Ok(swept);
        }
    }
}
