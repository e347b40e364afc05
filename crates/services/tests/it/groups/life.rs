//! A request from the form to the visit, and the ways beside it.

use super::{VISITOR, approve, ask, form, house, link, network, propose, request, subjects};
use crate::booking::{officer, people_booked, steward};
use domain::account::Actor;
use domain::field::Fault;
use domain::groups::State;
use domain::ids::ClosureId;
use jiff::SignedDuration;
use services::booking::{self, BookingState, Closing, Scope, Ticket};
use services::groups::{self, GroupError, GroupFault, Handle, Wanted};
use uuid::Uuid;

fn fields(error: GroupError) -> Vec<(String, Fault)> {
    match error {
        GroupError::Fields(errors) => errors.into_iter().map(|error| (error.field, error.fault)).collect(),
        other => panic!("not fields: {other}"),
    }
}

#[tokio::test]
async fn what_was_typed_is_kept_for_the_browser_that_typed_it_and_asks_once() {
    let (house, sessions) = house(&[60, 60]).await;
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = groups::begin(services, &context, VISITOR, &network()).await.expect("a form");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    let mut half = form(1, &sessions);
    half.0.insert("adults".into(), "4".into());
    groups::keep(services, &draft, &half).await.expect("kept");
    assert!(groups::read(services, &context, id, "another browser").await.is_err());
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    assert_eq!(draft.typed, half);
    let faulty = groups::send(services, &context, &draft, &network()).await.expect_err("too few adults");
    assert_eq!(fields(faulty), [("adults".to_owned(), Fault::AdultsNeeded { least: 5 })]);
    assert!(matches!(groups::submit(services, &context, &draft).await, Err(GroupError::Fields(_))));

    groups::keep(services, &draft, &form(1, &sessions)).await.expect("kept");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    assert!(matches!(groups::submit(services, &context, &draft).await, Err(GroupError::NotFound)), "not proven");
    groups::send(services, &context, &draft, &network()).await.expect("a code");
    let code = crate::bus::last_code(&house).await;
    groups::prove(services, &context, &draft, &code, &network()).await.expect("proven");
    let one = groups::submit(services, &context, &draft).await.expect("a request");
    assert_eq!(groups::submit(services, &context, &draft).await.expect("the same"), one);
    assert!(groups::own(services, &context, &draft, one).await.is_ok());
    assert!(subjects(&house, 1).await.iter().any(|subject| subject == "团体预约申请已收到"));
}

#[tokio::test]
async fn a_session_too_small_or_too_near_cannot_be_asked_for() {
    let (house, sessions) = house(&[52, 60]).await;
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = groups::begin(services, &context, VISITOR, &network()).await.expect("a form");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    groups::keep(services, &draft, &form(1, &sessions)).await.expect("kept");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    let faulty = groups::send(services, &context, &draft, &network()).await.expect_err("53 people on 52 places");
    assert_eq!(fields(faulty), [("session_1".to_owned(), Fault::NotAChoice)]);
    groups::keep(services, &draft, &form(1, &sessions[1..])).await.expect("kept");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    groups::send(services, &context, &draft, &network()).await.expect("large enough");
    house.services.clock.advance(SignedDuration::from_hours(24 * 7));
    let later = house.context(Actor::Anonymous);
    // Drafts live three days: asked again on the day, it is another's problem; the session is out of reach by then.
    assert!(matches!(groups::read(services, &later, id, VISITOR).await, Err(GroupError::NotFound)));
}

