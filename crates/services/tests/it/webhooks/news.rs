//! What is told: every kind, written by the change it speaks of, with nothing of a person in it.

use super::{filled, machine, operator, work, written};
use crate::booking::{add_session, house_with_session, officer, party, person};
use crate::bus;
use crate::outreach::{date, lecture, now};
use domain::account::Actor;
use domain::ids::{BookingId, ClientId, ClosureId, OpenDoorId, SessionId, WaitingId};
use domain::webhooks::Topic;
use jiff::SignedDuration;
use serde_json::{Value, json};
use services::booking::{self, Closing, Handle, OnBehalf, OpenDoor, Remember, Scope, WaitOnBehalf};
use services::machines::Repeatable;
use services::{Context, outreach, webhooks};
use testkit::TestHouse;
use testkit::partner::Partner;
use uuid::Uuid;

async fn books(house: &TestHouse, context: &Context, session: SessionId, n: usize) -> BookingId {
    let asked = OnBehalf { session, person: person(n), party: party(2, 0), key: format!("key-{n}") };
    booking::book(&house.services, context, asked).await.expect("there is room").booking
}

fn kinds(all: &[(String, Value)]) -> Vec<&str> {
    all.iter().map(|(kind, _)| kind.as_str()).collect()
}

async fn closes(house: &TestHouse, session: SessionId) {
    let closing = Closing {
        key: ClosureId(Uuid::from_u128(5)),
        what: Scope::Session(session),
        reason_zh: "设备检修".into(),
        reason_en: "Repairs".into(),
    };
    booking::close(&house.services, &officer(house), closing).await.expect("closed");
}

#[tokio::test]
async fn a_machines_bookings_are_told_to_its_partner_and_to_nobody_else() {
    let (house, session) = house_with_session(20).await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 20).await;
    let (own, context) = machine(&house, "a hospital").await;
    let (foreign, _) = machine(&house, "another hospital").await;
    let (mine, theirs) = (Partner::start().await, Partner::start().await);
    let add = async |partner: &Partner, client: ClientId| {
        let topics = [Topic::BookingCreated, Topic::BookingChanged, Topic::BookingCancelled];
        let new = filled(&partner.url(), &topics, Some(client));
        webhooks::add(&house.services, &operator(&house), new).await.expect("the endpoint is added")
    };
    add(&mine, own).await;
    add(&theirs, foreign).await;

    let booked = books(&house, &context, session, 1).await;
    // Repeated, it is the same booking and no second event.
    assert_eq!(books(&house, &context, session, 1).await, booked);
    let staff = officer(&house);
    // Booked by staff: nobody's machine is told.
    let asked = OnBehalf { session, person: person(9), party: party(1, 0), key: "desk".into() };
    booking::book(&house.services, &staff, asked).await.expect("there is room");
    let version = None;
    booking::change_party(&house.services, &staff, Handle::Id(booked), version, party(1, 0)).await.expect("smaller");
    booking::move_to(&house.services, &staff, Handle::Id(booked), version, other).await.expect("moved");
    booking::cancel(&house.services, &staff, Handle::Id(booked), version).await.expect("cancelled");

    let all = written(&house).await;
    assert_eq!(kinds(&all), ["booking.created", "booking.changed", "booking.changed", "booking.cancelled"]);
    assert_eq!(
        all[0].1,
        json!({ "booking": booked, "session": session, "starts_at": "2026-07-21T01:00:00Z", "state": "confirmed", "people": 2 })
    );
    assert_eq!((&all[1].1["people"], &all[2].1["session"]), (&json!(1), &json!(other)));
    assert_eq!(all[3].1["state"], "cancelled");
    work(&house).await;
    assert_eq!((mine.got().len(), theirs.got().len()), (4, 0));
    let sequences: Vec<Value> = super::bodies(&mine).into_iter().map(|body| body["sequence"].clone()).collect();
    assert_eq!(sequences, [1, 2, 3, 4]);
}

/// A machine puts the n-th person with another on the list of a session.
async fn waits(house: &TestHouse, context: &Context, session: SessionId, n: usize) -> WaitingId {
    let asked = WaitOnBehalf { session, also: Vec::new(), person: person(n), party: party(2, 0), replies: None };
    let under = Repeatable::new(&house.services, context, &format!("key-number-{n}"), "waiting", b"body");
    under.take(&house.services, context.now).await.expect("taken");
    let remember = Remember { under, answer: Box::new(|_, _| Value::Null) };
    booking::wait_on_behalf(&house.services, context, asked, remember).await.expect("on the list").id
}

