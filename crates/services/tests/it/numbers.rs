//! The numbers of the museum, compared with a fixture that is counted by hand.

use crate::booking::{add_session, book, museum, officer, steward};
use domain::account::Denied;
use domain::ids::BookingId;
use domain::numbers::{Lead, NoShows, Period, Tally, Unit};
use jiff::Timestamp;
use services::booking::{self, Handle, Ticket};
use services::numbers::{self, Cancelled, NumbersError, Subject};
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
    assert_eq!(read.occupancy.all, Tally { sessions: 2, places: 50, booked: 10, admitted: 4 });
    assert_eq!(read.occupancy.weekdays[1], Tally { sessions: 1, places: 20, booked: 7, admitted: 4 });
    assert_eq!(read.occupancy.hours[&18], Tally { sessions: 1, places: 30, booked: 3, admitted: 0 });
    assert_eq!(read.no_shows, NoShows { expected: 2, absent: 1 });
    assert_eq!(read.lead, Lead::new([(1, 2), (2, 1)]));
    assert_eq!(read.cancelled, [Cancelled { by: "staff".into(), parties: 1, people: 4 }]);
    assert_eq!((read.waiting, read.walk_ins), ([0, 0, 0], 6));
    assert!(read.groups.is_empty() && read.events.is_empty());

    let events = numbers::read(&house.services, &officer(&house), Subject::Events, july()).await.expect("numbers");
    assert_eq!(events.occupancy.all, Tally::default(), "nothing of the museum is an event's");
    assert_eq!(events.walk_ins, 0);
}

#[tokio::test]
async fn numbers_are_for_those_who_may_see_them() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let denied = numbers::read(&house.services, &steward(&house), Subject::Museum, july()).await;
    assert!(matches!(denied, Err(NumbersError::Denied(Denied::NotAllowed))), "{denied:?}");
}
