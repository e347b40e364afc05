//! What a family is told, once; and who of the house looked, at once.

use super::{count, days, family, support, units, visitor};
use crate::lims::{dead, record, send};
use domain::account::Role;
use domain::custody::{DeviationKind, Payload};
use domain::family::{ContractState, Notice};
use domain::ids::{FamilyNoticeId, UnitId};
use domain::time::local_day;
use jiff::ToSpan as _;
use serde_json::json;
use services::custody::proof::staff_passport;
use services::custody::{By, Incoming, UnitName, record_in};
use services::family::office::{self, Paying};
use services::family::{self as families, FamilyError, Look, OwnNotice};
use services::lims;
use store::ToSqlx as _;
use testkit::TestHouse;
use uuid::Uuid;

/// What a person reads but that its guardians came in, the last first.
async fn notices(house: &TestHouse, person: u128) -> Vec<OwnNotice> {
    let mut told = families::notices(&house.services, &visitor(house, person)).await.expect("read");
    told.retain(|notice| !matches!(notice.kind, Notice::JoinedMother | Notice::JoinedGuardian));
    told
}

#[tokio::test]
async fn a_family_is_told_once_of_each_cause_and_confirms_once() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let id = family(&house, 1, all[0]).await;
    family(&house, 2, all[1]).await;
    let (context, cause) = (house.services.system(), Uuid::from_u128(7));
    for first in [true, false] {
        let mut tx = house.services.begin().await.expect("a transaction");
        let told = (Notice::Excursion, cause, None);
        let new = families::tell_in(&mut tx, &context, (id, Some(all[0])), told).await.expect("told");
        assert_eq!(new, first);
        tx.commit().await.expect("committed");
    }
    let (mother, stranger) = (visitor(&house, 11), visitor(&house, 21));
    let told = notices(&house, 11).await;
    assert!(told.len() == 1 && told[0].waits && told[0].read_at.is_none(), "{told:?}");
    assert!(notices(&house, 21).await.is_empty());

    // Another's notice, and none at all.
    for notice in [told[0].id, FamilyNoticeId(Uuid::from_u128(404))] {
        let pressed = families::acknowledge(&house.services, &stranger, notice).await;
        assert!(matches!(pressed, Err(FamilyError::NotFound)), "{pressed:?}");
    }
    for _ in 0..2 {
        families::acknowledge(&house.services, &mother, told[0].id).await.expect("confirmed");
    }
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'family.notice_read'").await, 1);
    let told = notices(&house, 12).await;
    assert!(!told[0].waits && told[0].read_at.is_some(), "one of the family suffices");
}

#[tokio::test]
async fn a_payment_is_called_to_mind_once() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    // Due on 10 August; the house begins on 20 July.
    let (one, two) = tokio::join!(families::remind_due(&house.services), families::remind_due(&house.services));
    assert_eq!(one.expect("looked") + two.expect("looked"), 1, "two servers tell once");
    days(&house, 5);
    assert_eq!(families::remind_due(&house.services).await.expect("looked"), 0);
    let told = notices(&house, 12).await;
    assert_eq!(told.iter().filter(|notice| notice.kind == Notice::PaymentDue).count(), 1);
    let contract = families::contracts(&house.services, &visitor(&house, 12)).await.expect("read");
    assert_eq!(contract[0].prices.len(), 3);
    assert_eq!(told[0].day, Some(contract[0].prices[1].due_on));
}

