//! Closing sessions and days: everybody told once, nothing done twice, nobody left behind.

use super::{
    add_session, book, house_with_session, is_full, machine, museum, network, officer, people_booked, steward,
};
use domain::account::{Actor, Denied};
use domain::booking::{PartySize, Refusal};
use domain::field::Fault;
use domain::ids::{BookingId, ClosureId, SessionId};
use jiff::{SignedDuration, civil};
use services::booking::{self, BookingError, BookingState, Claims, Closing, Guard, Handle, Reached, Scope};
use services::jobs::Handlers;
use services::{Context, Services};
use std::collections::HashSet;
use testkit::{Gate, TestHouse};

pub fn closing(context: &Context, what: Scope) -> Closing {
    let key: ClosureId = context.new_id();
    Closing { key, what, reason_zh: "设备检修".into(), reason_en: "maintenance".into() }
}

/// Does what is due now.
pub async fn work(services: &Services) {
    let handlers = booking::open_door_handlers(services::messages::handlers(Handlers::new()));
    let handlers = booking::closing_handlers(handlers);
    services::jobs::drain(services, &handlers).await.expect("the work is done");
}

pub async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number")
}

const SENT: &str = "select count(*) from message where template = 'closed' and state = 'sent'";

#[tokio::test]
async fn a_day_is_closed_and_each_of_thirty_seven_is_told_once() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let mut sessions = Vec::new();
    for hour in ["09", "11", "14", "16"] {
        sessions.push(add_session(&house, &format!("2026-07-21T{hour}:00:00+08:00"), 30).await);
    }
    let other_day = add_session(&house, "2026-07-22T09:00:00+08:00", 60).await;
    for n in 0..37 {
        book(&house.services, sessions[n % 4], n, 1 + (n % 3) as u32).await.expect("there is room");
    }
    let elsewhere = book(&house.services, other_day, 99, 2).await.expect("there is room");
    let visitor = house.context(Actor::Anonymous);
    let two = PartySize::new(2).expect("a size");
    booking::begin(&house.services, &visitor, sessions[0], two, "a browser", &network()).await.expect("there is room");
    let by = officer(&house);
    let what = Scope::Day(civil::date(2026, 7, 21));
    let touched = booking::touched(&house.services, &by, what).await.expect("a preview");
    assert_eq!(touched.iter().map(|t| t.bookings).sum::<u32>(), 37);
    assert_eq!((touched.len(), touched[0].held), (4, 2));
    let people = touched.iter().map(|t| t.people).sum::<u32>();

    let act = closing(&by, what);
    let ended = booking::close(&house.services, &by, act.clone()).await.expect("closed");
    assert_eq!(ended, Reached { sessions: 4, bookings: 37, people, waiting: 0 });
    // Pressed again, and by a colleague with a form of their own.
    assert_eq!(booking::close(&house.services, &by, act).await.expect("again"), Reached::default());
    assert_eq!(booking::close(&house.services, &by, closing(&by, what)).await.expect("again"), Reached::default());

    work(&house.services).await;
    house.services.clock.advance(SignedDuration::from_secs(90));
    work(&house.services).await;
    assert_eq!(number(&house, SENT).await, 37);
    let recipients = "select count(distinct recipient) from dev_mailbox where body_text like '%设备检修%'";
    assert_eq!(
        (
            number(&house, recipients).await,
            number(&house, "select count(*) from dev_mailbox where body_text like '%设备检修%'").await
        ),
        (37, 37)
    );
    let whole = "select count(*) from dev_mailbox where body_text like '%https://test.example/rebook/%'
                 and body_text like '%2026年7月22日（周三）09:00–10:30%'
                 and attachments::text like '%METHOD:CANCEL%' and attachments::text like '%SEQUENCE:1%'";
    assert_eq!(number(&house, whole).await, 37, "reason, link, alternative and calendar in each");
    let reminders = "select count(*) from job where dedupe like 'reminder:%' and payload::text not like '%' || (select id::text from booking where people = 2 and state = 'confirmed') || '%'";
    assert_eq!(number(&house, reminders).await, 0, "nobody is reminded of a closed session");
    assert_eq!(
        number(&house, "select count(*) from hold where expires_at > timestamptz '2026-07-20 12:00+08'").await,
        0
    );
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'session.closed'").await, 4);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'booking.cancelled'").await, 37);
    let standing =
        booking::view(&house.services, &officer(&house), &Handle::Id(elsewhere.booking)).await.expect("it stands");
    assert_eq!(standing.state, BookingState::Confirmed, "another day is another day");
    for session in sessions {
        let late = book(&house.services, session, 50, 1).await;
        assert!(matches!(late, Err(BookingError::Refused(Refusal::SessionClosed))), "{late:?}");
    }
}

