//! Meetings as whoever holds them finds and leads them: by pages, whole, and by nobody for whom an item is not there.

use super::room::{before, five, many, number};
use super::*;
use domain::field::Fault;
use domain::ids::MeetingId;
use domain::spark::review::committee::Roll;
use domain::spark::review::meeting::{Event as Step, State as Stands};
use jiff::ToSpan as _;
use services::spark::review::{
    NewMeeting, attend, close, declare, freeze, meetings, own_meetings, plan, put_off, reopen, room, set_agenda, step,
};
use std::collections::BTreeSet;

async fn planned(house: &TestHouse, sitting: &Sitting) -> MeetingId {
    let members: Vec<AccountId> = sitting.members.iter().map(number).collect();
    let roll = Roll::new(members[0], members[1], members).expect("a roll");
    let id: MeetingId = id(house);
    let day = domain::time::local_day(house.now());
    plan(&house.services, &sitting.secretary, &NewMeeting { id, day, roll }).await.expect("planned");
    id
}

#[tokio::test]
async fn an_officer_with_a_conflict_moves_no_meeting_that_has_the_case() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let (sitting, cases) = (five(&house).await, before(&house, &[1, 2]).await);
    let everybody: BTreeSet<AccountId> = sitting.members.iter().map(number).collect();
    let (own, tied) = (&sitting.secretary, of(&house, 995, Role::CaseOfficer));
    let sits = of(&house, number(&sitting.members[2]).0.as_u128(), Role::CaseOfficer);
    declare(services, &compliance(&house), cases[0], number(&tied), "亲属").await.expect("declared");
    let meeting = planned(&house, &sitting).await;
    let version = set_agenda(services, own, meeting, (0, &cases)).await.expect("an agenda");
    // The control: a meeting without the case is theirs to lead.
    let other = planned(&house, &sitting).await;
    assert!(room(services, &tied, other).await.expect("the room").leads);
    step(services, &tied, other, (0, Step::Cancel)).await.expect("called off");

    let state = async || room(services, own, meeting).await.expect("the room").meeting.state;
    let stops = async |event: Step, version: i32| {
        for by in [&tied, &sits] {
            let answer = match event {
                Step::Freeze => freeze(services, by, meeting, version).await.map(|_| 0),
                Step::Reopen => reopen(services, by, meeting, version).await,
                event => step(services, by, meeting, (version, event)).await,
            };
            assert!(matches!(answer, Err(ReviewError::NotFound)), "{event:?}: {answer:?}");
        }
    };
    assert!(!room(services, &tied, meeting).await.expect("the room").leads);
    for event in [Step::Freeze, Step::Cancel] {
        stops(event, version).await;
    }
    freeze(services, own, meeting, version).await.expect("frozen");
    attend(services, own, meeting, (None, &everybody)).await.expect("present");
    for event in [Step::Open, Step::Thaw, Step::Cancel] {
        stops(event, version + 1).await;
    }
    let version = step(services, own, meeting, (version + 1, Step::Open)).await.expect("open");
    stops(Step::Adjourn, version).await;
    assert_eq!(state().await, Stands::InSession);
    for case in &cases {
        put_off(services, own, (meeting, *case), true).await.expect("put off");
    }
    close(services, own, meeting, version).await.expect("closed");
    stops(Step::Reopen, version + 1).await;
    assert_eq!(state().await, Stands::Decided);
    reopen(services, own, meeting, version + 1).await.expect("it sits again");
}

#[tokio::test]
async fn what_is_hidden_takes_no_place_on_what_could_come_before_a_meeting() {
    let house = TestHouse::new().await;
    let sitting = five(&house).await;
    // The 210 that wait longest are not there for whoever plans.
    many(
        &house,
        290,
        number(&sitting.secretary),
        "changed_at < (select max(changed_at) from spark_case) - interval '79 minutes'",
    )
    .await;
    let meeting = planned(&house, &sitting).await;
    let offered = room(&house.services, &sitting.secretary, meeting).await.expect("the room").before;
    assert_eq!(offered.len(), 80, "all the others are offered");
    assert!(offered.is_sorted_by_key(|one| one.since), "the longest waiting first");
    let other = of(&house, 996, Role::CaseOfficer);
    assert_eq!(room(&house.services, &other, meeting).await.expect("the room").before.len(), 200);
}

#[tokio::test]
async fn an_agenda_has_sixty_items_with_those_that_are_not_there_for_whoever_sets_it() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let sitting = five(&house).await;
    let tied = of(&house, 995, Role::CaseOfficer);
    many(&house, 61, number(&tied), "reference = '00000001'").await;
    let meeting = planned(&house, &sitting).await;
    let offered = room(services, &sitting.secretary, meeting).await.expect("the room").before;
    let all: Vec<CaseId> = offered.iter().map(|one| one.named.case).collect();
    let too_many = |answer: Result<i32, ReviewError>| {
        let Err(ReviewError::Fields(errors)) = answer else { panic!("{answer:?}") };
        let told: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.fault)).collect();
        assert_eq!(told, [("cases", Fault::OutOfRange { min: 1, max: 60 })]);
    };
    too_many(set_agenda(services, &sitting.secretary, meeting, (0, &all)).await);
    // The last is the one that waits the shortest, and is not there for the other officer.
    let version = set_agenda(services, &sitting.secretary, meeting, (0, &all[60..])).await.expect("an agenda");
    too_many(set_agenda(services, &tied, meeting, (version, &all[..60])).await);
    set_agenda(services, &tied, meeting, (version, &all[..59])).await.expect("sixty with the one that stays");
    let items = room(services, &sitting.secretary, meeting).await.expect("the room").items;
    assert_eq!(items.len(), 60);
}

#[tokio::test]
async fn meetings_are_read_page_by_page_each_once() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let sitting = five(&house).await;
    let members: Vec<AccountId> = sitting.members.iter().map(number).collect();
    let roll = Roll::new(members[0], members[1], members).expect("a roll");
    let first = domain::time::local_day(house.now());
    for nth in 0..120_i32 {
        // Several on one day.
        let new = NewMeeting { id: id(&house), day: first + (nth / 7).days(), roll: roll.clone() };
        plan(services, &sitting.secretary, &new).await.expect("planned");
    }
    let (mut all, mut pages, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        let page = meetings(services, &sitting.secretary, false, after).await.expect("a page");
        let own = own_meetings(services, &sitting.members[3], after).await.expect("a page");
        let ids: Vec<MeetingId> = page.meetings.iter().map(|one| one.id).collect();
        assert_eq!(own.meetings.iter().map(|one| one.meeting).collect::<Vec<_>>(), ids);
        assert_eq!(own.next, page.next);
        pages.push(ids.len());
        all.extend(page.meetings);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, [50, 50, 20]);
    assert!(all.windows(2).all(|two| (two[0].day, two[0].id) > (two[1].day, two[1].id)), "the latest first");
    assert!(meetings(services, &sitting.secretary, true, None).await.expect("a page").meetings.is_empty());
}
