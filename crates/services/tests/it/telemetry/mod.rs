//! Telemetry on a real Postgres: what is read is kept once, what is alarmed about is told once.

mod charts;
mod database;
mod displays;
mod excursions;
mod feed;
mod keep;
mod many;
mod rules;
mod watch;

use domain::Locale;
use domain::account::{Actor, Scope};
use domain::ids::{ClientId, RequestId, TankId};
use domain::telemetry::{ChannelKind, Quality};
use jiff::{SignedDuration, Timestamp};
use services::Context;
use services::context::new_uuid;
use services::telemetry::{self, NewChannel, Reading, Taken};
use sqlx::PgPool;
use testkit::TestHouse;
use uuid::Uuid;

/// A gateway.
pub fn gateway(house: &TestHouse) -> Context {
    let actor = Actor::Client { client: ClientId(Uuid::from_u128(77)), scopes: vec![Scope::TelemetryWrite] };
    house.services.context(actor, Locale::ZhCn, RequestId(Uuid::from_u128(78)))
}

/// A tank of a room, with the channels of a minute's interval that are named.
pub async fn tank(house: &TestHouse, code: &str, kinds: &[ChannelKind]) -> TankId {
    let (room, tank) = (new_uuid(house.now()), new_uuid(house.now()));
    let owner: PgPool = house.db.owner_pool();
    sqlx::query("insert into custody_room (id, site, code, zh, en) values ($1, 'JN', $2, '液氮库', 'Nitrogen store')")
        .bind(room)
        .bind(format!("R-{code}"))
        .execute(&owner)
        .await
        .expect("a room");
    sqlx::query(
        "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
         values ($1, $2, $3, 'long_term', 4, 4, 4, '2026-01-01T00:00:00Z')",
    )
    .bind(tank)
    .bind(room)
    .bind(code)
    .execute(&owner)
    .await
    .expect("a tank");
    let mut db = house.services.db.acquire().await.expect("a connection");
    for kind in kinds {
        let new = NewChannel {
            kind: *kind,
            place: code.to_owned(),
            tank: Some(TankId(tank)),
            room: None,
            interval_s: 60,
            device: "PT100-1".to_owned(),
        };
        telemetry::add_channel(&mut db, &new, house.now()).await.expect("a channel");
    }
    TankId(tank)
}

/// Minutes from the beginning of a test.
pub fn minute(house: &TestHouse, minute: i64) -> Timestamp {
    house.now() + SignedDuration::from_mins(minute)
}

/// A good reading.
pub fn reading(channel: &str, at: Timestamp, value: f64) -> Reading {
    Reading { channel: channel.to_owned(), at, value, quality: Quality::Ok }
}

/// Sends readings.
pub async fn send(house: &TestHouse, readings: Vec<Reading>) -> Taken {
    let batch = readings.into_iter().map(Some).collect();
    telemetry::feed(&house.services, &gateway(house), batch).await.expect("taken")
}

/// A number the database says.
pub async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number")
}
