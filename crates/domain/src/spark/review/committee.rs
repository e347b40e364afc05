//! The committee (评审会): who sits on it, who may vote on an item, and whether there are enough of them.
//!
//! Each item is its own: whoever is recused (回避) from one has no seat for it, whether in the room or not, so that the
//! quorum is counted anew. The chair presides and votes as any member does, and has no casting vote: half of those present
//! are no majority, and a family's case should not turn on an office. Where the chair is recused or absent the deputy
//! presides.

use crate::ids::AccountId;
use std::collections::BTreeSet;

/// The fewest seats of a committee.
pub const LEAST_SEATS: usize = 5;
/// The fewest who are left to decide an item after recusals. Two thirds of two would be two, and of one, one: no committee.
pub const LEAST_LEFT: usize = 3;

/// How many of `entitled` must be there: two thirds, rounded up.
pub const fn quorum(entitled: usize) -> usize {
    entitled.saturating_mul(2).div_ceil(3)
}

/// How many of `present` must be for something: more than half.
pub const fn majority(present: usize) -> usize {
    present / 2 + 1
}

/// Who sits on the committee.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Roll {
    chair: AccountId,
    deputy: AccountId,
    members: BTreeSet<AccountId>,
}

/// These people are no committee.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoCommittee {
    /// There are too few of them.
    #[error("{seats} seats, at least {LEAST_SEATS} are needed")]
    TooFew {
        /// How many there are.
        seats: usize,
    },
    /// The chair would be their own deputy.
    #[error("the chair cannot be the deputy")]
    OwnDeputy,
}

impl Roll {
    /// A chair, a deputy and the other members.
    ///
    /// # Errors
    /// `OwnDeputy`, `TooFew`.
    pub fn new(
        chair: AccountId,
        deputy: AccountId,
        others: impl IntoIterator<Item = AccountId>,
    ) -> Result<Self, NoCommittee> {
        if chair == deputy {
            return Err(NoCommittee::OwnDeputy);
        }
        let members: BTreeSet<_> = others.into_iter().chain([chair, deputy]).collect();
        if members.len() < LEAST_SEATS {
            return Err(NoCommittee::TooFew { seats: members.len() });
        }
        Ok(Self { chair, deputy, members })
    }

    /// Everybody on it, the chair and the deputy too.
    pub const fn members(&self) -> &BTreeSet<AccountId> {
        &self.members
    }

    /// The chair.
    pub const fn chair(&self) -> AccountId {
        self.chair
    }

    /// Who presides where the chair cannot.
    pub const fn deputy(&self) -> AccountId {
        self.deputy
    }

    /// Those who can decide an item.
    ///
    /// # Errors
    /// `TooFewLeft`, `NoQuorum`, `NobodyPresides`, in this order: what no waiting helps comes first.
    pub fn convene(&self, recused: &BTreeSet<AccountId>, present: &BTreeSet<AccountId>) -> Result<Bench, Unable> {
        let entitled: BTreeSet<AccountId> = self.members.difference(recused).copied().collect();
        if entitled.len() < LEAST_LEFT {
            return Err(Unable::TooFewLeft { left: entitled.len() });
        }
        let voters: BTreeSet<AccountId> = entitled.intersection(present).copied().collect();
        let needed = quorum(entitled.len());
        if voters.len() < needed {
            return Err(Unable::NoQuorum { present: voters.len(), needed });
        }
        let presiding = [self.chair, self.deputy].into_iter().find(|one| voters.contains(one));
        presiding.map(|presiding| Bench { presiding, voters }).ok_or(Unable::NobodyPresides)
    }
}

/// Those who decide one item.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bench {
    presiding: AccountId,
    voters: BTreeSet<AccountId>,
}

impl Bench {
    /// Who presides: one of the voters.
    pub const fn presiding(&self) -> AccountId {
        self.presiding
    }

    /// Everybody who is there and not recused: each has one vote.
    pub const fn voters(&self) -> &BTreeSet<AccountId> {
        &self.voters
    }
}

