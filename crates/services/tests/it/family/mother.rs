//! Who is the mother is asked in one way: the page of a family's people says what its unit's results show, and asks whose they are.

use super::own::of_mother;
use super::transfer::{Both, both, give, giving};
use super::{account, count, founded, joined, number, phone, support, visitor};
use domain::family::{Consent, Kin};
use domain::ids::{FamilyId, UnitId};
use jiff::SignedDuration;
use services::family::office::{self, Inviting};
use services::family::{self as families, FamilyError, Markers, People};
use testkit::TestHouse;
use uuid::Uuid;

async fn page(house: &TestHouse, person: u128, family: FamilyId) -> People {
    let all = families::people(&house.services, &visitor(house, person)).await.expect("read");
    all.into_iter().find(|one| one.family == family).expect("they belong to it")
}

fn is_asked(page: &People) -> bool {
    page.consents.iter().any(|asked| asked.purpose == Consent::MotherResults)
}

/// Whether somebody says that the others may read hers, a moment after what was said before.
async fn lets(house: &TestHouse, person: u128, family: FamilyId, given: bool) -> Result<(), FamilyError> {
    house.services.clock.advance(SignedDuration::from_secs(1));
    families::consent(&house.services, &visitor(house, person), family, (Consent::MotherResults, given)).await
}

/// The page of people says that somebody reads the mother's results or why not, the results show it, and the passport tells as much.
async fn both_say(house: &TestHouse, person: u128, (family, unit): (FamilyId, UnitId), expected: Markers) {
    let page = page(house, person, family).await;
    assert_eq!(page.markers, expected, "of {person}");
    let record = families::record(&house.services, &visitor(house, person), unit).await.expect("read");
    let reads = matches!(expected, Markers::Own | Markers::Shared);
    assert_eq!(of_mother(&record) > 0, reads, "of {person}");
    assert_eq!(record.tests.iter().any(|test| test.hidden), !reads, "of {person}");
    assert_eq!(is_asked(&page), expected == Markers::Own, "of {person}");
}

/// A unit that went to the family of 21, who is its mother and lets others read hers; 11, who gave birth to the child, is in it as well.
async fn gone_with_her(house: &TestHouse) -> Both {
    let both = both(house).await;
    lets(house, 21, both.new, true).await.expect("of hers, before the unit came");
    give(house, both.from, &giving(&both.din, &number(2), 7)).await.expect("transferred");
    let (kin, phone) = (Kin::SecondGuardian.name().to_owned(), phone(11).digits().to_owned());
    let inviting = Inviting { contract: both.to, kin, mother: false, phone };
    office::invite(&house.services, &support(house), &inviting).await.expect("invited");
    joined(house, 2, 11).await;
    both
}

#[tokio::test]
async fn of_a_family_without_a_unit_its_mother_is_asked_and_what_she_says_is_told() {
    let house = TestHouse::new().await;
    let family = founded(&house, 1, None, "2026-03-01".parse().expect("a day"), None).await;
    joined(&house, 1, 12).await;
    assert_eq!(page(&house, 12, family).await.markers, Markers::Hers, "she has not come in yet");
    joined(&house, 1, 11).await;
    for (given, told) in [(true, Markers::Shared), (false, Markers::Hers)] {
        lets(&house, 11, family, given).await.expect("said");
        assert_eq!(page(&house, 12, family).await.markers, told);
        assert_eq!(page(&house, 11, family).await.markers, Markers::Own);
    }
    let pressed = lets(&house, 12, family, true).await;
    assert!(matches!(pressed, Err(FamilyError::NotFound)), "{pressed:?}");
}

