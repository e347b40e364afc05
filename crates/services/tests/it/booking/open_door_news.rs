//! What parties are told of sessions that need no booking is what holds when the message leaves, and whoever was told to just
//! come is told otherwise, whatever has become of their waiting.

use super::closing::{closing, work};
use super::open_door::{begins, free, set, take_back, told, waiting_house};
use super::waiting::{join, joined};
use super::{book, officer};
use crate::outreach::{date, lecture, now, publish};
use domain::account::Actor;
use domain::ids::SessionId;
use jiff::civil;
use services::booking::{self, BookingError, Handle, Reached, Scope};
use services::outreach;
use testkit::TestHouse;

const DAY: Scope = Scope::Day(civil::date(2026, 7, 21));
const COME: &str = "这场免预约，直接来就行";
const COME_ALL_DAY: &str = "当天免预约，直接来就行";
const AGAIN: &str = "这场恢复预约";
const CLOSED: &str = "这场已关闭，请不要前来";

async fn close(house: &TestHouse, session: SessionId) {
    let by = officer(house);
    booking::close(&house.services, &by, closing(&by, Scope::Session(session))).await.expect("closed");
}

#[tokio::test]
async fn who_left_or_declined_after_being_told_to_just_come_is_told_otherwise_too() {
    let (house, [morning, evening, next], _) = waiting_house().await;
    let anybody = house.context(Actor::Anonymous);
    let left = join(&house, &house.services, morning, &[next], 11, 2).await.expect("on both lists");
    let declined = join(&house, &house.services, evening, &[next], 12, 2).await.expect("on both lists");
    let before = join(&house, &house.services, morning, &[next], 13, 2).await.expect("on both lists");
    booking::leave_waiting(&house.services, &anybody, &before.link).await.expect("left before anything was said");
    set(&house, DAY).await;
    let untold = join(&house, &house.services, next, &[], 14, 2).await.expect("for another day");
    work(&house.services).await;

    booking::leave_waiting(&house.services, &anybody, &left.link).await.expect("they just come");
    let first = "select id from booking where session_id = $1";
    let booked: uuid::Uuid =
        sqlx::query_scalar(first).bind(next.0).fetch_one(&house.db.owner_pool()).await.expect("its booking");
    booking::cancel(&house.services, &officer(&house), Handle::Id(booked.into()), None).await.expect("a place is free");
    booking::decline(&house.services, &anybody, &declined.link, next).await.expect("they just come");
    work(&house.services).await;

    take_back(&house, Scope::Session(morning)).await.expect("taken back");
    close(&house, evening).await;
    work(&house.services).await;
    let count = async |n, with| begins(&told(&house, n).await, with);
    assert_eq!((count(11, COME_ALL_DAY).await, count(11, AGAIN).await, count(11, CLOSED).await), (1, 1, 0));
    assert_eq!((count(12, COME_ALL_DAY).await, count(12, AGAIN).await, count(12, CLOSED).await), (1, 0, 1));
    assert_eq!(count(13, AGAIN).await, 0, "whoever was told nothing is told nothing");
    assert_eq!(count(14, AGAIN).await + count(14, CLOSED).await, 0, "{untold:?}");
}

#[tokio::test]
async fn who_left_before_the_message_went_is_not_told_that_it_was_taken_back() {
    let (house, [morning, _, next], _) = waiting_house().await;
    let anybody = house.context(Actor::Anonymous);
    let party = join(&house, &house.services, morning, &[next], 11, 2).await.expect("on both lists");
    set(&house, Scope::Session(morning)).await;
    booking::leave_waiting(&house.services, &anybody, &party.link).await.expect("left");
    work(&house.services).await;
    take_back(&house, Scope::Session(morning)).await.expect("taken back");
    work(&house.services).await;
    let told = told(&house, 11).await;
    assert_eq!((begins(&told, COME), begins(&told, AGAIN)), (0, 0), "{told:?}");
}

#[tokio::test]
async fn a_message_for_a_day_names_the_sessions_that_are_left_of_it() {
    let (house, [morning, evening, _], _) = waiting_house().await;
    joined(&house, morning, 11, 2).await;
    join(&house, &house.services, morning, &[evening], 12, 2).await.expect("on both lists");
    joined(&house, evening, 13, 2).await;
    work(&house.services).await;
    set(&house, DAY).await;
    close(&house, evening).await;
    work(&house.services).await;
    let count = async |n, with| begins(&told(&house, n).await, with);
    for (n, come, closed) in [(11, 1, 0), (12, 1, 1), (13, 0, 1)] {
        assert_eq!((count(n, COME).await, count(n, CLOSED).await), (come, closed), "{n}");
        assert_eq!(count(n, COME_ALL_DAY).await, 0, "{n}: the day is not free as a whole");
    }
    let mail = told(&house, 12).await.into_iter().find(|subject| subject.starts_with(COME)).expect("the news");
    assert!(mail.contains("09:00") && !mail.contains("15:00"), "only what is open: {mail}");
}

