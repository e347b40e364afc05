//! The eighteenth birthday: on the day and once the child is invited; once it took over, its guardians only look.

use super::{account, count, days, founded, joined, number, phone, support, units, visitor};
use domain::family::{Consent, Kin, Notice};
use services::family::{self as families, FamilyError};
use testkit::TestHouse;

/// The child of family 1.
const CHILD: u128 = 19;

// The house begins on 20 July 2026.
const BORN: &str = "2008-07-23";

#[tokio::test]
async fn a_child_takes_over_on_its_eighteenth_birthday_and_not_a_day_before() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let born = BORN.parse().expect("a day");
    let family = founded(&house, 1, Some(unit), born, Some(phone(CHILD))).await;
    joined(&house, 1, 11).await;
    joined(&house, 1, 12).await;
    account(&house, CHILD).await;

    days(&house, 2);
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0, "the day before");
    let typed = (number(1), phone(CHILD));
    let child = visitor(&house, CHILD);
    let early = families::join(&house.services, &child, &super::network(), (&typed.0, typed.1.digits())).await;
    assert!(matches!(early, Err(FamilyError::NoInvitation)), "{early:?}");

    days(&house, 1);
    let (one, two) = tokio::join!(families::hand_over_due(&house.services), families::hand_over_due(&house.services));
    assert_eq!(one.expect("looked") + two.expect("looked"), 1, "two servers invite once");
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0, "and never again");
    let told = families::notices(&house.services, &visitor(&house, 11)).await.expect("read");
    assert_eq!(told.iter().filter(|notice| notice.kind == Notice::OfAge).count(), 1);

    joined(&house, 1, CHILD).await;
    let seen = families::units(&house.services, &visitor(&house, CHILD)).await.expect("read");
    assert_eq!((seen[0].id, seen[0].member.kin), (unit, Kin::AdultChild));
    for guardian in [11, 12] {
        let context = visitor(&house, guardian);
        let seen = families::units(&house.services, &context).await.expect("they still look");
        assert_eq!(seen[0].member.kin, Kin::FormerGuardian);
        let acted = families::consent(&house.services, &context, family, (Consent::Research, true)).await;
        assert!(matches!(acted, Err(FamilyError::OnlyLooks)), "{acted:?}");
    }
    families::consent(&house.services, &visitor(&house, CHILD), family, (Consent::Research, true)).await.expect("hers");
    assert_eq!(count(&house, "select count(*) from family_child where took_over_at is not null").await, 1);
}

#[tokio::test]
async fn a_child_nobody_named_a_number_of_is_invited_once_its_guardians_do() {
    let house = TestHouse::new().await;
    let family = founded(&house, 1, None, "2008-07-20".parse().expect("a day"), None).await;
    joined(&house, 1, 11).await;
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0);
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 0);
    let mother = visitor(&house, 11);
    let told = families::notices(&house.services, &mother).await.expect("read");
    assert_eq!(told.iter().filter(|notice| notice.kind == Notice::OfAge).count(), 1, "they are told once");

    let people = families::people(&house.services, &mother).await.expect("read");
    let child = (family, people[0].children[0].id);
    families::set_child_phone(&house.services, &mother, child, phone(CHILD).digits()).await.expect("said");
    let staff = families::set_child_phone(&house.services, &support(&house), child, phone(CHILD).digits()).await;
    assert!(matches!(staff, Err(FamilyError::Denied(_))), "{staff:?}");
    assert_eq!(families::hand_over_due(&house.services).await.expect("looked"), 1);
    let late = families::set_child_phone(&house.services, &mother, child, phone(77).digits()).await;
    assert!(matches!(late, Err(FamilyError::Over)), "{late:?}");
}
