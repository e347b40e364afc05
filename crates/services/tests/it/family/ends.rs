//! What ends the way of a unit is told its family, once, with the event, and never why.

use super::{count, family, founded, joined, units, visitor};
use domain::custody::{Kind, Payload, Pool, State};
use domain::family::{Consent, Notice};
use domain::ids::UnitId;
use jiff::civil::Date;
use services::custody::life::Life;
use services::custody::{Incoming, UnitName};
use services::family::{self as families, OwnNotice};
use testkit::TestHouse;
use testkit::custody::{life, opened, tell};
use uuid::Uuid;

/// What a person was told of a unit, the last first.
async fn told(house: &TestHouse, person: u128, unit: UnitId) -> Vec<OwnNotice> {
    let mut all = families::notices(&house.services, &visitor(house, person)).await.expect("read");
    all.retain(|notice| notice.unit == Some(unit));
    all
}

fn born() -> Date {
    "2026-03-01".parse().expect("a day")
}

/// A family of a number has a unit of the same number, and then it ends. Which unit, and how many messages went out.
async fn ended(house: &TestHouse, number: u32, pool: Pool, (state, kind): (State, Kind)) -> (UnitId, i64) {
    let shelf = opened(house).await;
    let life = Life { pool, ..life(number) };
    let mut before = life.until(state, &shelf);
    let end = before.iter().position(|one| one.payload.kind() == kind).expect("it ends");
    let last = before.split_off(end);
    assert!(tell(house, &before).await.iter().all(Result::is_ok));
    let of = u128::from(number);
    let id = founded(house, of, Some(life.unit), born(), None).await;
    for person in [of * 10 + 1, of * 10 + 2] {
        joined(house, of, person).await;
        let agrees = (Consent::Research, true);
        families::consent(&house.services, &visitor(house, person), id, agrees).await.expect("said");
    }
    let messages = "select count(*) from job where kind = 'family.news'";
    let sent = count(house, messages).await;
    let outcomes = tell(house, &last).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    (life.unit, count(house, messages).await - sent)
}

#[tokio::test]
async fn whatever_ends_the_way_of_a_unit_is_told_both_guardians_once_and_the_gravest_is_confirmed() {
    let house = TestHouse::new().await;
    let ends = [
        (State::Exposed, Kind::Exposed, Notice::Exposed, true),
        (State::Discarded, Kind::Discarded, Notice::Discarded, true),
        (State::RejectedAtIntake, Kind::RejectedAtIntake, Notice::Rejected, true),
        (State::Research, Kind::GivenToResearch, Notice::Research, false),
        (State::TransferredOut, Kind::TransferredOut, Notice::TransferredOut, false),
        (State::FamilyReleased, Kind::FamilyReleased, Notice::FamilyReleased, false),
        (State::Infused, Kind::Infused, Notice::Infused, false),
    ];
    for (number, (state, kind, notice, waits)) in (1..).zip(ends) {
        let (unit, messages) = ended(&house, number, Pool::Family, (state, kind)).await;
        assert_eq!(messages, 2, "each of the two has a message of it");
        let of = u128::from(number);
        for person in [of * 10 + 1, of * 10 + 2] {
            let read = told(&house, person, unit).await;
            let kinds: Vec<_> = read.iter().map(|one| (one.kind, one.waits)).collect();
            assert_eq!(kinds, [(notice, waits)], "{kind:?} for {person}");
        }
    }
}

#[tokio::test]
async fn a_donor_is_not_told_that_a_patient_was_treated() {
    let house = TestHouse::new().await;
    let (unit, messages) = ended(&house, 1, Pool::Public, (State::Infused, Kind::Infused)).await;
    assert!(messages == 0 && told(&house, 11, unit).await.is_empty());
    // The control: that it is no more is told a donor, too.
    let (unit, _) = ended(&house, 2, Pool::Public, (State::Discarded, Kind::Discarded)).await;
    assert_eq!(told(&house, 21, unit).await.len(), 1);
}

/// Why a unit was disposed of may be a result of the mother's.
#[tokio::test]
async fn that_a_unit_is_no_more_is_told_the_other_guardian_without_what_was_found_of_the_mother() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    let (slot, operator, with) = {
        let (tank, tower, frame, slot): (String, i16, i16, i16) = sqlx::query_as(
            "select t.code, p.tower, p.frame, p.slot from custody_placement p join custody_tank t on t.id = p.tank_id
             where p.unit_id = $1 and p.taken_at is null",
        )
        .bind(unit.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("it lies somewhere");
        let part = |n: i16| n.unsigned_abs();
        let slot = domain::custody::Slot { tank, tower: part(tower), frame: part(frame), slot: part(slot) };
        (slot, "LAB-01".to_owned(), "LAB-02".to_owned())
    };
    let why = "母亲HBsAg阳性";
    let now = |payload| Incoming { unit: UnitName::Id(unit), payload, occurred_at: house.now(), source_seq: None };
    let (first, second) = ("QA-01".to_owned(), "QA-02".to_owned());
    let gone = [
        now(Payload::TakenOut { slot, operator, with }),
        now(Payload::Discarded { reason: why.to_owned(), operator: first, with: second }),
    ];
    let outcomes = tell(&house, &gone).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let (hers, his) = (told(&house, 11, unit).await, told(&house, 12, unit).await);
    assert_eq!(his.first().map(|notice| notice.kind), Some(Notice::Discarded));
    assert_eq!(hers, his, "one notice for both, and no word of why in it");
    let said = async |person| {
        let reading = families::passport(&house.services, &visitor(&house, person), unit).await.expect("a passport");
        serde_json::to_string(&reading.passport).expect("text").contains(why)
    };
    assert!(said(11).await, "the control: what was found of her stands in hers");
    assert!(!said(12).await);
}

/// While a new version is brought out its servers write kinds of notices that the old ones do not know.
#[tokio::test]
async fn a_notice_of_a_later_version_hides_none_of_the_others() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let id = family(&house, 1, unit).await;
    let before = families::notices(&house.services, &visitor(&house, 11)).await.expect("read");
    assert!(!before.is_empty());
    sqlx::query(
        "insert into family_notice (id, family_id, unit_id, kind, cause_id, made_at) values ($1, $2, $3, 'of_a_later_version', $1, now())",
    )
    .bind(Uuid::from_u128(77))
    .bind(id.0)
    .bind(unit.0)
    .execute(&house.db.owner_pool())
    .await
    .expect("a later server writes it");
    let after = families::notices(&house.services, &visitor(&house, 11)).await.expect("the others are read");
    assert_eq!(after, before);
}
