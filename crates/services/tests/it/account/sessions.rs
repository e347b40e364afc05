//! Sessions.

use super::{as_browser, colleague, count, is_signed_in, later, number, visitor};
use domain::account::{Actor, Denied, Role};
use domain::ids::LoginSessionId;
use futures::future::join_all;
use services::account::AccountError;
use services::account::sessions::{self, SessionToken};
use services::clock::Clock;
use testkit::TestHouse;
use uuid::Uuid;

const PHONE: &str = "13800138000";

#[tokio::test]
async fn a_cookie_is_known_by_its_hash_only() {
    let house = TestHouse::new().await;
    let (signed_in, _) = visitor(&house, PHONE).await;
    let stored: Vec<u8> = sqlx::query_scalar("select token_hash from login_session")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a row");
    assert_ne!(stored, signed_in.token.expose().as_bytes());
    assert_eq!(stored.len(), 32);
    let forged = SessionToken::from_cookie(&"A".repeat(43)).expect("the shape of one");
    assert_eq!(sessions::authenticate(&house.services, &forged).await.expect("answered"), None);
}

#[tokio::test]
async fn visitors_stay_thirty_days_idle_and_ninety_at_most() {
    let house = TestHouse::new().await;
    let day = 24 * 3600;
    let (idle, _) = visitor(&house, PHONE).await;
    later(&house, 30 * day - 1);
    assert!(is_signed_in(&house, &idle).await, "seen a second before the end");
    later(&house, 30 * day);
    assert!(!is_signed_in(&house, &idle).await, "thirty days later nobody");
    let (busy, _) = visitor(&house, PHONE).await;
    for _ in 0..89 {
        later(&house, day);
        assert!(is_signed_in(&house, &busy).await);
    }
    later(&house, day);
    assert!(!is_signed_in(&house, &busy).await, "however busy");
}

#[tokio::test]
async fn staff_stay_half_an_hour_idle_and_twelve_hours_at_most() {
    let house = TestHouse::new().await;
    let idle = colleague(&house, "wang", &[Role::Steward]).await.signed_in;
    later(&house, 30 * 60 - 1);
    assert!(is_signed_in(&house, &idle).await);
    later(&house, 30 * 60);
    assert!(!is_signed_in(&house, &idle).await);
    let busy = colleague(&house, "zhao", &[Role::Steward]).await.signed_in;
    for _ in 0..35 {
        later(&house, 20 * 60);
        assert!(is_signed_in(&house, &busy).await);
    }
    later(&house, 20 * 60);
    assert!(!is_signed_in(&house, &busy).await, "twelve hours");
}

#[tokio::test]
async fn seen_is_written_once_a_minute() {
    let house = TestHouse::new().await;
    let (signed_in, _) = visitor(&house, PHONE).await;
    let version = || number(&house, "select xmin::text::bigint from login_session");
    let fresh = version().await;
    for _ in 0..5 {
        later(&house, 11);
        assert!(is_signed_in(&house, &signed_in).await);
    }
    assert_eq!(version().await, fresh, "55 seconds: nothing written");
    later(&house, 5);
    assert!(is_signed_in(&house, &signed_in).await);
    assert_ne!(version().await, fresh, "a minute: noted");
}

#[tokio::test]
async fn ending_sessions_works_at_once_and_on_every_server() {
    let house = TestHouse::new().await;
    let second = TestHouse::second(&house.db, house.services.clock.clone(), 4).await;
    let (one, here) = visitor(&house, PHONE).await;
    let (two, _) = visitor(&house, PHONE).await;
    let (three, _) = visitor(&house, PHONE).await;
    let listed = sessions::list(&house.services, &here).await.expect("one's own");
    assert_eq!(listed.len(), 3);
    assert_eq!(listed.iter().filter(|session| session.current).map(|s| s.id).collect::<Vec<_>>(), [one.login]);
    assert!(listed.iter().all(|session| session.label == "微信 · Android"));

    assert!(sessions::authenticate(&second, &two.token).await.expect("answered").is_some());
    sessions::revoke(&house.services, &here, two.login).await.expect("ended");
    assert!(sessions::authenticate(&second, &two.token).await.expect("answered").is_none());
    let again = sessions::revoke(&house.services, &here, two.login).await;
    assert!(matches!(again, Err(AccountError::NotFound)));

    assert_eq!(sessions::revoke_all(&house.services, &here, false).await.expect("ended"), 1);
    assert!(!is_signed_in(&house, &three).await);
    assert!(is_signed_in(&house, &one).await, "this one stays");
    sessions::sign_out(&house.services, &here).await.expect("signed out");
    assert!(!is_signed_in(&house, &one).await);
    sessions::sign_out(&house.services, &here).await.expect("twice is no error");
    assert_eq!(count(&house, "account.session_revoked").await, 1);
    assert_eq!(count(&house, "account.sessions_revoked").await, 1);
    assert_eq!(count(&house, "account.signed_out").await, 1);
}

