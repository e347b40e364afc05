//! Donation identification numbers (ISBT 128, DIN): facility 5, year 2, sequence 6, and a check character by ISO 7064 Mod 37,2.

use serde::{Deserialize, Serialize};

/// The alphabet of ISO 7064 Mod 37,2: its values are 0 to 36.
const ALPHABET: &[u8; 37] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*";

/// Why a text is no donation identification number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DinFault {
    /// Nothing stands there.
    #[error("nothing")]
    Missing,
    /// Not thirteen or fourteen characters of the right kinds.
    #[error("no donation identification number")]
    Shape,
    /// Its check character belongs to another number.
    #[error("another check character")]
    Check,
}

/// A donation identification number, thirteen characters without its check character. They are given one after another, so
/// whoever knows one can guess the next: never a way to a unit for anybody but staff and machines.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Din(String);

impl Din {
    /// Of thirteen characters, or of fourteen whose last is the check character; spaces and small letters as people type them.
    ///
    /// # Errors
    /// `Missing`; `Shape` for another shape; `Check` where the check character belongs to another number.
    pub fn parse(text: &str) -> Result<Self, DinFault> {
        let plain: String =
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect::<String>().to_ascii_uppercase();
        if plain.is_empty() {
            return Err(DinFault::Missing);
        }
        let fits = plain.is_ascii() && matches!(plain.len(), 13 | 14);
        let (number, check) = if fits { plain.split_at(13) } else { return Err(DinFault::Shape) };
        let (facility, rest) = number.split_at(5);
        if !facility.bytes().all(|b| b.is_ascii_alphanumeric()) || !rest.bytes().all(|b| b.is_ascii_digit()) {
            return Err(DinFault::Shape);
        }
        let din = Self(number.to_owned());
        match check.chars().next() {
            Some(typed) if typed != din.check() => Err(DinFault::Check),
            _ => Ok(din),
        }
    }

    /// The number of a facility (five characters), a year and a sequence of it.
    pub fn of(facility: &str, year: u8, sequence: u32) -> Result<Self, DinFault> {
        Self::parse(&format!("{facility}{year:02}{sequence:06}"))
    }

    /// Its thirteen characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its check character (ISO 7064 Mod 37,2).
    pub fn check(&self) -> char {
        let value = |byte: u8| ALPHABET.iter().position(|one| *one == byte).unwrap_or(0);
        let sum = self.0.bytes().fold(0, |sum, byte| (sum + value(byte)) * 2 % 37);
        char::from(ALPHABET[(38 - sum) % 37])
    }
}

/// As printed on a bag: in its groups, the check character last.
impl std::fmt::Display for Din {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {}", &self.0[..5], &self.0[5..7], &self.0[7..], self.check())
    }
}

impl TryFrom<String> for Din {
    type Error = DinFault;

    fn try_from(text: String) -> Result<Self, DinFault> {
        Self::parse(&text)
    }
}

impl From<Din> for String {
    fn from(din: Din) -> Self {
        din.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_check_character_is_the_one_of_the_standard() {
        let din = Din::parse("G123498654321").unwrap();
        assert_eq!(din.check(), 'H');
        assert_eq!(din.to_string(), "G1234 98 654321 H");
        assert_eq!(Din::parse("g1234 98 654321 h"), Ok(din));
        assert_eq!(Din::parse("G123498654321K"), Err(DinFault::Check));
        assert_eq!(Din::parse("G12349865432"), Err(DinFault::Shape));
        assert_eq!(Din::parse(" "), Err(DinFault::Missing));
    }

    proptest! {
        #[test]
        fn one_wrong_character_never_passes(facility in "[A-Z][0-9]{4}", year in 0u8..100, number in 0u32..1_000_000, at in 5usize..13, digit in 0u8..10) {
            let din = Din::of(&facility, year, number).unwrap();
            let mut other = din.as_str().as_bytes().to_vec();
            prop_assume!(other[at] != b'0' + digit);
            other[at] = b'0' + digit;
            let typed = format!("{}{}", String::from_utf8(other).unwrap(), din.check());
            prop_assert_eq!(Din::parse(&typed), Err(DinFault::Check));
        }
    }
}
