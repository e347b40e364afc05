//! Cancelling, shrinking, moving: who may, until when, and what stays behind.

use super::{add_session, book, house_with_session, is_full, machine, museum, officer, party, people_booked};
use domain::account::Actor;
use domain::booking::Refusal;
use domain::ids::{AccountId, LoginSessionId};
use jiff::SignedDuration;
use services::booking::{self, BookingError, BookingState, Handle, Remember, Work};
use services::machines::{Repeatable, Taken};
use testkit::TestHouse;
use uuid::Uuid;

#[tokio::test]
async fn a_signed_link_shows_and_cancels_and_a_forged_one_does_not() {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 3).await.expect("there is room");
    let anybody = house.context(Actor::Anonymous);
    let seen =
        booking::view(&house.services, &officer(&house), &Handle::Id(booked.booking)).await.expect("staff see it");
    let link = booking::manage_link(&house.services, booked.booking, seen.ends_at);

    let mut forged = link.clone();
    forged.replace_range(0..1, if link.starts_with('A') { "B" } else { "A" });
    for handle in [Handle::Link(forged), Handle::Link(String::new()), Handle::Id(booked.booking)] {
        let answer = booking::view(&house.services, &anybody, &handle).await;
        assert!(matches!(answer, Err(BookingError::NotFound)), "{handle:?}: {answer:?}");
    }
    let cancelled =
        booking::cancel(&house.services, &anybody, Handle::Link(link.clone()), None).await.expect("in time");
    assert_eq!((cancelled.state, cancelled.sequence), (BookingState::Cancelled, 1));
    assert_eq!(people_booked(&house, session).await, 0);
    let again = booking::cancel(&house.services, &anybody, Handle::Link(link), None).await;
    assert!(matches!(again, Err(BookingError::Refused(Refusal::AlreadyCancelled))), "{again:?}");
}

#[tokio::test]
async fn a_stranger_with_an_account_sees_nothing() {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 3).await.expect("there is room");
    let stranger = house.context(Actor::Visitor {
        account: AccountId(Uuid::from_u128(1)),
        login: LoginSessionId(Uuid::from_u128(2)),
        stepped_up_at: None,
    });
    for answer in [
        booking::view(&house.services, &stranger, &Handle::Id(booked.booking)).await,
        booking::cancel(&house.services, &stranger, Handle::Id(booked.booking), None).await,
        booking::view(&house.services, &stranger, &Handle::Id(Uuid::from_u128(3).into())).await,
    ] {
        assert!(matches!(answer, Err(BookingError::NotFound)), "{answer:?}");
    }
}

#[tokio::test]
async fn a_party_gets_smaller_and_gives_its_places_back() {
    let (house, session) = house_with_session(5).await;
    let booked = book(&house.services, session, 1, 5).await.expect("there is room");
    let by = machine(&house.services);
    let grown = booking::change_party(&house.services, &by, Handle::Id(booked.booking), None, party(6, 0)).await;
    assert!(matches!(grown, Err(BookingError::Refused(Refusal::NotSmaller))), "{grown:?}");
    let smaller = booking::change_party(&house.services, &by, Handle::Id(booked.booking), None, party(3, 1))
        .await
        .expect("smaller");
    assert_eq!((smaller.party, smaller.sequence, smaller.version), (party(3, 1), 1, 2));
    book(&house.services, session, 2, 2).await.expect("two places came back");
    assert!(is_full(&book(&house.services, session, 3, 1).await));
}

#[tokio::test]
async fn an_old_form_is_refused_and_changes_nothing() {
    let (house, session) = house_with_session(5).await;
    let booked = book(&house.services, session, 1, 5).await.expect("there is room");
    let by = machine(&house.services);
    let change = |version, people| {
        booking::change_party(&house.services, &by, Handle::Id(booked.booking), Some(version), party(people, 0))
    };
    change(1, 4).await.expect("the first form is current");
    let old = change(1, 3).await;
    assert!(matches!(old, Err(BookingError::StateHasChanged)), "{old:?}");
    assert_eq!(people_booked(&house, session).await, 4);
}

