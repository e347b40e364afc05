//! The tree over the heads, level by level, up to the root that was signed last. Of each level no more than a page of nodes is in
//! memory, and of the level above what it must be: 32 bytes for each two leaves.

use super::super::check::hash_of;
use super::super::{ProofError, node_seal, stored};
use super::roots::Roots;
use super::units::Owned;
use super::{Fault, Report};
use crate::crypto::Vault;
use domain::custody::chain::Root;
use domain::ids::UnitId;
use domain::merkle::{Hash, level_above, neighbours, node_hash, root_by};
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use store::custody::tree::{self, NodeRow};

/// Nodes read at a time; even, so that no pair is torn.
const PAGE: i64 = 8192;

/// The whole tree.
pub(super) async fn walk(
    db: &mut PgConnection,
    vault: &Vault,
    roots: &Roots,
    owned: &Owned,
    report: &mut Report,
) -> Result<(), ProofError> {
    let Some(root) = &roots.last else { return Ok(()) };
    let mut level = Level {
        number: 0,
        count: roots.size,
        must: Vec::new(),
        below: BTreeSet::new(),
        bad: BTreeSet::new(),
        leaves: BTreeSet::new(),
    };
    loop {
        let (above, top) = level.read(db, vault, report).await?;
        if level.number == 0 {
            name_leaves(db, &level, owned, report).await?;
        }
        if level.count <= 1 {
            tell_top(roots, root, top, &level, report);
            return Ok(());
        }
        level = Level {
            number: level.number + 1,
            count: level_above(level.count),
            must: above,
            below: level.bad,
            bad: BTreeSet::new(),
            leaves: BTreeSet::new(),
        };
    }
}

/// Compares the top with the root. Behind a last root that does not hold the tree may well be further.
fn tell_top(roots: &Roots, root: &Root, top: Option<Hash>, level: &Level, report: &mut Report) {
    if !roots.spoilt && level.bad.is_empty() && top != Some(root.root) {
        report.name(Fault::Tree { number: root.number });
    }
}

/// Names what is wrong with leaves, with their units.
async fn name_leaves(
    db: &mut PgConnection,
    level: &Level,
    owned: &Owned,
    report: &mut Report,
) -> Result<(), ProofError> {
    let bad: Vec<i64> = level.leaves.iter().copied().take(super::NAMED).map(stored).collect();
    let units: HashMap<i64, _> = tree::units_of_leaves(&mut *db, &bad).await?.into_iter().collect();
    for position in &level.leaves {
        let unit = units.get(&stored(*position)).copied().map(UnitId);
        report.name(Fault::Leaf { position: *position, unit });
    }
    for position in (0..level.count).filter(|position| !owned.has(*position)) {
        report.name(Fault::Unowned { position });
    }
    Ok(())
}

/// One level.
struct Level {
    number: u8,
    /// How many nodes it has.
    count: u64,
    /// What they must be; nothing for leaves, which the units' chains are compared with.
    must: Vec<Hash>,
    /// Nodes of the level below that are named already, or explained.
    below: BTreeSet<u64>,
    /// The same of this one.
    bad: BTreeSet<u64>,
    /// Leaves that are to be named with their units.
    leaves: BTreeSet<u64>,
}

impl Level {
    /// Reads it. Answers what the level above must be, and the first node.
    async fn read(
        &mut self,
        db: &mut PgConnection,
        vault: &Vault,
        report: &mut Report,
    ) -> Result<(Vec<Hash>, Option<Hash>), ProofError> {
        let (mut above, mut left, mut top) = (Vec::new(), None, None);
        let (mut from, mut next, mut gone) = (0, 0, None::<(u64, u64)>);
        loop {
            let page = tree::nodes_from(&mut *db, i16::from(self.number), stored(from), PAGE).await?;
            let whole = page.len() as i64 == PAGE;
            for node in page {
                let position = node.position.unsigned_abs();
                from = position + 1;
                self.missing(&mut above, &mut left, &mut gone, next..position.min(self.count));
                if position >= self.count {
                    // Beyond the signed size nothing stands.
                    next = self.count;
                    self.tell(position, report);
                    continue;
                }
                let hash = hash_of(&node.hash).unwrap_or_default();
                self.node(position, &node, &hash, vault, report);
                top = top.or(Some(hash));
                pair(&mut above, &mut left, position, hash);
                next = position + 1;
            }
            if !whole {
                break;
            }
        }
        self.missing(&mut above, &mut left, &mut gone, next..self.count);
        above.extend(left);
        if let Some((position, missing)) = gone {
            report.name(Fault::NodesGone { level: self.number, position, missing });
        }
        Ok((above, top))
    }

