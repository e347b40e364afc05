//! The days schools wish for: which can still be, whose are taken when another school accepts, and who is told so.

use super::blackouts::{repair, shown};
use super::{ask_for_the_bus, dispatcher, garage, link, morning, request, subjects};
use crate::account::number;
use domain::account::Actor;
use domain::bus::State;
use domain::ids::{BusCrewId, BusRequestId, BusStopId, BusVehicleId};
use domain::time::local_day;
use jiff::{SignedDuration, civil};
use services::bus::{self, BusError, Fate, Guard, Handle, Lost, Wishes};
use sqlx::PgConnection;
use std::time::Duration;
use store::bus::{requests as sql, stops};
use testkit::TestHouse;

const TENTH: civil::Date = civil::Date::constant(2026, 9, 10);
const ELEVENTH: civil::Date = civil::Date::constant(2026, 9, 11);

/// So many schools, each with a request for 10 and 11 September.
async fn schools(house: &TestHouse, count: usize) -> Vec<BusRequestId> {
    let mut all = Vec::new();
    for n in 1..=count {
        all.push(ask_for_the_bus(house, n, "jinan").await);
        house.services.clock.advance(SignedDuration::from_mins(2));
    }
    all
}

/// A school that wished for these days from the beginning.
async fn wish_for(house: &TestHouse, id: BusRequestId, days: &str) {
    let wished = "update bus_request set days = $2::text::date[] where id = $1";
    sqlx::query(wished).bind(id.0).bind(days).execute(&house.db.owner_pool()).await.expect("the owner may");
}

/// Proposes a day from ten until half past three: with setting up and clearing away neither half of it is left.
async fn propose_whole_day(house: &TestHouse, id: BusRequestId, day: civil::Date, unit: (BusVehicleId, BusCrewId)) {
    let mut wanted = morning(&request(house, id).await, unit.0, unit.1, ("10:00", "15:30"));
    let later = SignedDuration::from_hours(24 * i64::from(TENTH.until(day).expect("days").get_days()));
    (wanted.starts_at, wanted.ends_at) = (wanted.starts_at + later, wanted.ends_at + later);
    bus::propose(&house.services, &dispatcher(&house.services, 7), wanted).await.expect("proposed");
}

async fn accept(house: &TestHouse, id: BusRequestId) {
    let school = house.context(Actor::Anonymous);
    bus::accept(&house.services, &school, &link(house, id).await, None).await.expect("accepted");
}

/// What has become of a school's days; none for one that does not wait.
async fn wishes(house: &TestHouse, id: BusRequestId) -> Option<Wishes> {
    let request = request(house, id).await;
    let school = house.context(Actor::Anonymous);
    let found = bus::wishes(&house.services, &school, std::slice::from_ref(&request)).await;
    found.expect("computed").remove(&id)
}

/// The days of a school that waits which cannot be any more, with their reasons.
async fn lost(house: &TestHouse, id: BusRequestId) -> Vec<(civil::Date, Lost)> {
    let wishes = wishes(house, id).await.expect("it waits");
    wishes.days.into_iter().filter_map(|wish| Some((wish.day, wish.lost?))).collect()
}

/// How often the `n`-th school was told that none of its days is left.
async fn told(house: &TestHouse, n: usize) -> usize {
    subjects(house, n).await.iter().filter(|subject| subject.contains("都排满了")).count()
}

