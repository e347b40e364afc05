//! Jobs on a real Postgres: once, again after a crash, later after a failure, never for ever.

use domain::account::{Actor, Denied, Role};
use domain::ids::{AccountId, JobId, LoginSessionId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use services::jobs::{self, Failure, Handlers, Job, JobsError, NewJob, Pace};
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

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_do_every_job_once() {
    let house = TestHouse::new().await;
    queue(&house.services, "count", 120).await;
    let tally = Tally::default();
    let counting = tally.clone();
    let handlers = Handlers::new().on("count", move |_, job: Job<Number>| {
        counting.count(job.payload.n);
        async {
            tokio::time::sleep(Duration::from_millis(3)).await;
            Ok(())
        }
    });
    two_servers(&house, &handlers, BRISK, || tally.all().len() == 120).await;
    assert_eq!(tally.all(), vec![1; 120]);
    assert_eq!(jobs_left(&house.services).await, 0);
}

/// The negative control of the test above: with leases that end at once (which is what no lease comes to), the same two
/// servers do jobs twice. If this ever fails, the test above proves nothing.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_lease_two_servers_do_jobs_twice() {
    let house = TestHouse::new().await;
    queue(&house.services, "count", 12).await;
    let tally = Tally::default();
    let counting = tally.clone();
    let handlers = Handlers::new().on("count", move |_, job: Job<Number>| {
        counting.count(job.payload.n);
        async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            Ok(())
        }
    });
    let no_lease = Pace { lease: Duration::from_millis(1), ..BRISK };
    two_servers(&house, &handlers, no_lease, || tally.all().len() == 12).await;
    assert!(tally.all().iter().any(|times| *times > 1), "no job was done twice: {:?}", tally.all());
}

#[tokio::test]
async fn a_worker_that_died_is_replaced_after_its_lease_and_not_before() {
    let house = TestHouse::new().await;
    queue(&house.services, "count", 1).await;
    let tally = Tally::default();
    let counting = tally.clone();
    let attempts = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&attempts);
    let handlers = Handlers::new().on("count", move |_, job: Job<Number>| {
        counting.count(job.payload.n);
        seen.store(job.attempt as usize, Ordering::Relaxed);
        async { Ok(()) }
    });
    // A worker takes the job, does it, and dies before it can say so.
    let (now, dead) = (house.now(), Uuid::from_u128(1));
    let taken = store::jobs::claim(&house.services.db, now, &["count".into()], dead, 60.0, 10).await.expect("taken");
    assert_eq!(taken.len(), 1);
    assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 0, "the lease holds");
    end_leases(&house).await;
    assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 1);
    assert_eq!(
        (tally.of(0), attempts.load(Ordering::Relaxed)),
        (1, 2),
        "one repetition, counted as the second attempt"
    );
    assert_eq!(jobs_left(&house.services).await, 0);
    // The dead worker wakes up: its lease says nothing any more.
    assert!(!store::jobs::finish(&house.services.db, taken[0].id, dead).await.expect("asked"));
}

async fn end_leases(house: &TestHouse) {
    sqlx::query("update job set leased_until = now() - interval '1 second' where lease is not null")
        .execute(&house.db.owner_pool())
        .await
        .expect("the leases end");
}

#[tokio::test]
async fn a_late_worker_cannot_finish_what_another_has() {
    let house = TestHouse::new().await;
    queue(&house.services, "count", 1).await;
    let (db, now, kinds) = (&house.services.db, house.now(), ["count".to_owned()]);
    let (slow, quick) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let job = store::jobs::claim(db, now, &kinds, slow, 60.0, 1).await.expect("taken")[0].id;
    end_leases(&house).await;
    assert_eq!(store::jobs::claim(db, now, &kinds, quick, 60.0, 1).await.expect("taken").len(), 1);
    assert!(!store::jobs::finish(db, job, slow).await.expect("asked"));
    assert!(!store::jobs::postpone(db, job, slow, now, "late").await.expect("asked"));
    assert!(!store::jobs::bury(db, job, slow, "late").await.expect("asked"));
    assert!(store::jobs::finish(db, job, quick).await.expect("asked"));
}

#[tokio::test]
async fn a_job_that_always_kills_its_worker_is_given_up() {
    let house = TestHouse::new().await;
    queue(&house.services, "count", 1).await;
    sqlx::query("update job set max_attempts = 3").execute(&house.db.owner_pool()).await.expect("changed");
    let (db, now, kinds) = (&house.services.db, house.now(), ["count".to_owned()]);
    for attempt in 1..=3 {
        let taken = store::jobs::claim(db, now, &kinds, Uuid::from_u128(attempt), 60.0, 1).await.expect("taken");
        assert_eq!(taken.len(), 1, "attempt {attempt}");
        end_leases(&house).await;
    }
    assert!(store::jobs::claim(db, now, &kinds, Uuid::from_u128(9), 60.0, 1).await.expect("asked").is_empty());
    assert_eq!(store::jobs::bury_crashed(db).await.expect("buried"), 1);
    let dead = jobs::list_dead(&house.services, &operator(&house)).await.expect("listed");
    assert_eq!(dead[0].last_error.as_deref(), Some("worker_gone"));
}

