//! The appeal (申诉复核): one for a case, decided by other people.
//!
//! Whoever had a part in the decision has none in the appeal, however small it was. Members who were absent or recused then
//! took no part; whether they have a conflict is [`super::conflict`]'s to say, now as before.
//!
//! A part that was granted can be published, and the family be asked to sign, before the time of the appeal is over. The
//! appeal is possible until it signs. Meanwhile the part stays committed to the case, and an appeal never takes it away
//! ([`takes_away`]).

use super::assignment::Taken;
use super::committee::Roll;
use super::minutes::Dealt;
use super::vote::Outcome;
use crate::ids::AccountId;
use crate::named::named;
use crate::workdays;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Business days from the day a family is told of a decision, in which it may appeal.
pub const WITHIN: u16 = 15;

/// What was decided on a case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It is not for this fund, before anybody reviewed it.
    Ineligible,
    /// The committee decided.
    Committee(Outcome),
}

/// Where a case stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// What was decided, and on which day the family was told; nothing yet.
    pub decided: Option<(Decision, Date)>,
    /// There was an appeal, whatever became of it.
    pub appealed: bool,
}

/// There can be no appeal. The last three depend on where the case is by then, which [`may_appeal`] is not told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoAppeal {
    /// Nothing is decided, or the family was not told.
    #[error("nothing is decided yet")]
    NotDecided,
    /// There was one.
    #[error("a case has one appeal")]
    HadOne,
    /// All that was asked for is granted.
    #[error("everything was granted")]
    NothingRefused,
    /// The case waits for funds and keeps its place: nothing was refused.
    #[error("the case waits for funds")]
    WaitsForFunds,
    /// The time is over.
    #[error("an appeal was possible until {last}")]
    TooLate {
        /// The last day it was.
        last: Date,
    },
    /// The part that was granted was taken, by signing.
    #[error("the agreement is signed")]
    Signed,
    /// Something of it was paid.
    #[error("something was paid")]
    Paid,
    /// The case is over, or stands still.
    #[error("the case is over")]
    Over,
}

/// Whether a family may appeal `today`.
///
/// # Errors
/// `NotDecided`, `HadOne`, `NothingRefused`, `WaitsForFunds`, `TooLate`, in this order.
pub fn may_appeal(standing: Standing, today: Date) -> Result<(), NoAppeal> {
    let (decision, told_on) = standing.decided.ok_or(NoAppeal::NotDecided)?;
    if standing.appealed {
        return Err(NoAppeal::HadOne);
    }
    match decision {
        Decision::Committee(Outcome::Granted(_)) => return Err(NoAppeal::NothingRefused),
        Decision::Committee(Outcome::Deferred) => return Err(NoAppeal::WaitsForFunds),
        Decision::Committee(Outcome::Partial(_) | Outcome::Refused) | Decision::Ineligible => {}
    }
    let last = workdays::after(told_on, WITHIN);
    if last < today { Err(NoAppeal::TooLate { last }) } else { Ok(()) }
}

/// Whether deciding an appeal so would leave the family with less than the part it was granted before.
pub fn takes_away(before: Decision, now: Outcome) -> bool {
    match (before, now) {
        (Decision::Committee(Outcome::Partial(part)), Outcome::Granted(sum) | Outcome::Partial(sum)) => sum < part,
        (Decision::Committee(Outcome::Partial(_)), Outcome::Refused | Outcome::Deferred) => true,
        (Decision::Committee(_) | Decision::Ineligible, _) => false,
    }
}

named! {
    /// How somebody had a part in a decision.
    TookPart, 4 {
        /// Was the case's officer, or found it complete or ineligible.
        Handled "handled",
        /// Reviewed it.
        Reviewed "reviewed",
        /// Sat when it was decided; abstaining is sitting, too.
        Sat "sat",
        /// Wrote the minutes.
        Minuted "minuted",
    }
}

/// Who had a part in a decision.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Involved(BTreeMap<AccountId, BTreeSet<TookPart>>);

impl Involved {
    /// Notes a part of several people.
    #[must_use]
    pub fn with(mut self, part: TookPart, people: impl IntoIterator<Item = AccountId>) -> Self {
        for account in people {
            self.0.entry(account).or_default().insert(part);
        }
        self
    }

    /// Notes everybody who sat on an item: who was there and not recused, and whoever else has a vote among the ballots,
    /// which was struck since.
    #[must_use]
    pub fn with_sitting(self, roll: &Roll, item: &Dealt) -> Self {
        let there = item.present.difference(&item.recused).filter(|account| roll.members().contains(account)).copied();
        self.with(TookPart::Sat, there.chain(item.ballots.iter().map(|ballot| ballot.by)))
    }

    /// Why somebody may not decide the appeal; nothing where they may.
    pub fn bars(&self, account: AccountId) -> Vec<TookPart> {
        self.0.get(&account).map(|parts| parts.iter().copied().collect()).unwrap_or_default()
    }

    /// Who of a committee has no vote on the appeal, beside those with a conflict: for [`Roll::convene`], which then asks
    /// whether enough others are left.
    pub fn recused(&self, roll: &Roll) -> BTreeSet<AccountId> {
        roll.members().iter().filter(|member| self.0.contains_key(member)).copied().collect()
    }