#[tokio::test]
async fn who_may_close_and_with_what_reason() {
    let (house, session) = house_with_session(5).await;
    let by = officer(&house);
    let denied = booking::close(&house.services, &steward(&house), closing(&by, Scope::Session(session))).await;
    assert!(matches!(denied, Err(BookingError::Denied(Denied::NotAllowed))), "{denied:?}");
    let unusable = Closing { reason_zh: "停\0电".into(), ..closing(&by, Scope::Session(session)) };
    match booking::close(&house.services, &by, unusable).await {
        Err(BookingError::Fields(errors)) => {
            assert_eq!((errors[0].field.as_str(), errors[0].fault), ("reason_zh", Fault::TextCharacters));
        }
        other => panic!("no database keeps it: {other:?}"),
    }
    let silent = Closing { reason_en: "  ".into(), ..closing(&by, Scope::Session(session)) };
    match booking::close(&house.services, &by, silent).await {
        Err(BookingError::Fields(errors)) => {
            assert_eq!((errors[0].field.as_str(), errors[0].fault), ("reason_en", Fault::Required))
        }
        other => panic!("a reason is asked for: {other:?}"),
    }
    let act = closing(&by, Scope::Session(session));
    booking::close(&house.services, &by, act.clone()).await.expect("closed");
    let day = Closing { what: Scope::Day(civil::date(2026, 7, 21)), ..act };
    let reused = booking::close(&house.services, &by, day).await;
    assert!(matches!(reused, Err(BookingError::KeyReused)), "{reused:?}");
}

#[tokio::test]
async fn a_key_closes_the_session_it_was_made_for_and_no_other() {
    let (house, session) = house_with_session(5).await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 5).await;
    book(&house.services, other, 1, 2).await.expect("there is room");
    let by = officer(&house);
    let act = closing(&by, Scope::Session(session));
    booking::close(&house.services, &by, act.clone()).await.expect("closed");
    let reused = Closing { what: Scope::Session(other), ..act.clone() };
    let reused = booking::close(&house.services, &by, reused).await;
    assert!(matches!(reused, Err(BookingError::KeyReused)), "{reused:?}");
    assert_eq!(people_booked(&house, other).await, 2);
    assert_eq!(booking::close(&house.services, &by, act).await.expect("the same again"), Reached::default());
}

#[tokio::test]
async fn a_closed_day_gets_another_session_only_when_it_is_meant() {
    let house = TestHouse::new().await;
    museum(&house).await;
    add_session(&house, "2026-07-21T09:00:00+08:00", 5).await;
    let by = officer(&house);
    booking::close(&house.services, &by, closing(&by, Scope::Day(civil::date(2026, 7, 21)))).await.expect("closed");
    let starts: jiff::Timestamp = "2026-07-21T15:00:00+08:00".parse().expect("an instant");
    let ends = starts + SignedDuration::from_mins(90);
    match booking::add_session(&house.services, &by, starts, ends, 5, false).await {
        Err(BookingError::Fields(errors)) => {
            assert_eq!((errors[0].field.as_str(), errors[0].fault), ("closed_anyway", Fault::MustAccept))
        }
        other => panic!("that the day is closed is asked about: {other:?}"),
    }
    let added = booking::add_session(&house.services, &by, starts, ends, 5, true).await.expect("meant");
    book(&house.services, added, 1, 2).await.expect("it is open");
}

