//! What is hashed and signed of custody, byte by byte (docs/custody.md tells it to whoever writes a verifier). Integers are
//! big-endian; a text stands after its length in bytes (u32); what may be missing stands after a byte that says whether it is
//! there. These encodings never change: a second version would get a second label and live beside this one.
//!
//! An event's hash is over the digest of what it says and the hash of the event before it, so that a chain verifies for whoever may
//! not read what was said, and after the unit's key is gone. What it says (salt and JSON) is sealed under the unit's key with the
//! event's hash authenticated: whoever has the database but not the keys can hash a forged chain anew, but not seal it. The heads of all chains are the leaves of one tree
//! ([`crate::merkle`]), whose roots are signed, each over the one before.

use crate::merkle::{Hash, leaf_hash, sha256};
use jiff::{Timestamp, civil};
use uuid::Uuid;

const EVENT_LABEL: &str = "cordblood custody event 1";
const HEAD_LABEL: &str = "cordblood custody head 1";
const FAMILY_LABEL: &str = "cordblood custody family 1";
/// What a root's signature is for: under the signature, before the root.
pub const ROOT_PURPOSE: &str = "custody root 1";

/// What stands before a unit's first event, and before the first root.
pub const START: Hash = [0; 32];

/// Random bytes before what an event says: nobody guesses from the digest what was said.
pub type Salt = [u8; 16];

/// What a unit's key seals of an event, in its two parts: the salt, and the JSON. `None` for what is shorter than a salt.
pub fn salted(bytes: &[u8]) -> Option<(&Salt, &[u8])> {
    bytes.split_first_chunk()
}

/// The digest of what an event says: SHA-256 of the salt and the JSON as it is stored.
pub fn digest(salt: &Salt, said: &[u8]) -> Hash {
    sha256(&[salt, said])
}

/// One event as its chain has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link<'a> {
    /// Whose chain.
    pub unit: Uuid,
    /// Its number there, from 1.
    pub seq: u32,
    /// The word of [`crate::custody::Kind`].
    pub kind: &'a str,
    /// Of what it says ([`digest`]).
    pub digest: Hash,
    /// By the clock of the source. Whole microseconds count, here and in the database.
    pub occurred_at: Timestamp,
    /// By ours.
    pub received_at: Timestamp,
    /// `staff`, `client`, `system` …
    pub actor_kind: &'a str,
    /// The account or the client.
    pub actor: Option<Uuid>,
    /// `lims`, `desk` …
    pub source: &'a str,
    /// Its number there.
    pub source_seq: Option<i64>,
    /// The hash of the event before it; [`START`] for the first.
    pub previous: Hash,
}

impl Link<'_> {
    /// SHA-256 of `label ‖ unit ‖ seq u32 ‖ kind ‖ digest ‖ occurred at (µs since 1970, i64) ‖ received at ‖ actor kind ‖ actor? ‖
    /// source ‖ source's number (i64)? ‖ previous`.
    pub fn hash(&self) -> Hash {
        let mut bytes = Vec::with_capacity(320);
        text(&mut bytes, EVENT_LABEL);
        bytes.extend_from_slice(self.unit.as_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        text(&mut bytes, self.kind);
        bytes.extend_from_slice(&self.digest);
        bytes.extend_from_slice(&self.occurred_at.as_microsecond().to_be_bytes());
        bytes.extend_from_slice(&self.received_at.as_microsecond().to_be_bytes());
        text(&mut bytes, self.actor_kind);
        perhaps(&mut bytes, self.actor.as_ref().map(|actor| &actor.as_bytes()[..]));
        text(&mut bytes, self.source);
        perhaps(&mut bytes, self.source_seq.map(i64::to_be_bytes).as_ref().map(|number| &number[..]));
        bytes.extend_from_slice(&self.previous);
        sha256(&[&bytes])
    }
}

/// The leaf of a unit in the tree: the leaf hash of `label ‖ unit ‖ seq u32 ‖ head`, where the head is the hash of the event with
/// that number.
pub fn leaf(unit: Uuid, seq: u32, head: &Hash) -> Hash {
    let mut bytes = Vec::with_capacity(96);
    text(&mut bytes, HEAD_LABEL);
    bytes.extend_from_slice(unit.as_bytes());
    bytes.extend_from_slice(&seq.to_be_bytes());
    bytes.extend_from_slice(head);
    leaf_hash(&bytes)
}

