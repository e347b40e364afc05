//! Support: a family's record, opened by the number of a contract, for a reason and for a time.

use super::{bank, number};
use crate::ledger::of;
use domain::account::{Denied, Role};
use domain::custody::State;
use domain::field::Fault;
use domain::ids::{ContractId, FamilyId};
use jiff::SignedDuration;
use services::family::{self, FamilyError, Opening};
use testkit::TestHouse;
use testkit::custody::unit_in;
use uuid::Uuid;

/// A number of a contract of the families' demo.
const CONTRACT: &str = "SD2026000417";

fn opening(house: &TestHouse, number: &str, reason: &str) -> Opening {
    let form: Uuid = house.services.system().new_id();
    Opening { form, number: number.to_owned(), reason: reason.to_owned(), unasked: false }
}

#[tokio::test]
async fn support_opens_a_record_for_half_an_hour_and_the_family_reads_why() {
    let (house, _) = bank().await;
    unit_in(&house, 31, State::Banked).await;
    family::seed_demo(&house.services, &house.services.system()).await.expect("families");
    let (services, by) = (&house.services, &of(&house, 74_001, Role::FamilySupport));
    let faults = async |number: &str, reason: &str| match family::open_for_support(
        services,
        by,
        &opening(&house, number, reason),
    )
    .await
    {
        Err(FamilyError::Fields(errors)) => errors.into_iter().map(|error| error.fault).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(faults(CONTRACT, "看看").await, [Fault::TooShort { min: 6 }]);
    assert_eq!(faults("SD2026999999", "家长来电询问进度").await, [Fault::ContractUnknown]);
    assert_eq!(number(&house, "select count(*) from family_access").await, 0, "nothing was shown");

    let new = opening(&house, CONTRACT, "家长来电询问检测进度");
    let id = family::open_for_support(services, by, &new).await.expect("opened");
    assert_eq!(family::open_for_support(services, by, &new).await.expect("pressed twice"), id);
    assert_eq!(number(&house, "select count(*) from family_access").await, 1, "the family reads it at once");

    // A form that was sent finds nothing out: not of another family, not of a number that is none, not for a colleague.
    let (colleague, other) = (of(&house, 74_002, Role::FamilySupport), "SD2008000018");
    for (agent, number) in [(by, other), (by, "SD2026999999"), (&colleague, CONTRACT)] {
        let again = Opening { number: number.to_owned(), ..new.clone() };
        let answer = family::open_for_support(services, agent, &again).await;
        assert!(matches!(answer, Err(FamilyError::SentBefore)), "{number}: {answer:?}");
    }
    assert_eq!(number(&house, "select count(*) from family_access").await, 1);
    let record = family::support_record(services, by, id).await.expect("open");
    assert_eq!(record.open.reason, "家长来电询问检测进度");
    assert!(record.contracts.iter().all(|contract| contract.number_end.chars().count() == 4));
    // A child that died stands with its contract, so that nobody asks how it is.
    assert!(record.contracts.iter().all(|contract| !contract.child_died));
    let contract: Uuid = sqlx::query_scalar("select id from family_contract where family_id = $1")
        .bind(id.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("its contract");
    let paper = ("", "演示：死亡医学证明");
    family::office::note_death(services, by, ContractId(contract), paper).await.expect("noted");
    let record = family::support_record(services, by, id).await.expect("open");
    assert!(record.contracts.iter().all(|contract| contract.child_died));

    let colleague = family::support_record(services, &of(&house, 74_002, Role::FamilySupport), id).await;
    assert!(matches!(colleague, Err(FamilyError::NotFound)), "{colleague:?}");
    let absent = family::support_record(services, by, FamilyId(Uuid::from_u128(1))).await;
    assert!(matches!(absent, Err(FamilyError::NotFound)), "{absent:?}");
    services.clock.advance(SignedDuration::from_mins(30));
    let later = family::support_record(services, &of(&house, 74_001, Role::FamilySupport), id).await;
    assert!(matches!(later, Err(FamilyError::NotFound)), "{later:?}");
}

#[tokio::test]
async fn nobody_but_support_opens_a_familys_record() {
    let (house, _) = bank().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::FamilySupport) {
        let by = of(&house, 74_100, role);
        let answer =
            family::open_for_support(&house.services, &by, &opening(&house, CONTRACT, "家长来电询问进度")).await;
        assert!(matches!(answer, Err(FamilyError::Denied(Denied::NotAllowed))), "{role:?}: {answer:?}");
    }
}
