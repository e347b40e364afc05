//! Headers that every answer carries, whatever made it: what browsers may do with it, and that nobody keeps it.
//!
//! A page sets its own Content-Security-Policy, a static file its own Cache-Control; what sets nothing gets the
//! strictest.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::{self, HeaderName, HeaderValue};

/// For answers that are no page: nothing may run, load, frame or be framed.
const STRICTEST: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

macro_rules! permissions {
    ($camera:literal) => {
        concat!(
            "accelerometer=(), autoplay=(), camera=",
            $camera,
            ", display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
             usb=(), interest-cohort=()"
        )
    };
}

/// Nothing of a phone is used …
const PERMISSIONS: &str = permissions!("()");
/// … but the camera at the door, which reads passes.
const PERMISSIONS_AT_THE_DOOR: &str = permissions!("(self)");

/// The door's pages: the one page, and the addresses its forms are answered at.
fn at_the_door(path: &str) -> bool {
    path.strip_prefix("/door").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The policy of our pages. Scripts and styles come from files of ours; WebAssembly may compile; an inline script runs
/// only with this answer's nonce.
pub fn page_policy(nonce: Option<&str>, https: bool) -> String {
    let nonce = nonce.map(|nonce| format!(" 'nonce-{nonce}'")).unwrap_or_default();
    let upgrade = if https { "; upgrade-insecure-requests" } else { "" };
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{nonce}; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; media-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'{upgrade}"
    )
}

/// Which headers depend on the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The public reaches us by https only; browsers may remember that.
    pub https: bool,
}

/// Adds what is missing.
pub async fn secure(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    let permissions = if at_the_door(request.uri().path()) { PERMISSIONS_AT_THE_DOOR } else { PERMISSIONS };
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut always = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    always(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    always(header::REFERRER_POLICY, "same-origin");
    always(header::CONTENT_SECURITY_POLICY, STRICTEST);
    always(header::CACHE_CONTROL, "no-store");
    always(HeaderName::from_static("permissions-policy"), permissions);
    always(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    always(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    always(header::X_FRAME_OPTIONS, "DENY");
    if policy.https {
        always(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    response
}
