//! The numbers of real museums, set as staff set them: each refuses. And limits of people: under changes, beside the waiting
//! list and in a race.

use super::documents::handle;
use super::races::servers;
use super::waiting::{Party as Waits, join, look};
use super::{add_session, machine, museum, network, officer, party, person, steward};
use domain::account::Actor;
use domain::booking::{PartySize, PeopleLimits, Policy, RULES, Refusal, WaitingState};
use domain::contact::{Contact, PersonName};
use domain::document::{Document, DocumentKind, Shown};
use domain::ids::{BookingId, DraftId, SessionId};
use jiff::Timestamp;
use services::booking::{self, Booked, BookingError, DraftView, Guard, Handle, OnBehalf, Ticket};
use services::{Context, Services};
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::{Gate, TestHouse};
use uuid::Uuid;

/// What is typed into the form of the rules: 1 per ID per day; five per account, of whom three under 14; seven days; three
/// no-shows in 180 days are sixty; free cancellation until 24:00 of the day before.
const REAL: [(&str, &str); 14] = [
    ("identity", "leader"),
    ("people_per_booking", "5"),
    ("children_per_booking", "3"),
    ("bookings_per_day", "1"),
    ("people_per_day", "5"),
    ("children_per_day", "3"),
    ("window_days", "7"),
    ("bookings_per_window", "7"),
    ("people_per_window", "5"),
    ("children_per_window", "3"),
    ("changes_end", "day-before"),
    ("no_shows", "3"),
    ("no_show_days", "180"),
    ("suspension_days", "60"),
];

/// A museum whose staff filled in the form of the rules: with these, and the others as they were.
async fn ruled_by(typed: &[(&'static str, &'static str)]) -> TestHouse {
    let house = TestHouse::new().await;
    museum(&house).await;
    let (version, usual) = booking::rules(&house.services, &officer(&house)).await.expect("the rules");
    let texts: Vec<(&str, String)> = RULES.iter().map(|rule| (rule.name, rule.of(&usual).text())).collect();
    let fresh = usual.typed(|name| {
        let own = typed.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
        own.unwrap_or_else(|| &texts.iter().find(|(known, _)| *known == name).expect("a rule").1)
    });
    let fresh = fresh.expect("these rules go together");
    let changed = booking::change_rules(&house.services, &officer(&house), version, fresh, "各馆通行的规则").await;
    assert!(changed.expect("changed"), "they are other than before");
    house
}

/// The n-th person books for so many, of whom so many children, and shows the d-th passport; each time anew.
async fn show(
    services: &Services,
    session: SessionId,
    (n, d): (usize, usize),
    (people, children): (u32, u32),
) -> Result<Booked, BookingError> {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let key = format!("asked-{}", ASKED.fetch_add(1, Ordering::Relaxed));
    let asked = OnBehalf { session, person: person(n), party: party(people, children), key };
    let passport = format!("E{:08}", 10_000_000 + d);
    let document = Document::parse(DocumentKind::Passport, &passport, jiff::civil::date(2026, 7, 20));
    let shown = Shown::leader(Some(document.expect("a passport")));
    booking::book_showing(services, &machine(services), asked, &shown).await
}

fn refused<T: std::fmt::Debug>(answer: Result<T, BookingError>) -> Refusal {
    match answer {
        Err(BookingError::Refused(refusal)) => refusal,
        other => panic!("it is refused: {other:?}"),
    }
}

fn go_to(house: &TestHouse, instant: &str) {
    let instant: Timestamp = instant.parse().expect("an instant");
    house.services.clock.advance(instant.duration_since(house.now()));
}

/// The link of whoever booked.
async fn link(house: &TestHouse, booking: BookingId) -> Handle {
    let view = booking::view(&house.services, &officer(house), &handle(booking)).await.expect("seen");
    Handle::Link(booking::manage_link(&house.services, booking, view.ends_at))
}

