//! The sequencer: gives committed entries their positions and signs the tree that grows with them.
//!
//! Ids come from several servers' clocks and commit in any order, so there is no id below which everything has been seen.
//! Therefore a trigger puts every new entry into `audit_pending` in its own transaction, and the sequencer takes from
//! there what is committed: a short table, read by its key, whatever the length of the trail. One sequencer works at a
//! time, by a transaction-level advisory lock; who does not get it has nothing to do.

use super::leaf::{HEAD_PURPOSE, entry_hash, head_text, seal};
use super::merkle::{Frontier, Hash};
use super::{AuditError, Head};
use crate::Services;
use crate::crypto::Vault;
use crate::pulse::Pulse;
use domain::time::to_the_microsecond;
use jiff::Timestamp;
use std::time::Duration;
use store::ToSqlx;
use store::audit::HeadRow;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The most entries of one step.
pub const BATCH: u32 = 2000;

/// What one step did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Another server is at it.
    Busy,
    /// Nothing waits.
    Idle,
    /// So many entries have got positions, under this head.
    Sequenced {
        /// Entries.
        entries: u32,
        /// The new head.
        head: Head,
    },
}

/// One step: takes up to [`BATCH`] waiting entries into the tree. Refuses to build on a last head that does not hold, so
/// that no later signature covers what somebody changed.
pub async fn sequence(services: &Services) -> Result<Step, AuditError> {
    let mut transaction = services.begin().await?;
    if !store::audit::try_lock_sequencer(&mut *transaction).await? {
        return Ok(Step::Busy);
    }
    let pending = store::audit::pending_entries(&mut *transaction, i64::from(BATCH)).await?;
    if pending.is_empty() {
        return Ok(Step::Idle);
    }
    let mut tree = match store::audit::last_head(&mut *transaction).await? {
        Some(row) => check_head(&services.vault, &row)?.1,
        None => Frontier::default(),
    };
    let first = tree.size();
    let end = store::audit::leaves_end(&mut *transaction).await?;
    if u64::try_from(end) != Ok(first) {
        return Err(AuditError::Broken { size: first, why: "the last leaf is not the one below the last head" });
    }

    let (mut ids, mut hashes, mut seals) = (Vec::new(), Vec::new(), Vec::new());
    for entry in &pending {
        let hash = entry_hash(entry);
        ids.push(entry.id);
        hashes.push(hash.to_vec());
        seals.push(seal(&services.vault, tree.size(), &hash).to_vec());
        tree.push(hash);
    }
    store::audit::add_leaves(&mut *transaction, end, &ids, &hashes, &seals).await?;
    let row = sign_head(&services.vault, &tree, services.clock.now());
    store::audit::add_head(&mut *transaction, &row).await?;
    transaction.commit().await?;
    let head = Head { size: tree.size(), root: tree.root(), signed_at: row.signed_at.to_jiff() };
    Ok(Step::Sequenced { entries: u32::try_from(ids.len()).unwrap_or(BATCH), head })
}

fn sign_head(vault: &Vault, tree: &Frontier, now: Timestamp) -> HeadRow {
    let signed_at = to_the_microsecond(now);
    let root = tree.root();
    let (kid, signature) = vault.sign(HEAD_PURPOSE, &head_text(tree.size(), &root, signed_at));
    HeadRow {
        size: i64::try_from(tree.size()).unwrap_or(i64::MAX),
        root: root.to_vec(),
        frontier: tree.encode(),
        kid,
        signature,
        signed_at: signed_at.to_sqlx(),
    }
}

/// The head of a row whose signature holds and whose frontier has the signed root.
pub(super) fn check_head(vault: &Vault, row: &HeadRow) -> Result<(Head, Frontier), AuditError> {
    let size = u64::try_from(row.size).unwrap_or_default();
    let broken = |why| AuditError::Broken { size, why };
    let root: Hash = row.root.as_slice().try_into().map_err(|_| broken("the root is no hash"))?;
    let signed_at = row.signed_at.to_jiff();
    vault
        .verify_signed_at(HEAD_PURPOSE, &row.kid, &head_text(size, &root, signed_at), &row.signature, signed_at)
        .map_err(|_| broken("the signature of the head does not hold"))?;
    let tree = Frontier::decode(size, &row.frontier).ok_or_else(|| broken("the frontier does not fit the size"))?;
    if tree.root() != root {
        return Err(broken("the frontier has another root than was signed"));
    }
    Ok((Head { size, root, signed_at }, tree))
}

/// Sequences every second until `shutdown`. Once a minute the latest head goes into the log, which leaves the machine:
/// whoever later cuts off the tail of the trail, heads and all, is contradicted there (`audit::verify` takes it as
/// witness).
///
/// `pulse` beats with every step that did what it could. A step that fails does not: when nothing gets a position for a
/// minute, somebody should see it. A broken trail beats all the same. It has a counter of its own, and must not take the
/// house's visitors with it.
pub async fn run(services: Services, pulse: Pulse, shutdown: CancellationToken) {
    let mut told: Option<Instant> = None;
    loop {
        let step = sequence(&services).await;
        if matches!(step, Ok(_) | Err(AuditError::Broken { .. })) {
            pulse.beat(services.clock.now());
        }
        let pause = match step {
            Ok(Step::Sequenced { entries, head }) => {
                metrics::counter!("audit_entries_sequenced_total").increment(u64::from(entries));
                metrics::gauge!("audit_head_size").set(head.size as f64);
                if told.is_none_or(|at| at.elapsed() >= Duration::from_secs(60)) {
                    told = Some(Instant::now());
                    tracing::info!(witness = %head.witness(), signed_at = %head.signed_at, "the audit trail has a new head");
                }
                if entries == BATCH { Duration::ZERO } else { Duration::from_secs(1) }
            }
            Ok(Step::Idle | Step::Busy) => Duration::from_secs(1),
            Err(AuditError::Broken { size, why }) => {
                metrics::counter!("audit_broken_total").increment(1);
                tracing::error!(size, why, "the audit trail is broken: nothing more is signed; run verify-audit");
                Duration::from_secs(30)
            }
            Err(error) => {
                tracing::warn!(%error, "the audit trail could not be sequenced; trying again");
                Duration::from_secs(5)
            }
        };
        tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep(pause) => {}
        }
    }
}
