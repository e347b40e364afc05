//! `GET /api/v1/releases`.

use super::museum;
use crate::support::Site;
use domain::account::Scope;
use http::StatusCode;

#[tokio::test]
async fn openings_are_told_with_what_was_promised_of_their_draw() {
    let site = Site::new().await;
    museum(&site).await;
    let (_, token) = site.client("partner", &[Scope::SessionsRead]).await;
    let path = "/api/v1/releases";
    let shown = site.call("GET", path, &token, &[], None).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.body);
    let whole = shown.json();
    let releases = whole["releases"].as_array().expect("releases");
    let planned = releases.iter().find(|release| release["planned"] == true).expect("the demo planned one");
    let text = |member: &str| planned[member].as_str().unwrap_or_default().to_owned();
    assert!(text("tickets_from") <= text("opens_at") && text("opens_at") < text("draw_until"), "{planned}");
    assert!(text("draw_until") <= text("ends_at") && text("opens_at").ends_with('Z'), "{planned}");
    // Two hours after the usual one, at ten, on the first day that does not open before.
    assert!(text("opens_at").ends_with("T02:00:00Z"), "{planned}");
    let commitment = text("commitment");
    assert!(commitment.len() == 64 && commitment.bytes().all(|byte| byte.is_ascii_hexdigit()), "{planned}");
    assert!(planned.get("seed").is_none(), "nobody knows it before the draw");
    assert!(text("url").ends_with(&format!("/releases/{}", text("id"))));
    let public = site.get(&format!("/releases/{}", text("id"))).await;
    assert!(public.status == StatusCode::OK && public.body.contains(&commitment), "the same as everybody reads");

    let again = site.call("GET", path, &token, &[("if-none-match", shown.header("etag"))], None).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
    let (_, door) = site.client("door", &[Scope::DoorWrite]).await;
    let other = site.call("GET", path, &door, &[], None).await;
    assert_eq!((other.status, other.problem().as_str()), (StatusCode::FORBIDDEN, "forbidden"));
}
