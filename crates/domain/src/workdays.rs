//! Working days in Shandong: weekends, and the State Council's yearly notice of holidays, which also moves weekends.
//!
//! Deadlines that people are told in working days (工作日) and the ages of cases are counted here. Each year of the table
//! names its source. A year whose notice has not been entered is counted by what the law fixes, and [`is_certain`] says that
//! such a date may still move. So every deadline has an end: none is open because a notice is missing, and none is refused.

use jiff::civil::{Date, Weekday, date};
use jiff::{SignedDuration, ToSpan as _};

/// One year's notice.
#[derive(Clone, Copy, Debug)]
pub struct Year {
    /// Which year.
    pub year: i16,
    /// Where its days were made public.
    pub source: &'static str,
    /// First and last days of the holidays, weekends within them included.
    closed: &'static [(Date, Date)],
    /// Saturdays and Sundays that are worked for them.
    worked: &'static [Date],
}

/// The version of the table: the notice entered last. To enter another, add its year below.
pub const VERSION: &str = "2025-11-04";

/// Every notice that was entered.
pub const YEARS: [Year; 1] = [Year {
    year: 2026,
    source: "国务院办公厅关于2026年部分节假日安排的通知（2025-11-04）",
    closed: &[
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 4, 4), date(2026, 4, 6)),
        (date(2026, 5, 1), date(2026, 5, 5)),
        (date(2026, 6, 19), date(2026, 6, 21)),
        (date(2026, 9, 25), date(2026, 9, 27)),
        (date(2026, 10, 1), date(2026, 10, 7)),
    ],
    worked: &[
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ],
}];

fn notice(day: Date) -> Option<&'static Year> {
    YEARS.iter().find(|year| year.year == day.year())
}

/// The notice of the day's year has been entered, so that whether it is worked will not change.
pub fn is_certain(day: Date) -> bool {
    notice(day).is_some()
}

/// Whether `day` is worked.
pub fn is_workday(day: Date) -> bool {
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    match notice(day) {
        Some(year) if year.worked.contains(&day) => true,
        Some(year) => !weekend && !year.closed.iter().any(|(first, last)| (*first..=*last).contains(&day)),
        // New Year, Labour Day and National Day stand in the law by their dates; the others go by the moon and the sun.
        None => !weekend && !matches!((day.month(), day.day()), (1, 1) | (5, 1 | 2) | (10, 1..=3)),
    }
}

/// The last day of a deadline of `days` working days that begins to run the day after `from`; for 0 the day itself, or the
/// next that is worked.
pub fn after(from: Date, days: u16) -> Date {
    let mut left = days;
    let mut day = from;
    while left > 0 || !is_workday(day) {
        // Years go to 9999, and nothing of the house goes past 2199.
        let Ok(next) = day.checked_add(1.day()) else { return day };
        day = next;
        if left > 0 && is_workday(day) {
            left -= 1;
        }
    }
    day
}

/// The working days that have begun after `from`, up to and including `until`, one by one.
pub fn passed(from: Date, until: Date) -> impl Iterator<Item = Date> {
    let days = until.duration_since(from).as_secs() / SignedDuration::from_hours(24).as_secs();
    (1..=days).filter_map(move |n| from.checked_add(n.days()).ok()).filter(|day| is_workday(*day))
}

/// How many these are: how old something is.
pub fn between(from: Date, until: Date) -> u32 {
    u32::try_from(passed(from, until).count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn holidays_rest_and_the_weekends_moved_for_them_are_worked() {
        for (day, worked) in [
            (date(2026, 1, 2), false),
            (date(2026, 1, 4), true),
            (date(2026, 2, 13), true),
            (date(2026, 2, 14), true),
            (date(2026, 2, 16), false),
            (date(2026, 2, 24), true),
            (date(2026, 10, 8), true),
            (date(2026, 10, 10), true),
            (date(2026, 10, 11), false),
            (date(2026, 11, 26), true),
            (date(2026, 11, 28), false),
        ] {
            assert_eq!(is_workday(day), worked, "{day}");
        }
    }

    #[test]
    fn a_notice_moves_weekends_into_holidays_and_nothing_else() {
        for year in YEARS {
            assert!(year.source.contains(&year.year.to_string()));
            assert!(year.closed.windows(2).all(|pair| pair[0].1 < pair[1].0), "in order: {}", year.year);
            for (first, last) in year.closed {
                assert!(first <= last && first.year() == year.year && last.year() == year.year, "{first}–{last}");
            }
            for day in year.worked {
                assert!(matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday), "{day}");
                assert!(!year.closed.iter().any(|(first, last)| (*first..=*last).contains(day)), "{day}");
            }
        }
    }

    #[test]
    fn a_year_without_a_notice_is_counted_by_the_law_and_says_so() {
        assert!(is_certain(date(2026, 12, 31)) && !is_certain(date(2027, 1, 1)));
        assert!(!is_workday(date(2027, 1, 1)) && is_workday(date(2027, 1, 4)));
        assert!(!is_workday(date(2027, 10, 3)) && !is_workday(date(2027, 5, 2)) && is_workday(date(2027, 5, 6)));
    }

    #[test]
    fn a_deadline_runs_from_the_day_after_and_over_the_spring_festival() {
        assert_eq!(after(date(2026, 11, 26), 1), date(2026, 11, 27));
        assert_eq!(after(date(2026, 11, 27), 1), date(2026, 11, 30));
        // Thursday before the festival: Friday, the Saturday that is worked, then the Tuesday after it.
        assert_eq!(after(date(2026, 2, 12), 3), date(2026, 2, 24));
        assert_eq!(after(date(2026, 2, 15), 0), date(2026, 2, 24));
        assert_eq!(between(date(2026, 2, 12), date(2026, 2, 24)), 3);
        assert_eq!(between(date(2026, 2, 24), date(2026, 2, 12)), 0);
    }

    proptest! {
        #[test]
        fn what_is_counted_on_is_counted_back(from in 0i64..730, days in 1u16..200) {
            let from = date(2026, 1, 1).checked_add(from.days()).expect("a day");
            let until = after(from, days);
            prop_assert!(is_workday(until));
            prop_assert_eq!(between(from, until), u32::from(days));
        }
    }
}
