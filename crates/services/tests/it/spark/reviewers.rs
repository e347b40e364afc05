//! Medical reviewers: what they are shown, and of which cases.

use super::*;
use domain::spark::DiseaseGroup;
use services::spark::cases::{ask_reviewer, for_review, loads, release_reviewer, to_review};

fn reviewer(house: &TestHouse, person: u128) -> Context {
    of(house, person, Role::MedicalReviewer)
}

#[tokio::test]
async fn a_reviewer_reads_the_cases_one_was_asked_about_while_they_are_reviewed() {
    let house = TestHouse::new().await;
    let (case, other) = (sent(&house, 1).await, sent(&house, 2).await);
    let (by, asked, stranger) = (officer(&house), reviewer(&house, 801), reviewer(&house, 802));
    let early = ask_reviewer(&house.services, &by, case, AccountId(Uuid::from_u128(801))).await;
    assert!(matches!(early, Err(CaseError::NotOpen)), "{early:?}");
    known(&house, &[801, 802]).await;
    for each in [case, other] {
        does(&house, &by, each, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    }
    for _ in 0..2 {
        ask_reviewer(&house.services, &by, case, AccountId(Uuid::from_u128(801))).await.expect("asked");
    }
    assert!(to_review(&house.services, &asked).await.expect("read").is_empty(), "it is not complete yet");
    does(&house, &by, case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    does(&house, &by, other, (Part::CaseOfficer, Event::Complete)).await.expect("complete");

    let shown = for_review(&house.services, &asked, case).await.expect("read");
    assert_eq!((shown.group, shown.age, shown.asked), (DiseaseGroup::Rare, 30, yuan(10_000)));
    assert_eq!(to_review(&house.services, &asked).await.expect("read"), [shown]);
    let load = loads(&house.services, &by, &[801, 802].map(|n| AccountId(Uuid::from_u128(n)))).await.expect("read");
    assert_eq!(load.iter().map(|(_, cases)| *cases).collect::<Vec<_>>(), [1, 0]);
    for (who, which) in [(&asked, other), (&stranger, case)] {
        let answer = for_review(&house.services, who, which).await;
        assert!(matches!(answer, Err(CaseError::NotFound)), "{answer:?}");
    }
    for role in Role::ALL.into_iter().filter(|role| *role != Role::MedicalReviewer) {
        let answer = for_review(&house.services, &of(&house, 801, role), case).await;
        assert!(matches!(answer, Err(CaseError::Denied(_))), "{role:?}: {answer:?}");
    }
    // Nothing else of the case: neither whose it is, nor what happened.
    let mut db = house.services.db.acquire().await.expect("a connection");
    assert!(matches!(cases::may_read(&mut db, &asked, case).await, Err(CaseError::Denied(_))));
    assert!(matches!(cases::history(&house.services, &asked, case).await, Err(CaseError::Denied(_))));

    release_reviewer(&house.services, &by, case, AccountId(Uuid::from_u128(801))).await.expect("released");
    assert!(to_review(&house.services, &asked).await.expect("read").is_empty());
    let trail = "select count(*) from audit_entry where action in ('spark.reviewer_asked', 'spark.reviewer_released')";
    assert_eq!(crate::ledger::number(&house, trail).await, 2);
}

#[tokio::test]
async fn whoever_handled_a_case_does_not_judge_it() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    let by = officer(&house);
    does(&house, &by, case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let oneself = ask_reviewer(&house.services, &by, case, AccountId(Uuid::from_u128(OFFICER))).await;
    assert!(matches!(oneself, Err(CaseError::HadAPart)), "{oneself:?}");
    let other = of(&house, 77, Role::CaseOfficer);
    let not_theirs = ask_reviewer(&house.services, &other, case, AccountId(Uuid::from_u128(801))).await;
    assert!(matches!(not_theirs, Err(CaseError::NotAssigned)), "{not_theirs:?}");
    cases::take_over(&house.services, &other, case, "同事休假").await.expect("taken over");
    let before = ask_reviewer(&house.services, &other, case, AccountId(Uuid::from_u128(OFFICER))).await;
    assert!(matches!(before, Err(CaseError::HadAPart)), "{before:?}");
}

/// What the row can hold is what its query reads: a column that says whose a case is would be one of these.
#[test]
fn the_projection_has_no_column_that_says_whose_it_is() {
    let source = include_str!("../../../../store/src/spark/reviewers.rs");
    let query = source.split("ReviewRow,").nth(1).and_then(|rest| rest.split("from").next()).expect("a query");
    let columns: Vec<&str> = query.split("select").nth(1).expect("columns").split(',').map(str::trim).collect();
    let known = ["c.id", "c.reference", "c.disease_group", "c.age", "c.asked", "c.changed_at"];
    assert_eq!(columns, known);
}
