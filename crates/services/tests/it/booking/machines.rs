//! A machine's own bookings.

use super::{house_with_session, party, people_booked, person};
use domain::Locale;
use domain::account::{Actor, Scope};
use domain::ids::{RequestId, SessionId};
use services::account::clients;
use services::booking::{self, Booked, BookingError, OnBehalf};
use services::{Context, machines};
use testkit::TestHouse;
use uuid::Uuid;

/// A machine that may book.
async fn client(house: &TestHouse, name: &str) -> Context {
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
