//! The units, each with its chain, its row and its leaf.

use super::super::check::{hash_of, link_of};
use super::super::{ProofError, node_seal};
use super::replay::{Lain, Replay};
use super::{Fault, Newer, Report, Terms};
use crate::crypto::{UnitKey, Vault};
use crate::custody::Shelf;
use crate::custody::record::place;
use domain::custody::chain::{Link, START, digest, leaf, salted};
use domain::custody::{Payload, told};
use domain::ids::UnitId;
use domain::merkle::Hash;
use sqlx::PgConnection;
use std::collections::HashMap;
use store::custody::tree::{self, LinkRow, WalkedRow};
use uuid::Uuid;

/// Units read at a time.
const UNITS: i64 = 1000;
/// Events read at a time.
const EVENTS: i64 = 10_000;
/// Events whose true place is looked for; more are only said to be edited.
const DISPLACED: usize = 1000;

/// Which leaves have a unit: one bit each.
pub(super) struct Owned(Vec<u64>);

impl Owned {
    fn new(size: u64) -> Self {
        Self(vec![0; usize::try_from(size / 64 + 1).unwrap_or_default()])
    }

    fn note(&mut self, leaf: u64) {
        if let Some(word) = usize::try_from(leaf / 64).ok().and_then(|at| self.0.get_mut(at)) {
            *word |= 1 << (leaf % 64);
        }
    }

    /// Whether a unit says that this leaf is its own.
    pub fn has(&self, leaf: u64) -> bool {
        usize::try_from(leaf / 64).ok().and_then(|at| self.0.get(at)).is_some_and(|word| word >> (leaf % 64) & 1 == 1)
    }
}

/// All units and all events, in the order of units. Answers which leaves they own.
pub(super) async fn walk(
    db: &mut PgConnection,
    (vault, shelf): (&Vault, &Shelf),
    terms: &Terms,
    size: u64,
    report: &mut Report,
) -> Result<Owned, ProofError> {
    let about = tree::about_how_many(&mut *db).await?.unsigned_abs();
    let (mut first, mut owned, mut displaced) = (Uuid::nil(), Owned::new(size), Displaced::default());
    loop {
        let page = tree::walked_from(&mut *db, first, UNITS).await?;
        let last = page.last().filter(|_| page.len() as i64 == UNITS).map_or(Uuid::max(), |unit| unit.id);
        page.iter().filter_map(|unit| unit.leaf).for_each(|leaf| owned.note(leaf.unsigned_abs()));
        let mut chains = Chains {
            vault,
            shelf,
            size,
            units: page.into_iter(),
            places: lain(db, (first, last)).await?,
            chain: None,
            report: &mut *report,
            displaced: &mut displaced,
        };
        chains.read(db, (first, last), |events| (terms.progress)(events, about)).await?;
        match last.as_u128().checked_add(1) {
            Some(next) => first = Uuid::from_u128(next),
            None => break,
        }
    }
    displaced.name(report);
    Ok(owned)
}

/// One unit. Answers nothing more; its way to the root is looked at apart.
pub(super) async fn one(
    db: &mut PgConnection,
    (vault, shelf): (&Vault, &Shelf),
    unit: UnitId,
    size: u64,
    report: &mut Report,
) -> Result<(), ProofError> {
    let Some(row) = tree::walked(&mut *db, unit.0).await? else {
        report.name(Fault::Unknown { unit });
        return Ok(());
    };
    let mut displaced = Displaced::default();
    let units = vec![row].into_iter();
    let places = lain(db, (unit.0, unit.0)).await?;
    let mut chains =
        Chains { vault, shelf, size, units, places, chain: None, report: &mut *report, displaced: &mut displaced };
    chains.read(db, (unit.0, unit.0), |_| ()).await?;
    displaced.name(report);
    Ok(())
}

/// Where the units of two ids, and those between them, lay by their placements.
async fn lain(db: &mut PgConnection, ids: (Uuid, Uuid)) -> Result<HashMap<Uuid, Vec<Lain>>, ProofError> {
    let mut lain: HashMap<Uuid, Vec<Lain>> = HashMap::new();
    for row in tree::walked_places(&mut *db, ids).await? {
        lain.entry(row.unit_id).or_default().push(Lain::stored(row));
    }
    Ok(lain)
}

/// The chains of a page of units.
struct Chains<'a> {
    vault: &'a Vault,
    shelf: &'a Shelf,
    size: u64,
    units: std::vec::IntoIter<WalkedRow>,
    places: HashMap<Uuid, Vec<Lain>>,
    chain: Option<Chain>,
    report: &'a mut Report,
    displaced: &'a mut Displaced,
}

