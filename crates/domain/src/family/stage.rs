//! The line a family reads: collection, transport, preparation, tests, storage; and the way out of the store where there is one.

use crate::custody::State;
use crate::named::named;

named! {
    /// A part of a unit's way, as a family reads it.
    Step, 6 {
        /// Collected at birth.
        Collection "collection",
        /// On its way to the bank.
        Transport "transport",
        /// The preparation steps.
        Preparation "preparation",
        /// The tests.
        Tests "tests",
        /// In its tank, for good.
        Storage "storage",
        /// Out of the store.
        Release "release",
    }
}

/// How far a part of the way is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Not begun.
    Ahead,
    /// Under way.
    Now,
    /// Done.
    Done,
    /// It will not come: the way ended before.
    Never,
    /// It was so for a time, until the way ended.
    Past,
}

/// What is done of how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Preparation steps done, and all of them; all is 0 where no list is named yet.
    pub preparation: (u32, u32),
    /// Tests with a final result, and all of them.
    pub tests: (u32, u32),
    /// It was released into the store at some time.
    pub stored: bool,
}

impl Counts {
    const fn is_whole((done, all): (u32, u32)) -> bool {
        all > 0 && done >= all
    }
}

/// The parts of a unit's way and how far each is. A unit that is held stands where it stood (`held_in`). The way out stands
/// among them once it has begun.
pub fn steps(state: State, held_in: Option<State>, counts: Counts) -> Vec<(Step, Standing)> {
    use State as S;
    let at = held_in.unwrap_or(state);
    let ended_early = matches!(at, S::RejectedAtIntake | S::Discarded | S::Research | S::Exposed);
    let collected = !matches!(at, S::Expected);
    let arrived = !matches!(at, S::Expected | S::Collected | S::InTransit);
    let begun = (arrived && at != S::Received) || counts.preparation.0 > 0;
    let (prepared, tested) = (Counts::is_whole(counts.preparation), Counts::is_whole(counts.tests));
    let stored = arrived && !ended_early && !matches!(at, S::Received | S::Processing | S::FrozenQuarantine);
    let of = |done: bool, now: bool| match (done, now) {
        (true, _) => Standing::Done,
        (false, _) if ended_early => Standing::Never,
        (false, true) => Standing::Now,
        (false, false) => Standing::Ahead,
    };
    let storage = match of(stored, at == S::FrozenQuarantine) {
        Standing::Never if counts.stored => Standing::Past,
        standing => standing,
    };
    let mut all = vec![
        (Step::Collection, of(collected, false)),
        (Step::Transport, of(arrived, collected)),
        (Step::Preparation, of(prepared || stored, begun)),
        (Step::Tests, of(tested || stored, counts.tests.0 > 0 || begun)),
        (Step::Storage, storage),
    ];
    let leaves = match at {
        S::Reserved | S::CtTesting | S::ReleaseApproved | S::Retrieved | S::Shipped => Some(Standing::Now),
        S::Delivered | S::Infused | S::TransferredOut | S::FamilyReleased => Some(Standing::Done),
        _ => None,
    };
    all.extend(leaves.map(|standing| (Step::Release, standing)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(state: State, held: Option<State>, counts: Counts, step: Step) -> Option<Standing> {
        steps(state, held, counts).into_iter().find(|(of, _)| *of == step).map(|(_, standing)| standing)
    }

    #[test]
    fn each_part_waits_for_the_one_before() {
        let none = Counts { preparation: (0, 0), tests: (0, 0), stored: false };
        let expected = steps(State::Expected, None, none);
        assert!(expected.iter().all(|(_, standing)| *standing == Standing::Ahead), "{expected:?}");
        assert_eq!(standing(State::InTransit, None, none, Step::Transport), Some(Standing::Now));
        let half = Counts { preparation: (20, 56), tests: (0, 15), stored: false };
        assert_eq!(standing(State::Processing, None, half, Step::Preparation), Some(Standing::Now));
        assert_eq!(standing(State::Processing, None, half, Step::Storage), Some(Standing::Ahead));
        let whole = Counts { preparation: (56, 56), tests: (15, 15), stored: false };
        let banked = steps(State::Banked, None, whole);
        assert!(banked.iter().all(|(_, standing)| *standing == Standing::Done), "{banked:?}");
        assert_eq!(banked.len(), 5, "nothing of a way out");
    }

    #[test]
    fn a_unit_that_is_held_stands_where_it_stood() {
        let half = Counts { preparation: (56, 56), tests: (3, 15), stored: false };
        assert_eq!(
            steps(State::QuarantineHold, Some(State::FrozenQuarantine), half),
            steps(State::FrozenQuarantine, None, half)
        );
    }

    #[test]
    fn what_ended_early_promises_nothing_more() {
        let none = Counts { preparation: (0, 56), tests: (0, 15), stored: false };
        for state in [State::RejectedAtIntake, State::Discarded] {
            let all = steps(state, None, none);
            assert_eq!(all.last(), Some(&(Step::Storage, Standing::Never)), "{state:?}");
            assert!(all.iter().all(|(_, standing)| *standing != Standing::Now), "{state:?}");
        }
    }

    #[test]
    fn what_was_stored_before_it_ended_says_so() {
        let whole = Counts { preparation: (56, 56), tests: (15, 15), stored: true };
        for state in [State::Discarded, State::Research, State::Exposed] {
            let all = steps(state, None, whole);
            assert_eq!(all.last(), Some(&(Step::Storage, Standing::Past)), "{state:?}");
            let before = &all[..all.len() - 1];
            assert!(before.iter().all(|(_, standing)| *standing == Standing::Done), "{state:?}: {before:?}");
            let never = steps(state, None, Counts { stored: false, ..whole });
            assert_eq!(
                never.last(),
                Some(&(Step::Storage, Standing::Never)),
                "{state:?}: it was whole, and never stored"
            );
        }
        assert_eq!(standing(State::Banked, None, whole, Step::Storage), Some(Standing::Done));
    }

    #[test]
    fn the_way_out_stands_there_once_it_begins() {
        let whole = Counts { preparation: (56, 56), tests: (15, 15), stored: false };
        assert_eq!(standing(State::Listed, None, whole, Step::Release), None);
        assert_eq!(standing(State::Reserved, None, whole, Step::Release), Some(Standing::Now));
        assert_eq!(standing(State::Infused, None, whole, Step::Release), Some(Standing::Done));
    }
}
