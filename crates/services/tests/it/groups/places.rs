//! Which requests keep places, and what comes of them: the three policies, the waiting list, what is over.

use super::{approve, ask, free, house, keep, link, propose, request};
use crate::booking::{book, is_full, officer, people_booked};
use domain::account::Actor;
use domain::booking::{Places, Share, Split};
use domain::groups::{Holding, State};
use jiff::SignedDuration;
use services::booking;
use services::groups::{self, GroupError, GroupFault};

#[tokio::test]
async fn a_proposal_keeps_its_places_until_it_is_answered_or_over() {
    let (house, sessions) = house(&[60, 60]).await;
    let id = ask(&house, 1, &sessions[..1]).await;
    assert_eq!(free(&house, sessions[0]).await, 60, "a request keeps nothing by the usual rules");
    propose(&house, id, sessions[1]).await.expect("proposed");
    assert_eq!(free(&house, sessions[1]).await, 7);
    book(&house.services, sessions[1], 1, 5).await.expect("five of the seven");
    assert!(is_full(&book(&house.services, sessions[1], 2, 3).await), "the rest is kept from the public");

    // Proposed elsewhere: the old places are free with it, and not before the new ones are won.
    book(&house.services, sessions[0], 3, 5).await.expect("five of sixty");
    propose(&house, id, sessions[0]).await.expect("proposed");
    assert_eq!((free(&house, sessions[0]).await, free(&house, sessions[1]).await), (2, 55));

    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    groups::decline(&house.services, &class, &handle, None, "周五更合适").await.expect("declined");
    assert_eq!((request(&house, id).await.state, free(&house, sessions[0]).await), (State::Submitted, 55));

    // Nobody answers: over by time alone, whoever looks.
    propose(&house, id, sessions[1]).await.expect("proposed");
    house.services.clock.advance(SignedDuration::from_hours(24 * 3));
    let seen = request(&house, id).await;
    assert_eq!((seen.state, seen.kept, free(&house, sessions[1]).await), (State::Submitted, None, 55));
    let late = house.context(Actor::Anonymous);
    let answer = groups::accept(&house.services, &late, &handle, None).await;
    assert!(matches!(answer, Err(GroupError::Refused(_))), "{answer:?}");
}

#[tokio::test]
async fn what_was_accepted_is_kept_on_and_becomes_the_booking() {
    let (house, sessions) = house(&[60, 60]).await;
    let id = ask(&house, 1, &sessions[..1]).await;
    propose(&house, id, sessions[1]).await.expect("proposed");
    house.services.clock.advance(SignedDuration::from_hours(24 * 2));
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    groups::accept(&house.services, &class, &handle, None).await.expect("accepted");
    // Beyond the time the proposal had, the places are still theirs.
    house.services.clock.advance(SignedDuration::from_hours(24 * 2));
    assert_eq!(free(&house, sessions[1]).await, 7);
    approve(&house, id, sessions[1]).await.expect("its own places");
    assert_eq!((people_booked(&house, sessions[1]).await, free(&house, sessions[1]).await), (53, 7));
    assert_eq!(request(&house, id).await.kept, None);
}

#[tokio::test]
async fn without_keeping_a_full_session_is_over_by_so_many() {
    let (house, sessions) = house(&[60]).await;
    keep(&house, Holding::Nothing).await;
    let id = ask(&house, 1, &sessions).await;
    propose(&house, id, sessions[0]).await.expect("there is room now");
    assert_eq!(free(&house, sessions[0]).await, 60);
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    groups::accept(&house.services, &class, &handle, None).await.expect("accepted");
    for n in 0..2 {
        book(&house.services, sessions[0], n, 5).await.expect("the public comes first");
    }
    let late = approve(&house, id, sessions[0]).await;
    assert!(matches!(late, Err(GroupError::Own(GroupFault::Over { by: 3, free: 50 }))), "{late:?}");
    assert_eq!((request(&house, id).await.state, people_booked(&house, sessions[0]).await), (State::Accepted, 10));
    let proposed = propose(&house, id, sessions[0]).await;
    assert!(matches!(proposed, Err(GroupError::Own(GroupFault::Over { by: 3, .. }))), "{proposed:?}");
    groups::smaller(&house.services, &class, &handle, None, ("45", "5")).await.expect("fifty are fewer");
    approve(&house, id, sessions[0]).await.expect("they fit");
    assert_eq!(people_booked(&house, sessions[0]).await, 60);
}

