//! Limits that several servers share.

use super::number;
use futures::future::join_all;
use jiff::SignedDuration;
use services::limits::{Limit, LimitError, first_alarm, hit, hit_times, sweep};
use testkit::TestHouse;

const TEN: Limit = Limit { name: "test-ten", hits: 10, window: SignedDuration::from_mins(10) };

fn retry(error: LimitError) -> SignedDuration {
    match error {
        LimitError::Limited(limited) => limited.retry_after,
        LimitError::Database(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn the_eleventh_hit_is_refused_until_the_window_has_slid() {
    let house = TestHouse::new().await; // 12:00: a window begins
    for left in (0..10).rev() {
        let remaining = hit(&house.services, &TEN, "a").await.expect("within the limit");
        assert_eq!((remaining.limit, remaining.left), (10, left));
    }
    let wait = retry(hit(&house.services, &TEN, "a").await.expect_err("the eleventh"));
    // The next window begins in ten minutes with all ten in its past; a tenth of it later one of them is forgotten.
    assert!(wait > SignedDuration::from_mins(10) && wait < SignedDuration::from_mins(11), "{wait:?}");
    hit(&house.services, &TEN, "b").await.expect("another subject");
    let other = Limit { name: "test-other", ..TEN };
    hit(&house.services, &other, "a").await.expect("another limit");

    house.services.clock.advance(wait - SignedDuration::from_millis(50));
    retry(hit(&house.services, &TEN, "a").await.expect_err("a moment too soon"));
    house.services.clock.advance(SignedDuration::from_millis(50));
    assert_eq!(hit(&house.services, &TEN, "a").await.expect("when it was said").left, 0);
    retry(hit(&house.services, &TEN, "a").await.expect_err("and no more"));
    house.services.clock.advance(SignedDuration::from_mins(20));
    assert_eq!(hit(&house.services, &TEN, "a").await.expect("all is forgotten").left, 9);
}

/// Refused hits are not counted: who keeps knocking is let in when anybody else would be.
#[tokio::test]
async fn knocking_does_not_prolong_the_wait() {
    let house = TestHouse::new().await;
    for _ in 0..10 {
        hit(&house.services, &TEN, "a").await.expect("within the limit");
    }
    let first = retry(hit(&house.services, &TEN, "a").await.expect_err("refused"));
    for _ in 0..30 {
        assert_eq!(retry(hit(&house.services, &TEN, "a").await.expect_err("refused")), first);
    }
}

/// What counts for several is counted whole or not at all, also when hits of several sizes are counted together.
#[tokio::test]
async fn what_belongs_together_is_counted_whole_or_not_at_all() {
    let house = TestHouse::new().await;
    let hit = async |times| hit_times(&house.services, &TEN, "a", times).await;
    assert_eq!(hit(4).await.expect("within the limit").left, 6);
    assert_eq!(hit(4).await.expect("within the limit").left, 2);
    let wait = retry(hit(3).await.expect_err("three do not fit"));
    assert_eq!(hit(2).await.expect("two do, and those refused took nothing").left, 0);
    retry(hit(1).await.expect_err("nobody fits"));
    assert!(wait > SignedDuration::from_mins(10), "{wait:?}");
    // More than ever fit takes all there is.
    assert_eq!(hit_times(&house.services, &TEN, "b", 500).await.expect("an empty window").left, 0);

    let sizes = [3, 1, 2, 5, 4, 1, 2, 3];
    let at_once = sizes.map(|times| {
        let services = house.services.clone();
        async move { hit_times(&services, &TEN, "c", times).await.is_ok().then_some(times) }
    });
    let counted: u32 = join_all(at_once).await.into_iter().flatten().sum();
    assert!((6..=10).contains(&counted), "what one party of five could still have had is at most left: {counted}");
}

/// Two servers, one limit. The control counts without the guard of the statement and lets more through.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn servers_do_not_multiply_a_limit() {
    let house = TestHouse::new().await;
    let second = TestHouse::second(&house.db, house.services.clock.clone(), 8).await;
    let hits = (0..60).map(|n| {
        let server = if n % 2 == 0 { house.services.clone() } else { second.clone() };
        tokio::spawn(async move { hit(&server, &TEN, "shared").await.is_ok() })
    });
    let through = join_all(hits).await.into_iter().filter(|done| *done.as_ref().expect("no panic")).count();
    assert_eq!(through, 10);

    let pool = house.services.db.clone();
    let naive = (0..60).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let hits: Option<i32> = sqlx::query_scalar("select hits from rate_limit where bucket = 'naive'")
                .fetch_optional(&pool)
                .await
                .expect("read");
            if hits.unwrap_or(0) >= 10 {
                return false;
            }
            let write = "insert into rate_limit values ('naive', 'epoch', 1)
                         on conflict (bucket, window_start) do update set hits = rate_limit.hits + 1";
            sqlx::query(write).execute(&pool).await.expect("written");
            true
        })
    });
    let through = join_all(naive).await.into_iter().filter(|done| *done.as_ref().expect("no panic")).count();
    assert!(through > 10, "the control let only {through} through: this test proves nothing");
}

#[tokio::test]
async fn buckets_name_nobody_and_are_swept() {
    let house = TestHouse::new().await;
    hit(&house.services, &TEN, "13800138000").await.expect("counted");
    let readable = number(&house, "select count(*) from rate_limit where encode(bucket, 'escape') like '%138%'").await;
    assert_eq!(readable, 0);
    assert_eq!(sweep(&house.services).await.expect("swept"), 0, "still in use");
    house.services.clock.advance(SignedDuration::from_hours(49));
    assert_eq!(sweep(&house.services).await.expect("swept"), 1);
}

/// What the database cannot say is no "told before".
#[tokio::test]
async fn an_alarm_is_the_first_of_its_window_once_and_is_not_lost_with_the_database() {
    let house = TestHouse::new().await;
    assert!(first_alarm(&house.services, "a").await.expect("asked"));
    assert!(!first_alarm(&house.services, "a").await.expect("asked"), "told in this window");
    assert!(first_alarm(&house.services, "b").await.expect("asked"), "another subject");
    house.services.clock.advance(SignedDuration::from_mins(20));
    assert!(first_alarm(&house.services, "a").await.expect("asked"), "another window");

    house.services.db.close().await;
    assert!(first_alarm(&house.services, "c").await.is_err());
}
