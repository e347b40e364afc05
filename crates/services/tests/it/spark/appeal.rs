//! The appeal, as its family makes it: one, in time, against what was refused, with why; each reason why there is none is told.

use super::agreement::{named_case, to_agreement};
use super::*;
use crate::ledger::number;
use domain::field::Fault;
use domain::spark::Unmet;
use domain::spark::review::appeal::NoAppeal;
use domain::workdays;
use futures::future::join_all;
use jiff::SignedDuration;
use services::spark::cases::{Letter, appeal, appeal_of, appealing, look};

fn letter() -> Letter {
    Letter {
        reasons: "演示：评审时没有看到最近一次检查，病情和之前不一样了。".into(), wish: "演示：请重新评审".into()
    }
}

async fn named(house: &TestHouse, person: u128) -> CaseId {
    account(house, person).await;
    sent_as(house, person, named_case(house, person)).await
}

async fn refused(house: &TestHouse, person: u128) -> CaseId {
    let case = named(house, person).await;
    before_committee(house, case).await;
    decides(house, &chair(house), &[(case, Vote::Refuse)]).await;
    does(house, &chair(house), case, (Part::Chair, Event::Refuse)).await.expect("refused");
    case
}

async fn why_not(house: &TestHouse, person: u128, case: CaseId) -> Option<NoAppeal> {
    appealing(&house.services, &visitor(house, person), case).await.expect("read").until.err()
}

/// Sends it at the version the case has.
async fn sends(house: &TestHouse, by: &Context, case: CaseId, letter: &Letter) -> Result<(), CaseError> {
    appeal(&house.services, by, (case, version(house, case).await), letter).await
}

fn later(house: &TestHouse, days: i64) {
    house.services.clock.advance(SignedDuration::from_hours(24 * days));
}

#[tokio::test]
async fn what_was_refused_is_appealed_once_with_reasons_that_whoever_reads_the_case_reads() {
    let house = TestHouse::new().await;
    let case = refused(&house, 1).await;
    let family = visitor(&house, 1);
    let offered = appealing(&house.services, &family, case).await.expect("read");
    assert_eq!(offered.until, Ok(workdays::after(domain::time::local_day(house.now()), 15)));
    assert!(offered.sent.is_none() && !offered.part_only);
    for _ in 0..2 {
        appeal(&house.services, &family, (case, offered.version), &letter())
            .await
            .expect("sent; pressed again it is the same");
    }
    assert_eq!(state(&house, case).await, "appeal");
    let other = Letter { wish: "演示：另一个请求".into(), ..letter() };
    let second = sends(&house, &family, case, &other).await;
    assert!(matches!(second, Err(CaseError::Refused(_) | CaseError::Unmet(Unmet::AppealedBefore))), "{second:?}");
    for one in [
        "select count(*) from spark_appeal",
        "select count(*) from spark_case_event where event = 'appeal'",
        "select count(*) from audit_entry where action = 'spark.appeal_sent'",
    ] {
        assert_eq!(number(&house, one).await, 1, "{one}");
    }
    let own = appealing(&house.services, &family, case).await.expect("read");
    let sent = own.sent.expect("sent");
    assert_eq!((sent.letter, sent.open, own.until), (Some(letter()), true, Err(NoAppeal::HadOne)));

    let read = appeal_of(&house.services, &officer(&house), case).await.expect("read").expect("an appeal");
    assert_eq!(read.letter, Some(letter()));
    let away = of(&house, 77, Role::CaseOfficer);
    let closed = appeal_of(&house.services, &away, case).await.expect("read").expect("an appeal");
    assert_eq!(closed.letter, None, "another officer reads it for a reason");
    look(&house.services, &away, case, "演示：代班").await.expect("open");
    let opened = appeal_of(&house.services, &away, case).await.expect("read").expect("an appeal");
    assert_eq!(opened.letter, Some(letter()));
    let clear = "select count(*) from spark_appeal where position('演示'::bytea in letter_sealed) > 0";
    assert_eq!(number(&house, clear).await, 0, "it lies sealed");

    // Decided again by other people, it is over, and there is no second one.
    let other = of(&house, OTHER_CHAIR, Role::Chair);
    decides(&house, &other, &[(case, Vote::Refuse)]).await;
    does(&house, &other, case, (Part::Chair, Event::Refuse)).await.expect("refused again");
    let own = appealing(&house.services, &family, case).await.expect("read");
    assert_eq!((own.until, own.sent.map(|sent| sent.open)), (Err(NoAppeal::HadOne), Some(false)));
}

