//! Two at once, and twenty at once; and what happens without the lock.

use super::*;
use crate::ledger::{books_are_sound, has, number};
use domain::ledger::Overdrawn;
use futures::future::join_all;
use services::clock::Clock;
use services::ledger::LedgerError;
use tokio::sync::Barrier;

async fn house(connections: u32) -> TestHouse {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    TestHouse::with(Clock::frozen(noon), connections).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_officers_at_once_one_takes_it_and_the_other_sees_who_did() {
    let house = house(8).await;
    for person in 1..=10 {
        let case = sent(&house, person).await;
        let at = version(&house, case).await;
        let two = [101, 102].map(|officer| {
            let (services, by) = (house.services.clone(), of(&house, officer, Role::CaseOfficer));
            let act = plain(case, at, Part::CaseOfficer, Event::TakeUp);
            tokio::spawn(async move { cases::act(&services, &by, &act).await })
        });
        let answers: Vec<_> = join_all(two).await.into_iter().map(|answer| answer.expect("no panic")).collect();
        let won: Vec<usize> = (0..2).filter(|i| answers[*i].is_ok()).collect();
        assert_eq!(won.len(), 1, "{answers:?}");
        let first = AccountId(Uuid::from_u128(101 + won[0] as u128));
        let Err(CaseError::Stale(changes)) = &answers[1 - won[0]] else { panic!("{answers:?}") };
        assert_eq!((changes[0].event, changes[0].by), (Event::TakeUp, Some(first)));
    }
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'take_up'").await, 10);
}

/// As somebody would write it who trusts what was read, in a database without the rules: both think that it is theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_and_the_rules_both_take_it() {
    let house = house(8).await;
    let case = sent(&house, 1).await;
    for drop in [
        "drop trigger spark_case_moves on spark_case",
        "drop trigger spark_case_told on spark_case",
        "drop trigger spark_case_event_fits on spark_case_event",
        "alter table spark_case_event drop constraint spark_case_event_once cascade",
    ] {
        sqlx::query(drop).execute(&house.db.owner_pool()).await.expect(drop);
    }
    let both = Barrier::new(2);
    let naively = async |officer: u128| -> sqlx::Result<bool> {
        let mut tx = house.services.begin().await?;
        let read = store::spark::cases::one(&mut *tx, case.0).await?.expect("a case");
        both.wait().await;
        if read.state != "submitted" {
            return Ok(false);
        }
        sqlx::query("update spark_case set state = 'completeness', version = $2, officer_id = $3 where id = $1")
            .bind(case.0)
            .bind(read.version + 1)
            .bind(Uuid::from_u128(officer))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    };
    let answers = join_all([naively(101), naively(102)]).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(true))), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_approvals_of_ten_thousand_on_thirty_thousand_are_three() {
    let house = house(24).await;
    let purse = purse_of(&house, 30_000).await;
    let (mut cases, mut acts) = (Vec::new(), Vec::new());
    for person in 1..=20 {
        let case = sent(&house, person).await;
        before_committee(&house, case).await;
        cases.push((case, Vote::Grant));
    }
    decides(&house, &chair(&house), &cases).await;
    for (case, _) in cases {
        let at = version(&house, case).await;
        acts.push(Act { award: Some(decided(&house, purse, 10_000)), ..plain(case, at, Part::Chair, Event::Grant) });
    }
    let asked = acts.into_iter().map(|act| {
        let (services, by) = (house.services.clone(), chair(&house));
        // Where a busy machine lets them wait too long for a lock they are told so, and press again.
        tokio::spawn(async move {
            loop {
                match cases::act(&services, &by, &act).await {
                    Err(CaseError::Busy) => {}
                    answer => break answer,
                }
            }
        })
    });
    let answers = join_all(asked).await;
    let given = answers.iter().filter(|answer| matches!(answer, Ok(Ok(_)))).count();
    assert_eq!(given, 3, "{answers:?}");
    for answer in answers {
        match answer.expect("no panic") {
            Ok(_) => {}
            Err(CaseError::Money(LedgerError::Overdrawn(Overdrawn::Available { available }))) => {
                assert_eq!(available.get(), 0);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 30_000, 0));
    assert_eq!(number(&house, "select count(*) from spark_case where state = 'granted'").await, 3);
    assert_eq!(number(&house, "select count(*) from spark_case where state = 'committee'").await, 17);
    assert_eq!(number(&house, "select count(*) from spark_case_event where event = 'grant'").await, 3);
    books_are_sound(&house).await;
}

/// The family withdraws while the chair grants: whoever comes second sees it, and the money is where the case says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn withdrawn_and_granted_at_once_is_one_of_the_two() {
    let house = house(8).await;
    let purse = purse_of(&house, 100_000).await;
    let mut kept = 0;
    for person in 1..=10 {
        let case = sent(&house, person).await;
        before_committee(&house, case).await;
        decides(&house, &chair(&house), &[(case, Vote::Grant)]).await;
        let at = version(&house, case).await;
        let grant = Act { award: Some(decided(&house, purse, 10_000)), ..plain(case, at, Part::Chair, Event::Grant) };
        let withdraw = plain(case, at, Part::Applicant, Event::Withdraw);
        let two = [(chair(&house), grant), (visitor(&house, person), withdraw)].map(|(by, act)| {
            let services = house.services.clone();
            tokio::spawn(async move { cases::act(&services, &by, &act).await })
        });
        let answers: Vec<_> = join_all(two).await.into_iter().map(|answer| answer.expect("no panic")).collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        assert!(
            answers.iter().any(|answer| matches!(answer, Err(CaseError::Stale(_) | CaseError::Busy))),
            "{answers:?}"
        );
        kept += i64::from(state(&house, case).await == "granted");
    }
    assert_eq!(has(&house, purse).await.3, kept * 10_000);
    books_are_sound(&house).await;
}
