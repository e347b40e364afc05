//! Months of the books, by the calendar of Shandong. One that is closed takes no entry any more.

use crate::field::Fault;
use jiff::{ToSpan, civil};
use std::fmt;
use std::str::FromStr;

/// A calendar month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Month(civil::Date);

impl Month {
    /// The month a day belongs to.
    pub fn of(day: civil::Date) -> Self {
        Self(day.first_of_month())
    }

    /// Its first day.
    pub const fn first(self) -> civil::Date {
        self.0
    }

    /// Its last day.
    pub fn last(self) -> civil::Date {
        self.0.last_of_month()
    }

    /// The month after it.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    /// It is over on `today`: only then it can be closed.
    pub fn is_over(self, today: civil::Date) -> bool {
        today > self.last()
    }
}

/// `2026-11`, as it stands in forms and addresses.
impl FromStr for Month {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        crate::time::day(&format!("{}-01", text.trim())).map(Self::of)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_closed_when_it_is_over() {
        let month: Month = "2028-02".parse().expect("a month");
        assert_eq!((month.first(), month.last()), (civil::date(2028, 2, 1), civil::date(2028, 2, 29)));
        assert!(!month.is_over(civil::date(2028, 2, 29)) && month.is_over(civil::date(2028, 3, 1)));
        assert_eq!(Month::of(civil::date(2027, 12, 31)).next().to_string(), "2028-01");
        for text in ["", "2028", "2028-13", "28-02-01"] {
            assert_eq!(text.parse::<Month>(), Err(Fault::DateShape), "{text}");
        }
    }
}