#[tokio::test]
async fn a_failing_job_waits_longer_each_time_and_ends_with_the_staff() {
    let house = TestHouse::new().await;
    queue(&house.services, "fail", 1).await;
    let works = Arc::new(AtomicUsize::new(0));
    let switch = Arc::clone(&works);
    let lasts = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&lasts);
    let handlers = Handlers::new().on("fail", move |_, job: Job<Number>| {
        seen.lock().expect("counting").push((job.attempt, job.last));
        let works = switch.load(Ordering::Relaxed) > 0;
        async move { if works { Ok(()) } else { Err(Failure::retry("smtp_busy")) } }
    });
    let context = operator(&house);
    let mut waits = Vec::new();
    for attempt in 1..=11 {
        assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 1, "attempt {attempt}");
        let waiting = jobs::list_waiting(&house.services, &context).await.expect("listed");
        assert_eq!((waiting[0].attempts, waiting[0].last_error.as_deref()), (attempt, Some("smtp_busy")));
        let wait = waiting[0].run_at.duration_since(house.now());
        waits.push(wait);
        assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 0, "not before its time");
        house.services.clock.advance(wait);
    }
    for (n, wait) in waits.iter().enumerate() {
        let whole = SignedDuration::from_secs((10 << n).min(14_400));
        assert!(*wait <= whole && *wait * 2 >= whole, "wait {n} is {wait:?}");
    }
    assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 1, "the twelfth and last");
    assert_eq!(lasts.lock().expect("counting").last(), Some(&(12, true)));
    let dead = jobs::list_dead(&house.services, &context).await.expect("listed");
    assert_eq!((dead.len(), dead[0].last_error.as_deref(), dead[0].attempts), (1, Some("smtp_busy"), 12));
    assert!(jobs::list_waiting(&house.services, &context).await.expect("listed").is_empty());

    // The mail server is back, and an operator presses the button.
    works.store(1, Ordering::Relaxed);
    jobs::retry(&house.services, &context, dead[0].id).await.expect("due again");
    assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 1);
    assert!(jobs::list_dead(&house.services, &context).await.expect("listed").is_empty());
    let audited: i64 = sqlx::query_scalar(
        "select count(*) from audit_entry where action = 'job.retried' and subject_id = $1 and detail = '{\"kind\": \"fail\"}'",
    )
    .bind(dead[0].id.0)
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("counted");
    assert_eq!(audited, 1);
}

