//! The text of a pass (入场凭证), read the same way by the server and by a device at the door.
//!
//! `P1.<kid>.<payload>.<signature>`: the payload is base64 (URL-safe, unpadded) of `booking 16 ‖ session 16 ‖ people u16 ‖
//! version i32`, integers big-endian; the signature is Ed25519 over `00 04 "pass" ‖ payload` by the key `kid` of the
//! published set. Reading says nothing of the signature: whoever reads verifies it, each with the means it has.

use crate::ids::{BookingId, SessionId};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What the text begins with.
const FORMAT: &str = "P1";
/// Bytes of the payload.
const PAYLOAD: usize = 38;
/// What the signature is for: under the signature before the payload, so that nothing else of ours passes for a pass.
const PURPOSE: &[u8] = b"\x00\x04pass";

/// What a pass says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pass {
    /// The booking.
    pub booking: BookingId,
    /// Its session, when the pass was made.
    pub session: SessionId,
    /// People.
    pub people: u16,
    /// Bookings change: the version of the booking the pass was made of.
    pub version: i32,
}

/// A pass whose signature nobody has looked at yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnverifiedPass {
    /// Which key signed it, it says.
    pub kid: String,
    /// What it says.
    pub pass: Pass,
    /// The bytes that are signed.
    pub signed: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

impl Pass {
    /// The bytes a signature of this pass is over, and the payload's text.
    pub fn payload(&self) -> Vec<u8> {
        let mut payload = Vec::with_capacity(PAYLOAD);
        payload.extend_from_slice(self.booking.0.as_bytes());
        payload.extend_from_slice(self.session.0.as_bytes());
        payload.extend_from_slice(&self.people.to_be_bytes());
        payload.extend_from_slice(&self.version.to_be_bytes());
        payload
    }

    /// The text, with its signature.
    pub fn text(&self, kid: &str, signature: &[u8]) -> String {
        format!("{FORMAT}.{kid}.{}.{}", BASE64.encode(self.payload()), BASE64.encode(signature))
    }
}

impl UnverifiedPass {
    /// Reads the text of a QR code; `None` where it is no pass.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('.');
        let (format, kid, payload, signature) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if format != FORMAT || parts.next().is_some() {
            return None;
        }
        let payload: [u8; PAYLOAD] = BASE64.decode(payload).ok()?.try_into().ok()?;
        let signature: [u8; 64] = BASE64.decode(signature).ok()?.try_into().ok()?;
        let id = |at: usize| Uuid::from_slice(&payload[at..at + 16]).ok();
        let pass = Pass {
            booking: BookingId(id(0)?),
            session: SessionId(id(16)?),
            people: u16::from_be_bytes([payload[32], payload[33]]),
            version: i32::from_be_bytes([payload[34], payload[35], payload[36], payload[37]]),
        };
        Some(Self { kid: kid.to_owned(), pass, signed: [PURPOSE, &payload].concat(), signature })
    }

    /// The bytes of the payload alone.
    pub fn payload(&self) -> &[u8] {
        &self.signed[PURPOSE.len()..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(booking: u128, session: u128, people: u16, version: i32, signed: [u8; 32]) {
            let pass = Pass {
                booking: BookingId(Uuid::from_u128(booking)),
                session: SessionId(Uuid::from_u128(session)),
                people,
                version,
            };
            let signature = [signed, signed].concat();
            let read = UnverifiedPass::read(&format!(" {}\n", pass.text("a-key", &signature))).expect("a pass");
            prop_assert_eq!(read.pass, pass);
            prop_assert_eq!(&read.kid, "a-key");
            prop_assert_eq!(read.signature.as_slice(), signature.as_slice());
            prop_assert_eq!(read.payload().to_vec(), pass.payload());
        }

        #[test]
        fn whatever_else_a_camera_sees_is_no_pass(text in "\\PC{0,200}") {
            prop_assert!(UnverifiedPass::read(&text).is_none());
        }
    }

    #[test]
    fn nothing_is_added_or_left_out() {
        let pass = Pass { booking: BookingId(Uuid::nil()), session: SessionId(Uuid::nil()), people: 1, version: 1 };
        let text = pass.text("k", &[7; 64]);
        assert!(UnverifiedPass::read(&text).is_some());
        for wrong in [format!("{text}.x"), text.replace("P1", "P2"), text[..text.len() - 2].to_owned(), String::new()] {
            assert!(UnverifiedPass::read(&wrong).is_none(), "{wrong}");
        }
    }
}
