//! Pools: who draws on whose places, their release, and the races for the last place of each.

use super::races::{servers, switch_off_database_guard};
use super::waiting::{join, look};
use super::{book, house_with_session, is_full, machine, officer, party, people_booked, person};
use domain::account::Actor;
use domain::booking::{Places, Refusal, Share, Split, Standstill, WaitingState};
use domain::field::Fault;
use domain::ids::SessionId;
use jiff::SignedDuration;
use services::Services;
use services::booking::{self, Booked, BookingError, Guard, Handle, OnBehalf};
use testkit::{Gate, TestHouse};

/// Of twenty places five for groups until two days before, five for the desk until two hours before.
fn places() -> Places {
    let split = Split { group: Share { places: 5, release_hours: 48 }, staff: Share { places: 5, release_hours: 2 } };
    Places { total: 20, split }
}

/// A session five days ahead with [`places`].
async fn split_session() -> (TestHouse, SessionId) {
    split_into(places()).await
}

/// A session five days ahead with these places.
async fn split_into(places: Places) -> (TestHouse, SessionId) {
    let (house, _) = house_with_session(1).await;
    let (starts_at, system) = (house.now() + SignedDuration::from_hours(5 * 24), house.services.system());
    let ends_at = starts_at + SignedDuration::from_mins(90);
    let session = booking::add_session(&house.services, &system, starts_at, ends_at, places, false).await;
    (house, session.expect("the session is added"))
}

/// Staff book for so many at the desk.
async fn at_the_desk(
    house: &TestHouse,
    on: &Services,
    session: SessionId,
    n: usize,
    people: u32,
) -> Result<Booked, BookingError> {
    let asked = OnBehalf { session, person: person(1_000 + n), party: party(people, 0), key: format!("desk-{n}") };
    booking::book(on, &officer(house), asked).await
}

async fn facts(house: &TestHouse, session: SessionId) -> domain::booking::SessionFacts {
    booking::session_now(&house.services, &officer(house), session).await.expect("it is there").facts
}

async fn of_pool(house: &TestHouse, session: SessionId, pool: &str) -> i64 {
    sqlx::query_scalar(
        "select coalesce(sum(people), 0) from booking where session_id = $1 and pool = $2 and state = 'confirmed'",
    )
    .bind(session.0)
    .bind(pool)
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("a number")
}

#[tokio::test]
async fn the_public_has_what_no_pool_keeps_and_the_desk_has_its_own_first() {
    let (house, session) = split_session().await;
    house.services.clock.advance(SignedDuration::from_secs(2));
    let museum = booking::museum(&house.services).await.expect("the museum");
    assert_eq!(museum.session(session).expect("it is there").facts.free(), 10, "the public's picture");
    for n in 0..2 {
        book(&house.services, session, n, 5).await.expect("the individuals' ten");
    }
    let more = book(&house.services, session, 2, 1).await;
    assert!(matches!(more, Err(BookingError::Refused(Refusal::Full { free: 0 }))), "{more:?}");
    at_the_desk(&house, &house.services, session, 1, 5).await.expect("the desk's own five");
    assert!(is_full(&at_the_desk(&house, &house.services, session, 2, 1).await), "the groups' are not the desk's");
    assert_eq!((of_pool(&house, session, "staff").await, people_booked(&house, session).await), (5, 15));
    let now = facts(&house, session).await;
    assert_eq!((now.free(), now.pools.group.kept(), now.pools.staff.kept()), (0, 5, 0));
}

#[tokio::test]
async fn the_desk_takes_what_is_anybodys_once_its_own_is_used_up() {
    let (house, session) = split_session().await;
    at_the_desk(&house, &house.services, session, 1, 8).await.expect("five of its own and three of anybody's");
    let now = facts(&house, session).await;
    assert_eq!((now.free(), now.pools.staff.kept()), (7, 0));
    // What is given back is the desk's again, as far as it was the desk's.
    let handle = |booked: &Booked| Handle::Id(booked.booking);
    let two = at_the_desk(&house, &house.services, session, 2, 2).await.expect("two more");
    booking::cancel(&house.services, &officer(&house), handle(&two), None).await.expect("cancelled");
    assert_eq!(facts(&house, session).await.free(), 7);
}

