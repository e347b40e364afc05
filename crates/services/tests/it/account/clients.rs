//! Machines and their tokens.

use super::{anonymous, as_browser, colleague, count, later, network, number, secret, system};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use domain::account::{Actor, Denied, Role, Scope};
use domain::field::Fault;
use domain::ids::ClientId;
use futures::future::join_all;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use services::account::AccountError;
use services::account::clients::{self, NewClient};
use services::account::tokens::{self, TokenError, Tokens};
use services::limits::LimitError;
use testkit::TestHouse;
use uuid::Uuid;

async fn client(house: &TestHouse) -> NewClient {
    let scopes = [Scope::SessionsRead, Scope::BookingsWrite];
    clients::create(&house.services, &system(house), "某医院预约系统", &scopes).await.expect("made")
}

async fn grant(house: &TestHouse, client: &NewClient) -> Tokens {
    tokens::grant(&house.services, &anonymous(house), client.id, &client.secret, &[], &network())
        .await
        .expect("granted")
}

async fn refresh(house: &TestHouse, client: &NewClient, tokens: &Tokens) -> Result<Tokens, TokenError> {
    let credentials = (client.id, &client.secret);
    tokens::refresh(&house.services, &anonymous(house), credentials, &tokens.refresh, &network()).await
}

async fn actor(house: &TestHouse, tokens: &Tokens) -> Option<Actor> {
    knows(house, tokens.access.expose_secret()).await
}

async fn knows(house: &TestHouse, access: &str) -> Option<Actor> {
    match tokens::authenticate(&house.services, access).await {
        Ok(actor) => Some(actor),
        Err(TokenError::InvalidToken) => None,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_secret_gives_tokens_that_stand_for_the_client() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    assert_eq!((tokens.expires_in.as_secs(), tokens.refresh_expires_in.as_secs()), (300, 30 * 86_400));
    let Some(Actor::Client { client: id, scopes }) = actor(&house, &tokens).await else { panic!("a client") };
    assert_eq!((id, scopes), (client.id, vec![Scope::BookingsWrite, Scope::SessionsRead]));
    let narrow = tokens::grant(
        &house.services,
        &anonymous(&house),
        client.id,
        &client.secret,
        &[Scope::SessionsRead],
        &network(),
    )
    .await
    .expect("narrower");
    let Some(Actor::Client { scopes, .. }) = actor(&house, &narrow).await else { panic!("a client") };
    assert_eq!(scopes, [Scope::SessionsRead]);
    later(&house, 1);
    let again = refresh(&house, &client, &narrow).await.expect("refreshed");
    assert_eq!(again.scopes, [Scope::SessionsRead], "a narrow grant stays narrow");
    let wide =
        tokens::grant(&house.services, &anonymous(&house), client.id, &client.secret, &[Scope::DoorWrite], &network())
            .await;
    assert!(matches!(wide, Err(TokenError::InvalidScope)));
    let stored = number(&house, "select count(*) from api_client where length(secret_hash) = 32").await;
    assert_eq!(stored, 1);
}

#[tokio::test]
async fn unknown_wrong_and_revoked_clients_get_one_answer() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let ask = async |id: ClientId, with: &str| {
        let with = secret(with);
        tokens::grant(&house.services, &anonymous(&house), id, &with, &[], &network()).await
    };
    assert!(matches!(ask(ClientId(Uuid::nil()), client.secret.expose_secret()).await, Err(TokenError::InvalidClient)));
    assert!(matches!(ask(client.id, "wrong").await, Err(TokenError::InvalidClient)));
    assert!(matches!(ask(client.id, "").await, Err(TokenError::InvalidClient)));
    clients::revoke(&house.services, &system(&house), client.id).await.expect("revoked");
    assert!(matches!(ask(client.id, client.secret.expose_secret()).await, Err(TokenError::InvalidClient)));
    assert_eq!(count(&house, "client.refused").await, 4);
}

#[tokio::test]
async fn an_access_token_ends_after_five_minutes() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    later(&house, 304);
    assert!(actor(&house, &tokens).await.is_some(), "five seconds of leeway");
    later(&house, 1);
    assert!(actor(&house, &tokens).await.is_none());
    house.services.clock.advance(jiff::SignedDuration::from_secs(-305 - 6));
    assert!(actor(&house, &tokens).await.is_none(), "nor is it good before it was made");
}