#[tokio::test]
async fn requests_can_keep_places_from_the_first_moment_in_the_first_wish_with_room() {
    let (house, sessions) = house(&[60, 60]).await;
    keep(&house, Holding::Requests).await;
    let first = ask(&house, 1, &sessions).await;
    assert_eq!(free(&house, sessions[0]).await, 7);
    house.services.clock.advance(SignedDuration::from_mins(16));
    let second = ask(&house, 2, &sessions).await;
    assert_eq!((free(&house, sessions[0]).await, free(&house, sessions[1]).await), (7, 7));
    let (staff, version) = (officer(&house), request(&house, first).await.version);
    groups::refuse(&house.services, &staff, first, version, "当天闭馆").await.expect("refused");
    assert_eq!(free(&house, sessions[0]).await, 60);
    // Approved for another session than the one that is kept: that one is free again.
    approve(&house, second, sessions[0]).await.expect("approved");
    assert_eq!((free(&house, sessions[0]).await, free(&house, sessions[1]).await), (7, 60));
}

#[tokio::test]
async fn a_smaller_request_keeps_less() {
    let (house, sessions) = house(&[60]).await;
    keep(&house, Holding::Requests).await;
    let id = ask(&house, 1, &sessions).await;
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    groups::smaller(&house.services, &class, &handle, None, ("30", "3")).await.expect("smaller");
    assert_eq!(free(&house, sessions[0]).await, 27);
    groups::withdraw(&house.services, &class, &handle, None).await.expect("withdrawn");
    assert_eq!(free(&house, sessions[0]).await, 60);
}

#[tokio::test]
async fn what_an_older_rule_kept_does_not_stand_in_the_groups_own_way() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    propose(&house, id, sessions[0]).await.expect("proposed");
    assert_eq!(free(&house, sessions[0]).await, 7);
    keep(&house, Holding::Nothing).await;
    propose(&house, id, sessions[0]).await.expect("its own places are no others'");
    assert_eq!((request(&house, id).await.kept, free(&house, sessions[0]).await), (None, 60));
}

#[tokio::test]
async fn an_approved_group_draws_on_the_groups_places_first_and_then_on_anybodys() {
    let (house, sessions) = house(&[60]).await;
    let session = sessions[0];
    let split = Split { group: Share { places: 50, release_hours: 48 }, ..Split::default() };
    let places = Places { total: 60, split };
    booking::change_places(&house.services, &officer(&house), session, 1, places, false).await.expect("split");
    assert_eq!(free(&house, session).await, 10, "fifty are the groups'");
    book(&house.services, session, 1, 5).await.expect("five of the ten");
    let id = ask(&house, 1, &sessions).await;
    propose(&house, id, session).await.expect("fifty of their own and three of anybody's");
    assert_eq!(free(&house, session).await, 2);
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    groups::accept(&house.services, &class, &handle, None).await.expect("accepted");
    approve(&house, id, session).await.expect("approved");
    assert_eq!((people_booked(&house, session).await, free(&house, session).await), (58, 2));
    // A second class finds two, and is told by how many it is too large.
    house.services.clock.advance(SignedDuration::from_mins(16));
    let second = ask(&house, 2, &sessions).await;
    let late = approve(&house, second, session).await;
    assert!(matches!(late, Err(GroupError::Own(GroupFault::Over { by: 51, free: 2 }))), "{late:?}");
}