/// The whole journey: proposed, accepted, approved, at the door.
#[tokio::test]
async fn a_class_is_proposed_another_session_accepts_is_approved_and_comes_in() {
    let (house, sessions) = house(&[60, 60]).await;
    let id = ask(&house, 1, &sessions[..1]).await;
    assert!(matches!(approve(&house, id, sessions[1]).await, Err(GroupError::NotFound)), "nobody agreed on it");
    propose(&house, id, sessions[1]).await.expect("proposed");
    assert!(subjects(&house, 1).await.iter().any(|subject| subject.contains("为您建议了一个场次")));
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    let version = request(&house, id).await.version;
    let early = approve(&house, id, sessions[1]).await;
    assert!(matches!(early, Err(GroupError::Refused(_))), "the class has not agreed: {early:?}");
    groups::accept(&house.services, &class, &handle, Some(version)).await.expect("accepted");
    groups::accept(&house.services, &class, &handle, Some(version)).await.expect("pressed twice");
    assert_eq!(request(&house, id).await.state, State::Accepted);
    approve(&house, id, sessions[1]).await.expect("approved");

    let seen = request(&house, id).await;
    let booked = seen.booking.expect("a booking");
    assert_eq!(
        (seen.state, booked.span.session, people_booked(&house, sessions[1]).await),
        (State::Approved, sessions[1], 53)
    );
    let booking = booking::view(&house.services, &officer(&house), &booking::Handle::Id(booked.booking)).await;
    let booking = booking.expect("the booking");
    assert_eq!((booking.party.people.get(), booking.party.children, booking.channel.as_str()), (53, 48, "staff"));
    assert!(subjects(&house, 1).await.iter().any(|subject| subject.contains("预约")), "the booking's own confirmation");

    // The door: one pass for all of them, and whose it is.
    house.services.clock.advance(booked.span.starts_at.duration_since(house.now()));
    let pass = booking::pass_text(&house.services, &booking);
    let at_door = steward(&house);
    let group = groups::of_booking(&house.services, &at_door, booking.id).await.expect("read").expect("a group");
    assert_eq!((group.organisation.as_str(), group.members, group.adults), ("演示市第1小学", 48, 5));
    let admitted = booking::admit(&house.services, &at_door, Uuid::from_u128(1), Ticket::Pass(pass), 52, None).await;
    assert!(admitted.expect("an answer").is_ok());
    assert_eq!(request(&house, id).await.state, State::Visited);
    assert_eq!(groups::settle_due(&house.services).await.expect("written down"), 1);
    assert_eq!(groups::settle_due(&house.services).await.expect("nothing more"), 0);
}

#[tokio::test]
async fn a_question_is_asked_and_answered_and_a_refusal_gives_its_reason() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    let version = request(&house, id).await.version;
    let staff = officer(&house);
    groups::ask(&house.services, &staff, id, version, "有几位坐轮椅？").await.expect("asked");
    assert!(matches!(
        groups::ask(&house.services, &staff, id, version, "再问一次").await,
        Err(GroupError::StateHasChanged)
    ));
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    assert_eq!(
        fields(groups::answer(&house.services, &class, &handle, None, " ").await.expect_err("nothing")),
        [("answer".to_owned(), Fault::Required)]
    );
    groups::answer(&house.services, &class, &handle, None, "两位").await.expect("answered");
    let seen = request(&house, id).await;
    assert_eq!((seen.state, seen.answer.as_deref()), (State::Submitted, Some("两位")));
    groups::refuse(&house.services, &staff, id, seen.version, "当天闭馆").await.expect("refused");
    assert!(matches!(approve(&house, id, sessions[0]).await, Err(GroupError::Refused(_))));
    assert_eq!(request(&house, id).await.reason.as_deref(), Some("当天闭馆"));
    let told = subjects(&house, 1).await;
    assert!(told.iter().any(|it| it.contains("未能安排")), "{told:?}");
}

