//! Quarters, the reports of quarters and years, and the days they are due.

use super::snapshot::Unreadable;
use crate::Locale;
use crate::numbers::{Period, Unit};
use crate::time::in_reach;
use crate::workdays::is_workday;
use jiff::{ToSpan, civil};
use std::fmt;
use std::str::FromStr;

/// A quarter of a year on the calendar of Shandong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Quarter {
    year: i16,
    number: i8,
}

impl Quarter {
    /// The quarter of a day.
    pub fn of(day: civil::Date) -> Self {
        Self { year: day.year(), number: (day.month() - 1) / 3 + 1 }
    }

    /// Its year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// From one to four.
    pub const fn number(self) -> i8 {
        self.number
    }

    /// Its days.
    pub fn period(self) -> Period {
        Period::of(Unit::Quarter, civil::date(self.year, self.number * 3, 1))
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self::of(self.period().last().saturating_add(1.day()))
    }

    /// The last one that was over before the day began.
    pub fn before(day: civil::Date) -> Self {
        Self::of(Self::of(day).period().first().saturating_sub(1.day()))
    }

    /// 2026年第三季度 · third quarter of 2026
    pub fn text(self, locale: Locale) -> String {
        let number = usize::from(self.number.unsigned_abs()) - 1;
        match locale {
            Locale::ZhCn => format!("{}年第{}季度", self.year, ["一", "二", "三", "四"][number]),
            Locale::En => format!("{} quarter of {}", ["first", "second", "third", "fourth"][number], self.year),
        }
    }
}

/// `2026-Q3`
impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-Q{}", self.year, self.number)
    }
}

impl FromStr for Quarter {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let read = || {
            let (year, number) = text.split_once("-Q")?;
            let quarter = Self { year: year.parse().ok()?, number: number.parse().ok()? };
            let day = civil::Date::new(quarter.year, 1, 1).ok()?;
            ((1..=4).contains(&quarter.number) && in_reach(day)).then_some(quarter)
        };
        read().ok_or(Unreadable)
    }
}

/// A report that is owed to the public.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Term {
    /// Of a quarter.
    Quarter(Quarter),
    /// Of a year.
    Year(i16),
}

impl Term {
    /// Its days.
    pub fn period(self) -> Period {
        match self {
            Self::Quarter(quarter) => quarter.period(),
            Self::Year(year) => Period::of(Unit::Year, civil::date(year, 1, 1)),
        }
    }

    /// The quarter whose snapshot it is made of: its own, or the last of its year.
    pub const fn quarter(self) -> Quarter {
        match self {
            Self::Quarter(quarter) => quarter,
            Self::Year(year) => Quarter { year, number: 4 },
        }
    }

    /// The payments of a year are in it. A quarter's report tells of its year so far.
    pub const fn year(self) -> i16 {
        self.quarter().year
    }

    /// What it is called.
    pub fn text(self, locale: Locale) -> String {
        match (self, locale) {
            (Self::Quarter(quarter), _) => quarter.text(locale),
            (Self::Year(year), Locale::ZhCn) => format!("{year}年度"),
            (Self::Year(year), Locale::En) => format!("year {year}"),
        }
    }
}

/// `2026-Q3`, `2026`: as it stands in addresses and names of files.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quarter(quarter) => quarter.fmt(f),
            Self::Year(year) => write!(f, "{year}"),
        }
    }
}

impl FromStr for Term {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        if text.contains('Q') {
            return text.parse().map(Self::Quarter);
        }
        let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let year = Some(text).filter(|_| digits).and_then(|text| format!("{text}-Q4").parse::<Quarter>().ok());
        year.map(|quarter| Self::Year(quarter.year())).ok_or(Unreadable)
    }
}

/// When reports are due, and when the house is reminded of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Due {
    /// Days after a quarter.
    pub after_quarter: i32,
    /// Days after a year.
    pub after_year: i32,
    /// How many days before the due day one is reminded, the earliest first.
    pub reminders: [i32; 3],
}

