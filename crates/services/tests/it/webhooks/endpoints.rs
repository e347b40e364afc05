//! Endpoints in the hands of those who look after machines.

use super::{bodies, deliveries, filled, handlers, happens, hears, machine, operator, subscribed, work};
use domain::account::{Actor, Denied, Role};
use domain::field::Fault;
use domain::ids::{AccountId, LoginSessionId, WebhookEventId, WebhookId};
use domain::webhooks::{Pause, TEST, Topic};
use jiff::SignedDuration;
use services::context::Settings;
use services::jobs::drain;
use services::webhooks::{self, Progress, Standing, WebhookError, sign};
use services::{Context, Services};
use std::sync::Arc;
use std::time::Duration;
use testkit::TestHouse;
use testkit::partner::{Next, Partner};
use uuid::Uuid;

fn fault<T: std::fmt::Debug>(answer: Result<T, WebhookError>) -> (String, Fault) {
    match answer {
        Err(WebhookError::Fields(mut errors)) if errors.len() == 1 => {
            let error = errors.remove(0);
            (error.field, error.fault)
        }
        other => panic!("no single field: {other:?}"),
    }
}

#[tokio::test]
async fn only_public_addresses_are_taken() {
    let house = TestHouse::new().await;
    let settings = Settings { development: false, ..(*house.services.settings).clone() };
    let services = Services { settings: Arc::new(settings), ..house.services.clone() };
    let operator = operator(&house);
    let add =
        async |url: &str| fault(webhooks::add(&services, &operator, filled(url, &[Topic::SessionChanged], None)).await);
    for inside in
        ["https://127.0.0.1/", "https://localhost/", "https://169.254.169.254/", "https://[::1]/", "https://10.0.0.1/x"]
    {
        assert_eq!(add(inside).await, ("url".into(), Fault::WebAddressPrivate), "{inside}");
    }
    for other in ["http://8.8.8.8/", "https://8.8.8.8:8443/", "https://me@8.8.8.8/", "ftp://8.8.8.8/", "hooks"] {
        assert_eq!(add(other).await, ("url".into(), Fault::WebAddressShape), "{other}");
    }
    assert_eq!(add("https://nobody-knows-this.invalid/").await, ("url".into(), Fault::WebAddressUnknown));
    assert_eq!(add(" ").await, ("url".into(), Fault::Required));
}

#[tokio::test]
async fn a_form_says_everything_that_is_missing_and_one_address_is_added_once() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let (services, operator) = (&house.services, operator(&house));
    let empty = webhooks::NewEndpoint { url: String::new(), hears: hears(" ", &[], None) };
    let Err(WebhookError::Fields(errors)) = webhooks::add(services, &operator, empty).await else { panic!("taken") };
    let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["description", "topics", "url"]);
    let own = filled(&partner.url(), &[Topic::BookingCreated], None);
    assert_eq!(fault(webhooks::add(services, &operator, own).await), ("client".into(), Fault::Required));
    let (client, _) = machine(&house, "a hospital").await;
    services::account::clients::revoke(services, &services.system(), client).await.expect("ended");
    let ended = filled(&partner.url(), &[Topic::BookingCreated], Some(client));
    assert_eq!(fault(webhooks::add(services, &operator, ended).await), ("client".into(), Fault::NotAChoice));
    subscribed(&house, &partner).await;
    let twice = filled(&partner.url(), &[Topic::SessionChanged], None);
    assert_eq!(fault(webhooks::add(services, &operator, twice).await), ("url".into(), Fault::AlreadyExists));
}