#[tokio::test]
async fn an_acceptance_takes_exactly_the_days_it_fills_and_who_has_none_left_is_told_once() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let unit = (vehicles[0], crews[0]);
    let all = schools(&house, 4).await;
    let &[one, two, three, four] = &all[..] else { panic!("four schools") };
    wish_for(&house, four, "{2026-09-14,2026-09-15}").await;

    propose_whole_day(&house, one, TENTH, unit).await;
    assert_eq!(lost(&house, three).await, [], "what is only proposed may be declined tomorrow");
    accept(&house, one).await;
    assert!(wishes(&house, one).await.is_none(), "who has a date wishes for none");
    assert_eq!(lost(&house, three).await, [(TENTH, Lost::Promised)], "the other day is left");
    assert_eq!((lost(&house, two).await, lost(&house, four).await), (vec![(TENTH, Lost::Promised)], vec![]));
    assert_eq!((told(&house, 2).await, told(&house, 3).await, told(&house, 4).await), (0, 0, 0));

    let version = request(&house, three).await.version;
    propose_whole_day(&house, two, ELEVENTH, unit).await;
    accept(&house, two).await;
    assert_eq!(lost(&house, three).await, [(TENTH, Lost::Promised), (ELEVENTH, Lost::Promised)]);
    let instead = wishes(&house, three).await.and_then(|wishes| wishes.instead).expect("a date instead");
    assert_eq!((local_day(instead.starts_at), instead.wished), (civil::date(2026, 9, 12), false));
    assert_eq!(lost(&house, four).await, []);
    assert_eq!((told(&house, 3).await, told(&house, 4).await, told(&house, 2).await), (1, 0, 0));
    let stands = request(&house, three).await;
    assert_eq!((stands.state, stands.version), (State::Submitted, version), "nobody's form is out of date by it");
    let staff = dispatcher(&house.services, 7);
    let board = bus::board(&house.services, &staff, None).await.expect("a board");
    let marked = bus::wishes(&house.services, &staff, &board).await.expect("computed");
    let marked: Vec<_> = marked.into_iter().filter(|(_, wishes)| wishes.all_lost()).map(|(id, _)| id).collect();
    assert_eq!(marked, [three], "the board marks the one that has none left");

    // The stop is cancelled: nothing has to be unmarked. Taken again, it is not told again.
    let school = house.context(Actor::Anonymous);
    bus::withdraw(&house.services, &school, &link(&house, one).await, None).await.expect("withdrawn");
    assert_eq!(lost(&house, three).await, [(ELEVENTH, Lost::Promised)], "the day is there again");
    let five = ask_for_the_bus(&house, 5, "jinan").await;
    propose_whole_day(&house, five, TENTH, unit).await;
    accept(&house, five).await;
    assert!(wishes(&house, three).await.is_some_and(|wishes| wishes.all_lost()));
    assert_eq!(told(&house, 3).await, 1, "once is enough");
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'bus.no_day_left'").await, 1);
}

#[tokio::test]
async fn a_second_bus_keeps_every_wish_alive() {
    let (house, vehicles, crews) = garage(2, 2).await;
    let all = schools(&house, 3).await;
    for (id, day) in [(all[0], TENTH), (all[1], ELEVENTH)] {
        propose_whole_day(&house, id, day, (vehicles[0], crews[0])).await;
        accept(&house, id).await;
    }
    assert_eq!((lost(&house, all[2]).await, told(&house, 3).await), (vec![], 0));
}

#[tokio::test]
async fn a_day_is_lost_for_its_own_reason() {
    let (house, ..) = garage(1, 1).await;
    let id = schools(&house, 1).await[0];
    let wanted = repair(&house, None);
    let seen = shown(&house, &wanted).await;
    let staff = dispatcher(&house.services, 7);
    bus::add_blackout(&house.services, &staff, wanted, Fate::Queue, seen).await.expect("added");
    let inspected = Lost::NoDriving { reason_zh: "车辆年检".into(), reason_en: "Yearly inspection".into() };
    assert_eq!(lost(&house, id).await, [(TENTH, inspected)]);
    let noon = "2026-09-11T12:00:00+08:00".parse::<jiff::Timestamp>().expect("an instant");
    house.services.clock.advance(noon.duration_since(house.now()));
    assert_eq!(lost(&house, id).await, [(TENTH, Lost::Past), (ELEVENTH, Lost::Past)]);
    let instead = wishes(&house, id).await.and_then(|wishes| wishes.instead).expect("a date instead");
    assert_eq!(local_day(instead.starts_at), civil::date(2026, 9, 12), "after today, whatever was wished for");
    assert_eq!(told(&house, 1).await, 0, "no other school took it");
}

