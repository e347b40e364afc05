//! What a rule says of what was read.

use super::{Check, Rule};
use jiff::{SignedDuration, Timestamp};

/// How many intervals old a good reading may be, beside the newest of its channel, to speak of the present.
const CURRENT: i32 = 3;

/// A good reading.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sample {
    /// By the device's clock.
    pub at: Timestamp,
    /// In the channel's unit.
    pub value: f64,
}

/// What is known of a channel at an instant.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Window {
    /// A reading is expected this often.
    pub interval: SignedDuration,
    /// When it was last heard, by our clock; the instant it was set up, where it never was.
    pub heard_at: Timestamp,
    /// When it was set up, by our clock.
    pub since: Timestamp,
    /// Its newest reading of whatever quality, by the device's clock.
    pub newest_at: Option<Timestamp>,
    /// The newest that counts.
    pub good: Option<Sample>,
    /// The lowest that counts of the ten minutes up to that.
    pub lowest: Option<f64>,
    /// Since when the value is the very same, by the device's clock.
    pub same_since: Option<Timestamp>,
    /// The newest that counts of the other probe of the same tank, where that speaks of the present.
    pub partner: Option<f64>,
}

impl Window {
    /// Whether nothing came for more than so many intervals.
    pub fn is_silent(&self, intervals: u16, now: Timestamp) -> bool {
        now.duration_since(self.heard_at) > self.interval * i32::from(intervals)
    }

    /// What it says of the present: the newest that counts, unless others that do not came since for too long. (Two instants of
    /// one clock are compared: how far it is behind ours is no matter.)
    pub fn current(&self) -> Option<Sample> {
        let (good, newest) = (self.good?, self.newest_at?);
        (newest.duration_since(good.at) <= self.interval * CURRENT).then_some(good)
    }

    /// As [`Self::current`], unless nothing came for too long.
    pub fn present(&self, now: Timestamp) -> Option<Sample> {
        let silent = u16::try_from(CURRENT).is_ok_and(|intervals| self.is_silent(intervals, now));
        self.current().filter(|_| !silent)
    }

    /// Whether something was heard, and nothing that counts for so long. (Two instants of the device's clock are compared, so that
    /// silence is not counted; of a channel of which nothing ever counted, two of ours.)
    fn is_unread(&self, minutes: u16, now: Timestamp) -> bool {
        let lasts = self.newest_at.map(|newest| match self.good {
            Some(good) => newest.duration_since(good.at),
            None => now.duration_since(self.since),
        });
        lasts.is_some_and(|lasts| lasts >= SignedDuration::from_mins(i64::from(minutes)))
    }
}

/// What a rule says.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Verdict {
    /// It is as it should be.
    Clear,
    /// It is not.
    Breach {
        /// By what was read.
        value: Option<f64>,
    },
    /// Nobody knows: nothing that counts was read lately. Silence is another rule's.
    Unknown,
}

