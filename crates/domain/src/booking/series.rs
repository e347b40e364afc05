//! How an event of several dates is registered for: date by date, as a whole, or either way.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// What can be registered for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesRule {
    /// Each date by itself.
    #[default]
    Dates,
    /// All remaining dates together, or none.
    Whole,
    /// Either.
    Both,
}

impl SeriesRule {
    /// Every rule.
    pub const ALL: [Self; 3] = [Self::Dates, Self::Whole, Self::Both];

    /// As in the policy and in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dates => "dates",
            Self::Whole => "whole",
            Self::Both => "both",
        }
    }

    /// One date can be registered for, and given back, by itself.
    pub const fn allows_dates(self) -> bool {
        matches!(self, Self::Dates | Self::Both)
    }

    /// All dates can be registered for at once.
    pub const fn allows_whole(self) -> bool {
        matches!(self, Self::Whole | Self::Both)
    }

    /// The rule of everything that says nothing else: not written down.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl FromStr for SeriesRule {
    type Err = crate::field::Fault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|rule| rule.name() == text).ok_or(crate::field::Fault::NotAChoice)
    }
}

#[cfg(test)]
mod tests {
    use super::SeriesRule;
    use crate::booking::Policy;

    #[test]
    fn a_rule_is_read_as_it_is_named_and_unwritten_where_it_is_the_usual_one() {
        for rule in SeriesRule::ALL {
            assert_eq!(rule.name().parse(), Ok(rule));
            let policy = Policy { series: rule, ..Policy::default() };
            let written = serde_json::to_value(&policy).expect("it is written");
            assert_eq!(written.get("series").is_some(), rule != SeriesRule::Dates);
            assert_eq!(serde_json::from_value::<Policy>(written).expect("it is read"), policy);
            assert!(rule.allows_dates() || rule.allows_whole());
        }
        assert!("weekly".parse::<SeriesRule>().is_err());
    }
}
