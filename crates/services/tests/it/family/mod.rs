//! Families on a real Postgres: what they see, what they do not, and what happens to them by itself.

mod begin;
mod ends;
mod giving;
mod hand_over;
mod join;
mod mother;
mod office;
mod office_invitations;
mod office_payments;
mod own;
mod receipts;
mod rows;
mod told;
mod transfer;

use domain::account::{Actor, Role};
use domain::contact::{Contact, PersonName, Phone};
use domain::custody::Pool;
use domain::family::{ContractNumber, ContractState, Kin};
use domain::ids::{AccountId, FamilyId, LoginSessionId, UnitId};
use jiff::SignedDuration;
use jiff::civil::Date;
use services::Context;
use services::account::contact_index;
use services::crypto::Place;
use services::family::office::Writing;
use services::family::{self as families, Founder, Founding, found_in};
use services::limits::Network;
use testkit::TestHouse;
use uuid::Uuid;

/// The mobile number of a person.
pub fn phone(person: u128) -> Phone {
    Phone::parse(&format!("138{person:08}")).expect("a number")
}

/// Whoever signed in with an account of a visitor a moment ago.
pub fn visitor(house: &TestHouse, person: u128) -> Context {
    house.context(Actor::Visitor {
        account: AccountId(Uuid::from_u128(person)),
        login: LoginSessionId(Uuid::from_u128(person)),
        stepped_up_at: Some(house.now()),
    })
}

/// The account of a person, with the number that a code proved.
pub async fn account(house: &TestHouse, person: u128) -> AccountId {
    let id = Uuid::from_u128(person);
    let (vault, number) = (&house.services.vault, phone(person));
    let place = Place { table: "account", column: "phone_sealed", row: id };
    sqlx::query(
        "insert into account (id, kind, locale, phone_sealed, phone_index, created_at)
         values ($1, 'visitor', 'zh-CN', $2, $3, $4) on conflict do nothing",
    )
    .bind(id)
    .bind(vault.seal(place, number.digits().as_bytes()))
    .bind(contact_index(vault, &Contact::Phone(number)))
    .bind(store::SqlTimestamp::from(house.now()))
    .execute(&house.db.owner_pool())
    .await
    .expect("an account");
    AccountId(id)
}

/// Somebody who helps families.
pub fn support(house: &TestHouse) -> Context {
    house.somebody(90_017, Role::FamilySupport)
}

/// The form of a new contract of the number SD2026000777; its own form, and what its family would fill in.
pub fn writing(form: u128) -> Writing {
    let text = str::to_owned;
    Writing {
        form: Uuid::from_u128(form),
        number: text("SD2026000777"),
        pool: text("family"),
        child: text("演示宝宝"),
        born: text("2026-07-01"),
        owner: text(phone(771).digits()),
        mother: text("owner"),
        storage: text("620"),
        storage_from: text("2027-07-31"),
        years: text("20"),
        ..Writing::default()
    }
}

/// A network of the world.
pub fn network() -> Network {
    Network::of([203, 0, 113, 7].into())
}

/// The number of a family's contract: SD2026, and the family's own.
pub fn number(family: u128) -> String {
    format!("SD2026{family:06}")
}

/// The units of the demo: the first is stored.
pub async fn units(house: &TestHouse) -> Vec<UnitId> {
    services::custody::seed_demo(&house.services, &house.services.system()).await.expect("units");
    let ids = sqlx::query_scalar("select id from custody_unit order by id").fetch_all(&house.db.owner_pool()).await;
    ids.expect("units").into_iter().map(UnitId).collect()
}

/// A family of a number (1, 2, …) with a mother (number × 10 + 1) and another guardian (+ 2), whose child was born on a day.
/// Nobody has joined.
pub async fn founded(
    house: &TestHouse,
    family: u128,
    unit: Option<UnitId>,
    born: Date,
    child: Option<Phone>,
) -> FamilyId {
    let invited = |kin, mother, person| Founder { kin, mother, phone: phone(person) };
    let day = |text: &str| -> Date { text.parse().expect("a day") };
    let new = Founding {
        number: ContractNumber::parse(&number(family)).expect("a number"),
        pool: Pool::Family,
        state: ContractState::Active,
        term: Some((day("2026-01-01"), day("2045-12-31"))),
        unit,
        child: (PersonName::parse("演示宝宝").expect("a name"), born, child),
        invited: vec![invited(Kin::Owner, true, family * 10 + 1), invited(Kin::SecondGuardian, false, family * 10 + 2)],
        prices: vec![
            ("preparation", day("2026-01-01"), 598_000, Some(day("2026-01-01"))),
            ("storage", day("2026-08-10"), 62_000, None),
            ("storage", day("2027-08-10"), 62_000, None),
        ],
    };
    let context = house.services.system();
    let mut tx = house.services.begin().await.expect("a transaction");
    let (id, _) = found_in(&house.services, &mut tx, &context, &new).await.expect("a family");
    tx.commit().await.expect("committed");
    id
}

/// Whoever is invited joins.
pub async fn joined(house: &TestHouse, family: u128, person: u128) {
    account(house, person).await;
    let typed = (number(family), phone(person));
    families::join(&house.services, &visitor(house, person), &network(), (&typed.0, typed.1.digits()))
        .await
        .expect("joined");
}

/// A family with both guardians and a unit, whose child is small.
pub async fn family(house: &TestHouse, family: u128, unit: UnitId) -> FamilyId {
    let id = founded(house, family, Some(unit), "2026-03-01".parse().expect("a day"), None).await;
    joined(house, family, family * 10 + 1).await;
    joined(house, family, family * 10 + 2).await;
    id
}

/// A number the database counts.
pub async fn count(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a count")
}

/// Lets days pass.
pub fn days(house: &TestHouse, days: i64) {
    house.services.clock.advance(SignedDuration::from_hours(24 * days));
}
