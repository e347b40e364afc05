//! What devices did: applied once whatever the network does, kept with both times, counted once.

use super::{admitted, again, device, go_to, minutes, nonce, report, send};
use crate::booking::{add_session, book, closing::number, house_with_session, machine, museum};
use domain::account::DeviceRole;
use domain::booking::{Admission, DoorRefusal, PassFacts, Policy, SessionFacts, admit};
use domain::ids::{ActivityId, BookingId};
use jiff::{SignedDuration, Timestamp};
use services::Context;
use services::booking::{self, Handle, Ticket};
use services::door::{self, Count, DoorError, Fact, Outcome, Report};
use std::time::Duration;
use testkit::TestHouse;
use uuid::Uuid;

const NINE: &str = "2026-07-21T09:00:00+08:00";

/// A house at nine o'clock with so many bookings of so many people each.
async fn house_with_bookings(bookings: usize, people: u32) -> (TestHouse, Vec<BookingId>) {
    let (house, session) = house_with_session(2_000).await;
    let mut made = Vec::new();
    for n in 0..bookings {
        made.push(book(&house.services, session, n, people).await.expect("there is room").booking);
    }
    go_to(&house, NINE);
    (house, made)
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_scans_are_applied_once_each_however_the_connection_drops() {
    let (house, bookings) = house_with_bookings(100, 3).await;
    let held = device(&house, 'a', DeviceRole::Steward).await;
    // Each of a hundred parties came one by one: three hundred scans in the device's queue.
    let mut queue: Vec<Fact> =
        (0..3).flat_map(|_| bookings.iter().map(|booking| admitted(*booking, 1, house.now()))).collect();
    queue.extend([Fact::Counted {
        nonce: nonce(),
        at: house.now(),
        activity: ActivityId(museum_id(&house).await),
        kind: Count::WalkIn,
        people: 7,
        behind: None,
    }]);
    let mut dropped = 0;
    for batch in queue.chunks(door::MOST) {
        // The connection drops while the house works: once at once, then later and later, until an answer gets through.
        for wait in [0, 2, 8, 30, 120, 60_000] {
            let sent = door::upload(&house.services, &held, report(&house), batch.to_vec());
            match tokio::time::timeout(Duration::from_millis(wait), sent).await {
                Err(_) => dropped += 1,
                Ok(answer) => {
                    for (at, (nonce, outcome)) in answer.expect("an answer").into_iter().enumerate() {
                        assert_eq!(nonce, batch[at].nonce());
                        let good = matches!(outcome, Outcome::Admitted { conflict: false, .. } | Outcome::Counted);
                        assert!(good, "{outcome:?}");
                    }
                    break;
                }
            }
        }
    }
    assert!(dropped >= 3, "the connection has to drop, or this proves nothing: {dropped}");
    assert_eq!(number(&house, "select sum(arrived) from booking").await, 300);
    assert_eq!(number(&house, "select count(*) from scan where device_id is not null").await, 300);
    assert_eq!(number(&house, "select sum(people) from door_count").await, 7);
    assert_eq!(number(&house, "select count(*) from door_conflict").await, 0);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'door.admitted'").await, 300);
}

async fn museum_id(house: &TestHouse) -> Uuid {
    sqlx::query_scalar("select id from activity where slug = 'museum'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the museum")
}

#[tokio::test]
async fn a_nonce_is_looked_up_before_any_rule_and_stands_for_one_body() {
    let (house, bookings) = house_with_bookings(2, 4).await;
    let held = device(&house, 'a', DeviceRole::Steward).await;
    let first = admitted(bookings[0], 2, house.now());
    let Fact::Admitted { nonce: known, at, .. } = first.clone() else { panic!("an admission") };
    let success = Outcome::Admitted { admission: Admission { admitted: 2, arrived: 2, people: 4 }, conflict: false };
    assert_eq!(send(&house, &held, vec![first.clone()]).await, [success]);
    // The rest came, the booking was even cancelled by hand meanwhile: the retry repeats the success.
    send(&house, &held, vec![admitted(bookings[0], 2, house.now())]).await;
    sqlx::query("update booking set state = 'cancelled', cancelled_at = now(), cancelled_by = 'staff'")
        .execute(&house.db.owner_pool())
        .await
        .expect("cancelled");
    assert_eq!(send(&house, &held, vec![first.clone(), first]).await, [success, success]);
    let with = |ticket, present, reason: Option<&str>| Fact::Admitted {
        nonce: known,
        at,
        ticket: Ticket::Booking(ticket),
        present,
        reason: reason.map(str::to_owned),
        behind: None,
    };
    let walk_in = Fact::Counted {
        nonce: known,
        at,
        activity: ActivityId(museum_id(&house).await),
        kind: Count::WalkIn,
        people: 1,
        behind: None,
    };
    let others = vec![with(bookings[0], 1, None), with(bookings[1], 2, None), walk_in];
    assert_eq!(send(&house, &held, others).await, [Outcome::NonceReused; 3]);
    assert_eq!(number(&house, "select count(*) from scan").await, 2);
    assert_eq!(number(&house, "select count(*) from door_count").await, 0);

    let counted = Fact::Counted {
        nonce: nonce(),
        at,
        activity: ActivityId(museum_id(&house).await),
        kind: Count::Left,
        people: 3,
        behind: None,
    };
    let Fact::Counted { nonce, activity, .. } = counted.clone() else { panic!("a count") };
    let other = Fact::Counted { nonce, at, activity, kind: Count::Left, people: 4, behind: None };
    let scan =
        Fact::Admitted { nonce, at, ticket: Ticket::Booking(bookings[1]), present: 1, reason: None, behind: None };
    assert_eq!(
        send(&house, &held, vec![counted.clone(), counted, other, scan]).await,
        [Outcome::Counted, Outcome::Counted, Outcome::NonceReused, Outcome::NonceReused]
    );
    let nowhere = Fact::Counted {
        nonce: super::nonce(),
        at,
        activity: ActivityId(Uuid::nil()),
        kind: Count::Left,
        people: 1,
        behind: None,
    };
    assert_eq!(send(&house, &held, vec![nowhere]).await, [Outcome::NonceReused], "an activity that is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_devices_that_admit_the_same_passes_at_once_count_once_and_raise_one_conflict_each() {
    let (house, bookings) = house_with_bookings(20, 4).await;
    let (a, b) = (device(&house, 'a', DeviceRole::Steward).await, device(&house, 'b', DeviceRole::Steward).await);
    let both = |held: Context| {
        let facts: Vec<Fact> = bookings.iter().map(|booking| admitted(*booking, 4, house.now())).collect();
        let (services, report) = (house.services.clone(), report(&house));
        tokio::spawn(async move { door::upload(&services, &held, report, facts).await.expect("an answer") })
    };
    let (here, there) = (both(a), both(b));
    let (here, there) = (here.await.expect("no panic"), there.await.expect("no panic"));
    let all = Outcome::Admitted { admission: Admission { admitted: 4, arrived: 4, people: 4 }, conflict: false };
    let twice = Outcome::Conflict(DoorRefusal::AlreadyAdmitted { arrived: 4 });
    for ((_, here), (_, there)) in here.iter().zip(&there) {
        assert!((*here, *there) == (all, twice) || (*here, *there) == (twice, all), "{here:?} and {there:?}");
    }
    assert_eq!(number(&house, "select sum(arrived) from booking").await, 80, "people are counted once");
    assert_eq!(number(&house, "select count(*) from scan").await, 40, "both facts are kept");
    assert_eq!(number(&house, "select count(*) from door_conflict where kind = 'twice'").await, 20);
    assert_eq!(number(&house, "select count(distinct booking_id) from door_conflict").await, 20);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'door.conflict_raised'").await, 20);
}

/// What two doors answer that read a booking before either writes; with the lock, the second reads what the first wrote.
async fn answers_of_two_doors(locked: bool) -> [Result<Admission, DoorRefusal>; 2] {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 4).await.expect("there is room").booking;
    go_to(&house, NINE);
    let facts = SessionFacts {
        starts_at: house.now(),
        ends_at: house.now() + minutes(90),
        capacity: 20,
        booked: 4,
        held: 0,
        owed: 0,
        closed: false,
        pools: domain::booking::Pools::default(),
    };
    let together = std::sync::Arc::new(tokio::sync::Barrier::new(2));
    let door = || {
        let (owner, now, together) = (house.db.owner_pool(), house.now(), together.clone());
        tokio::spawn(async move {
            #[expect(
                clippy::disallowed_methods,
                reason = "a transaction of the test's own, which nobody drops half-way"
            )]
            let mut tx = owner.begin().await.expect("a transaction");
            let arrived = if locked {
                together.wait().await;
                store::booking::door::lock_booking(&mut tx, session.0, booked.0)
                    .await
                    .expect("locked")
                    .expect("there")
                    .1
            } else {
                let row = store::booking::bookings::booking(&mut tx, booked.0).await.expect("read").expect("there");
                together.wait().await;
                row.arrived
            };
            let pass = PassFacts { people: 4, arrived: arrived as u32, cancelled: false };
            let answer = admit(&Policy::default(), now, &facts, pass, 4);
            if let Ok(admission) = answer {
                let arrived = admission.arrived as i32;
                store::booking::door::set_arrived(&mut tx, session.0, booked.0, arrived).await.expect("written");
            }
            tx.commit().await.expect("committed");
            answer
        })
    };
    let (here, there) = (door(), door());
    [here.await.expect("no panic"), there.await.expect("no panic")]
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_both_doors_would_let_all_of_them_in() {
    let admissions =
        |answers: [Result<Admission, DoorRefusal>; 2]| answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(admissions(answers_of_two_doors(true).await), 1);
    assert_eq!(admissions(answers_of_two_doors(false).await), 2, "or the race above proves nothing");
}

