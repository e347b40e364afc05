//! Jobs on a real Postgres: once, again after a crash, later after a failure, never for ever.

mod ends;
mod leases;

use domain::account::{Actor, Role};
use domain::ids::{AccountId, LoginSessionId};
use serde::{Deserialize, Serialize};
use services::jobs::{self, Handlers, Job, NewJob, Pace};
use services::{Context, Services};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use testkit::TestHouse;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[derive(Serialize, Deserialize, Clone, Copy)]
struct Number {
    n: u32,
}

/// Queues jobs 0..count, due now.
async fn queue(services: &Services, kind: &'static str, count: u32) {
    let now = services.clock.now();
    let payloads: Vec<Number> = (0..count).map(|n| Number { n }).collect();
    let jobs: Vec<_> = payloads.iter().map(|payload| NewJob { kind, payload, run_at: now, dedupe: None }).collect();
    let mut transaction = services.begin().await.expect("a transaction");
    jobs::enqueue(&mut transaction, now, &jobs).await.expect("queued");
    transaction.commit().await.expect("committed");
}

/// How often each job was done.
#[derive(Clone, Default)]
struct Tally(Arc<Mutex<BTreeMap<u32, u32>>>);

impl Tally {
    fn count(&self, n: u32) {
        *self.0.lock().expect("no test panics while counting").entry(n).or_default() += 1;
    }

    fn of(&self, n: u32) -> u32 {
        self.0.lock().expect("no test panics while counting").get(&n).copied().unwrap_or(0)
    }

    fn all(&self) -> Vec<u32> {
        self.0.lock().expect("no test panics while counting").values().copied().collect()
    }
}

async fn jobs_left(services: &Services) -> i64 {
    store::jobs::standing(&services.db, services.clock.now()).await.expect("counted").waiting
}

fn operator(house: &TestHouse) -> Context {
    house.context(Actor::Staff {
        account: AccountId(Uuid::from_u128(1)),
        login: LoginSessionId(Uuid::from_u128(2)),
        roles: vec![Role::Operator],
        stepped_up_at: None,
    })
}

const BRISK: Pace = Pace {
    workers: 4,
    lease: Duration::from_secs(30),
    limit: Duration::from_secs(20),
    poll: Duration::from_millis(20),
    grace: Duration::from_secs(5),
};

/// Runs two servers at `pace` until `done` or ten seconds.
async fn two_servers(house: &TestHouse, handlers: &Handlers, pace: Pace, done: impl Fn() -> bool) {
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 8).await;
    let shutdown = CancellationToken::new();
    let first = tokio::spawn(jobs::run_at_pace(house.services.clone(), handlers.clone(), pace, shutdown.clone()));
    let second = tokio::spawn(jobs::run_at_pace(other, handlers.clone(), pace, shutdown.clone()));
    for _ in 0..500 {
        if done() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    shutdown.cancel();
    first.await.expect("the first server stops");
    second.await.expect("the second server stops");
}

pub async fn end_leases(house: &TestHouse) {
    sqlx::query("update job set leased_until = now() - interval '1 second' where lease is not null")
        .execute(&house.db.owner_pool())
        .await
        .expect("the leases end");
}

#[tokio::test]
async fn one_key_waits_once_and_may_wait_again_when_it_was_done() {
    let house = TestHouse::new().await;
    let tally = Tally::default();
    let counting = tally.clone();
    let handlers = Handlers::new().on("count", move |_, job: Job<Number>| {
        counting.count(job.payload.n);
        async { Ok(()) }
    });
    let now = house.now();
    let keyed = |payload| NewJob { kind: "count", payload, run_at: now, dedupe: Some("count:once".into()) };
    let mut db = house.services.db.acquire().await.expect("a connection");
    jobs::enqueue(&mut db, now, &[keyed(&Number { n: 1 }), keyed(&Number { n: 2 })]).await.expect("queued");
    jobs::enqueue(&mut db, now, &[keyed(&Number { n: 3 })]).await.expect("queued");
    assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 1);
    jobs::enqueue(&mut db, now, &[keyed(&Number { n: 4 })]).await.expect("queued");
    assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 1);
    assert_eq!((tally.of(1), tally.of(2), tally.of(3), tally.of(4)), (1, 0, 0, 1));
}