#[tokio::test]
async fn what_was_taken_back_at_night_and_closed_before_eight_is_told_as_closed() {
    let (house, [morning, ..], _) = waiting_house().await;
    joined(&house, morning, 11, 2).await;
    set(&house, Scope::Session(morning)).await;
    work(&house.services).await;
    take_back(&house, Scope::Session(morning)).await.expect("taken back");
    close(&house, morning).await;
    work(&house.services).await;
    let told = told(&house, 11).await;
    assert_eq!((begins(&told, AGAIN), begins(&told, CLOSED)), (0, 1), "{told:?}");
}

#[tokio::test]
async fn all_dates_of_an_event_in_one_act() {
    let house = TestHouse::new().await;
    let event =
        outreach::add_event(&house.services, &house.services.system(), lecture("leyun")).await.expect("an event");
    let first = date(&house, event, "2026-07-25T09:30:00+08:00", 90, 20).await;
    let second = date(&house, event, "2026-08-01T09:30:00+08:00", 90, 20).await;
    publish(&house, event).await;
    book(&house.services, first, 1, 2).await.expect("there is room");
    let by = officer(&house);
    let act = free(&by, Scope::Dates(event));
    let reached = booking::open_door(&house.services, &by, act.clone()).await.expect("set");
    assert_eq!(reached, Reached { sessions: 2, bookings: 1, people: 2, waiting: 0 });
    assert_eq!(booking::open_door(&house.services, &by, act).await.expect("again"), Reached::default());
    let seen = now(&house, event).await;
    assert!(seen.timetable.sessions.iter().all(|session| session.facts.open_door));
    for session in [first, second] {
        super::open_door::just_come(book(&house.services, session, 2, 1).await);
    }
    let later = date(&house, event, "2026-08-08T09:30:00+08:00", 90, 20).await;
    book(&house.services, later, 3, 1).await.expect("a date added later is booked as any other");
    assert_eq!(take_back(&house, Scope::Dates(event)).await.expect("taken back"), 2);
    book(&house.services, second, 4, 1).await.expect("bookings are needed again");

    let nowhere = booking::touched(&house.services, &by, Scope::Dates(by.new_id())).await;
    assert!(matches!(nowhere, Err(BookingError::NotFound)), "{nowhere:?}");
}

#[tokio::test]
async fn who_is_told_nothing_of_a_later_session_is_told_with_the_one_that_reached_them() {
    let (house, [morning, evening, next], _) = waiting_house().await;
    let anybody = house.context(Actor::Anonymous);
    // It still waits for the next day when the evening is freed, and so can leave.
    let party = join(&house, &house.services, morning, &[evening, next], 11, 2).await.expect("on three lists");
    set(&house, Scope::Session(morning)).await;
    work(&house.services).await;
    set(&house, Scope::Session(evening)).await;
    booking::leave_waiting(&house.services, &anybody, &party.link).await.expect("left before they heard of the other");
    work(&house.services).await;
    assert_eq!(begins(&told(&house, 11).await, COME), 1, "of the first alone");
    take_back(&house, DAY).await.expect("taken back");
    work(&house.services).await;
    let told = told(&house, 11).await;
    assert_eq!(begins(&told, AGAIN), 1, "they heard of the first and come: {told:?}");
}

#[tokio::test]
async fn what_a_server_of_before_told_counts_as_told() {
    let (house, [morning, _, next], _) = waiting_house().await;
    let anybody = house.context(Actor::Anonymous);
    let party = join(&house, &house.services, morning, &[next], 11, 2).await.expect("on both lists");
    set(&house, Scope::Session(morning)).await;
    work(&house.services).await;
    let unknown = "update waiting_wish set told_to_come = null";
    sqlx::query(unknown).execute(&house.db.owner_pool()).await.expect("as it was written before");
    booking::leave_waiting(&house.services, &anybody, &party.link).await.expect("left");
    take_back(&house, Scope::Session(morning)).await.expect("taken back");
    work(&house.services).await;
    let told = told(&house, 11).await;
    assert_eq!(begins(&told, AGAIN), 1, "{told:?}");
}
