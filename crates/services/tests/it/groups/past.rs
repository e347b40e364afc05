//! What becomes of an approved group once its session is past: nothing stands as approved for ever.

use super::{approve, ask, house, request};
use crate::booking::{officer, steward};
use domain::groups::State;
use domain::ids::{GroupRequestId, SessionId};
use jiff::SignedDuration;
use services::booking::{self, Ticket};
use services::groups::{self, RequestView, Wanted};
use testkit::TestHouse;

async fn two_approved() -> (TestHouse, SessionId, [GroupRequestId; 2]) {
    let (house, sessions) = house(&[120]).await;
    let one = ask(&house, 1, &sessions).await;
    house.services.clock.advance(SignedDuration::from_mins(2));
    let two = ask(&house, 2, &sessions).await;
    for id in [one, two] {
        approve(&house, id, sessions[0]).await.expect("approved");
    }
    (house, sessions[0], [one, two])
}

async fn until(house: &TestHouse, instant: &str) {
    let instant: jiff::Timestamp = instant.parse().expect("an instant");
    house.services.clock.advance(instant.duration_since(house.now()));
}

async fn comes(house: &TestHouse, seen: &RequestView, people: u32) {
    let booked = seen.booking.expect("a booking").booking;
    let nonce = services::context::new_uuid(house.now());
    let admitted = booking::admit(&house.services, &steward(house), nonce, Ticket::Booking(booked), people, None).await;
    admitted.expect("an answer").expect("admitted");
}

#[tokio::test]
async fn of_two_classes_one_came_and_the_other_is_missed() {
    let (house, _, [came, missed]) = two_approved().await;
    until(&house, "2026-07-28T09:00:00+08:00").await;
    comes(&house, &request(&house, came).await, 53).await;
    until(&house, "2026-07-28T13:00:00+08:00").await;
    assert_eq!(request(&house, missed).await.state, State::Approved, "nobody has said yet that it did not come");
    booking::mark_no_shows(&house.services).await.expect("marked");
    assert_eq!(groups::settle_due(&house.services).await.expect("written down"), 2);
    assert_eq!(request(&house, came).await.state, State::Visited);
    assert_eq!(request(&house, missed).await.state, State::Missed);
    assert_eq!(groups::settle_due(&house.services).await.expect("it stands"), 0);
    // A fortnight later neither is on the board.
    until(&house, "2026-08-13T09:00:00+08:00").await;
    let board = groups::board(&house.services, &officer(&house), &Wanted::default()).await.expect("the board");
    assert!(board.is_empty(), "{:?}", board.iter().map(|it| it.state).collect::<Vec<_>>());
}

#[tokio::test]
async fn where_the_door_says_nothing_a_group_is_over_a_day_later() {
    let (house, _, [one, two]) = two_approved().await;
    until(&house, "2026-07-28T13:00:00+08:00").await;
    booking::mark_no_shows(&house.services).await.expect("nothing is certain");
    assert_eq!(groups::settle_due(&house.services).await.expect("too early"), 0);
    until(&house, "2026-07-29T10:30:00+08:00").await;
    assert_eq!(request(&house, one).await.state, State::Over, "by its time alone, whoever looks");
    assert_eq!(groups::settle_due(&house.services).await.expect("written down"), 2);
    assert_eq!(request(&house, two).await.state, State::Over);
}

#[tokio::test]
async fn a_mark_that_is_taken_back_leaves_the_group_over() {
    let (house, _, [came, missed]) = two_approved().await;
    until(&house, "2026-07-28T09:00:00+08:00").await;
    comes(&house, &request(&house, came).await, 53).await;
    until(&house, "2026-07-28T13:00:00+08:00").await;
    booking::mark_no_shows(&house.services).await.expect("marked");
    groups::settle_due(&house.services).await.expect("written down");
    house.services.clock.advance(SignedDuration::from_mins(1));
    let booked = request(&house, missed).await.booking.expect("it").booking;
    let mut db = house.db.owner_pool().acquire().await.expect("a connection");
    sqlx::query(
        "update no_show set over_at = now(), over_why = 'lifted', over_reason = '校车故障' where booking_id = $1",
    )
    .bind(booked.0)
    .execute(&mut *db)
    .await
    .expect("lifted");
    assert_eq!(groups::settle_due(&house.services).await.expect("written down"), 1);
    assert_eq!(request(&house, missed).await.state, State::Over);
    house.services.clock.advance(SignedDuration::from_mins(1));
    // And a scan that comes in later still says that somebody was there.
    sqlx::query("update booking set arrived = 3 where id = $1").bind(booked.0).execute(&mut *db).await.expect("late");
    assert_eq!(groups::settle_due(&house.services).await.expect("written down"), 1);
    assert_eq!(request(&house, missed).await.state, State::Visited);
    let trail: Vec<String> = sqlx::query_scalar(
        "select action from audit_entry where subject_id = $1 and action in ('group.missed', 'group.passed', 'group.visited') order by at, id",
    )
    .bind(missed.0)
    .fetch_all(&mut *db)
    .await
    .expect("the trail");
    assert_eq!(trail, ["group.missed", "group.passed", "group.visited"]);
}
