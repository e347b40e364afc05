//! Dates and times as Shandong lives them: instants in UTC, shown in Asia/Shanghai whatever the browser's zone.

use crate::Locale;
use crate::contact::half_width;
use crate::field::Fault;
use jiff::{Timestamp, Zoned, civil, tz::TimeZone};

/// The zone of the house. Its rules are compiled in, so that no machine's zone files can move an appointment.
pub fn zone() -> TimeZone {
    static SHANGHAI: TimeZone = jiff::tz::get!("Asia/Shanghai");
    SHANGHAI.clone()
}

/// `instant` on the clocks of Shandong.
pub fn local(instant: Timestamp) -> Zoned {
    instant.to_zoned(zone())
}

/// The day it is in Shandong.
pub fn local_day(instant: Timestamp) -> civil::Date {
    local(instant).date()
}

/// A day like 2026-07-28, as people type it and as it stands in addresses.
///
/// # Errors
/// `Required` for nothing, `DateShape` for what is no day, `DateYear` for one that is not [`in_reach`].
pub fn day(text: &str) -> Result<civil::Date, Fault> {
    match half_width(text).trim() {
        "" => Err(Fault::Required),
        plain => {
            let day: civil::Date = plain.parse().map_err(|_| Fault::DateShape)?;
            if in_reach(day) { Ok(day) } else { Err(Fault::DateYear { first: FIRST_YEAR, last: LAST_YEAR }) }
        }
    }
}

/// The last day that anything of the house can be on.
pub const LAST_DAY: civil::Date = civil::date(2199, 12, 31);
/// The first year that anything of the house can be in.
const FIRST_YEAR: u32 = 1900;
/// And the last.
const LAST_YEAR: u32 = 2199;

/// Whether a day is in a year that anything of the house can be in. Calendars go further than the database, and further
/// than one can count a week on from.
pub fn in_reach(day: civil::Date) -> bool {
    u32::try_from(day.year()).is_ok_and(|year| (FIRST_YEAR..=LAST_YEAR).contains(&year))
}

/// An instant as the database keeps it, in whole microseconds: what is hashed, signed or compared is to be what will be read.
pub fn to_the_microsecond(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}

/// The instant a Shandong day begins.
pub fn start_of_day(day: civil::Date) -> Timestamp {
    // Midnight exists on every day since 1992; before that the earlier of two readings is taken.
    at(day, civil::Time::midnight())
}

/// The instant of a wall-clock time in Shandong.
pub fn at(day: civil::Date, time: civil::Time) -> Timestamp {
    zone().to_ambiguous_zoned(day.to_datetime(time)).compatible().map_or(Timestamp::MIN, |zoned| zoned.timestamp())
}

const WEEKDAYS_ZH: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
const WEEKDAYS_EN: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// The months in English, January first.
const MONTHS_EN: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// 2026年7月28日（周二） · Tue 28 July 2026
pub fn day_text(day: civil::Date, locale: Locale) -> String {
    let weekday = day.weekday().to_monday_zero_offset() as usize;
    match locale {
        Locale::ZhCn => format!("{}年{}月{}日（周{}）", day.year(), day.month(), day.day(), WEEKDAYS_ZH[weekday]),
        Locale::En => {
            format!("{} {} {} {}", WEEKDAYS_EN[weekday], day.day(), MONTHS_EN[day.month() as usize - 1], day.year())
        }
    }
}

/// 2026年7月 · July 2026
pub fn month_text(day: civil::Date, locale: Locale) -> String {
    match locale {
        Locale::ZhCn => format!("{}年{}月", day.year(), day.month()),
        Locale::En => format!("{} {}", MONTHS_EN[day.month() as usize - 1], day.year()),
    }
}

/// Several days, the year said once where it is the same: 2026年12月5日（周六）–12月26日（周六） ·
/// Sat 5 December – Sat 26 December 2026
pub fn days_between(first: civil::Date, last: civil::Date, locale: Locale) -> String {
    let (from, until) = (day_text(first, locale), day_text(last, locale));
    if first.year() != last.year() {
        return format!("{from} – {until}");
    }
    match locale {
        Locale::ZhCn => format!("{from}–{}", until.trim_start_matches(&format!("{}年", last.year()))),
        Locale::En => format!("{} – {until}", from.trim_end_matches(&format!(" {}", first.year()))),
    }
}

/// 周二 · Tue
pub fn weekday_text(day: civil::Date, locale: Locale) -> String {
    let weekday = day.weekday().to_monday_zero_offset() as usize;
    match locale {
        Locale::ZhCn => format!("周{}", WEEKDAYS_ZH[weekday]),
        Locale::En => WEEKDAYS_EN[weekday].to_owned(),
    }
}

