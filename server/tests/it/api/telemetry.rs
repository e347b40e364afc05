//! `POST /api/v1/telemetry/readings`.

use super::turned_away;
use crate::support::Site;
use domain::account::Scope;
use domain::telemetry::ChannelKind;
use http::StatusCode;
use serde_json::{Value, json};
use services::context::new_uuid;
use services::telemetry::{NewChannel, add_channel};

const FEED: &str = "/api/v1/telemetry/readings";

/// A tank with a level.
async fn level(site: &Site) {
    let (room, tank) = (new_uuid(site.test.now()), new_uuid(site.test.now()));
    let owner = site.test.db.owner_pool();
    sqlx::query(
        "insert into custody_room (id, site, code, zh, en) values ($1, 'JN', 'R-1', '液氮库', 'Nitrogen store')",
    )
    .bind(room)
    .execute(&owner)
    .await
    .expect("a room");
    sqlx::query(
        "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
         values ($1, $2, 'T-01', 'long_term', 4, 4, 4, '2026-01-01T00:00:00Z')",
    )
    .bind(tank)
    .bind(room)
    .execute(&owner)
    .await
    .expect("a tank");
    let new = NewChannel {
        kind: ChannelKind::Ln2Level,
        place: "T-01".to_owned(),
        tank: Some(tank.into()),
        room: None,
        interval_s: 60,
        device: "L-1".to_owned(),
    };
    let mut db = site.test.services.db.acquire().await.expect("a connection");
    add_channel(&mut db, &new, site.test.now()).await.expect("a channel");
}

fn reading(minute: u32, value: &Value) -> Value {
    json!({ "channel": "T-01/ln2_level", "at": format!("2026-07-20T10:{minute:02}:00+08:00"), "value": value, "quality": "ok" })
}

#[tokio::test]
async fn one_bad_reading_is_named_and_the_others_are_kept_once() {
    let site = Site::new().await;
    level(&site).await;
    let (_, gateway) = site.client("gateway", &[Scope::TelemetryWrite]).await;
    let mut readings: Vec<Value> = (0..60).map(|minute| reading(minute, &json!(71.5))).collect();
    readings[17] = reading(17, &json!("warm"));
    let batch = json!({ "readings": readings });
    let first = site.call("POST", FEED, &gateway, &[], Some(&batch)).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.body);
    let told = first.json();
    assert_eq!((&told["kept"], &told["known"], &told["late"]), (&json!(59), &json!(0), &json!(0)));
    assert_eq!(told["refused"], json!([{ "position": 17, "code": "unreadable" }]));
    let again = site.call("POST", FEED, &gateway, &[], Some(&batch)).await.json();
    assert_eq!((&again["kept"], &again["known"]), (&json!(0), &json!(59)));
}

#[tokio::test]
async fn only_a_gateway_feeds_and_no_more_than_ten_thousand_at_once() {
    let site = Site::new().await;
    level(&site).await;
    let (_, gateway) = site.client("gateway", &[Scope::TelemetryWrite]).await;
    let (_, books) = site.client("books", &[Scope::BookingsWrite]).await;
    let many = json!({ "readings": vec![reading(0, &json!(71.5)); 10_001] });
    let refused = site.call("POST", FEED, &gateway, &[], Some(&many)).await;
    assert_eq!((refused.status, refused.problem().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "too-large"));
    let other = site.call("POST", FEED, &books, &[], Some(&json!({ "readings": [] }))).await;
    assert_eq!((other.status, other.problem().as_str()), (StatusCode::FORBIDDEN, "forbidden"));
}

#[tokio::test]
async fn a_batch_that_finds_no_turn_is_told_so_before_it_is_read() {
    let site = Site::new().await;
    let (_, token) = site.client("gateway", &[Scope::TelemetryWrite]).await;
    let answer = turned_away(&site, &token, (FEED, "readings")).await;
    assert_eq!(answer.problem(), "busy");
}
