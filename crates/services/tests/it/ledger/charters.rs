//! What a fund says of itself: opened in one act, changed as far as it may be, closed to new applications.

use super::{Purse, awarded, bare_purse, chair, given, grant, has, id, number, preparer, purse, purse_of, yuan};
use domain::field::Fault;
use domain::ids::{EnvelopeId, FundId};
use domain::ledger::{DiseaseGroup, FundCode, Purpose};
use domain::outreach::Bilingual;
use futures::future::join_all;
use jiff::SignedDuration;
use services::ledger::views::{self, GroupStanding};
use services::ledger::{self, Charter, EnvelopeCharter, LedgerError, NewFund};
use testkit::TestHouse;

fn new_fund(house: &TestHouse, code: &str) -> NewFund {
    NewFund {
        id: id(house),
        code: FundCode::parse(code).expect("a code"),
        name_zh: "演示·儿童基金".into(),
        name_en: "Demo: children".into(),
        purpose: Purpose { group: Some(DiseaseGroup::Rare), age_until: Some(17), ..Purpose::default() },
    }
}

fn budget(name: &str, ceiling: Option<i64>) -> EnvelopeCharter {
    EnvelopeCharter {
        name: Bilingual::new(name, "Budget"),
        purpose: Bilingual::new("2027年度", "2027"),
        ceiling: ceiling.map(yuan),
    }
}

async fn stands(house: &TestHouse, id: FundId) -> views::Fund {
    views::fund(&house.services, &preparer(house), id).await.expect("a fund")
}

/// The purpose of a fund as it stands, under another name.
async fn renamed(house: &TestHouse, id: FundId, name: &str) -> (i32, Charter) {
    let fund = stands(house, id).await;
    let charter = Charter { name: Bilingual::new(name, "Renamed"), purpose: fund.purpose, terms: fund.terms };
    (fund.version, charter)
}

/// The latest detail of an action in the trail.
async fn told(house: &TestHouse, action: &str) -> serde_json::Value {
    sqlx::query_scalar("select detail from audit_entry where action = $1 order by at desc, id desc limit 1")
        .bind(action)
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("in the trail")
}

/// Gives an envelope another ceiling.
pub(super) async fn bound(house: &TestHouse, purse: Purse, ceiling: Option<i64>) -> Result<(), LedgerError> {
    let fund = stands(house, purse.fund).await;
    let version = fund.envelopes.iter().find(|one| one.id == purse.envelope).expect("an envelope").version;
    ledger::change_envelope(&house.services, &preparer(house), purse.envelope, version, &budget("年度", ceiling)).await
}

#[tokio::test]
async fn a_fund_is_opened_with_its_budgets_and_pressed_twice_it_is_one() {
    let house = TestHouse::new().await;
    let (fund, by) = (new_fund(&house, "ET-2027"), preparer(&house));
    let terms = Bilingual::new("17岁以下的罕见病患者", "Patients under 18");
    let budgets = [("年度", Some(500_000)), ("专项", None)];
    for _ in 0..2 {
        let budgets = budgets.map(|(name, most)| (id::<EnvelopeId>(&house), budget(name, most)));
        ledger::open_with(&house.services, &by, &fund, &terms, &budgets).await.expect("opened");
    }
    let there = stands(&house, fund.id).await;
    assert_eq!((there.code.as_str(), &there.terms, there.used), ("ET-2027", &terms, false));
    let mut names: Vec<_> =
        there.envelopes.iter().map(|one| (one.name_zh.as_str(), one.ceiling.map(|all| all.get()))).collect();
    // Opened at one instant, they stand in no order.
    names.sort_unstable();
    assert_eq!(names, [("专项", None), ("年度", Some(50_000_000))]);
    let other = NewFund { id: id(&house), ..fund };
    let answer = ledger::open_with(&house.services, &by, &other, &terms, &[]).await;
    let Err(LedgerError::Fields(faults)) = answer else { panic!("{answer:?}") };
    assert_eq!((faults[0].field.as_str(), faults[0].fault), ("code", Fault::AlreadyExists));
}

#[tokio::test]
async fn a_purpose_stands_once_money_came_and_a_name_does_not() {
    let house = TestHouse::new().await;
    let (fund, by) = (new_fund(&house, "MD-2027"), preparer(&house));
    let envelope: EnvelopeId = id(&house);
    let nothing = Bilingual::default();
    ledger::open_with(&house.services, &by, &fund, &nothing, &[(envelope, budget("年度", None))]).await.expect("open");
    let (version, mut charter) = renamed(&house, fund.id, "演示·青少年基金").await;
    charter.purpose.age_until = Some(20);
    ledger::change_fund(&house.services, &by, fund.id, version, &charter).await.expect("nothing came yet");
    ledger::donate(&house.services, &by, &given(&house, envelope, yuan(1_000))).await.expect("given");

    // A context keeps the instant at which it was made: another is a second later in the trail.
    house.services.clock.advance(SignedDuration::from_secs(1));
    let by = preparer(&house);
    let (version, mut charter) = renamed(&house, fund.id, "演示·青年基金").await;
    charter.purpose.age_until = Some(25);
    let answer = ledger::change_fund(&house.services, &by, fund.id, version, &charter).await;
    assert!(matches!(answer, Err(LedgerError::PurposeKept)), "{answer:?}");
    charter.purpose.age_until = Some(20);
    ledger::change_fund(&house.services, &by, fund.id, version, &charter).await.expect("a name may change");
    let detail = told(&house, "ledger.fund_changed").await;
    assert_eq!(detail["name"]["from"], "演示·青少年基金");
    assert_eq!(detail["name"]["to"], "演示·青年基金");
    assert!(detail.get("purpose").is_none(), "{detail}");
    // Whoever writes past the program meets the same rule.
    let sql = "update ledger_fund set city = 'jinan' where code = 'MD-2027'";
    let error = sqlx::raw_sql(sql).execute(&house.services.db).await.expect_err("the purpose stands");
    assert_eq!(store::constraint_of(&error), Some("ledger_fund_purpose_kept"));
}

