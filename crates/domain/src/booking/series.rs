//! How an event of several dates is registered for: date by date, as a whole, or either way.

use crate::named::named;

named! {
    /// What can be registered for.
    #[derive(Default)]
    SeriesRule, 3 {
        /// Each date by itself.
        #[default]
        Dates "dates",
        /// All remaining dates together, or none.
        Whole "whole",
        /// Either.
        Both "both",
    }
}

impl SeriesRule {
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
