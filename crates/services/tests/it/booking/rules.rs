//! The museum's rules: changed by those who may, once for all who press at once, and holding from the next decision on.

use super::races::servers;
use super::{add_session, book, house_with_session, museum, officer, people_booked, steward};
use domain::account::Denied;
use domain::booking::{Policy, Refusal};
use domain::field::Fault;
use services::booking::{self, BookingError, Guard};
use testkit::TestHouse;

const WHY: &str = "暑期人多，名额让给更多家庭";

async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number")
}

async fn now(house: &TestHouse) -> (i32, Policy) {
    booking::rules(&house.services, &officer(house)).await.expect("the rules")
}

#[tokio::test]
async fn new_rules_hold_for_the_next_booking_and_those_there_are_stay() {
    let (house, session) = house_with_session(30).await;
    let (services, by) = (&house.services, officer(&house));
    let before = book(services, session, 1, 5).await.expect("five may come");
    let (version, policy) = now(&house).await;
    let fresh = Policy { people_per_booking: 4, children_per_booking: 2, ..policy };
    assert!(booking::change_rules(services, &by, version, fresh.clone(), WHY).await.expect("changed"));
    // Another server, which had its picture of before.
    let other = servers(&house, 1, Guard::Lock).await.remove(0);
    let refused = book(&other, session, 2, 5).await;
    assert!(matches!(refused, Err(BookingError::Refused(Refusal::PartyTooLarge { max: 4 }))), "{refused:?}");
    book(&other, session, 3, 4).await.expect("four may come");
    assert_eq!(people_booked(&house, session).await, 9, "who had booked stays");
    let admitted: i32 = sqlx::query_scalar("select policy_version from booking where id = $1")
        .bind(before.booking.0)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("its version");
    assert_eq!((admitted, now(&house).await), (version, (version + 1, fresh)));
}

#[tokio::test]
async fn a_version_says_who_when_why_and_what() {
    let (house, _) = house_with_session(10).await;
    let (services, by) = (&house.services, officer(&house));
    let (version, policy) = now(&house).await;
    let second = Policy { moves: 1, ..policy.clone() };
    assert!(booking::change_rules(services, &by, version, second.clone(), WHY).await.expect("changed"));
    let pressed_twice = booking::change_rules(services, &by, version, second.clone(), WHY).await;
    assert!(matches!(pressed_twice, Ok(false)), "the same once more is no version: {pressed_twice:?}");
    let (versions, older) = booking::rules_history(services, &by, None).await.expect("the history");
    assert_eq!((versions.len(), older), (2, None));
    assert_eq!(versions[0].reason.as_deref(), Some(WHY));
    assert_eq!((versions[0].version, versions[0].since), (version + 1, by.now));
    let before = versions[0].before.as_ref().expect("the rules before");
    let changed: Vec<_> = before.differences(&versions[0].policy).iter().map(|one| one.rule.name).collect();
    assert_eq!(changed, ["moves"]);
    assert!(versions[1].before.is_none() && versions[1].reason.is_none(), "the first rules came after none");
    assert_eq!(booking::rules_of(services, &by, version).await.expect("read"), Some(policy));
    assert_eq!(booking::rules_of(services, &by, 99).await.expect("read"), None);
    let audited = "select count(*) from audit_entry where action = 'museum.rules_changed'
                   and detail->'rules' = '{\"moves\": [\"3\", \"1\"]}'::jsonb";
    assert_eq!(number(&house, audited).await, 1);
}

#[tokio::test]
async fn impossible_rules_missing_reasons_and_stewards_change_nothing() {
    let (house, _) = house_with_session(10).await;
    let services = &house.services;
    let (version, policy) = now(&house).await;
    let bad = Policy { days_ahead: 0, offer_least_minutes: 800, ..policy.clone() };
    match booking::change_rules(services, &officer(&house), version, bad, " ").await {
        Err(BookingError::Fields(errors)) => {
            let told: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.fault)).collect();
            let expected = [
                ("days_ahead", Fault::OutOfRange { min: 1, max: 365 }),
                ("offer_least_minutes", Fault::OutOfRange { min: 5, max: 720 }),
                ("reason", Fault::Required),
            ];
            assert_eq!(told, expected);
        }
        other => panic!("the fields are told: {other:?}"),
    }
    let fresh = Policy { moves: 9, ..policy.clone() };
    let denied = booking::change_rules(services, &steward(&house), version, fresh.clone(), WHY).await;
    assert!(matches!(denied, Err(BookingError::Denied(Denied::NotAllowed))));
    let stale = booking::change_rules(services, &officer(&house), version + 1, fresh, WHY).await;
    assert!(matches!(stale, Err(BookingError::StateHasChanged)));
    assert_eq!(now(&house).await, (version, policy));
}

#[tokio::test]
async fn who_looks_further_ahead_finds_sessions_there_and_openings_are_promised_anew() {
    let house = TestHouse::new().await;
    let (services, by) = (&house.services, officer(&house));
    booking::seed_demo(services, &services.system()).await.expect("the demo");
    let sessions = "select count(*) from session";
    booking::promise_seeds(services).await.expect("promised");
    let promised = number(&house, "select count(*) from release where not planned").await;
    assert!(promised > 0, "an opening of the next day is promised");
    let (planned, before) =
        (number(&house, "select count(*) from release where planned").await, number(&house, sessions).await);
    let (version, policy) = now(&house).await;
    let fresh = Policy { days_ahead: 28, opens_hour: 10, ..policy };
    booking::change_rules(services, &by, version, fresh, WHY).await.expect("changed");
    assert!(number(&house, sessions).await >= before + 14 * 6 / 7 * 4, "two weeks more, but for the Mondays");
    assert_eq!(number(&house, "select count(*) from release where not planned").await, 0);
    assert_eq!(number(&house, "select count(*) from release where planned").await, planned, "staff's plans stay");
    booking::promise_seeds(services).await.expect("promised");
    let hours = "select count(*) from release where not planned and extract(hour from opens_at at time zone 'Asia/Shanghai') <> 10";
    assert_eq!(number(&house, hours).await, 0, "at the new hour");
}