#[tokio::test]
async fn revoking_a_client_ends_its_tokens_at_once_on_every_server() {
    let house = TestHouse::new().await;
    let second = TestHouse::second(&house.db, house.services.clock.clone(), 4).await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    assert!(tokens::authenticate(&second, tokens.access.expose_secret()).await.is_ok());
    clients::revoke(&house.services, &system(&house), client.id).await.expect("revoked");
    let there = tokens::authenticate(&second, tokens.access.expose_secret()).await;
    assert!(matches!(there, Err(TokenError::InvalidToken)), "the very next call");
    assert!(matches!(refresh(&house, &client, &tokens).await, Err(TokenError::InvalidClient)));
    clients::revoke(&house.services, &system(&house), client.id).await.expect("it stays revoked");
}

/// What an operator looks at before ending a machine: noted once a minute, however often it calls.
#[tokio::test]
async fn operators_see_when_a_client_was_last_heard() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    let heard = async || {
        let all = clients::list(&house.services, &system(&house)).await.expect("the list");
        all.iter().find(|one| one.id == client.id).expect("the client").last_used_at
    };
    assert_eq!(heard().await, None, "tokens were given, and none was shown yet");
    actor(&house, &tokens).await.expect("good");
    let first = heard().await.expect("heard");
    assert_eq!(first, house.now());
    later(&house, 59);
    actor(&house, &tokens).await.expect("good");
    assert_eq!(heard().await, Some(first), "not a minute later");
    later(&house, 1);
    actor(&house, &tokens).await.expect("good");
    assert_eq!(heard().await, Some(house.now()));
}

#[tokio::test]
async fn the_name_of_an_ended_client_is_free_again() {
    let house = TestHouse::new().await;
    let first = client(&house).await;
    let again = async || {
        let scopes = [Scope::SessionsRead];
        clients::create(&house.services, &system(&house), "某医院预约系统", &scopes).await
    };
    let taken = again().await;
    assert!(matches!(taken, Err(AccountError::Field { field: "name", fault: Fault::AlreadyExists })), "{taken:?}");
    clients::revoke(&house.services, &system(&house), first.id).await.expect("revoked");
    let second = again().await.expect("its place is free");
    assert_ne!(second.id, first.id);
    assert_eq!(count(&house, "client.revoked").await, 1);
    let all = clients::list(&house.services, &system(&house)).await.expect("the list");
    let ids: Vec<_> = all.iter().map(|one| (one.id, one.revoked_at.is_some())).collect();
    assert_eq!(ids, [(second.id, false), (first.id, true)], "what lives stands above what has ended");
    let unknown = clients::revoke(&house.services, &system(&house), ClientId(Uuid::nil())).await;
    assert!(matches!(unknown, Err(AccountError::NotFound)));
}

#[tokio::test]
async fn a_replayed_refresh_token_costs_the_whole_family() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let (other, first) = (grant(&house, &client).await, grant(&house, &client).await);
    later(&house, 60);
    let second = refresh(&house, &client, &first).await.expect("rotated");
    later(&house, 60);
    let third = refresh(&house, &client, &second).await.expect("rotated");
    assert!(actor(&house, &third).await.is_some());
    assert!(matches!(refresh(&house, &client, &first).await, Err(TokenError::InvalidGrant)), "a replay");
    assert!(actor(&house, &third).await.is_none(), "the access token of the family ends with it");
    assert!(
        matches!(refresh(&house, &client, &third).await, Err(TokenError::InvalidGrant)),
        "and the newest refresh token"
    );
    assert_eq!(count(&house, "client.token_reused").await, 1);
    assert!(refresh(&house, &client, &other).await.is_ok(), "another grant of the client is another family");
}

/// The grace forgives and gives nothing: within ten seconds a used token is told so, afterwards it is an alarm.
#[tokio::test]
async fn a_second_refresh_within_the_grace_gets_nothing_and_breaks_nothing() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let first = grant(&house, &client).await;
    let second = refresh(&house, &client, &first).await.expect("rotated");
    later(&house, 10);
    assert!(matches!(refresh(&house, &client, &first).await, Err(TokenError::Superseded)));
    let third = refresh(&house, &client, &second).await.expect("the family lives");
    later(&house, 1);
    assert!(matches!(refresh(&house, &client, &first).await, Err(TokenError::InvalidGrant)), "past the grace");
    assert!(matches!(refresh(&house, &client, &third).await, Err(TokenError::InvalidGrant)), "the family is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_parallel_refreshes_exactly_one_wins() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let first = grant(&house, &client).await;
    let answers = join_all((0..24).map(|_| refresh(&house, &client, &first))).await;
    let won: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(won.len(), 1);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(TokenError::Superseded))), "{answers:?}");
    assert_eq!(number(&house, "select count(*) from refresh_token").await, 2);
    assert!(refresh(&house, &client, won[0]).await.is_ok(), "and its successor is good");
}

