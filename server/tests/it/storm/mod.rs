//! The storm: three real servers behind a balancer that knows nobody, and many more people than places, all at the instant
//! booking opens. Meanwhile capacities change and bookings are cancelled.
//!
//! An eye of its own connection ([`watch`]) looks at the places all the while. What is asserted is about places, never
//! about time: how long answers took is printed, for `make storm` and whoever compares machines.
//!
//! `CORDBLOOD_STORM_USERS` and `CORDBLOOD_STORM_PLACES` make it larger than `make test` has time for.

mod crowd;
mod watch;

use crate::steady::server::{Server, Settings, assert_no_panic_and_no_500};
use crowd::{Crowd, Ending};
use domain::booking::{Party, PartySize, ReleaseRules};
use domain::contact::{Contact, PersonName};
use domain::ids::SessionId;
use services::Services;
use services::booking::{self, BookingError, Claims, Guard, OnBehalf, Person};
use sqlx::PgPool;
use std::time::Duration;
use testkit::{Gate, TestDb, TestHouse};
use uuid::Uuid;
use watch::Watch;

/// Sessions that open at the same instant.
const SESSIONS: usize = 4;
/// Between the planning and the opening: everybody is there by then.
const BEFORE: i32 = 6;
/// How long capacities are changed after the opening.
const UNREST: Duration = Duration::from_secs(15);

fn setting(name: &str, usual: usize) -> usize {
    #[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
    let given = std::env::var(name).ok().and_then(|text| text.parse().ok());
    given.unwrap_or(usual)
}

/// A museum with sessions of one day, which opens in a moment with a line from the first visitor on.
async fn opening(db: &PgPool, places: usize) -> Vec<Uuid> {
    let activity = Uuid::from_u128(u128::from_be_bytes(services::crypto::random()));
    sqlx::query(
        "insert into activity (id, kind, slug, title_zh, title_en, policy, created_at)
         values ($1, 'museum', 'museum', '造血干细胞科普馆', 'Museum', '{}', now())",
    )
    .bind(activity)
    .execute(db)
    .await
    .expect("an activity");
    let sessions: Vec<Uuid> =
        (0..SESSIONS).map(|_| Uuid::from_u128(u128::from_be_bytes(services::crypto::random()))).collect();
    for (place, session) in sessions.iter().enumerate() {
        sqlx::query(
            "insert into session (id, activity_id, starts_at, ends_at, capacity, created_at)
             select $1, $2, starts, starts + interval '1 hour', $4, now()
             from (select date_trunc('day', now() at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai'
                          + interval '5 days 9 hours' + $3 * interval '90 minutes') as at (starts)",
        )
        .bind(session)
        .bind(activity)
        .bind(place as i32)
        .bind((places / SESSIONS) as i32)
        .execute(db)
        .await
        .expect("a session");
    }
    sessions
}

/// Plans the opening. (Staff plan it through a service that also promises the seed; the promise is tested there.)
async fn release(db: &PgPool, most_per_second: i32) {
    sqlx::query(
        "insert into release (id, activity_id, day, planned, opens_at, early_from, draw_until, ends_at, room, calm, most,
                              commitment, committed_at, drawn_from, pace, advanced_at, paced_at)
         select $1, a.id, (now() at time zone 'Asia/Shanghai')::date + 5, true, opens, now(), opens + interval '3 seconds',
                opens + interval '1 hour', 'always', 0, $2 * 60, sha256('a storm'), now(), 0, 600, opens, opens
         from activity a, (select now() + $3 * interval '1 second') as at (opens)",
    )
    .bind(Uuid::from_u128(u128::from_be_bytes(services::crypto::random())))
    .bind(most_per_second)
    .bind(BEFORE)
    .execute(db)
    .await
    .expect("a release");
}

