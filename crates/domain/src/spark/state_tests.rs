//! The way of a case, asked for every state, event and part.

use super::*;
use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;

/// States × events × parts, against the file that people review. `UPDATE_GOLDEN=1` rewrites it.
#[test]
fn the_way_of_a_case_is_the_reviewed_one() {
    let mut table = String::new();
    for state in State::ALL {
        let _ = writeln!(table, "{} ({}; {:?})", state.name(), state.public().name(), state.turn());
        for event in Event::ALL {
            let answers = Part::ALL.map(|part| (part, next(state, event, part)));
            let ends: BTreeSet<State> = answers.iter().filter_map(|(_, answer)| answer.ok()).collect();
            assert!(ends.len() <= 1, "{state:?} {event:?} leads to {ends:?}");
            let by: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(part, _)| part.name()).collect();
            let _ = match ends.first() {
                None => writeln!(table, "  {}: —", event.name()),
                Some(to) => writeln!(table, "  {}: {} by {}", event.name(), to.name(), by.join(", ")),
            };
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/golden/spark_states.txt");
    if std::option_env!("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &table).expect("the golden file can be written");
    }
    assert_eq!(table, std::fs::read_to_string(path).expect("the golden file is there"));
}

#[test]
fn each_pair_of_state_and_event_stands_once_in_the_table() {
    let mut seen = HashSet::new();
    for way in ways() {
        assert!(seen.insert((way.from, way.event)), "{way:?} stands twice");
        assert!(!way.by.is_empty() && way.from != way.to, "{way:?}");
    }
}

#[test]
fn a_refusal_says_whether_the_time_or_the_person_was_wrong() {
    for (state, event, part) in State::ALL
        .into_iter()
        .flat_map(|state| Event::ALL.into_iter().map(move |event| (state, event)))
        .flat_map(|(state, event)| Part::ALL.into_iter().map(move |part| (state, event, part)))
    {
        let known = ways().iter().any(|way| way.from == state && way.event == event);
        match next(state, event, part) {
            Ok(_) => assert!(known),
            Err(Refused::NotTheirs { .. }) => assert!(known, "{state:?} {event:?} {part:?}"),
            Err(Refused::NotNow { .. }) => assert!(!known, "{state:?} {event:?} {part:?}"),
        }
    }
}

/// Everything that can follow a state.
fn reached_from(state: State) -> HashSet<State> {
    let (mut reached, mut open) = (HashSet::new(), vec![state]);
    while let Some(state) = open.pop() {
        open.extend(ways().iter().filter(|way| way.from == state && reached.insert(way.to)).map(|way| way.to));
    }
    reached
}

#[test]
fn every_state_is_reached_and_every_case_can_end() {
    let reached = reached_from(State::Draft);
    for state in State::ALL {
        assert!(state == State::Draft || reached.contains(&state), "{state:?} is never reached");
        assert!(!state.is_live() || reached_from(state).iter().any(|end| !end.is_live()), "{state:?} never ends");
        assert_eq!(State::from_name(state.name()), Some(state));
    }
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
    for way in ways().iter().filter(|way| matches!(way.to, State::Granted | State::Partial)) {
        assert_eq!(way.by, [Part::Chair], "{way:?}");
        assert!(matches!(way.from, State::Committee | State::Appeal), "{way:?}");
    }
    // And nothing is paid that was not public and signed first.
    for way in ways().iter().filter(|way| way.to == State::Disbursing) {
        assert_eq!((way.from, way.event), (State::Agreement, Event::Sign));
    }
    for way in ways().iter().filter(|way| way.to == State::Agreement) {
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
    for state in State::ALL {
        let quiet = matches!(state, State::Draft | State::DeceasedHold | State::Clawback) || !state.is_live();
        assert_eq!(next(state, Event::Hold, Part::CaseOfficer).is_ok(), !quiet, "{state:?}");
    }
}

#[test]
fn there_is_one_appeal() {
    let (none, again) = (Facts::default(), Facts { appealed: true, ..Facts::default() });
    assert_eq!(guard(State::Refused, Event::Appeal, none), Ok(()));
    assert_eq!(guard(State::Refused, Event::Appeal, again), Err(Unmet::AppealedBefore));
}

const DECISIONS: [Event; 5] = [Event::Grant, Event::GrantPart, Event::Refuse, Event::RuleOut, Event::Defer];

#[test]
fn other_people_decide_an_appeal_wherever_it_went_meanwhile() {
    let others = Facts { appealed: true, ..Facts::default() };
    let involved = Facts { took_part: true, ..others };
    let mut decided_in = HashSet::new();
    for way in ways().iter().filter(|way| DECISIONS.contains(&way.event)) {
        decided_in.insert(way.from);
        assert_eq!(guard(way.from, way.event, involved), Err(Unmet::DecidedBefore), "{way:?}");
        assert_eq!(guard(way.from, way.event, others), Ok(()), "{way:?}");
        // The first decision is theirs, and may be made again as long as nobody appealed.
        let first = Facts { took_part: true, ..Facts::default() };
        let theirs = if way.from == State::Appeal { Err(Unmet::DecidedBefore) } else { Ok(()) };
        assert_eq!(guard(way.from, way.event, first), theirs, "{way:?}");
    }
    // By way of a deferral, a hold or a recall an appeal comes to the committee, and from there to the beginning.
    assert_eq!(decided_in, HashSet::from([State::Appeal, State::Committee, State::Completeness]));
    assert!(reached_from(State::Appeal).is_superset(&HashSet::from([State::Committee, State::Completeness])));
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