/// The committee cannot decide an item as it sits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unable {
    /// Too many are recused: others have to be appointed.
    #[error("{left} members are not recused, at least {LEAST_LEFT} are needed")]
    TooFewLeft {
        /// Who could still decide.
        left: usize,
    },
    /// Too few are there: wait for more, or adjourn.
    #[error("{present} of {needed} members are present")]
    NoQuorum {
        /// Who is there and not recused.
        present: usize,
        /// How many are needed.
        needed: usize,
    },
    /// Neither the chair nor the deputy is there and not recused.
    #[error("neither chair nor deputy can preside")]
    NobodyPresides,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::conflict::tests::account;
    use super::*;
    use proptest::prelude::*;

    /// Members by their numbers.
    pub fn set(members: impl IntoIterator<Item = u128>) -> BTreeSet<AccountId> {
        members.into_iter().map(account).collect()
    }

    /// A committee of members 1 (the chair), 2 (the deputy) to `seats`.
    pub fn roll(seats: u128) -> Roll {
        Roll::new(account(1), account(2), (3..=seats).map(account)).expect("a committee")
    }

    #[test]
    fn two_thirds_are_rounded_up_and_half_is_no_majority() {
        assert_eq!([3, 4, 5, 6, 7, 8, 9, 10, 11].map(quorum), [2, 3, 4, 4, 5, 6, 6, 7, 8]);
        assert_eq!([1, 2, 3, 4, 5, 6, 7].map(majority), [1, 2, 2, 3, 3, 4, 4]);
    }

    #[test]
    fn a_committee_has_five_seats_and_a_deputy_of_its_own() {
        let make =
            |deputy, others: &[u128]| Roll::new(account(1), account(deputy), others.iter().copied().map(account));
        assert_eq!(make(1, &[2, 3, 4, 5]), Err(NoCommittee::OwnDeputy));
        assert_eq!(make(2, &[1, 2, 3, 4, 3]), Err(NoCommittee::TooFew { seats: 4 }), "each counts once");
        assert_eq!(make(2, &[3, 4, 5]).map(|roll| roll.members().len()), Ok(5));
    }

    #[test]
    fn a_recusal_recomputes_the_quorum() {
        let roll = roll(7);
        let convene = |recused: &[u128], present: &[u128]| {
            roll.convene(&set(recused.iter().copied()), &set(present.iter().copied())).map(|bench| bench.voters.len())
        };
        assert_eq!(convene(&[], &[1, 2, 3, 4]), Err(Unable::NoQuorum { present: 4, needed: 5 }));
        // One of the absent is recused: two thirds of six are four, who are there.
        assert_eq!(convene(&[7], &[1, 2, 3, 4]), Ok(4));
        // One of those in the room is recused: three are left of them.
        assert_eq!(convene(&[4], &[1, 2, 3, 4]), Err(Unable::NoQuorum { present: 3, needed: 4 }));
        assert_eq!(convene(&[3, 4, 5, 6, 7], &[1, 2]), Err(Unable::TooFewLeft { left: 2 }));
        assert_eq!(convene(&[4, 5, 6, 7], &[1, 2, 3]), Ok(3));
        assert_eq!(convene(&[99], &[1, 2, 3, 4, 5, 98]), Ok(5), "strangers count nowhere");
    }

    #[test]
    fn the_deputy_presides_where_the_chair_is_recused_or_away() {
        let roll = roll(6);
        let presiding = |recused: &[u128], present: &[u128]| {
            roll.convene(&set(recused.iter().copied()), &set(present.iter().copied())).map(|bench| bench.presiding())
        };
        assert_eq!(presiding(&[], &[1, 2, 3, 4, 5]), Ok(account(1)));
        assert_eq!(presiding(&[1], &[1, 2, 3, 4, 5]), Ok(account(2)));
        assert_eq!(presiding(&[], &[2, 3, 4, 5]), Ok(account(2)));
        assert_eq!(presiding(&[1, 2], &[1, 2, 3, 4, 5]), Err(Unable::NobodyPresides));
    }

    proptest! {
        #[test]
        fn two_thirds_and_more_than_half_are_exact(n in 0usize..10_000) {
            prop_assert!(quorum(n) * 3 >= n * 2 && (n == 0 || (quorum(n) - 1) * 3 < n * 2));
            prop_assert!(majority(n) * 2 > n && (majority(n) - 1) * 2 <= n);
        }

        #[test]
        fn whoever_is_recused_never_sits(
            seats in 5u128..16, recused in prop::collection::btree_set(1u128..18, 0..10),
            present in prop::collection::btree_set(1u128..18, 0..18),
        ) {
            let (roll, recused, present) = (roll(seats), set(recused), set(present));
            let bench = roll.convene(&recused, &present);
            if let Ok(bench) = &bench {
                let entitled = roll.members().difference(&recused).count();
                prop_assert!(bench.voters().is_disjoint(&recused) && bench.voters().is_subset(&present));
                prop_assert!(bench.voters().is_subset(roll.members()) && bench.voters().contains(&bench.presiding()));
                prop_assert!(bench.voters().len() * 3 >= entitled * 2);
            }
            // Whether the recused stay in the room changes nothing.
            let left: BTreeSet<AccountId> = present.difference(&recused).copied().collect();
            prop_assert_eq!(roll.convene(&recused, &left), bench);
        }
    }
}
