//! Transactions and clients who hang up.

use futures::poll;
use sqlx::PgPool;
use std::pin::pin;
use std::time::Duration;
use testkit::TestDb;

/// How many connections the pool is left with inside a transaction nobody continues, after clients went away in the
/// middle of `begin`.
async fn stuck<T>(pool: &PgPool, db: &TestDb, begin: impl AsyncFn(PgPool) -> T) -> i64 {
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
    let open = "select count(*) from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'";
    sqlx::query_scalar(open).fetch_one(&db.owner_pool()).await.expect("a number")
}

/// The control begins as sqlx does.
#[tokio::test]
async fn a_beginning_that_nobody_awaits_leaves_nothing_open() {
    let db = TestDb::new().await;
    let pool = db.app_pool(4);
    sqlx::query("select 1").execute(&pool).await.expect("a connection");
    let ours = stuck(&pool, &db, async |pool: PgPool| services::db::begin(&pool).await).await;
    assert_eq!(ours, 0);
    #[expect(clippy::disallowed_methods, reason = "the control")]
    let plain = stuck(&pool, &db, async |pool: PgPool| pool.begin().await).await;
    assert!(plain > 0, "the control left nothing open: this test proves nothing");
}
