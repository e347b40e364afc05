//! Events have the same door: found by name and code, admitted, in the roster, and their no-shows are marked by their own
//! policies.

use super::{admitted, device, go_to, send};
use crate::booking::{closing::number, machine, museum, officer, party, person, steward};
use crate::outreach::{date, lecture};
use domain::account::{Actor, DeviceRole};
use domain::booking::{DoorRefusal, Policy};
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, BookingId, SessionId};
use services::booking::{self, BookingError, OnBehalf, Ticket};
use services::outreach::{self, NewEvent};
use services::{door, limits};
use testkit::TestHouse;

async fn lecture_with(house: &TestHouse, slug: &str, policy: Policy) -> SessionId {
    let policy = Policy { days_ahead: 60, bookings_per_day: 5, bookings_per_window: 20, ..policy };
    let system = house.services.system();
    let event =
        outreach::add_event(&house.services, &system, NewEvent { policy, ..lecture(slug) }).await.expect("added");
    let session = date(house, event, "2026-07-21T14:00:00+08:00", 90, 60).await;
    outreach::publish(&house.services, &system, event, 1, true).await.expect("published");
    session
}

async fn register(house: &TestHouse, session: SessionId, n: usize) -> BookingId {
    let asked = OnBehalf { session, person: person(n), party: party(2, 0), key: format!("{session}-{n}") };
    booking::book(&house.services, &machine(&house.services), asked).await.expect("there is room").booking
}

#[tokio::test]
async fn a_registration_is_found_admitted_and_on_the_roster() {
    let house = TestHouse::new().await;
    museum(&house).await;
    // An hour before the beginning, where the museum admits half an hour before.
    let session = lecture_with(&house, "lecture", Policy { early_minutes: 60, ..Policy::default() }).await;
    let booked = register(&house, session, 1).await;
    go_to(&house, "2026-07-21T13:05:00+08:00");
    let by = steward(&house);
    let named = booking::find_by_name(&house.services, &by, "演示").await.expect("found");
    assert_eq!(named.iter().map(|found| found.id).collect::<Vec<_>>(), [booked]);
    let found = booking::find(&house.services, &by, &Ticket::Booking(booked)).await.expect("an answer").expect("found");
    assert_eq!(found.worth, Ok(()), "by the event's own rules");
    let held = device(&house, 'a', DeviceRole::Steward).await;
    let roster = door::roster(&house.services, &held, None, None).await.expect("a roster");
    assert_eq!((roster.sessions.len(), roster.sessions[0].early_minutes, roster.activities.len()), (1, 60, 2));
    assert_eq!(roster.activities[1].title_zh, "乐孕课堂");
    assert_eq!(roster.bookings[0].id, booked);
    let admission = send(&house, &held, vec![admitted(booked, 1, house.now())]).await;
    assert!(matches!(admission[..], [door::Outcome::Admitted { conflict: false, .. }]), "{admission:?}");
    let rest = booking::admit(&house.services, &by, super::nonce(), Ticket::Booking(booked), 2, None).await;
    assert_eq!(rest.expect("an answer"), Err(DoorRefusal::MoreThanBooked { left: 1 }));
    assert_eq!(booking::inside(&house.services, &officer(&house)).await.expect("a number"), 0, "it is another house");
}

