//! Closing a root: takes the units whose last events no root covers into the tree and signs its new root over the one before.
//!
//! One server closes at a time, by an advisory lock of its transaction. Nothing is signed that does not follow from what was signed
//! before: the new events of a unit are hashed anew from the event that its leaf is over, and the nodes that are read are checked up
//! to the last root ([`super::grow`]). And nothing new is signed that the house did not write: what the new events say opens by the
//! unit's key, which nobody has who only has the database. So no later signature covers what somebody changed or put there.

use super::check::{is_sealed, link_of};
use super::grow::{Level, Nodes, NotUnderIt};
use super::{ProofError, Witness, checked, node_seal, stored};
use crate::Services;
use crate::crypto::{UnitKey, Vault};
use crate::pulse::Pulse;
use domain::custody::chain::{ROOT_PURPOSE, Root, START, leaf};
use domain::ids::UnitId;
use domain::merkle::Hash;
use domain::time::{local_day, to_the_microsecond};
use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashSet};
use std::time::Duration;
use store::ToSqlx;
use store::custody::tree::{self, LinkRow, NewNodes, RootRow, UnrootedRow};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The most units of one root: nobody who works with them waits for longer than its transaction takes.
pub const BATCH: i64 = 2000;
/// Units whose new events are read and opened at a time: some thousand events.
const AT_ONCE: usize = 100;
/// How often is looked whether something happened.
const EVERY: Duration = Duration::from_secs(120);

/// What one step did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Another server is at it.
    Busy,
    /// Nothing happened since the last root.
    Idle,
    /// Units were looked at, and those that hold are under a new root.
    Closed {
        /// It; none where every unit that was looked at was left out.
        root: Option<Root>,
        /// Units whose new events it covers.
        units: u32,
        /// Units that were left out: their history is not the one that was signed, or the house did not write what is new in it. The
        /// verifier says where.
        broken: Vec<UnitId>,
        /// The last unit that was looked at: the next step begins behind it.
        last: Uuid,
    },
}

/// One step: the units behind `after`, up to [`BATCH`] of them, under a new root.
///
/// # Errors
/// `Broken` where the last root or what lies under it is not what was signed; `Database`.
pub async fn close(services: &Services, after: Uuid) -> Result<Step, ProofError> {
    let mut tx = services.begin().await?;
    if !tree::try_lock_closer(&mut *tx).await? {
        return Ok(Step::Busy);
    }
    let units = tree::unrooted(&mut *tx, after, BATCH).await?;
    let Some(last_unit) = units.last().map(|unit| unit.id) else { return Ok(Step::Idle) };
    let last = match tree::last_root(&mut *tx).await? {
        Some(row) => Some(checked(&services.vault, &row)?),
        None => None,
    };
    let (number, size, root) = last.as_ref().map_or((0, 0, START), |last| (last.number, last.size, last.root));

    let mut broken = Vec::new();
    let mut taken = Taken { size, ..Taken::default() };
    for units in units.chunks(AT_ONCE) {
        let sound = sound(&mut tx, &services.vault, units).await?;
        for unit in units {
            if sound.contains(&unit.id) { taken.take(unit) } else { broken.push(UnitId(unit.id)) }
        }
    }
    if taken.changed.is_empty() {
        return Ok(Step::Closed { root: None, units: 0, broken, last: last_unit });
    }
    let new_root = write(&mut tx, services, &taken, size, &root)
        .await?
        .ok_or(ProofError::Broken { number, why: "what stands under it is not what was signed" })?;
    tree::note_rooted(&mut *tx, &taken.ids, &taken.leaves, &taken.seqs).await?;

    let now = to_the_microsecond(services.clock.now());
    let signed_at = last.map_or(now, |last| now.max(behind(last.signed_at)));
    let closed = Root {
        number: number + 1,
        day: local_day(signed_at),
        size: taken.size,
        root: new_root,
        previous: root,
        signed_at,
    };
    let (kid, signature) = services.vault.sign(ROOT_PURPOSE, &closed.text());
    let row = RootRow {
        number: stored(closed.number),
        day: closed.day.to_sqlx(),
        size: stored(closed.size),
        root: closed.root.to_vec(),
        previous: closed.previous.to_vec(),
        signed_at: signed_at.to_sqlx(),
        kid,
        signature,
    };
    tree::add_root(&mut *tx, &row).await?;
    tx.commit().await?;
    let units = u32::try_from(taken.ids.len()).unwrap_or(u32::MAX);
    Ok(Step::Closed { root: Some(closed), units, broken, last: last_unit })
}

