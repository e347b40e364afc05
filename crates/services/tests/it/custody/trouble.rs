//! Deviations, holds, and lots that are called back.

use super::*;
use domain::account::Role;
use domain::custody::{DeviationKind, Lot};
use services::Context;
use services::custody::desk::trace;
use services::custody::{CustodyError, end_recall, finish_recalls, recall};
use testkit::custody::record;

fn opened_as(number: u128, of: DeviationKind) -> Payload {
    let (deviation, said) = (Uuid::from_u128(number), "something is off".to_owned());
    Payload::DeviationOpened { deviation, of, said, operator: None }
}

fn closed(number: u128) -> Payload {
    Payload::DeviationClosed { deviation: Uuid::from_u128(number), said: "looked into".to_owned(), operator: None }
}

#[tokio::test]
async fn what_puts_a_unit_in_doubt_holds_it_and_other_deviations_do_not() {
    let house = TestHouse::new().await;
    for (number, of) in (1..).zip(DeviationKind::ALL) {
        let unit = unit_in(&house, number, State::Banked).await;
        let recorded = one(&house, unit, opened_as(u128::from(number), of)).await.expect("opened");
        let held = if of.holds() { State::QuarantineHold } else { State::Banked };
        assert_eq!(recorded.state, held, "{of:?}");
        let unit = seen(&house, unit).await;
        assert_eq!((unit.standing.state(), unit.standing.reached()), (held, State::Banked));
        assert_eq!(unit.deviations.len(), 1);
        let by_the_house = unit.events.last().expect("an event");
        assert_eq!(by_the_house.source == "house", of.holds(), "{of:?}");
    }
}

#[tokio::test]
async fn a_hold_is_lifted_by_two_once_everything_is_closed_and_a_unit_is_where_it_was() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Listed).await;
    one(&house, unit, opened_as(1, DeviationKind::Label)).await.expect("opened");
    one(&house, unit, opened_as(2, DeviationKind::Other)).await.expect("a second one");
    let reserved = Payload::Reserved { request: "RQ-1".to_owned() };
    let kind = Kind::Reserved;
    assert_eq!(one(&house, unit, reserved.clone()).await, Err(Refused::NoWay { from: State::QuarantineHold, kind }));
    let lift = |with: &str| Payload::HoldLifted { operator: "QA-01".to_owned(), with: with.to_owned() };
    assert_eq!(one(&house, unit, lift("QA-02")).await, Err(Refused::Unmet(vec![Unmet::DeviationsOpen(2)])));
    let other = house.somebody(5, Role::LabOfficer);
    for number in [1, 2] {
        record(&house.services, &other, now(&house, unit, closed(number))).await.expect("closed by another");
    }
    assert_eq!(one(&house, unit, lift("QA-01")).await, Err(Refused::SamePerson));
    assert_eq!(one(&house, unit, lift("QA-02")).await.expect("lifted").state, State::Listed);
    assert!(one(&house, unit, reserved).await.is_ok());
}

#[tokio::test]
async fn a_deviation_is_closed_once_by_another_than_who_opened_it() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Banked).await;
    let other_unit = unit_in(&house, 2, State::Banked).await;
    let (one_of, another) = (house.somebody(1, Role::LabOfficer), house.somebody(2, Role::QualityOfficer));
    let tell = async |by: &Context, unit: UnitId, payload: Payload| match record(
        &house.services,
        by,
        now(&house, unit, payload),
    )
    .await
    {
        Ok(_) => None,
        Err(CustodyError::Refused(refused)) => Some(refused),
        Err(error) => panic!("{error}"),
    };
    let close = || closed(1);
    assert_eq!(tell(&one_of, unit, close()).await, Some(Refused::NoSuchDeviation));
    assert_eq!(tell(&one_of, unit, opened_as(1, DeviationKind::Process)).await, None);
    assert_eq!(tell(&another, unit, opened_as(1, DeviationKind::Process)).await, Some(Refused::DeviationTaken));
    assert_eq!(tell(&one_of, unit, close()).await, Some(Refused::CloserOpened));
    assert_eq!(tell(&another, other_unit, close()).await, Some(Refused::NoSuchDeviation), "it is another unit's");
    assert_eq!(tell(&another, unit, close()).await, None);
    assert_eq!(tell(&another, unit, close()).await, Some(Refused::NoSuchDeviation));
}

#[tokio::test]
async fn a_lot_is_called_back_by_quality_only() {
    let house = TestHouse::new().await;
    unit_in(&house, 1, State::Banked).await;
    for role in [Role::MuseumOfficer, Role::LabOfficer] {
        let recalled = recall(&house.services, &house.somebody(1, role), &bags(1), "leaks at the seam").await;
        assert!(matches!(recalled, Err(CustodyError::Denied(_))), "{role:?}");
    }
}

