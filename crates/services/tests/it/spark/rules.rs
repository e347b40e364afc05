//! What stands in the way of a change.

use super::*;
use domain::ids::FundId;
use domain::ledger::FundCode;
use domain::ledger::Purpose;
use domain::spark::{State, Unmet};
use jiff::SignedDuration;
use services::ledger::NewFund;

#[tokio::test]
async fn a_stale_form_is_told_what_changed_by_whom_and_when() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    let seen = version(&house, case).await;
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let stale =
        cases::act(&house.services, &officer(&house), &plain(case, seen, Part::CaseOfficer, Event::TakeUp)).await;
    let Err(CaseError::Stale(changes)) = stale else { panic!("{stale:?}") };
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].event, changes[0].to, changes[0].at), (Event::TakeUp, State::Completeness, house.now()));
    assert_eq!(changes[0].by, Some(AccountId(Uuid::from_u128(OFFICER))));
    // The family is told the part, and nobody's account.
    let stale =
        cases::act(&house.services, &visitor(&house, 1), &plain(case, seen, Part::Applicant, Event::Withdraw)).await;
    let Err(CaseError::Stale(changes)) = stale else { panic!("{stale:?}") };
    assert_eq!((changes[0].part, changes[0].by), (Part::CaseOfficer, None));
    // A version that never was is stale, too.
    let ahead =
        cases::act(&house.services, &officer(&house), &plain(case, 99, Part::CaseOfficer, Event::Complete)).await;
    assert!(matches!(&ahead, Err(CaseError::Stale(changes)) if changes.len() == 1), "{ahead:?}");
    assert_eq!(version(&house, case).await, seen + 1);
}

#[tokio::test]
async fn a_patient_has_one_live_case_with_a_fund_and_the_refusal_tells_nothing() {
    let house = TestHouse::new().await;
    let first = sent(&house, 1).await;
    account(&house, 2).await;
    // Another family names the same patient.
    let same = || {
        let mut new = new_case(&house, 2);
        new.parties[0].identity = Some("document 1".into());
        new
    };
    let refused = send(&house, 2, same()).await.expect_err("a second case");
    assert!(matches!(refused, CaseError::LiveCase), "{refused:?}");
    let reference =
        store::spark::cases::one(&house.services.db, first.0).await.expect("read").expect("a case").reference;
    for told in [format!("{refused:?}"), refused.to_string()] {
        assert!(!told.contains(&reference) && !told.contains(&first.to_string()), "{told}");
    }
    assert_eq!(crate::ledger::number(&house, "select count(*) from spark_case").await, 1, "nothing of it is left");
    // With another fund it may.
    let fund: FundId = id(&house);
    let new = NewFund {
        id: fund,
        code: FundCode::parse("OTHER").expect("a code"),
        name_zh: "演示".into(),
        name_en: "Demo".into(),
        purpose: Purpose::default(),
    };
    ledger::open_fund(&house.services, &preparer(&house), &new).await.expect("a fund");
    send(&house, 2, NewCase { fund: Some(fund), ..same() }).await.expect("with another fund");
    // And once the first is over.
    does(&house, &visitor(&house, 1), first, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
    send(&house, 2, same()).await.expect("once it is over");
}

#[tokio::test]
async fn sent_twice_it_is_one_case() {
    let house = TestHouse::new().await;
    account(&house, 1).await;
    let new = new_case(&house, 1);
    let again = NewCase { id: new.id, ..new_case(&house, 1) };
    let first = send(&house, 1, new).await.expect("sent");
    assert_eq!(send(&house, 1, again).await.expect("sent again"), first);
    assert_eq!(crate::ledger::number(&house, "select count(*) from spark_case_event").await, 1);
}

#[tokio::test]
async fn an_appeal_is_one_by_other_people_in_time_and_takes_nothing_away() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    grants(&house, &chair(&house), case, purse, 6_000).await.expect("a part");
    does(&house, &visitor(&house, 1), case, (Part::Applicant, Event::Appeal)).await.expect("appealed");
    let same = carries(&house, &chair(&house), case, purse, 10_000).await;
    assert!(matches!(same, Err(CaseError::Unmet(Unmet::DecidedBefore))), "{same:?}");
    let other = of(&house, OTHER_CHAIR, Role::Chair);
    for less in [5_999, 1] {
        let answer = carries(&house, &other, case, purse, less).await;
        assert!(matches!(answer, Err(CaseError::Unmet(Unmet::KeepsItsPart))), "{answer:?}");
    }
    let nothing = does(&house, &other, case, (Part::Chair, Event::Refuse)).await;
    assert!(matches!(nothing, Err(CaseError::Unmet(Unmet::KeepsItsPart))), "{nothing:?}");
    grants(&house, &other, case, purse, 8_000).await.expect("more");
    let second = does(&house, &visitor(&house, 1), case, (Part::Applicant, Event::Appeal)).await;
    assert!(matches!(second, Err(CaseError::Unmet(Unmet::AppealedBefore))), "{second:?}");

    let late = sent(&house, 2).await;
    before_committee(&house, late).await;
    decides(&house, &chair(&house), &[(late, Vote::Refuse)]).await;
    does(&house, &chair(&house), late, (Part::Chair, Event::Refuse)).await.expect("refused");
    house.services.clock.advance(SignedDuration::from_hours(24 * 60));
    let answer = does(&house, &visitor(&house, 2), late, (Part::Applicant, Event::Appeal)).await;
    assert!(matches!(answer, Err(CaseError::Unmet(Unmet::NotAppealable))), "{answer:?}");
}

