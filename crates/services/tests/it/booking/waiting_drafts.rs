//! Drafts on their way to the waiting list: room that came free meanwhile, two tabs of one browser, places given back by
//! choosing another session, and how long the link to an entry is good.

use super::closing::number;
use super::waiting::{join, look, network_of};
use super::{add_session, book, house_with_session, museum, officer, people_booked};
use domain::account::Actor;
use domain::booking::{PartySize, Refusal, WaitingState};
use domain::ids::{DraftId, SessionId};
use jiff::SignedDuration;
use services::Services;
use services::booking::{self, BookingError, DraftView, Handle};
use testkit::TestHouse;

fn size(people: u32) -> PartySize {
    PartySize::new(people).expect("a size")
}

fn anybody(services: &Services) -> services::Context {
    services.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()))
}

/// The draft of the n-th browser.
async fn read(services: &Services, draft: DraftId, n: usize) -> DraftView {
    booking::read(services, &anybody(services), draft, &format!("browser {n}")).await.expect("its browser reads it")
}

/// A proven draft of the n-th person, who would wait for a session with two.
async fn ready(house: &TestHouse, session: SessionId, n: usize) -> DraftView {
    let services = &house.services;
    let draft =
        booking::begin_waiting(services, &anybody(services), session, size(2), &format!("browser {n}"), &network_of(n))
            .await
            .expect("begun");
    let person = super::person(n);
    let contact = person.contact.expect("an address");
    let seen = read(services, draft, n).await;
    booking::save(services, &anybody(services), &seen, person.name, contact, super::party(2, 0), &network_of(n))
        .await
        .expect("kept");
    sqlx::query("update booking_draft set verified_at = created_at where id = $1")
        .bind(draft.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("proven");
    read(services, draft, n).await
}

fn has_places<T: std::fmt::Debug>(answer: Result<T, BookingError>) {
    assert!(matches!(answer, Err(BookingError::Refused(Refusal::PlacesFree))), "{answer:?}");
}

#[tokio::test]
async fn where_there_is_room_nobody_waits() {
    let (house, session) = house_with_session(4).await;
    let (visitor, network) = (anybody(&house.services), network_of(11));
    let begin = async |people| {
        booking::begin_waiting(&house.services, &visitor, session, size(people), "browser 11", &network).await
    };
    has_places(begin(2).await);
    let three = book(&house.services, session, 1, 3).await.expect("there is room");
    has_places(begin(1).await);
    // Full for two: they type, and meanwhile places come free.
    let draft = ready(&house, session, 12).await;
    booking::cancel(&house.services, &officer(&house), Handle::Id(three.booking), None).await.expect("cancelled");
    has_places(booking::join(&house.services, &visitor, &draft).await);
    assert_eq!(number(&house, "select count(*) from waiting_entry").await, 0);
    // Nothing typed is lost: the first alternative is that very session, and one press makes a booking of the draft.
    let instead = booking::bookable_instead(&house.services, &visitor, &draft).await.expect("alternatives");
    assert_eq!(instead[0].id, session);
    booking::take_other(&house.services, &visitor, &draft, session, size(2), "browser 12", &network_of(12))
        .await
        .expect("there is room");
    let draft = read(&house.services, draft.id, 12).await;
    booking::confirm(&house.services, &visitor, &draft, &network_of(12)).await.expect("booked");
    assert_eq!(people_booked(&house, session).await, 2);
}

/// A draft that waits passed no entrance for what it waits for: places that come free are taken by choosing, which asks it.
#[tokio::test]
async fn what_waits_is_not_booked_past_the_entrance() {
    let (house, session) = house_with_session(4).await;
    let three = book(&house.services, session, 1, 3).await.expect("there is room");
    let draft = ready(&house, session, 13).await;
    booking::cancel(&house.services, &officer(&house), Handle::Id(three.booking), None).await.expect("cancelled");
    let past = booking::confirm(&house.services, &anybody(&house.services), &draft, &network_of(13)).await;
    assert!(matches!(past, Err(BookingError::StateHasChanged)), "{past:?}");
    assert_eq!(people_booked(&house, session).await, 0);
}

#[tokio::test]
async fn room_in_a_session_named_beside_is_told_too() {
    let (house, session) = house_with_session(2).await;
    let beside = add_session(&house, "2026-07-22T09:00:00+08:00", 2).await;
    book(&house.services, session, 1, 2).await.expect("there is room");
    let held = book(&house.services, beside, 2, 2).await.expect("there is room");
    let draft = ready(&house, session, 11).await;
    booking::keep_wishes(&house.services, &house.context(Actor::Anonymous), &draft, &[beside]).await.expect("kept");
    booking::cancel(&house.services, &officer(&house), Handle::Id(held.booking), None).await.expect("cancelled");
    let draft = read(&house.services, draft.id, 11).await;
    has_places(booking::join(&house.services, &anybody(&house.services), &draft).await);
    let instead = booking::bookable_instead(&house.services, &anybody(&house.services), &draft).await.expect("some");
    assert_eq!(instead[0].id, beside);
}

/// One tab waits for a full session with a draft, another books a session with room with the same draft, at the same
/// moment. Answers in how many rounds the draft became both.
async fn two_tabs(house: &TestHouse, rounds: usize) -> (usize, usize, usize) {
    let (mut both, mut booked, mut joined) = (0, 0, 0);
    for round in 0..rounds {
        let n = 20 + round;
        let day = 22 + round % 8;
        let full = add_session(house, &format!("2026-07-{day}T09:{:02}:00+08:00", round / 8), 2).await;
        let roomy = add_session(house, &format!("2026-07-{day}T15:{:02}:00+08:00", round / 8), 9).await;
        book(&house.services, full, 1_000 + n, 2).await.expect("there is room");
        let waits = ready(house, full, n).await;
        let visitor = anybody(&house.services);
        booking::take_other(&house.services, &visitor, &waits, roomy, size(2), &format!("browser {n}"), &network_of(n))
            .await
            .expect("there is room");
        let books = read(&house.services, waits.id, n).await;
        let (one, two) = (house.services.clone(), house.services.clone());
        let late = std::time::Duration::from_micros(200 * (round as u64 % 10));
        let joining = tokio::spawn(async move { booking::join(&one, &anybody(&one), &waits).await });
        let booking = tokio::spawn(async move {
            tokio::time::sleep(late).await;
            booking::confirm(&two, &anybody(&two), &books, &network_of(n)).await
        });
        let (joining, booking) = (joining.await.expect("no panic"), booking.await.expect("no panic"));
        for refused in [joining.as_ref().err(), booking.as_ref().err()].into_iter().flatten() {
            assert!(matches!(refused, BookingError::StateHasChanged), "{refused:?}");
        }
        both += usize::from(joining.is_ok() && booking.is_ok());
        joined += usize::from(joining.is_ok());
        booked += usize::from(booking.is_ok());
    }
    (both, booked, joined)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_draft_becomes_a_booking_or_an_entry() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let (both, booked, joined) = two_tabs(&house, 16).await;
    assert_eq!((both, booked + joined), (0, 16), "{booked} booked, {joined} joined");
    let kept = "select count(*) from booking_draft where booking_id is not null and waiting_id is not null";
    assert_eq!(number(&house, kept).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_constraint_a_draft_becomes_both() {
    let house = TestHouse::new().await;
    museum(&house).await;
    sqlx::query("alter table booking_draft drop constraint booking_draft_becomes_one")
        .execute(&house.db.owner_pool())
        .await
        .expect("dropped");
    let (both, ..) = two_tabs(&house, 16).await;
    assert!(both > 0, "two tabs that cannot both succeed prove nothing about the constraint");
}

#[tokio::test]
async fn choosing_another_session_passes_on_what_was_kept() {
    let (house, session) = house_with_session(3).await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 9).await;
    let visitor = anybody(&house.services);
    let id = booking::begin(&house.services, &visitor, session, size(3), "browser 1", &network_of(1))
        .await
        .expect("there is room");
    let pair = join(&house, &house.services, session, &[], 11, 2).await.expect("on the list");
    let draft = read(&house.services, id, 1).await;
    booking::take_other(&house.services, &visitor, &draft, other, size(3), "browser 1", &network_of(1))
        .await
        .expect("there is room");
    assert_eq!(look(&house, &pair).await.state, WaitingState::Offered, "at once, without a worker");
}

#[tokio::test]
async fn a_draft_that_became_an_entry_keeps_no_places() {
    let (house, session) = house_with_session(2).await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 9).await;
    book(&house.services, session, 1, 2).await.expect("there is room");
    let draft = ready(&house, session, 11).await;
    let visitor = anybody(&house.services);
    booking::keep_typed(&house.services, &draft, [("name", "演示·")]).await.expect("kept");
    booking::join(&house.services, &visitor, &draft).await.expect("on the list");
    let typed = "select count(*) from booking_draft where typed_sealed is not null";
    assert_eq!(number(&house, typed).await, 0, "what was only typed ends with the draft");
    let draft = read(&house.services, draft.id, 11).await;
    let taken =
        booking::take_other(&house.services, &visitor, &draft, other, size(2), "browser 11", &network_of(11)).await;
    assert!(matches!(taken, Err(BookingError::StateHasChanged)), "{taken:?}");
    assert_eq!(number(&house, "select count(*) from hold").await, 0);
}

#[tokio::test]
async fn the_link_is_good_as_long_as_the_last_session_it_waits_for() {
    let (house, session) = house_with_session(2).await;
    let later = add_session(&house, "2026-07-28T09:00:00+08:00", 2).await;
    book(&house.services, session, 1, 2).await.expect("there is room");
    book(&house.services, later, 2, 2).await.expect("there is room");
    let party = join(&house, &house.services, session, &[later], 11, 2).await.expect("on both lists");
    // A day and more after the first of the two.
    house.services.clock.advance(SignedDuration::from_hours(24 * 4));
    assert_eq!(look(&house, &party).await.wishes.len(), 2);
    house.services.clock.advance(SignedDuration::from_hours(24 * 6));
    let gone = booking::waiting(&house.services, &house.context(Actor::Anonymous), &party.link).await;
    assert!(matches!(gone, Err(BookingError::NotFound)), "{gone:?}");
}
