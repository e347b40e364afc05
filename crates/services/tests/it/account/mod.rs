//! Accounts on a real Postgres: what each promise of the room means when many try at once.

mod clients;
mod codes;
mod contacts;
mod erase;
mod limits;
mod passkeys;
mod sessions;
mod staff;
mod staff_sign_in;
mod visitors;

use domain::account::{Actor, Login, Role};
use domain::contact::{Contact, PersonName};
use domain::ids::AccountId;
use jiff::SignedDuration;
use secrecy::SecretString;
use services::Context;
use services::account::enrolment::{self, Enrolment};
use services::account::sessions::{SignedIn, authenticate};
use services::account::sign_in::{self, Credentials, Shown, SignIn, SignInError};
use services::account::staff::NewStaff;
use services::account::totp::Secret;
use services::account::{staff as office, visitors as door};
use services::db::begin;
use services::limits::Network;
use std::time::Duration;
use testkit::TestHouse;
use uuid::Uuid;

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

/// As if so many had failed to sign in with each login of the house since, from many networks.
pub async fn failed_before(house: &TestHouse, failures: i32) {
    sqlx::query("update staff_credential set failures = $1")
        .bind(failures)
        .execute(&house.db.owner_pool())
        .await
        .expect("the owner may");
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
        Shown::code(&code),
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

/// Holds what `first` locks until `other` waits for it, and then takes what `second` locks as well, as one transaction of
/// the house does. Answers what became of both: with locks taken in another order, one of the two fails.
pub async fn crossed<T>(
    house: &TestHouse,
    account: AccountId,
    (first, second): (&'static str, &'static str),
    other: impl Future<Output = T>,
) -> (T, sqlx::Result<()>) {
    let (pool, watch) = (house.db.owner_pool(), house.db.owner_pool());
    let mut transaction = begin(&pool).await.expect("a transaction");
    sqlx::query(first).bind(account.0).execute(&mut *transaction).await.expect("nobody else has it");
    let crossing = async {
        somebody_waits(&watch).await;
        sqlx::query(second).bind(account.0).execute(&mut *transaction).await?;
        transaction.commit().await
    };
    tokio::join!(other, crossing)
}

async fn somebody_waits(pool: &sqlx::PgPool) {
    let waiting = "select count(*) from pg_locks l join pg_stat_activity a using (pid)
                   where not l.granted and a.datname = current_database()";
    for _ in 0..500 {
        let found: i64 = sqlx::query_scalar(waiting).fetch_one(pool).await.expect("a number");
        if found > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nobody came to wait")
}

/// Postgres ended a circle of waiting transactions.
pub fn is_deadlock(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "40P01")
}

/// Locks of the account `$1` and of what belongs to it.
pub const ACCOUNT: &str = "select id from account where id = $1 for update";
pub const CREDENTIAL: &str = "update staff_credential set failures = 0 where account_id = $1";
pub const CODES: &str = "update one_time_code set attempts = attempts
                         where contact_index = (select phone_index from account where id = $1)";

/// The negative control of [`crossed`]: a transaction that takes the two locks the other way round.
pub async fn the_other_way_round(house: &TestHouse, account: Uuid, order: (&'static str, &'static str)) -> bool {
    let pool = house.db.owner_pool();
    let reverse = async {
        let mut transaction = begin(&pool).await?;
        sqlx::query(order.1).bind(account).execute(&mut *transaction).await?;
        sqlx::query(order.0).bind(account).execute(&mut *transaction).await?;
        transaction.commit().await
    };
    let (one, other) = crossed(house, AccountId(account), order, reverse).await;
    [one, other].iter().any(|done| done.as_ref().is_err_and(is_deadlock))
}
