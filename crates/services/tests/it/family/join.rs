//! Coming in by an invitation: with everything that belongs to it, and by no guessing.

use super::{account, count, founded, joined, network, number, phone, units, visitor};
use domain::account::{Actor, Denied};
use domain::contact::Phone;
use domain::family::Kin;
use services::family::{self, FamilyError};
use testkit::TestHouse;

#[tokio::test]
async fn whoever_was_invited_joins_once_and_sees_the_unit() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    founded(&house, 1, Some(unit), "2026-03-01".parse().expect("a day"), None).await;
    joined(&house, 1, 11).await;
    let seen = family::units(&house.services, &visitor(&house, 11)).await.expect("read");
    assert_eq!(seen.iter().map(|unit| unit.id).collect::<Vec<_>>(), [unit]);
    assert_eq!((seen[0].member.kin, seen[0].member.mother), (Kin::Owner, true));
    let (number, phone) = (number(1), phone(11));
    let again = family::join(&house.services, &visitor(&house, 11), &network(), (&number, phone.digits())).await;
    assert!(matches!(again, Err(FamilyError::NoInvitation)), "{again:?}");
    assert_eq!(count(&house, "select count(*) from family_member").await, 1);
}

#[tokio::test]
async fn whatever_does_not_fit_is_one_answer() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2026-03-01".parse().expect("a day"), None).await;
    founded(&house, 2, None, "2026-03-01".parse().expect("a day"), None).await;
    for person in [11, 21, 77] {
        account(&house, person).await;
    }
    let tried = [
        (11, number(2), phone(11)), // another family's contract
        (11, number(9), phone(11)), // no contract
        (77, number(1), phone(11)), // not the account's own number
        (77, number(1), phone(77)), // not registered
    ];
    for (person, number, phone) in tried {
        let context = visitor(&house, person);
        let refused = family::join(&house.services, &context, &network(), (&number, phone.digits())).await;
        assert!(matches!(refused, Err(FamilyError::NoInvitation)), "{person}: {refused:?}");
    }
    assert_eq!(count(&house, "select count(*) from family_member").await, 0);
}

#[tokio::test]
async fn a_sign_in_of_yesterday_joins_nothing() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2026-03-01".parse().expect("a day"), None).await;
    account(&house, 11).await;
    let mut context = visitor(&house, 11);
    if let Actor::Visitor { stepped_up_at, .. } = &mut context.actor {
        *stepped_up_at = None;
    }
    let (number, phone) = (number(1), phone(11));
    let refused = family::join(&house.services, &context, &network(), (&number, phone.digits())).await;
    assert!(matches!(refused, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{refused:?}");
}

#[tokio::test]
async fn an_invitation_runs_out() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2026-03-01".parse().expect("a day"), None).await;
    account(&house, 11).await;
    super::days(&house, 90);
    let (number, phone) = (number(1), phone(11));
    let refused = family::join(&house.services, &visitor(&house, 11), &network(), (&number, phone.digits())).await;
    assert!(matches!(refused, Err(FamilyError::NoInvitation)), "{refused:?}");
}

/// Five guesses of an account are heard, the fifth raises an alert, and from then on what is right is refused, too.
#[tokio::test]
async fn guessing_is_throttled_and_raises_an_alert() {
    let house = TestHouse::new().await;
    founded(&house, 1, None, "2026-03-01".parse().expect("a day"), None).await;
    account(&house, 11).await;
    let own: Phone = phone(11);
    for guess in 100..105 {
        let number = number(guess);
        let refused = family::join(&house.services, &visitor(&house, 11), &network(), (&number, own.digits())).await;
        assert!(matches!(refused, Err(FamilyError::NoInvitation)), "{guess}: {refused:?}");
    }
    let right = number(1);
    let refused = family::join(&house.services, &visitor(&house, 11), &network(), (&right, own.digits())).await;
    assert!(matches!(refused, Err(FamilyError::Limited(_))), "{refused:?}");
    let alerts = "select count(*) from audit_entry where action = 'family.join_refused' and detail ? 'alert'";
    assert_eq!(count(&house, alerts).await, 1);
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'family.join_refused'").await, 5);
    // Another account of another network is not kept out by it.
    joined_from_elsewhere(&house).await;
}

async fn joined_from_elsewhere(house: &TestHouse) {
    account(house, 12).await;
    let elsewhere = services::limits::Network::of([198, 51, 100, 4].into());
    let (number, phone) = (number(1), phone(12));
    family::join(&house.services, &visitor(house, 12), &elsewhere, (&number, phone.digits())).await.expect("joined");
}
