//! What leaves the house signed: links in messages, and passes in QR codes. All integers are big-endian; base64 is the
//! URL-safe one without padding.
//!
//! A link is base64 of `1 u8 ‖ data key version u32 ‖ expires u32 (seconds since 1970) ‖ subject 16 ‖ tag 16`: 55
//! characters. The tag is the first half of HMAC-SHA256 over the length-prefixed name of the purpose and the 25 bytes
//! before it.
//!
//! A pass is `P1.<kid>.<payload>.<signature>`, 153 characters. The payload is base64 of `booking 16 ‖ session 16 ‖ people
//! u16 ‖ version i32`; the signature is base64 of Ed25519 over the bytes `00 04 "pass" ‖ payload` by the key `kid` of
//! the published JWK set, so that a door verifies it without the network.

use super::*;

const LINK_FORMAT: u8 = 1;
const LINK_BODY: usize = 25;
const LINK: usize = LINK_BODY + 16;
const PASS: usize = 38;
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
        let mut payload = Vec::with_capacity(PASS);
        payload.extend_from_slice(pass.booking.0.as_bytes());
        payload.extend_from_slice(pass.session.0.as_bytes());
        payload.extend_from_slice(&pass.people.to_be_bytes());
        payload.extend_from_slice(&pass.version.to_be_bytes());
        let (kid, signature) = self.sign(PASS_PURPOSE, &payload);
        format!("P1.{kid}.{}.{}", base64(&payload), base64(&signature))
    }

    /// Verifies a pass.
    pub fn verify_pass(&self, text: &str) -> Result<Pass, CryptoError> {
        let mut parts = text.trim().split('.');
        let mut next = || parts.next().ok_or(CryptoError::NotAuthentic);
        let (format, kid, payload, signature) = (next()?, next()?, next()?, next()?);
        if format != "P1" || parts.next().is_some() {
            return Err(CryptoError::NotAuthentic);
        }
        let payload: [u8; PASS] = from_base64(payload)?;
        let signature: [u8; 64] = from_base64(signature)?;
        self.verify(PASS_PURPOSE, kid, &payload, &signature)?;
        let id = |at: usize| Uuid::from_slice(&payload[at..at + 16]).map_err(|_| CryptoError::NotAuthentic);
        Ok(Pass {
            booking: id(0)?.into(),
            session: id(16)?.into(),
            people: u16::from_be_bytes([payload[32], payload[33]]),
            version: i32::from_be_bytes([payload[34], payload[35], payload[36], payload[37]]),
        })
    }
}

fn link_tag(key: &ring::DataKey, purpose: LinkPurpose, body: &[u8]) -> [u8; 16] {
    let tag = key.suite.mac(&key.links, &[&encode(&[purpose.name().as_bytes()]), body]);
    let mut half = [0; 16];
    half.copy_from_slice(&tag[..16]);
    half
}
