//! The vault: envelope encryption of sensitive columns, blind indexes, signatures, purpose-bound links.
//!
//! The master key of the configuration wraps data keys and signing keys, which lie in the database ([`ring`]). From each
//! data key HKDF derives one key per purpose. What is *looked up* (blind indexes, hashes of tokens, rate-limit buckets)
//! is keyed by data key 0, which is never rotated: an index must find what was written years ago. What is *opened*
//! (sealed values, links) names the version of the key it was made with, so that rotation costs nobody anything.
//! The algorithms stand behind one trait ([`suite`]).
//!
//! A sealed value: `suite u8 ‖ key version u32 ‖ nonce ‖ ciphertext ‖ tag`; integers are big-endian. Suite, version,
//! table, column and row are authenticated with it.

pub mod draw;
mod own_key;
mod renew;
mod ring;
mod suite;
mod tokens;

pub use domain::booking::Pass;
pub use own_key::{CaseKey, OfCase, OfUnit, OwnKey, Owner, UnitKey};
pub use renew::{Renewed, renew};
pub use ring::SETTLES_AFTER;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::{Master, Ring};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use sqlx::PgPool;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use store::keys;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often a running server looks for new keys: well below [`SETTLES_AFTER`].
pub const REFRESH_EVERY: Duration = Duration::from_secs(5);

/// How long a signing key still verifies after it was replaced: longer than any pass is valid.
pub const VERIFIES_AFTER_ROTATION: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Whether an Ed25519 signature is one of this text by this public key, whosever that is.
pub fn ed25519_holds(public: &[u8], text: &[u8], signature: &[u8]) -> bool {
    suite::PRESENT.verify(public, text, signature)
}

/// The SHA-256 of bytes that are no secret, in hexadecimal digits.
pub fn digest_hex(bytes: &[u8]) -> String {
    hex(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes).as_ref())
}

/// Bytes in hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random bytes of the operating system.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "without randomness nothing of the house is safe: stop")]
    aws_lc_rs::rand::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

/// Where a sealed value lives; bound into the ciphertext, so that a value moved to another row does not open.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Row.
    pub row: Uuid,
}

/// What a signed link allows. One purpose never stands for another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LinkPurpose {
    /// See and change a booking.
    ManageBooking,
    /// Book another session instead of one the house closed.
    Rebook,
    /// See an entry of the waiting list, answer its offers, leave.
    Waiting,
    /// Follow a request for the science bus: answer, accept, decline, withdraw.
    BusRequest,
    /// Say what a visit of the bus was like.
    BusFeedback,
    /// Follow a group's request: answer, accept, decline, withdraw, send the list.
    GroupRequest,
    /// Follow an application as an ambassador: answer, choose a training date, fetch the certificate, withdraw.
    Ambassador,
    /// Stand in the line of a release, from the browser that took the ticket.
    Ticket,
    /// Confirm a display that shows this as a picture, from a colleague's telephone.
    WallDisplay,
}

impl LinkPurpose {
    /// The word under the signature: never change one, or links in people's mail stop working.
    const fn name(self) -> &'static str {
        match self {
            Self::ManageBooking => "manage-booking",
            Self::Rebook => "rebook",
            Self::Waiting => "waiting",
            Self::BusRequest => "bus-request",
            Self::BusFeedback => "bus-feedback",
            Self::GroupRequest => "group-request",
            Self::Ambassador => "ambassador",
            Self::Ticket => "release-ticket",
            Self::WallDisplay => "wall-display",
        }
    }
}

/// A public key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey {
    /// Its name.
    pub kid: String,
    /// Its bytes: 32 of Ed25519.
    pub public: Vec<u8>,
    /// Nothing that was signed at this time or later counts.
    pub retired_at: Option<Timestamp>,
}

/// Why something did not open or verify. Deliberately says no more.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CryptoError {
    /// Wrong key, wrong place, or changed on the way.
    #[error("not authentic")]
    NotAuthentic,
    /// The link or token is too old.
    #[error("expired")]
    Expired,
    /// The key it names is not known.
    #[error("unknown key")]
    UnknownKey,
}

/// Why the vault could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A key does not open with this master key, or was exchanged.
    #[error("the master key does not open {0}")]
    WrongMasterKey(String),
    /// The configured master key could be guessed.
    #[error("the master key needs at least {at_least} characters")]
    MasterKeyTooShort {
        /// How many.
        at_least: usize,
    },
    /// A newer release made this key.
    #[error("{0} is for algorithms this release does not know")]
    UnknownAlgorithm(String),
    /// Nothing was changed.
    #[error("there is no signing key {0}, or it is the only one")]
    CannotRetire(String),
}