/// A replay arrives while the rightful refresh has made its token and not yet committed it (a trigger holds it there):
/// the replay waits for the family, and nothing of it survives.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_token_is_born_into_a_family_that_is_being_revoked() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let first = grant(&house, &client).await;
    let second = refresh(&house, &client, &first).await.expect("rotated");
    later(&house, 60);
    sqlx::raw_sql(
        "create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(0.6); return null; end $$;
         create trigger dawdle after insert on refresh_token for each row execute function dawdle();",
    )
    .execute(&house.db.owner_pool())
    .await
    .expect("the trigger is made");
    let replay = async {
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        refresh(&house, &client, &first).await
    };
    let (rightful, replayed) = tokio::join!(refresh(&house, &client, &second), replay);
    let newest = rightful.expect("it came first");
    assert!(matches!(replayed, Err(TokenError::InvalidGrant)), "{replayed:?}");
    assert_eq!(number(&house, "select count(*) from refresh_token where revoked_at is null").await, 0);
    assert!(actor(&house, &newest).await.is_none());
    assert!(matches!(refresh(&house, &client, &newest).await, Err(TokenError::InvalidGrant)));
}

/// Who found a refresh token has not found the secret; and one client's token is nothing to another client.
#[tokio::test]
async fn a_refresh_token_is_worth_nothing_without_its_clients_secret() {
    let house = TestHouse::new().await;
    let mine = client(&house).await;
    let scopes = [Scope::SessionsRead];
    let other = clients::create(&house.services, &system(&house), "另一个系统", &scopes).await.expect("made");
    let tokens = grant(&house, &mine).await;
    let ask = async |id: ClientId, with: &str| {
        let with = secret(with);
        tokens::refresh(&house.services, &anonymous(&house), (id, &with), &tokens.refresh, &network()).await
    };
    assert!(matches!(ask(mine.id, "").await, Err(TokenError::InvalidClient)));
    assert!(matches!(ask(mine.id, "wrong").await, Err(TokenError::InvalidClient)));
    assert!(matches!(ask(other.id, mine.secret.expose_secret()).await, Err(TokenError::InvalidClient)));
    assert!(matches!(ask(other.id, other.secret.expose_secret()).await, Err(TokenError::InvalidGrant)));
    assert_eq!(count(&house, "client.refused").await, 3);
    assert!(refresh(&house, &mine, &tokens).await.is_ok(), "none of this used it up");
}

#[tokio::test]
async fn a_grant_ends_after_thirty_days_however_often_it_was_refreshed() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let mut tokens = grant(&house, &client).await;
    for _ in 0..29 {
        later(&house, 86_400);
        tokens = refresh(&house, &client, &tokens).await.expect("within the month");
    }
    assert_eq!(tokens.refresh_expires_in.as_secs(), 86_400);
    later(&house, 86_400);
    assert!(matches!(refresh(&house, &client, &tokens).await, Err(TokenError::InvalidGrant)));
}

#[tokio::test]
async fn a_client_can_end_its_own_grant() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    tokens::revoke(&house.services, &anonymous(&house), &tokens.refresh).await.expect("ended");
    tokens::revoke(&house.services, &anonymous(&house), &secret("never seen")).await.expect("no error, no news");
    assert!(actor(&house, &tokens).await.is_none());
    assert!(matches!(refresh(&house, &client, &tokens).await, Err(TokenError::InvalidGrant)));
}

fn part(token: &str, index: usize) -> Value {
    let text = token.split('.').nth(index).expect("three parts");
    serde_json::from_slice(&B64.decode(text).expect("base64")).expect("JSON")
}

