//! Filling it in: page by page, in several tabs and browsers.

use super::*;
use crate::account::{anonymous, as_browser};
use domain::account::{Actor, Denied, Role};
use domain::ids::{AccountId, LoginSessionId};
use domain::spark::application::{Section, SectionState};
use uuid::Uuid;

#[tokio::test]
async fn two_tabs_meet_a_conflict_and_different_pages_do_not() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let (one_tab, other_tab) = (read(&house, &me, id).await, read(&house, &me, id).await);
    let based_on = one_tab.draft.version("diagnosis");
    let page = Form::current().page("diagnosis").expect("a page");
    let mine = page.typed([("diagnosis", "甲"), ("diagnosed_on", "2025-03-01")]);
    let theirs = page.typed([("diagnosis", "乙"), ("diagnosed_on", "2025-03-01")]);
    let services = &house.services;
    let first = apply::save(services, &me, id, ("diagnosis", based_on), &theirs).await.expect("saved");
    assert_eq!(first, based_on + 1);
    // The same page on what is no longer there: both texts are shown, and nothing was written.
    let refused = apply::save(services, &me, id, ("diagnosis", based_on), &mine).await;
    let Err(ApplyError::Conflict(conflict)) = refused else { panic!("{refused:?}") };
    assert_eq!((&conflict.mine, &conflict.theirs.typed), (&mine, &theirs));
    assert_eq!((conflict.theirs.version, conflict.differs()), (first, vec!["diagnosis"]));
    assert_eq!(read(&house, &me, id).await.reading.answers.get("diagnosis"), Some("乙"));
    // Another page of the same tab is merged; the same press twice is one.
    let based_on = other_tab.draft.version("household");
    for _ in 0..2 {
        let saved = apply::save(services, &me, id, ("household", based_on), &one("household", "5")).await;
        assert_eq!(saved.expect("merged"), based_on + 1);
    }
    // Whoever has seen the other text takes its place.
    let saved = apply::save(services, &me, id, ("diagnosis", first), &mine).await.expect("saved");
    assert_eq!(saved, first + 1);
    let now = read(&house, &me, id).await;
    assert_eq!((now.reading.answers.get("diagnosis"), now.reading.answers.get("household")), (Some("甲"), Some("5")));
}

#[tokio::test]
async fn what_was_typed_is_there_in_another_browser_also_what_cannot_be_taken() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = apply::begin(&house.services, &me).await.expect("begun");
    assert_eq!(apply::begin(&house.services, &me).await.expect("begun"), id, "a second press begins no second");
    fill(&house, &me, id, &[("keep", "on"), ("no_promise", "on"), ("whom", "nobody at all")]).await;
    house.services.clock.advance(jiff::SignedDuration::from_mins(2));
    let (again, later) = visitor(&house, PHONE).await;
    let resumed = read(&house, &later, id).await;
    assert_eq!(resumed.draft.page("whom").expect("kept").typed.field("whom"), "nobody at all");
    assert_eq!(resumed.reading.faults("whom").len(), 1);
    assert_eq!(resumed.reading.state(Section::Before), SectionState::InProgress);
    assert_eq!(resumed.reading.state(Section::Illness), SectionState::CannotStart);
    let same = as_browser(&house, &again).await;
    assert_eq!(apply::mine(&house.services, &same).await.expect("listed").len(), 1);
    let early = apply::save(&house.services, &later, id, ("diagnosis", 0), &one("diagnosis", "甲")).await;
    assert!(matches!(early, Err(ApplyError::TooEarly)), "{early:?}");
    let unknown = apply::save(&house.services, &later, id, ("worker", 0), &one("worker_name", "甲")).await;
    assert!(matches!(unknown, Err(ApplyError::NotAsked)), "{unknown:?}");
}

#[tokio::test]
async fn nobody_else_finds_it_and_staff_and_machines_do_not_apply() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    let (_, stranger) = visitor(&house, FAMILY).await;
    let services = &house.services;
    assert!(matches!(apply::read(services, &stranger, id).await, Err(ApplyError::NotFound)));
    assert!(matches!(
        apply::save(services, &stranger, id, ("household", 1), &one("household", "9")).await,
        Err(ApplyError::NotFound)
    ));
    assert!(matches!(apply::submit(services, &stranger, id, "").await, Err(ApplyError::NotFound)));
    assert!(matches!(apply::discard(services, &stranger, id).await, Err(ApplyError::NotFound)));
    assert!(matches!(apply::receipt(services, &stranger, id).await, Err(ApplyError::NotFound)));
    assert!(matches!(apply::consents(services, &stranger, id).await, Err(ApplyError::NotFound)));
    assert_eq!(apply::mine(services, &stranger).await.expect("listed"), []);
    let nobody = apply::read(services, &anonymous(&house), id).await;
    assert!(matches!(nobody, Err(ApplyError::Denied(Denied::SignInNeeded))), "{nobody:?}");
    let officer = house.context(Actor::Staff {
        account: AccountId(Uuid::nil()),
        login: LoginSessionId(Uuid::nil()),
        roles: Role::ALL.to_vec(),
        stepped_up_at: Some(house.now()),
    });
    let staff = apply::read(services, &officer, id).await;
    assert!(matches!(staff, Err(ApplyError::Denied(Denied::NotAllowed))), "{staff:?}");
    assert!(apply::read(services, &me, id).await.is_ok());
}

#[tokio::test]
async fn what_is_given_up_is_gone_at_once() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    let id = begun(&house, &me).await;
    assert!(count(&house, "spark_application_page").await > 20);
    apply::discard(&house.services, &me, id).await.expect("gone");
    assert_eq!(count(&house, "spark_application_page").await + count(&house, "spark_application").await, 0);
    assert!(matches!(apply::discard(&house.services, &me, id).await, Err(ApplyError::NotFound)));
    let sent = begun(&house, &me).await;
    send(&house, &me, sent).await.expect("sent");
    assert!(matches!(apply::discard(&house.services, &me, sent).await, Err(ApplyError::Sent)));
}

#[tokio::test]
async fn one_account_has_so_many_open_and_no_more() {
    let house = TestHouse::new().await;
    let (_, me) = visitor(&house, PHONE).await;
    for _ in 0..apply::MOST_OPEN {
        let id = apply::begin(&house.services, &me).await.expect("begun");
        fill(&house, &me, id, &[("keep", "on")]).await;
    }
    assert!(matches!(apply::begin(&house.services, &me).await, Err(ApplyError::TooMany)));
    assert_eq!(count(&house, "spark_application").await, apply::MOST_OPEN);
}
