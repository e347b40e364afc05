//! What the browser loads: files of the build, with the copies that are already compressed.
//!
//! Below `/pkg/` a name carries the hash of its content, so the answer may be kept for ever; other files (icons, the
//! manifest) for an hour.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, Method, header};
use std::path::Path;
use tower::ServiceExt as _;
use tower_http::services::ServeDir;

use crate::trouble::Trouble;

const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");

/// A folder, with the compressed copies beside its files.
fn folder(path: impl AsRef<Path>) -> ServeDir {
    ServeDir::new(path).precompressed_br().precompressed_gzip().append_index_html_on_directories(false)
}

/// `/pkg/…`
pub fn pkg<S: Clone + Send + Sync + 'static>(root: &Path) -> Router<S> {
    let pkg = folder(root.join("pkg"));
    Router::new().route(
        "/pkg/{*file}",
        axum::routing::get(move |request: Request| async move {
            // The folder is served as its own root.
            let (mut parts, body) = request.into_parts();
            let path = parts.uri.path().strip_prefix("/pkg").unwrap_or("/").to_owned();
            parts.uri = path.parse().unwrap_or_default();
            serve(pkg, Request::from_parts(parts, body), FOREVER).await
        }),
    )
}

/// Whatever no route answers: a public file, or nothing.
pub async fn public_or_not_found(files: ServeDir, request: Request) -> Response {
    let path = request.uri().path();
    // What the build leaves for the server is nobody else's.
    let ours = path == "/hash.txt" || path.ends_with('/') || path.contains("/.") || path.starts_with("/pkg/");
    if !matches!(*request.method(), Method::GET | Method::HEAD) || ours || !path.contains('.') {
        return Trouble::NotFound.into_response();
    }
    serve(files, request, AN_HOUR).await
}

/// The public files of the build.
pub fn public(root: &Path) -> ServeDir {
    folder(root)
}

/// Says of texts that they are UTF-8, as every file of the build is: nobody has to guess.
fn name_charset(response: &mut Response) {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let text = kind.filter(|kind| !kind.contains("charset")).filter(|kind| {
        kind.starts_with("text/")
            || matches!(*kind, "application/json" | "application/manifest+json" | "application/xml" | "image/svg+xml")
    });
    if let Some(named) = text.and_then(|kind| HeaderValue::from_str(&format!("{kind}; charset=utf-8")).ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, named);
    }
}

async fn serve(files: ServeDir, request: Request, keep: HeaderValue) -> Response {
    let response = match files.oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    match response.status().as_u16() {
        200 | 206 | 304 => {
            let mut response = response.into_response();
            response.headers_mut().insert(header::CACHE_CONTROL, keep);
            name_charset(&mut response);
            response
        }
        416 => response.into_response(),
        _ => Trouble::NotFound.into_response(),
    }
}