#[tokio::test]
async fn whoever_saves_an_older_version_is_told_and_changes_nothing() {
    let house = TestHouse::new().await;
    let purse = purse(&house, "ST-2027").await;
    let by = preparer(&house);
    let (version, first) = renamed(&house, purse.fund, "先保存的").await;
    let (_, second) = renamed(&house, purse.fund, "后保存的").await;
    ledger::change_fund(&house.services, &by, purse.fund, version, &first).await.expect("the first");
    let answer = ledger::change_fund(&house.services, &by, purse.fund, version, &second).await;
    assert!(matches!(answer, Err(LedgerError::Stale)), "{answer:?}");
    assert_eq!(stands(&house, purse.fund).await.name_zh, "先保存的");
    let answer = ledger::close_fund(&house.services, &by, purse.fund, version, "预算用完").await;
    assert!(matches!(answer, Err(LedgerError::Stale)), "{answer:?}");
}

#[tokio::test]
async fn under_a_ceiling_no_more_is_promised_whatever_there_is() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 100_000).await;
    bound(&house, purse, Some(30_000)).await.expect("a ceiling");
    let asked = (0..10).map(|_| {
        let (services, by) = (house.services.clone(), chair(&house));
        let grant = grant(&house, purse.envelope, &[yuan(10_000)]);
        async move { crate::ledger::reserve(&services, &by, &grant).await }
    });
    let answers = join_all(asked).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.is_err()) {
        assert!(matches!(refused, Err(LedgerError::Ceiling { left }) if left.get() == 0), "{refused:?}");
    }
    assert_eq!(has(&house, purse).await, (100_000, 0, 0, 30_000, 70_000));
    // Lower than what is promised it cannot be, by the form or past it.
    let answer = bound(&house, purse, Some(29_999)).await;
    let Err(LedgerError::Fields(faults)) = answer else { panic!("{answer:?}") };
    assert_eq!((faults[0].field.as_str(), faults[0].fault), ("ceiling", Fault::CeilingPassed));
    let error = sqlx::raw_sql("update ledger_envelope set ceiling = 2999999").execute(&house.services.db).await;
    assert_eq!(store::constraint_of(&error.expect_err("promised")), Some("ledger_envelope_ceiling"));
    bound(&house, purse, None).await.expect("no ceiling");
    awarded(&house, purse, &[70_000]).await;
    // The database by itself: as though nobody had asked before.
    let error = sqlx::raw_sql("update ledger_envelope set ceiling = 9999999").execute(&house.services.db).await;
    assert_eq!(store::constraint_of(&error.expect_err("promised")), Some("ledger_envelope_ceiling"));
}

#[tokio::test]
async fn a_closed_fund_helps_who_applied_before_and_nobody_after() {
    let house = TestHouse::new().await;
    house.db.books_by_themselves().await;
    let purse = bare_purse(&house, "CL-2027").await;
    let by = preparer(&house);
    ledger::donate(&house.services, &by, &given(&house, purse.envelope, yuan(50_000))).await.expect("given");
    let before = crate::spark::sent(&house, 71).await;
    house.services.clock.advance(jiff::SignedDuration::from_mins(1));
    let version = stands(&house, purse.fund).await.version;
    let answer = ledger::close_fund(&house.services, &preparer(&house), purse.fund, version, " ").await;
    assert!(matches!(answer, Err(LedgerError::Fields(_))), "why? {answer:?}");
    for _ in 0..2 {
        ledger::close_fund(&house.services, &preparer(&house), purse.fund, version, "本年度预算用完")
            .await
            .expect("once");
    }
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'ledger.fund_closed'").await, 1);
    house.services.clock.advance(jiff::SignedDuration::from_mins(1));
    let after = crate::spark::sent(&house, 72).await;
    let reserved = async |case: domain::ids::CaseId| {
        let mut tx = house.services.begin().await.expect("a transaction");
        let grant = ledger::Grant { case: case.0, ..grant(&house, purse.envelope, &[yuan(5_000)]) };
        ledger::reserve_in(&mut tx, &chair(&house), &grant).await // And rolled back.
    };
    reserved(before).await.expect("who applied before");
    let answer = reserved(after).await;
    assert!(matches!(answer, Err(LedgerError::FundClosed)), "{answer:?}");
    let public = house.context(domain::account::Actor::Anonymous);
    let groups = views::open_groups(&house.services, &public).await.expect("read");
    assert!(groups.iter().all(|(_, standing)| *standing == GroupStanding::Closed), "{groups:?}");

    let version = stands(&house, purse.fund).await.version;
    ledger::reopen_fund(&house.services, &preparer(&house), purse.fund, version).await.expect("again");
    reserved(after).await.expect("open to all again");
    let groups = views::open_groups(&house.services, &public).await.expect("read");
    assert!(groups.iter().all(|(_, standing)| *standing == GroupStanding::Open), "{groups:?}");
}
