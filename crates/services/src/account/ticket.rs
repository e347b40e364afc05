//! What waits in a browser between two forms of the staff's door, sealed for one account and one purpose: no server keeps
//! it, nobody else reads or changes it.

use crate::crypto::{CryptoError, Place, Vault};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

const fn place(purpose: &'static str, account: Uuid) -> Place {
    Place { table: "staff_credential", column: purpose, row: account }
}

/// For a cookie.
pub(super) fn seal<T: Serialize>(
    vault: &Vault,
    purpose: &'static str,
    account: Uuid,
    waiting: &T,
) -> Result<String, CryptoError> {
    let plain = serde_json::to_vec(waiting).map_err(|_| CryptoError::NotAuthentic)?;
    let mut token = account.into_bytes().to_vec();
    token.extend(vault.seal(place(purpose, account), &plain));
    Ok(BASE64_URL_SAFE_NO_PAD.encode(token))
}

/// The account and what was sealed; `None` for whatever was not sealed for this purpose.
pub(super) fn open<T: DeserializeOwned>(vault: &Vault, purpose: &'static str, token: &str) -> Option<(Uuid, T)> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let (account, sealed) = bytes.split_at_checked(16)?;
    let account = Uuid::from_slice(account).ok()?;
    let plain = vault.open_sealed(place(purpose, account), sealed).ok()?;
    Some((account, serde_json::from_slice(&plain).ok()?))
}