#[tokio::test]
async fn a_release_needs_nobody() {
    let (house, session) = split_session().await;
    for n in 0..2 {
        book(&house.services, session, n, 5).await.expect("the individuals' ten");
    }
    assert!(is_full(&book(&house.services, session, 2, 1).await));
    // Three days on: two before the session. Not a worker runs.
    house.services.clock.advance(SignedDuration::from_hours(3 * 24));
    assert_eq!(facts(&house, session).await.free(), 5);
    book(&house.services, session, 3, 5).await.expect("what no group took");
    assert!(is_full(&book(&house.services, session, 4, 1).await), "the desk's is kept until two hours before");
}

#[tokio::test]
async fn who_waits_is_offered_what_a_pool_releases_before_anybody_else() {
    for by_worker in [false, true] {
        let (house, session) = split_session().await;
        for n in 0..2 {
            book(&house.services, session, n, 5).await.expect("the individuals' ten");
        }
        let waits = join(&house, &house.services, session, &[], 11, 3).await.expect("on the list");
        assert_eq!(look(&house, &waits).await.state, WaitingState::Waiting, "what is kept is offered to nobody");
        let list = booking::waiting_list(&house.services, &officer(&house), session).await.expect("the list");
        assert_eq!(list.why, Standstill::Kept { places: 10 }, "and staff see why");
        house.services.clock.advance(SignedDuration::from_hours(3 * 24));
        if by_worker {
            assert_eq!(booking::pass_on(&house.services).await.expect("looked at"), 1);
        } else {
            assert!(is_full(&book(&house.services, session, 2, 3).await), "three of the five are owed");
        }
        assert_eq!(look(&house, &waits).await.state, WaitingState::Offered);
        book(&house.services, session, 3, 2).await.expect("the other two are anybody's");
    }
}

#[tokio::test]
async fn a_visitor_moves_into_what_is_the_publics_and_staff_into_what_is_the_desks() {
    let (house, session) = split_session().await;
    let near = SessionId(
        sqlx::query_scalar("select id from session where capacity = 1")
            .fetch_one(&house.db.owner_pool())
            .await
            .expect("a session"),
    );
    let own = book(&house.services, near, 50, 1).await.expect("the one place");
    for n in 0..2 {
        book(&house.services, session, n, 5).await.expect("the individuals' ten");
    }
    let moved =
        booking::move_to(&house.services, &machine(&house.services), Handle::Id(own.booking), None, session).await;
    assert!(is_full(&moved), "{moved:?}");
    booking::move_to(&house.services, &officer(&house), Handle::Id(own.booking), None, session)
        .await
        .expect("the house moves them");
    assert_eq!(of_pool(&house, session, "staff").await, 1);
}

#[tokio::test]
async fn places_are_split_by_those_who_saw_how_they_were_and_only_as_far_as_there_are_any() {
    let (house, session) = house_with_session(20).await;
    book(&house.services, session, 1, 5).await.expect("there is room");
    let change = |version, places| {
        let (services, by) = (house.services.clone(), officer(&house));
        async move { booking::change_places(&services, &by, session, version, places, false).await }
    };
    let much = Places { total: 20, split: Split { group: Share { places: 21, release_hours: 1 }, ..Split::default() } };
    let refused = change(1, much).await;
    let Err(BookingError::Fields(errors)) = &refused else { panic!("{refused:?}") };
    assert_eq!((errors[0].field.as_str(), &errors[0].fault), ("group_places", &Fault::OutOfRange { min: 0, max: 20 }));
    let all = Places { total: 20, split: Split { group: Share { places: 20, release_hours: 1 }, ..Split::default() } };
    let after = change(1, all).await.expect("split");
    assert_eq!((after.facts.free(), after.facts.booked), (0, 5), "nobody loses a place, nobody else gets one");
    assert!(matches!(change(1, places()).await, Err(BookingError::StateHasChanged)));
    // Given back to the individuals, it is theirs at once.
    assert_eq!(change(2, Places::from(20)).await.expect("whole again").facts.free(), 15);
}

