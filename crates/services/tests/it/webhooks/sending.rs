//! How partners are told: signed, again after a failure, once for each id, and never astray.

use super::{bodies, deliveries, filled, handlers, happens, operator, subscribed, work};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::webhooks::{Pause, Topic};
use futures::future::BoxFuture;
use jiff::SignedDuration;
use serde_json::json;
use services::jobs::{Handlers, Pace, drain, run_at_pace};
use services::webhooks::{self, Line, Names, Progress, Standing};
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use testkit::TestHouse;
use testkit::partner::{Got, Next, Partner};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The published recipe, written from it: the key is what stands behind `whsec_` in base64, the text `id.timestamp.body`.
fn verifies(got: &Got, secret: &str) -> bool {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
    let text = format!("{}.{}.{}", got.header("webhook-id"), got.header("webhook-timestamp"), got.body);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes());
    let expected = format!("v1,{}", BASE64_STANDARD.encode(tag));
    got.header("webhook-signature").split(' ').any(|signature| signature == expected)
}

#[tokio::test]
async fn a_change_is_told_signed_and_once() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let subject = Uuid::from_u128(77);
    happens(&house.services, subject, 1).await;
    happens(&house.services, subject, 2).await;
    work(&house).await;
    let (got, told) = (partner.got(), bodies(&partner));
    assert_eq!(got.len(), 2);
    for (got, told) in got.iter().zip(&told) {
        assert_eq!((&*got.line, got.header("content-type")), ("POST /hooks HTTP/1.1", "application/json"));
        assert!(verifies(got, added.secret.expose()), "{got:?}");
        assert!(!verifies(&Got { body: got.body.replace('1', "7"), ..got.clone() }, added.secret.expose()));
        assert_eq!(got.header("webhook-id"), told["id"].as_str().expect("an id"));
        assert_eq!(got.header("webhook-timestamp"), house.now().as_second().to_string());
        assert_eq!((&told["type"], &told["schema"]), (&json!("session.changed"), &json!(1)));
        assert_eq!((&told["subject"], &told["occurred_at"]), (&json!(subject), &json!(house.now())));
    }
    assert_eq!([&told[0]["sequence"], &told[1]["sequence"]], [&json!(1), &json!(2)], "in order");
    assert_eq!([&told[0]["data"], &told[1]["data"]], [&json!({ "n": 1 }), &json!({ "n": 2 })]);
    let all = deliveries(&house, added.id).await;
    assert!(all.iter().all(|it| it.progress == Progress::Delivered && it.attempts == 1 && it.status == Some(204)));
    work(&house).await;
    assert_eq!(partner.got().len(), 2, "and not again");
}

#[tokio::test]
async fn what_is_rolled_back_was_never_there() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    subscribed(&house, &partner).await;
    let mut tx = house.services.begin().await.expect("a transaction");
    let news = webhooks::News::new(Topic::SessionChanged, Uuid::from_u128(1), json!({}));
    webhooks::announce(&mut tx, house.now(), &[news]).await.expect("written");
    tx.rollback().await.expect("rolled back");
    work(&house).await;
    assert!(partner.got().is_empty());
    // The number was not used up either: partners find no gap.
    happens(&house.services, Uuid::from_u128(1), 2).await;
    work(&house).await;
    assert_eq!(bodies(&partner)[0]["sequence"], 1);
}

#[tokio::test]
async fn failures_are_tried_again_with_the_same_id_and_body() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.script([Next::Status(500), Next::Reset, Next::Status(200)]);
    happens(&house.services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    let first = deliveries(&house, added.id).await.remove(0);
    assert_eq!((first.attempts, first.status, first.error.as_deref()), (1, Some(500), Some("refused")));
    let wait = first.next_at.expect("it is tried again").duration_since(house.now());
    assert!((SignedDuration::from_millis(22_500)..=SignedDuration::from_secs(30)).contains(&wait), "{wait}");
    work(&house).await;
    assert_eq!(partner.got().len(), 1, "not before its time");
    house.services.clock.advance(SignedDuration::from_mins(1));
    work(&house).await;
    house.services.clock.advance(SignedDuration::from_mins(5));
    work(&house).await;
    let got = partner.got();
    assert_eq!(got.len(), 3);
    assert!(got.iter().all(|it| it.header("webhook-id") == got[0].header("webhook-id") && it.body == got[0].body));
    assert!(got.iter().all(|it| verifies(it, added.secret.expose())));
    assert_ne!(got[0].header("webhook-timestamp"), got[2].header("webhook-timestamp"), "signed anew each time");
    let last = deliveries(&house, added.id).await.remove(0);
    assert_eq!((last.progress, last.attempts, last.status), (Progress::Delivered, 3, Some(200)));
}

