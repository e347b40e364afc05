//! Group visits through the real router: what a class types, sends and is shown; what staff do.

mod letter;
mod public;
mod roster;
mod staff;

use crate::account_pages::{Browser as Visitor, excerpt, sent_code};
use crate::bus::gone_to;
use crate::support::{Browser, Site};
use axum::body::Body;
use domain::account::Role;
use domain::ids::SessionId;
use http::{Request, header};
use jiff::{SignedDuration, Timestamp};
use services::booking;

/// A site with a museum and two sessions with so many places: Tuesday and Wednesday a week ahead.
pub async fn museum(places: u32) -> (Site, [SessionId; 2]) {
    let site = Site::new().await;
    let services = &site.test.services;
    booking::seed_demo(services, &services.system()).await.expect("a museum");
    let mut sessions = Vec::new();
    for day in ["2026-07-28", "2026-07-29"] {
        let starts_at: Timestamp = format!("{day}T17:00:00+08:00").parse().expect("an instant");
        let ends_at = starts_at + SignedDuration::from_mins(90);
        let session = booking::add_session(services, &services.system(), starts_at, ends_at, places, false).await;
        sessions.push(session.expect("a session"));
    }
    // The public's picture of the sessions is at most a second old.
    services.clock.advance(SignedDuration::from_secs(2));
    (site, [sessions[0], sessions[1]])
}

pub async fn officer(site: &Site) -> Browser<'_> {
    site.staff(&[Role::MuseumOfficer]).await
}

/// Who comes: a class of 48 with five adults.
pub const FORM: [(&str, &str); 11] = [
    ("organisation", "演示市晨光小学三年级"),
    ("kind", "school"),
    ("city", "rizhao"),
    ("ages", "primary"),
    ("members", "48"),
    ("adults", "5"),
    ("name", "演示·白露"),
    ("post", "班主任"),
    ("contact", "morgenlicht@example.com"),
    ("note", ""),
    ("accept", "on"),
];

/// The form with another value in one field.
pub fn with<'a>(field: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    FORM.iter().filter(|(name, _)| *name != field).copied().chain([(field, value)]).collect()
}

/// The way of a class to its request; answers the request's page.
pub async fn ask(site: &Site, class: &Visitor<'_>, wish: SessionId) -> String {
    let form = gone_to(&class.post("/museum/groups/apply", &[]).await, "/museum/groups/apply/");
    let when = gone_to(&class.post(&form, &FORM).await, &format!("{form}/when"));
    let wish = wish.to_string();
    let code_page = gone_to(&class.post(&when, &[("session_1", &wish)]).await, &format!("{form}/code"));
    let code = sent_code(site, "morgenlicht@example.com").await;
    let mine = gone_to(&class.post(&code_page, &[("code", &code)]).await, "/museum/groups/r/");
    mine.split('?').next().unwrap_or_default().to_owned()
}

/// The id, the state and the version of the one request.
pub async fn the_request(site: &Site) -> (String, String, String) {
    let found = sqlx::query_as("select id::text, state, version::text from group_request");
    found.fetch_one(&site.test.db.owner_pool()).await.expect("a request")
}

/// A form with a file, as a browser sends it.
pub fn upload(path: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Request<Body> {
    let boundary = "----a-boundary-of-a-test";
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    if let Some((name, bytes)) = file {
        let head = "content-disposition: form-data; name=\"file\"";
        let part = format!("--{boundary}\r\n{head}; filename=\"{name}\"\r\ncontent-type: text/csv\r\n\r\n");
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Request::post(path)
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
        .body(Body::from(body))
        .expect("a request")
}

/// What a person reads of a page.
pub async fn read(site: &Site, path: &str) -> String {
    let answer = site.get(path).await;
    assert_eq!(answer.status, http::StatusCode::OK, "{path}: {}", excerpt(&answer.body));
    excerpt(&answer.body)
}
