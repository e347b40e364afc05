//! Days without driving: first seen, then done, each school told once.

use super::{ask_for_the_bus, dispatcher, garage, link, propose, request, subjects};
use domain::account::Actor;
use domain::bus::{Conflict, State};
use jiff::{SignedDuration, civil};
use services::bus::{self, BusError, Fate, NewBlackout, Seen};
use testkit::TestHouse;

pub fn repair(house: &TestHouse, vehicle: Option<domain::ids::BusVehicleId>) -> NewBlackout {
    NewBlackout {
        id: house.services.system().new_id(),
        vehicle,
        from: civil::date(2026, 9, 9),
        until: civil::date(2026, 9, 10),
        kind: "repair".into(),
        reason_zh: "车辆年检".into(),
        reason_en: "Yearly inspection".into(),
    }
}

/// What a dispatcher is shown who looks at such days.
pub async fn shown(house: &TestHouse, wanted: &NewBlackout) -> Vec<Seen> {
    let staff = dispatcher(&house.services, 7);
    bus::colliding(&house.services, &staff, wanted).await.expect("a list").iter().map(Seen::from).collect()
}

#[tokio::test]
async fn as_many_other_schools_as_were_seen_are_not_the_schools_that_were_seen() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let one = ask_for_the_bus(&house, 1, "jinan").await;
    house.services.clock.advance(SignedDuration::from_mins(2));
    let two = ask_for_the_bus(&house, 2, "jinan").await;
    propose(&house, one, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let wanted = repair(&house, None);
    let before = shown(&house, &wanted).await;
    // One goes, another comes: the number is the same.
    let school = house.context(Actor::Anonymous);
    bus::withdraw(services, &school, &link(&house, one).await, None).await.expect("withdrawn");
    propose(&house, two, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let stale = bus::add_blackout(services, &staff, wanted.clone(), Fate::Refuse, before).await;
    assert!(matches!(stale, Err(BusError::StateHasChanged)), "{stale:?}");
    // The same school, which accepted meanwhile, is not what was seen either.
    let before = shown(&house, &wanted).await;
    bus::accept(services, &school, &link(&house, two).await, None).await.expect("accepted");
    let stale = bus::add_blackout(services, &staff, wanted.clone(), Fate::Refuse, before).await;
    assert!(matches!(stale, Err(BusError::StateHasChanged)), "{stale:?}");
    assert_eq!(request(&house, two).await.state, State::Accepted, "nobody was refused unseen");

    let nowhere = NewBlackout { vehicle: Some(house.services.system().new_id()), ..repair(&house, None) };
    let unknown = bus::add_blackout(services, &staff, nowhere, Fate::Queue, Vec::new()).await;
    assert!(matches!(unknown, Err(BusError::Fields(ref errors)) if errors[0].field == "vehicle"), "{unknown:?}");
    let empty = NewBlackout { reason_zh: "检修\0".into(), ..repair(&house, None) };
    assert!(matches!(bus::colliding(services, &staff, &empty).await, Err(BusError::Fields(_))));
}

#[tokio::test]
async fn a_repair_shows_whom_it_concerns_and_then_sends_them_back_into_the_queue() {
    let (house, vehicles, crews) = garage(2, 2).await;
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let one = ask_for_the_bus(&house, 1, "jinan").await;
    house.services.clock.advance(SignedDuration::from_mins(2));
    let two = ask_for_the_bus(&house, 2, "jinan").await;
    propose(&house, one, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    propose(&house, two, vehicles[1], crews[1], ("09:00", "11:00")).await.expect("proposed");
    bus::accept(services, &house.context(Actor::Anonymous), &link(&house, one).await, None).await.expect("accepted");

    let wanted = repair(&house, Some(vehicles[0]));
    let found = bus::colliding(services, &staff, &wanted).await.expect("a list");
    assert_eq!(found.iter().map(|stop| stop.request).collect::<Vec<_>>(), [one], "the other bus drives on");
    assert_eq!(request(&house, one).await.state, State::Accepted, "looking changes nothing");

    let stale = bus::add_blackout(services, &staff, wanted.clone(), Fate::Queue, Vec::new()).await;
    assert!(matches!(stale, Err(BusError::StateHasChanged)), "one collision more than was seen");
    assert!(bus::blackouts(services, &staff).await.expect("a list").is_empty(), "and nothing half-done stays");
    let seen = shown(&house, &wanted).await;
    assert_eq!(bus::add_blackout(services, &staff, wanted.clone(), Fate::Queue, seen.clone()).await.expect("done"), 1);
    assert_eq!(bus::add_blackout(services, &staff, wanted, Fate::Queue, seen).await.expect("pressed twice"), 0);

    let seen = request(&house, one).await;
    assert_eq!((seen.state, seen.reason.as_deref(), seen.stop.is_none()), (State::Submitted, Some("车辆年检"), true));
    assert_eq!(request(&house, two).await.state, State::Proposed);
    let told = subjects(&house, 1).await;
    assert_eq!(told.iter().filter(|subject| subject.contains("另行安排")).count(), 1, "{told:?}");
    assert!(subjects(&house, 2).await.iter().all(|subject| !subject.contains("另行安排")));

    let again = propose(&house, one, vehicles[0], crews[0], ("14:00", "16:00")).await;
    let Err(BusError::Own(bus::Conflicts(told))) = again else { panic!("nothing drives that day") };
    assert!(matches!(told[0].conflict, Conflict::Blackout { .. }) && told[0].blackout.is_some());
    let standing = bus::blackouts(services, &staff).await.expect("a list");
    bus::end_blackout(services, &staff, standing[0].id).await.expect("ended");
    propose(&house, one, vehicles[0], crews[0], ("14:00", "16:00")).await.expect("it drives again");
    assert_eq!(request(&house, one).await.reason, None, "why the date before fell away is no news of this one");
}

#[tokio::test]
async fn holidays_of_every_vehicle_can_refuse_with_the_reason() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let (services, staff) = (&house.services, dispatcher(&house.services, 7));
    let id = ask_for_the_bus(&house, 1, "jinan").await;
    propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let seen = shown(&house, &repair(&house, None)).await;
    bus::add_blackout(services, &staff, repair(&house, None), Fate::Refuse, seen).await.expect("done");
    let seen = request(&house, id).await;
    assert_eq!((seen.state, seen.reason.as_deref()), (State::Refused, Some("车辆年检")));
    assert!(subjects(&house, 1).await.iter().any(|subject| subject.contains("办理结果")));
    let backwards = NewBlackout { until: civil::date(2026, 9, 1), ..repair(&house, None) };
    assert!(matches!(bus::colliding(services, &staff, &backwards).await, Err(BusError::Fields(_))));
}

/// A dispatcher who plans a day and another who takes it away: whoever is second sees the first.
#[tokio::test(flavor = "multi_thread")]
async fn planning_into_days_that_are_being_taken_away_ends_in_one_of_the_two() {
    let (house, vehicles, crews) = garage(1, 1).await;
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    for n in 0..6 {
        let id = ask_for_the_bus(&house, n, "jinan").await;
        let staff = dispatcher(&house.services, 7);
        let wanted = repair(&house, None);
        let blackout = wanted.id;
        let (planned, taken) = tokio::join!(
            propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")),
            bus::add_blackout(&other, &staff, wanted, Fate::Queue, Vec::new())
        );
        let state = request(&house, id).await.state;
        match (&planned, &taken) {
            // Planned first: the other saw no collision and is shown one.
            (Ok(()), Err(BusError::StateHasChanged)) => assert_eq!(state, State::Proposed),
            (Err(BusError::Own(_)), Ok(0)) => assert_eq!(state, State::Submitted),
            _ => panic!("{planned:?} {taken:?}"),
        }
        if taken.is_ok() {
            bus::end_blackout(&house.services, &staff, blackout).await.expect("ended");
        } else {
            let school = house.context(Actor::Anonymous);
            bus::withdraw(&house.services, &school, &link(&house, id).await, None).await.expect("free again");
        }
        house.services.clock.advance(SignedDuration::from_mins(2));
    }
}