#[tokio::test]
async fn the_only_appeal_is_not_spent_on_a_decision_its_family_never_saw() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let case = named(&house, 1).await;
    before_committee(&house, case).await;
    grants(&house, &chair(&house), case, purse, 5_000).await.expect("a part");
    let family = visitor(&house, 1);
    let shown = appealing(&house.services, &family, case).await.expect("read");
    assert!(shown.until.is_ok(), "the form is open");
    does(&house, &chair(&house), case, (Part::Chair, Event::Recall)).await.expect("recalled");
    grants(&house, &chair(&house), case, purse, 8_000).await.expect("a greater part");
    let late = appeal(&house.services, &family, (case, shown.version), &letter()).await;
    assert!(matches!(late, Err(CaseError::Stale(_))), "{late:?}");
    assert_eq!(state(&house, case).await, "partial");
    assert_eq!(number(&house, "select count(*) from spark_appeal").await, 0);
    // Having seen it, the family appeals or does not; pressed again at an older version it is the same one.
    sends(&house, &family, case, &letter()).await.expect("against what is decided now");
    appeal(&house.services, &family, (case, shown.version), &letter()).await.expect("sent already");
    assert_eq!(number(&house, "select count(*) from spark_appeal").await, 1);
}

#[tokio::test]
async fn an_appeal_says_why_and_what_is_asked_for() {
    let house = TestHouse::new().await;
    let case = refused(&house, 1).await;
    let family = visitor(&house, 1);
    for (wrong, field, fault) in [
        (Letter { reasons: " ".into(), ..letter() }, "reasons", Fault::Required),
        (Letter { reasons: "太少了".into(), ..letter() }, "reasons", Fault::TooShort { min: 20 }),
        (Letter { reasons: "长".repeat(2001), ..letter() }, "reasons", Fault::TooLong { max: 2000 }),
        (Letter { wish: String::new(), ..letter() }, "wish", Fault::Required),
    ] {
        let answer = sends(&house, &family, case, &wrong).await;
        let Err(CaseError::Fields(errors)) = answer else { panic!("{answer:?}") };
        let told: Vec<_> = errors.iter().map(|error| (error.field.as_str(), error.fault)).collect();
        assert_eq!(told, [(field, fault)]);
    }
    assert_eq!(state(&house, case).await, "refused", "nothing was sent");
}

#[tokio::test]
async fn nobody_appeals_for_another_family() {
    let house = TestHouse::new().await;
    let case = refused(&house, 1).await;
    account(&house, 2).await;
    let stranger = visitor(&house, 2);
    let read = appealing(&house.services, &stranger, case).await;
    assert!(matches!(read, Err(CaseError::NotFound)), "{read:?}");
    let sent = sends(&house, &stranger, case, &letter()).await;
    assert!(matches!(sent, Err(CaseError::NotFound)), "{sent:?}");
    for role in Role::ALL {
        let by = of(&house, 1, role);
        assert!(matches!(appealing(&house.services, &by, case).await, Err(CaseError::Denied(_))), "{role:?}");
        let sent = sends(&house, &by, case, &letter()).await;
        assert!(matches!(sent, Err(CaseError::Denied(_))), "{role:?}: {sent:?}");
        let reads = matches!(role, Role::CaseOfficer | Role::ComplianceOfficer);
        assert_eq!(appeal_of(&house.services, &by, case).await.is_ok(), reads, "{role:?}");
    }
    assert_eq!(state(&house, case).await, "refused");
}

