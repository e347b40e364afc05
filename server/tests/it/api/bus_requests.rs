//! `/api/v1/bus/requests`: a machine asks for the science bus for a school.

use super::{faults, number, told_once_and_shown_to_its_client_alone};
use crate::support::{Answer, Site};
use domain::account::Scope;
use http::StatusCode;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/bus/requests";

/// What a school asks for; it is 20 July 2026.
fn request(contact: &str) -> Value {
    json!({
        "organisation": "演示市星河小学", "audience": "primary", "ages": "8–10 岁", "people": 120, "city": "weifang",
        "address": "演示路 1 号", "days": ["2026-09-10", "2026-09-11"], "half_day": "morning", "parking": 18, "power": true,
        "indoor": false, "name": "演示·安老师", "post": "科学老师", "contact": contact, "note": "操场北门进"
    })
}

async fn ask(site: &Site, token: &str, key: &str, body: &Value) -> Answer {
    site.call("POST", PATH, token, &[("idempotency-key", key)], Some(body)).await
}

#[tokio::test]
async fn a_machine_asks_for_the_bus_once_for_a_key_and_reads_its_own_request_only() {
    let site = Site::new().await;
    let (_, token) = site.client("mini-programme", &[Scope::BookingsWrite]).await;
    let body = request("school@example.com");
    let made = ask(&site, &token, "a-key-of-mine", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let whole = made.json();
    assert_eq!((whole["state"].as_str(), whole["city"].as_str()), (Some("submitted"), Some("weifang")));
    for told in ["安老师", "school@example.com", "演示路"] {
        assert!(!made.body.contains(told), "who made it knows who it is for");
    }
    assert_eq!(ask(&site, &token, "a-key-of-mine", &body).await.json(), whole, "the same key gets the same answer");
    let other = ask(&site, &token, "a-key-of-mine", &request("other@example.com")).await;
    assert_eq!(other.problem(), "idempotency-key-reused");
    assert_eq!(number(&site, "select count(*) from bus_request").await, 1);
    let place = told_once_and_shown_to_its_client_alone(&site, &token, &made, PATH).await;

    // Whoever asks follows it by the link, and takes it back there; the machine sees that.
    let link = whole["manage_url"].as_str().expect("a link");
    let link = &link[link.find("/bus/r/").expect("its path")..];
    let page = site.get(link).await;
    assert!(page.status == StatusCode::OK && page.body.contains("演示市星河小学"), "{}", page.status);
    sqlx::query("update bus_request set state = 'withdrawn'").execute(&site.test.db.owner_pool()).await.expect("done");
    assert_eq!(site.call("GET", &place, &token, &[], None).await.json()["state"], "withdrawn");
}

#[tokio::test]
async fn what_a_machine_asks_of_the_bus_is_read_by_the_rules_of_the_form() {
    let site = Site::new().await;
    let (_, token) = site.client("mini-programme", &[Scope::BookingsWrite]).await;
    let mut wrong = request("nobody");
    wrong["people"] = json!(5);
    wrong["city"] = json!("paris");
    wrong["days"] = json!(["2026-09-10", "2026-07-21"]);
    let told = faults(&ask(&site, &token, "a-key-of-mine", &wrong).await);
    let fields: Vec<&str> = told.iter().filter_map(|fault| fault.split(' ').next()).collect();
    assert_eq!(fields, ["people", "city", "days.2", "contact"], "{told:?}");
    wrong["days"] = json!(["2026-09-10", "2026-09-11", "2026-09-12", "2026-09-13"]);
    assert_eq!(faults(&ask(&site, &token, "a-key-of-mine", &wrong).await), ["days out-of-range"]);
    wrong["colour"] = json!("red");
    assert_eq!(ask(&site, &token, "a-key-of-mine", &wrong).await.problem(), "malformed");
    // A refusal frees the key.
    let right = request("school@example.com");
    assert_eq!(ask(&site, &token, "a-key-of-mine", &right).await.status, StatusCode::CREATED);
    for n in 2..=6 {
        assert_eq!(ask(&site, &token, &format!("a-key-of-mine-{n}"), &right).await.status, StatusCode::CREATED);
    }
    let many = ask(&site, &token, "a-key-of-mine-7", &right).await;
    assert_eq!((many.status, many.problem().as_str()), (StatusCode::CONFLICT, "refused"));
    assert_eq!(many.json()["refusal"], json!({ "code": "too-many-under-way", "max": 6 }));
    let keyless = site.call("POST", PATH, &token, &[], Some(&right)).await;
    assert_eq!(keyless.problem(), "idempotency-key-missing");
    let (_, reads) = site.client("reader", &[Scope::SessionsRead]).await;
    assert_eq!(ask(&site, &reads, "a-key-of-mine", &right).await.status, StatusCode::FORBIDDEN);
}
