//! Passkeys: what a browser brings back from an authenticator, read and checked as
//! [WebAuthn Level 3](https://www.w3.org/TR/webauthn-3/) says: §7.1 when one is registered, §7.2 when one is shown. The
//! steps of the standard are named where they are taken.
//!
//! Pure: no clock, no database. The challenge and the stored key are handed in by [`super::passkeys`]. What the house asks
//! for decides what it reads: keys for ES256 and Ed25519, user verification always, no attestation (what comes with one is
//! not looked at), no extensions, no frames. Everything that comes is bounded before it is read.

mod authenticator_data;
mod client_data;
mod key;
#[cfg(test)]
mod tests;

pub use key::PublicKey;

use authenticator_data::AuthenticatorData;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use client_data::Ceremony;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// The longest answer of a browser that is read, in bytes of JSON. One with an attestation nobody asked for has 5,000.
const LONGEST_ANSWER: usize = 16 * 1024;
/// The longest credential id: §7.1 step 26.
const LONGEST_CREDENTIAL_ID: usize = 1023;
/// What a browser may call a way to an authenticator (§5.8.4); others are forgotten.
const TRANSPORTS: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

/// Why an answer was refused. For the log: people are told one sentence for all of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// Longer than anything an authenticator says.
    #[error("too long")]
    TooLong,
    /// No JSON, no base64url, no CBOR, or not of the standard's shape.
    #[error("malformed {0}")]
    Malformed(&'static str),
    /// The answer of another ceremony.
    #[error("of another type")]
    Type,
    /// Another challenge than the one that was given out.
    #[error("another challenge")]
    Challenge,
    /// Made at another site.
    #[error("another origin")]
    Origin,
    /// Made in a frame.
    #[error("framed")]
    Framed,
    /// For another relying party.
    #[error("another relying party")]
    RelyingParty,
    /// Nobody was there.
    #[error("user not present")]
    NotPresent,
    /// Nobody proved to be the person.
    #[error("user not verified")]
    NotVerified,
    /// Backed up, and cannot be.
    #[error("backed up without being eligible")]
    Backup,
    /// A key for an algorithm nobody asked for.
    #[error("another algorithm")]
    Algorithm,
    /// No point of its curve.
    #[error("no key")]
    Key,
    /// A credential id of no length, or longer than the standard has them.
    #[error("a credential id of {0} bytes")]
    CredentialId(usize),
    /// Made for another person.
    #[error("another user handle")]
    UserHandle,
    /// Not signed by the key.
    #[error("signature")]
    Signature,
    /// The authenticator counts from another number than the one seen last: it may have been copied.
    #[error("the counter went from {stored} to {shown}")]
    Counter {
        /// Seen last.
        stored: u32,
        /// Shown now.
        shown: u32,
    },
}

/// Who asks for passkeys: the site at its public address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RelyingParty {
    id: String,
    origin: String,
}

impl RelyingParty {
    /// The site at `public_url` (`https://host` or `http://host:port`, as the configuration is checked to be). The id is
    /// the host alone, the origin what a browser writes: no capitals, no port that the scheme implies.
    pub fn of(public_url: &str) -> Self {
        let text = public_url.to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", &text));
        let authority = rest.split('/').next().unwrap_or_default();
        let implied = if scheme == "http" { ":80" } else { ":443" };
        let authority = authority.strip_suffix(implied).unwrap_or(authority);
        let port = authority.rfind(':').filter(|at| !authority[*at..].contains(']'));
        let host = &authority[..port.unwrap_or(authority.len())];
        Self { id: host.to_owned(), origin: format!("{scheme}://{authority}") }
    }

    /// The host.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Browsers make passkeys for names only (§5.1.3 step 8: a valid domain string), never for `127.0.0.1`.
    pub fn can_have_passkeys(&self) -> bool {
        !self.id.is_empty() && !self.id.starts_with('[') && self.id.parse::<std::net::Ipv4Addr>().is_err()
    }
}

/// What `PublicKeyCredential.toJSON()` says, as far as it is read (§5.1).
#[derive(Deserialize)]
struct Answer<R> {
    id: String,
    #[serde(rename = "rawId")]
    raw_id: String,
    #[serde(rename = "type")]
    kind: String,
    response: R,
}

impl<R: DeserializeOwned> Answer<R> {
    /// Reads an answer and its credential id.
    fn read(text: &str) -> Result<(Vec<u8>, R), Fault> {
        if text.len() > LONGEST_ANSWER {
            return Err(Fault::TooLong);
        }
        let answer: Self = serde_json::from_str(text).map_err(|_| Fault::Malformed("answer"))?;
        if answer.kind != "public-key" || answer.id != answer.raw_id {
            return Err(Fault::Malformed("answer"));
        }
        let id = decoded(&answer.raw_id, "id")?;
        if id.is_empty() || id.len() > LONGEST_CREDENTIAL_ID {
            Err(Fault::CredentialId(id.len()))
        } else {
            Ok((id, answer.response))
        }
    }
}

#[derive(Deserialize)]
struct Attestation {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "attestationObject")]
    attestation: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Deserialize)]
