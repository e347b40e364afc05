//! The custody passport: one unit's whole way as a file that anybody verifies without the house, today or in twenty years
//! (docs/custody.md). It holds the unit's events, the proof that its chain lies under a signed root, and that root.
//!
//! [`Passport::verify`] checks everything but the Ed25519 signature, for which each place has its own means: the subcommand aws-lc, a
//! browser its own. It hands back the bytes that must be signed, the signature, and the key.
//!
//! What a reader may not see is in it as a digest only: the chain verifies all the same, and nobody guesses from it what was said.

use crate::custody::chain::{self, Link, Root, START, Salt};
use crate::custody::told::is_of_kind;
use crate::merkle::{Hash, hex, root_by, sha256, unhex};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::{Timestamp, civil};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// What the file says it is.
pub const FORMAT: &str = "cordblood custody passport";
/// The version that is written, and the only one that is read so far.
pub const VERSION: u32 = 1;
/// The largest file that is read, in bytes: a unit with thousands of events has a tenth of it.
pub const LARGEST: usize = 8 << 20;

/// A hash as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        unhex(&text).map(Self).ok_or_else(|| serde::de::Error::custom("not the hexadecimal digits of a hash"))
    }
}

/// One event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Its number in the chain, from 1.
    pub seq: u32,
    /// The word of [`crate::custody::Kind`].
    pub kind: String,
    /// When, by the clock of the source.
    pub occurred_at: Timestamp,
    /// When, by the bank's.
    pub received_at: Timestamp,
    /// Who told it: `staff`, `client`, `system` …
    pub actor_kind: String,
    /// Which account or client.
    pub actor: Option<Uuid>,
    /// From where.
    pub source: String,
    /// Its number there.
    pub source_seq: Option<i64>,
    /// The digest of what it says.
    pub digest: Hex<32>,
    /// Its hash.
    pub hash: Hex<32>,
    /// What it says, if the reader may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// What an event says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The random bytes before it.
    pub salt: Hex<16>,
    /// The JSON, letter by letter as it was hashed.
    pub text: String,
}

/// Where the unit's chain lies in the tree.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The leaf's position, from 0.
    pub position: u64,
    /// The event that the leaf is over: what came later is not covered yet.
    pub seq: u32,
    /// The neighbours on the way to the root, from the leaf upwards.
    pub path: Vec<Hex<32>>,
    /// The root.
    pub root: SignedRoot,
}

/// A signed root.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRoot {
    /// From 1.
    pub number: u64,
    /// The day in Shandong.
    pub day: civil::Date,
    /// Units below it.
    pub size: u64,
    /// The root.
    pub root: Hex<32>,
    /// The root before it.
    pub previous: Hex<32>,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The name of the key.
    pub kid: String,
    /// The SHA-256 of the public key.
    pub fingerprint: Hex<32>,
    /// The signature, in base64 for URLs, without padding.
    pub signature: String,
}

impl SignedRoot {
    /// The root as it is signed.
    pub const fn root(&self) -> Root {
        let (number, day, size) = (self.number, self.day, self.size);
        Root { number, day, size, root: self.root.0, previous: self.previous.0, signed_at: self.signed_at }
    }
}

/// A passport.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// Which unit.
    pub unit: Uuid,
    /// When the file was made.
    pub made_at: Timestamp,
    /// Everything that happened, in order of arrival.
    pub events: Vec<Event>,
    /// The proof; none in the minutes before a first root covers the unit.
    pub proof: Option<Proof>,
}

/// One key of a JWK set (RFC 7517, RFC 8037).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Jwk {
    /// Its name.
    pub kid: String,
    /// `OKP`.
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// The public key, in base64 for URLs.
    pub x: String,
    /// Nothing that was signed at this time or later counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

impl Jwk {
    /// A public key.
    pub fn ed25519(kid: String, public: &[u8], retired_at: Option<Timestamp>) -> Self {
        Self { kid, kty: "OKP".to_owned(), crv: "Ed25519".to_owned(), x: BASE64.encode(public), retired_at }
    }

    fn public(&self) -> Option<Hash> {
        let known = self.kty == "OKP" && self.crv == "Ed25519";
        BASE64.decode(&self.x).ok().filter(|_| known)?.try_into().ok()
    }
}