#[tokio::test]
async fn nobody_ends_or_sees_another_persons_session() {
    let house = TestHouse::new().await;
    let (victim, _) = visitor(&house, PHONE).await;
    let (_, stranger) = visitor(&house, "13900139000").await;
    for id in [victim.login, LoginSessionId(Uuid::nil())] {
        let refused = sessions::revoke(&house.services, &stranger, id).await;
        assert!(matches!(refused, Err(AccountError::NotFound)), "the same answer for theirs and for none");
    }
    assert!(is_signed_in(&house, &victim).await);
    assert_eq!(sessions::list(&house.services, &stranger).await.expect("one's own").len(), 1);
}

#[tokio::test]
async fn roles_and_accounts_are_read_anew_on_every_request() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[Role::Operator]).await;
    let zhao = colleague(&house, "zhao", &[Role::Steward]).await;
    let boss = as_browser(&house, &wang.signed_in).await;
    services::account::staff::set_roles(&house.services, &boss, zhao.account, &[Role::MuseumOfficer, Role::Auditor])
        .await
        .expect("changed");
    let Actor::Staff { roles, .. } = as_browser(&house, &zhao.signed_in).await.actor else { panic!("staff") };
    assert_eq!(roles, [Role::Auditor, Role::MuseumOfficer]);
    services::account::staff::deactivate(&house.services, &boss, zhao.account).await.expect("ended");
    assert!(!is_signed_in(&house, &zhao.signed_in).await);
}

/// Forgotten browsers keep nobody out, and a stranger's does not go unseen among many.
#[tokio::test]
async fn one_browser_too_many_ends_the_one_not_seen_for_longest() {
    let house = TestHouse::new().await;
    let mut signed_in = Vec::new();
    for _ in 0..sessions::VISITOR_AT_ONCE {
        // Ten codes a day is what one telephone gets.
        later(&house, 9000);
        signed_in.push(visitor(&house, PHONE).await.0);
    }
    later(&house, 61);
    assert!(is_signed_in(&house, &signed_in[0]).await, "the first was seen just now");
    later(&house, 9000);
    let (one_more, _) = visitor(&house, PHONE).await;
    assert!(!is_signed_in(&house, &signed_in[1]).await, "the second was not");
    for kept in signed_in.iter().skip(2).chain([&signed_in[0], &one_more]) {
        assert!(is_signed_in(&house, kept).await);
    }
    let live = "select count(*) from login_session where revoked_at is null";
    assert_eq!(number(&house, live).await, sessions::VISITOR_AT_ONCE);
}

/// However many sign in at once, no more of them stay than may.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_sign_ins_do_not_outrun_the_number_of_browsers() {
    let house = TestHouse::with(Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant")), 16).await;
    let wang = colleague(&house, "wang", &[]).await;
    let try_all = async || {
        let form = |code: &str| super::form("wang", super::PASSWORD, code);
        join_all(wang.recovery_codes.iter().take(4).map(|code| super::try_sign_in(&house, form(code)))).await
    };
    let done = try_all().await.into_iter().filter(Result::is_ok).count();
    assert_eq!(done, 4, "each recovery code once; more at once would make the login rest");
    let live = "select count(*) from login_session where revoked_at is null";
    assert_eq!(number(&house, live).await, sessions::STAFF_AT_ONCE);
}

#[tokio::test]
async fn operators_end_the_sessions_of_others_and_hear_of_no_account() {
    let house = TestHouse::new().await;
    let boss = colleague(&house, "boss", &[Role::Operator]).await;
    let wang = colleague(&house, "wang", &[Role::Steward, Role::Auditor, Role::MuseumOfficer]).await;
    let (caller, own) = visitor(&house, PHONE).await;
    let (boss, not_boss) = (as_browser(&house, &boss.signed_in).await, as_browser(&house, &wang.signed_in).await);
    let contact = super::contact(PHONE);
    for nobody in [&not_boss, &own] {
        let refused = sessions::end_of_contact(&house.services, nobody, &contact).await;
        assert!(matches!(refused, Err(AccountError::Denied(Denied::NotAllowed))), "{refused:?}");
    }
    assert!(is_signed_in(&house, &caller).await);
    sessions::end_of_contact(&house.services, &boss, &contact).await.expect("ended");
    sessions::end_of_contact(&house.services, &boss, &super::contact("13900139000")).await.expect("the same answer");
    assert!(!is_signed_in(&house, &caller).await);
    services::account::staff::end_all_sessions(&house.services, &boss, wang.account).await.expect("ended");
    assert!(!is_signed_in(&house, &wang.signed_in).await);
    let nobody = services::account::staff::end_all_sessions(&house.services, &boss, caller.account).await;
    assert!(matches!(nobody, Err(AccountError::NotFound)), "a visitor is no colleague");
    assert_eq!((count(&house, "account.sessions_ended").await, count(&house, "staff.sessions_ended").await), (2, 1));
    later(&house, 601);
    let stale = house.context(boss.actor.clone());
    let refused = sessions::end_of_contact(&house.services, &stale, &contact).await;
    assert!(matches!(refused, Err(AccountError::Denied(Denied::StepUpNeeded))), "{refused:?}");
}
