//! Races of the waiting list on real Postgres. Each has its negative control: without the session's lock the same race
//! must go wrong, or it proves nothing.

use super::waiting::{Party, join, look};
use super::{add_session, book, museum, officer, people_booked};
use domain::account::Actor;
use domain::booking::{Refusal, WaitingState};
use domain::ids::SessionId;
use jiff::SignedDuration;
use services::Services;
use services::booking::{self, Booked, BookingError, Claims, Guard, Handle};
use std::time::Duration;
use testkit::{Gate, TestHouse};

async fn servers(house: &TestHouse, guard: Guard) -> Vec<Services> {
    let mut all = Vec::new();
    for _ in 0..3 {
        let mut server = TestHouse::second(&house.db, house.services.clock.clone(), 4).await;
        server.claims = Claims::guarded_by(guard);
        all.push(server);
    }
    all
}

async fn house() -> TestHouse {
    let house = TestHouse::new().await;
    museum(&house).await;
    house
}

async fn session(house: &TestHouse, round: usize, capacity: u32) -> SessionId {
    let starts = format!("2026-07-{:02}T{:02}:00:00+08:00", 22 + round % 8, 9 + round / 8);
    add_session(house, &starts, capacity).await
}

/// Places that are kept, offered and booked; parties that wait; as the database has them.
async fn tally(house: &TestHouse, session: SessionId) -> (i64, i64) {
    let held: i64 =
        sqlx::query_scalar("select coalesce(sum(people), 0) from hold where session_id = $1 and expires_at > $2")
            .bind(session.0)
            .bind(jiff_sqlx(house.now()))
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("a number");
    (people_booked(house, session).await, held)
}

fn jiff_sqlx(at: jiff::Timestamp) -> store::SqlTimestamp {
    use store::ToSqlx as _;
    at.to_sqlx()
}

fn cancel(server: &Services, house: &TestHouse, booked: &Booked) -> tokio::task::JoinHandle<()> {
    let (server, by, id) = (server.clone(), officer(house), booked.booking);
    tokio::spawn(async move {
        booking::cancel(&server, &by, Handle::Id(id), None).await.expect("cancelled");
    })
}

/// Everybody who booked one place each cancels at the same moment; a party that needs all of them waits. Answers whether it was
/// left waiting, or more was given than there is.
async fn cancel_and_promote(
    house: &TestHouse,
    servers: &[Services],
    (round, places): (usize, u32),
    gated: bool,
) -> bool {
    let session = session(house, round, places).await;
    let mut booked = Vec::new();
    for n in 0..places as usize {
        booked.push(book(&house.services, session, round * 100 + n, 1).await.expect("there is room"));
    }
    let all = join(house, &house.services, session, &[], round * 100 + 50, places).await.expect("on the list");
    let gate = if gated { Some(Gate::before_the_commit(&house.db, &["booking"]).await) } else { None };
    let tasks: Vec<_> = booked.iter().enumerate().map(|(n, b)| cancel(&servers[n % 3], house, b)).collect();
    if let Some(gate) = gate {
        gate.opens_for_two().await;
    }
    for one in tasks {
        one.await.expect("no panic");
    }
    let (booked, held) = tally(house, session).await;
    let offered = look(house, &all).await.state == WaitingState::Offered;
    booked + held > i64::from(places) || !offered
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_cancels_last_promotes_who_fits() {
    let house = house().await;
    let servers = servers(&house, Guard::Lock).await;
    for round in 0..10 {
        assert!(!cancel_and_promote(&house, &servers, (round, 4), false).await, "round {round}");
    }
}

/// Each of two saw the place of the other taken, and nobody looks again.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_a_party_is_forgotten() {
    let house = house().await;
    let servers = servers(&house, Guard::NegativeControl).await;
    let wrong = cancel_and_promote(&house, &servers, (0, 2), true).await;
    assert!(wrong, "a race that cannot go wrong proves nothing about the lock");
}