#[tokio::test]
async fn nothing_is_booked_for_a_contact_that_was_erased() {
    let (house, session) = house_with_session(5).await;
    let other = add_session(&house, "2026-07-22T09:00:00+08:00", 5).await;
    let old = book(&house.services, session, 1, 2).await.expect("there is room");
    let by = officer(&house);
    let seen = booking::view(&house.services, &by, &Handle::Id(old.booking)).await.expect("it is there");
    booking::close(&house.services, &by, closing(&by, Scope::Session(session))).await.expect("closed");
    let link = booking::rebook_link(&house.services, old.booking, seen.ends_at);
    sqlx::query("update booking set mail_sealed = null, mail_index = null where id = $1")
        .bind(old.booking.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("erased");
    let anybody = house.context(Actor::Anonymous);
    let looked = booking::rebooking(&house.services, &anybody, &link).await;
    assert!(matches!(looked, Err(BookingError::NotFound)), "nobody is left to look");
    let made = booking::rebook(&house.services, &anybody, &link, other).await;
    assert!(matches!(made, Err(BookingError::NotFound)), "{made:?}");
    assert_eq!(people_booked(&house, other).await, 0);
}

#[tokio::test]
async fn a_party_that_is_inside_stays_booked() {
    let (house, session) = house_with_session(9).await;
    let inside = book(&house.services, session, 1, 3).await.expect("there is room");
    book(&house.services, session, 2, 3).await.expect("there is room");
    house.services.clock.advance(SignedDuration::from_hours(21));
    let ticket = booking::Ticket::Booking(inside.booking);
    let nonce = uuid::Uuid::from_u128(1);
    let answer = booking::admit(&house.services, &steward(&house), nonce, ticket, 2, None).await.expect("an answer");
    answer.expect("they come in");
    let by = officer(&house);
    let ended = booking::close(&house.services, &by, closing(&by, Scope::Session(session))).await.expect("closed");
    assert_eq!((ended.bookings, ended.people), (1, 3));
    assert_eq!(people_booked(&house, session).await, 3);
}

#[tokio::test]
async fn another_session_is_booked_by_link_once() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let closed = add_session(&house, "2026-07-21T14:00:00+08:00", 10).await;
    let near = add_session(&house, "2026-07-21T16:00:00+08:00", 10).await;
    let full = add_session(&house, "2026-07-21T12:00:00+08:00", 3).await;
    let next = add_session(&house, "2026-07-22T14:00:00+08:00", 10).await;
    add_session(&house, "2026-07-25T14:00:00+08:00", 10).await;
    book(&house.services, full, 2, 2).await.expect("there is room");
    let old = book(&house.services, closed, 1, 2).await.expect("there is room");
    let before = booking::view(&house.services, &officer(&house), &Handle::Id(old.booking)).await.expect("it is there");
    let link = booking::rebook_link(&house.services, old.booking, before.ends_at);
    let anybody = house.context(Actor::Anonymous);
    let early = booking::rebooking(&house.services, &anybody, &link).await;
    assert!(matches!(early, Err(BookingError::NotFound)), "nothing was closed yet");
    let by = officer(&house);
    booking::close(&house.services, &by, closing(&by, Scope::Session(closed))).await.expect("closed");
    let offer = booking::rebooking(&house.services, &anybody, &link).await.expect("the link is good");
    assert_eq!(offer.others.iter().map(|s| s.id).collect::<Vec<_>>(), [near, next], "the two nearest with room");
    assert_eq!(offer.reason, Some(("设备检修".to_owned(), "maintenance".to_owned())));
    let made = booking::rebook(&house.services, &anybody, &link, next).await.expect("there is room");
    let again = booking::rebook(&house.services, &anybody, &link, near).await.expect("the same");
    assert_eq!(made, again, "pressed twice, on two sessions: one booking");
    assert_eq!((people_booked(&house, next).await, people_booked(&house, near).await), (2, 0));
    let now = booking::rebooking(&house.services, &anybody, &link).await.expect("the link is good");
    assert_eq!(now.instead.map(|(id, _)| id), Some(made));
    // One purpose never stands for another.
    let manage = booking::manage_link(&house.services, old.booking, before.ends_at);
    assert!(matches!(booking::rebooking(&house.services, &anybody, &manage).await, Err(BookingError::NotFound)));
    let as_manage = booking::view(&house.services, &anybody, &Handle::Link(link)).await;
    assert!(matches!(as_manage, Err(BookingError::NotFound)), "{as_manage:?}");
}

#[tokio::test]
async fn a_session_opens_again_and_is_not_closed_by_what_was_queued() {
    let (house, session) = house_with_session(5).await;
    book(&house.services, session, 1, 2).await.expect("there is room");
    let by = officer(&house);
    booking::close(&house.services, &by, closing(&by, Scope::Session(session))).await.expect("closed");
    let old = booking::reopen(&house.services, &by, session, 1).await;
    assert!(matches!(old, Err(BookingError::StateHasChanged)), "{old:?}");
    booking::reopen(&house.services, &by, session, 2).await.expect("open again");
    house.services.clock.advance(SignedDuration::from_mins(5));
    work(&house.services).await;
    book(&house.services, session, 2, 5).await.expect("all of it is free");
    assert_eq!(number(&house, "select count(*) from booking where state = 'cancelled'").await, 1);
}

