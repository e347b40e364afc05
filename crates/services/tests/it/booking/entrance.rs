//! The line before the form while sessions open for booking: nobody is quicker than the draw, nobody gets around it, and
//! nobody notices it on an ordinary day.

use super::waiting::network_of;
use super::{add_session, book, house_with_session, machine, officer, party, people_booked, person, steward};
use domain::account::Actor;
use domain::booking::{PartySize, Refusal, ReleaseRules, Room, Standing};
use domain::ids::{DraftId, ReleaseId, SessionId};
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use services::booking::{self, BookingError, Handle, Plan, Waits};
use services::crypto::draw::{commitment, lots};
use services::limits::Network;
use services::{Context, Services};
use std::collections::HashSet;
use testkit::TestHouse;

/// Plans that the day of the house's session opens in a minute.
async fn planned(house: &TestHouse, room: Room) -> ReleaseId {
    let rules = ReleaseRules { room, ..ReleaseRules::default() };
    let day = local_day("2026-07-21T09:00:00+08:00".parse().expect("an instant"));
    let plan = Plan { day, opens_at: house.now() + SignedDuration::from_secs(60), rules };
    booking::plan_release(&house.services, &officer(house), plan).await.expect("planned")
}

fn later(house: &TestHouse, seconds: i64) {
    house.services.clock.advance(SignedDuration::from_secs(seconds));
}

/// The n-th browser asks for two places.
async fn asks(services: &Services, session: SessionId, n: usize) -> Result<DraftId, BookingError> {
    asks_from(services, session, n, &network_of(n)).await
}

async fn asks_from(
    services: &Services,
    session: SessionId,
    n: usize,
    network: &Network,
) -> Result<DraftId, BookingError> {
    let anybody = services.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
    let two = PartySize::new(2).expect("a size");
    booking::begin(services, &anybody, session, two, &browser(n), network).await
}

fn browser(n: usize) -> String {
    format!("{n:032x}")
}

fn waits<T: std::fmt::Debug>(answer: Result<T, BookingError>) -> Waits {
    match answer {
        Err(BookingError::WaitingRoom(waits)) => *waits,
        other => panic!("not in the line: {other:?}"),
    }
}

fn ahead(standing: Standing) -> Option<u32> {
    match standing {
        Standing::Waiting { ahead } => Some(ahead),
        Standing::Admitted => None,
        other => panic!("not drawn: {other:?}"),
    }
}

#[tokio::test]
async fn on_an_ordinary_day_and_for_a_few_there_is_no_room() {
    let (house, session) = house_with_session(30).await;
    asks(&house.services, session, 1).await.expect("opened long ago");
    planned(&house, Room::Auto).await;
    let early = waits(asks(&house.services, session, 2).await);
    assert_eq!((early.number, early.standing), (1, Standing::Early));
    later(&house, 61);
    for n in 2..6 {
        asks(&house.services, session, n).await.expect("a few go straight to the form");
    }
}

#[tokio::test]
async fn who_is_quick_has_no_advantage_and_everybody_can_check_the_draw() {
    let (house, session) = house_with_session(200).await;
    let id = planned(&house, Room::Always).await;
    let promised = booking::release(&house.services, id).await.expect("there").commitment.clone();
    for n in 0..60 {
        assert_eq!(waits(asks(&house.services, session, n).await).standing, Standing::Early);
    }
    later(&house, 61);
    let first = waits(asks(&house.services, session, 0).await);
    assert_eq!((first.number, first.standing), (1, Standing::Drawing));
    assert!(first.seed().is_none(), "nobody knows the order before it is drawn");
    // The draw is over, and everybody had the time to hear of it.
    later(&house, 34);
    let behind = waits(asks(&house.services, session, 60).await);
    assert_eq!((behind.number, behind.release.line.in_draw()), (61, 60));
    assert!(ahead(behind.standing).expect("waits") >= 60 - behind.release.line.admitted);

    let seed = *behind.release.seed().expect("revealed");
    assert_eq!(commitment(&seed), promised, "the seed is the one that was promised");
    let drawn = lots(&seed, 60);
    let admitted = behind.release.line.admitted;
    for (n, lot) in drawn.into_iter().enumerate() {
        let ticket = asks(&house.services, session, n).await;
        if lot <= admitted {
            ticket.expect("let in");
        } else {
            assert_eq!(ahead(waits(ticket).standing), Some(lot - admitted - 1), "ticket {}", n + 1);
        }
    }
    later(&house, 2);
    let line = booking::release(&house.services, id).await.expect("there").line;
    assert!(line.admitted > admitted && line.admitted <= admitted + 21, "ten a second: {line:?}");
}

