//! One event's row as its chain has it.

use domain::custody::chain::Link;
use domain::merkle::Hash;
use store::custody::tree::LinkRow;

/// The link of a row; nothing where the row holds no hashes, or a number that no event has.
pub(super) fn link_of(row: &LinkRow) -> Option<Link<'_>> {
    Some(Link {
        unit: row.unit_id,
        seq: u32::try_from(row.seq).ok()?,
        kind: &row.kind,
        digest: hash_of(&row.digest)?,
        occurred_at: row.occurred_at.to_jiff(),
        received_at: row.received_at.to_jiff(),
        actor_kind: &row.actor_kind,
        actor: row.actor_id,
        source: &row.source,
        source_seq: row.source_seq,
        previous: hash_of(&row.prev_hash)?,
    })
}

/// The hash of a column.
pub(super) fn hash_of(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok()
}
