//! One bag in a slot, one slot for a bag.

use super::*;
use futures::future::join_all;
use services::clock::Clock;

fn put(life: &Life, slot: &Slot, house: &TestHouse) -> Incoming {
    let (operator, with) = two("LAB-01", "LAB-02");
    now(house, life.unit, Payload::PutAway { slot: slot.clone(), operator, with })
}

#[tokio::test]
async fn a_bag_is_put_where_nothing_lies_and_taken_from_where_it_lies() {
    let (house, shelf) = bank().await;
    let (first, second) = (life(1), life(2));
    unit_in(&house, 1, State::FrozenQuarantine).await;
    tell(&house, &second.until(State::Processing, &shelf)).await;
    let taken = tell(&house, &[put(&second, &first.slots.0, &house)]).await;
    assert_eq!(taken, [Err(Refused::SlotTaken)]);
    let twice = tell(&house, &[put(&first, &first.slots.1, &house)]).await;
    assert_eq!(twice, [Err(Refused::Unmet(vec![Unmet::StillPlaced]))]);
    for (tank, tower) in [("Q-99", 1), ("Q-01", 7), ("Q-01", 0)] {
        let nowhere = Slot { tank: tank.to_owned(), tower, frame: 1, slot: 1 };
        assert_eq!(tell(&house, &[put(&second, &nowhere, &house)]).await, [Err(Refused::NoSuchSlot)], "{tank} {tower}");
    }
    let take = |life: &Life, slot: &Slot| {
        let (operator, with) = two("LAB-01", "LAB-02");
        now(&house, life.unit, Payload::TakenOut { slot: slot.clone(), operator, with })
    };
    let elsewhere = tell(&house, &[take(&first, &second.slots.0)]).await;
    assert_eq!(elsewhere, [Err(Refused::NotInSlot)]);
    assert_eq!(tell(&house, &[take(&second, &second.slots.0)]).await, [Err(Refused::Unmet(vec![Unmet::NotPlaced]))]);
    // In one batch: out, and the other in.
    let swap =
        [take(&first, &first.slots.0), put(&second, &first.slots.0, &house), put(&first, &first.slots.1, &house)];
    assert!(tell(&house, &swap).await.iter().all(Result::is_ok));
    assert_eq!(seen(&house, second.unit).await.place.map(|place| place.slot), Some(first.slots.0));
    assert_eq!(seen(&house, first.unit).await.place.map(|place| place.slot), Some(first.slots.1));
    assert_eq!(number(&house, "select count(*) from custody_placement where taken_at is null").await, 2);
}

#[tokio::test]
async fn of_two_bags_for_one_slot_in_a_batch_the_first_gets_it_and_nothing_else_is_lost() {
    let (house, shelf) = bank().await;
    let (first, second) = (life(1), life(2));
    for life in [&first, &second] {
        tell(&house, &life.until(State::Processing, &shelf)).await;
    }
    let started = now(&house, second.unit, Payload::TestStarted { test: "tnc".to_owned() });
    let both = [put(&first, &first.slots.0, &house), put(&second, &first.slots.0, &house), started];
    let [one, other, beside] = tell(&house, &both).await.try_into().expect("three answers");
    assert_eq!(other, Err(Refused::SlotTaken));
    assert!(one.is_ok() && beside.is_ok());
}

/// Two at once, each in a transaction of its own, twenty times over. Answers how many bags lie in the slots.
async fn race(house: &TestHouse, shelf: &Shelf) -> (i64, usize) {
    let mut lost = 0;
    for pair in 0..20 {
        let (first, second) = (life(pair * 2 + 1), life(pair * 2 + 2));
        for life in [&first, &second] {
            tell(house, &life.until(State::Processing, shelf)).await;
        }
        let slot = first.slots.0.clone();
        let both = [&first, &second].map(|life| {
            let told = put(life, &slot, house);
            async move { tell(house, &[told]).await.remove(0) }
        });
        let answers = join_all(both).await;
        lost += answers.iter().filter(|answer| **answer == Err(Refused::SlotTaken)).count();
    }
    (number(house, "select count(*) from custody_placement where taken_at is null").await, lost)
}

