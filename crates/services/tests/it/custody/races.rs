//! What several do at once at the desk, on a real Postgres. Each has its control: the same without the lock goes wrong, or the race
//! proves nothing.

use super::desk::{desk_of, head, lab, other, proposing, quality, whole};
use super::slots::wide;
use super::{number, seen};
use crate::ledger::of;
use domain::account::Role;
use domain::custody::{DeviationKind, Kind, State};
use domain::ids::{AccountId, DeviationId, UnitId};
use futures::future::join_all;
use services::custody::desk::{self, Act, Alone, Confirming, DeskError, Proposing, slot_label};
use services::custody::operators;
use store::custody::trouble;
use testkit::TestHouse;
use testkit::custody::{life, unit_in};
use uuid::Uuid;

/// A third of the laboratory.
const THIRD: u128 = 71_006;

/// A deviation that one of the laboratory opened: the unit, which, and the unit's version since.
async fn deviating(house: &TestHouse, number: u32) -> (UnitId, DeviationId, u32) {
    let unit = unit_in(house, number, State::Banked).await;
    let form: Uuid = house.services.system().new_id();
    let opens = Alone::OpenDeviation { form, of: DeviationKind::Process, said: "记录缺一页".into(), hold: false };
    let kept = desk::alone(&house.services, &lab(house), (unit, 0), opens).await.expect("opened");
    (unit, DeviationId(form), kept.seq)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_who_close_a_deviation_at_once_one_does() {
    let (house, _) = wide().await;
    desk_of(&house).await;
    let codes = operators::list(&house.services, &head(&house)).await.expect("a list");
    let third = codes.iter().find(|one| one.code == "LAB-03").expect("a code");
    let account = Some(AccountId(Uuid::from_u128(THIRD)));
    operators::link(&house.services, &head(&house), third.id, account).await.expect("linked");
    let closers = [other(&house), quality(&house), of(&house, THIRD, Role::LabOfficer)];
    for number in 1..=10 {
        let (unit, deviation, version) = deviating(&house, number).await;
        let closes = Alone::CloseDeviation { deviation, said: "已补齐并核对".into() };
        let each = closers.iter().map(|by| desk::alone(&house.services, by, (unit, version), closes.clone()));
        let answers = join_all(each).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        let mut lost = answers.iter().filter_map(|answer| answer.as_ref().err());
        assert!(
            lost.all(|error| matches!(error, DeskError::Stale)),
            "the others are told that it changed: {answers:?}"
        );
        let view = seen(&house, unit).await;
        let closed = view.events.iter().filter(|event| event.kind == Kind::DeviationClosed).count();
        assert_eq!((closed, view.version), (1, version + 1));
    }
    let audited = "select count(*) from audit_entry where action = 'custody.deviation_closed'";
    assert_eq!(number(&house, audited).await, 10);
}

/// The control: three who look before any of them writes, and whom the unit's lock does not hold apart.
#[tokio::test]
async fn without_the_units_lock_three_would_be_told_that_they_closed_it() {
    let (house, _) = wide().await;
    desk_of(&house).await;
    let (_, deviation, _) = deviating(&house, 1).await;
    let mut looked = Vec::new();
    for person in 1..=3 {
        let mut tx = house.services.begin().await.expect("a transaction");
        let seen = trouble::deviations(&mut *tx, &[deviation.0]).await.expect("read");
        looked.push((tx, person, seen.iter().any(|one| !one.closed)));
    }
    let mut done = 0;
    for (mut tx, person, open) in looked {
        if open {
            let (ids, seqs, by) = ([deviation.0], [1], [Uuid::from_u128(person)]);
            trouble::close(&mut *tx, (&ids, &seqs, &by), house.now()).await.expect("written");
            tx.commit().await.expect("kept");
            done += 1;
        }
    }
    assert_eq!(done, 3, "the race is one");
}

/// A proposal to take a unit out of its slot, by one of the laboratory, and what a second person says to it.
async fn proposed(house: &TestHouse, number: u32) -> (UnitId, Confirming) {
    let unit = unit_in(house, number, State::Banked).await;
    let view = seen(house, unit).await;
    let slot = slot_label(&view.place.expect("it lies somewhere").slot);
    let din = whole(&life(number).din);
    let new = Proposing { din, slot, ..proposing(house, (unit, view.version), Act::TakeOut) };
    desk::propose(&house.services, &lab(house), &new).await.expect("proposed");
    (unit, Confirming { id: new.form, version: view.version, din: new.din, slot: new.slot })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_confirm_at_once_do_it_once() {
    let (house, _) = wide().await;
    desk_of(&house).await;
    let (by_one, by_another) = (other(&house), quality(&house));
    for number in 1..=10 {
        let (unit, said) = proposed(&house, number).await;
        let (first, second) = tokio::join!(
            desk::confirm(&house.services, &by_one, &said),
            desk::confirm(&house.services, &by_another, &said),
        );
        assert_eq!([first.is_ok(), second.is_ok()].into_iter().filter(|done| *done).count(), 1, "{first:?} {second:?}");
        let lost = if first.is_ok() { second } else { first };
        assert!(matches!(lost, Err(DeskError::Settled)), "{lost:?}");
        assert_eq!(seen(&house, unit).await.version, said.version + 1);
    }
}

/// The control: two who look before either writes, and whom the proposal's lock and its open outcome do not hold apart.
#[tokio::test]
async fn without_the_proposals_lock_two_would_confirm_it() {
    let (house, _) = wide().await;
    desk_of(&house).await;
    let (_, said) = proposed(&house, 1).await;
    let mut looked = Vec::new();
    for person in [1, 2] {
        let mut tx = house.services.begin().await.expect("a transaction");
        let open: bool = sqlx::query_scalar("select outcome is null from custody_proposal where id = $1")
            .bind(said.id)
            .fetch_one(&mut *tx)
            .await
            .expect("read");
        looked.push((tx, person, open));
    }
    let mut done = 0;
    for (mut tx, person, open) in looked {
        if open {
            sqlx::query(
                "update custody_proposal set outcome = 'confirmed', settled_by = $2, settled_at = $3, said_sealed = null where id = $1",
            )
            .bind(said.id)
            .bind(Uuid::from_u128(person))
            .bind(store::SqlTimestamp::from(house.now()))
            .execute(&mut *tx)
            .await
            .expect("written");
            tx.commit().await.expect("kept");
            done += 1;
        }
    }
    assert_eq!(done, 2, "the race is one");
}
