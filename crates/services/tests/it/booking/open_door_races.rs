//! Bookings beside the act that makes them needless, on three servers: each is there before, or is told to just come.

use super::open_door::free;
use super::{add_session, book, house_with_session, is_full, museum, officer, people_booked};
use domain::booking::Refusal;
use domain::ids::SessionId;
use services::Services;
use services::booking::{self, BookingError, Claims, Guard, Scope};
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

/// Sixty people book while two officers say that nobody needs to. Answers how many were told "booked".
async fn storm(house: &TestHouse, servers: &[Services], session: SessionId, round: usize) -> i64 {
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
                booking::open_door(&server, &by, free(&by, Scope::Session(session))).await.expect("set")
            })
        })
        .collect();
    let mut booked = 0;
    for one in bookers {
        let answer = one.await.expect("no client panics");
        let refused = matches!(answer, Err(BookingError::Refused(Refusal::NoBookingNeeded))) || is_full(&answer);
        assert!(answer.is_ok() || refused, "{answer:?}");
        booked += i64::from(answer.is_ok());
    }
    let mut sessions = 0;
    for one in officers {
        sessions += one.await.expect("no officer panics").sessions;
    }
    assert!(sessions >= 1);
    booked
}

/// How many bookings the first act found under the lock.
async fn found(house: &TestHouse, session: SessionId) -> i64 {
    sqlx::query_scalar(
        "select min((detail->>'bookings')::bigint) from audit_entry
         where action = 'session.no_booking_needed' and subject_id = $1",
    )
    .bind(session.0)
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("the trail")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booking_is_there_before_or_is_told_to_just_come() {
    let house = TestHouse::new().await;
    museum(&house).await;
    let servers = servers(&house, Guard::Lock).await;
    let mut met = false;
    for round in 0..6 {
        let session = add_session(&house, &format!("2026-07-2{}T09:00:00+08:00", 1 + round), 200).await;
        let booked = storm(&house, &servers, session, round).await;
        met |= (1..60).contains(&booked);
        assert_eq!(people_booked(&house, session).await, booked, "whoever was told so is booked, and nobody else");
        assert_eq!(found(&house, session).await, booked, "after the act nothing was booked");
    }
    assert!(met, "in no round did bookings and the act meet");
}

/// Whoever books has decided before the act, and writes after it.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_lock_somebody_books_what_nobody_needs_to() {
    let (house, session) = house_with_session(5).await;
    let servers = servers(&house, Guard::NegativeControl).await;
    let mut gate = Gate::before(&house.db, "booking").await;
    let (server, by) = (servers[0].clone(), officer(&house));
    let booked = tokio::spawn(async move { book(&server, session, 1, 1).await });
    gate.is_reached_by(1).await;
    booking::open_door(&servers[2], &by, free(&by, Scope::Session(session))).await.expect("set");
    gate.opens().await;
    booked.await.expect("no panic").expect("booked");
    let late = people_booked(&house, session).await - found(&house, session).await;
    assert_eq!(late, 1, "a race that cannot go wrong proves nothing about the lock");
}
