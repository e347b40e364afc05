//! The operators' listener: is the process alive, can it work, what does it measure. Never reachable by the public.

use crate::workers::Pulses;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use metrics::gauge;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use services::Services;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A probe waits no longer than this: an orchestrator asks every few seconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// What the probes look at.
#[derive(Clone)]
pub struct Ops {
    /// The means.
    pub services: Services,
    /// The recorder's contents.
    pub metrics: PrometheusHandle,
    /// The workers of this process.
    pub pulses: Pulses,
    /// Set when the process is about to end: no new visitors, please.
    pub stopping: CancellationToken,
}

/// The routes of the operators' listener.
pub fn router(ops: Ops) -> Router {
    Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(measure))
        .with_state(ops)
}

/// Serves until `shutdown`.
pub async fn serve(listener: TcpListener, ops: Ops, shutdown: CancellationToken) -> std::io::Result<()> {
    axum::serve(listener, router(ops)).with_graceful_shutdown(shutdown.cancelled_owned()).await
}

/// The answer of `/readyz`.
#[derive(Serialize, Debug)]
pub struct Readiness {
    /// Everything below is well.
    pub ready: bool,
    /// The database answers.
    pub database: bool,
    /// It has every migration this binary knows.
    pub migrations: bool,
    /// Every worker of this process turned lately (true where none should run).
    pub workers: bool,
    /// Those that did not, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stalled: Vec<&'static str>,
    /// The process is ending.
    pub stopping: bool,
}

impl Ops {
    /// Looks at everything.
    pub async fn readiness(&self) -> Readiness {
        let applied = timeout(PATIENCE, applied(&self.services)).await;
        let database = matches!(applied, Ok(Ok(_)));
        let migrations = matches!(applied, Ok(Ok(true)));
        let stalled = self.pulses.stalled(self.services.clock.now());
        let (workers, stopping) = (stalled.is_empty(), self.stopping.is_cancelled());
        let ready = database && migrations && workers && !stopping;
        Readiness { ready, database, migrations, workers, stalled, stopping }
    }
}

async fn ready(State(ops): State<Ops>) -> Response {
    let readiness = ops.readiness().await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

/// Every migration of this binary stands in the database, unchanged.
async fn applied(services: &Services) -> sqlx::Result<bool> {
    let found: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select version, checksum from _sqlx_migrations where success").fetch_all(&services.db).await?;
    let known = |version: i64, checksum: &[u8]| found.iter().any(|(v, c)| *v == version && c == checksum);
    Ok(store::MIGRATIONS.iter().all(|migration| known(migration.version, &migration.checksum)))
}

async fn measure(State(ops): State<Ops>) -> Response {
    let pool = &ops.services.db;
    let idle = pool.num_idle() as f64;
    gauge!("db_pool_connections", "state" => "idle").set(idle);
    gauge!("db_pool_connections", "state" => "used").set(f64::from(pool.size()) - idle);
    gauge!("db_pool_connections", "state" => "max").set(f64::from(pool.options().get_max_connections()));
    if let Ok(Ok(standing)) = timeout(PATIENCE, services::jobs::standing(&ops.services, &ops.services.system())).await {
        gauge!("jobs_due").set(standing.due as f64);
        gauge!("jobs_dead").set(standing.dead as f64);
    }
    let now = ops.services.clock.now();
    for (worker, last) in ops.pulses.ages(now) {
        gauge!("worker_heartbeat_age_seconds", "worker" => worker).set(last.as_secs_f64());
    }
    let text = ops.metrics.render();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}
