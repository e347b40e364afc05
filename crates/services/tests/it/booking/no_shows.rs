//! No-shows: what is marked and what is not, what several mean, and how they are taken back.

use super::closing::{number, work};
use super::real_rules::{books, waits};
use super::waiting::look;
use super::{add_session, book, machine, museum, officer, party, person, steward};
use domain::account::Denied;
use domain::booking::{Policy, Refusal, WaitingState};
use domain::field::Fault;
use domain::ids::{BookingId, ClosureId, OutageId, SessionId};
use jiff::{SignedDuration, Timestamp};
use services::Context;
use services::booking::{self, BookingError, Closing, Handle, OnBehalf, Outage, Scope, TakenBack, Ticket};
use testkit::TestHouse;
use uuid::Uuid;

/// A session at nine of a day of July with a guest who comes and the absent ones, who do not.
async fn session_missed_by(house: &TestHouse, day: u8, absent: &[usize]) -> (SessionId, Vec<BookingId>) {
    let session = add_session(house, &format!("2026-07-{day}T09:00:00+08:00"), 20).await;
    let mut missed = Vec::new();
    for n in absent {
        let asked = OnBehalf { session, person: person(*n), party: party(2, 0), key: format!("missed-{day}-{n}") };
        let booked = booking::book(&house.services, &machine(&house.services), asked).await.expect("there is room");
        missed.push(booked.booking);
    }
    begins(house, day, session).await;
    (session, missed)
}

/// It is nine, and a guest comes.
async fn begins(house: &TestHouse, day: u8, session: SessionId) {
    let there = book(&house.services, session, 900 + usize::from(day), 1).await.expect("there is room");
    go_to(house, &format!("2026-07-{day}T09:00:00+08:00"));
    admit(house, there.booking, 1).await;
}

async fn admit(house: &TestHouse, booking: BookingId, present: u32) {
    let nonce = Uuid::from_u128(u128::from_be_bytes(services::crypto::random()));
    let answer = booking::admit(&house.services, &steward(house), nonce, Ticket::Booking(booking), present, None).await;
    answer.expect("an answer").expect("admitted");
}

fn go_to(house: &TestHouse, instant: &str) {
    let instant: Timestamp = instant.parse().expect("an instant");
    house.services.clock.advance(instant.duration_since(house.now()));
}

async fn mark(house: &TestHouse) -> usize {
    booking::mark_no_shows(&house.services).await.expect("marked")
}

async fn seen(house: &TestHouse, booking: BookingId) -> Option<booking::NoShow> {
    let view = booking::view(&house.services, &officer(house), &Handle::Id(booking)).await.expect("it is there");
    booking::no_show_of(&house.services, &view, house.now()).await.expect("read")
}

async fn book_again(house: &TestHouse, session: SessionId, n: usize) -> Result<booking::Booked, BookingError> {
    let asked = OnBehalf { session, person: person(n), party: party(1, 0), key: format!("again-{n}-{}", house.now()) };
    booking::book(&house.services, &machine(&house.services), asked).await
}

fn paused<T: std::fmt::Debug>(answer: &Result<T, BookingError>, until: Timestamp) {
    let refused = matches!(answer, Err(BookingError::Refused(Refusal::Suspended { until: at })) if *at == until);
    assert!(refused, "{answer:?}");
}

