//! The way of a case, asked for every state, event and part.

use super::*;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

/// Every place there is: a case that is held stands where it was held, too.
fn places() -> Vec<Place> {
    let held_in = || std::iter::once(None).chain(State::ALL.map(Some));
    let all = State::ALL.into_iter().flat_map(|state| held_in().map(move |held_in| (state, held_in)));
    all.filter_map(|(state, held_in)| Place::new(state, held_in)).collect()
}

fn at(state: State) -> Place {
    Place::new(state, None).expect("a state that holds nothing")
}

fn name(place: Place) -> String {
    let held = place.held_in().map(|state| format!(", held in {}", state.name()));
    format!("{}{}", place.state().name(), held.unwrap_or_default())
}

/// Places × events × parts, against the file that people review. `UPDATE_GOLDEN=1` rewrites it.
#[test]
fn the_way_of_a_case_is_the_reviewed_one() {
    let mut table = String::new();
    for place in places() {
        let state = place.state();
        let _ = writeln!(table, "{} ({}; {:?})", name(place), state.public().name(), state.turn());
        for event in Event::ALL {
            let answers = Part::ALL.map(|part| (part, next(place, event, part)));
            let ends: BTreeSet<Place> = answers.iter().filter_map(|(_, answer)| answer.ok()).collect();
            assert!(ends.len() <= 1, "{place:?} {event:?} leads to {ends:?}");
            let by: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(part, _)| part.name()).collect();
            let _ = match ends.first() {
                None => writeln!(table, "  {}: —", event.name()),
                Some(to) => writeln!(table, "  {}: {} by {}", event.name(), name(*to), by.join(", ")),
            };
        }
    }
    crate::golden::is_the_reviewed_one("spark_states.txt", &table);
}

#[test]
fn each_pair_of_state_and_event_stands_once_in_the_table() {
    let mut seen = HashSet::new();
    for way in ways() {
        assert!(seen.insert((way.from, way.event)), "{way:?} stands twice");
        assert!(!way.by.is_empty() && way.to != To::State(way.from), "{way:?}");
    }
}

#[test]
fn a_refusal_says_whether_the_time_or_the_person_was_wrong() {
    for (place, event, part) in places()
        .into_iter()
        .flat_map(|place| Event::ALL.into_iter().map(move |event| (place, event)))
        .flat_map(|(place, event)| Part::ALL.into_iter().map(move |part| (place, event, part)))
    {
        let known = ways().iter().any(|way| way.from == place.state() && way.event == event);
        match next(place, event, part) {
            Ok(_) => assert!(known),
            Err(Refused::NotTheirs { .. }) => assert!(known, "{place:?} {event:?} {part:?}"),
            Err(Refused::NotNow { .. }) => assert!(!known, "{place:?} {event:?} {part:?}"),
        }
    }
}

/// Every place that can follow one, by the ways that are open when the facts are these.
fn reached_with(place: Place, facts: Facts) -> HashSet<Place> {
    let (mut reached, mut open) = (HashSet::new(), vec![place]);
    while let Some(place) = open.pop() {
        let ways = ways().iter().filter(|way| way.from == place.state());
        let ends = ways.filter(|way| guard(way.from, way.event, facts).is_ok()).map(|way| way.end(place));
        open.extend(ends.filter(|end| reached.insert(*end)));
    }
    reached
}

/// Of a case about which nothing is to be said.
const PLAIN: Facts = Facts { appealable: false, appealed: false, took_part: false, award: Award::None };
/// Of one about which the family may appeal.
const APPEALABLE: Facts = Facts { appealable: true, ..PLAIN };

fn reached_from(place: Place) -> HashSet<State> {
    reached_with(place, APPEALABLE).into_iter().map(Place::state).collect()
}

#[test]
fn every_place_is_reached_and_every_case_can_end() {
    let reached = reached_with(Place::DRAFT, APPEALABLE);
    for place in places() {
        assert!(place == Place::DRAFT || reached.contains(&place), "{place:?} is never reached");
        let ends = reached_from(place).iter().any(|end| !end.is_live());
        assert!(!place.state().is_live() || ends, "{place:?} never ends");
        assert_eq!(State::from_name(place.state().name()), Some(place.state()));
    }
    assert_eq!(places().len(), reached.len() + 1, "a case comes to no place that cannot be kept");
    for event in Event::ALL {
        assert!(ways().iter().any(|way| way.event == event), "{event:?} never happens");
    }
}

#[test]
fn who_only_reads_or_gives_an_opinion_or_handles_money_moves_no_case() {
    let movers: HashSet<Part> = ways().iter().flat_map(|way| way.by).copied().collect();
    for part in [
        Part::MedicalReviewer,
        Part::CommitteeMember,
        Part::FinancePreparer,
        Part::FinanceReleaser,
        Part::Auditor,
        Part::AccountAdministrator,
    ] {
        assert!(!movers.contains(&part), "{part:?}");
    }
}

