//! Money in whole fen. No floating point comes near it, and a sum that does not fit is an error and never a wrong sum.

use crate::contact::half_width;
use crate::field::Fault;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A hundredth of a yuan, above or below zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fen(i64);

/// The sum does not fit: no account of the house comes near it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("more fen than can be counted")]
pub struct TooMuch;

impl Fen {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many fen.
    pub const fn new(fen: i64) -> Self {
        Self(fen)
    }

    /// So many.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Together with another.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn plus(self, other: Self) -> Result<Self, TooMuch> {
        self.0.checked_add(other.0).map(Self).ok_or(TooMuch)
    }

    /// Without another.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn minus(self, other: Self) -> Result<Self, TooMuch> {
        self.0.checked_sub(other.0).map(Self).ok_or(TooMuch)
    }

    /// The other way round.
    ///
    /// # Errors
    /// `TooMuch`, of the one number that has no opposite.
    pub fn negated(self) -> Result<Self, TooMuch> {
        self.0.checked_neg().map(Self).ok_or(TooMuch)
    }

    /// All of them together.
    ///
    /// # Errors
    /// `TooMuch`.
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Result<Self, TooMuch> {
        all.into_iter().try_fold(Self::ZERO, Self::plus)
    }
}

/// Yuan with two decimals and no separators, as banks read them: `-1234.50`.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, whole) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:02}", whole / 100, whole % 100)
    }
}

/// An amount that somebody gives, promises or pays: more than nothing, and no more than [`Amount::MAX`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Amount(i64);

impl Amount {
    /// Ten thousand million yuan. So far below what can be counted that nine million of them still add up.
    pub const MAX: Self = Self(1_000_000_000_000);

    /// So many fen.
    ///
    /// # Errors
    /// `MoneyNotPositive`, `MoneyTooLarge`.
    pub const fn new(fen: i64) -> Result<Self, Fault> {
        match fen {
            ..=0 => Err(Fault::MoneyNotPositive),
            1..=1_000_000_000_000 => Ok(Self(fen)),
            _ => Err(Fault::MoneyTooLarge),
        }
    }

    /// Reads yuan as people type them: `1,234.56`, `￥1234.5`, `1234 元`, in digits of either width. Commas only where
    /// thousands end, so that `1,5` is asked back and not taken for fifteen.
    ///
    /// # Errors
    /// `Required`, `MoneyShape`, `MoneyDecimals`, `MoneyNotPositive`, `MoneyTooLarge`.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let plain = half_width(text).replace('，', ",");
        let plain = plain.trim().trim_start_matches(['¥', '￥']).trim_end_matches('元').trim();
        if plain.is_empty() {
            return Err(Fault::Required);
        }
        let (whole, decimals) = plain.split_once('.').unwrap_or((plain, "0"));
        if whole.starts_with('-') {
            return Err(Fault::MoneyNotPositive);
        }
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let whole = without_separators(whole).filter(|whole| digits(whole)).ok_or(Fault::MoneyShape)?;
        if !digits(decimals) {
            return Err(Fault::MoneyShape);
        }
        if decimals.len() > 2 {
            return Err(Fault::MoneyDecimals);
        }
        // More digits than a number has are a number that is too large.
        let yuan = whole.parse::<i64>().map_err(|_| Fault::MoneyTooLarge)?;
        let fen = format!("{decimals:0<2}").parse::<i64>().map_err(|_| Fault::MoneyShape)?;
        let all = yuan.checked_mul(100).and_then(|all| all.checked_add(fen)).ok_or(Fault::MoneyTooLarge)?;
        Self::new(all)
    }

    /// As money that can be added up.
    pub const fn fen(self) -> Fen {
        Fen(self.0)
    }

    /// So many fen.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// For people: `1,234.56`.
    pub fn grouped(self) -> String {
        let (yuan, fen) = ((self.0 / 100).to_string(), self.0 % 100);
        let mut text = String::with_capacity(yuan.len() * 4 / 3 + 3);
        for (n, digit) in yuan.chars().enumerate() {
            if n > 0 && (yuan.len() - n).is_multiple_of(3) {
                text.push(',');
            }
            text.push(digit);
        }
        format!("{text}.{fen:02}")
    }
}

/// The digits without the commas between thousands; `None` where a comma stands elsewhere.
fn without_separators(whole: &str) -> Option<String> {
    if !whole.contains(',') {
        return Some(whole.to_owned());
    }
    let mut groups = whole.split(',');
    let first = groups.next().filter(|first| (1..=3).contains(&first.len()))?;
    let rest: Vec<&str> = groups.collect();
    rest.iter().all(|group| group.len() == 3).then(|| format!("{first}{}", rest.concat()))
}

impl TryFrom<i64> for Amount {
    type Error = &'static str;

    fn try_from(fen: i64) -> Result<Self, Self::Error> {
        Self::new(fen).map_err(|_| "no amount")
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fen().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_as_people_type_them() {
        for (text, fen) in [
            ("1,234.56", 123_456),
            ("1234.5", 123_450),
            (" ￥ 10,000 元 ", 1_000_000),
            ("１２３．４５", 12_345),
            ("10，000", 1_000_000),
            ("0.01", 1),
            ("10,000,000,000.00", 1_000_000_000_000),
        ] {
            assert_eq!(Amount::parse(text).map(Amount::get), Ok(fen), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_told_why() {
        for (text, fault) in [
            ("", Fault::Required),
            (" 元 ", Fault::Required),
            ("0", Fault::MoneyNotPositive),
            ("0.00", Fault::MoneyNotPositive),
            ("-5", Fault::MoneyNotPositive),
            ("1.234", Fault::MoneyDecimals),
            ("1,5", Fault::MoneyShape),
            ("12,34,567", Fault::MoneyShape),
            ("1234,567", Fault::MoneyShape),
            (",123", Fault::MoneyShape),
            ("1.", Fault::MoneyShape),
            (".5", Fault::MoneyShape),
            ("1e5", Fault::MoneyShape),
            ("+5", Fault::MoneyShape),
            ("一万", Fault::MoneyShape),
            ("1.2.3", Fault::MoneyShape),
            ("10000000000.01", Fault::MoneyTooLarge),
            ("99999999999999999999", Fault::MoneyTooLarge),
        ] {
            assert_eq!(Amount::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn a_sum_that_does_not_fit_is_no_sum() {
        let most = Fen::new(i64::MAX);
        assert_eq!(most.plus(Fen::new(1)), Err(TooMuch));
        assert_eq!(Fen::new(i64::MIN).negated(), Err(TooMuch));
        assert_eq!(Fen::new(i64::MIN).minus(Fen::new(1)), Err(TooMuch));
        assert_eq!(Fen::sum([Fen::new(5), Fen::new(-7)]), Ok(Fen::new(-2)));
        assert_eq!(Fen::new(-123_405).to_string(), "-1234.05");
        assert_eq!(Fen::new(-5).to_string(), "-0.05");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(fen in 1..=Amount::MAX.get()) {
            let amount = Amount::new(fen).expect("an amount");
            prop_assert_eq!(Amount::parse(&amount.grouped()), Ok(amount));
            prop_assert_eq!(Amount::parse(&amount.to_string()), Ok(amount));
        }

        #[test]
        fn no_text_is_too_much_for_it(text in "[0-9,.，元¥ e+-]{0,24}") {
            if let Ok(amount) = Amount::parse(&text) {
                prop_assert!((1..=Amount::MAX.get()).contains(&amount.get()));
            }
        }
    }
}