struct Signed {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    #[serde(rename = "authenticatorData")]
    authenticator_data: String,
    signature: String,
    #[serde(default, rename = "userHandle")]
    user_handle: Option<String>,
}

fn decoded(text: &str, what: &'static str) -> Result<Vec<u8>, Fault> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| Fault::Malformed(what))
}

/// A passkey that may be kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registered {
    /// What the authenticator knows it by.
    pub credential_id: Vec<u8>,
    /// What its signatures are checked with.
    pub key: PublicKey,
    /// What the authenticator counts from; 0 for those that do not count.
    pub sign_count: u32,
    /// The ways to the authenticator, for the browser to offer the right one next time.
    pub transports: Vec<&'static str>,
}

/// Reads and checks the answer to a registration (§7.1). Steps 1 and 2 are the page's; 29 and 30 the caller's, as is
/// step 27: that nobody has the credential yet.
pub fn verify_registration(party: &RelyingParty, challenge: &[u8], answer: &str) -> Result<Registered, Fault> {
    // Step 3. Step 4 reads the outputs of extensions, of which none are asked for.
    let (id, response) = Answer::<Attestation>::read(answer)?;
    let client_data = decoded(&response.client_data, "client data")?;
    // Steps 5 to 11. The hash of step 12 goes into attestation statements only.
    client_data::check(&client_data, Ceremony::Create, challenge, party)?;
    // Step 13.
    let attestation = decoded(&response.attestation, "attestation object")?;
    let data = AuthenticatorData::parse(authenticator_data::of_attestation(&attestation)?)?;
    // Steps 14 to 17. Steps 18 and 19: nothing depends on whether a passkey is backed up.
    data.check(party)?;
    // Step 20: `PublicKey` knows no other algorithm than those asked for. Step 21: as step 4; the outputs of an
    // authenticator's own accord were read over.
    let (credential_id, key) = data.credential.ok_or(Fault::Malformed("authenticator data"))?;
    // Steps 22 to 25: no attestation is asked for, and any key is trusted alike.
    // Step 26.
    if credential_id.is_empty() || credential_id.len() > LONGEST_CREDENTIAL_ID {
        return Err(Fault::CredentialId(credential_id.len()));
    }
    if credential_id != id {
        return Err(Fault::Malformed("id"));
    }
    // Step 28.
    let transports =
        TRANSPORTS.into_iter().filter(|name| response.transports.iter().any(|said| said == name)).collect();
    Ok(Registered { credential_id: id, key, sign_count: data.sign_count, transports })
}

/// A passkey that is shown, before it is checked: whose it is has to be looked up first.
pub struct Shown {
    credential_id: Vec<u8>,
    response: Signed,
}

/// What is known of a passkey that is shown.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The person's handle: the bytes of the account's id.
    pub user_handle: &'a [u8],
    /// The passkey's key.
    pub key: &'a PublicKey,
    /// The count that was seen last.
    pub sign_count: u32,
}

impl Shown {
    /// Reads the answer to a request (§7.2 steps 3 and 4; 1 and 2 are the page's).
    pub fn read(answer: &str) -> Result<Self, Fault> {
        let (credential_id, response) = Answer::<Signed>::read(answer)?;
        Ok(Self { credential_id, response })
    }

    /// Which passkey. Steps 5 and 6 are the caller's: it has to be one of the person who was asked.
    pub fn credential_id(&self) -> &[u8] {
        &self.credential_id
    }

    /// Checks that the passkey answers `challenge` (§7.2 from step 6 on). Answers what the authenticator counts now; step
    /// 25, to keep it, is the caller's.
    pub fn verify(&self, party: &RelyingParty, challenge: &[u8], known: Known<'_>) -> Result<u32, Fault> {
        // Step 6, its second half.
        if let Some(handle) = &self.response.user_handle
            && decoded(handle, "user handle")? != known.user_handle
        {
            return Err(Fault::UserHandle);
        }
        // Step 7.
        let client_data = decoded(&self.response.client_data, "client data")?;
        let authenticator_data = decoded(&self.response.authenticator_data, "authenticator data")?;
        let signature = decoded(&self.response.signature, "signature")?;
        // Steps 8 to 14.
        client_data::check(&client_data, Ceremony::Get, challenge, party)?;
        let data = AuthenticatorData::parse(&authenticator_data)?;
        if data.credential.is_some() {
            return Err(Fault::Malformed("authenticator data"));
        }
        // Steps 15 to 18. Step 19: nothing depends on whether a passkey is backed up. Step 20: no extensions.
        data.check(party)?;
        // Steps 21 and 22.
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &client_data);
        let signed = [&*authenticator_data, hash.as_ref()].concat();
        known.key.verify(&signed, &signature)?;
        // Step 23: an authenticator that counts only ever counts on; one that does not always says 0. What the standard
        // leaves to the relying party is decided here: a copy is refused.
        let (stored, shown) = (known.sign_count, data.sign_count);
        if (stored != 0 || shown != 0) && shown <= stored {
            return Err(Fault::Counter { stored, shown });
        }
        Ok(shown)
    }
}
