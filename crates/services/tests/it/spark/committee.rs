//! Meetings of the committee: what binds a decision, who votes, what happens when two press at once, what the database holds.

use super::*;
use domain::ids::MeetingId;
use domain::spark::Unmet;
use domain::spark::review::committee::Unable;
use domain::spark::review::meeting::{self, Event as Step};
use domain::spark::review::minutes::{Minutes, Unsettled};
use domain::spark::review::pack::{Change, Digest, Evidence as Proof};
use domain::spark::review::vote::Undecided;
use futures::future::join_all;
use services::clock::Clock;
use services::spark::review::{
    NewMeeting, agenda, attend, cast, close, declare, freeze, hold_meeting, plan, put_off, reopen, set_agenda, sign,
    step,
};
use std::collections::BTreeSet;
use tokio::sync::Barrier;

const CHAIR_OF_FIVE: u128 = 50;

fn number(context: &Context) -> AccountId {
    context.actor.account().expect("an account")
}

/// A meeting that sits about these cases, everybody there.
async fn sits(house: &TestHouse, sitting: &Sitting, cases: &[CaseId]) -> (MeetingId, i32) {
    let (services, secretary) = (&house.services, &sitting.secretary);
    let members: Vec<AccountId> = sitting.members.iter().map(number).collect();
    let roll = domain::spark::review::committee::Roll::new(members[0], members[1], members.clone()).expect("a roll");
    let id: MeetingId = id(house);
    let day = domain::time::local_day(house.now());
    for _ in 0..2 {
        plan(services, secretary, &NewMeeting { id, day, roll: roll.clone() }).await.expect("planned, twice");
    }
    let version = set_agenda(services, secretary, id, (0, cases)).await.expect("an agenda");
    freeze(services, secretary, id, version).await.expect("frozen");
    let early = step(services, secretary, id, (version + 1, Step::Open)).await;
    assert!(matches!(early, Err(ReviewError::Unable(Unable::NoQuorum { present: 0, .. }))), "{early:?}");
    attend(services, secretary, id, (None, &members.into_iter().collect())).await.expect("present");
    (id, step(services, secretary, id, (version + 1, Step::Open)).await.expect("open"))
}

async fn house_of(connections: u32) -> TestHouse {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    TestHouse::with(Clock::frozen(noon), connections).await
}

async fn five(house: &TestHouse) -> Sitting {
    sitting(house, &of(house, CHAIR_OF_FIVE, Role::Chair)).await
}

/// A case before the committee, and a meeting that sits about it.
async fn before(house: &TestHouse, person: u128) -> (CaseId, Sitting, MeetingId, i32) {
    let case = sent(house, person).await;
    before_committee(house, case).await;
    let sitting = five(house).await;
    let (meeting, version) = sits(house, &sitting, &[case]).await;
    (case, sitting, meeting, version)
}

async fn shown(house: &TestHouse, member: &Context, meeting: MeetingId) -> Vec<(CaseId, Digest)> {
    let shown = agenda(&house.services, member, meeting).await.expect("an agenda");
    shown.items.numbered().map(|(_, item)| (item.case, item.digest)).collect()
}

async fn all_vote(house: &TestHouse, sitting: &Sitting, meeting: MeetingId, vote: Vote) {
    for member in &sitting.members {
        for (case, seen) in shown(house, member, meeting).await {
            cast(&house.services, member, (meeting, case), (vote, seen)).await.expect("a vote");
        }
    }
}

