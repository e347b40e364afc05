//! Dates and times as Shandong lives them: instants in UTC, shown in Asia/Shanghai whatever the browser's zone.

use crate::Locale;
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
    fn instants_are_shown_on_shandong_clocks() {
        let starts: Timestamp = "2026-07-28T01:00:00Z".parse().expect("an instant");
        let ends: Timestamp = "2026-07-28T02:30:00Z".parse().expect("an instant");
        assert_eq!(span_text(starts, ends, Locale::ZhCn), "2026年7月28日（周二）09:00–10:30");
        assert_eq!(span_text(starts, ends, Locale::En), "Tue 28 July 2026, 09:00–10:30");
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
