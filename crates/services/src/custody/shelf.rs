//! The lists and rules that units are worked by, as the database has them: read once, shared by every request of this process.

use super::CustodyError;
use crate::clock::Clock;
use crate::snapshot::Snapshot;
use domain::custody::catalogue::in_force;
use domain::custody::{Catalogue, CatalogueKind, Item, Kind, Payload, Says, says};
use domain::time::local_day;
use jiff::Timestamp;
use sqlx::PgConnection;
use std::sync::Arc;
use store::custody::lists as sql;
use uuid::Uuid;

/// What holds of every unit from a day on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    /// Since when.
    pub valid_from: Timestamp,
    /// Minutes on the way: more opens a deviation.
    pub transit_alarm: u32,
    /// More is not taken in.
    pub transit_limit: u32,
}

/// All versions of all lists and rules.
#[derive(Clone, Debug, Default)]
pub struct Shelf {
    lists: Vec<Arc<Catalogue>>,
    rules: Vec<Rules>,
}

/// The shelf, read anew when it is old. Cheap to clone; clones share it.
#[derive(Clone, Default)]
pub struct Shelves(Snapshot<Shelf>);

impl Shelves {
    /// The shelf as it is now; reads on the caller's connection where it has to.
    ///
    /// # Errors
    /// `Unreadable`, `Database`.
    pub async fn read(&self, db: &mut PgConnection, clock: &Clock) -> Result<Arc<Shelf>, CustodyError> {
        self.0.read(clock, |_| load(db)).await
    }

    /// The shelf with these lists on it: one that another server added within this second, and that a row names already, is there, too.
    ///
    /// # Errors
    /// `Unreadable`, `Database`.
    pub(crate) async fn read_with(
        &self,
        db: &mut PgConnection,
        clock: &Clock,
        named: &[Uuid],
    ) -> Result<Arc<Shelf>, CustodyError> {
        let shelf = self.read(&mut *db, clock).await?;
        with(shelf, db, named).await
    }
}

/// A shelf as it is where all of these lists are on it, else read anew.
pub(super) async fn with(shelf: Arc<Shelf>, db: &mut PgConnection, named: &[Uuid]) -> Result<Arc<Shelf>, CustodyError> {
    let whole = named.iter().all(|id| shelf.of(*id).is_some());
    if whole { Ok(shelf) } else { Ok(Arc::new(load(db).await?)) }
}

/// Reads all of it.
pub(super) async fn load(db: &mut PgConnection) -> Result<Shelf, CustodyError> {
    let mut lists: Vec<Catalogue> = Vec::new();
    for row in sql::items(&mut *db).await? {
        let item = Item {
            position: u8::try_from(row.position).map_err(|_| CustodyError::Unreadable)?,
            code: row.code,
            section: row.section,
            zh: row.zh,
            en: row.en,
        };
        match lists.last_mut().filter(|list| list.id == row.catalogue_id) {
            Some(list) => list.items.push(item),
            None => lists.push(Catalogue {
                id: row.catalogue_id,
                kind: CatalogueKind::from_name(&row.kind).ok_or(CustodyError::Unreadable)?,
                version: u32::try_from(row.version).map_err(|_| CustodyError::Unreadable)?,
                valid_from: local_day(row.valid_from.to_jiff()),
                items: vec![item],
            }),
        }
    }
    let rules = sql::rules(db).await?.into_iter().map(|row| Rules {
        valid_from: row.valid_from.to_jiff(),
        transit_alarm: row.transit_alarm_min.unsigned_abs(),
        transit_limit: row.transit_reject_min.unsigned_abs(),
    });
    Ok(Shelf { rules: rules.collect(), lists: lists.into_iter().map(Arc::new).collect() })
}

impl Shelf {
    /// The version of a row.
    pub fn of(&self, id: Uuid) -> Option<&Arc<Catalogue>> {
        self.lists.iter().find(|list| list.id == id)
    }

    /// The version for a unit whose work begins at an instant ([`in_force`]).
    pub fn at(&self, kind: CatalogueKind, instant: Timestamp) -> Option<&Arc<Catalogue>> {
        in_force(&self.lists, kind, local_day(instant))
    }

    /// The version that a unit is worked by: the one that its row names; before it names one, the one of an instant, of an event when
    /// it happened, of a question when it is asked. `None` where the row names one that is not here.
    pub fn by(&self, kind: CatalogueKind, named: Option<Uuid>, instant: Timestamp) -> Option<&Arc<Catalogue>> {
        match named {
            Some(id) => self.of(id),
            None => self.at(kind, instant),
        }
    }

    /// All versions of a list, the first one first.
    pub fn all(&self, kind: CatalogueKind) -> impl Iterator<Item = &Arc<Catalogue>> {
        self.lists.iter().filter(move |list| list.kind == kind)
    }

    /// The last version of a list, whether it holds already or not.
    pub fn newest(&self, kind: CatalogueKind) -> Option<&Arc<Catalogue>> {
        self.lists.iter().filter(|list| list.kind == kind).max_by_key(|list| list.version)
    }

    /// By whom it is said that something happened, with these steps of a release: by whichever version of the list asks for more, so
    /// that it does not hang on the version that a unit's release begins with.
    pub fn says(&self, kind: Kind, codes: &[String]) -> Says {
        let releases = self.lists.iter().filter(|list| list.kind == CatalogueKind::Release);
        releases.map(|list| list.says(kind, codes)).fold(says(kind, None), Says::max)
    }

    /// By whom an event is said: [`Self::says`] of what it tells.
    pub fn says_of(&self, payload: &Payload) -> Says {
        let step = match payload {
            Payload::ReleaseStepDone { step, .. } => std::slice::from_ref(step),
            _ => &[],
        };
        self.says(payload.kind(), step)
    }

    /// The rules at an instant.
    pub fn rules_at(&self, instant: Timestamp) -> Option<Rules> {
        let holds = self.rules.iter().rev().find(|rules| rules.valid_from <= instant);
        holds.or_else(|| self.rules.first()).copied()
    }
}