#[tokio::test]
async fn no_case_is_decided_without_a_signed_meeting_nor_otherwise_than_it_did() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, sitting, meeting, version) = before(&house, 1).await;
    let services = &house.services;
    let chair = &sitting.members[0];
    let not_yet = |answer: &Result<Moved, CaseError>| matches!(answer, Err(CaseError::Unmet(Unmet::NotDecided)));
    let answer = carries(&house, chair, case, purse, 10_000).await;
    assert!(not_yet(&answer), "{answer:?}");
    all_vote(&house, &sitting, meeting, vote_for(6_000)).await;
    close(services, &sitting.secretary, meeting, version).await.expect("closed");
    assert!(!sign(services, &sitting.secretary, meeting).await.expect("signed"), "the chair is missing");
    for event in [Event::Refuse, Event::Defer] {
        let answer = does(&house, chair, case, (Part::Chair, event)).await;
        assert!(not_yet(&answer), "{event:?}: {answer:?}");
    }
    let member = sign(services, &sitting.members[2], meeting).await;
    assert!(matches!(member, Err(ReviewError::NotFound)), "nothing to sign: {member:?}");
    assert!(sign(services, chair, meeting).await.expect("signed"));
    assert!(sign(services, chair, meeting).await.expect("signed twice"));
    for (sum, event) in [(Some(10_000), Event::Grant), (Some(5_999), Event::GrantPart), (None, Event::Refuse)] {
        let answer = match sum {
            Some(sum) => carries(&house, chair, case, purse, sum).await,
            None => does(&house, chair, case, (Part::Chair, event)).await,
        };
        assert!(matches!(answer, Err(CaseError::Unmet(Unmet::DecidedOtherwise))), "{event:?}: {answer:?}");
    }
    // A chair who has a conflict with the case finds none to carry anything out of.
    let relative = Document::from_comparable("passport:document 1").expect("a document");
    tied(&house, CHAIR_OF_FIVE, &Ties { kin: vec![relative], ..ties(CHAIR_OF_FIVE) }).await;
    let barred = carries(&house, chair, case, purse, 6_000).await;
    assert!(matches!(barred, Err(CaseError::NotFound)), "{barred:?}");
    tied(&house, CHAIR_OF_FIVE, &ties(CHAIR_OF_FIVE)).await;
    carries(&house, chair, case, purse, 6_000).await.expect("as it was decided");
    // A decision is carried out once: whoever recalls it asks the committee again.
    does(&house, &compliance(&house), case, (Part::ComplianceOfficer, Event::Recall)).await.expect("recalled");
    let again = carries(&house, chair, case, purse, 6_000).await;
    assert!(not_yet(&again), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_secretaries_at_once_one_closes_and_the_other_sees_who() {
    let house = house_of(8).await;
    for person in 1..=5 {
        let (_, sitting, meeting, version) = before(&house, person).await;
        all_vote(&house, &sitting, meeting, Vote::Grant).await;
        let two = [601_u128, 602].map(|who| {
            let (services, by) = (house.services.clone(), of(&house, who, Role::CaseOfficer));
            tokio::spawn(async move { close(&services, &by, meeting, version).await })
        });
        let answers: Vec<Result<Minutes, ReviewError>> =
            join_all(two).await.into_iter().map(|answer| answer.expect("no panic")).collect();
        let won: Vec<usize> = (0..2).filter(|nth| answers[*nth].is_ok()).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let first = AccountId(Uuid::from_u128(601 + won[0] as u128));
        let Err(ReviewError::First { by, at }) = &answers[1 - won[0]] else { panic!("{answers:?}") };
        assert_eq!((*by, *at), (first, house.now()));
        // The same one pressing again is answered the same minutes.
        let winner = of(&house, first.0.as_u128(), Role::CaseOfficer);
        let again = close(&house.services, &winner, meeting, version).await.expect("closed before");
        assert_eq!(Some(&again), answers[won[0]].as_ref().ok());
    }
    assert_eq!(
        crate::ledger::number(&house, "select count(*) from audit_entry where action = 'spark.minutes_closed'").await,
        5
    );
}

/// As somebody would write it who trusts what was read, in a database without the rules: both think that they closed it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_and_the_rules_both_close_it() {
    let house = house_of(8).await;
    let (_, _, meeting, _) = before(&house, 1).await;
    sqlx::query("drop trigger spark_meeting_moves on spark_meeting")
        .execute(&house.db.owner_pool())
        .await
        .expect("dropped");
    let both = Barrier::new(2);
    let naively = async |secretary: u128| -> sqlx::Result<bool> {
        let mut tx = house.services.begin().await?;
        let read = store::spark::review::meetings::one(&mut *tx, meeting.0).await?.expect("a meeting");
        both.wait().await;
        if read.state != "in_session" {
            return Ok(false);
        }
        sqlx::query(
            "update spark_meeting set state = 'decided', minutes = '{}', closed_by = $2, closed_at = now() where id = $1",
        )
        .bind(meeting.0)
        .bind(Uuid::from_u128(secretary))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    };
    let answers = join_all([naively(601), naively(602)]).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(true))), "{answers:?}");
}

