//! Every route of the public listener, each with who may use it, and the layers around them.
//!
//! Nothing is added to the router but through [`Routes`], which wants an access for everything; a test compares its list
//! with what the router itself knows, so that a route without a policy fails the build.

use crate::config::Http;
use crate::house::House;
use crate::layers::language::{Language, LanguageLayer};
use crate::layers::{admission, body, client_address, headers, house_errors, observe, origin, session};
use crate::{api, assets, door_app, pages};
use app::calls::CALLS;
use app::routes::{Access, PAGES};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodFilter, MethodRouter, get, on, post};
use domain::account::Capability;
use http::{Extensions, HeaderMap, Method, StatusCode, Version, header};
use std::sync::Arc;
use std::time::Duration;
use tower::Layer as _;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::compression::{CompressionLayer, CompressionLevel};
use tower_http::limit::RequestBodyLimitLayer;

/// Who may use a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policy {
    /// People, as the guard of pages and calls says.
    People(Access),
    /// Machines with a token that permits this.
    Machine(Capability),
    /// Devices at the door whose role permits this.
    Device(Capability),
    /// Everybody, for the reason given.
    Open(&'static str),
}

/// One route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Declared {
    /// Its method.
    pub method: &'static str,
    /// Its path, parameters in braces.
    pub path: &'static str,
    /// Who may use it.
    pub policy: Policy,
}

/// A router that is built by declaring.
#[derive(Default)]
pub struct Routes {
    router: Router<House>,
    declared: Vec<Declared>,
}

impl Routes {
    /// Adds a route with its policy.
    #[must_use]
    pub fn add(
        mut self,
        method: &'static str,
        path: &'static str,
        policy: Policy,
        handler: MethodRouter<House>,
    ) -> Self {
        self.declared.push(Declared { method, path, policy });
        Self { router: self.router.route(path, handler), ..self }
    }

    /// Adds all of another's.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.declared.extend(other.declared);
        Self { router: self.router.merge(other.router), ..self }
    }

    /// Puts a layer around what was added so far.
    #[must_use]
    pub fn around(self, with: impl FnOnce(Router<House>) -> Router<House>) -> Self {
        Self { router: with(self.router), ..self }
    }
}

/// The public's routes and layers, ready to serve.
pub type Site = Language<Router>;

/// Builds the site of `house`.
///
/// # Errors
/// When the configured public address is no origin that a browser could send.
pub fn site(house: &House) -> Result<Site, tower_http::csrf::ConfigError> {
    Ok(LanguageLayer.layer(router(house)?.0))
}

/// The router without the language around it, and its routes.
///
/// # Errors
/// As [`site`].
pub fn router(house: &House) -> Result<(Router, Vec<Declared>), tower_http::csrf::ConfigError> {
    let config = &house.config;
    let http = &config.http;
    let admission = admission::Admission::new(http.concurrency, http.admission_timeout, http.timeout);
    let csrf = origin::layer(config)?;

    let people = people(config.production(), http).around(|router| {
        router
            .layer(from_fn_with_state(Arc::clone(house), session::recognise))
            .layer(csrf)
            .layer(from_fn(origin::stated))
    });
    let worked = people
        .merge(limited(api::routes(house), (http.body_limit, http.body_timeout)))
        .merge(lims_feed(house))
        .merge(limited(api::telemetry_feed(house), (api::telemetry::LARGEST, http.upload_timeout)))
        .merge(door_app::routes())
        .around(|router| router.layer(from_fn_with_state(admission, admission::admit)));
    let files = assets::public(&config.site.root);
    let all = worked.merge(Routes {
        router: assets::pkg(&config.site.root),
        declared: vec![Declared { method: "GET", path: "/pkg/{*file}", policy: Policy::Open("files of the build") }],
    });

    let router = all
        .router
        .fallback(move |request: Request| assets::public_or_not_found(files.clone(), request))
        .layer(from_fn_with_state(Arc::from(http.trusted_proxies.as_slice()), client_address::find))
        .layer(from_fn_with_state(Arc::clone(house), house_errors::dress))
        .layer(from_fn_with_state(headers::Policy { https: http.public_url.starts_with("https://") }, headers::secure))
        .layer(compression())
        .layer(from_fn_with_state(house.services.clock.clone(), observe::request))
        .with_state(Arc::clone(house));
    Ok((router, all.declared))
}

/// The feed of the laboratory's system: batches are larger than anything else that machines send.
fn lims_feed(house: &House) -> Routes {
    let http = &house.config.http;
    let [batches, others] = api::lims::routes(house);
    let batches = limited(batches, (api::lims::LARGEST, http.upload_timeout));
    batches.merge(limited(others, (http.body_limit, http.body_timeout)))
}

/// Paths that exist in development only: the components in every state, the messages that would have left. Their pages
/// say so themselves; in production they are not even routes.
const DEVELOPMENT: [&str; 2] = ["/gallery", "/mailbox"];

