//! What is hashed and signed, byte by byte. All integers are big-endian; a text stands after its length in bytes (u32);
//! what may be missing stands after a byte that says whether it is there. These encodings never change: a second version
//! would get a second label and live beside this one.

use super::merkle::{Hash, leaf_hash};
use crate::crypto::Vault;
use jiff::Timestamp;
use store::audit::EntryRow;
use uuid::Uuid;

const ENTRY_LABEL: &str = "cordblood audit entry 1";
const SEAL_PURPOSE: &str = "audit leaf 1";
pub(super) const HEAD_PURPOSE: &str = "audit head 1";

/// The hash of an entry's leaf: SHA-256 of `0 ‖ label ‖ id ‖ at (µs since 1970, i64) ‖ actor kind ‖ actor id? ‖ action ‖
/// subject kind ‖ subject id? ‖ detail (the JSON text as Postgres prints jsonb) ‖ request id?`.
pub fn entry_hash(entry: &EntryRow) -> Hash {
    let mut bytes = Vec::with_capacity(256);
    let text = |bytes: &mut Vec<u8>, text: &str| {
        bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    };
    let id = |bytes: &mut Vec<u8>, id: Option<Uuid>| {
        bytes.push(u8::from(id.is_some()));
        bytes.extend_from_slice(id.as_ref().map_or(&[], |id| id.as_bytes()));
    };
    text(&mut bytes, ENTRY_LABEL);
    bytes.extend_from_slice(entry.id.as_bytes());
    bytes.extend_from_slice(&entry.at.to_jiff().as_microsecond().to_be_bytes());
    text(&mut bytes, &entry.actor_kind);
    id(&mut bytes, entry.actor_id);
    text(&mut bytes, &entry.action);
    text(&mut bytes, &entry.subject_kind);
    id(&mut bytes, entry.subject_id);
    text(&mut bytes, &entry.detail);
    id(&mut bytes, entry.request_id);
    leaf_hash(&bytes)
}

/// Binds a leaf to its position with a key that is not in the database: who edits an entry and its hash alike, or moves
/// a leaf, cannot make this one.
pub(super) fn seal(vault: &Vault, position: u64, hash: &Hash) -> [u8; 32] {
    vault.mac(SEAL_PURPOSE, &[&position.to_be_bytes()[..], hash].concat())
}

/// What the signature of a head is over (after the purpose, see `Vault::sign`): `size u64 ‖ root ‖ time (µs, i64)`.
pub(super) fn head_text(size: u64, root: &Hash, signed_at: Timestamp) -> Vec<u8> {
    [&size.to_be_bytes()[..], root, &signed_at.as_microsecond().to_be_bytes()].concat()
}
