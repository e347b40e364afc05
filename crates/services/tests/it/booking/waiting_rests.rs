//! Parties whose person has other bookings, beside which the rules allow no more: they are offered nothing and owed nothing,
//! their places come back to them, and nobody else is refused for places that are kept for nobody. No worker is needed.

use super::closing::{number, work};
use super::waiting::{Party, join, look};
use super::{add_session, book, is_full, museum, officer, people_booked};
use domain::account::Actor;
use domain::booking::{Refusal, Standstill, WaitingState};
use domain::ids::SessionId;
use services::booking::{self, Booked, BookingError, Handle};
use testkit::TestHouse;

/// Two sessions of a day: two places in the morning, taken by the first person, and twenty in the afternoon.
async fn house_of_two() -> (TestHouse, SessionId, SessionId, Booked) {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-22T09:00:00+08:00", 2).await;
    let afternoon = add_session(&house, "2026-07-22T15:00:00+08:00", 20).await;
    let first = book(&house.services, morning, 1, 2).await.expect("there is room");
    (house, morning, afternoon, first)
}

async fn waits(house: &TestHouse, session: SessionId, n: usize) -> Party {
    join(house, &house.services, session, &[], n, 2).await.expect("on the list")
}

async fn cancel(house: &TestHouse, booked: &Booked) {
    booking::cancel(&house.services, &officer(house), Handle::Id(booked.booking), None).await.expect("cancelled");
}

async fn free(house: &TestHouse, session: SessionId) -> u32 {
    booking::session_now(&house.services, &officer(house), session).await.expect("it is there").facts.free()
}

#[tokio::test]
async fn who_has_booked_that_day_is_neither_offered_nor_owed() {
    let (house, morning, afternoon, first) = house_of_two().await;
    let party = waits(&house, morning, 11).await;
    let other = book(&house.services, afternoon, 11, 2).await.expect("the afternoon has room");
    let told = async |booked: &Booked| {
        let seen =
            booking::view(&house.services, &officer(&house), &Handle::Id(booked.booking)).await.expect("it is there");
        booking::rests_beside(&house.services, &seen, house.now()).await.expect("looked at")
    };
    assert!(told(&other).await, "who books is told that their waiting rests");
    assert!(!told(&first).await, "who waits for nothing is not");
    cancel(&house, &first).await;
    let seen = look(&house, &party).await;
    assert_eq!((seen.state, seen.wishes[0].rests), (WaitingState::Waiting, true));
    assert_eq!(free(&house, morning).await, 2, "kept for nobody who could come");
    assert_eq!(booking::pass_on(&house.services).await.expect("looked at"), 0);
    let list = booking::waiting_list(&house.services, &officer(&house), morning).await.expect("a list");
    assert_eq!((list.why, list.lines[0].rests), (Standstill::Rests { parties: 1 }, true), "and staff see why");
    // Its place comes back with the other booking.
    cancel(&house, &other).await;
    assert_eq!(free(&house, morning).await, 0, "owed again, at once");
    assert!(is_full(&book(&house.services, morning, 3, 2).await));
    assert_eq!(look(&house, &party).await.state, WaitingState::Offered, "and offered before the public was refused");
}

#[tokio::test]
async fn somebody_else_takes_what_a_resting_party_cannot() {
    let (house, morning, afternoon, first) = house_of_two().await;
    let (rests, next) = (waits(&house, morning, 11).await, waits(&house, morning, 12).await);
    book(&house.services, afternoon, 11, 2).await.expect("the afternoon has room");
    cancel(&house, &first).await;
    assert_eq!(
        (look(&house, &rests).await.state, look(&house, &next).await.state),
        (WaitingState::Waiting, WaitingState::Offered),
        "the next in line"
    );
    let anybody = house.context(Actor::Anonymous);
    booking::decline(&house.services, &anybody, &next.link, morning).await.expect("declined");
    book(&house.services, morning, 3, 2).await.expect("a false refusal: nobody who waits could come");
}