#[tokio::test]
async fn one_event_that_is_refused_keeps_no_other_back() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    subscribed(&house, &partner).await;
    partner.script([Next::Status(500)]);
    for n in 1..=3 {
        happens(&house.services, Uuid::from_u128(n), 1).await;
    }
    work(&house).await;
    let ids: HashSet<String> = partner.got().iter().map(|got| got.header("webhook-id").to_owned()).collect();
    assert_eq!((partner.got().len(), ids.len()), (3, 3));
}

#[tokio::test]
async fn who_is_down_is_left_alone_for_a_while_and_told_everything_then() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.usually(Next::Status(503));
    for n in 1..=20 {
        happens(&house.services, Uuid::from_u128(n), 1).await;
    }
    work(&house).await;
    assert_eq!(partner.got().len(), 3, "three in a row are enough");
    partner.usually(Next::Status(204));
    house.services.clock.advance(SignedDuration::from_mins(2));
    work(&house).await;
    assert!(deliveries(&house, added.id).await.iter().all(|it| it.progress == Progress::Delivered));
    assert_eq!(partner.got().len(), 23);
}

#[tokio::test]
async fn after_three_days_an_endpoint_is_paused_and_keeps_what_waits() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.usually(Next::Status(500));
    happens(&house.services, Uuid::from_u128(1), 1).await;
    for _ in 0..(24 * 8) {
        work(&house).await;
        house.services.clock.advance(SignedDuration::from_mins(30));
    }
    let operator = operator(&house);
    let endpoint = webhooks::endpoint(&house.services, &operator, added.id).await.expect("the endpoint");
    assert_eq!(endpoint.standing, Standing::Paused(Pause::Failing));
    let tried = partner.got().len();
    assert!((12..=24).contains(&tried), "{tried} attempts in three days");
    assert_eq!(deliveries(&house, added.id).await[0].progress, Progress::GivenUp);
    // What happens meanwhile is kept, and told when somebody has seen to it; what was given up, when it is asked for.
    happens(&house.services, Uuid::from_u128(1), 2).await;
    work(&house).await;
    assert_eq!(partner.got().len(), tried);
    partner.usually(Next::Status(204));
    assert_eq!(webhooks::resume(&house.services, &operator, added.id).await.expect("resumed"), 1);
    let first = deliveries(&house, added.id).await[0].event;
    webhooks::redeliver(&house.services, &operator, added.id, first).await.expect("asked for");
    work(&house).await;
    assert!(deliveries(&house, added.id).await.iter().all(|it| it.progress == Progress::Delivered));
    assert_eq!(partner.got().len(), tried + 2);
}

#[tokio::test]
async fn gone_is_gone() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.usually(Next::Status(410));
    happens(&house.services, Uuid::from_u128(1), 1).await;
    happens(&house.services, Uuid::from_u128(2), 1).await;
    work(&house).await;
    assert_eq!(partner.got().len(), 1);
    let endpoint = webhooks::endpoint(&house.services, &operator(&house), added.id).await.expect("the endpoint");
    assert_eq!(endpoint.standing, Standing::Paused(Pause::Gone));
}

#[tokio::test]
async fn nobody_is_followed_and_no_body_is_read() {
    let (house, partner, other) = (TestHouse::new().await, Partner::start().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.script([Next::Redirect(other.url()), Next::Endless]);
    happens(&house.services, Uuid::from_u128(1), 1).await;
    happens(&house.services, Uuid::from_u128(2), 1).await;
    let began = std::time::Instant::now();
    work(&house).await;
    assert!(began.elapsed() < Duration::from_secs(8), "the endless body was not waited for");
    assert!(other.got().is_empty());
    let all = deliveries(&house, added.id).await;
    assert_eq!((all[0].error.as_deref(), all[0].status), (Some("redirect"), Some(302)));
    assert_eq!((all[1].progress, all[1].status), (Progress::Delivered, Some(200)));
}

#[tokio::test]
async fn whoever_says_nothing_is_waited_for_ten_seconds() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.script([Next::Silent]);
    happens(&house.services, Uuid::from_u128(1), 1).await;
    let began = std::time::Instant::now();
    work(&house).await;
    assert!((Duration::from_secs(9)..Duration::from_secs(14)).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(deliveries(&house, added.id).await[0].error.as_deref(), Some("timeout"));
}

/// A name that leads somewhere else every time it is looked up.
struct Turns(std::sync::Mutex<Vec<IpAddr>>);

impl Names for Turns {
    fn look_up<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Vec<IpAddr>> {
        let mut left = self.0.lock().expect("no panic");
        let next = if left.len() > 1 { left.remove(0) } else { left[0] };
        Box::pin(std::future::ready(vec![next]))
    }
}

#[tokio::test]
async fn a_name_that_leads_inside_later_is_not_called() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    // As if it had been registered while its name led to the public network.
    sqlx::query("update webhook_endpoint set url = 'https://partner.example/hooks'")
        .execute(&house.db.owner_pool())
        .await
        .expect("moved");
    for inside in ["10.0.0.7", "169.254.169.254", "127.0.0.1", "fd00::1"] {
        let names = Turns(std::sync::Mutex::new(vec![inside.parse().expect("an address")]));
        let jobs = webhooks::handlers_over(Handlers::new(), Line::new(Arc::new(names), false));
        happens(&house.services, Uuid::from_u128(1), 1).await;
        drain(&house.services, &jobs).await.expect("jobs are done");
        house.services.clock.advance(SignedDuration::from_hours(1));
    }
    assert!(partner.got().is_empty());
    let errors: HashSet<_> = deliveries(&house, added.id).await.into_iter().filter_map(|it| it.error).collect();
    assert_eq!(errors, HashSet::from(["address_private".to_owned()]));
}

