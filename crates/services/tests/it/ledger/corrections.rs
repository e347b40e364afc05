//! Mistakes and their corrections: one fact stands once, and what was reversed can be entered again.

use super::{awarded, books_are_sound, given, has, payee, preparer, purse_of, sent, state_of, tranches, yuan};
use domain::ids::{AwardId, LedgerEntryId};
use services::ledger::{self, Given, LedgerError};
use testkit::TestHouse;

const ACCOUNT: &str = "6222021602001234567";

/// Ten thousand of thirty thousand that arrived.
async fn paid(house: &TestHouse) -> (super::Purse, AwardId) {
    let purse = purse_of(house, 30_000).await;
    let award = awarded(house, purse, &[10_000]).await;
    payee(house, award, ACCOUNT).await;
    let payment = sent(house, tranches(house, award).await[0]).await;
    super::bank_says(house, &[("P1", "成功", 10_000, Some(payment))]).await.expect("read");
    (purse, award)
}

#[tokio::test]
async fn a_row_of_the_bank_is_a_donation_or_money_given_back_and_not_both() {
    let house = TestHouse::new().await;
    let (purse, award) = paid(&house).await;
    let by = preparer(&house);
    let gift = |key: &str| Given { key: key.into(), ..given(&house, purse.envelope, yuan(500)) };
    ledger::donate(&house.services, &by, &gift("R7")).await.expect("recorded");
    let answer = ledger::claw_back(&house.services, &by, award, ("R7", yuan(500)), "病历不实").await;
    assert!(matches!(answer, Err(LedgerError::Otherwise)), "{answer:?}");
    ledger::claw_back(&house.services, &by, award, ("R8", yuan(500)), "病历不实").await.expect("back");
    for typed in ["R8", " Ｒ８ "] {
        let answer = ledger::donate(&house.services, &by, &gift(typed)).await;
        assert!(matches!(answer, Err(LedgerError::Otherwise)), "{typed}: {answer:?}");
    }
    assert_eq!(has(&house, purse).await, (30_500, 9_500, 0, 0, 21_000));
    books_are_sound(&house).await;
}

#[tokio::test]
async fn the_same_fact_is_the_same_in_everything_it_says() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let by = preparer(&house);
    let gift = Given { key: "R1".into(), ..given(&house, purse.envelope, yuan(500)) };
    ledger::donate(&house.services, &by, &gift).await.expect("recorded");
    let earlier = Given { day: "2026-07-19".parse().expect("a day"), ..gift.clone() };
    let answer = ledger::donate(&house.services, &by, &earlier).await;
    assert!(matches!(answer, Err(LedgerError::Otherwise)), "another day: {answer:?}");
    let opening = |families| ledger::Opening { given: gift.clone(), paid: None, families: Some(families) };
    ledger::open(&house.services, &by, &opening(5)).await.expect("recorded");
    ledger::open(&house.services, &by, &opening(5)).await.expect("known");
    let answer = ledger::open(&house.services, &by, &opening(6)).await;
    assert!(matches!(answer, Err(LedgerError::Otherwise)), "other families: {answer:?}");
    ledger::donate(&house.services, &by, &gift).await.expect("known");
    assert_eq!(has(&house, purse).await, (31_000, 0, 0, 0, 31_000));
}

/// Two awards out of one envelope: money given back of the one is not that of the other.
#[tokio::test]
async fn money_given_back_belongs_to_one_award() {
    let house = TestHouse::new().await;
    let (purse, award) = paid(&house).await;
    let other = awarded(&house, purse, &[5_000]).await;
    payee(&house, other, ACCOUNT).await;
    let payment = sent(&house, tranches(&house, other).await[0]).await;
    super::bank_says(&house, &[("P2", "成功", 5_000, Some(payment))]).await.expect("read");
    let back =
        async |award| ledger::claw_back(&house.services, &preparer(&house), award, ("B1", yuan(500)), "病历不实").await;
    back(award).await.expect("back");
    house.services.clock.advance(jiff::SignedDuration::from_hours(24));
    back(award).await.expect("the same row, pressed again after midnight");
    let answer = back(other).await;
    assert!(matches!(answer, Err(LedgerError::Otherwise)), "{answer:?}");
    assert_eq!(has(&house, purse).await, (30_000, 14_500, 0, 0, 15_500));
}

/// The only entry of this kind.
async fn only(house: &TestHouse, purse: super::Purse, kind: &str) -> LedgerEntryId {
    let entries = store::ledger::journal::of_fund(&house.services.db, purse.fund.0, 100).await.expect("entries");
    let own: Vec<_> = entries.iter().filter(|entry| entry.kind == kind).collect();
    assert_eq!(own.len(), 1, "{kind}");
    LedgerEntryId(own[0].id)
}

