//! `GET /api/v1/sessions`.

use super::museum;
use crate::support::Site;
use domain::account::Scope;
use http::StatusCode;
use serde_json::Value;

#[tokio::test]
async fn sessions_come_in_order_page_by_page_and_none_twice() {
    let site = Site::new().await;
    museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::SessionsRead]).await;
    let whole = site.call("GET", "/api/v1/sessions?from=2026-07-21&to=2026-07-26", &token, &[], None).await.json();
    let whole: Vec<Value> = whole["sessions"].as_array().expect("sessions").clone();
    assert!(whole.len() > 8, "{} sessions", whole.len());
    let mut paged: Vec<Value> = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/v1/sessions?from=2026-07-21&to=2026-07-26&limit=5{cursor}");
        let page = site.call("GET", &path, &token, &[], None).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        let page = page.json();
        let sessions = page["sessions"].as_array().expect("sessions");
        assert!(sessions.len() <= 5);
        paged.extend(sessions.iter().cloned());
        let Some(next) = page["next"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, whole);
    let starts: Vec<&str> = whole.iter().map(|session| session["starts_at"].as_str().expect("an instant")).collect();
    assert!(starts.is_sorted() && starts[0].ends_with('Z'));
}

#[tokio::test]
async fn only_sessions_with_room_for_the_party_are_listed() {
    let site = Site::new().await;
    museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::SessionsRead]).await;
    let for_people = async |people: u32| {
        let path = format!("/api/v1/sessions?to=2026-07-26&people={people}");
        let sessions = site.call("GET", &path, &token, &[], None).await.json();
        sessions["sessions"].as_array().expect("sessions").clone()
    };
    let (one, many) = (for_people(1).await, for_people(15).await);
    assert!(many.len() < one.len());
    assert!(many.iter().all(|session| session["free"].as_u64() >= Some(15)));
    let nobody = site.call("GET", "/api/v1/sessions?people=0", &token, &[], None).await;
    assert_eq!(nobody.problem(), "invalid");
}

#[tokio::test]
async fn a_session_is_shown_and_not_sent_again_while_it_is_the_same() {
    let site = Site::new().await;
    let id = museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::SessionsRead]).await;
    let path = format!("/api/v1/sessions/{id}");
    let shown = site.call("GET", &path, &token, &[], None).await;
    assert_eq!((shown.status, shown.json()["id"].as_str()), (StatusCode::OK, Some(id.as_str())));
    let etag = shown.header("etag").to_owned();
    assert!(etag.starts_with("W/\""), "packed and unpacked are one answer in two forms: {etag}");
    let etag = etag.trim_start_matches("W/").to_owned();
    let again = site.call("GET", &path, &token, &[("if-none-match", &format!("\"x\", W/{etag}"))], None).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let other = site.call("GET", "/api/v1/sessions/01980000-0000-7000-8000-000000000000", &token, &[], None).await;
    assert_eq!(other.problem(), "not-found");
}
