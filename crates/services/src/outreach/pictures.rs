//! Pictures of an event. The first is its cover, the others stand below it. Each is written anew without what a camera writes
//! beside the pixels, in several sizes, with words for those who do not see it and with somebody's word that everybody on it
//! agrees. They are public while their event is.
//!
//! A size is found by the hash of its bytes: what an address shows never changes, so browsers may keep it.

use super::OutreachError;
use super::office::note;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::files::{self, Accept, NewPicture, PictureWords};
use crate::{Context, Services, crypto};
use domain::account::{Actor, Capability};
use domain::field::Fault;
use domain::ids::{ActivityId, EventPictureId, FileId};
use domain::outreach::Bilingual;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};
use store::outreach::pictures as sql;
use uuid::Uuid;

/// The largest file a picture may be sent as.
pub const LARGEST_PICTURE: usize = Accept::PHOTO.largest;
/// Pictures of one event, its cover among them.
pub const MOST_PICTURES: usize = 12;
/// The longer sides of the smaller ones, in pixels: for a narrow telephone, and for one with fine pixels or half a page.
const SMALLER: &[u32] = &[480, 960];

/// A picture in one size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PictureSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub hash: String,
}

impl PictureSize {
    /// The address its bytes are handed out at.
    pub fn path(&self) -> String {
        format!("/event-pictures/{}.jpg", self.hash)
    }
}

/// A picture of an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EventPicture {
    /// Which.
    pub id: EventPictureId,
    /// What is to be seen.
    pub alt: Bilingual,
    /// Its sizes, the smallest first; there is at least one.
    pub sizes: Vec<PictureSize>,
}

/// The pictures of rows that come picture by picture.
fn gathered(rows: impl IntoIterator<Item = sql::SizeRow>) -> Vec<EventPicture> {
    let mut all: Vec<EventPicture> = Vec::new();
    for row in rows {
        let size = PictureSize { width: row.width.unsigned_abs(), height: row.height.unsigned_abs(), hash: row.hash };
        match all.last_mut().filter(|last| last.id.0 == row.id) {
            Some(last) => last.sizes.push(size),
            None => all.push(EventPicture {
                id: EventPictureId(row.id),
                alt: Bilingual::new(row.alt_zh, row.alt_en),
                sizes: vec![size],
            }),
        }
    }
    all
}

/// The pictures of every event that has some, in their order.
pub(super) async fn of_all(db: &mut PgConnection) -> sqlx::Result<HashMap<ActivityId, Vec<EventPicture>>> {
    let mut by_event = HashMap::<_, Vec<_>>::new();
    for row in sql::all(db).await? {
        by_event.entry(ActivityId(row.activity_id)).or_default().push(row);
    }
    Ok(by_event.into_iter().map(|(event, rows)| (event, gathered(rows))).collect())
}

/// The pictures of an event in their order, as they are now, published or not.
///
/// # Errors
/// `Denied`.
pub async fn pictures(
    services: &Services,
    context: &Context,
    event: ActivityId,
) -> Result<Vec<EventPicture>, OutreachError> {
    context.require(Capability::ManageSessions)?;
    Ok(gathered(sql::of_event(&services.db, event.0).await?))
}

/// The picture of an event that was sent with these bytes before. With other words it is told that it is there: its words stay as
/// they are, and whoever corrects them must not believe them changed.
async fn sent_before(
    db: &mut PgConnection,
    event: ActivityId,
    sent_hash: &[u8],
    words: (&str, &str),
) -> Result<Option<EventPictureId>, OutreachError> {
    let Some(known) = sql::sent(&mut *db, event.0, sent_hash).await? else { return Ok(None) };
    let there = sql::of_event(&mut *db, event.0).await?;
    let others = there.iter().any(|row| row.id == known && (row.alt_zh.as_str(), row.alt_en.as_str()) != words);
    if others {
        return Err(OutreachError::field("picture", Fault::AlreadyExists));
    }
    Ok(Some(EventPictureId(known)))
}

/// Adds a picture of an event behind those that are there; the first is the cover. Sent twice to one event it is one picture, which
/// the answer names.
///
/// # Errors
/// `Denied`, `NotFound`; `Fields` without words or consent, for a file that is no picture, and for one that is there with other
/// words; `Busy`; `StateHasChanged` when there are as many as there may be.
pub async fn add_picture(
    services: &Services,
    context: &Context,
    event: ActivityId,
    asked: NewPicture,
) -> Result<EventPictureId, OutreachError> {
    context.require(Capability::ManageSessions)?;
    let (alt_zh, alt_en, bytes) = asked.read("picture").map_err(OutreachError::Fields)?;
    let sent_hash = services.vault.mac("event picture", &bytes).to_vec();
    let mut db = services.db.acquire().await?;
    if let Some(known) = sent_before(&mut db, event, &sent_hash, (&alt_zh, &alt_en)).await? {
        return Ok(known);
    }
    drop(db);
    let kept = files::keep_in_sizes(services, context, bytes, Accept::PHOTO, SMALLER).await?;
    let id: EventPictureId = context.new_id();
    let sizes: Vec<(u32, u32)> = kept.iter().map(|(_, checked)| checked.size.unwrap_or_default()).collect();
    let fresh = sql::NewPicture {
        id: id.0,
        activity_id: event.0,
        alt_zh,
        alt_en,
        consent_by: match &context.actor {
            Actor::Staff { account, .. } => Some(account.0),
            _ => None,
        },
        sent_hash,
        files: kept.iter().map(|(file, _)| file.0).collect(),
        widths: sizes.iter().map(|(width, _)| width.cast_signed()).collect(),
        heights: sizes.iter().map(|(_, height)| height.cast_signed()).collect(),
        hashes: kept.iter().map(|(_, checked)| crypto::digest_hex(&checked.bytes)).collect(),
    };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if !sql::lock(&mut tx, event.0).await? {
            return Err(OutreachError::NotFound);
        }
        // Pressed twice: the files of the second press belong to nothing and are swept.
        let words = (fresh.alt_zh.as_str(), fresh.alt_en.as_str());
        if let Some(known) = sent_before(&mut tx, event, &fresh.sent_hash, words).await? {
            return Ok(known);
        }
        if sql::order(&mut tx, event.0).await?.len() >= MOST_PICTURES {
            // The page offers no further one: somebody else was quicker.
            return Err(OutreachError::StateHasChanged);
        }
        for file in &fresh.files {
            files::take(&mut tx, &context, FileId(*file)).await?;
        }
        sql::add(&mut tx, &fresh, context.now).await?;
        note(&mut tx, &context, "event.picture_added", event, json!({ "picture": id, "consent": true })).await?;
        tx.commit().await?;
        services.programme.forget();
        Ok(id)
    })
    .await
}

