//! The numbers of the museum and of events, compared with fixtures that are counted by hand, and what is handed out.

mod exports;

use crate::booking::{add_session, book, museum, officer, steward};
use crate::{groups, outreach};
use domain::account::{Actor, Denied};
use domain::bus::City;
use domain::ids::BookingId;
use domain::numbers::{Lead, NoShows, Period, Tally, Unit};
use domain::outreach::EventKind;
use jiff::{SignedDuration, Timestamp};
use services::booking::{self, Handle, Ticket};
use services::numbers::{self, Cancelled, NumbersError, Part, Subject};
use testkit::TestHouse;
use uuid::Uuid;

fn go_to(house: &TestHouse, instant: &str) {
    let instant: Timestamp = instant.parse().expect("an instant");
    house.services.clock.advance(instant.duration_since(house.now()));
}

async fn admit(house: &TestHouse, booking: BookingId, present: u32) {
    let nonce = Uuid::from_u128(u128::from_be_bytes(services::crypto::random()));
    let answer = booking::admit(&house.services, &steward(house), nonce, Ticket::Booking(booking), present, None).await;
    answer.expect("an answer").expect("admitted");
}

fn july() -> Period {
    Period::of(Unit::Month, jiff::civil::date(2026, 7, 1))
}

#[tokio::test]
async fn the_museum_counted_by_hand() {
    let house = TestHouse::new().await;
    museum(&house).await;
    // Booked on 20 July: a Tuesday with one party that comes in part, one that does not, one that cancelled, and an evening
    // of a Wednesday that is still to come when the numbers are read.
    let tuesday = add_session(&house, "2026-07-21T09:00:00+08:00", 20).await;
    let wednesday = add_session(&house, "2026-07-22T18:00:00+08:00", 30).await;
    let august = add_session(&house, "2026-08-01T00:00:00+08:00", 40).await;
    let part = book(&house.services, tuesday, 1, 5).await.expect("there is room");
    book(&house.services, tuesday, 2, 2).await.expect("there is room");
    let given_back = book(&house.services, tuesday, 3, 4).await.expect("there is room");
    book(&house.services, wednesday, 4, 3).await.expect("there is room");
    book(&house.services, august, 5, 5).await.expect("there is room");
    booking::cancel(&house.services, &officer(&house), Handle::Id(given_back.booking), None).await.expect("cancelled");
    go_to(&house, "2026-07-21T09:00:00+08:00");
    admit(&house, part.booking, 4).await;
    let id = Uuid::from_u128(71);
    booking::walk_in(&house.services, &steward(&house), id, 6).await.expect("counted");
    go_to(&house, "2026-07-22T12:00:00+08:00");

    let read = numbers::read(&house.services, &officer(&house), Subject::Museum, july()).await.expect("numbers");
    // 5 and 2 of the Tuesday's 20 places, 3 of the Wednesday's 30; four of the five came. August is another month.
    let no_shows = NoShows { expected: 2, absent: 1 };
    let tuesday =
        Tally { sessions: 1, places: 20, booked: 7, admitted: 4, over_places: 20, over_admitted: 4, no_shows };
    let wednesday = Tally { sessions: 1, places: 30, booked: 3, ..Tally::default() };
    assert_eq!(read.occupancy.all, Tally { sessions: 2, places: 50, booked: 10, ..tuesday });
    assert_eq!((read.occupancy.weekdays[1], read.occupancy.weekdays[2]), (tuesday, wednesday));
    assert_eq!((read.occupancy.hours[&9], read.occupancy.hours[&18]), (tuesday, wednesday));
    let all = read.occupancy.all;
    let rates = (all.percent_booked(), all.percent_admitted(), all.no_shows.percent());
    assert_eq!(rates, (Some(20), Some(20), Some(50)), "10 of 50, 4 of the 20 that are over, 1 of 2");
    assert_eq!(read.lead, Lead::new([(1, 2), (2, 1)]));
    assert_eq!(read.cancelled, [Cancelled { by: "staff".into(), parties: 1, people: 4 }]);
    assert_eq!((read.waiting, read.walk_ins), ([0, 0, 0], 6));
    assert!(read.groups.is_empty() && read.events.is_empty());

    let events = numbers::read(&house.services, &officer(&house), Subject::Events, july()).await.expect("numbers");
    assert_eq!(events.occupancy.all, Tally::default(), "nothing of the museum is an event's");
    assert_eq!(events.walk_ins, 0);
}