#[tokio::test]
async fn a_vote_is_one_per_member_and_item_and_changes_until_it_is_counted() {
    let house = TestHouse::new().await;
    let (case, sitting, meeting, version) = before(&house, 1).await;
    let services = &house.services;
    all_vote(&house, &sitting, meeting, Vote::Refuse).await;
    all_vote(&house, &sitting, meeting, Vote::Grant).await;
    assert_eq!(crate::ledger::number(&house, "select count(*) from spark_vote").await, 5);
    let seen = shown(&house, &sitting.members[3], meeting).await[0].1;
    let too_much =
        cast(services, &sitting.members[3], (meeting, case), (Vote::Partial(Fen::new(1_000_000)), seen)).await;
    assert!(matches!(too_much, Err(ReviewError::Fields(_))), "{too_much:?}");
    let other_page = cast(services, &sitting.members[3], (meeting, case), (Vote::Grant, Digest([9; 32]))).await;
    assert!(matches!(other_page, Err(ReviewError::Stale)), "{other_page:?}");
    let stranger = of(&house, 999, Role::CommitteeMember);
    known(&house, &[999]).await;
    let barred = cast(services, &stranger, (meeting, case), (Vote::Grant, seen)).await;
    assert!(matches!(barred, Err(ReviewError::NotFound)), "{barred:?}");
    let page = agenda(services, &stranger, meeting).await;
    assert!(matches!(page, Err(ReviewError::NotFound)), "{page:?}");
    // One goes out of the room: the vote does not count, four of five are still enough.
    let there: BTreeSet<AccountId> = sitting.members[..4].iter().map(number).collect();
    attend(services, &sitting.secretary, meeting, (Some(case), &there)).await.expect("noted");
    let away = cast(services, &sitting.members[4], (meeting, case), (Vote::Refuse, seen)).await;
    assert!(matches!(away, Err(ReviewError::NotPresent)), "{away:?}");
    let minutes = close(services, &sitting.secretary, meeting, version).await.expect("closed");
    assert_eq!((minutes.entries[0].counts.grant, minutes.entries[0].voters.len()), (4, 4));
    let late = cast(services, &sitting.members[0], (meeting, case), (Vote::Refuse, seen)).await;
    assert!(matches!(late, Err(ReviewError::NotSitting(meeting::State::Decided))), "{late:?}");
    // It sits again: the minutes and what was signed are gone.
    sign(services, &sitting.secretary, meeting).await.expect("signed");
    let version = reopen(services, &sitting.secretary, meeting, version + 1).await.expect("it sits again");
    cast(services, &sitting.members[0], (meeting, case), (Vote::Refuse, seen)).await.expect("changed");
    let minutes = close(services, &sitting.secretary, meeting, version).await.expect("closed");
    assert_eq!(minutes.entries[0].counts.grant, 3);
    assert!(!sign(services, &sitting.members[0], meeting).await.expect("signed"), "the secretary signs again");
}

