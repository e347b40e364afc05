//! Transactions and clients who hang up.

use futures::poll;
use sqlx::PgPool;
use std::pin::pin;
use std::time::Duration;
use testkit::TestDb;

/// Clients who go away in the middle of `begin`.
async fn abandon<T>(pool: &PgPool, begin: impl AsyncFn(PgPool) -> T) {
    for _ in 0..20 {
        // Polled until it waits for Postgres, then dropped.
        let mut beginning = pin!(begin(pool.clone()));
        for _ in 0..3 {
            if poll!(&mut beginning).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
}

/// How many connections are inside a transaction that nobody continues.
async fn left_open(db: &TestDb) -> i64 {
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
    sqlx::query_scalar(open).fetch_one(&db.owner_pool()).await.expect("a number")
}

/// The control begins as sqlx does.
#[tokio::test]
async fn a_beginning_that_nobody_awaits_leaves_nothing_open() {
    let db = TestDb::new().await;
    let pool = db.app_pool(4);
    sqlx::query("select 1").execute(&pool).await.expect("a connection");
    abandon(&pool, async |pool: PgPool| services::db::begin(&pool).await).await;
    // On a busy machine the last of them may still be on their way back.
    for _ in 0..50 {
        if left_open(&db).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(left_open(&db).await, 0);
    // And there one that begins in a single turn proves nothing: the control is tried until it is caught in the middle.
    for _ in 0..20 {
        #[expect(clippy::disallowed_methods, reason = "the control")]
        abandon(&pool, async |pool: PgPool| pool.begin().await).await;
        if left_open(&db).await > 0 {
            return;
        }
    }
    panic!("the control left nothing open: this test proves nothing");
}
