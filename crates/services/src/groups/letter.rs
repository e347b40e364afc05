//! The stamped letter (盖章函件): one file, replaced until the request is approved, looked at by staff only, each look noted.
//! Whoever has the link sees that it is there and not what it says: a link may be forwarded.

use super::kind::{GroupError, GroupFault, Groups, Handle, RequestView};
use crate::account::forms;
use crate::files::{self, Accept, FileError, Kind};
use crate::limits::{self, Network};
use crate::requests::{Kind as _, locked, note, resolve, run};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{FileId, GroupRequestId};
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::files as file_sql;
use store::groups::letters as sql;

/// The largest file a letter may be sent as.
pub const LARGEST_LETTER: usize = Accept::LETTER.largest;

/// What is known of a letter without reading it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LetterView {
    /// What it is.
    pub kind: Kind,
    /// How large.
    pub bytes: u32,
    /// Pages.
    pub pages: u32,
    /// When it was sent.
    pub saved_at: Timestamp,
}

/// A letter as it is handed out: never shown in place.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What it is.
    pub kind: Kind,
    /// Its name, after the request.
    pub name: String,
}

impl From<FileError> for GroupError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Refused(fault) => Self::field("letter", fault),
            FileError::Busy => Self::Busy,
            FileError::NotFound => Self::NotFound,
            FileError::Damaged => Self::Damaged("a letter"),
            FileError::Database(error) => Self::Database(error),
            FileError::Blobs(error) => {
                tracing::error!(%error, "the place of files cannot be reached");
                Self::Busy
            }
        }
    }
}

pub(super) async fn read(
    db: &mut PgConnection,
    id: GroupRequestId,
) -> Result<Option<(FileId, LetterView)>, GroupError> {
    let Some(row) = sql::letter(db, id.0).await? else { return Ok(None) };
    let view = LetterView {
        kind: Kind::from_name(&row.kind).ok_or(GroupError::Damaged("a kind of file"))?,
        bytes: row.bytes.unsigned_abs(),
        pages: row.pages.unsigned_abs(),
        saved_at: row.saved_at.to_jiff(),
    };
    Ok(Some((FileId(row.file_id), view)))
}

impl RequestView {
    /// The letter can still be sent or replaced.
    pub const fn takes_letter(&self) -> bool {
        self.state.is_pending()
    }
}

/// The letter of a request, for whoever may see the request.
///
/// # Errors
/// `NotFound`.
pub async fn own_letter(
    services: &Services,
    context: &Context,
    handle: &Handle,
) -> Result<Option<LetterView>, GroupError> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    Ok(read(&mut db, id).await?.map(|(_, letter)| letter))
}

/// Looks at a file and keeps it as the letter, in place of the one before.
///
/// # Errors
/// `Fields` for a file that is none of those taken; `LetterClosed` once the request is approved or over; `NetworkLimited`;
/// `NotFound`; `Busy`.
pub async fn save_letter(
    services: &Services,
    context: &Context,
    handle: &Handle,
    bytes: Vec<u8>,
    network: &Network,
) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    forms::count(services, context, &limits::LETTER_PER_NETWORK, network).await?;
    let mut db = services.db.acquire().await?;
    let request = Groups::load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)?;
    drop(db);
    if !request.takes_letter() {
        return Err(GroupFault::LetterClosed.into());
    }
    let (file, checked) = files::keep(services, context, bytes, Accept::LETTER).await?;
    let pages = checked.pages;
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { keep(&services, &context, id, file, pages).await }
    })
    .await
}

async fn keep(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
    file: FileId,
    pages: u32,
) -> Result<(), GroupError> {
    let mut tx = services.begin().await?;
    let request = locked::<Groups>(services, context, &mut tx, id, None).await?;
    if !request.takes_letter() {
        return Err(GroupFault::LetterClosed.into());
    }
    let before = read(&mut tx, id).await?;
    files::take(&mut tx, context, file).await?;
    sql::save(&mut tx, id.0, file.0, i32::try_from(pages).unwrap_or(i32::MAX), context.now).await?;
    sql::touch(&mut tx, id.0, context.now).await?;
    let replaced: Vec<_> = before.iter().map(|(file, _)| file.0).collect();
    file_sql::let_go(&mut tx, &replaced, context.now).await?;
    let detail = json!({ "pages": pages, "replaced": before.is_some() });
    note::<Groups>(context, &mut tx, id, "group.letter_saved", detail).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes the letter, for whoever sent it.
///
/// # Errors
/// `NotFound`; `LetterClosed`.
pub async fn remove_letter(services: &Services, context: &Context, handle: &Handle) -> Result<(), GroupError> {
    let id = resolve(services, context, handle).await?;
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let mut tx = services.begin().await?;
            let request = locked::<Groups>(&services, &context, &mut tx, id, None).await?;
            if !request.takes_letter() {
                return Err(GroupFault::LetterClosed.into());
            }
            if drop_letter(&mut tx, id, context.now).await? {
                sql::touch(&mut tx, id.0, context.now).await?;
                note::<Groups>(&context, &mut tx, id, "group.letter_removed", json!({})).await?;
            }
            tx.commit().await?;
            Ok(())
        }
    })
    .await
}

/// Removes the letter of a locked request, if there is one. Its bytes follow with the next sweep.
pub(super) async fn drop_letter(db: &mut PgConnection, id: GroupRequestId, now: Timestamp) -> sqlx::Result<bool> {
    let file = sql::remove(db, id.0).await?;
    if let Some(file) = file {
        file_sql::let_go(db, &[file], now).await?;
    }
    Ok(file.is_some())
}

/// What staff know of a letter before they open it.
///
/// # Errors
/// `Denied`.
pub async fn letter(
    services: &Services,
    context: &Context,
    id: GroupRequestId,
) -> Result<Option<LetterView>, GroupError> {
    context.require(Capability::HandleGroups)?;
    let mut db = services.db.acquire().await?;
    Ok(read(&mut db, id).await?.map(|(_, letter)| letter))
}

/// Opens the letter, for staff; who opened it stands in the trail.
///
/// # Errors
/// `Denied`; `NotFound` without a letter.
pub async fn open_letter(services: &Services, context: &Context, id: GroupRequestId) -> Result<Letter, GroupError> {
    context.require(Capability::HandleGroups)?;
    let mut tx = services.begin().await?;
    let request = Groups::load(services, &mut tx, id, context.now).await?.ok_or(GroupError::NotFound)?;
    let (file, known) = read(&mut tx, id).await?.ok_or(GroupError::NotFound)?;
    note::<Groups>(context, &mut tx, id, "group.letter_opened", json!({ "pages": known.pages })).await?;
    tx.commit().await?;
    let bytes = files::read(services, file).await?;
    let ending = if known.kind == Kind::Pdf { "pdf" } else { "jpg" };
    Ok(Letter { bytes, kind: known.kind, name: format!("{}.{ending}", request.reference) })
}
