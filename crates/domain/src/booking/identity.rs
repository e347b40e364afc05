//! Whose identity document an activity asks for. Off unless somebody chose it: what is not known cannot be lost.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Whose document is asked for when the public books.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentityRule {
    /// Nobody's.
    #[default]
    None,
    /// That of the one who books.
    Leader,
}

impl IdentityRule {
    /// Every rule.
    pub const ALL: [Self; 2] = [Self::None, Self::Leader];

    /// As in the policy, in forms and in the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Leader => "leader",
        }
    }

    /// A document is asked for.
    pub const fn asks(self) -> bool {
        matches!(self, Self::Leader)
    }

    /// The rule of everything that says nothing else: not written down.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl FromStr for IdentityRule {
    type Err = crate::field::Fault;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|rule| rule.name() == text).ok_or(crate::field::Fault::NotAChoice)
    }
}

#[cfg(test)]
mod tests {
    use super::IdentityRule;
    use crate::booking::Policy;

    #[test]
    fn documents_are_off_by_default_and_the_rule_is_read_as_it_is_named() {
        assert!(!Policy::default().identity.asks());
        for rule in IdentityRule::ALL {
            assert_eq!(rule.name().parse(), Ok(rule));
            let policy = Policy { identity: rule, ..Policy::default() };
            let written = serde_json::to_value(&policy).expect("it is written");
            assert_eq!(written.get("identity").is_some(), rule.asks());
            assert_eq!(serde_json::from_value::<Policy>(written).expect("it is read"), policy);
        }
        assert!("everybody".parse::<IdentityRule>().is_err());
    }
}
