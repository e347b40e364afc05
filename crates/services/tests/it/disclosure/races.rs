//! Several at one instant: one report is frozen, and none misses a payment that was being written.

use super::{FREEZES, PAID, house_on, number, on, pay, quarter, twelve};
use crate::ledger::{id, of, purse_of, yuan};
use domain::account::Role;
use domain::disclosure::Snapshot;
use domain::ids::LedgerEntryId;
use domain::ledger::{Entry, Posting};
use futures::future::join_all;
use services::context::new_uuid;
use services::disclosure::{self, DisclosureError};
use std::time::Duration;
use store::disclosure::{self as sql, NewSnapshot};
use store::ledger::journal::{self, Lines, NewEntry};
use testkit::TestHouse;
use tokio::sync::Barrier;

const PEOPLE: usize = 8;

async fn ready() -> TestHouse {
    let house = house_on("2026-05-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)).await;
    on(&house, "2026-07-10");
    house
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_people_freeze_at_once_and_one_wins() {
    let house = ready().await;
    let each = (0..PEOPLE).map(|n| {
        let (services, by) = (house.services.clone(), of(&house, FREEZES + n as u128, Role::ComplianceOfficer));
        tokio::spawn(async move { disclosure::freeze(&services, &by, quarter("2026-Q2")).await })
    });
    let answers: Vec<_> = join_all(each).await.into_iter().map(|answer| answer.expect("no panic")).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    let others =
        |answer: &&Result<_, DisclosureError>| matches!(answer, Err(DisclosureError::Waits | DisclosureError::Busy));
    assert_eq!(answers.iter().filter(others).count(), PEOPLE - 1, "{answers:?}");
    assert_eq!(number(&house, "select count(*) from disclosure_snapshot").await, 1);
    assert_eq!(number(&house, "select sum(families)::bigint from disclosure_counted").await, 12);
}

/// As somebody would write it who trusts what was read: everybody has read before anybody writes.
async fn naively(house: &TestHouse, n: u128, all: &Barrier) -> Result<bool, sqlx::Error> {
    let now = house.now();
    let by = of(house, FREEZES + n, Role::ComplianceOfficer);
    let (snapshot, _, _) = disclosure::would_be(&house.services, &by, quarter("2026-Q2")).await.expect("a look");
    let snapshot = Snapshot { taken_at: now + jiff::SignedDuration::from_millis(n as i64), ..snapshot };
    let lines = String::from_utf8(snapshot.canonical()).expect("text");
    let digest =
        services::crypto::digest_hex(lines.as_bytes()).parse::<domain::disclosure::Digest>().expect("a digest");
    let mut tx = house.services.begin().await?;
    let free = sql::waiting(&mut *tx).await?.is_none();
    all.wait().await;
    if !free {
        return Ok(false);
    }
    let quarter = snapshot.quarter.to_string();
    let new = NewSnapshot {
        id: new_uuid(now),
        quarter: &quarter,
        lines: &lines,
        digest: &digest.0,
        journal: 1,
        follows: None,
        corrects: None,
        by: uuid::Uuid::from_u128(FREEZES + n),
    };
    sql::add(&mut *tx, new, now).await?;
    tx.commit().await?;
    Ok(true)
}

async fn all_naively(house: &TestHouse) -> usize {
    let all = Barrier::new(PEOPLE);
    let answers = join_all((0..PEOPLE as u128).map(|n| naively(house, n, &all))).await;
    answers.iter().filter(|answer| matches!(answer, Ok(true))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lock_the_database_still_lets_one_win_and_without_its_rules_all_do() {
    let house = ready().await;
    assert_eq!(all_naively(&house).await, 1);
    let house = ready().await;
    for index in ["disclosure_snapshot_one_waits", "disclosure_snapshot_once"] {
        sqlx::query(sqlx::AssertSqlSafe(format!("drop index {index}")))
            .execute(&house.db.owner_pool())
            .await
            .expect("dropped");
    }
    assert_eq!(all_naively(&house).await, PEOPLE, "the race is one");
}

/// A payment that is being settled while a report is frozen is in it or waits behind its position: never before it, uncounted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_payment_is_passed_over() {
    let house = house_on("2026-06-20").await;
    let purse = purse_of(&house, 3_000_000).await;
    pay(&house, purse, &twelve(0)).await;
    // An entry that has its number and is not committed: the books cannot stand still before it is.
    let mut tx = house.services.begin().await.expect("a transaction");
    let entry = Entry::donation(purse.envelope, yuan(7)).expect("an entry");
    let mut lines = Lines::default();
    for Posting { envelope, account, amount } in entry.postings() {
        lines.envelopes.push(envelope.0);
        lines.accounts.push(account.name().to_owned());
        lines.amounts.push(amount.get());
    }
    let new = NewEntry {
        id: id::<LedgerEntryId>(&house).0,
        kind: entry.kind().name(),
        key: "bank:SLOW",
        fund: purse.fund.0,
        day: domain::time::local_day(house.now()),
        actor: None,
        source: Some("演示"),
        families: None,
        reverses: None,
        award: None,
        payment: None,
    };
    journal::add(&mut tx, new, &lines, house.now()).await.expect("written");
    on(&house, "2026-07-10");
    let (services, by) = (house.services.clone(), of(&house, FREEZES, Role::ComplianceOfficer));
    let freezing = tokio::spawn(async move { disclosure::freeze(&services, &by, quarter("2026-Q2")).await });
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while number(&house, waits).await == 0 {
        assert!(!freezing.is_finished(), "it did not wait for the entry");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tx.commit().await.expect("committed");
    let frozen = freezing.await.expect("no panic").expect("frozen");
    let row = sql::one(&house.services.db, frozen.0).await.expect("read").expect("a snapshot");
    assert_eq!(row.journal, number(&house, "select max(position) from ledger_entry").await);
    assert_eq!(number(&house, "select sum(amount)::bigint from disclosure_counted").await, number(&house, PAID).await);
}
