//! What the committee's pages read, and the carrying out of decisions: nothing tells of a case somebody has a conflict with, and a
//! decision is carried out once, as it was taken.

use super::*;
use domain::ids::MeetingId;
use domain::spark::Unmet;
use domain::spark::review::committee::Roll;
use domain::spark::review::meeting::{Event as Step, State as Stands};
use domain::spark::review::minutes::Settled;
use domain::spark::review::vote::Outcome;
use futures::future::join_all;
use services::spark::cases::desk;
use services::spark::review::{
    How, NewMeeting, agenda, attend, carry_out, carrying, cases_named, cast, close, declare, freeze, hold_meeting,
    meetings_of, own_meeting, own_meetings, plan, put_off, record, room, set_agenda, sign, sitters, step, to_carry_out,
};
use std::collections::BTreeSet;

pub(super) fn number(context: &Context) -> AccountId {
    context.actor.account().expect("an account")
}

pub(super) async fn five(house: &TestHouse) -> Sitting {
    sitting(house, &of(house, 50, Role::Chair)).await
}

/// Cases before the committee, of different families.
pub(super) async fn before(house: &TestHouse, people: &[u128]) -> Vec<CaseId> {
    let mut all = Vec::new();
    for person in people {
        let case = sent(house, *person).await;
        before_committee(house, case).await;
        all.push(case);
    }
    all
}

/// So many cases before the committee without anything else, the first waiting the shortest; with those that are found so somebody
/// has a conflict.
pub(super) async fn many(house: &TestHouse, cases: u32, about: AccountId, conflicted: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "begin; set local session_replication_role = replica;
         insert into spark_case (id, reference, state, version, disease_group, city, age, asked, opened_at, changed_at)
         select gen_random_uuid(), upper(lpad(to_hex(n), 8, '0')), 'committee', 1, 'rare', 'jinan', 9, 100,
                at - make_interval(mins => n), at - make_interval(mins => n)
         from generate_series(1, {cases}) as n, (select '{now}'::timestamptz as at) as frozen;
         insert into spark_conflict (id, case_id, account_id, declared_by, reason_sealed, declared_at)
         select gen_random_uuid(), id, '{about}', '{about}', 'x', '{now}' from spark_case where {conflicted};
         commit",
        now = house.now(),
    )))
    .execute(&house.db.owner_pool())
    .await
    .expect("many cases");
}

fn all_of(house: &TestHouse, purse: Purse, version: i32) -> How {
    How { version, reason: Some("演示理由".into()), grounds: vec![], award: Some(decided(house, purse, 10_000)) }
}

#[tokio::test]
async fn a_chairs_list_has_no_case_they_have_a_conflict_with_nor_a_gap_where_it_was() {
    let house = TestHouse::new().await;
    let cases = before(&house, &[1, 2, 3]).await;
    let by = chair(&house);
    let listed = async || {
        let page = desk(&house.services, &by, Part::Chair, None).await.expect("a page");
        (page.cases.iter().map(|case| case.id).collect::<BTreeSet<_>>(), page.next)
    };
    assert_eq!(listed().await.0, cases.iter().copied().collect());
    // The chair is a relative of the first family; of the second somebody says that they have a conflict.
    let relative = Document::from_comparable("passport:document 1").expect("a document");
    tied(&house, CHAIR, &Ties { kin: vec![relative], ..ties(CHAIR) }).await;
    declare(&house.services, &compliance(&house), cases[1], number(&by), "亲属").await.expect("declared");
    let (shown, next) = listed().await;
    assert_eq!(shown, BTreeSet::from([cases[2]]));
    assert_eq!(next, None, "no page that is there only for what is hidden");
    let other = desk(&house.services, &of(&house, OTHER_CHAIR, Role::Chair), Part::Chair, None).await.expect("a page");
    assert_eq!(other.cases.len(), 3, "another chair sees all of them");
}

