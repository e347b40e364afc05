//! `/api`: tokens, endpoints, problem documents, documentation.

mod ambassadors;
mod answers;
mod bookings;
mod bus_requests;
mod check_ins;
mod contract;
mod door;
mod events;
mod group_requests;
mod lims;
mod releases;
mod series;
mod sessions;
mod telemetry;
mod token;
mod waiting;

use crate::support::{Answer, Site};
use axum::body::{Body, Bytes};
use domain::account::Scope;
use futures::StreamExt as _;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A museum with sessions; the first of them that can be booked with room for ten, at the test's fixed noon.
pub async fn museum(site: &Site) -> String {
    services::booking::seed_demo(&site.test.services, &site.test.services.system()).await.expect("a museum");
    // The picture of the sessions is a second old at most, by the clock of the test.
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    let now = site.test.now();
    let museum = services::booking::museum(&site.test.services).await.expect("sessions");
    let found = museum
        .upcoming(now)
        .find(|session| session.fits(10) && domain::booking::opens_at(&museum.policy, session.facts.starts_at) <= now)
        .expect("a session with room")
        .id;
    found.to_string()
}

pub fn booking(session: &str) -> Value {
    json!({ "session": session, "name": "演示·白露", "contact": "bailu@example.com", "people": 3, "children": 1 })
}

pub async fn book(site: &Site, token: &str, key: &str, body: &Value) -> Answer {
    site.call("POST", "/api/v1/bookings", token, &[("idempotency-key", key)], Some(body)).await
}

/// What is wrong with each field: its name and the rule.
fn faults(answer: &Answer) -> Vec<String> {
    let seen = (answer.status, answer.problem());
    assert_eq!(seen, (StatusCode::UNPROCESSABLE_ENTITY, "invalid".to_owned()), "{}", answer.body);
    let text = |one: &Value, name: &str| one[name].as_str().expect("text").to_owned();
    let errors = answer.json()["errors"].as_array().expect("errors").clone();
    errors.iter().map(|one| format!("{} {}", text(one, "field"), text(one, "code"))).collect()
}

/// One number from the database.
async fn number(site: &Site, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&site.test.db.owner_pool()).await.expect("a number")
}

/// Whoever asked is told so once; and what a client made is shown at its address below `path` to that client, and to no
/// other. Answers the address.
async fn told_once_and_shown_to_its_client_alone(site: &Site, token: &str, made: &Answer, path: &str) -> String {
    let told = "select count(*) from job where payload->>'template' = 'received' and payload->>'request' is not null";
    assert_eq!(number(site, told).await, 1, "who asks is told once");
    let place = made.header("location").to_owned();
    let shown = site.call("GET", &place, token, &[], None).await;
    assert_eq!((shown.status, shown.json()), (StatusCode::OK, made.json()));
    let again = site.call("GET", &place, token, &[("if-none-match", shown.header("etag"))], None).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let (_, others) = site.client("partner", &[Scope::BookingsWrite]).await;
    assert_eq!(site.call("GET", &place, &others, &[], None).await.problem(), "not-found");
    let nothing = format!("{path}/01980000-0000-7000-8000-000000000000");
    assert_eq!(site.call("GET", &nothing, token, &[], None).await.problem(), "not-found");
    place
}

/// Three batches that begin and never end hold the turns of a feed; what a fourth is answered. The feed is at `path` and takes a list
/// of this name. Whoever hangs up gives the turn back.
async fn turned_away(site: &Site, token: &str, (path, list): (&str, &str)) -> Answer {
    let request = |body: Body| {
        Request::post(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .expect("a request")
    };
    let (begins, empty) = (format!("{{\"{list}\":["), format!("{{\"{list}\":[]}}"));
    // A body is looked at once its turn has come.
    let looked_at = Arc::new(AtomicUsize::new(0));
    let endless = || {
        let (looked_at, begins) = (looked_at.clone(), begins.clone());
        let begun = futures::stream::once(async move {
            looked_at.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from(begins))
        });
        site.send(request(Body::from_stream(begun.chain(futures::stream::pending()))))
    };
    let hold = futures::future::join3(endless(), endless(), endless());
    let fourth = async {
        while looked_at.load(Ordering::Relaxed) < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        site.send(request(Body::from(empty.clone()))).await
    };
    let answer = tokio::select! {
        _ = hold => panic!("they never end"),
        answer = fourth => answer,
    };
    assert_eq!(site.send(request(Body::from(empty.clone()))).await.status, StatusCode::OK);
    answer
}

