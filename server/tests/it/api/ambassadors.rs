//! `/api/v1/ambassadors`: a machine reads the rounds, applies for somebody and verifies certificates.

use super::{faults, number, told_once_and_shown_to_its_client_alone};
use crate::support::{Answer, ORIGIN, Site};
use domain::account::Scope;
use domain::ids::{AmbassadorId, AmbassadorRoundId};
use domain::outreach::{Bilingual, City};
use http::StatusCode;
use jiff::SignedDuration;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use services::ambassadors::{self, Decided, Handle, NewRound, NewTraining};
use services::limits::{self, Network};
use std::net::{IpAddr, Ipv4Addr};

const ROUNDS: &str = "/api/v1/ambassadors/rounds";
const PATH: &str = "/api/v1/ambassadors/applications";
const VERIFY: &str = "/api/v1/ambassadors/certificates/verify";

fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

/// A public round with one place, open for five days, with a training in ten.
async fn round(site: &Site, city: Option<City>) -> AmbassadorRoundId {
    let (services, staff, now) = (&site.test.services, site.test.services.system(), site.test.now());
    let fresh = NewRound {
        title: Bilingual::new("夏季招募", "Summer round"),
        story: Bilingual::new("把科学带进校园。", ""),
        city,
        places: 1,
        opens_at: now - days(1),
        closes_at: now + days(5),
    };
    let id = ambassadors::add_round(services, &staff, fresh).await.expect("a round");
    let (starts_at, ends_at) = (now + days(10), now + days(10) + SignedDuration::from_hours(3));
    let date = NewTraining { starts_at, ends_at, place: "科普馆".into(), places: None };
    ambassadors::add_training(services, &staff, id, date).await.expect("a training");
    let version = ambassadors::all_rounds(services, &staff).await.expect("rounds")[0].version;
    ambassadors::publish_round(services, &staff, id, version, true).await.expect("it is public");
    id
}

/// A child of thirteen with a guardian's consent.
fn child(round: AmbassadorRoundId) -> Value {
    json!({
        "round": round, "name": "演示·林小满", "age": 13, "guardian": "演示·林先生", "guardian_consent": true,
        "capacity": "student", "organisation": "演示市星河中学", "post": "初一（2）班", "city": "jinan",
        "contact": "guardian@example.com", "note": "想把科学讲给同学听。"
    })
}

/// The same with other members.
fn with(mut body: Value, members: &[(&str, Value)]) -> Value {
    for (name, value) in members {
        body[*name] = value.clone();
    }
    body
}

async fn apply(site: &Site, token: &str, key: &str, body: &Value) -> Answer {
    site.call("POST", PATH, token, &[("idempotency-key", key)], Some(body)).await
}

/// The link of an application.
fn link(whole: &Value) -> String {
    let address = whole["manage_url"].as_str().expect("an address");
    address.trim_start_matches(ORIGIN).trim_start_matches("/ambassadors/r/").to_owned()
}

#[tokio::test]
async fn a_machine_applies_for_somebody_once_for_a_key_and_reads_its_own_application_only() {
    let site = Site::new().await;
    let round = round(&site, None).await;
    let (_, token) = site.client("mini-programme", &[Scope::BookingsWrite]).await;
    let (_, reads) = site.client("reader", &[Scope::SessionsRead]).await;
    let listed = site.call("GET", ROUNDS, &reads, &[], None).await;
    let rounds = listed.json();
    let shown = &rounds["rounds"][0];
    assert_eq!((&shown["id"], &shown["stage"], &shown["places"]), (&json!(round), &json!("open"), &json!(1)));
    assert_eq!((&shown["title"]["en"], &shown["city"]), (&json!("Summer round"), &Value::Null));
    assert_eq!(shown["trainings"][0]["starts_at"], json!(site.test.now() + days(10)));
    let again = site.call("GET", ROUNDS, &reads, &[("if-none-match", listed.header("etag"))], None).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);

    let body = child(round);
    assert_eq!(apply(&site, &reads, "a-key-of-mine", &body).await.status, StatusCode::FORBIDDEN);
    let made = apply(&site, &token, "a-key-of-mine", &body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let whole = made.json();
    assert_eq!((&whole["state"], &whole["round"]), (&json!("submitted"), &json!(round)));
    for told in ["林小满", "林先生", "guardian@example.com", "星河", "讲给"] {
        assert!(!made.body.contains(told), "who made it knows who it is for");
    }
    assert_eq!(apply(&site, &token, "a-key-of-mine", &body).await.json(), whole, "the same key gets the same answer");
    let other = with(body, &[("contact", json!("other@example.com"))]);
    assert_eq!(apply(&site, &token, "a-key-of-mine", &other).await.problem(), "idempotency-key-reused");
    let kept = "select count(*) from ambassador_application where guardian_sealed is not null";
    assert_eq!(number(&site, kept).await, 1);
    let place = told_once_and_shown_to_its_client_alone(&site, &token, &made, PATH).await;

    // Whoever applied follows it by the link, and takes it back there; the machine sees that.
    let page = format!("/ambassadors/r/{}", link(&whole));
    let seen = site.get(&page).await;
    assert!(seen.status == StatusCode::OK && seen.body.contains("演示市星河中学"), "{}", seen.status);
    let withdrawn = site.anonymous().post(&format!("{page}/withdraw"), "version=1").await;
    assert_eq!(withdrawn.status, StatusCode::SEE_OTHER, "{}", withdrawn.body);
    assert_eq!(site.call("GET", &place, &token, &[], None).await.json()["state"], "withdrawn");
}

