//! An award from its decision to its end.

use super::{
    awarded, bank_says, books_are_sound, has, id, let_go, number, of, payee, preparer, purse_of, releaser, sent,
    state_of, tranches, yuan,
};
use domain::account::Role;
use domain::ids::{PaymentFileId, PaymentId};
use domain::ledger::{Evidence, Overdrawn};
use jiff::SignedDuration;
use services::ledger::{self, Decision, LedgerError};
use testkit::TestHouse;

const ACCOUNT: &str = "6222021602001234567";

#[tokio::test]
async fn an_award_is_paid_in_parts_when_its_papers_are_there() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[6_000, 4_000]).await;
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000));
    let parts = tranches(&house, award).await;
    let by = preparer(&house);
    let answer = ledger::prepare(&house.services, &by, parts[0]).await;
    let Err(LedgerError::Evidence(missing)) = answer else { panic!("{answer:?}") };
    assert_eq!(missing, [Evidence::Agreement, Evidence::Invoice]);
    ledger::note_evidence(&house.services, &by, parts[0], &[Evidence::Agreement]).await.expect("noted");
    let answer = ledger::prepare(&house.services, &by, parts[0]).await;
    assert!(matches!(answer, Err(LedgerError::Evidence(ref missing)) if *missing == [Evidence::Invoice]), "{answer:?}");
    super::prepared(&house, parts[0]).await;
    let twice = ledger::prepare(&house.services, &by, parts[0]).await;
    assert!(matches!(twice, Err(LedgerError::State("prepared"))), "{twice:?}");
    ledger::send_back(&house.services, &releaser(&house), parts[0], "票据不清楚").await.expect("back");
    payee(&house, award, ACCOUNT).await;
    super::prepared(&house, parts[0]).await;
    let payment: PaymentId = id(&house);
    let same = of(&house, 11, Role::FinanceReleaser);
    let answer = ledger::let_go(&house.services, &same, parts[0], payment).await;
    assert!(matches!(answer, Err(LedgerError::SamePerson)), "who prepared never releases: {answer:?}");
    ledger::let_go(&house.services, &releaser(&house), parts[0], payment).await.expect("let go");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000), "nothing has left yet");

    let file: PaymentFileId = id(&house);
    let first = ledger::send_file(&house.services, &releaser(&house), file).await.expect("a file");
    assert_eq!(has(&house, purse).await, (30_000, 6_000, 6_000, 4_000, 20_000));
    let again = ledger::send_file(&house.services, &releaser(&house), file).await.expect("the same");
    assert_eq!(first, again, "the same bytes, and nothing happened");
    let text = String::from_utf8(first.bytes.clone()).expect("text");
    assert_eq!(
        text,
        format!(
            "\u{feff}付款编号,收款户名,收款账号,开户行,金额,用途\r\n\
             {payment},'=演示医院,{ACCOUNT},演示银行济南分行,6000.00,救助金\r\n"
        ),
        "a name that begins as a formula is calculated by nobody"
    );
    assert_eq!(first.sha256, services::crypto::digest_hex(&first.bytes));

    bank_says(&house, &[("R1", "成功", 6_000, Some(payment))]).await.expect("read");
    assert_eq!(has(&house, purse).await, (30_000, 6_000, 0, 4_000, 20_000));
    assert_eq!(state_of(&house, award).await, "reserved");
    let last = sent(&house, parts[1]).await;
    bank_says(&house, &[("R2", "成功", 4_000, Some(last))]).await.expect("read");
    assert_eq!(state_of(&house, award).await, "fulfilled");
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 0, 0, 20_000));
    books_are_sound(&house).await;
}

