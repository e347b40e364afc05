//! The states of a meeting of the committee, as one table.
//!
//! What must hold before a step is asked elsewhere, where the facts are: [`super::pack::Pack::new`] before freezing,
//! [`super::committee::Roll::convene`] before opening, [`super::minutes::Proceedings::close`] before closing and
//! [`super::minutes::Minutes::may_be_signed`] before signing. Two secretaries who press at once are told apart by the
//! version of the meeting, which is the services' to lock.

use crate::named::named;

named! {
    /// How far a meeting is.
    State, 7 {
        /// It has a day, a roll and an agenda that still changes.
        Planned "planned",
        /// The pack is frozen: everybody has the same before them.
        PackFrozen "pack_frozen",
        /// It sits.
        InSession "in_session",
        /// It broke off and goes on another time, with the same pack and the votes that were cast.
        Adjourned "adjourned",
        /// Every item is decided or stands over.
        Decided "decided",
        /// The minutes agree with the votes and are signed. What was decided takes effect.
        MinutesSigned "minutes_signed",
        /// It does not take place; its cases go to another.
        Cancelled "cancelled",
    }
}

named! {
    /// What can happen to a meeting.
    Event, 8 {
        /// The pack is frozen.
        Freeze "freeze",
        /// The pack is opened again: new evidence came, or the agenda or the roll changes.
        Thaw "thaw",
        /// It begins with a quorum, or goes on.
        Open "open",
        /// It breaks off: the quorum went away.
        Adjourn "adjourn",
        /// It ends, every item decided or standing over.
        Close "close",
        /// It has to sit again before the minutes are signed: a vote counts no more, or the minutes cannot be made to agree.
        Reopen "reopen",
        /// The minutes are signed by all who have to.
        Sign "sign",
        /// It is called off.
        Cancel "cancel",
    }
}

/// The state does not allow that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{} is not possible while a meeting is {}", event.name(), state.name())]
pub struct Refused {
    /// Where it stands.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

/// Where a meeting stands after `event`. The whole table is `golden/meeting_states.txt`.
pub const fn next(state: State, event: Event) -> Result<State, Refused> {
    use Event as E;
    use State as S;
    Ok(match (state, event) {
        (S::Planned, E::Freeze) => S::PackFrozen,
        // Not while it sits: evidence that comes then makes its item stand over, and the others go on.
        (S::PackFrozen, E::Thaw) => S::Planned,
        (S::PackFrozen | S::Adjourned, E::Open) => S::InSession,
        (S::InSession, E::Adjourn) => S::Adjourned,
        // What an adjourned meeting did not come to stands over.
        (S::InSession | S::Adjourned, E::Close) => S::Decided,
        (S::Decided, E::Reopen) => S::InSession,
        (S::Decided, E::Sign) => S::MinutesSigned,
        // Once it sat there are votes, and there will be minutes of them.
        (S::Planned | S::PackFrozen, E::Cancel) => S::Cancelled,
        (state, event) => return Err(Refused { state, event }),
    })
}

impl State {
    /// Nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::MinutesSigned | Self::Cancelled)
    }

    /// The agenda, the roll and what lies before the members cannot change.
    pub const fn is_frozen(self) -> bool {
        matches!(self, Self::PackFrozen | Self::InSession | Self::Adjourned | Self::Decided | Self::MinutesSigned)
    }

    /// Votes are taken.
    pub const fn takes_votes(self) -> bool {
        matches!(self, Self::InSession)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_is_the_reviewed_one() {
        let step = |state, event| next(state, event).ok();
        let table = golden::states((&State::ALL, State::name), (&Event::ALL, Event::name), step);
        golden::is_the_reviewed_one("meeting_states.txt", &table);
    }

    /// What a meeting can come to from `state`, and that itself.
    fn reached_from(state: State) -> BTreeSet<State> {
        let (mut reached, mut open) = (BTreeSet::from([state]), vec![state]);
        while let Some(state) = open.pop() {
            let further = Event::ALL.into_iter().filter_map(|event| next(state, event).ok());
            open.extend(further.filter(|then| reached.insert(*then)));
        }
        reached
    }

    #[test]
    fn every_state_is_reached_every_event_happens_and_an_end_is_an_end() {
        assert_eq!(reached_from(State::Planned).into_iter().collect::<Vec<_>>(), State::ALL);
        for state in State::ALL {
            let steps = Event::ALL.into_iter().filter(|event| next(state, *event).is_ok()).count();
            assert_eq!(steps == 0, state.is_over(), "{state:?}");
            assert_eq!(State::from_name(state.name()), Some(state));
        }
        for event in Event::ALL {
            let ends: BTreeSet<_> = State::ALL.into_iter().filter_map(|state| next(state, event).ok()).collect();
            assert_eq!(ends.len(), 1, "{event:?} leads to one state, so that a second press is known by it");
        }
    }

    #[test]
    fn only_before_it_sits_a_pack_changes_and_only_what_sat_is_signed() {
        let sat = reached_from(State::InSession);
        assert!(sat.iter().all(|state| state.is_frozen()), "{sat:?}");
        assert!(sat.contains(&State::MinutesSigned) && !sat.contains(&State::Cancelled));
        for state in [State::Planned, State::PackFrozen, State::Cancelled] {
            let ends = Event::ALL.into_iter().filter_map(|event| next(state, event).ok());
            assert!(ends.into_iter().all(|then| then == State::InSession || !sat.contains(&then)), "{state:?}");
        }
        let error = next(State::MinutesSigned, Event::Reopen).expect_err("signed is signed");
        assert_eq!(error.to_string(), "reopen is not possible while a meeting is minutes_signed");
    }
}
