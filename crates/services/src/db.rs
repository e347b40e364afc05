//! The pool, and transactions that survive a client who hangs up.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, Executor as _, PgPool};
use std::time::Duration;

/// How the pool is made.
#[derive(Clone, Debug)]
pub struct PoolSettings {
    /// Connections at most. 8–12 serve two cores best.
    pub max_connections: u32,
    /// How long a request waits for a connection before it is told "busy".
    pub acquire_timeout: Duration,
    /// The role the server acts as (`cb_app`), or `None` to stay who it connected as.
    pub role: Option<String>,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { max_connections: 10, acquire_timeout: Duration::from_secs(5), role: Some("cb_app".into()) }
    }
}

/// A connection that was used within this time is taken to be alive: asking it each time would cost a busy server a
/// quarter of its round trips. One that broke meanwhile costs one request an error and is then gone.
const SURELY_ALIVE: Duration = Duration::from_secs(1);

/// A pool on `options`. Connecting is lazy: a database that is down is an error of the first query, not of the start.
pub fn pool(options: PgConnectOptions, settings: &PoolSettings) -> PgPool {
    let role = settings.role.clone();
    PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(settings.acquire_timeout)
        .after_connect(move |connection, _| {
            let role = role.clone();
            Box::pin(async move {
                // A roll-back that was queued behind a commit would be answered with a warning that there was nothing to do.
                // Nearly every query here is one that an index answers whatever its values are; planning each anew, which
                // Postgres likes to do for those with arrays, costs several times what running them does. (Searches
                // begin with `Services::begin_search`.) A plan made while the
                // tables are small must not read them whole later: pages cost alike on the disks of today.
                // What a generic plan may cost at most is estimated high, and Postgres would compile it for a third of a second first.
                // A lock that is not free soon ends in a typed "busy"; a transaction nobody continues ends by itself.
                connection
                    .execute(
                        "set lock_timeout = '3s'; set statement_timeout = '15s'; \
                         set idle_in_transaction_session_timeout = '20s'; set timezone = 'UTC'; \
                         set client_min_messages = error; set plan_cache_mode = force_generic_plan; \
                         set random_page_cost = 1.1; set jit = off",
                    )
                    .await?;
                if let Some(role) = role {
                    sqlx::query("select set_config('role', $1, false)").bind(role).execute(connection).await?;
                }
                Ok(())
            })
        })
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for > SURELY_ALIVE {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_lazy_with(options)
}

/// A transaction.
pub type Tx = sqlx::Transaction<'static, sqlx::Postgres>;

/// Begins a transaction. The only way to: in sqlx 0.8 and 0.9 a `begin()` that is dropped half-way, because the client hung
/// up, returns its connection to the pool inside the transaction. Here it is always awaited to its end by a task of its
/// own; what nobody takes then is dropped as a whole transaction and rolled back.
pub async fn begin(db: &PgPool) -> sqlx::Result<Tx> {
    let db = db.clone();
    #[expect(clippy::disallowed_methods, reason = "this is the place that may")]
    to_the_end(async move { db.begin().await }).await
}

/// Runs a change to its end even when the caller goes away: the client of a dropped request never leaves half a
/// transaction behind. A panic inside is passed on.
pub async fn to_the_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work).await {
        Ok(done) => done,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that shuts down cancels a task nobody aborts; there is no one left to answer.
            Err(_) => std::future::pending().await,
        },
    }
}
