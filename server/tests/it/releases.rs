//! A release through the real router: the calendar's form leads to the room, the room says where one stands and lets in
//! when it is one's turn, and machines hear the same in their own words.

use crate::api;
use crate::support::Site;
use crate::waiting::{Browser, gone};
use domain::account::Scope;
use domain::booking::{ReleaseRules, Room};
use domain::ids::{ReleaseId, SessionId};
use domain::time::local_day;
use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use services::booking::{self, Plan};

/// A museum whose day with the session of the tests opens in a minute, and the session.
async fn opening(site: &Site) -> (ReleaseId, SessionId) {
    let services = &site.test.services;
    let session: SessionId = api::museum(site).await.parse().expect("an id");
    let museum = booking::museum(services).await.expect("the museum");
    let day = local_day(museum.session(session).expect("it").facts.starts_at);
    let rules = ReleaseRules { room: Room::Always, ..ReleaseRules::default() };
    let plan = Plan { day, opens_at: site.test.now() + SignedDuration::from_secs(60), rules };
    (booking::plan_release(services, &services.system(), plan).await.expect("planned"), session)
}

fn later(site: &Site, seconds: i64) {
    site.test.services.clock.advance(SignedDuration::from_secs(seconds));
}

#[tokio::test]
async fn a_browser_waits_in_the_room_and_goes_in_when_it_is_its_turn() {
    let site = Site::new().await;
    let (release, session) = opening(&site).await;
    let mut browser = Browser::of(&site);
    let form = format!("/museum/sessions/{session}");
    let room = gone(&browser.post(&form, &[("people", "2")]).await, "/room/");
    let page = browser.get(&room).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.body.contains(r#"<noscript><meta http-equiv="refresh" content="10""#),
        "without scripts it is made anew"
    );
    assert!(page.header("cache-control").contains("no-store"), "{}", page.header("cache-control"));
    let standing = format!("{room}/standing");
    assert_eq!(browser.get(&standing).await.json()["state"], "early");
    assert_eq!(gone(&browser.post(&form, &[("people", "2")]).await, "/room/"), room, "asked twice, one ticket");

    let mut stranger = Browser::of(&site);
    assert_eq!(stranger.get(&room).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get(&standing).await.status, StatusCode::NOT_FOUND);
    let proof = format!("/releases/{release}");
    assert!(!stranger.get(&proof).await.body.contains("python3"), "no seed before the draw");
    assert_eq!(stranger.get(&format!("{proof}/draw.csv")).await.status, StatusCode::NOT_FOUND);

    later(&site, 61);
    let drawing = browser.get(&standing).await.json();
    assert_eq!((drawing["state"].as_str(), drawing["again"].as_u64()), (Some("drawing"), Some(16)));
    // The draw is over, and everybody had the time to hear of it.
    later(&site, 35);
    assert_eq!(browser.get(&standing).await.json()["state"], "admitted");
    assert!(browser.get(&room).await.body.contains(&format!("action=\"{form}\"")));
    gone(&browser.post(&form, &[("people", "2")]).await, "/museum/book/");
    let list = stranger.get(&format!("{proof}/draw.csv")).await;
    assert_eq!((list.status, list.body.as_str()), (StatusCode::OK, "ticket,place\r\n1,1\r\n"));
    assert!(stranger.get(&proof).await.body.contains("python3"));
}

#[tokio::test]
async fn a_machine_is_told_when_to_repeat_its_request_and_keeps_its_place() {
    let site = Site::new().await;
    let (_, session) = opening(&site).await;
    let (_, token) = site.client("partner", &[Scope::BookingsWrite]).await;
    let body = api::booking(&session.to_string());
    let early = api::book(&site, &token, "key-number-1", &body).await;
    assert_eq!((early.status, early.problem().as_str()), (StatusCode::TOO_MANY_REQUESTS, "waiting-room"));
    assert_eq!((early.header("retry-after"), early.json()["line"]["ticket"].clone()), ("16", json!(1)));
    assert_eq!(api::book(&site, &token, "key-number-2", &body).await.json()["line"]["ticket"], 2);
    later(&site, 95);
    let booked = api::book(&site, &token, "key-number-1", &body).await;
    assert_eq!(booked.status, StatusCode::CREATED, "{}", booked.body);
    let again = api::book(&site, &token, "key-number-1", &body).await;
    assert_eq!((again.status, again.json()["id"].clone()), (StatusCode::CREATED, booked.json()["id"].clone()));
}

#[tokio::test]
async fn staff_see_the_line_and_others_do_not_plan_it() {
    let site = Site::new().await;
    let (release, session) = opening(&site).await;
    let mut browser = Browser::of(&site);
    gone(&browser.post(&format!("/museum/sessions/{session}"), &[("people", "2")]).await, "/room/");
    let officer = site.staff(&[domain::account::Role::MuseumOfficer]).await;
    let board = officer.get("/staff/museum/releases").await;
    assert_eq!(board.status, StatusCode::OK);
    assert!(board.body.contains(&format!("/releases/{release}")));
    let off = officer.request(Method::POST, &format!("/staff/museum/releases/{release}/off"), "").await;
    assert_eq!(off.status, StatusCode::CONFLICT, "somebody stands in it");
    let steward = site.staff(&[domain::account::Role::Steward]).await;
    let refused = steward.post("/staff/museum/releases", "day=2026-07-22").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let faulty = officer.post("/staff/museum/releases", "day=2026-07-22&per_second=0").await;
    assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(faulty.body.contains("2026-07-22"), "what was typed is kept");
}
