//! The key of an application: one from its first day to its last, and what is gone with it.

use super::*;
use crate::spark::compliance;
use domain::ids::CaseId;
use domain::spark::{Event, Part};
use futures::future::join_all;
use jiff::SignedDuration;
use services::crypto::{CaseKey, Place, Renewed, SETTLES_AFTER, renew};
use services::spark::cases::{self, Act};
use uuid::Uuid;

const PLACE: Place = Place { table: "somewhere", column: "sealed", row: Uuid::from_u128(7) };

async fn key(house: &TestHouse, id: ApplicationId) -> Result<CaseKey, ApplyError> {
    let mut db = house.services.db.acquire().await.expect("a connection");
    apply::key(&house.services, &mut db, id).await
}

/// Ends the case of an application that was sent, and destroys its key.
async fn forgotten(house: &TestHouse, family: &Context, id: ApplicationId) {
    let (case, part, event) = (CaseId(id.0), Part::Applicant, Event::Withdraw);
    let withdraw = Act { case, version: 1, part, event, reason: None, award: None };
    cases::act(&house.services, family, &withdraw).await.expect("withdrawn");
    cases::forget(&house.services, &compliance(house), case).await.expect("forgotten");
}

#[tokio::test]
async fn what_the_key_of_an_application_sealed_the_key_of_its_case_opens() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let (id, other) = (begun(&house, &me).await, begun(&house, &me).await);
    assert_eq!(count(&house, "spark_application where key_sealed is not null").await, 0, "made when it is needed");
    let all = join_all((0..6).map(|_| key(&house, id))).await;
    let keys: Vec<CaseKey> = all.into_iter().map(|key| key.expect("a key")).collect();
    let sealed = keys[0].seal(PLACE, b"a paper");
    assert!(keys.iter().all(|key| key.open(PLACE, &sealed).is_ok()), "asked at once it is one");
    assert!(key(&house, other).await.expect("a key").open(PLACE, &sealed).is_err(), "each has its own");
    send(&house, &me, id).await.expect("sent");
    let kept = count(&house, "spark_application where key_sealed is not null").await;
    assert_eq!(kept, 1, "only of the one that is not sent");
    let after = key(&house, id).await.expect("the case's");
    assert_eq!(after.open(PLACE, &sealed).as_deref(), Ok(&b"a paper"[..]));
    // A key that stayed behind would be a second one: the database says no.
    let behind = "update spark_application set key_sealed = 'x' where submitted_at is not null";
    let refused = sqlx::query(behind).execute(&house.db.owner_pool()).await.expect_err("refused");
    assert_eq!(store::constraint_of(&refused), Some("spark_application_key"));
    assert!(matches!(key(&house, ApplicationId(Uuid::nil())).await, Err(ApplyError::NotFound)));
}

#[tokio::test]
async fn once_its_case_is_forgotten_nobody_reads_what_was_sent() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    send(&house, &me, id).await.expect("sent");
    let plant = "update spark_application set family_index = '\\x01'";
    sqlx::query(plant).execute(&house.db.owner_pool()).await.expect("as if a social worker had filled it in");
    let before = apply::snapshot(&house.services, &me, id).await.expect("the control: it opens");
    assert_eq!(before.answers.get("patient_name"), Some(NAME));
    let sealed: Vec<u8> = sqlx::query_scalar("select sealed from spark_snapshot")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a copy of the row");
    let row: Uuid =
        sqlx::query_scalar("select id from spark_snapshot").fetch_one(&house.db.owner_pool()).await.expect("it");
    let place = Place { table: "spark_snapshot", column: "sealed", row };
    assert!(key(&house, id).await.expect("a key").open(place, &sealed).is_ok(), "the control");
    assert!(house.services.vault.open_sealed(place, &sealed).is_err(), "the house's own keys do not open it");
    forgotten(&house, &me, id).await;
    assert!(matches!(key(&house, id).await, Err(ApplyError::NotFound)));
    let after = apply::snapshot(&house.services, &me, id).await;
    assert!(matches!(after, Err(ApplyError::NotFound)), "{after:?}");
    let copy = services::account::erase::export_own(&house.services, &me).await.expect("a copy is made all the same");
    assert_eq!(copy["aid_applications"][0]["sent"], serde_json::Value::Null);
    assert_eq!(count(&house, "spark_application where family_index is not null").await, 0);
}

#[tokio::test]
async fn what_was_sent_before_applications_had_keys_is_read_as_before() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    send(&house, &me, id).await.expect("sent");
    let owner = house.db.owner_pool();
    let (row, sealed): (Uuid, Vec<u8>) =
        sqlx::query_as("select id, sealed from spark_snapshot").fetch_one(&owner).await.expect("it");
    let place = Place { table: "spark_snapshot", column: "sealed", row };
    let text = key(&house, id).await.expect("a key").open(place, &sealed).expect("it opens");
    sqlx::query("update spark_snapshot set sealed = $1")
        .bind(house.services.vault.seal(place, &text))
        .execute(&owner)
        .await
        .expect("as it was sealed before");
    let read = apply::snapshot(&house.services, &me, id).await.expect("it opens");
    assert_eq!(read.answers.get("patient_name"), Some(NAME));
    forgotten(&house, &me, id).await;
    assert!(matches!(apply::snapshot(&house.services, &me, id).await, Err(ApplyError::NotFound)));
}

#[tokio::test]
async fn after_a_rotation_the_key_of_an_application_is_sealed_anew_and_still_goes_to_its_case() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let sealed = key(&house, id).await.expect("a key").seal(PLACE, b"a paper");
    let vault = &house.services.vault;
    vault.rotate(&house.services.db, house.now()).await.expect("keys rotate");
    house.services.clock.advance(SETTLES_AFTER + SignedDuration::from_secs(1));
    vault.refresh(&house.services.db, house.now()).await.expect("keys refresh");
    let renewed = renew(&house.services).await.expect("sealed anew");
    assert!(renewed.sealed > 0 && renewed.unreadable == 0, "{renewed:?}");
    assert_eq!(renew(&house.services).await.expect("again"), Renewed::default());
    send(&house, &me, id).await.expect("sent");
    assert_eq!(key(&house, id).await.expect("the case's").open(PLACE, &sealed).as_deref(), Ok(&b"a paper"[..]));
}