#[tokio::test]
async fn who_has_no_day_left_chooses_others_once_and_is_told_again_when_they_go_too() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let unit = (vehicles[0], crews[0]);
    let all = schools(&house, 4).await;
    let id = all[2];
    for (other, day) in [(all[0], TENTH), (all[1], ELEVENTH)] {
        propose_whole_day(&house, other, day, unit).await;
        accept(&house, other).await;
    }
    assert_eq!(told(&house, 3).await, 1, "before they choose: of days they wish for no more nobody is told");
    let (services, school, handle) = (&house.services, house.context(Actor::Anonymous), link(&house, id).await);
    let version = Some(request(&house, id).await.version);
    let days = |first: &str, second: &str| domain::bus::typed([("day_1", first), ("day_2", second)]);
    let twice = bus::choose_days(services, &school, &handle, version, &days("2026-09-15", "2026-09-15")).await;
    assert!(matches!(twice, Err(BusError::Fields(ref errors)) if errors[0].field == "day_2"), "{twice:?}");
    let new = days("2026-09-15", "2026-09-16");
    bus::choose_days(services, &school, &handle, version, &new).await.expect("chosen");
    bus::choose_days(services, &school, &handle, version, &new).await.expect("the second press says the same");
    let stale = bus::choose_days(services, &school, &handle, version, &days("2026-09-17", "2026-09-18")).await;
    assert!(matches!(stale, Err(BusError::StateHasChanged)), "{stale:?}");
    assert_eq!((lost(&house, id).await, request(&house, id).await.days.len()), (vec![], 2));
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'bus.days_chosen'").await, 1);
    assert_eq!(told(&house, 3).await, 1);

    // Both of the new days go, too, with one stop on each.
    let five = ask_for_the_bus(&house, 5, "jinan").await;
    for (other, day) in [(all[3], 15), (five, 16)] {
        wish_for(&house, other, "{2026-09-15,2026-09-16}").await;
        propose_whole_day(&house, other, civil::date(2026, 9, day), unit).await;
        accept(&house, other).await;
    }
    assert_eq!(told(&house, 3).await, 2, "once for the first days, once for these");

    // Who has a date chooses no days: they decline it, and say what would suit.
    let (handle, new) = (link(&house, all[0]).await, days("2026-09-21", "2026-09-22"));
    let late = bus::choose_days(services, &school, &handle, None, &new).await;
    assert!(matches!(late, Err(BusError::StateHasChanged)), "{late:?}");
    let nobody = bus::choose_days(services, &school, &Handle::Link("no link".into()), None, &new).await;
    assert!(matches!(nobody, Err(BusError::NotFound)), "{nobody:?}");
}

#[tokio::test]
async fn nobody_is_woken_because_another_school_accepted_nor_told_of_days_they_do_not_wish_for_any_more() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let all = schools(&house, 4).await;
    for (id, day) in [(all[0], TENTH), (all[1], ELEVENTH)] {
        propose_whole_day(&house, id, day, (vehicles[0], crews[0])).await;
    }
    accept(&house, all[0]).await;
    let today = local_day(house.now());
    let go_to = |day: civil::Date, clock: &str| {
        let instant: jiff::Timestamp = format!("{day}T{clock}:00+08:00").parse().expect("an instant");
        house.services.clock.advance(instant.duration_since(house.now()));
    };
    go_to(today, "22:00");
    accept(&house, all[1]).await;
    assert_eq!((told(&house, 3).await, told(&house, 4).await), (0, 0), "it is night");
    let (school, handle) = (house.context(Actor::Anonymous), link(&house, all[3]).await);
    let new = domain::bus::typed([("day_1", "2026-09-15"), ("day_2", "2026-09-16")]);
    bus::choose_days(&house.services, &school, &handle, None, &new).await.expect("chosen");
    go_to(today.tomorrow().expect("a day"), "10:00");
    assert_eq!((told(&house, 3).await, told(&house, 4).await), (1, 0));
}

#[tokio::test]
async fn whose_proposal_ran_out_chooses_days_although_nobody_has_noted_it() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let id = schools(&house, 1).await[0];
    propose_whole_day(&house, id, TENTH, (vehicles[0], crews[0])).await;
    let answer_by = request(&house, id).await.stop.as_ref().map(|stop| stop.answer_by).expect("a stop");
    house.services.clock.advance(answer_by.duration_since(house.now()));
    let shown = request(&house, id).await;
    assert_eq!(shown.state, State::Submitted, "it waits again");
    let (school, handle) = (house.context(Actor::Anonymous), link(&house, id).await);
    let new = domain::bus::typed([("day_1", "2026-09-15"), ("day_2", "2026-09-16")]);
    bus::choose_days(&house.services, &school, &handle, Some(shown.version), &new).await.expect("chosen");
    let days = [civil::date(2026, 9, 15), civil::date(2026, 9, 16)];
    assert_eq!(request(&house, id).await.days, days);
}