/// The first instant behind one that the database can keep: a server whose clock is behind the last one's signs no earlier than that.
fn behind(instant: Timestamp) -> Timestamp {
    instant.saturating_add(SignedDuration::from_micros(1)).unwrap_or(instant)
}

/// Closes roots until every unit was looked at once. Answers how many units the new roots cover.
///
/// # Errors
/// As [`close`].
pub async fn close_all(services: &Services) -> Result<u64, ProofError> {
    let (mut after, mut covered) = (Uuid::nil(), 0);
    while let Step::Closed { root, units, broken, last } = close(services, after).await? {
        after = last;
        covered += u64::from(units);
        if let Some(root) = root {
            metrics::counter!("custody_units_rooted_total").increment(u64::from(units));
            metrics::gauge!("custody_root_number").set(root.number as f64);
            tracing::info!(witness = %Witness::of(&root), units, "custody has a new root");
        }
        for unit in broken {
            metrics::counter!("custody_broken_total").increment(1);
            tracing::error!(%unit, "a unit's history is not what the house wrote and signed: it is left out; run verify-custody");
        }
    }
    Ok(covered)
}

/// Closes every two minutes until `shutdown`. Beats with every look that did what it could; a broken tree beats, too: it has a
/// counter of its own, and must not take the house with it.
pub async fn keep_closing(services: Services, pulse: Pulse, shutdown: CancellationToken) {
    while !shutdown.is_cancelled() {
        match close_all(&services).await {
            Ok(_) => pulse.beat(services.clock.now()),
            Err(ProofError::Broken { number, why }) => {
                metrics::counter!("custody_broken_total").increment(1);
                tracing::error!(
                    number,
                    why,
                    "the tree of custody is broken: nothing more is signed; run verify-custody"
                );
                pulse.beat(services.clock.now());
            }
            Err(error) => tracing::warn!(%error, "no root of custody could be closed; trying again"),
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// What goes under the new root.
#[derive(Default)]
struct Taken {
    /// Leaves, with those that are new.
    size: u64,
    changed: Nodes,
    leaf_seqs: BTreeMap<u64, i32>,
    ids: Vec<Uuid>,
    leaves: Vec<i64>,
    seqs: Vec<i32>,
}

impl Taken {
    fn take(&mut self, unit: &UnrootedRow) {
        let at = unit.leaf.map_or(self.size, i64::unsigned_abs);
        if unit.leaf.is_none() {
            self.size += 1;
        }
        let head: Hash = unit.head.as_slice().try_into().unwrap_or_default();
        self.changed.insert(at, leaf(unit.id, unit.seq.unsigned_abs(), &head));
        self.leaf_seqs.insert(at, unit.seq);
        self.ids.push(unit.id);
        self.leaves.push(stored(at));
        self.seqs.push(unit.seq);
    }
}

/// Those of some units whose new events follow, one by one, from the event that their leaf is over (or from nothing) to their head, and
/// were sealed by the house. Of a unit without a key nothing new is: nobody can say who wrote it.
async fn sound(db: &mut PgConnection, vault: &Vault, units: &[UnrootedRow]) -> Result<HashSet<Uuid>, ProofError> {
    let rooted: Vec<i64> = units.iter().filter_map(|unit| unit.leaf).collect();
    let standing = tree::nodes_at(&mut *db, 0, &rooted).await?;
    let standing: BTreeMap<i64, _> = standing.into_iter().map(|node| (node.position, node)).collect();
    let ids: Vec<Uuid> = units.iter().map(|unit| unit.id).collect();
    // The event under the leaf is read, too: its hash is what the next one follows.
    let first: Vec<i32> = units.iter().map(|unit| unit.rooted_seq.max(1)).collect();
    let mut events: BTreeMap<Uuid, Vec<LinkRow>> = BTreeMap::new();
    for event in tree::links_from(&mut *db, &ids, &first).await? {
        events.entry(event.unit_id).or_default().push(event);
    }
    let holds = |unit: &&UnrootedRow| {
        let key = vault.open_unit_key(unit.id, unit.key_sealed.as_deref()?).ok()?;
        let links = events.get(&unit.id)?;
        let links = match unit.leaf {
            None => links.as_slice(),
            Some(at) => {
                let node = standing.get(&at).filter(|node| node.seq == Some(unit.rooted_seq))?;
                let (under, new) = links.split_first()?;
                let hash: Hash = under.hash.as_slice().try_into().ok()?;
                let signed = leaf(unit.id, unit.rooted_seq.unsigned_abs(), &hash);
                (under.seq == unit.rooted_seq && node.hash[..] == signed[..]).then_some(())?;
                return follow(new, (unit.rooted_seq, hash), unit, &key);
            }
        };
        follow(links, (0, START), unit, &key)
    };
    Ok(units.iter().filter(|unit| holds(unit).is_some()).map(|unit| unit.id).collect())
}

/// Whether events follow one another behind `seq`, whose hash is `hash`, up to the unit's head, and each opens by its key.
fn follow(links: &[LinkRow], (seq, hash): (i32, Hash), unit: &UnrootedRow, key: &UnitKey) -> Option<()> {
    let (mut seq, mut hash) = (seq, hash);
    for row in links {
        let link = link_of(row)?;
        let own = link.hash();
        (row.seq == seq + 1 && link.previous == hash && own[..] == row.hash[..]).then_some(())?;
        is_sealed(key, &link, &own, &row.sealed).then_some(())?;
        (seq, hash) = (row.seq, own);
    }
    (seq == unit.seq && unit.head[..] == hash[..]).then_some(())
}

/// Writes what changes in the tree, level by level. Answers the new root, or nothing where what stands there is not under the last.
async fn write(
    db: &mut PgConnection,
    services: &Services,
    taken: &Taken,
    old: u64,
    root: &Hash,
) -> Result<Option<Hash>, ProofError> {
    let mut nodes = NewNodes::default();
    let mut level = Level::leaves(old, taken.size, taken.changed.clone());
    let top = loop {
        let number = i16::from(level.number);
        let wanted: Vec<i64> = level.wanted().into_iter().map(stored).collect();
        let standing = tree::nodes_at(&mut *db, number, &wanted).await?.into_iter();
        let standing: Nodes =
            standing.filter_map(|node| Some((node.position.unsigned_abs(), node.hash.try_into().ok()?))).collect();
        for (at, hash) in &level.changed {
            let seq = if level.number == 0 { taken.leaf_seqs.get(at).copied() } else { None };
            nodes.levels.push(number);
            nodes.positions.push(stored(*at));
            nodes.seqs.push(seq);
            nodes.hashes.push(hash.to_vec());
            nodes.seals.push(node_seal(&services.vault, level.number, *at, seq, hash).to_vec());
        }
        match level.above(&standing, root) {
            Ok(Some(above)) => level = above,
            Ok(None) => break level.top(),
            Err(NotUnderIt) => return Ok(None),
        }
    };
    tree::put_nodes(&mut *db, &nodes).await?;
    Ok(top)
}