/// What the event `assigned` says of the family a unit belongs to: SHA-256 of `label ‖ unit ‖ family`. A family's id is random, so that
/// nobody finds it by this; two units of one family have nothing in common here; and whoever is told the id can compare it, with the
/// house or without.
pub fn of_family(unit: Uuid, family: Uuid) -> Hash {
    let mut bytes = Vec::with_capacity(64);
    text(&mut bytes, FAMILY_LABEL);
    bytes.extend_from_slice(unit.as_bytes());
    bytes.extend_from_slice(family.as_bytes());
    sha256(&[&bytes])
}

/// A root of the tree, as it is signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Root {
    /// From 1, without a gap.
    pub number: u64,
    /// Of Shandong.
    pub day: civil::Date,
    /// Leaves below it: units.
    pub size: u64,
    /// The root itself.
    pub root: Hash,
    /// The root before it; [`START`] for the first.
    pub previous: Hash,
    /// When. Whole microseconds count.
    pub signed_at: Timestamp,
}

impl Root {
    /// What is signed after the purpose: `number u64 ‖ day (days since 1970, i32) ‖ size u64 ‖ root ‖ previous ‖ signed at (µs since
    /// 1970, i64)`.
    pub fn text(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(92);
        bytes.extend_from_slice(&self.number.to_be_bytes());
        bytes.extend_from_slice(&days_since_1970(self.day).to_be_bytes());
        bytes.extend_from_slice(&self.size.to_be_bytes());
        bytes.extend_from_slice(&self.root);
        bytes.extend_from_slice(&self.previous);
        bytes.extend_from_slice(&self.signed_at.as_microsecond().to_be_bytes());
        bytes
    }

    /// The very bytes that the Ed25519 signature is over: `0 ‖ length of the purpose (u8) ‖ purpose ‖` [`Self::text`].
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![0, ROOT_PURPOSE.len() as u8];
        bytes.extend_from_slice(ROOT_PURPOSE.as_bytes());
        bytes.extend(self.text());
        bytes
    }
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn perhaps(bytes: &mut Vec<u8>, part: Option<&[u8]>) {
    bytes.push(u8::from(part.is_some()));
    bytes.extend_from_slice(part.unwrap_or_default());
}

