//! No booking needed: nothing new is booked through any door, what is booked stays, who waits is told once, nobody owes their
//! coming, and all of it can be taken back.

use super::closing::{closing, number, work};
use super::waiting::{Party, join, joined, look};
use super::{
    add_session, book, house_with_session, machine, museum, network, officer, party, people_booked, person, steward,
};
use domain::account::{Actor, Denied};
use domain::booking::{DoorRefusal, PartySize, Refusal, WaitingState};
use domain::field::Fault;
use domain::ids::{BookingId, OpenDoorId, SessionId};
use jiff::{Timestamp, civil};
use services::Context;
use services::booking::{self, BookingError, BookingState, Handle, OnBehalf, OpenDoor, Reached, Scope, Ticket};
use testkit::TestHouse;
use uuid::Uuid;

const DAY: Scope = Scope::Day(civil::date(2026, 7, 21));

pub fn free(context: &Context, what: Scope) -> OpenDoor {
    let key: OpenDoorId = context.new_id();
    OpenDoor { key, what, note_zh: "公众开放日".into(), note_en: "open day".into() }
}

pub async fn set(house: &TestHouse, what: Scope) -> Reached {
    let by = officer(house);
    booking::open_door(&house.services, &by, free(&by, what)).await.expect("no booking is needed")
}

pub async fn take_back(house: &TestHouse, what: Scope) -> Result<u32, BookingError> {
    booking::booking_again(&house.services, &officer(house), what, None).await
}

pub fn just_come<T: std::fmt::Debug>(answer: Result<T, BookingError>) {
    assert!(matches!(answer, Err(BookingError::Refused(Refusal::NoBookingNeeded))), "{answer:?}");
}

pub fn go_to(house: &TestHouse, instant: &str) {
    let instant: Timestamp = instant.parse().expect("an instant");
    house.services.clock.advance(instant.duration_since(house.now()));
}

async fn begin(house: &TestHouse, session: SessionId) -> Result<domain::ids::DraftId, BookingError> {
    let (visitor, two) = (house.context(Actor::Anonymous), PartySize::new(2).expect("a size"));
    booking::begin(&house.services, &visitor, session, two, "a browser", &network()).await
}

async fn view(house: &TestHouse, id: BookingId) -> booking::BookingView {
    booking::view(&house.services, &officer(house), &Handle::Id(id)).await.expect("it is there")
}

#[tokio::test]
async fn nothing_new_is_booked_through_any_door_and_what_is_booked_stays() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-21T09:00:00+08:00", 5).await;
    let evening = add_session(&house, "2026-07-21T15:00:00+08:00", 5).await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 5).await;
    let stays = book(&house.services, morning, 1, 3).await.expect("there is room").booking;
    let moves = book(&house.services, other, 2, 2).await.expect("there is room").booking;
    let draft = begin(&house, evening).await.expect("there is room");

    assert_eq!(set(&house, DAY).await, Reached { sessions: 2, bookings: 1, people: 3, waiting: 0 });
    assert_eq!(set(&house, DAY).await, Reached::default(), "a colleague's form");
    let done = "select count(*) from audit_entry where action = 'session.open_door' and detail->>'day' = '2026-07-21'";
    assert_eq!(number(&house, done).await, 2);
    assert_eq!(number(&house, "select count(*) from hold").await, 0, "nobody's form keeps places");

    for session in [morning, evening] {
        just_come(book(&house.services, session, 50, 1).await);
        let asked = OnBehalf { session, person: person(51), party: party(1, 0), key: format!("desk {session}") };
        just_come(booking::book(&house.services, &officer(&house), asked).await);
        just_come(begin(&house, session).await);
        just_come(join(&house, &house.services, session, &[], 52, 2).await);
        just_come(booking::move_to(&house.services, &officer(&house), Handle::Id(moves), None, session).await);
    }
    let visitor = house.context(Actor::Anonymous);
    let read = booking::read(&house.services, &visitor, draft, "a browser").await.expect("the draft is there");
    let who = person(3);
    let contact = who.contact.expect("an address");
    just_come(booking::save(&house.services, &visitor, &read, who.name, contact, party(2, 0), &network()).await);
    assert_eq!(
        number(&house, "select count(*) from booking_draft where sealed is not null").await,
        0,
        "nothing is kept"
    );
    assert_eq!(number(&house, "select count(*) from one_time_code").await, 0, "no code is sent for nothing");

    let museum = booking::museum(&house.services).await.expect("the museum");
    assert_eq!(museum.upcoming(house.now()).map(|s| s.id).collect::<Vec<_>>(), [other], "nothing else is for booking");
    assert_eq!(museum.open_doors(house.now()).map(|s| s.id).collect::<Vec<_>>(), [morning, evening]);
    assert_eq!(museum.notes[&morning], ("公众开放日".to_owned(), "open day".to_owned()));

    let more = booking::change_party(&house.services, &officer(&house), Handle::Id(stays), None, party(4, 0)).await;
    just_come(more);
    let standing = view(&house, stays).await;
    assert_eq!((standing.state, standing.open_door), (BookingState::Confirmed, true));
    booking::cancel(&house.services, &machine(&house.services), Handle::Id(stays), None).await.expect("given back");
    assert_eq!(people_booked(&house, morning).await, 0);

    assert_eq!(take_back(&house, DAY).await.expect("taken back"), 2);
    assert!(matches!(take_back(&house, DAY).await, Err(BookingError::StateHasChanged)), "there is nothing left");
    book(&house.services, morning, 60, 5).await.expect("it is to be booked again");
    begin(&house, evening).await.expect("so is the other");
}