#[tokio::test]
async fn whoever_looks_after_machines_may_with_a_fresh_second_factor_and_nobody_else() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let staff = |role, stepped_up_at| {
        house.context(Actor::Staff {
            account: AccountId(Uuid::from_u128(1)),
            login: LoginSessionId(Uuid::from_u128(2)),
            roles: vec![role],
            stepped_up_at,
        })
    };
    let refused = async |context: &Context| {
        let services = &house.services;
        let (event, new) =
            (WebhookEventId(Uuid::from_u128(1)), filled("https://8.8.8.8/", &[Topic::SessionChanged], None));
        let all = [
            webhooks::add(services, context, new).await.err(),
            webhooks::list(services, context).await.err(),
            webhooks::endpoint(services, context, added.id).await.err(),
            webhooks::deliveries(services, context, added.id, None).await.err(),
            webhooks::pause(services, context, added.id).await.err(),
            webhooks::resume(services, context, added.id).await.err(),
            webhooks::rotate(services, context, added.id, 1, false).await.err(),
            webhooks::change(services, context, added.id, 1, hears("别的", &[Topic::SessionChanged], None)).await.err(),
            webhooks::remove(services, context, added.id).await.err(),
            webhooks::test(services, context, added.id, event).await.err(),
            webhooks::redeliver(services, context, added.id, event).await.err(),
        ];
        all.map(|error| match error {
            Some(WebhookError::Denied(denied)) => denied,
            other => panic!("not refused: {other:?}"),
        })
    };
    assert_eq!(refused(&staff(Role::Operator, None)).await, [Denied::StepUpNeeded; 11]);
    assert_eq!(refused(&staff(Role::MuseumOfficer, Some(house.now()))).await, [Denied::NotAllowed; 11]);
    assert_eq!(refused(&house.context(Actor::Anonymous)).await, [Denied::SignInNeeded; 11]);
}

#[tokio::test]
async fn two_secrets_sign_for_a_day_and_then_the_new_one_alone() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let (services, context) = (&house.services, operator(&house));
    let version = webhooks::endpoint(services, &context, added.id).await.expect("the endpoint").version;
    let fresh = webhooks::rotate(services, &context, added.id, version, false).await.expect("a new secret");
    let twice = webhooks::rotate(services, &context, added.id, version, false).await;
    assert!(matches!(twice, Err(WebhookError::StateHasChanged)), "pressed twice, the former secret is not lost");
    happens(services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    services.clock.advance(SignedDuration::from_hours(24));
    happens(services, Uuid::from_u128(1), 2).await;
    work(&house).await;
    let got = partner.got();
    let of = |secret, n: usize| {
        let timestamp = got[n].header("webhook-timestamp").parse().expect("seconds");
        sign([secret], got[n].header("webhook-id"), timestamp, &got[n].body)
    };
    let both = format!("{} {}", of(&fresh, 0), of(&added.secret, 0));
    assert_eq!(got[0].header("webhook-signature"), both);
    assert_eq!(got[1].header("webhook-signature"), of(&fresh, 1));
    webhooks::sweep(services).await.expect("swept");
    let left: i64 = sqlx::query_scalar("select count(*) from webhook_endpoint where old_secret_sealed is not null")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("counted");
    assert_eq!(left, 0, "a secret that is no longer good is not kept");
}

#[tokio::test]
async fn secrets_stand_nowhere_but_sealed() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let (services, context) = (&house.services, operator(&house));
    let fresh = webhooks::rotate(services, &context, added.id, 1, false).await.expect("a new secret");
    webhooks::test(services, &context, added.id, WebhookEventId(Uuid::from_u128(5))).await.expect("tested");
    work(&house).await;
    let listed = format!("{:?}", webhooks::list(services, &context).await.expect("a list"));
    for secret in [&added.secret, &fresh] {
        let word = secret.expose().trim_start_matches("whsec_");
        assert!(!listed.contains(word) && !format!("{secret:?}").contains(word));
        for table in ["audit_entry", "job", "webhook_event", "webhook_delivery", "webhook_endpoint"] {
            let sql = format!(
                "select count(*) from {table} t where t::text like '%' || $1 || '%' or t::text like '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'"
            );
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
                .bind(word)
                .fetch_one(&house.db.owner_pool())
                .await
                .expect("searched");
            assert_eq!(found, 0, "{table}");
        }
    }
    let actions: Vec<String> =
        sqlx::query_scalar("select action from audit_entry where subject_kind = 'webhook' order by ctid")
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("the trail");
    assert_eq!(actions, ["webhook.added", "webhook.secret_changed", "webhook.tested"]);
}

