//! What an event asks, answered with a booking of one of its dates, or before waiting for one.

use super::events::events;
use super::{faults, number};
use crate::support::{Answer, Site};
use domain::account::Scope;
use http::StatusCode;
use serde_json::{Value, json};

/// The lectures as a client sees them.
async fn lectures(site: &Site, token: &str) -> Value {
    let all = site.call("GET", "/api/v1/events", token, &[], None).await.json();
    let events = all["events"].as_array().expect("events");
    let id = events.iter().find(|event| event["kind"] == "lectures").expect("the lectures")["id"].clone();
    let path = format!("/api/v1/events/{}", id.as_str().expect("an id"));
    site.call("GET", &path, token, &[], None).await.json()
}

fn right() -> Value {
    json!({
        "expecting": "self", "due": "2026-11-30", "health-consent": true, "topics": ["birth", "food"], "ask": "能带孩子吗"
    })
}

/// A request for the n-th date; the second lecture is full.
fn body(event: &Value, date: usize, answers: Option<Value>) -> Value {
    let mut body = json!({
        "session": event["dates"][date]["id"], "name": "演示·高远", "contact": "m@example.com", "people": 1,
    });
    if let Some(answers) = answers {
        body["answers"] = answers;
    }
    body
}

async fn post(site: &Site, token: &str, what: &str, key: &str, body: &Value) -> Answer {
    site.call("POST", &format!("/api/v1/{what}"), token, &[("idempotency-key", key)], Some(body)).await
}

/// The questions of the lectures are published anew: another version of the same.
async fn published_anew(site: &Site) {
    let sql = "with next as (
                 insert into event_form (activity_id, version, form, created_at)
                 select f.activity_id, f.version + 1, f.form || jsonb_build_array(jsonb_set(f.form->0, '{key}', '\"again\"')), now()
                 from event_form f join event e on e.activity_id = f.activity_id and e.form_version = f.version
                   join activity a on a.id = e.activity_id where a.slug = 'leyun-lectures' returning activity_id, version)
               update event e set form_version = next.version from next where e.activity_id = next.activity_id";
    sqlx::query(sql).execute(&site.test.db.owner_pool()).await.expect("another version");
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
}

