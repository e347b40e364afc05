//! Nobody is registered for two sessions at once: checked under the lock, and raced.

use super::{date, lecture, publish};
use crate::booking::{book, machine};
use domain::booking::Refusal;
use domain::ids::SessionId;
use services::Services;
use services::booking::{self, BookingError, Claims, Guard, Handle};
use services::outreach;
use testkit::{Gate, TestHouse};

/// A published event with a session from ten to eleven, one from half past ten, and one from eleven.
async fn programme() -> (TestHouse, [SessionId; 3]) {
    let house = TestHouse::new().await;
    let system = house.services.system();
    let id = outreach::add_event(&house.services, &system, lecture("family-day")).await.expect("an event");
    let mut sessions = Vec::new();
    for starts in ["10:00", "10:30", "11:00"] {
        sessions.push(date(&house, id, &format!("2026-07-28T{starts}:00+08:00"), 60, 200).await);
    }
    publish(&house, id).await;
    (house, [sessions[0], sessions[1], sessions[2]])
}

fn overlaps<T>(answer: &Result<T, BookingError>) -> bool {
    matches!(answer, Err(BookingError::Refused(Refusal::Overlaps)))
}

/// The n-th person books, with a key for each session.
async fn take(services: &Services, session: SessionId, n: usize) -> Result<booking::Booked, BookingError> {
    let asked = booking::OnBehalf {
        session,
        person: crate::booking::person(n),
        party: crate::booking::party(1, 0),
        key: format!("{session}-{n}"),
    };
    booking::book(services, &machine(services), asked).await
}

#[tokio::test]
async fn one_person_is_in_one_place_at_a_time() {
    let (house, [ten, half, eleven]) = programme().await;
    let services = &house.services;
    let first = take(services, ten, 1).await.expect("there is room");
    assert!(overlaps(&take(services, half, 1).await));
    take(services, half, 2).await.expect("somebody else may");
    take(services, eleven, 1).await.expect("one ends when the other begins");
    assert!(overlaps(&take(services, half, 1).await));
    // Moving counts the others and not itself.
    let moved = booking::move_to(services, &machine(services), Handle::Id(first.booking), None, half).await;
    assert!(overlaps(&moved), "eleven is still booked: {moved:?}");
    let repeated = book(services, ten, 1, 1).await;
    assert!(overlaps(&repeated), "the same session twice is the same place twice");
}

/// So many people press for two overlapping sessions at once, on two servers; how many got both. Without the persons' lock both
/// sessions have decided before either writes.
async fn race(guard: Guard, people: usize) -> usize {
    let (house, [ten, half, _]) = programme().await;
    let mut servers = Vec::new();
    for _ in 0..2 {
        let mut server = TestHouse::second(&house.db, house.services.clock.clone(), 4).await;
        server.claims = Claims::guarded_by(guard);
        servers.push(server);
    }
    let gate = match guard {
        Guard::WithoutPersons => Some(Gate::before(&house.db, "booking").await),
        Guard::Lock | Guard::NegativeControl => None,
    };
    let mut both = 0;
    let presses: Vec<_> = (0..people)
        .map(|n| {
            let (one, other) = (servers[n % 2].clone(), servers[(n + 1) % 2].clone());
            tokio::spawn(async move { tokio::join!(take(&one, ten, n), take(&other, half, n)) })
        })
        .collect();
    if let Some(gate) = gate {
        gate.opens_for_two().await;
    }
    for press in presses {
        let (one, other) = press.await.expect("nobody panics");
        assert!(one.is_ok() || other.is_ok(), "nobody is refused both: {one:?} {other:?}");
        both += usize::from(one.is_ok() && other.is_ok());
    }
    both
}

#[tokio::test(flavor = "multi_thread")]
async fn pressed_at_once_one_of_two_overlapping_is_won() {
    assert_eq!(race(Guard::Lock, 30).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_persons_lock_somebody_gets_both() {
    // One person, so that each server decides on a session of its own and neither waits for the other's.
    let both = race(Guard::WithoutPersons, 1).await;
    assert_eq!(both, 1, "a race that nobody can lose proves nothing about the lock");
}
