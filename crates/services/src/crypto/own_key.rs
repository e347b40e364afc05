//! The key of one thing of the house: a case, a stored unit. The vault seals it; it seals what that thing holds. Once the sealed key
//! is destroyed, nobody opens any of it again: neither the house, nor whoever has a copy of the database and of the thing's rows.
//!
//! What it seals: `suite u8 ‖ nonce ‖ ciphertext ‖ tag`, with the kind of thing, suite, table, column and row authenticated.

use super::suite::{self, Key, PRESENT};
use super::{CryptoError, Place, Vault, encode, random};
use secrecy::{ExposeSecret, SecretBox};
use std::marker::PhantomData;
use uuid::Uuid;

/// A kind of thing that has keys of its own.
pub trait Owner {
    /// Stands before everything such a key seals. Never changes.
    const LABEL: &'static [u8];
    /// Where its keys lie.
    const TABLE: &'static str;
}

/// A case of the Spark Project.
pub struct OfCase;

impl Owner for OfCase {
    const LABEL: &'static [u8] = b"case";
    const TABLE: &'static str = "spark_case_key";
}

/// A stored unit.
pub struct OfUnit;

impl Owner for OfUnit {
    const LABEL: &'static [u8] = b"unit";
    const TABLE: &'static str = "custody_unit";
}

/// The key of one case.
pub type CaseKey = OwnKey<OfCase>;
/// The key of one stored unit.
pub type UnitKey = OwnKey<OfUnit>;

/// The key of one thing. Its `Debug` is redacted, its memory cleared when it goes.
pub struct OwnKey<K>(Key, PhantomData<K>);

impl<K> std::fmt::Debug for OwnKey<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OwnKey").finish_non_exhaustive()
    }
}

impl<K: Owner> OwnKey<K> {
    /// Encrypts for one place.
    pub fn seal(&self, place: Place, plain: &[u8]) -> Vec<u8> {
        let mut sealed = vec![PRESENT.id()];
        sealed.extend(PRESENT.sealer(&self.0).seal(&associated::<K>(PRESENT.id(), place), plain));
        sealed
    }

    /// Decrypts.
    ///
    /// # Errors
    /// `NotAuthentic`: another key, another place, or changed.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (id, text) = sealed.split_first().ok_or(CryptoError::NotAuthentic)?;
        let suite = suite::numbered(*id).ok_or(CryptoError::NotAuthentic)?;
        suite.sealer(&self.0).open(&associated::<K>(*id, place), text).ok_or(CryptoError::NotAuthentic)
    }

    fn fresh() -> Self {
        Self(SecretBox::new(Box::new(random::<32>())), PhantomData)
    }

    fn wrapped(&self, vault: &Vault, row: Uuid) -> Vec<u8> {
        vault.seal(place::<K>(row), self.0.expose_secret())
    }

    fn unwrapped(vault: &Vault, row: Uuid, wrapped: &[u8]) -> Result<Self, CryptoError> {
        let mut plain = vault.open_sealed(place::<K>(row), wrapped)?;
        let key: [u8; 32] = plain.as_slice().try_into().map_err(|_| CryptoError::NotAuthentic)?;
        plain.fill(0);
        Ok(Self(SecretBox::new(Box::new(key)), PhantomData))
    }
}

fn associated<K: Owner>(suite: u8, place: Place) -> Vec<u8> {
    encode(&[K::LABEL, &[suite], place.table.as_bytes(), place.column.as_bytes(), place.row.as_bytes()])
}

const fn place<K: Owner>(row: Uuid) -> Place {
    Place { table: K::TABLE, column: "key_sealed", row }
}

/// Keys of cases.
impl Vault {
    /// A new key.
    pub fn new_case_key(&self) -> CaseKey {
        CaseKey::fresh()
    }

    /// The key of a case, sealed for its row.
    pub fn wrap_case_key(&self, case: Uuid, key: &CaseKey) -> Vec<u8> {
        key.wrapped(self, case)
    }

    /// The key of a case's row.
    ///
    /// # Errors
    /// `NotAuthentic`, `UnknownKey`.
    pub fn open_case_key(&self, case: Uuid, wrapped: &[u8]) -> Result<CaseKey, CryptoError> {
        CaseKey::unwrapped(self, case, wrapped)
    }
}

/// Keys of units.
impl Vault {
    /// A new key.
    pub fn new_unit_key(&self) -> UnitKey {
        UnitKey::fresh()
    }

    /// The key of a unit, sealed for its row.
    pub fn wrap_unit_key(&self, unit: Uuid, key: &UnitKey) -> Vec<u8> {
        key.wrapped(self, unit)
    }

    /// The key of a unit's row.
    ///
    /// # Errors
    /// `NotAuthentic`, `UnknownKey`.
    pub fn open_unit_key(&self, unit: Uuid, wrapped: &[u8]) -> Result<UnitKey, CryptoError> {
        UnitKey::unwrapped(self, unit, wrapped)
    }
}