#[tokio::test]
async fn no_group_is_approved_for_what_needs_no_booking_and_an_approved_one_stays() {
    let (house, sessions) = house(&[60, 60]).await;
    let stays = ask(&house, 1, &sessions).await;
    // Of two codes the later one is read.
    house.services.clock.advance(SignedDuration::from_secs(1));
    let later = ask(&house, 2, &sessions).await;
    approve(&house, stays, sessions[0]).await.expect("approved");
    let act = booking::OpenDoor {
        key: domain::ids::OpenDoorId(Uuid::from_u128(6)),
        what: Scope::Session(sessions[0]),
        note_zh: String::new(),
        note_en: String::new(),
    };
    booking::open_door(&house.services, &officer(&house), act).await.expect("set");
    assert_eq!(request(&house, stays).await.state, State::Approved);
    let refused = approve(&house, later, sessions[0]).await;
    assert!(
        matches!(refused, Err(GroupError::Own(GroupFault::Booking(domain::booking::Refusal::NoBookingNeeded)))),
        "{refused:?}"
    );
    approve(&house, later, sessions[1]).await.expect("the other session");
}

#[tokio::test]
async fn a_closed_session_puts_the_group_back_and_tells_it_once() {
    let (house, sessions) = house(&[60, 60]).await;
    let id = ask(&house, 1, &sessions).await;
    approve(&house, id, sessions[0]).await.expect("approved");
    let closing = Closing {
        key: ClosureId(Uuid::from_u128(5)),
        what: Scope::Session(sessions[0]),
        reason_zh: "设备检修".into(),
        reason_en: "maintenance".into(),
    };
    booking::close(&house.services, &officer(&house), closing).await.expect("closed");
    let seen = request(&house, id).await;
    assert_eq!(seen.state, State::Rebook);
    let told = subjects(&house, 1).await;
    assert_eq!(told.iter().filter(|subject| subject.contains("暂停开放")).count(), 1, "{told:?}");
    let again = approve(&house, id, sessions[0]).await;
    assert!(
        matches!(again, Err(GroupError::Own(GroupFault::Booking(domain::booking::Refusal::SessionClosed)))),
        "{again:?}"
    );
    approve(&house, id, sessions[1]).await.expect("the second wish");
    let seen = request(&house, id).await;
    assert_eq!((seen.state, seen.booking.map(|it| it.span.session)), (State::Approved, Some(sessions[1])));
}

#[tokio::test]
async fn an_approved_group_becomes_smaller_and_withdraws_as_a_booking_does() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    approve(&house, id, sessions[0]).await.expect("approved");
    let (handle, class) = (link(&house, id).await, house.context(Actor::Anonymous));
    let services = &house.services;
    let few = groups::smaller(services, &class, &handle, None, ("48", "4")).await.expect_err("too few adults");
    assert_eq!(fields(few), [("adults".to_owned(), Fault::AdultsNeeded { least: 5 })]);
    let more = groups::smaller(services, &class, &handle, None, ("49", "5")).await.expect_err("not more");
    assert_eq!(fields(more), [("members".to_owned(), Fault::OutOfRange { min: 1, max: 48 })]);
    groups::smaller(services, &class, &handle, None, ("40", "4")).await.expect("smaller");
    let seen = request(&house, id).await;
    assert_eq!((seen.members, seen.adults, people_booked(&house, sessions[0]).await), (40, 4, 44));
    groups::withdraw(services, &class, &handle, None).await.expect("withdrawn");
    let seen = request(&house, id).await;
    assert_eq!((seen.state, people_booked(&house, sessions[0]).await), (State::Withdrawn, 0));
    let booked = booking::Handle::Id(seen.booking.expect("it").booking);
    let booking = booking::view(services, &officer(&house), &booked).await.expect("the booking");
    assert_eq!(booking.state, BookingState::Cancelled);
    for version in [None, Some(seen.version), Some(0)] {
        groups::withdraw(services, &class, &handle, version).await.expect("it is withdrawn already");
    }
}