#[tokio::test]
async fn what_a_machine_sends_of_who_applies_is_read_by_the_rules_of_the_form() {
    let site = Site::new().await;
    let round = round(&site, Some(City::Jinan)).await;
    let (_, token) = site.client("mini-programme", &[Scope::BookingsWrite]).await;
    let wrong = [
        ("guardian", json!("")),
        ("guardian_consent", json!(false)),
        ("capacity", json!("captain")),
        ("city", json!("heze")),
        ("contact", json!("nobody")),
    ];
    let told = faults(&apply(&site, &token, "a-key-of-mine", &with(child(round), &wrong)).await);
    let expected = [
        "guardian_consent must-accept",
        "guardian required",
        "capacity not-a-choice",
        "city not-a-choice",
        "contact contact-shape",
    ];
    assert_eq!(told, expected);
    let mut silent = child(round);
    silent.as_object_mut().expect("members").remove("guardian_consent");
    let told = faults(&apply(&site, &token, "a-key-of-mine", &silent).await);
    assert_eq!(told, ["guardian_consent must-accept"], "nobody's consent is taken for granted");
    let unknown = with(child(round), &[("accept", json!("on"))]);
    assert_eq!(apply(&site, &token, "a-key-of-mine", &unknown).await.problem(), "malformed");
    let nowhere = with(child(round), &[("round", json!("01980000-0000-7000-8000-000000000000"))]);
    assert_eq!(apply(&site, &token, "a-key-of-mine", &nowhere).await.problem(), "not-found");
    let keyless = site.call("POST", PATH, &token, &[], Some(&child(round))).await;
    assert_eq!(keyless.problem(), "idempotency-key-missing");

    // A refusal frees the key. From 14 on no guardian is kept, whatever is sent.
    let pupil = with(child(round), &[("age", json!(14)), ("contact", json!("pupil@example.com"))]);
    assert_eq!(apply(&site, &token, "a-key-of-mine", &pupil).await.status, StatusCode::CREATED);
    let kept = "select count(*) from ambassador_application where guardian_sealed is not null";
    assert_eq!(number(&site, kept).await, 0);
    let refused = async |token: &str, key: &str, body: &Value| {
        let answer = apply(&site, token, key, body).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::CONFLICT, "refused"), "{}", answer.body);
        answer.json()["refusal"]["code"].clone()
    };
    assert_eq!(refused(&token, "another-key", &pupil).await, "applied-already");
    site.test.services.clock.advance(days(6));
    let (_, token) = site.client("another", &[Scope::BookingsWrite]).await;
    assert_eq!(refused(&token, "a-key-of-mine", &child(round)).await, "round-not-open");
    let listed = site.call("GET", ROUNDS, &token, &[], None).await.json();
    let shown = &listed["rounds"][0];
    assert_eq!((&shown["stage"], &shown["city"]), (&json!("choosing"), &json!("jinan")));
}

/// The number and the code of the certificate, as its paper leads to them.
async fn paper(site: &Site, id: AmbassadorId) -> (String, String) {
    let (services, staff) = (&site.test.services, site.test.services.system());
    let application = ambassadors::request(services, &staff, id).await.expect("the application");
    let path = ambassadors::verify_path(services, &application.certificate.expect("a certificate"));
    let (number, code) = path.trim_start_matches("/ambassadors/verify/").split_once('/').expect("two parts");
    (number.to_owned(), code.to_owned())
}

