//! A whole series on behalf of somebody: by a machine, which the public's rules bind, and at the desk, which they do not.

use super::series::{Course, course, date_full};
use super::{answered, key, now, one_of, question};
use crate::account::{count, deliver, number};
use crate::booking::machines::client;
use crate::booking::races::switch_off_database_guard;
use crate::booking::{network, officer, party, person};
use domain::booking::{Refusal, SeriesRule};
use domain::document::Shown;
use domain::outreach::Typed;
use services::booking::{self, Booked, BookingError, Claims, Guard, Handle, Person, SeriesOnBehalf};
use services::outreach::{self, Replies};
use services::{Context, Services, machines};
use std::sync::Arc;
use testkit::{Gate, TestHouse};

const ALL: [(&str, &str); 3] = [("q-expecting", "yes"), ("q-due", "2026-11-30"), ("q-seats", "2")];

/// What the n-th person asks for, with the event's questions answered.
async fn wanted(course: &Course, n: usize, people: u32) -> SeriesOnBehalf {
    let event = now(&course.house, course.event).await;
    SeriesOnBehalf {
        event: course.event,
        person: person(n),
        party: party(people, 0),
        shown: Shown::default(),
        replies: Replies::to(&event, answered(&event, &course.house, &ALL)),
        key: format!("a-key-of-{n}"),
    }
}

async fn book(services: &Services, context: &Context, wanted: SeriesOnBehalf) -> Result<Booked, BookingError> {
    booking::book_series(services, context, wanted, None).await
}

#[tokio::test]
async fn the_desk_books_all_dates_once_with_one_message_and_the_trail() {
    let course = course(SeriesRule::Whole, [5, 5, 5]).await;
    let (house, by) = (&course.house, officer(&course.house));
    let asked = wanted(&course, 1, 2).await;
    let booked = book(&house.services, &by, asked.clone()).await.expect("booked");
    assert_eq!(book(&house.services, &by, asked.clone()).await.expect("the same"), booked, "pressed twice");
    let other = SeriesOnBehalf { party: party(3, 0), ..asked };
    let reused = book(&house.services, &by, other).await;
    assert!(matches!(reused, Err(BookingError::KeyReused)), "{reused:?}");
    assert_eq!(course.booked().await, [2, 2, 2]);
    let desks = "select count(*) from booking where channel = 'staff' and pool = 'staff'";
    assert_eq!(number(house, desks).await, 3, "on the places of the desk");
    let series = booking::series_with(&house.services, &by, booked.booking).await.expect("staff see it");
    assert_eq!((series.bookings.len(), series.bookings[0].id), (3, booked.booking));
    let ids: Vec<_> = series.bookings.iter().map(|one| one.id).collect();
    let told = outreach::told(&house.services, &ids).await.expect("readable");
    let seats = |id| told[id].answers.get(&key("seats")).is_some() && told[id].has_sensitive;
    assert!(ids.iter().all(seats), "every date knows what was answered");
    deliver(house).await;
    assert_eq!(number(house, "select count(*) from message where template = 'confirmation'").await, 1);
    let noted = "select count(*) from audit_entry where action = 'booking.made' and detail->>'series' is not null \
                 and detail->>'channel' = 'staff'";
    assert_eq!((count(house, "booking.made").await, number(house, noted).await), (3, 3));
}

#[tokio::test]
async fn who_has_neither_telephone_nor_address_gets_passes_and_no_message() {
    let course = course(SeriesRule::Both, [5, 5, 5]).await;
    let (house, by) = (&course.house, officer(&course.house));
    let asked = wanted(&course, 1, 1).await;
    let asked = SeriesOnBehalf { person: Person { contact: None, ..asked.person }, ..asked };
    let booked = book(&house.services, &by, asked).await.expect("booked");
    deliver(house).await;
    assert_eq!(number(house, "select count(*) from message").await, 0);
    for one in booking::series_of(&house.services, booked.booking).await.expect("readable") {
        assert!(booking::pass_text(&house.services, &one).starts_with("P1."));
    }
}

