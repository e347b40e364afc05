//! `/api/v1/bookings`.

use super::{book, booking, museum};
use crate::support::Site;
use domain::account::Scope;
use http::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_booking_is_made_once_however_often_it_is_sent() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let first = book(&site, &token, "key-number-1", &booking(&session)).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let made = first.json();
    assert_eq!(
        (made["state"].as_str(), made["people"].as_u64(), made["version"].as_i64()),
        (Some("confirmed"), Some(3), Some(1))
    );
    assert_eq!(first.header("location"), format!("/api/v1/bookings/{}", made["id"].as_str().expect("an id")));
    assert!(made["pass"].as_str().expect("a pass").starts_with("P1."));
    assert!(made["manage_url"].as_str().expect("an address").starts_with("https://test.example/b/"));
    assert!(!first.body.contains("bailu") && !first.body.contains("白露"), "the person is not repeated");

    let again = book(&site, &token, "key-number-1", &booking(&session)).await;
    assert_eq!((again.status, again.json()["id"].clone()), (StatusCode::CREATED, made["id"].clone()));
    let mut other = booking(&session);
    other["people"] = json!(2);
    assert_eq!(book(&site, &token, "key-number-1", &other).await.problem(), "idempotency-key-reused");
    let count: i64 = sqlx::query_scalar("select count(*) from booking where channel = 'api'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn the_rules_of_booking_answer_with_their_numbers() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let mut many = booking(&session);
    (many["people"], many["children"]) = (json!(6), json!(0));
    let answer = book(&site, &token, "key-number-1", &many).await;
    assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::CONFLICT, "refused"), "{}", answer.body);
    assert_eq!(answer.json()["refusal"], json!({ "code": "party-too-large", "max": 5 }));
    let nowhere = booking("01980000-0000-7000-8000-000000000000");
    assert_eq!(book(&site, &token, "key-number-2", &nowhere).await.problem(), "not-found");
}

#[tokio::test]
async fn a_client_has_its_own_bookings_and_nobody_elses() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let (_, own) = site.client("one", &[Scope::BookingsWrite]).await;
    let (_, other) = site.client("two", &[Scope::BookingsWrite]).await;
    let made = book(&site, &own, "key-number-1", &booking(&session)).await.json();
    let path = format!("/api/v1/bookings/{}", made["id"].as_str().expect("an id"));
    assert_eq!(site.call("GET", &path, &own, &[], None).await.status, StatusCode::OK);
    assert_eq!(site.call("GET", &path, &other, &[], None).await.problem(), "not-found");
    let key = [("idempotency-key", "key-number-2")];
    assert_eq!(site.call("DELETE", &path, &other, &key, None).await.problem(), "not-found");
    assert_eq!(site.call("PATCH", &path, &other, &key, Some(&json!({ "people": 1 }))).await.problem(), "not-found");
    let of_a_visitor: uuid::Uuid = sqlx::query_scalar("select id from booking where channel <> 'api' limit 1")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a booking of somebody");
    assert_eq!(
        site.call("GET", &format!("/api/v1/bookings/{of_a_visitor}"), &own, &[], None).await.problem(),
        "not-found"
    );
}