#[tokio::test]
async fn what_is_rolled_back_is_never_done() {
    let house = TestHouse::new().await;
    let mut transaction = house.services.begin().await.expect("a transaction");
    let job = NewJob { kind: "count", payload: &Number { n: 1 }, run_at: house.now(), dedupe: None };
    jobs::enqueue(&mut transaction, house.now(), &[job]).await.expect("queued");
    transaction.rollback().await.expect("rolled back");
    let handlers = Handlers::new().on("count", |_, _: Job<Number>| async { Ok(()) });
    assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 0);
}

#[tokio::test]
async fn a_kind_nobody_knows_waits_for_a_server_that_does() {
    let house = TestHouse::new().await;
    queue(&house.services, "new_in_the_next_release", 1).await;
    let old = Handlers::new().on("count", |_, _: Job<Number>| async { Ok(()) });
    assert_eq!(jobs::drain(&house.services, &old).await.expect("drained"), 0);
    let new = old.on("new_in_the_next_release", |_, _: Job<Number>| async { Ok(()) });
    assert_eq!(jobs::drain(&house.services, &new).await.expect("drained"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_overtakes_a_crowd_of_slow_jobs() {
    let house = TestHouse::new().await;
    queue(&house.services, "slow", 50).await;
    let sent = Arc::new(AtomicUsize::new(0));
    let (sending, done) = (Arc::clone(&sent), Arc::clone(&sent));
    let handlers = Handlers::new()
        .on("slow", |_, _: Job<Number>| async {
            tokio::time::sleep(Duration::from_secs(30)).await;
            Ok(())
        })
        .on(store::jobs::URGENT_KIND, move |_, _: Job<Number>| {
            sending.fetch_add(1, Ordering::Relaxed);
            async { Ok(()) }
        });
    let pace = Pace { grace: Duration::from_millis(10), poll: Duration::from_secs(60), ..BRISK };
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(jobs::run_at_pace(house.services.clone(), handlers, pace, shutdown.clone()));
    tokio::time::sleep(Duration::from_millis(300)).await; // every slot but the reserved one is busy now
    queue(&house.services, store::jobs::URGENT_KIND, 3).await;
    let asked = std::time::Instant::now();
    house.services.job_bell.notify_one();
    while done.load(Ordering::Relaxed) < 3 && asked.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let took = asked.elapsed();
    shutdown.cancel();
    running.await.expect("the runner stops");
    assert_eq!(sent.load(Ordering::Relaxed), 3);
    assert!(took < Duration::from_secs(5), "rung, not polled: {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_lets_the_running_job_finish_and_begins_no_other() {
    let house = TestHouse::new().await;
    queue(&house.services, "slow", 20).await;
    let tally = Tally::default();
    let counting = tally.clone();
    let handlers = Handlers::new().on("slow", move |_, job: Job<Number>| {
        let counting = counting.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            counting.count(job.payload.n);
            Ok(())
        }
    });
    let pulse = handlers.pulse();
    assert_eq!(pulse.last(), None);
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(jobs::run_at_pace(house.services.clone(), handlers, BRISK, shutdown.clone()));
    tokio::time::sleep(Duration::from_millis(150)).await;
    shutdown.cancel();
    running.await.expect("the runner stops");
    let done = tally.all().len();
    assert_eq!(done, BRISK.workers - 1, "those that ran, all of them, and no more");
    assert_eq!(jobs_left(&house.services).await, 20 - done as i64);
    assert_eq!(pulse.last(), Some(house.now()));
}