/// What a rule says of a channel now.
pub fn evaluate(rule: &Rule, window: &Window, now: Timestamp) -> Verdict {
    let said = |breached: bool, value: Option<f64>| if breached { Verdict::Breach { value } } else { Verdict::Clear };
    if let Check::Silent { intervals } = rule.check {
        return said(window.is_silent(intervals, now), window.good.map(|good| good.value));
    }
    if let Check::Unread { minutes } = rule.check {
        return said(window.is_unread(minutes, now), window.good.map(|good| good.value));
    }
    let Some(good) = window.present(now) else { return Verdict::Unknown };
    let value = Some(good.value);
    match rule.check {
        Check::Above { limit } => said(good.value > limit, value),
        Check::Below { limit } => said(good.value < limit, value),
        Check::Rising { by } => said(window.lowest.is_some_and(|lowest| good.value - lowest > by), value),
        Check::Stuck { hours } => {
            let since = window.same_since.unwrap_or(good.at);
            said(good.at.duration_since(since) >= SignedDuration::from_hours(i64::from(hours)), value)
        }
        Check::Displaced { apart, inverted } => match window.partner {
            Some(bottom) => said((good.value - bottom).abs() > apart || bottom - good.value > inverted, value),
            None => Verdict::Unknown,
        },
        Check::Silent { .. } | Check::Unread { .. } => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ChannelKind, Severity};
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn ago(seconds: i64) -> Timestamp {
        NOW - SignedDuration::from_secs(seconds)
    }

    fn rule(check: Check) -> Rule {
        Rule {
            name: "a_rule".to_owned(),
            of: vec![ChannelKind::TemperatureTop],
            check,
            severity: Severity::Warning,
            for_s: 0,
        }
    }

    fn window(value: f64) -> Window {
        Window {
            interval: SignedDuration::from_secs(60),
            heard_at: ago(30),
            since: ago(1_000_000),
            newest_at: Some(ago(30)),
            good: Some(Sample { at: ago(30), value }),
            lowest: Some(value),
            same_since: Some(ago(90)),
            partner: Some(value - 4.0),
        }
    }

    #[test]
    fn a_limit_itself_is_no_breach() {
        let warm = rule(Check::Above { limit: -170.0 });
        assert_eq!(evaluate(&warm, &window(-170.0), NOW), Verdict::Clear);
        assert_eq!(evaluate(&warm, &window(-169.9), NOW), Verdict::Breach { value: Some(-169.9) });
        let low = rule(Check::Below { limit: 19.5 });
        assert_eq!(evaluate(&low, &window(19.5), NOW), Verdict::Clear);
        assert_eq!(evaluate(&low, &window(19.4), NOW), Verdict::Breach { value: Some(19.4) });
    }

    #[test]
    fn three_intervals_without_a_word_are_silence_and_of_nothing_else_is_known_then() {
        let silent = rule(Check::Silent { intervals: 3 });
        let warm = rule(Check::Above { limit: -170.0 });
        let heard = |seconds| Window { heard_at: ago(seconds), ..window(-100.0) };
        assert_eq!(evaluate(&silent, &heard(180), NOW), Verdict::Clear);
        assert_eq!(evaluate(&silent, &heard(181), NOW), Verdict::Breach { value: Some(-100.0) });
        assert_eq!(evaluate(&warm, &heard(180), NOW), Verdict::Breach { value: Some(-100.0) });
        assert_eq!(evaluate(&warm, &heard(181), NOW), Verdict::Unknown);
        let never = Window { good: None, newest_at: None, ..heard(600) };
        assert_eq!(evaluate(&silent, &never, NOW), Verdict::Breach { value: None });
    }

    #[test]
    fn a_clock_that_is_behind_hides_nothing() {
        let hours = |at: Timestamp| at - SignedDuration::from_hours(3);
        let good = Some(Sample { at: hours(ago(30)), value: -100.0 });
        let behind = Window { newest_at: Some(hours(ago(30))), good, ..window(-100.0) };
        assert!(matches!(evaluate(&rule(Check::Above { limit: -170.0 }), &behind, NOW), Verdict::Breach { .. }));
    }

    #[test]
    fn what_was_read_before_a_calibration_says_nothing_of_now() {
        let long = Window { good: Some(Sample { at: ago(600), value: -100.0 }), ..window(-100.0) };
        assert_eq!(evaluate(&rule(Check::Above { limit: -170.0 }), &long, NOW), Verdict::Unknown);
    }

    #[test]
    fn a_calibration_that_never_ends_is_a_breach_and_silence_after_a_good_reading_is_none() {
        let unread = rule(Check::Unread { minutes: 240 });
        let good = |seconds: i64| Some(Sample { at: ago(30 + seconds), value: -190.0 });
        let calibrated = |seconds| Window { good: good(seconds), ..window(-190.0) };
        assert_eq!(evaluate(&unread, &calibrated(240 * 60 - 1), NOW), Verdict::Clear);
        assert_eq!(evaluate(&unread, &calibrated(240 * 60), NOW), Verdict::Breach { value: Some(-190.0) });
        let silent = Window { heard_at: ago(90_000), newest_at: Some(ago(90_000)), ..window(-190.0) };
        let silent = Window { good: Some(Sample { at: ago(90_000), value: -190.0 }), ..silent };
        assert_eq!(evaluate(&unread, &silent, NOW), Verdict::Clear);
        let never = Window { good: None, ..window(-190.0) };
        assert_eq!(evaluate(&unread, &never, NOW), Verdict::Breach { value: None });
        assert_eq!(evaluate(&unread, &Window { since: ago(60), ..never }, NOW), Verdict::Clear);
    }

    #[test]
    fn a_rise_is_counted_from_the_lowest_of_ten_minutes() {
        let rising = rule(Check::Rising { by: 2.0 });
        let from = |lowest| Window { lowest: Some(lowest), ..window(-180.0) };
        assert_eq!(evaluate(&rising, &from(-182.0), NOW), Verdict::Clear);
        assert!(matches!(evaluate(&rising, &from(-182.1), NOW), Verdict::Breach { .. }));
    }

    #[test]
    fn six_hours_of_the_very_same_value_are_a_probe_that_hangs() {
        let stuck = rule(Check::Stuck { hours: 6 });
        let since = |seconds: i64| Window { same_since: Some(ago(30 + seconds)), ..window(-196.0) };
        assert_eq!(evaluate(&stuck, &since(6 * 3600 - 1), NOW), Verdict::Clear);
        assert!(matches!(evaluate(&stuck, &since(6 * 3600), NOW), Verdict::Breach { .. }));
    }

    #[test]
    fn a_probe_beside_the_tank_is_displaced() {
        let displaced = rule(Check::Displaced { apart: 60.0, inverted: 5.0 });
        let bottom = |partner| Window { partner, ..window(-185.0) };
        assert_eq!(evaluate(&displaced, &bottom(Some(-196.0)), NOW), Verdict::Clear);
        assert!(matches!(evaluate(&displaced, &bottom(Some(21.0)), NOW), Verdict::Breach { .. }));
        assert!(
            matches!(evaluate(&displaced, &bottom(Some(-179.0)), NOW), Verdict::Breach { .. }),
            "warmer below than above"
        );
        assert_eq!(evaluate(&displaced, &bottom(None), NOW), Verdict::Unknown);
    }

    proptest! {
        #[test]
        fn above_and_below_one_limit_are_never_both_breached(value in -250.0f64..100.0, limit in -250.0f64..100.0) {
            let breached = |check| matches!(evaluate(&rule(check), &window(value), NOW), Verdict::Breach { .. });
            let both = breached(Check::Above { limit }) && breached(Check::Below { limit });
            prop_assert!(!both);
        }

        #[test]
        fn only_silence_is_known_of_what_is_silent(value in -250.0f64..100.0, seconds in 181i64..100_000, which in 0usize..5) {
            let checks = [
                Check::Above { limit: 0.0 }, Check::Below { limit: 0.0 }, Check::Rising { by: 0.0 },
                Check::Stuck { hours: 0 }, Check::Displaced { apart: 0.0, inverted: 0.0 },
            ];
            let silent = Window { heard_at: ago(seconds), ..window(value) };
            prop_assert_eq!(evaluate(&rule(checks[which]), &silent, NOW), Verdict::Unknown);
        }
    }
}
