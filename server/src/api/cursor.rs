//! Where the next page of a list begins: a text that means nothing to the caller and cannot be made by one.
//!
//! Signed, because a cursor is a position in a list that was filtered for its reader: one made by hand would be a question
//! the endpoint never checked.

use super::problem::{self, Problem};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use services::crypto::Vault;
use uuid::Uuid;

/// Bytes of the signature that are kept: enough against guessing, short enough for an address.
const TAG: usize = 16;
const BODY: usize = 8 + 16;

/// After this entry: its instant and its id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The entry's place in time.
    pub at: Timestamp,
    /// Which of those at that time.
    pub id: Uuid,
}

impl Cursor {
    /// As text, good for one list only.
    pub fn text(&self, vault: &Vault, list: &str) -> String {
        let mut bytes = Vec::with_capacity(BODY + TAG);
        bytes.extend_from_slice(&self.at.as_microsecond().to_be_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
        let tag = vault.mac("cursor", &[list.as_bytes(), b"\0", &bytes].concat());
        bytes.extend_from_slice(&tag[..TAG]);
        BASE64.encode(bytes)
    }

    /// Reads one of our own.
    ///
    /// # Errors
    /// `malformed` for everything else.
    pub fn parse(vault: &Vault, list: &str, text: &str) -> Result<Self, Problem> {
        Self::read(vault, list, text).ok_or_else(|| {
            Problem::new(problem::MALFORMED).detail("cursor: use the `next` of the page before, unchanged, or none")
        })
    }

    fn read(vault: &Vault, list: &str, text: &str) -> Option<Self> {
        let bytes = BASE64.decode(text).ok()?;
        let (body, tag) = bytes.split_at_checked(BODY).filter(|(_, tag)| tag.len() == TAG)?;
        let right = vault.mac("cursor", &[list.as_bytes(), b"\0", body].concat());
        // Compared without telling by time how much of it was right.
        let different = right[..TAG].iter().zip(tag).fold(0, |all, (a, b)| all | (a ^ b));
        if different != 0 {
            return None;
        }
        let (at, id) = body.split_first_chunk::<8>()?;
        let at = Timestamp::from_microsecond(i64::from_be_bytes(*at)).ok()?;
        Some(Self { at, id: Uuid::from_slice(id).ok()? })
    }
}