#[tokio::test]
async fn the_third_within_the_time_pauses_booking_until_one_is_lifted() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let (_, me) = crate::account::visitor(&house, "13800138000").await;
    let now = |who: &Context| house.context(who.actor.clone());
    let full = add_session(&house, "2026-07-30T09:00:00+08:00", 1).await;
    let last = book(&house.services, full, 5, 1).await.expect("the only place");
    let entry = waits(&house, &me, full, "guest6@example.com").await.expect("on the list");
    let mut missed = Vec::new();
    for day in [21, 22, 23] {
        let session = add_session(&house, &format!("2026-07-{day}T09:00:00+08:00"), 20).await;
        missed.push(books(&house, &now(&me), session, "guest1@example.com", 2).await.expect("there is room"));
        begins(&house, day, session).await;
        go_to(&house, &format!("2026-07-{day}T12:29:59+08:00"));
        assert_eq!(mark(&house).await, 0, "the grace is not over");
        go_to(&house, &format!("2026-07-{day}T12:30:00+08:00"));
        assert_eq!(mark(&house).await, 1);
        assert_eq!(mark(&house).await, 0, "marked once");
        work(&house.services).await;
    }
    let until: Timestamp = "2026-09-21T10:30:00+08:00".parse().expect("an instant");
    let third = seen(&house, missed[2]).await.expect("marked");
    assert_eq!((third.whole, third.missing, third.standing, third.suspended_until), (true, 2, 3, Some(until)));
    assert_eq!(number(&house, "select count(*) from message where template = 'missed' and state = 'sent'").await, 3);
    let told = "select count(*) from dev_mailbox where body_text like '%暂停至9月21日10:30%'";
    assert_eq!(number(&house, told).await, 1);
    let personal = "select count(*) from dev_mailbox where subject like '%小满%' or subject like '%guest%'";
    assert_eq!(number(&house, personal).await, 0);

    let next = add_session(&house, "2026-07-29T09:00:00+08:00", 20).await;
    paused(&book_again(&house, next, 1).await, until);
    book_again(&house, next, 2).await.expect("nobody else is paused");
    // The account is, whichever of its addresses it comes with.
    paused(&books(&house, &now(&me), next, "guest7@example.com", 1).await, until);
    paused(&waits(&house, &now(&me), full, "guest7@example.com").await, until);
    booking::cancel(&house.services, &officer(&house), Handle::Id(last.booking), None).await.expect("cancelled");
    assert_eq!(look(&house, &entry).await.state, WaitingState::Waiting, "it is offered nothing");
    let (_, other) = crate::account::visitor(&house, "13900139000").await;
    books(&house, &other, next, "guest8@example.com", 1).await.expect("somebody else's account is not paused");

    let by = officer(&house);
    let lift = |reason| booking::lift_no_show(&house.services, &by, missed[0], reason);
    assert!(matches!(lift("  ").await, Err(BookingError::Fields(f)) if f[0].fault == Fault::Required));
    let steward = steward(&house);
    let denied = booking::lift_no_show(&house.services, &steward, missed[0], "本人到场").await;
    assert!(matches!(denied, Err(BookingError::Denied(Denied::NotAllowed))), "{denied:?}");
    assert!(lift("本人到场，门岗漏登").await.expect("lifted"));
    assert!(!lift("再按一次").await.expect("nothing to lift"));
    assert_eq!(
        seen(&house, missed[0]).await.and_then(|n| n.taken_back),
        Some(TakenBack::Lifted("本人到场，门岗漏登".into()))
    );
    book_again(&house, next, 1).await.expect("the pause ended with it");
    booking::pass_on(&house.services).await.expect("looked at");
    assert_eq!(look(&house, &entry).await.state, WaitingState::Offered, "for the account, too");
    books(&house, &now(&me), next, "guest7@example.com", 1).await.expect("with each address");
    work(&house.services).await;
    let lifted = "select count(*) from message where template = 'missed_lifted' and state = 'sent'";
    assert_eq!(number(&house, lifted).await, 1);
}