#[tokio::test]
async fn an_offer_that_cannot_be_taken_any_more_goes_to_the_next_when_anybody_asks() {
    let (house, morning, afternoon, first) = house_of_two().await;
    let (spent, next) = (waits(&house, morning, 11).await, waits(&house, morning, 12).await);
    cancel(&house, &first).await;
    assert_eq!(look(&house, &spent).await.state, WaitingState::Offered);
    book(&house.services, afternoon, 11, 2).await.expect("the afternoon has room");
    // No worker runs. Whoever asks first is refused rightly: the places are the next party's, and it has them now.
    assert!(is_full(&book(&house.services, morning, 3, 2).await));
    let seen = look(&house, &spent).await;
    assert_eq!((seen.state, seen.wishes[0].rests), (WaitingState::Waiting, true));
    assert_eq!(look(&house, &next).await.state, WaitingState::Offered);
    let late = booking::accept(&house.services, &house.context(Actor::Anonymous), &spent.link, morning).await;
    assert!(matches!(late, Err(BookingError::Refused(Refusal::OfferEnded))), "{late:?}");
    work(&house.services).await;
    let told = "select count(*) from dev_mailbox where subject like '候补暂停%' and body_text like '%原来的顺序不变%'";
    assert_eq!(number(&house, told).await, 1, "and its party is told, once");
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'waiting.rests'").await, 1);
}

#[tokio::test]
async fn nobody_is_refused_for_an_offer_that_nobody_can_take() {
    let (house, morning, afternoon, first) = house_of_two().await;
    let spent = waits(&house, morning, 11).await;
    cancel(&house, &first).await;
    book(&house.services, afternoon, 11, 2).await.expect("the afternoon has room");
    book(&house.services, morning, 3, 2).await.expect("a false refusal: the offer is good for nobody");
    assert_eq!(people_booked(&house, morning).await, 2);
    assert_eq!(look(&house, &spent).await.state, WaitingState::Waiting);
}

#[tokio::test]
async fn a_move_finds_the_places_of_a_spent_offer() {
    let (house, morning, afternoon, first) = house_of_two().await;
    waits(&house, morning, 11).await;
    cancel(&house, &first).await;
    book(&house.services, afternoon, 11, 2).await.expect("the afternoon has room");
    let moves = book(&house.services, afternoon, 4, 2).await.expect("the afternoon has room");
    booking::move_to(&house.services, &officer(&house), Handle::Id(moves.booking), None, morning)
        .await
        .expect("a false refusal of a move");
    assert_eq!(people_booked(&house, morning).await, 2);
}

#[tokio::test]
async fn the_worker_takes_spent_offers_back() {
    let (house, morning, afternoon, first) = house_of_two().await;
    let (spent, next) = (waits(&house, morning, 11).await, waits(&house, morning, 12).await);
    cancel(&house, &first).await;
    book(&house.services, afternoon, 11, 2).await.expect("the afternoon has room");
    assert_eq!(booking::pass_on(&house.services).await.expect("passed on"), 1);
    assert_eq!(
        (look(&house, &spent).await.state, look(&house, &next).await.state),
        (WaitingState::Waiting, WaitingState::Offered)
    );
    assert_eq!(booking::pass_on(&house.services).await.expect("nothing more"), 0);
}

#[tokio::test]
async fn the_window_counts_as_the_day_does() {
    let (house, morning, _, first) = house_of_two().await;
    let party = waits(&house, morning, 11).await;
    for (key, day) in ["20", "21", "24"].into_iter().enumerate() {
        let other = add_session(&house, &format!("2026-07-{day}T16:00:00+08:00"), 5).await;
        let asked = booking::OnBehalf {
            session: other,
            person: super::person(11),
            party: super::party(1, 0),
            key: format!("window-{key}"),
        };
        booking::book(&house.services, &super::machine(&house.services), asked).await.expect("there is room");
    }
    cancel(&house, &first).await;
    assert!(look(&house, &party).await.wishes[0].rests);
    book(&house.services, morning, 3, 2).await.expect("nobody who waits could come");
}