#[tokio::test]
async fn a_late_upload_is_judged_at_its_own_time_and_takes_a_no_show_back() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let session = add_session(&house, NINE, 20).await;
    let there = book(&house.services, session, 1, 1).await.expect("there is room").booking;
    let late = book(&house.services, session, 2, 2).await.expect("there is room").booking;
    go_to(&house, NINE);
    let held = device(&house, 'a', DeviceRole::Steward).await;
    send(&house, &held, vec![admitted(there, 1, house.now())]).await;
    go_to(&house, "2026-07-21T18:00:00+08:00");
    assert_eq!(booking::mark_no_shows(&house.services).await.expect("marked"), 1);
    // The device's clock is ten minutes slow: it saw them at 8:55 by its clock, which was 9:05.
    let by_its_clock: Timestamp = "2026-07-21T08:55:00+08:00".parse().expect("an instant");
    let slow = Report { device_at: house.now() - minutes(10), app_version: "1".into(), queue_length: 1 };
    let held = again(&house, 'a').await;
    let sent =
        door::upload(&house.services, &held, slow, vec![admitted(late, 2, by_its_clock)]).await.expect("an answer");
    assert!(matches!(sent[0].1, Outcome::Admitted { conflict: false, .. }), "{sent:?}");
    let kept =
        "select count(*) from scan where device_at = '2026-07-21T08:55+08' and happened_at = '2026-07-21T09:05+08'
                and received_at = '2026-07-21T18:00+08'";
    assert_eq!(number(&house, kept).await, 1, "the device's time, the same by our clock, and when we heard of it");
    assert_eq!(number(&house, "select count(*) from no_show where over_why = 'came'").await, 1);
    assert_eq!(number(&house, "select skew_ms from door_device").await, 600_000);
    let long_ago = admitted(late, 1, house.now() - minutes(8 * 24 * 60));
    assert_eq!(send(&house, &held, vec![long_ago]).await, [Outcome::TooOld]);
}