#[tokio::test]
async fn raw_sql_cannot_sell_what_a_pool_keeps() {
    let (house, session) = split_session().await;
    let booked = book(&house.services, session, 1, 5).await.expect("there is room");
    let owner = house.db.owner_pool();
    let grow = |people: i32, pool: &'static str, hours: i64| {
        let (owner, id) = (owner.clone(), booked.booking.0);
        let at = store::SqlTimestamp::from(house.now() + SignedDuration::from_hours(hours));
        async move {
            sqlx::query("update booking set people = $1, pool = $2, updated_at = $3 where id = $4")
                .bind(people)
                .bind(pool)
                .bind(at)
                .bind(id)
                .execute(&owner)
                .await
        }
    };
    let refused = grow(11, "individual", 0).await.expect_err("ten are the individuals'");
    assert_eq!(store::constraint_of(&refused), Some("booking_within_pool"));
    let refused = grow(16, "group", 0).await.expect_err("fifteen are a group's");
    assert_eq!(store::constraint_of(&refused), Some("booking_within_pool"));
    grow(15, "group", 0).await.expect("its own five and the individuals'");
    grow(1, "individual", 0).await.expect("emptier is never refused");
    // Three days on the groups' places are released; the desk's are not.
    let refused = grow(16, "individual", 3 * 24).await.expect_err("the desk's five");
    assert_eq!(store::constraint_of(&refused), Some("booking_within_pool"));
    grow(15, "individual", 3 * 24).await.expect("released");
}