#[test]
fn whose_turn_it_is_can_do_something() {
    for state in State::ALL {
        let can = |part: Part| ways().iter().any(|way| way.from == state && way.by.contains(&part));
        match state.turn() {
            Turn::Family => assert!(can(Part::Applicant) && can(Part::Guardian), "{state:?}"),
            // Their work is a review or a payment; the case moves when the last of them is done.
            Turn::House(Part::MedicalReviewer | Part::FinancePreparer) => assert!(can(Part::System), "{state:?}"),
            Turn::House(part) => assert!(can(part), "{state:?}"),
            Turn::Time => assert!(can(Part::System), "{state:?}"),
            Turn::Nobody => assert!(!can(Part::System) && !can(Part::Chair), "{state:?}"),
        }
    }
}

#[test]
fn a_decision_to_give_money_is_the_chairs_alone_and_comes_from_a_committee() {
    for way in ways().iter().filter(|way| matches!(way.to, To::State(State::Granted | State::Partial))) {
        assert_eq!(way.by, [Part::Chair], "{way:?}");
        assert!(matches!(way.from, State::Committee | State::Appeal), "{way:?}");
    }
    // And nothing is paid that was not public and signed first.
    for way in ways().iter().filter(|way| way.to == To::State(State::Disbursing)) {
        assert_eq!((way.from, way.event), (State::Agreement, Event::Sign));
    }
    for way in ways().iter().filter(|way| way.to == To::State(State::Agreement)) {
        assert_eq!(way.from, State::Notice);
    }
}

#[test]
fn a_social_worker_binds_no_family() {
    let helps: Vec<Event> =
        ways().iter().filter(|way| way.by.contains(&Part::SocialWorker)).map(|way| way.event).collect();
    assert_eq!(helps, [Event::Supply]);
}

#[test]
fn a_death_stops_every_case_the_house_has_in_hand() {
    for place in places() {
        let state = place.state();
        let quiet = matches!(state, State::Draft | State::DeceasedHold | State::Clawback) || !state.is_live();
        assert_eq!(next(place, Event::Hold, Part::CaseOfficer).is_ok(), !quiet, "{place:?}");
    }
}

#[test]
fn a_wrong_word_of_a_death_changes_nothing() {
    let mut held = 0;
    for place in places().into_iter().filter(|place| place.state() != State::DeceasedHold) {
        let Ok(hold) = next(place, Event::Hold, Part::CaseOfficer) else { continue };
        held += 1;
        assert_eq!(hold.held_in(), Some(place.state()));
        assert_eq!(Place::new(hold.state(), hold.held_in()), Some(hold), "kept and read again");
        assert_eq!(next(hold, Event::Lift, Part::CaseOfficer), Ok(place));
    }
    assert_eq!(held, 13);
    // What cannot be: a hold that holds nothing, or not a case in hand; anything else that holds.
    assert_eq!(Place::new(State::DeceasedHold, None), None);
    assert_eq!(Place::new(State::DeceasedHold, Some(State::Closed)), None);
    assert_eq!(Place::new(State::DeceasedHold, Some(State::DeceasedHold)), None);
    assert_eq!(Place::new(State::Disbursing, Some(State::Disbursing)), None);
}

#[test]
fn a_case_of_which_something_was_paid_goes_on_to_its_end() {
    use State::{Clawback, Closed, DeceasedHold, Disbursing, FollowUp};
    let paid = Facts { award: Award::Paid, ..APPEALABLE };
    let hold = |state| next(at(state), Event::Hold, Part::CaseOfficer).expect("a hold");
    for place in [at(Disbursing), hold(Disbursing), at(FollowUp), hold(FollowUp), at(Clawback)] {
        let reached = reached_with(place, paid);
        let later = |end: &Place| matches!(end.state(), Disbursing | FollowUp | Clawback | Closed | DeceasedHold);
        assert!(reached.contains(&at(Closed)) && reached.iter().all(later), "{place:?}: {reached:?}");
    }
    // And before it: none of these, wherever it stands.
    for place in places() {
        for event in [Event::Withdraw, Event::RuleOut, Event::Grant, Event::GrantPart, Event::Recall, Event::Lapse] {
            assert_eq!(guard(place.state(), event, paid), Err(Unmet::PaidBefore), "{place:?} {event:?}");
        }
    }
    assert_eq!(guard(State::Disbursing, Event::Lapse, PLAIN), Ok(()), "nothing of it was paid");
}

#[test]
fn there_is_one_appeal() {
    let again = Facts { appealed: true, ..APPEALABLE };
    for way in ways().iter().filter(|way| way.event == Event::Appeal) {
        assert_eq!(guard(way.from, way.event, APPEALABLE), Ok(()), "{way:?}");
        assert_eq!(guard(way.from, way.event, again), Err(Unmet::AppealedBefore), "{way:?}");
        // Nobody asked whether it is possible, or it is not.
        assert_eq!(guard(way.from, way.event, PLAIN), Err(Unmet::NotAppealable), "{way:?}");
    }
}

