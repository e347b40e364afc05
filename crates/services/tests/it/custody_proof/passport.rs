//! A unit's passport: what its reader sees, verified without the house.

use super::{BANKED, EXPECTED, close, happen, rooted, tamper, told, unit};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use domain::custody::passport::{Broken, Keys, Passport, Verdict};
use jiff::SignedDuration;
use services::crypto::ed25519_holds;
use services::custody::proof::{self, Step};
use services::custody::{CustodyError, Sight};
use testkit::TestHouse;

async fn passport(house: &TestHouse, number: u128, sight: Sight) -> Passport {
    proof::passport(&house.services, unit(number), sight).await.expect("a passport")
}

/// As the subcommand does it: everything, and then the signature.
fn verified(text: &str, keys: &Keys) -> Result<Verdict, Broken> {
    let verdict = Passport::read(text)?.verify(keys)?;
    let [key, signed, signature] =
        [&verdict.key, &verdict.signed, &verdict.signature].map(|part| BASE64.decode(part).unwrap_or_default());
    if ed25519_holds(&key, &signed, &signature) { Ok(verdict) } else { Err(Broken::Signature) }
}

#[tokio::test]
async fn a_passport_holds_when_the_house_is_gone() {
    let house = rooted().await;
    let made = passport(&house, BANKED, Sight::Owner).await;
    let (text, keys) = (serde_json::to_string_pretty(&made).expect("JSON"), proof::keys(&house.services));
    drop(house);
    let verdict = verified(&text, &keys).expect("it holds");
    assert_eq!((verdict.unit, verdict.covered, verdict.number), (unit(BANKED).0, verdict.events, 2));
    assert_eq!(verdict.told + 3, verdict.events, "the mother reads everything but in which slots it lay");
    assert!(!text.contains("slot") && text.contains("put_away"), "that it was put away is in it");
    // Another house's key of the same name is another key.
    let mut others = keys.clone();
    others.keys[0].x = BASE64.encode([9; 32]);
    assert!(matches!(verified(&text, &others), Err(Broken::OtherKey { .. })));
    let mut forged = made.clone();
    let proof = forged.proof.as_mut().expect("a proof");
    proof.root.signature = BASE64.encode([0; 64]);
    assert_eq!(verified(&serde_json::to_string(&forged).expect("JSON"), &keys), Err(Broken::Signature));
    // Everything about the root is under the signature.
    let mut forged = made;
    forged.proof.as_mut().expect("a proof").root.number += 1;
    assert_eq!(verified(&serde_json::to_string(&forged).expect("JSON"), &keys), Err(Broken::Signature));
}

#[tokio::test]
async fn what_a_reader_may_not_see_is_in_it_as_a_digest_only() {
    let house = rooted().await;
    let keys = proof::keys(&house.services);
    let whole = passport(&house, BANKED, Sight::Owner).await;
    let other = passport(&house, BANKED, Sight::OtherGuardian { mother_consents: false }).await;
    let hidden: Vec<&str> = whole
        .events
        .iter()
        .zip(&other.events)
        .filter(|(whole, other)| whole.said.is_some() && other.said.is_none())
        .filter_map(|(whole, _)| whole.said.as_ref().map(|said| said.text.as_str()))
        .collect();
    // Her results, and what people typed: of that nobody knows whom it tells of.
    let (hers, typed): (Vec<&str>, Vec<&str>) =
        hidden.iter().copied().partition(|text| text.contains(r#""of":"mother""#));
    assert!(!hers.is_empty(), "the demo has results of a mother");
    assert!(typed.iter().all(|text| text.contains(r#""said":""#) || text.contains(r#""reason":""#)), "{typed:?}");
    assert!(typed.iter().any(|text| text.contains("a page of the record is missing")), "{typed:?}");
    // In which slots it lay neither of them reads; at the bank everything is read.
    let said = |passport: &Passport| passport.events.iter().filter(|event| event.said.is_some()).count();
    let staff = passport(&house, BANKED, Sight::Staff).await;
    assert_eq!((said(&staff), said(&whole)), (staff.events.len(), staff.events.len() - 3));
    let text = serde_json::to_string(&other).expect("JSON");
    assert!(!text.contains("a page of the record is missing"));
    // A step's code may name her blood; a result of it does not stand there.
    let mut told = other.events.iter().filter_map(|event| event.said.as_ref());
    assert!(!told.any(|said| said.text.contains(r#""of":"mother""#)));
    let verdict = verified(&text, &keys).expect("it holds all the same");
    assert_eq!(verdict.told as usize + hidden.len(), said(&whole));
    let consented = passport(&house, BANKED, Sight::OtherGuardian { mother_consents: true }).await;
    assert_eq!(consented.events, whole.events);
    // Once its key is destroyed nobody reads anything, and all of it still verifies.
    tamper(&house, &format!("update custody_unit set key_sealed = null where id = '{}'", unit(BANKED))).await;
    let forgotten = passport(&house, BANKED, Sight::Owner).await;
    let verdict = verified(&serde_json::to_string(&forgotten).expect("JSON"), &keys).expect("it holds");
    assert_eq!((verdict.told, verdict.covered), (0, verdict.events));
}

#[tokio::test]
async fn what_no_root_covers_yet_is_said_to_be_so() {
    let house = told().await;
    let keys = proof::keys(&house.services);
    let early = passport(&house, EXPECTED, Sight::Owner).await;
    assert_eq!(early.verify(&keys), Err(Broken::NotRooted));
    assert!(matches!(close(&house).await, Step::Closed { .. }));
    happen(&house, EXPECTED).await;
    let verdict = passport(&house, EXPECTED, Sight::Owner).await.verify(&keys).expect("it holds");
    assert_eq!((verdict.covered + 1, verdict.told), (verdict.events, verdict.events));
    assert!(matches!(close(&house).await, Step::Closed { .. }));
    let verdict = passport(&house, EXPECTED, Sight::Owner).await.verify(&keys).expect("it holds");
    assert_eq!(verdict.covered, verdict.events);
    let nobody = proof::passport(&house.services, unit(99), Sight::Owner).await;
    assert!(matches!(nobody, Err(CustodyError::NotFound)), "{nobody:?}");
}

#[tokio::test]
async fn passports_hold_when_keys_rotate_and_end() {
    let house = rooted().await;
    let (vault, clock) = (&house.services.vault, &house.services.clock);
    let old = passport(&house, BANKED, Sight::Owner).await;
    let (kid, _) = vault.jwt_encoding_key();
    clock.advance(SignedDuration::from_secs(1));
    vault.rotate(&house.services.db, house.now()).await.expect("keys rotate");
    clock.advance(SignedDuration::from_mins(1));
    vault.retire_signing_key(&house.services.db, &kid, house.now()).await.expect("the old key ends");
    happen(&house, BANKED).await;
    assert!(matches!(close(&house).await, Step::Closed { .. }));
    let keys = proof::keys(&house.services);
    for made in [old, passport(&house, BANKED, Sight::Owner).await] {
        verified(&serde_json::to_string(&made).expect("JSON"), &keys).expect("it holds");
    }
}
