//! Cases that were opened before ties were noted.

use super::*;
use futures::future::join_all;
use services::spark::cases::ask_reviewer;
use services::spark::review::note_missing;

type Tie = (Uuid, String, String, Vec<u8>);

async fn ties_of(house: &TestHouse) -> Vec<Tie> {
    sqlx::query_as("select case_id, party, kind, value_index from spark_case_tie order by 1, 2, 3, 4")
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("ties")
}

/// A case of a child whose guardian applies, with all that ties them.
async fn family(house: &TestHouse, person: u128) -> CaseId {
    account(house, person).await;
    let mut new = NewCase { age: 9, ..new_case(house, person) };
    // As an application hands them over: what is compared stands among the particulars.
    let party = |part, account, document: &str, particulars: String| NewParty {
        part,
        account,
        particulars: particulars.into_bytes(),
        identity: Some(document.to_owned()),
    };
    let (child, adult) = (format!("E{person:08}"), format!("G{person:08}"));
    new.parties = vec![
        party(
            Part::Applicant,
            None,
            &child,
            format!(
                r#"{{"patient_name":"演示·小满","patient_document_kind":"passport","patient_document":"{child}",
                    "address":"济南市历下区演示路 {person} 号","hospital":"演示第{person}医院"}}"#
            ),
        ),
        party(
            Part::Guardian,
            Some(AccountId(Uuid::from_u128(person))),
            &adult,
            format!(
                r#"{{"guardian_name":"演示·大满","guardian_document_kind":"passport","guardian_document":"{adult}",
                    "guardian_phone":"139{person:08}"}}"#
            ),
        ),
    ];
    let mut tx = house.services.begin().await.expect("a transaction");
    let opened = cases::open_in(&house.services, &mut tx, &visitor(house, person), new, Part::Guardian).await;
    tx.commit().await.expect("committed");
    let opened = opened.expect("opened");
    agreed(house, &opened, person).await;
    opened.id
}

async fn untie(house: &TestHouse) {
    sqlx::query("delete from spark_case_tie").execute(&house.db.owner_pool()).await.expect("as before");
}

#[tokio::test]
async fn a_case_opened_before_ties_were_noted_gets_the_same_ones_once() {
    let house = TestHouse::new().await;
    let mut all = Vec::new();
    for person in 1..=5 {
        all.push(family(&house, person).await);
    }
    let before = ties_of(&house).await;
    assert_eq!(before.len(), 5 * 5, "two documents, a telephone, an address, a hospital of each");
    untie(&house).await;
    // Batches of two, and two servers at once: each is noted once.
    let (one, two) = (house.services.clone(), house.services.clone());
    let noted = join_all([note_missing(&one, 2), note_missing(&two, 2)]).await;
    assert_eq!(noted.into_iter().map(|noted| noted.expect("noted")).sum::<u32>(), 5);
    assert_eq!(ties_of(&house).await, before);
    assert_eq!(note_missing(&house.services, 2).await.expect("noted"), 0);
    assert_eq!(ties_of(&house).await, before);

    // And a conflict is found again.
    let by = officer(&house);
    does(&house, &by, all[0], (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let kin = vec![Document::from_comparable("passport:G00000001").expect("a document")];
    tied(&house, 801, &Ties { kin, ..ties(801) }).await;
    let answer = ask_reviewer(&house.services, &by, all[0], AccountId(Uuid::from_u128(801))).await;
    assert!(matches!(answer, Err(CaseError::Conflicted(_))), "{answer:?}");
}

#[tokio::test]
async fn what_is_over_or_unreadable_gets_none_and_holds_up_no_other() {
    let house = TestHouse::new().await;
    let (over, broken, fine) = (family(&house, 1).await, family(&house, 2).await, family(&house, 3).await);
    does(&house, &visitor(&house, 1), over, (Part::Guardian, Event::Withdraw)).await.expect("withdrawn");
    untie(&house).await;
    sqlx::query("update spark_case_party set particulars_sealed = '\\x00' where case_id = $1")
        .bind(broken.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("broken");
    assert_eq!(note_missing(&house.services, 1).await.expect("noted"), 1);
    let cases: std::collections::BTreeSet<Uuid> = ties_of(&house).await.into_iter().map(|(case, ..)| case).collect();
    assert_eq!(cases, [fine.0].into());
}
