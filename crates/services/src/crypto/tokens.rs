//! What leaves the house signed: links in messages, and passes in QR codes. All integers are big-endian; base64 is the
//! URL-safe one without padding.
//!
//! A link is base64 of `1 u8 ‖ data key version u32 ‖ expires u32 (seconds since 1970) ‖ subject 16 ‖ tag 16`: 55
//! characters. The tag is the first half of HMAC-SHA256 over the length-prefixed name of the purpose and the 25 bytes
//! before it.
//!
//! A pass is `P1.<kid>.<payload>.<signature>`, 153 characters, written and read by [`domain::booking::UnverifiedPass`]; the
//! signature is Ed25519 over the bytes `00 04 "pass" ‖ payload` by the key `kid` of the published JWK set, so that a door
//! verifies it without the network.

use super::*;
use domain::booking::UnverifiedPass;

const LINK_FORMAT: u8 = 1;
const LINK_BODY: usize = 25;
const LINK: usize = LINK_BODY + 16;
const PASS_PURPOSE: &str = "pass";

impl Vault {
    /// The text of a signed link.
    pub fn link(&self, purpose: LinkPurpose, subject: Uuid, expires: Timestamp) -> String {
        let ring = self.ring();
        let seconds = u32::try_from(expires.as_second().max(0)).unwrap_or(u32::MAX);
        let mut link = Vec::with_capacity(LINK);
        link.extend_from_slice(&header(LINK_FORMAT, ring.sealing));
        link.extend_from_slice(&seconds.to_be_bytes());
        link.extend_from_slice(subject.as_bytes());
        let tag = link_tag(&ring.data[&ring.sealing], purpose, &link);
        link.extend_from_slice(&tag);
        base64(&link)
    }

    /// The subject of a signed link.
    pub fn open_link(&self, purpose: LinkPurpose, text: &str, now: Timestamp) -> Result<Uuid, CryptoError> {
        let link: [u8; LINK] = from_base64(text)?;
        let (body, tag) = link.split_at(LINK_BODY);
        let ring = self.ring();
        let version = version_of(body).filter(|_| body[0] == LINK_FORMAT).ok_or(CryptoError::NotAuthentic)?;
        let key = ring.data.get(&version).ok_or_else(|| self.unknown_key())?;
        verify_slices_are_equal(&link_tag(key, purpose, body), tag).map_err(|_| CryptoError::NotAuthentic)?;
        let expires = body[HEADER..HEADER + 4].iter().fold(0i64, |all, byte| all << 8 | i64::from(*byte));
        if now.as_second() >= expires {
            return Err(CryptoError::Expired);
        }
        Uuid::from_slice(&body[HEADER + 4..]).map_err(|_| CryptoError::NotAuthentic)
    }

    /// Signs a pass.
    pub fn sign_pass(&self, pass: Pass) -> String {
        let (kid, signature) = self.sign(PASS_PURPOSE, &pass.payload());
        pass.text(&kid, &signature)
    }

    /// Verifies a pass.
    pub fn verify_pass(&self, text: &str) -> Result<Pass, CryptoError> {
        let read = UnverifiedPass::read(text).ok_or(CryptoError::NotAuthentic)?;
        self.verify(PASS_PURPOSE, &read.kid, read.payload(), &read.signature)?;
        Ok(read.pass)
    }
}

fn link_tag(key: &ring::DataKey, purpose: LinkPurpose, body: &[u8]) -> [u8; 16] {
    let tag = key.suite.mac(&key.links, &[&encode(&[purpose.name().as_bytes()]), body]);
    let mut half = [0; 16];
    half.copy_from_slice(&tag[..16]);
    half
}
