//! The vault: envelope encryption of sensitive columns, blind indexes, signatures, purpose-bound links.

use domain::ids::BookingId;
use jiff::Timestamp;
use secrecy::SecretString;
use sqlx::PgPool;
use std::sync::Arc;
use uuid::Uuid;

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

/// What a pass (入场凭证) says, signed so that a door can verify it offline.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pass {
    /// The booking.
    pub booking: BookingId,
    /// Its session.
    pub session: domain::ids::SessionId,
    /// People.
    pub people: u16,
    /// Bookings change: the version of the booking the pass was made of.
    pub version: i32,
}

/// All keys of the house, in memory while it runs.
pub struct Vault {}

impl Vault {
    /// Loads the keys, making the first ones in an empty database. `master` wraps them.
    pub async fn open(_db: &PgPool, _master: &SecretString, _now: Timestamp) -> Result<Arc<Self>, VaultError> {
        unimplemented!()
    }
    /// Encrypts for one place.
    pub fn seal(&self, _place: Place, _plain: &[u8]) -> Vec<u8> {
        unimplemented!()
    }
    /// Decrypts.
    pub fn open_sealed(&self, _place: Place, _sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        unimplemented!()
    }
    /// A keyed hash for lookups: the same text under the same `domain` gives the same 32 bytes, and nobody without the key can guess it.
    pub fn blind_index(&self, _domain: &str, _text: &str) -> Vec<u8> {
        unimplemented!()
    }
    /// The text of a signed link.
    pub fn link(&self, _purpose: LinkPurpose, _subject: Uuid, _expires: Timestamp) -> String {
        unimplemented!()
    }
    /// The subject of a signed link.
    pub fn open_link(&self, _purpose: LinkPurpose, _text: &str, _now: Timestamp) -> Result<Uuid, CryptoError> {
        unimplemented!()
    }
    /// Signs a pass.
    pub fn sign_pass(&self, _pass: Pass) -> String {
        unimplemented!()
    }
    /// Verifies a pass.
    pub fn verify_pass(&self, _text: &str) -> Result<Pass, CryptoError> {
        unimplemented!()
    }
}


/// Why the vault could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A key does not open with this master key.
    #[error("the master key does not open key {0}")]
    WrongMasterKey(String),
}
