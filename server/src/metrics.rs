//! What operators measure, in Prometheus' text format on the second listener.
//!
//! | metric | labels | says |
//! | --- | --- | --- |
//! | `http_requests_total` | route, method, status (2xx…) | answered requests |
//! | `http_request_duration_seconds` | route | time to the head of the answer |
//! | `http_requests_in_flight` | | now |
//! | `http_requests_refused_total` | reason (full, slow, slow-body) | told "busy", or that their body did not come in time |
//! | `limits_refused` | limit | told "too often" |
//! | `db_pool_connections` | state (idle, used, max) | the pool |
//! | `booking_claims_total` | outcome | bookings, holds and moves by what became of them |
//! | `booking_batch_size` | | claims that shared a transaction |
//! | `booking_sessions_over_capacity` | | must be zero unless staff lowered a capacity |
//! | `jobs_total`, `job_seconds` | kind, outcome | work done |
//! | `jobs_due`, `jobs_waiting`, `jobs_dead`, `jobs_oldest_due_seconds` | | work to do, work given up |
//! | `messages_total` | channel, template, outcome | messages |
//! | `audit_entries_sequenced_total`, `audit_head_size`, `audit_broken_total` | | the audit trail |
//! | `lims_records_total` | outcome (applied, duplicate, dead, conflict) | records of the laboratory's system |
//! | `lims_keys_reused_total` | | keys of such records that stand for another now: an alarm |
//! | `lims_dead_letters_total`, `lims_letters_replayed_total` | | records that could not be kept; those that were after all |
//! | `lims_clock_ahead_total` | | records ahead of the house's clock |
//! | `feed_batches_refused_total` | feed (lims, telemetry) | batches that found no turn |
//! | `tokens_reused` | | refresh tokens shown twice: a theft, or a client that is written wrong |
//! | `worker_heartbeat_age_seconds` | worker | since a worker of this process last turned |
//!
//! Routes are templates, so the number of series is bounded whatever people type.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

/// Upper bounds of the latency histogram, in seconds: dense where the promises are (100 ms, 1 s).
const LATENCY: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Installs the recorder of this process, or returns the one already there.
pub fn install() -> PrometheusHandle {
    static INSTALLED: OnceLock<PrometheusHandle> = OnceLock::new();
    INSTALLED
        .get_or_init(|| {
            let recorder = PrometheusBuilder::new()
                .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &LATENCY)
                .unwrap_or_else(|_| PrometheusBuilder::new())
                .build_recorder();
            let handle = recorder.handle();
            // A recorder of somebody else (a test's) keeps its place; ours then renders nothing, and nothing breaks.
            let _ = metrics::set_global_recorder(recorder);
            describe();
            handle
        })
        .clone()
}

fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!("http_requests_total", "Answered requests by route template, method and status class.");
    describe_histogram!("http_request_duration_seconds", Unit::Seconds, "Time to the head of the answer.");
    describe_gauge!("http_requests_in_flight", "Requests being worked on.");
    describe_counter!("http_requests_refused_total", "Requests told that the house is busy, or their body late.");
    describe_gauge!("db_pool_connections", "Connections of the pool by state.");
    describe_gauge!("jobs_due", "Jobs whose time has come.");
    describe_gauge!("jobs_dead", "Jobs that gave up.");
    describe_gauge!("worker_heartbeat_age_seconds", Unit::Seconds, "Since a worker of this process last turned.");
}
