//! `server serve`: everything up, then everything down in order.

use crate::config::Config;
use crate::house::HouseData;
use crate::listen::{self, Times};
use crate::ops::{self, Ops};
use crate::workers::Workers;
use crate::{commands, logs, metrics, router};
use anyhow::Context as _;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Serves until SIGTERM or SIGINT.
pub async fn run(config: Config, migrate: bool) -> anyhow::Result<()> {
    logs::install(&config.telemetry, config.environment, None).context("logging")?;
    let recorder = metrics::install();
    if migrate {
        commands::migrate(&config).await?;
    }
    let services = commands::services(&config).await?;
    let public =
        TcpListener::bind(config.http.listen).await.with_context(|| format!("http.listen {}", config.http.listen))?;
    let operators =
        TcpListener::bind(config.ops.listen).await.with_context(|| format!("ops.listen {}", config.ops.listen))?;
    tracing::info!(address = %public.local_addr()?, "the site is served");
    tracing::info!(address = %operators.local_addr()?, "operators are served");

    // Bells, rung one after the other: send nobody any more; the door is closed; no more work; nothing at all.
    let (leaving, closing) = (CancellationToken::new(), CancellationToken::new());
    let (stopping, ended) = (CancellationToken::new(), CancellationToken::new());
    let workers = Workers::start(&services, &config, services::handlers::all(), &stopping);
    let ops = Ops {
        services: services.clone(),
        metrics: recorder,
        pulses: workers.pulses.clone(),
        stopping: leaving.clone(),
    };
    if !ops.readiness().await.migrations {
        tracing::error!("the database lacks migrations of this binary: run `server migrate`");
    }
    let operators = tokio::spawn(ops::serve(operators, ops, ended.clone()));
    let upkeep = tokio::spawn(upkeep(crate::metrics::install(), ended.clone()));

    let (drain, deadline) = (config.http.drain, config.http.shutdown_deadline);
    let times = Times { header: config.http.header_timeout, shutdown: deadline };
    let house = HouseData::new(services.clone(), config);
    let site = router::site(&house).context("http.public_url")?;
    let serving = tokio::spawn(listen::serve(public, site, times, closing.clone()));

    told_to_stop().await?;
    tracing::info!("told to stop: answering what is under way");
    leaving.cancel();
    tokio::time::sleep(drain).await;
    closing.cancel();
    let end = tokio::time::Instant::now() + deadline;
    let _ = serving.await;
    stopping.cancel();
    if tokio::time::timeout_at(end, workers.stopped()).await.is_err() {
        tracing::warn!("workers were still busy at the deadline; their leases run out by themselves");
    }
    ended.cancel();
    let _ = tokio::time::timeout(Duration::from_secs(2), operators).await;
    upkeep.abort();
    let _ = tokio::time::timeout(Duration::from_secs(2), services.db.close()).await;
    tracing::info!("ended");
    Ok(())
}

/// SIGTERM from an orchestrator, SIGINT from a keyboard.
async fn told_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// The recorder folds its histograms now and then, so that an unread one does not grow.
async fn upkeep(recorder: metrics_exporter_prometheus::PrometheusHandle, ended: CancellationToken) {
    while !ended.is_cancelled() {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(5)) => recorder.run_upkeep(),
            () = ended.cancelled() => {}
        }
    }
}