#[tokio::test]
async fn a_test_is_told_once_however_often_it_is_pressed() {
    let (house, partner, other) = (TestHouse::new().await, Partner::start().await, Partner::start().await);
    let (added, _) = (subscribed(&house, &partner).await, subscribed(&house, &other).await);
    let key = WebhookEventId(Uuid::from_u128(5));
    for _ in 0..2 {
        webhooks::test(&house.services, &operator(&house), added.id, key).await.expect("tested");
    }
    work(&house).await;
    let told = bodies(&partner);
    assert_eq!((told.len(), other.got().len()), (1, 0));
    assert_eq!((&told[0]["type"], &told[0]["id"]), (&TEST.into(), &key.to_string().into()));
}

#[tokio::test]
async fn while_it_is_paused_what_happens_is_kept_and_told_afterwards() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let (services, context) = (&house.services, operator(&house));
    for _ in 0..2 {
        webhooks::pause(services, &context, added.id).await.expect("paused");
    }
    happens(services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    assert!(partner.got().is_empty());
    let paused = webhooks::endpoint(services, &context, added.id).await.expect("the endpoint");
    assert_eq!((paused.standing, paused.waiting), (Standing::Paused(Pause::Staff), 1));
    assert_eq!(webhooks::resume(services, &context, added.id).await.expect("resumed"), 1);
    assert_eq!(webhooks::resume(services, &context, added.id).await.expect("pressed twice"), 0);
    work(&house).await;
    assert_eq!(partner.got().len(), 1);
    assert_eq!(deliveries(&house, added.id).await[0].progress, Progress::Delivered);
}

#[tokio::test]
async fn an_event_is_told_again_under_its_own_id() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let (services, context) = (&house.services, operator(&house));
    happens(services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    let event = deliveries(&house, added.id).await[0].event;
    for _ in 0..2 {
        webhooks::redeliver(services, &context, added.id, event).await.expect("asked for");
    }
    work(&house).await;
    let got = partner.got();
    assert_eq!((got.len(), got[0].header("webhook-id")), (2, got[1].header("webhook-id")));
    let nobodys = webhooks::redeliver(services, &context, added.id, WebhookEventId(Uuid::from_u128(9))).await;
    assert!(matches!(nobodys, Err(WebhookError::NotFound)));
    let unknown = webhooks::pause(services, &context, WebhookId(Uuid::from_u128(9))).await;
    assert!(matches!(unknown, Err(WebhookError::NotFound)));
}

#[tokio::test]
async fn what_was_told_long_ago_is_swept_away_and_numbers_go_on() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    happens(&house.services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 31));
    happens(&house.services, Uuid::from_u128(1), 2).await;
    assert_eq!(webhooks::sweep(&house.services).await.expect("swept"), 1);
    work(&house).await;
    assert_eq!(deliveries(&house, added.id).await.len(), 1);
    assert_eq!(bodies(&partner)[1]["sequence"], 2);
}

#[tokio::test]
async fn where_the_last_new_secret_was_lost_the_one_the_partner_has_goes_on_signing() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let (services, context) = (&house.services, operator(&house));
    let version = async || webhooks::endpoint(services, &context, added.id).await.expect("the endpoint").version;
    webhooks::rotate(services, &context, added.id, version().await, false).await.expect("its answer is lost");
    let third = webhooks::rotate(services, &context, added.id, version().await, true).await.expect("a new secret");
    happens(services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    let got = &partner.got()[0];
    let timestamp = got.header("webhook-timestamp").parse().expect("seconds");
    let of = |secret| sign([secret], got.header("webhook-id"), timestamp, &got.body);
    assert_eq!(got.header("webhook-signature"), format!("{} {}", of(&third), of(&added.secret)));
}

