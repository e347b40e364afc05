//! Races on real Postgres. Each has its negative control: the same race with the guard switched off must go wrong, or the
//! race proves nothing.

use super::blackouts::{repair, shown};
use super::{ask_for_the_bus, dispatcher, garage, link, morning, propose, request};
use domain::account::Actor;
use domain::bus::{Event, State, next};
use domain::ids::{BusCrewId, BusRequestId, BusVehicleId};
use jiff::SignedDuration;
use services::Services;
use services::bus::{self, BusError, Fate, Guard};
use services::clock::Clock;
use std::sync::Arc;
use store::bus::{requests as sql, stops};
use testkit::{Gate, TestHouse};
use tokio::sync::Barrier;

const DISPATCHERS: usize = 12;

/// Schools with a request each, all of one city.
async fn schools(house: &TestHouse) -> Vec<BusRequestId> {
    let mut all = Vec::new();
    for n in 0..DISPATCHERS {
        all.push(ask_for_the_bus(house, n, "jinan").await);
        house.services.clock.advance(SignedDuration::from_mins(2));
    }
    all
}

/// Every dispatcher proposes the same morning, vehicle and crew to a school of their own, at once. Answers who won and who
/// was told of a conflict.
async fn storm(
    house: &TestHouse,
    requests: &[BusRequestId],
    vehicle: BusVehicleId,
    crew: BusCrewId,
    guard: Guard,
) -> (usize, Vec<BusError>) {
    let mut ready = Vec::new();
    for (n, id) in requests.iter().enumerate() {
        let server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let wanted = morning(&request(house, *id).await, vehicle, crew, ("09:00", "11:00"));
        // Its connection is open before the race begins.
        bus::lapse_due(&server).await.expect("nothing is due");
        ready.push((n, server, wanted));
    }
    let start = Arc::new(Barrier::new(ready.len()));
    let mut all = Vec::new();
    for (n, server, wanted) in ready {
        let start = Arc::clone(&start);
        all.push(tokio::spawn(async move {
            let context = dispatcher(&server, 100 + n as u128);
            start.wait().await;
            bus::propose_guarded(&server, &context, wanted, guard).await
        }));
    }
    let (mut won, mut lost) = (0, Vec::new());
    for one in all {
        match one.await.expect("nobody panics") {
            Ok(()) => won += 1,
            Err(error) => lost.push(error),
        }
    }
    (won, lost)
}

async fn stops(house: &TestHouse) -> i64 {
    let count = sqlx::query_scalar("select count(*) from bus_stop where state <> 'released'");
    count.fetch_one(&house.db.owner_pool()).await.expect("a number")
}

