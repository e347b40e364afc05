//! Reading HTML as far as the tests need it: tags and their attributes, in order.

use app::Visit;
use app::form::FormState;
use app::preferences::Preferences;
use app::visit::{Assets, Query, VisitData};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::Locale;
use domain::account::Actor;
use http_body_util::BodyExt as _;
use services::limits::Network;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use testkit::TestHouse;

/// An answer.
pub struct Shown {
    pub status: StatusCode,
    pub policy: String,
    pub html: String,
}

/// The visit of `path` by nobody in particular.
pub fn visit(house: &TestHouse, locale: Locale, path: &str) -> Visit {
    let mut context = house.context(Actor::Anonymous);
    context.locale = locale;
    Visit::new(VisitData {
        services: house.services.clone(),
        context,
        path: path.to_owned(),
        query: Query::default(),
        form: FormState::default(),
        preferences: Preferences::default(),
        assets: Assets::from_hashes("css: c0\njs: a1\nwasm: b2\n"),
        problem: None,
        development: true,
        visitor: None,
        network: Network::of(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        cookies: Vec::new(),
    })
}

/// Renders the visit's page.
pub async fn show(visit: Visit) -> Shown {
    show_as(visit, StatusCode::OK).await
}

/// Renders the visit's page as the answer to a form.
pub async fn show_as(visit: Visit, status: StatusCode) -> Shown {
    let request = Request::get(&visit.path).body(Body::empty()).expect("a request");
    let response = app::render::page(visit, status, request).await;
    let status = response.status();
    let policy = response.headers()["content-security-policy"].to_str().expect("ascii").to_owned();
    let bytes = response.into_body().collect().await.expect("a body").to_bytes();
    Shown { status, policy, html: String::from_utf8(bytes.to_vec()).expect("UTF-8") }
}

/// A tag's name and attributes.
#[derive(Debug)]
pub struct Tag {
    pub name: String,
    pub attributes: HashMap<String, String>,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }
}

/// Every opening tag of `html`. Texts with a `<` would confuse it; ours are escaped, which is one of the things tested.
pub fn tags(html: &str) -> Vec<Tag> {
    let mut tags = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(rest.len());
        let mut tag = Tag { name: rest[..end].to_owned(), attributes: HashMap::new() };
        rest = attributes(&rest[end..], &mut tag.attributes);
        tags.push(tag);
    }
    tags
}

fn attributes<'a>(mut rest: &'a str, found: &mut HashMap<String, String>) -> &'a str {
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() || rest.starts_with('>') {
            return rest;
        }
        let end = rest.find(|c: char| c.is_whitespace() || "=>/".contains(c)).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let Some(value) = rest.strip_prefix("=\"") else {
            found.insert(name, String::new());
            continue;
        };
        let end = value.find('"').unwrap_or(value.len());
        found.insert(name, value[..end].to_owned());
        rest = value.get(end + 1..).unwrap_or_default();
    }
}
