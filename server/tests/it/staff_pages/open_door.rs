//! No booking needed: the preview, the note, the confirmation; what the public, the API and the door say then; the way back.

use super::*;
use domain::account::Scope;
use serde_json::json;

fn key() -> String {
    Uuid::from_bytes(services::crypto::random()).to_string()
}

fn card<'a>(page: &'a str, id: &str) -> &'a str {
    let card = page.split(&format!("data-session=\"{id}\"")).nth(1).and_then(|rest| rest.split("</li>").next());
    card.expect("its card")
}

#[tokio::test]
async fn a_session_needs_no_booking_and_everybody_is_told_so() {
    let site = museum().await;
    let officer = officer(&site).await;
    let id = &sessions_of(&site, TUESDAY).await[0];
    let page = format!("/staff/museum/sessions/{id}");
    let open = format!("{page}/open-door");
    assert!(officer.get(&page).await.body.contains(&format!("href=\"{open}\"")));
    again(&officer.get(&open).await, StatusCode::OK, "已有的 9 个预约继续有效");
    let key = key();
    let half = [("key", &*key), ("note_zh", "公众开放日"), ("seen", "on")];
    let half = send(&officer, &open, &half).await;
    again(&half, REFUSED, "请填写这一项");
    assert!(half.body.contains("value=\"公众开放日\"") && half.body.contains(&key), "what was typed is kept");

    let form = [("key", &*key), ("note_zh", "公众开放日"), ("note_en", "open & day"), ("seen", "on")];
    gone_to(&send(&officer, &open, &form).await, &format!("{page}?done=open-door"));
    gone_to(&send(&officer, &open, &form).await, &page);
    assert_eq!(noted(&site, "session.no_booking_needed", id).await, 1);
    assert_eq!(number(&site, "select count(*) from booking where state = 'cancelled'").await, 0);
    let shown = officer.get(&format!("{page}?done=open-door")).await;
    again(&shown, StatusCode::OK, "说明：公众开放日");
    later(&site, 2);
    let address = format!("/museum/sessions?people=2&day={TUESDAY}");
    let public = site.get(&address).await.body;
    let seen = card(&public, id);
    assert!(seen.contains("免预约，直接来") && seen.contains("公众开放日"), "{}", excerpt(&public));
    let english = site.get(&format!("/en{address}")).await.body;
    let seen = card(&english, id);
    assert!(seen.contains("No booking needed: just come") && seen.contains("open &amp; day"), "{seen}");
    again(&site.get("/museum").await, StatusCode::OK, "免预约场次，直接来就行");
    again(&site.get("/").await, StatusCode::OK, "免预约，直接来");
    let live = site.get(&format!("/museum/places?people=2&day={TUESDAY}")).await.body;
    assert!(live.contains("\"walk-in\"") && live.contains("免预约"), "{live}");
    let refused = send(&site.anonymous(), &format!("/museum/sessions/{id}"), &[("people", "2")]).await;
    again(&refused, REFUSED, "这一场免预约，直接来就行");

    let (_, token) = site.client("partner", &[Scope::SessionsRead, Scope::BookingsWrite]).await;
    let told = site.call("GET", &format!("/api/v1/sessions/{id}"), &token, &[], None).await.json();
    assert_eq!((&told["state"], &told["booking_needed"]), (&json!("no-booking-needed"), &json!(false)), "{told}");
    assert_eq!((&told["note_zh"], &told["note_en"]), (&json!("公众开放日"), &json!("open & day")));
    let body =
        json!({ "session": id, "name": "演示·林小满", "contact": "api@example.com", "people": 1, "children": 0 });
    let answer = site.call("POST", "/api/v1/bookings", &token, &[("idempotency-key", &key)], Some(&body)).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::CONFLICT, "refused".into()), "{}", answer.body);
    assert_eq!(answer.json()["refusal"]["code"], json!("no-booking-needed"));

    let old = send(&officer, &format!("{page}/booking-again"), &[("version", "1")]).await;
    assert_eq!(old.status, StatusCode::CONFLICT);
    let version = text(&site, "select version::text from session where id = $1", id).await;
    let back = send(&officer, &format!("{page}/booking-again"), &[("version", &version)]).await;
    gone_to(&back, &format!("{page}?done=booking-again"));
    later(&site, 2);
    let public = site.get(&address).await.body;
    assert!(!card(&public, id).contains("免预约"), "{}", excerpt(&public));
}

#[tokio::test]
async fn a_day_needs_no_booking_from_its_board() {
    let site = museum().await;
    let officer = officer(&site).await;
    let board = format!("/staff/museum/today?day={TUESDAY}");
    let open = format!("/staff/museum/days/{TUESDAY}/open-door");
    assert!(officer.get(&board).await.body.contains(&format!("href=\"{open}\"")));
    again(&officer.get(&open).await, StatusCode::OK, "全天免预约");
    let form = [("key", &*key()), ("seen", "on")];
    gone_to(&send(&officer, &open, &form).await, &format!("{board}&done=open-door"));
    let set = "select count(*) from session where open_door_id is not null
               and (starts_at at time zone 'Asia/Shanghai')::date = '2026-07-21'";
    assert_eq!(number(&site, set).await, sessions_of(&site, TUESDAY).await.len() as i64);
    later(&site, 2);
    let calendar = site.get(&format!("/museum/sessions?day={TUESDAY}")).await.body;
    assert!(calendar.contains("day-free"), "{}", excerpt(&calendar));
    let back = format!("/staff/museum/days/{TUESDAY}/booking-again");
    gone_to(&send(&officer, &back, &[]).await, &format!("{board}&done=booking-again"));
    assert_eq!(number(&site, set).await, 0);
    assert_eq!(send(&officer, &back, &[]).await.status, StatusCode::CONFLICT, "nothing is left to take back");
}