/// As if the server had died before it came to a session: it is open, its bookings stand, nobody was told.
async fn died_before(house: &TestHouse, session: SessionId) {
    let undo = "with undone as (update session set state = 'open', closure_id = null where id = $1),
                left_over as (update closure_session set state = 'open' where session_id = $1),
                told as (delete from job where dedupe = 'closed:' || (select id from booking where session_id = $1))
                update booking set state = 'confirmed', cancelled_at = null, cancelled_by = null, closure_id = null where session_id = $1";
    sqlx::query(undo).bind(session.0).execute(&house.db.owner_pool()).await.expect("undone");
}

#[tokio::test]
async fn a_form_sent_again_does_not_close_what_was_opened_since() {
    let (house, session) = house_with_session(5).await;
    let by = officer(&house);
    let act = closing(&by, Scope::Session(session));
    booking::close(&house.services, &by, act.clone()).await.expect("closed");
    booking::reopen(&house.services, &by, session, 2).await.expect("open again");
    book(&house.services, session, 1, 3).await.expect("it is open");
    let again = booking::close(&house.services, &by, act).await.expect("the act is done");
    assert_eq!(again, Reached::default());
    assert_eq!(people_booked(&house, session).await, 3);
    book(&house.services, session, 2, 2).await.expect("it is still open");
    let another = booking::close(&house.services, &by, closing(&by, Scope::Session(session))).await.expect("closed");
    assert_eq!((another.sessions, another.bookings), (1, 2), "another form closes it again");
}

#[tokio::test]
async fn of_two_acts_neither_closes_what_was_opened_since() {
    let (house, session) = house_with_session(5).await;
    let starts_at: store::SqlTimestamp = sqlx::query_scalar("select starts_at from session where id = $1")
        .bind(session.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a session");
    let by = officer(&house);
    let first = closing(&by, Scope::Session(session));
    booking::close(&house.services, &by, first).await.expect("closed");
    let second = closing(&by, Scope::Day(domain::time::local_day(starts_at.to_jiff())));
    booking::close(&house.services, &by, second.clone()).await.expect("closed already");
    // The second act's server died before it came to the session.
    let undo = "update closure_session set state = 'open' where closure_id = $1";
    sqlx::query(undo).bind(second.key.0).execute(&house.db.owner_pool()).await.expect("undone");
    booking::reopen(&house.services, &by, session, 2).await.expect("open again");
    book(&house.services, session, 1, 3).await.expect("it is open");
    house.services.clock.advance(SignedDuration::from_mins(5));
    work(&house.services).await;
    assert_eq!(people_booked(&house, session).await, 3);
}

#[tokio::test]
async fn opening_one_session_of_a_day_leaves_the_others_to_be_closed() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-21T09:00:00+08:00", 5).await;
    let evening = add_session(&house, "2026-07-21T15:00:00+08:00", 5).await;
    book(&house.services, evening, 1, 2).await.expect("there is room");
    let by = officer(&house);
    booking::close(&house.services, &by, closing(&by, Scope::Day(civil::date(2026, 7, 21)))).await.expect("closed");
    died_before(&house, evening).await;
    booking::reopen(&house.services, &by, morning, 2).await.expect("open again");
    book(&house.services, morning, 2, 2).await.expect("it is open");
    house.services.clock.advance(SignedDuration::from_mins(5));
    work(&house.services).await;
    assert_eq!((people_booked(&house, morning).await, people_booked(&house, evening).await), (2, 0));
}

#[tokio::test]
async fn what_a_dying_server_left_is_finished() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-21T09:00:00+08:00", 5).await;
    let evening = add_session(&house, "2026-07-21T15:00:00+08:00", 5).await;
    book(&house.services, morning, 1, 2).await.expect("there is room");
    book(&house.services, evening, 2, 2).await.expect("there is room");
    let by = officer(&house);
    booking::close(&house.services, &by, closing(&by, Scope::Day(civil::date(2026, 7, 21)))).await.expect("closed");
    died_before(&house, evening).await;
    house.services.clock.advance(SignedDuration::from_secs(61));
    work(&house.services).await;
    work(&house.services).await;
    assert_eq!(people_booked(&house, evening).await, 0);
    assert_eq!(number(&house, SENT).await, 2);
}

// ---- races ----------------------------------------------------------------------------------------------------------

mod races {
    use super::*;

    async fn servers(house: &TestHouse, guard: Guard) -> Vec<Services> {
        let mut all = Vec::new();
        for _ in 0..3 {
            let mut server = TestHouse::second(&house.db, house.services.clock.clone(), 4).await;
            server.claims = Claims::guarded_by(guard);
            all.push(server);
        }
        all
    }

