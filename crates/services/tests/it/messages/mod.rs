//! Messages on a real Postgres, with an SMTP server and an SMS provider on loopback that misbehave.

mod aliyun;
mod bookings;
mod codes;
mod smtp;

use domain::contact::Contact;
use jiff::{SignedDuration, Timestamp};
use services::Services;
use services::context::Settings;
use services::jobs::{Handlers, NewJob, drain, enqueue};
use services::messages::{MailTransport, Post, PostSettings, SmtpSettings, SmtpTls};
use std::time::Duration;
use testkit::TestHouse;

fn handlers() -> Handlers {
    services::messages::handlers(Handlers::new())
}

/// Does what is due, and lets a second pass so that what comes next is later.
async fn deliver(services: &Services) -> usize {
    let done = drain(services, &handlers()).await.expect("drained");
    services.clock.advance(SignedDuration::from_secs(1));
    done
}

/// Queues a code and commits.
async fn queue_code(house: &TestHouse, contact: &str, code: &str) {
    let contact = Contact::parse(contact).expect("a contact");
    let mut transaction = house.services.begin().await.expect("a transaction");
    let payload =
        services::messages::code_job(&house.services, &house.services.system(), &contact, code).expect("sealed");
    let job = NewJob { kind: store::jobs::URGENT_KIND, payload: &payload, run_at: house.now(), dedupe: None };
    enqueue(&mut transaction, house.now(), &[job]).await.expect("queued");
    transaction.commit().await.expect("committed");
}

/// A house whose mail goes to an SMTP server on this port.
async fn house_with_smtp(port: u16) -> TestHouse {
    let mut house = TestHouse::new().await;
    house.services.post = post(SmtpTls::None, port);
    house
}

/// Mail goes to an SMTP server on this port.
pub fn post(tls: SmtpTls, port: u16) -> Post {
    post_with(SmtpSettings {
        host: "127.0.0.1".into(),
        port,
        tls,
        credentials: None,
        timeout: Duration::from_millis(700),
        connections: 2,
        authority: None,
    })
}

fn post_with(smtp: SmtpSettings) -> Post {
    let settings = PostSettings {
        sender_address: "noreply@test.example".into(),
        mail: MailTransport::Smtp(smtp),
        ..PostSettings::default()
    };
    Post::new(settings, &Settings { public_url: "https://test.example".into(), development: true })
        .expect("the post opens")
}

/// State and number of rows of the `message` table.
async fn message_states(house: &TestHouse) -> Vec<(String, String, String)> {
    sqlx::query_as("select template, channel, state from message order by created_at, id")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("read")
}

fn states(rows: &[(String, String, String)]) -> Vec<(&str, &str, &str)> {
    rows.iter().map(|(template, channel, state)| (template.as_str(), channel.as_str(), state.as_str())).collect()
}

async fn jobs(house: &TestHouse) -> Vec<(String, Timestamp, Option<String>, String)> {
    let rows: Vec<(String, store::SqlTimestamp, Option<String>, String)> =
        sqlx::query_as("select state, run_at, last_error, payload::text from job order by run_at, id")
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("read");
    rows.into_iter().map(|(state, run_at, error, payload)| (state, run_at.to_jiff(), error, payload)).collect()
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

/// A server of before writes a column for each kind of thing, and reads it: each way of writing fills the other's.
#[tokio::test]
async fn a_message_says_what_it_is_about_whichever_server_wrote_it() {
    let house = TestHouse::new().await;
    let pool = house.db.owner_pool();
    let kinds = [
        ("booking", "booking_id"),
        ("account", "account_id"),
        ("bus_request", "bus_request_id"),
        ("group_request", "group_request_id"),
        ("ambassador_application", "ambassador_id"),
    ];
    for (kind, column) in kinds {
        let subject = uuid::Uuid::from_u128(column.len() as u128);
        let before = format!(
            "insert into message (id, {column}, template, channel, created_at) values (gen_random_uuid(), $1, 'a', 'mail', now())
             returning subject_kind, subject_id"
        );
        let read: (String, uuid::Uuid) = sqlx::query_as(sqlx::AssertSqlSafe(before))
            .bind(subject)
            .fetch_one(&pool)
            .await
            .expect("written as before");
        assert_eq!(read, (kind.to_owned(), subject));
        let now = format!(
            "insert into message (id, subject_kind, subject_id, template, channel, created_at)
             values (gen_random_uuid(), $1, $2, 'a', 'mail', now()) returning {column}"
        );
        let read: uuid::Uuid = sqlx::query_scalar(sqlx::AssertSqlSafe(now))
            .bind(kind)
            .bind(subject)
            .fetch_one(&pool)
            .await
            .expect("written as now");
        assert_eq!(read, subject, "{kind}");
    }
}
