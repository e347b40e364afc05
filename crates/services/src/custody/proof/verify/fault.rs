//! What is wrong, and where.

use domain::ids::UnitId;

/// An event in words that only a later release knows, its kind or members of it: it opens, is what its digest is of, and names the kind
/// that it is filed as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Newer {
    /// Whose.
    pub unit: UnitId,
    /// Which.
    pub seq: u32,
}

/// As operators read it.
impl std::fmt::Display for Newer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "unit {}, event {}: unknown to this verifier, a newer version is needed", self.unit, self.seq)
    }
}

/// What is wrong, and where. Events are numbered from 1 in their unit's chain, leaves from 0 in the tree, roots from 1.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// The event is not the one that was hashed.
    #[error("unit {unit}, event {seq}: edited")]
    Edited {
        /// Whose.
        unit: UnitId,
        /// Which.
        seq: u32,
    },
    /// The event was recorded elsewhere: in another unit's chain, or at another place of this one.
    #[error("unit {unit}, event {seq}: is event {of_seq} of unit {of}")]
    Moved {
        /// Where it is.
        unit: UnitId,
        /// At which place.
        seq: u32,
        /// Whose it is.
        of: UnitId,
        /// Which.
        of_seq: u32,
    },
    /// The event does not follow the one before it.
    #[error("unit {unit}, event {seq}: does not follow event {}", .seq - 1)]
    Unlinked {
        /// Whose.
        unit: UnitId,
        /// Which.
        seq: u32,
    },
    /// Events are gone.
    #[error("unit {unit}, events {first} to {last}: deleted")]
    Deleted {
        /// Whose.
        unit: UnitId,
        /// The first.
        first: u32,
        /// The last.
        last: u32,
    },
    /// The last events are gone.
    #[error("unit {unit}, events {first} to {last}: cut off")]
    CutOff {
        /// Whose.
        unit: UnitId,
        /// The first missing one.
        first: u32,
        /// The last one that the unit or its leaf knows of.
        last: u32,
    },
    /// What the events say was not sealed by the house for these places: they were put there, or the chain was hashed anew from the first
    /// of them on.
    #[error("unit {unit}, events {first} to {last}: not written by the house (the change begins at event {first})")]
    Forged {
        /// Whose.
        unit: UnitId,
        /// Where it begins.
        first: u32,
        /// The last event that does not open.
        last: u32,
    },
    /// What the event says is another kind of thing than it is filed as.
    #[error("unit {unit}, event {seq}: says something else than it is filed as")]
    Misfiled {
        /// Whose.
        unit: UnitId,
        /// Which.
        seq: u32,
    },
    /// Events stand behind the last one of the unit.
    #[error("unit {unit}, event {seq}: put there behind the house's back")]
    Beyond {
        /// Whose.
        unit: UnitId,
        /// The first of them.
        seq: u32,
    },
    /// There are events, but no unit.
    #[error("unit {unit}: deleted, its events are there")]
    NoUnit {
        /// Which.
        unit: UnitId,
    },
    /// The unit's row is not what follows from its events and its leaf.
    #[error("unit {unit}: its row was edited ({what})")]
    Row {
        /// Which.
        unit: UnitId,
        /// What does not fit.
        what: &'static str,
    },
    /// By its row the unit is a family's, and no event says so.
    #[error("unit {unit}: no event gave it to the family that its row names")]
    Unassigned {
        /// Which.
        unit: UnitId,
    },
    /// The unit's key is not one of the house's.
    #[error("unit {unit}: its key does not open")]
    Key {
        /// Which.
        unit: UnitId,
    },
    /// The unit's key is gone, and it is not recorded that it was destroyed.
    #[error("unit {unit}: its key is gone, and was not destroyed by the house")]
    KeyGone {
        /// Which.
        unit: UnitId,
    },
    /// The unit has no key, and these events stand behind the last that a root covers: nobody can say who wrote them.
    #[error("unit {unit}, events {first} to {last}: put there without the unit's key")]
    Unsealed {
        /// Which.
        unit: UnitId,
        /// The first behind the last that a root covers.
        first: u32,
        /// The last.
        last: u32,
    },
    /// The leaf holds, and the history is not the one it was made of.
    #[error("unit {unit}, events 1 to {seq}: not the history that was signed")]
    Rewritten {
        /// Which.
        unit: UnitId,
        /// Up to here it was signed.
        seq: u32,
    },
    /// A leaf was written by somebody else than the house.
    #[error("leaf {position} (unit {}): not written by the house", .unit.map_or_else(|| "unknown".to_owned(), |unit| unit.to_string()))]
    Leaf {
        /// Where.
        position: u64,
        /// Whose.
        unit: Option<UnitId>,
    },
    /// A leaf that no unit has.
    #[error("leaf {position}: its unit was deleted")]
    Unowned {
        /// Where.
        position: u64,
    },
    /// A node of the tree is not what follows from those below it, or was written by somebody else than the house.
    #[error("node {position} of level {level} (leaves {first} to {last}): edited")]
    Node {
        /// From 1: leaves have a name of their own.
        level: u8,
        /// Where in it.
        position: u64,
        /// The first leaf below it.
        first: u64,
        /// The last.
        last: u64,
    },
    /// Nodes are gone.
    #[error("level {level} of the tree: {missing} nodes are gone, the first at {position}")]
    NodesGone {
        /// Which level.
        level: u8,
        /// The first missing one.
        position: u64,
        /// How many.
        missing: u64,
    },
    /// The tree has another root than was signed last.
    #[error("root {number}: the tree is not the one that was signed (or later roots are gone)")]
    Tree {
        /// The last root.
        number: u64,
    },
    /// A root does not hold.
    #[error("root {number}: {why}")]
    Root {
        /// Which.
        number: u64,
        /// What does not.
        why: &'static str,
    },
    /// Roots are gone.
    #[error("roots {first} to {last}: deleted")]
    RootsGone {
        /// The first.
        first: u64,
        /// The last.
        last: u64,
    },
    /// The tree has more leaves than any root: the last roots are gone.
    #[error("the roots behind {last} were cut off: {standing} leaves stand, {size} are signed")]
    RootsCutOff {
        /// The last one that is there; 0 for none.
        last: u64,
        /// Leaves that it is over.
        size: u64,
        /// Leaves that stand.
        standing: u64,
    },
    /// The root that was kept elsewhere is not here.
    #[error("root {number}: the house never had, or no longer has, the one that was kept elsewhere")]
    Witness {
        /// Which.
        number: u64,
    },
    /// There is no such unit.
    #[error("unit {unit}: there is none")]
    Unknown {
        /// Which.
        unit: UnitId,
    },
    /// Units wait too long for a root: no server closes any.
    #[error("{units} units wait for a signed root for too long")]
    Late {
        /// How many.
        units: u64,
    },
}