/// Everybody at once makes another number of moves out of one version; answers how many say it worked.
async fn everybody_changes(house: &TestHouse) -> usize {
    let servers = servers(house, 2, Guard::Lock).await;
    let (version, policy) = now(house).await;
    let all = (4..12).map(|moves| {
        let (server, by) = (servers[usize::from(moves) % 2].clone(), officer(house));
        let fresh = Policy { moves, ..policy.clone() };
        tokio::spawn(async move { booking::change_rules(&server, &by, version, fresh, WHY).await })
    });
    let mut won = 0;
    for one in all.collect::<Vec<_>>() {
        match one.await.expect("nobody panics") {
            Ok(true) => won += 1,
            Err(BookingError::StateHasChanged) => {}
            other => panic!("one wins, the others are told: {other:?}"),
        }
    }
    won
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_who_change_the_rules_at_once_one_wins() {
    let (house, _) = house_with_session(10).await;
    let (version, _) = now(&house).await;
    assert_eq!(everybody_changes(&house).await, 1);
    assert_eq!(now(&house).await.0, version + 1);
    assert_eq!(number(&house, "select count(*) from activity_policy").await, 2);
}

/// The control: where nobody asks for the version, changes that were made of the same one all go through, and all but the
/// last are lost without a word.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_version_changes_are_lost() {
    let house = TestHouse::new().await;
    museum(&house).await;
    add_session(&house, "2026-07-21T09:00:00+08:00", 10).await;
    let pool = house.db.owner_pool();
    let all = (4..12).map(|moves: i32| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let unguarded = "update activity set policy = jsonb_set(policy, '{moves}', to_jsonb($1::int)),
                                    policy_version = policy_version + 1 where slug = 'museum'";
            sqlx::query(unguarded).bind(moves).execute(&pool).await.expect("it goes through").rows_affected()
        })
    });
    let mut won = 0;
    for one in all.collect::<Vec<_>>() {
        won += one.await.expect("nobody panics");
    }
    assert_eq!(won, 8, "all are told it worked");
    assert_eq!(now(&house).await.0, 9, "and seven of them are overwritten");
}

#[tokio::test]
async fn no_planned_opening_comes_before_what_the_rules_allow() {
    let (house, _) = house_with_session(10).await;
    let (services, by) = (&house.services, officer(&house));
    let (version, policy) = now(&house).await;
    let day = domain::time::local_day("2026-07-21T09:00:00+08:00".parse().expect("an instant"));
    let opens_at = house.now() + jiff::SignedDuration::from_mins(5);
    let plan = booking::Plan { day, opens_at, rules: domain::booking::ReleaseRules::default() };
    let planned = booking::plan_release(services, &by, plan).await.expect("planned");
    // The whole day before it would still be shut.
    let fresh = Policy { days_ahead: 1, opens_hour: 20, ..policy.clone() };
    match booking::change_rules(services, &by, version, fresh.clone(), WHY).await {
        Err(BookingError::Fields(errors)) => {
            assert_eq!(errors[0].field, "days_ahead");
            assert_eq!(errors[0].fault, Fault::OpensEarlier { day });
        }
        other => panic!("the opening is in the way: {other:?}"),
    }
    assert_eq!(now(&house).await, (version, policy), "nothing was changed");
    booking::call_off(services, &by, planned).await.expect("nobody waits");
    assert!(booking::change_rules(services, &by, version, fresh, WHY).await.expect("nothing is in the way"));
}

#[tokio::test]
async fn a_day_that_other_rules_shut_has_a_line_again_when_it_opens_again() {
    let (house, session) = house_with_session(10).await;
    let (services, by) = (&house.services, officer(&house));
    let two = domain::booking::PartySize::new(2).expect("a size");
    let asks = async |browser: &str| {
        let anybody = services.context(domain::account::Actor::Anonymous, domain::Locale::ZhCn, by.request);
        booking::begin(services, &anybody, session, two, browser, &super::waiting::network_of(1)).await
    };
    let opening = |at: &str| at.parse::<jiff::Timestamp>().expect("an instant").duration_since(house.now());
    let (version, policy) = now(&house).await;
    let tonight = Policy { days_ahead: 1, opens_hour: 20, ..policy.clone() };
    assert!(booking::change_rules(services, &by, version, tonight, WHY).await.expect("changed"));
    services.clock.advance(opening("2026-07-20T20:00:30+08:00"));
    asks(&"a".repeat(32)).await.expect("a few see no room");
    services.clock.advance(jiff::SignedDuration::from_hours(2));
    let at_night = Policy { days_ahead: 1, opens_hour: 23, ..policy };
    assert!(booking::change_rules(services, &officer(&house), version + 1, at_night, WHY).await.expect("changed"));
    services.clock.advance(opening("2026-07-20T22:55:00+08:00"));
    let waits = asks(&"b".repeat(32)).await;
    assert!(matches!(waits, Err(BookingError::WaitingRoom(_))), "its line is there before it opens: {waits:?}");
    services.clock.advance(opening("2026-07-20T23:00:31+08:00"));
    asks(&"b".repeat(32)).await.expect("and lets in");
}
