//! The operators' listener.

use crate::support::Site;
use axum::body::Body;
use http::{Request, StatusCode};
use jiff::SignedDuration;
use server::ops::{Ops, router};
use server::workers::{Pulses, Workers};
use services::jobs::Handlers;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

fn ops(site: &Site, pulses: Pulses) -> Ops {
    let services = site.test.services.clone();
    Ops { services, metrics: server::metrics::install(), pulses, stopping: CancellationToken::new() }
}

async fn get(ops: &Ops, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let response = router(ops.clone()).oneshot(request).await.expect("an answer");
    let status = response.status();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test]
async fn a_server_is_ready_when_its_database_is_there_and_up_to_date() {
    let site = Site::new().await;
    let ops = ops(&site, Pulses::default());
    assert_eq!(get(&ops, "/healthz").await.0, StatusCode::OK);
    assert_eq!(
        get(&ops, "/readyz").await,
        (
            StatusCode::OK,
            r#"{"ready":true,"database":true,"migrations":true,"workers":true,"stopping":false}"#.to_owned()
        )
    );

    let owner = site.test.db.owner_pool();
    sqlx::query("delete from _sqlx_migrations where version = (select max(version) from _sqlx_migrations)")
        .execute(&owner)
        .await
        .expect("a database that is behind");
    let (status, text) = get(&ops, "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(text.contains(r#""database":true,"migrations":false"#), "{text}");

    site.test.services.db.close().await;
    let (status, text) = get(&ops, "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(text.contains(r#""database":false"#), "{text}");
    assert_eq!(get(&ops, "/healthz").await.0, StatusCode::OK, "alive all the same");
}

#[tokio::test]
async fn a_server_that_ends_wants_no_new_visitors() {
    let site = Site::new().await;
    let ops = ops(&site, Pulses::default());
    ops.stopping.cancel();
    assert_eq!(get(&ops, "/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn workers_turn_and_stop() {
    let site = Site::new().await;
    let stop = CancellationToken::new();
    let workers = Workers::start(&site.test.services, &site.house.config, Handlers::new(), &stop);
    let began = site.test.now();
    let names: Vec<_> = workers.pulses.ages(began).map(|(name, _)| name).collect();
    assert_eq!(names, ["clock", "jobs", "audit", "waiting", "watch", "telemetry", "tidy", "roots"]);
    // None of them turned yet: this task has not rested. Each beat is later than the start from here on, also of whoever turns
    // before the clock goes with the database's, and then rests for minutes.
    site.test.services.clock.advance(SignedDuration::from_hours(1));
    let turned = || workers.pulses.ages(began).all(|(_, age)| !age.is_zero());
    for _ in 0..200 {
        if turned() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(turned(), "{:?}", workers.pulses.ages(began).collect::<Vec<_>>());
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), workers.stopped()).await.expect("they stop");
}

#[tokio::test]
async fn a_worker_that_stands_still_is_named_and_measured() {
    let site = Site::new().await;
    let stop = CancellationToken::new();
    let workers = Workers::start(&site.test.services, &site.house.config, Handlers::new(), &stop);
    let ops = ops(&site, workers.pulses.clone());
    // Stopped before any of them turned once.
    stop.cancel();
    workers.stopped().await;
    assert_eq!(get(&ops, "/readyz").await.0, StatusCode::OK, "as old as their start, which is now");

    site.test.services.clock.advance(SignedDuration::from_secs(61));
    let (status, text) = get(&ops, "/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        text.contains(r#""workers":false,"stalled":["clock","jobs","audit","waiting","watch"]"#),
        "tidying up has longer rests: {text}"
    );
    site.test.services.clock.advance(SignedDuration::from_mins(19));
    assert!(
        get(&ops, "/readyz")
            .await
            .1
            .contains(r#""stalled":["clock","jobs","audit","waiting","watch","telemetry","tidy","roots"]"#)
    );
    let (_, text) = get(&ops, "/metrics").await;
    for worker in ["audit", "waiting", "tidy", "roots"] {
        assert!(text.contains(&format!("worker_heartbeat_age_seconds{{worker=\"{worker}\"}} 1201")), "{text}");
    }
}

#[tokio::test]
async fn measures_are_by_route_template_and_hold_no_path() {
    let site = Site::new().await;
    let ops = ops(&site, Pulses::default());
    site.get("/privacy").await;
    site.get("/secret-path-of-somebody").await;
    let (status, text) = get(&ops, "/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains(r#"http_requests_total{route="/privacy",method="GET",status="2xx"}"#), "{text}");
    assert!(text.contains(r#"http_request_duration_seconds_bucket{route="/privacy",le="0.1"}"#));
    assert!(text.contains(r#"db_pool_connections{state="max"}"#));
    assert!(!text.contains("secret-path-of-somebody"));
}
