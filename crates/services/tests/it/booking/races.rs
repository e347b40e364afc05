//! Races on real Postgres. Each has its negative control: the same race with the guard switched off must go wrong, or
//! the race proves nothing.

use super::{add_session, book, house_with_session, is_full, machine, museum, party, people_booked, person};
use domain::booking::Refusal;
use domain::ids::SessionId;
use services::Services;
use services::booking::{self, Booked, BookingError, Claims, Guard, Handle, OnBehalf};
use std::collections::HashSet;
use testkit::{Gate, TestHouse};

/// Several servers on the house's database.
pub async fn servers(house: &TestHouse, count: usize, guard: Guard) -> Vec<Services> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut server = TestHouse::second(&house.db, house.services.clock.clone(), 3).await;
        server.claims = Claims::guarded_by(guard);
        all.push(server);
    }
    all
}

/// `clients` people book at once, the n-th for `size(n)`, spread over the servers.
async fn storm(
    servers: &[Services],
    session: SessionId,
    clients: usize,
    size: fn(usize) -> u32,
) -> Vec<(u32, Result<Booked, BookingError>)> {
    let all = (0..clients).map(|n| {
        let server = servers[n % servers.len()].clone();
        tokio::spawn(async move { (size(n), book(&server, session, n, size(n)).await) })
    });
    let mut answers = Vec::new();
    for one in all.collect::<Vec<_>>() {
        answers.push(one.await.expect("no client panics"));
    }
    answers
}