#[tokio::test]
async fn a_chair_reads_full_pages_however_many_are_hidden() {
    let house = TestHouse::new().await;
    let by = chair(&house);
    many(&house, 130, number(&by), "right(reference, 1) in ('0', '2', '4', '6', '8', 'A', 'C', 'E')").await;
    let (mut all, mut after, mut pages) = (Vec::new(), None, Vec::new());
    loop {
        let page = desk(&house.services, &by, Part::Chair, after).await.expect("a page");
        pages.push(page.cases.len());
        all.extend(page.cases.into_iter().map(|case| case.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(pages, [50, 15]);
    let once: BTreeSet<_> = all.iter().collect();
    assert_eq!(once.len(), 65, "each once");
}

#[tokio::test]
async fn members_find_their_meetings_and_nobody_elses() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let (sitting, cases) = (five(&house).await, before(&house, &[1]).await);
    let members: Vec<AccountId> = sitting.members.iter().map(number).collect();
    let roll = Roll::new(members[0], members[1], members.clone()).expect("a roll");
    let id: MeetingId = id(&house);
    let day = domain::time::local_day(house.now());
    plan(services, &sitting.secretary, &NewMeeting { id, day, roll }).await.expect("planned");
    set_agenda(services, &sitting.secretary, id, (0, &cases)).await.expect("an agenda");
    let own = own_meetings(services, &sitting.members[3], None).await.expect("read");
    assert_eq!(own.meetings.iter().map(|one| (one.meeting, one.state)).collect::<Vec<_>>(), [(id, Stands::Planned)]);
    let stranger = of(&house, 998, Role::CommitteeMember);
    assert!(own_meetings(services, &stranger, None).await.expect("read").meetings.is_empty());
    assert!(matches!(own_meeting(services, &stranger, id).await, Err(ReviewError::NotFound)));
    assert!(matches!(record(services, &stranger, id).await, Err(ReviewError::NotFound)));
    let early = record(services, &sitting.secretary, id).await;
    assert!(matches!(early, Err(ReviewError::NotFound)), "nothing is minuted yet: {early:?}");
    // The secretary's room: the case is on the agenda and could be on it; nothing is counted before it is frozen.
    let room = room(services, &sitting.secretary, id).await.expect("the room");
    assert_eq!(room.items.iter().map(|item| item.named.case).collect::<Vec<_>>(), cases);
    assert_eq!(room.before.iter().map(|one| one.named.case).collect::<Vec<_>>(), cases);
    assert!(room.items.iter().all(|item| item.progress.is_none()) && room.seats.iter().all(|seat| seat.known));
    let with = meetings_of(services, &sitting.secretary, cases[0]).await.expect("read");
    assert_eq!(with.iter().map(|one| one.meeting).collect::<Vec<_>>(), [id]);
    // A case whoever plans has a conflict with could come on no agenda of theirs.
    let tied = of(&house, 995, Role::CaseOfficer);
    declare(services, &compliance(&house), cases[0], number(&tied), "亲属").await.expect("declared");
    assert!(services::spark::review::room(services, &tied, id).await.expect("the room").before.is_empty());
    let other: MeetingId = super::id(&house);
    let roll = Roll::new(members[0], members[1], members.clone()).expect("a roll");
    plan(services, &tied, &NewMeeting { id: other, day, roll }).await.expect("planned");
    let hidden = set_agenda(services, &tied, other, (0, &cases)).await;
    assert!(matches!(hidden, Err(ReviewError::NotFound)), "{hidden:?}");
    for role in Role::ALL {
        let by = of(&house, 997, role);
        let holds = role == Role::CaseOfficer;
        assert_eq!(sitters(services, &by).await.is_ok(), holds, "{role:?}");
        assert_eq!(meetings_of(services, &by, cases[0]).await.is_ok(), holds, "{role:?}");
        let sits = matches!(role, Role::CommitteeMember | Role::Chair);
        assert_eq!(own_meetings(services, &by, None).await.is_ok(), sits, "{role:?}");
        assert_eq!(to_carry_out(services, &by).await.is_ok(), role == Role::Chair, "{role:?}");
    }
}

#[tokio::test]
async fn an_officer_with_a_conflict_finds_no_such_item_and_does_nothing_with_it() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let (sitting, cases) = (five(&house).await, before(&house, &[1, 2]).await);
    let members: Vec<AccountId> = sitting.members.iter().map(number).collect();
    let (everybody, nobody) = (members.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::new());
    let roll = Roll::new(members[0], members[1], members.clone()).expect("a roll");
    let meeting: MeetingId = id(&house);
    let day = domain::time::local_day(house.now());
    let (own, tied) = (&sitting.secretary, of(&house, 995, Role::CaseOfficer));
    plan(services, own, &NewMeeting { id: meeting, day, roll }).await.expect("planned");
    let version = set_agenda(services, own, meeting, (0, &cases)).await.expect("an agenda");
    declare(services, &compliance(&house), cases[0], number(&tied), "亲属").await.expect("declared");
    let there = async |by: &Context| {
        let room = room(services, by, meeting).await.expect("the room");
        (room.items.iter().map(|item| item.named.case).collect::<Vec<_>>(), room.meeting.pack.is_some())
    };
    // They set the agenda as though the case were not on it, and it stays where it is.
    let version = set_agenda(services, &tied, meeting, (version, &cases[1..])).await.expect("an agenda");
    assert_eq!((there(own).await.0, there(&tied).await.0), (cases.clone(), vec![cases[1]]));
    let known_to_them = set_agenda(services, &tied, meeting, (version, &cases)).await;
    assert!(matches!(known_to_them, Err(ReviewError::NotFound)), "{known_to_them:?}");
    let named = cases_named(services, &tied, &cases).await.expect("read");
    assert_eq!(named.into_keys().collect::<Vec<_>>(), [cases[1]]);

    freeze(services, own, meeting, version).await.expect("frozen");
    attend(services, own, meeting, (None, &everybody)).await.expect("present");
    let version = step(services, own, meeting, (version + 1, Step::Open)).await.expect("open");
    for member in &sitting.members {
        let shown = agenda(services, member, meeting).await.expect("an agenda");
        for (_, item) in shown.items.numbered() {
            cast(services, member, (meeting, item.case), (Vote::Grant, item.digest)).await.expect("a vote");
        }
    }
    assert_eq!((there(own).await, there(&tied).await), ((cases.clone(), true), (vec![cases[1]], false)));
    let noted = attend(services, &tied, meeting, (Some(cases[0]), &nobody)).await;
    assert!(matches!(noted, Err(ReviewError::NotFound)), "{noted:?}");
    let over = put_off(services, &tied, (meeting, cases[0]), true).await;
    assert!(matches!(over, Err(ReviewError::NotFound)), "{over:?}");
    let closed = close(services, &tied, meeting, version).await;
    assert!(matches!(closed, Err(ReviewError::NotFound)), "{closed:?}");
    // Nobody is there, they note: of what they see.
    attend(services, &tied, meeting, (None, &nobody)).await.expect("noted");
    let far = room(services, own, meeting).await.expect("the room").items;
    let far: Vec<_> = far.iter().map(|item| item.progress.as_ref().map(|it| (it.voted, it.stands_over))).collect();
    assert_eq!(far, [Some((5, false)), Some((0, false))], "no vote on the other is struck");
    attend(services, own, meeting, (None, &everybody)).await.expect("present");
    // Whoever sits holds nothing, whatever else they are.
    let sits = of(&house, members[2].0.as_u128(), Role::CaseOfficer);
    assert!(matches!(room(services, &sits, meeting).await, Err(ReviewError::NotFound)));
    let noted = attend(services, &sits, meeting, (None, &nobody)).await;
    assert!(matches!(noted, Err(ReviewError::NotFound)), "{noted:?}");

    close(services, own, meeting, version).await.expect("closed");
    let theirs = record(services, &tied, meeting).await.expect("the record");
    assert_eq!(theirs.items.iter().map(|item| item.named.case).collect::<Vec<_>>(), [cases[1]]);
    assert!(theirs.whole.is_none() && theirs.signed.is_empty() && theirs.missing.is_empty());
    let whole = record(services, own, meeting).await.expect("the record");
    assert!(whole.items.len() == 2 && whole.whole.is_some() && whole.to_sign);
    // Who closed them signs nothing they turn out to have a conflict with.
    declare(services, &compliance(&house), cases[1], number(own), "事后查明").await.expect("declared");
    let signed = sign(services, own, meeting).await;
    assert!(matches!(signed, Err(ReviewError::NotFound)), "{signed:?}");
    assert!(!record(services, own, meeting).await.expect("the record").to_sign);
}

#[tokio::test]
async fn the_record_of_whoever_is_recused_tells_of_nothing_they_are_recused_from() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let cases = before(&house, &[1, 2]).await;
    let sitting = five(&house).await;
    // Of the first case the chair has a conflict before anybody meets: the deputy presides over it.
    declare(services, &compliance(&house), cases[0], number(&sitting.members[0]), "亲属").await.expect("declared");
    let meeting = hold_meeting(services, &sitting, &[(cases[0], Vote::Grant), (cases[1], Vote::Refuse)]).await;
    let meeting = meeting.expect("a meeting");
    let whole = record(services, &sitting.secretary, meeting).await.expect("the record");
    assert_eq!((whole.state, whole.items.len(), whole.signed.len()), (Stands::MinutesSigned, 2, 3));
    assert!(whole.whole.is_some() && whole.missing.is_empty());
    let chairs = record(services, &sitting.members[0], meeting).await.expect("the record");
    assert_eq!(chairs.items.iter().map(|item| item.named.case).collect::<Vec<_>>(), [cases[1]]);
    assert_eq!(chairs.items[0].entry.settled, Settled::Decided(Outcome::Refused));
    assert_eq!(chairs.whole, None, "a hash over all would be another than that of what is shown");
    let deputy = number(&sitting.members[1]);
    assert!(chairs.signed.iter().all(|(who, _)| *who != deputy), "why would the deputy sign?");
    let by: Vec<AccountId> = chairs.signed.iter().map(|(who, _)| *who).collect();
    assert_eq!((by, chairs.missing.len()), (vec![number(&sitting.members[0])], 0), "nor who else has to, or has not");
    let members = record(services, &sitting.members[2], meeting).await.expect("the record");
    assert_eq!((members.items.len(), members.signed.len()), (2, 3));
    // A conflict that becomes known later hides the item from then on.
    declare(services, &compliance(&house), cases[1], number(&sitting.members[2]), "事后查明").await.expect("declared");
    let members = record(services, &sitting.members[2], meeting).await.expect("the record");
    assert_eq!(members.items.iter().map(|item| item.named.case).collect::<Vec<_>>(), [cases[0]]);
    // What waits to be carried out, too: for the chair one, for another chair both.
    let waits = async |by: &Context| {
        let all = to_carry_out(services, by).await.expect("read");
        all.iter().map(|one| one.named.case).collect::<Vec<_>>()
    };
    assert_eq!(waits(&sitting.members[0]).await, [cases[1]]);
    assert_eq!(waits(&of(&house, OTHER_CHAIR, Role::Chair)).await, cases);
    let hidden = carrying(services, &sitting.members[0], (meeting, cases[0])).await;
    assert!(matches!(hidden, Err(ReviewError::NotFound)), "{hidden:?}");
}