/// Raises and lowers capacities under the session's lock, never below what is taken. How often.
async fn unrest(db: &PgPool, sessions: &[Uuid]) -> usize {
    let (mut edits, began) = (0, std::time::Instant::now());
    while began.elapsed() < UNREST {
        let session = sessions[edits % sessions.len()];
        let by = [1, -2, 2, -1][edits / sessions.len() % 4];
        let mut tx = services::db::begin(db).await.expect("a transaction");
        sqlx::query("select id from session where id = $1 for no key update")
            .bind(session)
            .execute(&mut *tx)
            .await
            .expect("the session's lock");
        sqlx::query(
            "update session set capacity = greatest(capacity + $2,
               (select coalesce(sum(people), 0) from booking where session_id = $1 and state = 'confirmed')
               + (select coalesce(sum(people), 0) from hold where session_id = $1 and expires_at > clock_timestamp()))
             where id = $1",
        )
        .bind(session)
        .bind(by)
        .execute(&mut *tx)
        .await
        .expect("another capacity");
        tx.commit().await.expect("committed");
        edits += 1;
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    edits
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_storm_on_three_servers_oversells_nothing_and_turns_nobody_away_for_nothing() {
    let (users, places) = (setting("CORDBLOOD_STORM_USERS", 300), setting("CORDBLOOD_STORM_PLACES", 32));
    let db = TestDb::new().await;
    let (url, owner) = (db.url(), db.owner_pool());
    let sessions = opening(&owner, places).await;
    let settings: Settings = vec![("CORDBLOOD__WORKERS__JOBS", "4".to_owned())];
    let servers: Vec<Server> = (0..3).map(|_| Server::start(&url, &settings)).collect();
    let sites = servers.iter().map(|server| server.site.clone()).collect();
    let crowd = Crowd::new(users, sessions.clone(), sites, &url, owner.clone()).await;

    let watch = Watch::begin(owner.clone());
    release(&owner, i32::from(ReleaseRules::default().per_second)).await;
    let mut working = crowd.begin();
    tokio::time::sleep(Duration::from_secs(BEFORE as u64)).await;
    let edits = unrest(&owner, &sessions).await;
    crowd.everybody_answered(&mut working).await;
    crowd.settle();
    working.join_all().await;
    let seen = watch.end().await;

    let endings = crowd.endings();
    let count = |ending: Ending| endings.iter().filter(|ended| **ended == ending).count();
    let (won, gave_back, full) = (count(Ending::Won), count(Ending::GaveBack), count(Ending::Full));
    let last = watch::look(&owner).await;
    println!(
        "{users} people, {places} places at first, {edits} edits of capacity: {won} won, {gave_back} gave back, {full} found it full"
    );
    println!("the eye looked {} times; the least it saw free was {}; at the end {last:?}", seen.looks, seen.least);
    println!("{}", crowd.times());
    assert_eq!(won + gave_back + full, users);
    assert!(seen.looks > 100, "the eye slept: {}", seen.looks);
    assert!(seen.least >= 0, "oversold by {} at some moment", -seen.least);
    assert!(gave_back > 0 && edits > 20 && won > 0, "nothing happened");
    let booked: i64 = last.iter().map(|session| session.booked).sum();
    assert_eq!(booked, won as i64, "what was acknowledged is what is booked");
    let free: i64 = last.iter().map(watch::Places::free).sum();
    assert!(full == 0 || free == 0, "{full} were told it is full, and {free} places stayed free");
    let (tickets, arrived): (i64, i32) =
        sqlx::query_as("select (select count(*) from release_ticket), arrived from release")
            .fetch_one(&owner)
            .await
            .expect("the line");
    assert_eq!(tickets, i64::from(arrived), "no number twice, and no gaps");
    // Who comes when everything is taken needs no ticket to be told so.
    assert!((won + gave_back..=users).contains(&(tickets as usize)), "{tickets} tickets for {users} people");
    for server in servers {
        assert_no_panic_and_no_500(&server.end());
    }
}

/// The same eye over the same rush, decided without a lock and without the database's net: it has to see what must never
/// be, or it would prove nothing above.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn without_the_guard_the_eye_sees_places_sold_twice() {
    let house = TestHouse::new().await;
    let owner = house.db.owner_pool();
    // One place: two who both see it free sell it twice.
    let sessions = opening(&owner, SESSIONS).await;
    // The museum's clock of this test stands still far away from the database's.
    sqlx::raw_sql("update session set starts_at = '2026-07-24T09:00+08', ends_at = '2026-07-24T10:00+08' where id = (select id from session limit 1)")
        .execute(&owner)
        .await
        .expect("a session that is open");
    sqlx::raw_sql("alter table booking disable trigger user").execute(&owner).await.expect("the owner may");
    let session: Uuid = sqlx::query_scalar("select id from session where starts_at = '2026-07-24T09:00+08'")
        .fetch_one(&owner)
        .await
        .expect("the session");
    assert!(sessions.contains(&session));
    let mut servers = Vec::new();
    for _ in 0..6 {
        let mut server = TestHouse::second(&house.db, house.services.clock.clone(), 3).await;
        server.claims = Claims::guarded_by(Guard::NegativeControl);
        servers.push(server);
    }
    let gate = Gate::before(&house.db, "booking").await;
    let watch = Watch::begin(owner);
    let all = (0..300).map(|n| {
        let server = servers[n % servers.len()].clone();
        tokio::spawn(async move { book(&server, SessionId(session), n).await })
    });
    let (answers, ()) = tokio::join!(futures::future::join_all(all.collect::<Vec<_>>()), gate.opens_for_two());
    assert!(answers.into_iter().all(|answer| answer.is_ok()), "nobody panics");
    let seen = watch.end().await;
    assert!(seen.least < 0, "a rush that cannot oversell proves nothing about the guard");
}

async fn book(services: &Services, session: SessionId, n: usize) -> Result<booking::Booked, BookingError> {
    let machine = domain::account::Actor::Client {
        client: domain::ids::ClientId(Uuid::from_u128(9)),
        scopes: vec![domain::account::Scope::BookingsWrite],
    };
    let context = services.context(machine, domain::Locale::ZhCn, domain::ids::RequestId(Uuid::from_u128(1)));
    let person = Person {
        name: PersonName::parse("演示·林小满").expect("a name"),
        contact: Some(Contact::parse(&format!("guest{n}@example.com")).expect("an address")),
    };
    let party = Party::new(PartySize::new(1).expect("a size"), 0).expect("a party");
    booking::book(services, &context, OnBehalf { session, person, party, key: format!("storm-key-{n}") }).await
}