impl Chains<'_> {
    async fn read(
        &mut self,
        db: &mut PgConnection,
        (first, last): (Uuid, Uuid),
        progress: impl Fn(u64),
    ) -> Result<(), ProofError> {
        let (mut from, mut orphan) = ((first, i32::MIN), None);
        self.turn();
        loop {
            let events = tree::walked_links(&mut *db, from, last, EVENTS).await?;
            let whole = events.len() as i64 == EVENTS;
            for event in events {
                from = (event.unit_id, event.seq.saturating_add(1));
                self.report.events += 1;
                // Units before this event's have no more.
                while self.chain.as_ref().is_some_and(|chain| chain.row.id < event.unit_id) {
                    self.turn();
                }
                match &mut self.chain {
                    Some(chain) if chain.row.id == event.unit_id => {
                        chain.event(event, self.shelf, self.report, self.displaced);
                    }
                    _ if orphan == Some(event.unit_id) => {}
                    _ => {
                        orphan = Some(event.unit_id);
                        self.report.name(Fault::NoUnit { unit: UnitId(event.unit_id) });
                    }
                }
            }
            progress(self.report.events);
            if !whole {
                break;
            }
        }
        while self.chain.is_some() {
            self.turn();
        }
        Ok(())
    }

    /// Ends the present unit's chain and begins the next one's.
    fn turn(&mut self) {
        if let Some(chain) = self.chain.take() {
            chain.end(self.vault, self.size, self.report);
        }
        self.chain = self.units.next().map(|row| {
            let places = self.places.remove(&row.id).unwrap_or_default();
            Chain::begin(self.vault, (row, places), self.report)
        });
    }
}

/// One unit's chain on the walk along it.
struct Chain {
    row: WalkedRow,
    /// Where it lay by its placements.
    places: Vec<Lain>,
    unit: UnitId,
    key: Option<UnitKey>,
    /// The number expected next.
    next: u32,
    /// The hash that stands at the event before.
    before: Hash,
    /// The event before was edited: its hash may be what was changed.
    shaky: bool,
    /// Something was named: it explains what does not fit at the end.
    explained: bool,
    /// The hash of the event that the leaf is over.
    under_leaf: Option<Hash>,
    /// Events in a row that do not open.
    shut: Option<(u32, u32)>,
    /// What follows from the events so far.
    replay: Replay,
}

impl Chain {
    fn begin(vault: &Vault, (row, places): (WalkedRow, Vec<Lain>), report: &mut Report) -> Self {
        report.units += 1;
        let unit = UnitId(row.id);
        if row.key_sealed.is_none() && !row.destroyed {
            report.name(Fault::KeyGone { unit });
        }
        let key = row.key_sealed.as_ref().and_then(|sealed| {
            let key = vault.open_unit_key(row.id, sealed);
            if key.is_err() {
                report.name(Fault::Key { unit });
            }
            key.ok()
        });
        Self {
            row,
            places,
            unit,
            key,
            next: 1,
            before: START,
            shaky: false,
            explained: false,
            under_leaf: None,
            shut: None,
            replay: Replay::begin(),
        }
    }

    fn event(&mut self, row: LinkRow, shelf: &Shelf, report: &mut Report, displaced: &mut Displaced) {
        let unit = self.unit;
        let seq = u32::try_from(row.seq).unwrap_or_default();
        let gap = seq > self.next;
        if gap {
            self.fault(report, Fault::Deleted { unit, first: self.next, last: seq - 1 });
        }
        let (before, shaky) = (self.before, self.shaky);
        self.next = seq.saturating_add(1);
        self.before = hash_of(&row.hash).unwrap_or_default();
        if self.row.leaf_seq == Some(row.seq) {
            self.under_leaf = Some(self.before);
        }
        let link = link_of(&row);
        self.shaky = link.is_none_or(|link| link.hash() != self.before);
        let Some(link) = link.filter(|_| !self.shaky) else {
            self.explained = true;
            displaced.add(row, report);
            return;
        };
        if !gap && !shaky && link.previous != before {
            self.fault(report, Fault::Unlinked { unit, seq });
        }
        self.said(&row, &link, shelf, report);
    }

    /// Compares the event with what it says.
    fn said(&mut self, row: &LinkRow, link: &Link<'_>, shelf: &Shelf, report: &mut Report) {
        let Some(key) = &self.key else { return };
        let unit = self.unit;
        let Ok(said) = key.open(place(&self.before), &row.sealed) else {
            let first = self.shut.map_or(link.seq, |(first, _)| first);
            self.shut = Some((first, link.seq));
            return;
        };
        self.opens(report);
        report.opened += 1;
        let Some((_, said)) = salted(&said).filter(|(salt, said)| digest(salt, said) == link.digest) else {
            self.fault(report, Fault::Edited { unit, seq: link.seq });
            return;
        };
        match told::read(said, link.kind) {
            Ok(Some(payload)) => {
                self.replay.event(&payload, (link.occurred_at, link.received_at), shelf, &self.row);
                if let Payload::Registered { din, .. } = payload
                    && din.as_str() != self.row.din
                {
                    self.fault(report, Fault::Row { unit, what: "its number" });
                }
            }
            // The house wrote it, and nothing is wrong with it: what follows from it only a later release can tell.
            Ok(None) => {
                self.replay.newer_event();
                report.newer(Newer { unit, seq: link.seq });
            }
            Err(told::Misfiled) => self.fault(report, Fault::Misfiled { unit, seq: link.seq }),
        }
    }