    /// Everybody in it as [`super::assignment::choose`] takes them: not asked again, while others of their hospitals may be.
    pub fn taken(&self) -> Vec<Taken> {
        let taken = |account: &AccountId| Taken { account: *account, employers: BTreeSet::new(), reviews: false };
        self.0.keys().map(taken).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Fen;
    use super::super::assignment::tests::candidate;
    use super::super::assignment::{Reason, Seats, Speciality, choose};
    use super::super::committee::Unable;
    use super::super::committee::tests::{roll, set};
    use super::super::conflict::tests::{account, case};
    use super::super::minutes::tests::dealt;
    use super::super::vote::Vote;
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const TOLD: Date = date(2026, 9, 7);

    fn appeal(decision: Decision, today: Date) -> Result<(), NoAppeal> {
        may_appeal(Standing { decided: Some((decision, TOLD)), appealed: false }, today)
    }

    #[test]
    fn what_was_refused_can_be_appealed_for_fifteen_business_days() {
        for decision in [
            Decision::Ineligible,
            Decision::Committee(Outcome::Refused),
            Decision::Committee(Outcome::Partial(Fen::new(5))),
        ] {
            assert_eq!(appeal(decision, TOLD), Ok(()));
            assert_eq!(appeal(decision, date(2026, 9, 28)), Ok(()));
            assert_eq!(appeal(decision, date(2026, 9, 29)), Err(NoAppeal::TooLate { last: date(2026, 9, 28) }));
        }
    }

    #[test]
    fn the_time_ends_also_in_a_year_whose_notice_is_not_out() {
        let told_on = |day| Standing { decided: Some((Decision::Ineligible, day)), appealed: false };
        // Over the National Day's three days that the law fixes.
        let last = date(2040, 10, 24);
        assert!(!workdays::is_certain(last));
        assert_eq!(may_appeal(told_on(date(2040, 9, 28)), last), Ok(()));
        assert_eq!(may_appeal(told_on(date(2040, 9, 28)), date(2040, 10, 25)), Err(NoAppeal::TooLate { last }));
    }

    #[test]
    fn an_appeal_leaves_at_least_the_part_that_was_granted() {
        let part = Decision::Committee(Outcome::Partial(Fen::new(5)));
        let [less, same, more] = [4, 5, 6].map(|sum| takes_away(part, Outcome::Partial(Fen::new(sum))));
        assert_eq!((less, same, more), (true, false, false));
        assert!(!takes_away(part, Outcome::Granted(Fen::new(9))));
        for now in [Outcome::Refused, Outcome::Deferred] {
            assert!(takes_away(part, now), "{now:?}");
            assert!(!takes_away(Decision::Committee(Outcome::Refused), now), "nothing was granted: {now:?}");
            assert!(!takes_away(Decision::Ineligible, now), "nor here: {now:?}");
        }
    }

    #[test]
    fn one_appeal_and_only_against_a_refusal() {
        assert_eq!(appeal(Decision::Committee(Outcome::Granted(Fen::new(5))), TOLD), Err(NoAppeal::NothingRefused));
        assert_eq!(appeal(Decision::Committee(Outcome::Deferred), TOLD), Err(NoAppeal::WaitsForFunds));
        let again = Standing { decided: Some((Decision::Ineligible, TOLD)), appealed: true };
        assert_eq!(may_appeal(again, TOLD), Err(NoAppeal::HadOne));
        let open = Standing { decided: None, appealed: false };
        assert_eq!(may_appeal(open, TOLD), Err(NoAppeal::NotDecided));
    }

    #[test]
    fn others_decide_it_and_enough_of_them_must_be_left() {
        let mut item = dealt(1, &[Vote::Refuse, Vote::Refuse, Vote::Refuse, Vote::Abstain, Vote::Refuse]);
        item.recused = set([5]);
        let involved = Involved::default()
            .with(TookPart::Handled, [account(50)])
            .with(TookPart::Reviewed, [account(20), account(21), account(3)])
            .with_sitting(&roll(9), &item);
        assert_eq!(involved.bars(account(3)), [TookPart::Reviewed, TookPart::Sat]);
        assert_eq!(involved.bars(account(4)), [TookPart::Sat], "abstaining is sitting");
        assert_eq!(involved.bars(account(5)), [TookPart::Sat], "recused when the vote was cast already");
        assert_eq!((involved.bars(account(6)), involved.bars(account(50))), (vec![], vec![TookPart::Handled]));
        assert_eq!(involved.recused(&roll(9)), set(1..=5));
        let convene = |seats| roll(seats).convene(&involved.recused(&roll(seats)), &set(1..=seats));
        assert_eq!(convene(7), Err(Unable::TooFewLeft { left: 2 }));
        assert_eq!(convene(9), Err(Unable::NobodyPresides), "another chair is appointed for it");
    }

    #[test]
    fn other_reviewers_are_chosen() {
        let involved = Involved::default().with(TookPart::Reviewed, [account(2), account(3)]);
        let all = [candidate(2, 2, 0), candidate(3, 3, 0), candidate(4, 2, 5), candidate(5, 5, 5)];
        let speciality = Speciality::new("03.05").expect("a speciality");
        let choice = choose(&case(1), &speciality, &involved.taken(), &all, Seats::Both);
        assert_eq!(choice.chosen, [account(4), account(5)]);
        assert_eq!(choice.others[0], (account(2), vec![Reason::HasIt]));
    }

    proptest! {
        #[test]
        fn whoever_had_a_part_never_sits_again(
            parts in prop::collection::vec((0usize..4, 1u128..12), 0..8), present in prop::collection::btree_set(1u128..12, 0..12),
        ) {
            let involved = parts.iter().fold(Involved::default(), |all, (part, n)| all.with(TookPart::ALL[*part], [account(*n)]));
            for (part, n) in &parts {
                prop_assert!(involved.bars(account(*n)).contains(&TookPart::ALL[*part]));
            }
            if let Ok(bench) = roll(11).convene(&involved.recused(&roll(11)), &set(present)) {
                prop_assert!(bench.voters().iter().all(|voter| involved.bars(*voter).is_empty()));
            }
        }
    }
}
