//! `/api/v1/door/…`: devices and their own keys.

use super::{book, booking, museum};
use crate::support::Site;
use domain::account::{DeviceRole, Role, Scope};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use services::door;

const KEY: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

async fn code(site: &Site, role: DeviceRole) -> (domain::ids::DeviceId, String) {
    let device = door::add(&site.test.services, &site.test.services.system(), "东门", role).await.expect("added");
    (device.id, device.code.expose_secret().to_owned())
}

/// A device with [`KEY`].
async fn enrolled(site: &Site, role: DeviceRole) -> domain::ids::DeviceId {
    let (id, code) = code(site, role).await;
    let body = json!({ "code": code, "key": KEY });
    let answer = site.call("POST", "/api/v1/door/enrolments", "", &[], Some(&body)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.json(), json!({ "device": id, "name": "东门", "role": role.name() }));
    id
}

/// A booking of the museum, at the instant at which its session begins.
async fn at_its_beginning(site: &Site) -> Value {
    let session = museum(site).await;
    let (_, books) = site.client("books", &[Scope::BookingsWrite]).await;
    let made = book(site, &books, "key-number-1", &booking(&session)).await.json();
    let starts: Timestamp = made["starts_at"].as_str().expect("an instant").parse().expect("an instant");
    site.test.services.clock.advance(starts.duration_since(site.test.now()));
    made
}

fn upload(now: Timestamp, facts: &[Value]) -> Value {
    json!({ "device_at": now, "app_version": "door.1", "queue_length": facts.len(), "facts": facts })
}

#[tokio::test]
async fn a_code_enrols_once_and_says_nothing_else() {
    let site = Site::new().await;
    let (_, code) = code(&site, DeviceRole::Steward).await;
    let other = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
    for (key, status) in [(KEY, 200), (KEY, 200), (other, 401)] {
        let body = json!({ "code": code, "key": key });
        let answer = site.call("POST", "/api/v1/door/enrolments", "", &[], Some(&body)).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    }
    let unknown = json!({ "code": "0000-0000-0000", "key": other });
    let answer = site.call("POST", "/api/v1/door/enrolments", "", &[], Some(&unknown)).await;
    assert_eq!(answer.problem(), "bad-credentials");
}

#[tokio::test]
async fn what_was_done_goes_up_and_the_roster_comes_down() {
    let site = Site::new().await;
    let made = at_its_beginning(&site).await;
    enrolled(&site, DeviceRole::Steward).await;

    let roster = site.call("GET", "/api/v1/door/roster", KEY, &[], None).await;
    assert_eq!(roster.status, StatusCode::OK, "{}", roster.body);
    assert_eq!(roster.header("cache-control"), "no-store");
    let page = roster.json();
    assert_eq!((page["full"].as_bool(), page["next"].is_null()), (Some(true), true));
    let id = made["id"].as_str().expect("an id");
    let of = |page: &Value| page["bookings"].as_array().expect("a list").iter().find(|b| b["id"] == id).cloned();
    let listed = of(&page).expect("it is on the roster");
    assert_eq!((listed["people"].as_u64(), listed["cancelled"].as_bool()), (Some(3), Some(false)));
    let mut members: Vec<_> = listed.as_object().expect("an object").keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["arrived", "cancelled", "id", "name", "people", "reference", "session"], "and nothing else");
    assert!(!roster.body.contains("bailu") && !roster.body.contains("白露"), "no contact, no whole name");

    let nonce = "01980000-0000-7000-8000-000000000001";
    let now = site.test.now();
    let fact =
        json!({ "kind": "admitted", "nonce": nonce, "at": now, "ticket": { "pass": made["pass"] }, "present": 2 });
    for _ in 0..2 {
        let sent =
            site.call("POST", "/api/v1/door/facts", KEY, &[], Some(&upload(now, std::slice::from_ref(&fact)))).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.body);
        let result = &sent.json()["results"][0];
        assert_eq!((result["outcome"].as_str(), result["arrived"].as_u64()), (Some("admitted"), Some(2)));
    }
    let mut other = fact.clone();
    other["present"] = json!(1);
    let reused = site.call("POST", "/api/v1/door/facts", KEY, &[], Some(&upload(now, &[other]))).await;
    assert_eq!(reused.json()["results"][0]["outcome"], "nonce-reused");
    let since = page["as_of"].as_str().expect("an instant");
    let changed = site.call("GET", &format!("/api/v1/door/roster?since={since}"), KEY, &[], None).await;
    assert_eq!(of(&changed.json()).map(|b| b["arrived"].clone()), Some(json!(2)));
    let many: Vec<Value> = (0..101)
        .map(|_| json!({ "kind": "left", "nonce": nonce, "at": now, "activity": nonce, "people": 1 }))
        .collect();
    let refused = site.call("POST", "/api/v1/door/facts", KEY, &[], Some(&upload(now, &many))).await;
    assert_eq!(refused.problem(), "invalid");
    for (method, path) in [("GET", "/api/v1/door/conflicts"), ("DELETE", "/api/v1/door/shift")] {
        let denied = site.call(method, path, KEY, &[], None).await;
        assert_eq!((denied.status, denied.problem().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{path}");
    }
}

/// What devices sent before facts said how far their clock was behind, and before an upload was anything more, as it came over
/// the wire: a device that was off for a week still sends it.
#[tokio::test]
async fn facts_of_older_apps_are_taken_as_they_were_sent() {
    let site = Site::new().await;
    let made = at_its_beginning(&site).await;
    enrolled(&site, DeviceRole::Supervisor).await;
    let page = site.call("GET", "/api/v1/door/roster", KEY, &[], None).await.json();
    let activity = page["activities"][0]["id"].as_str().expect("an activity").to_owned();
    let now = site.test.now();
    let recorded = format!(
        r#"{{"device_at":"{now}","app_version":"1a2b3c4d","queue_length":4,"facts":[
            {{"kind":"admitted","nonce":"0197f3a0-0000-4000-8000-000000000001","at":"{now}","ticket":{{"booking":{id}}},"present":1}},
            {{"kind":"admitted","nonce":"0197f3a0-0000-4000-8000-000000000002","at":"{now}","ticket":{{"pass":{pass}}},"present":1,"reason":"大巴晚到"}},
            {{"kind":"walk_in","nonce":"0197f3a0-0000-4000-8000-000000000003","at":"{now}","activity":"{activity}","people":5}},
            {{"kind":"left","nonce":"0197f3a0-0000-4000-8000-000000000004","at":"{now}","activity":"{activity}","people":2}}]}}"#,
        id = made["id"],
        pass = made["pass"],
    );
    let sent: Value = serde_json::from_str(&recorded).expect("as it was recorded");
    let answer = site.call("POST", "/api/v1/door/facts", KEY, &[], Some(&sent)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let outcomes: Vec<_> =
        answer.json()["results"].as_array().expect("results").iter().map(|it| it["outcome"].clone()).collect();
    assert_eq!(outcomes, ["admitted", "admitted", "counted", "counted"]);
}

