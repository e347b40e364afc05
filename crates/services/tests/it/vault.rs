//! The vault: what it seals opens in its place only, keys agree among servers, rotation costs nobody anything.

use domain::ids::{BookingId, SessionId};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use secrecy::SecretString;
use services::clock::Clock;
use services::crypto::{CryptoError, LinkPurpose, Pass, Place, Renewed, SETTLES_AFTER, Vault, VaultError, renew};
use sqlx::PgPool;
use std::sync::Arc;
use testkit::{MASTER_KEY, TestDb, TestHouse};
use uuid::Uuid;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).expect("an instant")
}

fn place(row: u128) -> Place {
    Place { table: "booking", column: "name_sealed", row: Uuid::from_u128(row) }
}

async fn open(db: &PgPool, now: Timestamp) -> Arc<Vault> {
    Vault::open(db, &SecretString::from(MASTER_KEY), now).await.expect("the vault opens")
}

fn kid_of(pass: &str) -> &str {
    pass.split('.').nth(1).expect("a pass names its key")
}

const PASS: Pass =
    Pass { booking: BookingId(Uuid::from_u128(1)), session: SessionId(Uuid::from_u128(2)), people: 12, version: 3 };

#[tokio::test]
async fn a_value_opens_in_its_place_only() {
    let house = TestHouse::new().await;
    let vault = &house.services.vault;
    let sealed = vault.seal(place(1), "张小满".as_bytes());
    assert_eq!(vault.open_sealed(place(1), &sealed).as_deref(), Ok("张小满".as_bytes()));
    assert!(!sealed.windows(9).any(|part| part == "张小满".as_bytes()));
    assert_ne!(sealed, vault.seal(place(1), "张小满".as_bytes()), "the same text never looks the same twice");

    let refused = Err(CryptoError::NotAuthentic);
    assert_eq!(vault.open_sealed(place(2), &sealed), refused, "another row");
    assert_eq!(vault.open_sealed(Place { column: "phone_sealed", ..place(1) }, &sealed), refused, "another column");
    assert_eq!(vault.open_sealed(Place { table: "account", ..place(1) }, &sealed), refused, "another table");
    let shifted = Place { table: "bookingname", column: "_sealed", ..place(1) };
    assert_eq!(vault.open_sealed(shifted, &sealed), refused, "the border between table and column is bound too");
}

#[tokio::test]
async fn every_bit_of_a_sealed_value_counts() {
    let house = TestHouse::new().await;
    let vault = &house.services.vault;
    let sealed = vault.seal(place(1), b"13800138000");
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(vault.open_sealed(place(1), &changed).is_err(), "bit {bit}");
    }
    for length in 0..sealed.len() {
        assert!(vault.open_sealed(place(1), &sealed[..length]).is_err(), "{length} bytes");
    }
}

#[tokio::test]
async fn servers_that_start_at_once_agree() {
    let db = TestDb::new().await;
    let pool = db.app_pool(16);
    let starts = (0..12).map(|second| {
        let pool = pool.clone();
        tokio::spawn(async move { open(&pool, at(second % 3)).await })
    });
    let mut vaults = Vec::new();
    for started in starts {
        vaults.push(started.await.expect("no panic"));
    }
    let first = &vaults[0];
    let (pass, sealed) = (first.sign_pass(PASS), first.seal(place(1), b"text"));
    for vault in &vaults {
        assert_eq!(vault.verify_pass(&pass), Ok(PASS));
        assert_eq!(vault.sign_pass(PASS), pass, "all sign with the same key");
        assert_eq!(vault.open_sealed(place(1), &sealed).as_deref(), Ok(&b"text"[..]));
        assert_eq!(vault.blind_index("contact", "a"), first.blind_index("contact", "a"));
    }
    let counts: (i64, i64) =
        sqlx::query_as("select (select count(*) from data_key), (select count(*) from signing_key)")
            .fetch_one(&pool)
            .await
            .expect("the keys are counted");
    assert_eq!(counts, (2, 1));
}

