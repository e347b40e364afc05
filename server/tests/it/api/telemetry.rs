//! `/api/v1/telemetry/…`.

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
    assert_eq!(refused.json()["most"], 10_000);
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

#[tokio::test]
async fn a_gateway_asks_for_its_channels_and_is_told_when_nothing_changed() {
    const CHANNELS: &str = "/api/v1/telemetry/channels";
    let site = Site::new().await;
    level(&site).await;
    let (_, gateway) = site.client("gateway", &[Scope::TelemetryWrite]).await;
    let (_, partner) = site.client("partner", &[Scope::BookingsWrite, Scope::LimsWrite]).await;
    let list = async |query: &str, headers: &[(&str, &str)]| {
        site.call("GET", &format!("{CHANNELS}{query}"), &gateway, headers, None).await
    };
    let silent = list("", &[]).await;
    let expected = json!({ "channel": "T-01/ln2_level", "kind": "ln2_level", "unit": "%", "interval_seconds": 60 });
    assert_eq!(silent.json(), json!({ "channels": [expected] }), "nothing came yet");
    let etag = silent.header("etag").to_owned();
    assert_eq!(list("", &[("if-none-match", etag.as_str())]).await.status, StatusCode::NOT_MODIFIED);

    let batch = json!({ "readings": [reading(7, &json!(71.5))] });
    assert_eq!(site.call("POST", FEED, &gateway, &[], Some(&batch)).await.status, StatusCode::OK);
    let heard = list("", &[("if-none-match", etag.as_str())]).await;
    assert_eq!(heard.status, StatusCode::OK, "something came");
    let channel = &heard.json()["channels"][0];
    assert_eq!(channel["newest_at"], "2026-07-20T02:07:00Z");
    assert_eq!(channel["heard_at"], json!(site.test.now()));

    assert_eq!(list("?cursor=nonsense", &[]).await.problem(), "malformed");
    assert_eq!(site.call("GET", CHANNELS, &partner, &[], None).await.problem(), "forbidden");
    assert_eq!(site.call("GET", CHANNELS, "nonsense", &[], None).await.problem(), "no-token");
}

#[tokio::test]
async fn a_long_list_of_channels_comes_in_pages_and_each_channel_once() {
    let site = Site::new().await;
    level(&site).await;
    let (_, gateway) = site.client("gateway", &[Scope::TelemetryWrite]).await;
    // As many tanks as make a page and two channels more; one that is out of use is no more of them.
    sqlx::raw_sql(
        "insert into custody_tank (id, room_id, code, use, towers, frames, slots, since)
         select gen_random_uuid(), r.id, 'X-' || n, 'long_term', 4, 4, 4, '2026-01-01' from custody_room r, generate_series(1, 502) n;
         insert into telemetry_channel (code, kind, tank_id, interval_s, device, since, until)
         select t.code || '/ln2_level', 'ln2_level', t.id, 60, 'L-1', '2026-01-01', case when t.code = 'X-7' then now() end
         from custody_tank t where t.code like 'X-%';
         insert into telemetry_latest (channel_id, heard_at)
         select c.id, '2026-01-01' from telemetry_channel c where c.code like 'X-%'",
    )
    .execute(&site.test.db.owner_pool())
    .await
    .expect("channels");
    let list = async |query: &str| {
        let path = format!("/api/v1/telemetry/channels{query}");
        site.call("GET", &path, &gateway, &[], None).await.json()
    };
    let first = list("").await;
    let next = first["next"].as_str().expect("another page");
    let last = list(&format!("?cursor={next}")).await;
    let counts = [&first, &last].map(|page| page["channels"].as_array().map(Vec::len));
    assert_eq!((counts, &last["next"]), ([Some(500), Some(2)], &Value::Null));
    let codes: std::collections::BTreeSet<&str> = [&first, &last]
        .into_iter()
        .flat_map(|page| page["channels"].as_array().into_iter().flatten())
        .filter_map(|channel| channel["channel"].as_str())
        .collect();
    assert_eq!((codes.len(), codes.contains("X-7/ln2_level")), (502, false));
}