#[tokio::test]
async fn what_an_endpoint_hears_of_is_changed_once_and_holds_from_then_on() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let (services, context) = (&house.services, operator(&house));
    let fresh = || hears(" 另一家  医院", &[Topic::EventPublished], None);
    let seen = webhooks::endpoint(services, &context, added.id).await.expect("the endpoint");
    for _ in 0..2 {
        webhooks::change(services, &context, added.id, seen.version, fresh()).await.expect("changed, or was already");
    }
    let stale =
        webhooks::change(services, &context, added.id, seen.version, hears("旧页面", &[Topic::SessionChanged], None));
    assert!(matches!(stale.await, Err(WebhookError::StateHasChanged)));
    let version = seen.version + 1;
    let own = webhooks::change(services, &context, added.id, version, hears("医院", &[Topic::BookingCreated], None));
    assert_eq!(fault(own.await), ("client".into(), Fault::Required));
    let now = webhooks::endpoint(services, &context, added.id).await.expect("the endpoint");
    assert_eq!((now.version, now.description.as_str()), (version, "另一家 医院"));
    happens(services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    assert!(partner.got().is_empty(), "sessions are none of its topics any more");
}

#[tokio::test]
async fn an_endpoint_that_is_removed_is_told_nothing_more_and_leaves_only_the_trail() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let (services, context) = (&house.services, operator(&house));
    webhooks::test(services, &context, added.id, WebhookEventId(Uuid::from_u128(5))).await.expect("tested");
    happens(services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    let told = partner.got().len();
    happens(services, Uuid::from_u128(1), 2).await;
    for _ in 0..2 {
        webhooks::remove(services, &context, added.id).await.expect("removed, or was already");
    }
    work(&house).await;
    assert_eq!(partner.got().len(), told);
    let gone = webhooks::endpoint(services, &context, added.id).await;
    assert!(matches!(gone, Err(WebhookError::NotFound)));
    let left: (i64, i64) = sqlx::query_as(
        "select (select count(*) from webhook_delivery), (select count(*) from audit_entry where action in ('webhook.removed', 'webhook.added') and detail->>'to' like '127.0.0.1%')",
    )
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("counted");
    assert_eq!(left, (0, 2), "where it sent is told of both");
    subscribed(&house, &partner).await;
}

#[tokio::test]
async fn a_machine_that_was_ended_is_told_nothing_that_still_waited() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let (client, _) = machine(&house, "演示医院").await;
    let new = filled(&partner.url(), &[Topic::SessionChanged], Some(client));
    let added = webhooks::add(&house.services, &operator(&house), new).await.expect("added");
    partner.script([Next::Status(503)]);
    happens(&house.services, Uuid::from_u128(1), 1).await;
    work(&house).await;
    assert_eq!((partner.got().len(), deliveries(&house, added.id).await[0].progress), (1, Progress::Waiting));
    services::account::clients::revoke(&house.services, &operator(&house), client).await.expect("revoked");
    house.services.clock.advance(SignedDuration::from_hours(1));
    happens(&house.services, Uuid::from_u128(1), 2).await;
    work(&house).await;
    assert_eq!(partner.got().len(), 1, "nothing more was sent");
    let told = deliveries(&house, added.id).await;
    assert_eq!(
        (told.len(), told[0].progress, told[0].error.as_deref()),
        (1, Progress::GivenUp, Some("client_revoked"))
    );
    // What was spread in the moment it ended is not sent either, and does not wait for ever.
    let spread = "update webhook_delivery set state = 'waiting', error = null";
    sqlx::query(spread).execute(&house.db.owner_pool()).await.expect("waits");
    happens(&house.services, Uuid::from_u128(1), 3).await;
    webhooks::wake_overdue(&house.services).await.expect("looked for");
    work(&house).await;
    assert_eq!(partner.got().len(), 1);
    let told = deliveries(&house, added.id).await;
    assert_eq!((told.len(), told[0].progress), (1, Progress::GivenUp));
    // Nor does it leave by hand: tests do, once and again.
    let context = operator(&house);
    let refused = webhooks::redeliver(&house.services, &context, added.id, told[0].event).await;
    assert!(matches!(refused, Err(WebhookError::MachineEnded)), "{refused:?}");
    let test = WebhookEventId(Uuid::from_u128(2));
    webhooks::test(&house.services, &context, added.id, test).await.expect("tried");
    work(&house).await;
    webhooks::redeliver(&house.services, &context, added.id, test).await.expect("and again");
    work(&house).await;
    assert_eq!(partner.got().len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_under_way_when_its_machine_ended_does_not_come_back() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let (client, _) = machine(&house, "演示医院").await;
    let new = filled(&partner.url(), &[Topic::SessionChanged], Some(client));
    let added = webhooks::add(&house.services, &operator(&house), new).await.expect("added");
    partner.script([Next::Late(600, 503)]);
    happens(&house.services, Uuid::from_u128(1), 1).await;
    let (services, jobs) = (house.services.clone(), handlers());
    let sending = tokio::spawn(async move { drain(&services, &jobs).await });
    for _ in 0..500 {
        if !partner.got().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    services::account::clients::revoke(&house.services, &operator(&house), client).await.expect("revoked");
    sending.await.expect("no panic").expect("jobs are done");
    let told = deliveries(&house, added.id).await;
    assert_eq!(
        (told.len(), told[0].attempts, told[0].progress, told[0].error.as_deref()),
        (1, 1, Progress::GivenUp, Some("client_revoked"))
    );
}

#[tokio::test]
async fn a_partner_that_asks_for_time_gets_it_and_an_hour_at_most() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    partner.script([Next::Busy(503, 1800), Next::Busy(429, 999_999)]);
    for n in 1..=2 {
        happens(&house.services, Uuid::from_u128(1), n).await;
    }
    work(&house).await;
    assert_eq!(partner.got().len(), 1, "the one that waits behind it is not sent either");
    let next = deliveries(&house, added.id).await[0].next_at.expect("it waits");
    assert_eq!(next.duration_since(house.now()), SignedDuration::from_mins(30));
    house.services.clock.advance(SignedDuration::from_mins(29));
    work(&house).await;
    assert_eq!(partner.got().len(), 1, "it was left alone");
    house.services.clock.advance(SignedDuration::from_mins(2));
    work(&house).await;
    assert_eq!(partner.got().len(), 2);
    let next = deliveries(&house, added.id).await[0].next_at.expect("it waits");
    assert_eq!(next.duration_since(house.now()), SignedDuration::from_hours(1), "and not for days");
    house.services.clock.advance(SignedDuration::from_mins(59));
    work(&house).await;
    assert_eq!(partner.got().len(), 2, "left alone for as long as it asked");
    house.services.clock.advance(SignedDuration::from_mins(2));
    work(&house).await;
    assert_eq!(partner.got().len(), 4);
    assert!(deliveries(&house, added.id).await.iter().all(|it| it.progress == Progress::Delivered));
}