/// The bags of the units with numbers near this one.
fn bags(number: u32) -> Lot {
    Lot { kind: "bag_set".to_owned(), number: format!("B-2026-{:03}", number / 40 + 1) }
}

#[tokio::test]
async fn a_recall_holds_every_unit_that_used_the_lot_once() {
    let house = TestHouse::new().await;
    let with_lot = [(1, State::Banked), (2, State::Processing), (3, State::Infused), (4, State::QuarantineHold)];
    for (number, state) in with_lot {
        unit_in(&house, number, state).await;
    }
    // Another lot; and units that are not worked on yet.
    unit_in(&house, 41, State::Banked).await;
    unit_in(&house, 5, State::Received).await;
    unit_in(&house, 6, State::Received).await;
    // Of before: the same lot by small letters.
    let typed = "set session_replication_role = replica;
        insert into custody_lot values (gen_random_uuid(), 'bag_set', 'b-2026-001');
        update custody_lot_use set lot_id = (select id from custody_lot where number = 'b-2026-001')
        where unit_id = (select unit_id from custody_lot_use u join custody_lot l on l.id = u.lot_id
                         where l.number = 'B-2026-001' order by unit_id limit 1)
          and lot_id = (select id from custody_lot where number = 'B-2026-001');
        set session_replication_role = origin";
    sqlx::raw_sql(typed).execute(&house.db.owner_pool()).await.expect("the owner may do anything");
    let quality = house.somebody(1, Role::QualityOfficer);
    let traced = async || {
        let (lots, units) = trace(&house.services, &quality, " ｂ-2026-001 ").await.expect("traced");
        let lots: Vec<_> = lots.into_iter().map(|lot| (lot.kind, lot.number, lot.units, lot.running)).collect();
        (lots, units.len())
    };
    let lot = |running| (vec![("bag_set".to_owned(), bags(1).number, 4, running)], 4);
    assert_eq!(traced().await, lot(false));
    let first = recall(&house.services, &quality, &bags(1), "leaks at the seam").await.expect("called back");
    assert_eq!((first.units, first.ran_already), (4, false));
    assert_eq!(traced().await, lot(true));
    let by_hand = Lot { number: "b-2026-００1".to_owned(), ..bags(1) };
    let again = recall(&house.services, &quality, &by_hand, "leaks at the seam").await.expect("pressed again");
    assert_eq!((again.recall, again.units, again.ran_already), (first.recall, 0, true));
    let expected = [State::QuarantineHold, State::QuarantineHold, State::Infused, State::QuarantineHold];
    for ((number, before), after) in with_lot.into_iter().zip(expected) {
        let unit = seen(&house, life(number).unit).await;
        assert_eq!(unit.standing.state(), after, "{before:?}");
        let recalled = unit.deviations.iter().filter(|one| one.kind == DeviationKind::Recall).count();
        assert_eq!(recalled, 1, "{before:?}: what was given is told of, too");
    }
    assert_eq!(seen(&house, life(41).unit).await.standing.state(), State::Banked);

    // The lot goes into one more unit: told late, or used by mistake.
    let shelf = opened(&house).await;
    let in_small_letters = |mut one: Incoming| {
        if let Payload::StepDone { lots, .. } = &mut one.payload {
            lots.iter_mut().for_each(|lot| lot.number = lot.number.to_lowercase());
        }
        one
    };
    let is_step = |payload: &Payload, code: &str| matches!(payload, Payload::StepDone { step, .. } if step == code);
    let late = async |number: u32| {
        let told = life(number).until(State::Processing, &shelf).into_iter().map(in_small_letters);
        let rest: Vec<Incoming> = told.skip_while(|one| !is_step(&one.payload, "hatch_disinfected")).collect();
        assert!(tell(&house, &rest).await.iter().all(Result::is_ok));
        seen(&house, life(number).unit).await
    };
    let unit = late(5).await;
    assert_eq!((unit.standing.state(), unit.standing.reached()), (State::QuarantineHold, State::Processing));
    assert_eq!(unit.deviations.len(), 1);
    assert!(unit.steps.done & unit.steps.catalogue.item("end_temperature_confirmed").expect("a step").bit() != 0);
    let again = recall(&house.services, &quality, &bags(1), "leaks at the seam").await.expect("pressed again");
    assert_eq!(again.units, 0);

    let own = end_recall(&house.services, &quality, first.recall).await;
    assert!(matches!(own, Err(CustodyError::Refused(Refused::CloserOpened))), "{own:?}");
    for _ in 0..2 {
        let other = house.somebody(2, Role::QualityOfficer);
        end_recall(&house.services, &other, first.recall).await.expect("ended by another, and once");
    }
    let ended = "select count(*) from audit_entry where action = 'custody.recall_ended'";
    assert_eq!(number(&house, ended).await, 1);
    // It went into one more before that, as is told only now; and into one afterwards.
    house.services.clock.advance(jiff::SignedDuration::from_hours(1));
    let unit = late(6).await;
    assert_eq!((unit.standing.state(), unit.standing.reached()), (State::QuarantineHold, State::Processing));
    assert_eq!(unit.deviations.iter().map(|one| one.kind).collect::<Vec<_>>(), [DeviationKind::Recall]);
    let unit = unit_in(&house, 42, State::Processing).await;
    let mut told = life(42).until(State::Processing, &shelf).into_iter().map(|one| one.payload);
    let mut checked = told.find(|told| is_step(told, "lots_checked"));
    if let Some(Payload::StepDone { lots, .. }) = &mut checked {
        *lots = vec![bags(1)];
    }
    let used = one(&house, unit, checked.expect("a step")).await.expect("kept");
    assert_eq!(used.state, State::Processing, "a recall that has ended is about nothing that comes after it");
    let none = end_recall(&house.services, &quality, Uuid::from_u128(1)).await;
    assert!(matches!(none, Err(CustodyError::NotFound)), "{none:?}");
    let nothing = Lot { kind: "bag_set".to_owned(), number: "B-0".to_owned() };
    let nothing = recall(&house.services, &quality, &nothing, "leaks at the seam").await;
    assert!(matches!(nothing, Err(CustodyError::NotFound)));
}