#[tokio::test]
async fn staff_set_the_numbers_of_real_museums_and_each_refuses() {
    let house = ruled_by(&REAL).await;
    let services = &house.services;
    let morning = add_session(&house, "2026-07-22T09:00:00+08:00", 50).await;
    let afternoon = add_session(&house, "2026-07-22T15:00:00+08:00", 50).await;
    let later = add_session(&house, "2026-07-28T09:00:00+08:00", 50).await;
    let next_week = add_session(&house, "2026-07-29T09:00:00+08:00", 50).await;

    // Five, of whom three under 14.
    assert_eq!(refused(show(services, morning, (1, 1), (6, 0)).await), Refusal::PartyTooLarge { max: 5 });
    assert_eq!(refused(show(services, morning, (1, 1), (5, 4)).await), Refusal::TooManyChildren { max: 3 });
    let booked = show(services, morning, (1, 1), (3, 2)).await.expect("three, of whom two are children");
    // One a day for one document and one account.
    assert_eq!(refused(show(services, afternoon, (2, 1), (1, 0)).await), Refusal::DocumentLimit);
    assert_eq!(refused(show(services, afternoon, (1, 2), (1, 0)).await), Refusal::DailyLimit { max: 1 });
    // The 22nd and the 28th are of seven days, the 22nd and the 29th are not.
    let five = Refusal::PeopleWindowLimit { max: 5, days: 7, left: 2 };
    assert_eq!(refused(show(services, later, (1, 2), (3, 0)).await), five);
    assert_eq!(refused(show(services, later, (2, 1), (3, 0)).await), Refusal::DocumentLimit, "of one's document, too");
    let others = show(services, later, (1, 2), (2, 1)).await.expect("five, of whom three are children");
    booking::cancel(services, &officer(&house), handle(others.booking), None).await.expect("cancelled");
    show(services, next_week, (1, 1), (5, 3)).await.expect("another week");

    // Free of charge until 24:00 of the day before; the house may for as long as nobody came.
    let (own, visitor) = (link(&house, booked.booking).await, || house.context(Actor::Anonymous));
    go_to(&house, "2026-07-21T23:59:59+08:00");
    booking::change_party(services, &visitor(), own.clone(), None, party(2, 1)).await.expect("in time");
    go_to(&house, "2026-07-22T00:00:00+08:00");
    let over = Refusal::ChangesOver { until: house.now() };
    assert_eq!(refused(booking::cancel(services, &visitor(), own.clone(), None).await), over);
    assert_eq!(refused(booking::change_party(services, &visitor(), own.clone(), None, party(1, 0)).await), over);
    assert_eq!(refused(booking::move_to(services, &visitor(), own, None, later).await), over);
    booking::cancel(services, &officer(&house), handle(booked.booking), None).await.expect("the house cancels");
}

#[tokio::test]
async fn three_no_shows_in_180_days_are_sixty_days_as_staff_set_them() {
    let house = ruled_by(&REAL).await;
    let services = &house.services;
    for day in [23, 24, 25] {
        let session = add_session(&house, &format!("2026-07-{day}T09:00:00+08:00"), 50).await;
        show(services, session, (3, 3), (1, 0)).await.expect("one a day");
        let guest = show(services, session, (100 + day, 100 + day), (1, 0)).await.expect("somebody comes");
        go_to(&house, &format!("2026-07-{day}T09:00:00+08:00"));
        let nonce = Uuid::from_u128(u128::from_be_bytes(services::crypto::random()));
        let ticket = Ticket::Booking(guest.booking);
        let admitted = booking::admit(services, &steward(&house), nonce, ticket, 1, None).await.expect("an answer");
        admitted.expect("admitted");
        go_to(&house, &format!("2026-07-{day}T12:30:00+08:00"));
        assert_eq!(booking::mark_no_shows(services).await.expect("marked"), 1);
    }
    let next = add_session(&house, "2026-08-05T09:00:00+08:00", 50).await;
    let until: Timestamp = "2026-09-23T10:30:00+08:00".parse().expect("an instant");
    assert_eq!(refused(show(services, next, (3, 4), (1, 0)).await), Refusal::Suspended { until });
}

/// A museum where one person may book as often as they like for five a day, three of them children.
async fn five_a_day() -> (TestHouse, [SessionId; 3]) {
    let often = [("bookings_per_day", "50"), ("bookings_per_window", "100")];
    let house = ruled_by(&[often[0], often[1], ("people_per_day", "5"), ("children_per_day", "3")]).await;
    let starts = ["2026-07-22T09:00:00+08:00", "2026-07-22T13:00:00+08:00", "2026-07-22T16:00:00+08:00"];
    let mut sessions = Vec::new();
    for start in starts {
        sessions.push(add_session(&house, start, 50).await);
    }
    (house, [sessions[0], sessions[1], sessions[2]])
}

