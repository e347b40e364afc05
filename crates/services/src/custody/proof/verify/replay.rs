//! What follows from a unit's events, told again from what they say: its row must say the same.

use super::Fault;
use crate::custody::Shelf;
use domain::custody::chain::of_family;
use domain::custody::{Catalogue, CatalogueKind, Item, Payload, Results, Standing, State};
use domain::ids::UnitId;
use domain::merkle::Hash;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::custody::tree::{WalkedPlaceRow, WalkedRow};
use uuid::Uuid;

/// Where a unit lay.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Lain {
    from: Timestamp,
    until: Option<Timestamp>,
    tank: String,
    /// Tower, frame and slot.
    slot: [i32; 3],
}

impl Lain {
    /// As its row says.
    pub fn stored(row: WalkedPlaceRow) -> Self {
        let slot = [row.tower, row.frame, row.slot].map(i32::from);
        let (from, until) = (row.put_at.to_jiff(), row.taken_at.map(|at| at.to_jiff()));
        Self { from, until, tank: row.tank, slot }
    }
}

fn sorted(places: &[Lain]) -> Vec<&Lain> {
    let mut places: Vec<&Lain> = places.iter().collect();
    places.sort_unstable();
    places
}

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
    transit_minutes: u32,
    /// The codes of those who did its steps.
    worked_by: BTreeSet<String>,
    /// Where it lay, one place after the other.
    lain: Vec<Lain>,
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
            transit_minutes: 0,
            worked_by: BTreeSet::new(),
            lain: Vec::new(),
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
            Payload::TransportLeg { hours, .. } => {
                self.transit_minutes = self.transit_minutes.saturating_add((hours * 60.0).round() as u32);
            }
            Payload::StepDone { step, operator, with, .. } => {
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
                if !list.is_review(item) {
                    self.worked_by.extend(std::iter::once(operator).chain(with).cloned());
                }
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
            Payload::PutAway { slot, .. } => {
                let at = [slot.tower, slot.frame, slot.slot].map(i32::from);
                self.lain.push(Lain { from: occurred_at, until: None, tank: slot.tank.clone(), slot: at });
            }
            Payload::TakenOut { .. } => {
                if let Some(lain) = self.lain.last_mut() {
                    lain.until = Some(occurred_at.max(lain.from));
                }
            }
            Payload::DeviationOpened { .. } => self.open_deviations += 1,
            Payload::DeviationClosed { .. } => self.open_deviations = self.open_deviations.saturating_sub(1),
            _ => {}
        }
        let stays = beside && !standing.state().is_over();
        self.standing = if stays { Some(standing) } else { standing.after(payload.kind()) };
    }

    /// What the row says otherwise, or the places that are stored beside it.
    pub fn differs(&self, row: &WalkedRow, places: &[Lain]) -> Vec<&'static str> {
        let Some(standing) = self.standing else { return Vec::new() };
        let held_in = standing.held_in().map(|held| held.name());
        let stands = row.state == standing.state().name() && row.held_in.as_deref() == held_in;
        let codes: BTreeSet<String> = row.worked_by.iter().cloned().collect();
        let compared = [
            (stands, "its state"),
            (row.steps_done.cast_unsigned() == self.steps_done, "its steps"),
            (row.tests_final.cast_unsigned() == self.tests_final, "its tests"),
            (row.release_done.cast_unsigned() == self.release_done, "the steps of its release"),
            (row.record_signed == self.record_signed, "the signature of its record"),
            (row.open_deviations.unsigned_abs() == self.open_deviations, "its open deviations"),
            (row.transit_minutes.unsigned_abs() == self.transit_minutes, "its time on the way"),
            (codes == self.worked_by, "who did its steps"),
            // Clocks of the laboratory may go backwards: what was put away last need not be the latest.
            (sorted(places) == sorted(&self.lain), "where it lay"),
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