#[tokio::test]
async fn who_may_and_what_of() {
    let (house, session) = house_with_session(5).await;
    let by = officer(&house);
    let denied = booking::open_door(&house.services, &steward(&house), free(&by, Scope::Session(session))).await;
    assert!(matches!(denied, Err(BookingError::Denied(Denied::NotAllowed))), "{denied:?}");
    let denied = booking::booking_again(&house.services, &steward(&house), Scope::Session(session), None).await;
    assert!(matches!(denied, Err(BookingError::Denied(Denied::NotAllowed))), "{denied:?}");
    let half = OpenDoor { note_en: " ".into(), ..free(&by, Scope::Session(session)) };
    match booking::open_door(&house.services, &by, half).await {
        Err(BookingError::Fields(e)) => assert_eq!((e[0].field.as_str(), e[0].fault), ("note_en", Fault::Required)),
        other => panic!("a note is for everybody: {other:?}"),
    }
    let unusable = OpenDoor { note_zh: "开放\0日".into(), ..free(&by, Scope::Session(session)) };
    match booking::open_door(&house.services, &by, unusable).await {
        Err(BookingError::Fields(e)) => {
            assert_eq!((e[0].field.as_str(), e[0].fault), ("note_zh", Fault::TextCharacters));
        }
        other => panic!("no database keeps it: {other:?}"),
    }
    let silent = OpenDoor { note_zh: String::new(), note_en: String::new(), ..free(&by, Scope::Session(session)) };
    let key = silent.key;
    assert_eq!(booking::open_door(&house.services, &by, silent).await.expect("without a note").sessions, 1);
    assert_eq!(booking::open_door_note(&house.services, session).await.expect("read"), None);
    let reused = booking::open_door(&house.services, &by, OpenDoor { key, ..free(&by, DAY) }).await;
    assert!(matches!(reused, Err(BookingError::KeyReused)), "{reused:?}");
    let old = booking::booking_again(&house.services, &by, Scope::Session(session), Some(1)).await;
    assert!(matches!(old, Err(BookingError::StateHasChanged)), "{old:?}");
    go_to(&house, "2026-07-21T10:30:00+08:00");
    let by = officer(&house);
    let late = booking::open_door(&house.services, &by, free(&by, Scope::Session(session))).await;
    assert!(matches!(late, Err(BookingError::Refused(Refusal::TooLate))), "{late:?}");
    let late = take_back(&house, Scope::Session(session)).await;
    assert!(matches!(late, Err(BookingError::Refused(Refusal::TooLate))), "what happened stays: {late:?}");
}

/// Two full sessions of a day and one of the next, with parties that wait.
pub async fn waiting_house() -> (TestHouse, [SessionId; 3], booking::Booked) {
    let house = TestHouse::new().await;
    museum(&house).await;
    let mut all = Vec::new();
    let mut first = None;
    for (n, at) in ["21T09", "21T15", "22T09"].into_iter().enumerate() {
        let session = add_session(&house, &format!("2026-07-{at}:00:00+08:00"), 2).await;
        let booked = book(&house.services, session, n, 2).await.expect("there is room");
        first = first.or(Some(booked));
        all.push(session);
    }
    (house, [all[0], all[1], all[2]], first.expect("a booking"))
}

