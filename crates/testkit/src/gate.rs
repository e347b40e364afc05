//! A gate before a table: who is about to write waits until several have come so far. What each decided before it knows nothing
//! of the others, so a race without a guard goes wrong surely and not only nearly always.

use crate::TestDb;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::time::Duration;

/// The lock that stands for the gate; the product uses 728 for its own.
const GATE: &str = "729, 1";

/// A closed gate.
pub struct Gate(PgConnection);

impl Gate {
    /// Closes the way to new rows of a table. (After triggers of the table were switched off, or this one is off, too.)
    pub async fn before(db: &TestDb, table: &str) -> Self {
        let mut holder = PgConnection::connect_with(&db.options()).await.expect("the tests' Postgres answers");
        let sql = format!(
            "create function gate() returns trigger language plpgsql as $$
             begin perform pg_advisory_xact_lock_shared({GATE}); return null; end $$;
             create trigger gate before insert on {table} for each statement execute function gate();
             select pg_advisory_lock({GATE})"
        );
        // The name is a test's own.
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut holder).await.expect("the tests' user may do this");
        Self(holder)
    }

    /// Lets everybody through once two stand before the gate.
    pub async fn opens_for_two(mut self) {
        let waiting = "select count(*) from pg_locks l join pg_database d on d.oid = l.database
                       where d.datname = current_database() and locktype = 'advisory' and classid = 729 and not granted";
        let two = async {
            loop {
                let come: i64 =
                    sqlx::query_scalar(waiting).fetch_one(&mut self.0).await.expect("the locks can be read");
                if come >= 2 {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), two).await.expect("two come to write at once: there is no guard");
        self.0.close().await.expect("the connection closes, and its lock with it");
    }
}