#[tokio::test]
async fn names_are_searched_by_two_characters_and_the_trail_says_so() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let session = lecture_with(&house, "lecture", Policy::default()).await;
    register(&house, session, 1).await;
    go_to(&house, "2026-07-21T13:05:00+08:00");
    let (services, by) = (&house.services, steward(&house));
    for short in ["", " 演 ", "演·", "a"] {
        let refused = booking::find_by_name(services, &by, short).await;
        let Err(BookingError::Fields(faults)) = refused else { panic!("“{short}”: {refused:?}") };
        assert_eq!(faults, [FieldError::new("name", Fault::TooShort { min: 2 })]);
    }
    assert_eq!(booking::find_by_name(services, &by, " 演示 ").await.expect("two characters").len(), 1);
    assert_eq!(booking::find_by_name(services, &by, "白露").await.expect("two characters").len(), 0);
    let written: Vec<serde_json::Value> = sqlx::query_scalar(
        "select detail from audit_entry where action = 'door.searched' order by detail->>'found' desc",
    )
    .fetch_all(&house.db.owner_pool())
    .await
    .expect("the trail");
    assert_eq!(written, [serde_json::json!({ "found": 1 }), serde_json::json!({ "found": 0 })], "never the text");

    for _ in 2..limits::DOOR_NAMES_PER_STAFF.hits {
        booking::find_by_name(services, &by, "白露").await.expect("within the limit");
    }
    let refused = booking::find_by_name(services, &by, "演示").await;
    assert!(matches!(refused, Err(BookingError::Limited { retry_after: 1.. })), "{refused:?}");
    let mut colleague = by.clone();
    if let Actor::Staff { account, .. } = &mut colleague.actor {
        *account = AccountId(uuid::Uuid::from_u128(17));
    }
    booking::find_by_name(services, &colleague, "演示").await.expect("somebody else");
}

#[tokio::test]
async fn no_shows_of_events_are_marked_where_their_policy_says_so() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let strict = lecture_with(&house, "strict", Policy::default()).await;
    let lenient = lecture_with(&house, "lenient", Policy { no_shows: 0, ..Policy::default() }).await;
    let mut there = Vec::new();
    for session in [strict, lenient] {
        there.push(register(&house, session, 1).await);
        register(&house, session, 2).await;
    }
    go_to(&house, "2026-07-21T14:00:00+08:00");
    let held = device(&house, 'a', DeviceRole::Steward).await;
    send(&house, &held, there.iter().map(|booking| admitted(*booking, 2, house.now())).collect()).await;
    go_to(&house, "2026-07-21T17:29:00+08:00");
    assert_eq!(booking::mark_no_shows(&house.services).await.expect("marked"), 0, "the grace is not over");
    go_to(&house, "2026-07-21T17:30:00+08:00");
    assert_eq!(booking::mark_no_shows(&house.services).await.expect("marked"), 1);
    assert_eq!(booking::mark_no_shows(&house.services).await.expect("marked"), 0);
    let of_the_strict =
        "select count(*) from no_show n join activity a on a.id = n.activity_id where a.slug = 'strict'";
    assert_eq!(number(&house, of_the_strict).await, 1);
    crate::booking::closing::work(&house.services).await;
    let told = "select count(*) from dev_mailbox where body_text like '%乐孕课堂%'";
    assert!(number(&house, told).await >= 1, "the message names the event");

    // An outage of the museum's door is none of the event's, and the event's own takes back what was marked.
    let by = officer(&house);
    let event = "select id from activity where slug = 'strict'";
    let event: uuid::Uuid = sqlx::query_scalar(event).fetch_one(&house.db.owner_pool()).await.expect("the event");
    let outage = |event: Option<uuid::Uuid>| booking::Outage {
        id: by.new_id(),
        event: event.map(domain::ids::ActivityId),
        starts_at: house.now() - jiff::SignedDuration::from_hours(4),
        ends_at: house.now(),
        reason: "断网".into(),
    };
    let declare = async |outage| booking::declare_outage(&house.services, &by, outage).await;
    assert_eq!(declare(outage(None)).await.expect("declared"), 0);
    assert_eq!(declare(outage(Some(event))).await.expect("declared"), 1);
    let nowhere = declare(outage(Some(uuid::Uuid::nil()))).await;
    assert!(matches!(nowhere, Err(booking::BookingError::NotFound)), "{nowhere:?}");
    let declared = booking::outages(&house.services, &by).await.expect("listed");
    assert_eq!(declared.iter().filter(|one| one.outage.event.is_some()).count(), 1);
    assert!(declared.iter().any(|one| one.title.0 == "乐孕课堂"));
    let trail = "select count(*) from audit_entry e join activity a on a.id::text = e.detail->>'activity'
                 where e.action = 'door.outage_declared' and a.slug = 'strict'";
    assert_eq!(number(&house, trail).await, 1, "the trail names whose door it was");
}
