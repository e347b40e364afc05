//! The verifier: reads the whole trail, recomputes every leaf and every head, and names the position of whatever was
//! edited, deleted, moved or inserted. It trusts the vault's keys and nothing in the database.
//!
//! Three nets, each for what the others let through: the hash of a leaf (an entry was edited), the keyed seal of a leaf
//! (hash and entry were edited alike, or a leaf was moved or inserted), and the signed heads (anything, by somebody who
//! knows the seal's key). What they cannot show is a trail cut off at the end together with its heads; for that a head
//! written down elsewhere (the log has one per minute) is given as witness.

use super::leaf::{entry_hash, seal};
use super::merkle::{Frontier, Hash};
use super::sequence::check_head;
use super::{AuditError, Head, Witness};
use crate::crypto::Vault;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Executor, PgConnection, PgPool};
use std::collections::{BTreeMap, VecDeque};
use store::audit::{HeadRow, LeafRow};
use uuid::Uuid;

/// Rows fetched at a time.
const PAGE: i64 = 2000;
/// Faults named one by one; more are counted.
const NAMED: usize = 1000;

/// What is wrong, and where. Positions count from 0.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// The entry is not the one that was hashed.
    #[error("position {position}: entry {entry} was edited")]
    Edited {
        /// Where.
        position: u64,
        /// Which.
        entry: Uuid,
    },
    /// Hash or seal is not what the sequencer wrote here: entry and hash were edited alike, or the leaf was put there.
    #[error("position {position}: the leaf (entry {entry}) was not written by the sequencer")]
    Forged {
        /// Where.
        position: u64,
        /// Which.
        entry: Uuid,
    },
    /// The leaf was written for another position.
    #[error("position {position}: entry {entry} belongs at position {belongs}")]
    Moved {
        /// Where it is.
        position: u64,
        /// Which.
        entry: Uuid,
        /// Where the sequencer put it.
        belongs: u64,
    },
    /// The leaf names an entry that is gone.
    #[error("position {position}: entry {entry} was deleted")]
    Deleted {
        /// Where.
        position: u64,
        /// Which.
        entry: Uuid,
    },
    /// No leaf stands where one must.
    #[error("positions {first} to {last}: the leaves were deleted")]
    Gap {
        /// The first missing position.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// The signature or the frontier of a head does not hold.
    #[error("head of {size} leaves: {why}")]
    Head {
        /// Which.
        size: u64,
        /// What does not hold.
        why: &'static str,
    },
    /// The signed root is not the root of the leaves; the change is among these positions.
    #[error("positions {first} to {last}: not what the head of {size} leaves was signed over")]
    Root {
        /// The head.
        size: u64,
        /// The first position in question.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// A head was signed over more leaves than there are.
    #[error("position {position}: the trail was cut off here; {signed} leaves were signed")]
    Truncated {
        /// The first missing position.
        position: u64,
        /// How many there were.
        signed: u64,
    },
    /// Leaves beyond the last head: it was deleted, or they were put there.
    #[error("position {position}: no head covers this and what follows")]
    Uncovered {
        /// The first such position.
        position: u64,
    },
    /// The witness is not in the trail.
    #[error("the trail never had, or no longer has, the witnessed head of {size} leaves")]
    Witness {
        /// Its size.
        size: u64,
    },
    /// An entry without a position that no ordinary insert could have made, or whose waiting was deleted.
    #[error("entry {entry} was put beside the trail")]
    Smuggled {
        /// Which.
        entry: Uuid,
    },
    /// An entry vanished before it got a position.
    #[error("entry {entry} was deleted before it got a position")]
    Vanished {
        /// Which.
        entry: Uuid,
    },
    /// An entry waits too long: the sequencer does not run.
    #[error("entry {entry} waits for its position for too long")]
    Late {
        /// Which.
        entry: Uuid,
    },
}

impl Fault {
    /// Where in the trail, if it has a place there.
    pub fn position(&self) -> Option<u64> {
        match self {
            Self::Edited { position, .. }
            | Self::Forged { position, .. }
            | Self::Moved { position, .. }
            | Self::Deleted { position, .. }
            | Self::Truncated { position, .. }
            | Self::Uncovered { position } => Some(*position),
            Self::Gap { first, .. } | Self::Root { first, .. } => Some(*first),
            // A head stands behind the last leaf below it.
            Self::Head { size, .. } | Self::Witness { size } => Some(size.saturating_sub(1)),
            Self::Smuggled { .. } | Self::Vanished { .. } | Self::Late { .. } => None,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Leaves read.
    pub leaves: u64,
    /// Heads read.
    pub heads: u64,
    /// Entries that wait for a position.
    pub waiting: u64,
    /// The last head that holds.
    pub head: Option<Head>,
    /// What is wrong, by position; empty for a sound trail.
    pub faults: Vec<Fault>,
    /// Further faults, counted only.
    pub more_faults: usize,
}

impl Report {
    /// Nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

/// How to verify.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The present.
    pub now: Timestamp,
    /// An entry that waits longer than this is a fault.
    pub late_after: SignedDuration,
    /// A head written down outside the database.
    pub witness: Option<Witness>,
}

impl Terms {
    /// Without a witness; an entry may wait one minute.
    pub fn at(now: Timestamp) -> Self {
        Self { now, late_after: SignedDuration::from_mins(1), witness: None }
    }
}

/// Reads the whole trail at one instant (a read-only snapshot) and reports. Nothing it finds is an error of its own.
pub async fn verify(db: &PgPool, vault: &Vault, terms: &Terms) -> Result<Report, AuditError> {
    let mut transaction = crate::db::begin(db).await?;
    // The whole trail may take minutes, and one snapshot keeps the sequencer's work out of it.
    transaction
        .execute("set transaction isolation level repeatable read, read only; set local statement_timeout = 0")
        .await?;
    let mut walk = Walk::new(vault, terms.witness.clone());
    walk.along(&mut transaction).await?;
    let mut report = walk.finish();

    let limit = NAMED as i64;
    for entry in store::audit::smuggled_entries(&mut *transaction, limit).await? {
        report.name(Fault::Smuggled { entry });
    }
    let before = terms.now.saturating_sub(terms.late_after).unwrap_or(terms.now);
    let (gone, late, all) = store::audit::waiting(&mut *transaction, before, limit).await?;
    gone.into_iter().for_each(|entry| report.name(Fault::Vanished { entry }));
    late.into_iter().for_each(|entry| report.name(Fault::Late { entry }));
    report.waiting = all.unsigned_abs();
    Ok(report)
}

impl Report {
    fn name(&mut self, fault: Fault) {
        if self.faults.len() < NAMED { self.faults.push(fault) } else { self.more_faults += 1 }
    }
}

/// The walk along the trail.
struct Walk<'a> {
    vault: &'a Vault,
    /// What is yet to be met.
    witness: Option<Witness>,
    report: Report,
    heads: Heads,
    /// The position expected next.
    position: u64,
    /// The tree as it is, as far as signed heads reach.
    tree: Frontier,
    /// Up to here heads have spoken for the tree.
    confirmed: u64,
    /// A fault was named at a leaf since then: it explains why the next head does not match.
    explained: bool,
    /// Leaves with a seal of another position: paired when all are known.
    displaced: BTreeMap<u64, Displaced>,
}

struct Displaced {
    entry: Uuid,
    hash: Hash,
    seal: Vec<u8>,
}

impl<'a> Walk<'a> {
    fn new(vault: &'a Vault, witness: Option<Witness>) -> Self {
        Self {
            vault,
            witness,
            report: Report::default(),
            heads: Heads::default(),
            position: 0,
            tree: Frontier::default(),
            confirmed: 0,
            explained: false,
            displaced: BTreeMap::new(),
        }
    }

    async fn along(&mut self, db: &mut PgConnection) -> Result<(), AuditError> {
        self.advance_heads(db).await?;
        loop {
            let first = i64::try_from(self.position).unwrap_or(i64::MAX);
            let leaves = store::audit::leaves_from(&mut *db, first, PAGE).await?;
            let last_page = (leaves.len() as i64) < PAGE;
            for leaf in leaves {
                self.gap_before(leaf.position.unsigned_abs(), db).await?;
                self.leaf(leaf);
                self.head_here(db).await?;
            }
            if last_page {
                return self.beyond(db).await;
            }
        }
    }

    /// Stands in for leaves that are missing, so that those behind keep their places in the tree. Only as far as heads
    /// were signed: beyond, there is nothing to compare with.
    async fn gap_before(&mut self, position: u64, db: &mut PgConnection) -> Result<(), AuditError> {
        if position > self.position {
            self.explained = true;
            self.report.name(Fault::Gap { first: self.position, last: position - 1 });
        }
        while self.tree.size() < position && self.heads.next.is_some() {
            self.tree.push([0; 32]);
            self.head_here(db).await?;
        }
        Ok(())
    }

    fn leaf(&mut self, leaf: LeafRow) {
        let (position, entry) = (leaf.position.unsigned_abs(), leaf.entry_id);
        self.report.leaves += 1;
        self.position = position + 1;
        let stored: Hash = leaf.hash.as_slice().try_into().unwrap_or_default();
        let sealed_here = seal(self.vault, position, &stored)[..] == leaf.seal[..];
        let found = leaf.entry.as_ref().map(entry_hash);
        match found {
            None => self.report.name(Fault::Deleted { position, entry }),
            Some(hash) if hash != stored && sealed_here => self.report.name(Fault::Edited { position, entry }),
            _ => {}
        }
        self.explained |= !sealed_here || found != Some(stored);
        if !sealed_here {
            self.displaced.insert(position, Displaced { entry, hash: stored, seal: leaf.seal });
        }
        if self.tree.size() == position {
            self.tree.push(found.unwrap_or(stored));
        }
    }

    /// Compares the tree with the head that ends here, if one does.
    async fn head_here(&mut self, db: &mut PgConnection) -> Result<(), AuditError> {
        let Some((head, signed)) = self.heads.next.take_if(|(head, _)| head.size <= self.tree.size()) else {
            return Ok(());
        };
        if let Some(range) = self.tree.difference(&signed) {
            if !self.explained {
                let (first, last) = (range.start.max(self.confirmed), range.end - 1);
                self.report.name(Fault::Root { size: head.size, first, last });
            }
            // From here on the signed tree: one change is told once, not at every later head.
            self.tree = signed;
        }
        self.confirmed = head.size;
        self.explained = false;
        self.report.head = Some(head);
        self.advance_heads(db).await
    }

    /// What stands, or should stand, behind the last leaf.
    async fn beyond(&mut self, db: &mut PgConnection) -> Result<(), AuditError> {
        let mut signed = None;
        while let Some((head, _)) = self.heads.next.take() {
            signed = Some(head.size);
            self.advance_heads(db).await?;
        }
        match signed {
            Some(signed) => self.report.name(Fault::Truncated { position: self.position, signed }),
            None if self.confirmed < self.position => self.report.name(Fault::Uncovered { position: self.confirmed }),
            None => {}
        }
        Ok(())
    }

    /// Goes to the next head that holds, naming those that do not.
    async fn advance_heads(&mut self, db: &mut PgConnection) -> Result<(), AuditError> {
        while let Some(row) = self.heads.fetch(db).await? {
            self.report.heads += 1;
            match check_head(self.vault, &row) {
                Ok((head, tree)) => {
                    self.witness.take_if(|witness| *witness == head.witness());
                    self.heads.next = Some((head, tree));
                    return Ok(());
                }
                Err(AuditError::Broken { size, why }) => self.report.name(Fault::Head { size, why }),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Pairs displaced leaves with the positions they were written for, and ends.
    fn finish(mut self) -> Report {
        let displaced = std::mem::take(&mut self.displaced);
        let places: Vec<u64> = displaced.keys().copied().take(NAMED).collect();
        let mut shift = 0;
        for (&position, leaf) in &displaced {
            let belongs_at = |at: &u64| seal(self.vault, *at, &leaf.hash)[..] == leaf.seal[..];
            // Leaves behind an insertion or a deletion are all shifted alike; swapped ones stand at each other's place.
            let near = [position.checked_add_signed(shift), position.checked_sub(1), position.checked_add(1)];
            let belongs = near.into_iter().flatten().find(belongs_at);
            let belongs = belongs.or_else(|| places.iter().copied().find(belongs_at));
            let fault = match belongs {
                Some(belongs) => {
                    shift = belongs.wrapping_sub(position).cast_signed();
                    Fault::Moved { position, entry: leaf.entry, belongs }
                }
                None => Fault::Forged { position, entry: leaf.entry },
            };
            self.report.name(fault);
        }
        if let Some(witness) = self.witness {
            self.report.name(Fault::Witness { size: witness.size });
        }
        self.report.faults.sort_by_key(|fault| fault.position().unwrap_or(u64::MAX));
        self.report
    }
}

/// The heads, in order, a page at a time.
#[derive(Default)]
struct Heads {
    /// The next one that holds.
    next: Option<(Head, Frontier)>,
    after: i64,
    page: VecDeque<HeadRow>,
    done: bool,
}

impl Heads {
    async fn fetch(&mut self, db: &mut PgConnection) -> Result<Option<HeadRow>, AuditError> {
        if self.page.is_empty() && !self.done {
            self.page = store::audit::heads_after(&mut *db, self.after, PAGE).await?.into();
            self.done = (self.page.len() as i64) < PAGE;
        }
        let head = self.page.pop_front();
        self.after = head.as_ref().map_or(self.after, |head| head.size);
        Ok(head)
    }
}