/// The connection goes to the address that was looked at, and the name is not looked up a second time: it would lead to
/// another port of this machine, where nobody listens.
#[tokio::test]
async fn the_address_that_was_looked_at_is_the_one_that_is_called() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    subscribed(&house, &partner).await;
    sqlx::query("update webhook_endpoint set url = replace(url, '127.0.0.1', 'localhost')")
        .execute(&house.db.owner_pool())
        .await
        .expect("moved");
    let names = Arc::new(Turns(std::sync::Mutex::new(
        ["127.0.0.1", "8.8.8.8"].map(|text| text.parse().expect("an address")).to_vec(),
    )));
    let jobs = webhooks::handlers_over(Handlers::new(), Line::new(Arc::clone(&names) as Arc<dyn Names>, true));
    happens(&house.services, Uuid::from_u128(1), 1).await;
    drain(&house.services, &jobs).await.expect("jobs are done");
    assert_eq!(partner.got().len(), 1);
    assert_eq!(names.0.lock().expect("no panic").len(), 1, "looked up once");
}

const BRISK: Pace = Pace {
    workers: 4,
    lease: Duration::from_secs(30),
    limit: Duration::from_secs(20),
    poll: Duration::from_millis(20),
    grace: Duration::from_secs(5),
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_tell_each_event_once_and_one_at_a_time() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.usually(Next::Late(5, 204));
    for n in 1..=40 {
        happens(&house.services, Uuid::from_u128(n % 4), n as u32).await;
    }
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 8).await;
    let shutdown = CancellationToken::new();
    let run = |services| tokio::spawn(run_at_pace(services, handlers(), BRISK, shutdown.clone()));
    let (first, second) = (run(house.services.clone()), run(other.clone()));
    for n in 41..=60 {
        happens(&other, Uuid::from_u128(n % 4), n as u32).await;
    }
    for _ in 0..500 {
        if deliveries(&house, added.id).await.iter().filter(|it| it.progress == Progress::Delivered).count() == 60 {
            break;
        }
        house.services.clock.advance(SignedDuration::from_secs(1));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    shutdown.cancel();
    for server in [first, second] {
        server.await.expect("the server stops");
    }
    let got = partner.got();
    let ids: HashSet<&str> = got.iter().map(|got| got.header("webhook-id")).collect();
    assert_eq!((got.len(), ids.len()), (60, 60), "each once");
    assert_eq!(partner.most_at_once(), 1, "one at a time");
}

/// The worker dies when the partner has taken the event and nobody has said so: it is told again, under the same id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_dies_between_sending_and_saying_so_sends_the_same_id_again() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.script([Next::Late(600, 204)]);
    happens(&house.services, Uuid::from_u128(1), 1).await;
    let (services, jobs) = (house.services.clone(), handlers());
    let dying = tokio::spawn(async move { drain(&services, &jobs).await });
    for _ in 0..500 {
        if !partner.got().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    dying.abort();
    assert_eq!(partner.got().len(), 1);
    assert_eq!(deliveries(&house, added.id).await[0].progress, Progress::Waiting, "nobody said so");
    // The job's lease runs out before the endpoint is free: it is the job's, whoever works on it.
    let freed = "update job set leased_until = now()";
    sqlx::query(freed).execute(&house.db.owner_pool()).await.expect("time passes");
    work(&house).await;
    let got = partner.got();
    assert_eq!(got.len(), 2);
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert_eq!(got[0].body, got[1].body);
    assert_eq!(deliveries(&house, added.id).await[0].attempts, 2);
}

#[tokio::test]
async fn of_two_endpoints_each_has_its_own() {
    let (house, one, two) = (TestHouse::new().await, Partner::start().await, Partner::start().await);
    let first = subscribed(&house, &one).await;
    let new = filled(&two.url(), &[Topic::SessionClosed], None);
    let second = webhooks::add(&house.services, &operator(&house), new).await.expect("the endpoint is added");
    one.usually(Next::Status(500));
    happens(&house.services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    assert_eq!((one.got().len(), two.got().len()), (1, 0), "who did not ask is not told");
    assert!(!verifies(&one.got()[0], second.secret.expose()) && verifies(&one.got()[0], first.secret.expose()));
}