impl Default for Due {
    /// A month after a quarter and three after a year: well before the end of May, when a charity's annual report is due by
    /// law (慈善组织年度报告, 5月31日前).
    fn default() -> Self {
        Self { after_quarter: 30, after_year: 90, reminders: [14, 7, 1] }
    }
}

/// How a report stands on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Its time is not over.
    Running,
    /// It can be made; so many days are left, none on the due day itself.
    Open {
        /// Days left.
        left: i32,
    },
    /// It should have been published so many days ago.
    Overdue {
        /// Days since.
        days: i32,
    },
    /// It was published.
    Published,
}

impl Due {
    /// The last day on which it is in time.
    pub fn day(&self, term: Term) -> civil::Date {
        let days = match term {
            Term::Quarter(_) => self.after_quarter,
            Term::Year(_) => self.after_year,
        };
        term.period().last().saturating_add(days.days())
    }

    /// The days on which the house is reminded: never before the report can be made.
    pub fn reminders(&self, term: Term) -> Vec<civil::Date> {
        let days = self.reminders.iter().map(|before| self.day(term).saturating_sub(before.days()));
        days.filter(|day| *day > term.period().last()).collect()
    }

    /// How it stands.
    pub fn standing(&self, term: Term, today: civil::Date, is_published: bool) -> Standing {
        if is_published {
            return Standing::Published;
        }
        if today <= term.period().last() {
            return Standing::Running;
        }
        let left = today.duration_until(self.day(term)).as_hours() / 24;
        if left >= 0 {
            Standing::Open { left: i32::try_from(left).unwrap_or(i32::MAX) }
        } else {
            Standing::Overdue { days: i32::try_from(-left).unwrap_or(i32::MAX) }
        }
    }

    /// The reports of which somebody has to be reminded today: those with a reminder on this day, and on every day those
    /// that are overdue. `published` are the reports that are out; `since` is the first quarter that the house reports.
    pub fn to_remind(&self, since: Quarter, today: civil::Date, published: &[Term]) -> Vec<Term> {
        let quarters = std::iter::successors(Some(since), |quarter| Some(quarter.next()))
            .take_while(|quarter| *quarter <= Quarter::before(today));
        let terms = quarters.flat_map(|quarter| {
            let year = (quarter.number == 4).then_some(Term::Year(quarter.year));
            [Some(Term::Quarter(quarter)), year].into_iter().flatten()
        });
        let is_due = |term: &Term| match self.standing(*term, today, published.contains(term)) {
            Standing::Open { .. } => self.reminders(*term).contains(&today),
            Standing::Overdue { .. } => true,
            Standing::Running | Standing::Published => false,
        };
        terms.filter(is_due).collect()
    }

