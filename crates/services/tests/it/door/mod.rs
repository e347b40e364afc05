//! Doors without the network, on a real Postgres.

mod conflicts;
mod devices;
mod events;
mod facts;
mod roster;

use crate::booking::officer;
use domain::account::DeviceRole;
use domain::ids::BookingId;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use services::Context;
use services::booking::Ticket;
use services::door::{self, Fact, Outcome, Report};
use services::limits::Network;
use testkit::TestHouse;
use uuid::Uuid;

/// A key as a device makes it; each letter another.
pub fn key(letter: char) -> SecretString {
    std::iter::repeat_n(letter, 43).collect::<String>().into()
}

pub fn network() -> Network {
    Network::of([203, 0, 113, 9].into())
}

/// A device that staff added, with its code.
pub async fn added(house: &TestHouse, name: &str, role: DeviceRole) -> door::NewDevice {
    door::add(&house.services, &officer(house), name, role).await.expect("added")
}

/// What a device asks with: enrolled with its own key.
pub async fn device(house: &TestHouse, letter: char, role: DeviceRole) -> Context {
    let fresh = added(house, &format!("{letter} 门"), role).await;
    let nobody = house.context(domain::account::Actor::Anonymous);
    door::enrol(&house.services, &nobody, (&fresh.code, &key(letter)), &network()).await.expect("enrolled");
    again(house, letter).await
}

/// The same device at another instant.
pub async fn again(house: &TestHouse, letter: char) -> Context {
    let key = key(letter);
    let actor = door::authenticate(&house.services, key.expose_secret()).await.expect("it is known");
    house.context(actor)
}

/// What a device says of itself whose clock is right.
pub fn report(house: &TestHouse) -> Report {
    Report { device_at: house.now(), app_version: "test".into(), queue_length: 0 }
}

pub fn nonce() -> Uuid {
    Uuid::from_u128(u128::from_be_bytes(services::crypto::random()))
}

/// People of a booking were let in.
pub fn admitted(booking: BookingId, present: u32, at: Timestamp) -> Fact {
    Fact::Admitted { nonce: nonce(), at, ticket: Ticket::Booking(booking), present, reason: None, behind: None }
}

/// Sends facts of a device whose clock is right, and answers what became of them.
pub async fn send(house: &TestHouse, device: &Context, facts: Vec<Fact>) -> Vec<Outcome> {
    let sent = door::upload(&house.services, device, report(house), facts).await.expect("an answer");
    sent.into_iter().map(|(_, outcome)| outcome).collect()
}

pub fn go_to(house: &TestHouse, instant: &str) {
    let instant: Timestamp = instant.parse().expect("an instant");
    house.services.clock.advance(instant.duration_since(house.now()));
}

pub fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}