#[tokio::test]
async fn rotation_keeps_old_values_and_changes_no_lookup() {
    let house = TestHouse::new().await;
    let (db, clock) = (&house.services.db, house.services.clock.clone());
    let other = TestHouse::second(&house.db, clock.clone(), 2).await;
    let vault = &house.services.vault;
    let expires = clock.now() + SignedDuration::from_hours(24 * 30);
    let (sealed, pass) = (vault.seal(place(1), b"before"), vault.sign_pass(PASS));
    let link = vault.link(LinkPurpose::ManageBooking, Uuid::from_u128(7), expires);
    let (index, mac) = (vault.blind_index("contact", "phone:13800138000"), vault.mac("session", b"token"));

    let (version, kid) = vault.rotate(db, clock.now()).await.expect("keys rotate");
    assert_eq!(version, 2);
    assert_eq!(vault.sign_pass(PASS), pass, "a new key is not used before every server can know it");
    assert_eq!(vault.seal(place(1), b"x")[1..5], 1u32.to_be_bytes());

    clock.advance(SETTLES_AFTER + SignedDuration::from_secs(1));
    vault.refresh(db, clock.now()).await.expect("keys refresh");
    let (sealed_after, pass_after) = (vault.seal(place(1), b"after"), vault.sign_pass(PASS));
    assert_eq!(sealed_after[1..5], 2u32.to_be_bytes());
    assert_eq!(kid_of(&pass_after), kid);
    assert_ne!(kid_of(&pass), kid);
    // A server that has not looked since before the rotation says that it does not know the key, and learns it.
    assert_eq!(other.vault.open_sealed(place(1), &sealed_after), Err(CryptoError::UnknownKey));
    assert_eq!(other.vault.verify_pass(&pass_after), Err(CryptoError::UnknownKey));
    other.vault.refresh(&other.db, clock.now()).await.expect("keys refresh");

    for vault in [vault, &other.vault, &open(db, clock.now()).await] {
        assert_eq!(vault.open_sealed(place(1), &sealed).as_deref(), Ok(&b"before"[..]));
        assert_eq!(vault.open_sealed(place(1), &sealed_after).as_deref(), Ok(&b"after"[..]));
        assert_eq!(vault.verify_pass(&pass), Ok(PASS));
        assert_eq!(vault.verify_pass(&pass_after), Ok(PASS));
        assert_eq!(vault.open_link(LinkPurpose::ManageBooking, &link, clock.now()), Ok(Uuid::from_u128(7)));
        assert_eq!(vault.blind_index("contact", "phone:13800138000"), index);
        assert_eq!(vault.mac("session", b"token"), mac);
        assert_eq!(vault.jwks()["keys"].as_array().map(Vec::len), Some(2));
    }
    let renewed = vault.reseal(place(1), &sealed).expect("it opens").expect("it was old");
    assert_eq!(renewed[1..5], 2u32.to_be_bytes());
    assert_eq!(vault.open_sealed(place(1), &renewed).as_deref(), Ok(&b"before"[..]));
    assert_eq!(vault.reseal(place(1), &renewed), Ok(None));
}

