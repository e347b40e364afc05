//! Waiting for a full date of an event: what it asks is answered first, goes over to the booking, and is forgotten when the
//! waiting ends otherwise.

use super::{BROWSER, answered, date, key, lecture, now, publish, question, questions, read};
use crate::account::{deliver, sent_code};
use crate::booking::{machine, network, officer, party};
use crate::outreach::register;
use domain::account::Actor;
use domain::booking::{PartySize, Refusal, WaitingState};
use domain::contact::{Contact, PersonName};
use domain::ids::{ActivityId, BookingId, SessionId, WaitingId};
use domain::outreach::Kind;
use services::booking::{self, BookingError, Handle, Person, Remember, WaitOnBehalf, WaitingView};
use services::machines::Repeatable;
use services::outreach::{self, told};
use testkit::TestHouse;

const ALL: [(&str, &str); 3] = [("q-expecting", "yes"), ("q-due", "2026-11-30"), ("q-seats", "2")];

struct Full {
    house: TestHouse,
    event: ActivityId,
    session: SessionId,
    /// Who has its only place.
    first: BookingId,
}

/// A published lecture that asks, with one date of one place, which is taken, and another date with room.
async fn full_date() -> Full {
    let house = TestHouse::new().await;
    let system = house.services.system();
    let event = outreach::add_event(&house.services, &system, lecture("leyun")).await.expect("an event");
    let session = date(&house, event, "2026-07-25T09:30:00+08:00", 90, 1).await;
    date(&house, event, "2026-08-01T09:30:00+08:00", 90, 20).await;
    for question in questions() {
        let version = now(&house, event).await.version;
        outreach::put_question(&house.services, &system, event, version, question).await.expect("a question");
    }
    publish_questions(&house, event).await;
    publish(&house, event).await;
    let visitor = house.context(Actor::Anonymous);
    let first = register(&house, &visitor, (event, session), "one@example.com", &ALL).await.expect("there is room");
    Full { house, event, session, first }
}

async fn publish_questions(house: &TestHouse, event: ActivityId) {
    let version = now(house, event).await.version;
    outreach::publish_form(&house.services, &house.services.system(), event, version).await.expect("published");
}

impl Full {
    /// Somebody waits for the date; without answers where there are none.
    async fn join(&self, mail: &str, pairs: Option<&[(&str, &str)]>) -> Result<WaitingId, BookingError> {
        let (house, services) = (&self.house, &self.house.services);
        let (visitor, network) = (house.context(Actor::Anonymous), network());
        let size = PartySize::new(1).expect("a size");
        let id = booking::begin_waiting(services, &visitor, self.session, size, BROWSER, &network).await?;
        if let Some(pairs) = pairs {
            let event = now(house, self.event).await;
            let draft = read(house, &visitor, id).await;
            outreach::keep_answers(services, &visitor, &draft, &event, answered(&event, house, pairs)).await?;
        }
        let (name, contact) =
            (PersonName::parse("演示·候补").expect("a name"), Contact::parse(mail).expect("an address"));
        let draft = read(house, &visitor, id).await;
        booking::save(services, &visitor, &draft, name, contact.clone(), party(1, 0), &network).await?;
        let code = sent_code(house, &contact).await;
        let proven = booking::prove(services, &visitor, read(house, &visitor, id).await, &code, &network).await?;
        booking::join(services, &visitor, &proven).await
    }

    async fn link(&self, entry: WaitingId) -> String {
        booking::waiting_link(&self.house.services, entry).await.expect("a link")
    }

    async fn look(&self, entry: WaitingId) -> WaitingView {
        let link = self.link(entry).await;
        booking::waiting(&self.house.services, &self.house.context(Actor::Anonymous), &link).await.expect("an entry")
    }

    async fn free_the_place(&self) {
        booking::cancel(&self.house.services, &officer(&self.house), Handle::Id(self.first), None).await.expect("done");
    }