/// A fact of a later app is refused with its whole batch, in the word by which the device keeps all of them and sends those of
/// each shape by themselves. None of them was applied.
#[tokio::test]
async fn a_batch_with_a_fact_of_a_later_app_is_not_read_and_nothing_of_it_is_done() {
    let site = Site::new().await;
    at_its_beginning(&site).await;
    enrolled(&site, DeviceRole::Steward).await;
    let page = site.call("GET", "/api/v1/door/roster", KEY, &[], None).await.json();
    let (activity, now) = (&page["activities"][0]["id"], site.test.now());
    let known = json!({ "kind": "walk_in", "nonce": "0197f3a0-0000-4000-8000-000000000001", "at": now, "activity": activity, "people": 3 });
    let mut later = known.clone();
    later["nonce"] = json!("0197f3a0-0000-4000-8000-000000000002");
    later["gate"] = json!("east");
    let mut other = known.clone();
    other["kind"] = json!("turned_away");
    for unread in [later, other] {
        let batch = upload(now, &[known.clone(), unread]);
        let answer = site.call("POST", "/api/v1/door/facts", KEY, &[], Some(&batch)).await;
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (StatusCode::BAD_REQUEST, "malformed"),
            "{}",
            answer.body
        );
    }
    let page = site.call("GET", "/api/v1/door/roster", KEY, &[], None).await.json();
    assert_eq!(page["activities"][0]["walked"], 0, "nothing was counted");
    let alone = site.call("POST", "/api/v1/door/facts", KEY, &[], Some(&upload(now, &[known]))).await;
    assert_eq!(alone.json()["results"][0]["outcome"], "counted");
}

#[tokio::test]
async fn a_revoked_device_hears_it_wherever_it_asks() {
    let site = Site::new().await;
    museum(&site).await;
    let id = enrolled(&site, DeviceRole::Supervisor).await;
    let shift = site.call("DELETE", "/api/v1/door/shift", KEY, &[], None).await;
    assert_eq!(shift.status, StatusCode::OK, "{}", shift.body);
    let conflicts = site.call("GET", "/api/v1/door/conflicts", KEY, &[], None).await;
    assert_eq!(conflicts.json(), json!({ "conflicts": [] }));
    let staff = site.staff(&[Role::DoorSupervisor]).await;
    let done = staff.post(&format!("/staff/door/devices/{id}/revoke"), "").await;
    assert_eq!((done.status, done.header("location")), (StatusCode::SEE_OTHER, "/staff/door?done=revoked"));
    let empty = upload(site.test.now() - SignedDuration::from_secs(3), &[]);
    for (method, path, body) in [
        ("POST", "/api/v1/door/facts", Some(&empty)),
        ("GET", "/api/v1/door/roster", None),
        ("GET", "/api/v1/door/conflicts", None),
        ("DELETE", "/api/v1/door/shift", None),
    ] {
        let answer = site.call(method, path, KEY, &[], body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::GONE, "device-revoked"), "{path}");
    }
    let unknown = site.call("GET", "/api/v1/door/roster", &KEY.replace('a', "c"), &[], None).await;
    assert_eq!(unknown.problem(), "no-token");
    let page = staff.get("/staff/door").await;
    assert!(page.body.contains("已收回并清除"), "staff see that it was told");
}

#[tokio::test]
async fn the_shell_names_nobody_and_is_asked_for_each_time() {
    let site = Site::new().await;
    let manifest = site.get("/door/app/manifest.webmanifest").await;
    assert_eq!(manifest.json()["scope"], "/door/app/");
    assert_eq!(site.get("/door/app").await.header("location"), "/door/app/");
    let shell = site.get("/door/app/").await;
    if site.house.assets.door.is_none() {
        // Nothing was built for it: it is not there, and nothing else stands in its place.
        assert_eq!(shell.status, StatusCode::NOT_FOUND);
        return;
    }
    let policy = shell.header("content-security-policy").to_owned();
    assert!(
        policy.contains("script-src 'self' 'wasm-unsafe-eval'")
            && !policy.contains("nonce")
            && !policy.contains("unsafe-inline")
    );
    assert_eq!(shell.header("cache-control"), "no-cache");
    let worker = site.get("/door/app/worker.js").await;
    assert!(worker.body.contains("/main.js") && worker.body.contains("/gate.wasm"), "{}", worker.body);
}
