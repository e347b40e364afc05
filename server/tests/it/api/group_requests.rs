//! `/api/v1/groups/requests`: a machine asks for a visit of a group to the museum.

use super::{faults, number, told_once_and_shown_to_its_client_alone};
use crate::groups::{museum, officer, the_request, upload};
use crate::support::{Answer, Site};
use domain::account::Scope;
use domain::groups::{GroupPolicy, Kind};
use domain::ids::SessionId;
use http::StatusCode;
use serde_json::{Value, json};
use services::groups;

const PATH: &str = "/api/v1/groups/requests";
const LETTER: &[u8] = b"%PDF-1.7\n3 0 obj\n<< /Type /Page /Parent 2 0 R >>\nendobj\nxref\n0 1\ntrailer\n<< /Size 1 >>\nstartxref\n9\n%%EOF\n";

/// What a school asks for.
fn request(contact: &str, sessions: &[SessionId]) -> Value {
    json!({
        "organisation": "演示市晨光小学三年级", "kind": "school", "city": "rizhao", "ages": "primary", "members": 48, "adults": 5,
        "sessions": sessions, "name": "演示·白露", "post": "班主任", "contact": contact, "note": "有一位坐轮椅的同学"
    })
}

async fn ask(site: &Site, token: &str, key: &str, body: &Value) -> Answer {
    site.call("POST", PATH, token, &[("idempotency-key", key)], Some(body)).await
}

/// The path of an address of the house.
fn path_of(address: &Value) -> String {
    let address = address.as_str().expect("an address");
    address[address.find("/museum/").expect("its path")..].to_owned()
}