#[tokio::test]
async fn after_a_rotation_everything_lasting_can_be_sealed_anew() {
    let house = TestHouse::new().await;
    let (vault, owner) = (&house.services.vault, house.db.owner_pool());
    let account = |column, row| Place { table: "account", column, row: Uuid::from_u128(row) };
    for row in 1..=450u128 {
        sqlx::query("insert into account (id, kind, name_sealed, phone_sealed, created_at) values ($1, 'visitor', $2, $3, now())")
            .bind(Uuid::from_u128(row))
            .bind(vault.seal(account("name_sealed", row), format!("name {row}").as_bytes()))
            .bind((row % 2 == 0).then(|| vault.seal(account("phone_sealed", row), b"phone")))
            .execute(&owner)
            .await
            .expect("an account");
    }
    // One value nobody can open: it stays, and is counted.
    let foreign = vault.seal(account("name_sealed", 9999), b"moved");
    sqlx::query("update account set name_sealed = $1 where id = $2")
        .bind(&foreign)
        .bind(Uuid::from_u128(7))
        .execute(&owner)
        .await
        .expect("moved");
    assert_eq!(renew(&house.services).await.expect("nothing to do"), Renewed::default());

    vault.rotate(&house.services.db, house.now()).await.expect("keys rotate");
    house.services.clock.advance(SETTLES_AFTER + SignedDuration::from_secs(1));
    vault.refresh(&house.services.db, house.now()).await.expect("keys refresh");
    assert_eq!(vault.sealing_version(), 2);
    let renewed = renew(&house.services).await.expect("sealed anew");
    assert_eq!(renewed, Renewed { sealed: 449 + 225, unreadable: 1 });
    assert_eq!(
        renew(&house.services).await.expect("only the unreadable is left"),
        Renewed { sealed: 0, unreadable: 1 }
    );
    let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as("select id, name_sealed from account where id <> $1 order by id")
        .bind(Uuid::from_u128(7))
        .fetch_all(&owner)
        .await
        .expect("the accounts");
    for (id, sealed) in rows {
        assert_eq!(sealed[1..5], 2u32.to_be_bytes());
        let opened = vault.open_sealed(account("name_sealed", id.as_u128()), &sealed);
        assert_eq!(opened, Ok(format!("name {}", id.as_u128()).into_bytes()));
    }
}

#[tokio::test]
async fn a_leaked_signing_key_is_ended_at_once_and_the_last_one_never() {
    let house = TestHouse::new().await;
    let (db, clock, vault) = (&house.services.db, &house.services.clock, &house.services.vault);
    let pass = vault.sign_pass(PASS);
    let (old, signature) = vault.sign("test", b"text");
    let signed_at = clock.now();
    let refused = vault.retire_signing_key(db, &old, clock.now()).await;
    assert!(matches!(refused, Err(VaultError::CannotRetire(_))), "{refused:?}");
    assert_eq!(vault.verify_pass(&pass), Ok(PASS));

    let (_, kid) = vault.rotate(db, clock.now()).await.expect("keys rotate");
    clock.advance(SignedDuration::from_secs(1));
    vault.retire_signing_key(db, &old, clock.now()).await.expect("the old key ends");
    assert_eq!(vault.verify_pass(&pass), Err(CryptoError::UnknownKey));
    assert!(vault.jwt_decoding_key(&old).is_none());
    assert_eq!(kid_of(&vault.sign_pass(PASS)), kid, "the new key takes over before it has settled");
    assert_eq!(vault.jwks()["keys"].as_array().map(Vec::len), Some(1));
    assert_eq!(vault.verify_signed_at("test", &old, b"text", &signature, signed_at), Ok(()));
    assert_eq!(vault.verify_signed_at("test", &old, b"text", &signature, clock.now()), Err(CryptoError::NotAuthentic));
}

#[tokio::test]
async fn only_the_right_master_key_opens() {
    let house = TestHouse::new().await;
    let (db, now) = (&house.services.db, house.now());
    let sealed = house.services.vault.seal(place(1), b"text");
    let wrong = SecretString::from("another master key, long enough as well");
    assert!(matches!(Vault::open(db, &wrong, now).await, Err(VaultError::WrongMasterKey(_))));
    let short = SecretString::from("short");
    assert!(matches!(Vault::open(db, &short, now).await, Err(VaultError::MasterKeyTooShort { .. })));

    house.services.vault.rewrap(db, &wrong).await.expect("the keys are wrapped anew");
    let reopened = Vault::open(db, &wrong, now).await.expect("the new master key opens");
    assert_eq!(reopened.open_sealed(place(1), &sealed).as_deref(), Ok(&b"text"[..]));
    assert!(matches!(Vault::open(db, &SecretString::from(MASTER_KEY), now).await, Err(VaultError::WrongMasterKey(_))));
}