#[tokio::test]
async fn a_decision_is_carried_out_once_as_it_was_taken_by_whoever_presses_first() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let purse = purse_of(&house, 30_000).await;
    let cases = before(&house, &[1, 2]).await;
    let sitting = five(&house).await;
    let chair = &sitting.members[0];
    let meeting = hold_meeting(services, &sitting, &[(cases[0], Vote::Grant), (cases[1], Vote::Refuse)]).await;
    let meeting = meeting.expect("a meeting");
    let shown = carrying(services, chair, (meeting, cases[0])).await.expect("a decision");
    assert_eq!((shown.event, shown.done, shown.funds.len()), (Event::Grant, false, 1));
    // Pressed ten times at once, with the same award: one award, and everybody is told that it is done.
    let how = all_of(&house, purse, shown.version);
    let presses = (0..10).map(|_| carry_out(services, chair, (meeting, cases[0]), &how));
    for answer in join_all(presses).await {
        assert!(matches!(answer, Ok(()) | Err(ReviewError::Busy)), "{answer:?}");
    }
    assert_eq!(state(&house, cases[0]).await, "granted");
    assert_eq!(crate::ledger::number(&house, "select count(*) from ledger_award").await, 1);
    // Another award is another act, and somebody was first.
    let other = carry_out(services, chair, (meeting, cases[0]), &all_of(&house, purse, shown.version)).await;
    assert!(matches!(other, Err(ReviewError::Case(CaseError::Stale(_)))), "{other:?}");
    assert!(carrying(services, chair, (meeting, cases[0])).await.expect("a decision").done);

    // Refused is refused, with a reason, whatever is sent along.
    let shown = carrying(services, chair, (meeting, cases[1])).await.expect("a decision");
    assert_eq!((shown.event, shown.funds.len()), (Event::Refuse, 0));
    let how = How { reason: None, ..all_of(&house, purse, shown.version) };
    let silent = carry_out(services, chair, (meeting, cases[1]), &how).await;
    assert!(matches!(&silent, Err(ReviewError::Fields(faults)) if faults[0].field == "reason"), "{silent:?}");
    let how = all_of(&house, purse, shown.version);
    for _ in 0..2 {
        carry_out(services, chair, (meeting, cases[1]), &how).await.expect("refused, pressed twice");
    }
    assert_eq!(state(&house, cases[1]).await, "refused");
    assert_eq!(crate::ledger::number(&house, "select count(*) from ledger_award").await, 1);
    assert!(to_carry_out(services, chair).await.expect("read").is_empty());
}

