//! The states of an application, as one table. Nothing happens to one by itself.

use crate::named::named;

named! {
    /// How far an application is.
    State, 11 {
        /// Being filled in; lives in a draft and is no application yet.
        Draft "draft",
        /// Waits for the selection.
        Submitted "submitted",
        /// The house asked for something; waits for who applied.
        Asked "asked",
        /// Gets the place of the next selected person who withdraws.
        Reserve "reserve",
        /// Has a place; has not said yet to which training date they come.
        Selected "selected",
        /// Comes to a training date.
        Confirmed "confirmed",
        /// Was at the training.
        Trained "trained",
        /// Was not at the training. Not an end: a mark that was wrong is put right.
        Absent "absent",
        /// Has the certificate.
        Certified "certified",
        /// Not this time, with the reason.
        Refused "refused",
        /// Taken back.
        Withdrawn "withdrawn",
    }
}

named! {
    /// What can happen to an application.
    Event, 13 {
        /// Somebody sends it, the contact proven.
        Submit "submit",
        /// The house asks for something.
        Ask "ask",
        /// The answer.
        Answer "answer",
        /// It gets a place: by the selection, or since somebody withdrew.
        Select "select",
        /// The selection puts it on the reserve.
        Reserve "reserve",
        /// They come to a training date, or to another one.
        Accept "accept",
        /// None of the dates suits, and what would.
        Decline "decline",
        /// The house took the date away or moved it: they choose again.
        Release "release",
        /// They were at the training.
        Attend "attend",
        /// They were not.
        Miss "miss",
        /// They get the certificate.
        Certify "certify",
        /// Not this time, with a reason.
        Refuse "refuse",
        /// They take it back.
        Withdraw "withdraw",
    }
}

/// The state does not allow that.
pub type Refused = crate::requests::Refused<State>;

crate::requests::machine!(State, Event, next, by_itself: [], under_way: [Submitted, Asked, Reserve, Selected, Confirmed]);

/// Where an application stands after `event`. The whole table is `golden/ambassador_states.txt`.
pub const fn next(state: State, event: Event) -> Result<State, Refused> {
    use Event as E;
    use State as S;
    Ok(match (state, event) {
        (S::Draft, E::Submit) => S::Submitted,
        (S::Submitted, E::Ask) => S::Asked,
        (S::Asked, E::Answer) => S::Submitted,
        // Whoever never answered is decided on by what is known.
        (S::Submitted | S::Asked | S::Reserve, E::Select) => S::Selected,
        (S::Submitted | S::Asked, E::Reserve) => S::Reserve,
        (S::Submitted | S::Asked | S::Reserve, E::Refuse) => S::Refused,
        (S::Selected | S::Confirmed, E::Accept) => S::Confirmed,
        // The place stays theirs: the house looks for another date.
        (S::Selected | S::Confirmed, E::Decline) => S::Selected,
        (S::Confirmed, E::Release) => S::Selected,
        (S::Selected | S::Confirmed | S::Absent, E::Attend) => S::Trained,
        (S::Selected | S::Confirmed | S::Trained, E::Miss) => S::Absent,
        (S::Trained, E::Certify) => S::Certified,
        (S::Submitted | S::Asked | S::Reserve | S::Selected | S::Confirmed, E::Withdraw) => S::Withdrawn,
        (state, event) => return Err(Refused { state, event }),
    })
}

impl State {
    /// Nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Certified | Self::Refused | Self::Withdrawn)
    }

    /// Waits for the selection of its round.
    pub const fn is_undecided(self) -> bool {
        matches!(self, Self::Submitted | Self::Asked)
    }

    /// Has a place and has not been trained: who withdraws now makes room for another.
    pub const fn gives_a_place(self) -> bool {
        matches!(self, Self::Selected | Self::Confirmed)
    }

    /// Has one of the round's places.
    pub const fn has_a_place(self) -> bool {
        matches!(self, Self::Selected | Self::Confirmed | Self::Trained | Self::Absent | Self::Certified)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::check;

    #[test]
    fn states_are_the_reviewed_ones() {
        check::is_the_reviewed_one::<State>("ambassador_states.txt");
        check::every_state_is_reached_and_an_end_is_an_end::<State>();
        check::a_step_leads_to_one_state::<State>();
    }

    #[test]
    fn only_who_was_trained_is_certified() {
        for state in State::ALL {
            assert_eq!(next(state, Event::Certify).is_ok(), state == State::Trained, "{state:?}");
        }
    }

    #[test]
    fn whoever_can_withdraw_from_a_place_gives_it_to_another() {
        for state in State::ALL.into_iter().filter(|state| state.has_a_place()) {
            assert_eq!(next(state, Event::Withdraw).is_ok(), state.gives_a_place(), "{state:?}");
        }
    }
}