#[tokio::test]
async fn a_booking_that_changes_is_not_counted_beside_itself_and_what_is_given_back_is_free() {
    let (house, [morning, noon, evening]) = five_a_day().await;
    let services = &house.services;
    let next_day = add_session(&house, "2026-07-23T09:00:00+08:00", 50).await;
    let visitor = || house.context(Actor::Anonymous);
    let three = show(services, morning, (1, 1), (3, 1)).await.expect("three of five");
    let two = show(services, noon, (1, 1), (2, 1)).await.expect("five of five");
    let none = Refusal::PeopleDailyLimit { max: 5, left: 0 };
    assert_eq!(refused(show(services, evening, (1, 1), (1, 0)).await), none);
    let (of_three, of_two) = (link(&house, three.booking).await, link(&house, two.booking).await);
    booking::move_to(services, &visitor(), of_three.clone(), None, evening).await.expect("it is its own room");
    // As many as before, of whom more are children.
    let more = booking::change_party(services, &visitor(), of_three.clone(), None, party(3, 3)).await;
    assert!(matches!(more, Err(BookingError::Refused(Refusal::ChildrenNeedAdult))), "{more:?}");
    booking::change_party(services, &visitor(), of_three.clone(), None, party(3, 2)).await.expect("three of three");
    let wanted = show(services, next_day, (1, 1), (1, 0)).await.expect("another day");
    let wanted = link(&house, wanted.booking).await;
    let moved = booking::move_to(services, &visitor(), wanted.clone(), None, morning).await;
    assert_eq!(refused(moved), none, "a move is counted as a booking is");
    booking::change_party(services, &visitor(), of_three, None, party(2, 1)).await.expect("fewer");
    booking::move_to(services, &visitor(), wanted, None, morning).await.expect("one place came back");
    booking::cancel(services, &visitor(), of_two, None).await.expect("cancelled");
    let left = Refusal::PeopleDailyLimit { max: 5, left: 2 };
    assert_eq!(refused(show(services, noon, (1, 1), (3, 0)).await), left);
    show(services, noon, (1, 1), (2, 0)).await.expect("two came back");
}

#[tokio::test]
async fn more_children_of_a_party_than_the_other_bookings_leave_are_refused() {
    let (house, [morning, noon, _]) = five_a_day().await;
    let services = &house.services;
    show(services, morning, (1, 1), (3, 2)).await.expect("two of three children");
    let two = show(services, noon, (1, 1), (2, 0)).await.expect("five of five");
    let own = link(&house, two.booking).await;
    let visitor = house.context(Actor::Anonymous);
    booking::change_party(services, &visitor, own, None, party(2, 1)).await.expect("three of three");
    let by = officer(&house);
    let three = booking::change_party(services, &by, handle(two.booking), None, party(3, 2)).await;
    three.expect("the house is bound by room alone");
    // Nobody gets past the most children of one booking by saying afterwards that there are more.
    let four = show(services, noon, (2, 2), (5, 0)).await.expect("five adults");
    let own = link(&house, four.booking).await;
    let more = booking::change_party(services, &visitor, own, None, party(5, 4)).await;
    assert_eq!(refused(more), Refusal::TooManyChildren { max: 3 });
}

#[tokio::test]
async fn who_waits_for_more_than_their_limit_leaves_is_offered_nothing_until_it_does() {
    let (house, [_, noon, _]) = five_a_day().await;
    let services = &house.services;
    let small = add_session(&house, "2026-07-22T10:30:00+08:00", 3).await;
    let first = show(services, small, (9, 9), (3, 0)).await.expect("there is room");
    let waits = join(&house, services, small, &[], 1, 3).await.expect("on the list");
    let other = show(services, noon, (1, 1), (3, 0)).await.expect("three of five elsewhere");
    booking::cancel(services, &officer(&house), handle(first.booking), None).await.expect("cancelled");
    let seen = look(&house, &waits).await;
    assert_eq!((seen.state, seen.wishes[0].rests), (WaitingState::Waiting, true), "three more are not left");
    let own = link(&house, other.booking).await;
    booking::change_party(services, &house.context(Actor::Anonymous), own, None, party(2, 0)).await.expect("fewer");
    booking::pass_on(services).await.expect("looked at");
    assert_eq!(look(&house, &waits).await.state, WaitingState::Offered, "three more are five");
}

/// Somebody who is signed in books for so many adults with one of several addresses; the address counts as proven.
pub async fn books(
    house: &TestHouse,
    me: &Context,
    session: SessionId,
    address: &str,
    people: u32,
) -> Result<BookingId, BookingError> {
    let (services, browser) = (&house.services, format!("the browser for {address}"));
    let size = PartySize::new(people).expect("a size");
    let id = booking::begin(services, me, session, size, &browser, &network()).await?;
    let draft = proven(house, me, (id, &browser), address, people).await?;
    booking::confirm(services, me, &draft, &network()).await
}

