//! One event's row as its chain has it.

use crate::crypto::UnitKey;
use crate::custody::record::place;
use domain::custody::chain::{Link, digest, salted};
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

/// Whether what an event says was sealed by the house for this event, whose hash is `hash`: nobody else has the unit's key.
pub(super) fn is_sealed(key: &UnitKey, link: &Link<'_>, hash: &Hash, sealed: &[u8]) -> bool {
    let Ok(said) = key.open(place(hash), sealed) else { return false };
    salted(&said).is_some_and(|(salt, said)| digest(salt, said) == link.digest)
}

/// The hash of a column.
pub(super) fn hash_of(bytes: &[u8]) -> Option<Hash> {
    bytes.try_into().ok()
}