#[tokio::test]
async fn an_offer_of_the_waiting_list_is_told_to_the_machine_that_put_the_party_there() {
    let (house, session) = house_with_session(2).await;
    let staff = officer(&house);
    let first = books(&house, &staff, session, 9).await;
    let (own, context) = machine(&house, "a hospital").await;
    let (foreign, other) = machine(&house, "another hospital").await;
    let (mine, theirs) = (Partner::start().await, Partner::start().await);
    for (partner, client) in [(&mine, own), (&theirs, foreign)] {
        let topics = [Topic::WaitingOffered, Topic::WaitingExpired];
        let new = filled(&partner.url(), &topics, Some(client));
        webhooks::add(&house.services, &operator(&house), new).await.expect("the endpoint is added");
    }
    let of_nobody = filled("https://everybody.example/hooks", &[Topic::WaitingOffered], None);
    let refused = webhooks::add(&house.services, &operator(&house), of_nobody).await;
    assert!(matches!(refused, Err(webhooks::WebhookError::Fields(_))), "it is told of one machine's parties only");

    let entry = waits(&house, &context, session, 1).await;
    let next = waits(&house, &other, session, 2).await;
    assert!(written(&house).await.is_empty(), "nobody is told of waiting");
    booking::cancel(&house.services, &staff, Handle::Id(first), None).await.expect("cancelled");
    let offer = booking::own_waiting(&house.services, &context, entry).await.expect("its own").offer.expect("an offer");
    let all = written(&house).await;
    assert_eq!(kinds(&all), ["waiting.offered"], "with the offer, before any worker ran");
    assert_eq!(
        all[0].1,
        json!({
            "waiting": entry, "session": session, "starts_at": "2026-07-21T01:00:00Z", "state": "offered", "people": 2,
            "until": offer.until,
        }),
        "and nothing of the person"
    );

    house.services.clock.advance(offer.until.duration_since(house.now()));
    assert_eq!(booking::pass_on(&house.services).await.expect("passed on"), 1);
    let all = written(&house).await;
    assert_eq!(kinds(&all), ["waiting.offered", "waiting.expired", "waiting.offered"]);
    assert_eq!((&all[1].1["waiting"], &all[1].1["state"]), (&json!(entry), &json!("expired")));
    assert!(all[1].1.get("until").is_none(), "it is good no more");
    assert_eq!(all[2].1["waiting"], json!(next));
    closes(&house, session).await;
    let all = written(&house).await;
    let over = |(kind, data): &(String, Value)| {
        kind == "waiting.expired" && data["waiting"] == json!(next) && data["state"] == "closed"
    };
    assert!(all.len() == 5 && all.iter().any(over), "the session is told of, and the offer that ended with it");
    work(&house).await;
    let told = |partner: &Partner| -> Vec<(Value, Value)> {
        super::bodies(partner).into_iter().map(|body| (body["type"].clone(), body["sequence"].clone())).collect()
    };
    let both = [(json!("waiting.offered"), json!(1)), (json!("waiting.expired"), json!(2))];
    assert_eq!((told(&mine), told(&theirs)), (both.to_vec(), both.to_vec()));
    assert!(mine.got().iter().all(|call| !call.body.contains(&next.to_string())), "never of another's");
}

#[tokio::test]
async fn an_offer_that_nobody_needs_any_more_is_told_to_the_machine_too() {
    let (house, session) = house_with_session(2).await;
    let staff = officer(&house);
    let first = books(&house, &staff, session, 9).await;
    let (_, context) = machine(&house, "a hospital").await;
    let offered = waits(&house, &context, session, 1).await;
    waits(&house, &context, session, 2).await;
    booking::cancel(&house.services, &staff, Handle::Id(first), None).await.expect("cancelled");
    let open = OpenDoor {
        key: OpenDoorId(Uuid::from_u128(6)),
        what: Scope::Session(session),
        note_zh: String::new(),
        note_en: String::new(),
    };
    booking::open_door(&house.services, &staff, open).await.expect("no booking is needed");
    let all = written(&house).await;
    let told: Vec<_> = all.iter().filter(|(kind, _)| kind == "waiting.expired").map(|(_, data)| data).collect();
    assert_eq!(told.len(), 1, "of the offer, and not of who only waited: {all:?}");
    assert_eq!((&told[0]["waiting"], &told[0]["state"]), (&json!(offered), &json!("not_needed")));
    assert!(told[0].get("until").is_none());
}

#[tokio::test]
async fn without_its_news_there_is_no_offer() {
    let (house, session) = house_with_session(2).await;
    let staff = officer(&house);
    let first = books(&house, &staff, session, 9).await;
    let (_, context) = machine(&house, "a hospital").await;
    waits(&house, &context, session, 1).await;
    // The news cannot be written: then there is no offer either.
    let owner = house.db.owner_pool();
    let refuse = "alter table webhook_event add constraint nobody check (kind <> 'waiting.offered')";
    sqlx::query(refuse).execute(&owner).await.expect("no such news");
    let failed = booking::cancel(&house.services, &staff, Handle::Id(first), None).await;
    assert!(failed.is_err(), "the offer and its news are one");
    sqlx::query("alter table webhook_event drop constraint nobody").execute(&owner).await.expect("news again");
    let offered: i64 = sqlx::query_scalar("select count(*) from waiting_entry where state = 'offered'")
        .fetch_one(&owner)
        .await
        .expect("a number");
    assert_eq!(offered, 0);
}

