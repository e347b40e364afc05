//! Visitors.

use super::{anonymous, as_browser, contact, count, later, network, number, other_than, sent_code, visitor};
use domain::Locale;
use domain::account::{Actor, Denied};
use domain::contact::PersonName;
use futures::future::join_all;
use services::Context;
use services::account::AccountError;
use services::account::codes::{IssueError, VerifyError};
use services::account::visitors::{self, VisitorError};
use services::limits::Network;
use testkit::TestHouse;

const PHONE: &str = "13800138000";

#[tokio::test]
async fn the_first_proven_code_makes_the_account_and_the_second_finds_it() {
    let house = TestHouse::new().await;
    let (first, _) = visitor(&house, PHONE).await;
    assert!(first.new_account);
    later(&house, 61);
    let (second, context) = visitor(&house, "+86 138 0013 8000").await;
    assert!(!second.new_account);
    assert_eq!(first.account, second.account);
    let profile = visitors::profile(&house.services, &context).await.expect("one's own");
    assert_eq!(profile.phone.expect("a phone").digits(), PHONE);
    assert_eq!((profile.name, profile.mail), (None, None));
    let (third, _) = visitor(&house, "a.visitor@example.cn").await;
    assert_ne!(third.account, first.account);
    assert_eq!(count(&house, "account.made").await, 2);
    assert_eq!(count(&house, "account.signed_in").await, 3);
}

/// Same variants, same statements, same rows written, whether there is an account or not.
#[tokio::test]
async fn asking_for_a_code_tells_nobody_whether_there_is_an_account() {
    let house = TestHouse::new().await;
    visitor(&house, PHONE).await;
    later(&house, 61);
    let (known, unknown) = (contact(PHONE), contact("13900139000"));
    let mut flows = vec![];
    for to in [&known, &unknown] {
        let before = number(&house, "select count(*) from one_time_code").await;
        let begun = visitors::begin(&house.services, &anonymous(&house), to, None, &network()).await.expect("sent");
        assert_eq!(begun.resend_at.duration_since(house.now()).as_secs(), 60);
        assert_eq!(begun.expires_at.duration_since(house.now()).as_secs(), 600);
        assert_eq!(number(&house, "select count(*) from one_time_code").await, before + 1);
        let again = visitors::begin(&house.services, &anonymous(&house), to, Some(begun.flow), &network()).await;
        assert!(matches!(again, Err(IssueError::TooSoon { retry_after: 60 })));
        flows.push((begun.flow, to.clone()));
    }
    for (flow, to) in flows {
        let wrong = other_than(&sent_code(&house, &to).await);
        let refused = visitors::sign_in(&house.services, &anonymous(&house), flow, &wrong, "", &network()).await;
        assert!(matches!(refused, Err(VisitorError::Code(VerifyError::Wrong { left: 4 }))), "{refused:?}");
    }
    assert_eq!(count(&house, "account.sign_in_refused").await, 2);
    assert_eq!(number(&house, "select count(*) from account").await, 1, "an unproven contact makes no account");
}

/// Two browsers prove the same new contact at once: one account.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parallel_first_sign_ins_make_one_account() {
    let house = TestHouse::new().await;
    let to = contact(PHONE);
    let mut flows = vec![];
    for _ in 0..4 {
        let begun = visitors::begin(&house.services, &anonymous(&house), &to, None, &network()).await.expect("sent");
        flows.push((begun.flow, sent_code(&house, &to).await));
    }
    let context = anonymous(&house);
    let done = join_all(flows.iter().map(|(flow, code)| {
        let (services, context) = (house.services.clone(), context.clone());
        async move { visitors::sign_in(&services, &context, *flow, code, "", &network()).await.expect("signed in") }
    }))
    .await;
    assert!(done.iter().all(|one| one.account == done[0].account));
    assert_eq!(done.iter().filter(|one| one.new_account).count(), 1);
    assert_eq!(number(&house, "select count(*) from account").await, 1);
}

#[tokio::test]
async fn nothing_personal_stands_in_the_clear() {
    let house = TestHouse::new().await;
    let (_, context) = visitor(&house, PHONE).await;
    let name = PersonName::parse("张小满").expect("a name");
    visitors::set_name(&house.services, &context, Some(&name)).await.expect("named");
    let text: String = sqlx::query_scalar(
        "select string_agg(encode(phone_sealed || phone_index || name_sealed, 'escape') || account::text, '') from account",
    )
    .fetch_one(&house.db.owner_pool())
    .await
    .expect("the row");
    assert!(!text.contains("8001") && !text.contains("小满"), "{text}");
    let detail: String = sqlx::query_scalar("select string_agg(detail::text, '') from audit_entry")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("the trail");
    assert!(!detail.contains("138") && !detail.contains("小满"), "{detail}");
    assert_eq!(visitors::profile(&house.services, &context).await.expect("one's own").name, Some(name));
}

#[tokio::test]
async fn the_language_follows_the_account_and_strangers_have_none() {
    let house = TestHouse::new().await;
    let (signed_in, context) = visitor(&house, PHONE).await;
    visitors::set_locale(&house.services, &context, Locale::En).await.expect("changed");
    let known = services::account::sessions::authenticate(&house.services, &signed_in.token).await.expect("answered");
    assert_eq!(known.expect("signed in").locale, Locale::En);
    let nobody: Context = house.context(Actor::Anonymous);
    let refused = visitors::profile(&house.services, &nobody).await;
    assert!(matches!(refused, Err(AccountError::Denied(Denied::SignInNeeded))), "{refused:?}");
    assert!(as_browser(&house, &signed_in).await.actor.account().is_some());
}

#[tokio::test]
async fn guessing_from_one_network_is_slowed_down() {
    let house = TestHouse::new().await;
    let flow = services::context::new_uuid(house.now());
    let mut answers = vec![];
    for _ in 0..201 {
        answers.push(visitors::sign_in(&house.services, &anonymous(&house), flow, "123456", "", &network()).await);
    }
    assert!(answers[..200].iter().all(|a| matches!(a, Err(VisitorError::Code(VerifyError::Expired)))));
    assert!(matches!(answers[200], Err(VisitorError::Limited(_))));
    let elsewhere = Network::of([198, 51, 100, 7].into());
    let other = visitors::sign_in(&house.services, &anonymous(&house), flow, "123456", "", &elsewhere).await;
    assert!(matches!(other, Err(VisitorError::Code(VerifyError::Expired))));
}
