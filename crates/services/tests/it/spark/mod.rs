//! The Spark Project on a real Postgres.

mod database;
mod desk;
mod due;
mod forgetting;
mod life;
mod matrix;
mod races;
mod reviewers;
mod rules;
mod standards;

use crate::ledger::{Purse, bare_purse, given, id, of, preparer, yuan};
use domain::account::{Actor, Role};
use domain::bus::City;
use domain::ids::{AccountId, CaseId, LoginSessionId};
use domain::ledger::Evidence;
use domain::spark::{DiseaseGroup, Event, Part};
use services::Context;
use services::crypto::Place;
use services::ledger;
use services::spark::cases::{self, Act, CaseError, Decided, Moved, NewCase, NewParty, Opened};
use testkit::TestHouse;
use uuid::Uuid;

/// The first ten thousand numbers are families; these are of the house.
pub const OFFICER: u128 = 90_001;
pub const CHAIR: u128 = 90_002;
pub const OTHER_CHAIR: u128 = 90_003;
pub const COMPLIANCE: u128 = 90_004;

pub fn officer(house: &TestHouse) -> Context {
    of(house, OFFICER, Role::CaseOfficer)
}

pub fn chair(house: &TestHouse) -> Context {
    of(house, CHAIR, Role::Chair)
}

pub fn compliance(house: &TestHouse) -> Context {
    of(house, COMPLIANCE, Role::ComplianceOfficer)
}

/// Whoever signs in with an account of a visitor.
pub fn visitor(house: &TestHouse, person: u128) -> Context {
    house.context(Actor::Visitor {
        account: AccountId(Uuid::from_u128(person)),
        login: LoginSessionId(Uuid::from_u128(person)),
        stepped_up_at: Some(house.now()),
    })
}

/// The account of a visitor with a number.
pub async fn account(house: &TestHouse, person: u128) -> AccountId {
    let id = Uuid::from_u128(person);
    let place = Place { table: "account", column: "phone_sealed", row: id };
    let number = format!("138{person:08}");
    sqlx::query(
        "insert into account (id, kind, locale, phone_sealed, phone_index, created_at)
         values ($1, 'visitor', 'zh-CN', $2, $3, $4) on conflict do nothing",
    )
    .bind(id)
    .bind(house.services.vault.seal(place, number.as_bytes()))
    .bind(id.as_bytes().as_slice())
    .bind(store::SqlTimestamp::from(house.now()))
    .execute(&house.db.owner_pool())
    .await
    .expect("an account");
    AccountId(id)
}

/// A case of a patient of age, of 10,000 yuan. The person's number is also the document's.
pub fn new_case(house: &TestHouse, person: u128) -> NewCase {
    NewCase {
        id: id(house),
        fund: None,
        group: DiseaseGroup::Rare,
        city: City::from_code("jinan").expect("a city"),
        age: 30,
        asked: yuan(10_000),
        parties: vec![NewParty {
            part: Part::Applicant,
            account: Some(AccountId(Uuid::from_u128(person))),
            particulars: "{\"name\":\"张小满\"}".into(),
            identity: Some(format!("document {person}")),
        }],
        key: house.services.vault.new_case_key(),
    }
}

/// Sends it.
pub async fn send(house: &TestHouse, person: u128, new: NewCase) -> Result<Opened, CaseError> {
    let mut tx = house.services.begin().await.expect("a transaction");
    let opened = cases::open_in(&house.services, &mut tx, &visitor(house, person), new, Part::Applicant).await?;
    tx.commit().await.expect("committed");
    Ok(opened)
}

/// A case that was sent.
pub async fn sent(house: &TestHouse, person: u128) -> CaseId {
    account(house, person).await;
    send(house, person, new_case(house, person)).await.expect("sent").id
}

pub async fn version(house: &TestHouse, case: CaseId) -> i32 {
    store::spark::cases::one(&house.services.db, case.0).await.expect("read").expect("a case").version
}

pub async fn state(house: &TestHouse, case: CaseId) -> String {
    store::spark::cases::one(&house.services.db, case.0).await.expect("read").expect("a case").state
}

/// Something without money, at a version.
pub fn plain(case: CaseId, version: i32, part: Part, event: Event) -> Act {
    Act { case, version, part, event, reason: Some("演示理由".into()), award: None }
}

/// Does something, at the version the case has.
pub async fn does(
    house: &TestHouse,
    context: &Context,
    case: CaseId,
    (part, event): (Part, Event),
) -> Result<Moved, CaseError> {
    let act = plain(case, version(house, case).await, part, event);
    cases::act(&house.services, context, &act).await
}

/// Brings a case that was sent before the committee.
pub async fn before_committee(house: &TestHouse, case: CaseId) {
    let by = officer(house);
    does(house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    does(house, &by, case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    does(house, &house.services.system(), case, (Part::System, Event::Reviewed)).await.expect("reviewed");
}

/// So many yuan out of a purse.
pub fn decided(house: &TestHouse, purse: Purse, sum: i64) -> Decided {
    let part = ledger::Part { amount: yuan(sum), needs: vec![Evidence::Agreement, Evidence::Invoice] };
    Decided { award: id(house), envelope: purse.envelope, parts: vec![part] }
}

/// Grants so many yuan: all of what was asked is 10,000.
pub async fn grants(house: &TestHouse, by: &Context, case: CaseId, purse: Purse, sum: i64) -> Result<Moved, CaseError> {
    let event = if sum == 10_000 { Event::Grant } else { Event::GrantPart };
    let act =
        Act { award: Some(decided(house, purse, sum)), ..plain(case, version(house, case).await, Part::Chair, event) };
    cases::act(&house.services, by, &act).await
}

/// From the decision to the first payment.
pub async fn to_disbursing(house: &TestHouse, person: u128, case: CaseId) {
    does(house, &officer(house), case, (Part::CaseOfficer, Event::Publish)).await.expect("public");
    does(house, &house.services.system(), case, (Part::System, Event::Stand)).await.expect("stands");
    does(house, &visitor(house, person), case, (Part::Applicant, Event::Sign)).await.expect("signed");
}

/// A purse with so many yuan, in books that know of cases.
pub async fn purse_of(house: &TestHouse, all: i64) -> Purse {
    let purse = bare_purse(house, "CASES-2026").await;
    let given = given(house, purse.envelope, yuan(all));
    ledger::donate(&house.services, &preparer(house), &given).await.expect("a donation");
    purse
}