pub(super) async fn wide() -> (TestHouse, Arc<Shelf>) {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    let house = TestHouse::with(Clock::frozen(noon), 8).await;
    let shelf = opened(&house).await;
    (house, shelf)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_bags_for_one_slot_at_once_one_lies_there() {
    let (house, shelf) = wide().await;
    assert_eq!(race(&house, &shelf).await, (20, 20), "one in each slot, and the other is told so");
    let unit = seen(&house, life(1).unit).await;
    assert_eq!(unit.version as usize, unit.events.len());
}

/// The same without the database's rule, and with both looking before either writes: two in one slot.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_index_two_bags_lie_in_one_slot() {
    let (house, shelf) = wide().await;
    let (first, second) = (life(1), life(2));
    for life in [&first, &second] {
        tell(&house, &life.until(State::Processing, &shelf)).await;
    }
    sqlx::query("drop index custody_placement_slot").execute(&house.db.owner_pool()).await.expect("dropped");
    let (mut one, mut other) =
        (house.services.begin().await.expect("one"), house.services.begin().await.expect("other"));
    let told = [put(&first, &first.slots.0, &house), put(&second, &first.slots.0, &house)];
    for (tx, told) in [(&mut one, &told[0]), (&mut other, &told[1])] {
        let outcomes =
            services::custody::record_in(tx, &house.services, &LIMS, std::slice::from_ref(told), house.now()).await;
        assert!(outcomes.expect("told")[0].is_ok(), "neither sees the other");
    }
    one.commit().await.expect("one");
    other.commit().await.expect("other");
    assert_eq!(number(&house, "select count(*) from custody_placement where taken_at is null").await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_registrations_of_one_number_at_once_one_is_kept() {
    let (house, shelf) = wide().await;
    for number in 1..=20 {
        let life = life(number);
        let by_number = |one: Incoming| Incoming { unit: UnitName::Din(life.din.clone()), ..one };
        let told: Vec<Incoming> = life.until(State::Expected, &shelf).into_iter().map(by_number).collect();
        let answers = join_all([tell(&house, &told), tell(&house, &told)]).await.concat();
        let kept = answers.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(kept, 1, "{answers:?}");
        assert!(answers.contains(&Err(Refused::AlreadyRegistered)));
    }
    assert_eq!(number(&house, "select count(*) from custody_event").await, 20);
}

/// Nobody waits for each other in a circle: what is claimed is claimed in one order, whatever order it is told in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_batches_for_the_same_slots_in_opposite_order_both_end() {
    let (house, shelf) = wide().await;
    for round in 0..5 {
        let lives: Vec<Life> = (1..=10).map(|number| life(round * 10 + number)).collect();
        let begun: Vec<Incoming> = lives.iter().flat_map(|life| life.until(State::Processing, &shelf)).collect();
        tell(&house, &begun).await;
        let (some, others) = lives.split_at(5);
        let slots: Vec<&Slot> = some.iter().map(|life| &life.slots.0).collect();
        let first: Vec<Incoming> = some.iter().zip(&slots).map(|(life, slot)| put(life, slot, &house)).collect();
        let second: Vec<Incoming> =
            others.iter().zip(slots.iter().rev()).map(|(life, slot)| put(life, slot, &house)).collect();
        let answers = join_all([tell(&house, &first), tell(&house, &second)]).await.concat();
        let taken = answers.iter().filter(|answer| **answer == Err(Refused::SlotTaken)).count();
        assert_eq!((answers.len(), taken), (10, 5), "{answers:?}");
    }
    assert_eq!(number(&house, "select count(*) from custody_placement where taken_at is null").await, 25);
}
