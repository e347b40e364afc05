//! Bank accounts that awards are paid to.

use crate::contact::half_width;
use crate::field::Fault;
use crate::named::named;
use std::fmt;

named! {
    /// Whose account it is.
    PayeeKind, 2 {
        /// 医院: the one that treats, and the rule.
        Hospital "hospital",
        /// 家庭: what was paid already is paid back.
        Family "family",
    }
}

/// The number of a bank account or a card: eight to thirty digits. Shown as its last four.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct AccountNumber(String);

impl AccountNumber {
    /// Reads digits of either width, spaces and dashes between them.
    ///
    /// # Errors
    /// `Required`, `BankAccountShape`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let digits: String = half_width(text).chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        match digits.len() {
            0 => Err(Fault::Required),
            8..=30 if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Self(digits)),
            _ => Err(Fault::BankAccountShape),
        }
    }

    /// All of it: for the vault and for the bank's file, nowhere else.
    pub fn in_full(&self) -> &str {
        &self.0
    }

    /// What people see of it.
    pub fn last_four(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountNumber(…{})", self.last_four())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_stands_on_a_card() {
        let number = AccountNumber::parse(" 6222 0216-０２００ 1234567 ").expect("a number");
        assert_eq!((number.in_full(), number.last_four()), ("6222021602001234567", "4567"));
        assert_eq!(format!("{number:?}"), "AccountNumber(…4567)");
        assert_eq!(AccountNumber::parse(" "), Err(Fault::Required));
        for text in ["1234567", "abcdefgh", "12345678x", &"1".repeat(31)] {
            assert_eq!(AccountNumber::parse(text), Err(Fault::BankAccountShape), "{text}");
        }
    }
}