/// The published keys.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Keys {
    /// Each.
    pub keys: Vec<Jwk>,
}

/// The published roots, or some of them: `/custody/roots.json`, kept in a file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Roots {
    /// Each.
    pub roots: Vec<KeptRoot>,
}

/// A published root, as far as it is compared.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct KeptRoot {
    /// Its number.
    pub number: u64,
    /// It.
    pub root: Hex<32>,
}

/// What the published roots say of the one that a passport leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Published {
    /// It is the one.
    Same,
    /// Another one was published under its number: whoever holds the key signed two.
    Other,
    /// They do not have its number.
    Missing,
}

impl Roots {
    /// Looks for a root of a number among them.
    pub fn say(&self, number: u64, root: &Hash) -> Published {
        let mut said = Published::Missing;
        for kept in self.roots.iter().filter(|kept| kept.number == number) {
            if kept.root.0 != *root {
                return Published::Other;
            }
            said = Published::Same;
        }
        said
    }
}

/// What holds, once the signature does. Whether the root is the one that everybody else was shown it does not say: for that the root is
/// compared with the published ones ([`Roots`]).
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Verdict {
    /// Which unit.
    pub unit: Uuid,
    /// Its events.
    pub events: u32,
    /// Those that say something here; of the others the digest is here.
    pub told: u32,
    /// Up to this event the signed root covers them; those behind it only follow one another.
    pub covered: u32,
    /// The day of the root.
    pub day: civil::Date,
    /// The root's number.
    pub number: u64,
    /// The root.
    pub root: Hex<32>,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The name of the key.
    pub kid: String,
    /// The public key, 32 bytes, in base64 for URLs.
    pub key: String,
    /// What must be signed, in base64 for URLs.
    pub signed: String,
    /// The signature, 64 bytes, in base64 for URLs.
    pub signature: String,
}

/// What does not hold, and where.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, thiserror::Error)]
#[serde(tag = "broken", rename_all = "snake_case")]
pub enum Broken {
    /// The file is not a passport.
    #[error("this is not a custody passport")]
    NotOne,
    /// It is of a version this verifier does not know.
    #[error("the passport is of version {version}, which this verifier does not know")]
    Version {
        /// Which.
        version: u32,
    },
    /// Events are missing before this one, or stand in another order.
    #[error("event {at}: it should be event {expected}; one was removed, added or moved")]
    Order {
        /// The number it says.
        at: u32,
        /// The number that should stand there.
        expected: u32,
    },
    /// What the event says is not what was hashed.
    #[error("event {at}: what it says was changed")]
    Said {
        /// Which.
        at: u32,
    },
    /// The event is not the one that was hashed, or does not follow the one before it.
    #[error("event {at}: it was changed, or does not follow the one before it")]
    Event {
        /// Which.
        at: u32,
    },
    /// There are no events.
    #[error("there are no events in it")]
    Empty,
    /// No root covers the unit yet.
    #[error("no signed root covers the unit yet; ask for the passport again in some minutes")]
    NotRooted,
    /// The signed root covers more events than there are.
    #[error("events {at} to {covered} were removed: the signed root covers them")]
    CutOff {
        /// The first that is missing.
        at: u32,
        /// The last that is covered.
        covered: u32,
    },
    /// The events are not the ones under the root.
    #[error("the events are not the ones that the signed root covers")]
    Proof,
    /// The root is signed by a key that is not among the published ones.
    #[error("the key {kid} is not among the published ones")]
    UnknownKey {
        /// Which.
        kid: String,
    },
    /// The key had ended when the root was signed.
    #[error("the key {kid} had ended when the root was signed")]
    EndedKey {
        /// Which.
        kid: String,
    },
    /// The key is not the one that the passport was made with.
    #[error("the published key {kid} is not the one that the passport names")]
    OtherKey {
        /// Which.
        kid: String,
    },
    /// The signature is not over this root. (Said by whoever verifies it.)
    #[error("the signature of the root does not hold")]
    Signature,
}

