//! The demo of booking as a whole: whatever somebody comes to look at is there, at whichever hour it was made, and once.

use domain::booking::WaitingState;
use domain::groups::State;
use domain::ids::BookingId;
use domain::numbers::{Period, Unit};
use domain::time::local_day;
use jiff::SignedDuration;
use services::booking::{SessionView, bookings_of_session};
use services::clock::Clock;
use services::numbers::Subject;
use services::{booking, bus, door, groups, numbers, outreach};
use testkit::TestHouse;

/// A house at an instant, with everything that the command of the demo makes of bookings, in its order.
async fn demo(now: &str) -> TestHouse {
    let house = TestHouse::with(Clock::frozen(now.parse().expect("an instant")), 8).await;
    seed(&house).await;
    house
}

async fn seed(house: &TestHouse) {
    let (services, system) = (&house.services, house.services.system());
    booking::seed_demo(services, &system).await.expect("the museum");
    booking::seed_days(services, &system).await.expect("its busy days");
    outreach::seed_demo(services, &system).await.expect("the events");
    outreach::seed_course(services, &system).await.expect("a course");
    door::seed_demo(services, &system).await.expect("the door");
    bus::seed_demo(services, &system).await.expect("the bus");
    groups::seed_demo(services, &system).await.expect("the groups");
    numbers::seed_demo(services, &system).await.expect("the past weeks");
    groups::seed_visit(services, &system).await.expect("a class that was here");
    later(house, 2);
}

/// The pictures of sessions and events are read anew.
fn later(house: &TestHouse, seconds: i64) {
    house.services.clock.advance(SignedDuration::from_secs(seconds));
}

async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number")
}

/// The session for which the most parties wait.
async fn waited_for(house: &TestHouse) -> SessionView {
    let museum = booking::museum(&house.services).await.expect("the museum");
    *museum.sessions.iter().max_by_key(|session| session.waiting).expect("sessions")
}

/// Everything that a second run could add to.
async fn all(house: &TestHouse) -> Vec<i64> {
    let tables = [
        "select count(*) from session",
        "select count(*) from booking",
        "select count(*) from waiting_entry",
        "select count(*) from booking_series",
        "select count(*) from door_count",
        "select count(*) from group_request",
        "select count(*) from bus_request",
        "select count(*) from bus_blackout",
        "select count(*) from event_answers",
    ];
    let mut all = Vec::new();
    for table in tables {
        all.push(number(house, table).await);
    }
    all
}

#[tokio::test]
async fn the_demo_has_a_full_session_with_those_who_wait_and_one_offer() {
    let house = demo("2026-11-26T14:00:00+08:00").await;
    let (services, by) = (&house.services, house.services.system());
    let full = waited_for(&house).await;
    assert_eq!(full.facts.free(), 0, "{full:?}");
    let list = booking::waiting_list(services, &by, full.id).await.expect("a list");
    let people: Vec<_> = list.lines.iter().map(|line| (line.people, line.state, line.others)).collect();
    let offered = (1, WaitingState::Offered, 0);
    assert_eq!(people, [(4, WaitingState::Waiting, 1), (2, WaitingState::Waiting, 0), offered]);

    let museum = booking::museum(services).await.expect("the museum");
    let closed: Vec<_> = museum.sessions.iter().filter(|session| session.facts.closed).collect();
    assert_eq!(closed.len(), 1);
    let ended = bookings_of_session(services, &by, closed[0].id).await.expect("bookings");
    assert!(ended.len() > 1 && ended.iter().all(|booking| booking.closure.is_some()), "{ended:?}");
    assert_eq!(number(&house, "select count(*) from idempotency where scope = 'rebook'").await, 1, "one took another");
    assert!(booking::closing_reason(services, closed[0].id).await.expect("a reason").is_some());
}

