//! Races on real Postgres. Each that guards places has its negative control: the same race with the guard switched off must
//! oversell, or the race proves nothing.

use super::{approve, ask, house, keep, link, propose, request};
use crate::booking::races::switch_off_database_guard;
use crate::booking::{officer, people_booked};
use domain::account::Actor;
use domain::groups::{GroupPolicy, Holding, State};
use domain::ids::{GroupRequestId, SessionId};
use jiff::SignedDuration;
use services::Services;
use services::booking::{Claims, Guard};
use services::groups::{self, GroupError, GroupFault};
use std::sync::Arc;
use testkit::{Gate, TestHouse};
use tokio::sync::Barrier;

/// Classes of 53 that all would like one session.
const CLASSES: usize = 6;

async fn classes(house: &TestHouse, session: SessionId) -> Vec<GroupRequestId> {
    keep(house, Holding::Nothing).await;
    let mut all = Vec::new();
    for n in 0..CLASSES {
        all.push(ask(house, n, &[session]).await);
        house.services.clock.advance(SignedDuration::from_mins(2));
    }
    all
}

async fn server(house: &TestHouse, guard: Guard) -> Services {
    let mut server = TestHouse::second(&house.db, house.services.clock.clone(), 2).await;
    server.claims = Claims::guarded_by(guard);
    server
}

/// Every class is approved for the same session at once, each on a server of its own.
async fn storm(
    house: &TestHouse,
    requests: &[GroupRequestId],
    session: SessionId,
    guard: Guard,
) -> Vec<Result<(), GroupError>> {
    let start = Arc::new(Barrier::new(requests.len()));
    let mut all = Vec::new();
    for id in requests {
        let (server, staff, id, start) = (server(house, guard).await, officer(house), *id, Arc::clone(&start));
        // Its connection is open before the race begins.
        let version = groups::request(&server, &staff, id).await.expect("the request").version;
        all.push(tokio::spawn(async move {
            start.wait().await;
            groups::approve(&server, &staff, id, version, session).await
        }));
    }
    let mut answers = Vec::new();
    for one in all {
        answers.push(one.await.expect("nobody panics"));
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_approvals_for_one_session_exactly_one_wins() {
    let (house, sessions) = house(&[60]).await;
    let requests = classes(&house, sessions[0]).await;
    let answers = storm(&house, &requests[..2], sessions[0], Guard::Lock).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert!(
        answers.iter().any(|answer| matches!(answer, Err(GroupError::Own(GroupFault::Over { by: 46, free: 7 })))),
        "{answers:?}"
    );
    assert_eq!(people_booked(&house, sessions[0]).await, 53);
    for (id, answer) in requests.iter().zip(&answers) {
        let state = request(&house, *id).await.state;
        assert_eq!(state, if answer.is_ok() { State::Approved } else { State::Submitted });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_guard_the_same_race_oversells() {
    let (house, sessions) = house(&[60]).await;
    switch_off_database_guard(&house).await;
    let requests = classes(&house, sessions[0]).await;
    let gate = Gate::before(&house.db, "booking").await;
    tokio::join!(storm(&house, &requests, sessions[0], Guard::NegativeControl), gate.opens_for_two());
    let booked = people_booked(&house, sessions[0]).await;
    assert!(booked > 60, "a race that cannot oversell proves nothing about the guard");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_alone_refuses_overselling_and_says_full() {
    let (house, sessions) = house(&[60]).await;
    let requests = classes(&house, sessions[0]).await;
    let answers = storm(&house, &requests, sessions[0], Guard::NegativeControl).await;
    assert_eq!(people_booked(&house, sessions[0]).await, 53);
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    let full = |answer: &&Result<(), GroupError>| matches!(answer, Err(GroupError::Own(GroupFault::Over { .. })));
    assert_eq!(answers.iter().filter(full).count(), CLASSES - 1, "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn approving_and_withdrawing_at_once_end_in_one_of_the_two() {
    let (house, sessions) = house(&[500]).await;
    let requests = classes(&house, sessions[0]).await;
    let mut approved = 0;
    for id in requests {
        let (handle, version) = (link(&house, id).await, request(&house, id).await.version);
        let (staff, class) = (officer(&house), house.context(Actor::Anonymous));
        let other = server(&house, Guard::Lock).await;
        // Both press what they saw: the version decides who was first.
        let (yes, no) = tokio::join!(
            groups::approve(&house.services, &staff, id, version, sessions[0]),
            groups::withdraw(&other, &class, &handle, Some(version)),
        );
        let seen = request(&house, id).await;
        match seen.state {
            // Withdrawing that found it approved cancels the booking: both happened, in this order.
            State::Withdrawn if yes.is_ok() => assert!(no.is_ok() && seen.booking.is_some_and(|it| it.cancelled)),
            State::Withdrawn => assert!(no.is_ok() && yes.is_err(), "{yes:?} {no:?}"),
            State::Approved => {
                assert!(yes.is_ok() && no.is_err(), "{yes:?} {no:?}");
                approved += 53;
            }
            other => panic!("{other:?}: {yes:?} {no:?}"),
        }
    }
    assert_eq!(people_booked(&house, sessions[0]).await, approved, "no place is held by who withdrew");
}

#[tokio::test(flavor = "multi_thread")]
async fn accepting_in_the_last_moment_and_running_out_end_in_one_of_the_two() {
    let (house, sessions) = house(&[500, 500]).await;
    let policy = GroupPolicy { answer_days: 1, ..GroupPolicy::default() };
    groups::change_policy(&house.services, &house.services.system(), 0, policy).await.expect("rules");
    for n in 0..5 {
        let id = ask(&house, n, &sessions[..1]).await;
        propose(&house, id, sessions[1]).await.expect("proposed");
        let (handle, seen) = (link(&house, id).await, request(&house, id).await);
        let answer_by = seen.own.proposal.expect("a proposal").answer_by;
        // The class presses a moment before the end; the worker comes at the end, on another server.
        let class =
            services::Context { now: answer_by - SignedDuration::from_millis(1), ..house.context(Actor::Anonymous) };
        let other = server(&house, Guard::Lock).await;
        house.services.clock.advance(answer_by.duration_since(house.now()));
        let (accepted, ended) = tokio::join!(
            groups::accept(&house.services, &class, &handle, Some(seen.version)),
            groups::settle_due(&other)
        );
        ended.expect("the worker looked");
        let state = request(&house, id).await.state;
        assert_eq!(state, if accepted.is_ok() { State::Accepted } else { State::Submitted }, "{accepted:?}");
        if accepted.is_ok() {
            approve(&house, id, sessions[1]).await.expect("its places");
        }
    }
}
