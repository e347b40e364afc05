//! Exports on a schedule: once for each due instant over all servers, told to who may have them, fetched and noted.

mod fetching;
mod outcomes;
mod runs;

use crate::account::{network, sent_code};
use domain::account::{Actor, Login, Role};
use domain::contact::{Contact, MailAddress, PersonName};
use domain::ids::{AccountId, ExportScheduleId, LoginSessionId};
use domain::numbers::{Every, Rhythm, Span, What};
use jiff::SignedDuration;
use secrecy::SecretString;
use serde_json::Value;
use services::account::staff::{self, NewStaff};
use services::account::work_mail;
use services::exports::{self, Terms};
use services::jobs::{Handlers, drain};
use services::numbers::Subject;
use services::spreadsheet::Format;
use services::{Context, messages};
use testkit::TestHouse;
use uuid::Uuid;

/// A colleague with an account.
pub async fn colleague(house: &TestHouse, login: &str, role: Role) -> AccountId {
    let staff = NewStaff {
        login: Login::parse(login).expect("a login"),
        name: PersonName::parse("演示·同事").expect("a name"),
        password: SecretString::from("correct horse battery staple"),
        own_password: true,
        roles: vec![role],
    };
    staff::create(&house.services, &house.services.system(), staff).await.expect("an account")
}

/// What the colleague does, with a fresh second factor.
pub fn of(house: &TestHouse, account: AccountId, roles: &[Role]) -> Context {
    house.context(Actor::Staff {
        account,
        login: LoginSessionId(Uuid::from_u128(8)),
        roles: roles.to_vec(),
        stepped_up_at: Some(house.now()),
    })
}

pub fn officer_of(house: &TestHouse, account: AccountId) -> Context {
    of(house, account, &[Role::MuseumOfficer])
}

/// Proves an address as people do it, by the code that went there.
pub async fn proves(house: &TestHouse, account: AccountId, address: &str) {
    house.services.clock.advance(SignedDuration::from_secs(1));
    let mail = MailAddress::parse(address).expect("an address");
    let network = network();
    let context = officer_of(house, account);
    work_mail::begin(&house.services, &context, mail.clone(), &network).await.expect("a code");
    let code = sent_code(house, &Contact::Mail(mail)).await;
    work_mail::confirm(&house.services, &context, &code, &network).await.expect("proven");
}

/// An officer with an address.
pub async fn told_officer(house: &TestHouse, login: &str) -> AccountId {
    let account = colleague(house, login, Role::MuseumOfficer).await;
    proves(house, account, &format!("{login}@example.com")).await;
    account
}

/// Every Monday at eight, of the week before.
pub fn weekly(what: What, recipients: &[AccountId]) -> Terms {
    Terms {
        what,
        subject: Subject::Museum,
        span: Span::Week,
        format: Format::Csv,
        rhythm: Rhythm::new(Every::Week, 1, 8).expect("a rhythm"),
        reason: if what == What::Bookings { "每周核对".into() } else { String::new() },
        recipients: recipients.to_vec(),
    }
}

/// A schedule of `owner`.
pub async fn scheduled(house: &TestHouse, owner: AccountId, terms: &Terms) -> ExportScheduleId {
    let id = ExportScheduleId(services::context::new_uuid(house.now()));
    exports::add(&house.services, &officer_of(house, owner), id, terms).await.expect("a schedule");
    id
}

/// Sends what waits to be sent.
pub async fn post(house: &TestHouse) {
    drain(&house.services, &messages::handlers(Handlers::new())).await.expect("done");
}

/// Who was told, in order.
pub async fn letters(house: &TestHouse) -> Vec<String> {
    sqlx::query_scalar(
        "select recipient from dev_mailbox where subject = '山东省脐血库：定期导出已备好' order by recipient",
    )
    .fetch_all(&house.db.owner_pool())
    .await
    .expect("the mailbox")
}

/// What the trail says of an action.
pub async fn entries(house: &TestHouse, action: &str) -> Vec<Value> {
    sqlx::query_scalar("select detail from audit_entry where action = $1 order by at, id")
        .bind(action)
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the trail")
}

pub async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number")
}