#[tokio::test]
async fn only_what_is_certain_is_marked() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let by = officer(&house);
    // Nobody kept the door: nobody of this session came, as far as anybody knows.
    let unkept = add_session(&house, "2026-07-21T14:00:00+08:00", 20).await;
    book(&house.services, unkept, 1, 2).await.expect("there is room");
    // The house closed it.
    let closed = add_session(&house, "2026-07-22T09:00:00+08:00", 20).await;
    book(&house.services, closed, 2, 2).await.expect("there is room");
    let key: ClosureId = by.new_id();
    let act = Closing { key, what: Scope::Session(closed), reason_zh: "检修".into(), reason_en: "repairs".into() };
    booking::close(&house.services, &by, act).await.expect("closed");
    // Cancelled in time, without a contact, and come in part.
    let session = add_session(&house, "2026-07-23T09:00:00+08:00", 20).await;
    let cancelled = book(&house.services, session, 3, 2).await.expect("there is room");
    booking::cancel(&house.services, &by, Handle::Id(cancelled.booking), None).await.expect("cancelled");
    let nobody = booking::Person { contact: None, ..person(4) };
    let asked = OnBehalf { session, person: nobody, party: party(1, 0), key: "nobody".into() };
    booking::book(&house.services, &by, asked).await.expect("booked");
    let part = book(&house.services, session, 5, 3).await.expect("there is room");
    go_to(&house, "2026-07-23T09:00:00+08:00");
    admit(&house, part.booking, 1).await;
    go_to(&house, "2026-07-23T18:00:00+08:00");
    assert_eq!(mark(&house).await, 1, "the party that came in part");
    let part = seen(&house, part.booking).await.expect("marked");
    assert_eq!((part.whole, part.missing, part.standing), (false, 2, 0), "which pauses nobody");
}

#[tokio::test]
async fn an_outage_before_or_after_takes_the_sessions_it_touches_out() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let (_, marked) = session_missed_by(&house, 21, &[1, 2]).await;
    go_to(&house, "2026-07-21T13:00:00+08:00");
    assert_eq!(mark(&house).await, 2);
    let by = officer(&house);
    let outage = |day: u8, from: &str, until: &str| Outage {
        event: None,
        id: OutageId(Uuid::from_u128(u128::from(day))),
        starts_at: format!("2026-07-{day}T{from}:00+08:00").parse().expect("an instant"),
        ends_at: format!("2026-07-{day}T{until}:00+08:00").parse().expect("an instant"),
        reason: "上午断网".into(),
    };
    let declare = |outage| booking::declare_outage(&house.services, &by, outage);
    assert!(matches!(declare(outage(21, "10:00", "09:00")).await, Err(BookingError::Fields(_))));
    assert_eq!(declare(outage(20, "08:00", "12:00")).await.expect("declared"), 0, "another day");
    assert_eq!(declare(outage(21, "10:15", "11:00")).await.expect("declared"), 2);
    assert_eq!(declare(outage(21, "10:15", "11:00")).await.expect("declared"), 0, "pressed twice");
    assert_eq!(seen(&house, marked[0]).await.and_then(|n| n.taken_back), Some(TakenBack::Outage));
    assert_eq!(mark(&house).await, 0, "and it is not marked again");
    work(&house.services).await;
    // What is not true any more is not told: only that it was taken back.
    assert_eq!(number(&house, "select count(*) from message where template = 'missed' and state = 'sent'").await, 0);
    let lifted = "select count(*) from message where template = 'missed_lifted' and state = 'sent'";
    assert_eq!(number(&house, lifted).await, 2);

    assert_eq!(declare(outage(22, "08:00", "12:00")).await.expect("declared in time"), 0);
    session_missed_by(&house, 22, &[1]).await;
    go_to(&house, "2026-07-22T18:00:00+08:00");
    assert_eq!(mark(&house).await, 0);
    assert_eq!(booking::outages(&house.services, &by).await.expect("listed").len(), 3);
}

/// A house whose door admits long after a session, as one that was offline does.
async fn house_with_a_late_door() -> TestHouse {
    let house = TestHouse::new().await;
    museum(&house).await;
    let policy = Policy { late_minutes: 900, ..Policy::default() };
    sqlx::query("update activity set policy = $1")
        .bind(serde_json::to_value(policy).expect("a policy is JSON"))
        .execute(&house.db.owner_pool())
        .await
        .expect("the policy is changed");
    house
}

#[tokio::test]
async fn a_late_scan_takes_the_mark_away_as_far_as_it_goes() {
    let house = house_with_a_late_door().await;
    let (_, marked) = session_missed_by(&house, 21, &[1]).await;
    go_to(&house, "2026-07-21T13:00:00+08:00");
    assert_eq!(mark(&house).await, 1);
    admit(&house, marked[0], 1).await;
    let part = seen(&house, marked[0]).await.expect("marked");
    assert_eq!((part.whole, part.missing, part.taken_back, part.standing), (false, 1, None, 0));
    admit(&house, marked[0], 1).await;
    assert_eq!(seen(&house, marked[0]).await.and_then(|n| n.taken_back), Some(TakenBack::Came));
}