#[tokio::test]
async fn before_tickets_are_given_out_there_are_none() {
    let (house, session) = house_with_session(30).await;
    let rules = ReleaseRules { early_minutes: 5, ..ReleaseRules::default() };
    let day = local_day("2026-07-21T09:00:00+08:00".parse().expect("an instant"));
    let opens_at = house.now() + SignedDuration::from_mins(20);
    booking::plan_release(&house.services, &officer(&house), Plan { day, opens_at, rules }).await.expect("planned");
    let refused = asks(&house.services, session, 1).await;
    let soon = matches!(refused, Err(BookingError::Refused(Refusal::NotOpenYet { opens_at: at })) if at == opens_at);
    assert!(soon, "{refused:?}");
    let machine = book(&house.services, session, 1, 1).await;
    assert!(matches!(machine, Err(BookingError::Refused(Refusal::NotOpenYet { .. }))), "{machine:?}");
    later(&house, 15 * 60);
    waits(asks(&house.services, session, 1).await);
}

#[tokio::test]
async fn the_policys_own_opening_has_a_line_and_a_promise() {
    let (house, _) = house_with_session(30).await;
    // A day that opens at eight, fourteen days before.
    let session = add_session(&house, "2026-08-10T09:00:00+08:00", 30).await;
    let opens: Timestamp = "2026-07-27T08:00:00+08:00".parse().expect("an instant");
    house.services.clock.advance(opens.duration_since(house.now()) - SignedDuration::from_hours(2));
    assert_eq!(booking::promise_seeds(&house.services).await.expect("promised"), 1);
    assert_eq!(booking::promise_seeds(&house.services).await.expect("again"), 0);
    later(&house, 2 * 3600 - 60);
    for n in 0..11 {
        waits(asks(&house.services, session, n).await);
    }
    later(&house, 61);
    let eleven = waits(asks(&house.services, session, 3).await);
    assert_eq!(eleven.standing, Standing::Drawing, "eleven are more than the ten that need no room");
    assert!(eleven.release.committed_at < opens);
    house.services.clock.advance(SignedDuration::from_hours(1));
    asks(&house.services, session, 99).await.expect("the rush is over");
}

#[tokio::test]
async fn a_ticket_is_no_other_browsers_no_other_days_and_ends_with_its_release() {
    let (house, session) = house_with_session(30).await;
    planned(&house, Room::Always).await;
    let anybody = house.context(Actor::Anonymous);
    let ticket = waits(asks(&house.services, session, 1).await).ticket;
    let again = waits(asks(&house.services, session, 1).await);
    assert_eq!((again.number, &again.ticket), (1, &ticket), "a reload is no new ticket");
    let seen = async |text: &str, n: usize| {
        booking::ticket_standing(&house.services, &anybody, text, &browser(n)).await.map(|waits| waits.number)
    };
    assert_eq!(seen(&ticket, 1).await.expect("its own"), 1);
    assert!(matches!(seen(&ticket, 2).await, Err(BookingError::NotFound)), "swapped");
    for place in 0..ticket.len() {
        let mut forged: Vec<char> = ticket.chars().collect();
        forged[place] = if forged[place] == 'A' { 'B' } else { 'A' };
        let forged: String = forged.into_iter().collect();
        assert!(matches!(seen(&forged, 1).await, Err(BookingError::NotFound)), "forged at {place}");
    }
    // A link of another purpose is no ticket, and a ticket lets nobody into another day.
    let booked = book(&house.services, add_session(&house, "2026-07-24T09:00:00+08:00", 5).await, 7, 1).await;
    let link = booking::manage_link(&house.services, booked.expect("another day").booking, house.now());
    assert!(matches!(seen(&link, 1).await, Err(BookingError::NotFound)));
    later(&house, 2 * 3600);
    assert!(matches!(seen(&ticket, 1).await, Err(BookingError::NotFound)), "replayed after its end");
}

