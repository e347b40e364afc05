//! Whose identity document an activity asks for. Off unless somebody chose it: what is not known cannot be lost.

use super::{Party, Policy};
use crate::document::Shown;
use crate::field::FieldError;
use crate::named::named;
use jiff::civil::Date;

named! {
    /// Whose document is asked for when the public books.
    #[derive(Default)]
    IdentityRule, 3 {
        /// Nobody's.
        #[default]
        None "none",
        /// That of the one who books.
        Leader "leader",
        /// That of everybody in the party.
        Everybody "everybody",
    }
}

impl IdentityRule {
    /// A document is asked for.
    pub const fn asks(self) -> bool {
        !matches!(self, Self::None)
    }

    /// How many documents a party of so many shows: that of who books is the first of them.
    pub const fn of(self, people: u32) -> usize {
        match self {
            Self::None => 0,
            Self::Leader => 1,
            Self::Everybody => people as usize,
        }
    }

    /// The rule of everything that says nothing else: not written down.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether what was shown for a visit on `day` is what the rules ask the party for: nobody's twice, `all` of them where nobody
/// looks at documents in person, and no birth date against the children that were said.
///
/// # Errors
/// The faults of the form. Where no children are allowed nobody is asked for their number, and the fault stands with the first
/// document.
pub fn documents_fit(
    policy: &Policy,
    (party, all): (Party, bool),
    day: Date,
    shown: &Shown,
) -> Result<(), Vec<FieldError>> {
    shown.complete(if all { policy.identity.of(party.people.get()) } else { 0 })?;
    let field = if policy.children_per_booking > 0 { "children" } else { "document" };
    shown.allows(party, day).map_err(|fault| vec![FieldError::new(field, fault)])
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
        assert!("nobody".parse::<IdentityRule>().is_err());
        assert_eq!(IdentityRule::ALL.map(|rule| rule.of(3)), [0, 1, 3]);
    }
}