/// All keys of the house, in memory while it runs.
pub struct Vault {
    master: Master,
    ring: RwLock<Arc<Ring>>,
    /// Rings when something named a key that is not here yet.
    unknown_key: Notify,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}

/// Keys: opening, refreshing, rotating.
impl Vault {
    /// Loads the keys, making the first ones in an empty database. `master` wraps them.
    pub async fn open(db: &PgPool, master: &SecretString, now: Timestamp) -> Result<Arc<Self>, VaultError> {
        let master = Master::new(master)?;
        let ring = match Ring::load(db, &master, now).await? {
            Some(ring) => ring,
            None => {
                ring::make_first_keys(db, &master, now).await?;
                Ring::load(db, &master, now).await?.ok_or(sqlx::Error::RowNotFound)?
            }
        };
        Ok(Arc::new(Self { master, ring: RwLock::new(Arc::new(ring)), unknown_key: Notify::new() }))
    }

    /// Loads the keys again. On an error the known ones stay.
    pub async fn refresh(&self, db: &PgPool, now: Timestamp) -> Result<(), VaultError> {
        if let Some(fresh) = Ring::load(db, &self.master, now).await? {
            *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        }
        Ok(())
    }

    /// Refreshes every [`REFRESH_EVERY`], and at once when an unknown key is met, until `shutdown`.
    pub async fn keep_fresh(&self, db: &PgPool, clock: &crate::clock::Clock, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(REFRESH_EVERY) => {}
                () = self.unknown_key.notified() => {}
            }
            if let Err(error) = self.refresh(db, clock.now()).await {
                tracing::warn!(%error, "the keys could not be refreshed; the known ones stay in use");
            }
            // A flood of forged key names must not become a flood of queries.
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(Duration::from_millis(500)) => {}
            }
        }
    }

    /// Makes a new data key and a new signing key, both in use everywhere [`SETTLES_AFTER`] from now. Older data keys keep
    /// opening; older signing keys verify for [`VERIFIES_AFTER_ROTATION`] more. Lookups do not change. Answers the
    /// version and the kid.
    pub async fn rotate(&self, db: &PgPool, now: Timestamp) -> Result<(u32, String), VaultError> {
        let mut transaction = crate::db::begin(db).await?;
        keys::lock(&mut *transaction).await?;
        let newest = keys::data_keys(&mut *transaction).await?.iter().map(|key| key.version).max().unwrap_or(0);
        let version = newest.saturating_add(1);
        keys::add_data_key(&mut *transaction, &ring::new_data_key(&self.master, version, now)).await?;
        let settled = now.saturating_add(SETTLES_AFTER).unwrap_or(now);
        keys::end_data_keys_below(&mut *transaction, version, settled).await?;
        // Strictly the youngest, whatever the clocks of the servers that made the others said.
        let youngest = keys::signing_keys(&mut *transaction).await?.iter().map(|key| key.created_at.to_jiff()).max();
        let after = youngest.and_then(|at| at.checked_add(SignedDuration::from_micros(1)).ok());
        let created_at = after.map_or(now, |at| at.max(now));
        let kid = ring::add_signing_key(&mut transaction, &self.master, created_at).await?;
        let end = now.saturating_add(VERIFIES_AFTER_ROTATION).unwrap_or(Timestamp::MAX);
        keys::end_signing_keys_but(&mut *transaction, &kid, end).await?;
        transaction.commit().await?;
        self.refresh(db, now).await?;
        Ok((version.unsigned_abs(), kid))
    }

    /// Ends a signing key at once, for one that leaked: passes and tokens signed with it are refused within seconds.
    /// Audit heads it signed before stay good. Rotate first: the only key cannot be ended.
    pub async fn retire_signing_key(&self, db: &PgPool, kid: &str, now: Timestamp) -> Result<(), VaultError> {
        let mut transaction = crate::db::begin(db).await?;
        keys::lock(&mut *transaction).await?;
        let all = keys::signing_keys(&mut *transaction).await?;
        let other_remains = all.iter().any(|key| key.kid != kid && key.retired_at.is_none_or(|at| at.to_jiff() > now));
        if !other_remains || !keys::end_signing_key(&mut *transaction, kid, now).await? {
            return Err(VaultError::CannotRetire(kid.to_owned()));
        }
        transaction.commit().await?;
        self.refresh(db, now).await
    }

    /// Wraps every key with `new` instead of the present master key, all or none. Afterwards servers must start with
    /// `new`; those that run keep their keys but find no later ones.
    pub async fn rewrap(&self, db: &PgPool, new: &SecretString) -> Result<(), VaultError> {
        let new = Master::new(new)?;
        let mut transaction = crate::db::begin(db).await?;
        keys::lock(&mut *transaction).await?;
        for row in keys::data_keys(&mut *transaction).await? {
            let name = ring::data_key_name(row.version);
            let key = self.master.unwrap(&name, &row.wrapped)?;
            keys::rewrap_data_key(&mut *transaction, row.version, &new.wrap(&name, key.expose_secret())).await?;
        }
        for row in keys::signing_keys(&mut *transaction).await? {
            let name = ring::signing_key_name(&row.kid);
            let key = self.master.unwrap(&name, &row.wrapped_private)?;
            keys::rewrap_signing_key(&mut *transaction, &row.kid, &new.wrap(&name, key.expose_secret())).await?;
        }
        Ok(transaction.commit().await?)
    }

    fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn unknown_key(&self) -> CryptoError {
        self.unknown_key.notify_one();
        CryptoError::UnknownKey
    }
}