    /// Names the events before that did not open.
    fn opens(&mut self, report: &mut Report) {
        if let Some((first, last)) = self.shut.take() {
            self.fault(report, Fault::Forged { unit: self.unit, first, last });
        }
    }

    fn fault(&mut self, report: &mut Report, fault: Fault) {
        self.explained = true;
        report.name(fault);
    }

    fn end(mut self, vault: &Vault, size: u64, report: &mut Report) {
        self.opens(report);
        let (unit, last) = (self.unit, self.next - 1);
        let seq = self.row.seq.unsigned_abs();
        let sealed = self.sealed_leaf(vault);
        let signed = sealed.map_or(0, |(seq, _)| seq);
        // What a root covers was opened before it was signed; of the rest only the key can say who wrote it.
        if self.row.key_sealed.is_none() && last > signed {
            report.name(Fault::Unsealed { unit, first: signed + 1, last });
        }
        if last < seq.max(signed) {
            self.fault(report, Fault::CutOff { unit, first: last + 1, last: seq.max(signed) });
        } else if last > seq {
            self.fault(report, Fault::Beyond { unit, seq: seq + 1 });
        } else if self.row.head[..] != self.before[..] && !self.explained {
            self.fault(report, Fault::Row { unit, what: "its head" });
        }
        if self.explained {
            return;
        }
        if self.key.is_some() {
            for what in self.replay.differs(&self.row, &self.places) {
                report.name(Fault::Row { unit, what });
            }
            if let Some(fault) = self.replay.family(&self.row) {
                report.name(fault);
            }
        }
        match (self.row.leaf, sealed) {
            (None, _) if self.row.rooted_seq != 0 => report.name(Fault::Row { unit, what: "what a root covers" }),
            (Some(at), _) if at.unsigned_abs() >= size => report.name(Fault::Row { unit, what: "its leaf" }),
            // A leaf that is gone or was written by somebody else is named where the tree is looked at.
            (_, None) => {}
            (_, Some((seq, hash))) => {
                if self.under_leaf.is_none_or(|under| leaf(unit.0, seq, &under) != hash) {
                    report.name(Fault::Rewritten { unit, seq });
                } else if self.row.rooted_seq.unsigned_abs() != seq {
                    report.name(Fault::Row { unit, what: "what a root covers" });
                }
            }
        }
    }

    /// The event that the leaf is over and the leaf's hash, where the house wrote it.
    fn sealed_leaf(&self, vault: &Vault) -> Option<(u32, Hash)> {
        let (at, seq) = (self.row.leaf?, self.row.leaf_seq?);
        let hash = hash_of(self.row.leaf_hash.as_deref()?)?;
        let seal = node_seal(vault, 0, at.unsigned_abs(), Some(seq), &hash);
        (self.row.leaf_seal.as_deref()? == &seal[..]).then(|| (seq.unsigned_abs(), hash))
    }
}

/// Events whose hash is not theirs where they are: edited, or taken from elsewhere.
#[derive(Default)]
struct Displaced(Vec<LinkRow>);

impl Displaced {
    fn add(&mut self, mut row: LinkRow, report: &mut Report) {
        if self.0.len() < DISPLACED {
            row.sealed = Vec::new();
            self.0.push(row);
        } else {
            report.name(Fault::Edited { unit: UnitId(row.unit_id), seq: row.seq.unsigned_abs() });
        }
    }

    fn name(self, report: &mut Report) {
        for row in &self.0 {
            let (unit, seq) = (UnitId(row.unit_id), row.seq.unsigned_abs());
            report.name(match self.home(row) {
                Some((of, of_seq)) => Fault::Moved { unit, seq, of, of_seq },
                None => Fault::Edited { unit, seq },
            });
        }
    }

    /// Where an event was recorded: beside where it is, or in the place of another that is not in its own.
    fn home(&self, row: &LinkRow) -> Option<(UnitId, u32)> {
        let (link, hash) = (link_of(row)?, hash_of(&row.hash)?);
        let beside = [link.seq.checked_sub(1), link.seq.checked_add(1)];
        let beside = beside.into_iter().flatten().map(|seq| (row.unit_id, seq));
        // Either the place or the unit is another; who exchanged both at once is told as an edit.
        let others = self.0.iter().map(|other| (other.unit_id, other.seq.unsigned_abs()));
        let others = others.filter(|(unit, seq)| (*unit == row.unit_id) != (*seq == link.seq));
        beside
            .chain(others)
            .find(|(unit, seq)| Link { unit: *unit, seq: *seq, ..link }.hash() == hash)
            .map(|(unit, seq)| (UnitId(unit), seq))
    }
}
