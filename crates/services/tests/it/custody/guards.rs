//! Each guard refuses, says what is missing, and lets pass once it is there.

use super::*;
use domain::custody::{DeviationKind, What};
use jiff::SignedDuration;

/// Tells everything until a state but the last event of a kind: that one is refused now, and kept after `then`.
async fn refused_without(number: u32, leave_out: Kind, last: Kind, until: State) -> (Vec<Unmet>, State) {
    let (house, shelf) = bank().await;
    let life = life(number);
    let (told, left) = without_last(life.until(until, &shelf), leave_out);
    let (before, last) = without_last(told, last);
    assert!(tell(&house, &before).await.iter().all(Result::is_ok));
    let [refused] = tell(&house, std::slice::from_ref(&last)).await.try_into().expect("one answer");
    let Err(Refused::Unmet(unmet)) = refused else { panic!("{refused:?}") };
    let done = tell(&house, &[Incoming { source_seq: None, ..left }, Incoming { source_seq: None, ..last }]).await;
    let state = done.last().expect("two answers").as_ref().expect("kept once it is there").state;
    (unmet, state)
}

#[tokio::test]
async fn a_step_that_is_missing_is_named_and_keeps_a_unit_from_being_banked() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let told = life.until(State::Banked, &shelf);
    // Step 42 never comes.
    let missing = "injected_evenly";
    let at = told.iter().position(|one| matches!(&one.payload, Payload::StepDone { step, .. } if step == missing));
    let mut told = told;
    let step = told.remove(at.expect("a step"));
    let outcomes = tell(&house, &told).await;
    let refused: Vec<&Refused> = outcomes.iter().filter_map(|one| one.as_ref().err()).collect();
    let bit = 1 << 41;
    assert_eq!(
        refused,
        [&Refused::Unmet(vec![Unmet::Steps(bit)]), &Refused::Unmet(vec![Unmet::Steps(bit), Unmet::RecordUnsigned])]
    );
    assert!(refused.iter().all(|one| one.may_come_later()));
    let unit = seen(&house, life.unit).await;
    let named: Vec<_> = unit.steps.missing().map(|item| (item.position, item.code.as_str())).collect();
    assert_eq!((named, unit.standing.state()), (vec![(42, missing)], State::FrozenQuarantine));
    // It comes late, and what waited for it is told again.
    let again: Vec<Incoming> =
        told.into_iter().zip(outcomes).filter(|(_, done)| done.is_err()).map(|(one, _)| one).collect();
    let late: Vec<Incoming> = [step].into_iter().chain(again).map(|one| Incoming { source_seq: None, ..one }).collect();
    let done = tell(&house, &late).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    assert_eq!(seen(&house, life.unit).await.standing.state(), State::Banked);
}

#[tokio::test]
async fn a_result_that_is_missing_keeps_a_unit_from_being_banked() {
    let banked = refused_without(1, Kind::TestFinal, Kind::Banked, State::Banked).await;
    assert_eq!(banked, (vec![Unmet::Tests(1 << 14)], State::Banked));
}

#[tokio::test]
async fn an_unsigned_record_keeps_a_unit_from_being_banked() {
    let banked = refused_without(1, Kind::RecordSigned, Kind::Banked, State::Banked).await;
    assert_eq!(banked, (vec![Unmet::RecordUnsigned], State::Banked));
}

#[tokio::test]
async fn a_unit_that_lies_nowhere_is_not_banked() {
    let banked = refused_without(1, Kind::PutAway, Kind::Banked, State::Banked).await;
    assert_eq!(banked, (vec![Unmet::NotPlaced], State::Banked));
}

