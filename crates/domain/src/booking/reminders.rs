//! When a visit is called to mind (booking.md, "Around it"): three days, one day and two hours before, never between
//! 21:00 and 08:00 on the clocks of Shandong.
//!
//! What the rules come to:
//! - A reminder that would fall between midnight and 08:00 waits until 08:00; one that would fall at 21:00 or later goes
//!   out at 20:30 of the same evening. Waiting until the morning would be later than promised, and a phone that rings at
//!   23:00 wakes a child.
//! - The two-hour reminder of a session before ten in the morning cannot wait until 08:00 and still be two hours early:
//!   it goes out at 20:30 the evening before, unless the one-day reminder goes out on that same day. Nobody is reminded
//!   twice on one day of the same visit.
//! - Whoever booked less than an hour before a reminder would go out has just read the confirmation: no reminder.

use crate::time::{at, local};
use jiff::{SignedDuration, Timestamp, ToSpan, civil};
use serde::{Deserialize, Serialize};

/// Messages may go out from this time on …
pub const QUIET_UNTIL: civil::Time = civil::Time::constant(8, 0, 0, 0);
/// … until before this time.
pub const QUIET_FROM: civil::Time = civil::Time::constant(21, 0, 0, 0);
/// When a reminder goes out that would fall into the quiet hours of the evening.
pub const EVENING: civil::Time = civil::Time::constant(20, 30, 0, 0);
/// After a booking, no reminder for this long.
const AFTER_BOOKING: SignedDuration = SignedDuration::from_hours(1);

/// Which reminder.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reminder {
    /// Three days before.
    Days3,
    /// One day before.
    Day1,
    /// Two hours before.
    Hours2,
}

impl Reminder {
    /// All, in the order in which they go out.
    pub const ALL: [Self; 3] = [Self::Days3, Self::Day1, Self::Hours2];

    /// As in keys and templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Days3 => "days3",
            Self::Day1 => "day1",
            Self::Hours2 => "hours2",
        }
    }

    /// How long before the session it is meant to go out.
    pub const fn before(self) -> SignedDuration {
        match self {
            Self::Days3 => SignedDuration::from_hours(72),
            Self::Day1 => SignedDuration::from_hours(24),
            Self::Hours2 => SignedDuration::from_hours(2),
        }
    }

    /// When it goes out for a session that begins at `starts_at`, the quiet hours regarded.
    pub fn goes_out_at(self, starts_at: Timestamp) -> Timestamp {
        let meant = starts_at.saturating_sub(self.before()).unwrap_or(Timestamp::MIN);
        let there = local(meant);
        if there.time() >= QUIET_FROM {
            at(there.date(), EVENING)
        } else if there.time() >= QUIET_UNTIL {
            meant
        } else if self == Self::Hours2 {
            // At 08:00 it would be too late for a session at 08:30: the evening before.
            at(there.date().saturating_sub(1.day()), EVENING)
        } else {
            at(there.date(), QUIET_UNTIL)
        }
    }

    /// Until when it is still worth sending if it was held up: until the next one's turn, and never once the session began.
    pub fn worth_until(self, starts_at: Timestamp) -> Timestamp {
        match self {
            Self::Days3 => Self::Day1.goes_out_at(starts_at),
            // The two-hour one may be left out because of this one: up to two hours before the session, then.
            Self::Day1 => starts_at.saturating_sub(Self::Hours2.before()).unwrap_or(Timestamp::MIN),
            Self::Hours2 => starts_at,
        }
    }
}

/// Whether messages that can wait are held back at `instant`.
pub fn is_quiet(instant: Timestamp) -> bool {
    let time = local(instant).time();
    time >= QUIET_FROM || time < QUIET_UNTIL
}

/// The first instant from `instant` on that is not in the quiet hours.
pub fn after_quiet(instant: Timestamp) -> Timestamp {
    let there = local(instant);
    if there.time() >= QUIET_FROM {
        at(there.date().saturating_add(1.day()), QUIET_UNTIL)
    } else if there.time() < QUIET_UNTIL {
        at(there.date(), QUIET_UNTIL)
    } else {
        instant
    }
}