#[tokio::test]
async fn a_date_is_booked_or_waited_for_with_the_answers_its_event_asks_for() {
    let (site, token) = events().await;
    let event = lectures(&site, &token).await;
    for (what, date) in [("bookings", 0), ("waiting", 1)] {
        let try_it = async |n: u32, answers: Option<Value>| {
            faults(&post(&site, &token, what, &format!("{what}-key-{n}"), &body(&event, date, answers)).await)
        };
        assert_eq!(try_it(1, None).await, ["answers.expecting required"], "{what}");
        assert_eq!(try_it(2, Some(json!({}))).await, ["answers.expecting required"], "{what}");
        let wrong = json!({ "expecting": "self", "due": "2020-01-01", "colour": "red" });
        let told = ["answers.colour not-a-choice", "answers.due date-between", "answers.health-consent must-accept"];
        assert_eq!(try_it(3, Some(wrong)).await, told, "{what}");
        // About health only with its consent.
        let mut silent = right();
        silent["health-consent"] = json!(false);
        assert_eq!(try_it(4, Some(silent)).await, ["answers.health-consent must-accept"], "{what}");
        let odd = json!({ "expecting": true, "topics": "birth" });
        assert_eq!(try_it(5, Some(odd)).await, ["answers.expecting not-a-choice"], "{what}");
        let deep = body(&event, date, Some(json!({ "expecting": { "deep": 1 } })));
        assert_eq!(post(&site, &token, what, &format!("{what}-key-6"), &deep).await.problem(), "malformed");

        let made = post(&site, &token, what, &format!("{what}-key-7"), &body(&event, date, Some(right()))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{what}: {}", made.body);
        assert!(!made.body.contains("2026-11-30") && !made.body.contains("能带孩子吗"), "no answer shows them");
    }
    let sealed = "select count(*) from event_answers where sensitive_sealed is not null and ";
    let of = |whose: &str| format!("{sealed} {whose}");
    for whose in ["booking_id in (select booking_id from api_booking)", "waiting_id is not null and booking_id is null"]
    {
        let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(of(whose)))
            .fetch_one(&site.test.db.owner_pool())
            .await
            .expect("a number");
        assert_eq!(count, 1, "{whose}");
    }
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_request_is_told_at_once() {
    let (site, token) = events().await;
    let event = lectures(&site, &token).await;
    for (what, date) in [("bookings", 0), ("waiting", 1)] {
        let mut wrong = body(&event, date, Some(json!({ "expecting": "perhaps" })));
        wrong["name"] = json!(" ");
        let told = faults(&post(&site, &token, what, "a-key-of-mine", &wrong).await);
        assert_eq!(told, ["name required", "answers.expecting not-a-choice"], "{what}");
    }
}

#[tokio::test]
async fn where_nothing_is_asked_answers_are_refused_by_name() {
    let (site, token) = events().await;
    let museum = services::booking::museum(&site.test.services).await.expect("the museum");
    let session = museum.upcoming(site.test.now()).find(|session| session.fits(2)).expect("room").id;
    let plain = json!({ "dates": [{ "id": session }] });
    for what in ["bookings", "waiting"] {
        let told = faults(&post(&site, &token, what, "a-key-of-mine", &body(&plain, 0, Some(right()))).await);
        assert_eq!(told, ["answers nothing-asked"], "{what}");
    }
    let made = post(&site, &token, "bookings", "a-key-of-mine", &body(&plain, 0, Some(json!({})))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

#[tokio::test]
async fn a_retry_is_known_whatever_is_asked_by_then_and_other_answers_are_another_request() {
    let (site, token) = events().await;
    let event = lectures(&site, &token).await;
    let (_, stranger) = site.client("another", &[Scope::BookingsWrite]).await;
    for (what, date) in [("bookings", 0), ("waiting", 1)] {
        let key = format!("{what}-key-1");
        let asked = body(&event, date, Some(right()));
        let made = post(&site, &token, what, &key, &asked).await;
        assert_eq!(made.status, StatusCode::CREATED, "{what}: {}", made.body);
        let mut others = vec![body(&event, date, None)];
        others.push(body(&event, date, Some(json!({ "expecting": "none" }))));
        for other in &others {
            assert_eq!(post(&site, &token, what, &key, other).await.problem(), "idempotency-key-reused", "{what}");
        }
        published_anew(&site).await;
        let again = post(&site, &token, what, &key, &asked).await;
        assert_eq!(
            (again.status, again.json()["id"].clone()),
            (StatusCode::CREATED, made.json()["id"].clone()),
            "{what}"
        );
        for other in &others {
            assert_eq!(post(&site, &token, what, &key, other).await.problem(), "idempotency-key-reused", "{what}");
        }
        let fresh = post(&site, &token, what, &format!("{what}-key-2"), &asked).await;
        assert_eq!(faults(&fresh), ["answers.again required"], "{what}: a new request answers what is asked now");
        // What was made is its client's own.
        let path = format!("/api/v1/{what}/{}", made.json()["id"].as_str().expect("an id"));
        assert_eq!(site.call("GET", &path, &stranger, &[], None).await.problem(), "not-found");
        assert_eq!(site.call("GET", &path, &token, &[], None).await.status, StatusCode::OK);
        // The next one reads the event as it is now.
        let back = "update event e set form_version = 1 from activity a where a.id = e.activity_id and a.slug = 'leyun-lectures'";
        sqlx::query(back).execute(&site.test.db.owner_pool()).await.expect("as it was");
        sqlx::query("delete from event_form where version > 1")
            .execute(&site.test.db.owner_pool())
            .await
            .expect("gone");
        site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    }
    assert_eq!(number(&site, "select count(*) from booking where channel = 'api'").await, 1);
}

#[tokio::test]
async fn one_date_of_a_series_that_is_booked_whole_is_refused_and_limits_hold() {
    let (site, token) = events().await;
    let event = lectures(&site, &token).await;
    let made = post(&site, &token, "bookings", "key-number-1", &body(&event, 0, Some(right()))).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let twice = post(&site, &token, "bookings", "key-number-2", &body(&event, 0, Some(right()))).await;
    assert_eq!((twice.status, twice.problem().as_str()), (StatusCode::CONFLICT, "refused"), "{}", twice.body);
    sqlx::query(r#"update activity set policy = policy || '{"series": "whole"}' where slug = 'leyun-lectures'"#)
        .execute(&site.test.db.owner_pool())
        .await
        .expect("the rules are changed");
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    for (what, date) in [("bookings", 2), ("waiting", 1)] {
        let whole = post(&site, &token, what, "key-number-3", &body(&event, date, Some(right()))).await;
        assert_eq!(whole.json()["refusal"]["code"], "whole-series-only", "{what}: {}", whole.body);
    }
    let (_, reader) = site.client("a reader", &[Scope::SessionsRead]).await;
    assert_eq!(post(&site, &reader, "bookings", "key-number-4", &body(&event, 2, None)).await.problem(), "forbidden");
}

#[tokio::test]
async fn a_booking_is_shown_once_and_then_by_its_version() {
    let (site, token) = events().await;
    let event = lectures(&site, &token).await;
    let made = post(&site, &token, "bookings", "key-number-1", &body(&event, 0, Some(right()))).await;
    let path = format!("/api/v1/bookings/{}", made.json()["id"].as_str().expect("an id"));
    let shown = site.call("GET", &path, &token, &[], None).await;
    assert_eq!((shown.header("etag"), shown.json()), ("\"1\"", made.json()));
    assert_eq!(shown.header("cache-control"), "no-store", "it holds a pass");
    let known = site.call("GET", &path, &token, &[("if-none-match", "\"1\"")], None).await;
    assert_eq!((known.status, known.header("etag"), known.body.as_str()), (StatusCode::NOT_MODIFIED, "\"1\"", ""));
    let other = site.call("GET", &path, &token, &[("if-none-match", "\"2\"")], None).await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn the_description_says_where_answers_go_and_how_they_are_refused() {
    let site = Site::new().await;
    let document = site.get("/api/v1/openapi.json").await.json();
    let schemas = &document["components"]["schemas"];
    for name in ["NewBooking", "NewWaiting", "NewSeries"] {
        let answers = &schemas[name]["properties"]["answers"];
        assert_eq!(answers["additionalProperties"]["$ref"], "#/components/schemas/EventAnswer", "{name}: {answers}");
        assert!(schemas[name]["example"]["answers"].is_object(), "{name}");
    }
    for path in ["/api/v1/bookings", "/api/v1/waiting"] {
        let refused = &document["paths"][path]["post"]["responses"]["422"]["description"];
        assert!(refused.as_str().is_some_and(|text| text.contains("answers.<key>")), "{path}: {refused}");
    }
}
