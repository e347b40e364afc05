//! The tree, grown: only what lies on the way from changed leaves to the root is read and written. And nothing is built on what is
//! not under the last root: each node that is read is checked, pair by pair, up to that root.

use domain::merkle::{Hash, level_above, node_hash};
use std::collections::BTreeMap;

/// The nodes of one level that change, by position.
pub(super) type Nodes = BTreeMap<u64, Hash>;

/// One level on the way up.
pub(super) struct Level {
    /// From 0.
    pub number: u8,
    /// How many nodes stand there.
    old: u64,
    /// How many will.
    new: u64,
    /// What changes there, or is new.
    pub changed: Nodes,
    /// What the nodes that stand there must be, by the level below.
    expected: Nodes,
}

/// What is not under the last root.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NotUnderIt;

impl Level {
    /// The leaves that change or are new.
    pub fn leaves(old: u64, new: u64, changed: Nodes) -> Self {
        Self { number: 0, old, new, changed, expected: Nodes::new() }
    }

    /// The positions that stand there and are needed: what changes, and each neighbour.
    pub fn wanted(&self) -> Vec<u64> {
        let mut wanted: Vec<u64> =
            self.changed.keys().flat_map(|at| [*at, at ^ 1]).filter(|at| *at < self.old).collect();
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// The level above, when `standing` stands at the wanted positions and `root` is the last root. Nothing above the new root.
    pub fn above(&self, standing: &Nodes, root: &Hash) -> Result<Option<Self>, NotUnderIt> {
        let at = |position: u64| standing.get(&position).ok_or(NotUnderIt);
        if self.expected.iter().any(|(position, hash)| standing.get(position) != Some(hash)) {
            return Err(NotUnderIt);
        }
        if self.old == 1 && at(0)? != root {
            return Err(NotUnderIt);
        }
        if self.new <= 1 {
            return Ok(None);
        }
        let value = |position: u64| self.changed.get(&position).map_or_else(|| at(position), Ok).copied();
        let (mut changed, mut expected) = (Nodes::new(), Nodes::new());
        for parent in self.changed.keys().map(|at| at / 2) {
            let (left, right) = (parent * 2, parent * 2 + 1);
            if changed.contains_key(&parent) {
                continue;
            }
            let hash = if right < self.new { node_hash(&value(left)?, &value(right)?) } else { value(left)? };
            changed.insert(parent, hash);
            // The last root stands where one node was left; there is nothing of the old tree above it.
            if self.old > 1 && left < self.old {
                let was = if right < self.old { node_hash(at(left)?, at(right)?) } else { *at(left)? };
                expected.insert(parent, was);
            }
        }
        let old = if self.old > 1 { level_above(self.old) } else { 0 };
        Ok(Some(Self { number: self.number + 1, old, new: level_above(self.new), changed, expected }))
    }

    /// The new root, at the top.
    pub fn top(&self) -> Option<Hash> {
        (self.new == 1).then(|| self.changed.get(&0).copied()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::merkle::{leaf_hash, root, sha256};
    use proptest::prelude::*;
    use std::collections::HashMap;

    type Stored = HashMap<(u8, u64), Hash>;

    fn leaf(of: u64, version: u64) -> Hash {
        leaf_hash(&[of.to_be_bytes(), version.to_be_bytes()].concat())
    }

    /// Grows a stored tree as the closer does; answers the new root.
    fn grow(stored: &mut Stored, old: u64, new: u64, changed: Nodes, last: &Hash) -> Result<Hash, NotUnderIt> {
        let mut level = Level::leaves(old, new, changed);
        let mut written = Vec::new();
        loop {
            let standing: Nodes =
                level.wanted().into_iter().filter_map(|at| Some((at, *stored.get(&(level.number, at))?))).collect();
            let above = level.above(&standing, last)?;
            written.extend(level.changed.iter().map(|(at, hash)| ((level.number, *at), *hash)));
            match above {
                Some(next) => level = next,
                None => break,
            }
        }
        let top = level.top().ok_or(NotUnderIt)?;
        stored.extend(written);
        Ok(top)
    }

    proptest! {
        #[test]
        fn a_grown_tree_has_the_root_of_the_definition(steps in proptest::collection::vec((0u64..20, proptest::collection::vec(any::<proptest::sample::Index>(), 0..6)), 1..20)) {
            let (mut stored, mut versions, mut last) = (Stored::new(), Vec::<u64>::new(), sha256(&[]));
            for (round, (added, touched)) in (1..).zip(steps) {
                let old = versions.len() as u64;
                let mut changed = Nodes::new();
                if old > 0 {
                    for index in touched {
                        let at = index.index(versions.len());
                        versions[at] = round;
                        changed.insert(at as u64, leaf(at as u64, round));
                    }
                }
                for at in old..old + added {
                    versions.push(round);
                    changed.insert(at, leaf(at, round));
                }
                if changed.is_empty() {
                    continue;
                }
                let all: Vec<Hash> = (0..).zip(&versions).map(|(at, version)| leaf(at, *version)).collect();
                let grown = grow(&mut stored, old, old + added, changed, &last);
                prop_assert_eq!(grown, Ok(root(&all)));
                last = root(&all);
            }
        }

        /// Whatever is needed and was changed behind the closer's back is not built upon.
        #[test]
        fn nothing_is_built_on_what_is_not_under_the_root(size in 1u64..70, added in 0u64..4, touched in any::<proptest::sample::Index>(), tampered in any::<proptest::sample::Index>()) {
            let all: Vec<Hash> = (0..size).map(|at| leaf(at, 0)).collect();
            let mut stored = Stored::new();
            let last = root(&all);
            prop_assert_eq!(grow(&mut stored, 0, size, (0..).zip(all.iter().copied()).collect(), &sha256(&[])), Ok(last));
            let touched = touched.index(all.len()) as u64;
            let changed: Nodes = (size..size + added).chain([touched]).map(|at| (at, leaf(at, 1))).collect();
            // Everything that the closer reads on the way.
            let mut read = Vec::new();
            let mut level = Some(Level::leaves(size, size + added, changed.clone()));
            while let Some(now) = level {
                let standing: Nodes = now.wanted().into_iter().map(|at| (at, stored[&(now.number, at)])).collect();
                read.extend(standing.keys().map(|at| (now.number, *at)));
                level = now.above(&standing, &last).expect("sound so far");
            }
            let place = read[tampered.index(read.len())];
            if let Some(hash) = stored.get_mut(&place) {
                hash[0] ^= 1;
            }
            prop_assert_eq!(grow(&mut stored, size, size + added, changed, &last), Err(NotUnderIt));
        }
    }
}