#[tokio::test]
async fn what_fails_is_promised_again_and_what_is_in_doubt_waits_for_a_person() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[10_000]).await;
    payee(&house, award, ACCOUNT).await;
    let part = tranches(&house, award).await[0];
    let failed = sent(&house, part).await;
    bank_says(&house, &[("R1", "失败", 10_000, Some(failed))]).await.expect("read");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000), "promised again");

    let doubtful = sent(&house, part).await;
    bank_says(&house, &[("R2", "未知", 10_000, Some(doubtful))]).await.expect("read");
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 10_000, 0, 20_000), "it may have left");
    // Neither a new payment, nor the clock, nor a later row moves it.
    let answer = ledger::prepare(&house.services, &preparer(&house), part).await;
    assert!(matches!(answer, Err(LedgerError::State("in_payment"))), "{answer:?}");
    house.services.clock.advance(SignedDuration::from_hours(24 * 121));
    assert_eq!(ledger::lapse_due(&house.services).await.expect("looked"), 0);
    let later = bank_says(&house, &[("R3", "成功", 10_000, Some(doubtful))]).await.expect("read");
    assert_eq!(later.rows, [("R3".to_owned(), ledger::Outcome::Impossible)]);
    let seen = ledger::reconciliation(&house.services, &preparer(&house)).await.expect("seen");
    assert_eq!((seen.in_doubt, seen.rows.len()), (vec![doubtful], 1));
    let resend = ledger::send_file(&house.services, &releaser(&house), id(&house)).await;
    assert!(matches!(resend, Err(LedgerError::NothingToSend)), "{resend:?}");
    let by_hand = sqlx::query("update ledger_payment set state = 'sent' where state = 'in_doubt'");
    let refused = by_hand.execute(&house.services.db).await.expect_err("refused");
    assert_eq!(store::constraint_of(&refused), Some("ledger_payment_way"));

    let by = releaser(&house);
    let answer = ledger::decide(&house.services, &by, doubtful, Decision::Arrived, " ").await;
    assert!(matches!(answer, Err(LedgerError::Fields(_))), "why has to be said: {answer:?}");
    ledger::decide(&house.services, &by, doubtful, Decision::Arrived, "银行回函确认已入账").await.expect("decided");
    assert_eq!(state_of(&house, award).await, "fulfilled");
    let seen = ledger::reconciliation(&house.services, &preparer(&house)).await.expect("seen");
    assert!(seen.in_doubt.is_empty() && seen.rows.is_empty(), "R3 says what is known by now: {seen:?}");
    let answer = ledger::decide(&house.services, &by, doubtful, Decision::Failed, "又说没有").await;
    assert!(matches!(answer, Err(LedgerError::State("settled"))), "once: {answer:?}");
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 0, 0, 20_000));
    books_are_sound(&house).await;
}

#[tokio::test]
async fn what_comes_back_is_promised_again_or_free() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[6_000, 4_000]).await;
    payee(&house, award, ACCOUNT).await;
    let parts = tranches(&house, award).await;
    let first = sent(&house, parts[0]).await;
    bank_says(&house, &[("R1", "成功", 6_000, Some(first))]).await.expect("read");
    bank_says(&house, &[("R2", "退汇", 6_000, Some(first))]).await.expect("read");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000), "the award goes on");
    let again = sent(&house, parts[0]).await;
    bank_says(&house, &[("R3", "成功", 6_000, Some(again))]).await.expect("read");

    ledger::release(&house.services, &super::chair(&house), award, "不再需要").await.expect("released");
    assert_eq!(
        (has(&house, purse).await, state_of(&house, award).await.as_str()),
        ((30_000, 6_000, 0, 0, 24_000), "released")
    );
    let twice = ledger::release(&house.services, &super::chair(&house), award, "不再需要").await;
    assert!(matches!(twice, Err(LedgerError::State("released"))), "once: {twice:?}");
    let by = preparer(&house);
    let back = async |key: &str, amount: i64| {
        ledger::claw_back(&house.services, &by, award, (key, yuan(amount)), "病历不实").await
    };
    back("B1", 2_000).await.expect("back");
    back("B1", 2_000).await.expect("the same row of the bank");
    assert_eq!(has(&house, purse).await, (30_000, 4_000, 0, 0, 26_000));
    let answer = back("B2", 4_001).await;
    assert!(matches!(answer, Err(LedgerError::Overdrawn(Overdrawn::Paid { .. }))), "{answer:?}");
    // The bank returns the whole payment although a part is back: a person looks at it.
    let answer = bank_says(&house, &[("R4", "退汇", 6_000, Some(again))]).await.expect("read");
    assert_eq!(answer.rows[0].1, ledger::Outcome::Impossible);
    back("B3", 4_000).await.expect("back");
    assert_eq!(
        (has(&house, purse).await, state_of(&house, award).await.as_str()),
        ((30_000, 0, 0, 0, 30_000), "clawed_back")
    );
    books_are_sound(&house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_used_in_time_is_free_again_once() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let unused = awarded(&house, purse, &[10_000]).await;
    let under_way = awarded(&house, purse, &[5_000, 5_000]).await;
    payee(&house, under_way, ACCOUNT).await;
    let waiting = let_go(&house, tranches(&house, under_way).await[0]).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 120 - 1));
    assert_eq!(ledger::lapse_due(&house.services).await.expect("looked"), 0, "not yet");
    house.services.clock.advance(SignedDuration::from_hours(1));
    let servers = (0..6).map(|_| {
        let services = house.services.clone();
        tokio::spawn(async move { ledger::lapse_due(&services).await })
    });
    let lapsed: u32 = futures::future::join_all(servers)
        .await
        .into_iter()
        .map(|answer| answer.expect("no panic").expect("looked"))
        .sum();
    assert_eq!((lapsed, state_of(&house, unused).await.as_str()), (1, "lapsed"));
    assert_eq!(state_of(&house, under_way).await, "reserved", "a payment is under way");
    assert_eq!(number(&house, "select count(*) from ledger_entry where kind = 'lapsed'").await, 1);
    ledger::cancel(&house.services, &releaser(&house), waiting, "家庭放弃").await.expect("taken back");
    assert_eq!(ledger::lapse_due(&house.services).await.expect("looked"), 1);
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 0, 30_000));
    books_are_sound(&house).await;
}

