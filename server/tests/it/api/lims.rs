//! `/api/v1/lims/…`: the laboratory's feed over HTTP.

use super::turned_away;
use crate::support::Site;
use axum::body::Body;
use domain::account::{Role, Scope};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const DIN: &str = "T000126900001";

fn event(key: &str, seq: i64, payload: Value) -> Value {
    json!({ "key": key, "source_seq": seq, "unit": { "din": DIN }, "occurred_at": "2026-07-01T08:00:00+08:00", "payload": payload })
}

fn registered() -> Value {
    event("first", 1, json!({ "kind": "registered", "din": DIN, "pool": "family" }))
}

async fn feed(site: &Site, token: &str, events: &[Value]) -> Value {
    let body = json!({ "sent_at": "2026-07-20T12:00:00+08:00", "events": events });
    let answer = site.call("POST", "/api/v1/lims/events", token, &[], Some(&body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()
}

#[tokio::test]
async fn a_batch_is_answered_record_by_record() {
    let site = Site::new().await;
    let (_, token) = site.client("lims", &[Scope::LimsWrite]).await;
    let bad = json!({ "key": "bad", "unit": { "din": DIN }, "occurred_at": "yesterday", "payload": {} });
    let banked = event(
        "later",
        9,
        json!({ "kind": "collected", "hospital": "H", "certificate": "C", "volume_ml": 900.0, "anticoagulant": "CPD" }),
    );
    let answer = feed(&site, &token, &[banked.clone(), bad, registered()]).await;
    assert_eq!(answer["applied"], 1, "{answer}");
    let outcomes: Vec<_> =
        answer["results"].as_array().expect("results").iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes, ["dead", "dead", "applied"]);
    assert_eq!(answer["results"][0]["code"], "out-of-range");
    assert_eq!(answer["results"][1]["code"], "malformed");
    assert_eq!((&answer["results"][2]["seq"], &answer["results"][2]["key"]), (&json!(1), &json!("first")));
    assert_eq!(answer["clock_ahead_seconds"], 0);

    let again = feed(&site, &token, &[registered(), banked]).await;
    assert_eq!((&again["results"][0]["outcome"], &again["results"][0]["seq"]), (&json!("duplicate"), &json!(1)));
    assert_eq!(
        (&again["results"][1]["outcome"], &again["results"][1]["code"]),
        (&json!("duplicate"), &json!("out-of-range"))
    );
    let other = event("first", 1, json!({ "kind": "registered", "din": DIN, "pool": "public" }));
    assert_eq!(feed(&site, &token, &[other]).await["results"][0]["outcome"], "conflict");

    let unit = site.call("GET", &format!("/api/v1/lims/units/{DIN}"), &token, &[], None).await.json();
    assert_eq!((&unit["state"], &unit["seq"]), (&json!("expected"), &json!(1)));
    assert_eq!(unit["missing_steps"].as_array().map(Vec::len), Some(56));
    assert_eq!(unit["missing_tests"].as_array().map(Vec::len), Some(15));
    for path in ["/api/v1/lims/units/T000126900002", "/api/v1/lims/units/nonsense"] {
        assert_eq!(site.call("GET", path, &token, &[], None).await.problem(), "not-found", "{path}");
    }
}

#[tokio::test]
async fn whoever_asked_for_too_many_numbers_that_are_none_is_told_to_come_later() {
    let site = Site::new().await;
    let (id, token) = site.client("lims", &[Scope::LimsWrite]).await;
    feed(&site, &token, &[registered()]).await;
    let limit = &services::limits::UNIT_TOLD_OF_NOTHING;
    let almost = services::limits::hit_times(&site.test.services, limit, &id, limit.hits - 1).await;
    assert_eq!(almost.expect("there is room").left, 1);
    let ask = async |din: &str| site.call("GET", &format!("/api/v1/lims/units/{din}"), &token, &[], None).await;
    assert_eq!(ask("T000126900002").await.problem(), "not-found", "the last that is let through");
    for din in ["T000126900003", DIN] {
        let slowed = ask(din).await;
        assert_eq!(slowed.problem(), "busy", "also what is there");
        assert!(!slowed.header("retry-after").is_empty());
    }
}

#[tokio::test]
async fn letters_are_listed_and_tried_again_by_their_machine_only() {
    let site = Site::new().await;
    let (_, token) = site.client("lims", &[Scope::LimsWrite]).await;
    let (_, other) = site.client("another", &[Scope::LimsWrite]).await;
    let (_, reader) = site.client("a reader", &[Scope::SessionsRead]).await;
    let bad: Vec<Value> = (0..103).map(|n| json!({ "key": format!("bad-{n}"), "payload": n })).collect();
    feed(&site, &token, &bad).await;
    let list = async |token: &str, query: &str| {
        site.call("GET", &format!("/api/v1/lims/dead-letters{query}"), token, &[], None).await
    };
    let first = list(&token, "?state=open").await.json();
    assert_eq!(first["letters"].as_array().map(Vec::len), Some(100));
    let next = first["next"].as_str().expect("another page");
    let last = list(&token, &format!("?state=open&cursor={next}")).await.json();
    assert_eq!((last["letters"].as_array().map(Vec::len), &last["next"]), (Some(3), &Value::Null));
    // Of one instant in no order, but each once.
    let keys: BTreeSet<&str> = [&first, &last]
        .into_iter()
        .flat_map(|page| page["letters"].as_array().into_iter().flatten())
        .filter_map(|letter| letter["key"].as_str())
        .collect();
    assert_eq!(keys, bad.iter().filter_map(|one| one["key"].as_str()).collect());
    assert_eq!(list(&token, "?code=%00").await.status, StatusCode::OK);
    assert_eq!(list(&token, "?cursor=nonsense").await.problem(), "malformed");
    assert_eq!(list(&other, "").await.json()["letters"], json!([]));
    assert_eq!(list(&reader, "").await.problem(), "forbidden");

    let id = first["letters"][0]["id"].as_str().expect("an id");
    let replay = |id: &str| format!("/api/v1/lims/dead-letters/{id}/replay");
    let tried = site.call("POST", &replay(id), &token, &[], None).await.json();
    assert_eq!((&tried["state"], &tried["tries"]), (&json!("open"), &json!(2)));
    let foreign = site.call("POST", &replay(id), &other, &[], None).await;
    let absent = site.call("POST", &replay("01980000-0000-7000-8000-000000000000"), &other, &[], None).await;
    assert_eq!((foreign.problem(), absent.problem()), ("not-found".to_owned(), "not-found".to_owned()));
}

#[tokio::test]
async fn what_is_polled_of_the_feed_says_when_nothing_changed() {
    let site = Site::new().await;
    let (_, token) = site.client("lims", &[Scope::LimsWrite]).await;
    feed(&site, &token, &[registered()]).await;
    let get = async |path: &str, known: &str| {
        let headers = [("if-none-match", known)];
        let headers = if known.is_empty() { &headers[..0] } else { &headers[..] };
        site.call("GET", path, &token, headers, None).await
    };
    let (letters, unit) = ("/api/v1/lims/dead-letters?state=open", format!("/api/v1/lims/units/{DIN}"));
    let mut known = Vec::new();
    for path in [letters, unit.as_str()] {
        let first = get(path, "").await;
        let etag = first.header("etag").to_owned();
        assert_eq!((first.status, etag.is_empty()), (StatusCode::OK, false), "{path}");
        let same = get(path, &etag).await;
        assert_eq!((same.status, same.body.as_str()), (StatusCode::NOT_MODIFIED, ""), "{path}");
        known.push((path, etag));
    }
    let late =
        json!({ "kind": "collected", "hospital": "H", "certificate": "C", "volume_ml": 900.0, "anticoagulant": "CPD" });
    assert_eq!(feed(&site, &token, &[event("late", 2, late)]).await["results"][0]["outcome"], "dead");
    // It waits for something of its unit.
    let waits = "update lims_dead_letter set waits = true";
    sqlx::query(waits).execute(&site.test.db.owner_pool()).await.expect("it waits");
    for (path, etag) in known {
        let changed = get(path, &etag).await;
        assert_eq!(changed.status, StatusCode::OK, "{path} has changed");
        assert_ne!(changed.header("etag"), etag, "{path}");
    }
}

#[tokio::test]
async fn a_batch_has_its_bounds() {
    let site = Site::new().await;
    let (_, token) = site.client("lims", &[Scope::LimsWrite]).await;
    let (_, partner) = site.client("partner", &[Scope::BookingsWrite, Scope::DoorWrite]).await;
    let send = async |token: &str, body: Body| {
        let request = Request::post("/api/v1/lims/events")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body)
            .expect("a request");
        site.send(request).await
    };
    let many = format!("{{\"events\":[{}0]}}", "0,".repeat(10_000));
    let answer = send(&token, Body::from(many)).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
    assert_eq!(answer.json()["most"], 10_000, "as the feed of readings says it");
    assert_eq!(send(&token, Body::from(vec![b' '; 8 * 1024 * 1024 + 1])).await.problem(), "too-large");
    // More than other endpoints read.
    let padded = format!("{{\"events\":[]{}}}", " ".repeat(1024 * 1024));
    assert_eq!(send(&token, Body::from(padded)).await.json()["applied"], 0);
    assert_eq!(send(&token, Body::from("{\"events\":{}}")).await.problem(), "malformed");
    assert_eq!(send(&partner, Body::from("{\"events\":[]}")).await.problem(), "forbidden");
    assert_eq!(send("nonsense", Body::from("{\"events\":[]}")).await.problem(), "no-token");
}

