//! Who is kept apart from an objection: whoever has a conflict with its case, and whoever had a part in what is objected to.

use super::*;
use services::spark::cases::take_over;

#[tokio::test]
async fn for_whoever_has_a_conflict_with_the_case_there_is_no_objection() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, code) = noticed(&house, 1, purse).await;
    let (_, other) = noticed(&house, 2, purse).await;
    let id = objected(&house, &code).await;
    object_fresh(&house, &other).await.expect("taken");
    let services = &house.services;
    for (person, role) in [(91_001, Role::CaseOfficer), (91_002, Role::Chair), (91_003, Role::ComplianceOfficer)] {
        let by = of(&house, person, role);
        assert_eq!(list(services, &by).await.expect("read").len(), 2, "{role:?}");
        let about = AccountId(Uuid::from_u128(person));
        review::declare(services, &compliance(&house), case, about, "演示：亲属").await.expect("declared");
        let shown = list(services, &by).await.expect("read");
        assert_eq!(shown.iter().filter(|one| one.case == case).count(), 0, "{role:?}");
        assert_eq!(shown.len(), 1, "{role:?}: the other is there");
        let read = read(services, &by, id).await;
        assert!(matches!(read, Err(ObjectionError::NotFound)), "{role:?}: {read:?}");
        let decided = decide(services, &by, &answers(id, Outcome::Unfounded)).await;
        assert!(matches!(decided, Err(ObjectionError::NotFound)), "{role:?}: {decided:?}");
    }
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'spark.objection_read'").await, 0);
    assert_eq!(number(&house, "select count(*) from spark_objection where outcome is not null").await, 0);
    decide(services, &compliance(&house), &answers(id, Outcome::Unfounded)).await.expect("others answer it");
}

#[tokio::test]
async fn whoever_handled_the_case_judged_it_or_sat_over_it_reads_the_objection_and_does_not_answer_it() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, code) = noticed(&house, 1, purse).await;
    let id = objected(&house, &code).await;
    let services = &house.services;
    let next = of(&house, 91_004, Role::CaseOfficer);
    take_over(services, &next, case, "演示：同事休假").await.expect("taken over");
    let involved = [
        ("handed it over", officer(&house)),
        ("looks after it", next),
        ("presided and carried it out", chair(&house)),
        ("sat", of(&house, CHAIR * 10 + 1, Role::Chair)),
        ("wrote the minutes", of(&house, CHAIR * 10 + 9, Role::CaseOfficer)),
        ("judged it", of(&house, REVIEWERS[0], Role::ComplianceOfficer)),
    ];
    for (how, by) in involved {
        let shown = read(services, &by, id).await.expect(how);
        assert!(!shown.may_decide && !shown.may_uphold, "{how}");
        let decided = decide(services, &by, &answers(id, Outcome::Unfounded)).await;
        assert!(matches!(decided, Err(ObjectionError::HadAPart)), "{how}: {decided:?}");
    }
    let other = of(&house, OTHER_CHAIR, Role::Chair);
    assert!(read(services, &other, id).await.expect("read").may_uphold);
    decide(services, &other, &answers(id, Outcome::Upheld)).await.expect("answered");
    assert_eq!(state(&house, case).await, "committee");
}

#[tokio::test]
async fn whoever_took_a_case_back_answers_also_the_objection_to_what_is_decided_then() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, code) = noticed(&house, 1, purse).await;
    let first = objected(&house, &code).await;
    decide(&house.services, &compliance(&house), &answers(first, Outcome::Upheld)).await.expect("answered");
    let code = published(&house, case, purse, 10_000).await;
    let second = objected(&house, &code).await;
    assert_ne!(second, first);
    decide(&house.services, &compliance(&house), &answers(second, Outcome::Unfounded)).await.expect("answered");
    assert_eq!(state(&house, case).await, "notice");
}

/// Lifted, it would be paid as though nobody had objected.
#[tokio::test]
async fn what_is_upheld_while_the_case_is_held_goes_back_to_the_committee_too() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, code) = noticed(&house, 1, purse).await;
    let id = objected(&house, &code).await;
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Hold)).await.expect("held");
    assert_eq!(state(&house, case).await, "deceased_hold");
    decide(&house.services, &compliance(&house), &answers(id, Outcome::Upheld)).await.expect("answered");
    assert_eq!(state(&house, case).await, "committee");
    let lifted = does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Lift)).await;
    assert!(matches!(lifted, Err(CaseError::Refused(_))), "{lifted:?}");
}

#[tokio::test]
async fn what_is_upheld_waits_for_the_appeal_of_its_case_and_keeps_the_notice_up() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    let code = published(&house, case, purse, 6_000).await;
    let id = objected(&house, &code).await;
    does(&house, &visitor(&house, 1), case, (Part::Applicant, Event::Appeal)).await.expect("appealed");
    let services = &house.services;
    let by = compliance(&house);
    let shown = read(services, &by, id).await.expect("read");
    assert_eq!((shown.may_uphold, shown.upholding), (true, Upholding::InAppeal));
    let early = decide(services, &by, &answers(id, Outcome::Upheld)).await;
    assert!(matches!(early, Err(ObjectionError::InAppeal)), "{early:?}");
    assert_eq!(number(&house, "select count(*) from spark_objection where outcome is not null").await, 0);
    // Other people decide the appeal; then it goes back as any other.
    grants(&house, &of(&house, OTHER_CHAIR, Role::Chair), case, purse, 8_000).await.expect("more");
    assert_eq!(read(services, &by, id).await.expect("read").upholding, Upholding::TakesBack);
    decide(services, &by, &answers(id, Outcome::Upheld)).await.expect("answered");
    assert_eq!(state(&house, case).await, "committee");
}

/// Mails to the objector that say so.
const AGAIN: &str =
    "select count(*) from dev_mailbox where recipient = 'objector@example.com' and body_text like '%重新审议%'";
const OVER: &str =
    "select count(*) from dev_mailbox where recipient = 'objector@example.com' and body_text like '%不会据此拨付%'";

#[tokio::test]
async fn who_objected_rightly_is_told_that_it_is_decided_again_only_where_it_is() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let mut told = Vec::new();
    for (person, withdraws) in [(1, false), (2, true)] {
        let (case, code) = noticed(&house, person, purse).await;
        let id = objected(&house, &code).await;
        if withdraws {
            does(&house, &visitor(&house, person), case, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
        }
        decide(&house.services, &compliance(&house), &answers(id, Outcome::Upheld)).await.expect("answered");
        drain(&house.services, &messages::handlers(Handlers::new())).await.expect("the jobs ran");
        told.push((number(&house, AGAIN).await, number(&house, OVER).await));
        assert_eq!(state(&house, case).await, if withdraws { "withdrawn" } else { "committee" });
    }
    assert_eq!(told, [(1, 0), (1, 1)]);
}