#[tokio::test]
async fn a_decision_has_the_sum_it_says_and_whoever_takes_away_says_why() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    let at = version(&house, case).await;
    let act = |event, sum: Option<i64>| Act {
        award: sum.map(|sum| decided(&house, purse, sum)),
        ..plain(case, at, Part::Chair, event)
    };
    for wrong in [
        act(Event::Grant, Some(9_999)),
        act(Event::GrantPart, Some(10_000)),
        act(Event::Grant, None),
        act(Event::Refuse, Some(1)),
    ] {
        let answer = cases::act(&house.services, &chair(&house), &wrong).await;
        assert!(matches!(answer, Err(CaseError::NotTheSum)), "{wrong:?}: {answer:?}");
    }
    let silent = Act { reason: Some("  ".into()), ..act(Event::Refuse, None) };
    let answer = cases::act(&house.services, &chair(&house), &silent).await;
    assert!(matches!(&answer, Err(CaseError::Fields(fields)) if fields[0].field == "reason"), "{answer:?}");
    assert_eq!(version(&house, case).await, at);
}

#[tokio::test]
async fn another_officer_takes_a_case_over_before_acting_on_it() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let other = of(&house, 77, Role::CaseOfficer);
    let refused = does(&house, &other, case, (Part::CaseOfficer, Event::Complete)).await;
    assert!(matches!(refused, Err(CaseError::NotAssigned)), "{refused:?}");
    cases::take_over(&house.services, &other, case, "同事休假").await.expect("taken over");
    does(&house, &other, case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    let trail = "select count(*) from audit_entry where action = 'spark.case_taken_over'";
    assert_eq!(crate::ledger::number(&house, trail).await, 1);
}

#[tokio::test]
async fn nobody_acts_in_a_part_that_is_not_theirs() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    account(&house, 2).await;
    for role in Role::ALL {
        for part in Part::ALL.into_iter().filter(|part| Part::of_role(role) != Some(*part)) {
            let answer = does(&house, &of(&house, 5, role), case, (part, Event::Withdraw)).await;
            assert!(matches!(answer, Err(CaseError::Denied(_))), "{role:?} as {part:?}: {answer:?}");
        }
    }
    for part in Part::ALL {
        let stranger = does(&house, &visitor(&house, 2), case, (part, Event::Withdraw)).await;
        assert!(matches!(stranger, Err(CaseError::Denied(_) | CaseError::NotFound)), "{part:?}: {stranger:?}");
        let nobody = does(&house, &house.context(Actor::Anonymous), case, (part, Event::Withdraw)).await;
        assert!(matches!(nobody, Err(CaseError::Denied(_))), "{part:?}: {nobody:?}");
    }
    assert_eq!(state(&house, case).await, "submitted");
}