#[tokio::test]
async fn a_batch_that_finds_no_turn_is_told_so_before_it_is_read() {
    let site = Site::new().await;
    let (_, token) = site.client("lims", &[Scope::LimsWrite]).await;
    let answer = turned_away(&site, &token, ("/api/v1/lims/events", "events")).await;
    assert_eq!(answer.problem(), "busy");
    assert_eq!(answer.header("retry-after"), "2");
}

#[tokio::test]
async fn staff_see_letters_try_them_again_and_give_them_up() {
    let site = Site::new().await;
    let (_, token) = site.client("lims", &[Scope::LimsWrite]).await;
    let answer =
        feed(&site, &token, &[json!({ "key": "odd", "payload": { "kind": "<script>alert(1)</script>" } })]).await;
    let id = answer["results"][0]["letter"].as_str().expect("a letter").to_owned();
    let officer = site.staff(&[Role::LabOfficer]).await;
    let list = officer.get("/en/staff/custody/dead-letters").await;
    assert_eq!(list.status, StatusCode::OK, "{}", list.body);
    assert!(list.body.contains(&id) && list.body.contains("Not a record as agreed"));
    let page = officer.get(&format!("/en/staff/custody/dead-letters/{id}")).await;
    assert!(page.body.contains("&lt;script&gt;alert(1)") && !page.body.contains("<script>alert(1)"));

    let at = |verb: &str| format!("/en/staff/custody/dead-letters/{id}/{verb}");
    let tried = officer.post(&at("replay"), "").await;
    assert_eq!(tried.status, StatusCode::SEE_OTHER, "{}", tried.body);
    assert!(tried.header("location").ends_with("?done=again"));
    let short = officer.post(&at("give-up"), "reason=no").await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.body.contains("value=\"no\""), "what was typed stands in the form");
    let done = officer.post(&at("give-up"), "reason=sent+again+as+record+7").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let late = officer.post(&at("replay"), "").await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let gone = officer.get("/en/staff/custody/dead-letters?show=given_up").await;
    assert!(gone.body.contains(&id));
    let steward = site.staff(&[Role::Steward]).await;
    assert_eq!(steward.get("/staff/custody/dead-letters").await.status, StatusCode::FORBIDDEN);
}

#[test]
fn everything_that_can_have_happened_is_described_to_whoever_connects_a_laboratory() {
    let page = include_str!("../../../../docs/lims.md");
    let table: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
    for kind in domain::custody::Kind::ALL {
        let name = format!("`{}`", kind.name());
        let rows = table.iter().filter(|line| line.split(" | ").next().is_some_and(|cell| cell.contains(&name)));
        assert_eq!(rows.count(), 1, "docs/lims.md does not describe {name} once");
    }
}