#[tokio::test]
async fn a_recusal_hides_the_item_strikes_the_vote_and_recomputes_the_quorum() {
    let house = TestHouse::new().await;
    let (case, other) = (sent(&house, 1).await, sent(&house, 2).await);
    before_committee(&house, case).await;
    before_committee(&house, other).await;
    let sitting = five(&house).await;
    let services = &house.services;
    let (meeting, version) = sits(&house, &sitting, &[case, other]).await;
    all_vote(&house, &sitting, meeting, Vote::Grant).await;
    // Three in the room are no quorum of five; of four they are.
    let there: BTreeSet<AccountId> = sitting.members[..3].iter().map(number).collect();
    attend(services, &sitting.secretary, meeting, (Some(case), &there)).await.expect("noted");
    let open = close(services, &sitting.secretary, meeting, version).await;
    let Err(ReviewError::Open(open)) = open else { panic!("{open:?}") };
    assert_eq!(open, [(case, Unsettled::Unable(Unable::NoQuorum { present: 3, needed: 4 }))]);
    let absent = &sitting.members[4];
    declare(services, absent, case, number(absent), "亲属").await.expect("declared");
    assert_eq!(shown(&house, absent, meeting).await.iter().map(|(case, _)| *case).collect::<Vec<_>>(), [other]);
    let seen = shown(&house, &sitting.members[0], meeting).await[0].1;
    let barred = cast(services, absent, (meeting, case), (Vote::Grant, seen)).await;
    assert!(matches!(barred, Err(ReviewError::NotFound)), "{barred:?}");
    let minutes = close(services, &sitting.secretary, meeting, version).await.expect("closed");
    let entry = &minutes.entries[0];
    assert_eq!((entry.voters.len(), entry.counts.grant), (3, 3));
    assert_eq!(entry.recused, BTreeSet::from([number(absent)]));
    assert_eq!(minutes.entries[1].voters.len(), 5);
}

#[tokio::test]
async fn new_evidence_makes_votes_invalid_and_says_what_changed() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, sitting, meeting, version) = before(&house, 1).await;
    let services = &house.services;
    all_vote(&house, &sitting, meeting, Vote::Grant).await;
    let seen = shown(&house, &sitting.members[0], meeting).await[0].1;
    // One of the reviewers turns out to have a conflict: what they said is struck.
    let struck = AccountId(Uuid::from_u128(REVIEWERS[0]));
    declare(services, &compliance(&house), case, struck, "事后查明").await.expect("declared");
    let changed = |answer: &ReviewError| {
        let ReviewError::Changed(all) = answer else { panic!("{answer:?}") };
        assert_eq!(*all, [(case, vec![Change::Gone(Proof::Review(struck))])]);
    };
    changed(&cast(services, &sitting.members[0], (meeting, case), (Vote::Grant, seen)).await.expect_err("stale"));
    changed(&close(services, &sitting.secretary, meeting, version).await.expect_err("stale"));
    // It stands over, and nothing is decided.
    put_off(services, &sitting.secretary, (meeting, case), true).await.expect("put off");
    close(services, &sitting.secretary, meeting, version).await.expect("closed");
    sign(services, &sitting.secretary, meeting).await.expect("signed");
    let chair = &sitting.members[0];
    if crate::ledger::number(&house, "select count(*) from spark_meeting where state = 'minutes_signed'").await == 0 {
        assert!(sign(services, chair, meeting).await.expect("signed"));
    }
    let answer = carries(&house, chair, case, purse, 10_000).await;
    assert!(matches!(answer, Err(CaseError::Unmet(Unmet::NotDecided))), "{answer:?}");
    // What a meeting decided on other evidence is carried out no more, either.
    hold_meeting(services, &sitting, &[(case, Vote::Grant)]).await.expect("a meeting");
    let second = AccountId(Uuid::from_u128(REVIEWERS[1]));
    declare(services, &compliance(&house), case, second, "事后查明").await.expect("declared");
    let answer = carries(&house, chair, case, purse, 10_000).await;
    assert!(matches!(answer, Err(CaseError::Unmet(Unmet::NotDecided))), "{answer:?}");
}

