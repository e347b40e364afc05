//! The states of a request for the bus, as one table.

use crate::named::named;

named! {
    /// How far a request is.
    State, 9 {
        /// Being filled in; lives in a draft and is no request yet.
        Draft "draft",
        /// Waits for a coordinator.
        Submitted "submitted",
        /// The coordinator asked for something; waits for the school.
        Asked "asked",
        /// A date, a vehicle and a crew are kept for it; waits for the school.
        Proposed "proposed",
        /// The school said yes; waits to be put into the itinerary.
        Accepted "accepted",
        /// Stands in the itinerary and on the public schedule.
        Scheduled "scheduled",
        /// The bus was there.
        Visited "visited",
        /// The house said no, with the reason.
        Refused "refused",
        /// The school took it back.
        Withdrawn "withdrawn",
    }
}

named! {
    /// What can happen to a request.
    Event, 12 {
        /// The school sends it, its contact proven.
        Submit "submit",
        /// The coordinator asks for something.
        Ask "ask",
        /// The school answers.
        Answer "answer",
        /// The coordinator proposes a date, in place of an earlier one where there is one.
        Propose "propose",
        /// The school accepts.
        Accept "accept",
        /// The school would rather have another date.
        Decline "decline",
        /// Nobody answered in time: vehicle and crew are free again.
        Lapse "lapse",
        /// A blackout or a repair took the date away.
        Release "release",
        /// The coordinator puts it into the itinerary.
        Schedule "schedule",
        /// The bus was there.
        Visit "visit",
        /// The coordinator refuses it, with a reason.
        Refuse "refuse",
        /// The school takes it back.
        Withdraw "withdraw",
    }
}

/// The state does not allow that.
pub type Refused = crate::requests::Refused<State>;

crate::requests::machine!(State, Event, next, by_itself: [Lapse], under_way: [Submitted, Asked, Proposed, Accepted, Scheduled]);

/// Where a request stands after `event`. The whole table is `golden/bus_states.txt`.
pub const fn next(state: State, event: Event) -> Result<State, Refused> {
    use Event as E;
    use State as S;
    Ok(match (state, event) {
        (S::Draft, E::Submit) => S::Submitted,
        (S::Submitted, E::Ask) => S::Asked,
        (S::Asked, E::Answer) => S::Submitted,
        // A second proposal takes the place of the first, also of a date that stands already (a storm comes up): the first
        // one's vehicle and crew are given back with it.
        (S::Submitted | S::Asked | S::Proposed | S::Accepted | S::Scheduled, E::Propose) => S::Proposed,
        (S::Proposed, E::Accept) => S::Accepted,
        (S::Proposed, E::Decline | E::Lapse) => S::Submitted,
        // Accepted or not, a date that falls away puts the school back into the queue and never out of it.
        (S::Proposed | S::Accepted | S::Scheduled, E::Release) => S::Submitted,
        (S::Accepted, E::Schedule) => S::Scheduled,
        (S::Scheduled, E::Visit) => S::Visited,
        (S::Submitted | S::Asked | S::Proposed | S::Accepted | S::Scheduled, E::Refuse) => S::Refused,
        (S::Submitted | S::Asked | S::Proposed | S::Accepted | S::Scheduled, E::Withdraw) => S::Withdrawn,
        (state, event) => return Err(Refused { state, event }),
    })
}

impl State {
    /// A vehicle and a crew are kept for it.
    pub const fn holds_a_stop(self) -> bool {
        matches!(self, Self::Proposed | Self::Accepted | Self::Scheduled | Self::Visited)
    }

    /// Nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Visited | Self::Refused | Self::Withdrawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::check;
    use std::collections::BTreeSet;

    #[test]
    fn states_are_the_reviewed_ones() {
        check::is_the_reviewed_one::<State>("bus_states.txt");
        check::every_state_is_reached_and_an_end_is_an_end::<State>();
        check::a_step_leads_to_one_state::<State>();
    }

    /// Whatever leaves a state that keeps a vehicle for one that does not must give it back: these are the ways.
    #[test]
    fn a_stop_is_given_back_by_the_events_one_expects() {
        let mut back = BTreeSet::new();
        for state in State::ALL.into_iter().filter(|state| state.holds_a_stop()) {
            for event in Event::ALL {
                if next(state, event).is_ok_and(|then| !then.holds_a_stop()) {
                    back.insert(event.name());
                }
            }
        }
        assert_eq!(back, BTreeSet::from(["decline", "lapse", "refuse", "release", "withdraw"]));
    }
}
