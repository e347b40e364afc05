//! Families that wait for money hear that a fund closes: those it is for, once of each fund; and their place stays.

use super::due::{deferred, defers, donate, today, told};
use super::*;
use crate::ledger::number;
use domain::ids::FundId;
use domain::ledger::{FundCode, Purpose};
use jiff::SignedDuration;

/// Messages that something changed, as far as they left.
const NEWS: &str = "select count(*) from message where template = 'case_news' and state = 'sent'";

async fn version_of(house: &TestHouse, fund: FundId) -> i32 {
    ledger::views::fund(&house.services, &preparer(house), fund).await.expect("a fund").version
}

async fn closes(house: &TestHouse, fund: FundId) {
    let version = version_of(house, fund).await;
    ledger::close_fund(&house.services, &preparer(house), fund, version, "演示·不再接受申请").await.expect("closed");
}

/// Since when its family reads that a fund is closed.
async fn reads(house: &TestHouse, person: u128, case: CaseId) -> Option<jiff::civil::Date> {
    cases::own_case(&house.services, &visitor(house, person), case).await.expect("its own").fund_closed
}

#[tokio::test]
async fn who_waits_for_money_is_told_once_that_a_fund_closed_and_keeps_the_place() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 9_999).await;
    let waiting = deferred(&house, 1..=2).await;
    let judged = sent(&house, 3).await;
    house.services.clock.advance(SignedDuration::from_mins(1));
    told(&house).await;
    let before = number(&house, NEWS).await;
    closes(&house, purse.fund).await;
    told(&house).await;
    assert_eq!(number(&house, NEWS).await, before + 2, "who waits, and nobody else");
    assert_eq!(reads(&house, 1, waiting[0]).await, Some(today(&house)));
    assert_eq!(reads(&house, 3, judged).await, None);

    // Opened again nothing is to be read of it; closed again nobody is told once more, but whoever came to wait meanwhile.
    let version = version_of(&house, purse.fund).await;
    ledger::reopen_fund(&house.services, &preparer(&house), purse.fund, version).await.expect("again");
    assert_eq!(reads(&house, 1, waiting[0]).await, None);
    before_committee(&house, judged).await;
    defers(&house, judged).await;
    house.services.clock.advance(SignedDuration::from_mins(1));
    told(&house).await;
    let before = number(&house, NEWS).await;
    closes(&house, purse.fund).await;
    told(&house).await;
    assert_eq!(number(&house, NEWS).await, before + 1);
    assert_eq!(reads(&house, 3, judged).await, Some(today(&house)));

    donate(&house, purse, 10_000).await;
    assert_eq!(cases::resume_deferred(&house.services).await.expect("looked"), 1);
    assert_eq!(state(&house, waiting[0]).await, "committee", "who was first is first");
    assert_eq!(reads(&house, 1, waiting[0]).await, None, "it waits no more");
}

#[tokio::test]
async fn of_a_fund_for_others_nobody_is_told() {
    let house = TestHouse::new().await;
    let waiting = deferred(&house, 1..=1).await;
    told(&house).await;
    let before = number(&house, NEWS).await;
    let fund = ledger::NewFund {
        id: id(&house),
        code: FundCode::parse("OTHER-2026").expect("a code"),
        name_zh: "演示·别的基金".into(),
        name_en: "Another fund".into(),
        purpose: Purpose { group: Some(DiseaseGroup::Infertility), ..Purpose::default() },
    };
    ledger::open_fund(&house.services, &preparer(&house), &fund).await.expect("a fund");
    closes(&house, fund.id).await;
    told(&house).await;
    assert_eq!(number(&house, NEWS).await, before);
    assert_eq!(reads(&house, 1, waiting[0]).await, None);
    assert_eq!(number(&house, "select count(*) from spark_case_fund_told").await, 0);
}
