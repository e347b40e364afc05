//! Whose identity document an activity asks for. Off unless somebody chose it: what is not known cannot be lost.

use crate::named::named;

named! {
    /// Whose document is asked for when the public books.
    #[derive(Default)]
    IdentityRule, 2 {
        /// Nobody's.
        #[default]
        None "none",
        /// That of the one who books.
        Leader "leader",
    }
}

impl IdentityRule {
    /// A document is asked for.
    pub const fn asks(self) -> bool {
        matches!(self, Self::Leader)
    }

    /// The rule of everything that says nothing else: not written down.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
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
