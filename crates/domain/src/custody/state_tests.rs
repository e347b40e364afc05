use super::guard::guard;
use super::{Facts, Kind, Pool, Standing, State, TankUse, Unmet, may_come_later, next, ways};
use proptest::prelude::*;
use std::collections::HashSet;

#[test]
fn the_table_is_the_reviewed_one() {
    let table = crate::golden::states((&State::ALL, State::name), (Kind::ALL, Kind::name), next);
    crate::golden::is_the_reviewed_one("custody_states.txt", &table);
}

/// Every place that can be stored.
fn places() -> Vec<Standing> {
    let held = State::ALL.into_iter().map(Some).chain([None]);
    let all = State::ALL.into_iter().flat_map(|state| held.clone().map(move |held| (state, held)));
    all.filter_map(|(state, held)| Standing::new(state, held)).collect()
}

fn reached() -> HashSet<Standing> {
    let (mut seen, mut left) = (HashSet::from([Standing::EXPECTED]), vec![Standing::EXPECTED]);
    while let Some(at) = left.pop() {
        left.extend(Kind::ALL.iter().filter_map(|kind| at.after(*kind)).filter(|to| seen.insert(*to)));
    }
    seen
}

#[test]
fn every_place_is_reached_and_every_unit_can_end() {
    let reached = reached();
    assert_eq!(
        reached,
        places().into_iter().collect(),
        "a unit comes to no place that cannot be stored, and to all that can"
    );
    for state in State::ALL {
        assert_eq!(State::from_name(state.name()), Some(state));
        let (mut seen, mut left) = (HashSet::from([state]), vec![state]);
        while let Some(at) = left.pop() {
            left.extend(
                ways().into_iter().filter(|(from, _)| *from == at).map(|(_, to)| to).filter(|to| seen.insert(*to)),
            );
        }
        assert!(seen.iter().any(|end| end.is_over()), "{state:?} never ends");
    }
}

#[test]
fn what_is_over_stays_over_and_keeps_its_paper() {
    for state in State::ALL.into_iter().filter(|state| state.is_over()) {
        for kind in Kind::ALL {
            let to = next(state, *kind);
            assert!(to.is_none() || to == Some(state), "{state:?} {kind:?}");
        }
        assert_eq!(next(state, Kind::Corrected), Some(state));
        assert_eq!(next(state, Kind::DeviationOpened), Some(state), "a recall reaches what was given, too");
        assert_eq!(next(state, Kind::Assigned), Some(state), "a family may come to its record afterwards");
        assert_eq!(next(state, Kind::StepDone), None);
    }
}

#[test]
fn observations_are_kept_in_whatever_state_they_come() {
    for at in places().into_iter().filter(|at| !at.state().is_over()) {
        for kind in Kind::ALL.iter().filter(|kind| kind.is_observation()) {
            let to = at.after(*kind);
            assert!(to.is_some(), "{at:?} {kind:?}");
            assert!(to == Some(at) || *kind == Kind::StepDone, "{at:?} {kind:?}");
        }
    }
}

#[test]
fn banked_comes_from_quarantine_or_from_where_banked_was_left() {
    let from: Vec<State> = ways().into_iter().filter(|(_, to)| *to == State::Banked).map(|(from, _)| from).collect();
    use State::{CtTesting, FrozenQuarantine, Listed, QuarantineHold, ReleaseApproved, Reserved};
    assert_eq!(from, [FrozenQuarantine, Listed, Reserved, CtTesting, ReleaseApproved, QuarantineHold]);
    // And back from a hold only to where it held.
    for at in places() {
        if let Some(to) = at.after(Kind::HoldLifted) {
            assert_eq!(Some(to.state()), at.held_in());
        }
    }
}

#[test]
fn a_hold_holds_what_a_unit_is_for_and_not_its_work() {
    let held = |state| Standing::new(state, None).and_then(|at| at.after(Kind::Held)).expect("a hold");
    let frozen = held(State::Processing).after(Kind::PutAway).expect("it is frozen rather than lost");
    assert_eq!((frozen.state(), frozen.held_in()), (State::QuarantineHold, Some(State::FrozenQuarantine)));
    for kind in [Kind::Banked, Kind::Reserved, Kind::ReleaseApproved, Kind::Retrieved, Kind::Shipped, Kind::Listed] {
        for state in State::ALL.into_iter().filter(|state| state.can_be_held()) {
            assert_eq!(held(state).after(kind), None, "{state:?} {kind:?}");
        }
    }
    assert_eq!(held(State::Banked).after(Kind::Held), Some(held(State::Banked)), "a second reason changes nothing");
    assert_eq!(Standing::new(State::QuarantineHold, None), None);
    assert_eq!(Standing::new(State::QuarantineHold, Some(State::Infused)), None);
    assert_eq!(Standing::new(State::Banked, Some(State::Banked)), None);
}

#[test]
fn what_comes_too_early_may_come_later_and_what_is_past_may_not() {
    assert!(may_come_later(State::Expected, Kind::Banked));
    assert!(may_come_later(State::Collected, Kind::Received));
    assert!(!may_come_later(State::Banked, Kind::Collected));
    assert!(!may_come_later(State::Infused, Kind::StepDone));
    assert!(!may_come_later(State::Banked, Kind::Registered));
}

const ALL_THERE: Facts = Facts {
    pool: Pool::Public,
    steps_missing: 0,
    recorded_missing: 0,
    tests_missing: 0,
    approval_missing: 0,
    shipping_missing: 0,
    record_signed: true,
    open_deviations: 0,
    place: Some(TankUse::LongTerm),
    research_agreed: true,
    transit_minutes: 0,
    transit_limit: 2880,
};

