//! The number of a letter: the case's reference and which letter of the case it is.

use crate::booking::Reference;
use crate::contact::half_width;
use std::fmt;

/// K7M4-Q2XR-01. Not consecutive over cases: it tells nothing of others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Number {
    /// Of which case.
    pub reference: Reference,
    /// 1 for its first letter.
    pub nth: u16,
}

impl Number {
    /// Reads a number as people type it: in letters of either case and width, with dashes, spaces or neither.
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = half_width(text).chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        let (reference, nth) = plain.split_at_checked(8)?;
        if nth.len() < 2 || nth.len() > 4 || !nth.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let nth = nth.parse().ok().filter(|nth| *nth > 0)?;
        Some(Self { reference: Reference::parse(reference).ok()?, nth })
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.reference, self.nth)
    }
}
