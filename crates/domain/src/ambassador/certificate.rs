//! How certificates are numbered, `SDQXB-2026-000123`, and the code that tells a real one from an invented one.

use crate::contact::half_width;
use std::fmt;

/// Crockford's base 32: no I, L, O, U.
pub const CODE_ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a code: sixty bits, not to be guessed one network after the other.
pub const CODE_LENGTH: usize = 12;

/// The number of a certificate: consecutive in its year.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct CertificateNumber {
    /// The year it was issued in.
    pub year: u16,
    /// From 1 on.
    pub serial: u32,
}

impl CertificateNumber {
    /// Reads a number as people type it: any case, full-width, with or without dashes around the year.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = half_width(text).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let digits = plain.to_ascii_uppercase();
        let digits = digits.strip_prefix("SDQXB")?;
        if !(10..=13).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (year, serial) = digits.split_at(4);
        let serial = serial.parse().ok().filter(|serial| *serial > 0)?;
        Some(Self { year: year.parse().ok()?, serial })
    }
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SDQXB-{:04}-{:06}", self.year, self.serial)
    }
}

/// The characters of a code as people type it; forgives what eyes confuse: case, O and 0, I, L and 1, dashes and spaces.
pub fn parse_code(text: &str) -> Option<String> {
    let read: String = half_width(text)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    (read.len() == CODE_LENGTH && read.bytes().all(|byte| CODE_ALPHABET.contains(&byte))).then_some(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let number = CertificateNumber { year: 2026, serial: 123 };
        assert_eq!(number.to_string(), "SDQXB-2026-000123");
        for text in ["SDQXB-2026-000123", " sdqxb 2026 000123", "ＳＤＱＸＢ－２０２６－０００１２３"] {
            assert_eq!(CertificateNumber::parse(text), Some(number), "{text}");
        }
        for text in ["", "SDQXB-2026-000000", "2026-000123", "SDQXB-2026-123", "SDQXB-2026-0000000123"] {
            assert_eq!(CertificateNumber::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_code_forgives_what_eyes_confuse() {
        assert_eq!(parse_code("abcd-efgh-2o1l").as_deref(), Some("ABCDEFGH2011"));
        assert_eq!(parse_code("ABCDEFGH201"), None);
        assert_eq!(parse_code("ABCDEFGH201U"), None, "no U");
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            let _ = CertificateNumber::parse(&text);
            let _ = parse_code(&text);
        }

        #[test]
        fn every_number_is_read_back(year in 2000u16..3000, serial in 1u32..10_000_000) {
            let number = CertificateNumber { year, serial };
            prop_assert_eq!(CertificateNumber::parse(&number.to_string()), Some(number));
        }
    }
}