pub async fn told(house: &TestHouse, n: usize) -> Vec<String> {
    sqlx::query_scalar("select subject from dev_mailbox where recipient = $1")
        .bind(format!("guest{n}@example.com"))
        .fetch_all(&house.db.owner_pool())
        .await
        .expect("the mail")
}

pub fn begins(told: &[String], with: &str) -> usize {
    told.iter().filter(|subject| subject.starts_with(with)).count()
}

async fn state(house: &TestHouse, party: &Party) -> WaitingState {
    look(house, party).await.state
}

#[tokio::test]
async fn who_waits_is_told_once_that_they_can_come_and_told_when_that_is_taken_back() {
    let (house, [morning, evening, next], first) = waiting_house().await;
    let offered = joined(&house, morning, 11, 2).await;
    let both = join(&house, &house.services, morning, &[evening], 12, 2).await.expect("on both lists");
    let on = join(&house, &house.services, morning, &[next], 13, 2).await.expect("on both lists");
    booking::cancel(&house.services, &officer(&house), Handle::Id(first.booking), None).await.expect("cancelled");
    assert_eq!(state(&house, &offered).await, WaitingState::Offered);
    work(&house.services).await;
    let before = [told(&house, 11).await.len(), told(&house, 12).await.len(), told(&house, 13).await.len()];

    assert_eq!(set(&house, DAY).await.waiting, 2);
    set(&house, DAY).await;
    assert_eq!(state(&house, &offered).await, WaitingState::NotNeeded);
    assert_eq!(state(&house, &both).await, WaitingState::NotNeeded);
    assert_eq!(state(&house, &on).await, WaitingState::Waiting, "for the next day");
    work(&house.services).await;
    for (n, before) in [11, 12, 13].into_iter().zip(before) {
        let told = told(&house, n).await;
        assert_eq!((told.len(), begins(&told, "当天免预约，直接来就行")), (before + 1, 1), "{n}: {told:?}");
    }
    let anybody = house.context(Actor::Anonymous);
    just_come(booking::accept(&house.services, &anybody, &offered.link, morning).await);

    take_back(&house, DAY).await.expect("taken back");
    work(&house.services).await;
    let again = ["这场恢复预约", "这几场恢复预约", "这场恢复预约"];
    for ((n, before), again) in [11, 12, 13].into_iter().zip(before).zip(again) {
        let told = told(&house, n).await;
        assert_eq!((told.len(), begins(&told, again)), (before + 2, 1), "{n}: {told:?}");
    }
    assert_eq!(state(&house, &both).await, WaitingState::NotNeeded, "what ended stays ended");
    let late = booking::accept(&house.services, &anybody, &offered.link, morning).await;
    assert!(matches!(late, Err(BookingError::Refused(Refusal::OfferEnded))), "{late:?}");
    join(&house, &house.services, evening, &[], 11, 2).await.expect("they may wait again");
}

#[tokio::test]
async fn what_is_not_true_any_more_is_not_told() {
    let (house, [morning, ..], _) = waiting_house().await;
    joined(&house, morning, 11, 2).await;
    work(&house.services).await;
    let before = told(&house, 11).await.len();
    set(&house, Scope::Session(morning)).await;
    take_back(&house, Scope::Session(morning)).await.expect("taken back before anybody was told");
    work(&house.services).await;
    let told = told(&house, 11).await;
    assert_eq!((told.len(), begins(&told, "这场恢复预约")), (before + 1, 1), "{told:?}");
}

#[tokio::test]
async fn who_was_told_to_just_come_is_told_once_that_it_is_closed() {
    let (house, [morning, _, next], _) = waiting_house().await;
    let over = joined(&house, morning, 11, 2).await;
    join(&house, &house.services, morning, &[next], 12, 2).await.expect("on both lists");
    set(&house, Scope::Session(morning)).await;
    let queued = "select count(*) from job where kind = 'messages.waiting_open_door'";
    assert_eq!(number(&house, queued).await, 2, "no server of before reads them");
    work(&house.services).await;
    let before = [told(&house, 11).await.len(), told(&house, 12).await.len()];
    let by = officer(&house);
    for _ in 0..2 {
        booking::close(&house.services, &by, closing(&by, Scope::Session(morning))).await.expect("closed");
    }
    work(&house.services).await;
    for (n, before) in [11, 12].into_iter().zip(before) {
        let told = told(&house, n).await;
        assert_eq!((told.len(), begins(&told, "这场已关闭，请不要前来")), (before + 1, 1), "{n}: {told:?}");
    }
    assert_eq!(state(&house, &over).await, WaitingState::NotNeeded, "what ended stays ended");
}

