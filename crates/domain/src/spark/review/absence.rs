//! Days on which somebody of the staff is away (离岗): nobody gives them a case to look after or to judge.

use crate::field::{Fault, FieldError};
use crate::time;
use jiff::civil::Date;

/// Away from a day to a day, both of them included; without a last day until further notice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Absence {
    from: Date,
    until: Option<Date>,
}

impl Absence {
    /// Of two days; `None` where the last comes before the first.
    pub fn new(from: Date, until: Option<Date>) -> Option<Self> {
        until.is_none_or(|until| until >= from).then_some(Self { from, until })
    }

    /// As it is typed into `away_from` and `away_until`; nothing in both is no absence.
    ///
    /// # Errors
    /// `DateShape`; `Required` for a last day without a first one; `EndBeforeStart`.
    pub fn read(from: &str, until: &str) -> Result<Option<Self>, Vec<FieldError>> {
        let day = |field: &str, text: &str| match time::day(text) {
            Ok(day) => Ok(Some(day)),
            Err(Fault::Required) => Ok(None),
            Err(fault) => Err(FieldError::new(field, fault)),
        };
        match (day("away_from", from), day("away_until", until)) {
            (Ok(None), Ok(None)) => Ok(None),
            (Ok(None), Ok(Some(_))) => Err(vec![FieldError::new("away_from", Fault::Required)]),
            (Ok(Some(from)), Ok(until)) => {
                let both = Self::new(from, until);
                both.map(Some).ok_or_else(|| vec![FieldError::new("away_until", Fault::EndBeforeStart)])
            }
            (from, until) => Err(from.err().into_iter().chain(until.err()).collect()),
        }
    }

    /// The first day.
    pub const fn from(self) -> Date {
        self.from
    }

    /// The last day.
    pub const fn until(self) -> Option<Date> {
        self.until
    }

    /// They are away on that day.
    pub fn covers(self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// It is past on that day.
    pub fn is_over(self, day: Date) -> bool {
        self.until.is_some_and(|until| until < day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn what_is_typed_is_read_and_each_fault_stands_beside_its_field() {
        let read = |from: &str, until: &str| Absence::read(from, until);
        assert_eq!(read(" ", ""), Ok(None));
        let week = Absence::new(date(2026, 12, 1), Some(date(2026, 12, 7)));
        assert_eq!(read("2026-12-01", "２０２６-12-07"), Ok(week));
        assert_eq!(read("2026-12-01", ""), Ok(Absence::new(date(2026, 12, 1), None)));
        let faults = |from, until| {
            let errors = read(from, until).expect_err("faults");
            errors.into_iter().map(|error| (error.field, error.fault)).collect::<Vec<_>>()
        };
        assert_eq!(faults("", "2026-12-07"), [("away_from".to_owned(), Fault::Required)]);
        assert_eq!(faults("2026-12-08", "2026-12-07"), [("away_until".to_owned(), Fault::EndBeforeStart)]);
        let both = [("away_from".to_owned(), Fault::DateShape), ("away_until".to_owned(), Fault::DateShape)];
        assert_eq!(faults("soon", "later"), both);
    }

    proptest! {
        #[test]
        fn somebody_is_away_on_its_days_and_on_no_others(first in 0i64..400, length in proptest::option::of(0i64..400), day in 0i64..900) {
            let on = |n: i64| date(2026, 1, 1) + n.days();
            let absence = Absence::new(on(first), length.map(|length| on(first + length))).expect("in order");
            prop_assert_eq!(absence.covers(on(day)), day >= first && length.is_none_or(|length| day <= first + length));
            prop_assert_eq!(absence.is_over(on(day)), length.is_some_and(|length| day > first + length));
            prop_assert!(!(absence.covers(on(day)) && absence.is_over(on(day))));
        }
    }
}
