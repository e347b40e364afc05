//! Conflicts: one for a booking, seen by supervisors, decided once.

use super::{admitted, device, go_to, report, send};
use crate::booking::{book, closing::number, house_with_session, machine, officer, steward};
use domain::account::{Denied, DeviceRole};
use domain::booking::DoorRefusal;
use domain::field::Fault;
use domain::ids::{BookingId, SessionId};
use services::Context;
use services::booking::{self, Handle, Ticket};
use services::door::{self, ConflictKind, DoorError, Fact, Outcome};
use testkit::TestHouse;

async fn at_nine(people: u32) -> (TestHouse, SessionId, BookingId) {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, people).await.expect("there is room").booking;
    go_to(&house, "2026-07-21T09:00:00+08:00");
    (house, session, booked)
}

#[tokio::test]
async fn two_doors_one_pass_are_one_conflict_and_a_supervisor_says_how_many_came() {
    let (house, _, booked) = at_nine(4).await;
    let mut doors = Vec::new();
    for letter in ['a', 'b', 'c'] {
        doors.push(device(&house, letter, DeviceRole::Steward).await);
    }
    assert!(matches!(
        send(&house, &doors[0], vec![admitted(booked, 3, house.now())]).await[..],
        [Outcome::Admitted { .. }]
    ));
    for door in &doors[1..] {
        let answer = send(&house, door, vec![admitted(booked, 3, house.now())]).await;
        assert_eq!(answer, [Outcome::Conflict(DoorRefusal::MoreThanBooked { left: 1 })]);
    }
    let by = officer(&house);
    let denied = door::conflicts(&house.services, &steward(&house)).await.map(|_| ());
    assert!(matches!(denied, Err(DoorError::Denied(Denied::NotAllowed))), "{denied:?}");
    let open = door::conflicts(&house.services, &by).await.expect("listed");
    assert_eq!(
        (open.len(), open[0].kind, open[0].said.len()),
        (1, ConflictKind::Twice, 3),
        "one, with all three facts"
    );
    let mut said: Vec<_> = open[0].said.iter().filter_map(|said| said.device.as_deref()).collect();
    said.sort_unstable();
    assert_eq!(said, ["a 门", "b 门", "c 门"]);
    assert_eq!(open[0].booking.as_ref().map(|booking| booking.arrived), Some(3), "counted once");

    let decide = |seen, people, reason| door::resolve(&house.services, &by, open[0].id, seen, people, reason);
    let resolve = |people, reason| decide(3, people, reason);
    // Decided on the first two facts, when the third was there already.
    assert!(matches!(decide(2, 4, "看录像").await, Err(DoorError::StateHasChanged)));
    assert!(matches!(resolve(4, " ").await, Err(DoorError::Fields(f)) if f[0].fault == Fault::Required));
    let more = resolve(5, "看录像").await;
    assert!(matches!(more, Err(DoorError::Fields(f)) if f[0].fault == Fault::OutOfRange { min: 0, max: 4 }));
    resolve(4, "看录像，一家四口").await.expect("decided");
    assert!(matches!(resolve(2, "再按一次").await, Err(DoorError::StateHasChanged)));
    assert_eq!(number(&house, "select arrived::bigint from booking").await, 4);
    let closed = door::conflicts(&house.services, &by).await.expect("listed");
    assert_eq!(closed[0].settled.as_ref().map(|settled| settled.people), Some(4));
    // Another door that was away for longer: a conflict of its own.
    let late = device(&house, 'd', DeviceRole::Steward).await;
    send(&house, &late, vec![admitted(booked, 3, house.now())]).await;
    assert_eq!(number(&house, "select count(*) from door_conflict where resolved_at is null").await, 1);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'door.conflict_resolved'").await, 1);
}