/// The same for the waiting list.
pub async fn waits(house: &TestHouse, me: &Context, session: SessionId, address: &str) -> Result<Waits, BookingError> {
    let (services, browser) = (&house.services, format!("the browser for {address}"));
    let one = PartySize::new(1).expect("a size");
    let id = booking::begin_waiting(services, me, session, one, &browser, &network()).await?;
    let id = booking::join(services, me, &proven(house, me, (id, &browser), address, 1).await?).await?;
    Ok(Waits { id, link: booking::waiting_link(services, id).await? })
}

/// A draft with somebody's name and an address that counts as proven.
async fn proven(
    house: &TestHouse,
    me: &Context,
    (id, browser): (DraftId, &str),
    address: &str,
    people: u32,
) -> Result<DraftView, BookingError> {
    let read = async || booking::read(&house.services, me, id, browser).await;
    let name = PersonName::parse("演示·林小满").expect("a name");
    let contact = Contact::parse(address).expect("an address");
    booking::save(&house.services, me, &read().await?, name, contact, party(people, 0), &network()).await?;
    sqlx::query("update booking_draft set verified_at = created_at where id = $1")
        .bind(id.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("proven");
    read().await
}

#[tokio::test]
async fn an_account_has_one_limit_whichever_address_it_books_with() {
    let (house, [morning, noon, evening]) = five_a_day().await;
    let (_, me) = crate::account::visitor(&house, "13800138000").await;
    let first = books(&house, &me, morning, "one@example.com", 3).await.expect("three of five");
    let left = Refusal::PeopleDailyLimit { max: 5, left: 2 };
    assert_eq!(refused(books(&house, &me, noon, "two@example.com", 3).await), left);
    books(&house, &house.context(Actor::Anonymous), noon, "three@example.com", 3).await.expect("somebody else");
    books(&house, &me, noon, "four@example.com", 2).await.expect("five of five");
    let own = link(&house, first).await;
    let visitor = house.context(Actor::Anonymous);
    booking::move_to(&house.services, &visitor, own.clone(), None, evening).await.expect("it is its own room");
    let same_time = booking::move_to(&house.services, &visitor, own, None, noon).await;
    assert_eq!(refused(same_time), Refusal::Overlaps, "the account is there at that time");
}

/// One person books for three in each of twenty tries, on two sessions of a day and two servers: how many people get in of five
/// that may. Without the guard both sessions have decided before either writes.
async fn race(guard: Guard) -> u32 {
    let (house, [morning, noon, _]) = five_a_day().await;
    let servers = servers(&house, 2, guard).await;
    let gate = match guard {
        Guard::WithoutPersons => Some(Gate::before(&house.db, "booking").await),
        Guard::Lock | Guard::NegativeControl => None,
    };
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let (server, session) = (servers[n % 2].clone(), [morning, noon][n % 2]);
            tokio::spawn(async move { show(&server, session, (1, 1), (3, 0)).await })
        })
        .collect();
    if let Some(gate) = gate {
        gate.opens_for_two().await;
    }
    let mut people = 0;
    for one in tries {
        match one.await.expect("no client panics") {
            Ok(_) => people += 3,
            answer => match refused(answer) {
                Refusal::PeopleDailyLimit { max: 5, .. } | Refusal::Overlaps => {}
                other => panic!("refused for the people and nothing else: {other:?}"),
            },
        }
    }
    people
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_on_two_sessions_of_a_day_brings_no_more_people_than_the_limit() {
    assert_eq!(race(Guard::Lock).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_persons_lock_they_bring_more() {
    assert!(race(Guard::WithoutPersons).await > 5, "a race that cannot pass the limit proves nothing about the lock");
}

/// Rules that a server of before wrote are read, and what limits nobody is written as that server reads it.
#[tokio::test]
async fn rules_of_before_hold_and_are_written_as_they_were() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let session = add_session(&house, "2026-07-22T09:00:00+08:00", 50).await;
    let stored = "select policy from activity where slug = 'museum'";
    let stored: serde_json::Value =
        sqlx::query_scalar(stored).fetch_one(&house.db.owner_pool()).await.expect("the rules");
    for fresh in ["people", "changes_end"] {
        assert!(stored.get(fresh).is_none(), "{stored}");
    }
    let (version, usual) = booking::rules(&house.services, &officer(&house)).await.expect("the rules");
    assert_eq!((usual.people, usual.deadline()), (PeopleLimits::default(), Policy::default().deadline()));
    let moved = Policy { moves: 1, ..usual };
    booking::change_rules(&house.services, &officer(&house), version, moved, "少改期").await.expect("changed");
    let written =
        "select count(*) from activity where slug = 'museum' and not policy ?| array['people', 'changes_end']";
    assert_eq!(super::closing::number(&house, written).await, 1);
    super::book(&house.services, session, 1, 5).await.expect("five may come");
}