    async fn accept(&self, entry: WaitingId) -> Result<BookingId, BookingError> {
        let link = self.link(entry).await;
        booking::accept(&self.house.services, &self.house.context(Actor::Anonymous), &link, self.session).await
    }

    async fn number(&self, sql: &'static str) -> i64 {
        crate::account::number(&self.house, sql).await
    }
}

fn asks<T: std::fmt::Debug>(answer: &Result<T, BookingError>) {
    assert!(matches!(answer, Err(BookingError::Refused(Refusal::AsksQuestions))), "{answer:?}");
}

const OF_ENTRIES: &str = "select count(*) from event_answers where waiting_id is not null and booking_id is null";

#[tokio::test]
async fn what_was_answered_before_waiting_is_the_bookings_once_the_offer_is_taken() {
    let full = full_date().await;
    let house = &full.house;
    let entry = full.join("two@example.com", Some(&ALL)).await.expect("on the list");
    let seen = now(house, full.event).await;
    assert_eq!(seen.timetable.session(full.session).expect("the date").waiting, 1, "the event's page knows who waits");
    assert_eq!(full.number(OF_ENTRIES).await, 1);
    full.free_the_place().await;
    assert_eq!(full.look(entry).await.state, WaitingState::Offered);
    let seen = now(house, full.event).await;
    assert_eq!(seen.timetable.session(full.session).expect("the date").facts.free(), 0, "what is offered is not free");
    let booking = full.accept(entry).await.expect("booked");
    assert_eq!(full.accept(entry).await.expect("the same"), booking);
    let told = told(&house.services, &[booking]).await.expect("readable").remove(&booking).expect("answers");
    assert!(told.has_sensitive && told.answers.get(&key("seats")).is_some());
    assert_eq!(full.number(OF_ENTRIES).await, 0);
    deliver(house).await;
    let mails = "select count(*) from dev_mailbox where body_text like '%候补%' and body_text like '%活动：乐孕课堂%'";
    assert!(full.number(mails).await >= 1, "a message of the list says which event it is about");
}

#[tokio::test]
async fn places_owed_to_a_party_are_not_free_on_the_page_of_the_event() {
    let full = full_date().await;
    full.join("two@example.com", Some(&ALL)).await.expect("on the list");
    // As long as nobody has passed the place on: a server that stopped in between.
    sqlx::query(
        "update booking set state = 'cancelled', cancelled_at = created_at, cancelled_by = 'staff' where id = $1",
    )
    .bind(full.first.0)
    .execute(&full.house.db.owner_pool())
    .await
    .expect("cancelled");
    let seen = now(&full.house, full.event).await;
    let facts = seen.timetable.session(full.session).expect("the date").facts;
    assert_eq!((facts.owed, facts.free()), (1, 0));
}

#[tokio::test]
async fn nobody_waits_for_an_event_without_answering_it() {
    let full = full_date().await;
    asks(&full.join("two@example.com", None).await);
    assert_eq!(full.number("select count(*) from waiting_entry").await, 0);
    // Nor does a machine that says who comes and nothing else.
    let machine = machine(&full.house.services);
    let asked = WaitOnBehalf {
        session: full.session,
        also: Vec::new(),
        person: Person {
            name: PersonName::parse("演示·机器").expect("a name"),
            contact: Some(Contact::parse("three@example.com").expect("an address")),
        },
        party: party(1, 0),
        replies: None,
    };
    let under = Repeatable::new(&full.house.services, &machine, "key-number-1", "waiting", b"body");
    let remember = Remember { under, answer: Box::new(|_, _| serde_json::Value::Null) };
    asks(&booking::wait_on_behalf(&full.house.services, &machine, asked, remember).await);
}