async fn open_rows(house: &TestHouse) -> Vec<String> {
    let seen = ledger::reconciliation(&house.services, &preparer(house)).await.expect("seen").rows;
    seen.into_iter().map(|row| row.reference).collect()
}

#[tokio::test]
async fn what_was_reversed_by_mistake_is_entered_again() {
    let house = TestHouse::new().await;
    let purse = super::purse(&house, "AGAIN").await;
    let by = preparer(&house);
    let gift = |amount| Given { key: "R1".into(), ..given(&house, purse.envelope, yuan(amount)) };
    super::bank_says(&house, &[("R1", "收款", 500, None)]).await.expect("read");
    assert_eq!(open_rows(&house).await, ["R1"]);
    for amount in [500, 500, 499, 500] {
        ledger::donate(&house.services, &by, &gift(amount)).await.expect("recorded");
        ledger::donate(&house.services, &by, &gift(amount)).await.expect("pressed twice");
        assert_eq!(has(&house, purse).await, (amount, 0, 0, 0, amount));
        assert_eq!(open_rows(&house).await.is_empty(), amount == 500, "the bank says five hundred");
        let sql = "select id from ledger_entry e where kind = 'donation'
                   and not exists (select from ledger_entry where reverses = e.id)";
        let stands: Vec<uuid::Uuid> = sqlx::query_scalar(sql).fetch_all(&house.db.owner_pool()).await.expect("read");
        assert_eq!(stands.len(), 1, "one of them stands");
        ledger::reverse(&house.services, &by, LedgerEntryId(stands[0]), "登记有误").await.expect("reversed");
        assert_eq!(has(&house, purse).await, (0, 0, 0, 0, 0));
        assert_eq!(open_rows(&house).await, ["R1"], "nothing explains it any more");
        let answer = ledger::reverse(&house.services, &by, LedgerEntryId(stands[0]), "再按一次").await;
        assert!(matches!(answer, Err(LedgerError::ReversedAlready)), "{answer:?}");
    }
    books_are_sound(&house).await;
}

/// The bank tells of it after it was reversed: what was a mistake explains nothing.
#[tokio::test]
async fn a_reversed_donation_explains_no_row() {
    let house = TestHouse::new().await;
    let purse = super::purse(&house, "LATER").await;
    let gift = Given { key: "R1".into(), ..given(&house, purse.envelope, yuan(500)) };
    ledger::donate(&house.services, &preparer(&house), &gift).await.expect("recorded");
    let entry = only(&house, purse, "donation").await;
    ledger::reverse(&house.services, &preparer(&house), entry, "登记有误").await.expect("reversed");
    super::bank_says(&house, &[("R1", "收款", 500, None)]).await.expect("read");
    assert_eq!(open_rows(&house).await, ["R1"]);
    ledger::donate(&house.services, &preparer(&house), &gift).await.expect("entered again");
    assert!(open_rows(&house).await.is_empty());
}

#[tokio::test]
async fn money_given_back_by_mistake_is_corrected() {
    let house = TestHouse::new().await;
    let (purse, award) = paid(&house).await;
    let by = preparer(&house);
    super::bank_says(&house, &[("B1", "收款", 2_000, None)]).await.expect("read");
    let back = async |key: &str, amount: i64| {
        ledger::claw_back(&house.services, &by, award, (key, yuan(amount)), "病历不实").await.expect("back");
    };
    back("B1", 2_000).await;
    assert!(open_rows(&house).await.is_empty());
    let first = only(&house, purse, "clawback").await;
    back("B2", 1_000).await;
    assert_eq!(has(&house, purse).await, (30_000, 7_000, 0, 0, 23_000));
    ledger::reverse(&house.services, &by, first, "是另一家庭的款").await.expect("reversed");
    assert_eq!((has(&house, purse).await.1, state_of(&house, award).await.as_str()), (9_000, "clawed_back"));
    assert_eq!(open_rows(&house).await, ["B1"]);
    let sql = "select id from ledger_entry where key = 'bank:B2'";
    let second: uuid::Uuid = sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("there");
    ledger::reverse(&house.services, &by, LedgerEntryId(second), "银行更正").await.expect("reversed");
    assert_eq!((has(&house, purse).await.1, state_of(&house, award).await.as_str()), (10_000, "fulfilled"));
    let paid = store::ledger::awards::balance(&house.services.db, award.0).await.expect("read").expect("there");
    assert_eq!(paid, (0, 1_000_000), "the award's own balance too");
    // The row is what it should have been from the beginning.
    let gift = Given { key: "B1".into(), ..given(&house, purse.envelope, yuan(2_000)) };
    ledger::donate(&house.services, &by, &gift).await.expect("a donation after all");
    assert!(open_rows(&house).await.is_empty());
    back("B2", 1_000).await;
    assert_eq!(state_of(&house, award).await, "clawed_back");
    books_are_sound(&house).await;
}
