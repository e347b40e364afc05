//! What happens to a case because time has passed, and when: how long it may stand in a state, what happens at the end of
//! that, and when its family is reminded before. What a state began on a day is over when its last day is past.

use super::application::DRAFT_DAYS;
use super::review::clarification::LONGEST;
use super::{Event, State};
use crate::workdays;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// Business days before the end of what is the family's turn, on which it is reminded.
pub const REMINDED: u16 = 5;
/// Business days after the last day of what the house asked back, in which an officer can still give more time; then the case
/// lapses.
pub const GRACE: u16 = 5;
/// Business days of a notice.
pub const NOTICE: u16 = 5;
/// Business days in which an agreement is signed.
pub const AGREEMENT: u16 = 30;
/// Days in which the house keeps in touch after the last payment.
pub const FOLLOW_UP: i64 = 180;
/// Days before an award lapses of which nothing was let go, on which its family is reminded (spark.md: 120, and 90).
pub const UNUSED: i64 = 30;

/// Business days after which a case that nobody took up is given to an officer.
pub const TAKEN_UP: u16 = 3;

/// How long something may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Term {
    /// So many business days after the day it began.
    Workdays(u16),
    /// So many days after it.
    Days(i64),
}

impl Term {
    fn last_day(self, began: Date) -> Date {
        match self {
            Self::Workdays(days) => workdays::after(began, days),
            Self::Days(days) => began.saturating_add(days.days()),
        }
    }
}

const fn term(state: State) -> Option<Term> {
    Some(match state {
        State::Draft => Term::Days(DRAFT_DAYS),
        State::Returned => Term::Workdays(LONGEST),
        State::Notice => Term::Workdays(NOTICE),
        State::Agreement => Term::Workdays(AGREEMENT),
        State::FollowUp => Term::Days(FOLLOW_UP),
        _ => return None,
    })
}

/// What happens by itself to a case that has stood in a state for as long as it may; nothing where only money, a review or a
/// person moves it on.
pub const fn at_the_end(state: State) -> Option<Event> {
    match state {
        State::Draft | State::Returned | State::Agreement => Some(Event::Lapse),
        State::Notice => Some(Event::Stand),
        State::FollowUp => Some(Event::Close),
        _ => None,
    }
}

/// The last day of a state that began on a day: what happens at its end happens after it. `None` where no time runs.
pub fn last_day(state: State, began: Date) -> Option<Date> {
    term(state).map(|term| term.last_day(began))
}

/// The last day on which a state can have begun so that it is over `today`: whatever began later is not. `None` where no time
/// runs.
pub fn over_if_begun_by(state: State, today: Date) -> Option<Date> {
    term(state).map(|term| begun_by(term, today))
}

/// The last day on which a state can have begun so that its family is to be reminded `today`. `None` where it is not the
/// family's turn, or nothing runs out.
pub fn reminded_if_begun_by(state: State, today: Date) -> Option<Date> {
    match (state, term(state)) {
        (State::Returned | State::Agreement, Some(Term::Workdays(days))) => {
            Some(begun_by(Term::Workdays(days.saturating_sub(REMINDED)), today))
        }
        _ => None,
    }
}

/// The last day on which a case can have come so that it is given to an officer `today`.
pub fn given_if_come_by(today: Date) -> Date {
    begun_by(Term::Workdays(TAKEN_UP), today)
}

/// The last day for an answer that lets a case lapse `today`: it is past, and so is the grace after it.
pub fn lapses_if_due_by(today: Date) -> Date {
    begun_by(Term::Workdays(GRACE), today)
}

/// The latest day whose term is past today. The end of a term never goes back when its beginning goes on.
fn begun_by(term: Term, today: Date) -> Date {
    let mut day = today;
    while term.last_day(day) >= today && day > Date::MIN {
        day = day.saturating_sub(1.day());
    }
    day
}

#[cfg(test)]
mod tests {
    use super::super::{Part, Place, Turn, next, ways};
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn whatever_ends_by_time_is_a_way_of_the_house_itself() {
        for state in State::ALL {
            assert_eq!(at_the_end(state).is_some(), term(state).is_some(), "{state:?}");
            let Some(event) = at_the_end(state) else { continue };
            let at = Place::new(state, None).expect("a place");
            assert!(next(at, event, Part::System).is_ok(), "{state:?} {event:?}");
        }
    }

    /// Each way that is the house's own has something that makes it happen: a time (here), money, the last review, the last
    /// payment, an award that was not used.
    #[test]
    fn every_way_of_the_house_itself_is_somebodys_work() {
        for way in ways().iter().filter(|way| way.by.contains(&Part::System)) {
            let by_time = at_the_end(way.from) == Some(way.event);
            let other = matches!(
                (way.from, way.event),
                (State::Submitted, Event::TakeUp)
                    | (State::MedicalReview, Event::Reviewed)
                    | (State::DeferredNoFunds, Event::Resume)
                    | (State::Disbursing, Event::PaidOut | Event::Lapse)
            );
            assert!(by_time != other, "{way:?}");
        }
    }

    #[test]
    fn an_officer_has_the_days_of_grace_to_give_more_time() {
        // Due on a Monday, five business days are until the Monday after it.
        assert_eq!(lapses_if_due_by(date(2026, 9, 14)), date(2026, 9, 6));
        assert_eq!(lapses_if_due_by(date(2026, 9, 15)), date(2026, 9, 7));
    }

    #[test]
    fn a_family_is_reminded_of_what_is_its_turn_and_runs_out() {
        let today = date(2026, 9, 7);
        for state in State::ALL {
            let reminded = reminded_if_begun_by(state, today).is_some();
            let runs_out = at_the_end(state) == Some(Event::Lapse) && state.turn() == Turn::Family;
            // A draft is told of where it is kept.
            assert_eq!(reminded, runs_out && state != State::Draft, "{state:?}");
        }
    }

    #[test]
    fn a_notice_of_a_friday_stands_after_five_business_days() {
        let friday = date(2026, 11, 20);
        assert_eq!(last_day(State::Notice, friday), Some(date(2026, 11, 27)));
        assert_eq!(
            over_if_begun_by(State::Notice, date(2026, 11, 27)),
            Some(date(2026, 11, 19)),
            "its last day is one"
        );
        // On the Saturday it is over, and so is whatever began on the weekend after that Friday.
        assert_eq!(over_if_begun_by(State::Notice, date(2026, 11, 28)), Some(date(2026, 11, 22)));
        assert_eq!(last_day(State::Committee, friday), None);
        assert_eq!(last_day(State::FollowUp, date(2026, 1, 1)), Some(date(2026, 6, 30)));
    }

    proptest! {
        #[test]
        fn what_is_over_is_exactly_what_began_by_that_day(n in 0i32..500, before in 0i64..300) {
            let today = date(2026, 6, 1) + n.days();
            for state in State::ALL {
                let Some(day) = over_if_begun_by(state, today) else { continue };
                let over = |began: Date| last_day(state, began).is_some_and(|last| last < today);
                prop_assert!(over(day) && !over(day + 1.day()), "{:?}: {}", state, day);
                prop_assert!(over(day - before.days()));
            }
        }

        #[test]
        fn the_reminder_comes_before_the_end(n in 0i32..500) {
            let today = date(2026, 6, 1) + n.days();
            for state in State::ALL {
                let Some(day) = reminded_if_begun_by(state, today) else { continue };
                prop_assert!(over_if_begun_by(state, today).is_some_and(|over| over < day), "{:?}", state);
                let last = last_day(state, day).expect("it ends");
                prop_assert!(workdays::between(today, last) <= u32::from(REMINDED));
            }
        }
    }
}
