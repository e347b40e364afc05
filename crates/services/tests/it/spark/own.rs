//! A case as its family sees it.

use super::*;
use crate::ledger::number;
use domain::ledger::Fen;
use domain::spark::PublicState;
use services::spark::cases::{own_case, own_cases, withdraw};

#[tokio::test]
async fn a_family_sees_its_own_cases_and_nobody_elses() {
    let house = TestHouse::new().await;
    let (case, other) = (sent(&house, 1).await, sent(&house, 2).await);
    let family = visitor(&house, 1);
    let listed = own_cases(&house.services, &family).await.expect("read");
    assert_eq!(listed.iter().map(|one| one.id).collect::<Vec<_>>(), [case]);
    let read = own_case(&house.services, &family, case).await.expect("read");
    assert_eq!((read.case.state, read.may_withdraw), (PublicState::Received, true));
    assert!(read.money.is_empty() && read.clarifications.is_empty());
    for refused in [
        own_case(&house.services, &family, other).await.map(|_| ()),
        own_case(&house.services, &family, id(&house)).await.map(|_| ()),
        withdraw(&house.services, &family, other, PublicState::Received).await,
    ] {
        assert!(matches!(refused, Err(CaseError::NotFound)), "{refused:?}");
    }
    for role in Role::ALL {
        let refused = own_case(&house.services, &of(&house, 1, role), case).await;
        assert!(matches!(refused, Err(CaseError::Denied(_))), "{role:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_case_is_taken_back_once_and_moves_between_desks_are_no_change_to_its_family() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    let family = visitor(&house, 1);
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let stale = withdraw(&house.services, &family, case, PublicState::Received).await;
    assert!(matches!(stale, Err(CaseError::Stale(_))), "{stale:?}");
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::Complete)).await.expect("complete");
    let seen = own_case(&house.services, &family, case).await.expect("read").case.state;
    // The last review is in; nothing of that is told.
    reviewed(&house, case).await;
    assert_eq!(state(&house, case).await, "committee");
    for _ in 0..2 {
        withdraw(&house.services, &family, case, seen).await.expect("taken back");
    }
    assert_eq!(state(&house, case).await, "withdrawn");
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'withdraw'").await, 1);
    let read = own_case(&house.services, &family, case).await.expect("read");
    assert_eq!((read.case.state, read.may_withdraw), (PublicState::Ended, false));
}

#[tokio::test]
async fn what_was_granted_is_told_once_it_is_decided() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    let family = visitor(&house, 1);
    before_committee(&house, case).await;
    let before = own_case(&house.services, &family, case).await.expect("read");
    assert!(before.money.is_empty());
    grants(&house, &chair(&house), case, purse, 8_000).await.expect("granted");
    let after = own_case(&house.services, &family, case).await.expect("read");
    let money: Vec<_> = after.money.iter().map(|part| (part.nth, part.amount, part.paid)).collect();
    assert_eq!(money, [(1, Fen::new(800_000), false)]);
    let told: Vec<_> = after.told.iter().map(|step| step.state).collect();
    use PublicState as P;
    assert_eq!(told, [P::Received, P::Checking, P::Reviewing, P::Granted]);
    // The committee decides again: what was granted is not told while it does.
    does(&house, &chair(&house), case, (Part::Chair, Event::Recall)).await.expect("recalled");
    let again = own_case(&house.services, &family, case).await.expect("read");
    assert!(again.money.is_empty() && again.case.state == P::Reviewing);
}