#[tokio::test]
async fn the_demo_has_visitors_today_and_a_party_that_two_devices_let_in() {
    let house = demo("2026-11-26T14:00:00+08:00").await;
    let (services, by) = (&house.services, house.services.system());
    let today = local_day(by.now);
    let sessions = booking::sessions(services, &by, today, today).await.expect("sessions");
    let begun: Vec<_> = sessions.iter().filter(|session| session.facts.starts_at <= by.now).collect();
    assert_eq!(begun.len(), 3);
    assert!(begun.iter().all(|session| session.arrived > 0 && session.arrived < session.facts.booked), "{begun:?}");
    assert!(booking::inside(services, &by).await.expect("a number") > 0);
    let conflicts = door::conflicts(services, &by).await.expect("a list");
    assert_eq!(conflicts.iter().filter(|conflict| conflict.settled.is_none()).count(), 1, "{conflicts:?}");
}

#[tokio::test]
async fn the_demo_has_something_in_every_number_and_in_every_list() {
    let house = demo("2026-11-26T14:00:00+08:00").await;
    let (services, by) = (&house.services, house.services.system());
    let november = Period::of(Unit::Month, local_day(by.now));
    let museum = numbers::read(services, &by, Subject::Museum, november).await.expect("numbers");
    assert_eq!(museum.groups.iter().map(|class| (class.times, class.admitted)).collect::<Vec<_>>(), [(1, 47)]);
    assert_eq!(museum.waiting, [3, 1, 0]);
    assert!(museum.walk_ins > 0 && !museum.cancelled.is_empty());
    let events = numbers::read(services, &by, Subject::Events, november).await.expect("numbers").occupancy.all;
    assert!(events.over_admitted > 0 && events.no_shows.absent > 0, "a day that is over: {events:?}");

    let programme = outreach::events(services).await.expect("events");
    let lectures = programme.by_slug("leyun-lectures").expect("the lectures");
    let first = lectures.timetable.sessions.first().expect("a date").id;
    let booked = bookings_of_session(services, &by, first).await.expect("bookings");
    let booked: Vec<BookingId> = booked.iter().map(|booking| booking.id).collect();
    let told = outreach::told(services, &booked).await.expect("answers");
    assert!(!booked.is_empty() && told.len() == booked.len() && told.values().any(|told| told.has_sensitive));
    assert_eq!(number(&house, "select count(*) from booking_series").await, 1, "a whole course");

    let board = groups::board(services, &by, &groups::Wanted::default()).await.expect("a board");
    assert!(board.iter().any(|request| request.state == State::Visited));
    assert_eq!(bus::blackouts(services, &by).await.expect("days").len(), 1);
    let late = "select count(*) from bus_request r join bus_stop s on s.request_id = r.id
                where r.state = 'visited' and r.created_at > s.starts_at - interval '14 days'";
    assert_eq!(number(&house, late).await, 0, "a visit is asked for before it");
}

#[tokio::test]
async fn the_demo_is_made_once_and_can_be_made_again_at_any_hour() {
    let house = demo("2026-11-26T14:00:00+08:00").await;
    let before = all(&house).await;
    seed(&house).await;
    assert_eq!(all(&house).await, before);
    // By now other sessions are the next ones, and a day later there are new ones besides.
    for hours in [2, 24] {
        later(&house, hours * 3_600);
        seed(&house).await;
    }
    assert_eq!(waited_for(&house).await.waiting, 2, "nobody waits twice");
}

#[tokio::test]
async fn the_demo_is_whole_before_the_doors_open_and_on_a_day_when_they_stay_closed() {
    for now in ["2026-11-24T07:30:00+08:00", "2026-11-23T12:00:00+08:00"] {
        let house = demo(now).await;
        let by = house.services.system();
        assert!(waited_for(&house).await.waiting > 0, "{now}");
        assert!(door::conflicts(&house.services, &by).await.expect("a list").is_empty(), "{now}: nobody has come");
        let month = Period::of(Unit::Month, local_day(by.now));
        let museum = numbers::read(&house.services, &by, Subject::Museum, month).await.expect("numbers");
        assert_eq!(museum.groups.len(), 1, "{now}");
    }
}
