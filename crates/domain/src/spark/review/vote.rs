//! Votes on a case, and what they come to.
//!
//! Everybody on the bench votes, abstaining is a vote, and more than half of those present must be for something: whoever
//! abstains is present, and so is not for it. Members may be for different amounts. Whoever is for an amount is for every
//! smaller one rather than for nothing; so what is granted is the largest amount that a majority is for. Where there is no
//! majority for any amount, for refusing or for deferring, nothing is decided, and the item stands over to another meeting.

use super::Fen;
use super::committee::{Bench, majority};
use super::pack::Digest;
use crate::ids::AccountId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a member is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Vote {
    /// All that is asked for.
    Grant,
    /// Less than that.
    Partial(Fen),
    /// Nothing.
    Refuse,
    /// To wait for funds (缓议待资金): the case keeps its place.
    Defer,
    /// None of these.
    Abstain,
}

/// A vote as it was cast.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ballot {
    /// By whom.
    pub by: AccountId,
    /// For what.
    pub vote: Vote,
    /// The hash of the item as it lay before them.
    pub seen: Digest,
}

/// What is voted on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Question {
    /// What the family asks for: more than nothing.
    pub requested: Fen,
    /// The hash of the item as it is now.
    pub digest: Digest,
}

/// What was decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All that was asked for.
    Granted(Fen),
    /// A part of it.
    Partial(Fen),
    /// Nothing.
    Refused,
    /// To wait for funds.
    Deferred,
}

/// Nothing is decided, or not yet.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Undecided {
    /// Somebody voted who is no member, recused or absent.
    #[error("{0} has no vote on this")]
    NotEntitled(AccountId),
    /// Somebody has two votes.
    #[error("{0} voted twice")]
    Twice(AccountId),
    /// The item is another than it was when these voted: they have to see it and vote again.
    #[error("{} votes were cast on other evidence", .0.len())]
    OtherEvidence(Vec<AccountId>),
    /// An amount that is nothing, or not less than what is asked for.
    #[error("{by} is for an amount that is no part of what is asked for")]
    NoPart {
        /// Who is for it.
        by: AccountId,
    },
    /// These have not voted: abstaining would be a vote.
    #[error("{} votes are missing", .0.len())]
    Missing(Vec<AccountId>),
    /// No majority for anything: the item stands over.
    #[error("nothing has a majority")]
    NoMajority,
}

/// What the votes on a question come to, in whatever order they were cast.
///
/// # Errors
/// `NotEntitled`, `Twice`, `OtherEvidence`, `NoPart`, `Missing`, in this order, then `NoMajority`.
pub fn decide(bench: &Bench, question: Question, ballots: &[Ballot]) -> Result<Outcome, Undecided> {
    check(bench, question, ballots)?;
    let needed = majority(bench.voters().len());
    let votes = |of: Vote| ballots.iter().filter(|ballot| ballot.vote == of).count();
    let mut amounts: Vec<Fen> = ballots.iter().filter_map(|ballot| amount(ballot.vote, question.requested)).collect();
    amounts.sort_unstable_by(|a, b| b.cmp(a));
    // The smallest amount of so many members, the most generous first: each of them is for at least that.
    match amounts.get(needed - 1) {
        Some(all) if *all == question.requested => Ok(Outcome::Granted(*all)),
        Some(part) => Ok(Outcome::Partial(*part)),
        None if votes(Vote::Refuse) >= needed => Ok(Outcome::Refused),
        None if votes(Vote::Defer) >= needed => Ok(Outcome::Deferred),
        None => Err(Undecided::NoMajority),
    }
}

const fn amount(vote: Vote, requested: Fen) -> Option<Fen> {
    match vote {
        Vote::Grant => Some(requested),
        Vote::Partial(part) => Some(part),
        Vote::Refuse | Vote::Defer | Vote::Abstain => None,
    }
}

