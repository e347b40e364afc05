//! Accounts on a real Postgres: what each promise of the room means when many try at once.

mod clients;
mod codes;
mod contacts;
mod erase;
mod limits;
mod sessions;
mod staff;
mod visitors;

use domain::account::{Actor, Login, Role};
use domain::contact::{Contact, PersonName};
use domain::ids::AccountId;
use jiff::SignedDuration;
use secrecy::SecretString;
use services::Context;
use services::account::enrolment::{self, Enrolment};
use services::account::sessions::{SignedIn, authenticate};
use services::account::sign_in::{self, Credentials, SignIn, SignInError};
use services::account::staff::NewStaff;
use services::account::totp::Secret;
use services::account::{staff as office, visitors as door};
use services::limits::Network;
use testkit::TestHouse;

pub const PASSWORD: &str = "correct horse battery";

pub fn network() -> Network {
    Network::of([203, 0, 113, 9].into())
}

pub fn contact(text: &str) -> Contact {
    Contact::parse(text).expect("a contact")
}

pub fn anonymous(house: &TestHouse) -> Context {
    house.context(Actor::Anonymous)
}

pub fn system(house: &TestHouse) -> Context {
    house.context(Actor::System)
}

pub fn later(house: &TestHouse, seconds: i64) {
    house.services.clock.advance(SignedDuration::from_secs(seconds));
}

/// The actions of the audit trail, in order of writing within an instant of the clock.
pub async fn trail(house: &TestHouse) -> Vec<String> {
    let actions = sqlx::query_scalar("select action from audit_entry order by at, id");
    actions.fetch_all(&house.db.owner_pool()).await.expect("the trail can be read")
}

pub async fn count(house: &TestHouse, action: &str) -> usize {
    trail(house).await.iter().filter(|found| *found == action).count()
}

pub async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number")
}

/// The digits that were sent to a contact since it was last asked. The messages of one instant have no order, so each is
/// taken out of the mailbox as it is read.
pub async fn sent_code(house: &TestHouse, to: &Contact) -> String {
    deliver(house).await;
    let taken: Vec<String> = sqlx::query_scalar("delete from dev_mailbox where recipient = $1 returning body_text")
        .bind(to.expose())
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the mailbox can be read");
    let [text] = &taken[..] else { panic!("one message since the last, not {}", taken.len()) };
    digits(text)
}

/// The first run of exactly six digits.
fn digits(text: &str) -> String {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    runs.into_iter().find(|run| run.len() == 6).expect("a code in the message").to_owned()
}

/// Sends what is queued, to the mailbox of development.
pub async fn deliver(house: &TestHouse) {
    let handlers = services::messages::handlers(services::jobs::Handlers::new());
    let handlers = services::account::contacts::handlers(handlers);
    services::jobs::drain(&house.services, &handlers).await.expect("the queue is worked off");
}

/// A code that is not `right`.
pub fn other_than(right: &str) -> String {
    format!("{:06}", (right.parse::<u32>().expect("digits") + 1) % 1_000_000)
}

/// A visitor who signs in with a code, and the context of that browser.
pub async fn visitor(house: &TestHouse, text: &str) -> (SignedIn, Context) {
    let to = contact(text);
    let begun = door::begin(&house.services, &anonymous(house), &to, None, &network()).await.expect("a code is sent");
    let code = sent_code(house, &to).await;
    let signed_in = door::sign_in(&house.services, &anonymous(house), begun.flow, &code, "微信 · Android", &network())
        .await
        .expect("the code signs in");
    let context = as_browser(house, &signed_in).await;
    (signed_in, context)
}

/// The context of a browser with this session.
pub async fn as_browser(house: &TestHouse, signed_in: &SignedIn) -> Context {
    let known = authenticate(&house.services, &signed_in.token).await.expect("the database answers");
    house.context(known.expect("the session is good").actor)
}

pub async fn is_signed_in(house: &TestHouse, signed_in: &SignedIn) -> bool {
    authenticate(&house.services, &signed_in.token).await.expect("the database answers").is_some()
}

/// A member of staff as made by the `create-admin` subcommand.
pub async fn made_staff(house: &TestHouse, login: &str, roles: &[Role]) -> AccountId {
    let fresh = NewStaff {
        login: Login::parse(login).expect("a login"),
        name: PersonName::parse("王小明").expect("a name"),
        password: PASSWORD.into(),
        own_password: true,
        roles: roles.to_vec(),
    };
    office::create(&house.services, &system(house), fresh).await.expect("staff is made")
}

pub fn form(login: &str, password: &str, code: &str) -> Credentials {
    Credentials {
        login: login.into(),
        password: password.into(),
        code: code.into(),
        label: "Firefox · Windows".into(),
        network: network(),
    }
}

pub async fn try_sign_in(house: &TestHouse, form: Credentials) -> Result<SignIn, SignInError> {
    sign_in::sign_in(&house.services, &anonymous(house), form).await
}

/// The enrolment that a first sign-in answers.
pub async fn begin_enrolment(house: &TestHouse, login: &str, password: &str) -> Enrolment {
    match try_sign_in(house, form(login, password, "")).await {
        Ok(SignIn::Enrol(enrolment)) => enrolment,
        other => panic!("expected an enrolment, got {other:?}"),
    }
}

/// What the telephone has read from the QR code.
pub fn telephone(enrolment: &Enrolment) -> Secret {
    let factor = enrolment.factor.as_ref().expect("a second factor to enrol");
    let bits: String = factor
        .secret
        .bytes()
        .map(|letter| {
            let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).expect("base 32");
            format!("{value:05b}")
        })
        .collect();
    let bytes: Vec<u8> =
        bits.as_bytes().chunks_exact(8).map(|b| b.iter().fold(0, |v, bit| v * 2 + (bit - b'0'))).collect();
    Secret::from_bytes(&bytes).expect("20 bytes")
}

pub struct Colleague {
    pub account: AccountId,
    pub signed_in: SignedIn,
    pub telephone: Secret,
    pub recovery_codes: Vec<String>,
}

/// A member of staff who has enrolled and is signed in.
pub async fn colleague(house: &TestHouse, login: &str, roles: &[Role]) -> Colleague {
    let account = made_staff(house, login, roles).await;
    let begun = begin_enrolment(house, login, PASSWORD).await;
    let telephone = telephone(&begun);
    let code = telephone.code_at(house.now());
    let enrolled = enrolment::confirm_enrolment(
        &house.services,
        &anonymous(house),
        &begun.token,
        &code,
        None,
        "Firefox · Windows",
    )
    .await
    .expect("the first code confirms");
    let recovery_codes = enrolled.recovery_codes.expect("they come with a new second factor").0;
    Colleague { account, signed_in: enrolled.signed_in, telephone, recovery_codes }
}

pub fn secret(text: &str) -> SecretString {
    text.into()
}
