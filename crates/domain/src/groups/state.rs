//! The states of a request, as one table; and what happens to one by itself, when its proposal runs out or its booking
//! changes in the booking engine's hands.

use crate::named::named;

named! {
    /// How far a request is.
    State, 10 {
        /// Being filled in; lives in a draft and is no request yet.
        Draft "draft",
        /// Waits for the house.
        Submitted "submitted",
        /// The house asked for something; waits for the group.
        Asked "asked",
        /// Another session is proposed; waits for the group.
        Proposed "proposed",
        /// The group said yes to it; waits to be approved.
        Accepted "accepted",
        /// It has a booking.
        Approved "approved",
        /// The house closed its session: it waits for another.
        Rebook "rebook",
        /// The group was there.
        Visited "visited",
        /// The house said no, with the reason.
        Refused "refused",
        /// The group took it back, or cancelled its booking.
        Withdrawn "withdrawn",
    }
}

named! {
    /// What can happen to a request.
    Event, 13 {
        /// The group sends it, its contact proven.
        Submit "submit",
        /// The house asks for something.
        Ask "ask",
        /// The group answers.
        Answer "answer",
        /// The house proposes another session, in place of an earlier one where there is one.
        Propose "propose",
        /// The group accepts.
        Accept "accept",
        /// The group would rather have another session.
        Decline "decline",
        /// Nobody answered in time, or the session that was proposed was closed.
        Lapse "lapse",
        /// It becomes a booking.
        Approve "approve",
        /// The house closed the session of its booking.
        Close "close",
        /// Its booking was cancelled.
        Cancel "cancel",
        /// The group was there.
        Visit "visit",
        /// The house refuses it, with a reason.
        Refuse "refuse",
        /// The group takes it back.
        Withdraw "withdraw",
    }
}

/// The state does not allow that.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{} is not possible while a group's request is {}", event.name(), state.name())]
pub struct Refused {
    /// Where it stands.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

/// Where a request stands after `event`. The whole table is `golden/group_states.txt`.
pub const fn next(state: State, event: Event) -> Result<State, Refused> {
    use Event as E;
    use State as S;
    Ok(match (state, event) {
        (S::Draft, E::Submit) => S::Submitted,
        (S::Submitted | S::Rebook, E::Ask) => S::Asked,
        (S::Asked, E::Answer) => S::Submitted,
        // A second proposal takes the place of the first, also of one that was accepted: its places are given back with it.
        (S::Submitted | S::Asked | S::Proposed | S::Accepted | S::Rebook, E::Propose) => S::Proposed,
        (S::Proposed, E::Accept) => S::Accepted,
        (S::Proposed, E::Decline | E::Lapse) => S::Submitted,
        // Never while a proposal waits for the group: it has not agreed to it.
        (S::Submitted | S::Asked | S::Accepted | S::Rebook, E::Approve) => S::Approved,
        (S::Approved, E::Close) => S::Rebook,
        (S::Approved, E::Cancel) => S::Withdrawn,
        (S::Approved, E::Visit) => S::Visited,
        (S::Submitted | S::Asked | S::Proposed | S::Accepted | S::Rebook, E::Refuse) => S::Refused,
        // An approved group withdraws by cancelling its booking, under the rules of bookings.
        (S::Submitted | S::Asked | S::Proposed | S::Accepted | S::Rebook, E::Withdraw) => S::Withdrawn,
        (state, event) => return Err(Refused { state, event }),
    })
}

impl State {
    /// A session is proposed to the group, or was accepted by it.
    pub const fn has_proposal(self) -> bool {
        matches!(self, Self::Proposed | Self::Accepted)
    }

    /// Nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Visited | Self::Refused | Self::Withdrawn)
    }

    /// It has not become a booking yet and still may: how many people are meant can be changed in the request itself.
    pub const fn is_pending(self) -> bool {
        matches!(self, Self::Submitted | Self::Asked | Self::Proposed | Self::Accepted | Self::Rebook)
    }
}

/// What is seen around a request at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// Its proposal ran out, or the session of it was closed.
    pub proposal_over: bool,
    /// Its booking was cancelled.
    pub cancelled: bool,
    /// … because the house closed the session.
    pub by_closing: bool,
    /// People of its booking have come.
    pub arrived: bool,
}

/// What happens to a request by what is seen, without anybody doing it.
pub const fn by_itself(state: State, seen: Seen) -> Option<Event> {
    match state {
        State::Proposed if seen.proposal_over => Some(Event::Lapse),
        State::Approved if seen.cancelled && seen.by_closing => Some(Event::Close),
        State::Approved if seen.cancelled => Some(Event::Cancel),
        State::Approved if seen.arrived => Some(Event::Visit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fmt::Write as _;

    /// The whole machine, state by event, against the file that people review. `UPDATE_GOLDEN=1` rewrites it.
    #[test]
    fn states_are_the_reviewed_ones() {
        let mut table = String::new();
        for state in State::ALL {
            let _ = writeln!(table, "{}", state.name());
            for event in Event::ALL {
                let then = next(state, event).map_or("—", State::name);
                let _ = writeln!(table, "  {}: {then}", event.name());
            }
        }
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/group_states.txt");
        if std::option_env!("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &table).expect("the golden file can be written");
        }
        assert_eq!(table, std::fs::read_to_string(path).expect("the golden file is there"));
    }

    #[test]
    fn every_state_is_reached_and_an_end_is_an_end() {
        let mut reached = BTreeSet::from([State::Draft]);
        loop {
            let further: BTreeSet<State> = reached
                .iter()
                .flat_map(|state| Event::ALL.into_iter().filter_map(|event| next(*state, event).ok()))
                .collect();
            let before = reached.len();
            reached.extend(further);
            if reached.len() == before {
                break;
            }
        }
        assert_eq!(reached.len(), State::ALL.len());
        for state in State::ALL {
            let ways = Event::ALL.into_iter().filter(|event| next(state, *event).is_ok()).count();
            assert_eq!(ways == 0, state.is_over(), "{state:?}");
            assert_eq!(State::from_name(state.name()), Some(state));
        }
    }

    #[test]
    fn what_happens_by_itself_is_always_possible() {
        let yes_or_no = [false, true];
        for state in State::ALL {
            for bits in 0..16_usize {
                let bit = |n: usize| yes_or_no[bits >> n & 1];
                let seen = Seen { proposal_over: bit(0), cancelled: bit(1), by_closing: bit(2), arrived: bit(3) };
                if let Some(event) = by_itself(state, seen) {
                    assert!(next(state, event).is_ok(), "{state:?} {event:?}");
                }
            }
        }
        let seen = Seen { cancelled: true, by_closing: true, arrived: true, ..Seen::default() };
        assert_eq!(by_itself(State::Approved, seen), Some(Event::Close));
    }
}