fn check(bench: &Bench, question: Question, ballots: &[Ballot]) -> Result<(), Undecided> {
    let mut voted = BTreeSet::new();
    let mut by: Vec<&Ballot> = ballots.iter().collect();
    by.sort_by_key(|ballot| ballot.by);
    if let Some(stranger) = by.iter().find(|ballot| !bench.voters().contains(&ballot.by)) {
        return Err(Undecided::NotEntitled(stranger.by));
    }
    if let Some(again) = by.iter().find(|ballot| !voted.insert(ballot.by)) {
        return Err(Undecided::Twice(again.by));
    }
    let stale: Vec<_> = by.iter().filter(|ballot| ballot.seen != question.digest).map(|ballot| ballot.by).collect();
    if !stale.is_empty() {
        return Err(Undecided::OtherEvidence(stale));
    }
    let is_no_part = |vote| matches!(vote, Vote::Partial(part) if part <= Fen::ZERO || part >= question.requested);
    if let Some(wrong) = by.iter().find(|ballot| is_no_part(ballot.vote)) {
        return Err(Undecided::NoPart { by: wrong.by });
    }
    let missing: Vec<_> = bench.voters().difference(&voted).copied().collect();
    if missing.is_empty() { Ok(()) } else { Err(Undecided::Missing(missing)) }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::super::committee::tests::{roll, set};
    use super::super::conflict::tests::account;
    use super::*;
    use Vote::{Abstain, Defer, Grant, Refuse};
    use proptest::prelude::*;

    /// 30,000 yuan.
    const ASKED: Fen = Fen::new(3_000_000);
    const NOW: Question = Question { requested: ASKED, digest: Digest([1; 32]) };

    /// For so many fen.
    fn part(fen: i64) -> Vote {
        Vote::Partial(Fen::new(fen))
    }

    fn bench(voters: u128) -> Bench {
        roll(voters.max(5)).convene(&set([]), &set(1..=voters)).expect("a bench")
    }

    /// One vote by each member, in order.
    pub fn ballots(votes: &[Vote]) -> Vec<Ballot> {
        (1..).zip(votes).map(|(n, vote)| Ballot { by: account(n), vote: *vote, seen: NOW.digest }).collect()
    }

    fn decided(votes: &[Vote]) -> Result<Outcome, Undecided> {
        decide(&bench(votes.len() as u128), NOW, &ballots(votes))
    }

    #[test]
    fn more_than_half_of_those_present_decide() {
        assert_eq!(decided(&[Grant, Grant, Grant, Refuse, Refuse]), Ok(Outcome::Granted(ASKED)));
        assert_eq!(decided(&[Refuse, Refuse, Refuse, Grant, Grant]), Ok(Outcome::Refused));
        assert_eq!(decided(&[Defer, Defer, Defer, Defer, Grant, Refuse]), Ok(Outcome::Deferred));
        assert_eq!(
            decided(&[Grant, Grant, Grant, Refuse, Refuse, Refuse]),
            Err(Undecided::NoMajority),
            "half is not more"
        );
    }

    #[test]
    fn abstaining_is_being_present_and_not_for_it() {
        assert_eq!(decided(&[Grant, Grant, Refuse, Abstain, Abstain]), Err(Undecided::NoMajority));
        assert_eq!(decided(&[Grant, Grant, Grant, Abstain, Abstain]), Ok(Outcome::Granted(ASKED)));
        assert_eq!(decided(&[Abstain; 5]), Err(Undecided::NoMajority));
    }

    #[test]
    fn the_chair_has_one_vote_like_anybody() {
        // The chair is member 1, on either side.
        assert_eq!(decided(&[Grant, Grant, Refuse, Refuse]), Err(Undecided::NoMajority));
        assert_eq!(decided(&[Refuse, Refuse, Grant, Grant]), Err(Undecided::NoMajority));
    }

    #[test]
    fn the_largest_amount_a_majority_is_for_is_granted() {
        assert_eq!(
            decided(&[Grant, part(2_000_000), part(1_000_000), Refuse, Refuse]),
            Ok(Outcome::Partial(Fen::new(1_000_000)))
        );
        assert_eq!(
            decided(&[part(500_000), Grant, part(2_000_000), part(1_000_000), Grant]),
            Ok(Outcome::Partial(Fen::new(2_000_000)))
        );
        assert_eq!(decided(&[Grant, Grant, Grant, part(1), part(1)]), Ok(Outcome::Granted(ASKED)));
        // For different amounts, and together no majority.
        assert_eq!(decided(&[Grant, part(1), Refuse, Defer, Defer]), Err(Undecided::NoMajority));
    }

    #[test]
    fn votes_that_do_not_count_are_named() {
        let bench = roll(6).convene(&set([6]), &set(1..=6)).expect("a bench");
        let mut votes = ballots(&[Grant, Grant, Grant, Grant, Vote::Partial(ASKED), Grant]);
        let decide = |votes: &[Ballot]| decide(&bench, NOW, votes);
        assert_eq!(decide(&votes), Err(Undecided::NotEntitled(account(6))), "recused");
        votes.pop();
        assert_eq!(decide(&votes), Err(Undecided::NoPart { by: account(5) }));
        votes[4].vote = part(0);
        assert_eq!(decide(&votes), Err(Undecided::NoPart { by: account(5) }));
        votes.push(Ballot { vote: Refuse, ..votes[2] });
        assert_eq!(decide(&votes), Err(Undecided::Twice(account(3))));
        votes.truncate(3);
        assert_eq!(decide(&votes), Err(Undecided::Missing(vec![account(4), account(5)])));
    }

    #[test]
    fn new_evidence_makes_the_votes_before_it_worthless() {
        let votes = ballots(&[Grant; 5]);
        let now = Question { digest: Digest([2; 32]), ..NOW };
        assert_eq!(decide(&bench(5), now, &votes), Err(Undecided::OtherEvidence((1..=5).map(account).collect())));
        let mut again = votes;
        again[1..].iter_mut().for_each(|ballot| ballot.seen = now.digest);
        assert_eq!(decide(&bench(5), now, &again), Err(Undecided::OtherEvidence(vec![account(1)])));
        again[0].seen = now.digest;
        assert_eq!(decide(&bench(5), now, &again), Ok(Outcome::Granted(ASKED)));
    }

    fn votes() -> impl Strategy<Value = Vec<Vote>> {
        let one = prop_oneof![
            3 => Just(Grant), 3 => (1..ASKED.get()).prop_map(part), 2 => Just(Refuse), 1 => Just(Defer), 1 => Just(Abstain),
        ];
        prop::collection::vec(one, 5..12)
    }

    fn given(outcome: &Result<Outcome, Undecided>) -> Fen {
        match outcome {
            Ok(Outcome::Granted(amount) | Outcome::Partial(amount)) => *amount,
            _ => Fen::ZERO,
        }
    }

    proptest! {
        #[test]
        fn a_majority_is_behind_what_is_decided(votes in votes()) {
            let outcome = decided(&votes);
            let half = votes.len() / 2;
            let behind = |amount| votes.iter().filter(|vote| super::amount(**vote, ASKED).is_some_and(|a| a >= amount)).count();
            match outcome {
                Ok(Outcome::Granted(amount)) => prop_assert!(amount == ASKED && behind(ASKED) > half),
                Ok(Outcome::Partial(amount)) => {
                    prop_assert!(Fen::ZERO < amount && amount < ASKED);
                    prop_assert!(behind(amount) > half && behind(Fen::new(amount.get() + 1)) <= half);
                    prop_assert!(votes.contains(&Vote::Partial(amount)), "an amount that somebody is for");
                }
                Ok(Outcome::Refused) => prop_assert!(votes.iter().filter(|vote| **vote == Refuse).count() > half),
                Ok(Outcome::Deferred) => prop_assert!(votes.iter().filter(|vote| **vote == Defer).count() > half),
                Err(error) => {
                    prop_assert_eq!(error, Undecided::NoMajority);
                    prop_assert!(behind(Fen::new(1)) <= half);
                }
            }
        }

        #[test]
        fn the_order_of_casting_is_nothing(votes in votes(), turn in 0usize..12) {
            let mut cast = ballots(&votes);
            cast.reverse();
            let by = turn % cast.len();
            cast.rotate_left(by);
            prop_assert_eq!(decide(&bench(votes.len() as u128), NOW, &cast), decided(&votes));
        }

        #[test]
        fn being_for_more_never_brings_less(votes in votes(), at in any::<prop::sample::Index>(), more in 1..ASKED.get()) {
            let mut raised = votes.clone();
            let nth = at.index(votes.len());
            raised[nth] = match votes[nth] {
                Grant => Grant,
                Vote::Partial(less) if less.get() + more < ASKED.get() => part(less.get() + more),
                Vote::Partial(_) => Grant,
                Refuse | Defer | Abstain => part(more),
            };
            prop_assert!(given(&decided(&raised)) >= given(&decided(&votes)));
        }
    }
}
