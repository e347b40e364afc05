//! Events come late, twice, and in any order; the clocks of their sources are wrong.

use super::*;
use domain::custody::Din;
use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

fn observations(life: &Life, shelf: &Shelf) -> Vec<Incoming> {
    let told = life.until(State::Banked, shelf).into_iter();
    told.filter(|one| matches!(one.payload.kind(), Kind::StepDone | Kind::TestFinal)).collect()
}

#[tokio::test]
async fn any_order_of_56_steps_and_15_results_leads_to_the_same_lists() {
    let (house, shelf) = bank().await;
    let mut runner = TestRunner::new(Config { cases: 6, failure_persistence: None, ..Config::default() });
    for number in 1..=6 {
        let life = life(number);
        let told = observations(&life, &shelf);
        assert_eq!(told.len(), 71);
        let order = Just((0..told.len()).collect::<Vec<usize>>()).prop_shuffle();
        let order = order.new_tree(&mut runner).expect("an order").current();
        let begun = life.until(if number % 2 == 0 { State::Received } else { State::Expected }, &shelf);
        let begun: Vec<Incoming> = begun.into_iter().filter(|one| one.payload.kind() != Kind::StepDone).collect();
        tell(&house, &begun).await;
        let shuffled: Vec<Incoming> =
            order.iter().map(|at| Incoming { source_seq: None, ..told[*at].clone() }).collect();
        // In batches of any size, too.
        for part in shuffled.chunks(number as usize * 13) {
            assert!(tell(&house, part).await.iter().all(Result::is_ok));
        }
        let unit = seen(&house, life.unit).await;
        assert!(unit.steps.is_complete() && unit.tests.is_complete(), "{order:?}");
    }
}

#[tokio::test]
async fn a_batch_is_kept_in_the_order_of_its_source() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let mut told = life.until(State::FrozenQuarantine, &shelf);
    told.reverse();
    let outcomes = tell(&house, &told).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let first = outcomes[0].as_ref().expect("kept").state;
    assert_eq!(first, State::FrozenQuarantine, "answers stand as the events do");
    assert_eq!(seen(&house, life.unit).await.events[0].kind, Kind::Registered);
}

#[tokio::test]
async fn a_clock_three_hours_ahead_changes_nothing_but_what_it_says() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let ahead = |one: Incoming| {
        let skewed = one.payload.kind() == Kind::StepDone;
        let by = SignedDuration::from_hours(if skewed { 3 } else { 0 });
        Incoming { occurred_at: one.occurred_at + by, ..one }
    };
    let told: Vec<Incoming> = life.until(State::Banked, &shelf).into_iter().map(ahead).collect();
    assert!(tell(&house, &told).await.iter().all(Result::is_ok));
    let unit = seen(&house, life.unit).await;
    assert_eq!(unit.standing.state(), State::Banked);
    for (event, told) in unit.events.iter().zip(&told) {
        assert_eq!((event.occurred_at, event.received_at), (told.occurred_at, house.now()), "both clocks are kept");
    }
    // And now: a step that is told as of in three hours.
    let step = told.iter().find(|one| one.payload.kind() == Kind::StepDone).expect("a step").payload.clone();
    let soon = Incoming { occurred_at: house.now() + SignedDuration::from_hours(3), ..now(&house, life.unit, step) };
    assert!(tell(&house, &[soon]).await[0].is_ok());
}

#[tokio::test]
async fn what_a_feed_says_was_before_the_units_registration_is_refused() {
    let (house, shelf) = bank().await;
    let (life, other) = (life(1), life(2));
    tell(&house, &life.until(State::Expected, &shelf)).await;
    let started = Payload::TestStarted { test: "tnc".to_owned() };
    let before = |life: &Life, hours: i64| Incoming {
        occurred_at: life.begins - SignedDuration::from_hours(hours),
        ..now(&house, life.unit, started.clone())
    };
    assert_eq!(tell(&house, &[before(&life, 25)]).await, [Err(Refused::BeforeUnit)]);
    assert!(tell(&house, &[before(&life, 23)]).await[0].is_ok(), "clocks differ by hours");
    // Also of a unit that is registered by the same batch.
    let mut told = other.until(State::Expected, &shelf);
    told.push(Incoming { source_seq: Some(9), ..before(&other, 25) });
    let outcomes = tell(&house, &told).await;
    assert!(outcomes[0].is_ok() && outcomes[1] == Err(Refused::BeforeUnit), "{outcomes:?}");
    // The house itself may write the past.
    let mirror = services::custody::By { actor_kind: "system", actor_id: None, source: "lims" };
    assert!(tell_by(&house, &mirror, &[before(&life, 25)]).await[0].is_ok());
}

#[tokio::test]
async fn what_comes_before_its_time_is_refused_and_may_come_again() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let told = life.until(State::Received, &shelf);
    let received = of_kind(&told, Kind::Received);
    tell(&house, &told[..1]).await;
    let early = tell(&house, &told[received..=received]).await;
    let kind = Kind::Received;
    assert_eq!(early, [Err(Refused::NoWay { from: State::Expected, kind })]);
    assert!(early[0].as_ref().is_err_and(Refused::may_come_later));
    tell(&house, &told[1..received]).await;
    assert!(tell(&house, &told[received..]).await.iter().all(Result::is_ok));
    let late = one(&house, life.unit, told[1].payload.clone()).await;
    let Err(refused) = late else { panic!("{late:?}") };
    assert!(!refused.may_come_later(), "it is collected once");
}

#[tokio::test]
async fn a_number_is_given_once_and_a_unit_is_found_by_it() {
    let (house, shelf) = bank().await;
    let life = life(1);
    let registered = life.until(State::Expected, &shelf);
    assert!(tell(&house, &registered).await[0].is_ok());
    assert_eq!(tell(&house, &registered).await, [Err(Refused::AlreadyRegistered)]);
    let by_number = Incoming { unit: UnitName::Din(life.din.clone()), ..registered[0].clone() };
    assert_eq!(tell(&house, std::slice::from_ref(&by_number)).await, [Err(Refused::AlreadyRegistered)]);
    let other = UnitName::Din(Din::of("TEST1", 25, 999).expect("a number"));
    let swapped = Incoming { unit: other, ..by_number };
    assert_eq!(tell(&house, &[swapped]).await, [Err(Refused::UnitMismatch)]);
    let collected = life.until(State::Collected, &shelf).pop().expect("collected");
    let by_number = Incoming { unit: UnitName::Din(life.din.clone()), ..collected };
    let [outcome] = tell(&house, &[by_number]).await.try_into().expect("one answer");
    assert_eq!(outcome.expect("found").unit, life.unit);
}