/// The reminders of a booking made (or moved) at `now` to a session that begins at `starts_at`, in order.
pub fn plan(now: Timestamp, starts_at: Timestamp) -> Vec<(Reminder, Timestamp)> {
    let soonest = now.saturating_add(AFTER_BOOKING).unwrap_or(Timestamp::MAX);
    let mut planned: Vec<(Reminder, Timestamp)> = Vec::with_capacity(3);
    for reminder in Reminder::ALL {
        let goes_out = reminder.goes_out_at(starts_at);
        let same_day = planned.last().is_some_and(|(_, last)| local(*last).date() == local(goes_out).date());
        if goes_out >= soonest && !same_day {
            planned.push((reminder, goes_out));
        }
    }
    planned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::local_day;

    fn instant(text: &str) -> Timestamp {
        format!("{text}:00+08:00").parse().expect("an instant")
    }

    fn shown(now: &str, starts: &str) -> Vec<String> {
        plan(instant(now), instant(starts))
            .into_iter()
            .map(|(reminder, at)| format!("{} {}", reminder.name(), local(at).strftime("%m-%d %H:%M")))
            .collect()
    }

    #[test]
    fn an_afternoon_visit_has_three() {
        assert_eq!(
            shown("2026-07-20T12:00", "2026-07-28T14:00"),
            ["days3 07-25 14:00", "day1 07-27 14:00", "hours2 07-28 12:00"]
        );
    }

    #[test]
    fn a_morning_visit_is_not_called_to_mind_twice_the_day_before() {
        assert_eq!(shown("2026-07-20T12:00", "2026-07-28T09:00"), ["days3 07-25 09:00", "day1 07-27 09:00"]);
        // Booked too late for the one-day reminder: the evening before instead.
        assert_eq!(shown("2026-07-27T12:00", "2026-07-28T09:00"), ["hours2 07-27 20:30"]);
        assert_eq!(shown("2026-07-27T20:00", "2026-07-28T09:00"), Vec::<String>::new());
        assert_eq!(
            shown("2026-07-20T12:00", "2026-07-28T10:00"),
            ["days3 07-25 10:00", "day1 07-27 10:00", "hours2 07-28 08:00"]
        );
    }

    #[test]
    fn visits_at_odd_hours_ring_no_phone_at_night() {
        assert_eq!(shown("2026-07-20T12:00", "2026-07-28T07:00"), ["days3 07-25 08:00", "day1 07-27 08:00"]);
        assert_eq!(
            shown("2026-07-20T12:00", "2026-07-28T22:00"),
            ["days3 07-25 20:30", "day1 07-27 20:30", "hours2 07-28 20:00"]
        );
        assert_eq!(
            shown("2026-07-20T12:00", "2026-07-28T23:30"),
            ["days3 07-25 20:30", "day1 07-27 20:30", "hours2 07-28 20:30"]
        );
        assert_eq!(shown("2026-07-20T12:00", "2026-07-28T00:30"), ["days3 07-25 08:00", "day1 07-27 08:00"]);
    }

    #[test]
    fn who_has_just_booked_is_not_reminded() {
        assert_eq!(shown("2026-07-25T13:30", "2026-07-28T14:00"), ["day1 07-27 14:00", "hours2 07-28 12:00"]);
        assert_eq!(shown("2026-07-28T11:30", "2026-07-28T14:00"), Vec::<String>::new());
        assert_eq!(shown("2026-07-29T11:30", "2026-07-28T14:00"), Vec::<String>::new());
    }

    /// Every quarter of an hour a session can begin at, booked at every half hour of the five days before and one after.
    #[test]
    fn the_rules_hold_for_every_beginning_and_every_moment_of_booking() {
        let midnight = instant("2026-07-28T00:00");
        let mut seen = 0;
        for quarter in 0..96 {
            let starts_at = midnight + SignedDuration::from_mins(15 * quarter);
            for half_hour in 0..(6 * 48) {
                let now = midnight - SignedDuration::from_hours(5 * 24) + SignedDuration::from_mins(30 * half_hour);
                let planned = plan(now, starts_at);
                for (reminder, goes_out) in &planned {
                    assert!(!is_quiet(*goes_out), "{reminder:?} of {starts_at} rings at {goes_out}");
                    assert!(*goes_out >= now + AFTER_BOOKING && *goes_out < starts_at);
                    assert!(
                        *goes_out < reminder.worth_until(starts_at),
                        "{reminder:?} of {starts_at} at {goes_out} is worthless"
                    );
                    // Never more than half a day away from when it was meant to go out.
                    let off = goes_out.duration_since(starts_at - reminder.before()).abs();
                    assert!(off <= SignedDuration::from_hours(12), "{reminder:?} of {starts_at} is {off:?} off");
                }
                let order_and_days =
                    planned.windows(2).all(|w| w[0].0 < w[1].0 && local_day(w[0].1) < local_day(w[1].1));
                assert!(order_and_days, "{planned:?}");
                seen += planned.len();
            }
        }
        assert!(seen > 10_000, "the loop looked at {seen} reminders");
    }

    #[test]
    fn quiet_hours_end_at_eight() {
        assert_eq!(after_quiet(instant("2026-07-28T20:59")), instant("2026-07-28T20:59"));
        assert_eq!(after_quiet(instant("2026-07-28T21:00")), instant("2026-07-29T08:00"));
        assert_eq!(after_quiet(instant("2026-07-29T07:59")), instant("2026-07-29T08:00"));
        assert_eq!(after_quiet(instant("2026-07-29T08:00")), instant("2026-07-29T08:00"));
        assert!(is_quiet(instant("2026-07-28T21:00")) && !is_quiet(instant("2026-07-28T08:00")));
    }
}