/// A question to the family, as it lies when an officer asked it beside everything else.
async fn asked_aside(house: &TestHouse, case: CaseId) -> Uuid {
    let question: Uuid = id::<MeetingId>(house).0;
    let sql = "insert into spark_clarification (id, case_id, version, sections, question_sealed, asked_by, asked_at, asked_on,
                                                due_on)
               values ($1, $2, 100, '{papers}', 'x', $1, now(), '2026-07-20', '2026-07-27')";
    sqlx::query(sql).bind(question).bind(case.0).execute(&house.db.owner_pool()).await.expect("asked");
    question
}

async fn answered(house: &TestHouse, question: Uuid) {
    let sql = "update spark_clarification set reply_sealed = 'answer', supplied_at = now(), supplied_on = '2026-07-21'
               where id = $1";
    sqlx::query(sql).bind(question).execute(&house.db.owner_pool()).await.expect("answered");
}

#[tokio::test]
async fn an_answer_of_the_family_is_evidence_and_makes_votes_on_what_lay_there_before_invalid() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (case, sitting, meeting, version) = before(&house, 1).await;
    let services = &house.services;
    all_vote(&house, &sitting, meeting, Vote::Grant).await;
    let seen = shown(&house, &sitting.members[0], meeting).await[0].1;
    // The control: what was asked and not answered is nothing to decide on.
    let question = asked_aside(&house, case).await;
    cast(services, &sitting.members[0], (meeting, case), (Vote::Grant, seen)).await.expect("as it was");
    answered(&house, question).await;
    let changed = |answer: &ReviewError| {
        let ReviewError::Changed(all) = answer else { panic!("{answer:?}") };
        assert_eq!(*all, [(case, vec![Change::Added(Proof::Answer(question))])]);
    };
    changed(&cast(services, &sitting.members[0], (meeting, case), (Vote::Grant, seen)).await.expect_err("stale"));
    changed(&close(services, &sitting.secretary, meeting, version).await.expect_err("stale"));
    put_off(services, &sitting.secretary, (meeting, case), true).await.expect("put off");
    close(services, &sitting.secretary, meeting, version).await.expect("closed");
    if !sign(services, &sitting.secretary, meeting).await.expect("signed") {
        assert!(sign(services, &sitting.members[0], meeting).await.expect("signed"));
    }
    // Another meeting has the answer in its pack, and what it decides holds until there is another answer.
    hold_meeting(services, &sitting, &[(case, Vote::Grant)]).await.expect("a meeting");
    let frozen = "select count(*) from spark_meeting_evidence where kind = 'answer'";
    assert_eq!(crate::ledger::number(&house, frozen).await, 1);
    let more: Uuid = id::<MeetingId>(&house).0;
    let sql = "insert into spark_clarification (id, case_id, version, sections, question_sealed, asked_by, asked_at, asked_on,
                                                due_on, reply_sealed, supplied_at, supplied_on)
               values ($1, $2, 101, '{means}', 'x', $1, now(), '2026-07-20', '2026-07-27', 'other', now(), '2026-07-21')";
    sqlx::query(sql).bind(more).bind(case.0).execute(&house.db.owner_pool()).await.expect("answered too");
    let answer = carries(&house, &sitting.members[0], case, purse, 10_000).await;
    assert!(matches!(answer, Err(CaseError::Unmet(Unmet::NotDecided))), "{answer:?}");
}