#[tokio::test]
async fn limits_bind_the_machine_and_not_the_desk_and_room_binds_both() {
    let course = course(SeriesRule::Both, [5, 2, 5]).await;
    let (house, by) = (&course.house, officer(&course.house));
    let machine = client(house, "mini-programme").await;
    book(&house.services, &machine, wanted(&course, 1, 1).await).await.expect("booked");
    // One booking a month for one contact, as the public has it.
    let again = SeriesOnBehalf { key: "another-key".into(), ..wanted(&course, 1, 1).await };
    let refused = book(&house.services, &machine, again.clone()).await;
    let Err(BookingError::DateRefused { session, refusal: Refusal::WindowLimit { .. }, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(session, course.dates[0]);
    book(&house.services, &by, again).await.expect("the desk is not bound by it");
    assert_eq!(course.booked().await, [2, 2, 2]);
    for context in [&machine, &by] {
        let full = book(&house.services, context, wanted(&course, 2, 1).await).await;
        assert!(date_full(&full), "{full:?}");
        let Err(BookingError::DateRefused { session, .. }) = full else { panic!("{full:?}") };
        assert_eq!(session, course.dates[1], "it says which date");
    }
    assert_eq!(course.booked().await, [2, 2, 2], "and nothing of any is taken");
}

#[tokio::test]
async fn what_the_desk_keeps_on_a_date_is_the_desks_for_a_series_too() {
    let course = course(SeriesRule::Both, [5, 5, 5]).await;
    let (house, by) = (&course.house, officer(&course.house));
    let keeps = "update session set staff_places = 4, staff_release_hours = 0 where id = $1";
    sqlx::query(keeps).bind(course.dates[1].0).execute(&house.db.owner_pool()).await.expect("kept");
    let machine = client(house, "mini-programme").await;
    let refused = book(&house.services, &machine, wanted(&course, 1, 2).await).await;
    assert!(date_full(&refused), "{refused:?}");
    book(&house.services, &by, wanted(&course, 1, 2).await).await.expect("the desk has them");
    assert_eq!(course.booked().await, [2, 2, 2]);
}

#[tokio::test]
async fn what_the_event_asks_now_is_answered_before_anything_is_booked() {
    let course = course(SeriesRule::Both, [5, 5, 5]).await;
    let (house, by) = (&course.house, officer(&course.house));
    let machine = client(house, "mini-programme").await;
    let asked = wanted(&course, 1, 1).await;
    for context in [&machine, &by] {
        let silent = SeriesOnBehalf { replies: None, ..asked.clone() };
        let refused = book(&house.services, context, silent).await;
        assert!(matches!(refused, Err(BookingError::Refused(Refusal::AsksQuestions))), "{refused:?}");
    }
    // Something else is asked by the time the answers arrive.
    let version = now(house, course.event).await.version;
    let more = question("language", one_of(&["zh", "en"]));
    let system = house.services.system();
    outreach::put_question(&house.services, &system, course.event, version, more).await.expect("a question");
    let version = now(house, course.event).await.version;
    outreach::publish_form(&house.services, &system, course.event, version).await.expect("published");
    let stale = book(&house.services, &machine, asked.clone()).await;
    assert!(matches!(stale, Err(BookingError::Refused(Refusal::AsksQuestions))), "{stale:?}");
    assert_eq!(course.booked().await, [0, 0, 0]);
    let event = now(house, course.event).await;
    let (_, form) = event.form.as_ref().expect("it asks");
    let pairs = ALL.into_iter().chain([("q-language", "zh")]);
    let answers = form.read(&Typed::of(pairs), domain::time::local_day(house.now())).expect("complete");
    let asked = SeriesOnBehalf { replies: Replies::to(&event, answers), ..asked };
    book(&house.services, &machine, asked).await.expect("booked");
}

#[tokio::test]
async fn a_series_is_its_machines_own_and_given_back_whole() {
    let course = course(SeriesRule::Whole, [5, 5, 5]).await;
    let (house, services) = (&course.house, &course.house.services);
    let (own, other) = (client(house, "mini-programme").await, client(house, "a partner").await);
    let booked = book(services, &own, wanted(&course, 1, 2).await).await.expect("booked");
    let series = booking::series_with(services, &own, booked.booking).await.expect("its own");
    for one in &series.bookings {
        assert!(machines::made_booking(services, &own, one.id).await.expect("an answer"));
    }
    assert_eq!(booking::own_series(services, &own, series.id).await.expect("its own").bookings.len(), 3);
    let hidden = booking::own_series(services, &other, series.id).await;
    assert!(matches!(hidden, Err(BookingError::NotFound)), "{hidden:?}");
    let staff = booking::own_series(services, &officer(house), series.id).await;
    assert!(matches!(staff, Err(BookingError::NotFound)), "staff see it otherwise: {staff:?}");
    let alone = booking::cancel(services, &own, Handle::Id(booked.booking), None).await;
    assert!(matches!(alone, Err(BookingError::Refused(Refusal::WholeSeriesOnly))), "{alone:?}");
    assert_eq!(booking::cancel_series(services, &own, Handle::Id(booked.booking)).await.expect("together"), 3);
    assert_eq!(course.booked().await, [0, 0, 0]);
}

#[tokio::test]
async fn an_event_that_is_no_series_or_none_at_all_is_not_booked_on_behalf() {
    let course = course(SeriesRule::Dates, [5, 5, 5]).await;
    let by = officer(&course.house);
    let single = book(&course.house.services, &by, wanted(&course, 1, 1).await).await;
    assert!(matches!(single, Err(BookingError::Refused(Refusal::SingleDatesOnly))), "{single:?}");
    let nowhere = SeriesOnBehalf { event: by.new_id(), ..wanted(&course, 1, 1).await };
    let nowhere = book(&course.house.services, &by, nowhere).await;
    assert!(matches!(nowhere, Err(BookingError::NotFound)), "{nowhere:?}");
    let visitor = course.house.context(domain::account::Actor::Anonymous);
    let denied = book(&course.house.services, &visitor, wanted(&course, 1, 1).await).await;
    assert!(matches!(denied, Err(BookingError::Denied(_))), "{denied:?}");
}

/// All at once, each on a server of its own; answers in their order. Without the lock two have decided before either writes.
async fn at_once(
    course: &Course,
    guard: Guard,
    asked: Vec<(Context, SeriesOnBehalf)>,
) -> Vec<Result<Booked, BookingError>> {
    let gate = match guard {
        Guard::NegativeControl => Some(Gate::before(&course.house.db, "booking").await),
        Guard::Lock | Guard::WithoutPersons => None,
    };
    let start = Arc::new(tokio::sync::Barrier::new(asked.len()));
    let mut running = Vec::new();
    for (context, wanted) in asked {
        let mut server = TestHouse::second(&course.house.db, course.house.services.clock.clone(), 3).await;
        server.claims = Claims::guarded_by(guard);
        let start = start.clone();
        running.push(tokio::spawn(async move {
            start.wait().await;
            book(&server, &context, wanted).await
        }));
    }
    if let Some(gate) = gate {
        gate.opens_for_two().await;
    }
    let mut answers = Vec::new();
    for one in running {
        answers.push(one.await.expect("no panic"));
    }
    answers
}

/// The desk and a machine want all dates in the same moment; the second has one place. Answers how many got them.
async fn desk_and_machine(course: &Course, guard: Guard) -> usize {
    let machine = client(&course.house, "mini-programme").await;
    let asked = vec![(machine, wanted(course, 1, 1).await), (officer(&course.house), wanted(course, 2, 1).await)];
    let answers = at_once(course, guard, asked).await;
    assert!(answers.iter().all(|answer| answer.is_ok() || date_full(answer)), "{answers:?}");
    answers.iter().filter(|answer| answer.is_ok()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_and_a_machine_at_once_do_not_sell_the_last_place_twice() {
    for _ in 0..4 {
        let course = course(SeriesRule::Both, [5, 1, 5]).await;
        assert_eq!(desk_and_machine(&course, Guard::Lock).await, 1);
        assert_eq!(course.booked().await, [1, 1, 1], "the other has nothing at all");
        assert_eq!(number(&course.house, "select count(*) from booking_series").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_the_desk_and_a_machine_sell_it_twice() {
    let course = course(SeriesRule::Both, [5, 1, 5]).await;
    switch_off_database_guard(&course.house).await;
    let won = desk_and_machine(&course, Guard::NegativeControl).await;
    assert_eq!(won, 2, "a race that cannot oversell proves nothing about the locks");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_on_several_servers_at_once_is_one_series() {
    for _ in 0..3 {
        let course = course(SeriesRule::Both, [9, 9, 9]).await;
        let machine = client(&course.house, "mini-programme").await;
        let asked = wanted(&course, 1, 2).await;
        let answers = at_once(&course, Guard::Lock, vec![(machine, asked); 4]).await;
        let first = answers[0].as_ref().expect("booked").clone();
        assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|booked| *booked == first)), "{answers:?}");
        assert_eq!(course.booked().await, [2, 2, 2]);
        assert_eq!(number(&course.house, "select count(*) from booking_series").await, 1);
    }
}

#[tokio::test]
async fn a_browser_that_keeps_the_places_keeps_them_from_the_desk() {
    let course = course(SeriesRule::Both, [5, 2, 5]).await;
    let (house, by) = (&course.house, officer(&course.house));
    let visitor = house.context(domain::account::Actor::Anonymous);
    let two = domain::booking::PartySize::new(2).expect("a size");
    booking::begin_series(&house.services, &visitor, course.event, two, super::BROWSER, &network())
        .await
        .expect("kept");
    let refused = book(&house.services, &by, wanted(&course, 1, 1).await).await;
    assert!(date_full(&refused), "{refused:?}");
}