#[tokio::test]
async fn a_unit_that_lies_in_quarantine_is_not_banked_and_no_unit_lies_in_a_tank_that_is_not_for_it() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let (told, banked) = without_last(life.until(State::Banked, &shelf), Kind::Banked);
    // All but the last move: it lies where it was put first.
    let (told, put) = without_last(told, Kind::PutAway);
    let (told, taken) = without_last(told, Kind::TakenOut);
    assert!(tell(&house, &told).await.iter().all(Result::is_ok));
    let [banked, put, taken] = [banked, put, taken].map(|one| Incoming { source_seq: None, ..one });
    let refused = Refused::Unmet(vec![Unmet::NotInLongTerm]);
    assert!(refused.may_come_later(), "the move may come");
    assert_eq!(tell(&house, std::slice::from_ref(&banked)).await, [Err(refused)]);
    let into = |tank: &str, slot: &Slot| {
        let (operator, with) = two("LAB-01", "LAB-02");
        now(
            &house,
            life.unit,
            Payload::PutAway { slot: Slot { tank: tank.to_owned(), ..slot.clone() }, operator, with },
        )
    };
    let (first, second) = &life.slots;
    // Out of quarantine, not beside samples, back into it, and at last where it is for good.
    let again = now(&house, life.unit, taken.payload.clone());
    let done = tell(&house, &[taken, into("S-01", second), into("Q-01", first), again, put, banked]).await;
    assert_eq!(done[1], Err(Refused::SamplesTank));
    assert!(done.iter().enumerate().all(|(at, one)| at == 1 || one.is_ok()), "{done:?}");
    // In the store it goes back into no quarantine, also while it is held.
    let (deviation, of, said) = (Uuid::from_u128(7), DeviationKind::Label, "a label is torn".to_owned());
    let held = now(&house, life.unit, Payload::DeviationOpened { deviation, of, said, operator: None });
    let (operator, with) = two("LAB-01", "LAB-02");
    let out = now(&house, life.unit, Payload::TakenOut { slot: second.clone(), operator, with });
    let done = tell(&house, &[out, into("Q-01", first), held, into("Q-01", first), into("L-02", second)]).await;
    assert_eq!([&done[1], &done[3]], [&Err(Refused::QuarantineTank), &Err(Refused::QuarantineTank)]);
    assert_eq!(done[4].as_ref().expect("another tank for long").state, State::QuarantineHold);
    assert!(!Refused::QuarantineTank.may_come_later() && !Refused::SamplesTank.may_come_later());
}

#[tokio::test]
async fn a_step_of_its_release_keeps_a_unit_from_being_approved_and_from_leaving() {
    let (unmet, state) = refused_without(1, Kind::ReleaseStepDone, Kind::ReleaseApproved, State::ReleaseApproved).await;
    assert_eq!((unmet, state), (vec![Unmet::Release(1 << 49)], State::ReleaseApproved));
    let (unmet, state) = refused_without(2, Kind::ReleaseStepDone, Kind::Shipped, State::Shipped).await;
    assert_eq!((unmet, state), (vec![Unmet::Release(1 << 53)], State::Shipped));
}

#[tokio::test]
async fn what_lies_in_its_slot_does_not_leave_the_house() {
    let (unmet, state) = refused_without(1, Kind::TakenOut, Kind::Retrieved, State::Retrieved).await;
    assert_eq!((unmet, state), (vec![Unmet::StillPlaced], State::Retrieved));
    let (unmet, state) = refused_without(2, Kind::TakenOut, Kind::Discarded, State::Discarded).await;
    assert_eq!((unmet, state), (vec![Unmet::StillPlaced], State::Discarded));
}

#[tokio::test]
async fn a_deviation_that_is_open_keeps_a_unit_from_being_banked() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let (before, banked) = without_last(life.until(State::Banked, &shelf), Kind::Banked);
    tell(&house, &before).await;
    let deviation = Uuid::from_u128(7);
    let (of, said) = (DeviationKind::Process, "late".to_owned());
    let opened = Payload::DeviationOpened { deviation, of, said, operator: None };
    one(&house, life.unit, opened).await.expect("opened");
    let banked = Incoming { source_seq: None, ..banked };
    let outcome = tell(&house, std::slice::from_ref(&banked)).await;
    assert_eq!(outcome, [Err(Refused::Unmet(vec![Unmet::DeviationsOpen(1)]))]);
    let closed = Payload::DeviationClosed { deviation, said: "looked into".to_owned(), operator: None };
    assert_eq!(one(&house, life.unit, closed.clone()).await, Err(Refused::CloserOpened), "not by whoever opened it");
    let other = services::custody::By { actor_id: Some(Uuid::from_u128(8)), ..LIMS };
    let closed = tell_by(&house, &other, &[now(&house, life.unit, closed)]).await;
    assert!(closed[0].is_ok(), "{closed:?}");
    assert!(tell(&house, &[banked]).await[0].is_ok());
}