/// What has begun to be paid is used: what comes back late is paid again, and a later part waits for its papers.
#[tokio::test]
async fn what_has_begun_to_be_paid_does_not_lapse() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[6_000, 4_000]).await;
    payee(&house, award, ACCOUNT).await;
    let parts = tranches(&house, award).await;
    let first = sent(&house, parts[0]).await;
    bank_says(&house, &[("R1", "成功", 6_000, Some(first))]).await.expect("read");
    house.services.clock.advance(SignedDuration::from_hours(24 * 150));
    assert_eq!(ledger::lapse_due(&house.services).await.expect("looked"), 0, "the second part waits");
    bank_says(&house, &[("R2", "退汇", 6_000, Some(first))]).await.expect("read");
    assert_eq!(ledger::lapse_due(&house.services).await.expect("looked"), 0, "it came back, and is paid again");
    let again = sent(&house, parts[0]).await;
    bank_says(&house, &[("R3", "失败", 6_000, Some(again))]).await.expect("read");
    assert_eq!(ledger::lapse_due(&house.services).await.expect("looked"), 0, "it failed, and is paid again");
    assert_eq!((has(&house, purse).await.3, state_of(&house, award).await.as_str()), (10_000, "reserved"));
    ledger::release(&house.services, &super::chair(&house), award, "不再需要").await.expect("a person may");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 0, 30_000));
    books_are_sound(&house).await;
}

/// One award that the books cannot end holds up none of the others.
#[tokio::test]
async fn an_award_that_cannot_be_ended_holds_up_no_other() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let broken = awarded(&house, purse, &[1_000]).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(awarded(&house, purse, &[1_000]).await);
    }
    // By no way of the program: paid without a payment, so that there is nothing to give back.
    let sql = "update ledger_tranche set state = 'paid' where award_id = $1";
    sqlx::query(sql).bind(broken.0).execute(&house.db.owner_pool()).await.expect("broken");
    house.services.clock.advance(SignedDuration::from_hours(24 * 120));
    assert_eq!(ledger::lapse_due(&house.services).await.expect("looked"), 3);
    for award in others {
        assert_eq!(state_of(&house, award).await, "lapsed");
    }
    assert_eq!((has(&house, purse).await.3, state_of(&house, broken).await.as_str()), (1_000, "reserved"));
    assert_eq!(ledger::lapse_due(&house.services).await.expect("looked again"), 0);
}

/// A decision that is made twice is one award, as long as there is one: what was given back is not kept any more.
#[tokio::test]
async fn the_same_decision_is_the_same_award_while_it_lives() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let chair = super::chair(&house);
    let grant = super::grant(&house, purse.envelope, &[yuan(6_000), yuan(4_000)]);
    crate::ledger::reserve(&house.services, &chair, &grant).await.expect("reserved");
    crate::ledger::reserve(&house.services, &chair, &grant).await.expect("known");
    let mut otherwise = vec![super::grant(&house, purse.envelope, &[yuan(4_000), yuan(6_000)])];
    otherwise.push(super::grant(&house, purse.envelope, &[yuan(10_000)]));
    let mut papers = grant.clone();
    papers.parts[1].needs.push(Evidence::FollowUp);
    otherwise.push(papers);
    for other in otherwise {
        let other = ledger::Grant { award: grant.award, case: grant.case, ..other };
        let answer = crate::ledger::reserve(&house.services, &chair, &other).await;
        assert!(matches!(answer, Err(LedgerError::Otherwise)), "{other:?}: {answer:?}");
    }
    ledger::release(&house.services, &chair, grant.award, "不再需要").await.expect("released");
    let answer = crate::ledger::reserve(&house.services, &chair, &grant).await;
    assert!(matches!(answer, Err(LedgerError::State("released"))), "nothing is kept: {answer:?}");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 0, 30_000));
}