/// Two parties that wait for the same two places, of which the first has an offer that ends in a millisecond.
struct LastMoment {
    session: SessionId,
    first: Party,
    second: Party,
}

impl LastMoment {
    async fn come(house: &TestHouse, round: usize) -> Self {
        // The clock goes on from round to round: each has a session of its own time.
        let starts = (house.now() + SignedDuration::from_hours(30)).to_string();
        let session = add_session(house, &starts, 2).await;
        let booked = book(&house.services, session, round * 100, 2).await.expect("there is room");
        let first = join(house, &house.services, session, &[], round * 100 + 1, 2).await.expect("on the list");
        let second = join(house, &house.services, session, &[], round * 100 + 2, 2).await.expect("on the list");
        booking::cancel(&house.services, &officer(house), Handle::Id(booked.booking), None).await.expect("cancelled");
        let until = look(house, &first).await.offer.expect("an offer").until;
        house.services.clock.advance(until.duration_since(house.now()) - SignedDuration::from_millis(1));
        Self { session, first, second }
    }

    /// The first takes its offer. Answers whether it has it.
    fn accept(&self, server: &Services) -> tokio::task::JoinHandle<bool> {
        let (server, link, session) = (server.clone(), self.first.link.clone(), self.session);
        tokio::spawn(async move {
            let anybody =
                server.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
            booking::accept(&server, &anybody, &link, session).await.is_ok()
        })
    }

    /// The offer's time ends after this long, and its places are passed on.
    fn pass_on(house: &TestHouse, server: &Services, late: Duration) -> tokio::task::JoinHandle<()> {
        let (clock, server) = (house.services.clock.clone(), server.clone());
        tokio::spawn(async move {
            tokio::time::sleep(late).await;
            clock.advance(SignedDuration::from_millis(2));
            booking::pass_on(&server).await.expect("passed on");
        })
    }

    /// Whether the places were passed on to the second, and how many are given of the two.
    async fn ended(&self, house: &TestHouse) -> (bool, i64) {
        let (booked, held) = tally(house, self.session).await;
        (look(house, &self.second).await.state == WaitingState::Offered, booked + held)
    }
}

/// A party takes its offer while the offer's time ends and the places are passed on.
#[tokio::test(flavor = "multi_thread")]
async fn accept_and_expiry_end_in_exactly_one_of_the_two() {
    let house = house().await;
    // A database that takes its time to write a booking: the two meet within it.
    sqlx::raw_sql(
        "create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.008); return new; end $$;
         create trigger slow before insert on booking for each row execute function slow()",
    )
    .execute(&house.db.owner_pool())
    .await
    .expect("slow");
    let servers = servers(&house, Guard::Lock).await;
    let (mut accepted, mut passed) = (0, 0);
    for round in 0..240 {
        // A machine with much else to do needs more tries, and longer ones, until each of the two was the first once.
        if round >= 24 && accepted > 0 && passed > 0 {
            break;
        }
        let moment = LastMoment::come(&house, round).await;
        let accept = moment.accept(&servers[0]);
        let late = 150 * (1 + round as u64 / 24) * (round as u64 % 12);
        let pass = LastMoment::pass_on(&house, &servers[1], Duration::from_micros(late));
        let took = accept.await.expect("no panic");
        pass.await.expect("no panic");
        let (next, given) = moment.ended(&house).await;
        assert!(took != next && given <= 2, "round {round}: taken {took}, passed on {next}, {given} of two given");
        accepted += usize::from(took);
        passed += usize::from(next);
        // The next round begins with this one's offers out of the way.
        house.services.clock.advance(SignedDuration::from_mins(1));
    }
    assert!(accepted > 0 && passed > 0, "the two never met: {accepted} taken, {passed} passed on");
}

