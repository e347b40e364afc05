//! A unit while a batch is decided: what follows from its events so far, and the events and standings to be written.

use super::super::CustodyError;
use super::super::shelf::Shelf;
use domain::custody::{Catalogue, CatalogueKind, Facts, Kind, Pool, Results, Standing, State, TankUse};
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::custody::places::PlacedRow;
use store::custody::units::UnitRow;
use uuid::Uuid;

/// A slot: tank, tower, frame, slot.
pub(super) type SlotKey = (Uuid, i16, i16, i16);

/// Where a unit lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lies {
    /// The placement.
    pub id: Uuid,
    /// Where.
    pub at: SlotKey,
    /// What the tank is for.
    pub used: TankUse,
    /// Since when.
    pub since: Timestamp,
    /// The event of this batch that put it there.
    pub put: Option<usize>,
}

/// What follows from a unit's events.
#[derive(Clone, Debug)]
pub(super) struct Projection {
    pub standing: Standing,
    pub seq: u32,
    pub preparation: Option<Arc<Catalogue>>,
    pub tests: Option<Arc<Catalogue>>,
    pub release: Option<Arc<Catalogue>>,
    pub steps_done: u64,
    pub tests_final: u64,
    pub release_done: u64,
    pub worked_by: BTreeSet<Uuid>,
    pub record_signed: bool,
    pub open_deviations: u32,
    pub transit_minutes: u32,
}

/// Who tells an event: `Actor::kind`, the account or client, the source and the number there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub actor_kind: &'static str,
    pub actor: Option<Uuid>,
    pub source: &'static str,
    pub source_seq: Option<i64>,
}

/// An event that will be written.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub kind: Kind,
    /// What it says, as JSON.
    pub said: Vec<u8>,
    pub occurred_at: Timestamp,
    pub told: Told,
}

/// A unit.
#[derive(Clone, Debug)]
pub(super) struct UnitState {
    pub id: Uuid,
    pub din: String,
    pub pool: Pool,
    /// Its key under the vault's; none: destroyed, or the unit is registered in this batch.
    pub key_sealed: Option<Vec<u8>>,
    /// When it was registered, by the clock of its source.
    pub began: Option<Timestamp>,
    /// The hash of its last stored event.
    pub head: [u8; 32],
    /// The event of this batch that registers it.
    pub fresh: Option<usize>,
    pub now: Projection,
    pub place: Option<Lies>,
    /// To be written: the first has the number after the stored one.
    pub kept: Vec<Kept>,
    /// Where it stood whenever its state changed: the database has its say about each of these ways.
    pub changes: Vec<Projection>,
    /// When its tests were found and repeated, where that decides something (`retests`).
    pub results: Results,
    /// When it was collected, by what is stored; where that decides something ([`Self::on_the_way`]).
    pub collected: Option<Timestamp>,
}

impl Projection {
    /// Of a unit that has just been registered, before its first event is counted.
    pub fn registered() -> Self {
        Self {
            standing: Standing::EXPECTED,
            seq: 0,
            preparation: None,
            tests: None,
            release: None,
            steps_done: 0,
            tests_final: 0,
            release_done: 0,
            worked_by: BTreeSet::new(),
            record_signed: false,
            open_deviations: 0,
            transit_minutes: 0,
        }
    }

    fn stored(row: &UnitRow, shelf: &Shelf) -> Result<Self, CustodyError> {
        let word = |word: &str| State::from_name(word).ok_or(CustodyError::Unreadable);
        let held_in = row.held_in.as_deref().map(word).transpose()?;
        let list = |id: Option<Uuid>| id.map(|id| shelf.of(id).cloned().ok_or(CustodyError::Unreadable)).transpose();
        Ok(Self {
            standing: Standing::new(word(&row.state)?, held_in).ok_or(CustodyError::Unreadable)?,
            seq: row.seq.unsigned_abs(),
            preparation: list(row.preparation_id)?,
            tests: list(row.tests_id)?,
            release: list(row.release_id)?,
            steps_done: row.steps_done.cast_unsigned(),
            tests_final: row.tests_final.cast_unsigned(),
            release_done: row.release_done.cast_unsigned(),
            worked_by: row.worked_by.iter().copied().collect(),
            record_signed: row.record_signed,
            open_deviations: row.open_deviations.unsigned_abs(),
            transit_minutes: row.transit_minutes.unsigned_abs(),
        })
    }

