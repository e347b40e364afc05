//! The number of a contract, as it stands on paper.

use crate::contact::half_width;
use crate::field::Fault;
use std::fmt;

/// SD and ten digits: SD2026000417. On paper with spaces or dashes, typed in small letters or large.
#[derive(Clone, PartialEq, Eq)]
pub struct ContractNumber(String);

impl ContractNumber {
    /// Characters of a number.
    pub const LENGTH: usize = 12;

    /// Reads what was typed.
    ///
    /// # Errors
    /// `Required` for nothing, `ContractNumberShape` for what is no number of ours.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain: String = half_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if plain.is_empty() {
            return Err(Fault::Required);
        }
        let plain = plain.to_ascii_uppercase();
        let digits = plain.strip_prefix("SD").unwrap_or_default();
        let fits =
            plain.len() == Self::LENGTH && digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.len() == 10;
        if fits { Ok(Self(plain)) } else { Err(Fault::ContractNumberShape) }
    }

    /// As it is compared and stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Without what names it.
impl fmt::Debug for ContractNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContractNumber(…)")
    }
}

/// In groups, as it stands on paper: SD 2026 000417.
impl fmt::Display for ContractNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, rest) = self.0.split_at(2);
        let (year, nth) = rest.split_at(4);
        write!(f, "{kind} {year} {nth}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_copied() {
        for typed in ["SD2026000417", " sd 2026-000417 ", "ＳＤ２０２６０００４１７"] {
            assert_eq!(ContractNumber::parse(typed).expect("a number").as_str(), "SD2026000417", "{typed}");
        }
        assert_eq!(ContractNumber::parse("SD2026000417").expect("a number").to_string(), "SD 2026 000417");
        assert_eq!(ContractNumber::parse("  "), Err(Fault::Required));
        for other in ["SD202600041", "SD20260004170", "XY2026000417", "SD2026O00417", "2026000417"] {
            assert_eq!(ContractNumber::parse(other), Err(Fault::ContractNumberShape), "{other}");
        }
    }
}