#[tokio::test]
async fn the_page_of_people_says_what_the_results_show_before_and_after_a_transfer() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    let old = (both.old, both.unit);
    both_say(&house, 11, old, Markers::Own).await;
    for (given, told) in [(false, Markers::Hers), (true, Markers::Shared)] {
        lets(&house, 11, both.old, given).await.expect("said");
        both_say(&house, 12, old, told).await;
    }
    lets(&house, 21, both.new, true).await.expect("of hers, before the unit came");
    assert_eq!(page(&house, 21, both.new).await.markers, Markers::Own, "nothing of another's is there");

    give(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("transferred");
    both_say(&house, 21, (both.new, both.unit), Markers::Elsewhere).await;
    let pressed = lets(&house, 21, both.new, false).await;
    assert!(matches!(pressed, Err(FamilyError::NotFound)), "nothing of hers is there: {pressed:?}");
    again_as_another(&house, 21, both.new).await;
    both_say(&house, 21, (both.new, both.unit), Markers::Elsewhere).await;
}

#[tokio::test]
async fn she_who_gave_birth_lets_the_new_family_whoever_is_its_mother() {
    let house = TestHouse::new().await;
    let both = gone_with_her(&house).await;
    let new = (both.new, both.unit);
    both_say(&house, 11, new, Markers::Own).await;
    both_say(&house, 21, new, Markers::Hers).await;
    for (given, told) in [(true, Markers::Shared), (false, Markers::Hers)] {
        lets(&house, 11, both.new, given).await.expect("hers to give and to take back");
        both_say(&house, 21, new, told).await;
    }
}

/// Ends what somebody is in a family, past the house: nobody leaves one today but by having their account deleted, which ends all.
async fn ended(house: &TestHouse, person: u128, family: FamilyId) {
    sqlx::query(
        "update family_member set until = since + interval '1 second' where account_id = $1 and family_id = $2",
    )
    .bind(Uuid::from_u128(person))
    .bind(family.0)
    .execute(&house.db.owner_pool())
    .await
    .expect("ended");
}

/// Somebody comes in again where they were the mother, as another than her.
async fn again_as_another(house: &TestHouse, person: u128, family: FamilyId) {
    ended(house, person, family).await;
    sqlx::query(
        "insert into family_member (id, family_id, account_id, kin, mother, since)
         select $1, family_id, account_id, kin, false, until from family_member where account_id = $2 and family_id = $3",
    )
    .bind(Uuid::from_u128(77))
    .bind(Uuid::from_u128(person))
    .bind(family.0)
    .execute(&house.db.owner_pool())
    .await
    .expect("again, otherwise");
}

/// What is found of her is hers by law, whatever becomes of her guardianship in the family she gave birth in.
#[tokio::test]
async fn she_stays_the_mother_where_her_guardianship_in_the_former_family_ended() {
    let house = TestHouse::new().await;
    let both = gone_with_her(&house).await;
    ended(&house, 11, both.old).await;
    let new = (both.new, both.unit);
    both_say(&house, 11, new, Markers::Own).await;
    lets(&house, 11, both.new, true).await.expect("said");
    both_say(&house, 21, new, Markers::Shared).await;

    // Whoever is named as the mother of that family later does not stand in her place.
    account(&house, 77).await;
    sqlx::query(
        "insert into family_member (id, family_id, account_id, kin, mother, since) values ($1, $2, $1, 'owner', true, now())",
    )
    .bind(Uuid::from_u128(77))
    .bind(both.old.0)
    .execute(&house.db.owner_pool())
    .await
    .expect("another mother");
    both_say(&house, 11, new, Markers::Own).await;

    // Of the family that has the unit now she is no more: nobody reads hers, since she has no page to take back what she let them.
    ended(&house, 11, both.new).await;
    both_say(&house, 21, new, Markers::Elsewhere).await;
}

/// The office's last word on somebody counts: who comes in again as another than the mother is not.
#[tokio::test]
async fn who_came_in_again_as_another_than_the_mother_is_not_the_mother() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    both_say(&house, 11, (both.old, both.unit), Markers::Own).await;
    again_as_another(&house, 11, both.old).await;
    both_say(&house, 11, (both.old, both.unit), Markers::Hers).await;
    assert_eq!(count(&house, "select count(*) from family_member where mother and until is null").await, 1, "21 alone");
}