    /// The same, by working days: on a day off nobody is reminded, and on the last day worked before it of what falls on it.
    pub fn to_remind_at_work(&self, since: Quarter, today: civil::Date, published: &[Term]) -> Vec<Term> {
        if !is_workday(today) {
            return Vec::new();
        }
        let tomorrow = today.saturating_add(1.day());
        let days_off = std::iter::successors(Some(tomorrow), |day| Some(day.saturating_add(1.day())));
        // The longest holidays are nine days.
        let days_off = days_off.take(14).take_while(|day| !is_workday(*day));
        let days = std::iter::once(today).chain(days_off);
        let mut terms: Vec<Term> = days.flat_map(|day| self.to_remind(since, day, published)).collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> civil::Date {
        text.parse().expect("a day")
    }

    fn quarter(text: &str) -> Quarter {
        text.parse().expect("a quarter")
    }

    #[test]
    fn quarters_are_those_of_the_calendar() {
        let third = Quarter::of(day("2026-09-30"));
        assert_eq!((third.to_string(), third.next().to_string()), ("2026-Q3".to_owned(), "2026-Q4".to_owned()));
        assert_eq!(quarter("2026-Q4").next(), quarter("2027-Q1"));
        assert_eq!(Quarter::before(day("2027-01-01")), quarter("2026-Q4"));
        assert_eq!(third.text(Locale::ZhCn), "2026年第三季度");
        assert_eq!(third.text(Locale::En), "third quarter of 2026");
        for wrong in ["2026-Q0", "2026-Q5", "2026Q1", "9999-Q1", "-Q1", ""] {
            assert_eq!(wrong.parse::<Quarter>(), Err(Unreadable), "{wrong}");
        }
    }

    #[test]
    fn terms_are_written_in_one_way() {
        for text in ["2026-Q3", "2026"] {
            assert_eq!(text.parse::<Term>().map(|term| term.to_string()).as_deref(), Ok(text));
        }
        for wrong in ["", "26", "02026", "2026-Q5", "+026", "9999"] {
            assert_eq!(wrong.parse::<Term>(), Err(Unreadable), "{wrong}");
        }
    }

    #[test]
    fn a_reminder_on_a_day_off_comes_on_the_last_day_worked_before_it() {
        let (due, since) = (Due::default(), quarter("2026-Q3"));
        let third = Term::Quarter(since);
        // The second half of October 2026 has no holidays; the reminder of Friday the 16th stays.
        assert_eq!(due.to_remind_at_work(since, day("2026-10-16"), &[]), [third]);
        assert!(due.to_remind_at_work(since, day("2026-10-17"), &[]).is_empty(), "a Saturday");
        let due = Due { reminders: [13, 7, 1], ..due };
        assert_eq!(due.reminders(third)[0], day("2026-10-17"));
        assert_eq!(due.to_remind_at_work(since, day("2026-10-16"), &[]), [third], "on Friday, for Saturday");
        assert!(due.to_remind_at_work(since, day("2026-10-15"), &[]).is_empty());
    }

    #[test]
    fn reports_are_due_a_month_after_and_reminded_before() {
        let (due, term) = (Due::default(), Term::Quarter(quarter("2026-Q3")));
        assert_eq!(due.day(term), day("2026-10-30"));
        assert_eq!(due.reminders(term), [day("2026-10-16"), day("2026-10-23"), day("2026-10-29")]);
        assert_eq!(due.day(Term::Year(2026)), day("2027-03-31"));
        let standing = |today, is_published| due.standing(term, day(today), is_published);
        assert_eq!(standing("2026-09-30", false), Standing::Running);
        assert_eq!(standing("2026-10-01", false), Standing::Open { left: 29 });
        assert_eq!(standing("2026-10-30", false), Standing::Open { left: 0 });
        assert_eq!(standing("2026-10-31", false), Standing::Overdue { days: 1 });
        assert_eq!(standing("2026-10-31", true), Standing::Published);
    }

    #[test]
    fn whoever_is_late_is_reminded_every_day() {
        let (due, since) = (Due::default(), quarter("2026-Q3"));
        let third = Term::Quarter(since);
        assert_eq!(due.to_remind(since, day("2026-10-16"), &[]), [third]);
        assert!(due.to_remind(since, day("2026-10-17"), &[]).is_empty());
        assert!(due.to_remind(since, day("2026-10-16"), &[third]).is_empty());
        assert_eq!(due.to_remind(since, day("2026-12-24"), &[]), [third]);
        let fourth = Term::Quarter(quarter("2026-Q4"));
        assert_eq!(due.to_remind(since, day("2027-04-01"), &[third]), [fourth, Term::Year(2026)]);
    }

    proptest! {
        #[test]
        fn every_reminder_is_while_the_report_can_be_made(year in 2020i16..2100, number in 1i8..=4, after in 0i32..60) {
            let due = Due { after_quarter: after, ..Due::default() };
            let term = Term::Quarter(Quarter { year, number });
            for day in due.reminders(term) {
                let in_time = matches!(due.standing(term, day, false), Standing::Open { left } if left >= 1);
                prop_assert!(in_time);
            }
            prop_assert_eq!(quarter(&term.quarter().to_string()), term.quarter());
        }
    }
}