#[tokio::test]
async fn what_a_later_meeting_decided_is_carried_out_and_not_what_an_earlier_one_did() {
    let house = TestHouse::new().await;
    let services = &house.services;
    let purse = purse_of(&house, 30_000).await;
    let cases = before(&house, &[1]).await;
    let sitting = five(&house).await;
    let first = hold_meeting(services, &sitting, &[(cases[0], Vote::Grant)]).await.expect("a meeting");
    house.services.clock.advance(jiff::SignedDuration::from_hours(24));
    let later = five(&house).await;
    let chair = &later.members[0];
    let second = hold_meeting(services, &later, &[(cases[0], vote_for(6_000))]).await.expect("a meeting");
    let version = version(&house, cases[0]).await;
    let old = carry_out(services, chair, (first, cases[0]), &all_of(&house, purse, version)).await;
    assert!(matches!(old, Err(ReviewError::Elsewhere(case)) if case == cases[0]), "{old:?}");
    let too_much = carry_out(services, chair, (second, cases[0]), &all_of(&house, purse, version)).await;
    assert!(
        matches!(too_much, Err(ReviewError::Case(CaseError::Unmet(Unmet::DecidedOtherwise) | CaseError::NotTheSum))),
        "{too_much:?}"
    );
    let how = How { award: Some(decided(&house, purse, 6_000)), ..all_of(&house, purse, version) };
    carry_out(services, chair, (second, cases[0]), &how).await.expect("carried out");
    assert_eq!(state(&house, cases[0]).await, "partial");
}