async fn admit(house: &TestHouse, booking: BookingId, present: u32) -> booking::DoorAnswer {
    let nonce = Uuid::from_u128(u128::from_be_bytes(services::crypto::random()));
    booking::admit(&house.services, &steward(house), nonce, Ticket::Booking(booking), present, None)
        .await
        .expect("an answer")
}

#[tokio::test]
async fn the_door_admits_late_passes_and_counts_who_walks_in_to_the_session() {
    let (house, session) = house_with_session(20).await;
    let next = add_session(&house, "2026-07-21T10:30:00+08:00", 20).await;
    let pass = book(&house.services, session, 1, 3).await.expect("there is room").booking;
    let bound = book(&house.services, next, 2, 2).await.expect("there is room").booking;
    set(&house, Scope::Session(session)).await;
    go_to(&house, "2026-07-21T10:20:00+08:00");
    assert_eq!(admit(&house, pass, 3).await.expect("whoever comes is let in").arrived, 3);
    let door = steward(&house);
    // The next session's door is open by now; whoever comes without a booking can only have come for this one.
    booking::walk_in(&house.services, &door, Uuid::from_u128(5), 4).await.expect("counted");
    booking::walk_in(&house.services, &door, Uuid::from_u128(5), 4).await.expect("counted once");
    let seen = booking::session_now(&house.services, &officer(&house), session).await.expect("it is there");
    assert_eq!((seen.walked, seen.arrived, seen.facts.booked), (4, 3, 3));
    assert_eq!(booking::inside(&house.services, &door).await.expect("a number"), 7, "both kinds");
    go_to(&house, "2026-07-21T11:20:00+08:00");
    assert!(matches!(admit(&house, bound, 2).await, Err(DoorRefusal::TooLate { .. })), "the other is as it was");
    booking::walk_in(&house.services, &steward(&house), Uuid::from_u128(6), 1).await.expect("counted");
    let seen = booking::session_now(&house.services, &officer(&house), next).await.expect("it is there");
    assert_eq!(seen.walked, 1, "counted to what goes on");
    let person = "select count(*) from information_schema.columns where table_name = 'door_count'
                  and column_name not in ('id', 'activity_id', 'kind', 'people', 'at', 'steward_id', 'session_id')";
    assert_eq!(number(&house, person).await, 0, "numbers, and nothing of anybody");
}

#[tokio::test]
async fn nobody_is_marked_where_a_booking_obliges_nobody() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let mut missed = Vec::new();
    let mut sessions = Vec::new();
    for hour in ["09", "11", "13", "15"] {
        let session = add_session(&house, &format!("2026-07-21T{hour}:00:00+08:00"), 20).await;
        let n = missed.len() * 10;
        let there = book(&house.services, session, n, 1).await.expect("there is room");
        missed.push(book(&house.services, session, n + 1, 2).await.expect("there is room").booking);
        sessions.push((session, there.booking, hour));
    }
    // The first is free all the time, the second was until before it began, the third until while it ran, the fourth never.
    for (session, ..) in &sessions[..3] {
        set(&house, Scope::Session(*session)).await;
    }
    take_back(&house, Scope::Session(sessions[1].0)).await.expect("before it begins");
    for (session, there, hour) in &sessions {
        go_to(&house, &format!("2026-07-21T{hour}:00:00+08:00"));
        admit(&house, *there, 1).await.expect("let in");
        if *hour == "13" {
            go_to(&house, "2026-07-21T13:10:00+08:00");
            take_back(&house, Scope::Session(*session)).await.expect("while it runs");
        }
    }
    go_to(&house, "2026-07-21T19:00:00+08:00");
    booking::mark_no_shows(&house.services).await.expect("marked");
    let mut marked = Vec::new();
    for booking in missed {
        let view = view(&house, booking).await;
        marked.push(booking::no_show_of(&house.services, &view, house.now()).await.expect("read").is_some());
    }
    assert_eq!(marked, [false, true, false, true]);
    let (from, until) = ("2026-07-20T16:00:00Z", "2026-07-21T16:00:00Z");
    let of = store::numbers::Of {
        kind: "museum",
        from: from.parse().expect("an instant"),
        until: until.parse().expect("an instant"),
    };
    let mut db = house.db.owner_pool().acquire().await.expect("a connection");
    let counted = store::numbers::sessions(&mut db, of, house.now()).await.expect("read");
    assert_eq!(counted.iter().map(|row| row.over).collect::<Vec<_>>(), marked, "nor counted as one");
}

