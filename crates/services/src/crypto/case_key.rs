//! The key of one case. The vault seals it; it seals what the case holds. Once the sealed key is destroyed, nobody opens any of
//! it again: neither the house, nor whoever has a copy of the database and of the case's rows.
//!
//! What it seals: `suite u8 ‖ nonce ‖ ciphertext ‖ tag`, with suite, table, column and row authenticated.

use super::suite::{self, Key, PRESENT};
use super::{CryptoError, Place, Vault, encode, random};
use secrecy::{ExposeSecret, SecretBox};
use uuid::Uuid;

/// The key of one case. Its `Debug` is redacted, its memory cleared when it goes.
pub struct CaseKey(Key);

impl std::fmt::Debug for CaseKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CaseKey").finish_non_exhaustive()
    }
}

impl CaseKey {
    /// Encrypts for one place.
    pub fn seal(&self, place: Place, plain: &[u8]) -> Vec<u8> {
        let mut sealed = vec![PRESENT.id()];
        sealed.extend(PRESENT.sealer(&self.0).seal(&associated(PRESENT.id(), place), plain));
        sealed
    }

    /// Decrypts.
    ///
    /// # Errors
    /// `NotAuthentic`: another key, another place, or changed.
    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (id, text) = sealed.split_first().ok_or(CryptoError::NotAuthentic)?;
        let suite = suite::numbered(*id).ok_or(CryptoError::NotAuthentic)?;
        suite.sealer(&self.0).open(&associated(*id, place), text).ok_or(CryptoError::NotAuthentic)
    }
}

fn associated(suite: u8, place: Place) -> Vec<u8> {
    encode(&[b"case", &[suite], place.table.as_bytes(), place.column.as_bytes(), place.row.as_bytes()])
}

const fn place(case: Uuid) -> Place {
    Place { table: "spark_case_key", column: "key_sealed", row: case }
}

/// Keys of cases.
impl Vault {
    /// A new key.
    pub fn new_case_key(&self) -> CaseKey {
        CaseKey(SecretBox::new(Box::new(random::<32>())))
    }

    /// The key of a case, sealed for its row.
    pub fn wrap_case_key(&self, case: Uuid, key: &CaseKey) -> Vec<u8> {
        self.seal(place(case), key.0.expose_secret())
    }

    /// The key of a case's row.
    ///
    /// # Errors
    /// `NotAuthentic`, `UnknownKey`.
    pub fn open_case_key(&self, case: Uuid, wrapped: &[u8]) -> Result<CaseKey, CryptoError> {
        let mut plain = self.open_sealed(place(case), wrapped)?;
        let key: [u8; 32] = plain.as_slice().try_into().map_err(|_| CryptoError::NotAuthentic)?;
        plain.fill(0);
        Ok(CaseKey(SecretBox::new(Box::new(key))))
    }
}