#[tokio::test]
async fn items_without_a_majority_or_a_consent_are_not_closed() {
    let house = TestHouse::new().await;
    let (case, sitting, meeting, version) = before(&house, 1).await;
    let services = &house.services;
    let secretary = &sitting.secretary;
    let missing = close(services, secretary, meeting, version).await;
    let Err(ReviewError::Open(open)) = missing else { panic!("{missing:?}") };
    assert!(matches!(&open[0].1, Unsettled::Undecided(Undecided::Missing(who)) if who.len() == 5), "{open:?}");
    all_vote(&house, &sitting, meeting, Vote::Abstain).await;
    let nothing = close(services, secretary, meeting, version).await;
    let Err(ReviewError::Open(open)) = nothing else { panic!("{nothing:?}") };
    assert_eq!(open, [(case, Unsettled::Undecided(Undecided::NoMajority))]);
    let seen = shown(&house, &sitting.members[0], meeting).await[0].1;
    says(&house, (case, 1), Purpose::Means, false).await;
    let stopped = cast(services, &sitting.members[0], (meeting, case), (Vote::Grant, seen)).await;
    assert!(matches!(stopped, Err(ReviewError::ConsentWithdrawn(of)) if of == case), "{stopped:?}");
    assert!(shown(&house, &sitting.members[0], meeting).await.is_empty());
    let stopped = close(services, secretary, meeting, version).await;
    assert!(matches!(stopped, Err(ReviewError::ConsentWithdrawn(_))), "{stopped:?}");
    says(&house, (case, 1), Purpose::Means, true).await;
    // A case is before one meeting at a time, and a member without a profile is none whose conflicts are seen.
    let twice = hold_meeting(services, &sitting, &[(case, Vote::Grant)]).await;
    assert!(matches!(twice, Err(ReviewError::Elsewhere(of)) if of == case), "{twice:?}");
    let mut unknown = sitting.clone();
    unknown.members[4] = of(&house, 998, Role::CommitteeMember);
    let nobody = hold_meeting(services, &unknown, &[(case, Vote::Grant)]).await;
    assert!(matches!(&nobody, Err(ReviewError::NoProfile(who)) if who.len() == 1), "{nobody:?}");
    let early = sent(&house, 2).await;
    let not_before = hold_meeting(services, &sitting, &[(early, Vote::Grant)]).await;
    assert!(matches!(not_before, Err(ReviewError::NotBefore(of)) if of == early), "{not_before:?}");
    for role in Role::ALL.into_iter().filter(|role| *role != Role::CaseOfficer) {
        let answer = close(services, &of(&house, 5, role), meeting, version).await;
        assert!(matches!(answer, Err(ReviewError::Denied(_))), "{role:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_consent_that_is_taken_back_stops_a_decision_too() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    decides(&house, &chair(&house), &[(case, Vote::Grant)]).await;
    says(&house, (case, 1), Purpose::Health, false).await;
    let answer = carries(&house, &chair(&house), case, purse, 10_000).await;
    assert!(matches!(answer, Err(CaseError::ConsentWithdrawn)), "{answer:?}");
    assert_eq!(state(&house, case).await, "committee");
}

#[tokio::test]
async fn an_appeal_is_decided_and_minuted_by_other_people() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let case = sent(&house, 1).await;
    before_committee(&house, case).await;
    grants(&house, &chair(&house), case, purse, 6_000).await.expect("a part");
    does(&house, &visitor(&house, 1), case, (Part::Applicant, Event::Appeal)).await.expect("appealed");
    let first = sitting(&house, &chair(&house)).await;
    let mut other = sitting(&house, &of(&house, OTHER_CHAIR, Role::Chair)).await;
    other.members[4] = first.members[4].clone();
    let services = &house.services;
    let (meeting, version) = sits(&house, &other, &[case]).await;
    all_vote(&house, &other, meeting, Vote::Grant).await;
    assert!(shown(&house, &first.members[4], meeting).await.is_empty(), "whoever sat then finds nothing now");
    let same = close(services, &first.secretary, meeting, version).await;
    assert!(matches!(same, Err(ReviewError::TookPart(of)) if of == case), "{same:?}");
    let minutes = close(services, &other.secretary, meeting, version).await.expect("closed");
    let entry = &minutes.entries[0];
    assert_eq!((entry.voters.len(), entry.counts.grant), (4, 4));
    assert_eq!(entry.recused, BTreeSet::from([number(&first.members[4])]));
}

/// What a script that speaks SQL as the server does is answered.
async fn refused(house: &TestHouse, sql: &str) -> Option<String> {
    let mut db = house.services.db.acquire().await.expect("a connection").detach();
    let done = sqlx::raw_sql(sqlx::AssertSqlSafe(format!("begin; {sql}; commit"))).execute(&mut db).await;
    done.err().map(|error| {
        let code = error.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
        store::constraint_of(&error).map(str::to_owned).or(code).unwrap_or_default()
    })
}

#[tokio::test]
async fn the_database_holds_packs_votes_and_minutes_by_itself() {
    let house = TestHouse::new().await;
    let (case, sitting, meeting, version) = before(&house, 1).await;
    all_vote(&house, &sitting, meeting, Vote::Grant).await;
    let member = number(&sitting.members[0]);
    let vote = |who: Uuid| {
        format!(
            "insert into spark_vote (meeting_id, case_id, member_id, vote, seen, cast_at)
             values ('{meeting}', '{case}', '{who}', 'grant', 'x', now())"
        )
    };
    let pack = "spark_pack_stays";
    let sitting_rules = [
        (vote(member.0), "spark_vote_once"),
        (vote(Uuid::from_u128(777)), "spark_vote_seat"),
        (format!("update spark_vote set member_id = '{}'", Uuid::from_u128(777)), "42501"),
        ("delete from spark_vote".to_owned(), "42501"),
        ("update spark_meeting_item set requested = 1".to_owned(), pack),
        ("update spark_meeting_item set digest = 'x'".to_owned(), pack),
        ("delete from spark_meeting_evidence".to_owned(), pack),
        (
            "update spark_meeting set pack = 'x', pack_digest = 'x', version = version + 1".to_owned(),
            "spark_meeting_way",
        ),
        ("update spark_meeting set state = 'adjourned', pack = 'x', version = version + 1".to_owned(), pack),
        ("update spark_meeting set state = 'adjourned', members = '{}', version = version + 1".to_owned(), pack),
        ("update spark_meeting set state = 'minutes_signed', version = version + 1".to_owned(), "spark_meeting_way"),
        ("update spark_meeting set state = 'adjourned'".to_owned(), "spark_meeting_counts"),
        ("delete from spark_meeting".to_owned(), "42501"),
        ("update spark_review set saved_at = now()".to_owned(), "spark_review_stays"),
        ("delete from spark_review".to_owned(), "42501"),
        ("update spark_rubric set content = '{}'".to_owned(), "42501"),
    ];
    for (sql, rule) in sitting_rules {
        assert_eq!(refused(&house, &sql).await.as_deref(), Some(rule), "{sql}");
    }
    close(&house.services, &sitting.secretary, meeting, version).await.expect("closed");
    let minutes = "spark_minutes_stay";
    for (sql, rule) in [
        (format!("update spark_vote set vote = 'refuse' where member_id = '{}'", member.0), "spark_vote_open"),
        ("update spark_meeting_item set outcome = 'refused', outcome_fen = null".to_owned(), minutes),
        (
            "update spark_meeting set state = 'minutes_signed', minutes = '{}', version = version + 1".to_owned(),
            minutes,
        ),
        ("delete from spark_meeting_presence".to_owned(), minutes),
    ] {
        assert_eq!(refused(&house, &sql).await.as_deref(), Some(rule), "{sql}");
    }
    for who in [&sitting.secretary, &sitting.members[0]] {
        sign(&house.services, who, meeting).await.expect("signed");
    }
    for (sql, rule) in [
        ("update spark_meeting set state = 'in_session', version = version + 1", "spark_meeting_way"),
        ("update spark_meeting_item set outcome = 'refused', outcome_fen = null", minutes),
        ("delete from spark_minutes_signature", minutes),
    ] {
        assert_eq!(refused(&house, sql).await.as_deref(), Some(rule), "{sql}");
    }
}
