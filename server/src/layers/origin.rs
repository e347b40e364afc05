//! Cross-site request forgery: whatever changes something must come from a page of ours.
//!
//! tower-http's check knows by `Sec-Fetch-Site`, or by `Origin` where that is absent. It lets a request with neither
//! pass, since no browser of this decade sends such a one; here it is refused all the same. The API takes no cookies,
//! only tokens that no browser adds by itself, so it needs no check.

use crate::config::Config;
use crate::trouble::Trouble;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{Method, Uri, header};
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

/// Builds the refusal.
type Refuse = fn(ProtectionError) -> Response;

/// The check. Behind a proxy that rewrites Host, the public address is what Origin is compared with.
pub fn layer(config: &Config) -> Result<CsrfLayer<Refuse>, ConfigError> {
    Ok(CsrfLayer::new()
        .add_trusted_origin(&config.http.public_url)?
        .with_insecure_bypass(|_: &Method, uri: &Uri| is_api(uri.path()))
        .with_rejection_response((|_| refuse()) as Refuse))
}

fn refuse() -> Response {
    tracing::info!("a form from elsewhere was refused");
    Trouble::CrossSite.into_response()
}

/// Refuses what changes something and does not say where it comes from.
pub async fn stated(request: Request<Body>, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let headers = request.headers();
    let says = headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN);
    if safe || says || is_api(request.uri().path()) { next.run(request).await } else { refuse() }
}

/// Paths that only tokens open.
pub fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}