#[tokio::test]
async fn a_machine_asks_for_a_group_once_for_a_key_and_reads_its_own_request_only() {
    let (site, sessions) = museum(60).await;
    let (_, token) = site.client("mini-programme", &[Scope::BookingsWrite]).await;
    let body = request("school@example.com", &sessions);
    let made = ask(&site, &token, "a-key-of-mine", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let whole = made.json();
    assert_eq!((&whole["state"], &whole["kind"], &whole["adults"]), (&json!("submitted"), &json!("school"), &json!(5)));
    assert_eq!(whole["sessions"].as_array().map(Vec::len), Some(2));
    for told in ["白露", "school@example.com", "轮椅"] {
        assert!(!made.body.contains(told), "who made it knows who it is for");
    }
    assert_eq!(ask(&site, &token, "a-key-of-mine", &body).await.json(), whole, "the same key gets the same answer");
    let other = ask(&site, &token, "a-key-of-mine", &request("other@example.com", &sessions)).await;
    assert_eq!(other.problem(), "idempotency-key-reused");
    assert_eq!(number(&site, "select count(*) from group_request").await, 1);
    let place = told_once_and_shown_to_its_client_alone(&site, &token, &made, PATH).await;

    // Whoever asks follows it by the link.
    let page = site.get(&path_of(&whole["manage_url"])).await;
    assert!(page.status == StatusCode::OK && page.body.contains("演示市晨光小学三年级"), "{}", page.status);
    sqlx::query("update group_request set state = 'withdrawn'")
        .execute(&site.test.db.owner_pool())
        .await
        .expect("done");
    let over = site.call("GET", &place, &token, &[], None).await.json();
    assert_eq!(over["state"], "withdrawn");
    assert_eq!((&over["letter"]["upload_url"], &over["list"]["upload_url"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn a_machine_is_told_where_the_files_of_a_group_are_sent_and_whether_they_came() {
    let (site, sessions) = museum(60).await;
    let (_, token) = site.client("mini-programme", &[Scope::BookingsWrite]).await;
    let made = ask(&site, &token, "a-key-of-mine", &request("school@example.com", &sessions[..1])).await;
    let place = made.header("location").to_owned();
    let whole = made.json();
    assert_eq!((&whole["letter"]["needed"], &whole["letter"]["sent_at"]), (&json!(false), &Value::Null));
    assert_eq!((&whole["list"]["people"], &whole["list"]["until"]), (&Value::Null, &json!("2026-07-28T07:00:00Z")));
    let services = &site.test.services;
    let (version, rules) = groups::policy(services).await.expect("rules");
    let asks = GroupPolicy { letter_from: vec![Kind::School], ..rules };
    groups::change_policy(services, &services.system(), version, asks).await.expect("new rules");

    let to = path_of(&whole["letter"]["upload_url"]);
    let (page, part) = to.split_once('#').expect("a part of the page");
    assert!(site.get(page).await.body.contains(&format!("id=\"{part}\"")), "the page has that part");
    let list = path_of(&whole["list"]["upload_url"]);
    let part = list.split_once('#').expect("a part of the page").1;
    assert!(site.get(page).await.body.contains(&format!("id=\"{part}\"")), "the page has that part");
    let sent = site.send(upload(&format!("{page}/letter"), &[], Some(("letter.pdf", LETTER)))).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let shown = site.call("GET", &place, &token, &[], None).await.json();
    assert_eq!((&shown["letter"]["needed"], &shown["letter"]["sent_at"]), (&json!(true), &json!(site.test.now())));
    assert!(!shown["letter"]["upload_url"].is_null(), "it can be replaced");

    // Approved, it is a booking of its session; the letter stays as it is.
    let (id, _, version) = the_request(&site).await;
    let form = format!("version={version}&session={}", sessions[0]);
    let staff = officer(&site).await;
    let approved = staff.post(&format!("/staff/groups/{id}/approve"), &form).await;
    assert_eq!(approved.status, StatusCode::SEE_OTHER, "{}", approved.body);
    let shown = site.call("GET", &place, &token, &[], None).await.json();
    assert_eq!((&shown["state"], &shown["session"]["session"]), (&json!("approved"), &json!(sessions[0])));
    assert_eq!(shown["letter"]["upload_url"], Value::Null);
}

#[tokio::test]
async fn what_a_machine_asks_for_a_group_is_read_by_the_rules_of_the_form() {
    let (site, sessions) = museum(60).await;
    let (_, token) = site.client("mini-programme", &[Scope::BookingsWrite]).await;
    let mut wrong = request("nobody", &sessions[..1]);
    wrong["adults"] = json!(4);
    wrong["city"] = json!("paris");
    let told = faults(&ask(&site, &token, "a-key-of-mine", &wrong).await);
    assert_eq!(told, ["city not-a-choice", "adults adults-needed", "contact contact-shape"]);
    let nothing: SessionId = "01980000-0000-7000-8000-000000000000".parse().expect("an id");
    let asked = async |sessions: &[SessionId]| {
        let body = request("school@example.com", sessions);
        faults(&ask(&site, &token, "a-key-of-mine", &body).await)
    };
    assert_eq!(asked(&[sessions[0], nothing]).await, ["sessions.2 not-a-choice"]);
    assert_eq!(asked(&[sessions[0], sessions[0]]).await, ["sessions.2 already-exists"]);
    assert_eq!(asked(&[]).await, ["sessions.1 required"]);
    assert_eq!(asked(&[sessions[0]; 4]).await, ["sessions out-of-range"]);
    let mut unknown = request("school@example.com", &sessions);
    unknown["roster"] = json!([]);
    assert_eq!(
        ask(&site, &token, "a-key-of-mine", &unknown).await.problem(),
        "malformed",
        "no list comes by this call"
    );
    // A refusal frees the key.
    let right = request("school@example.com", &sessions);
    for n in 1..=6 {
        assert_eq!(ask(&site, &token, &format!("a-key-of-mine-{n}"), &right).await.status, StatusCode::CREATED);
    }
    let many = ask(&site, &token, "a-key-of-mine", &right).await;
    assert_eq!((many.status, many.problem().as_str()), (StatusCode::CONFLICT, "refused"));
    assert_eq!(many.json()["refusal"], json!({ "code": "too-many-under-way", "max": 6 }));
    let keyless = site.call("POST", PATH, &token, &[], Some(&right)).await;
    assert_eq!(keyless.problem(), "idempotency-key-missing");
    let (_, reads) = site.client("reader", &[Scope::SessionsRead]).await;
    assert_eq!(ask(&site, &reads, "a-key-of-mine", &right).await.status, StatusCode::FORBIDDEN);
}
