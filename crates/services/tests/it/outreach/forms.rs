//! The staff's work on the questions.

use super::{date, key, lecture, now, one_of, question, questions};
use crate::booking::{officer, steward};
use domain::account::Denied;
use domain::outreach::{FormFault, Kind};
use services::outreach::{self, OutreachError};
use testkit::TestHouse;

#[tokio::test]
async fn visitors_are_asked_what_was_published_and_nothing_else() {
    let house = TestHouse::new().await;
    let (services, staff) = (&house.services, officer(&house));
    let id = outreach::add_event(services, &staff, lecture("leyun")).await.expect("an event");
    date(&house, id, "2026-07-25T09:30:00+08:00", 90, 20).await;
    for question in questions() {
        let version = outreach::working_form(services, &staff, id).await.expect("readable").version;
        outreach::put_question(services, &staff, id, version, question).await.expect("a question");
    }
    let working = outreach::working_form(services, &staff, id).await.expect("readable");
    assert!(working.changed && working.form.questions.len() == 3);
    assert!(now(&house, id).await.form.is_none(), "nobody is asked before it is published");
    let first = outreach::publish_form(services, &staff, id, working.version).await.expect("published");
    let again = outreach::publish_form(services, &staff, id, working.version).await.expect("pressed twice");
    assert_eq!((first, again), (1, 1));
    let (version, form) = now(&house, id).await.form.clone().expect("asked");
    assert_eq!((version, form.questions), (1, questions()));

    // A second version; the first stays for the answers it was given.
    let working = outreach::working_form(services, &staff, id).await.expect("readable");
    assert!(!working.changed);
    outreach::remove_question(services, &staff, id, working.version, key("due")).await.expect("nothing depends on it");
    let version = outreach::working_form(services, &staff, id).await.expect("readable").version;
    assert_eq!(outreach::publish_form(services, &staff, id, version).await.expect("published"), 2);
    let kept: i64 = sqlx::query_scalar("select count(*) from event_form")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number");
    assert_eq!(kept, 2);
}

#[tokio::test]
async fn what_would_not_hold_together_is_refused_and_changes_nothing() {
    let house = TestHouse::new().await;
    let (services, staff) = (&house.services, officer(&house));
    let id = outreach::add_event(services, &staff, lecture("leyun")).await.expect("an event");
    for question in questions() {
        let version = outreach::working_form(services, &staff, id).await.expect("readable").version;
        outreach::put_question(services, &staff, id, version, question).await.expect("a question");
    }
    let before = outreach::working_form(services, &staff, id).await.expect("readable");
    let version = before.version;
    let gone = outreach::remove_question(services, &staff, id, version, key("expecting")).await;
    assert!(matches!(gone, Err(OutreachError::Questions(f)) if f == [(key("due"), FormFault::Condition)]));
    let above = outreach::move_question(services, &staff, id, version, key("due"), true).await;
    assert!(matches!(above, Err(OutreachError::Questions(_))), "it would stand before what it depends on");
    let plain = question("expecting", one_of(&["yes"]));
    let one = outreach::put_question(services, &staff, id, version, plain).await;
    assert!(matches!(one, Err(OutreachError::Questions(_))), "one choice is none");
    let after = outreach::working_form(services, &staff, id).await.expect("readable");
    assert_eq!((after.form, after.version), (before.form, before.version));
}

#[tokio::test]
async fn two_of_staff_at_once_are_told_of_each_other() {
    let house = TestHouse::new().await;
    let (services, staff) = (&house.services, officer(&house));
    let id = outreach::add_event(services, &staff, lecture("leyun")).await.expect("an event");
    let seen = outreach::working_form(services, &staff, id).await.expect("readable").version;
    let text = |name| question(name, Kind::Text { max: 40 });
    let (one, other) = tokio::join!(
        outreach::put_question(services, &staff, id, seen, text("one")),
        outreach::put_question(services, &staff, id, seen, text("other"))
    );
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let late = one.err().or(other.err());
    assert!(matches!(late, Some(OutreachError::StateHasChanged)));
    assert_eq!(outreach::working_form(services, &staff, id).await.expect("readable").form.questions.len(), 1);
    let denied = outreach::working_form(services, &steward(&house), id).await;
    assert!(matches!(denied, Err(OutreachError::Denied(Denied::NotAllowed))));
}