#[tokio::test]
async fn a_unit_that_was_too_long_on_the_way_is_only_rejected_and_one_that_was_long_is_looked_into() {
    let (house, shelf) = bank().await;
    let (late, long) = (life(1), life(2));
    for (life, hours) in [(&late, 48.5), (&long, 25.0)] {
        let mut told = life.until(State::InTransit, &shelf);
        if let Some(Payload::TransportLeg { hours: said, .. }) = told.last_mut().map(|one| &mut one.payload) {
            *said = hours;
        }
        assert!(tell(&house, &told).await.iter().all(Result::is_ok));
        let unit = seen(&house, life.unit).await;
        let open: Vec<_> = unit.deviations.iter().map(|one| (one.kind, one.opened_by)).collect();
        assert_eq!(open, [(DeviationKind::Transport, None)], "by the house itself");
    }
    let received = || Payload::Received { operator: "LAB-01".to_owned(), weight_g: 180.0 };
    let unmet = vec![Unmet::TooLongOnTheWay { minutes: 2910 }];
    let refused = one(&house, late.unit, received()).await;
    assert_eq!(refused, Err(Refused::Unmet(unmet.clone())));
    assert!(!Refused::Unmet(unmet).may_come_later());
    let reason = domain::custody::Rejection::TooLong;
    let rejected = one(&house, late.unit, Payload::RejectedAtIntake { operator: "LAB-01".to_owned(), reason }).await;
    assert_eq!(rejected.expect("rejected").state, State::RejectedAtIntake);
    assert_eq!(one(&house, long.unit, received()).await.expect("taken in").state, State::Received);
    // Where no leg says how long it was, all since it was collected counts: told before, and in one batch.
    for (silent, parts) in [(life(3), 2), (life(4), 1)] {
        let (mut told, _) = without_last(silent.until(State::InTransit, &shelf), Kind::TransportLeg);
        let collected = told[of_kind(&told, Kind::Collected)].occurred_at;
        let after = |minutes: i64| {
            let occurred_at = collected + SignedDuration::from_mins(minutes);
            Incoming { occurred_at, ..now(&house, silent.unit, received()) }
        };
        if parts == 2 {
            assert!(tell(&house, &told).await.iter().all(Result::is_ok));
            told.clear();
        }
        told.extend([after(2881), after(2880)]);
        let mut outcomes = tell(&house, &told).await;
        let in_time = outcomes.pop().expect("an answer");
        let unmet = vec![Unmet::TooLongOnTheWay { minutes: 2881 }];
        assert_eq!(outcomes.pop(), Some(Err(Refused::Unmet(unmet))));
        assert_eq!(in_time.map(|kept| kept.state), Ok(State::Received));
    }
}

#[tokio::test]
async fn what_nobody_knows_is_refused_with_its_name() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Processing).await;
    let step = |step: &str, operator: &str| Payload::StepDone {
        step: step.to_owned(),
        operator: operator.to_owned(),
        with: None,
        instrument: None,
        lots: vec![],
        values: vec![],
    };
    assert_eq!(one(&house, unit, step("dance", "LAB-01")).await, Err(Refused::UnknownStep("dance".to_owned())));
    let nobody = Err(Refused::UnknownOperator("LAB-99".to_owned()));
    assert_eq!(one(&house, unit, step("loaded", "LAB-99")).await, nobody);
    let test = Payload::TestStarted { test: "mood".to_owned() };
    assert_eq!(one(&house, unit, test).await, Err(Refused::UnknownTest("mood".to_owned())));
    let other = UnitId(Uuid::from_u128(404));
    assert_eq!(one(&house, other, step("loaded", "LAB-01")).await, Err(Refused::NoSuchUnit));
    let value = domain::custody::Value {
        analyte: "volume".to_owned(),
        found: What::Number(55.0),
        unit: "ml".to_owned(),
        phase: Some(domain::custody::Phase::Post),
        of: domain::custody::Person::Baby,
        method: None,
        instrument: None,
    };
    let Payload::StepDone { step, operator, .. } = step("volume_set", "LAB-01") else { unreachable!() };
    let too_much =
        Payload::StepDone { step, operator, with: None, instrument: None, lots: vec![], values: vec![value] };
    let refused = Err(Refused::OutOfRange { analyte: "volume".to_owned(), least: 15.0, most: 40.0 });
    assert_eq!(one(&house, unit, too_much).await, refused);
    let corrected = |seq| {
        let (operator, with) = two("QA-01", "QA-02");
        Payload::Corrected { seq, said: "the weight was read twice".to_owned(), operator, with }
    };
    let version = seen(&house, unit).await.version;
    assert_eq!(one(&house, unit, corrected(version + 1)).await, Err(Refused::NoSuchEvent));
    assert!(one(&house, unit, corrected(version)).await.is_ok());
    let far: Timestamp = "2031-01-01T00:00:00Z".parse().expect("an instant");
    let future = Incoming { occurred_at: far, ..now(&house, unit, Payload::TestStarted { test: "tnc".to_owned() }) };
    assert_eq!(tell(&house, &[future]).await, [Err(Refused::ImpossibleTime)]);
}