#[tokio::test]
async fn a_machine_follows_an_application_to_its_certificate_and_verifies_it_as_everybody_does() {
    let site = Site::new().await;
    let (services, system) = (&site.test.services, || site.test.services.system());
    let round = round(&site, None).await;
    let scopes = [Scope::BookingsWrite];
    let client = services::account::clients::create(services, &system(), "mini-programme", &scopes).await;
    let client = client.expect("a client");
    let token = async || {
        let secret = client.secret.expose_secret();
        let asked = json!({ "grant_type": "client_credentials", "client_id": client.id, "client_secret": secret });
        let answer = site.call("POST", "/api/v1/token", "", &[], Some(&asked)).await;
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    };
    let made = apply(&site, &token().await, "a-key-of-mine", &child(round)).await;
    let (whole, place) = (made.json(), made.header("location").to_owned());
    let id: AmbassadorId = whole["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    let shown = async || site.call("GET", &place, &token().await, &[], None).await.json();
    let version = async || ambassadors::request(services, &system(), id).await.expect("the application").version;

    let decided = ambassadors::decide(services, &system(), id, version().await, Decided::Reserve(1)).await;
    decided.expect("decided");
    let before = shown().await;
    assert_eq!(
        (&before["state"], &before["reserve"]),
        (&json!("submitted"), &Value::Null),
        "not before all learn of it"
    );
    let decided = ambassadors::decide(services, &system(), id, version().await, Decided::Selected).await;
    decided.expect("decided");
    services.clock.advance(days(6));
    ambassadors::publish_selection(services, &system(), round).await.expect("public");
    assert_eq!(shown().await["state"], "selected");
    let date = ambassadors::round(services, round).await.expect("the round").trainings[0].training.id;
    let handle = Handle::Link(link(&whole));
    ambassadors::confirm(services, &system(), &handle, None, date).await.expect("confirmed");
    let confirmed = shown().await;
    assert_eq!((&confirmed["state"], &confirmed["training"]["place"]), (&json!("confirmed"), &json!("科普馆")));
    services.clock.advance(days(5));
    ambassadors::attendance(services, &system(), id, version().await, true).await.expect("was there");
    ambassadors::certify(services, &system(), round).await.expect("issued");
    let certified = shown().await;
    assert_eq!(certified["certificate"]["number"], "SDQXB-2026-000001");
    let (number, code) = paper(&site, id).await;
    assert!(!certified.to_string().contains(&code), "the code is theirs who have the paper");

    let (_, any) = site.client("employer", &[Scope::DoorWrite]).await;
    let verify = async |token: &str, number: &str, code: &str| {
        let body = json!({ "number": number, "code": code });
        site.call("POST", VERIFY, token, &[], Some(&body)).await
    };
    let valid = verify(&any, &number, &code).await.json();
    let seen = &valid["certificate"];
    assert_eq!((&valid["verdict"], &seen["name"]), (&json!("valid"), &json!("演****")));
    assert_eq!((&seen["organisation"], &seen["round"]["zh-CN"]), (&json!("演示市星河中学"), &json!("夏季招募")));
    let misses = [(number.as_str(), "000000000000"), ("SDQXB-2026-000009", code.as_str()), ("hello", "there")];
    for (number, code) in misses {
        assert_eq!(verify(&any, number, code).await.json(), json!({ "verdict": "unknown" }), "{number} {code}");
    }
    ambassadors::revoke(services, &system(), id, version().await, "发错人").await.expect("revoked");
    let revoked = verify(&any, &number, &code).await;
    assert_eq!(revoked.json()["verdict"], "revoked");
    assert!(!revoked.body.contains("发错人"), "the reason stays in the house");
    assert!(!shown().await["certificate"]["revoked_at"].is_null());

    // What the page's visitors and machines miss counts together: the three above, and the last one on the page.
    let limit = limits::VERIFY_PER_NETWORK;
    let here = Network::of(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let most = limit.hits - 1 - misses.len() as u32;
    limits::hit_times(services, &limit, here.as_str(), most).await.expect("within the limit");
    assert_eq!(site.get(&format!("/ambassadors/verify/{number}/000000000000")).await.status, StatusCode::OK);
    let slowed = verify(&any, &number, &code).await;
    assert_eq!(slowed.problem(), "too-often", "whoever guesses is not told that one was right");
    assert!(!slowed.header("retry-after").is_empty());
}
