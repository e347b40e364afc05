//! What is alarmed about, and whom it is told: data with versions, as JSON in the database.

use super::{ChannelKind, Limits};
use crate::named::named;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

named! {
    /// How bad it is.
    Severity, 2 {
        /// Somebody should look.
        Warning "warning",
        /// Somebody has to act.
        Critical "critical",
    }
}

/// What a rule looks at.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// Above a limit.
    Above {
        /// In the channel's unit.
        limit: f64,
    },
    /// Below a limit.
    Below {
        /// In the channel's unit.
        limit: f64,
    },
    /// It rose by more within ten minutes.
    Rising {
        /// In the channel's unit.
        by: f64,
    },
    /// The very same value for so long: a probe that hangs.
    Stuck {
        /// How long.
        hours: u16,
    },
    /// The probe of the top and that of the bottom cannot both be where they belong.
    Displaced {
        /// They differ by more, in °C.
        apart: f64,
        /// The bottom is warmer than the top by more, in °C.
        inverted: f64,
    },
    /// Nothing came.
    Silent {
        /// For more of the channel's intervals than this.
        intervals: u16,
    },
    /// It is heard, but for so long nothing it said counts: whoever works on a probe says so by a mute of two.
    Unread {
        /// How long.
        minutes: u16,
    },
}

/// One thing that is alarmed about.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// As stored with its alarms, and the end of a translation key.
    pub name: String,
    /// Of which channels.
    pub of: Vec<ChannelKind>,
    /// What it looks at.
    pub check: Check,
    /// How bad it is.
    pub severity: Severity,
    /// How long it has to last before it is loud, in seconds.
    pub for_s: u32,
}

impl Rule {
    /// How long it has to last before it is loud.
    pub fn lasts(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.for_s))
    }

    /// It is about silence.
    pub const fn is_of_silence(&self) -> bool {
        matches!(self.check, Check::Silent { .. })
    }

    /// The line that a chart draws: the limit of what is above or below it.
    pub const fn limit(&self) -> Option<f64> {
        match self.check {
            Check::Above { limit } | Check::Below { limit } => Some(limit),
            _ => None,
        }
    }
}

/// How long after the last step of a ladder that step is told again, and again, while nobody acknowledges. It is no part of the rules:
/// nobody turns an alarm off by a ladder that ends.
pub const AGAIN: SignedDuration = SignedDuration::from_hours(1);

/// A step of the ladder: who is told when nobody has acknowledged.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rung {
    /// Seconds after the alarm became loud.
    pub after_s: u32,
    /// Everybody with this role.
    pub role: String,
}

/// A version of what is alarmed about.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Who is told, in order.
    pub ladder: Vec<Rung>,
}

impl Rules {
    /// The rules of a kind of channel.
    pub fn of(&self, kind: ChannelKind) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| rule.of.contains(&kind))
    }

    /// The rule of a name.
    pub fn named(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// From where on a tank is too warm; none where nothing is alarmed about that.
    pub fn cold(&self) -> Option<Limits> {
        let limit = |severity| {
            let rules = self.of(ChannelKind::TemperatureTop).filter(move |rule| rule.severity == severity);
            rules
                .filter_map(|rule| matches!(rule.check, Check::Above { .. }).then(|| rule.limit()).flatten())
                .reduce(f64::min)
        };
        let critical = limit(Severity::Critical)?;
        Some(Limits { warning: limit(Severity::Warning).unwrap_or(critical), critical })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Two rules as they stand in the database.
    pub(in super::super) fn rules() -> Rules {
        serde_json::from_str(
            r#"{"rules": [
                {"name": "tank_warm", "of": ["temperature_top", "temperature_bottom"], "check": {"above": {"limit": -170.0}}, "severity": "warning", "for_s": 120},
                {"name": "tank_critical", "of": ["temperature_top"], "check": {"above": {"limit": -150.0}}, "severity": "critical", "for_s": 0},
                {"name": "silent", "of": ["temperature_top"], "check": {"silent": {"intervals": 3}}, "severity": "critical", "for_s": 0}],
              "ladder": [{"after_s": 0, "role": "night_shift"}]}"#,
        )
        .expect("rules")
    }

    #[test]
    fn the_limits_of_a_tank_are_those_that_are_alarmed_about() {
        assert_eq!(rules().cold(), Some(Limits { warning: -170.0, critical: -150.0 }));
        assert_eq!(Rules::default().cold(), None);
        assert_eq!(rules().of(ChannelKind::TemperatureBottom).count(), 1);
    }

    #[test]
    fn a_word_nobody_knows_is_no_rule() {
        let text = r#"{"rules": [{"name": "x", "of": ["lid"], "check": {"near": {"limit": 1.0}}, "severity": "warning", "for_s": 0}], "ladder": []}"#;
        assert!(serde_json::from_str::<Rules>(text).is_err());
    }
}