/// Any day of any calendar fits: there are fewer than four million of them on either side.
fn days_since_1970(day: civil::Date) -> i32 {
    let hours = day.duration_since(civil::date(1970, 1, 1)).as_hours();
    i32::try_from(hours / 24).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn at(microsecond: i64) -> Timestamp {
        Timestamp::from_microsecond(microsecond).expect("a time")
    }

    fn first() -> Link<'static> {
        Link {
            unit: Uuid::from_u128(0x0197_f8a2_7a10_4000_8000_1234_5678_9012),
            seq: 1,
            kind: "registered",
            digest: digest(&[7; 16], br#"{"kind":"registered","din":"G123498654321","pool":"family"}"#),
            occurred_at: at(1_790_000_000_000_001),
            received_at: at(1_790_000_060_000_002),
            actor_kind: "client",
            actor: Some(Uuid::from_u128(1)),
            source: "lims",
            source_seq: Some(42),
            previous: START,
        }
    }

    /// The vectors of docs/custody.md, computed elsewhere (Python's hashlib and struct).
    #[test]
    fn the_hashes_are_those_others_compute() {
        let first = first();
        assert_eq!(hex(&first.digest), "5e96c372c5891967dcabc67d625a8d5b5497cbb895c139164cb5364c7240cd5d");
        assert_eq!(hex(&first.hash()), "fe00ada9d2c751f41af66ddd843657421507bff465a68dc8d1e089c6dc5ad124");
        let second = Link {
            seq: 2,
            kind: "infused",
            digest: digest(&[8; 16], br#"{"kind":"infused"}"#),
            occurred_at: at(-1),
            actor_kind: "system",
            actor: None,
            source: "desk",
            source_seq: None,
            previous: first.hash(),
            ..first
        };
        assert_eq!(hex(&second.hash()), "6b2ab01c915ee2c02e802fcf02be6aba122322af41f4c8278ee7241a0337c773");
        assert_eq!(
            hex(&leaf(second.unit, 2, &second.hash())),
            "39a08f880127ecf3151bd006f8668f9580083e87110c7f5fe112036e972d4835"
        );
        let family = Uuid::from_u128(0x0197_f8a2_7a10_7000_8000_0000_0000_000f);
        assert_eq!(
            hex(&of_family(first.unit, family)),
            "4ce3ad7b89770843405cac23c44af45ff6b1fa4c370e26181dd86e9a58927db9"
        );
        let root = Root {
            number: 3,
            day: civil::date(2026, 12, 17),
            size: 2,
            root: [1; 32],
            previous: [2; 32],
            signed_at: at(1_790_000_120_000_003),
        };
        assert_eq!(
            hex(&sha256(&[&root.signed_bytes()])),
            "4a58e24e721892828100258f5f08be54a2f366253a1a92537317ad88db73524d"
        );
    }

    #[test]
    fn days_are_counted_from_1970_both_ways() {
        assert_eq!(days_since_1970(civil::date(1970, 1, 1)), 0);
        assert_eq!(days_since_1970(civil::date(1969, 12, 31)), -1);
        assert_eq!(days_since_1970(civil::date(2026, 12, 17)), 20_804);
    }

    /// The text of the event is kept and hashed letter by letter, so that it never changes.
    #[test]
    fn whose_a_unit_is_is_said_by_a_hash() {
        let (unit, family) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let said = crate::custody::Payload::Assigned { family: crate::custody::passport::Hex(of_family(unit, family)) };
        let text = serde_json::to_string(&said).expect("JSON");
        assert_eq!(text, format!(r#"{{"kind":"assigned","family":"{}"}}"#, hex(&of_family(unit, family))));
        assert_eq!(serde_json::from_str::<crate::custody::Payload>(&text).expect("the same"), said);
        for short in [&text[..text.len() - 4], r#"{"kind":"assigned","family":"00"}"#, r#"{"kind":"assigned"}"#] {
            assert!(serde_json::from_str::<crate::custody::Payload>(short).is_err(), "{short}");
        }
        for other in [of_family(family, unit), of_family(unit, unit), of_family(family, family)] {
            assert_ne!(other, of_family(unit, family));
        }
    }

    proptest! {
        /// Every part counts: who changes one, or moves a letter from one text to the next, has another hash.
        #[test]
        fn no_two_events_share_a_hash(kind in "[a-z_]{1,20}", source in "[a-z-]{2,20}", actor_kind in "[a-z]{1,10}", seq in 1u32..1000,
                                      number in proptest::option::of(any::<i64>()), actor in proptest::option::of(any::<u128>())) {
            let one = Link { kind: &kind, source: &source, actor_kind: &actor_kind, seq, source_seq: number, actor: actor.map(Uuid::from_u128), ..first() };
            let hash = one.hash();
            prop_assert_eq!(one.hash(), hash);
            let moved = format!("{source}x");
            let others = [
                Link { seq: seq + 1, ..one },
                Link { kind: &moved, ..one },
                Link { source: &moved, ..one },
                Link { actor_kind: &moved, ..one },
                Link { unit: Uuid::nil(), ..one },
                Link { digest: [9; 32], ..one },
                Link { previous: [9; 32], ..one },
                Link { occurred_at: at(0), ..one },
                Link { received_at: at(0), ..one },
                Link { occurred_at: one.received_at, received_at: one.occurred_at, ..one },
                Link { source_seq: Some(number.map_or(0, |number| number.wrapping_add(1))), ..one },
                Link { actor: Some(Uuid::from_u128(actor.map_or(0, |actor| actor.wrapping_add(1)))), ..one },
            ];
            for other in others {
                prop_assert_ne!(other.hash(), hash, "{:?}", other);
            }
        }
    }
}
