//! What follows from a unit's events, told again from what they say: its row must say the same.

use super::Fault;
use crate::custody::Shelf;
use domain::custody::chain::of_family;
use domain::custody::{Catalogue, CatalogueKind, Item, Payload, Results, Standing, State};
use domain::ids::UnitId;
use domain::merkle::Hash;
use jiff::Timestamp;
use std::sync::Arc;
use store::custody::tree::WalkedRow;
use uuid::Uuid;

/// Where a unit stands after its events so far.
pub(super) struct Replay {
    /// None once an event came that the lists and ways of today do not know: then nothing is compared. Only the house writes events
    /// that open, so nobody else can bring it about.
    standing: Option<Standing>,
    steps_done: u64,
    tests_final: u64,
    results: Results,
    release_done: u64,
    record_signed: bool,
    open_deviations: u32,
    /// An event came that only a later release can read: it may have said whose the unit is.
    newer: bool,
    /// Whose it was, one event after the other; by the last it is.
    families: Vec<Hash>,
}

impl Replay {
    /// Of a unit that has just been registered.
    pub fn begin() -> Self {
        Self {
            standing: Some(Standing::EXPECTED),
            steps_done: 0,
            tests_final: 0,
            results: Results::default(),
            release_done: 0,
            record_signed: false,
            open_deviations: 0,
            newer: false,
            families: Vec::new(),
        }
    }

    /// One more event, which only a later release can read: nothing of the unit is compared.
    pub fn newer_event(&mut self) {
        (self.standing, self.newer) = (None, true);
    }

    /// One more event, with both its clocks. The lists are those that the row names; before it names one, those of the day, as when it
    /// was recorded.
    pub fn event(
        &mut self,
        payload: &Payload,
        (occurred_at, received_at): (Timestamp, Timestamp),
        shelf: &Shelf,
        row: &WalkedRow,
    ) {
        if let Payload::Assigned { family } = payload {
            self.families.push(family.0);
        }
        let Some(standing) = self.standing else { return };
        let listed =
            |id: Option<Uuid>, kind: CatalogueKind| -> Option<&Arc<Catalogue>> { shelf.by(kind, id, occurred_at) };
        let mut beside = false;
        match payload {
            Payload::Registered { .. } => return,
            Payload::StepDone { step, .. } => {
                let list = listed(row.preparation_id, CatalogueKind::Preparation);
                let Some((list, item)) = list.and_then(|list| Some((list, list.item(step)?))) else {
                    self.standing = None;
                    return;
                };
                self.steps_done |= item.bit();
                beside = list.is_intake(item) || list.is_review(item);
                let still_open =
                    matches!(standing.reached(), State::Received | State::Processing | State::FrozenQuarantine);
                self.record_signed &= list.is_review(item) || !still_open;
            }
            Payload::TestFinal { test, .. } | Payload::TestRepeated { test, takes_back: true, .. } => {
                let list = listed(row.tests_id, CatalogueKind::Test);
                let Some(item) = list.and_then(|list| list.item(test)) else {
                    self.standing = None;
                    return;
                };
                match self.results.happened(payload, (occurred_at, received_at)) {
                    Some(true) => self.tests_final |= item.bit(),
                    Some(false) => self.tests_final &= !item.bit(),
                    None => {}
                }
            }
            // Those of a reservation that ended may be of another list than the row names: they count for nothing any more.
            Payload::ReleaseStepDone { step, .. } => {
                let list = listed(row.release_id, CatalogueKind::Release);
                self.release_done |= list.and_then(|list| list.item(step)).map_or(0, Item::bit);
            }
            Payload::ReservationEnded { .. } => self.release_done = 0,
            Payload::RecordSigned { .. } => self.record_signed = true,
            Payload::DeviationOpened { .. } => self.open_deviations += 1,
            Payload::DeviationClosed { .. } => self.open_deviations = self.open_deviations.saturating_sub(1),
            _ => {}
        }
        let stays = beside && !standing.state().is_over();
        self.standing = if stays { Some(standing) } else { standing.after(payload.kind()) };
    }

    /// What the row says otherwise.
    pub fn differs(&self, row: &WalkedRow) -> Vec<&'static str> {
        let Some(standing) = self.standing else { return Vec::new() };
        let held_in = standing.held_in().map(|held| held.name());
        let stands = row.state == standing.state().name() && row.held_in.as_deref() == held_in;
        let compared = [
            (stands, "its state"),
            (row.steps_done.cast_unsigned() == self.steps_done, "its steps"),
            (row.tests_final.cast_unsigned() == self.tests_final, "its tests"),
            (row.release_done.cast_unsigned() == self.release_done, "the steps of its release"),
            (row.record_signed == self.record_signed, "the signature of its record"),
            (row.open_deviations.unsigned_abs() == self.open_deviations, "its open deviations"),
        ];
        compared.into_iter().filter(|(fits, _)| !fits).map(|(_, what)| what).collect()
    }

    /// Whether the rows say of whose the unit is, and was, what its events say: who was first decides whose the mother's results are.
    pub fn family(&self, row: &WalkedRow) -> Option<Fault> {
        if self.newer {
            return None;
        }
        let unit = UnitId(row.id);
        match (row.family_id, self.families.split_last()) {
            (None, None) => None,
            (Some(family), Some((said, before))) if of_family(row.id, family) == *said => {
                let same = row.former.iter().map(|family| of_family(row.id, *family)).eq(before.iter().copied());
                (!same).then_some(Fault::Row { unit, what: "the families it was before" })
            }
            (Some(_), None) => Some(Fault::Unassigned { unit }),
            _ => Some(Fault::Row { unit, what: "its family" }),
        }
    }
}