#[tokio::test]
async fn withdrawing_twice_is_withdrawing_once_and_what_is_over_otherwise_is_said() {
    let (house, sessions) = house(&[60]).await;
    let (services, class) = (&house.services, house.context(Actor::Anonymous));
    let id = ask(&house, 1, &sessions).await;
    let handle = link(&house, id).await;
    let version = request(&house, id).await.version;
    for version in [Some(version), Some(version), None, Some(0)] {
        groups::withdraw(services, &class, &handle, version).await.expect("withdrawn, or was already");
    }
    let noted = "select count(*) from audit_entry where action = 'group.withdrawn'";
    assert_eq!(crate::account::number(&house, noted).await, 1);

    house.services.clock.advance(SignedDuration::from_secs(1));
    let id = ask(&house, 2, &sessions).await;
    let version = request(&house, id).await.version;
    groups::refuse(services, &officer(&house), id, version, "那一天闭馆").await.expect("refused");
    let late = groups::withdraw(services, &class, &link(&house, id).await, Some(version)).await;
    assert!(matches!(late, Err(GroupError::StateHasChanged)), "{late:?}");
}

#[tokio::test]
async fn a_link_shows_its_own_request_and_strangers_see_nothing() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    let stranger = house.context(Actor::Anonymous);
    assert!(groups::view(&house.services, &stranger, &link(&house, id).await).await.is_ok());
    for handle in [Handle::Id(id), Handle::Link("x".into())] {
        assert!(groups::view(&house.services, &stranger, &handle).await.is_err(), "{handle:?}");
    }
    let at_door = steward(&house);
    assert!(matches!(groups::board(&house.services, &at_door, &Wanted::default()).await, Err(GroupError::Denied(_))));
    let found = groups::board(&house.services, &officer(&house), &Wanted { text: "第1小学".into() }).await;
    assert_eq!(found.expect("the board").len(), 1);
    let none = groups::board(&house.services, &officer(&house), &Wanted { text: "没有".into() }).await;
    assert!(none.expect("the board").is_empty());
}

#[tokio::test]
async fn a_contact_has_only_so_many_requests_under_way() {
    let (house, sessions) = house(&[500]).await;
    for _ in 0..6 {
        ask(&house, 1, &sessions).await;
        house.services.clock.advance(SignedDuration::from_mins(16));
    }
    let (services, context) = (&house.services, house.context(Actor::Anonymous));
    let id = groups::begin(services, &context, VISITOR, &network()).await.expect("a form");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    groups::keep(services, &draft, &form(1, &sessions)).await.expect("kept");
    sqlx::query("update group_draft set verified_at = now() where id = $1")
        .bind(id.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("proven");
    let draft = groups::read(services, &context, id, VISITOR).await.expect("the draft");
    assert!(matches!(groups::submit(services, &context, &draft).await, Err(GroupError::TooMany { max: 6 })));
}

#[tokio::test]
async fn what_names_people_goes_when_its_time_is_over() {
    let (house, sessions) = house(&[60]).await;
    let id = ask(&house, 1, &sessions).await;
    let handle = link(&house, id).await;
    let class = house.context(Actor::Anonymous);
    let sent = groups::Sent::Text("演示·甲\n演示·乙".into());
    groups::save_roster(&house.services, &class, &handle, sent, &network()).await.expect("a list");
    approve(&house, id, sessions[0]).await.expect("approved");
    // The visit is on 28 July: the list goes a week after it, the leader three months after it.
    house.services.clock.advance(SignedDuration::from_hours(24 * 14));
    let erased = services::privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!((erased.rosters, erased.group_requests), (0, 0));
    house.services.clock.advance(SignedDuration::from_hours(24 * 3));
    assert_eq!(services::privacy::preview(&house.services).await.expect("counted").rosters, 1);
    let erased = services::privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!((erased.rosters, erased.group_requests), (1, 0));
    assert_eq!(request(&house, id).await.listed, None);
    house.services.clock.advance(SignedDuration::from_hours(24 * 95));
    let erased = services::privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!(erased.group_requests, 1);
    let emptied = request(&house, id).await;
    assert_eq!((emptied.name.as_str(), emptied.contact.is_none(), emptied.members), ("已删除", true, 48));
    assert_eq!(services::privacy::erase_due(&house.services).await.expect("again").group_requests, 0);
}
