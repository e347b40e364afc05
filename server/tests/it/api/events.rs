//! `GET /api/v1/events`.

use super::museum;
use crate::support::Site;
use domain::account::Scope;
use http::StatusCode;
use serde_json::{Value, json};

/// A site with the demo's events, and the token of a machine that may see and book.
pub async fn events() -> (Site, String) {
    let site = Site::new().await;
    museum(&site).await;
    services::outreach::seed_demo(&site.test.services, &site.test.services.system()).await.expect("events");
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    let (_, token) = site.client("partner", &[Scope::SessionsRead, Scope::BookingsWrite]).await;
    (site, token)
}

fn kinds(answer: &Value) -> Vec<&str> {
    let events = answer["events"].as_array().expect("events");
    events.iter().map(|event| event["kind"].as_str().expect("a kind")).collect()
}

#[tokio::test]
async fn events_come_with_their_places_and_are_narrowed_as_on_the_page() {
    let (site, token) = events().await;
    let all = site.call("GET", "/api/v1/events", &token, &[], None).await;
    assert_eq!(all.status, StatusCode::OK, "{}", all.body);
    let whole = all.json();
    assert_eq!(kinds(&whole).first(), Some(&"lectures"), "the next one first");
    let lectures = &whole["events"][0];
    assert_eq!(lectures["title"], json!({ "zh-CN": "乐孕课堂", "en": "Leyun prenatal lectures" }));
    assert_eq!((lectures["city"].as_str(), lectures["asks"].as_bool()), (Some("jinan"), Some(true)));
    assert_eq!(lectures["series"], "both");
    let dates = lectures["dates"].as_array().expect("dates");
    assert_eq!(dates.len(), 4);
    assert_eq!(dates[1]["name"]["en"], "Reading your check-up sheets");
    assert_eq!((dates[1]["capacity"].as_u64(), dates[1]["free"].as_u64()), (Some(8), Some(0)));
    assert_eq!(dates[1]["state"], "full");
    // One of them is told whole: a machine shows the page of it that people read here.
    let one = format!("/api/v1/events/{}", lectures["id"].as_str().expect("an id"));
    let one = site.call("GET", &one, &token, &[], None).await.json();
    assert!(one["story"]["zh-CN"].as_str().is_some_and(|text| text.contains("乐孕课堂") && text.contains("\n\n")));
    assert!(one["story"]["en"].as_str().is_some_and(|text| text.starts_with("The Leyun lectures")));
    let first = json!({ "time": "09:00", "what": { "zh-CN": "签到、入座", "en": "Doors open" } });
    assert_eq!((one["programme"].as_array().map(Vec::len), &one["programme"][0]), (Some(4), &first));
    let linyi = site.call("GET", "/api/v1/events?city=linyi", &token, &[], None).await.json();
    assert_eq!(kinds(&linyi), ["health-tour"]);
    let nowhere = site.call("GET", "/api/v1/events?city=beijing", &token, &[], None).await;
    assert_eq!(
        (nowhere.status, nowhere.json()["errors"][0]["field"].as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, Some("city"))
    );
    let again = site.call("GET", "/api/v1/events", &token, &[("if-none-match", all.header("etag"))], None).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn a_machine_shows_the_document_an_event_asks_for_and_sees_it_nowhere() {
    let (site, token) = events().await;
    sqlx::query(r#"update activity set policy = policy || '{"identity": "leader"}' where slug = 'health-tour-linyi'"#)
        .execute(&site.test.db.owner_pool())
        .await
        .expect("the rules are changed");
    site.test.services.clock.advance(jiff::SignedDuration::from_secs(2));
    let whole = site.call("GET", "/api/v1/events", &token, &[], None).await.json();
    let events = whole["events"].as_array().expect("events").clone();
    let event = events.iter().find(|event| event["kind"] == "health-tour").expect("the event");
    assert_eq!(event["identity"], "leader");
    assert!(events.iter().any(|event| event["identity"] == "none"));
    let book = async |key: &str, more: Value| {
        let mut body = json!({
            "session": event["dates"][0]["id"], "name": "演示·高远", "contact": format!("{key}@example.com"), "people": 1,
        });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        site.call("POST", "/api/v1/bookings", &token, &[("idempotency-key", key)], Some(&body)).await
    };
    let fault = |answer: &crate::support::Answer| {
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid"));
        let error = answer.json()["errors"][0].clone();
        (error["field"].as_str().expect("a field").to_owned(), error["code"].as_str().expect("a code").to_owned())
    };
    let said = |field: &str, code: &str| (field.to_owned(), code.to_owned());
    assert_eq!(fault(&book("document-1", json!({})).await), said("document", "required"));
    let number = "11010519491231002x";
    assert_eq!(fault(&book("document-2", json!({ "document": number })).await), said("document_kind", "required"));
    let slip = json!({ "document_kind": "resident", "document": "110105194912310021" });
    assert_eq!(fault(&book("document-3", slip).await), said("document", "resident-check-digit"));
    let right = json!({ "document_kind": "resident", "document": number });
    let made = book("document-4", right.clone()).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert!(!made.body.to_lowercase().contains("31002x"), "no answer shows it");
    let again = book("document-5", right).await;
    assert_eq!(again.json()["refusal"]["code"], "document-limit", "{}", again.body);
}

#[tokio::test]
async fn a_machine_shows_everybodys_and_says_who_still_comes() {
    let (site, token) = events().await;
    let whole = site.call("GET", "/api/v1/events", &token, &[], None).await.json();
    let events = whole["events"].as_array().expect("events").clone();
    let event = events.iter().find(|event| event["identity"] == "everybody").expect("the demo has one");
    let book = async |key: &str, documents: Value| {
        let body = json!({
            "session": event["dates"][0]["id"], "name": "演示·高远", "contact": format!("{key}@example.com"), "people": 2,
            "documents": documents,
        });
        site.call("POST", "/api/v1/bookings", &token, &[("idempotency-key", key)], Some(&body)).await
    };
    let first = json!({ "kind": "resident", "number": "11010519491231002x" });
    let slip = json!({ "kind": "resident", "number": "340524198001010011" });
    let second = json!({ "kind": "passport", "number": "EX7654321" });
    for (key, documents, field, code) in [
        ("documents-1", json!([first]), "document_2", "required"),
        ("documents-2", json!([first, slip]), "document_2", "resident-check-digit"),
        ("documents-3", json!([first, first]), "document_2", "document-twice"),
    ] {
        let answer = book(key, documents).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.body);
        assert_eq!(answer.json()["errors"][0]["field"], field, "{}", answer.body);
        assert_eq!(answer.json()["errors"][0]["code"], code, "{}", answer.body);
    }
    for (key, beside) in [
        ("documents-both", json!({ "document_kind": "resident", "document": "11010519491231002x" })),
        ("documents-kind", json!({ "document_kind": "resident" })),
    ] {
        let mut body = json!({
            "session": event["dates"][0]["id"], "name": "演示·高远", "contact": "both@example.com", "people": 2,
            "documents": [first, second],
        });
        body.as_object_mut().expect("an object").extend(beside.as_object().expect("an object").clone());
        let both = site.call("POST", "/api/v1/bookings", &token, &[("idempotency-key", key)], Some(&body)).await;
        assert_eq!((both.status, both.problem().as_str()), (StatusCode::BAD_REQUEST, "malformed"), "{}", both.body);
    }
    let made = book("documents-4", json!([first, second])).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    assert!(!made.body.contains("7654321") && !made.body.to_lowercase().contains("31002x"), "no answer shows them");
    let path = format!("/api/v1/bookings/{}", made.json()["id"].as_str().expect("an id"));
    let change = async |key: &str, body: Value| {
        site.call("PATCH", &path, &token, &[("idempotency-key", key)], Some(&body)).await
    };
    let unsaid = change("documents-5", json!({ "people": 1 })).await;
    assert_eq!(unsaid.json()["errors"][0]["code"], "stay-choose", "{}", unsaid.body);
    let said = change("documents-6", json!({ "people": 1, "stay": [2] })).await;
    assert_eq!((said.status, said.json()["people"].clone()), (StatusCode::OK, json!(1)), "{}", said.body);
    // Whoever stays away is free to come with somebody else.
    let other = json!({ "kind": "passport", "number": "EX1234567" });
    let again = book("documents-7", json!([first, other])).await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.body);
}
