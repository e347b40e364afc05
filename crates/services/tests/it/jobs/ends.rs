//! How a job ends that does not succeed, and who may look at the queue.

use super::{Number, end_leases, jobs_left, operator, queue};
use domain::account::{Actor, Denied, Role};
use domain::ids::{AccountId, JobId, LoginSessionId};
use jiff::SignedDuration;
use services::jobs::{self, Failure, Handlers, Job, JobsError, NewJob};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use testkit::TestHouse;
use uuid::Uuid;

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
