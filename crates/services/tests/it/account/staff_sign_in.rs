//! Staff signing in: password and second factor, lock-out, and that no answer tells which of them was wrong.

use super::{
    Colleague, PASSWORD, as_browser, colleague, count, failed_before, form, is_signed_in, later, made_staff, number,
    other_than, try_sign_in,
};
use domain::account::{Actor, Denied, Role};
use futures::future::join_all;
use services::account::enrolment;
use services::account::sessions::{self};
use services::account::sign_in::{Credentials, SignIn, SignInError};
use services::clock::Clock;
use services::limits::{Network, SIGN_IN_PER_LOGIN_ANYWHERE, hit};
use std::time::{Duration, Instant};
use testkit::TestHouse;

pub async fn signs_in(house: &TestHouse, login: &str, password: &str, code: &str) -> bool {
    match try_sign_in(house, form(login, password, code)).await {
        Ok(SignIn::Done(_)) => true,
        Err(SignInError::Refused) => false,
        other => panic!("{other:?}"),
    }
}

pub fn code(house: &TestHouse, colleague: &Colleague) -> String {
    colleague.telephone.code_at(house.now())
}

#[tokio::test]
async fn the_first_sign_in_enrols_and_the_next_need_all_three() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[Role::Steward]).await;
    assert!(is_signed_in(&house, &wang.signed_in).await);
    assert_eq!(wang.recovery_codes.len(), 8);
    let Actor::Staff { roles, stepped_up_at, .. } = as_browser(&house, &wang.signed_in).await.actor else {
        panic!("staff")
    };
    assert_eq!((roles, stepped_up_at), (vec![Role::Steward], Some(house.now())));
    assert!(!signs_in(&house, "wang", PASSWORD, &code(&house, &wang)).await, "the enrolment used that code up");
    later(&house, 30);
    assert!(!signs_in(&house, "wang", PASSWORD, "").await, "no second factor");
    assert!(!signs_in(&house, "wang", PASSWORD, &other_than(&code(&house, &wang))).await, "a wrong one");
    assert!(!signs_in(&house, "wang", "another password", &code(&house, &wang)).await, "a wrong password");
    assert!(signs_in(&house, " WANG ", PASSWORD, &code(&house, &wang)).await);
    assert_eq!(count(&house, "staff.signed_in").await, 2);
    assert_eq!(count(&house, "staff.sign_in_refused").await, 4);
    assert_eq!(count(&house, "staff.enrolled").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_telephones_code_is_good_once_even_at_the_same_instant() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    later(&house, 30);
    let code = code(&house, &wang);
    let done = join_all((0..4).map(|_| signs_in(&house, "wang", PASSWORD, &code))).await;
    assert_eq!(done.iter().filter(|signed_in| **signed_in).count(), 1);
    // A step back is accepted for slow hands, but not behind a step that was used.
    let earlier = wang.telephone.code_at(house.now() - jiff::SignedDuration::from_secs(30));
    assert!(!signs_in(&house, "wang", PASSWORD, &earlier).await);
}

/// Everything that can be wrong gets the same answer, takes one attempt and pays for one argon2 hash.
#[tokio::test]
async fn what_was_wrong_is_told_neither_by_answer_nor_by_time() {
    let house = TestHouse::new().await;
    let _wang = colleague(&house, "wang", &[]).await;
    let resting = colleague(&house, "zhao", &[]).await;
    later(&house, 30);
    failed_before(&house, 95).await;
    for _ in 0..5 {
        assert!(!signs_in(&house, "zhao", "wrong password", "000000").await);
    }
    assert!(!signs_in(&house, "zhao", PASSWORD, &code(&house, &resting)).await, "rests: even the right ones");

    let mut times: [Vec<Duration>; 3] = Default::default();
    for round in 0..3 {
        for (kind, login) in [(0, format!("nobody{round}")), (1, "wang".to_owned()), (2, "zhao".to_owned())] {
            let began = Instant::now();
            assert!(!signs_in(&house, &login, "wrong password", "123456").await);
            times[kind].push(began.elapsed());
        }
    }
    let [nobody, wrong, rests] = times.map(|mut times| {
        times.sort_unstable();
        times[0] // the least disturbed of the rounds
    });
    // A hash costs 20 ms and more; without it, the answer comes in 3. So a factor of two tells them apart.
    for (name, time) in [("unknown login", nobody), ("resting login", rests)] {
        let ratio = time.as_secs_f64() / wrong.as_secs_f64();
        assert!((0.5..2.0).contains(&ratio), "{name}: {time:?} against {wrong:?}");
    }
    // Each wrote: a statement that writes nothing does not wait for the disk, and would answer sooner.
    let instead = "select sum(hits) from rate_limit where window_start = '2026-07-20T00:00Z'";
    let day = 6 + 9;
    assert_eq!(
        number(&house, instead).await,
        4 + 3 + day,
        "four knocks at the resting login, three at none; all of the day"
    );
    // One entry per refusal, whoever it was.
    assert_eq!(count(&house, "staff.sign_in_refused").await, 6 + 9);
}

