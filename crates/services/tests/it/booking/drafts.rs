//! A visitor's way: places kept, particulars typed, the booking made once.

use super::{book, house_with_session, is_full, network, party, people_booked};
use domain::account::Actor;
use domain::booking::PartySize;
use domain::contact::{Contact, PersonName};
use domain::ids::SessionId;
use jiff::SignedDuration;
use services::booking::{self, BookingError, Guard};
use std::sync::Arc;
use testkit::{Gate, TestHouse};
use tokio::sync::Barrier;

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

/// People whose places are kept in a session now.
async fn kept(house: &TestHouse, session: SessionId) -> i64 {
    sqlx::query_scalar("select coalesce(sum(people), 0) from hold where session_id = $1")
        .bind(session.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number")
}

#[tokio::test]
async fn one_browser_keeps_the_places_of_one_party() {
    let (house, session) = house_with_session(5).await;
    let visitor = house.context(Actor::Anonymous);
    let begin = async |people, browser: &str| {
        booking::begin(&house.services, &visitor, session, size(people), browser, &network()).await
    };
    let first = begin(4, BROWSER).await.expect("there is room");
    let draft = booking::read(&house.services, &visitor, first, BROWSER).await.expect("it is there");
    let (name, contact) = (PersonName::parse("演示·周一帆"), Contact::parse("one@example.com"));
    let (name, contact) = (name.expect("a name"), contact.expect("an address"));
    booking::save(&house.services, &visitor, &draft, name, contact, party(4, 1), &network()).await.expect("it is kept");

    // Pressed again, and once more with one more: what is kept already is the party's own room.
    begin(4, BROWSER).await.expect("the same party");
    assert_eq!(kept(&house, session).await, 4);
    let last = begin(5, BROWSER).await.expect("there is room for five in all");
    assert_eq!(kept(&house, session).await, 5);
    assert!(is_full(&begin(1, "another browser").await), "another browser is another party");
    let last = booking::read(&house.services, &visitor, last, BROWSER).await.expect("it is there");
    assert!(last.held_until.is_some());

    // The first draft is as it was left, without its places; it may ask for them again.
    let draft = booking::read(&house.services, &visitor, first, BROWSER).await.expect("it is there");
    assert_eq!((draft.held_until, draft.people.get()), (None, 4));
    assert!(draft.typed.is_some(), "what was typed is kept");
    booking::take_other(&house.services, &visitor, &draft, session, size(2), BROWSER, &network())
        .await
        .expect("its browser's places are its room");
    assert_eq!(kept(&house, session).await, 2);
}

#[tokio::test]
async fn a_browser_sees_its_own_places_as_its_own_to_choose_and_the_engine_says_the_same() {
    let (house, session) = house_with_session(5).await;
    let (services, visitor) = (&house.services, house.context(Actor::Anonymous));
    book(services, session, 1, 1).await.expect("there is room");
    let begin = async |people, browser: &str| {
        booking::begin(services, &visitor, session, size(people), browser, &network()).await
    };
    let everybody = booking::museum(services).await.expect("a museum");
    let seen = async |browser| booking::seen_by(services, &visitor, &everybody, browser).await.expect("looked");
    assert!(seen(Some(BROWSER)).await.is_none(), "who keeps nothing sees what everybody sees");

    // The picture that all share is from before: what the browser sees is from now.
    let draft = begin(4, BROWSER).await.expect("the last four places");
    let own = seen(Some(BROWSER)).await.expect("it keeps some");
    let until = house.now() + SignedDuration::from_mins(10);
    assert_eq!(own.kept, [booking::Kept { draft, session, people: 4, until }]);
    assert!(
        seen(Some("another browser")).await.is_none() && seen(Some("")).await.is_none() && seen(None).await.is_none()
    );
    house.services.clock.advance(SignedDuration::from_secs(2));
    let fresh = booking::museum(services).await.expect("a museum");
    let shared = fresh.session(session).expect("the session");
    assert!(!shared.fits(1) && fresh.kept.is_empty(), "to everybody else it is full");
    assert!(is_full(&begin(1, "another browser").await));

    // Whatever size is chosen next: it is shown as possible exactly where the engine lets it.
    for people in [5, 2, 4, 5, 1, 4] {
        let shown = seen(Some(BROWSER)).await.expect("it keeps some");
        let fits = shown.session(session).is_some_and(|session| session.fits(people));
        let begun = begin(people, BROWSER).await;
        assert_eq!((fits, begun.is_ok()), (people <= 4, people <= 4), "{people}: {begun:?}");
    }
    // What it lets go is everybody's at once, and stays free for itself.
    begin(1, BROWSER).await.expect("smaller");
    let shown = seen(Some(BROWSER)).await.expect("it keeps some");
    assert!(shown.session(session).is_some_and(|session| session.fits(4)));
    begin(3, "another browser").await.expect("three are free");
    let shown = seen(Some(BROWSER)).await.expect("it keeps some");
    assert!(shown.session(session).is_some_and(|session| session.fits(1) && !session.fits(2)));

    // No worker runs: it ends by its time.
    house.services.clock.advance(SignedDuration::from_mins(11));
    let later = house.context(Actor::Anonymous);
    let over = booking::seen_by(services, &later, &fresh, Some(BROWSER)).await.expect("looked");
    assert!(over.is_none());
}

/// How many drafts hold what was typed and could not be taken.
async fn typed(house: &TestHouse) -> i64 {
    sqlx::query_scalar("select count(*) from booking_draft where typed_sealed is not null")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number")
}

/// During a rolling deploy a server of the version before takes a form and does not clear what was typed before it.
#[tokio::test]
async fn what_was_typed_gives_way_to_what_was_taken_since() {
    let (house, session) = house_with_session(5).await;
    let (services, visitor) = (&house.services, house.context(Actor::Anonymous));
    let id = booking::begin(services, &visitor, session, size(2), BROWSER, &network()).await.expect("there is room");
    let read = async || booking::read(services, &visitor, id, BROWSER).await.expect("it is there");
    let so_far = async || read().await.so_far.field("name").to_owned();
    booking::keep_typed(services, &read().await, [("name", "欧阳"), ("contact", "138")]).await.expect("kept");
    assert_eq!(so_far().await, "欧阳");
    assert_eq!(read().await.so_far.0.len(), 2, "nothing but what was typed");

    let owner = house.db.owner_pool();
    let stale: Vec<u8> =
        sqlx::query_scalar("select typed_sealed from booking_draft").fetch_one(&owner).await.expect("what was typed");
    let contact = Contact::parse("one@example.com").expect("an address");
    let name = PersonName::parse("演示·周一帆").expect("a name");
    booking::save(services, &visitor, &read().await, name, contact.clone(), party(2, 0), &network())
        .await
        .expect("it is taken");
    sqlx::query("update booking_draft set typed_sealed = $1").bind(stale).execute(&owner).await.expect("not cleared");
    assert_eq!(so_far().await, "", "what was taken later counts");
    booking::keep_typed(services, &read().await, [("name", "周")]).await.expect("kept");
    assert_eq!(so_far().await, "周", "and what was typed after it again");

    let code = crate::account::sent_code(&house, &contact).await;
    let proven = booking::prove(services, &visitor, read().await, &code, &network()).await.expect("the right code");
    booking::confirm(services, &visitor, &proven, &network()).await.expect("booked");
    assert_eq!(typed(&house).await, 0, "a booking keeps nothing that was only typed");
}

#[tokio::test]
async fn what_was_refused_gives_nothing_back() {
    let (house, session) = house_with_session(5).await;
    let visitor = house.context(Actor::Anonymous);
    let draft =
        booking::begin(&house.services, &visitor, session, size(3), BROWSER, &network()).await.expect("there is room");
    book(&house.services, session, 1, 2).await.expect("there is room");
    assert!(is_full(&booking::begin(&house.services, &visitor, session, size(4), BROWSER, &network()).await));
    let draft = booking::read(&house.services, &visitor, draft, BROWSER).await.expect("it is there");
    assert!(draft.held_until.is_some(), "the places it had are still kept");
    assert_eq!(kept(&house, session).await, 3);
}

/// One browser's button pressed so often at once, each press on a server of its own. Answers how many people have places kept.
/// Without the lock every press has looked at what the browser keeps before any of them writes.
async fn pressed_at_once(presses: usize, guard: Guard) -> i64 {
    let (house, session) = house_with_session(50).await;
    let start = Arc::new(Barrier::new(presses));
    let servers = super::races::servers(&house, presses, guard).await;
    let gate = match guard {
        Guard::NegativeControl => Some(Gate::before(&house.db, "hold").await),
        Guard::Lock | Guard::WithoutPersons => None,
    };
    let running: Vec<_> = servers
        .into_iter()
        .map(|server| {
            let (start, visitor) = (start.clone(), house.context(Actor::Anonymous));
            tokio::spawn(async move {
                start.wait().await;
                booking::begin(&server, &visitor, session, size(4), BROWSER, &network()).await
            })
        })
        .collect();
    if let Some(mut gate) = gate {
        gate.is_reached_by(presses as i64).await;
        gate.opens().await;
    }
    for press in running {
        press.await.expect("no panic").expect("every press is answered with a draft");
    }
    kept(&house, session).await
}

#[tokio::test(flavor = "multi_thread")]
async fn three_presses_at_once_keep_the_places_of_one_party() {
    for _ in 0..4 {
        assert_eq!(pressed_at_once(3, Guard::Lock).await, 4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_three_presses_keep_places_twice() {
    let kept = pressed_at_once(3, Guard::NegativeControl).await;
    assert!(kept > 4, "a race that cannot keep too much proves nothing about the lock");
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
