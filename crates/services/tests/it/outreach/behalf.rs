//! One date of an event on behalf of somebody: what it asks is answered with the request, by a machine or at the desk, booked or
//! waited for.

use super::series::{Course, course};
use super::{date, key, lecture, now, one_of, publish, published_lecture, question};
use crate::account::number;
use crate::booking::machines::client;
use crate::booking::{is_full, officer, party, people_booked, person};
use domain::account::Actor;
use domain::booking::{Refusal, SeriesRule, WaitingState};
use domain::field::{Fault, FieldError};
use domain::ids::{ActivityId, SessionId};
use domain::outreach::{Answers, Kind};
use domain::time::local_day;
use services::booking::{
    self, Booked, BookingError, Brought, Handle, OnBehalf, Person, Remember, Replied, WaitOnBehalf, WaitingView,
};
use services::machines::{self, Repeatable};
use services::outreach::{self, Replies, Sent, SentAnswer, told};
use services::{Context, Services};
use std::sync::Arc;
use testkit::TestHouse;

fn sent(pairs: &[(&str, SentAnswer)]) -> Sent {
    pairs.iter().map(|(key, answer)| ((*key).to_owned(), answer.clone())).collect()
}

fn text(words: &str) -> SentAnswer {
    SentAnswer::Text(words.into())
}

fn seats(n: u32) -> (&'static str, SentAnswer) {
    ("seats", SentAnswer::Number(n.to_string()))
}

/// Right answers to the questions of a lecture.
fn right() -> Sent {
    sent(&[("expecting", text("yes")), ("due", text("2026-11-30")), seats(2)])
}

fn asked(session: SessionId, n: usize) -> OnBehalf {
    OnBehalf { session, person: person(n), party: party(1, 0), key: format!("a-key-of-{n}") }
}

async fn send(
    services: &Services,
    by: &Context,
    session: SessionId,
    n: usize,
    sent: Sent,
) -> Result<Booked, BookingError> {
    let brought = Brought { replied: Replied::Sent(sent), ..Brought::default() };
    booking::book_bringing(services, by, asked(session, n), &brought).await
}

/// What the desk reads off its page.
async fn replies(house: &TestHouse, event: ActivityId) -> Option<Replies> {
    let event = now(house, event).await;
    right().read(Some(&event), local_day(house.now())).expect("right answers")
}

async fn desk(
    house: &TestHouse,
    session: SessionId,
    n: usize,
    replies: Option<Replies>,
) -> Result<Booked, BookingError> {
    let brought = Brought { replied: Replied::Read(replies), ..Brought::default() };
    booking::book_bringing(&house.services, &officer(house), asked(session, n), &brought).await
}

fn faults<T: std::fmt::Debug>(answer: Result<T, BookingError>) -> Vec<(String, Fault)> {
    let Err(BookingError::Fields(errors)) = answer else { panic!("{answer:?}") };
    errors.into_iter().map(|FieldError { field, fault }| (field, fault)).collect()
}

fn asks<T: std::fmt::Debug>(answer: &Result<T, BookingError>) {
    assert!(matches!(answer, Err(BookingError::Refused(Refusal::AsksQuestions))), "{answer:?}");
}

/// The event asks one thing more from now on.
async fn ask_more(house: &TestHouse, event: ActivityId) {
    let system = house.services.system();
    let version = now(house, event).await.version;
    let more = question("language", one_of(&["zh", "en"]));
    outreach::put_question(&house.services, &system, event, version, more).await.expect("a question");
    let version = now(house, event).await.version;
    outreach::publish_form(&house.services, &system, event, version).await.expect("published");
    now(house, event).await;
}

const KEPT: &str = "select count(*) from event_answers where booking_id is not null";