#[tokio::test]
async fn that_a_contract_ends_and_that_it_ended_is_told_once_of_each_term() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let id = family(&house, 1, all[0]).await;
    family(&house, 2, all[1]).await;
    let owner = house.db.owner_pool();
    let ends_in = async |days: i64| {
        let day = local_day(house.now()).saturating_add(days.days());
        sqlx::query("update family_contract set ends_on = $1 where family_id = $2")
            .bind(day.to_sqlx())
            .bind(id.0)
            .execute(&owner)
            .await
            .expect("agreed");
        day
    };
    let told = async |person: u128, kind: Notice| {
        let mut all = notices(&house, person).await;
        all.retain(|notice| notice.kind == kind);
        all.into_iter().map(|notice| (notice.unit, notice.day)).collect::<Vec<_>>()
    };
    let looked = async || families::tell_of_ends(&house.services).await.expect("looked");

    let before = families::units(&house.services, &visitor(&house, 11)).await.expect("read")[0].state;

    // Far away nobody is told; within ninety days once, by whichever server comes first.
    ends_in(91).await;
    assert_eq!(looked().await, 0);
    let first = ends_in(90).await;
    let (one, two) = tokio::join!(looked(), looked());
    assert_eq!(one + two, 1, "two servers tell once");
    // What the index has to be looked through every ten minutes: of both families' contracts the other's, which runs on.
    let looked_at = "select count(*) from family_contract where end_told_on is distinct from ends_on";
    assert_eq!(count(&house, looked_at).await, 1);
    days(&house, 90);
    families::settle_contracts(&house.services).await.expect("settled");
    assert_eq!(looked().await, 0, "on its last day it still runs");

    // The day after it is over, which is told once, too; the unit is where it was.
    days(&house, 1);
    assert_eq!(families::settle_contracts(&house.services).await.expect("settled"), 1);
    assert_eq!((looked().await, looked().await), (1, 0));
    for person in [11, 12] {
        assert_eq!(told(person, Notice::ContractEnds).await, [(Some(all[0]), Some(first))], "{person}");
        assert_eq!(told(person, Notice::ContractOver).await, [(Some(all[0]), Some(first))], "{person}");
        let kept = families::units(&house.services, &visitor(&house, person)).await.expect("read");
        assert_eq!(kept[0].state, before, "{person}");
    }

    // Another term was agreed, and ends: that is another reminder.
    sqlx::query("update family_contract set state = 'active', version = version + 1 where state = 'expired'")
        .execute(&owner)
        .await
        .expect("renewed");
    let second = ends_in(30).await;
    assert_eq!((looked().await, looked().await), (1, 0));
    assert_eq!(told(11, Notice::ContractEnds).await.first(), Some(&(Some(all[0]), Some(second))));
    assert!(told(21, Notice::ContractEnds).await.is_empty(), "another family's runs on");

    // Of what is kept no more nobody is asked to agree on a term.
    ends_in(20).await;
    sqlx::query("alter table custody_unit disable trigger user").execute(&owner).await.expect("a unit that is over");
    sqlx::query("update custody_unit set state = 'discarded' where id = $1")
        .bind(all[0].0)
        .execute(&owner)
        .await
        .expect("a unit that is over");
    assert_eq!(looked().await, 0);
}

#[tokio::test]
async fn who_looked_and_why_is_read_at_once_and_cannot_be_taken_back() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    family(&house, 2, all[1]).await;
    let look =
        |unit| Look {
            unit, role: "family_support", what: "unit", reason: "妈妈来电询问储存位置", break_glass: true
        };
    let by = support(&house);
    let mut tx = house.services.begin().await.expect("a transaction");
    assert!(families::look_in(&house.services, &mut tx, &by, look(all[0])).await.expect("written"));
    // Nobody's unit has nobody who reads it.
    assert!(
        !families::look_in(&house.services, &mut tx, &by, look(UnitId(Uuid::from_u128(404)))).await.expect("asked")
    );
    tx.commit().await.expect("committed");

    let seen = families::looks(&house.services, &visitor(&house, 12)).await.expect("read");
    assert_eq!(seen.len(), 1);
    assert!(seen[0].break_glass && seen[0].reason == "妈妈来电询问储存位置" && seen[0].unit == Some(all[0]));
    assert!(families::looks(&house.services, &visitor(&house, 21)).await.expect("read").is_empty());
    let owner = house.db.owner_pool();
    for sql in ["delete from family_access", "update family_access set break_glass = false"] {
        assert!(sqlx::query(sql).execute(&owner).await.is_err(), "{sql}");
    }
    let (family_member, mut tx) = (visitor(&house, 12), house.services.begin().await.expect("a transaction"));
    let visitors = families::look_in(&house.services, &mut tx, &family_member, look(all[0])).await;
    assert!(matches!(visitors, Err(FamilyError::Denied(_))), "only staff look so");
}

