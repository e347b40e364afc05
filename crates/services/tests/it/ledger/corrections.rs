//! Mistakes and their corrections: one fact stands once, and what was reversed can be entered again.

use super::{awarded, books_are_sound, given, has, payee, preparer, purse_of, sent, tranches, yuan};
use domain::ids::AwardId;
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
    let answer = ledger::donate(&house.services, &by, &gift("R8")).await;
    assert!(matches!(answer, Err(LedgerError::Otherwise)), "{answer:?}");
    assert_eq!(has(&house, purse).await, (30_500, 9_500, 0, 0, 21_000));
    books_are_sound(&house).await;
}