#[tokio::test]
async fn what_a_machine_replies_is_its_bookings_and_lies_apart() {
    let house = TestHouse::new().await;
    let (_, session) = published_lecture(&house).await;
    let own = client(&house, "mini-programme").await;
    let booked = send(&house.services, &own, session, 1, right()).await.expect("booked").booking;
    assert!(machines::made_booking(&house.services, &own, booked).await.expect("an answer"));
    let told = told(&house.services, &[booked]).await.expect("readable").remove(&booked).expect("answers");
    assert!(told.answers.get(&key("seats")).is_some() && told.answers.get(&key("due")).is_none(), "not in a list");
    assert!(told.has_sensitive);
    let (_, apart) =
        outreach::reveal_sensitive(&house.services, &officer(&house), booked, "to keep a seat").await.expect("opened");
    assert_eq!(apart.len(), 2);
    // What does not follow from the answers is not asked, and not kept.
    let hidden = sent(&[("expecting", text("no")), ("due", text("2026-11-30")), seats(1)]);
    let other = send(&house.services, &own, session, 2, hidden).await.expect("booked").booking;
    let (_, apart) =
        outreach::reveal_sensitive(&house.services, &officer(&house), other, "to keep a seat").await.expect("opened");
    assert_eq!((apart.len(), apart.get(&key("due"))), (1, None));
    assert_eq!(number(&house, KEPT).await, 2);
    booking::cancel(&house.services, &own, Handle::Id(booked), None).await.expect("cancelled");
    assert_eq!(number(&house, "select count(*) from event_answers where sensitive_sealed is not null").await, 1);
}

#[tokio::test]
async fn every_answer_that_is_none_is_named_and_nothing_is_booked() {
    let house = TestHouse::new().await;
    let (event, session) = published_lecture(&house).await;
    let own = client(&house, "mini-programme").await;
    let try_it = async |replied: Sent| faults(send(&house.services, &own, session, 1, replied).await);
    let required = |key: &str| (format!("answers.{key}"), Fault::Required);
    let no = |key: &str| (format!("answers.{key}"), Fault::NotAChoice);
    assert_eq!(try_it(Sent::default()).await, [required("expecting"), required("seats")]);
    assert_eq!(faults(booking::book(&house.services, &own, asked(session, 1)).await).len(), 2, "silence is no answer");
    assert_eq!(try_it(sent(&[("expecting", text("yes")), seats(2)])).await, [required("due")]);
    assert_eq!(try_it(sent(&[("expecting", text("perhaps")), seats(2)])).await, [no("expecting")]);
    let odd = sent(&[("expecting", text("no")), seats(2), ("colour", text("red")), ("due", SentAnswer::Consent(true))]);
    assert_eq!(try_it(odd).await, [no("colour"), no("due")]);
    let range = ("answers.seats".to_owned(), Fault::OutOfRange { min: 1, max: 4 });
    assert_eq!(try_it(sent(&[("expecting", text("no")), seats(9)])).await, [range]);
    // Agreeing to what is asked about health is an answer of its own.
    let version = now(&house, event).await.version;
    let system = house.services.system();
    let consent = domain::outreach::Question { sensitive: true, ..question("consent", Kind::Consent) };
    outreach::put_question(&house.services, &system, event, version, consent).await.expect("a question");
    let version = now(&house, event).await.version;
    outreach::publish_form(&house.services, &system, event, version).await.expect("published");
    now(&house, event).await;
    let agreed = |given| sent(&[("expecting", text("no")), seats(1), ("consent", SentAnswer::Consent(given))]);
    assert_eq!(try_it(agreed(false)).await, [("answers.consent".to_owned(), Fault::MustAccept)]);
    assert_eq!(people_booked(&house, session).await, 0);
    send(&house.services, &own, session, 1, agreed(true)).await.expect("the key is free");
}

#[tokio::test]
async fn where_nothing_is_asked_nothing_is_answered() {
    let house = TestHouse::new().await;
    let system = house.services.system();
    let event = outreach::add_event(&house.services, &system, lecture("plain")).await.expect("an event");
    let session = date(&house, event, "2026-07-25T09:30:00+08:00", 90, 20).await;
    publish(&house, event).await;
    now(&house, event).await;
    let own = client(&house, "mini-programme").await;
    let refused = send(&house.services, &own, session, 1, right()).await;
    assert_eq!(faults(refused), [("answers".to_owned(), Fault::NothingAsked)]);
    send(&house.services, &own, session, 1, Sent::default()).await.expect("the same without them");
    let (museum, session) = crate::booking::house_with_session(10).await;
    let refused = send(&museum.services, &crate::booking::machine(&museum.services), session, 1, right()).await;
    assert_eq!(faults(refused), [("answers".to_owned(), Fault::NothingAsked)]);
}