#[tokio::test]
async fn a_session_made_later_follows_its_day() {
    let (house, session) = house_with_session(5).await;
    set(&house, DAY).await;
    let later = add_session(&house, "2026-07-21T15:00:00+08:00", 5).await;
    let other_day = add_session(&house, "2026-07-22T15:00:00+08:00", 5).await;
    just_come(book(&house.services, later, 1, 1).await);
    book(&house.services, other_day, 1, 1).await.expect("another day is another day");
    assert_eq!(take_back(&house, DAY).await.expect("taken back"), 2);
    let last = add_session(&house, "2026-07-21T17:00:00+08:00", 5).await;
    book(&house.services, last, 2, 1).await.expect("the day is as any other again");
    book(&house.services, session, 3, 1).await.expect("so are its sessions");
}

/// As if the server had died before it came to a session.
async fn undo(house: &TestHouse, session: SessionId) {
    let undo = "with undone as (update session set open_door_id = null where id = $1)
                update open_door_session set state = 'open' where session_id = $1";
    sqlx::query(undo).bind(session.0).execute(&house.db.owner_pool()).await.expect("undone");
}

/// Lets what is left to the job be done.
async fn finish(house: &TestHouse) {
    house.services.clock.advance(jiff::SignedDuration::from_mins(5));
    work(&house.services).await;
}

#[tokio::test]
async fn taking_it_back_stops_what_is_still_to_come() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-21T09:00:00+08:00", 5).await;
    let evening = add_session(&house, "2026-07-21T15:00:00+08:00", 5).await;
    set(&house, DAY).await;
    undo(&house, evening).await;
    assert_eq!(take_back(&house, DAY).await.expect("taken back"), 1, "the other was not reached yet");
    finish(&house).await;
    book(&house.services, morning, 1, 1).await.expect("bookings are needed again");
    book(&house.services, evening, 2, 1).await.expect("here they always were");

    set(&house, Scope::Session(evening)).await;
    undo(&house, evening).await;
    assert_eq!(take_back(&house, Scope::Session(evening)).await.expect("stopped, which is something done"), 0);
    finish(&house).await;
    book(&house.services, evening, 3, 1).await.expect("it was not reached");
}

#[tokio::test]
async fn an_act_passes_over_what_was_closed_meanwhile() {
    let (house, session) = house_with_session(5).await;
    set(&house, Scope::Session(session)).await;
    undo(&house, session).await;
    let by = officer(&house);
    booking::close(&house.services, &by, closing(&by, Scope::Session(session))).await.expect("closed");
    finish(&house).await;
    let states = "select count(*) from open_door_session where state = 'void'";
    assert_eq!(number(&house, states).await, 1, "nobody was told to just come, and nobody is excused");
}

#[tokio::test]
async fn a_server_that_dies_half_way_leaves_it_to_the_job_and_what_was_taken_back_stays_so() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-21T09:00:00+08:00", 5).await;
    let evening = add_session(&house, "2026-07-21T15:00:00+08:00", 5).await;
    let by = officer(&house);
    let act = free(&by, DAY);
    booking::open_door(&house.services, &by, act.clone()).await.expect("set");
    undo(&house, evening).await;
    take_back(&house, Scope::Session(morning)).await.expect("taken back");
    house.services.clock.advance(jiff::SignedDuration::from_mins(5));
    work(&house.services).await;
    just_come(book(&house.services, evening, 1, 1).await);
    book(&house.services, morning, 2, 1).await.expect("bookings are needed again");
    assert_eq!(booking::open_door(&house.services, &by, act).await.expect("sent again"), Reached::default());
    book(&house.services, morning, 3, 1).await.expect("the form of before does nothing any more");
}
