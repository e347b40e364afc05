//! One message speaks of all sessions of an act that a party waited for, also of different days, and of nothing besides them.

use super::closing::{closing, work};
use super::open_door::{begins, free, go_to, set, take_back, told, waiting_house};
use super::waiting::join;
use super::{book, officer};
use crate::outreach::{date, lecture, publish};
use domain::ids::{ActivityId, SessionId};
use jiff::civil;
use services::booking::{self, BookingError, OpenDoor, Scope};
use services::outreach;
use testkit::TestHouse;

const DAY: Scope = Scope::Day(civil::date(2026, 7, 21));

/// A lecture with two full dates a week apart, which the eleventh person waits for.
async fn two_dates() -> (TestHouse, ActivityId, [SessionId; 2]) {
    full_dates([("2026-07-25T09:30:00+08:00", 90), ("2026-08-01T09:30:00+08:00", 90)]).await
}

/// The same of two dates of so many minutes.
async fn full_dates([one, two]: [(&str, i64); 2]) -> (TestHouse, ActivityId, [SessionId; 2]) {
    let house = TestHouse::new().await;
    let system = house.services.system();
    let event = outreach::add_event(&house.services, &system, lecture("leyun")).await.expect("an event");
    let first = date(&house, event, one.0, one.1, 2).await;
    let second = date(&house, event, two.0, two.1, 2).await;
    publish(&house, event).await;
    for (n, session) in [first, second].into_iter().enumerate() {
        book(&house.services, session, n, 2).await.expect("there is room");
    }
    join(&house, &house.services, first, &[second], 11, 2).await.expect("on both lists");
    work(&house.services).await;
    (house, event, [first, second])
}

/// What the eleventh person was told that begins so.
async fn one(house: &TestHouse, with: &str) -> String {
    let told = told(house, 11).await;
    assert_eq!(begins(&told, with), 1, "“{with}”: {told:?}");
    told.into_iter().find(|subject| subject.starts_with(with)).unwrap_or_default()
}

#[tokio::test]
async fn who_waited_for_two_dates_is_told_of_both_that_bookings_are_needed_again() {
    let (house, event, _) = two_dates().await;
    set(&house, Scope::Dates(event)).await;
    work(&house.services).await;
    assert_eq!(take_back(&house, Scope::Dates(event)).await.expect("taken back"), 2);
    work(&house.services).await;
    let subject = one(&house, "这几场恢复预约").await;
    assert!(subject.contains("7月25日") && subject.contains("8月1日"), "{subject}");
}

#[tokio::test]
async fn a_date_that_was_taken_back_before_the_others_is_told_of_by_itself() {
    let (house, event, [first, second]) = two_dates().await;
    set(&house, Scope::Dates(event)).await;
    work(&house.services).await;
    take_back(&house, Scope::Session(second)).await.expect("taken back");
    take_back(&house, Scope::Dates(event)).await.expect("taken back");
    work(&house.services).await;
    let told = told(&house, 11).await;
    assert_eq!(begins(&told, "这场恢复预约"), 2, "each for itself: {told:?}");
    assert!(told.iter().any(|subject| subject.contains("7月25日")), "{first}: {told:?}");
}

#[tokio::test]
async fn who_was_to_hear_of_it_with_a_date_that_is_over_by_then_hears_of_it_all_the_same() {
    // The second is over first.
    let dates = [("2026-07-21T09:00:00+08:00", 360), ("2026-07-21T10:00:00+08:00", 60)];
    let (house, event, _) = full_dates(dates).await;
    set(&house, Scope::Dates(event)).await;
    work(&house.services).await;
    go_to(&house, "2026-07-21T10:59:59+08:00");
    let by = officer(&house);
    go_to(&house, "2026-07-21T11:00:01+08:00");
    assert_eq!(booking::booking_again(&house.services, &by, Scope::Dates(event), None).await.expect("taken back"), 1);
    work(&house.services).await;
    let subject = one(&house, "这场恢复预约").await;
    assert!(subject.contains("09:00"), "{subject}");
}

#[tokio::test]
async fn dates_that_were_taken_back_and_closed_before_anybody_was_told_are_told_as_closed() {
    let (house, event, dates) = two_dates().await;
    set(&house, Scope::Dates(event)).await;
    work(&house.services).await;
    take_back(&house, Scope::Dates(event)).await.expect("taken back");
    let by = officer(&house);
    for date in dates {
        booking::close(&house.services, &by, closing(&by, Scope::Session(date))).await.expect("closed");
    }
    work(&house.services).await;
    one(&house, "这几场已关闭，请不要前来").await;
}

#[tokio::test]
async fn each_act_tells_of_its_own_sessions_and_of_none_that_is_over() {
    let (house, [morning, evening, next], _) = waiting_house().await;
    join(&house, &house.services, morning, &[evening, next], 11, 2).await.expect("on three lists");
    set(&house, Scope::Session(morning)).await;
    work(&house.services).await;
    assert!(one(&house, "这场免预约，直接来就行").await.contains("09:00"));
    go_to(&house, "2026-07-21T12:00:00+08:00");
    set(&house, DAY).await;
    work(&house.services).await;
    let day = one(&house, "当天免预约，直接来就行").await;
    assert!(day.contains("15:00") && !day.contains("09:00"), "the morning is over: {day}");
    set(&house, Scope::Session(next)).await;
    work(&house.services).await;
    let told = told(&house, 11).await;
    let last = told.iter().find(|subject| subject.contains("7月22日")).expect("told of the last");
    assert!(last.starts_with("这场免预约") && !last.contains("7月21日"), "{last}");
}

#[tokio::test]
async fn two_acts_of_one_night_are_two_different_messages_and_what_was_taken_back_is_none() {
    let (house, [morning, evening, next], _) = waiting_house().await;
    join(&house, &house.services, morning, &[evening, next], 11, 2).await.expect("on three lists");
    work(&house.services).await;
    for session in [morning, evening, next] {
        set(&house, Scope::Session(session)).await;
    }
    take_back(&house, Scope::Session(next)).await.expect("taken back before anybody was told");
    work(&house.services).await;
    let told = told(&house, 11).await;
    let come: Vec<&String> = told.iter().filter(|subject| subject.starts_with("这场免预约")).collect();
    assert_eq!(come.len(), 2, "{told:?}");
    for at in ["09:00", "15:00"] {
        assert_eq!(come.iter().filter(|subject| subject.contains(at)).count(), 1, "{at}: {come:?}");
    }
}

#[tokio::test]
async fn the_key_of_one_date_is_not_the_key_of_all() {
    let (house, event, [first, _]) = two_dates().await;
    let by = officer(&house);
    let act = free(&by, Scope::Session(first));
    booking::open_door(&house.services, &by, act.clone()).await.expect("set");
    booking::open_door(&house.services, &by, act.clone()).await.expect("sent again");
    let all = OpenDoor { what: Scope::Dates(event), ..act };
    let reused = booking::open_door(&house.services, &by, all).await;
    assert!(matches!(reused, Err(BookingError::KeyReused)), "{reused:?}");
    let all = free(&by, Scope::Dates(event));
    booking::open_door(&house.services, &by, all.clone()).await.expect("set");
    booking::open_door(&house.services, &by, all).await.expect("sent again");
}
