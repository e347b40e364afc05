//! What the tests of every state table ask.

use super::{Machine, Step};
use crate::golden;
use std::collections::HashSet;

/// The whole machine, state by event, against the file in `golden/` that people review. `UPDATE_GOLDEN=1` rewrites it.
pub(crate) fn is_the_reviewed_one<S: Machine>(file: &str) {
    let table = golden::states((S::STATES, S::word), (S::EVENTS, S::event_word), |state, event| state.next(event).ok());
    golden::is_the_reviewed_one(file, &table);
}

/// Every state is reached from the first, what is over has a way to another end at most, and every word is read as it was
/// written.
pub(crate) fn every_state_is_reached_and_an_end_is_an_end<S: Machine>() {
    let mut reached: HashSet<&str> = HashSet::from([S::STATES[0].word()]);
    let mut open = vec![S::STATES[0]];
    while let Some(state) = open.pop() {
        let further = S::EVENTS.iter().filter_map(|event| state.next(*event).ok());
        open.extend(further.filter(|then| reached.insert(then.word())));
    }
    assert_eq!(reached.len(), S::STATES.len());
    for state in S::STATES {
        let mut ways = S::EVENTS.iter().filter_map(|event| state.next(*event).ok());
        assert_eq!(ways.all(Machine::ends), state.ends(), "{state:?}");
        assert_eq!(S::of_word(state.word()), Some(*state));
        assert!(!(state.ends() && S::UNDER_WAY.contains(state)), "{state:?}");
    }
}

/// What both sides do leads to one state wherever it is done: a second press is known by it.
pub(crate) fn a_step_leads_to_one_state<S: Machine>() {
    for step in [Step::Ask, Step::Answer, Step::Accept, Step::Decline, Step::Refuse, Step::Withdraw] {
        let event = S::event(step);
        let ends: HashSet<&str> = S::STATES.iter().filter_map(|state| state.next(event).ok()).map(S::word).collect();
        assert_eq!(ends.len(), 1, "{step:?}");
        assert_eq!(S::after(event).map(S::word), ends.into_iter().next());
    }
}