#[tokio::test]
async fn giving_up_panicking_and_an_unreadable_payload_have_their_own_ends() {
    let house = TestHouse::new().await;
    queue(&house.services, "hopeless", 1).await;
    queue(&house.services, "panics", 1).await;
    let now = house.now();
    let odd = NewJob { kind: "odd", payload: &serde_json::json!({ "n": "not a number" }), run_at: now, dedupe: None };
    let mut db = house.services.db.acquire().await.expect("a connection");
    jobs::enqueue(&mut db, now, &[odd]).await.expect("queued");
    let handlers = Handlers::new()
        .on("hopeless", |_, _: Job<Number>| async { Err(Failure::give_up("no_such_recipient")) })
        .on("panics", |_, job: Job<Number>| async move {
            assert!(job.payload.n > 0, "a bug");
            Ok(())
        })
        .on("odd", |_, _: Job<Number>| async { Ok(()) });
    assert_eq!(jobs::drain(&house.services, &handlers).await.expect("drained"), 3);
    let context = operator(&house);
    let of = |list: Vec<jobs::Listed>| {
        list.into_iter().map(|job| (job.kind, job.last_error.unwrap_or_default())).collect::<BTreeMap<_, _>>()
    };
    let dead = of(jobs::list_dead(&house.services, &context).await.expect("listed"));
    assert_eq!(dead["hopeless"], "no_such_recipient");
    assert_eq!(dead["odd"], "payload_unreadable");
    let waiting = of(jobs::list_waiting(&house.services, &context).await.expect("listed"));
    assert_eq!(waiting["panics"], "panicked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_hangs_is_stopped_before_its_lease_ends() {
    let house = TestHouse::new().await;
    queue(&house.services, "hangs", 1).await;
    let handlers = Handlers::new().on("hangs", |_, _: Job<Number>| std::future::pending());
    let pace = Pace { limit: Duration::from_millis(100), ..BRISK };
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(jobs::run_at_pace(house.services.clone(), handlers, pace, shutdown.clone()));
    let context = operator(&house);
    let mut error = None;
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        error = jobs::list_waiting(&house.services, &context).await.expect("listed")[0].last_error.clone();
        if error.is_some() {
            break;
        }
    }
    shutdown.cancel();
    running.await.expect("the runner stops");
    assert_eq!(error.as_deref(), Some("took_too_long"));
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

#[tokio::test]
async fn the_queue_is_the_operators_alone() {
    let house = TestHouse::new().await;
    queue(&house.services, "count", 1).await;
    let waiting = jobs::list_waiting(&house.services, &operator(&house)).await.expect("listed");
    let id = waiting[0].id;
    let strangers = [
        (Actor::Anonymous, Denied::SignInNeeded),
        (
            Actor::Visitor { account: AccountId(Uuid::nil()), login: LoginSessionId(Uuid::nil()), stepped_up_at: None },
            Denied::NotAllowed,
        ),
        (
            Actor::Staff {
                account: AccountId(Uuid::nil()),
                login: LoginSessionId(Uuid::nil()),
                roles: vec![Role::MuseumOfficer, Role::Steward, Role::Auditor],
                stepped_up_at: None,
            },
            Denied::NotAllowed,
        ),
    ];
    for (actor, expected) in strangers {
        let context = house.context(actor);
        let denied =
            |answer: Result<(), JobsError>| matches!(answer, Err(JobsError::Denied(denied)) if denied == expected);
        assert!(denied(jobs::list_dead(&house.services, &context).await.map(drop)));
        assert!(denied(jobs::list_waiting(&house.services, &context).await.map(drop)));
        assert!(denied(jobs::standing(&house.services, &context).await.map(drop)));
        assert!(denied(jobs::retry(&house.services, &context, id).await));
        assert!(denied(jobs::discard(&house.services, &context, id).await));
    }
    assert_eq!(jobs_left(&house.services).await, 1);

    let context = operator(&house);
    // One that waits is not "retried", one that runs is not discarded, one that is gone is not found.
    assert!(matches!(jobs::retry(&house.services, &context, id).await, Err(JobsError::NotFound)));
    store::jobs::claim(&house.services.db, house.now(), &["count".into()], Uuid::from_u128(3), 60.0, 1)
        .await
        .expect("taken");
    assert!(jobs::list_waiting(&house.services, &context).await.expect("listed")[0].running);
    assert!(matches!(jobs::discard(&house.services, &context, id).await, Err(JobsError::NotFound)));
    end_leases(&house).await;
    jobs::discard(&house.services, &context, id).await.expect("discarded");
    assert!(matches!(jobs::discard(&house.services, &context, id).await, Err(JobsError::NotFound)));
    assert!(matches!(jobs::discard(&house.services, &context, JobId(Uuid::nil())).await, Err(JobsError::NotFound)));
    assert_eq!(jobs_left(&house.services).await, 0);
}

/// A lease is the database's time: a server whose clock runs an hour ahead takes nothing that another has.
#[tokio::test]
async fn a_clock_that_runs_ahead_breaks_no_lease() {
    let house = TestHouse::new().await;
    queue(&house.services, "count", 1).await;
    let kinds = ["count".to_owned()];
    let held =
        store::jobs::claim(&house.services.db, house.now(), &kinds, Uuid::from_u128(1), 60.0, 1).await.expect("taken");
    assert_eq!(held.len(), 1);
    let ahead = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    ahead.clock.advance(SignedDuration::from_hours(1));
    let handlers = Handlers::new().on("count", |_, _: Job<Number>| async { Ok(()) });
    assert_eq!(jobs::drain(&ahead, &handlers).await.expect("drained"), 0);
}

/// Connections that break at random, as when Postgres restarts: nothing is lost, and the runner goes on by itself.
#[tokio::test(flavor = "multi_thread")]
async fn no_job_is_lost_when_connections_break() {
    let house = TestHouse::new().await;
    queue(&house.services, "count", 80).await;
    let tally = Tally::default();
    let counting = tally.clone();
    let handlers = Handlers::new().on("count", move |_, job: Job<Number>| {
        counting.count(job.payload.n);
        async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            Ok(())
        }
    });
    let pace = Pace { lease: Duration::from_secs(2), limit: Duration::from_secs(1), ..BRISK };
    let shutdown = CancellationToken::new();
    let running = tokio::spawn(jobs::run_at_pace(house.services.clone(), handlers, pace, shutdown.clone()));
    let owner = house.db.owner_pool();
    let mut broken = 0;
    let mut left = 80_i64;
    for round in 0..400 {
        tokio::time::sleep(Duration::from_millis(40)).await;
        if round < 12 {
            let ended: Vec<bool> = sqlx::query_scalar(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
            )
            .fetch_all(&owner)
            .await
            .expect("the owner's connection stays");
            broken += ended.len();
        }
        left = sqlx::query_scalar::<_, i64>("select count(*) from job").fetch_one(&owner).await.expect("counted");
        if left == 0 && round > 12 {
            break;
        }
    }
    shutdown.cancel();
    running.await.expect("the runner stops");
    assert!(broken > 5, "the test broke only {broken} connections");
    assert_eq!(left, 0, "done in the end, all of them");
    assert_eq!(tally.all().len(), 80);
    let twice = tally.all().into_iter().filter(|times| *times > 1).count();
    assert!(twice <= broken, "{twice} were repeated after {broken} breaks");
}
