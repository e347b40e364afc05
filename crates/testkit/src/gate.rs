//! A gate before a table or before the end of a transaction: who comes there waits until several have come so far. What each
//! decided before it knows nothing of the others, so a race without a guard goes wrong surely and not only nearly always.

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
        Self::before_any(db, &[table]).await
    }

    /// Closes the way to new rows of several tables.
    pub async fn before_any(db: &TestDb, tables: &[&str]) -> Self {
        Self::closed(db, tables, |table| {
            format!("create trigger gate before insert on {table} for each statement execute function gate();")
        })
        .await
    }

    /// Closes the way to the commit of whoever made or changed a row of these tables: they have read all that they will read,
    /// and nobody has read what they wrote.
    pub async fn before_the_commit(db: &TestDb, tables: &[&str]) -> Self {
        Self::closed(db, tables, |table| {
            format!(
                "create constraint trigger gate after insert or update on {table} deferrable initially deferred
                 for each row execute function gate();"
            )
        })
        .await
    }

    async fn closed(db: &TestDb, tables: &[&str], trigger: fn(&str) -> String) -> Self {
        let mut holder = PgConnection::connect_with(&db.options()).await.expect("the tests' Postgres answers");
        let triggers: String = tables.iter().map(|table| trigger(table)).collect();
        let sql = format!(
            "create function gate() returns trigger language plpgsql as $$
             begin perform pg_advisory_xact_lock_shared({GATE}); return null; end $$;
             {triggers}
             select pg_advisory_lock({GATE})"
        );
        // The names are a test's own.
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut holder).await.expect("the tests' user may do this");
        Self(holder)
    }

    /// Waits until so many stand before the gate. It stays closed.
    pub async fn is_reached_by(&mut self, many: i64) {
        let waiting = "select count(*) from pg_locks l join pg_database d on d.oid = l.database
                       where d.datname = current_database() and locktype = 'advisory' and classid = 729 and not granted";
        let all = async {
            loop {
                let come: i64 =
                    sqlx::query_scalar(waiting).fetch_one(&mut self.0).await.expect("the locks can be read");
                if come >= many {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let come = tokio::time::timeout(Duration::from_secs(60), all).await;
        come.unwrap_or_else(|_| panic!("{many} come so far at once: there is no guard"));
    }

    /// Lets everybody through.
    pub async fn opens(self) {
        self.0.close().await.expect("the connection closes, and its lock with it");
    }

    /// Lets everybody through once two stand before the gate.
    pub async fn opens_for_two(mut self) {
        self.is_reached_by(2).await;
        self.opens().await;
    }
}
