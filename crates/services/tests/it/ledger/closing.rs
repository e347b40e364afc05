//! Closed months stay closed, also for whoever writes at the same instant.

use super::{given, has, number, of, preparer, purse_of, yuan};
use domain::account::Role;
use domain::ledger::Month;
use jiff::SignedDuration;
use services::ledger::{self, Given, LedgerError};
use sqlx::AssertSqlSafe;
use std::time::Duration;
use testkit::TestHouse;

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

async fn close(house: &TestHouse, text: &str) -> Result<(), LedgerError> {
    ledger::close_month(&house.services, &of(house, 12, Role::FinanceReleaser), month(text)).await
}

#[tokio::test]
async fn a_closed_month_takes_nothing_any_more() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 1_000).await;
    let by = preparer(&house);
    let on = |day: &str| Given { day: day.parse().expect("a day"), ..given(&house, purse.envelope, yuan(100)) };
    ledger::donate(&house.services, &by, &on("2026-06-30")).await.expect("still open");
    assert!(matches!(close(&house, "2026-07").await, Err(LedgerError::Month)), "it is not over");
    // Midnight of Shandong is the end of it, not London's.
    house.services.clock.advance(SignedDuration::from_hours(24 * 11 + 11));
    assert!(matches!(close(&house, "2026-07").await, Err(LedgerError::Month)), "an hour is left");
    close(&house, "2026-06").await.expect("closed");
    for day in ["2026-06-30", "2026-06-01", "2019-01-01"] {
        let answer = ledger::donate(&house.services, &by, &on(day)).await;
        assert!(matches!(answer, Err(LedgerError::Month)), "{day}: {answer:?}");
    }
    assert!(matches!(close(&house, "2026-06").await, Err(LedgerError::Month)), "once");
    assert!(matches!(close(&house, "2026-05").await, Err(LedgerError::Month)), "nor one before it");
    ledger::donate(&house.services, &by, &on("2026-07-01")).await.expect("open");
    house.services.clock.advance(SignedDuration::from_hours(1));
    close(&house, "2026-07").await.expect("over");
    let tomorrow = ledger::donate(&house.services, &by, &on("2026-08-02")).await;
    assert!(tomorrow.is_err(), "a day to come is no day of the books");
    let figures = "select (received)::bigint from ledger_month order by month";
    let figures: Vec<i64> = sqlx::query_scalar(figures).fetch_all(&house.db.owner_pool()).await.expect("figures");
    assert_eq!(figures, [10_000, 120_000], "what had come by the end of each");
    assert_eq!(has(&house, purse).await.0, 1_200);
}

/// Whoever writes has the month open until the end of the transaction: the closing waits, and counts it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closing_waits_for_whoever_writes() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 1_000).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 20));
    let mut tx = house.services.begin().await.expect("begun");
    let (entry, now) = (uuid::Uuid::from_u128(5), house.now());
    sqlx::raw_sql(AssertSqlSafe(format!(
        "insert into ledger_entry (id, kind, key, fund_id, day, entered_at, lines, source)
         values ('{entry}', 'donation', 'late', '{}', '2026-07-31', '{now}', 2, 'x');
         insert into ledger_posting values ('{entry}', 1, '{}', 'bank', 50000), ('{entry}', 2, '{}', 'received', -50000)",
        purse.fund, purse.envelope, purse.envelope
    )))
    .execute(&mut *tx)
    .await
    .expect("written");
    let closing = {
        let (services, by) = (house.services.clone(), of(&house, 12, Role::FinanceReleaser));
        tokio::spawn(async move { ledger::close_month(&services, &by, month("2026-07")).await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!closing.is_finished(), "it waits");
    tx.commit().await.expect("committed");
    closing.await.expect("no panic").expect("closed");
    assert_eq!(number(&house, "select received::bigint from ledger_month").await, 150_000, "and has counted it");
}