/// Signs what a test wants to be in a token with the house's own key.
fn signed(house: &TestHouse, header: impl FnOnce(&mut Header), claims: &Value) -> String {
    let (kid, key) = house.services.vault.jwt_encoding_key();
    let mut made = Header { typ: Some("at+jwt".into()), kid: Some(kid), ..Header::new(Algorithm::EdDSA) };
    header(&mut made);
    jsonwebtoken::encode(&made, claims, &key).expect("signed")
}

fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut changed = claims.clone();
    changed[name] = value;
    changed
}

fn without(claims: &Value, name: &str) -> Value {
    let mut changed = claims.clone();
    changed.as_object_mut().expect("an object").remove(name);
    changed
}

#[tokio::test]
async fn only_tokens_of_this_house_kind_and_key_are_taken() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    let good = tokens.access.expose_secret();
    let (header, claims) = (part(good, 0), part(good, 1));
    assert_eq!((&header["alg"], &header["typ"]), (&json!("EdDSA"), &json!("at+jwt")));
    for claim in ["iss", "aud", "sub", "client_id", "scope", "jti", "iat", "exp"] {
        assert!(!claims[claim].is_null(), "{claim}");
    }
    assert!(
        knows(&house, &signed(&house, |_| {}, &claims)).await.is_some(),
        "the control: the same claims, signed again"
    );

    for (why, token) in [
        ("another kind", signed(&house, |h| h.typ = Some("JWT".into()), &claims)),
        ("no kind", signed(&house, |h| h.typ = None, &claims)),
        ("no key named", signed(&house, |h| h.kid = None, &claims)),
        ("an unknown key", signed(&house, |h| h.kid = Some("unknown".into()), &claims)),
        ("what must be understood", signed(&house, |h| h.crit = Some(vec!["b64".into()]), &claims)),
        ("another issuer", signed(&house, |_| {}, &with(&claims, "iss", json!("https://evil.example")))),
        ("another audience", signed(&house, |_| {}, &with(&claims, "aud", json!("https://test.example/door")))),
        ("no audience", signed(&house, |_| {}, &without(&claims, "aud"))),
        ("no issuer", signed(&house, |_| {}, &without(&claims, "iss"))),
        ("no end", signed(&house, |_| {}, &without(&claims, "exp"))),
        ("an end as text", signed(&house, |_| {}, &with(&claims, "exp", json!("9999999999")))),
        ("no subject", signed(&house, |_| {}, &without(&claims, "sub"))),
        ("made tomorrow", signed(&house, |_| {}, &with(&claims, "iat", json!(house.now().as_second() + 86_400)))),
        ("no grant", signed(&house, |_| {}, &with(&claims, "family", json!(Uuid::nil())))),
        ("another's grant", signed(&house, |_| {}, &with(&claims, "sub", json!(Uuid::nil())))),
        ("too long", signed(&house, |_| {}, &with(&claims, "padding", json!("x".repeat(5000))))),
        ("nothing", String::new()),
        ("no token", "a.b.c".into()),
    ] {
        assert!(knows(&house, &token).await.is_none(), "{why}");
    }
}

#[tokio::test]
async fn forged_signatures_are_refused_whatever_the_header_says() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    let good = tokens.access.expose_secret();
    let (kid, claims) = (part(good, 0)["kid"].clone(), part(good, 1));
    let parts: Vec<&str> = good.split('.').collect();
    let encoded = |value: &Value| B64.encode(value.to_string());

    // alg none, and the public key as an HMAC secret.
    let none = format!("{}.{}.", encoded(&json!({ "alg": "none", "typ": "at+jwt", "kid": kid })), parts[1]);
    assert!(knows(&house, &none).await.is_none());
    let jwks = house.services.vault.jwks();
    let public = B64.decode(jwks["keys"][0]["x"].as_str().expect("a public key")).expect("base64");
    let header =
        Header { typ: Some("at+jwt".into()), kid: kid.as_str().map(Into::into), ..Header::new(Algorithm::HS256) };
    let confused = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&public)).expect("signed");
    assert!(knows(&house, &confused).await.is_none());

    // An attacker's own Ed25519 key, offered inside the token.
    let rng = aws_lc_rs::rand::SystemRandom::new();
    let pkcs8 = aws_lc_rs::signature::Ed25519KeyPair::generate_pkcs8(&rng).expect("a key");
    let pair = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).expect("a key");
    use aws_lc_rs::signature::KeyPair as _;
    let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": B64.encode(pair.public_key()), "kid": "mine" });
    for named in [&kid, &json!("mine")] {
        let header = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": named, "jwk": jwk,
                             "jku": "https://evil.example/jwks", "x5u": "https://evil.example/cert" });
        let message = format!("{}.{}", encoded(&header), parts[1]);
        let forged = format!("{message}.{}", B64.encode(pair.sign(message.as_bytes())));
        assert!(knows(&house, &forged).await.is_none());
    }
    // One bit of the claims.
    let mut more = claims.clone();
    more["scope"] = json!("sessions:read bookings:write door:write");
    assert!(knows(&house, &format!("{}.{}.{}", parts[0], encoded(&more), parts[2])).await.is_none());
}