/// Secrets: sealed values and keyed hashes.
impl Vault {
    /// Encrypts for one place.
    pub fn seal(&self, place: Place, plain: &[u8]) -> Vec<u8> {
        let ring = self.ring();
        let version = ring.sealing;
        let key = &ring.data[&version];
        let mut sealed = header(key.suite.id(), version).to_vec();
        sealed.extend(key.sealer.seal(&associated(&sealed, place), plain));
        sealed
    }

    /// Decrypts.
    pub fn open_sealed(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let ring = self.ring();
        let (header, text) = sealed.split_at_checked(HEADER).ok_or(CryptoError::NotAuthentic)?;
        let version = version_of(header).ok_or(CryptoError::NotAuthentic)?;
        let key = ring.data.get(&version).ok_or_else(|| self.unknown_key())?;
        if key.suite.id() != header[0] {
            return Err(CryptoError::NotAuthentic);
        }
        key.sealer.open(&associated(header, place), text).ok_or(CryptoError::NotAuthentic)
    }

    /// The value sealed again with the present key, or `None` when it already is: for the slow renewal after a rotation.
    pub fn reseal(&self, place: Place, sealed: &[u8]) -> Result<Option<Vec<u8>>, CryptoError> {
        let plain = self.open_sealed(place, sealed)?;
        let stale = version_of(sealed) != Some(self.ring().sealing);
        Ok(stale.then(|| self.seal(place, &plain)))
    }

    /// The version of the data key that seals now.
    pub fn sealing_version(&self) -> u32 {
        self.ring().sealing
    }

    /// A keyed hash for lookups: the same text under the same `domain` gives the same 32 bytes, and nobody without the
    /// key can guess it. Never changes, not even by rotation.
    pub fn blind_index(&self, domain: &str, text: &str) -> Vec<u8> {
        self.keyed_hash("blind index", domain, text.as_bytes()).to_vec()
    }

    /// A keyed hash of what is kept only to be compared: tokens, codes, rate-limit buckets. Different purposes give
    /// unrelated hashes. Never changes, not even by rotation.
    pub fn mac(&self, purpose: &'static str, bytes: &[u8]) -> [u8; 32] {
        self.keyed_hash("mac", purpose, bytes)
    }

    /// Whether `mac` is the one of `bytes`, in a time that tells nothing.
    pub fn check_mac(&self, purpose: &'static str, bytes: &[u8], mac: &[u8]) -> bool {
        verify_slices_are_equal(&self.mac(purpose, bytes), mac).is_ok()
    }

    fn keyed_hash(&self, family: &str, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        let ring = self.ring();
        let info = encode(&[family.as_bytes(), purpose.as_bytes()]);
        let key = suite::PRESENT.derive(ring.lookup.expose_secret(), &[&info]);
        suite::PRESENT.mac(&key, &[bytes])
    }
}

/// Signatures.
impl Vault {
    /// Signs `bytes` for one `purpose` with the present key. The signature is over `0 ‖ length of purpose (u8) ‖ purpose ‖
    /// bytes`: neither another purpose nor a JWT (which never begins with 0) can be made of it.
    pub fn sign(&self, purpose: &'static str, bytes: &[u8]) -> (String, Vec<u8>) {
        let ring = self.ring();
        let key = ring.signer();
        (key.kid.clone(), key.signer.sign(&signed_text(purpose, bytes)))
    }

