//! Challenges of passkeys: good once, for one purpose, in one place, for five minutes.

use super::{answers, named, refused, second_form, shows, signed_in, with_both};
use crate::account::{anonymous, as_browser, count, number};
use futures::future::join_all;
use services::account::passkeys::{self, PasskeyError};
use services::account::second;
use services::account::sign_in::{self, Shown};
use services::account::sweep;
use services::account::webauthn::Fault;
use services::clock::Clock;
use testkit::TestHouse;
use testkit::authenticator::Authenticator;

/// Of two answers to one challenge at once, one is looked at.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_challenge_is_answered_once_even_at_the_same_instant() {
    let house = TestHouse::with(Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant")), 12).await;
    let (_, _, mut passkey) = with_both(&house, "wang", &[]).await;
    let form = second_form(&house, "wang").await;
    let options = second::options(&house.services, &anonymous(&house), &form.token).await.expect("options");
    // A passkey that does not count: nothing but the challenge stands between two sessions.
    let answer = passkey.get(&options);
    let done = join_all((0..6).map(|_| shows(&house, &form, Shown::Passkey(answer.clone())))).await;
    assert_eq!(done.iter().filter(|done| done.is_ok()).count(), 1, "{done:?}");
    assert_eq!(done.iter().filter(|done| refused(done)).count(), 5, "{done:?}");
    assert_eq!(count(&house, "staff.signed_in").await, 1 + 1, "the enrolment's, and one");
}

/// The negative control: a challenge that is read first and forgotten afterwards is good for everybody who reads in time.
#[tokio::test]
async fn a_challenge_read_and_then_forgotten_would_be_good_twice() {
    let house = TestHouse::new().await;
    let (_, browser, _) = with_both(&house, "wang", &[]).await;
    passkeys::begin(&house.services, &browser).await.expect("a challenge");
    let (read, forget) = (
        "select challenge from staff_passkey_challenge where purpose = 'enrol'",
        "delete from staff_passkey_challenge where purpose = 'enrol'",
    );
    let pools = [house.db.owner_pool(), house.db.owner_pool()];
    let mut seen = Vec::new();
    for pool in &pools {
        seen.push(sqlx::query_scalar::<_, Vec<u8>>(read).fetch_optional(pool).await.expect("an answer"));
    }
    for pool in &pools {
        sqlx::query(forget).execute(pool).await.expect("forgotten");
    }
    assert!(seen[0].is_some() && seen[0] == seen[1], "both would be let in");
    // What the house does instead gives it to one of the two.
    passkeys::begin(&house.services, &browser).await.expect("a challenge");
    let taken = join_all(pools.iter().map(|pool| {
        let take = "delete from staff_passkey_challenge where purpose = 'enrol' returning challenge";
        sqlx::query_scalar::<_, Vec<u8>>(take).fetch_optional(pool)
    }))
    .await;
    let taken: Vec<_> = taken.into_iter().map(|taken| taken.expect("an answer")).collect();
    assert_eq!(taken.iter().filter(|taken| taken.is_some()).count(), 1);
}

#[tokio::test]
async fn a_challenge_is_for_one_purpose_one_place_and_five_minutes() {
    let house = TestHouse::new().await;
    let (_, browser, mut passkey) = with_both(&house, "wang", &[]).await;
    let (zhao, _, mut stranger) = with_both(&house, "zhao", &[]).await;
    let services = &house.services;
    // Asked for to add a passkey, shown to step up; and the other way round.
    let to_add = passkeys::begin(services, &browser).await.expect("options");
    let shown = Shown::Passkey(passkey.get(&to_add));
    assert!(refused(&sign_in::step_up(services, &browser, shown).await));
    let to_show = passkeys::begin_step_up(services, &browser).await.expect("options");
    let made = Authenticator::at(super::SITE).create(&to_show);
    let refusal = passkeys::add(services, &browser, &named("x"), &made).await;
    assert!(matches!(refusal, Err(PasskeyError::Refused(Fault::Challenge))), "{refusal:?}");
    // In another browser of the same person, and by another person.
    let form = second_form(&house, "wang").await;
    let other_browser = as_browser(&house, &signed_in(answers(&house, &form, &mut passkey).await)).await;
    let options = passkeys::begin_step_up(services, &browser).await.expect("options");
    let elsewhere = Shown::Passkey(passkey.get(&options));
    assert!(refused(&sign_in::step_up(services, &other_browser, elsewhere).await), "in another browser");
    let theirs = Shown::Passkey(stranger.get(&options));
    assert!(refused(&sign_in::step_up(services, &browser, theirs).await), "somebody else's passkey");
    // Five minutes, by the clock of the database.
    let options = passkeys::begin_step_up(services, &browser).await.expect("options");
    let age = "update staff_passkey_challenge set made_at = made_at - interval '301 seconds'";
    sqlx::query(age).execute(&house.db.owner_pool()).await.expect("aged");
    assert!(refused(&sign_in::step_up(services, &browser, Shown::Passkey(passkey.get(&options))).await), "too late");
    let options = passkeys::begin_step_up(services, &browser).await.expect("options");
    let age = "update staff_passkey_challenge set made_at = made_at - interval '295 seconds'";
    sqlx::query(age).execute(&house.db.owner_pool()).await.expect("aged");
    assert!(sign_in::step_up(services, &browser, Shown::Passkey(passkey.get(&options))).await.is_ok(), "in time");
    // Nobody answers: gone in an hour.
    passkeys::begin(services, &as_browser(&house, &zhao.signed_in).await).await.expect("options");
    assert_eq!(sweep(services).await.expect("swept").challenges, 0);
    let age = "update staff_passkey_challenge set made_at = made_at - interval '61 minutes'";
    sqlx::query(age).execute(&house.db.owner_pool()).await.expect("aged");
    assert!(sweep(services).await.expect("swept").challenges > 0);
    assert_eq!(number(&house, "select count(*) from staff_passkey_challenge").await, 0);
}