#[tokio::test]
async fn failures_make_a_login_rest_longer_each_time_and_success_forgets_them() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    failed_before(&house, 95).await;
    for _ in 0..5 {
        assert!(!signs_in(&house, "wang", "wrong password", "").await);
    }
    later(&house, 29);
    assert!(!signs_in(&house, "wang", PASSWORD, &code(&house, &wang)).await, "still resting");
    later(&house, 1);
    assert!(!signs_in(&house, "wang", "wrong password", "").await, "the sixth");
    later(&house, 59);
    assert!(!signs_in(&house, "wang", PASSWORD, &code(&house, &wang)).await, "a minute now");
    later(&house, 1);
    assert!(signs_in(&house, "wang", PASSWORD, &code(&house, &wang)).await);
    assert_eq!(number(&house, "select failures::bigint from staff_credential").await, 0);
}

/// Guesses are counted before they are looked at: a crowd gets no more of them than one patient stranger.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_guesses_do_not_outrun_the_lock() {
    let house = TestHouse::with(Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant")), 16).await;
    let _wang = colleague(&house, "wang", &[]).await;
    failed_before(&house, 95).await;
    let answers = join_all((0..9).map(|_| signs_in(&house, "wang", "wrong password", "123456"))).await;
    assert!(answers.iter().all(|signed_in| !signed_in));
    assert_eq!(
        number(&house, "select failures::bigint from staff_credential").await,
        100,
        "the other four were not looked at"
    );
}

#[tokio::test]
async fn a_login_and_a_network_are_limited_whether_they_exist_or_not() {
    let house = TestHouse::new().await;
    for login in ["nobody", "wang"] {
        if login == "wang" {
            made_staff(&house, "wang", &[]).await;
        }
        for _ in 0..10 {
            assert!(!signs_in(&house, login, "wrong password", "").await);
        }
        let refused = try_sign_in(&house, form(login, "wrong password", "")).await;
        assert!(matches!(refused, Err(SignInError::Limited(_))), "{login}: {refused:?}");
    }
}

fn elsewhere(form: Credentials) -> Credentials {
    Credentials { network: Network::of([198, 51, 100, 7].into()), ..form }
}

#[tokio::test]
async fn a_stranger_who_keeps_guessing_keeps_nobody_out() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    later(&house, 30);
    for _ in 0..3 {
        for _ in 0..10 {
            let guess = elsewhere(form("wang", "wrong password", ""));
            assert!(matches!(try_sign_in(&house, guess).await, Err(SignInError::Refused)));
        }
        let guess = elsewhere(form("wang", PASSWORD, &code(&house, &wang)));
        let refused = try_sign_in(&house, guess).await;
        assert!(matches!(refused, Err(SignInError::Limited(_))), "from there not even the right ones: {refused:?}");
        assert!(signs_in(&house, "wang", PASSWORD, &code(&house, &wang)).await, "its owner comes in from elsewhere");
        later(&house, 30 * 60);
    }
    // Of all networks together there is an end to it, too.
    for _ in 0..SIGN_IN_PER_LOGIN_ANYWHERE.hits {
        if hit(&house.services, &SIGN_IN_PER_LOGIN_ANYWHERE, "wang").await.is_err() {
            break;
        }
    }
    let refused = try_sign_in(&house, form("wang", "wrong password", "")).await;
    assert!(matches!(refused, Err(SignInError::Limited(_))), "{refused:?}");
}

