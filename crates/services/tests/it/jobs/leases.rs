//! A job is one worker's at a time, for as long as its lease: whatever dies, hangs or breaks off.

use super::{BRISK, Number, Tally, end_leases, jobs_left, operator, queue, two_servers};
use jiff::SignedDuration;
use services::jobs::{self, Handlers, Job, Pace};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use testkit::TestHouse;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

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
    assert!(store::jobs::bury(db, job, slow, "late").await.expect("asked").is_none());
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
    // A server that does not know the kind does not know either what follows: it leaves it to one that does.
    let stranger = Handlers::new().on("other", |_, _: Job<Number>| async { Ok(()) });
    assert_eq!(jobs::give_up_crashed(&house.services, &stranger).await.expect("asked"), 0);
    let handlers = Handlers::new().on("count", |_, _: Job<Number>| async { Ok(()) });
    assert_eq!(jobs::give_up_crashed(&house.services, &handlers).await.expect("buried"), 1);
    assert_eq!(jobs::give_up_crashed(&house.services, &handlers).await.expect("asked"), 0, "once");
    let dead = jobs::list_dead(&house.services, &operator(&house)).await.expect("listed");
    assert_eq!(dead[0].last_error.as_deref(), Some("worker_gone"));
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
