//! The reference of a booking: eight characters that survive a telephone, a smudged print and a steward's thumb.

use crate::contact::half_width;
use crate::field::Fault;
use std::fmt;

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Eight characters, 40 random bits; shown as `K7M4-Q2XR`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Reference(String);

impl Reference {
    /// From five random bytes.
    pub fn from_random(bytes: [u8; 5]) -> Self {
        let bits = bytes.iter().fold(0u64, |all, byte| all << 8 | u64::from(*byte));
        Self((0..8).rev().map(|i| ALPHABET[(bits >> (5 * i) & 31) as usize] as char).collect())
    }

    /// Reads what people type or say: any case, dashes and spaces, O for 0, I or L for 1.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain: String = half_width(text)
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        if plain.is_empty() {
            Err(Fault::Required)
        } else if plain.len() == 8 && plain.bytes().all(|b| ALPHABET.contains(&b)) {
            Ok(Self(plain))
        } else {
            Err(Fault::ReferenceShape)
        }
    }

    /// As stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", &self.0[..4], &self.0[4..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forgives_what_eyes_and_ears_confuse() {
        let reference = Reference::parse("k7m4-q1x0").expect("a reference");
        for spelling in ["K7M4Q1X0", " k7m4 qLxO ", "K7M4-QIX0", "Ｋ７Ｍ４－ｑ１ｘ０"] {
            assert_eq!(Reference::parse(spelling), Ok(reference.clone()), "{spelling}");
        }
        assert_eq!(Reference::parse("K7M4Q1X"), Err(Fault::ReferenceShape));
        assert_eq!(Reference::parse("K7M4Q1XU"), Err(Fault::ReferenceShape));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(bytes: [u8; 5]) {
            let reference = Reference::from_random(bytes);
            prop_assert_eq!(Reference::parse(&reference.to_string()), Ok(reference));
        }
    }
}
