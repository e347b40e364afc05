//! What the browser says about a ceremony (WebAuthn §5.8.1): which kind, for which challenge, at which site.

use super::{Fault, RelyingParty};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;

/// The longest client data that is read: an origin and a challenge have 200 bytes.
const LONGEST: usize = 4096;

/// Which ceremony.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ceremony {
    /// A passkey is made.
    Create,
    /// A passkey is shown.
    Get,
}

impl Ceremony {
    const fn name(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }
}

/// Members that are not listed may come, and mean nothing here (§5.8.1: "as long as it ignores unknown members").
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default, rename = "crossOrigin")]
    cross_origin: Option<bool>,
    #[serde(default, rename = "topOrigin")]
    top_origin: Option<String>,
}

/// §7.1 steps 5 to 11, §7.2 steps 8 to 14: the same in both.
pub(super) fn check(bytes: &[u8], ceremony: Ceremony, challenge: &[u8], party: &RelyingParty) -> Result<(), Fault> {
    if bytes.len() > LONGEST {
        return Err(Fault::TooLong);
    }
    // "UTF-8 decode" takes a byte order mark off; what is no UTF-8 is no JSON either.
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let data: ClientData = serde_json::from_slice(text).map_err(|_| Fault::Malformed("client data"))?;
    if data.kind != ceremony.name() {
        return Err(Fault::Type);
    }
    // An empty challenge would fit an answer to none.
    if challenge.is_empty() || data.challenge != BASE64_URL_SAFE_NO_PAD.encode(challenge) {
        return Err(Fault::Challenge);
    }
    if data.origin != party.origin {
        return Err(Fault::Origin);
    }
    // No page of the house may be framed, and none asks for a passkey in a frame.
    if data.cross_origin == Some(true) || data.top_origin.is_some() {
        return Err(Fault::Framed);
    }
    Ok(())
}