async fn switch_off_database_guard(house: &TestHouse) {
    let sql = "alter table bus_stop drop constraint bus_vehicle_in_one_place, drop constraint bus_crew_in_one_place";
    sqlx::raw_sql(sql).execute(&house.db.owner_pool()).await.expect("the owner may");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_twelve_dispatchers_one_keeps_the_bus_and_the_others_see_who_was_first() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let requests = schools(&house).await;
    let (won, lost) = storm(&house, &requests, vehicles[0], crews[0], Guard::Locks).await;
    assert_eq!((won, lost.len(), stops(&house).await), (1, DISPATCHERS - 1, 1));
    let mut first = None;
    for id in &requests {
        if request(&house, *id).await.state == State::Proposed {
            first = Some(*id);
        }
    }
    for error in lost {
        let BusError::Own(bus::Conflicts(told)) = error else { panic!("{error}") };
        assert_eq!(told[0].stop.as_ref().map(|stop| stop.request), first, "it names who was first");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_guard_the_same_race_puts_one_bus_in_two_places() {
    let (house, vehicles, crews) = garage(1, 1).await;
    switch_off_database_guard(&house).await;
    let requests = schools(&house).await;
    let gate = Gate::before(&house.db, "bus_stop").await;
    tokio::join!(storm(&house, &requests, vehicles[0], crews[0], Guard::NegativeControl), gate.opens_for_two());
    assert!(stops(&house).await > 1, "a race that cannot go wrong proves nothing about the guard");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_alone_keeps_a_bus_in_one_place() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let requests = schools(&house).await;
    let (won, lost) = storm(&house, &requests, vehicles[0], crews[0], Guard::NegativeControl).await;
    assert_eq!((won, stops(&house).await), (1, 1));
    assert!(lost.iter().all(|error| matches!(error, BusError::Own(told) if !told.0.is_empty())), "{lost:?}");
}

#[tokio::test]
async fn raw_sql_cannot_be_in_two_places_either() {
    let (house, vehicles, crews) = garage(2, 2).await;
    let one = ask_for_the_bus(&house, 1, "jinan").await;
    house.services.clock.advance(SignedDuration::from_mins(2));
    let two = ask_for_the_bus(&house, 2, "jinan").await;
    propose(&house, one, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    propose(&house, two, vehicles[1], crews[1], ("09:00", "11:00")).await.expect("another bus at the same time");
    for (column, id, constraint) in [
        ("vehicle_id", vehicles[0].0, store::bus::stops::VEHICLE_IN_ONE_PLACE),
        ("crew_id", crews[0].0, store::bus::stops::CREW_IN_ONE_PLACE),
    ] {
        let sql = format!("update bus_stop set {column} = $1 where request_id = $2");
        let done = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).bind(two.0).execute(&house.db.owner_pool()).await;
        assert_eq!(store::constraint_of(&done.expect_err("refused")), Some(constraint));
    }
}

/// Accepting and running out at the same moment end in exactly one of the two.
#[tokio::test(flavor = "multi_thread")]
async fn accepting_and_withdrawing_at_once_end_in_one_of_the_two() {
    let (house, vehicles, crews) = garage(1, 1).await;
    for n in 0..6 {
        let id = ask_for_the_bus(&house, n, "jinan").await;
        propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
        let (handle, school) = (link(&house, id).await, house.context(Actor::Anonymous));
        let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        // Both press what they saw: the version decides who was first.
        let version = Some(request(&house, id).await.version);
        let (accepted, withdrawn) = tokio::join!(
            bus::accept(&house.services, &school, &handle, version),
            bus::withdraw(&other, &school, &handle, version)
        );
        assert!(accepted.is_ok() != withdrawn.is_ok(), "{accepted:?} {withdrawn:?}");
        let state = request(&house, id).await.state;
        assert_eq!(state, if accepted.is_ok() { State::Accepted } else { State::Withdrawn });
        if accepted.is_ok() {
            bus::withdraw(&house.services, &school, &handle, None).await.expect("free for the next round");
        }
        house.services.clock.advance(SignedDuration::from_mins(2));
    }
}

/// What both sides of a race were told, and where the request and its stop stand.
async fn stands(house: &TestHouse, id: BusRequestId) -> (String, String) {
    let sql = "select r.state, s.state from bus_request r join bus_stop s on s.request_id = r.id
               where r.id = $1 order by s.created_at desc, s.id desc limit 1";
    sqlx::query_as(sql).bind(id.0).fetch_one(&house.db.owner_pool()).await.expect("a request with a stop")
}

/// A proposal that waits, and a second server whose clock is past its time.
async fn about_to_lapse(n: usize) -> (TestHouse, BusRequestId, Services) {
    let (house, vehicles, crews) = garage(1, 1).await;
    let id = ask_for_the_bus(&house, n, "jinan").await;
    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let answer_by = request(&house, id).await.stop.as_ref().map(|stop| stop.answer_by).expect("a stop");
    let late = TestHouse::second(&house.db, Clock::frozen(answer_by), 2).await;
    (house, id, late)
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_and_running_out_at_once_end_in_one_of_the_two() {
    for n in 0..4 {
        let (house, id, late) = about_to_lapse(n).await;
        let (handle, school) = (link(&house, id).await, house.context(Actor::Anonymous));
        let (accepted, lapsed) =
            tokio::join!(bus::accept(&house.services, &school, &handle, None), bus::lapse_due(&late));
        let (accepted, lapsed) = (accepted.is_ok(), lapsed.expect("the clock goes on"));
        let stands = stands(&house, id).await;
        let stands = (stands.0.as_str(), stands.1.as_str());
        match accepted {
            // Settled without anything to settle counts as looked at: what is so is what the row says.
            true => assert_eq!(stands, ("accepted", "accepted"), "{lapsed}"),
            false => assert_eq!((stands, lapsed), (("submitted", "released"), 1)),
        }
    }
}

/// The same steps without the row's lock: each side reads, then both write.
async fn unguarded(
    (pool, now): (&sqlx::PgPool, jiff::Timestamp),
    id: BusRequestId,
    event: Event,
    both_read: &Barrier,
) -> bool {
    let mut tx = pool.acquire().await.expect("a connection");
    sqlx::raw_sql("begin").execute(&mut *tx).await.expect("a transaction");
    let row = sql::request(&mut tx, id.0).await.expect("read").expect("a request");
    let then = next(State::from_name(&row.state).expect("a state"), event);
    both_read.wait().await;
    let Ok(then) = then else { return false };
    sql::advance(&mut tx, id.0, then.name(), &store::requests::rows::Words::default(), now).await.expect("written");
    let stop = if then.holds_a_stop() { then.name() } else { "released" };
    stops::advance(&mut tx, id.0, stop, now).await.expect("written");
    sqlx::raw_sql("commit").execute(&mut *tx).await.expect("committed");
    true
}

/// Negative control of the race above and of the one below: without the lock both sides are told yes.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_row_s_lock_both_sides_are_told_yes() {
    for event in [Event::Lapse, Event::Release] {
        let (house, id, _) = about_to_lapse(1).await;
        let (pool, both_read) = (house.db.owner_pool(), Barrier::new(2));
        let (accepted, taken) = tokio::join!(
            unguarded((&pool, house.now()), id, Event::Accept, &both_read),
            unguarded((&pool, house.now()), id, event, &both_read)
        );
        assert!(accepted && taken, "a race that cannot go wrong proves nothing about the lock");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_and_taking_the_day_away_at_once_end_in_one_of_the_two() {
    for n in 0..4 {
        let (house, id, _) = about_to_lapse(n).await;
        let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
        let (handle, school) = (link(&house, id).await, house.context(Actor::Anonymous));
        let staff = dispatcher(&other, 7);
        let wanted = repair(&house, None);
        let seen = shown(&house, &wanted).await;
        let version = Some(request(&house, id).await.version);
        let (accepted, taken) = tokio::join!(
            bus::accept(&house.services, &school, &handle, version),
            bus::add_blackout(&other, &staff, wanted, Fate::Queue, seen)
        );
        let stands = stands(&house, id).await;
        let stands = (stands.0.as_str(), stands.1.as_str());
        match (&accepted, &taken) {
            (Ok(()), Err(BusError::StateHasChanged)) => assert_eq!(stands, ("accepted", "accepted")),
            (Err(BusError::StateHasChanged | BusError::Refused(_)), Ok(1)) => {
                assert_eq!(stands, ("submitted", "released"));
            }
            _ => panic!("{accepted:?} {taken:?} {stands:?}"),
        }
    }
}
