//! The staff's hand on sessions, and the demo.

use super::{book, house_with_session, is_full, officer, people_booked, steward};
use domain::account::Denied;
use domain::field::Fault;
use services::booking::{self, BookingError, Wanted};
use testkit::TestHouse;

#[tokio::test]
async fn a_capacity_below_the_booked_needs_a_confirmation_and_strands_nobody() {
    let (house, session) = house_with_session(10).await;
    book(&house.services, session, 1, 5).await.expect("there is room");
    let by = officer(&house);
    let lower = |version, anyway| booking::change_places(&house.services, &by, session, version, 3, anyway);
    match lower(1, false).await {
        Err(BookingError::Fields(errors)) => assert_eq!(errors[0].fault, Fault::MustAccept),
        other => panic!("a confirmation is asked for: {other:?}"),
    }
    let lowered = lower(1, true).await.expect("confirmed");
    assert_eq!((lowered.facts.free(), lowered.facts.over_by()), (0, 2));
    assert!(matches!(lower(1, true).await, Err(BookingError::StateHasChanged)), "an old form changes nothing");
    assert_eq!(people_booked(&house, session).await, 5);
    assert!(is_full(&book(&house.services, session, 2, 1).await));
}

#[tokio::test]
async fn the_reconciliation_alarms_about_what_nobody_decided_and_about_nothing_else() {
    let (house, session) = house_with_session(10).await;
    book(&house.services, session, 1, 5).await.expect("there is room");
    let by = officer(&house);
    let over = async || booking::reconcile(&house.services, &house.services.system()).await.expect("a list");
    booking::change_places(&house.services, &by, session, 1, 3, true).await.expect("lowered knowingly");
    assert_eq!(over().await, vec![], "somebody decided it");
    let owner = house.db.owner_pool();
    let past_the_guard = "alter table booking disable trigger user; update booking set people = people + 2";
    sqlx::raw_sql(past_the_guard).execute(&owner).await.expect("the owner may");
    assert_eq!(over().await, vec![(session, 7, 3)], "more than were there when it was lowered");
    booking::change_places(&house.services, &by, session, 2, 9, false).await.expect("raised again");
    assert_eq!(over().await, vec![]);
    sqlx::raw_sql("update booking set people = people + 3").execute(&owner).await.expect("the owner may");
    assert_eq!(over().await, vec![(session, 10, 9)]);
    house.services.clock.advance(jiff::SignedDuration::from_hours(24 * 60));
    assert_eq!(over().await, vec![], "what is over can be helped by nobody");
}

/// Whoever changes something else of a session that holds too many, or gives it more places, has not decided about those that came since.
#[tokio::test]
async fn only_whoever_lowers_a_capacity_below_the_booked_decides_about_them() {
    let (house, session) = house_with_session(10).await;
    book(&house.services, session, 1, 5).await.expect("there is room");
    let by = officer(&house);
    let over = async || booking::reconcile(&house.services, &house.services.system()).await.expect("a list");
    let change = async |version, places: u32, anyway| {
        booking::change_places(&house.services, &by, session, version, places, anyway).await.map(drop)
    };
    change(1, 3, true).await.expect("lowered knowingly");
    change(2, 3, false).await.expect("the same number again");
    change(3, 4, false).await.expect("one more place, and still too few");
    assert_eq!(over().await, vec![], "the five are still what somebody decided about");
    let past_the_guard = "alter table booking disable trigger user; update booking set people = people + 2";
    sqlx::raw_sql(past_the_guard).execute(&house.db.owner_pool()).await.expect("the owner may");
    for (version, places) in [(4, 4), (5, 6)] {
        change(version, places, false).await.expect("nothing is lowered");
        assert_eq!(over().await, vec![(session, 7, i32::try_from(places).expect("few"))], "of the two nobody decided");
    }
    change(6, 5, true).await.expect("lowered knowingly");
    assert_eq!(over().await, vec![], "of all seven now");
    change(7, 8, false).await.expect("places for all");
    sqlx::raw_sql("update booking set people = people + 2")
        .execute(&house.db.owner_pool())
        .await
        .expect("the owner may");
    assert_eq!(over().await, vec![(session, 9, 8)]);
}

#[tokio::test]
async fn a_steward_changes_no_session() {
    let (house, session) = house_with_session(10).await;
    let answer = booking::change_places(&house.services, &steward(&house), session, 1, 3, true).await;
    assert!(matches!(answer, Err(BookingError::Denied(Denied::NotAllowed))));
}

#[tokio::test]
async fn search_finds_by_address_and_reference_and_prints_masked() {
    let (house, session) = house_with_session(10).await;
    let booked = book(&house.services, session, 7, 2).await.expect("there is room");
    book(&house.services, session, 8, 2).await.expect("there is room");
    let house = &house;
    let find = |text: &str| {
        let wanted = Wanted { text: text.to_owned(), ..Default::default() };
        async move { booking::search(&house.services, &officer(house), &wanted).await.expect("a list") }
    };
    let by_address = find(" Guest7@Example.com ").await;
    assert_eq!(by_address.iter().map(|b| b.id).collect::<Vec<_>>(), vec![booked.booking]);
    assert_eq!(find(&booked.reference.to_lowercase()).await.len(), 1);
    assert_eq!(find("").await.len(), 2);
    assert!(!format!("{by_address:?}").contains("guest7"), "particulars print masked");
}

#[tokio::test]
async fn the_demo_can_be_made_twice_and_is_the_same() {
    let house = TestHouse::new().await;
    let owner = house.db.owner_pool();
    let count = |sql: &'static str| {
        let owner = owner.clone();
        async move { sqlx::query_scalar::<_, i64>(sql).fetch_one(&owner).await.expect("a number") }
    };
    booking::seed_demo(&house.services, &house.services.system()).await.expect("the demo");
    let first = (count("select count(*) from session").await, count("select count(*) from booking").await);
    booking::seed_demo(&house.services, &house.services.system()).await.expect("the demo again");
    assert_eq!((count("select count(*) from session").await, count("select count(*) from booking").await), first);
    assert!(first.0 > 100 && first.1 > 20, "{first:?}");
}
