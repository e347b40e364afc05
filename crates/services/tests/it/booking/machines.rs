//! A machine's own bookings.

use super::{house_with_session, party, people_booked, person};
use domain::Locale;
use domain::account::{Actor, Scope};
use domain::contact::PersonName;
use domain::ids::{RequestId, SessionId};
use services::account::clients;
use services::booking::{self, Booked, BookingError, OnBehalf, Person};
use services::{Context, machines};
use testkit::TestHouse;
use uuid::Uuid;

/// What an event asked and was told.
const ANSWERS: [(&str, &str); 3] = [("q-expecting", "yes"), ("q-due", "2026-11-30"), ("q-seats", "2")];

/// A machine that may book.
pub async fn client(house: &TestHouse, name: &str) -> Context {
    let scopes = vec![Scope::BookingsWrite];
    let made = clients::create(&house.services, &house.services.system(), name, &scopes).await.expect("a client");
    let actor = Actor::Client { client: made.id, scopes };
    house.services.context(actor, Locale::ZhCn, RequestId(Uuid::from_u128(1)))
}

async fn book(house: &TestHouse, client: &Context, session: SessionId) -> Result<Booked, BookingError> {
    let asked = OnBehalf { session, person: person(1), party: party(2, 0), key: "a-key-of-mine".into() };
    booking::book(&house.services, client, asked).await
}

#[tokio::test]
async fn a_booking_is_its_machines_own_from_the_moment_there_is_one() {
    let (house, session) = house_with_session(10).await;
    let (own, other) = (client(&house, "mini-programme").await, client(&house, "a partner").await);
    let booked = book(&house, &own, session).await.expect("there is room").booking;
    assert!(machines::made_booking(&house.services, &own, booked).await.expect("an answer"));
    assert!(!machines::made_booking(&house.services, &other, booked).await.expect("an answer"));
    let again = book(&house, &own, session).await.expect("the same answer").booking;
    assert_eq!(again, booked);
    let staff = super::officer(&house);
    assert!(
        !machines::made_booking(&house.services, &staff, booked).await.expect("an answer"),
        "staff see it otherwise"
    );
}

/// One transaction: where it cannot be noted whose the booking is, there is no booking either.
#[tokio::test]
async fn there_is_no_booking_that_is_nobodys() {
    let (house, session) = house_with_session(10).await;
    let own = client(&house, "mini-programme").await;
    let owner = house.db.owner_pool();
    sqlx::raw_sql("alter table api_booking rename to api_booking_hidden").execute(&owner).await.expect("hidden");
    assert!(matches!(book(&house, &own, session).await, Err(BookingError::Database(_))));
    assert_eq!(people_booked(&house, session).await, 0, "nothing half-done stays behind");

    sqlx::raw_sql("alter table api_booking_hidden rename to api_booking").execute(&owner).await.expect("there again");
    let booked = book(&house, &own, session).await.expect("the same key, tried again").booking;
    assert!(machines::made_booking(&house.services, &own, booked).await.expect("an answer"));
    assert_eq!(people_booked(&house, session).await, 2);
}

#[tokio::test]
async fn a_key_is_of_one_request_word_for_word() {
    let (house, session) = house_with_session(40).await;
    let own = client(&house, "mini-programme").await;
    let named = |text: &str| {
        let person = Person { name: PersonName::parse(text).expect("a name"), contact: None };
        OnBehalf { session, person, party: party(2, 0), key: "a-key-of-mine".into() }
    };
    let booked = booking::book(&house.services, &own, named("甲一|乙二")).await.expect("there is room");
    for text in ["甲一", "甲一|乙二|"] {
        let other = booking::book(&house.services, &own, named(text)).await;
        assert!(matches!(other, Err(BookingError::KeyReused)), "{text}: {other:?}");
    }
    // A retry that lost its language on the way is the same request.
    let english = house.services.context(own.actor.clone(), Locale::En, RequestId(Uuid::from_u128(2)));
    assert_eq!(booking::book(&house.services, &english, named("甲一|乙二")).await.expect("the same"), booked);
    assert_eq!(booking::book(&house.services, &own, named("甲一|乙二")).await.expect("the same"), booked);
}

/// Servers of two versions answer side by side: what the one before has stored under a key is repeated, not refused.
#[tokio::test]
async fn a_key_stored_by_the_version_before_is_known() {
    let (house, session) = house_with_session(10).await;
    let own = client(&house, "mini-programme").await;
    let booked = book(&house, &own, session).await.expect("there is room");
    let owner = house.db.owner_pool();
    let hashed = |text: &str| house.services.vault.blind_index("idempotency", text);
    let stored: Vec<u8> = sqlx::query_scalar("select body_hash from idempotency where key = 'a-key-of-mine'")
        .fetch_one(&owner)
        .await
        .expect("a key");
    let former = hashed(&format!("{session:?}|演示·林小满|mail:guest1@example.com|2|0"));
    let part = |text: &str| format!("{}:{text}", text.len());
    let of_session = part(&format!("{session:?}"));
    let parts =
        [of_session, part("演示·林小满"), part("mail:guest1@example.com"), part("2"), part("0"), "-".to_owned()];
    let own_words = hashed(&parts.join(" "));
    assert_eq!(stored, own_words, "each part behind its length");
    for stored in [former, own_words] {
        sqlx::query("update idempotency set body_hash = $1 where key = 'a-key-of-mine'")
            .bind(stored)
            .execute(&owner)
            .await
            .expect("as it was stored");
        assert_eq!(book(&house, &own, session).await.expect("the same answer"), booked);
        let asked = OnBehalf { session, person: person(1), party: party(3, 0), key: "a-key-of-mine".into() };
        assert!(matches!(booking::book(&house.services, &own, asked).await, Err(BookingError::KeyReused)));
    }
}

#[tokio::test]
async fn what_is_booked_is_repeated_whatever_is_asked_since() {
    let house = TestHouse::new().await;
    let (event, session) = crate::outreach::published_lecture(&house).await;
    let own = client(&house, "mini-programme").await;
    let refused = book(&house, &own, session).await;
    assert!(matches!(refused, Err(BookingError::Fields(_))), "it asks: {refused:?}");
    // As if it had been booked before the questions were published.
    let draft = crate::outreach::register(
        &house,
        &house.context(Actor::Anonymous),
        (event, session),
        "one@example.com",
        &ANSWERS,
    )
    .await
    .expect("registered");
    let Actor::Client { client, .. } = &own.actor else { panic!("a machine") };
    let scope = format!("client:{client}");
    sqlx::query("update idempotency set scope = $1, key = 'a-key-of-mine', body_hash = $2 where scope = 'draft'")
        .bind(scope)
        .bind(
            house
                .services
                .vault
                .blind_index("idempotency", &format!("{session:?}|演示·林小满|mail:guest1@example.com|2|0")),
        )
        .execute(&house.db.owner_pool())
        .await
        .expect("stored");
    assert_eq!(book(&house, &own, session).await.expect("what was booked").booking, draft);
}