/// What can be done with a picture.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PictureChange {
    /// It is the cover.
    Cover,
    /// From this place, counted from 0, one nearer to the front. It stays where it is if it stands elsewhere by now.
    Forward(usize),
    /// It is said otherwise what is to be seen; of two who say so the later one is heard.
    Words(PictureWords),
    /// It is gone, with its bytes.
    Remove,
}

/// Makes a picture the cover, moves it, words it anew or removes it. Done twice it is done once.
///
/// # Errors
/// `Denied`; `NotFound` for an event there is none of; `Fields` for words that are none; `StateHasChanged` for words of a picture
/// that is gone.
pub async fn change_picture(
    services: &Services,
    context: &Context,
    (event, picture): (ActivityId, EventPictureId),
    change: PictureChange,
) -> Result<(), OutreachError> {
    context.require(Capability::ManageSessions)?;
    let change = match change {
        PictureChange::Words(words) => PictureChange::Words(words.read().map_err(OutreachError::Fields)?),
        other => other,
    };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        if !sql::lock(&mut tx, event.0).await? {
            return Err(OutreachError::NotFound);
        }
        let mut order = sql::order(&mut tx, event.0).await?;
        let Some(at) = order.iter().position(|it| *it == picture.0) else {
            // Gone by now: the second press of a button that removes. Words for it are said of nothing.
            let lost = matches!(change, PictureChange::Words(_));
            return if lost { Err(OutreachError::StateHasChanged) } else { Ok(()) };
        };
        let action = match change {
            PictureChange::Cover if at > 0 => {
                order[..=at].rotate_right(1);
                sql::arrange(&mut tx, event.0, &order).await?;
                "event.picture_cover"
            }
            PictureChange::Forward(from) if from == at && at > 0 => {
                order.swap(at, at - 1);
                sql::arrange(&mut tx, event.0, &order).await?;
                "event.picture_moved"
            }
            PictureChange::Cover | PictureChange::Forward(_) => return Ok(()),
            PictureChange::Words(words) => {
                if !sql::reword(&mut tx, event.0, picture.0, (&words.alt_zh, &words.alt_en)).await? {
                    return Ok(());
                }
                "event.picture_reworded"
            }
            PictureChange::Remove => {
                sql::remove(&mut tx, event.0, picture.0).await?;
                "event.picture_removed"
            }
        };
        note(&mut tx, &context, action, event, json!({ "picture": picture })).await?;
        tx.commit().await?;
        services.programme.forget();
        Ok(())
    })
    .await
}

/// The bytes of a picture in one size.
#[derive(Clone, Debug)]
pub struct PictureBytes {
    /// A JPEG.
    pub bytes: Vec<u8>,
    /// Its event is published: everybody may have it.
    pub public: bool,
}

/// The bytes that have this hash: for everybody while an event that shows them is published, for who looks after events in any
/// case.
///
/// # Errors
/// `NotFound` for everybody else, whether they exist or not.
pub async fn picture_bytes(services: &Services, context: &Context, hash: &str) -> Result<PictureBytes, OutreachError> {
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash {
        return Err(OutreachError::NotFound);
    }
    let found = sql::by_hash(&services.db, hash).await?.ok_or(OutreachError::NotFound)?;
    if !found.published && context.require(Capability::ManageSessions).is_err() {
        return Err(OutreachError::NotFound);
    }
    Ok(PictureBytes { bytes: files::read(services, FileId(found.file_id)).await?, public: found.published })
}

/// How many pictures [`let_go_of_old`] would remove.
pub(crate) async fn count_old(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(sql::count_old(&services.db, before).await?.unsigned_abs())
}

/// Removes pictures that were added before an instant, with a proof in the trail: one entry per event, counts only. Their bytes go
/// with the next sweep of files.
pub(crate) async fn let_go_of_old(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let services = services.clone();
    to_the_end(async move {
        let context = services.system();
        let mut tx = services.begin().await?;
        let gone = sql::remove_old(&mut tx, before).await?;
        if gone.is_empty() {
            return Ok(0);
        }
        let mut of = BTreeMap::<Uuid, u64>::new();
        gone.iter().for_each(|event| *of.entry(*event).or_default() += 1);
        let entry = |(event, pictures)| Entry {
            action: "privacy.event_pictures_erased",
            subject_kind: "activity",
            subject: Some(event),
            detail: json!({ "pictures": pictures }),
        };
        let entries: Vec<Entry> = of.into_iter().map(entry).collect();
        audit::record(&mut tx, &context, &entries).await?;
        tx.commit().await?;
        services.programme.forget();
        Ok(gone.len() as u64)
    })
    .await
}