#[tokio::test]
async fn who_came_on_a_cancelled_booking_is_counted_without_it() {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 4).await.expect("there is room").booking;
    booking::cancel(&house.services, &machine(&house.services), Handle::Id(booked), None).await.expect("in time");
    go_to(&house, "2026-07-21T09:00:00+08:00");
    let held = device(&house, 'a', DeviceRole::Steward).await;
    let answer = send(&house, &held, vec![admitted(booked, 3, house.now())]).await;
    assert_eq!(answer, [Outcome::Conflict(DoorRefusal::Cancelled)]);
    assert_eq!(number(&house, "select arrived::bigint from booking").await, 0);
    let by = officer(&house);
    let open = door::conflicts(&house.services, &by).await.expect("listed");
    assert_eq!(open[0].kind, ConflictKind::Cancelled);
    door::resolve(&house.services, &by, open[0].id, 1, 3, "取消后仍到场").await.expect("decided");
    assert_eq!(number(&house, "select sum(people) from door_count where kind = 'walk_in'").await, 3);
    assert_eq!(booking::inside(&house.services, &by).await.expect("a number"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_supervisors_who_decide_at_once_decide_once() {
    let (house, _, booked) = at_nine(2).await;
    for letter in ['a', 'b'] {
        let held = device(&house, letter, DeviceRole::Steward).await;
        send(&house, &held, vec![admitted(booked, 2, house.now())]).await;
    }
    let by = officer(&house);
    let open = door::conflicts(&house.services, &by).await.expect("listed").remove(0).id;
    let tries: Vec<_> = (0..8)
        .map(|n| {
            let (services, by) = (house.services.clone(), by.clone());
            tokio::spawn(async move { door::resolve(&services, &by, open, 2, n % 3, "看录像").await })
        })
        .collect();
    let mut decided = 0;
    for one in tries {
        match one.await.expect("no panic") {
            Ok(()) => decided += 1,
            Err(error) => assert!(matches!(error, DoorError::StateHasChanged), "{error}"),
        }
    }
    assert_eq!(decided, 1);
    assert_eq!(number(&house, "select count(*) from booking b join door_conflict c on c.people = b.arrived").await, 1);
}

#[tokio::test]
async fn a_pass_of_ours_that_nobody_knows_is_kept_and_decided() {
    let (house, session, _) = at_nine(2).await;
    let pass = services::crypto::Pass { booking: BookingId(super::nonce()), session, people: 3, version: 1 };
    let shown = Fact::Admitted {
        nonce: super::nonce(),
        at: house.now(),
        ticket: Ticket::Pass(house.services.vault.sign_pass(pass)),
        present: 3,
        reason: None,
        behind: None,
    };
    let held = device(&house, 'a', DeviceRole::Supervisor).await;
    for _ in 0..2 {
        let answer = send(&house, &held, vec![shown.clone()]).await;
        assert_eq!(answer, [Outcome::Conflict(DoorRefusal::Unknown)], "the retry repeats it");
    }
    let open = door::conflicts(&house.services, &held).await.expect("a supervisor's device sees them");
    assert_eq!((open.len(), open[0].kind, open[0].booking.is_none()), (1, ConflictKind::Unknown, true));
    door::resolve(&house.services, &held, open[0].id, 1, 3, "凭证真实，预约已删除").await.expect("decided");
    assert_eq!(number(&house, "select sum(people) from door_count where kind = 'walk_in'").await, 3);
}

#[tokio::test]
async fn a_booking_in_conflict_again_is_decided_by_what_was_said_of_it_once() {
    let (house, _, booked) = at_nine(2).await;
    let held = device(&house, 'a', DeviceRole::Steward).await;
    let by = officer(&house);
    send(&house, &held, vec![admitted(booked, 2, house.now())]).await;
    for said in [2, 3] {
        send(&house, &held, vec![admitted(booked, 1, house.now())]).await;
        let found = door::conflicts(&house.services, &by).await.expect("listed");
        let open = found.iter().find(|conflict| conflict.settled.is_none()).expect("an open one");
        assert_eq!(open.said.len(), said as usize);
        door::resolve(&house.services, &by, open.id, said, 2, "看录像").await.expect("decided");
    }
    assert_eq!(number(&house, "select count(*) from door_conflict where resolved_at is not null").await, 2);
}

/// On a machine with more to do than it can a lock is waited for longer than anybody does: whoever is told so presses again. (A
/// deadlock is told by another word.)
fn waited_too_long(error: &DoorError) -> bool {
    let DoorError::Database(error) = error else { return false };
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("55P03")
}

/// Sends a fact until the house has it, as a device does.
async fn sent(house: &TestHouse, held: &Context, fact: Fact) -> Vec<Outcome> {
    loop {
        match door::upload(&house.services, held, report(house), vec![fact.clone()]).await {
            Ok(answers) => return answers.into_iter().map(|(_, outcome)| outcome).collect(),
            Err(error) => assert!(waited_too_long(&error), "{error}"),
        }
    }
}

/// Both hold a booking and its conflict: the booking first, whoever they are.
#[tokio::test(flavor = "multi_thread")]
async fn facts_that_arrive_while_it_is_decided_neither_deadlock_nor_are_lost() {
    let (house, _, booked) = at_nine(2).await;
    let held = device(&house, 'a', DeviceRole::Steward).await;
    send(&house, &held, vec![admitted(booked, 2, house.now())]).await;
    send(&house, &held, vec![admitted(booked, 1, house.now())]).await;
    let by = officer(&house);
    let deciding = async {
        let mut seen_again = 0;
        loop {
            let found = door::conflicts(&house.services, &by).await.expect("listed");
            let Some(open) = found.iter().find(|conflict| conflict.settled.is_none()) else { break seen_again };
            let seen = u32::try_from(open.said.len()).expect("few");
            match door::resolve(&house.services, &by, open.id, seen, 2, "看录像").await {
                Ok(()) => {}
                Err(DoorError::StateHasChanged) => seen_again += 1,
                Err(error) => assert!(waited_too_long(&error), "{error}"),
            }
        }
    };
    let sending = async {
        for _ in 0..40 {
            let answer = sent(&house, &held, admitted(booked, 1, house.now())).await;
            assert!(matches!(answer[..], [Outcome::Conflict(_)]), "{answer:?}");
        }
    };
    tokio::join!(deciding, sending);
    // The last fact may have raised one more after the last decision.
    assert!(number(&house, "select count(*) from door_conflict where resolved_at is null").await <= 1);
    assert_eq!(number(&house, "select count(*) from scan where conflict_id is not null").await, 41);
    assert_eq!(number(&house, "select arrived::bigint from booking").await, 2);
}
