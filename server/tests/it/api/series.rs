//! `/api/v1/series`, and what a client has to see of an event before it can book one.

use super::events::events;
use crate::support::{Answer, Site};
use domain::account::Scope;
use http::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

async fn event(site: &Site, token: &str, slug: &str) -> Value {
    let id: Uuid = sqlx::query_scalar("select id from activity where slug = $1")
        .bind(slug)
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("the event");
    let shown = site.call("GET", &format!("/api/v1/events/{id}"), token, &[], None).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    shown.json()
}

fn body(event: &Value, contact: &str) -> Value {
    json!({ "event": event["id"], "name": "演示·白露", "contact": contact, "people": 2 })
}

async fn book(site: &Site, token: &str, key: &str, body: &Value) -> Answer {
    site.call("POST", "/api/v1/series", token, &[("idempotency-key", key)], Some(body)).await
}

/// On the n-th date of the event so many places are left.
async fn leave(site: &Site, event: &Value, date: usize, places: i32) -> String {
    let session = event["dates"][date]["id"].as_str().expect("a date").to_owned();
    let left = "update session set capacity = $2 + (select coalesce(sum(people), 0)::integer from booking
                where session_id = session.id and state = 'confirmed') where id = $1::uuid";
    sqlx::query(left).bind(&session).bind(places).execute(&site.test.db.owner_pool()).await.expect("so many are left");
    // The picture of the events is a second old at most, by the clock of the test.
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    session
}

#[tokio::test]
async fn a_client_sees_what_a_form_of_an_event_needs() {
    let (site, token) = events().await;
    let lectures = event(&site, &token, "leyun-lectures").await;
    assert_eq!((lectures["series"].as_str(), lectures["people"].as_u64()), (Some("both"), Some(2)));
    assert_eq!(lectures["dates"].as_array().expect("dates").len(), 4);
    let questions = lectures["questions"].as_array().expect("questions");
    let keys: Vec<_> = questions.iter().map(|one| one["key"].as_str().expect("a key")).collect();
    assert_eq!(keys, ["expecting", "due", "health-consent", "topics", "ask"]);
    assert_eq!(questions[0]["kind"], "one");
    assert_eq!(questions[0]["choices"][0], json!({ "value": "self", "label": { "zh-CN": "我自己", "en": "I am" } }));
    assert_eq!(questions[1]["when"], json!({ "question": "expecting", "any_of": ["self"] }));
    assert_eq!((questions[1]["sensitive"].as_bool(), questions[1]["from"].as_str()), (Some(true), Some("2026-07-06")));
    assert_eq!((questions[4]["max"].as_u64(), questions[4]["required"].as_bool()), (Some(200), Some(false)));
    let plain = event(&site, &token, "newborn-care-weifang").await;
    assert_eq!((plain["asks"].as_bool(), plain["questions"].clone()), (Some(false), json!([])));

    sqlx::query("update activity set published = false where slug = 'newborn-care-weifang'")
        .execute(&site.test.db.owner_pool())
        .await
        .expect("taken back");
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    let path = format!("/api/v1/events/{}", plain["id"].as_str().expect("an id"));
    assert_eq!(site.call("GET", &path, &token, &[], None).await.problem(), "not-found");
    assert_eq!(book(&site, &token, "series-key-0", &body(&plain, "a@example.com")).await.problem(), "not-found");
}

