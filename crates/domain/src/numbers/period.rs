//! The days that are counted.

use crate::field::{Fault, Faults};
use crate::named::named;
use crate::time::{local_day, start_of_day};
use jiff::{Timestamp, ToSpan, civil};

/// Days of the longest period: a leap year. Longer ones would read years of bookings at one press of a button.
pub const LONGEST_DAYS: i32 = 366;

named! {
    /// Periods that have a name.
    Unit, 3 {
        /// A calendar month.
        Month "month",
        /// A calendar quarter.
        Quarter "quarter",
        /// A calendar year.
        Year "year",
    }
}

/// Days from the first to the last, both of them counted, on the calendar of Shandong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    first: civil::Date,
    last: civil::Date,
}

impl Period {
    /// The days between two of them.
    ///
    /// # Errors
    /// Faults of `from` and `to`: outside 2020 to 2100, the wrong way around, or longer than [`LONGEST_DAYS`].
    pub fn new(first: civil::Date, last: civil::Date) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let (least, most) = (civil::date(2020, 1, 1), civil::date(2100, 12, 31));
        for (field, day) in [("from", first), ("to", last)] {
            if !(least..=most).contains(&day) {
                faults.add(field, Fault::DateBetween { first: least, last: most });
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let longest = first.saturating_add((LONGEST_DAYS - 1).days());
        if last < first || last > longest {
            faults.add("to", Fault::DateBetween { first, last: longest });
            return Err(faults);
        }
        Ok(Self { first, last })
    }

    /// The month, quarter or year that a day belongs to.
    pub fn of(unit: Unit, day: civil::Date) -> Self {
        let (month, months) = match unit {
            Unit::Month => (day.month(), 1_i32),
            Unit::Quarter => ((day.month() - 1) / 3 * 3 + 1, 3),
            Unit::Year => (1, 12),
        };
        let first = civil::Date::new(day.year(), month, 1).unwrap_or(day);
        Self { first, last: first.saturating_add(months.months()).saturating_sub(1.day()) }
    }

    /// Days that the calendar itself chose.
    pub(super) const fn whole(first: civil::Date, last: civil::Date) -> Self {
        Self { first, last }
    }

    /// The first day.
    pub const fn first(self) -> civil::Date {
        self.first
    }

    /// The last day, which is counted.
    pub const fn last(self) -> civil::Date {
        self.last
    }

    /// The instant it begins and the instant it is over.
    pub fn instants(self) -> (Timestamp, Timestamp) {
        (start_of_day(self.first), start_of_day(self.last.saturating_add(1.day())))
    }

    /// The instant is within.
    pub fn holds(self, at: Timestamp) -> bool {
        (self.first..=self.last).contains(&local_day(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(first: &str, last: &str) -> Result<Period, Faults> {
        Period::new(first.parse().expect("a day"), last.parse().expect("a day"))
    }

    #[test]
    fn months_quarters_and_years_are_those_of_the_calendar() {
        let day = civil::date(2028, 2, 29);
        for (unit, first, last) in [
            (Unit::Month, "2028-02-01", "2028-02-29"),
            (Unit::Quarter, "2028-01-01", "2028-03-31"),
            (Unit::Year, "2028-01-01", "2028-12-31"),
        ] {
            let period = Period::of(unit, day);
            assert_eq!((period.first().to_string(), period.last().to_string()), (first.to_owned(), last.to_owned()));
            assert_eq!(days(first, last).ok(), Some(period), "what has a name is never too long");
        }
    }

    #[test]
    fn a_period_is_bounded_and_runs_forward() {
        assert!(days("2027-01-01", "2028-01-01").is_ok(), "366 days");
        for (first, last, field) in [
            ("2027-01-01", "2028-01-02", "to"),
            ("2027-01-02", "2027-01-01", "to"),
            ("1999-01-01", "2027-01-01", "from"),
            ("2100-12-31", "2101-01-01", "to"),
        ] {
            let errors = days(first, last).expect_err("refused").into_errors();
            assert_eq!(errors.iter().map(|e| &*e.field).collect::<Vec<_>>(), [field], "{first} {last}");
        }
    }

    #[test]
    fn its_days_are_those_of_shandong() {
        let day = days("2026-07-28", "2026-07-28").expect("a day");
        let (from, until) = day.instants();
        assert_eq!(
            (from.to_string(), until.to_string()),
            ("2026-07-27T16:00:00Z".into(), "2026-07-28T16:00:00Z".into())
        );
        assert!(day.holds(from) && !day.holds(until));
    }
}