#[tokio::test]
async fn exchanged_keys_are_noticed() {
    // A wrapped key copied over another, and a public key that is not the private one's.
    for tampering in [
        "update data_key set wrapped = (select wrapped from data_key where version = 0) where version = 1",
        "update signing_key set public_key = '\\x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20'",
    ] {
        let house = TestHouse::new().await;
        sqlx::query(tampering).execute(&house.db.owner_pool()).await.expect("the superuser may");
        let opened = Vault::open(&house.services.db, &SecretString::from(MASTER_KEY), house.now()).await;
        assert!(matches!(opened, Err(VaultError::WrongMasterKey(_))), "{tampering}");
        let pass = house.services.vault.sign_pass(PASS);
        assert!(house.services.vault.refresh(&house.services.db, house.now()).await.is_err());
        assert_eq!(house.services.vault.verify_pass(&pass), Ok(PASS), "the known keys stay in use");
    }
    let house = TestHouse::new().await;
    let deleted = sqlx::query("delete from data_key").execute(&house.services.db).await;
    let refusal = deleted.expect_err("the server's role deletes no key");
    assert_eq!(refusal.as_database_error().and_then(|e| e.code()).as_deref(), Some("42501"));
}

#[tokio::test]
async fn links_hold_for_one_purpose_until_they_expire() {
    let house = TestHouse::new().await;
    let vault = &house.services.vault;
    let (subject, expires) = (Uuid::from_u128(9), at(60));
    let link = vault.link(LinkPurpose::ManageBooking, subject, expires);
    assert_eq!(link.len(), 55);
    assert!(link.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'));
    assert_eq!(vault.open_link(LinkPurpose::ManageBooking, &link, at(59)), Ok(subject));
    assert_eq!(vault.open_link(LinkPurpose::ManageBooking, &link, at(60)), Err(CryptoError::Expired));
    for position in 0..link.len() {
        let mut changed = link.clone().into_bytes();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).expect("ASCII");
        let opened = vault.open_link(LinkPurpose::ManageBooking, &changed, at(0));
        assert!(opened.is_err(), "character {position}: {opened:?}");
    }
    for nonsense in ["", ".", "A", "链接", &link[1..], &format!("{link}A")] {
        assert_eq!(vault.open_link(LinkPurpose::ManageBooking, nonsense, at(0)), Err(CryptoError::NotAuthentic));
    }
}

#[tokio::test]
async fn passes_verify_with_the_published_key_alone() {
    let house = TestHouse::new().await;
    let vault = &house.services.vault;
    let pass = vault.sign_pass(PASS);
    assert_eq!(pass.len(), 153);
    assert_eq!(vault.verify_pass(&pass), Ok(PASS));
    let parts: Vec<&str> = pass.split('.').collect();
    // As a door without the network does it: the JWK set, base64, Ed25519.
    let jwks = vault.jwks();
    let key = &jwks["keys"][0];
    assert_eq!(key["kid"], parts[1]);
    let decode = |text: &str| {
        use base64::Engine as _;
        base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(text).expect("base64")
    };
    let mut signed = b"\x00\x04pass".to_vec();
    signed.extend(decode(parts[2]));
    let public = decode(key["x"].as_str().expect("a public key"));
    aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, public)
        .verify(&signed, &decode(parts[3]))
        .expect("the pass verifies offline");

    let stranger = TestHouse::new().await;
    assert_eq!(vault.verify_pass(&stranger.services.vault.sign_pass(PASS)), Err(CryptoError::UnknownKey));
    let raised = Pass { people: 13, ..PASS };
    let other = vault.sign_pass(raised);
    let mixed = format!("P1.{}.{}.{}", parts[1], other.split('.').nth(2).expect("a payload"), parts[3]);
    assert_eq!(vault.verify_pass(&mixed), Err(CryptoError::NotAuthentic));
    for nonsense in ["", "P1", "P1...", "P2.a.b.c", &format!("{pass}.x"), "P1.a.b.c.d"] {
        assert!(vault.verify_pass(nonsense).is_err(), "{nonsense}");
    }
    // One purpose never stands for another.
    let (kid, signature) = vault.sign("pass", b"text");
    assert_eq!(vault.verify("pass", &kid, b"text", &signature), Ok(()));
    assert_eq!(vault.verify("head", &kid, b"text", &signature), Err(CryptoError::NotAuthentic));
}

