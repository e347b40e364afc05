//! A visitor's way: places kept, particulars typed, the booking made once.

use super::{book, house_with_session, is_full, network, party, people_booked};
use domain::account::Actor;
use domain::booking::PartySize;
use domain::contact::{Contact, PersonName};
use jiff::SignedDuration;
use services::booking::{self, BookingError};

const BROWSER: &str = "the random token of one browser";

fn size(people: u32) -> PartySize {
    PartySize::new(people).expect("a size")
}

#[tokio::test]
async fn a_hold_keeps_its_places_until_its_time_and_not_a_second_longer() {
    let (house, session) = house_with_session(5).await;
    let visitor = house.context(Actor::Anonymous);
    let draft =
        booking::begin(&house.services, &visitor, session, size(4), BROWSER, &network()).await.expect("there is room");
    assert!(is_full(&book(&house.services, session, 1, 2).await), "four of five places are held");
    let other = booking::begin(&house.services, &visitor, session, size(2), "another browser", &network()).await;
    assert!(is_full(&other));
    let read = booking::read(&house.services, &visitor, draft, BROWSER).await.expect("its own browser reads it");
    assert_eq!(read.held_until, Some(house.now() + SignedDuration::from_mins(10)));

    house.services.clock.advance(SignedDuration::from_mins(10));
    // No worker ran: the hold is over because it is time.
    let later = house.context(Actor::Anonymous);
    let read = booking::read(&house.services, &later, draft, BROWSER).await.expect("the draft lives on");
    assert_eq!(read.held_until, None);
    book(&house.services, session, 1, 5).await.expect("all places are free again");
}

#[tokio::test]
async fn another_browser_does_not_see_the_draft() {
    let (house, session) = house_with_session(5).await;
    let visitor = house.context(Actor::Anonymous);
    let draft =
        booking::begin(&house.services, &visitor, session, size(1), BROWSER, &network()).await.expect("there is room");
    let answer = booking::read(&house.services, &visitor, draft, "another browser").await;
    assert!(matches!(answer, Err(BookingError::NotFound)));
}

#[tokio::test]
async fn an_unproven_draft_books_nothing() {
    let (house, session) = house_with_session(5).await;
    let visitor = house.context(Actor::Anonymous);
    let id =
        booking::begin(&house.services, &visitor, session, size(2), BROWSER, &network()).await.expect("there is room");
    let draft = booking::read(&house.services, &visitor, id, BROWSER).await.expect("it is there");
    let name = PersonName::parse("演示·周一帆").expect("a name");
    let contact = Contact::parse("one@example.com").expect("an address");
    booking::save(&house.services, &visitor, &draft, name, contact, party(2, 1), &network()).await.expect("it is kept");
    let draft = booking::read(&house.services, &visitor, id, BROWSER).await.expect("it is there");
    let (person, children) = draft.typed.clone().expect("what was typed is there");
    assert_eq!((person.name.as_str(), children), ("演示·周一帆", 1));
    let answer = booking::confirm(&house.services, &visitor, &draft, &network()).await;
    assert!(matches!(answer, Err(BookingError::NotFound)));
    assert_eq!(people_booked(&house, session).await, 0);
}

#[tokio::test]
async fn a_code_proves_the_contact_it_went_to_and_no_other() {
    let (house, session) = house_with_session(60).await;
    let visitor = house.context(Actor::Anonymous);
    let (services, name) = (&house.services, || PersonName::parse("演示·周一帆").expect("a name"));
    let strangers = Contact::parse("stranger@example.com").expect("an address");
    let mut proven = 0;
    for round in 0..30_u64 {
        let own = Contact::parse(&format!("own{round}@example.com")).expect("an address");
        let id =
            booking::begin(services, &visitor, session, size(2), BROWSER, &network()).await.expect("there is room");
        let read = async || booking::read(services, &visitor, id, BROWSER).await.expect("it is there");
        booking::save(services, &visitor, &read().await, name(), own.clone(), party(2, 1), &network())
            .await
            .expect("it is kept");
        let code = crate::account::sent_code(&house, &own).await;
        // Two windows at once: one shows the code that came, the other types somebody else's address.
        let (seen, here) = (read().await, network());
        let (one, other) = (
            booking::prove(services, &visitor, seen.clone(), &code, &here),
            booking::save(services, &visitor, &seen, name(), strangers.clone(), party(2, 1), &here),
        );
        // The second window is late by a little more each time, so that some round meets every step of the first.
        let late = async {
            tokio::time::sleep(std::time::Duration::from_micros(200 * round)).await;
            other.await
        };
        let (answer, _) = tokio::join!(one, late);
        let now = read().await;
        let typed = now.typed.and_then(|(person, _)| person.contact).expect("it is kept");
        proven += u32::from(answer.is_ok());
        assert!(
            !now.proven || typed == own,
            "round {round}: the stranger's address counts as proven: {:?}",
            answer.err()
        );
    }
    assert!(proven > 0, "the two never met: every code came too late");
}

#[tokio::test]
async fn taking_another_session_gives_the_old_places_back() {
    let (house, session) = house_with_session(5).await;
    let other = super::add_session(&house, "2026-07-22T09:00:00+08:00", 5).await;
    let visitor = house.context(Actor::Anonymous);
    let id =
        booking::begin(&house.services, &visitor, session, size(5), BROWSER, &network()).await.expect("there is room");
    let draft = booking::read(&house.services, &visitor, id, BROWSER).await.expect("it is there");
    booking::take_other(&house.services, &visitor, &draft, other, size(5), BROWSER, &network())
        .await
        .expect("there is room");
    book(&house.services, session, 1, 5).await.expect("the first session is free again");
    assert!(is_full(&book(&house.services, other, 2, 1).await), "the second is held");
}