#[tokio::test]
async fn schools_are_counted_by_hand() {
    let (house, sessions) = groups::house(&[60, 60, 60, 60]).await;
    let mut classes = Vec::new();
    for (n, session) in (1..).zip(&sessions) {
        // The code that was sent last is the one of this class.
        house.services.clock.advance(SignedDuration::from_mins(2));
        classes.push(groups::ask(&house, n, &[*session]).await);
    }
    // The first two are classes of one school; the fourth is never approved.
    sqlx::query("update group_request set organisation = '演示市第1小学' where organisation = '演示市第2小学'")
        .execute(&house.db.owner_pool())
        .await
        .expect("renamed");
    for (class, session) in classes.iter().zip(&sessions).take(3) {
        groups::approve(&house, *class, *session).await.expect("approved");
    }
    let first = groups::request(&house, classes[0]).await.booking.expect("a booking").booking;
    go_to(&house, "2026-07-28T09:00:00+08:00");
    admit(&house, first, 50).await;

    let read = numbers::read(&house.services, &officer(&house), Subject::Museum, july()).await.expect("numbers");
    let school =
        |n: u32, times, booked, admitted| Part { of: format!("演示市第{n}小学"), times, booked, admitted };
    assert_eq!(read.groups, [school(1, 2, 106, 50), school(3, 1, 53, 0)], "53 of each class");
}

#[tokio::test]
async fn events_are_counted_by_hand() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let event = outreach::published_lecture(&house).await;
    let visitor = house.context(Actor::Anonymous);
    for mail in ["one@example.com", "two@example.com"] {
        let answers = [("q-expecting", "no"), ("q-seats", "2")];
        outreach::register(&house, &visitor, event, mail, &answers).await.expect("there is room");
    }
    // One more date, which nobody books, and one of another month.
    outreach::date(&house, event.0, "2026-07-31T09:30:00+08:00", 90, 30).await;
    outreach::date(&house, event.0, "2026-08-01T09:30:00+08:00", 90, 40).await;

    let read = numbers::read(&house.services, &officer(&house), Subject::Events, july()).await.expect("numbers");
    assert_eq!(read.occupancy.all, Tally { sessions: 2, places: 50, booked: 2, ..Tally::default() });
    assert_eq!(read.lead, Lead::new([(5, 2)]), "from 20 to 25 July");
    assert_eq!(read.events, [Part { of: (EventKind::Lectures, City::Jinan), times: 2, booked: 2, admitted: 0 }]);
    let museum = numbers::read(&house.services, &officer(&house), Subject::Museum, july()).await.expect("numbers");
    assert_eq!(museum.occupancy.all, Tally::default(), "nothing of an event is the museum's");
}

#[tokio::test]
async fn numbers_are_for_those_who_may_see_them() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let denied = numbers::read(&house.services, &steward(&house), Subject::Museum, july()).await;
    assert!(matches!(denied, Err(NumbersError::Denied(Denied::NotAllowed))), "{denied:?}");
}

#[tokio::test]
async fn the_demo_has_two_weeks_to_count_and_makes_them_once() {
    let house = TestHouse::new().await;
    museum(&house).await;
    // Somebody has just booked: the claims of this house are decided by its own clock.
    let august = add_session(&house, "2026-08-01T09:00:00+08:00", 40).await;
    book(&house.services, august, 1, 2).await.expect("there is room");
    let system = house.services.system();
    let mut seen = Vec::new();
    for _ in 0..2 {
        numbers::seed_demo(&house.services, &system).await.expect("two weeks");
        seen.push(numbers::read(&house.services, &officer(&house), Subject::Museum, july()).await.expect("numbers"));
    }
    let all = seen[0].occupancy.all;
    assert_eq!((all.sessions, all.places), (24, 480), "twelve days of two sessions");
    assert!(all.over_admitted > 0 && all.no_shows.absent > 0 && all.over_admitted < all.booked, "{all:?}");
    assert_eq!(seen[0], seen[1]);
}
