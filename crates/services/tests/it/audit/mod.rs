//! The audit trail: it can only grow, and whatever is done to it behind its back is found at its position.

mod finding;
mod tampering;
mod work;

use jiff::SignedDuration;
use serde_json::json;
use services::audit::{self, Entry, Report, Step, Terms, Witness};
use sqlx::{AssertSqlSafe, PgPool};
use testkit::TestHouse;
use uuid::Uuid;

pub fn entry(number: u128) -> Entry {
    Entry {
        action: "booking.confirmed",
        subject_kind: "booking",
        subject: Some(Uuid::from_u128(number)),
        detail: json!({ "people": number as u64, "note": "二人" }),
    }
}

pub async fn record(house: &TestHouse, entries: &[Entry]) {
    let mut db = house.services.db.acquire().await.expect("a connection");
    audit::record(&mut db, &house.services.system(), entries).await.expect("entries are recorded");
}

pub async fn step(house: &TestHouse) -> Step {
    audit::sequence(&house.services).await.expect("the sequencer works")
}

/// A sound trail of `heads` heads over three leaves each, at one second's distance.
pub async fn trail(heads: u128) -> TestHouse {
    let house = TestHouse::new().await;
    for head in 0..heads {
        // One after another: entries of one instant have random ids, and positions follow the ids.
        for number in 0..3 {
            record(&house, &[entry(head * 3 + number)]).await;
            house.services.clock.advance(SignedDuration::from_millis(10));
        }
        assert!(matches!(step(&house).await, Step::Sequenced { entries: 3, .. }));
        house.services.clock.advance(SignedDuration::from_secs(1));
    }
    house
}

pub async fn verify(house: &TestHouse) -> Report {
    verify_with(house, None).await
}

pub async fn verify_with(house: &TestHouse, witness: Option<Witness>) -> Report {
    let terms = Terms { witness, ..Terms::at(house.now()) };
    audit::verify(&house.services.db, &house.services.vault, &terms).await.expect("the verifier reads")
}

/// What somebody with the database's superuser does, triggers and foreign keys switched off.
pub async fn tamper(house: &TestHouse, sql: &str) {
    let tampering = format!("set session_replication_role = replica; {sql}; set session_replication_role = origin");
    let owner: PgPool = house.db.owner_pool();
    sqlx::raw_sql(AssertSqlSafe(tampering)).execute(&owner).await.expect("the superuser may");
    owner.close().await;
}

pub async fn entry_at(house: &TestHouse, position: i64) -> Uuid {
    let id = sqlx::query_scalar("select entry_id from audit_leaf where position = $1").bind(position);
    id.fetch_one(&house.services.db).await.expect("a leaf")
}

pub const ENTRY_OF: &str = "(select entry_id from audit_leaf where position = 4)";