#[test]
fn publishing_a_part_ends_no_appeal_and_signing_it_does() {
    let family = |from: State| next(at(from), Event::Appeal, Part::Guardian);
    let published = next(at(State::Partial), Event::Publish, Part::CaseOfficer);
    let stood = published.and_then(|notice| next(notice, Event::Stand, Part::System));
    assert_eq!((published, stood), (Ok(at(State::Notice)), Ok(at(State::Agreement))));
    for state in [State::Partial, State::Notice, State::Agreement, State::Refused, State::Ineligible] {
        assert_eq!(family(state), Ok(at(State::Appeal)), "{state:?}");
    }
    assert!(family(State::Disbursing).is_err() && family(State::Granted).is_err());
}

#[test]
fn an_appeal_does_not_take_away_the_part_that_was_granted() {
    let partly = Facts { appealed: true, award: Award::Committed, ..PLAIN };
    for way in ways().iter().filter(|way| way.from == State::Appeal && DECISIONS.contains(&way.event)) {
        let gives = matches!(way.event, Event::Grant | Event::GrantPart);
        assert_eq!(
            guard(way.from, way.event, partly),
            if gives { Ok(()) } else { Err(Unmet::KeepsItsPart) },
            "{way:?}"
        );
    }
    // What should not have been granted at all is recalled, and then everything can be decided.
    for way in ways().iter().filter(|way| way.from == State::Committee) {
        assert_eq!(guard(way.from, way.event, partly), Ok(()), "{way:?}");
    }
    assert_eq!(guard(State::Appeal, Event::Withdraw, partly), Ok(()), "the family may");
}

const DECISIONS: [Event; 5] = [Event::Grant, Event::GrantPart, Event::Refuse, Event::RuleOut, Event::Defer];

#[test]
fn other_people_decide_an_appeal_wherever_it_went_meanwhile() {
    let others = Facts { appealed: true, ..PLAIN };
    let involved = Facts { took_part: true, ..others };
    let mut decided_in = HashSet::new();
    for way in ways().iter().filter(|way| DECISIONS.contains(&way.event)) {
        decided_in.insert(way.from);
        assert_eq!(guard(way.from, way.event, involved), Err(Unmet::DecidedBefore), "{way:?}");
        assert_eq!(guard(way.from, way.event, others), Ok(()), "{way:?}");
        // The first decision is theirs, and may be made again as long as nobody appealed.
        let first = Facts { took_part: true, ..PLAIN };
        let theirs = if way.from == State::Appeal { Err(Unmet::DecidedBefore) } else { Ok(()) };
        assert_eq!(guard(way.from, way.event, first), theirs, "{way:?}");
    }
    // By way of a deferral, a hold or a recall an appeal comes to the committee, and from there to the beginning.
    assert_eq!(decided_in, HashSet::from([State::Appeal, State::Committee, State::Completeness]));
    assert!(reached_from(at(State::Appeal)).is_superset(&HashSet::from([State::Committee, State::Completeness])));
    // Nobody is kept from taking a case back.
    assert_eq!(guard(State::Appeal, Event::Withdraw, involved), Ok(()));
}

#[test]
fn what_the_public_sees_says_nothing_of_who_decides() {
    assert_eq!(State::MedicalReview.public(), State::Committee.public());
    assert_eq!(State::Granted.public(), State::Partial.public());
    assert_eq!(State::FollowUp.public(), State::Clawback.public());
    for state in State::ALL {
        assert_eq!(state.public().side(), state.turn().side(), "{state:?}");
    }
    let shown: HashSet<PublicState> = State::ALL.map(State::public).into_iter().collect();
    assert_eq!(shown.len(), PublicState::ALL.len(), "a public state that no case ever has");
}

#[test]
fn a_decision_is_what_the_committee_decided_and_nothing_else() {
    use super::review::vote::Outcome;
    use crate::ledger::Fen;
    let sum = |fen| Some(Fen::new(fen));
    let outcomes = [Outcome::Granted(Fen::new(9)), Outcome::Partial(Fen::new(5)), Outcome::Refused, Outcome::Deferred];
    let mut carried = Vec::new();
    for (nth, outcome) in outcomes.into_iter().enumerate() {
        for event in Event::ALL {
            for said in [None, sum(9), sum(5), sum(4)] {
                if carries_out(event, said, outcome) && (said.is_none() || event.grants()) {
                    carried.push((nth, event, said));
                }
            }
        }
    }
    let due = [
        (0, Event::Grant, sum(9)),
        (1, Event::GrantPart, sum(5)),
        (2, Event::RuleOut, None),
        (2, Event::Refuse, None),
        (3, Event::Defer, None),
    ];
    let sorted = |mut all: Vec<(usize, Event, Option<Fen>)>| {
        all.sort_by_key(|(nth, event, _)| (*nth, event.name()));
        all
    };
    assert_eq!(sorted(carried), sorted(due.to_vec()));
}
