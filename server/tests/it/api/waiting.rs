//! `/api/v1/waiting`.

use super::{book, booking, museum};
use crate::support::{Answer, Site};
use domain::account::{Role, Scope};
use http::StatusCode;
use serde_json::{Value, json};

/// A session without a free place, and the answer to its last booking.
async fn full(site: &Site, token: &str) -> (String, Value) {
    let session = museum(site).await;
    let made = book(site, token, "key-of-the-booking", &booking(&session)).await.json();
    let fill = "update session set capacity = (select coalesce(sum(people), 0) from booking
                where session_id = $1 and state = 'confirmed') where id = $1";
    sqlx::query(fill)
        .bind(uuid::Uuid::parse_str(&session).expect("an id"))
        .execute(&site.test.db.owner_pool())
        .await
        .expect("it is full");
    (session, made)
}

fn waits(session: &str, n: u32) -> Value {
    json!({ "session": session, "name": "演示·谷雨", "contact": format!("guyu{n}@example.com"), "people": 2, "children": 1 })
}

async fn join(site: &Site, token: &str, key: &str, body: &Value) -> Answer {
    site.call("POST", "/api/v1/waiting", token, &[("idempotency-key", key)], Some(body)).await
}

async fn act(site: &Site, token: &str, key: &str, path: &str, body: Option<&Value>) -> Answer {
    let method = if body.is_some() { "POST" } else { "DELETE" };
    site.call(method, path, token, &[("idempotency-key", key)], body).await
}