pub async fn switch_off_database_guard(house: &TestHouse) {
    let owner = house.db.owner_pool();
    sqlx::raw_sql("alter table booking disable trigger user").execute(&owner).await.expect("the owner may");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_clients_on_twenty_places() {
    let (house, session) = house_with_session(20).await;
    let servers = servers(&house, 2, Guard::Lock).await;
    let answers = storm(&servers, session, 500, |_| 1).await;
    let won = answers.iter().filter(|(_, a)| a.is_ok()).count();
    let full = answers.iter().filter(|(_, a)| is_full(a)).count();
    assert_eq!((won, full), (20, 480));
    assert_eq!(people_booked(&house, session).await, 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_guard_the_same_race_oversells() {
    // One place: two servers that both see it free sell it twice.
    let (house, session) = house_with_session(1).await;
    switch_off_database_guard(&house).await;
    let servers = servers(&house, 8, Guard::NegativeControl).await;
    let gate = Gate::before(&house.db, "booking").await;
    tokio::join!(storm(&servers, session, 500, |_| 1), gate.opens_for_two());
    assert!(people_booked(&house, session).await > 1, "a race that cannot oversell proves nothing about the guard");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_alone_refuses_overselling() {
    let (house, session) = house_with_session(20).await;
    let servers = servers(&house, 8, Guard::NegativeControl).await;
    storm(&servers, session, 300, |_| 1).await;
    assert_eq!(people_booked(&house, session).await, 20);
}

#[tokio::test]
async fn raw_sql_cannot_oversell_either() {
    let (house, session) = house_with_session(3).await;
    let booked = book(&house.services, session, 1, 3).await.expect("there is room");
    let owner = house.db.owner_pool();
    let grow = sqlx::query("update booking set people = 4 where id = $1").bind(booked.booking.0).execute(&owner).await;
    assert_eq!(store::constraint_of(&grow.expect_err("refused")), Some("booking_within_capacity"));
    let copy =
        "insert into booking select session_id, gen_random_uuid(), activity_id, reference, state, 1, 0, 0, channel,
         locale, account_id, name_sealed, phone_sealed, phone_index, mail_sealed, mail_index, policy_version, 0, 0, 1,
         created_at, updated_at, cancelled_at, cancelled_by from booking";
    let copied = sqlx::query(copy).execute(&owner).await;
    assert_eq!(store::constraint_of(&copied.expect_err("refused")), Some("booking_within_capacity"));
    // Lowering the capacity strands nobody, and getting emptier is never refused.
    sqlx::query("update session set capacity = 1").execute(&owner).await.expect("capacity may fall");
    sqlx::query("update booking set people = 2").execute(&owner).await.expect("a party may shrink while over");
}

#[tokio::test(flavor = "multi_thread")]
async fn mixed_parties_fill_the_session_without_false_refusals() {
    let (house, session) = house_with_session(47).await;
    let servers = servers(&house, 2, Guard::Lock).await;
    let answers = storm(&servers, session, 200, |n| (n % 5) as u32 + 1).await;
    let won: u32 = answers.iter().filter(|(_, a)| a.is_ok()).map(|(size, _)| size).sum();
    assert_eq!(i64::from(won), people_booked(&house, session).await);
    assert!(won <= 47);
    for (size, answer) in &answers {
        assert!(answer.is_ok() || is_full(answer), "only 'full' may refuse here: {answer:?}");
        // Places only ever went away: whoever was refused does not fit now either.
        assert!(answer.is_ok() || won + size > 47, "a party of {size} was refused though {} places are free", 47 - won);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn opposite_moves_neither_deadlock_nor_oversell() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let morning = add_session(&house, "2026-07-21T09:00:00+08:00", 22).await;
    let evening = add_session(&house, "2026-07-21T15:00:00+08:00", 22).await;
    let mut bookings = Vec::new();
    for n in 0..40 {
        let from = if n % 2 == 0 { morning } else { evening };
        bookings.push((book(&house.services, from, n, 1).await.expect("there is room"), from));
    }
    let servers = servers(&house, 2, Guard::Lock).await;
    let moves: Vec<_> = bookings
        .into_iter()
        .enumerate()
        .map(|(n, (booked, from))| {
            let (server, to) = (servers[n % 2].clone(), if from == morning { evening } else { morning });
            tokio::spawn(async move {
                booking::move_to(&server, &machine(&server), Handle::Id(booked.booking), None, to).await
            })
        })
        .collect();
    let mut moved = 0;
    for one in moves {
        match one.await.expect("no client panics") {
            Ok(_) => moved += 1,
            answer => assert!(is_full(&answer), "a move is won or refused as full: {answer:?}"),
        }
    }
    assert!(moved >= 2, "with places free on both sides somebody moves");
    let people = (people_booked(&house, morning).await, people_booked(&house, evening).await);
    assert_eq!(people.0 + people.1, 40, "nobody is lost or doubled");
    assert!(people.0 <= 22 && people.1 <= 22, "{people:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_fifty_times_over_two_servers_is_one_booking() {
    let (house, session) = house_with_session(20).await;
    let servers = servers(&house, 2, Guard::Lock).await;
    let tries: Vec<_> = (0..50)
        .map(|n| {
            let server = servers[n % 2].clone();
            tokio::spawn(async move { book(&server, session, 1, 4).await })
        })
        .collect();
    let mut answers = HashSet::new();
    for one in tries {
        let booked = one.await.expect("no client panics").expect("the same answer every time");
        answers.insert((booked.booking, booked.reference));
    }
    assert_eq!(answers.len(), 1);
    assert_eq!(people_booked(&house, session).await, 4);
    let confirmations: i64 = sqlx::query_scalar("select count(*) from audit_entry where action = 'booking.made'")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(confirmations, 1);
}

#[tokio::test]
async fn one_key_with_another_body_is_refused() {
    let (house, session) = house_with_session(20).await;
    book(&house.services, session, 1, 4).await.expect("there is room");
    let other = OnBehalf { session, person: person(1), party: party(3, 0), key: "key-1".into() };
    let answer = booking::book(&house.services, &machine(&house.services), other).await;
    assert!(matches!(answer, Err(BookingError::KeyReused)), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_on_two_sessions_of_a_day_gets_one() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let sessions = [
        add_session(&house, "2026-07-21T09:00:00+08:00", 20).await,
        add_session(&house, "2026-07-21T15:00:00+08:00", 20).await,
    ];
    let servers = servers(&house, 2, Guard::Lock).await;
    let tries: Vec<_> = (0..20)
        .map(|n| {
            let (server, session) = (servers[n % 2].clone(), sessions[n % 2]);
            tokio::spawn(async move {
                let asked = OnBehalf { session, person: person(1), party: party(1, 0), key: format!("try-{n}") };
                booking::book(&server, &machine(&server), asked).await
            })
        })
        .collect();
    let mut won = 0;
    for one in tries {
        match one.await.expect("no client panics") {
            Ok(_) => won += 1,
            answer => assert!(
                matches!(answer, Err(BookingError::Refused(Refusal::DailyLimit { max: 1 }))),
                "refused for the person's limit and nothing else: {answer:?}"
            ),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_hang_up_leave_no_transaction_behind() {
    let (house, session) = house_with_session(200).await;
    for n in 0..100 {
        let server = house.services.clone();
        let client = tokio::spawn(async move { book(&server, session, n, 1).await });
        // Gone at a random moment of the way.
        tokio::time::sleep(std::time::Duration::from_micros((n as u64 * 37) % 2_000)).await;
        client.abort();
    }
    // Whatever is still in flight ends by itself; then every connection is idle and outside a transaction.
    let owner = house.db.owner_pool();
    let mut stuck = i64::MAX;
    for _ in 0..100 {
        stuck = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'",
        )
        .fetch_one(&owner)
        .await
        .expect("a number");
        if stuck == 0 && house.services.db.num_idle() == house.services.db.size() as usize {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(stuck, 0);
    // One statement sees one instant: a claim that is still on its way may arrive between two.
    let (made, audited): (i64, i64) = sqlx::query_as(
        "select (select count(*) from booking), (select count(*) from audit_entry where action = 'booking.made')",
    )
    .fetch_one(&owner)
    .await
    .expect("two numbers");
    assert_eq!(made, audited, "a booking, its key and its audit entry are there together or not at all");
}

#[tokio::test]
async fn a_claim_is_decided_by_the_clock_of_whoever_makes_it() {
    let (house, session) = house_with_session(9).await;
    book(&house.services, session, 1, 1).await.expect("there is room");
    // Services lent another clock share the lane that the claim before began.
    let later = services::clock::Clock::frozen("2026-07-22T12:00:00+08:00".parse().expect("an instant"));
    let lent = services::Services { clock: later.clone(), ..house.services.clone() };
    let past = book(&lent, session, 2, 1).await;
    assert!(matches!(past, Err(BookingError::Refused(_))), "a day later it is over: {past:?}");
    let together = tokio::join!(
        book(&house.services, session, 3, 1),
        book(&lent, session, 4, 1),
        book(&house.services, session, 5, 1),
    );
    assert!(together.0.is_ok() && together.1.is_err() && together.2.is_ok(), "{together:?}");
}