/// Whatever is done to a ticket: only the very text, from the very browser, before its end, is one.
#[test]
fn no_ticket_can_be_made_swapped_or_replayed() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (house, tickets) = runtime.block_on(async {
        let (house, session) = house_with_session(30).await;
        planned(&house, Room::Always).await;
        let mut tickets = Vec::new();
        for n in 0..8 {
            tickets.push(waits(asks(&house.services, session, n).await).ticket);
        }
        (house, tickets)
    });
    let ends = house.now() + SignedDuration::from_secs(60 + 3600);
    let seen = |text: &str, n: usize, at: Timestamp| {
        let context = Context { now: at, ..house.context(Actor::Anonymous) };
        runtime.block_on(booking::ticket_standing(&house.services, &context, text, &browser(n)))
    };
    proptest!(ProptestConfig::with_cases(200), |(
        whose in 0usize..8, by in 0usize..8, after in 0i64..7_200, edits in proptest::collection::vec((0usize..55, 0u8..64), 0..3),
        noise in "[A-Za-z0-9_-]{0,60}",
    )| {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut text = tickets[whose].clone().into_bytes();
        edits.iter().for_each(|(place, letter)| text[*place] = letters[usize::from(*letter)]);
        let text = String::from_utf8(text).expect("letters");
        let at = house.now() + SignedDuration::from_secs(after);
        match seen(&text, by, at) {
            Ok(waits) => {
                prop_assert_eq!((&text, by), (&tickets[whose], whose), "forged or swapped");
                prop_assert!(at < ends, "replayed");
                prop_assert_eq!(waits.number as usize, whose + 1);
            }
            Err(BookingError::NotFound) => prop_assert!(text != tickets[whose] || by != whose || at >= ends),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
        prop_assert!(seen(&noise, by, at).is_err(), "made up");
    });
    let _inside = runtime.enter();
    drop(house);
}

#[tokio::test]
async fn one_ticket_is_used_a_dozen_times_and_no_more() {
    let (house, session) = house_with_session(200).await;
    planned(&house, Room::Auto).await;
    later(&house, 60);
    for _ in 0..12 {
        asks(&house.services, session, 1).await.expect("looks at one session after the other");
    }
    let more = asks(&house.services, session, 1).await;
    assert!(matches!(more, Err(BookingError::Limited { retry_after: 1.. })), "{more:?}");
}

#[tokio::test]
async fn nobody_gets_around_the_line() {
    let (house, session) = house_with_session(30).await;
    let other = add_session(&house, "2026-07-24T09:00:00+08:00", 30).await;
    let mine = book(&house.services, other, 1, 1).await.expect("opened long ago").booking;
    let draft = asks(&house.services, other, 5).await.expect("opened long ago");
    planned(&house, Room::Always).await;
    later(&house, 61);
    let (services, anybody) = (&house.services, house.context(Actor::Anonymous));
    let two = PartySize::new(2).expect("a size");

    waits(book(services, session, 2, 1).await);
    waits(booking::move_to(services, &machine(services), Handle::Id(mine), None, session).await);
    waits(booking::begin_waiting(services, &anybody, session, two, &browser(3), &network_of(3)).await);
    let draft = booking::read(services, &anybody, draft, &browser(5)).await.expect("its own");
    let turned = booking::take_other(services, &anybody, &draft, session, two, &browser(5), &network_of(5)).await;
    waits(turned);
    assert_eq!(people_booked(&house, session).await, 0);
    // The house itself books for somebody who stands at its desk.
    let asked = booking::OnBehalf { session, person: person(9), party: party(1, 0), key: "desk".into() };
    booking::book(services, &officer(&house), asked).await.expect("staff book past opening times");

    // A machine that repeats its request keeps its place, and has it once.
    later(&house, 35);
    let booked = book(services, session, 2, 1).await.expect("its turn");
    assert_eq!(book(services, session, 2, 1).await.expect("again").booking, booked.booking);
    assert_eq!(people_booked(&house, session).await, 2);
}