#[tokio::test]
async fn a_recall_goes_on_behind_units_that_take_no_event_any_more() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Banked).await;
    // More of them than one transaction takes, and all before the unit by their ids.
    let gone = "set session_replication_role = replica;
        insert into custody_unit (id, din, pool, state, seq, head, registered_at, changed_at, destroyed_at)
        select ('00000000-0000-0000-0000-' || lpad(to_hex(n), 12, '0'))::uuid, 'S9901' || lpad(n::text, 8, '0'), 'public',
               'discarded', 1, decode(repeat('00', 32), 'hex'), now(), now(), now() from generate_series(1, 600) n;
        insert into custody_lot_use (lot_id, unit_id)
        select l.id, u.id from custody_lot l, custody_unit u where l.kind = 'bag_set' and u.din like 'S9901%';
        set session_replication_role = origin";
    sqlx::raw_sql(gone).execute(&house.db.owner_pool()).await.expect("the owner may do anything");
    let quality = house.somebody(1, Role::QualityOfficer);
    let recalled = recall(&house.services, &quality, &bags(1), "leaks at the seam").await.expect("called back");
    assert_eq!(recalled.units, 1);
    assert_eq!(seen(&house, unit).await.standing.state(), State::QuarantineHold);
}

#[tokio::test]
async fn a_recall_that_broke_off_is_brought_to_its_end_by_itself_and_before_it_is_ended() {
    let house = TestHouse::new().await;
    let lots = [(1, Uuid::from_u128(71)), (41, Uuid::from_u128(72))];
    for (number, recall) in lots {
        unit_in(&house, number, State::Banked).await;
        // Its server was killed before the first unit was held.
        sqlx::query(
            "insert into custody_recall (id, lot_id, reason, begun_by, begun_at)
             select $1, id, 'leaks at the seam', $1, now() from custody_lot where kind = 'bag_set' and number = $2",
        )
        .bind(recall)
        .bind(bags(number).number)
        .execute(&house.db.owner_pool())
        .await
        .expect("a recall");
    }
    let quality = house.somebody(2, Role::QualityOfficer);
    end_recall(&house.services, &quality, lots[1].1).await.expect("ended by another");
    assert_eq!(seen(&house, life(1).unit).await.standing.state(), State::Banked, "of another lot");
    assert_eq!(seen(&house, life(41).unit).await.standing.state(), State::QuarantineHold, "and nothing was left out");
    assert_eq!(finish_recalls(&house.services).await.expect("a look"), 1);
    assert_eq!(finish_recalls(&house.services).await.expect("a look"), 0);
    for (number, recall) in lots {
        let unit = seen(&house, life(number).unit).await;
        assert_eq!(unit.standing.state(), State::QuarantineHold);
        let open: Vec<_> = unit.deviations.iter().map(|one| (one.kind, one.opened_by)).collect();
        assert_eq!(open, [(DeviationKind::Recall, Some(recall))], "in the name of whoever began it");
    }
}