#[tokio::test]
async fn deliveries_are_shown_page_after_page_without_gap_or_repetition() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    let many = webhooks::PAGE as u32 + 30;
    for n in 0..many {
        happens(&house.services, Uuid::from_u128(u128::from(n % 7)), n).await;
    }
    work(&house).await;
    let page =
        async |after| webhooks::deliveries(&house.services, &operator(&house), added.id, after).await.expect("a page");
    let first = page(None).await;
    assert_eq!(first.len(), webhooks::PAGE + 1, "one more says that there is more");
    let last = &first[webhooks::PAGE - 1];
    let second = page(Some((last.occurred_at, last.sequence, last.event))).await;
    let mut all: Vec<_> = first[..webhooks::PAGE].iter().chain(&second).map(|one| one.event).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!((second.len(), all.len()), (30, many as usize));
}

#[tokio::test]
async fn numbers_of_what_is_no_more_are_swept_and_those_of_what_is_there_stay() {
    let (house, partner) = (TestHouse::new().await, Partner::start().await);
    let added = subscribed(&house, &partner).await;
    happens(&house.services, Uuid::from_u128(1), 1).await;
    webhooks::test(&house.services, &operator(&house), added.id, WebhookEventId(Uuid::from_u128(2)))
        .await
        .expect("told");
    work(&house).await;
    let subjects = async || -> Vec<Uuid> {
        sqlx::query_scalar("select id from webhook_subject order by id")
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("subjects")
    };
    webhooks::sweep(&house.services).await.expect("swept");
    assert_eq!(subjects().await.len(), 2, "what was told is kept still");
    house.services.clock.advance(SignedDuration::from_hours(24 * 31));
    webhooks::sweep(&house.services).await.expect("swept");
    assert_eq!(subjects().await, [added.id.0], "the endpoint is there and can be tried again");
}