    /// Verifies what [`Vault::sign`] made, with a key that is not retired.
    pub fn verify(&self, purpose: &'static str, kid: &str, bytes: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let ring = self.ring();
        let key = ring.signing_key(kid).ok_or_else(|| self.unknown_key())?;
        if key.is_retired(ring.as_of) {
            return Err(CryptoError::UnknownKey);
        }
        let good = key.suite.verify(&key.public, &signed_text(purpose, bytes), signature);
        good.then_some(()).ok_or(CryptoError::NotAuthentic)
    }

    /// Verifies what was signed at `at`: a key that was retired later is still good for it. For records whose time is
    /// under the signature (audit heads), never for something a stranger brings.
    pub fn verify_signed_at(
        &self,
        purpose: &'static str,
        kid: &str,
        bytes: &[u8],
        signature: &[u8],
        at: Timestamp,
    ) -> Result<(), CryptoError> {
        let ring = self.ring();
        let key = ring.signing_key(kid).ok_or_else(|| self.unknown_key())?;
        let good = !key.is_retired(at) && key.suite.verify(&key.public, &signed_text(purpose, bytes), signature);
        good.then_some(()).ok_or(CryptoError::NotAuthentic)
    }

    /// The public halves of all keys that verify, as a JWK set (RFC 7517, RFC 8037).
    pub fn jwks(&self) -> serde_json::Value {
        let ring = self.ring();
        let live = ring.signing.iter().filter(|key| !key.is_retired(ring.as_of));
        let keys: Vec<_> = live
            .map(|key| {
                json!({
                    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": key.suite.signature_name(),
                    "kid": key.kid, "x": base64(&key.public),
                })
            })
            .collect();
        json!({ "keys": keys })
    }

    /// Every public key there ever was, also those that sign nothing any more: what was signed to be kept verifies by it in
    /// twenty years.
    pub fn every_public_key(&self) -> Vec<PublicKey> {
        let ring = self.ring();
        let public = |key: &ring::SigningKey| PublicKey {
            kid: key.kid.clone(),
            public: key.public.clone(),
            retired_at: key.retired_at,
        };
        ring.signing.iter().map(public).collect()
    }

    /// The key that signs tokens now, and its name for the header.
    pub fn jwt_encoding_key(&self) -> (String, jsonwebtoken::EncodingKey) {
        let ring = self.ring();
        let key = ring.signer();
        (key.kid.clone(), jsonwebtoken::EncodingKey::from_ed_der(key.pkcs8.expose_secret()))
    }

    /// The key that verifies a token naming `kid`; `None` when it is unknown or retired: refuse the token.
    pub fn jwt_decoding_key(&self, kid: &str) -> Option<jsonwebtoken::DecodingKey> {
        let ring = self.ring();
        let Some(key) = ring.signing_key(kid) else {
            self.unknown_key();
            return None;
        };
        (!key.is_retired(ring.as_of)).then(|| jsonwebtoken::DecodingKey::from_ed_der(&key.public))
    }
}

/// `suite ‖ version`.
const HEADER: usize = 5;

fn header(suite: u8, version: u32) -> [u8; HEADER] {
    let [a, b, c, d] = version.to_be_bytes();
    [suite, a, b, c, d]
}

fn version_of(sealed: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(sealed.get(1..HEADER)?.try_into().ok()?))
}

/// What is authenticated beside the text: suite and key version (the header), table, column, row.
fn associated(header: &[u8], place: Place) -> Vec<u8> {
    encode(&[header, place.table.as_bytes(), place.column.as_bytes(), place.row.as_bytes()])
}

/// Each part after its length, so that no two lists of parts look the same.
fn encode(parts: &[&[u8]]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(parts.iter().map(|part| 4 + part.len()).sum());
    for part in parts {
        encoded.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        encoded.extend_from_slice(part);
    }
    encoded
}

/// What a signature is over.
fn signed_text(purpose: &'static str, bytes: &[u8]) -> Vec<u8> {
    debug_assert!(purpose.len() < 256, "purposes are short words");
    let mut text = vec![0, purpose.len() as u8];
    text.extend_from_slice(purpose.as_bytes());
    text.extend_from_slice(bytes);
    text
}

fn base64(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn from_base64<const N: usize>(text: &str) -> Result<[u8; N], CryptoError> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| CryptoError::NotAuthentic)?;
    bytes.try_into().map_err(|_| CryptoError::NotAuthentic)
}
