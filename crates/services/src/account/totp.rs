//! The second factor of staff: time-based one-time passwords (RFC 6238: SHA-1, six digits, 30 seconds, one step of
//! tolerance), and recovery codes for a lost telephone. A code is good once: its step is kept and only grows.

use crate::crypto::{Vault, random};
use domain::account::{Login, parse_code};
use domain::contact::half_width;
use jiff::Timestamp;
use std::fmt::Write as _;
use uuid::Uuid;

/// Seconds of a step.
const STEP: u64 = 30;
/// What authenticator apps and passkeys show above the login.
pub(super) const ISSUER: &str = "山东省脐血库";
/// Recovery codes given at enrolment.
pub const RECOVERY_CODES: usize = 8;

/// 160 random bits shared with the person's telephone.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 20]);

impl Secret {
    /// A new one.
    pub fn generate() -> Self {
        Self(random())
    }

    /// As stored, once unsealed.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// To be sealed.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn totp(&self) -> totp_rs::Totp {
        totp_rs::Builder::new().with_secret(self.0).with_step_duration(STEP).with_skew(1).build_noncompliant()
    }

    /// The step a code belongs to, if it is one of now, a step ago or a step ahead.
    pub fn check(&self, code: &str, now: Timestamp) -> Option<i64> {
        let seconds = u64::try_from(now.as_second()).ok()?;
        self.totp().check(code, seconds).and_then(|step| i64::try_from(step).ok())
    }

    /// The code of an instant: what the telephone shows. For tests and tools.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.totp().generate(u64::try_from(now.as_second()).unwrap_or(0)).to_string()
    }

    /// For typing instead of scanning.
    pub fn base32(&self) -> String {
        let bits: String = self.0.iter().fold(String::new(), |mut bits, byte| {
            let _ = write!(bits, "{byte:08b}");
            bits
        });
        let letter = |five: &[u8]| {
            let value = five.iter().fold(0, |value, bit| value * 2 + usize::from(bit - b'0'));
            char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[value])
        };
        // 160 bits are 32 letters, without remainder.
        bits.as_bytes().chunks_exact(5).map(letter).collect()
    }

    /// What the QR code says.
    pub fn uri(&self, login: &Login) -> String {
        let issuer = percent_encoded(ISSUER);
        format!(
            "otpauth://totp/{issuer}:{}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}",
            percent_encoded(login.as_str()),
            self.base32()
        )
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// What a person shows as the second factor.
#[derive(Clone, PartialEq, Eq)]
pub enum Factor {
    /// Six digits of the telephone.
    Code(String),
    /// A recovery code, without its dash, in capitals.
    Recovery(String),
    /// Nothing, or nothing that could be either.
    Nothing,
}

impl Factor {
    /// One input for both.
    pub fn parse(text: &str) -> Self {
        if let Ok(code) = parse_code(text) {
            return Self::Code(code);
        }
        let plain: String = half_width(text)
            .to_ascii_uppercase()
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            // What people read wrongly is none of the letters in use.
            .map(|c| match c {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let shape = plain.len() == 10 && plain.bytes().all(|b| CROCKFORD.contains(&b));
        if shape { Self::Recovery(plain) } else { Self::Nothing }
    }
}

const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A recovery code of 50 random bits, as printed: `7K2MD-9XQ4T`.
pub fn recovery_code() -> String {
    let letters: String = random::<10>().iter().map(|byte| char::from(CROCKFORD[usize::from(byte % 32)])).collect();
    format!("{}-{}", &letters[..5], &letters[5..])
}

/// What is kept of a recovery code: a keyed hash bound to the account.
pub fn recovery_hash(vault: &Vault, account: Uuid, plain: &str) -> Vec<u8> {
    vault.mac("staff recovery code", format!("{account}\0{plain}").as_bytes()).to_vec()
}

/// What is kept of the code that another second factor is enrolled with: a keyed hash bound to the account.
pub fn enrolment_hash(vault: &Vault, account: Uuid, plain: &str) -> Vec<u8> {
    vault.mac("staff enrolment code", format!("{account}\0{plain}").as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the SHA-1 vectors, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        let secret = Secret::from_bytes(b"12345678901234567890").expect("20 bytes");
        for (second, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let now = Timestamp::from_second(second).expect("an instant");
            assert_eq!(secret.code_at(now), code);
            assert_eq!(secret.check(code, now), Some(second / 30));
            assert_eq!(secret.check(code, now + jiff::SignedDuration::from_secs(30)), Some(second / 30));
            assert_eq!(secret.check(code, now + jiff::SignedDuration::from_secs(90)), None);
        }
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn the_uri_is_what_apps_read() {
        let secret = Secret::from_bytes(b"12345678901234567890").expect("20 bytes");
        let uri = secret.uri(&Login::parse("zhang.san").expect("a login"));
        assert!(uri.starts_with("otpauth://totp/%E5%B1%B1%E4%B8%9C"), "{uri}");
        assert!(uri.contains(":zhang.san?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=%E5"), "{uri}");
        assert!(uri.is_ascii() && !uri.contains(' '));
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }

    #[test]
    fn factors_are_told_apart_and_forgive_handwriting() {
        assert!(matches!(Factor::parse("123 456"), Factor::Code(code) if code == "123456"));
        assert!(matches!(Factor::parse("7k2md-9xq4t"), Factor::Recovery(code) if code == "7K2MD9XQ4T"));
        assert!(matches!(Factor::parse("OIL00-00000"), Factor::Recovery(code) if code == "0110000000"));
        for text in ["", "12345", "UUUUU-UUUUU", "7K2MD-9XQ4"] {
            assert!(matches!(Factor::parse(text), Factor::Nothing), "{text}");
        }
        let code = recovery_code();
        assert!(matches!(Factor::parse(&code), Factor::Recovery(plain) if plain == code.replace('-', "")));
    }
}
