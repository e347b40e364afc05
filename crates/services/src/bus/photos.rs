//! Photographs of a visit: sent by the dispatcher afterwards, written anew without what a camera writes beside the pixels,
//! each with words for those who do not see it and with somebody's word that everybody on it agrees; public only once shown.

use super::kind::{Bus, BusError};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::files::{self, Accept, FileError, NewPicture, PictureWords};
use crate::requests::{Kind, locked, note, run};
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::bus::State;
use domain::ids::{BusPhotoId, BusRequestId, FileId};
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use store::bus::photos as sql;
use store::files as file_sql;

/// The largest file a photograph may be sent as.
pub const LARGEST_PHOTO: usize = Accept::PHOTO.largest;
/// Photographs of one visit.
pub const MOST_PHOTOS: usize = 12;

/// A photograph.
#[derive(Clone, Debug)]
pub struct PhotoView {
    /// Which.
    pub id: BusPhotoId,
    /// Of which visit.
    pub request: BusRequestId,
    /// Pixels.
    pub size: (u32, u32),
    /// What is to be seen, in Chinese.
    pub alt_zh: String,
    /// In English.
    pub alt_en: String,
    /// It is public.
    pub shown: bool,
    pub(super) file: FileId,
}

impl From<sql::PhotoRow> for PhotoView {
    fn from(row: sql::PhotoRow) -> Self {
        Self {
            id: BusPhotoId(row.id),
            request: BusRequestId(row.request_id),
            size: (row.width.unsigned_abs(), row.height.unsigned_abs()),
            alt_zh: row.alt_zh,
            alt_en: row.alt_en,
            shown: row.shown_at.is_some(),
            file: FileId(row.file_id),
        }
    }
}

impl From<FileError> for BusError {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Refused(fault) => Self::field("photo", fault),
            FileError::Busy => Self::Busy,
            FileError::NotFound => Self::NotFound,
            FileError::Damaged => Self::Damaged("a photograph"),
            FileError::Database(error) => Self::Database(error),
            FileError::Blobs(error) => {
                tracing::error!(%error, "the place of files cannot be reached");
                Self::Busy
            }
        }
    }
}

async fn all(db: &mut PgConnection, id: BusRequestId, public: bool) -> sqlx::Result<Vec<PhotoView>> {
    Ok(sql::of_request(db, id.0, public).await?.into_iter().map(PhotoView::from).collect())
}

/// The photographs of a visit, in their order, shown or not.
///
/// # Errors
/// `Denied`.
pub async fn photos(services: &Services, context: &Context, id: BusRequestId) -> Result<Vec<PhotoView>, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    Ok(all(&mut db, id, false).await?)
}

/// Those that are public: whoever asks.
pub(super) async fn shown(db: &mut PgConnection, id: BusRequestId) -> sqlx::Result<Vec<PhotoView>> {
    all(db, id, true).await
}

/// Adds a photograph of a visit that took place. Nobody sees it until it is shown. Sent twice to one visit it is one photograph:
/// the answer names it, and its words stay as they are.
///
/// # Errors
/// `Denied`; `Fields` without words or consent, and for a file that is no picture; `StateHasChanged` before the
/// visit, and when there are as many as there may be.
pub async fn add_photo(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    asked: NewPicture,
) -> Result<BusPhotoId, BusError> {
    context.require(Capability::DispatchBus)?;
    let (alt_zh, alt_en, bytes) = asked.read("photo").map_err(BusError::Fields)?;
    let mut db = services.db.acquire().await?;
    let request = Bus::load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)?;
    drop(db);
    if request.state != State::Visited {
        return Err(BusError::StateHasChanged);
    }
    let hash = services.vault.mac("bus photo", &bytes);
    if let Some(known) = sql::sent(&services.db, id.0, &hash).await? {
        return Ok(BusPhotoId(known));
    }
    let (file, checked) = files::keep(services, context, bytes, Accept::PHOTO).await?;
    let (width, height) = checked.size.unwrap_or_default();
    let photo: BusPhotoId = context.new_id();
    let row = sql::PhotoRow {
        id: photo.0,
        request_id: id.0,
        file_id: file.0,
        place: 0,
        width: width.cast_signed(),
        height: height.cast_signed(),
        alt_zh,
        alt_en,
        shown_at: None,
    };
    run(|| {
        let (services, context, row) = (services.clone(), context.clone(), row.clone());
        async move {
            let mut tx = services.begin().await?;
            visited(&services, &context, &mut tx, id).await?;
            // Pressed twice: the file of the second press belongs to nothing and is swept.
            if let Some(known) = sql::sent(&mut *tx, id.0, &hash).await? {
                return Ok(BusPhotoId(known));
            }
            if all(&mut tx, id, false).await?.len() >= MOST_PHOTOS {
                // The page offers no further one: somebody else was quicker.
                return Err(BusError::StateHasChanged);
            }
            files::take(&mut tx, &context, FileId(row.file_id)).await?;
            let by = match &context.actor {
                Actor::Staff { account, .. } => Some(account.0),
                _ => None,
            };
            sql::add(&mut tx, &row, (by, &hash), context.now).await?;
            note::<Bus>(&context, &mut tx, id, "bus.photo_added", json!({ "photo": photo, "consent": true })).await?;
            tx.commit().await?;
            Ok(photo)
        }
    })
    .await
}

