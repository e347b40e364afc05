//! The states of a request, as one table; and what happens to one by itself, when its proposal runs out or its booking
//! changes in the booking engine's hands.

use crate::named::named;
use jiff::SignedDuration;

named! {
    /// How far a request is.
    State, 12 {
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
        /// The session is past and nobody of the group came.
        Missed "missed",
        /// The session is past, and the door cannot say whether the group came.
        Over "over",
        /// The house said no, with the reason.
        Refused "refused",
        /// The group took it back, or cancelled its booking.
        Withdrawn "withdrawn",
    }
}

named! {
    /// What can happen to a request.
    Event, 15 {
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
        /// Its session is past and nobody came.
        Miss "miss",
        /// Its session is past, and nobody can say who came.
        Pass "pass",
        /// The house refuses it, with a reason.
        Refuse "refuse",
        /// The group takes it back.
        Withdraw "withdraw",
    }
}

/// The state does not allow that.
pub type Refused = crate::requests::Refused<State>;

crate::requests::machine!(State, Event, next, by_itself: [Lapse, Close, Cancel, Visit, Miss, Pass], under_way: [Submitted, Asked, Proposed, Accepted, Rebook]);

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
        // A scan arrives late, or the mark is taken back: what is over becomes another end.
        (S::Approved | S::Missed | S::Over, E::Visit) => S::Visited,
        (S::Approved, E::Miss) => S::Missed,
        (S::Approved | S::Missed, E::Pass) => S::Over,
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
        matches!(self, Self::Visited | Self::Missed | Self::Over | Self::Refused | Self::Withdrawn)
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
    /// A mark stands that nobody came.
    pub missed: bool,
    /// Its session is past for so long that nothing more is expected of the door.
    pub past: bool,
}

/// After this long past the end of a session, the door has said what it has to say: the marks of who did not come are made
/// within hours, and a door that was offline has told what it saw.
pub const SETTLED_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What happens to a request by what is seen, without anybody doing it.
pub const fn by_itself(state: State, seen: Seen) -> Option<Event> {
    match state {
        State::Proposed if seen.proposal_over => Some(Event::Lapse),
        State::Approved if seen.cancelled && seen.by_closing => Some(Event::Close),
        State::Approved if seen.cancelled => Some(Event::Cancel),
        State::Approved | State::Missed | State::Over if seen.arrived => Some(Event::Visit),
        State::Approved if seen.missed => Some(Event::Miss),
        State::Approved if seen.past => Some(Event::Pass),
        State::Missed if !seen.missed => Some(Event::Pass),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::check;

    #[test]
    fn states_are_the_reviewed_ones() {
        check::is_the_reviewed_one::<State>("group_states.txt");
        check::every_state_is_reached_and_an_end_is_an_end::<State>();
        check::a_step_leads_to_one_state::<State>();
    }

    #[test]
    fn what_happens_by_itself_is_always_possible() {
        for state in State::ALL {
            for bits in 0..64_u8 {
                let bit = |n: u8| bits >> n & 1 == 1;
                let seen = Seen {
                    proposal_over: bit(0),
                    cancelled: bit(1),
                    by_closing: bit(2),
                    arrived: bit(3),
                    missed: bit(4),
                    past: bit(5),
                };
                if let Some(event) = by_itself(state, seen) {
                    assert!(next(state, event).is_ok(), "{state:?} {event:?}");
                }
            }
        }
        let seen = Seen { cancelled: true, by_closing: true, arrived: true, ..Seen::default() };
        assert_eq!(by_itself(State::Approved, seen), Some(Event::Close));
        let past = Seen { past: true, ..Seen::default() };
        assert_eq!(by_itself(State::Approved, past), Some(Event::Pass));
        assert_eq!(by_itself(State::Approved, Seen { missed: true, ..past }), Some(Event::Miss));
        assert_eq!(by_itself(State::Missed, Seen { missed: true, ..past }), None, "it stands");
        assert_eq!(by_itself(State::Missed, past), Some(Event::Pass), "the mark was taken back");
        assert_eq!(by_itself(State::Missed, Seen { arrived: true, ..past }), Some(Event::Visit), "a late scan");
    }
}
