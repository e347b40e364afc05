//! What a family has of its payments: a receipt of each that stands, its own alone, and all of them in the copy of its data.

use super::office::contract_of;
use super::{family, support, units, visitor};
use domain::account::Role;
use domain::ids::{ContractId, FamilyPaymentId};
use services::account::erase;
use services::family::office::{self, Paying};
use services::family::{self as families, FamilyError, OwnPayment};
use testkit::TestHouse;
use uuid::Uuid;

/// The office notes what is due on 10 August 2026.
async fn noted(house: &TestHouse, contract: ContractId, reference: &str) {
    let new = Paying {
        contract,
        nths: vec!["2".to_owned()],
        amount: "620".to_owned(),
        day: "2026-07-20".to_owned(),
        reference: reference.to_owned(),
    };
    assert!(office::pay(&house.services, &support(house), &new).await.expect("noted"));
}

async fn payments(house: &TestHouse, person: u128) -> Vec<OwnPayment> {
    families::payments(&house.services, &visitor(house, person)).await.expect("read")
}

#[tokio::test]
async fn a_family_has_a_receipt_of_each_payment_that_stands_and_nobody_elses() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let (first, second) = (family(&house, 1, all[0]).await, family(&house, 2, all[1]).await);
    let (own, other) = (contract_of(&house, first).await, contract_of(&house, second).await);
    noted(&house, own, "T-1").await;
    noted(&house, other, "T-2").await;
    for (person, reference) in [(11, "T1"), (12, "T1"), (21, "T2")] {
        let read = payments(&house, person).await;
        let said: Vec<_> = read.iter().map(|one| (one.reference.as_str(), one.amount.get())).collect();
        assert_eq!(said, [(reference, 62_000)], "of {person}");
        let paid: Vec<_> = read[0].prices.iter().map(|price| (price.kind.as_str(), price.due_on.to_string())).collect();
        assert_eq!(paid, [("storage", "2026-08-10".to_owned())]);
    }
    let (mine, theirs) = (payments(&house, 11).await.remove(0), payments(&house, 21).await.remove(0));
    let receipt = async |id: FamilyPaymentId| families::receipt(&house.services, &visitor(&house, 11), id).await;
    assert_eq!(receipt(mine.id).await.expect("a receipt"), mine);
    for id in [theirs.id, FamilyPaymentId(Uuid::from_u128(404))] {
        assert!(matches!(receipt(id).await, Err(FamilyError::NotFound)), "{id}");
    }

    // What was noted wrongly has no receipt.
    let colleague = house.somebody(90_018, Role::FamilySupport);
    assert!(
        office::take_back(&house.services, &colleague, (own, mine.id.0), "演示：流水号抄错").await.expect("taken back")
    );
    assert!(matches!(receipt(mine.id).await, Err(FamilyError::NotFound)));
    let read = payments(&house, 11).await;
    assert!(read.len() == 1 && read[0].taken_back_at.is_some() && read[0].prices.len() == 1, "{read:?}");
}

/// All prices are read at once: each payment has its own of them, and of no other contract's those of the same number.
#[tokio::test]
async fn each_payment_says_what_it_paid_and_nothing_that_another_did() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let own = contract_of(&house, family(&house, 1, all[0]).await).await;
    let other = contract_of(&house, family(&house, 2, all[1]).await).await;
    sqlx::query("update family_member set account_id = $1 where account_id = $2")
        .bind(Uuid::from_u128(11))
        .bind(Uuid::from_u128(21))
        .execute(&house.db.owner_pool())
        .await
        .expect("one person belongs to both");
    for (contract, nth, reference) in [(own, "2", "T-2"), (own, "3", "T-3"), (other, "2", "T-4")] {
        let new = Paying {
            contract,
            nths: vec![nth.to_owned()],
            amount: "620".to_owned(),
            day: "2026-07-20".to_owned(),
            reference: reference.to_owned(),
        };
        assert!(office::pay(&house.services, &support(&house), &new).await.expect("noted"));
    }
    let read = payments(&house, 11).await;
    let mut said: Vec<_> = read
        .iter()
        .map(|one| {
            (one.reference.as_str(), one.prices.iter().map(|price| price.due_on.to_string()).collect::<Vec<_>>())
        })
        .collect();
    said.sort();
    let day = |day: &str| vec![day.to_owned()];
    assert_eq!(said, [("T2", day("2026-08-10")), ("T3", day("2027-08-10")), ("T4", day("2026-08-10"))]);
}

#[tokio::test]
async fn the_copy_of_a_persons_data_has_the_payments_and_no_word_of_a_machine_for_a_reason() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let contract = contract_of(&house, family(&house, 1, unit).await).await;
    noted(&house, contract, "T-1").await;
    office::contract(&house.services, &support(&house), contract).await.expect("the office looks at it");
    office::reveal(&house.services, &support(&house), contract, "演示：家庭来电").await.expect("and at the numbers");

    let copy = erase::export_own(&house.services, &visitor(&house, 11)).await.expect("a copy");
    let payment = &copy["cord_blood"]["payments"][0];
    assert_eq!((payment["reference"].as_str(), payment["fen"].as_i64()), (Some("T1"), Some(62_000)));
    assert_eq!(payment["paid_on"], "2026-07-20");
    let notices = copy["cord_blood"]["notices"].as_array().expect("a list");
    assert!(notices.iter().any(|notice| notice["kind"] == "joined_guardian"), "what they were told: {notices:?}");
    let looks = copy["cord_blood"]["looks"].as_array().expect("a list");
    let of = |what: &str| looks.iter().find(|look| look["what"] == what).expect("a look");
    assert!(of(families::CONTRACT_WORK)["reason"].is_null(), "{looks:?}");
    assert_eq!(of("contract")["reason"], "演示：家庭来电", "the control: what somebody typed is a reason");
}