/// A tablet without a network for hours finds the right time together with the network, before it sends what it did.
#[tokio::test]
async fn a_clock_put_right_before_the_upload_moves_no_scan() {
    let (house, bookings) = house_with_bookings(2, 2).await;
    go_to(&house, "2026-07-21T12:00:00+08:00");
    let held = device(&house, 'a', DeviceRole::Steward).await;
    let by_its_clock: Timestamp = "2026-07-21T08:55:00+08:00".parse().expect("an instant");
    let facts = [Some(minutes(10)), None].into_iter().zip(&bookings).map(|(behind, booking)| Fact::Admitted {
        nonce: nonce(),
        at: by_its_clock,
        ticket: Ticket::Booking(*booking),
        present: 2,
        reason: None,
        behind,
    });
    let facts = facts.collect();
    let sent = send(&house, &held, facts).await;
    assert!(matches!(sent[..], [Outcome::Admitted { .. }, Outcome::Admitted { .. }]), "{sent:?}");
    let kept = "select count(*) from scan where device_at = '2026-07-21T08:55+08'
                and happened_at in ('2026-07-21T09:05+08', '2026-07-21T08:55+08')";
    assert_eq!(number(&house, kept).await, 2);
    assert_eq!(number(&house, "select count(distinct happened_at) from scan").await, 2, "each as far as it was known");
    // Nobody's word on a clock reaches into the future.
    let Fact::Admitted { ticket, .. } = admitted(bookings[0], 1, by_its_clock) else { panic!("an admission") };
    let ahead = Fact::Admitted {
        nonce: nonce(),
        at: by_its_clock,
        ticket,
        present: 1,
        reason: None,
        behind: Some(SignedDuration::MAX),
    };
    assert_eq!(send(&house, &held, vec![ahead]).await, [Outcome::TooOld]);
}

