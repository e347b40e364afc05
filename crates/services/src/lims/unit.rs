//! What a feed may ask of a unit: where it is, and what is still missing. Nothing of what its events say, and not whose it is.

use super::LimsError;
use super::take::slowed;
use crate::custody::search;
use crate::{Context, Services};
use domain::account::Capability;
use domain::custody::{CatalogueKind, Din};
use domain::ids::UnitId;
use jiff::Timestamp;
use store::lims as sql;
use uuid::Uuid;

/// An item of a list that is not done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// Its place in the list, from 1.
    pub position: u16,
    /// Its code.
    pub code: String,
}

/// Where a unit is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Status {
    /// Its id.
    pub unit: UnitId,
    /// Its number.
    pub din: Din,
    /// `processing`, `banked` …
    pub state: String,
    /// Where it comes back to, while it is held.
    pub held_in: Option<String>,
    /// The number of its last event.
    pub seq: u32,
    /// When that came.
    pub changed_at: Timestamp,
    /// Preparation steps that are not done.
    pub steps: Vec<Missing>,
    /// Tests without a final result.
    pub tests: Vec<Missing>,
    /// Steps of the release that are not done.
    pub release: Vec<Missing>,
    /// The batch record is signed.
    pub record_signed: bool,
    /// Deviations that are open.
    pub open_deviations: u32,
    /// Dead letters that wait for something of it.
    pub letters: u64,
}

/// Where the unit of a number is, for the feed. A number that no unit has counts as one that a batch tells of.
///
/// # Errors
/// `Denied`; `NotFound`; `Busy` for whoever asked for too many that are not there, good ones too; `Database`.
pub async fn status(services: &Services, context: &Context, din: &Din) -> Result<Status, LimsError> {
    context.require(Capability::FeedLims)?;
    search::may_tell(services, context).await.map_err(slowed)?;
    let mut db = services.db.acquire().await?;
    let Some(row) = sql::unit(&mut *db, din.as_str()).await? else {
        drop(db);
        search::told_of_nothing(services, context, 1).await.map_err(slowed)?;
        return Err(LimsError::NotFound);
    };
    let now = services.clock.now();
    let named: Vec<Uuid> = [row.preparation_id, row.tests_id, row.release_id].into_iter().flatten().collect();
    let shelf = services.custody.read_with(&mut db, &services.clock, &named).await?;
    // Of a list that its row does not name yet: what a unit lacks whose work by it begins now.
    let missing = |kind: CatalogueKind, named: Option<Uuid>, done: i64| -> Vec<Missing> {
        let list = shelf.by(kind, named, now).into_iter();
        let missing = list.flat_map(|list| list.missing(done.cast_unsigned()));
        missing.map(|item| Missing { position: u16::from(item.position), code: item.code.clone() }).collect()
    };
    Ok(Status {
        unit: UnitId(row.id),
        din: din.clone(),
        steps: missing(CatalogueKind::Preparation, row.preparation_id, row.steps_done),
        tests: missing(CatalogueKind::Test, row.tests_id, row.tests_final),
        release: missing(CatalogueKind::Release, row.release_id, row.release_done),
        state: row.state,
        held_in: row.held_in,
        seq: row.seq.unsigned_abs(),
        changed_at: row.changed_at.to_jiff(),
        record_signed: row.record_signed,
        open_deviations: row.open_deviations.unsigned_abs(),
        letters: row.letters.unsigned_abs(),
    })
}