/// Whoever takes the offer has decided before its end and writes after it; whoever passes it on has decided before that.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_an_offer_is_taken_and_passed_on() {
    let house = house().await;
    let servers = servers(&house, Guard::NegativeControl).await;
    let moment = LastMoment::come(&house, 0).await;
    let mut gate = Gate::before_any(&house.db, &["booking", "hold"]).await;
    let accept = moment.accept(&servers[0]);
    gate.is_reached_by(1).await;
    let pass = LastMoment::pass_on(&house, &servers[1], Duration::ZERO);
    gate.opens_for_two().await;
    let took = accept.await.expect("no panic");
    pass.await.expect("no panic");
    let (next, given) = moment.ended(&house).await;
    assert!(took == next || given > 2, "a race that cannot go wrong proves nothing about the lock");
}

/// A party joins while the places it would need come free: it is offered them, or told that it can simply book. Answers whether
/// it waits beside free places.
async fn join_and_cancel(
    house: &TestHouse,
    servers: &[Services],
    (round, late): (usize, Duration),
    gated: bool,
) -> bool {
    let session = session(house, round, 2).await;
    let booked = book(&house.services, session, round * 100, 2).await.expect("there is room");
    let ready = ready(house, &servers[0], session, round * 100 + 1).await;
    let gate = if gated { Some(Gate::before_the_commit(&house.db, &["booking", "waiting_entry"]).await) } else { None };
    let (server, by, id) = (servers[1].clone(), officer(house), booked.booking);
    let cancel = tokio::spawn(async move {
        tokio::time::sleep(late).await;
        booking::cancel(&server, &by, Handle::Id(id), None).await.expect("cancelled");
    });
    let server = servers[0].clone();
    let joining = tokio::spawn(async move { ready.join(&server).await });
    if let Some(gate) = gate {
        gate.opens_for_two().await;
    }
    cancel.await.expect("no panic");
    match joining.await.expect("no panic") {
        Ok(party) => look(house, &party).await.state != WaitingState::Offered,
        Err(BookingError::Refused(Refusal::PlacesFree)) => false,
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_joins_past_places_that_come_free() {
    let house = house().await;
    let servers = servers(&house, Guard::Lock).await;
    for round in 0..16 {
        let late = Duration::from_micros(120 * (round as u64 % 10));
        assert!(!join_and_cancel(&house, &servers, (round, late), false).await, "round {round}");
    }
}

/// Who joins saw no place, who cancels saw nobody waiting, and nobody looks again.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_somebody_waits_beside_free_places() {
    let house = house().await;
    let servers = servers(&house, Guard::NegativeControl).await;
    let wrong = join_and_cancel(&house, &servers, (0, Duration::ZERO), true).await;
    assert!(wrong, "a race that cannot go wrong proves nothing about the lock");
}

/// A draft with one press left.
struct Ready {
    draft: domain::ids::DraftId,
    browser: String,
}

async fn ready(house: &TestHouse, server: &Services, session: SessionId, n: usize) -> Ready {
    let visitor = server.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
    let (browser, network) = (format!("browser {n}"), super::waiting::network_of(n));
    let two = domain::booking::PartySize::new(2).expect("a size");
    let draft = booking::begin_waiting(server, &visitor, session, two, &browser, &network).await.expect("begun");
    let seen = booking::read(server, &visitor, draft, &browser).await.expect("its browser reads it");
    let person = super::person(n);
    let contact = person.contact.expect("an address");
    booking::save(server, &visitor, &seen, person.name, contact, super::party(2, 0), &network).await.expect("kept");
    sqlx::query("update booking_draft set verified_at = created_at where id = $1")
        .bind(draft.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("proven");
    Ready { draft, browser }
}

impl Ready {
    async fn join(self, server: &Services) -> Result<Party, BookingError> {
        let visitor = server.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
        let seen = booking::read(server, &visitor, self.draft, &self.browser).await.expect("its browser reads it");
        let id = booking::join(server, &visitor, &seen).await?;
        Ok(Party { id, link: booking::waiting_link(server, id).await? })
    }
}

/// Parties that wait for the same two sessions, which make room at the same moment: nobody is offered both, and the two
/// never wait for each other in a circle.
#[tokio::test(flavor = "multi_thread")]
async fn two_sessions_with_the_same_parties_offer_each_once() {
    let house = house().await;
    let servers = servers(&house, Guard::Lock).await;
    for round in 0..6 {
        let (a, b) = (session(&house, round, 2).await, session(&house, round + 8, 2).await);
        let of_a = book(&house.services, a, round * 100, 2).await.expect("there is room");
        let of_b = book(&house.services, b, round * 100 + 10, 2).await.expect("there is room");
        let mut parties = Vec::new();
        for n in 0..6 {
            let (own, also) = if n % 2 == 0 { (a, b) } else { (b, a) };
            parties.push(
                join(&house, &house.services, own, &[also], round * 100 + 20 + n, 1).await.expect("on both lists"),
            );
        }
        let tasks = [cancel(&servers[0], &house, &of_a), cancel(&servers[1], &house, &of_b)];
        for one in tasks {
            one.await.expect("no panic");
        }
        booking::pass_on(&house.services).await.expect("looked at");
        let mut offered = Vec::new();
        for party in &parties {
            if look(&house, party).await.state == WaitingState::Offered {
                offered.push(party.id);
            }
        }
        assert_eq!(offered.len(), 4, "four places, four parties of one");
        assert_eq!(offered, parties[..4].iter().map(|party| party.id).collect::<Vec<_>>(), "and in order");
    }
}

/// Deadlocks that the database had to break in this test's database.
async fn deadlocks(house: &TestHouse) -> i64 {
    // What a connection has counted is told a second later.
    tokio::time::sleep(Duration::from_millis(1_300)).await;
    sqlx::query_scalar("select deadlocks from pg_stat_database where datname = current_database()")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number")
}

/// Parties that wait for the same four sessions leave and decline while all four make room: every transaction locks the
/// parties of all its lines in one order. Trying again would hide a circle from the callers, but not from the database.
#[tokio::test(flavor = "multi_thread")]
async fn lines_that_share_their_parties_never_wait_in_a_circle() {
    let house = house().await;
    let servers = servers(&house, Guard::Lock).await;
    let before = deadlocks(&house).await;
    for round in 0..4 {
        let mut sessions = Vec::new();
        let mut booked = Vec::new();
        for n in 0..4 {
            let session = session(&house, round + n * 8, 3).await;
            for seat in 0..3 {
                let person = round * 1_000 + n * 10 + seat;
                booked.push(book(&house.services, session, person, 1).await.expect("there is room"));
            }
            sessions.push(session);
        }
        let mut parties = Vec::new();
        for n in 0..8 {
            let mut also = sessions.clone();
            also.rotate_left(n % 4);
            let own = also.remove(0);
            let person = round * 1_000 + 500 + n;
            parties.push(join(&house, &house.services, own, &also, person, 1).await.expect("on four lists"));
        }
        let mut tasks: Vec<_> = booked.iter().enumerate().map(|(n, b)| cancel(&servers[n % 3], &house, b)).collect();
        for (n, party) in parties.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
            let (server, link) = (servers[n % 3].clone(), party.link.clone());
            tasks.push(tokio::spawn(async move {
                let anybody =
                    server.context(Actor::Anonymous, domain::Locale::ZhCn, domain::ids::RequestId(uuid::Uuid::nil()));
                booking::leave_waiting(&server, &anybody, &link).await.expect("left");
            }));
        }
        for one in tasks {
            one.await.expect("no panic");
        }
        booking::pass_on(&house.services).await.expect("looked at");
        for (n, party) in parties.iter().enumerate() {
            let wanted = if n % 2 == 0 { WaitingState::Left } else { WaitingState::Offered };
            assert_eq!(look(&house, party).await.state, wanted, "twelve places, four parties left");
        }
    }
    assert_eq!(deadlocks(&house).await - before, 0, "somebody waited in a circle");
}
