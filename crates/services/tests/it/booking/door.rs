//! The door: nonce before rules, typed refusals, one number inside.

use super::{book, house_with_session, machine, officer, steward};
use domain::account::Denied;
use domain::booking::{Admission, DoorRefusal};
use jiff::SignedDuration;
use services::booking::{self, BookingError, Handle, Ticket};
use uuid::Uuid;

#[tokio::test]
async fn a_party_comes_in_two_groups_and_a_retry_counts_once() {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 4).await.expect("there is room");
    house.services.clock.advance(SignedDuration::from_hours(21)); // nine o'clock
    let door = steward(&house);
    let view =
        booking::view(&house.services, &officer(&house), &Handle::Id(booked.booking)).await.expect("staff see it");
    let pass = Ticket::Pass(booking::pass_text(&house.services, &view));
    let scan = |nonce: u128, ticket: Ticket, present| {
        booking::admit(&house.services, &door, Uuid::from_u128(nonce), ticket, present, None)
    };
    let three = Ok(Admission { admitted: 3, arrived: 3, people: 4 });
    assert_eq!(scan(1, pass.clone(), 3).await.expect("an answer"), three);
    assert_eq!(scan(1, pass.clone(), 3).await.expect("an answer"), three, "the retry repeats the success");
    assert_eq!(scan(2, pass.clone(), 2).await.expect("an answer"), Err(DoorRefusal::MoreThanBooked { left: 1 }));
    let by_code = Ticket::Reference(booked.reference.to_lowercase());
    assert_eq!(scan(3, by_code, 1).await.expect("an answer"), Ok(Admission { admitted: 1, arrived: 4, people: 4 }));
    assert_eq!(scan(4, pass, 1).await.expect("an answer"), Err(DoorRefusal::AlreadyAdmitted { arrived: 4 }));
    booking::walk_in(&house.services, &door, Uuid::from_u128(5), 3).await.expect("counted");
    booking::walk_in(&house.services, &door, Uuid::from_u128(5), 3).await.expect("counted once");
    booking::leave(&house.services, &door, Uuid::from_u128(6), 2).await.expect("counted");
    assert_eq!(booking::inside(&house.services, &door).await.expect("a number"), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_nonce_pressed_twenty_times_at_once_admits_once() {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 4).await.expect("there is room");
    house.services.clock.advance(SignedDuration::from_hours(21));
    let door = steward(&house);
    let tries: Vec<_> = (0..20)
        .map(|_| {
            let (services, door, ticket) = (house.services.clone(), door.clone(), Ticket::Booking(booked.booking));
            tokio::spawn(async move { booking::admit(&services, &door, Uuid::from_u128(1), ticket, 2, None).await })
        })
        .collect();
    for one in tries {
        let answer = one.await.expect("no panic").expect("an answer");
        assert_eq!(answer, Ok(Admission { admitted: 2, arrived: 2, people: 4 }));
    }
}

#[tokio::test]
async fn every_worthless_ticket_has_its_own_answer() {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 4).await.expect("there is room");
    let view =
        booking::view(&house.services, &officer(&house), &Handle::Id(booked.booking)).await.expect("staff see it");
    let pass = booking::pass_text(&house.services, &view);
    let door = steward(&house);
    let answer = |ticket: Ticket| booking::admit(&house.services, &door, Uuid::from_u128(rand()), ticket, 1, None);
    assert!(matches!(answer(Ticket::Pass(pass.clone())).await, Ok(Err(DoorRefusal::WrongDay { .. }))));
    let mut forged = pass.clone();
    forged.truncate(pass.len() - 4);
    assert_eq!(answer(Ticket::Pass(forged)).await.expect("an answer"), Err(DoorRefusal::NotAPass));
    assert_eq!(answer(Ticket::Reference("0000-0000".into())).await.expect("an answer"), Err(DoorRefusal::Unknown));
    booking::cancel(&house.services, &machine(&house.services), Handle::Id(booked.booking), None)
        .await
        .expect("in time");
    house.services.clock.advance(SignedDuration::from_hours(21));
    assert_eq!(answer(Ticket::Pass(pass)).await.expect("an answer"), Err(DoorRefusal::Cancelled));
}

fn rand() -> u128 {
    u128::from_be_bytes(services::crypto::random())
}

#[tokio::test]
async fn the_office_alone_does_not_open_the_door() {
    let (house, _) = house_with_session(20).await;
    let nobody = house.context(domain::account::Actor::Anonymous);
    let answer =
        booking::admit(&house.services, &nobody, Uuid::from_u128(1), Ticket::Reference("x".into()), 1, None).await;
    assert!(matches!(answer, Err(BookingError::Denied(Denied::SignInNeeded))));
}