async fn raw(site: &Site, token: &str, content_type: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post("/api/v1/bookings")
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header("idempotency-key", "a-key-of-mine")
        .header(header::CONTENT_TYPE, content_type)
        .body(body.into())
        .expect("a request");
    site.send(request).await
}

#[tokio::test]
async fn whatever_cannot_be_read_is_a_problem_document() {
    let site = Site::new().await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;

    assert_eq!(site.get("/api/v1/nothing").await.problem(), "not-found");
    assert_eq!(site.get("/api/nothing").await.problem(), "not-found");
    let wrong = site.call("PUT", "/api/v1/bookings", &token, &[], None).await;
    assert_eq!(wrong.problem(), "wrong-method");
    assert!(wrong.header("allow").contains("POST"));
    assert_eq!(raw(&site, &token, "text/plain", "{}").await.problem(), "wrong-type");
    assert_eq!(raw(&site, &token, "application/json", "{").await.problem(), "malformed");
    let unknown =
        json!({ "session": "01980000-0000-7000-8000-000000000000", "name": "张", "people": 1, "colour": "red" });
    let unknown = raw(&site, &token, "application/json; charset=utf-8", unknown.to_string()).await;
    assert_eq!(unknown.problem(), "malformed");
    assert!(unknown.json()["detail"].as_str().expect("a detail").contains("colour"));
    assert_eq!(raw(&site, &token, "application/json", vec![b' '; 70_000]).await.problem(), "too-large");
    let pieces = futures::stream::iter((0..80).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1000])));
    assert_eq!(raw(&site, &token, "application/json", Body::from_stream(pieces)).await.problem(), "too-large");
    let keyless = site.call("POST", "/api/v1/bookings", &token, &[], Some(&json!({}))).await;
    assert_eq!(keyless.problem(), "idempotency-key-missing");
    assert_eq!(site.call("GET", "/api/v1/bookings/nonsense", &token, &[], None).await.problem(), "not-found");
    assert_eq!(site.call("GET", "/api/v1/sessions?colour=red", &token, &[], None).await.problem(), "malformed");
}

#[tokio::test]
async fn every_field_that_cannot_be_taken_is_named_with_its_rule() {
    let site = Site::new().await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let body = json!({ "session": "01980000-0000-7000-8000-000000000000", "name": " ", "contact": "nobody", "people": 2, "children": 3 });
    let answer = book(&site, &token, "a-key-of-mine", &body).await;
    assert_eq!(faults(&answer), ["name required", "contact contact-shape", "children children-exceed-party"]);
}

#[tokio::test]
async fn the_description_can_be_read_by_people_and_machines() {
    let site = Site::new().await;
    let document = site.get("/api/v1/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    let docs = site.get("/api/docs").await;
    assert_eq!(docs.status, StatusCode::OK);
    for word in ["/api/v1/bookings/{id}", "Idempotency-Key", "idempotency-key-in-progress", "children"] {
        assert!(docs.body.contains(word), "the page lacks {word}");
    }
    assert!(!docs.body.contains("<script") && docs.header("content-security-policy").starts_with("default-src 'none'"));
    for kind in server::api::problem::KINDS {
        let page = site.get(&format!("/api/problems/{}", kind.code)).await;
        assert_eq!(page.status, StatusCode::OK, "{}", kind.code);
        assert!(page.body.contains(kind.code));
    }
    assert_eq!(site.get("/api/problems/none").await.problem(), "not-found");
}

#[tokio::test]
async fn a_cursor_is_only_good_unchanged_and_for_its_own_list() {
    use server::api::cursor::Cursor;
    let site = Site::new().await;
    let vault = &site.test.services.vault;
    let cursor = Cursor { at: site.test.now(), id: uuid::Uuid::from_u128(7) };
    let text = cursor.text(vault, "sessions");
    assert_eq!(Cursor::parse(vault, "sessions", &text).ok(), Some(cursor));
    assert!(Cursor::parse(vault, "bookings", &text).is_err());
    let other = if text.starts_with('A') { 'B' } else { 'A' };
    assert!(Cursor::parse(vault, "sessions", &format!("{other}{}", &text[1..])).is_err());
    assert!(Cursor::parse(vault, "sessions", "").is_err());
}
