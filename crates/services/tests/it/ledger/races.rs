//! Twenty decisions at one instant: what is there is given, no more and no less; and what happens without the rules.

use super::{Purse, books_are_sound, chair, grant, has, number, of, purse_of, yuan};
use domain::account::Role;
use domain::ledger::{Entry, Overdrawn};
use futures::future::join_all;
use services::clock::Clock;
use services::context::new_uuid;
use services::ledger::{self, LedgerError};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::ledger::awards::NewAward;
use store::ledger::journal::{Lines, NewEntry};
use testkit::TestHouse;
use tokio::sync::Barrier;

pub(super) const PEOPLE: usize = 20;

pub(super) async fn house() -> TestHouse {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    TestHouse::with(Clock::frozen(noon), PEOPLE as u32 + 4).await
}

/// Reads what is available until it is told to stop: how often, and the least it saw, in fen.
fn watching(house: &TestHouse, purse: Purse, stop: &Arc<AtomicBool>) -> tokio::task::JoinHandle<(u32, i64)> {
    let (services, auditor, stop) = (house.services.clone(), of(house, 15, Role::Auditor), stop.clone());
    tokio::spawn(async move {
        let (mut looks, mut least) = (0, i64::MAX);
        while !stop.load(Ordering::Relaxed) || looks == 0 {
            let fund = ledger::balance_of_fund(&services, &auditor, purse.fund).await.expect("a balance");
            let envelope = ledger::balance_of_envelope(&services, &auditor, purse.envelope).await.expect("a balance");
            least = least.min(fund.available.get()).min(envelope.available.get());
            looks += 1;
        }
        (looks, least)
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_approvals_of_ten_thousand_on_thirty_thousand_are_three() {
    let house = house().await;
    let purse = purse_of(&house, 30_000).await;
    let stop = Arc::new(AtomicBool::new(false));
    let watch = watching(&house, purse, &stop);
    let asked = (0..PEOPLE).map(|_| {
        let (services, by) = (house.services.clone(), chair(&house));
        let grant = grant(&house, purse.envelope, &[yuan(10_000)]);
        tokio::spawn(async move { crate::ledger::reserve(&services, &by, &grant).await })
    });
    let answers = join_all(asked).await;
    stop.store(true, Ordering::Relaxed);
    let (looks, least) = watch.await.expect("watched");
    let given = answers.iter().filter(|answer| matches!(answer, Ok(Ok(())))).count();
    assert_eq!(given, 3, "{answers:?}");
    for answer in answers {
        match answer.expect("no panic") {
            Ok(()) => {}
            Err(LedgerError::Overdrawn(Overdrawn::Available { available })) => assert_eq!(available.get(), 0),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(looks > 0 && least >= 0, "{looks} looks, the least was {least}");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 30_000, 0));
    books_are_sound(&house).await;
}

/// As somebody would write it who trusts what was read: nothing is locked, and everybody has read before anybody writes.
async fn naively(house: &TestHouse, purse: Purse, all: &Barrier) -> Result<bool, sqlx::Error> {
    let (now, amount) = (house.now(), yuan(10_000));
    let award = new_uuid(now);
    let mut tx = house.services.begin().await?;
    let has = store::ledger::envelope_balance(&mut *tx, purse.envelope.0).await?.expect("a balance");
    let (_, _, text) = store::ledger::charters::envelope(&mut tx, purse.envelope.0).await?.expect("an envelope");
    let under = text.ceiling.map_or(i64::MAX, |most| most - has.paid - has.committed);
    all.wait().await;
    if has.available.min(under) < amount.get() {
        return Ok(false);
    }
    let new = NewAward {
        id: award,
        case: new_uuid(now),
        fund: purse.fund.0,
        envelope: purse.envelope.0,
        amount: amount.get(),
        lapses_at: now + jiff::SignedDuration::from_hours(24),
    };
    store::ledger::awards::add(&mut *tx, new, now).await?;
    store::ledger::awards::add_tranche(&mut *tx, new_uuid(now), award, (1, amount.get()), &[]).await?;
    let entry = Entry::reserved(purse.envelope, amount).expect("an entry");
    let mut lines = Lines::default();
    for posting in entry.postings() {
        lines.envelopes.push(posting.envelope.0);
        lines.accounts.push(posting.account.name().to_owned());
        lines.amounts.push(posting.amount.get());
    }
    let key = format!("reserved:{award}");
    let head = NewEntry {
        id: new_uuid(now),
        kind: entry.kind().name(),
        key: &key,
        fund: purse.fund.0,
        day: domain::time::local_day(now),
        actor: None,
        source: None,
        families: None,
        reverses: None,
        award: Some(award),
        payment: None,
    };
    store::ledger::journal::add(&mut tx, head, &lines, now).await?;
    tx.commit().await?;
    Ok(true)
}

pub(super) async fn all_naively(house: &TestHouse, purse: Purse) -> Vec<Result<bool, sqlx::Error>> {
    let all = Barrier::new(PEOPLE);
    join_all((0..PEOPLE).map(|_| naively(house, purse, &all))).await
}

/// The database alone: whoever forgets the locks is refused by it, one by one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_locks_the_database_still_gives_three() {
    let house = house().await;
    let purse = purse_of(&house, 30_000).await;
    let answers = all_naively(&house, purse).await;
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Ok(true))).count(), 3, "{answers:?}");
    for error in answers.into_iter().filter_map(Result::err) {
        assert!(
            matches!(LedgerError::from(error), LedgerError::Overdrawn(Overdrawn::Available { .. })),
            "the check is what refuses"
        );
    }
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 30_000, 0));
    books_are_sound(&house).await;
}

