//! Whether families are enough to be shown together, and none of them too large among them.

use super::facts::{Family, Fen};
use super::tables::Sum;
use crate::field::Fault;
use crate::numbers::SMALL;
use std::collections::BTreeMap;

/// How few families may be shown, and how close anybody may come to the money of one of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Rules {
    least: u32,
    share: u32,
}

impl Default for Rules {
    /// As few as the house's other numbers show ([`SMALL`]), and a tenth.
    fn default() -> Self {
        Self { least: SMALL as u32, share: 10 }
    }
}

impl Rules {
    /// At least so many families, from 3 (of two, each knows the other's money) to 50; and at least so much of a hundred of
    /// the largest one's money that even the second largest cannot say of it, up to 100.
    ///
    /// # Errors
    /// The field, `least` or `share`, that is out of range.
    pub const fn new(least: u32, share: u32) -> Result<Self, (&'static str, Fault)> {
        if least < 3 || least > 50 {
            return Err(("least", Fault::OutOfRange { min: 3, max: 50 }));
        }
        if share < 1 || share > 100 {
            return Err(("share", Fault::OutOfRange { min: 1, max: 100 }));
        }
        Ok(Self { least, share })
    }

    /// The fewest families.
    pub const fn least(self) -> u32 {
        self.least
    }

    /// Of a hundred of the largest one's money, what must stay unknown.
    pub const fn share(self) -> u32 {
        self.share
    }
}

/// Some families and what they were paid.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Crowd {
    /// How much money moved for each, whichever way.
    moved: BTreeMap<Family, u64>,
    /// Of whom nothing was published before.
    newly: u64,
    /// The money, what came back taken off.
    amount: i64,
}

impl Crowd {
    /// Counts a payment in, by itself: payments of one family that belong together are added up before.
    pub fn add(&mut self, family: Family, amount: i64, is_first: bool) {
        *self.moved.entry(family).or_default() += amount.unsigned_abs();
        self.newly += u64::from(is_first);
        self.amount += amount;
    }

    /// Together with others.
    pub fn join(&mut self, others: &Self) {
        for (family, moved) in &others.moved {
            *self.moved.entry(*family).or_default() += moved;
        }
        self.newly += others.newly;
        self.amount += others.amount;
    }

    /// All of them together.
    pub fn of<'a>(crowds: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut all = Self::default();
        crowds.into_iter().for_each(|one| all.join(one));
        all
    }

    /// Families that money moved for: what came back as it went hides nobody.
    pub fn families(&self) -> usize {
        self.moved.values().filter(|moved| **moved > 0).count()
    }

    /// Nobody, and nothing.
    pub fn is_empty(&self) -> bool {
        self.moved.is_empty()
    }

    /// They may be shown together: enough families were paid, those who are new are none or enough, and what is left when the
    /// second largest takes off its own money hides the largest's.
    ///
    /// Two crowds that hold, of different payments, hold together: families and new families only become more; and whoever is
    /// largest together, in each of the two the others already hid its money there.
    pub fn holds(&self, rules: Rules) -> bool {
        let mut moved: Vec<u64> = self.moved.values().copied().collect();
        moved.sort_unstable_by(|a, b| b.cmp(a));
        let largest = moved.first().copied().unwrap_or_default();
        let hidden: u128 = moved.iter().skip(2).map(|one| u128::from(*one)).sum();
        self.families() >= rules.least as usize
            && (self.newly == 0 || self.newly >= u64::from(rules.least))
            && hidden * 100 >= u128::from(largest) * u128::from(rules.share)
    }

    /// As published.
    pub const fn sum(&self) -> Sum {
        Sum { families: self.newly, amount: Fen::new(self.amount) }
    }

    /// The most that moved for one family, and for the next.
    #[cfg(test)]
    pub fn largest(&self) -> (u64, u64) {
        let mut moved: Vec<u64> = self.moved.values().copied().collect();
        moved.sort_unstable_by(|a, b| b.cmp(a));
        (moved.first().copied().unwrap_or_default(), moved.get(1).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn crowd(paid: &[(u128, i64, bool)]) -> Crowd {
        let mut crowd = Crowd::default();
        for (family, amount, is_first) in paid {
            crowd.add(Family(Uuid::from_u128(*family)), *amount, *is_first);
        }
        crowd
    }

    fn three() -> Rules {
        Rules::new(3, 10).expect("rules")
    }

    #[test]
    fn few_families_do_not_hold() {
        assert!(crowd(&[(1, 50, true), (2, 50, true), (3, 50, true)]).holds(three()));
        assert!(!crowd(&[(1, 50, true), (2, 50, true)]).holds(three()), "two");
        assert!(!crowd(&[(1, 50, true), (1, 50, false), (2, 50, true)]).holds(three()), "two, one of them twice");
        assert!(!Crowd::default().holds(three()), "nobody");
    }

    #[test]
    fn a_new_family_among_old_ones_is_alone() {
        let old = [(1, 50, false), (2, 50, false), (3, 50, false)];
        assert!(crowd(&old).holds(three()));
        assert!(!crowd(&[&old[..], &[(4, 50, true)]].concat()).holds(three()));
    }

    #[test]
    fn one_that_has_nearly_all_of_it_is_not_hidden() {
        // The second largest takes off its own 100 and knows 1,000 to 30.
        assert!(!crowd(&[(1, 1000, true), (2, 100, true), (3, 20, true), (4, 10, true)]).holds(three()));
        assert!(crowd(&[(1, 1000, true), (2, 100, true), (3, 90, true), (4, 10, true)]).holds(three()));
    }

    #[test]
    fn money_that_came_back_is_money_that_moved() {
        let back = crowd(&[(1, -900, false), (2, 50, false), (3, 30, false), (4, 20, false)]);
        assert!(!back.holds(three()), "the sum is below zero by nearly the one");
        assert_eq!(back.sum(), Sum { families: 0, amount: Fen::new(-800) });
    }

    #[test]
    fn rules_are_within_reason() {
        assert_eq!(Rules::new(2, 10), Err(("least", Fault::OutOfRange { min: 3, max: 50 })));
        assert_eq!(Rules::new(5, 0), Err(("share", Fault::OutOfRange { min: 1, max: 100 })));
        assert_eq!(Rules::new(5, 10), Ok(Rules::default()));
    }

    fn any_crowd() -> impl Strategy<Value = Crowd> {
        proptest::collection::vec((0u128..12, -200i64..2000, any::<bool>()), 0..14).prop_map(|paid| crowd(&paid))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn what_holds_apart_holds_together(a in any_crowd(), b in any_crowd(), share in 1u32..60) {
            let rules = Rules::new(3, share).expect("rules");
            if a.holds(rules) && b.holds(rules) {
                prop_assert!(Crowd::of([&a, &b]).holds(rules));
            }
        }
    }
}