impl Passport {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// `NotOne` where it is none; `Version` where it is of another version.
    pub fn read(text: &str) -> Result<Self, Broken> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        let text = text.trim_start_matches('\u{feff}');
        let head: Head = serde_json::from_str(text).map_err(|_| Broken::NotOne)?;
        match (head.format.as_str(), head.version) {
            (FORMAT, VERSION) => serde_json::from_str(text).map_err(|_| Broken::NotOne),
            (FORMAT, version) => Err(Broken::Version { version }),
            _ => Err(Broken::NotOne),
        }
    }

    /// Checks everything but the signature, from the first event to the root.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn verify(&self, keys: &Keys) -> Result<Verdict, Broken> {
        if self.format != FORMAT {
            return Err(Broken::NotOne);
        }
        if self.version != VERSION {
            return Err(Broken::Version { version: self.version });
        }
        let proof = self.proof.as_ref();
        let mut covered = None;
        let mut previous = START;
        for (expected, event) in (1..).zip(&self.events) {
            previous = self.follow(event, expected, previous)?;
            if proof.is_some_and(|proof| proof.seq == event.seq) {
                covered = Some(previous);
            }
        }
        let last = self.events.last().ok_or(Broken::Empty)?.seq;
        let proof = proof.ok_or(Broken::NotRooted)?;
        let head = covered.ok_or(Broken::CutOff { at: last.saturating_add(1), covered: proof.seq })?;
        let path: Vec<Hash> = proof.path.iter().map(|hash| hash.0).collect();
        let root = proof.root.root();
        let leaf = chain::leaf(self.unit, proof.seq, &head);
        if root_by(&leaf, proof.position, root.size, &path) != Some(root.root) {
            return Err(Broken::Proof);
        }
        let key = key_of(&proof.root, keys)?;
        let told = self.events.iter().filter(|event| event.said.is_some()).count();
        Ok(Verdict {
            unit: self.unit,
            events: last,
            told: u32::try_from(told).unwrap_or(u32::MAX),
            covered: proof.seq,
            day: root.day,
            number: root.number,
            root: Hex(root.root),
            signed_at: root.signed_at,
            kid: proof.root.kid.clone(),
            key: BASE64.encode(key),
            signed: BASE64.encode(root.signed_bytes()),
            signature: proof.root.signature.clone(),
        })
    }

    /// The hash of an event that follows.
    fn follow(&self, event: &Event, expected: u32, previous: Hash) -> Result<Hash, Broken> {
        let at = event.seq;
        if at != expected {
            return Err(Broken::Order { at, expected });
        }
        if event.said.as_ref().is_some_and(|said| !said.holds(event)) {
            return Err(Broken::Said { at });
        }
        let link = Link {
            unit: self.unit,
            seq: at,
            kind: &event.kind,
            digest: event.digest.0,
            occurred_at: event.occurred_at,
            received_at: event.received_at,
            actor_kind: &event.actor_kind,
            actor: event.actor,
            source: &event.source,
            source_seq: event.source_seq,
            previous,
        };
        let hash = link.hash();
        if hash == event.hash.0 { Ok(hash) } else { Err(Broken::Event { at }) }
    }
}

impl Said {
    /// Of the bytes that a unit's key seals: the salt, and the JSON.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let (salt, text) = chain::salted(bytes)?;
        Some(Self { salt: Hex(*salt), text: String::from_utf8(text.to_vec()).ok()? })
    }

    /// Whether it is what the event's digest is of, and of the event's kind.
    fn holds(&self, event: &Event) -> bool {
        let salt: &Salt = &self.salt.0;
        chain::digest(salt, self.text.as_bytes()) == event.digest.0 && is_of_kind(self.text.as_bytes(), &event.kind)
    }
}

/// The key that a root names, if it is one of the published ones and counted then.
fn key_of(root: &SignedRoot, keys: &Keys) -> Result<Hash, Broken> {
    let kid = || root.kid.clone();
    let jwk = keys.keys.iter().find(|key| key.kid == root.kid).ok_or_else(|| Broken::UnknownKey { kid: kid() })?;
    let public = jwk.public().ok_or_else(|| Broken::UnknownKey { kid: kid() })?;
    if sha256(&[&public]) != root.fingerprint.0 {
        return Err(Broken::OtherKey { kid: kid() });
    }
    if jwk.retired_at.is_some_and(|at| at <= root.signed_at) {
        return Err(Broken::EndedKey { kid: kid() });
    }
    Ok(public)
}

#[cfg(test)]
mod tests;