#[tokio::test]
async fn a_move_keeps_the_old_places_until_the_new_ones_are_won() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-21T09:00:00+08:00", 5).await;
    let evening = add_session(&house, "2026-07-21T15:00:00+08:00", 5).await;
    let next_day = add_session(&house, "2026-07-22T09:00:00+08:00", 5).await;
    let booked = book(&house.services, morning, 1, 3).await.expect("there is room");
    book(&house.services, evening, 2, 3).await.expect("there is room");
    let by = machine(&house.services);
    let full = booking::move_to(&house.services, &by, Handle::Id(booked.booking), None, evening).await;
    assert!(is_full(&full), "{full:?}");
    assert_eq!(people_booked(&house, morning).await, 3);
    let moved = booking::move_to(&house.services, &by, Handle::Id(booked.booking), None, next_day).await.expect("room");
    assert_eq!((moved.session, moved.moves, moved.sequence), (next_day, 1, 1));
    assert_eq!((people_booked(&house, morning).await, people_booked(&house, next_day).await), (0, 3));
    let same = booking::move_to(&house.services, &by, Handle::Id(booked.booking), None, next_day).await;
    assert!(matches!(same, Err(BookingError::Refused(Refusal::SameSession))), "{same:?}");
}

#[tokio::test]
async fn the_deadline_binds_the_public_and_not_the_staff() {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 3).await.expect("there is room");
    // 08:45 on the day: fifteen minutes before.
    house.services.clock.advance(SignedDuration::from_mins(20 * 60 + 45));
    let late = booking::cancel(&house.services, &machine(&house.services), Handle::Id(booked.booking), None).await;
    assert!(matches!(late, Err(BookingError::Refused(Refusal::TooLate))), "{late:?}");
    booking::cancel(&house.services, &officer(&house), Handle::Id(booked.booking), None).await.expect("staff may");
}

/// A change and its answer are one: whoever asks again after the process died in between hears what was done.
#[tokio::test]
async fn a_change_and_its_remembered_answer_are_one_transaction() {
    let (house, session) = house_with_session(5).await;
    let booked = book(&house.services, session, 1, 5).await.expect("there is room");
    let by = machine(&house.services);
    let repeatable = Repeatable::new(&house.services, &by, "key-number-1", "booking", b"4");
    let remember = || Remember {
        under: repeatable.clone(),
        answer: Box::new(|_, view: &booking::BookingView| serde_json::json!({ "people": view.party.people.get() })),
    };
    let handle = || Handle::Id(booked.booking);
    let change = async |version, people| {
        let work = Work::Party(party(people, 0), None);
        booking::change_and_remember(&house.services, &by, handle(), version, work, remember()).await
    };
    let taken = async || repeatable.take(&house.services, house.now()).await.expect("answered");
    assert!(matches!(taken().await, Taken::Fresh));
    assert!(matches!(change(Some(9), 4).await, Err(BookingError::StateHasChanged)));
    assert!(matches!(taken().await, Taken::Running), "nothing was done, and nothing is remembered");
    change(Some(1), 4).await.expect("changed");
    // The process died here: nobody kept the answer but the change itself.
    assert!(matches!(taken().await, Taken::Done(answer) if answer["people"] == 4), "at once, not after a minute");
    let twice = change(None, 3).await;
    assert!(matches!(twice, Err(BookingError::Refused(Refusal::Busy))), "{twice:?}");
    assert_eq!(people_booked(&house, session).await, 4, "what was answered is not done a second time");
}

/// A request that was taken for dead and the one that took it over finish at the same time: one changes the booking. The
/// control: without the key both do.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_hold_one_key_one_changes_the_booking() {
    for remembered in [true, false] {
        let (house, session) = house_with_session(40).await;
        let booked = book(&house.services, session, 1, 5).await.expect("there is room");
        let by = officer(&house);
        let repeatable = Repeatable::new(&house.services, &by, "key-number-1", "booking", b"move");
        assert!(matches!(repeatable.take(&house.services, house.now()).await, Ok(Taken::Fresh)));
        let change = async |people| {
            let work = Work::Party(party(people, 0), None);
            let remember = Remember { under: repeatable.clone(), answer: Box::new(|_, _| serde_json::json!({})) };
            let handle = Handle::Id(booked.booking);
            match remembered {
                true => booking::change_and_remember(&house.services, &by, handle, None, work, remember).await,
                false => booking::change_party(&house.services, &by, handle, None, party(people, 0)).await,
            }
        };
        let (a, b) = tokio::join!(change(3), change(4));
        let done = [a, b].into_iter().filter(Result::is_ok).count();
        assert_eq!(done, if remembered { 1 } else { 2 });
    }
}