/// How many of ten guesses are looked at.
async fn guesses(house: &TestHouse, login: &str) -> u32 {
    let mut looked_at = 0;
    for _ in 0..10 {
        let guess = elsewhere(form(login, "wrong password", ""));
        looked_at += u32::from(matches!(try_sign_in(house, guess).await, Err(SignInError::Refused)));
    }
    looked_at
}

#[tokio::test]
async fn one_network_guesses_at_a_login_sixty_times_a_day_and_then_slowly() {
    let house = TestHouse::new().await;
    for round in 0..8 {
        assert_eq!(guesses(&house, "nobody").await, if round < 6 { 10 } else { 2 }, "round {round}");
        later(&house, 30 * 60);
    }
}

/// Somebody behind the office's own address fails all morning: the colleague waits for minutes, not for the day, and once
/// signed in has everything forgotten. Signing in often counts nothing.
#[tokio::test]
async fn nobody_keeps_a_colleague_out_for_a_day() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    later(&house, 30);
    for _ in 0..70 {
        let again = elsewhere(form("wang", PASSWORD, &code(&house, &wang)));
        assert!(matches!(try_sign_in(&house, again).await, Ok(SignIn::Done(_))), "what succeeds counts nothing");
        later(&house, 5 * 60);
    }
    later(&house, 30 * 60);
    for _ in 0..6 {
        assert_eq!(guesses(&house, "wang").await, 10);
        later(&house, 30 * 60);
    }
    assert_eq!(guesses(&house, "wang").await, 2);
    let own = async || try_sign_in(&house, elsewhere(form("wang", PASSWORD, &code(&house, &wang)))).await;
    assert!(matches!(own().await, Err(SignInError::Limited(_))));
    later(&house, 30 * 60);
    assert!(matches!(own().await, Ok(SignIn::Done(_))), "after a quarter of an hour");
    later(&house, 30 * 60);
    assert_eq!(guesses(&house, "wang").await, 10, "and the failures before are forgotten");
}

#[tokio::test]
async fn recovery_codes_stand_in_for_the_telephone_once_each() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang", &[]).await;
    let [first, second, ..] = &wang.recovery_codes[..] else { panic!("codes") };
    assert!(signs_in(&house, "wang", PASSWORD, &first.to_lowercase()).await);
    assert!(!signs_in(&house, "wang", PASSWORD, first).await, "used up");
    assert!(!signs_in(&house, "wang", "wrong password", second).await);
    assert!(signs_in(&house, "wang", PASSWORD, second).await, "a wrong password used nothing up");
    assert_eq!(number(&house, "select count(*) from staff_recovery_code where used_at is null").await, 6);
    let browser = as_browser(&house, &wang.signed_in).await;
    // A fourth browser would end one of those of this instant.
    sessions::revoke_all(&house.services, &browser, false).await.expect("room for another browser");
    let renewed = enrolment::renew_recovery_codes(&house.services, &browser).await.expect("fresh second factor");
    assert!(!signs_in(&house, "wang", PASSWORD, &wang.recovery_codes[2]).await, "the old ones are void");
    assert!(signs_in(&house, "wang", PASSWORD, &renewed.0[0]).await);
    later(&house, 601);
    let browser = as_browser(&house, &wang.signed_in).await;
    let stale = enrolment::renew_recovery_codes(&house.services, &browser).await;
    assert!(matches!(stale, Err(SignInError::Denied(Denied::StepUpNeeded))));
}

#[tokio::test]
async fn the_trail_has_no_logins_and_no_secrets() {
    let house = TestHouse::new().await;
    let wang = colleague(&house, "wang.xiaoming", &[Role::Operator]).await;
    assert!(!signs_in(&house, "wang.xiaoming", "wrong password", "").await);
    let trail: String = sqlx::query_scalar("select string_agg(audit_entry::text, ' ') from audit_entry")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the trail");
    for word in ["wang", "王小明", PASSWORD, "wrong password", wang.signed_in.token.expose(), &wang.recovery_codes[0]]
    {
        assert!(!trail.contains(word), "{word}");
    }
    assert!(!format!("{:?}", form("wang", PASSWORD, "123456")).contains(PASSWORD));
}