#[tokio::test]
async fn what_only_the_clock_says_no_to_is_a_supervisors_to_decide() {
    let (house, bookings) = house_with_bookings(3, 2).await;
    let steward = device(&house, 'a', DeviceRole::Steward).await;
    let supervisor = device(&house, 'b', DeviceRole::Supervisor).await;
    go_to(&house, "2026-07-21T10:20:00+08:00");
    let word = |booking, reason: &str| Fact::Admitted {
        nonce: nonce(),
        at: house.now(),
        ticket: Ticket::Booking(booking),
        present: 2,
        reason: Some(reason.to_owned()),
        behind: None,
    };
    let good = |conflict| Outcome::Admitted { admission: Admission { admitted: 2, arrived: 2, people: 2 }, conflict };
    let supervisor = Context { now: house.now(), ..supervisor };
    let steward = Context { now: house.now(), ..steward };
    assert_eq!(send(&house, &steward, vec![word(bookings[0], "大巴晚到")]).await, [Outcome::NotAllowed]);
    assert!(matches!(send(&house, &supervisor, vec![word(bookings[0], " ")]).await[..], [Outcome::Invalid(_)]));
    assert_eq!(send(&house, &supervisor, vec![word(bookings[0], "大巴晚到")]).await, [good(false)]);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'door.overridden'").await, 1);
    // A steward's device whose clock was wrong let them in: they are in, they are counted, and somebody looks at it.
    assert_eq!(send(&house, &steward, vec![admitted(bookings[1], 2, house.now())]).await, [good(true)]);
    assert_eq!(number(&house, "select count(*) from door_conflict where kind = 'clock'").await, 1);
    let none = send(&house, &steward, vec![admitted(BookingId(Uuid::nil()), 1, house.now())]).await;
    assert_eq!(none, [Outcome::Refused(DoorRefusal::Unknown)], "nothing to note it under");
}

#[tokio::test]
async fn only_devices_upload_and_never_too_much_at_once() {
    let (house, bookings) = house_with_bookings(1, 2).await;
    let denied = door::upload(&house.services, &machine(&house.services), report(&house), Vec::new()).await;
    assert!(matches!(denied, Err(DoorError::Denied(_))), "{denied:?}");
    let held = device(&house, 'a', DeviceRole::Steward).await;
    let many = vec![admitted(bookings[0], 1, house.now()); door::MOST + 1];
    let refused = door::upload(&house.services, &held, report(&house), many).await;
    assert!(matches!(refused, Err(DoorError::Fields(_))), "{refused:?}");
    assert_eq!(number(&house, "select count(*) from scan").await, 0);
    // A pass shown to a device is the same booking.
    let by = crate::booking::officer(&house);
    let view = booking::view(&house.services, &by, &Handle::Id(bookings[0])).await.expect("staff see it");
    let pass = Ticket::Pass(booking::pass_text(&house.services, &view));
    let fact = Fact::Admitted { nonce: nonce(), at: house.now(), ticket: pass, present: 2, reason: None, behind: None };
    assert!(matches!(send(&house, &held, vec![fact]).await[..], [Outcome::Admitted { conflict: false, .. }]));
}
