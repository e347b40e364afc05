//! Outreach events on a real Postgres.

mod answers;
mod behalf;
mod events;
mod forms;
mod openings;
mod overlaps;
mod pictures;
mod series;
mod series_behalf;
mod series_missing;
mod waits;

use domain::booking::{PartySize, Policy};
use domain::contact::{Contact, PersonName};
use domain::ids::{ActivityId, BookingId, DraftId, SessionId};
use domain::outreach::{
    Answers, Audience, Bilingual, Choice, City, Condition, EventKind, Key, Kind, Question, Slug, Typed,
};
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp};
use services::Context;
use services::booking::{self, BookingError, DraftView};
use services::outreach::{self, Event, NewDate, NewEvent};
use std::sync::Arc;
use testkit::TestHouse;

pub const BROWSER: &str = "the random token of one browser";

fn both(text: &str) -> Bilingual {
    Bilingual::new(text, format!("{text} in English"))
}

pub fn key(text: &str) -> Key {
    Key::new(text).expect("a key")
}

/// A lecture in Jinan under a slug, not published, without dates.
pub fn lecture(slug: &str) -> NewEvent {
    NewEvent {
        slug: Slug::parse(slug).expect("a slug"),
        title: both("乐孕课堂"),
        kind: EventKind::Lectures,
        city: City::Jinan,
        place: both("孕育学校"),
        audience: Audience::Expecting,
        lead: both("四个周六"),
        story: both("一段故事"),
        programme: Vec::new(),
        policy: Policy { days_ahead: 60, bookings_per_day: 5, bookings_per_window: 20, ..Policy::default() },
    }
}

/// One more date of an event, of `minutes`.
pub async fn date(house: &TestHouse, event: ActivityId, starts_at: &str, minutes: i64, capacity: u32) -> SessionId {
    let starts_at: Timestamp = starts_at.parse().expect("an instant");
    let ends_at = starts_at + SignedDuration::from_mins(minutes);
    let fresh = NewDate { title: both("一讲"), starts_at, ends_at, capacity };
    outreach::add_date(&house.services, &house.services.system(), event, fresh).await.expect("the date is added")
}

/// A question that has to be answered, and is not sensitive.
pub fn question(name: &str, kind: Kind) -> Question {
    let label = both(name);
    Question { key: key(name), label, hint: Bilingual::default(), kind, required: true, sensitive: false, when: None }
}

pub fn one_of(values: &[&str]) -> Kind {
    let choices = values.iter().map(|value| Choice { value: (*value).to_owned(), label: both(value) });
    Kind::One { choices: choices.collect() }
}

/// Are you expecting (sensitive); if so, when (sensitive); how many seats.
pub fn questions() -> Vec<Question> {
    let when = Some(Condition { question: key("expecting"), any_of: vec!["yes".into()] });
    vec![
        Question { sensitive: true, ..question("expecting", one_of(&["yes", "no"])) },
        Question { sensitive: true, when, ..question("due", Kind::Date { from: 0, until: 300 }) },
        question("seats", Kind::Number { min: 1, max: 4 }),
    ]
}

/// The event as it is now.
pub async fn now(house: &TestHouse, id: ActivityId) -> Arc<Event> {
    house.services.programme.forget();
    let events = outreach::events(&house.services).await.expect("the events can be read");
    events.by_id(id).cloned().expect("the event is there")
}

pub async fn publish(house: &TestHouse, id: ActivityId) {
    let version = now(house, id).await.version;
    outreach::publish(&house.services, &house.services.system(), id, version, true).await.expect("it is published");
}

/// A published lecture with one date and the [`questions`].
pub async fn published_lecture(house: &TestHouse) -> (ActivityId, SessionId) {
    let system = house.services.system();
    let id = outreach::add_event(&house.services, &system, lecture("leyun")).await.expect("an event");
    let session = date(house, id, "2026-07-25T09:30:00+08:00", 90, 20).await;
    for question in questions() {
        let version = now(house, id).await.version;
        outreach::put_question(&house.services, &system, id, version, question).await.expect("a question");
    }
    let version = now(house, id).await.version;
    outreach::publish_form(&house.services, &system, id, version).await.expect("the questions are published");
    publish(house, id).await;
    (id, session)
}

pub async fn read(house: &TestHouse, context: &Context, draft: DraftId) -> DraftView {
    booking::read(&house.services, context, draft, BROWSER).await.expect("its own browser reads it")
}

pub fn answered(event: &Event, house: &TestHouse, pairs: &[(&str, &str)]) -> Answers {
    let (_, form) = event.form.as_ref().expect("it asks");
    form.read(&Typed::of(pairs.iter().copied()), local_day(house.now())).expect("complete answers")
}

/// Goes the whole way to a booking with these answers.
pub async fn register(
    house: &TestHouse,
    context: &Context,
    (event, session): (ActivityId, SessionId),
    mail: &str,
    pairs: &[(&str, &str)],
) -> Result<BookingId, BookingError> {
    let (services, network) = (&house.services, crate::booking::network());
    let people = PartySize::new(1).expect("a size");
    let id = booking::begin(services, context, session, people, BROWSER, &network).await?;
    let draft = read(house, context, id).await;
    let event = now(house, event).await;
    outreach::keep_answers(services, context, &draft, &event, answered(&event, house, pairs)).await?;
    let (name, contact) = (PersonName::parse("演示·白露").expect("a name"), Contact::parse(mail).expect("an address"));
    let party = crate::booking::party(1, 0);
    booking::save(services, context, &draft, name, contact.clone(), party, &network).await?;
    let code = crate::account::sent_code(house, &contact).await;
    let proven = booking::prove(services, context, read(house, context, id).await, &code, &network).await?;
    booking::confirm(services, context, &proven, &network).await
}