#[tokio::test]
async fn a_series_is_booked_once_read_back_and_given_back_whole() {
    let (site, token) = events().await;
    let care = event(&site, &token, "newborn-care-weifang").await;
    let asked = body(&care, "bailu@example.com");
    let first = book(&site, &token, "series-key-1", &asked).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let made = first.json();
    let path = format!("/api/v1/series/{}", made["id"].as_str().expect("an id"));
    assert_eq!((first.header("location"), made["state"].as_str()), (&*path, Some("confirmed")));
    assert_eq!(made["event"], care["id"]);
    let bookings = made["bookings"].as_array().expect("bookings");
    let sessions: Vec<_> = bookings.iter().map(|one| one["session"].clone()).collect();
    assert_eq!(sessions, [care["dates"][0]["id"].clone(), care["dates"][1]["id"].clone()], "every date, in order");
    assert!(
        bookings.iter().all(|one| one["people"] == 2 && one["pass"].as_str().is_some_and(|p| p.starts_with("P1.")))
    );
    assert!(!first.body.contains("bailu") && !first.body.contains("白露"), "the person is not repeated");

    let again = book(&site, &token, "series-key-1", &asked).await;
    assert_eq!((again.status, again.json()), (StatusCode::CREATED, made.clone()), "the same answer");
    let other = book(&site, &token, "series-key-1", &body(&care, "other@example.com")).await;
    assert_eq!(other.problem(), "idempotency-key-reused");
    let count = async |sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(&site.test.db.owner_pool()).await.expect("a number")
    };
    assert_eq!(count("select count(*) from booking where channel = 'api'").await, 2);
    assert_eq!(count("select count(*) from job where kind = 'messages.series'").await, 1, "one message");

    let shown = site.call("GET", &path, &token, &[], None).await;
    assert_eq!((shown.status, shown.json()), (StatusCode::OK, made.clone()));
    let known = site.call("GET", &path, &token, &[("if-none-match", shown.header("etag"))], None).await;
    assert_eq!(known.status, StatusCode::NOT_MODIFIED);
    let one = format!("/api/v1/bookings/{}", bookings[0]["id"].as_str().expect("an id"));
    assert_eq!(site.call("GET", &one, &token, &[], None).await.status, StatusCode::OK, "each is a booking of its own");

    let (_, stranger) = site.client("another", &[Scope::BookingsWrite]).await;
    let key = [("idempotency-key", "series-key-2")];
    assert_eq!(site.call("GET", &path, &stranger, &[], None).await.problem(), "not-found");
    assert_eq!(site.call("DELETE", &path, &stranger, &key, None).await.problem(), "not-found");
    let (_, reader) = site.client("a reader", &[Scope::SessionsRead]).await;
    assert_eq!(site.call("GET", &path, &reader, &[], None).await.problem(), "forbidden");

    let gone = site.call("DELETE", &path, &token, &key, None).await;
    assert_eq!((gone.status, gone.json()["state"].as_str()), (StatusCode::OK, Some("cancelled")), "{}", gone.body);
    assert!(gone.json()["bookings"].as_array().expect("bookings").iter().all(|one| one["state"] == "cancelled"));
    let repeated = site.call("DELETE", &path, &token, &key, None).await;
    assert_eq!((repeated.status, repeated.json()), (StatusCode::OK, gone.json()));
    let anew = site.call("DELETE", &path, &token, &[("idempotency-key", "series-key-3")], None).await;
    assert_eq!(anew.json()["refusal"]["code"], "already-cancelled");
}

#[tokio::test]
async fn the_problem_says_which_date_says_no_and_why() {
    let (site, token) = events().await;
    let care = event(&site, &token, "newborn-care-weifang").await;
    let second = leave(&site, &care, 1, 1).await;
    let full = book(&site, &token, "series-key-1", &body(&care, "one@example.com")).await;
    assert_eq!((full.status, full.problem().as_str()), (StatusCode::CONFLICT, "refused"), "{}", full.body);
    let (refusal, date) = (full.json()["refusal"].clone(), full.json()["date"].clone());
    assert_eq!((refusal["code"].as_str(), refusal["free"].as_u64()), (Some("date-full"), Some(1)));
    assert_eq!(date, json!({ "session": second, "starts_at": care["dates"][1]["starts_at"] }));
    // The same key is free again: with room the same request is booked.
    leave(&site, &care, 1, 2).await;
    let booked = book(&site, &token, "series-key-1", &body(&care, "one@example.com")).await;
    assert_eq!(booked.status, StatusCode::CREATED, "{}", booked.body);
    // One who has a date of it already is told so, with the date.
    leave(&site, &care, 1, 9).await;
    let twice = book(&site, &token, "series-key-2", &body(&care, "one@example.com")).await;
    assert_eq!(twice.json()["date"]["session"], care["dates"][0]["id"], "{}", twice.body);
    let many = json!({ "event": care["id"], "name": "演示·白露", "people": 9 });
    let many = book(&site, &token, "series-key-3", &many).await.json();
    assert_eq!(many["refusal"], json!({ "code": "party-too-large", "max": 2 }));
    assert!(many.get("date").is_none(), "that is no date's doing");
    let single = event(&site, &token, "health-tour-linyi").await;
    let single = book(&site, &token, "series-key-4", &body(&single, "two@example.com")).await;
    assert_eq!(single.json()["refusal"]["code"], "single-dates-only", "{}", single.body);
}

