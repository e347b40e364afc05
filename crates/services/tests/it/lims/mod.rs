//! The feed of the laboratory's system on a real Postgres.

mod batches;
mod bulk;
mod letters;
mod overtaking;
mod past;
mod quality;
mod races;
mod streams;

use domain::account::{Actor, Scope};
use domain::ids::ClientId;
use jiff::SignedDuration;
use serde_json::{Value, json};
use services::lims::simulate::{Message, Plan, Rates, Stream, World, simulate};
use services::lims::{Answer, Became, Outcome, take, world};
use services::{Context, Services};
use sqlx::PgPool;
use testkit::TestHouse;
use uuid::Uuid;

/// A house with people of the laboratory and tanks, and nobody's units yet.
pub(crate) async fn laboratory() -> TestHouse {
    let test = TestHouse::new().await;
    furnished(&test.db.owner_pool()).await;
    test
}

/// Puts people and tanks into a house.
pub(crate) async fn furnished(owner: &PgPool) {
    for statement in [
        "insert into custody_operator (id, code, since)
         select gen_random_uuid(), 'LT-' || n, '2020-01-01' from generate_series(1, 6) n",
        "insert into custody_room (id, site, code, zh, en)
         values ('00000000-0000-0000-0000-00000000a001', 'LT', 'LT-ROOM', '一', 'one')",
        // LT-4 is of quality: an account with the role, whose code it is.
        "insert into account (id, kind, locale, created_at)
         values ('00000000-0000-0000-0000-00000000a004', 'staff', 'zh-CN', now())",
        "insert into account_role (account_id, role, granted_at)
         values ('00000000-0000-0000-0000-00000000a004', 'quality_officer', now())",
        "update custody_operator set account_id = '00000000-0000-0000-0000-00000000a004' where code = 'LT-4'",
        "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
         values (gen_random_uuid(), '00000000-0000-0000-0000-00000000a001', 'LT-Q', 'quarantine', 10, 10, 10, '2020-01-01'),
                (gen_random_uuid(), '00000000-0000-0000-0000-00000000a001', 'LT-L', 'long_term', 10, 10, 10, '2020-01-01')",
    ] {
        sqlx::query(statement).execute(owner).await.expect(statement);
    }
}

/// The laboratory's system, as a client of a house.
pub(crate) fn system_of(services: &Services, client: u128) -> Context {
    let client = ClientId(Uuid::from_u128(client));
    Context { actor: Actor::Client { client, scopes: vec![Scope::LimsWrite] }, ..services.system() }
}

/// A stream of so many units that are all kept, unless `rates` says otherwise.
pub(crate) async fn stream(services: &Services, seed: u64, units: u32, rates: Rates) -> Stream {
    let world: World = world(services, "T0001").await.expect("a world");
    let from = services.clock.now() - SignedDuration::from_hours(24 * 25);
    simulate(&world, &Plan { seed, from, units, within: SignedDuration::from_hours(24), rates })
}

pub(crate) fn texts(messages: &[Message]) -> Vec<String> {
    messages.iter().map(Message::json).collect()
}

pub(crate) async fn send(services: &Services, records: Vec<String>) -> Vec<Answer> {
    take(services, &system_of(services, 1), records).await.expect("a batch")
}

/// A record of one's own.
pub(crate) fn record(key: &str, seq: i64, din: &str, at: &str, payload: Value) -> String {
    json!({ "key": key, "source_seq": seq, "unit": { "din": din }, "occurred_at": at, "payload": payload }).to_string()
}

pub(crate) fn registered(din: &str) -> String {
    let payload = json!({ "kind": "registered", "din": din, "pool": "family" });
    record(&format!("r-{din}"), 1, din, "2026-07-01T08:00:00+08:00", payload)
}

/// Applied now.
pub(crate) fn is_new(answer: &Answer) -> bool {
    matches!(answer.outcome, Outcome::Now(Became::Event { .. }))
}

/// The code and detail of what became a letter now.
pub(crate) fn dead(answer: &Answer) -> Option<(&str, &str)> {
    match &answer.outcome {
        Outcome::Now(Became::Letter { code, detail, .. }) => Some((code, detail)),
        _ => None,
    }
}

pub(crate) async fn number(test: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&test.db.owner_pool()).await.expect(sql)
}

/// Where a unit is.
pub(crate) async fn state(test: &TestHouse, din: &str) -> String {
    sqlx::query_scalar("select state from custody_unit where din = $1")
        .bind(din)
        .fetch_one(&test.db.owner_pool())
        .await
        .expect("a unit")
}
