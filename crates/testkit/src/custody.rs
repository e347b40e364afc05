//! Stored units in any state, told as the laboratory's system would tell them.

use crate::TestHouse;
use domain::custody::chain::{Link, digest};
use domain::custody::{Din, Pool, Slot, State, Word};
use domain::ids::UnitId;
use domain::merkle::hex;
use jiff::Timestamp;
use services::crypto::Place;
use services::custody::life::Life;
use services::custody::{By, CustodyError, Incoming, Outcomes, Recorded, Shelf, Sight, record_in, seed_store};
use services::{Context, Services};
use sqlx::AssertSqlSafe;
use std::sync::Arc;
use uuid::Uuid;

/// Who tells it in tests: a machine.
pub const LIMS: By = By { actor_kind: "client", actor_id: Some(Uuid::from_u128(0x11f5)), source: "lims" };

/// The steps of a release that are for people of quality under their own accounts, in the order of the list: the judgement and the
/// approvals.
pub const QUALITYS: [&str; 10] = [
    "laboratory_lead",
    "hla_director",
    "quality_cleared",
    "exposure_history",
    "exception_decided",
    "reviewed_together",
    "medical_approval",
    "director_approval",
    "finance_insurance",
    "export_permit",
];

/// A house whose store has tanks and people; with the lists that units are worked by.
pub async fn opened(house: &TestHouse) -> Arc<Shelf> {
    seed_store(&house.services, &house.services.system()).await.expect("a store");
    let mut db = house.services.db.acquire().await.expect("a connection");
    house.services.custody.read(&mut db, &house.services.clock).await.expect("the lists")
}

/// An invented unit, registered on 1 September 2025; each number has slots of its own, from 1 to 480.
pub fn life(number: u32) -> Life {
    let begins: Timestamp = "2025-09-01T09:00:00+08:00".parse().expect("an instant");
    let part = |number: u32| u16::try_from(number + 1).expect("a small number");
    let slot = |tank: &str| {
        let (tower, frame, slot) = (part(number / 80 % 6), part(number / 8 % 10), part(number % 8));
        Slot { tank: tank.to_owned(), tower, frame, slot }
    };
    Life {
        unit: UnitId(Uuid::from_u128(0xc0de_0000_0000_4000_8000_0000_0000_0000 + u128::from(number))),
        din: Din::of("TEST1", 25, number).expect("a number"),
        pool: Pool::Public,
        begins,
        slots: (slot("Q-01"), slot("L-01")),
        number,
    }
}

/// Who tells in tests what a machine's word is not enough for: the house itself, as in its demo.
const HOUSE: By = By { actor_kind: "system", actor_id: None, source: "lims" };

/// Tells it in a transaction of its own, all of it by who tells it.
pub async fn tell_by(house: &TestHouse, by: &By, incoming: &[Incoming]) -> Outcomes {
    let (services, now) = (&house.services, house.now());
    let mut tx = services.begin().await.expect("a transaction");
    let outcomes = record_in(&mut tx, services, by, incoming, now).await.expect("nothing is broken");
    tx.commit().await.expect("it is kept");
    outcomes
}

/// Tells it in a transaction of its own: what a machine's word is enough for ([`domain::custody::Says::by_machine`]) by a machine, and
/// all else, each in its place, by the house.
pub async fn tell_with_house(house: &TestHouse, machine: &By, incoming: &[Incoming]) -> Outcomes {
    let (services, now) = (&house.services, house.now());
    let mut tx = services.begin().await.expect("a transaction");
    let shelf = services.custody.read(&mut tx, &services.clock).await.expect("the lists");
    let is_told = |one: &Incoming| shelf.says_of(&one.payload).by_machine() == Word::Taken;
    let mut outcomes = Outcomes::with_capacity(incoming.len());
    for part in incoming.chunk_by(|one, next| is_told(one) == is_told(next)) {
        let by = if part.first().is_some_and(is_told) { machine } else { &HOUSE };
        outcomes.extend(record_in(&mut tx, services, by, part, now).await.expect("nothing is broken"));
    }
    tx.commit().await.expect("it is kept");
    outcomes
}

/// Tells it as the laboratory's system, with the house ([`tell_with_house`]).
pub async fn tell(house: &TestHouse, incoming: &[Incoming]) -> Outcomes {
    tell_with_house(house, &LIMS, incoming).await
}

/// The unit of a number, told until it is in a state.
pub async fn unit_in(house: &TestHouse, number: u32, state: State) -> UnitId {
    let (shelf, life) = (opened(house).await, life(number));
    let told = tell(house, &life.until(state, &shelf)).await;
    let last = told.last().expect("something is told").as_ref().expect("it is kept");
    assert!(told.iter().all(Result::is_ok), "{told:?}");
    assert_eq!(last.state, state);
    life.unit
}

/// Tells one thing under an account, as a desk would that asked nobody whether they may: what the record itself takes.
///
/// # Errors
/// `Refused`, and then nothing is kept.
pub async fn record(services: &Services, context: &Context, incoming: Incoming) -> Result<Recorded, CustodyError> {
    let mut tx = services.begin().await.expect("a transaction");
    let by = By::of(context, "desk");
    let outcomes = record_in(&mut tx, services, &by, std::slice::from_ref(&incoming), context.now).await?;
    let recorded = outcomes.into_iter().next().expect("one answer").map_err(CustodyError::Refused)?;
    tx.commit().await.expect("it is kept");
    Ok(recorded)
}

/// What somebody does who has the database: triggers are switched off.
pub async fn damage(house: &TestHouse, sql: &str) {
    let sql = format!("set session_replication_role = replica; {sql}; set session_replication_role = origin");
    let owner = house.db.owner_pool();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&owner).await.expect("it is done");
    owner.close().await;
}

/// Writes a unit's last event anew, in other words than this release has, as a server of a later one would have: under its unit's key,
/// in its chain.
pub async fn say_anew(house: &TestHouse, unit: UnitId, kind: &str, said: &str) {
    let view =
        services::custody::unit(&house.services, &house.services.system(), unit, Sight::Staff).await.expect("a unit");
    let last = view.events.last().expect("an event");
    let wrapped: Vec<u8> = sqlx::query_scalar("select key_sealed from custody_unit where id = $1")
        .bind(unit.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a key");
    let salt = [7; 16];
    let link = Link {
        unit: unit.0,
        seq: last.seq,
        kind,
        digest: digest(&salt, said.as_bytes()),
        occurred_at: last.occurred_at,
        received_at: last.received_at,
        actor_kind: &last.actor_kind,
        actor: last.actor_id,
        source: &last.source,
        source_seq: last.source_seq,
        previous: last.prev_hash,
    };
    let hash = link.hash();
    let row = Uuid::from_slice(&hash[..16]).expect("sixteen bytes");
    let place = Place { table: "custody_event", column: "sealed", row };
    let key = house.services.vault.open_unit_key(unit.0, &wrapped).expect("it opens");
    let sealed = key.seal(place, &[&salt[..], said.as_bytes()].concat());
    let (sealed, digest, hash) = (hex(&sealed), hex(&link.digest), hex(&hash));
    let sql = format!(
        "update custody_event set kind = '{kind}', sealed = '\\x{sealed}', digest = '\\x{digest}', hash = '\\x{hash}' \
         where unit_id = '{unit}' and seq = {}; \
         update custody_unit set head = '\\x{hash}' where id = '{unit}'",
        last.seq
    );
    damage(house, &sql).await;
}