#[tokio::test]
async fn tokens_are_signed_and_verified_by_the_vaults_keys() {
    let house = TestHouse::new().await;
    let vault = &house.services.vault;
    let (kid, key) = vault.jwt_encoding_key();
    let header =
        jsonwebtoken::Header { kid: Some(kid.clone()), ..jsonwebtoken::Header::new(jsonwebtoken::Algorithm::EdDSA) };
    let claims = serde_json::json!({ "sub": "client", "exp": house.now().as_second() + 300 });
    let token = jsonwebtoken::encode(&header, &claims, &key).expect("a token");
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    validation.validate_exp = false;
    let decoding = vault.jwt_decoding_key(&kid).expect("the key is known");
    let read = jsonwebtoken::decode::<serde_json::Value>(&token, &decoding, &validation).expect("it verifies");
    assert_eq!(read.claims["sub"], "client");
    assert!(vault.jwt_decoding_key("unknown").is_none());
}

#[tokio::test]
async fn hashes_of_different_purposes_have_nothing_in_common() {
    let house = TestHouse::new().await;
    let vault = &house.services.vault;
    let hashes = [
        vault.blind_index("contact", "text"),
        vault.blind_index("document", "text"),
        vault.mac("contact", b"text").to_vec(),
        vault.mac("contacttext", b"").to_vec(),
        vault.mac("", b"contacttext").to_vec(),
    ];
    let distinct: std::collections::HashSet<_> = hashes.iter().collect();
    assert_eq!(distinct.len(), hashes.len());
    assert!(vault.check_mac("contact", b"text", &hashes[2]));
    assert!(!vault.check_mac("contact", b"texs", &hashes[2]));
    let stranger = TestHouse::new().await;
    assert_ne!(stranger.services.vault.blind_index("contact", "text"), hashes[0], "every house has its own keys");
}

#[tokio::test]
async fn a_running_server_learns_new_keys_by_itself() {
    let house = TestHouse::new().await;
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    let shutdown = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn({
        let (vault, db, clock, shutdown) =
            (other.vault.clone(), other.db.clone(), other.clock.clone(), shutdown.clone());
        async move { vault.keep_fresh(&db, &clock, shutdown).await }
    });
    house.services.vault.rotate(&house.services.db, house.now()).await.expect("keys rotate");
    house.services.clock.advance(SETTLES_AFTER + SignedDuration::from_secs(1));
    house.services.vault.refresh(&house.services.db, house.now()).await.expect("keys refresh");
    let pass = house.services.vault.sign_pass(PASS);
    // Meeting the unknown key wakes the refresher well before its five seconds.
    let mut seen = other.vault.verify_pass(&pass);
    assert_eq!(seen, Err(CryptoError::UnknownKey));
    for _ in 0..80 {
        if seen.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        seen = other.vault.verify_pass(&pass);
    }
    assert_eq!(seen, Ok(PASS));
    shutdown.cancel();
    running.await.expect("the refresher ends");
}

#[test]
fn whatever_is_sealed_opens() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let house = runtime.block_on(TestHouse::with(Clock::frozen(at(0)), 2));
    let vault = &house.services.vault;
    proptest!(ProptestConfig::with_cases(200), |(plain in proptest::collection::vec(any::<u8>(), 0..300), row: u128, noise in ".{0,80}")| {
        let sealed = vault.seal(place(row), &plain);
        prop_assert_eq!(vault.open_sealed(place(row), &sealed), Ok(plain.clone()));
        prop_assert!(vault.open_sealed(place(row ^ 1), &sealed).is_err());
        // Nothing a stranger sends makes any of the readers panic.
        prop_assert!(vault.open_sealed(place(row), &plain).is_err());
        prop_assert!(vault.verify_pass(&noise).is_err());
        prop_assert!(vault.open_link(LinkPurpose::ManageBooking, &noise, at(0)).is_err());
    });
    let _inside = runtime.enter();
    drop(house);
}
