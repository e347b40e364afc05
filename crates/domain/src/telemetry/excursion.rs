//! Excursions: how long a tank was above its limits, and how warm it was.

use jiff::{SignedDuration, Timestamp};

/// From where on a tank is too warm, in °C.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Limits {
    /// Somebody should look: an excursion begins.
    pub warning: f64,
    /// What lies there may suffer.
    pub critical: f64,
}

/// Readings above the limit that belong together.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Run {
    /// The first above the limit.
    pub begins_at: Timestamp,
    /// The last.
    pub ends_at: Timestamp,
    /// The warmest, in °C.
    pub peak: f64,
    /// It was above the critical limit.
    pub critical: bool,
    /// How many readings.
    pub readings: u32,
}

impl Run {
    /// Whether it belongs to something that lasted from one instant to another.
    pub fn touches(&self, begins_at: Timestamp, ends_at: Timestamp, gap: SignedDuration) -> bool {
        self.begins_at.duration_since(ends_at) <= gap && begins_at.duration_since(self.ends_at) <= gap
    }

    /// One reading alone may be a disturbance of the wire; two, or one that is critical, are a tank that was warm.
    pub const fn counts(&self) -> bool {
        self.readings > 1 || self.critical
    }
}

/// The runs of what was read of a tank, in order of time: two that lie no further apart than `gap` are one.
pub fn runs(readings: impl IntoIterator<Item = (Timestamp, f64)>, limits: Limits, gap: SignedDuration) -> Vec<Run> {
    let mut found: Vec<Run> = Vec::new();
    for (at, value) in readings {
        if value <= limits.warning {
            continue;
        }
        let critical = value > limits.critical;
        match found.last_mut() {
            Some(last) if at.duration_since(last.ends_at) <= gap => {
                last.ends_at = last.ends_at.max(at);
                last.peak = last.peak.max(value);
                last.critical |= critical;
                last.readings += 1;
            }
            _ => found.push(Run { begins_at: at, ends_at: at, peak: value, critical, readings: 1 }),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits { warning: -170.0, critical: -150.0 };
    const GAP: SignedDuration = SignedDuration::from_mins(10);

    fn minute(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    #[test]
    fn an_excursion_has_its_first_and_last_warm_minute_and_its_peak() {
        let read = [-190.0, -168.0, -149.0, -165.0, -180.0].into_iter().zip(0..).map(|(value, at)| (minute(at), value));
        assert_eq!(
            runs(read, LIMITS, GAP),
            [Run { begins_at: minute(1), ends_at: minute(3), peak: -149.0, critical: true, readings: 3 }]
        );
    }

    #[test]
    fn two_that_lie_apart_are_two_and_one_disturbed_reading_is_none() {
        let read = [(minute(0), -160.0), (minute(1), -160.0), (minute(30), -169.0)];
        let found = runs(read, LIMITS, GAP);
        assert_eq!(found.len(), 2);
        assert_eq!(found.iter().map(Run::counts).collect::<Vec<_>>(), [true, false]);
        assert!(found[1].touches(minute(40), minute(50), GAP) && !found[1].touches(minute(41), minute(50), GAP));
    }

    proptest! {
        #[test]
        fn every_warm_reading_lies_in_exactly_one_run_and_no_run_is_warmer_than_it_was(values in prop::collection::vec(-196.0f64..-100.0, 0..200)) {
            let read: Vec<_> = values.iter().zip(0i64..).map(|(value, at)| (minute(at * 3), *value)).collect();
            let found = runs(read.clone(), LIMITS, GAP);
            for (at, value) in read.iter().filter(|(_, value)| *value > LIMITS.warning) {
                let within = found.iter().filter(|run| (run.begins_at..=run.ends_at).contains(at)).count();
                prop_assert_eq!(within, 1);
                prop_assert!(found.iter().any(|run| run.peak >= *value));
            }
            let counted: u32 = found.iter().map(|run| run.readings).sum();
            prop_assert_eq!(counted as usize, read.iter().filter(|(_, value)| *value > LIMITS.warning).count());
        }
    }
}