/// 09:30
pub fn clock_text(instant: Timestamp) -> String {
    let zoned = local(instant);
    format!("{:02}:{:02}", zoned.hour(), zoned.minute())
}

/// The day and the clock of an end: midnight is 24:00 of the day that ends with it.
pub fn end_of(instant: Timestamp) -> (civil::Date, String) {
    let day = local_day(instant);
    match day.yesterday() {
        Ok(before) if instant == start_of_day(day) => (before, "24:00".to_owned()),
        _ => (day, clock_text(instant)),
    }
}

/// 2026年7月27日（周一） 24:00 · Mon 27 July 2026 24:00
pub fn end_text(instant: Timestamp, locale: Locale) -> String {
    let (day, clock) = end_of(instant);
    format!("{} {clock}", day_text(day, locale))
}

/// 2026年7月28日（周二）09:00–10:30 · Tue 28 July 2026, 09:00–10:30
pub fn span_text(starts: Timestamp, ends: Timestamp, locale: Locale) -> String {
    let (day, from, to) = (day_text(local_day(starts), locale), clock_text(starts), clock_text(ends));
    match locale {
        Locale::ZhCn => format!("{day}{from}–{to}"),
        Locale::En => format!("{day}, {from}–{to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_one_that_anything_can_be_on() {
        assert_eq!(day(" ２０２６-07-28 "), Ok(civil::date(2026, 7, 28)));
        assert_eq!(day(" "), Err(Fault::Required));
        for far in ["-009999-01-01", "0001-01-01", "0202-07-28", "1899-12-31", "2200-01-01", "9999-12-31"] {
            assert_eq!(day(far), Err(Fault::DateYear { first: 1900, last: 2199 }), "{far}");
        }
        for none in ["-4713-01-01", "20260-07-28", "2026-02-30", "soon"] {
            assert_eq!(day(none), Err(Fault::DateShape), "{none}");
        }
        assert!(day("1900-01-01").is_ok() && day("2199-12-31").is_ok());
    }

    #[test]
    fn instants_are_shown_on_shandong_clocks() {
        let starts: Timestamp = "2026-07-28T01:00:00Z".parse().expect("an instant");
        let ends: Timestamp = "2026-07-28T02:30:00Z".parse().expect("an instant");
        assert_eq!(span_text(starts, ends, Locale::ZhCn), "2026年7月28日（周二）09:00–10:30");
        assert_eq!(span_text(starts, ends, Locale::En), "Tue 28 July 2026, 09:00–10:30");
    }

    #[test]
    fn a_month_is_said_in_the_words_of_its_language() {
        let day = civil::date(2026, 7, 28);
        assert_eq!(
            (month_text(day, Locale::ZhCn), month_text(day, Locale::En)),
            ("2026年7月".into(), "July 2026".into())
        );
    }

    #[test]
    fn a_day_ends_at_24_oclock() {
        let text = |at: &str| end_text(at.parse().expect("an instant"), Locale::ZhCn);
        assert_eq!(text("2026-11-28T00:00:00+08:00"), "2026年11月27日（周五） 24:00");
        assert_eq!(text("2026-11-28T00:00:01+08:00"), "2026年11月28日（周六） 00:00");
        assert_eq!(text("2026-11-27T23:59:59+08:00"), "2026年11月27日（周五） 23:59");
        let new_year = "2027-01-01T00:00:00+08:00".parse().expect("an instant");
        assert_eq!(end_text(new_year, Locale::En), "Thu 31 December 2026 24:00");
    }

    #[test]
    fn several_days_say_their_year_once() {
        let (first, last, next) = (civil::date(2026, 12, 5), civil::date(2026, 12, 26), civil::date(2027, 1, 2));
        assert_eq!(days_between(first, last, Locale::ZhCn), "2026年12月5日（周六）–12月26日（周六）");
        assert_eq!(days_between(first, last, Locale::En), "Sat 5 December – Sat 26 December 2026");
        assert_eq!(days_between(first, next, Locale::ZhCn), "2026年12月5日（周六） – 2027年1月2日（周六）");
        assert_eq!(days_between(first, next, Locale::En), "Sat 5 December 2026 – Sat 2 January 2027");
    }

    #[test]
    fn a_day_of_shandong_begins_at_sixteen_hours_utc_the_day_before() {
        assert_eq!(start_of_day(civil::date(2026, 7, 28)).to_string(), "2026-07-27T16:00:00Z");
    }

    #[test]
    fn summer_time_of_the_eighties_is_known() {
        assert_eq!(start_of_day(civil::date(1988, 7, 1)).to_string(), "1988-06-30T15:00:00Z");
    }
}
