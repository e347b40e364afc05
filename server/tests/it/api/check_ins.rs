//! `POST /api/v1/check-ins`.

use super::{book, booking, museum};
use crate::support::Site;
use domain::account::Scope;
use http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

#[tokio::test]
async fn people_are_admitted_once_and_every_refusal_has_its_name() {
    let site = Site::new().await;
    let session = museum(&site).await;
    let (_, books) = site.client("books", &[Scope::BookingsWrite]).await;
    let (_, _) = site.client("unrelated", &[Scope::SessionsRead]).await;
    let made = book(&site, &books, "key-number-1", &booking(&session)).await.json();
    let starts: Timestamp = made["starts_at"].as_str().expect("an instant").parse().expect("an instant");
    let pass = json!({ "ticket": { "pass": made["pass"] }, "present": 2 });
    let scan = |key: &'static str| [("idempotency-key", key)];

    site.test.services.clock.advance(starts.duration_since(site.test.now()));
    let (_, door) = site.client("door", &[Scope::DoorWrite]).await;
    let first = site.call("POST", "/api/v1/check-ins", &door, &scan("scan-number-1"), Some(&pass)).await;
    assert_eq!(
        (first.status, first.json()),
        (StatusCode::OK, json!({ "admitted": 2, "arrived": 2, "people": 3 })),
        "{}",
        first.body
    );
    let again = site.call("POST", "/api/v1/check-ins", &door, &scan("scan-number-1"), Some(&pass)).await;
    assert_eq!((again.status, again.json()), (StatusCode::OK, first.json()), "the retry of a success is the success");
    let by_reference = json!({ "ticket": { "reference": made["reference"] }, "present": 2 });
    let too_many = site.call("POST", "/api/v1/check-ins", &door, &scan("scan-number-2"), Some(&by_reference)).await;
    assert_eq!((too_many.status, too_many.problem().as_str()), (StatusCode::CONFLICT, "not-admitted"));
    assert_eq!(too_many.json()["refusal"], json!({ "code": "more-than-booked", "left": 1 }));
    let forged = json!({ "ticket": { "pass": "P1.a.b.c" }, "present": 1 });
    let forged = site.call("POST", "/api/v1/check-ins", &door, &scan("scan-number-3"), Some(&forged)).await;
    assert_eq!(forged.json()["refusal"]["code"], "not-a-pass");
    let arrived: i32 = sqlx::query_scalar("select arrived from booking where channel = 'api'")
        .fetch_one(&site.test.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(arrived, 2);
}