async fn cancel(site: &Site, token: &str, booking: &Value) {
    let path = format!("/api/v1/bookings/{}", booking["id"].as_str().expect("an id"));
    assert_eq!(act(site, token, "key-of-the-cancel", &path, None).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_party_waits_is_offered_and_takes_it_each_once() {
    let site = Site::new().await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let (session, booked) = full(&site, &token).await;
    let first = join(&site, &token, "key-number-1", &waits(&session, 1)).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.body);
    let made = first.json();
    let path = format!("/api/v1/waiting/{}", made["id"].as_str().expect("an id"));
    assert_eq!(first.header("location"), path);
    assert_eq!((made["state"].as_str(), made["sessions"][0]["state"].as_str()), (Some("waiting"), Some("waiting")));
    assert!(made["manage_url"].as_str().expect("an address").starts_with("https://test.example/waiting/"));
    assert!(!first.body.contains("guyu") && !first.body.contains("谷雨"), "the person is not repeated");
    let again = join(&site, &token, "key-number-1", &waits(&session, 1)).await;
    assert_eq!((again.status, again.json(), again.header("location")), (StatusCode::CREATED, made.clone(), &*path));
    let reused = join(&site, &token, "key-number-1", &waits(&session, 2)).await;
    assert_eq!(reused.problem(), "idempotency-key-reused");
    let twice = join(&site, &token, "key-number-2", &waits(&session, 1)).await;
    assert_eq!(twice.json()["refusal"], json!({ "code": "already-waiting" }));

    let offer = json!({ "session": session });
    let early = act(&site, &token, "key-number-3", &format!("{path}/accept"), Some(&offer)).await;
    assert_eq!((early.status, &early.json()["refusal"]["code"]), (StatusCode::CONFLICT, &json!("offer-ended")));
    cancel(&site, &token, &booked).await;
    let shown = site.call("GET", &path, &token, &[], None).await.json();
    assert_eq!((&shown["state"], &shown["offer"]["session"]), (&json!("offered"), &json!(session)));
    let taken = act(&site, &token, "key-number-4", &format!("{path}/accept"), Some(&offer)).await;
    assert_eq!((taken.status, &taken.json()["state"]), (StatusCode::OK, &json!("booked")), "{}", taken.body);
    let again = act(&site, &token, "key-number-4", &format!("{path}/accept"), Some(&offer)).await;
    assert_eq!(again.json(), taken.json());
    // What it became is the client's own booking.
    let own = format!("/api/v1/bookings/{}", taken.json()["booking"].as_str().expect("a booking"));
    assert_eq!(site.call("GET", &own, &token, &[], None).await.json()["people"], json!(2));
}

#[tokio::test]
async fn declining_and_leaving_pass_on_at_once_and_are_remembered() {
    let site = Site::new().await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let (session, booked) = full(&site, &token).await;
    let mut paths = Vec::new();
    for n in 1..=3 {
        // Three places come free: the first two do not fit together.
        let made = join(&site, &token, &format!("key-number-{n}"), &waits(&session, n)).await.json();
        paths.push(format!("/api/v1/waiting/{}", made["id"].as_str().expect("an id")));
    }
    cancel(&site, &token, &booked).await;
    let state = async |n: usize| site.call("GET", &paths[n], &token, &[], None).await.json()["state"].clone();
    assert_eq!((state(0).await, state(1).await), (json!("offered"), json!("waiting")));
    let offer = json!({ "session": session });
    let decline = format!("{}/decline", paths[0]);
    let declined = act(&site, &token, "key-number-4", &decline, Some(&offer)).await;
    assert_eq!((declined.status, &declined.json()["state"]), (StatusCode::OK, &json!("declined")), "{}", declined.body);
    assert_eq!(act(&site, &token, "key-number-4", &decline, Some(&offer)).await.json(), declined.json(), "remembered");
    let anew = act(&site, &token, "key-number-5", &decline, Some(&offer)).await;
    assert_eq!(anew.json()["refusal"]["code"], json!("offer-ended"));
    assert_eq!((state(1).await, state(2).await), (json!("offered"), json!("waiting")));
    let left = act(&site, &token, "key-number-6", &paths[1], None).await;
    assert_eq!((left.status, &left.json()["state"]), (StatusCode::OK, &json!("left")));
    assert_eq!(act(&site, &token, "key-number-6", &paths[1], None).await.json(), left.json());
    assert_eq!(state(2).await, json!("offered"));
}

#[tokio::test]
async fn a_client_answers_for_its_own_entries_and_nobody_elses() {
    let site = Site::new().await;
    let (_, own) = site.client("one", &[Scope::BookingsWrite]).await;
    let (_, other) = site.client("two", &[Scope::BookingsWrite]).await;
    let (_, reader) = site.client("reader", &[Scope::SessionsRead]).await;
    let (session, _) = full(&site, &own).await;
    let made = join(&site, &own, "key-number-1", &waits(&session, 1)).await.json();
    let path = format!("/api/v1/waiting/{}", made["id"].as_str().expect("an id"));
    let offer = json!({ "session": session });
    for token in [&other, &reader] {
        let wanted = if token == &other { "not-found" } else { "forbidden" };
        assert_eq!(site.call("GET", &path, token, &[], None).await.problem(), wanted);
        assert_eq!(act(&site, token, "key-number-2", &path, None).await.problem(), wanted);
        for verb in ["accept", "decline"] {
            let answer = act(&site, token, "key-number-3", &format!("{path}/{verb}"), Some(&offer)).await;
            assert_eq!(answer.problem(), wanted);
        }
    }
    assert_eq!(join(&site, &reader, "key-number-4", &waits(&session, 2)).await.problem(), "forbidden");
    assert_eq!(site.call("GET", &path, &own, &[], None).await.json()["state"], json!("waiting"));
    // A visitor's entry is nobody's machine's.
    let hidden = "delete from api_waiting";
    sqlx::query(hidden).execute(&site.test.db.owner_pool()).await.expect("as if a visitor had joined");
    assert_eq!(site.call("GET", &path, &own, &[], None).await.problem(), "not-found");
}

#[tokio::test]
async fn what_cannot_be_taken_is_named() {
    let site = Site::new().await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let (session, _) = full(&site, &token).await;
    let also: Vec<_> = (0..6).map(|n| uuid::Uuid::from_u128(n).to_string()).collect();
    let body = json!({ "session": session, "also": also, "name": " ", "contact": "nobody", "people": 0 });
    let answer = join(&site, &token, "key-number-1", &body).await;
    assert_eq!(answer.problem(), "invalid");
    let fields: Vec<_> =
        answer.json()["errors"].as_array().expect("errors").iter().map(|e| e["field"].clone()).collect();
    assert_eq!(fields, ["name", "contact", "people", "also"]);
    let nowhere = waits("01980000-0000-7000-8000-000000000000", 1);
    assert_eq!(join(&site, &token, "key-number-2", &nowhere).await.problem(), "not-found");
    // A session beside it that is not there, or the same again, stands in nobody's way.
    let mut odd = waits(&session, 1);
    odd["also"] = json!([session, "01980000-0000-7000-8000-000000000000"]);
    let made = join(&site, &token, "key-number-3", &odd).await.json();
    assert_eq!(made["sessions"].as_array().map(Vec::len), Some(1));
    // Where there is room one books.
    let officer = site.staff(&[Role::MuseumOfficer]).await;
    let raise = format!("version=1&capacity={}", 60);
    let raised = officer.post(&format!("/staff/museum/sessions/{session}"), &raise).await;
    assert_eq!(raised.status, StatusCode::SEE_OTHER);
    let free = join(&site, &token, "key-number-4", &waits(&session, 9)).await;
    assert_eq!((free.status, free.json()["refusal"].clone()), (StatusCode::CONFLICT, json!({ "code": "places-free" })));
}