/// The door has let a party in and not yet committed when the clock marks; whether a mark is left standing beside it.
async fn marks_beside_the_door(statement: Option<&'static str>) -> bool {
    let house = house_with_a_late_door().await;
    let (session, missed) = session_missed_by(&house, 21, &[1]).await;
    go_to(&house, "2026-07-21T13:00:00+08:00");
    let owner = house.db.owner_pool();
    #[expect(clippy::disallowed_methods, reason = "a transaction of the test's own, which nobody drops half-way")]
    let mut door = owner.begin().await.expect("a transaction");
    store::booking::door::lock_booking(&mut door, session.0, missed[0].0).await.expect("locked");
    store::booking::door::set_arrived(&mut door, session.0, missed[0].0, 2).await.expect("let in");
    store::booking::no_shows::came(&mut door, session.0, missed[0].0, 0, house.now()).await.expect("no mark yet");
    let clock = match statement {
        None => {
            let services = house.services.clone();
            tokio::spawn(async move { booking::mark_no_shows(&services).await.map(|_| ()).map_err(|e| e.to_string()) })
        }
        Some(sql) => {
            let owner = owner.clone();
            tokio::spawn(async move { sqlx::raw_sql(sql).execute(&owner).await.map(|_| ()).map_err(|e| e.to_string()) })
        }
    };
    // Long enough for the clock's statement to have read the booking; it must wait for the door.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    door.commit().await.expect("committed");
    clock.await.expect("no panic").expect("done");
    number(&house, "select count(*) from no_show where over_at is null").await > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_let_in_at_the_same_moment_is_not_marked() {
    assert!(!marks_beside_the_door(None).await);
    let unlocked =
        "insert into no_show (session_id, booking_id, activity_id, person_index, missing, whole, ended_at, marked_at)
        select b.session_id, b.id, b.activity_id, b.mail_index, b.people, true, s.ends_at, s.ends_at
        from booking b join session s on s.id = b.session_id where b.arrived = 0";
    assert!(
        marks_beside_the_door(Some(unlocked)).await,
        "without the lock the mark would stand, or this proves nothing"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_that_mark_at_once_tell_everybody_once() {
    let house = TestHouse::new().await;
    museum(&house).await;
    session_missed_by(&house, 21, &[1, 2, 3, 4, 5, 6]).await;
    go_to(&house, "2026-07-21T13:00:00+08:00");
    let other = TestHouse::second(&house.db, house.services.clock.clone(), 3).await;
    let (here, there) = tokio::join!(booking::mark_no_shows(&house.services), booking::mark_no_shows(&other));
    assert_eq!(here.expect("marked") + there.expect("marked"), 6);
    work(&house.services).await;
    assert_eq!(number(&house, "select count(*) from message where template = 'missed' and state = 'sent'").await, 6);
}

#[tokio::test]
async fn the_list_shows_what_stands_and_names_nobody() {
    let house = TestHouse::new().await;
    museum(&house).await;
    session_missed_by(&house, 21, &[1]).await;
    go_to(&house, "2026-07-21T18:00:00+08:00");
    assert_eq!(mark(&house).await, 1);
    let listed = booking::no_shows(&house.services, &officer(&house)).await.expect("listed");
    assert_eq!((listed.len(), listed[0].no_show.standing), (1, 1));
    let visitor = house.context(domain::account::Actor::Anonymous);
    assert!(matches!(booking::no_shows(&house.services, &visitor).await, Err(BookingError::Denied(_))));
    let declined = Outage {
        event: None,
        id: OutageId(Uuid::from_u128(1)),
        starts_at: house.now() - SignedDuration::from_hours(1),
        ends_at: house.now(),
        reason: "断网".into(),
    };
    assert!(matches!(booking::declare_outage(&house.services, &visitor, declined).await, Err(BookingError::Denied(_))));
}