#[tokio::test]
async fn each_reason_why_there_is_no_appeal_is_told_and_holds() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 60_000).await;
    let mut found = Vec::new();
    let fresh = named(&house, 1).await;
    found.push((1, fresh, NoAppeal::NotDecided));
    let all = named(&house, 2).await;
    before_committee(&house, all).await;
    grants(&house, &chair(&house), all, purse, 10_000).await.expect("granted");
    found.push((2, all, NoAppeal::NothingRefused));
    let waits = named(&house, 3).await;
    before_committee(&house, waits).await;
    decides(&house, &chair(&house), &[(waits, Vote::Defer)]).await;
    does(&house, &chair(&house), waits, (Part::Chair, Event::Defer)).await.expect("deferred");
    found.push((3, waits, NoAppeal::WaitsForFunds));
    let taken = named(&house, 4).await;
    to_agreement(&house, taken, purse, 6_000).await;
    assert_eq!(why_not(&house, 4, taken).await, None, "a part can be appealed until it is signed");
    does(&house, &visitor(&house, 4), taken, (Part::Applicant, Event::Sign)).await.expect("signed");
    found.push((4, taken, NoAppeal::Signed));
    let again = named(&house, 5).await;
    before_committee(&house, again).await;
    grants(&house, &chair(&house), again, purse, 6_000).await.expect("a part");
    does(&house, &chair(&house), again, (Part::Chair, Event::Recall)).await.expect("recalled");
    found.push((5, again, NoAppeal::NotDecided));
    let over = named(&house, 6).await;
    before_committee(&house, over).await;
    grants(&house, &chair(&house), over, purse, 6_000).await.expect("a part");
    does(&house, &visitor(&house, 6), over, (Part::Applicant, Event::Withdraw)).await.expect("withdrawn");
    found.push((6, over, NoAppeal::Over));
    for (person, case, why) in found {
        assert_eq!(why_not(&house, person, case).await, Some(why), "{person}");
        let before = state(&house, case).await;
        let sent = sends(&house, &visitor(&house, person), case, &letter()).await;
        assert!(matches!(sent, Err(CaseError::Unmet(_) | CaseError::Refused(_))), "{why:?}: {sent:?}");
        assert_eq!(state(&house, case).await, before);
    }
    assert_eq!(number(&house, "select count(*) from spark_appeal").await, 0);
}

#[tokio::test]
async fn it_is_possible_until_its_last_day_and_then_too_late() {
    let house = TestHouse::new().await;
    let (case, other) = (refused(&house, 1).await, refused(&house, 2).await);
    let last = workdays::after(domain::time::local_day(house.now()), 15);
    let days = i64::from(domain::time::local_day(house.now()).until(last).expect("days").get_days());
    later(&house, days);
    sends(&house, &visitor(&house, 1), case, &letter()).await.expect("the last day is the family's");
    later(&house, 1);
    assert_eq!(why_not(&house, 2, other).await, Some(NoAppeal::TooLate { last }));
    let late = sends(&house, &visitor(&house, 2), other, &letter()).await;
    assert!(matches!(late, Err(CaseError::Unmet(Unmet::NotAppealable))), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressed_in_two_tabs_at_once_it_is_sent_once() {
    let house = TestHouse::new().await;
    for person in 1..=5 {
        let case = refused(&house, person).await;
        let seen = (case, version(&house, case).await);
        let two = [1, 2].map(|_| {
            let (services, family) = (house.services.clone(), visitor(&house, person));
            tokio::spawn(async move { appeal(&services, &family, seen, &letter()).await })
        });
        for answer in join_all(two).await {
            answer.expect("no panic").expect("sent");
        }
    }
    assert_eq!(number(&house, "select count(*) from spark_appeal").await, 5);
}