    /// The version of a list that it is worked by, or would be from an instant on.
    pub fn list(&self, kind: CatalogueKind, shelf: &Shelf, instant: Timestamp) -> Option<Arc<Catalogue>> {
        let named = match kind {
            CatalogueKind::Preparation => &self.preparation,
            CatalogueKind::Test => &self.tests,
            CatalogueKind::Release => &self.release,
        };
        named.clone().or_else(|| shelf.at(kind, instant).cloned())
    }

    /// What the guards ask, of a unit that is kept for this use, and lies in a tank of this use or in none.
    fn facts(&self, shelf: &Shelf, (pool, place): (Pool, Option<TankUse>), instant: Timestamp) -> Facts {
        let list = |kind| self.list(kind, shelf, instant);
        // A list that nobody has is never complete.
        let missing = |list: Option<Arc<Catalogue>>, of: fn(&Catalogue) -> u64, done: u64| {
            list.map_or(u64::MAX, |list| of(&list) & !done)
        };
        let preparation = list(CatalogueKind::Preparation);
        let release = list(CatalogueKind::Release);
        Facts {
            pool,
            steps_missing: missing(preparation.clone(), Catalogue::all, self.steps_done),
            recorded_missing: missing(preparation, Catalogue::recorded, self.steps_done),
            tests_missing: missing(list(CatalogueKind::Test), Catalogue::all, self.tests_final),
            approval_missing: missing(release.clone(), Catalogue::before_approval, self.release_done),
            shipping_missing: missing(release, Catalogue::before_shipping, self.release_done),
            record_signed: self.record_signed,
            open_deviations: self.open_deviations,
            place,
            research_agreed: false,
            transit_minutes: self.transit_minutes,
            transit_limit: shelf.rules_at(instant).map_or(0, |rules| rules.transit_limit),
        }
    }
}

impl UnitState {
    /// As stored.
    pub fn stored(row: UnitRow, shelf: &Shelf) -> Result<Self, CustodyError> {
        let now = Projection::stored(&row, shelf)?;
        Ok(Self {
            id: row.id,
            pool: Pool::from_name(&row.pool).ok_or(CustodyError::Unreadable)?,
            head: row.head.as_slice().try_into().map_err(|_| CustodyError::Unreadable)?,
            din: row.din,
            key_sealed: row.key_sealed,
            began: row.began_at.map(|at| at.to_jiff()),
            fresh: None,
            now,
            place: None,
            kept: Vec::new(),
            changes: Vec::new(),
            results: Results::default(),
            collected: None,
        })
    }

    /// What the guards ask, but whether it may serve research: that is not the unit's to say.
    pub fn facts(&self, shelf: &Shelf, instant: Timestamp) -> Facts {
        self.now.facts(shelf, (self.pool, self.place.map(|lies| lies.used)), instant)
    }

    /// Minutes on its way until it arrives: of its legs, and where none says anything all since it was collected.
    pub fn on_the_way(&self, arrives: Timestamp) -> u32 {
        let told = self.now.transit_minutes;
        let here = || self.kept.iter().find(|kept| kept.kind == Kind::Collected).map(|kept| kept.occurred_at);
        match self.collected.or_else(here) {
            Some(collected) if told == 0 => u32::try_from(arrives.duration_since(collected).as_mins()).unwrap_or(0),
            _ => told,
        }
    }

    /// Where it lies, by its placement.
    ///
    /// # Errors
    /// `Unreadable`.
    pub fn lies(&mut self, row: &PlacedRow) -> Result<(), CustodyError> {
        let at = (row.tank_id, row.tower, row.frame, row.slot);
        let used = TankUse::from_name(&row.used_for).ok_or(CustodyError::Unreadable)?;
        self.place = Some(Lies { id: row.id, at, used, since: row.put_at.to_jiff(), put: None });
        Ok(())
    }

    /// Adds an event and, where the state changed, the standing.
    pub fn add(&mut self, kept: Kept, standing: Standing) -> u32 {
        self.now.seq += 1;
        let changed = standing.state() != self.now.standing.state();
        self.now.standing = standing;
        self.kept.push(kept);
        if changed {
            self.changes.push(self.now.clone());
        }
        self.now.seq
    }
}