#[test]
fn banked_only_if_all_is_there() {
    assert_eq!(guard(Kind::Banked, &ALL_THERE), []);
    let missing = [
        (Facts { steps_missing: 1 << 41, ..ALL_THERE }, Unmet::Steps(1 << 41)),
        (Facts { tests_missing: 1, ..ALL_THERE }, Unmet::Tests(1)),
        (Facts { record_signed: false, ..ALL_THERE }, Unmet::RecordUnsigned),
        (Facts { open_deviations: 2, ..ALL_THERE }, Unmet::DeviationsOpen(2)),
        (Facts { place: None, ..ALL_THERE }, Unmet::NotPlaced),
        (Facts { place: Some(TankUse::Quarantine), ..ALL_THERE }, Unmet::NotInLongTerm),
        (Facts { place: Some(TankUse::Samples), ..ALL_THERE }, Unmet::NotInLongTerm),
    ];
    for (facts, unmet) in missing {
        assert_eq!(guard(Kind::Banked, &facts), [unmet]);
    }
    let nothing = Facts {
        steps_missing: 1,
        tests_missing: 1,
        record_signed: false,
        open_deviations: 1,
        place: None,
        ..ALL_THERE
    };
    assert_eq!(guard(Kind::Banked, &nothing).len(), 5, "all of it is told at once");
}

#[test]
fn nothing_leaves_for_use_while_a_test_is_done_once_more() {
    let repeated = Facts { tests_missing: 1 << 9, ..ALL_THERE };
    let out = Facts { place: None, ..repeated };
    for kind in [Kind::Listed, Kind::ReleaseApproved, Kind::Shipped] {
        assert_eq!(guard(kind, &repeated), [Unmet::Tests(1 << 9)], "{kind:?}");
    }
    for kind in [Kind::TransferredOut, Kind::FamilyReleased] {
        assert_eq!(guard(kind, &out), [Unmet::Tests(1 << 9)], "{kind:?}");
    }
    // What is destroyed, and what waits, is asked nothing of it.
    assert_eq!([guard(Kind::Discarded, &out), guard(Kind::Reserved, &repeated)], [[], []]);
}

#[test]
fn a_unit_that_was_too_long_on_the_way_is_only_rejected() {
    let late = Facts { transit_minutes: 2881, ..ALL_THERE };
    assert_eq!(guard(Kind::Received, &late), [Unmet::TooLongOnTheWay { minutes: 2881 }]);
    assert_eq!(guard(Kind::RejectedAtIntake, &late), []);
    assert_eq!(guard(Kind::Received, &Facts { transit_minutes: 2880, ..ALL_THERE }), []);
}

#[test]
fn only_what_is_kept_for_anybody_is_offered_to_others() {
    assert_eq!(guard(Kind::Listed, &ALL_THERE), []);
    for pool in [Pool::Family, Pool::Directed] {
        let own = Facts { pool, ..ALL_THERE };
        assert_eq!(guard(Kind::Listed, &own), [Unmet::NotForOthers], "{pool:?}");
        let doubted = Facts { open_deviations: 1, ..own };
        assert_eq!(guard(Kind::Listed, &doubted), [Unmet::NotForOthers, Unmet::DeviationsOpen(1)], "{pool:?}");
        // For its own patient it is reserved, and whatever is asked of it is asked as of any other.
        for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::Listed) {
            assert_eq!(guard(kind, &own), guard(kind, &ALL_THERE), "{kind:?}");
        }
    }
    assert!(!Unmet::NotForOthers.may_come());
}

#[test]
fn nothing_serves_research_to_which_nobody_agreed() {
    let out = Facts { place: None, ..ALL_THERE };
    assert_eq!(guard(Kind::GivenToResearch, &out), []);
    let no = Facts { research_agreed: false, ..out };
    assert_eq!(guard(Kind::GivenToResearch, &no), [Unmet::ResearchNotAgreed]);
    assert!(!Unmet::ResearchNotAgreed.may_come(), "who agrees later did not agree to what was done before");
    for kind in Kind::ALL.iter().copied().filter(|kind| *kind != Kind::GivenToResearch) {
        assert_eq!(guard(kind, &no), guard(kind, &out), "{kind:?}: nothing else asks for it");
    }
}

#[test]
fn every_reason_has_a_code() {
    let all = [
        Unmet::Steps(1),
        Unmet::Tests(1),
        Unmet::Release(1),
        Unmet::RecordUnsigned,
        Unmet::DeviationsOpen(1),
        Unmet::NotPlaced,
        Unmet::NotInLongTerm,
        Unmet::StillPlaced,
        Unmet::TooLongOnTheWay { minutes: 1 },
        Unmet::ResearchNotAgreed,
        Unmet::NotForOthers,
    ];
    assert_eq!(all.map(Unmet::code), Unmet::CODES);
}

proptest! {
    /// Whatever comes: a unit is where the table says, a hold knows where it held, and what is over is over.
    #[test]
    fn random_events_keep_to_the_table(events in proptest::collection::vec(0usize..Kind::ALL.len(), 0..120)) {
        let mut at = Standing::EXPECTED;
        let all: HashSet<(State, State)> = ways().into_iter().collect();
        for event in events {
            let Some(to) = at.after(Kind::ALL[event]) else { continue };
            prop_assert!(Standing::new(to.state(), to.held_in()) == Some(to));
            prop_assert!(to.state() == at.state() || all.contains(&(at.state(), to.state())));
            prop_assert!(!at.state().is_over() || to.state() == at.state());
            at = to;
        }
    }
}
