//! `POST /api/v1/token` and what tokens open.

use crate::support::Site;
use domain::account::Scope;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::{Value, json};

async fn ask(site: &Site, body: Value) -> crate::support::Answer {
    site.call("POST", "/api/v1/token", "", &[], Some(&body)).await
}

#[tokio::test]
async fn tokens_are_given_refreshed_and_reuse_ends_the_grant() {
    let site = Site::new().await;
    let (id, _) = site.client("partner", &[Scope::SessionsRead]).await;
    let wrong =
        ask(&site, json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": "wrong" })).await;
    assert_eq!((wrong.status, wrong.problem().as_str()), (StatusCode::UNAUTHORIZED, "bad-credentials"));
    assert!(wrong.header("www-authenticate").starts_with("Bearer"));

    let system = site.test.services.system();
    let fresh = services::account::clients::create(&site.test.services, &system, "another", &[Scope::SessionsRead])
        .await
        .expect("a client");
    let secret = secrecy::ExposeSecret::expose_secret(&fresh.secret).to_owned();
    let first = ask(&site, json!({ "grant_type": "client_credentials", "client_id": fresh.id, "client_secret": secret, "scope": "sessions:read" })).await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!((first.json()["token_type"].as_str(), first.json()["expires_in"].as_i64()), (Some("Bearer"), Some(300)));
    let more = ask(&site, json!({ "grant_type": "client_credentials", "client_id": fresh.id, "client_secret": secret, "scope": "door:write" })).await;
    assert_eq!(more.problem(), "forbidden");

    let refresh = first.json()["refresh_token"].as_str().expect("a token").to_owned();
    let second = ask(&site, json!({ "grant_type": "refresh_token", "client_id": fresh.id, "client_secret": secret, "refresh_token": refresh })).await;
    assert_eq!(second.status, StatusCode::OK);
    site.test.services.clock.advance(SignedDuration::from_mins(2));
    let again = ask(&site, json!({ "grant_type": "refresh_token", "client_id": fresh.id, "client_secret": secret, "refresh_token": refresh })).await;
    assert_eq!(again.problem(), "bad-credentials");
    let access = second.json()["access_token"].as_str().expect("a token").to_owned();
    let ended = site.call("GET", "/api/v1/sessions", &access, &[], None).await;
    assert_eq!(ended.problem(), "no-token", "the reuse ended the whole grant");
    assert_eq!(ask(&site, json!({ "grant_type": "password", "username": "a" })).await.problem(), "malformed");
}

#[tokio::test]
async fn an_access_token_opens_what_its_scopes_permit_for_five_minutes() {
    let site = Site::new().await;
    super::museum(&site).await;
    let (_, reads) = site.client("reads", &[Scope::SessionsRead]).await;
    let sessions = site.call("GET", "/api/v1/sessions", &reads, &[], None).await;
    assert_eq!(sessions.status, StatusCode::OK);
    assert!(sessions.header("ratelimit").starts_with("\"client\";r="), "{}", sessions.header("ratelimit"));
    assert!(sessions.header("ratelimit-policy").starts_with("\"client\";q="));
    let books =
        site.call("POST", "/api/v1/bookings", &reads, &[("idempotency-key", "12345678")], Some(&json!({}))).await;
    assert_eq!((books.status, books.problem().as_str()), (StatusCode::FORBIDDEN, "forbidden"));
    for token in ["", "nonsense", "a.b.c"] {
        let answer = site.call("GET", "/api/v1/sessions", token, &[], None).await;
        assert_eq!((answer.status, answer.problem().as_str()), (StatusCode::UNAUTHORIZED, "no-token"), "{token:?}");
    }
    site.test.services.clock.advance(SignedDuration::from_mins(6));
    assert_eq!(site.call("GET", "/api/v1/sessions", &reads, &[], None).await.problem(), "no-token");
}

#[tokio::test]
async fn a_session_cookie_opens_nothing_of_the_api() {
    let site = Site::new().await;
    let staff = site.staff(&domain::account::Role::ALL).await;
    let answer = staff.get("/api/v1/sessions").await;
    assert_eq!(answer.problem(), "no-token");
}

#[tokio::test]
async fn the_keys_are_public_and_verify_an_access_token() {
    let site = Site::new().await;
    let (_, token) = site.client("partner", &[Scope::SessionsRead]).await;
    let keys = site.get("/.well-known/jwks.json").await.json();
    let keys = keys["keys"].as_array().expect("keys");
    assert!(keys.iter().all(|key| key["kty"] == "OKP" && key["crv"] == "Ed25519" && key.get("d").is_none()));
    let header = token.split('.').next().expect("a header");
    let header = base64::Engine::decode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, header).expect("base64");
    let header: Value = serde_json::from_slice(&header).expect("JSON");
    assert!(keys.iter().any(|key| key["kid"] == header["kid"]), "the token's key is among them");
}
