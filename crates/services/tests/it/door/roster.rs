//! The roster: the day's, the least, and afterwards what changed.

use super::{admitted, again, device, go_to, minutes, send};
use crate::booking::{add_session, book, house_with_session, machine, officer};
use domain::account::DeviceRole;
use domain::booking::decide_at_the_door;
use domain::booking::{AtTheDoor, DoorRefusal, IdentityRule, Policy, UnverifiedPass};
use services::booking::{self, Handle};
use services::door::{self, RosterPage};
use testkit::TestHouse;

async fn asked(house: &TestHouse, since: Option<jiff::Timestamp>) -> RosterPage {
    let held = again(house, 'a').await;
    door::roster(&house.services, &held, since, None).await.expect("a roster")
}

#[tokio::test]
async fn what_changed_since_comes_and_nothing_else() {
    let (house, session) = house_with_session(60).await;
    let tomorrow = add_session(&house, "2026-07-22T09:00:00+08:00", 60).await;
    let mut made = Vec::new();
    for n in 0..6 {
        made.push(book(&house.services, session, n, 2).await.expect("there is room").booking);
    }
    book(&house.services, tomorrow, 50, 2).await.expect("there is room");
    go_to(&house, "2026-07-21T07:00:00+08:00");
    device(&house, 'a', DeviceRole::Steward).await;
    let whole = asked(&house, None).await;
    assert!(whole.full && whole.next.is_none() && whole.keys.is_some());
    assert_eq!((whole.sessions.len(), whole.bookings.len(), whole.activities.len()), (1, 6, 1), "today's alone");
    assert!(whole.bookings[0].name.starts_with('演') && whole.bookings[0].name.contains('*'), "masked");
    let text = serde_json::to_string(&whole.bookings).expect("JSON");
    assert!(!text.contains("guest") && !text.contains("小满"), "{text}");

    house.services.clock.advance(minutes(5));
    let nothing = asked(&house, Some(whole.as_of)).await;
    assert_eq!((nothing.full, nothing.bookings.len(), nothing.gone.len()), (false, 0, 0));

    let by = machine(&house.services);
    booking::cancel(&house.services, &by, Handle::Id(made[0]), None).await.expect("cancelled");
    booking::move_to(&house.services, &officer(&house), Handle::Id(made[1]), None, tomorrow).await.expect("moved");
    let fresh = book(&house.services, session, 60, 3).await.expect("there is room").booking;
    house.services.clock.advance(minutes(110));
    send(&house, &again(&house, 'a').await, vec![admitted(made[2], 1, house.now())]).await;
    let changed = asked(&house, Some(nothing.as_of)).await;
    let mut ids: Vec<_> = changed.bookings.iter().map(|booking| booking.id).collect();
    ids.sort_unstable();
    let mut expected = vec![made[0], made[2], fresh];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    assert_eq!(changed.gone, [made[1]]);
    let of = |id| changed.bookings.iter().find(|booking| booking.id == id).expect("it is there");
    assert!(of(made[0]).cancelled && of(made[2]).arrived == 1 && of(fresh).people == 3);

    let yesterday = asked(&house, Some("2026-07-20T12:00:00+08:00".parse().expect("an instant"))).await;
    assert!(yesterday.full, "another day begins anew");
    let future = asked(&house, Some(house.now() + minutes(60))).await;
    assert!(future.full, "an instant that has not been");

    // The rules decide what devices are given of bookings that nobody touched.
    let asks = Policy { identity: IdentityRule::Leader, ..Policy::default() };
    let asks = serde_json::to_value(asks).expect("a policy is JSON");
    let to = store::booking::policies::NewPolicy { policy: &asks, by: None, reason: "试行" };
    let mut db = house.db.owner_pool().acquire().await.expect("a connection");
    let activity = whole.activities[0].id.0;
    assert!(store::booking::policies::change(&mut db, activity, 1, to, house.now()).await.expect("written"));
    drop(db);
    house.services.clock.advance(minutes(1));
    let anew = asked(&house, Some(house.now() - minutes(1))).await;
    assert_eq!((anew.full, anew.bookings.len()), (true, 6), "all of them, whatever the rules were before");
    house.services.clock.advance(minutes(2));
    assert!(!asked(&house, Some(house.now())).await.full, "once");
}

#[tokio::test]
async fn a_long_roster_comes_in_pages_without_gaps() {
    let (house, session) = house_with_session(600).await;
    for n in 0..door::PAGE + 5 {
        book(&house.services, session, n, 1).await.expect("there is room");
    }
    go_to(&house, "2026-07-21T08:00:00+08:00");
    let held = device(&house, 'a', DeviceRole::Steward).await;
    let first = door::roster(&house.services, &held, None, None).await.expect("a page");
    assert_eq!((first.bookings.len(), first.sessions.len()), (door::PAGE, 1));
    let by = officer(&house);
    assert!(door::devices(&house.services, &by).await.expect("listed")[0].synced_at.is_none(), "not the whole yet");
    let second = door::roster(&house.services, &held, None, first.next).await.expect("a page");
    assert_eq!((second.bookings.len(), second.sessions.len(), second.next), (5, 0, None));
    assert!(door::devices(&house.services, &by).await.expect("listed")[0].synced_at.is_some());
    let mut all: Vec<_> = first.bookings.iter().chain(&second.bookings).map(|booking| booking.id).collect();
    all.dedup();
    assert_eq!(all.len(), door::PAGE + 5);
}

/// What the house gives a device is enough to decide what the house would decide.
#[tokio::test]
async fn a_device_decides_by_the_roster_and_the_published_keys_alone() {
    let (house, session) = house_with_session(20).await;
    let booked = book(&house.services, session, 1, 4).await.expect("there is room").booking;
    let by = officer(&house);
    let view = booking::view(&house.services, &by, &Handle::Id(booked)).await.expect("staff see it");
    let pass = booking::pass_text(&house.services, &view);
    go_to(&house, "2026-07-21T09:00:00+08:00");
    device(&house, 'a', DeviceRole::Steward).await;
    let roster = asked(&house, None).await;
    let read = UnverifiedPass::read(&pass).expect("a pass");
    assert!(is_signed(&roster, &read), "verified by what was published");
    let mut forged = read.clone();
    forged.signed[8] ^= 1;
    assert!(!is_signed(&roster, &forged));
    let asked = AtTheDoor {
        now: house.now(),
        as_of: roster.as_of,
        pass: Some(read.pass),
        booking: roster.bookings.iter().find(|booking| booking.id == read.pass.booking).cloned(),
        session: roster.sessions.iter().find(|session| session.id == read.pass.session).cloned(),
        arrived_here: 0,
        present: 4,
        against_the_clock: false,
    };
    assert_eq!(decide_at_the_door(&asked).map(|admission| admission.admitted), Ok(4));
    let early = AtTheDoor { now: house.now() - minutes(31), ..asked };
    assert!(matches!(decide_at_the_door(&early), Err(DoorRefusal::TooEarly { .. })));
}

/// As a browser does it: the key by its name from the JWK set, Ed25519 over the signed bytes.
fn is_signed(roster: &RosterPage, pass: &UnverifiedPass) -> bool {
    use base64::Engine as _;
    let keys = roster.keys.as_ref().expect("keys")["keys"].as_array().expect("a list").clone();
    let key = keys.iter().find(|key| key["kid"] == pass.kid.as_str()).expect("the key is published");
    let bytes = base64::prelude::BASE64_URL_SAFE_NO_PAD.decode(key["x"].as_str().expect("text")).expect("base64");
    let key = aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, bytes);
    key.verify(&pass.signed, &pass.signature).is_ok()
}