#[tokio::test]
async fn closing_a_session_tells_it_and_each_machines_booking() {
    let (house, session) = house_with_session(20).await;
    let (_, context) = machine(&house, "a hospital").await;
    let booked = books(&house, &context, session, 1).await;
    closes(&house, session).await;
    closes(&house, session).await;
    let all = written(&house).await;
    assert_eq!(kinds(&all), ["booking.created", "session.closed", "booking.cancelled"], "and not twice");
    assert_eq!((&all[1].1["session"], &all[1].1["state"]), (&json!(session), &json!("closed")));
    assert_eq!((&all[2].1["booking"], &all[2].1["state"]), (&json!(booked), &json!("cancelled")));
}

#[tokio::test]
async fn a_session_is_told_when_the_house_changes_it() {
    let (house, session) = house_with_session(20).await;
    let staff = officer(&house);
    let seen = booking::session_now(&house.services, &staff, session).await.expect("the session");
    booking::change_places(&house.services, &staff, session, seen.version, 30, false).await.expect("changed");
    // Refused for its old version: nothing is told of what did not happen.
    let late = booking::change_places(&house.services, &staff, session, seen.version, 40, false).await;
    assert!(late.is_err());
    closes(&house, session).await;
    let seen = booking::session_now(&house.services, &staff, session).await.expect("the session");
    booking::reopen(&house.services, &staff, session, seen.version).await.expect("open again");
    let all = written(&house).await;
    assert_eq!(kinds(&all), ["session.changed", "session.closed", "session.changed"]);
    assert_eq!(
        (&all[0].1["capacity"], &all[0].1["free"], &all[0].1["state"]),
        (&json!(30), &json!(30), &json!("open"))
    );
    assert_eq!(all[2].1["state"], "open");
}

#[tokio::test]
async fn events_are_told_when_they_are_shown_moved_and_taken_back() {
    let house = TestHouse::new().await;
    let (services, system) = (&house.services, house.services.system());
    let event = outreach::add_event(services, &system, lecture("yunyu")).await.expect("an event");
    let session = date(&house, event, "2026-08-01T09:00:00+08:00", 90, 20).await;
    let version = async || now(&house, event).await.version;
    outreach::publish(services, &system, event, version().await, true).await.expect("shown");
    outreach::publish(services, &system, event, version().await, true).await.expect("pressed twice");
    let at = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant");
    let seen = booking::session_now(services, &system, session).await.expect("the date");
    let times = (at("2026-08-02T09:00:00+08:00"), at("2026-08-02T10:30:00+08:00"));
    outreach::move_date(services, &system, (event, session), seen.version, times).await.expect("moved");
    outreach::publish(services, &system, event, version().await, false).await.expect("taken back");
    let all = written(&house).await;
    assert_eq!(kinds(&all), ["event.published", "session.changed", "event.withdrawn"]);
    assert_eq!(all[0].1, json!({ "event": event, "slug": "yunyu", "published": true }));
    assert_eq!(all[1].1["starts_at"], "2026-08-02T01:00:00Z");
}

#[tokio::test]
async fn stops_of_the_bus_are_told_without_who_asked_for_them() {
    let (house, vehicles, crews) = bus::garage(1, 1).await;
    let id = bus::ask_for_the_bus(&house, 1, "weifang").await;
    bus::propose(&house, id, vehicles[0], crews[0], ("09:00", "11:00")).await.expect("proposed");
    let school = house.context(Actor::Anonymous);
    services::bus::accept(&house.services, &school, &bus::link(&house, id).await, None).await.expect("accepted");
    assert!(written(&house).await.is_empty(), "nobody else knows of it yet");
    let staff = bus::dispatcher(&house.services, 7);
    let version = bus::request(&house, id).await.version;
    services::bus::to_itinerary(&house.services, &staff, id, version).await.expect("in the itinerary");
    house.services.clock.advance(SignedDuration::from_hours(24 * 53));
    let (staff, version) = (bus::dispatcher(&house.services, 7), bus::request(&house, id).await.version);
    services::bus::visited(&house.services, &staff, id, version, 118).await.expect("noted");
    let all = written(&house).await;
    assert_eq!(kinds(&all), ["bus.stop.published", "bus.stop.changed"]);
    let names: Vec<&str> = all[0].1.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(names, ["city", "ends_at", "starts_at", "state", "stop"], "neither the school nor its street");
    assert_eq!(
        (&all[0].1["city"], &all[0].1["state"], &all[1].1["state"]),
        (&json!("weifang"), &json!("scheduled"), &json!("visited"))
    );
}