    /// Sixty people book while two officers close. Answers who was told "booked".
    async fn storm(house: &TestHouse, servers: &[Services], session: SessionId, round: usize) -> HashSet<BookingId> {
        let bookers: Vec<_> = (0..60)
            .map(|n| {
                let server = servers[n % 2].clone();
                tokio::spawn(async move {
                    tokio::time::sleep(std::time::Duration::from_micros(300 * n as u64)).await;
                    book(&server, session, round * 100 + n, 1).await
                })
            })
            .collect();
        let officers: Vec<_> = (0..2)
            .map(|n| {
                let (server, by) = (servers[2].clone(), officer(house));
                tokio::spawn(async move {
                    tokio::time::sleep(std::time::Duration::from_millis(4 + n)).await;
                    let act = closing(&by, Scope::Session(session));
                    booking::close(&server, &by, act).await.expect("closed")
                })
            })
            .collect();
        let mut booked = HashSet::new();
        for one in bookers {
            match one.await.expect("no client panics") {
                Ok(made) => assert!(booked.insert(made.booking)),
                answer => assert!(
                    matches!(answer, Err(BookingError::Refused(Refusal::SessionClosed))) || is_full(&answer),
                    "{answer:?}"
                ),
            }
        }
        let mut told = 0;
        for one in officers {
            told += one.await.expect("no officer panics").bookings;
        }
        assert!(told as usize <= booked.len());
        booked
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_booking_is_there_to_be_ended_or_finds_the_session_closed() {
        let house = TestHouse::new().await;
        museum(&house).await;
        let servers = servers(&house, Guard::Lock).await;
        let mut met = false;
        for round in 0..6 {
            let session = add_session(&house, &format!("2026-07-2{}T09:00:00+08:00", 1 + round), 200).await;
            let booked = storm(&house, &servers, session, round).await;
            met |= !booked.is_empty() && booked.len() < 60;
            assert_eq!(people_booked(&house, session).await, 0, "nobody holds a booking of a closed session");
            let told: Vec<uuid::Uuid> = sqlx::query_scalar(
                "select (payload->>'booking')::uuid from job where dedupe like 'closed:%'
                 and (payload->>'booking')::uuid in (select id from booking where session_id = $1)",
            )
            .bind(session.0)
            .fetch_all(&house.db.owner_pool())
            .await
            .expect("a list");
            assert_eq!(told.len(), booked.len(), "each is told");
            assert_eq!(told.into_iter().map(BookingId).collect::<HashSet<_>>(), booked, "and each once");
        }
        assert!(met, "in no round did bookings and closing meet");
    }

    /// Whoever books has decided before the session is closed, and writes after it.
    #[tokio::test(flavor = "multi_thread")]
    async fn without_the_lock_somebody_books_a_closed_session() {
        let (house, session) = house_with_session(5).await;
        let servers = servers(&house, Guard::NegativeControl).await;
        let mut gate = Gate::before(&house.db, "booking").await;
        let (server, by) = (servers[0].clone(), officer(&house));
        let booked = tokio::spawn(async move { book(&server, session, 1, 1).await });
        gate.is_reached_by(1).await;
        booking::close(&servers[2], &by, closing(&by, Scope::Session(session))).await.expect("closed");
        gate.opens().await;
        booked.await.expect("no panic").expect("booked");
        let left = people_booked(&house, session).await;
        assert_eq!(left, 1, "a race that cannot go wrong proves nothing about the lock");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_cancellation_at_the_same_moment_is_told_as_one_of_the_two() {
        let house = TestHouse::new().await;
        museum(&house).await;
        let servers = servers(&house, Guard::Lock).await;
        for round in 0..5 {
            let session = add_session(&house, &format!("2026-07-2{}T09:00:00+08:00", 1 + round), 20).await;
            let made = book(&servers[0], session, round, 2).await.expect("there is room");
            let (one, two, by) = (servers[1].clone(), servers[2].clone(), officer(&house));
            let cancel =
                tokio::spawn(
                    async move { booking::cancel(&one, &machine(&one), Handle::Id(made.booking), None).await },
                );
            let close =
                tokio::spawn(async move { booking::close(&two, &by, closing(&by, Scope::Session(session))).await });
            let cancelled = cancel.await.expect("no panic").is_ok();
            let ended = close.await.expect("no panic").expect("closed").bookings;
            assert_eq!(u32::from(cancelled) + ended, 1, "ended by exactly one of the two");
        }
    }
}
