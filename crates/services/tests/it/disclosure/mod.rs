//! Public disclosure on a real Postgres: what is frozen is what the ledger says, to the fen, and stays.

mod database;
mod figures;
mod notices;
mod races;
mod reminders;
mod seed;

use crate::ledger::{Purse, bank_says, chair, id, of, payee, preparer, sent, tranches, yuan};
use domain::account::Role;
use domain::bus::City;
use domain::disclosure::{DiseaseGroup, Quarter};
use domain::ids::{AwardId, DisclosureId, PaymentId};
use domain::ledger::{Beneficiary, Evidence};
use services::Context;
use services::clock::Clock;
use services::context::new_uuid;
use services::disclosure;
use services::ledger::{self, Given, Grant, Opening, Part};
use testkit::TestHouse;
use uuid::Uuid;

pub const FREEZES: u128 = 501;
pub const PUBLISHES: u128 = 502;

pub fn freezer(house: &TestHouse) -> Context {
    of(house, FREEZES, Role::ComplianceOfficer)
}

pub fn publisher(house: &TestHouse) -> Context {
    of(house, PUBLISHES, Role::ComplianceOfficer)
}

pub fn quarter(text: &str) -> Quarter {
    text.parse().expect("a quarter")
}

/// A house in the middle of a quarter.
pub async fn house_on(day: &str) -> TestHouse {
    let noon = format!("{day}T12:00:00+08:00").parse().expect("an instant");
    TestHouse::with(Clock::frozen(noon), 12).await
}

/// The clock goes on to noon of a day.
pub fn on(house: &TestHouse, day: &str) {
    let noon: jiff::Timestamp = format!("{day}T12:00:00+08:00").parse().expect("an instant");
    house.services.clock.advance(noon.duration_since(house.now()));
}

/// A family that was paid: who, what of, where, how many yuan.
#[derive(Clone, Copy)]
pub struct Paid(pub u128, pub DiseaseGroup, pub City, pub i64);

/// A case of a family, as a row: its way there is told elsewhere.
async fn case(house: &TestHouse, paid: Paid) -> Uuid {
    let id = new_uuid(house.now());
    sqlx::query(
        "insert into spark_case (id, reference, state, version, disease_group, city, age, asked, patient_index, opened_at, changed_at)
         values ($1, $2, 'draft', 0, $3, $4, 9, 100, $5, $6, $6)",
    )
    .bind(id)
    .bind(domain::booking::Reference::from_random(services::crypto::random()).as_str())
    .bind(paid.1.name())
    .bind(paid.2.code())
    .bind(format!("patient {}", paid.0).as_bytes())
    .bind(store::SqlTimestamp::from(house.now()))
    .execute(&house.db.owner_pool())
    .await
    .expect("a case");
    id
}

/// Pays families today, each by an award of its own, until the bank says that it arrived.
pub async fn pay(house: &TestHouse, purse: Purse, families: &[Paid]) -> Vec<(AwardId, PaymentId)> {
    // A patient has one live case with a fund: these tests pay some of them twice.
    sqlx::query("drop index if exists spark_case_one_live").execute(&house.db.owner_pool()).await.expect("dropped");
    let mut all = Vec::new();
    for paid in families {
        let case = case(house, *paid).await;
        let beneficiary = Beneficiary { group: paid.1, city: paid.2, age: 9 };
        let parts = vec![Part { amount: yuan(paid.3), needs: vec![Evidence::Agreement, Evidence::Invoice] }];
        let award: AwardId = id(house);
        let grant = Grant { award, case, envelope: purse.envelope, beneficiary, parts };
        crate::ledger::reserve(&house.services, &chair(house), &grant).await.expect("reserved");
        payee(house, award, "95588012345678901").await;
        let tranche = tranches(house, award).await[0];
        let payment = sent(house, tranche).await;
        bank_says(house, &[(&format!("B{}", payment.0.simple()), "成功", paid.3, Some(payment))])
            .await
            .expect("settled");
        all.push((award, payment));
    }
    all
}

/// What was before the books began, on a day.
pub async fn opened(house: &TestHouse, purse: Purse, (day, paid, families): (&str, i64, u32)) {
    let given = Given {
        key: new_uuid(house.now()).to_string(),
        envelope: purse.envelope,
        amount: yuan(paid + 100_000),
        day: day.parse().expect("a day"),
        source: "演示·期初".into(),
    };
    let opening = Opening { given, paid: Some(yuan(paid)), families: Some(families) };
    ledger::open(&house.services, &preparer(house), &opening).await.expect("opened");
}

/// Freezes a quarter and has another person publish it.
pub async fn publish(house: &TestHouse, of: &str) -> DisclosureId {
    let frozen = disclosure::freeze(&house.services, &freezer(house), quarter(of)).await.expect("frozen");
    disclosure::publish(&house.services, &publisher(house), frozen).await.expect("published");
    frozen
}

pub async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number")
}

/// What the ledger says was paid to families: money that left the bank for awards, and what was paid before.
pub const PAID: &str = "select coalesce(sum(case p.account when 'bank' then -p.amount else p.amount end), 0)::bigint
    from ledger_entry e join ledger_posting p on p.entry_id = e.id
    where (e.award_id is not null and p.account = 'bank') or (e.kind = 'opening' and p.account = 'paid')";

/// Twelve families of two groups and two cities.
pub fn twelve(from: u128) -> Vec<Paid> {
    let group = |n: u128| if n.is_multiple_of(2) { DiseaseGroup::Rare } else { DiseaseGroup::Refractory };
    let city = |n: u128| if n < 6 { City::Jinan } else { City::Qingdao };
    (0..12).map(|n| Paid(from + n, group(n), city(n), 10_000 + 100 * n as i64)).collect()
}