/// Two schools with a proposal each, which together take both days of a third.
async fn two_take_what_a_third_wishes_for() -> (TestHouse, [BusRequestId; 3]) {
    let (house, vehicles, crews) = garage(1, 1).await;
    let all = schools(&house, 3).await;
    for (id, day) in [(all[0], TENTH), (all[1], ELEVENTH)] {
        propose_whole_day(&house, id, day, (vehicles[0], crews[0])).await;
    }
    (house, [all[0], all[1], all[2]])
}

/// Waits until so many wait for a lock.
async fn until_waiting(house: &TestHouse, count: i64) {
    let waiting =
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while number(house, waiting).await < count {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_acceptances_at_once_the_second_finds_that_nothing_is_left_and_tells() {
    let (house, [one, two, three]) = two_take_what_a_third_wishes_for().await;
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    let school = house.context(Actor::Anonymous);
    let (first, second) = (link(&house, one).await, link(&house, two).await);
    // Both have written their acceptance before either may look at the third school's days.
    let pool = house.db.owner_pool();
    let mut holder = pool.acquire().await.expect("a connection");
    sqlx::raw_sql("begin").execute(&mut *holder).await.expect("a transaction");
    let lock = "select 1 from bus_request where id = $1 for update";
    sqlx::query(lock).bind(three.0).execute(&mut *holder).await.expect("locked");
    let both = async {
        until_waiting(&house, 2).await;
        sqlx::raw_sql("commit").execute(&mut *holder).await.expect("let go");
    };
    let (a, b, ()) = tokio::join!(
        bus::accept(&house.services, &school, &first, None),
        bus::accept(&other, &school, &second, None),
        both
    );
    a.expect("accepted");
    b.expect("accepted");
    assert!(wishes(&house, three).await.is_some_and(|wishes| wishes.all_lost()));
    assert_eq!(told(&house, 3).await, 1);
}

async fn accepted(house: &TestHouse, db: &mut PgConnection, id: BusRequestId) {
    let words = store::requests::rows::Words::default();
    sqlx::raw_sql("begin").execute(&mut *db).await.expect("a transaction");
    sql::advance(&mut *db, id.0, State::Accepted.name(), &words, house.now()).await.expect("written");
    stops::advance(db, id.0, State::Accepted.name(), house.now()).await.expect("written");
}

/// Negative control of the race above: where nobody's row is locked each acceptance sees one day left, and nobody is told.
#[tokio::test]
async fn without_the_lock_two_acceptances_leave_a_school_without_a_day_and_a_word() {
    let (house, [one, two, three]) = two_take_what_a_third_wishes_for().await;
    let (pool, system) = (house.db.owner_pool(), house.services.system());
    let mut first = pool.acquire().await.expect("a connection");
    let mut second = pool.acquire().await.expect("a connection");
    let stop = async |id| -> BusStopId { request(&house, id).await.own.stop.expect("a stop").id };
    let (of_one, of_two) = (stop(one).await, stop(two).await);
    accepted(&house, &mut first, one).await;
    accepted(&house, &mut second, two).await;
    let guard = Guard::NegativeControl;
    let a = bus::tell_who_lost(&house.services, &system, &mut first, of_one, guard).await.expect("looked");
    let b = bus::tell_who_lost(&house.services, &system, &mut second, of_two, guard).await.expect("looked");
    for db in [&mut first, &mut second] {
        sqlx::raw_sql("commit").execute(&mut **db).await.expect("committed");
    }
    let nothing_left = wishes(&house, three).await.is_some_and(|wishes| wishes.all_lost());
    assert_eq!((nothing_left, a + b), (true, 0), "a race that cannot go wrong proves nothing about the lock");
}