/// Pages, calls and the switches of the footer.
fn people(production: bool, http: &Http) -> Routes {
    let (mut routes, mut uploads) = (Routes::default(), Routes::default());
    let served = |path: &str| !production || !DEVELOPMENT.iter().any(|room| path.starts_with(room));
    for page in PAGES.iter().filter(|page| served(page.path)) {
        let show = get(move |axum::extract::State(house): axum::extract::State<House>, request: Request| {
            pages::show(house, page, request)
        });
        routes = routes.add("GET", braces(page.path), Policy::People(page.access), show);
    }
    for call in CALLS.iter().copied().flatten().filter(|call| served(call.path)) {
        let (method, filter) =
            if call.method == Method::GET { ("GET", MethodFilter::GET) } else { ("POST", MethodFilter::POST) };
        let run = on(filter, move |axum::extract::State(house): axum::extract::State<House>, request: Request| {
            pages::call(house, call, request)
        });
        let (path, policy) = (braces(call.path), Policy::People(call.access));
        match call.file {
            None => routes = routes.add(method, path, policy, run),
            Some(largest) => {
                let one = Routes::default().add(method, path, policy, run);
                uploads = uploads.merge(limited(one, (largest * BEYOND, http.upload_timeout)));
            }
        }
    }
    let preferences = Policy::People(Access::Public);
    let routes = routes.add("POST", app::preferences::PATH, preferences, post(app::preferences::save));
    limited(routes, (http.body_limit, http.body_timeout)).merge(uploads)
}

/// A file so many times too large is still read to its end and told of beside its field; a larger one ends at the door.
const BEYOND: usize = 8;

/// Routes whose bodies have at most so many bytes, and come in so much time.
fn limited(routes: Routes, (bytes, time): (usize, Duration)) -> Routes {
    routes.around(|router| {
        router
            .layer(DefaultBodyLimit::max(bytes))
            .layer(RequestBodyLimitLayer::new(bytes))
            .layer(from_fn_with_state(time, body::in_time))
    })
}

/// `/museum/sessions/:id` as axum writes it: `/museum/sessions/{id}`. The tables are static, so what is leaked here once
/// lives as long as they do.
fn braces(path: &'static str) -> &'static str {
    if !path.contains(':') {
        return path;
    }
    let segments = path.split('/').map(|segment| match segment.strip_prefix(':') {
        Some(name) => format!("{{{name}}}"),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/").leak()
}

/// Fast levels: a page is compressed once for one reader, and two cores have better things to do. Files of the build come
/// with their compressed copies and pass untouched; so does what has a strong ETag, which names its very bytes.
fn compression() -> CompressionLayer<impl tower_http::compression::Predicate> {
    let unnamed = |_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions| {
        headers.get(header::ETAG).is_none_or(|tag| tag.as_bytes().starts_with(b"W/"))
    };
    let worthwhile = DefaultPredicate::new()
        .and(unnamed)
        .and(NotForContentType::new("application/pdf"))
        .and(NotForContentType::new("application/wasm"));
    CompressionLayer::new().gzip(true).br(true).quality(CompressionLevel::Precise(2)).compress_when(worthwhile)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATIONS: &str = include_str!("../../docs/operations.md");
    const MEGABYTE: usize = 1024 * 1024;

    /// The megabytes that a line of the documented proxy lets through.
    fn megabytes(line: &str) -> usize {
        let size = line.split("client_max_body_size ").nth(1).and_then(|rest| rest.split("m;").next());
        size.and_then(|size| size.parse().ok()).expect("a size in megabytes")
    }

    #[test]
    fn the_documented_proxy_lets_through_what_the_server_reads() {
        let uploads: Vec<_> =
            CALLS.iter().copied().flatten().filter_map(|call| Some((call.path, call.file?))).collect();
        assert!(!uploads.is_empty());
        for (path, largest) in &uploads {
            let pattern: Vec<_> =
                path.split('/').map(|part| if part.starts_with(':') { "[^/]+" } else { part }).collect();
            let location = format!("location ~ ^(/en)?{}$ {{", pattern.join("/"));
            let line = OPERATIONS.lines().find(|line| line.trim_start().starts_with(&location));
            let line = line.unwrap_or_else(|| panic!("docs/operations.md has no `{location}`"));
            assert_eq!(megabytes(line), (largest * BEYOND).div_ceil(MEGABYTE), "{path}");
        }
        let documented = OPERATIONS.lines().filter(|line| line.trim_start().starts_with("location ~ ")).count();
        assert_eq!(documented, uploads.len(), "no other address takes as much");
        let feed = OPERATIONS.lines().find(|line| line.trim_start().starts_with("location = /api/v1/lims/events {"));
        assert_eq!(megabytes(feed.expect("a line for the feed")), api::lims::LARGEST.div_ceil(MEGABYTE));
        let others = OPERATIONS.lines().find(|line| line.trim_start().starts_with("client_max_body_size"));
        assert!(megabytes(others.expect("a limit for all others")) * MEGABYTE >= 65_536, "forms go through");
        assert!(OPERATIONS.contains("proxy_request_buffering on;"), "slow bodies wait outside");
    }
}