#[tokio::test]
async fn a_passport_and_a_dead_letter_that_staff_read_stand_in_the_familys_log() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    family(&house, 2, all[1]).await;
    let lab = house.somebody(90_018, Role::LabOfficer);
    staff_passport(&house.services, &lab, all[0], "演示：核对").await.expect("a passport");
    let din: String = sqlx::query_scalar("select din from custody_unit where id = $1")
        .bind(all[0].0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number");
    let payload = json!({ "kind": "step_done", "step": "weighed", "operator": "NEW-1" });
    let answers = send(&house.services, vec![record("k", 900_001, &din, "2026-07-01T09:00:00+08:00", payload)]).await;
    assert!(dead(&answers[0]).is_some(), "{answers:?}");
    let listed = lims::letters(&house.services, &lab, &lims::Which::default()).await.expect("letters").letters;
    let read = lims::letter(&house.services, &lab, listed[0].id, "演示：核对").await.expect("a letter");
    assert!(read.record.is_some());

    let seen = families::looks(&house.services, &visitor(&house, 12)).await.expect("read");
    let mut what: Vec<&str> = seen.iter().map(|look| look.what.as_str()).collect();
    what.sort_unstable();
    assert_eq!(what, ["letter", "passport"]);
    assert!(seen.iter().all(|look| look.reason == "演示：核对" && look.role == "lab_officer"), "{seen:?}");
    assert!(families::looks(&house.services, &visitor(&house, 21)).await.expect("read").is_empty());
}

#[tokio::test]
async fn a_contract_falls_behind_catches_up_and_expires_by_its_days_and_the_unit_stays_where_it_is() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    let state = async || {
        let all = families::contracts(&house.services, &visitor(&house, 11)).await.expect("read");
        (all[0].id, all[0].state)
    };
    assert_eq!(families::settle_contracts(&house.services).await.expect("looked"), 0);
    // Due on 10 August: that day included nothing is late.
    days(&house, 21);
    assert_eq!(families::settle_contracts(&house.services).await.expect("looked"), 0);
    days(&house, 1);
    let (one, two) =
        tokio::join!(families::settle_contracts(&house.services), families::settle_contracts(&house.services));
    assert_eq!(one.expect("looked") + two.expect("looked"), 1, "two servers move it once");
    let (contract, stands) = state().await;
    assert_eq!(stands, ContractState::Arrears);

    let paying = |nth: &str| Paying {
        contract,
        nths: vec![nth.to_owned()],
        amount: "620".to_owned(),
        day: "2026-08-11".to_owned(),
        reference: "T-1".to_owned(),
    };
    for first in [true, false] {
        let came = office::pay(&house.services, &support(&house), &paying("2")).await.expect("noted");
        assert_eq!(came, first);
    }
    let own = office::pay(&house.services, &visitor(&house, 11), &paying("3")).await;
    assert!(matches!(own, Err(FamilyError::Denied(_))), "{own:?}");
    assert_eq!(families::settle_contracts(&house.services).await.expect("looked"), 0, "it caught up with the payment");
    assert_eq!(state().await.1, ContractState::Active);

    days(&house, 365 * 20);
    assert_eq!(families::settle_contracts(&house.services).await.expect("looked"), 1);
    assert_eq!(state().await.1, ContractState::Expired);
    assert_eq!(count(&house, "select count(*) from family_contract_event").await, 3);
    assert_eq!(
        count(&house, "select count(*) from custody_unit where family_id is not null and state = 'banked'").await,
        1
    );
}

#[tokio::test]
async fn a_hold_and_its_end_are_told_with_the_event_and_to_nobody_else() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    family(&house, 2, all[1]).await;
    let joins = count(&house, "select count(*) from job where kind = 'family.news'").await;
    let by = By { actor_kind: "system", actor_id: None, source: "house" };
    let (operator, with) = ("QA-01".to_owned(), "QA-02".to_owned());
    let happened = [Payload::Held { of: DeviationKind::Label }, Payload::HoldLifted { operator, with }];
    for payload in happened {
        let told = Incoming { unit: UnitName::Id(all[0]), payload, occurred_at: house.now(), source_seq: None };
        let mut tx = house.services.begin().await.expect("a transaction");
        let outcomes = record_in(&mut tx, &house.services, &by, &[told], house.now()).await.expect("looked at");
        assert!(outcomes[0].is_ok(), "{:?}", outcomes[0]);
        tx.commit().await.expect("committed");
    }
    let told = notices(&house, 11).await;
    let kinds: Vec<_> = told.iter().map(|notice| (notice.kind, notice.unit, notice.waits)).collect();
    assert!(kinds.contains(&(Notice::Held, Some(all[0]), true)), "{kinds:?}");
    assert!(kinds.contains(&(Notice::HoldLifted, Some(all[0]), false)), "{kinds:?}");
    assert_eq!(kinds.len(), 2);
    assert!(notices(&house, 21).await.is_empty());
    // Each of the two guardians has a message of each.
    assert_eq!(count(&house, "select count(*) from job where kind = 'family.news'").await - joins, 4);
}
