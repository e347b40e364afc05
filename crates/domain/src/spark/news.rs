//! Of which changes a family hears by itself, and which are told with a reason.

use super::{Event, Place, State};

/// Whether the family is told that something changed. It is where it could see a difference: that a case went from one desk of
/// the house to another is no news, and nobody can tell from messages when the committee sits. While a patient has died, and
/// where money is asked back, a person writes.
pub fn is_news(from: Place, event: Event, to: Place) -> bool {
    let silent = matches!(event, Event::Hold | Event::Lift | Event::Clawback | Event::Settle)
        || from.state() == State::DeceasedHold
        || to.state() == State::DeceasedHold;
    !silent && from.state().public() != to.state().public()
}

impl Event {
    /// Whoever does it says why: the family is told, or somebody asks later.
    pub const fn needs_reason(self) -> bool {
        matches!(
            self,
            Self::Return
                | Self::RuleOut
                | Self::Refuse
                | Self::Reopen
                | Self::Recall
                | Self::Appeal
                | Self::Clawback
                | Self::Settle
        )
    }

    /// It decides the case; a decision can be appealed, and whoever took it does not decide the appeal.
    pub const fn decides(self) -> bool {
        matches!(self, Self::Grant | Self::GrantPart | Self::Refuse | Self::RuleOut | Self::Defer)
    }

    /// It commits money.
    pub const fn grants(self) -> bool {
        matches!(self, Self::Grant | Self::GrantPart)
    }
}

impl State {
    /// What was kept for a case and is not paid is free again in it: the case is over, waits for money, or all of it is paid.
    pub const fn frees_money(self) -> bool {
        matches!(
            self,
            Self::Refused
                | Self::Ineligible
                | Self::Withdrawn
                | Self::Lapsed
                | Self::Closed
                | Self::DeferredNoFunds
                | Self::FollowUp
                | Self::Clawback
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PublicState, To, Way, ways};
    use super::*;

    fn ends(way: &Way) -> Vec<(Place, Place)> {
        let from = match way.from {
            State::DeceasedHold => Place::new(State::DeceasedHold, Some(State::Committee)),
            state => Place::new(state, None),
        };
        from.into_iter().map(|from| (from, way.end(from))).collect()
    }

    #[test]
    fn a_family_hears_of_what_it_could_see_and_of_nothing_else() {
        for way in ways() {
            for (from, to) in ends(way) {
                let seen = from.state().public() != to.state().public();
                assert!(!is_news(from, way.event, to) || seen, "{way:?}");
            }
            let told = ends(way).into_iter().any(|(from, to)| is_news(from, way.event, to));
            match way.event {
                Event::Submit | Event::Return | Event::Supply | Event::Publish | Event::Withdraw => {
                    assert!(told, "{way:?}")
                }
                Event::Reviewed | Event::Hold | Event::Lift | Event::Clawback | Event::Settle => {
                    assert!(!told, "{way:?}")
                }
                _ => {}
            }
            assert!(way.to != To::Hold || !told, "no message into a house of mourning: {way:?}");
        }
    }

    #[test]
    fn what_ends_a_case_frees_its_money_and_what_is_granted_keeps_it() {
        for state in State::ALL {
            let over = !state.is_live();
            assert!(!over || state.frees_money(), "{state:?}");
            let keeps = matches!(
                state.public(),
                PublicState::Granted | PublicState::Notice | PublicState::Agreement | PublicState::Paying
            );
            assert!(!keeps || !state.frees_money(), "{state:?}");
        }
        assert!(!State::DeceasedHold.frees_money(), "everything stands still");
        assert!(!State::Appeal.frees_money() && !State::Committee.frees_money(), "a part stays committed");
    }

    #[test]
    fn whoever_takes_something_away_says_why() {
        for event in [Event::Refuse, Event::RuleOut, Event::Recall, Event::Clawback, Event::Return] {
            assert!(event.needs_reason(), "{event:?}");
        }
        assert!(Event::ALL.into_iter().filter(|event| event.grants()).all(Event::decides));
    }
}
