//! Decisions at one instant under an envelope's ceiling, with more than enough money below it: as many as fit, and never above
//! it; and what happens without the rule.

use super::charters::bound;
use super::races::{PEOPLE, all_naively, house};
use super::{Purse, books_are_sound, chair, grant, has, number, of, preparer, purse_of, yuan};
use domain::account::Role;
use domain::field::Fault;
use domain::outreach::Bilingual;
use futures::future::join_all;
use services::ledger::{self, EnvelopeCharter, LedgerError, views};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::TestHouse;

/// A purse with 500,000 yuan of which no more than 30,000 are given.
async fn ceiled(house: &TestHouse) -> Purse {
    let purse = purse_of(house, 500_000).await;
    bound(house, purse, Some(30_000)).await.expect("a ceiling");
    purse
}

/// Reads what is promised and paid until it is told to stop: how often, and the most it saw, in yuan.
fn watching(house: &TestHouse, purse: Purse, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<(u32, i64)> {
    let (services, auditor, stop) = (house.services.clone(), of(house, 15, Role::Auditor), stop.clone());
    tokio::spawn(async move {
        let (mut looks, mut most) = (0, 0);
        while !stop.load(Ordering::Relaxed) || looks == 0 {
            let has = ledger::balance_of_envelope(&services, &auditor, purse.envelope).await.expect("a balance");
            most = most.max((has.paid.get() + has.committed.get()) / 100);
            looks += 1;
        }
        (looks, most)
    })
}

/// So many decisions of 10,000 at once.
async fn all_ask(house: &TestHouse, purse: Purse) -> Vec<Result<(), LedgerError>> {
    let asked = (0..PEOPLE).map(|_| {
        let (services, by) = (house.services.clone(), chair(house));
        let grant = grant(house, purse.envelope, &[yuan(10_000)]);
        // Where a busy machine lets them wait too long for a lock they are told so, and press again.
        tokio::spawn(async move {
            loop {
                match crate::ledger::reserve(&services, &by, &grant).await {
                    Err(LedgerError::Busy) => {}
                    answer => break answer,
                }
            }
        })
    });
    join_all(asked).await.into_iter().map(|answer| answer.expect("no panic")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_approvals_of_ten_thousand_under_a_ceiling_of_thirty_thousand_are_three() {
    let house = house().await;
    let purse = ceiled(&house).await;
    let stop = Arc::new(AtomicBool::new(false));
    let watch = watching(&house, purse, &stop);
    let answers = all_ask(&house, purse).await;
    stop.store(true, Ordering::Relaxed);
    let (looks, most) = watch.await.expect("watched");
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.is_err()) {
        assert!(matches!(refused, Err(LedgerError::Ceiling { left }) if left.get() == 0), "{refused:?}");
    }
    assert!(looks > 0 && most <= 30_000, "{looks} looks, the most was {most}");
    assert_eq!(has(&house, purse).await, (500_000, 0, 0, 30_000, 470_000));
    books_are_sound(&house).await;
}

/// The database alone: whoever forgets the locks is refused by it, one by one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_locks_the_database_still_keeps_the_ceiling() {
    let house = house().await;
    let purse = ceiled(&house).await;
    let answers = all_naively(&house, purse).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(true))).count(), 3, "{answers:?}");
    for error in answers.into_iter().filter_map(Result::err) {
        assert!(matches!(LedgerError::from(error), LedgerError::Ceiling { .. }), "the rule is what refuses");
    }
    assert_eq!(has(&house, purse).await, (500_000, 0, 0, 30_000, 470_000));
    books_are_sound(&house).await;
}

/// The control: without the locks and without the rule all twenty are given, and a reader sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_locks_and_rule_the_ceiling_is_passed() {
    let house = house().await;
    let purse = ceiled(&house).await;
    let drop = "drop trigger ledger_envelope_within on ledger_envelope_balance";
    sqlx::query(drop).execute(&house.db.owner_pool()).await.expect("dropped");
    let answers = all_naively(&house, purse).await;
    let given = answers.iter().filter(|answer| matches!(answer, Ok(true))).count();
    assert_eq!(given, PEOPLE, "nothing but the locks and the rule stands in the way: {answers:?}");
    let (_, most) = watching(&house, purse, &Arc::new(AtomicBool::new(true))).await.expect("watched");
    assert_eq!(most, 200_000, "and whoever reads sees it");
    assert_eq!(number(&house, "select count(*) from ledger_award").await, PEOPLE as i64);
}

/// A ceiling that is set while decisions are made: below it there is never more than what was promised before it stood.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ceiling_that_is_set_meanwhile_holds_or_is_refused() {
    let house = house().await;
    let purse = purse_of(&house, 500_000).await;
    let version =
        views::fund(&house.services, &preparer(&house), purse.fund).await.expect("a fund").envelopes[0].version;
    let (services, by) = (house.services.clone(), preparer(&house));
    let setting = tokio::spawn(async move {
        let charter = EnvelopeCharter {
            name: Bilingual::new("年度", "Budget"),
            purpose: Bilingual::default(),
            ceiling: Some(yuan(50_000)),
        };
        loop {
            match ledger::change_envelope(&services, &by, purse.envelope, version, &charter).await {
                Err(LedgerError::Busy) => {}
                answer => break answer,
            }
        }
    });
    let answers = all_ask(&house, purse).await;
    let given = answers.iter().filter(|answer| answer.is_ok()).count();
    match setting.await.expect("no panic") {
        Ok(()) => assert_eq!(given, 5, "it stands, and is filled: {answers:?}"),
        Err(LedgerError::Fields(faults)) => {
            assert_eq!((faults[0].field.as_str(), faults[0].fault), ("ceiling", Fault::CeilingPassed));
            assert_eq!(given, PEOPLE, "it came too late, and binds nobody: {answers:?}");
        }
        Err(other) => panic!("{other:?}"),
    }
    let promised = i64::try_from(given).expect("small") * 10_000;
    assert_eq!(has(&house, purse).await, (500_000, 0, 0, promised, 500_000 - promised));
    books_are_sound(&house).await;
}