#[tokio::test]
async fn tokens_outlive_a_rotation_of_keys_but_not_the_retirement_of_theirs() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    let kid = part(tokens.access.expose_secret(), 0)["kid"].as_str().expect("a key is named").to_owned();
    let vault = &house.services.vault;
    let (_, new) = vault.rotate(&house.services.db, house.now()).await.expect("rotated");
    later(&house, 120);
    assert!(actor(&house, &tokens).await.is_some(), "signed with the old key");
    vault.refresh(&house.services.db, house.now()).await.expect("refreshed");
    let next = refresh(&house, &client, &tokens).await.expect("refreshed");
    assert_eq!(part(next.access.expose_secret(), 0)["kid"], new, "and now with the new one");
    vault.retire_signing_key(&house.services.db, &kid, house.now()).await.expect("retired");
    assert!(actor(&house, &tokens).await.is_none(), "the key leaked: its tokens are refused");
    assert!(actor(&house, &next).await.is_some());
}

#[tokio::test]
async fn scopes_in_a_token_never_exceed_what_the_client_has_now() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    let tokens = grant(&house, &client).await;
    sqlx::query("update api_client set scopes = '{sessions:read}'")
        .execute(&house.db.owner_pool())
        .await
        .expect("narrowed");
    let Some(Actor::Client { scopes, .. }) = actor(&house, &tokens).await else { panic!("a client") };
    assert_eq!(scopes, [Scope::SessionsRead]);
    assert_eq!(refresh(&house, &client, &tokens).await.expect("refreshed").scopes, [Scope::SessionsRead]);
}

#[tokio::test]
async fn clients_are_made_by_operators_with_a_fresh_second_factor() {
    let house = TestHouse::new().await;
    let boss = colleague(&house, "boss", &[Role::Operator]).await;
    let officer = colleague(&house, "officer", &[Role::MuseumOfficer]).await;
    let (boss_now, officer) = (as_browser(&house, &boss.signed_in).await, as_browser(&house, &officer.signed_in).await);
    let make = async |context: &services::Context, name: &str, scopes: &[Scope]| {
        clients::create(&house.services, context, name, scopes).await
    };
    let scopes = [Scope::DoorWrite];
    assert!(matches!(make(&officer, "door", &scopes).await, Err(AccountError::Denied(Denied::NotAllowed))));
    assert!(matches!(
        make(&boss_now, " ", &scopes).await,
        Err(AccountError::Field { field: "name", fault: Fault::Required })
    ));
    assert!(matches!(make(&boss_now, "door", &[]).await, Err(AccountError::Field { field: "scopes", .. })));
    make(&boss_now, "door", &scopes).await.expect("made");
    let twice = make(&boss_now, " door ", &scopes).await;
    assert!(matches!(twice, Err(AccountError::Field { field: "name", fault: Fault::AlreadyExists })));
    assert_eq!(clients::list(&house.services, &boss_now).await.expect("listed").len(), 1);
    later(&house, 601);
    let stale = as_browser(&house, &boss.signed_in).await;
    assert!(matches!(make(&stale, "other", &scopes).await, Err(AccountError::Denied(Denied::StepUpNeeded))));
}

#[tokio::test]
async fn asking_for_tokens_too_often_is_slowed_down() {
    let house = TestHouse::new().await;
    let client = client(&house).await;
    for _ in 0..30 {
        grant(&house, &client).await;
    }
    let more = tokens::grant(&house.services, &anonymous(&house), client.id, &client.secret, &[], &network()).await;
    let Err(TokenError::Limited(limited)) = more else { panic!("limited") };
    assert!(limited.retry_seconds() >= 1);
    assert!(matches!(LimitError::from(limited), LimitError::Limited(_)));
}
