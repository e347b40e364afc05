//! Outermost: gives the request its name, its trace and its span, counts it and times it.
//!
//! The name (`x-request-id`, a UUIDv7) is always ours: one sent by a client would let strangers write into our logs. It
//! is the support code of error pages. The trace is the caller's, if its `traceparent` is well-formed.

use crate::trace::Trace;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use domain::ids::RequestId;
use http::{HeaderName, HeaderValue, Method};
use metrics::{counter, gauge, histogram};
use services::clock::Clock;
use std::time::Instant;
use tracing::Instrument as _;

/// The header that carries the request's name out.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Tells the caller which trace the answer belongs to (W3C Trace Context, level 2).
const TRACE_RESPONSE: HeaderName = HeaderName::from_static("traceresponse");

/// One request, seen from outside.
pub async fn request(State(clock): State<Clock>, mut request: Request, next: Next) -> Response {
    let id = RequestId(services::context::new_uuid(clock.now()));
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let method = method_label(request.method());
    let file = route.starts_with("/pkg/");
    let trace = Trace::of(request.headers());
    let span = tracing::info_span!(
        "request", request_id = %id, method, route, trace_id = %trace.trace_hex(), span_id = %trace.span_hex(),
    );
    request.extensions_mut().insert(id);
    request.extensions_mut().insert(trace);

    let in_flight = InFlight::begin();
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let took = began.elapsed();
    drop(in_flight);

    let status = response.status();
    counter!("http_requests_total", "route" => route.clone(), "method" => method, "status" => class(status.as_u16()))
        .increment(1);
    histogram!("http_request_duration_seconds", "route" => route).record(took.as_secs_f64());
    let milliseconds = took.as_micros() as f64 / 1000.0;
    span.in_scope(|| match status.as_u16() {
        500.. if status != http::StatusCode::SERVICE_UNAVAILABLE => {
            tracing::error!(status = status.as_u16(), milliseconds, "answered")
        }
        503 => tracing::warn!(status = 503, milliseconds, "answered"),
        // A page brings a dozen files along; they are counted, and told only to those who look closely.
        status if file => tracing::debug!(status, milliseconds, "answered"),
        status => tracing::info!(status, milliseconds, "answered"),
    });
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response.headers_mut().insert(TRACE_RESPONSE, trace.header());
    response
}

/// Counts a request in, and out again even when its future is dropped because the client hung up.
struct InFlight;

impl InFlight {
    fn begin() -> Self {
        gauge!("http_requests_in_flight").increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("http_requests_in_flight").decrement(1.0);
    }
}

/// A bounded set of labels, whatever a client calls its method.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: u16) -> &'static str {
    match status / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}