#[tokio::test]
async fn what_was_answered_is_forgotten_with_the_waiting() {
    let full = full_date().await;
    let entry = full.join("two@example.com", Some(&ALL)).await.expect("on the list");
    let link = full.link(entry).await;
    let visitor = full.house.context(Actor::Anonymous);
    let before = full.look(entry).await;
    booking::leave_waiting(&full.house.services, &visitor, &link).await.expect("left");
    assert_eq!(full.number(OF_ENTRIES).await, 0);
    // A second tab with the form of the offer keeps nothing for an entry that has ended.
    let event = now(&full.house, full.event).await;
    let late = answered(&event, &full.house, &ALL);
    let kept = outreach::keep_waiting_answers(&full.house.services, &visitor, &before, &event, late).await;
    assert!(matches!(kept, Err(outreach::OutreachError::NotFound)), "{kept:?}");
    assert_eq!(full.number(OF_ENTRIES).await, 0);
}

#[tokio::test]
async fn questions_published_meanwhile_are_answered_before_the_offer_is_taken() {
    let full = full_date().await;
    let house = &full.house;
    let entry = full.join("two@example.com", Some(&ALL)).await.expect("on the list");
    let version = now(house, full.event).await.version;
    let more = question("week", Kind::Number { min: 1, max: 42 });
    outreach::put_question(&house.services, &house.services.system(), full.event, version, more).await.expect("added");
    publish_questions(house, full.event).await;
    full.free_the_place().await;
    asks(&full.accept(entry).await);
    assert_eq!(full.look(entry).await.state, WaitingState::Offered, "the offer stays while the questions are read");
    let before = outreach::waiting_answers(&house.services, entry).await.expect("readable").expect("answers");
    assert!(before.get(&key("due")).is_some(), "what was answered before stands in the form");
    let event = now(house, full.event).await;
    let answers = answered(&event, house, &[&ALL[..], &[("q-week", "20")]].concat());
    let (visitor, view) = (house.context(Actor::Anonymous), full.look(entry).await);
    outreach::keep_waiting_answers(&house.services, &visitor, &view, &event, answers).await.expect("kept");
    let booking = full.accept(entry).await.expect("booked");
    let told = told(&house.services, &[booking]).await.expect("readable").remove(&booking).expect("answers");
    assert!(told.answers.get(&key("week")).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn answering_and_leaving_at_the_same_instant_keep_nothing() {
    let full = full_date().await;
    for round in 0..6 {
        let entry = full.join(&format!("round-{round}@example.com"), Some(&ALL)).await.expect("on the list");
        let (link, view) = (full.link(entry).await, full.look(entry).await);
        let event = now(&full.house, full.event).await;
        let answers = answered(&event, &full.house, &ALL);
        let (one, two) = (full.house.services.clone(), full.house.services.clone());
        let (first, second) = (full.house.context(Actor::Anonymous), full.house.context(Actor::Anonymous));
        let late = std::time::Duration::from_micros(150 * (round % 8));
        let keeping = tokio::spawn(async move {
            tokio::time::sleep(late).await;
            outreach::keep_waiting_answers(&one, &first, &view, &event, answers).await
        });
        let leaving = tokio::spawn(async move { booking::leave_waiting(&two, &second, &link).await });
        let kept = keeping.await.expect("no panic");
        assert!(matches!(kept, Ok(()) | Err(outreach::OutreachError::NotFound)), "{kept:?}");
        leaving.await.expect("no panic").expect("left");
        assert_eq!(full.number(OF_ENTRIES).await, 0, "in round {round}");
    }
}

#[tokio::test]
async fn answers_of_those_who_wait_are_kept_until_the_end_of_the_date_that_was_moved() {
    let full = full_date().await;
    let house = &full.house;
    full.join("two@example.com", Some(&ALL)).await.expect("on the list");
    let late = (
        "2026-08-20T09:30:00+08:00".parse().expect("an instant"),
        "2026-08-20T11:00:00+08:00".parse().expect("an instant"),
    );
    let event = now(house, full.event).await;
    let version = event.timetable.session(full.session).expect("the date").version;
    let system = house.services.system();
    outreach::move_date(&house.services, &system, (full.event, full.session), version, late).await.expect("moved");
    let kept =
        "select count(*) from event_answers where waiting_id is not null and expires_at = '2026-08-20T03:00:00Z'";
    assert_eq!(full.number(kept).await, 1);
}