    /// Stands in for nodes that are gone, so that those behind keep their places.
    fn missing(
        &mut self,
        above: &mut Vec<Hash>,
        left: &mut Option<Hash>,
        gone: &mut Option<(u64, u64)>,
        positions: std::ops::Range<u64>,
    ) {
        for position in positions {
            *gone = Some(gone.map_or((position, 1), |(first, missing)| (first, missing + 1)));
            self.bad.insert(position);
            pair(above, left, position, [0; 32]);
        }
    }

    fn node(&mut self, position: u64, node: &NodeRow, hash: &Hash, vault: &Vault, report: &mut Report) {
        let seal = node_seal(vault, self.number, position, node.seq, hash);
        let must = usize::try_from(position).ok().and_then(|at| self.must.get(at));
        if node.seal[..] != seal[..] || must.is_some_and(|must| must != hash) {
            self.tell(position, report);
        }
    }

    /// Names a node, unless one below it is named: whoever changes a leaf changes the way to the root.
    fn tell(&mut self, position: u64, report: &mut Report) {
        self.bad.insert(position);
        if self.number == 0 {
            self.leaves.insert(position);
            return;
        }
        let explained = self.below.contains(&(position * 2)) || self.below.contains(&(position * 2 + 1));
        if !explained {
            let first = position << self.number;
            let last = (position + 1) << self.number;
            report.name(Fault::Node { level: self.number, position, first, last: last - 1 });
        }
    }
}

/// Takes a node on the way to the level above: two make one.
fn pair(above: &mut Vec<Hash>, left: &mut Option<Hash>, position: u64, hash: Hash) {
    match left.take() {
        Some(neighbour) if position % 2 == 1 => above.push(node_hash(&neighbour, &hash)),
        _ => *left = Some(hash),
    }
}

/// The way of one unit's leaf to the root.
pub(super) async fn way(
    db: &mut PgConnection,
    vault: &Vault,
    unit: UnitId,
    roots: &Roots,
    report: &mut Report,
) -> Result<(), ProofError> {
    let row = tree::walked(&mut *db, unit.0).await?;
    let Some((root, row)) = roots.last.as_ref().zip(row) else { return Ok(()) };
    let Some(at) = row.leaf.map(i64::unsigned_abs).filter(|at| *at < root.size) else { return Ok(()) };
    let hash = row.leaf_hash.as_deref().and_then(hash_of).unwrap_or_default();
    let sealed = row.leaf_seal.as_deref() == Some(&node_seal(vault, 0, at, row.leaf_seq, &hash)[..]);
    if !sealed {
        report.name(Fault::Leaf { position: at, unit: Some(unit) });
        return Ok(());
    }
    let way = neighbours(at, root.size);
    let (levels, positions): (Vec<i16>, Vec<i64>) =
        way.iter().map(|(level, position)| (i16::from(*level), stored(*position))).unzip();
    let nodes = tree::nodes_on_the_way(&mut *db, &levels, &positions).await?;
    let proof: Option<Vec<Hash>> = nodes.iter().map(|node| hash_of(node)).collect();
    let by = proof.and_then(|proof| root_by(&hash, at, root.size, &proof));
    if by != Some(root.root) && !roots.spoilt {
        report.name(Fault::Tree { number: root.number });
    }
    Ok(())
}