/// Forty families and twelve people at the desk at once, for ten and for five places of their own. Answers what each got.
async fn rush(house: &TestHouse, session: SessionId, servers: &[Services]) -> (i64, i64) {
    let mut all = Vec::new();
    for n in 0..40 {
        let server = servers[n % servers.len()].clone();
        all.push(tokio::spawn(async move { book(&server, session, n, 1).await.map(drop) }));
    }
    for n in 0..12 {
        let (server, by) = (servers[n % servers.len()].clone(), officer(house));
        let asked = OnBehalf { session, person: person(1_000 + n), party: party(1, 0), key: format!("desk-{n}") };
        all.push(tokio::spawn(async move { booking::book(&server, &by, asked).await.map(drop) }));
    }
    for one in all {
        let answer = one.await.expect("no client panics");
        assert!(answer.is_ok() || is_full(&answer), "won or refused as full: {answer:?}");
    }
    (of_pool(house, session, "individual").await, of_pool(house, session, "staff").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rush_sells_every_place_and_none_that_a_pool_keeps() {
    let (house, session) = split_session().await;
    let servers = servers(&house, 2, Guard::Lock).await;
    let (individuals, desk) = rush(&house, session, &servers).await;
    // The desk may take of what is anybody's when its own is used up; nobody takes the groups' five.
    assert_eq!(individuals + desk, 15);
    assert!(desk >= 5, "the desk has its own in any case: {desk}");
    assert_eq!(facts(&house, session).await.pools.group.kept(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_guard_the_same_rush_sells_what_is_kept() {
    // One place that is anybody's and one that is kept for groups: two who both see the one free have both.
    let split = Split { group: Share { places: 1, release_hours: 48 }, ..Split::default() };
    let (house, session) = split_into(Places { total: 2, split }).await;
    switch_off_database_guard(&house).await;
    let servers = servers(&house, 8, Guard::NegativeControl).await;
    let gate = Gate::before(&house.db, "booking").await;
    let ((individuals, desk), ()) = tokio::join!(rush(&house, session, &servers), gate.opens_for_two());
    assert!(individuals + desk > 1, "a race that cannot oversell a pool proves nothing: {individuals} and {desk}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_alone_keeps_the_pools() {
    let (house, session) = split_session().await;
    let servers = servers(&house, 8, Guard::NegativeControl).await;
    let (individuals, desk) = rush(&house, session, &servers).await;
    assert!(individuals + desk <= 15 && individuals <= 10, "{individuals} and {desk}");
}

#[tokio::test]
async fn the_week_makes_sessions_that_are_split() {
    let (house, _) = house_with_session(1).await;
    let template = booking::TemplateView {
        id: house.context(Actor::Anonymous).new_id(),
        weekday: 5,
        starts: jiff::civil::time(14, 0, 0, 0),
        ends: jiff::civil::time(15, 30, 0, 0),
        places: places(),
        valid_from: domain::time::local_day(house.now()),
        valid_until: None,
    };
    booking::add_template(&house.services, &house.services.system(), template).await.expect("added");
    let week = booking::templates(&house.services, &officer(&house)).await.expect("the week");
    assert_eq!(week[0].places, places());
    house.services.clock.advance(SignedDuration::from_secs(2));
    let museum = booking::museum(&house.services).await.expect("the museum");
    let made: Vec<_> = museum.sessions.iter().filter(|s| s.facts.pools.are_set()).collect();
    assert!(made.len() >= 2 && made.iter().all(|s| s.facts.pools.split() == places().split), "{made:?}");
}

#[tokio::test]
async fn a_pool_set_over_places_that_are_kept_for_a_form_leaves_them() {
    let (house, _) = house_with_session(1).await;
    let session = super::add_session(&house, "2026-07-25T09:00:00+08:00", 8).await;
    let (services, by) = (&house.services, officer(&house));
    let anybody = house.context(Actor::Anonymous);
    let size = domain::booking::PartySize::new(5).expect("a size");
    booking::begin(services, &anybody, session, size, "a browser", &super::network()).await.expect("kept");
    let split = |staff| {
        let share = |places| Share { places, release_hours: 2 };
        Places { total: 8, split: Split { group: share(0), staff: share(staff) } }
    };
    let set = async |version, staff| booking::change_places(services, &by, session, version, split(staff), false).await;
    let refused = set(1, 4).await;
    let Err(BookingError::Fields(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!((errors[0].field.as_str(), errors[0].fault), ("staff_places", Fault::OutOfRange { min: 0, max: 3 }));
    let version = set(1, 3).await.expect("what is free can be set aside").version;
    house.services.clock.advance(SignedDuration::from_mins(30));
    set(version, 7).await.expect("nobody keeps them any more");
}

#[tokio::test]
async fn a_later_release_leaves_what_is_kept_for_a_form_and_the_lack_is_said_once() {
    let (house, _) = house_with_session(1).await;
    let session = super::add_session(&house, "2026-07-25T09:00:00+08:00", 10).await;
    let (services, by) = (&house.services, officer(&house));
    let share = |places, release_hours| Share { places, release_hours };
    let set = async |version, group, staff| {
        let places = Places { total: 10, split: Split { group, staff } };
        booking::change_places(services, &by, session, version, places, false).await
    };
    // Ten days before: released by now.
    let version = set(1, share(7, 240), share(0, 2)).await.expect("it keeps nothing").version;
    let anybody = house.context(Actor::Anonymous);
    let size = domain::booking::PartySize::new(5).expect("a size");
    booking::begin(services, &anybody, session, size, "a browser", &super::network()).await.expect("kept");
    let refused = set(version, share(7, 2), share(0, 2)).await;
    let Err(BookingError::Fields(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!((errors[0].field.as_str(), errors[0].fault), ("group_places", Fault::OutOfRange { min: 0, max: 5 }));
    let refused = set(version, share(4, 2), share(3, 2)).await;
    let Err(BookingError::Fields(errors)) = refused else { panic!("{refused:?}") };
    assert_eq!(errors.len(), 1, "two places lack, not four: {errors:?}");
    set(version, share(4, 2), share(0, 2)).await.expect("what is free can be set aside");
}
