//! What an auditor finds: a case by its reference, a colleague by the name they sign in with, what raised an alert; and whether
//! the chain holds.

use super::{ENTRY_OF, entry, record, tamper, trail};
use crate::spark;
use domain::account::{Actor, Denied, Login, Role};
use domain::booking::Reference;
use domain::ids::{AccountId, LoginSessionId};
use serde_json::json;
use services::Context;
use services::audit::{self, AuditError, Entry, Filter};
use testkit::TestHouse;
use uuid::Uuid;

fn by(house: &TestHouse, role: Role) -> Context {
    let (account, login) = (AccountId(Uuid::from_u128(0xA)), LoginSessionId(Uuid::from_u128(0xA)));
    house.context(Actor::Staff { account, login, roles: vec![role], stepped_up_at: None })
}

async fn actions(house: &TestHouse, filter: &Filter) -> Vec<String> {
    let page = audit::list(&house.services, &by(house, Role::Auditor), filter, None).await.expect("a page");
    page.entries.into_iter().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn a_case_is_found_in_the_trail_by_its_reference_and_only_by_auditors() {
    let house = TestHouse::new().await;
    let (case, other) = (crate::spark::sent(&house, 71).await, crate::spark::sent(&house, 72).await);
    let row = store::spark::cases::one(&house.services.db, case.0).await.expect("read").expect("a case");
    let reference = Reference::parse(&row.reference).expect("a reference");
    let auditor = by(&house, Role::Auditor);
    let subjects = audit::of_case(&house.services, &auditor, &reference).await.expect("found");
    assert!(subjects.contains(&case.0) && !subjects.contains(&other.0));
    let found = actions(&house, &Filter { subjects: Some(subjects), ..Filter::default() }).await;
    assert!(!found.is_empty() && found.iter().all(|action| action.starts_with("spark.")), "{found:?}");
    let nobody = Reference::from_random(services::crypto::random());
    let none = audit::of_case(&house.services, &auditor, &nobody).await.expect("looked");
    assert!(actions(&house, &Filter { subjects: Some(none), ..Filter::default() }).await.is_empty());

    let login = Login::parse("nobody").expect("a login");
    assert_eq!(audit::of_login(&house.services, &auditor, &login).await.expect("looked"), None);
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Auditor) {
        let by = by(&house, role);
        let denied = |answer: Result<(), AuditError>| matches!(answer, Err(AuditError::Denied(Denied::NotAllowed)));
        assert!(denied(audit::of_case(&house.services, &by, &reference).await.map(drop)), "{role:?}");
        assert!(denied(audit::of_login(&house.services, &by, &login).await.map(drop)), "{role:?}");
        assert!(denied(audit::standing(&house.services, &by).await.map(drop)), "{role:?}");
        assert!(denied(audit::check(&house.services, &by).await.map(drop)), "{role:?}");
    }
    // Who reads the trail reads no case: neither by its page nor by what its family wrote.
    let page = services::spark::cases::view(&house.services, &auditor, case).await;
    assert!(matches!(page, Err(services::spark::cases::CaseError::Denied(_))), "{page:?}");
}

#[tokio::test]
async fn with_a_case_its_letters_and_the_objections_to_it_are_found() {
    let house = TestHouse::new().await;
    let purse = spark::purse_of(&house, 30_000).await;
    let (case, code) = spark::objections::noticed(&house, 73, purse).await;
    spark::objections::objected(&house, &code).await;
    let parts: Vec<Uuid> = sqlx::query_scalar(
        "select id from spark_letter where case_id = $1 union all select id from spark_objection where case_id = $1",
    )
    .bind(case.0)
    .fetch_all(&house.db.owner_pool())
    .await
    .expect("read");
    assert_eq!(parts.len(), 2, "the letter of the grant and the objection");
    let row = store::spark::cases::one(&house.services.db, case.0).await.expect("read").expect("a case");
    let reference = Reference::parse(&row.reference).expect("a reference");
    let subjects = audit::of_case(&house.services, &by(&house, Role::Auditor), &reference).await.expect("found");
    assert!(parts.iter().all(|part| subjects.contains(part)), "{subjects:?}");
    let found = actions(&house, &Filter { subjects: Some(subjects), ..Filter::default() }).await;
    assert!(found.iter().any(|action| action == "spark.objection_received"), "{found:?}");
}

#[tokio::test]
async fn what_raised_an_alert_is_found_and_counted() {
    let house = trail(2).await;
    let read = Entry { action: "spark.case_read", detail: json!({ "alert": "not_assigned" }), ..entry(90) };
    record(&house, &[read]).await;
    let found = actions(&house, &Filter { alerts: true, ..Filter::default() }).await;
    assert_eq!(found, ["spark.case_read"]);
    let standing = audit::standing(&house.services, &by(&house, Role::Auditor)).await.expect("read");
    assert_eq!((standing.alerts, standing.head.map(|head| head.size)), (1, Some(6)));
}

#[tokio::test]
async fn the_chain_is_checked_on_the_spot_and_the_check_is_in_the_trail() {
    let house = trail(3).await;
    let auditor = by(&house, Role::Auditor);
    let report = audit::check(&house.services, &auditor).await.expect("checked").expect("not too long");
    assert!(report.is_sound() && report.leaves == 9, "{:?}", report.faults);
    let filter = Filter { action_prefix: Some("audit.".into()), ..Filter::default() };
    assert_eq!(actions(&house, &filter).await, ["audit.checked"]);
    tamper(&house, &format!("update audit_entry set action = 'booking.cancelled' where id = {ENTRY_OF}")).await;
    let report = audit::check(&house.services, &auditor).await.expect("checked").expect("not too long");
    assert_eq!(report.faults.iter().filter_map(audit::Fault::position).collect::<Vec<_>>(), [4]);
}
