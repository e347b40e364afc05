//! Stored units: what is kept of them, what is refused, and what the database refuses by itself.

mod batch;
mod bounds;
mod collectors;
mod database;
mod demo;
mod desk;
mod forgetting;
mod guards;
mod life;
mod lists;
mod model;
mod names;
mod newer;
mod order;
mod people;
mod races;
mod release;
mod research;
mod retests;
mod slots;
mod support;
mod trouble;
mod unreadable;

use domain::custody::{Kind, Payload, Slot, State, Unmet};
use domain::ids::UnitId;
use jiff::Timestamp;
use services::custody::life::Life;
use services::custody::{Incoming, Recorded, Refused, Shelf, Sight, UnitName, UnitView};
use std::sync::Arc;
use testkit::TestHouse;
use testkit::custody::{LIMS, life, opened, tell, tell_by, tell_with_house, unit_in};
use uuid::Uuid;

/// A house with a store.
async fn bank() -> (TestHouse, Arc<Shelf>) {
    let house = TestHouse::new().await;
    let shelf = opened(&house).await;
    (house, shelf)
}

/// What happens to a unit now.
fn now(house: &TestHouse, unit: UnitId, payload: Payload) -> Incoming {
    Incoming { unit: UnitName::Id(unit), payload, occurred_at: house.now(), source_seq: None }
}

/// Tells one thing.
async fn one(house: &TestHouse, unit: UnitId, payload: Payload) -> Result<Recorded, Refused> {
    let [outcome] = tell(house, &[now(house, unit, payload)]).await.try_into().expect("one answer");
    outcome
}

/// The unit, for staff.
async fn seen(house: &TestHouse, unit: UnitId) -> UnitView {
    services::custody::unit(&house.services, &house.services.system(), unit, Sight::Staff).await.expect("a unit")
}

async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect(sql)
}

fn two(first: &str, second: &str) -> (String, String) {
    (first.to_owned(), second.to_owned())
}

/// The index of the first event of a kind.
fn of_kind(told: &[Incoming], kind: Kind) -> usize {
    told.iter().position(|one| one.payload.kind() == kind).expect("it happens")
}

/// All but the last event of a kind, and that one.
fn without_last(mut told: Vec<Incoming>, kind: Kind) -> (Vec<Incoming>, Incoming) {
    let at = told.iter().rposition(|one| one.payload.kind() == kind).expect("it happens");
    let taken = told.remove(at);
    (told, taken)
}
