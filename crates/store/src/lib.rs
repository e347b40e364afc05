//! SQL and nothing else: one file of queries per room, row structs, constraint names.
//!
//! Queries are named after what they answer. They take a connection or a pool from the caller, begin no transaction and
//! decide nothing; `services` does both. Concrete Postgres, no storage traits.

pub mod account;
pub mod ambassadors;
pub mod api;
pub mod audit;
pub mod booking;
pub mod bus;
pub mod custody;
pub mod disclosure;
pub mod exports;
pub mod family;
pub mod files;
pub mod groups;
pub mod jobs;
pub mod keys;
pub mod ledger;
pub mod lims;
pub mod messages;
pub mod numbers;
pub mod outreach;
pub mod privacy;
pub mod requests;
pub mod spark;
pub mod telemetry;
mod two;
pub mod webhooks;

/// The migrations, compiled in, so that the binary can bring any database up to date.
pub static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

pub use jiff_sqlx::{Timestamp as SqlTimestamp, ToSqlx};

/// Plans what follows in this transaction for its very values. For searches whose conditions may be absent: the one lasting
/// plan that serves everything else would have to read whole tables for them.
pub async fn plan_for_values(db: &mut sqlx::PgConnection) -> sqlx::Result<()> {
    sqlx::query!(r#"select set_config('plan_cache_mode', 'force_custom_plan', true) as "set!""#).fetch_one(db).await?;
    Ok(())
}

/// The name of the constraint an error speaks of, if it does: services turn it into a field error or a refusal.
pub fn constraint_of(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(|e| e.constraint())
}

/// The whole transaction may succeed when it is tried again: serialisation failure, deadlock, lock not available.
pub fn is_transient(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|e| e.code()).is_some_and(|code| matches!(&*code, "40001" | "40P01" | "55P03"))
}

/// The database is not there at this moment: no connection to be had, a connection that broke, a server that stops,
/// starts, is out of room or did not answer in time. Whether a commit that was under way happened is then not known; the
/// same question may be asked again later.
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => true,
        // Connection exceptions (08), insufficient resources (53), an operator's or a time limit's intervention (57), a
        // transaction that outlived its limit (25P03, 25P04), a server that was demoted to a replica (25006).
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with("08")
                || code.starts_with("53")
                || code.starts_with("57")
                || matches!(&*code, "25P03" | "25P04" | "25006")
        }),
        _ => false,
    }
}