#[tokio::test]
async fn a_key_is_of_one_request_answers_and_all_and_known_whatever_is_asked_since() {
    let house = TestHouse::new().await;
    let (event, session) = published_lecture(&house).await;
    let own = client(&house, "mini-programme").await;
    let booked = send(&house.services, &own, session, 1, right()).await.expect("booked");
    let others = [sent(&[("expecting", text("no")), seats(2)]), Sent::default()];
    for other in others.clone() {
        let reused = send(&house.services, &own, session, 1, other).await;
        assert!(matches!(reused, Err(BookingError::KeyReused)), "{reused:?}");
    }
    ask_more(&house, event).await;
    assert_eq!(send(&house.services, &own, session, 1, right()).await.expect("the same"), booked);
    for other in others {
        let reused = send(&house.services, &own, session, 1, other).await;
        assert!(matches!(reused, Err(BookingError::KeyReused)), "{reused:?}");
    }
    assert_eq!(number(&house, KEPT).await, 1);
    let fresh = send(&house.services, &own, session, 2, right()).await;
    assert_eq!(
        faults(fresh),
        [("answers.language".to_owned(), Fault::Required)],
        "a new request answers what is asked"
    );
}

#[tokio::test]
async fn what_was_read_before_the_questions_changed_books_nothing() {
    let house = TestHouse::new().await;
    let (event, session) = published_lecture(&house).await;
    let own = client(&house, "mini-programme").await;
    let stale = replies(&house, event).await;
    asks(&desk(&house, session, 1, None).await);
    ask_more(&house, event).await;
    asks(&desk(&house, session, 1, stale.clone()).await);
    let brought = Brought { replied: Replied::Read(stale.clone()), ..Brought::default() };
    asks(&booking::book_bringing(&house.services, &own, asked(session, 1), &brought).await);
    assert_eq!(people_booked(&house, session).await, 0);
    let (other, elsewhere) = another(&house).await;
    asks(&desk(&house, elsewhere, 1, stale).await);
    desk(&house, elsewhere, 1, replies(&house, other).await).await.expect("replies to its own questions");
}

/// A second event that asks the same.
async fn another(house: &TestHouse) -> (ActivityId, SessionId) {
    let system = house.services.system();
    let event = outreach::add_event(&house.services, &system, lecture("another")).await.expect("an event");
    let session = date(house, event, "2026-07-26T09:30:00+08:00", 90, 20).await;
    for question in super::questions() {
        let version = now(house, event).await.version;
        outreach::put_question(&house.services, &system, event, version, question).await.expect("a question");
    }
    let version = now(house, event).await.version;
    outreach::publish_form(&house.services, &system, event, version).await.expect("published");
    publish(house, event).await;
    now(house, event).await;
    (event, session)
}

#[tokio::test]
async fn the_desk_books_one_date_past_limits_within_the_room_and_knows_what_was_answered() {
    let course: Course = course(SeriesRule::Both, [5, 1, 5]).await;
    let house = &course.house;
    for date in [0, 2] {
        let asked = OnBehalf { key: format!("date-{date}"), ..asked(course.dates[date], 1) };
        let brought = Brought { replied: Replied::Read(replies(house, course.event).await), ..Brought::default() };
        // One booking a month for one contact, as the public has it.
        let booked =
            booking::book_bringing(&house.services, &officer(house), asked.clone(), &brought).await.expect("booked");
        let again =
            booking::book_bringing(&house.services, &officer(house), asked, &brought).await.expect("pressed twice");
        assert_eq!(again, booked);
        let told = told(&house.services, &[booked.booking]).await.expect("readable");
        assert!(told[&booked.booking].has_sensitive);
    }
    desk(house, course.dates[1], 2, replies(house, course.event).await).await.expect("the last place");
    let full = desk(house, course.dates[1], 3, replies(house, course.event).await).await;
    assert!(is_full(&full), "{full:?}");
    assert_eq!(course.booked().await, [1, 1, 1]);
    assert_eq!(number(house, "select count(*) from booking where channel = 'staff' and pool = 'staff'").await, 3);
}

