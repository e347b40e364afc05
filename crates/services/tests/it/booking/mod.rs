//! The booking engine on a real Postgres.

mod changes;
pub mod closing;
mod documents;
mod door;
mod drafts;
mod entrance;
mod limits;
pub mod machines;
mod model;
mod no_shows;
mod office;
pub mod open_door;
mod open_door_dates;
mod open_door_news;
mod open_door_races;
mod party_documents;
mod pools;
pub mod races;
mod real_rules;
mod rules;
pub mod waiting;
mod waiting_drafts;
mod waiting_races;
mod waiting_rests;

use domain::Locale;
use domain::account::{Actor, Role};
use domain::booking::{Party, PartySize, Refusal};
use domain::contact::{Contact, PersonName};
use domain::ids::{AccountId, LoginSessionId, SessionId};
use jiff::{SignedDuration, Timestamp};
use services::booking::{self, Booked, BookingError, OnBehalf, Person};
use services::limits::Network;
use services::{Context, Services};
use testkit::TestHouse;
use uuid::Uuid;

/// The museum's activity with its default policy, without templates.
pub async fn museum(house: &TestHouse) -> Uuid {
    let fresh = store::booking::sessions::ActivityRow {
        id: services::context::new_uuid(house.now()),
        kind: "museum".into(),
        slug: booking::MUSEUM.into(),
        title_zh: "科普馆".into(),
        title_en: "Museum".into(),
        policy: serde_json::to_value(domain::booking::Policy::default()).expect("a policy is JSON"),
        policy_version: 1,
    };
    let mut db = house.db.owner_pool().acquire().await.expect("a connection");
    store::booking::sessions::add_activity(&mut db, house.now(), &fresh).await.expect("the museum is added")
}

/// A house with a museum and one session tomorrow at nine.
pub async fn house_with_session(capacity: u32) -> (TestHouse, SessionId) {
    let house = TestHouse::new().await;
    museum(&house).await;
    let session = add_session(&house, "2026-07-21T09:00:00+08:00", capacity).await;
    (house, session)
}

/// One more session of ninety minutes.
pub async fn add_session(house: &TestHouse, starts_at: &str, capacity: u32) -> SessionId {
    let starts_at: Timestamp = starts_at.parse().expect("an instant");
    let ends_at = starts_at + SignedDuration::from_mins(90);
    booking::add_session(&house.services, &house.services.system(), starts_at, ends_at, capacity, false)
        .await
        .expect("the session is added")
}

/// A museum officer with a fresh second factor.
pub fn officer(house: &TestHouse) -> Context {
    staff(house, vec![Role::MuseumOfficer])
}

/// A steward at the door.
pub fn steward(house: &TestHouse) -> Context {
    staff(house, vec![Role::Steward])
}

fn staff(house: &TestHouse, roles: Vec<Role>) -> Context {
    house.context(Actor::Staff {
        account: AccountId(Uuid::from_u128(7)),
        login: LoginSessionId(Uuid::from_u128(8)),
        roles,
        stepped_up_at: Some(house.now()),
    })
}

/// A machine that may book: bound by the public's rules.
pub fn machine(services: &Services) -> Context {
    let client = Actor::Client {
        client: domain::ids::ClientId(Uuid::from_u128(9)),
        scopes: vec![domain::account::Scope::BookingsWrite, domain::account::Scope::DoorWrite],
    };
    services.context(client, Locale::ZhCn, domain::ids::RequestId(Uuid::from_u128(1)))
}

/// Where the public of these tests is.
pub fn network() -> Network {
    Network::of([203, 0, 113, 9].into())
}

/// The n-th invented person: a mail address each.
pub fn person(n: usize) -> Person {
    Person {
        name: PersonName::parse("演示·林小满").expect("a name"),
        contact: Some(Contact::parse(&format!("guest{n}@example.com")).expect("an address")),
    }
}

pub fn party(people: u32, children: u32) -> Party {
    Party::new(PartySize::new(people).expect("a size"), children).expect("a party")
}

/// The n-th person books for so many, with a key of their own.
pub async fn book(services: &Services, session: SessionId, n: usize, people: u32) -> Result<Booked, BookingError> {
    let asked = OnBehalf { session, person: person(n), party: party(people, 0), key: format!("key-{n}") };
    booking::book(services, &machine(services), asked).await
}

/// Whether an answer is a clean "full".
pub fn is_full<T>(answer: &Result<T, BookingError>) -> bool {
    matches!(answer, Err(BookingError::Refused(Refusal::Full { .. })))
}

/// People with a confirmed booking, as the database has them.
pub async fn people_booked(house: &TestHouse, session: SessionId) -> i64 {
    let mut db = house.db.owner_pool().acquire().await.expect("a connection");
    store::booking::claims::people_booked(&mut db, session.0).await.expect("a number")
}
