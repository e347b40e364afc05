//! When an export is due, and which days it is of. Due instants stand on the clock of Shandong; which days a file has follows
//! from the instant it was due and not from when somebody got round to making it.

use super::period::{Period, Unit};
use crate::account::Capability;
use crate::field::Fault;
use crate::named::named;
use crate::time::{at, local_day};
use jiff::{Timestamp, ToSpan, civil};

named! {
    /// What a file has.
    What, 2 {
        /// The numbers: nothing personal.
        Numbers "numbers",
        /// The bookings behind them, masked.
        Bookings "bookings",
    }
}

impl What {
    /// What one must be allowed to do to have it.
    pub const fn capability(self) -> Capability {
        match self {
            Self::Numbers => Capability::SeeNumbers,
            Self::Bookings => Capability::ExportBookings,
        }
    }
}

named! {
    /// Which days before the due one a file is of.
    Span, 3 {
        /// The last whole week, from Monday on.
        Week "week",
        /// The last whole calendar month.
        Month "month",
        /// The last whole calendar quarter.
        Quarter "quarter",
    }
}

impl Span {
    /// The last whole one that was over before `day` began.
    pub fn before(self, day: civil::Date) -> Period {
        match self {
            Self::Week => {
                let monday = day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
                Period::whole(monday.saturating_sub(7.days()), monday.saturating_sub(1.day()))
            }
            Self::Month => Period::of(Unit::Month, Period::of(Unit::Month, day).first().saturating_sub(1.day())),
            Self::Quarter => Period::of(Unit::Quarter, Period::of(Unit::Quarter, day).first().saturating_sub(1.day())),
        }
    }
}

named! {
    /// How often.
    Every, 2 {
        /// On a day of the week.
        Week "week",
        /// On a day of the month.
        Month "month",
    }
}

/// On which day and at which hour something is due, again and again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rhythm {
    every: Every,
    day: i8,
    hour: i8,
}

impl Rhythm {
    /// Days of the month that every month has.
    pub const LAST_DAY: i8 = 28;

    /// A day of the week from 1, Monday, to 7, or of the month up to [`Rhythm::LAST_DAY`]; a full hour.
    ///
    /// # Errors
    /// The field, `day` or `hour`, that no such day or hour was chosen in.
    pub fn new(every: Every, day: i8, hour: i8) -> Result<Self, (&'static str, Fault)> {
        let most = match every {
            Every::Week => 7,
            Every::Month => Self::LAST_DAY,
        };
        if !(1..=most).contains(&day) {
            return Err(("day", Fault::NotAChoice));
        }
        if !(0..24).contains(&hour) {
            return Err(("hour", Fault::NotAChoice));
        }
        Ok(Self { every, day, hour })
    }

    /// How often.
    pub const fn every(self) -> Every {
        self.every
    }

    /// The day of the week or of the month.
    pub const fn day(self) -> i8 {
        self.day
    }

    /// The hour.
    pub const fn hour(self) -> i8 {
        self.hour
    }

    /// The first due instant after `now`.
    pub fn after(self, now: Timestamp) -> Timestamp {
        let here = self.around(local_day(now));
        if here > now { here } else { self.around(self.step(local_day(now), 1)) }
    }

    /// The last due instant that is not after `now`. After days without a server this one is made up for, and those before
    /// it are not: ten mails at once help nobody.
    pub fn latest(self, now: Timestamp) -> Timestamp {
        let here = self.around(local_day(now));
        if here <= now { here } else { self.around(self.step(local_day(now), -1)) }
    }

    /// The due instant of the week or month that a day belongs to.
    fn around(self, day: civil::Date) -> Timestamp {
        let due = match self.every {
            Every::Week => {
                let monday = day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
                monday.saturating_add(i64::from(self.day - 1).days())
            }
            // Every month has this day.
            Every::Month => civil::Date::new(day.year(), day.month(), self.day).unwrap_or(day),
        };
        at(due, civil::Time::new(self.hour, 0, 0, 0).unwrap_or_default())
    }

    fn step(self, day: civil::Date, n: i64) -> civil::Date {
        match self.every {
            Every::Week => day.saturating_add((7 * n).days()),
            Every::Month => day.saturating_add(n.months()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn rhythm(every: Every, day: i8, hour: i8) -> Rhythm {
        Rhythm::new(every, day, hour).expect("a rhythm")
    }

    #[test]
    fn what_is_due_stands_on_the_clock_of_shandong() {
        let mondays = rhythm(Every::Week, 1, 7);
        // Monday 30 November 2026, 07:00 in Jinan, is Sunday 23:00 in UTC.
        let due = instant("2026-11-29T23:00:00Z");
        assert_eq!(mondays.after(instant("2026-11-26T16:00:00Z")), due);
        assert_eq!(mondays.latest(due), due, "at the instant itself it is due");
        assert_eq!(mondays.after(due), instant("2026-12-06T23:00:00Z"), "and the next is a week later");
        assert_eq!(mondays.latest(instant("2026-11-29T22:59:59Z")), instant("2026-11-22T23:00:00Z"));
        let firsts = rhythm(Every::Month, 1, 0);
        assert_eq!(
            firsts.after(instant("2026-12-31T15:59:59Z")),
            instant("2026-12-31T16:00:00Z"),
            "a year's first hour"
        );
        assert_eq!(firsts.latest(instant("2027-03-30T12:00:00Z")), instant("2027-02-28T16:00:00Z"));
        let last = rhythm(Every::Month, 28, 23);
        assert_eq!(last.after(instant("2027-01-30T00:00:00Z")), instant("2027-02-28T15:00:00Z"), "February has it too");
    }

    #[test]
    fn one_comes_after_the_other_whatever_the_instant() {
        for rhythm in [rhythm(Every::Week, 7, 23), rhythm(Every::Week, 1, 0), rhythm(Every::Month, 28, 5)] {
            let mut now = instant("2026-01-01T00:00:00Z");
            for _ in 0..2_000 {
                let (before, next) = (rhythm.latest(now), rhythm.after(now));
                assert!(before <= now && now < next, "{rhythm:?} at {now}");
                assert_eq!(rhythm.after(before), next, "nothing is due between the two, {rhythm:?} at {now}");
                now += jiff::SignedDuration::from_mins(437);
            }
        }
    }

    #[test]
    fn a_file_is_of_the_last_whole_week_month_or_quarter() {
        let day = civil::date(2027, 1, 4);
        for (span, of, first, last) in [
            (Span::Week, day, "2026-12-28", "2027-01-03"),
            (Span::Week, civil::date(2027, 1, 10), "2026-12-28", "2027-01-03"),
            (Span::Month, day, "2026-12-01", "2026-12-31"),
            (Span::Quarter, day, "2026-10-01", "2026-12-31"),
            (Span::Quarter, civil::date(2027, 6, 30), "2027-01-01", "2027-03-31"),
        ] {
            let period = span.before(of);
            assert_eq!((period.first().to_string(), period.last().to_string()), (first.to_owned(), last.to_owned()));
        }
    }

    #[test]
    fn no_day_is_chosen_that_some_weeks_or_months_do_not_have() {
        for (every, day, hour, field) in [
            (Every::Week, 0, 7, "day"),
            (Every::Week, 8, 7, "day"),
            (Every::Month, 29, 7, "day"),
            (Every::Month, 1, 24, "hour"),
        ] {
            assert_eq!(Rhythm::new(every, day, hour), Err((field, Fault::NotAChoice)));
        }
    }
}