/// Locks the request of a visit that took place.
async fn visited(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: BusRequestId,
) -> Result<(), BusError> {
    match locked::<Bus>(services, context, db, id, None).await?.state {
        State::Visited => Ok(()),
        _ => Err(BusError::StateHasChanged),
    }
}

/// What can be done with a photograph.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PhotoChange {
    /// Everybody may see it.
    Show,
    /// Nobody may any more.
    Hide,
    /// One place nearer to the front.
    Forward,
    /// It is said otherwise what is to be seen; of two who say so the later one is heard.
    Words(PictureWords),
    /// It is gone, with its bytes.
    Remove,
}

/// Shows, hides, moves, words anew or removes a photograph. Done twice it is done once.
///
/// # Errors
/// `Denied`, `NotFound`; `Fields` for words that are none.
pub async fn change_photo(
    services: &Services,
    context: &Context,
    id: BusPhotoId,
    change: PhotoChange,
) -> Result<BusRequestId, BusError> {
    context.require(Capability::DispatchBus)?;
    let photo = sql::photo(&services.db, id.0).await?.map(PhotoView::from).ok_or(BusError::NotFound)?;
    let request = photo.request;
    let change = match change {
        PhotoChange::Words(words) => PhotoChange::Words(words.read().map_err(BusError::Fields)?),
        other => other,
    };
    run(|| {
        let (services, context, change) = (services.clone(), context.clone(), change.clone());
        async move {
            let mut tx = services.begin().await?;
            visited(&services, &context, &mut tx, request).await?;
            let mut order: Vec<_> = all(&mut tx, request, false).await?;
            let Some(at) = order.iter().position(|it| it.id == id) else {
                // Gone by now: the second press of a button that removes. Words for it are said of nothing.
                let lost = matches!(change, PhotoChange::Words(_));
                return if lost { Err(BusError::NotFound) } else { Ok(request) };
            };
            let action = match change {
                PhotoChange::Show if !order[at].shown => {
                    sql::show(&mut tx, id.0, Some(context.now)).await?;
                    "bus.photo_shown"
                }
                PhotoChange::Hide if order[at].shown => {
                    sql::show(&mut tx, id.0, None).await?;
                    "bus.photo_hidden"
                }
                PhotoChange::Show | PhotoChange::Hide => return Ok(request),
                PhotoChange::Words(words) => {
                    if !sql::reword(&mut tx, id.0, (&words.alt_zh, &words.alt_en)).await? {
                        return Ok(request);
                    }
                    "bus.photo_reworded"
                }
                PhotoChange::Forward => {
                    order.swap(at, at.saturating_sub(1));
                    let ids: Vec<_> = order.iter().map(|it| it.id.0).collect();
                    sql::arrange(&mut tx, request.0, &ids).await?;
                    "bus.photo_moved"
                }
                PhotoChange::Remove => {
                    let file: Vec<_> = sql::remove(&mut tx, id.0).await?.into_iter().collect();
                    file_sql::let_go(&mut tx, &file, context.now).await?;
                    "bus.photo_removed"
                }
            };
            note::<Bus>(&context, &mut tx, request, action, json!({ "photo": id })).await?;
            tx.commit().await?;
            Ok(request)
        }
    })
    .await
}

/// Removes the photographs nobody was ever to see: those that are shown stay, as their people agreed, until somebody takes
/// them back.
pub(super) async fn forget_hidden(db: &mut PgConnection, id: BusRequestId, now: Timestamp) -> sqlx::Result<()> {
    for photo in all(db, id, false).await?.into_iter().filter(|photo| !photo.shown) {
        let file: Vec<_> = sql::remove(db, photo.id.0).await?.into_iter().collect();
        file_sql::let_go(db, &file, now).await?;
    }
    Ok(())
}

/// A photograph's bytes: for everybody while it is shown, for dispatchers in any case.
///
/// # Errors
/// `NotFound` for everybody else, whether it exists or not.
pub async fn photo(services: &Services, context: &Context, id: BusPhotoId) -> Result<Vec<u8>, BusError> {
    let photo = sql::photo(&services.db, id.0).await?.map(PhotoView::from).ok_or(BusError::NotFound)?;
    if !photo.shown && context.require(Capability::DispatchBus).is_err() {
        return Err(BusError::NotFound);
    }
    Ok(files::read(services, photo.file).await?)
}

/// How many photographs [`let_go_of_old`] would let go of.
pub(crate) async fn count_old(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(sql::count_old(&services.db, before).await?.unsigned_abs())
}

/// Lets go of photographs that were added before an instant, with a proof in the trail: one entry per visit, counts only. Their
/// bytes go with the next sweep of files.
pub(crate) async fn let_go_of_old(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let services = services.clone();
    to_the_end(async move {
        let context = services.system();
        let mut tx = services.begin().await?;
        let gone = sql::let_go_of_old(&mut tx, before, context.now).await?;
        let mut of = BTreeMap::<_, u64>::new();
        gone.iter().for_each(|request| *of.entry(*request).or_default() += 1);
        let entry = |(request, photos)| Entry {
            action: "privacy.bus_photos_erased",
            subject_kind: Bus::TABLE,
            subject: Some(request),
            detail: json!({ "photos": photos }),
        };
        let entries: Vec<Entry> = of.into_iter().map(entry).collect();
        audit::record(&mut tx, &context, &entries).await?;
        tx.commit().await?;
        Ok(gone.len() as u64)
    })
    .await
}