#[tokio::test]
async fn a_change_is_made_once_and_only_to_the_version_that_was_seen() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let made = book(&site, &token, "key-number-1", &booking(&session)).await;
    let path = format!("/api/v1/bookings/{}", made.json()["id"].as_str().expect("an id"));
    let seen = made.header("etag").to_owned();
    let packed = site.call("GET", &path, &token, &[("accept-encoding", "gzip, br")], None).await;
    assert_eq!(
        (packed.header("etag"), packed.header("content-encoding")),
        (&*seen, ""),
        "a strong tag names its bytes"
    );

    let headers = [("idempotency-key", "key-number-2"), ("if-match", seen.as_str())];
    let smaller = json!({ "people": 2, "children": 1 });
    let changed = site.call("PATCH", &path, &token, &headers, Some(&smaller)).await;
    assert_eq!((changed.status, changed.json()["people"].as_u64()), (StatusCode::OK, Some(2)), "{}", changed.body);
    let again = site.call("PATCH", &path, &token, &headers, Some(&smaller)).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, changed.json()), "the same answer");
    assert_eq!(again.header("etag"), changed.header("etag"));
    let reused = site.call("PATCH", &path, &token, &headers, Some(&json!({ "people": 1, "children": 0 }))).await;
    assert_eq!(reused.problem(), "idempotency-key-reused");

    let stale = [("idempotency-key", "key-number-3"), ("if-match", seen.as_str())];
    let late = site.call("DELETE", &path, &token, &stale, None).await;
    assert_eq!((late.status, late.problem().as_str()), (StatusCode::PRECONDITION_FAILED, "precondition"));
    let both = json!({ "people": 1, "session": session });
    assert_eq!(
        site.call("PATCH", &path, &token, &[("idempotency-key", "key-number-4")], Some(&both)).await.problem(),
        "malformed"
    );

    let key = [("idempotency-key", "key-number-5")];
    let cancelled = site.call("DELETE", &path, &token, &key, None).await;
    assert_eq!(
        (cancelled.status, cancelled.json()["state"].as_str()),
        (StatusCode::OK, Some("cancelled")),
        "{}",
        cancelled.body
    );
    assert!(cancelled.json().get("pass").is_none());
    let repeated = site.call("DELETE", &path, &token, &key, None).await;
    assert_eq!((repeated.status, repeated.json()), (StatusCode::OK, cancelled.json()));
    let anew = site.call("DELETE", &path, &token, &[("idempotency-key", "key-number-6")], None).await;
    assert_eq!(anew.json()["refusal"]["code"], "already-cancelled");
}

#[tokio::test]
async fn two_requests_of_one_key_at_once_change_once() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let made = book(&site, &token, "key-number-1", &booking(&session)).await;
    let path = format!("/api/v1/bookings/{}", made.json()["id"].as_str().expect("an id"));
    let key = [("idempotency-key", "key-number-2")];
    let calls = (0..6).map(|_| site.call("DELETE", &path, &token, &key, None));
    for answer in futures::future::join_all(calls).await {
        match answer.status {
            StatusCode::OK => assert_eq!(answer.json()["state"], "cancelled"),
            _ => assert_eq!(
                (answer.problem().as_str(), answer.header("retry-after")),
                ("idempotency-key-in-progress", "2")
            ),
        }
    }
    let version: i32 = sqlx::query_scalar("select version from booking where channel = 'api'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a version");
    assert_eq!(version, 2, "changed once");
}

#[tokio::test]
async fn a_request_whose_process_died_is_taken_over_after_a_minute() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let (client, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let made = book(&site, &token, "key-number-1", &booking(&session)).await;
    let path = format!("/api/v1/bookings/{}", made.json()["id"].as_str().expect("an id"));
    let key = [("idempotency-key", "key-number-2")];
    let refused = site.call("PATCH", &path, &token, &key, Some(&json!({ "people": 5 }))).await;
    assert_eq!(refused.json()["refusal"]["code"], "not-smaller", "{}", refused.body);
    let body = json!({ "people": 2 });
    assert_eq!(
        site.call("PATCH", &path, &token, &key, Some(&body)).await.status,
        StatusCode::OK,
        "a refusal frees the key"
    );
    // As if the process had died before the change: with the change, its answer would be there too.
    sqlx::query("update idempotency set answer = '{\"running\": true}' where scope = $1")
        .bind(format!("api:{client}"))
        .execute(&site.test.db.owner_pool())
        .await
        .expect("a row");
    assert_eq!(site.call("PATCH", &path, &token, &key, Some(&body)).await.problem(), "idempotency-key-in-progress");
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(61));
    let taken = site.call("PATCH", &path, &token, &key, Some(&body)).await;
    assert_ne!(taken.problem(), "idempotency-key-in-progress", "{}", taken.body);
}