/// The control: without the locks and without the checks it is sold twenty times, and a reader sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_locks_and_checks_it_is_oversold() {
    let house = house().await;
    let purse = purse_of(&house, 30_000).await;
    for drop in [
        "alter table ledger_fund_balance drop constraint ledger_fund_available",
        "alter table ledger_envelope_balance drop constraint ledger_envelope_available",
    ] {
        sqlx::query(drop).execute(&house.db.owner_pool()).await.expect("dropped");
    }
    let answers = all_naively(&house, purse).await;
    let given = answers.iter().filter(|answer| matches!(answer, Ok(true))).count();
    assert_eq!(given, PEOPLE, "nothing but the locks and the checks stands in the way: {answers:?}");
    let stop = Arc::new(AtomicBool::new(true));
    let (_, least) = watching(&house, purse, &stop).await.expect("watched");
    assert_eq!(least, -17_000_000, "and whoever reads sees it");
    assert_eq!(number(&house, "select count(*) from ledger_award").await, PEOPLE as i64);
}

/// A decision that is pressed twenty times, or sent again after a crash, is one award.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_decision_pressed_twenty_times_is_one_award() {
    let house = house().await;
    let purse = purse_of(&house, 30_000).await;
    let grant = grant(&house, purse.envelope, &[yuan(4_000), yuan(6_000)]);
    let pressed = (0..PEOPLE).map(|_| {
        let (services, by, grant) = (house.services.clone(), chair(&house), grant.clone());
        tokio::spawn(async move { crate::ledger::reserve(&services, &by, &grant).await })
    });
    for answer in join_all(pressed).await {
        answer.expect("no panic").expect("the same award");
    }
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000));
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'ledger.reserved'").await, 1);
    let other = ledger::Grant { parts: vec![grant.parts[0].clone()], ..grant.clone() };
    let answer = crate::ledger::reserve(&house.services, &chair(&house), &other).await;
    assert!(matches!(answer, Err(LedgerError::Otherwise)), "{answer:?}");
    let again = ledger::Grant { award: super::id(&house), ..grant };
    let answer = crate::ledger::reserve(&house.services, &chair(&house), &again).await;
    assert!(matches!(answer, Err(LedgerError::AwardedAlready)), "a case has one award: {answer:?}");
}
