//! The shell of the door's app (`/door/app/`): the document, its service worker, its manifest.
//!
//! None of them knows who asks. The document carries a policy without a nonce, so that a worker may keep it: scripts come
//! from files of ours alone.

use crate::house::House;
use crate::layers::headers::page_policy;
use crate::router::{Policy, Routes};
use crate::trouble::Trouble;
use app::door::app as shell;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use std::path::Path;

/// What a worker may do: fetch our own.
const WORKER_POLICY: &str = "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";
/// A browser asks each time whether there is a new version.
const ASK: &str = "no-cache";

/// The shell's routes.
pub fn routes() -> Routes {
    let open = || Policy::Open("the shell of the door's app: without a device's key it is empty");
    Routes::default()
        .add("GET", "/door/app", open(), get(async || Redirect::permanent(shell::SCOPE)))
        .add("GET", "/door/app/", open(), get(document))
        .add("GET", "/door/app/worker.js", open(), get(worker))
        .add("GET", "/door/app/manifest.webmanifest", open(), get(manifest))
}

fn answer(kind: &'static str, policy: &str, text: String) -> Response {
    let policy = HeaderValue::from_str(policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    let headers: [(HeaderName, HeaderValue); 3] = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static(ASK)),
        (CONTENT_SECURITY_POLICY, policy),
    ];
    (headers, text).into_response()
}

async fn document(State(house): State<House>) -> Response {
    let https = house.config.http.public_url.starts_with("https://");
    match shell::document(&house.assets) {
        Some(html) => answer("text/html; charset=utf-8", &page_policy(None, https), html),
        None => Trouble::NotFound.into_response(),
    }
}

async fn worker(State(house): State<House>) -> Response {
    let Some(scripts) = &house.assets.door else { return Trouble::NotFound.into_response() };
    let mut files = vec![format!("/pkg/{}", house.assets.css)];
    files.extend(
        names(&house.config.site.root.join("pkg").join(scripts)).iter().map(|name| format!("/pkg/{scripts}/{name}")),
    );
    // The document names its scripts and its style and holds the words: a new one of any is a new version.
    let Some(html) = shell::document(&house.assets) else { return Trouble::NotFound.into_response() };
    let version = services::crypto::digest_hex(html.as_bytes());
    answer("text/javascript; charset=utf-8", WORKER_POLICY, shell::worker(&version, &files))
}

/// The files of a folder, without their compressed copies.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".js") || name.ends_with(".wasm"))
        .collect();
    names.sort_unstable();
    names
}

async fn manifest() -> Response {
    answer("application/manifest+json; charset=utf-8", "default-src 'none'", shell::manifest())
}