#[tokio::test]
async fn one_date_of_a_series_that_is_booked_whole_is_nobodys() {
    let course: Course = course(SeriesRule::Whole, [5, 5, 5]).await;
    let (house, own) = (&course.house, client(&course.house, "mini-programme").await);
    let whole = |answer: Result<Booked, BookingError>| {
        assert!(matches!(answer, Err(BookingError::Refused(Refusal::WholeSeriesOnly))), "{answer:?}");
    };
    whole(send(&house.services, &own, course.dates[0], 1, right()).await);
    whole(send(&house.services, &own, course.dates[0], 1, Sent::default()).await);
    whole(desk(house, course.dates[0], 1, replies(house, course.event).await).await);
    whole(booking::book(&house.services, &officer(house), asked(course.dates[0], 1)).await);
    let waits = wait(house, course.event, course.dates[0], 1).await;
    let refused = booking::wait_at_the_desk(&house.services, &officer(house), waits, "a-key".into()).await;
    assert!(matches!(refused, Err(BookingError::Refused(Refusal::WholeSeriesOnly))), "{refused:?}");
    assert_eq!(course.booked().await, [0, 0, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_sent_to_several_servers_at_once_is_one_booking_with_its_answers() {
    for _ in 0..3 {
        let house = TestHouse::new().await;
        let (_, session) = published_lecture(&house).await;
        let own = client(&house, "mini-programme").await;
        let start = Arc::new(tokio::sync::Barrier::new(4));
        let mut running = Vec::new();
        for _ in 0..4 {
            let server = TestHouse::second(&house.db, house.services.clock.clone(), 3).await;
            let (start, own) = (start.clone(), own.clone());
            running.push(tokio::spawn(async move {
                start.wait().await;
                send(&server, &own, session, 1, right()).await
            }));
        }
        let mut answers = Vec::new();
        for one in running {
            answers.push(one.await.expect("no panic").expect("booked"));
        }
        assert!(answers.iter().all(|booked| *booked == answers[0]), "{answers:?}");
        assert_eq!((people_booked(&house, session).await, number(&house, KEPT).await), (1, 1));
    }
}

/// Somebody would wait for a date, with what the event asks answered.
async fn wait(house: &TestHouse, event: ActivityId, session: SessionId, n: usize) -> WaitOnBehalf {
    let replies = replies(house, event).await;
    WaitOnBehalf { session, also: Vec::new(), person: person(n), party: party(1, 0), replies }
}

/// A lecture whose only place is taken, and the way to give it back.
async fn full() -> (TestHouse, ActivityId, SessionId, Booked) {
    let house = TestHouse::new().await;
    let (event, session) = published_lecture(&house).await;
    let first = desk(&house, session, 90, replies(&house, event).await).await.expect("there is room");
    sqlx::query("update session set capacity = 1 where id = $1")
        .bind(session.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("it is full");
    now(&house, event).await;
    (house, event, session, first)
}

fn remember(services: &Services, by: &Context, key: &str) -> Remember<WaitingView> {
    let under = Repeatable::new(services, by, key, "waiting", b"body");
    Remember { under, answer: Box::new(|_, _| serde_json::Value::Null) }
}

async fn taken(services: &Services, by: &Context, key: &str) -> Remember<WaitingView> {
    let remember = remember(services, by, key);
    remember.under.take(services, by.now).await.expect("taken");
    remember
}

const WAITING: &str = "select count(*) from event_answers where waiting_id is not null and booking_id is null";

fn seats_of(answers: &Answers) -> bool {
    answers.get(&key("seats")).is_some()
}

#[tokio::test]
async fn what_a_machine_replied_before_waiting_is_the_bookings_once_it_takes_the_offer() {
    let (house, event, session, first) = full().await;
    let (services, own) = (&house.services, client(&house, "mini-programme").await);
    let silent = WaitOnBehalf { replies: None, ..wait(&house, event, session, 1).await };
    asks(&booking::wait_on_behalf(services, &own, silent, remember(services, &own, "key-number-1")).await);
    assert_eq!(number(&house, "select count(*) from waiting_entry").await, 0);
    let asked = wait(&house, event, session, 1).await;
    let entry = booking::wait_on_behalf(services, &own, asked, taken(services, &own, "key-number-2").await).await;
    let entry = entry.expect("on the list").id;
    assert_eq!(number(&house, WAITING).await, 1);
    booking::cancel(services, &officer(&house), Handle::Id(first.booking), None).await.expect("given back");
    let booked = booking::accept_own(services, &own, entry, session).await.expect("booked");
    let told = told(services, &[booked]).await.expect("readable").remove(&booked).expect("answers");
    assert!(seats_of(&told.answers) && told.has_sensitive);
    assert_eq!(number(&house, WAITING).await, 0);
}

#[tokio::test]
async fn an_offer_to_a_machines_party_waits_for_what_is_asked_since() {
    let (house, event, session, first) = full().await;
    let (services, own) = (&house.services, client(&house, "mini-programme").await);
    let asked = wait(&house, event, session, 1).await;
    let entry = booking::wait_on_behalf(services, &own, asked, taken(services, &own, "key-number-1").await).await;
    let entry = entry.expect("on the list").id;
    ask_more(&house, event).await;
    booking::cancel(services, &officer(&house), Handle::Id(first.booking), None).await.expect("given back");
    asks(&booking::accept_own(services, &own, entry, session).await);
    // Left by the machine: what was answered goes with it.
    booking::leave_own(services, &own, entry, taken(services, &own, "key-number-2").await).await.expect("left");
    assert_eq!(number(&house, WAITING).await, 0);
}

#[tokio::test]
async fn the_desk_puts_somebody_on_the_list_once_and_they_answer_by_their_link() {
    let (house, event, session, first) = full().await;
    let (services, by) = (&house.services, officer(&house));
    let desk = async |asked: WaitOnBehalf, key: &str| booking::wait_at_the_desk(services, &by, asked, key.into()).await;
    let nobody = Person { contact: None, ..person(1) };
    let nobody = desk(WaitOnBehalf { person: nobody, ..wait(&house, event, session, 1).await }, "a-key").await;
    assert_eq!(faults(nobody), [("contact".to_owned(), Fault::Required)]);
    asks(&desk(WaitOnBehalf { replies: None, ..wait(&house, event, session, 1).await }, "a-key").await);
    let entry = desk(wait(&house, event, session, 1).await, "a-key").await.expect("on the list");
    assert_eq!(desk(wait(&house, event, session, 1).await, "a-key").await.expect("pressed twice"), entry);
    let other = desk(wait(&house, event, session, 2).await, "a-key").await;
    assert!(matches!(other, Err(BookingError::KeyReused)), "{other:?}");
    let twice = desk(wait(&house, event, session, 1).await, "another-key").await;
    assert!(matches!(twice, Err(BookingError::Refused(Refusal::AlreadyWaiting))), "{twice:?}");
    // The form was sent: its key books nobody else.
    let brought = Brought { replied: Replied::Read(replies(&house, event).await), ..Brought::default() };
    let asked = OnBehalf { key: "a-key".into(), ..asked(session, 1) };
    let reused = booking::book_bringing(services, &by, asked, &brought).await;
    assert!(matches!(reused, Err(BookingError::KeyReused)), "{reused:?}");
    assert_eq!(number(&house, "select count(*) from waiting_entry where account_id is null").await, 1);

    booking::cancel(services, &by, Handle::Id(first.booking), None).await.expect("given back");
    let link = booking::waiting_link(services, entry).await.expect("a link");
    let visitor = house.context(Actor::Anonymous);
    let seen = booking::waiting(services, &visitor, &link).await.expect("an entry");
    assert_eq!(seen.state, WaitingState::Offered);
    let booked = booking::accept(services, &visitor, &link, session).await.expect("booked");
    let told = told(services, &[booked]).await.expect("readable").remove(&booked).expect("answers");
    assert!(seats_of(&told.answers) && told.has_sensitive);
    let visitor =
        booking::wait_at_the_desk(services, &visitor, wait(&house, event, session, 3).await, "k".into()).await;
    assert!(matches!(visitor, Err(BookingError::Denied(_))), "{visitor:?}");
}

#[tokio::test]
async fn where_there_is_room_the_desk_books() {
    let house = TestHouse::new().await;
    let (event, session) = published_lecture(&house).await;
    let asked = wait(&house, event, session, 1).await;
    let refused = booking::wait_at_the_desk(&house.services, &officer(&house), asked, "a-key".into()).await;
    assert!(matches!(refused, Err(BookingError::Refused(Refusal::PlacesFree))), "{refused:?}");
    assert_eq!(number(&house, WAITING).await, 0, "nothing is kept of it");
}