#[tokio::test]
async fn what_an_event_asks_is_answered_by_its_keys_and_shown_nowhere() {
    let (site, token) = events().await;
    let lectures = event(&site, &token, "leyun-lectures").await;
    leave(&site, &lectures, 1, 9).await;
    let asked = |answers: Value| {
        let mut body = body(&lectures, "mother@example.com");
        body["answers"] = answers;
        body
    };
    let faults = async |key: &str, answers: Value| super::faults(&book(&site, &token, key, &asked(answers)).await);
    assert_eq!(faults("series-key-1", json!({})).await, ["answers.expecting required"]);
    let hidden = json!({ "expecting": "self", "due": "2020-01-01", "colour": "red" });
    let wrong = ["answers.colour not-a-choice", "answers.due date-between", "answers.health-consent must-accept"];
    assert_eq!(faults("series-key-2", hidden).await, wrong);
    let odd = book(&site, &token, "series-key-3", &asked(json!({ "expecting": { "deep": 1 } }))).await;
    assert_eq!(odd.problem(), "malformed");

    let right = json!({
        "expecting": "self", "due": "2026-11-30", "health-consent": true, "topics": ["birth", "food"], "ask": "能带孩子吗"
    });
    let booked = book(&site, &token, "series-key-4", &asked(right)).await;
    assert_eq!(booked.status, StatusCode::CREATED, "{}", booked.body);
    assert!(!booked.body.contains("2026-11-30") && !booked.body.contains("能带孩子吗"), "no answer shows them");
    let sealed: i64 = sqlx::query_scalar(
        "select count(*) from event_answers a join booking b on b.id = a.booking_id
         where b.channel = 'api' and a.sensitive_sealed is not null",
    )
    .fetch_one(&site.test.db.owner_pool())
    .await
    .expect("a number");
    assert_eq!(sealed, 4, "every date has its own, sealed");
}

#[tokio::test]
async fn a_series_shows_the_documents_its_event_asks_for() {
    let (site, token) = events().await;
    sqlx::query(
        r#"update activity set policy = policy || '{"identity": "everybody"}' where slug = 'newborn-care-weifang'"#,
    )
    .execute(&site.test.db.owner_pool())
    .await
    .expect("the rules are changed");
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    let care = event(&site, &token, "newborn-care-weifang").await;
    let asked = |documents: Value| {
        let mut body = body(&care, "one@example.com");
        body["documents"] = documents;
        body
    };
    let first = json!({ "kind": "resident", "number": "11010519491231002x" });
    let missing = book(&site, &token, "series-key-1", &asked(json!([first]))).await;
    assert_eq!(missing.json()["errors"][0], json!({ "field": "document_2", "code": "required" }), "{}", missing.body);
    let both = asked(json!([first, { "kind": "passport", "number": "EX7654321" }]));
    let made = book(&site, &token, "series-key-2", &both).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert!(!made.body.contains("7654321"), "no answer shows them");
}

#[tokio::test]
async fn two_requests_of_one_key_at_once_are_one_series() {
    let (site, token) = events().await;
    let care = event(&site, &token, "newborn-care-weifang").await;
    let asked = body(&care, "one@example.com");
    let answers = futures::future::join_all((0..6).map(|_| book(&site, &token, "series-key-1", &asked))).await;
    let booked: Vec<_> = answers.iter().filter(|answer| answer.status == StatusCode::CREATED).collect();
    assert!(!booked.is_empty() && booked.iter().all(|answer| answer.json() == booked[0].json()));
    let others = answers.iter().filter(|answer| answer.status != StatusCode::CREATED);
    assert!(others.into_iter().all(|answer| answer.problem() == "idempotency-key-in-progress"));
    let series: i64 = sqlx::query_scalar("select count(*) from booking_series")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(series, 1);
}