#[tokio::test]
async fn where_the_entrance_cannot_be_asked_nobody_gets_in() {
    let (house, session) = house_with_session(30).await;
    planned(&house, Room::Always).await;
    later(&house, 200);
    let owner = house.db.owner_pool();
    sqlx::raw_sql("alter table release rename to taken_away").execute(&owner).await.expect("the owner may");
    let refused = asks(&house.services, session, 1).await;
    assert!(matches!(refused, Err(BookingError::Database(_))), "{refused:?}");
    let holds: i64 = sqlx::query_scalar("select count(*) from hold").fetch_one(&owner).await.expect("a number");
    assert_eq!(holds, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_servers_give_out_one_line() {
    let (house, session) = house_with_session(200).await;
    planned(&house, Room::Always).await;
    let mut servers = Vec::new();
    for _ in 0..3 {
        servers.push(TestHouse::second(&house.db, house.services.clock.clone(), 3).await);
    }
    // Each browser asks two of the servers at once.
    let all = (0..400).map(|n| {
        let server = servers[n % 3].clone();
        tokio::spawn(async move { waits(asks(&server, session, n % 200).await).number })
    });
    let numbers = futures::future::join_all(all).await;
    let numbers: Vec<u32> = numbers.into_iter().map(|number| number.expect("no panic")).collect();
    assert_eq!(numbers[..200], numbers[200..], "one browser, one ticket");
    let different: HashSet<u32> = numbers.iter().copied().collect();
    assert_eq!(different, (1..=200).collect(), "no gap, and nobody twice");
}

#[tokio::test]
async fn an_address_has_its_share_and_its_neighbours_keep_theirs() {
    let (house, session) = house_with_session(30).await;
    planned(&house, Room::Always).await;
    let address = |last| Network::of([198, 51, 100, last].into());
    for n in 0..300 {
        waits(asks_from(&house.services, session, n, &address(7)).await);
    }
    let refused = asks_from(&house.services, session, 300, &address(7)).await;
    assert!(matches!(refused, Err(BookingError::NetworkLimited { retry_after: 1.. })), "{refused:?}");
    waits(asks_from(&house.services, session, 301, &address(8)).await);
    waits(asks_from(&house.services, session, 5, &address(7)).await);
    // An IPv6 machine has as many addresses as it likes, and one /64.
    let many = |n: u16| Network::of(std::net::Ipv6Addr::new(0x2001, 0xdb8, 1, 2, 0, 0, 0, n).into());
    for n in 0..300 {
        waits(asks_from(&house.services, session, 1_000 + usize::from(n), &many(n)).await);
    }
    let refused = asks_from(&house.services, session, 1_400, &many(9_999)).await;
    assert!(matches!(refused, Err(BookingError::NetworkLimited { .. })), "{refused:?}");
}

#[tokio::test]
async fn staff_plan_a_release_and_take_it_back_while_nobody_stands_in_it() {
    let (house, session) = house_with_session(30).await;
    let day = local_day("2026-07-21T09:00:00+08:00".parse().expect("an instant"));
    let plan = |opens_at, day| Plan { day, opens_at, rules: ReleaseRules::default() };
    let soon = house.now() + SignedDuration::from_mins(5);
    let denied = booking::plan_release(&house.services, &steward(&house), plan(soon, day)).await;
    assert!(matches!(denied, Err(BookingError::Denied(_))));
    for wrong in [plan(house.now(), day), plan(soon, day.tomorrow().expect("a day"))] {
        let refused = booking::plan_release(&house.services, &officer(&house), wrong).await;
        assert!(matches!(refused, Err(BookingError::Fields(_))), "{refused:?}");
    }
    let id = booking::plan_release(&house.services, &officer(&house), plan(soon, day)).await.expect("planned");
    let shown = booking::museum(&house.services).await.expect("the museum");
    assert_eq!(shown.opens_at(shown.session(session).expect("it").facts.starts_at), soon);
    booking::call_off(&house.services, &officer(&house), id).await.expect("nobody waits");
    asks(&house.services, session, 1).await.expect("open as the policy says");
    let id = booking::plan_release(&house.services, &officer(&house), plan(soon, day)).await.expect("planned");
    waits(asks(&house.services, session, 2).await);
    let refused = booking::call_off(&house.services, &officer(&house), id).await;
    assert!(matches!(refused, Err(BookingError::StateHasChanged)));
    let (current, past) = booking::releases(&house.services, &officer(&house)).await.expect("the board");
    assert_eq!((current.len(), past.len()), (1, 0));
}

/// The waiting list is entered through the same door: what comes to nothing costs no entry, and another date has a line of its
/// own.
#[tokio::test]
async fn waiting_uses_the_ticket_only_where_somebody_waits_and_for_the_session_it_is_of() {
    let (house, session) = house_with_session(2).await;
    let ordinary = add_session(&house, "2026-07-22T09:00:00+08:00", 2).await;
    for (n, full) in [session, ordinary].into_iter().enumerate() {
        book(&house.services, full, 90 + n, 2).await.expect("there is room");
    }
    planned(&house, Room::Always).await;
    let (services, two) = (&house.services, PartySize::new(2).expect("a size"));
    let begin = async |session, people, n: usize| {
        let anybody =
            services.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
        booking::begin_waiting(services, &anybody, session, people, &browser(n), &network_of(n)).await
    };
    let read = async |draft, n| {
        let anybody =
            services.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
        booking::read(services, &anybody, draft, &browser(n)).await.expect("its own")
    };
    let draft = begin(ordinary, two, 1).await.expect("no line there");
    let anybody =
        || services.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
    let other =
        booking::wait_for(services, &anybody(), &read(draft, 1).await, session, &browser(1), &network_of(1)).await;
    waits(other);
    later(&house, 95);
    let entries = "select coalesce(sum(entries), 0)::bigint from release_ticket";
    let many = PartySize::new(20).expect("a size");
    let refused = begin(session, many, 1).await;
    assert!(matches!(refused, Err(BookingError::Refused(_))), "{refused:?}");
    assert_eq!(super::closing::number(&house, entries).await, 0, "looking costs nothing");
    booking::wait_for(services, &anybody(), &read(draft, 1).await, session, &browser(1), &network_of(1))
        .await
        .expect("let in by now");
    assert_eq!(super::closing::number(&house, entries).await, 1);
}
