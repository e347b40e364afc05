//! What proves the record of units: roots that follow one another, a verifier that names whatever was done behind the house's back, and
//! passports that hold without the house.

mod closing;
mod family;
mod passport;
mod tampering;
mod tree;

use domain::account::{Actor, Role};
use domain::custody::chain::{Link, START};
use domain::custody::{DeviationKind, Payload};
use domain::ids::{AccountId, DeviationId, LoginSessionId, UnitId};
use domain::merkle::Hash;
use services::custody::proof::{self, Fault, Report, Step, Terms};
use services::custody::{self, Incoming, UnitName};
use sqlx::{AssertSqlSafe, PgPool};
use store::custody::tree::{LinkRow, walked_links};
use testkit::TestHouse;
use uuid::Uuid;

/// A unit of the demo, from 1.
pub fn unit(number: u128) -> UnitId {
    UnitId(Uuid::from_u128(0x5b0c_71de_90a4_4c1e_8f3d_0000_0000_0000 + number))
}

/// Two units in the quarantine tank, with all their steps.
pub const FROZEN: u128 = 3;
/// A unit that is kept for good.
pub const BANKED: u128 = 1;
/// Another.
pub const OTHER: u128 = 13;
/// A unit that is only expected: one event.
pub const EXPECTED: u128 = 6;

/// A house with the demo's units under a first root, and with one more event under a second.
pub async fn rooted() -> TestHouse {
    let house = told().await;
    assert!(matches!(close(&house).await, Step::Closed { root: Some(root), units: 14, .. } if root.number == 1));
    happen(&house, BANKED).await;
    assert!(matches!(close(&house).await, Step::Closed { root: Some(root), units: 1, .. } if root.number == 2));
    house
}

/// A house with the demo's units, and no root.
pub async fn told() -> TestHouse {
    let house = TestHouse::new().await;
    custody::seed_demo(&house.services, &house.services.system()).await.expect("the demo's units");
    house
}

/// One more event of a unit: a deviation, which may be opened anywhere.
pub async fn happen(house: &TestHouse, number: u128) {
    let (account, login) = (AccountId(Uuid::from_u128(0xA)), LoginSessionId(Uuid::from_u128(0xB)));
    let roles = vec![Role::QualityOfficer];
    let context = house.context(Actor::Staff { account, login, roles, stepped_up_at: Some(house.now()) });
    let deviation: DeviationId = context.new_id();
    let said = "a page of the record is missing".to_owned();
    let payload = Payload::DeviationOpened { deviation: deviation.0, of: DeviationKind::Process, said, operator: None };
    let incoming = Incoming { unit: UnitName::Id(unit(number)), payload, occurred_at: house.now(), source_seq: None };
    testkit::custody::record(&house.services, &context, incoming).await.expect("it is recorded");
}

pub async fn close(house: &TestHouse) -> Step {
    proof::close(&house.services, Uuid::nil()).await.expect("the closer works")
}

pub async fn verify(house: &TestHouse) -> Report {
    verify_by(house, &Terms::at(house.now())).await
}

pub async fn verify_by(house: &TestHouse, terms: &Terms) -> Report {
    proof::verify(&house.services.db, &house.services.vault, terms).await.expect("the verifier reads")
}

pub async fn faults(house: &TestHouse) -> Vec<Fault> {
    let report = verify(house).await;
    assert_eq!(report.more_faults, 0, "{:?}", report.faults);
    report.faults
}

/// What somebody with the database's superuser does, triggers and foreign keys switched off.
pub async fn tamper(house: &TestHouse, sql: &str) {
    let tampering = format!("set session_replication_role = replica; {sql}; set session_replication_role = origin");
    let owner: PgPool = house.db.owner_pool();
    sqlx::raw_sql(AssertSqlSafe(tampering)).execute(&owner).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    owner.close().await;
}

const TABLES: [&str; 5] = ["custody_event", "custody_unit", "custody_node", "custody_root", "custody_placement"];

/// Keeps everything as it is now, for [`mend`].
pub async fn keep(house: &TestHouse) {
    let copies = TABLES.map(|table| format!("create table kept_{table} as table {table}"));
    tamper(house, &copies.join("; ")).await;
}

/// Puts everything back.
pub async fn mend(house: &TestHouse) {
    let back = TABLES.map(|table| format!("delete from {table}; insert into {table} select * from kept_{table}"));
    tamper(house, &back.join("; ")).await;
    assert_eq!(faults(house).await, [], "what was done is undone");
}

/// The number of a unit's last event.
pub async fn last(house: &TestHouse, of: UnitId) -> u32 {
    let seq: i32 = sqlx::query_scalar("select max(seq) from custody_event where unit_id = $1")
        .bind(of.0)
        .fetch_one(&house.services.db)
        .await
        .expect("events");
    seq.unsigned_abs()
}

/// The place of a unit in the tree.
pub async fn leaf(house: &TestHouse, of: UnitId) -> u64 {
    let leaf: i64 = sqlx::query_scalar("select leaf from custody_unit where id = $1")
        .bind(of.0)
        .fetch_one(&house.services.db)
        .await
        .expect("a leaf");
    leaf.unsigned_abs()
}

fn hash_of(bytes: &[u8]) -> Hash {
    bytes.try_into().expect("a hash")
}

fn link<'a>(row: &'a LinkRow, previous: Hash) -> Link<'a> {
    Link {
        unit: row.unit_id,
        seq: row.seq.unsigned_abs(),
        kind: &row.kind,
        digest: hash_of(&row.digest),
        occurred_at: row.occurred_at.to_jiff(),
        received_at: row.received_at.to_jiff(),
        actor_kind: &row.actor_kind,
        actor: row.actor_id,
        source: &row.source,
        source_seq: row.source_seq,
        previous,
    }
}

/// Puts one more event behind a unit's last, with hashes that fit, as somebody does who has the database and no key.
pub async fn put_there(house: &TestHouse, of: UnitId) {
    tamper(
        house,
        &format!(
            "insert into custody_event select unit_id, seq + 1, kind, sealed, digest, occurred_at, received_at, actor_kind, actor_id, \
                    source, source_seq, prev_hash, hash \
             from custody_event where unit_id = '{of}' and seq = (select seq from custody_unit where id = '{of}')"
        ),
    )
    .await;
    rehash(house, of).await;
}

/// Hashes a unit's whole chain anew and makes its row fit, as a clever superuser does.
pub async fn rehash(house: &TestHouse, of: UnitId) {
    let rows = walked_links(&house.services.db, (of.0, i32::MIN), of.0, 10_000).await.expect("events");
    let mut previous = START;
    let mut sql = Vec::new();
    for row in &rows {
        let hash = link(row, previous).hash();
        let (was, is) = (domain::merkle::hex(&previous), domain::merkle::hex(&hash));
        let place = format!("unit_id = '{of}' and seq = {}", row.seq);
        sql.push(format!("update custody_event set prev_hash = '\\x{was}', hash = '\\x{is}' where {place}"));
        previous = hash;
    }
    let (head, seq) = (domain::merkle::hex(&previous), rows.len());
    sql.push(format!("update custody_unit set seq = {seq}, head = '\\x{head}' where id = '{of}'"));
    tamper(house, &sql.join("; ")).await;
}
