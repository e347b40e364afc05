//! One payment line per tranche, however many people press how often, and whatever breaks meanwhile.

use super::{
    Purse, account, awarded, books_are_sound, entered, has, id, number, of, payee, prepared, purse_of, releaser,
    tranches,
};
use domain::account::Role;
use domain::ids::{PaymentFileId, PaymentId, TrancheId};
use domain::ledger::AccountNumber;
use futures::future::join_all;
use services::clock::Clock;
use services::ledger::{self, LedgerError, NewPayee};
use sqlx::Connection as _;
use std::time::Duration;
use testkit::TestHouse;

const LINES: &str = "select count(*) from ledger_payment where state in ('released', 'sent', 'settled', 'in_doubt')";

/// A tranche of ten thousand that waits to be released, out of thirty thousand.
async fn prepared_one() -> (TestHouse, Purse, TrancheId) {
    let noon = "2026-07-20T12:00:00+08:00".parse().expect("an instant");
    let house = TestHouse::with(Clock::frozen(noon), 24).await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[10_000]).await;
    payee(&house, award, "6222021602001234567").await;
    let tranche = tranches(&house, award).await[0];
    prepared(&house, tranche).await;
    (house, purse, tranche)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_who_release_at_once_make_one_payment() {
    let (house, _, tranche) = prepared_one().await;
    let own: [PaymentId; 2] = [id(&house), id(&house)];
    let pressed = (0..20_usize).map(|n| {
        let by = of(&house, [12, 22][n % 2], Role::FinanceReleaser);
        let (services, payment) = (house.services.clone(), own[n % 2]);
        tokio::spawn(async move { ledger::let_go(&services, &by, tranche, payment).await })
    });
    let answers = join_all(pressed).await;
    let first = answers.iter().step_by(2).filter(|answer| matches!(answer, Ok(Ok(())))).count();
    let second = answers.iter().skip(1).step_by(2).filter(|answer| matches!(answer, Ok(Ok(())))).count();
    assert!([(10, 0), (0, 10)].contains(&(first, second)), "one of them, every time: {answers:?}");
    for answer in answers {
        let answer = answer.expect("no panic");
        assert!(matches!(answer, Ok(()) | Err(LedgerError::State("in_payment"))), "{answer:?}");
    }
    assert_eq!(number(&house, LINES).await, 1);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'ledger.released_payment'").await, 1);
}

/// Two people press again and again, connections die in the middle of it, and the file is asked for meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_die_in_between_make_no_second_payment() {
    let (house, purse, tranche) = prepared_one().await;
    let own: [PaymentId; 2] = [id(&house), id(&house)];
    let file: PaymentFileId = id(&house);
    let mut admin = sqlx::PgConnection::connect_with(&house.db.options()).await.expect("a connection");
    let mut broken = 0;
    for round in 0..12_u64 {
        let pressed = (0..8_usize).map(|n| {
            let by = of(&house, [12, 22][n % 2], Role::FinanceReleaser);
            let (services, payment) = (house.services.clone(), own[n % 2]);
            tokio::spawn(async move {
                let released = ledger::let_go(&services, &by, tranche, payment).await.map(|_| ());
                if n == 7 { ledger::send_file(&services, &by, file).await.map(|_| ()) } else { released }
            })
        });
        let pressed: Vec<_> = pressed.collect();
        tokio::time::sleep(Duration::from_millis(round % 6)).await;
        sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .execute(&mut admin)
        .await
        .expect("killed");
        let answers = join_all(pressed).await;
        broken += answers.iter().filter(|answer| matches!(answer, Ok(Err(LedgerError::Database(_))))).count();
    }
    assert!(broken > 0, "nothing broke: this test proves nothing");
    // Whoever presses once more in the quiet finds the payment done, by one of the two.
    let mut done = false;
    for n in 0..40_usize {
        let by = of(&house, [12, 22][n % 2], Role::FinanceReleaser);
        done |= ledger::let_go(&house.services, &by, tranche, own[n % 2]).await.is_ok();
        done &= number(&house, LINES).await == 1;
    }
    assert!(done, "the payment is there");
    assert!(matches!(
        ledger::send_file(&house.services, &releaser(&house), file).await,
        Ok(ledger::PaymentFile { lines: 1, .. })
    ));
    assert_eq!(number(&house, LINES).await, 1);
    assert_eq!(number(&house, "select count(*) from ledger_entry where kind = 'payment_sent'").await, 1);
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 10_000, 0, 20_000));
    books_are_sound(&house).await;
}

/// Another account comes in while a payment waits: nothing leaves until two people vouch for it, and then to that one only.
#[tokio::test]
async fn another_account_freezes_what_waits() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[10_000]).await;
    let tranche = tranches(&house, award).await[0];
    prepared(&house, tranche).await;
    let by = releaser(&house);
    let payment: PaymentId = id(&house);
    let answer = ledger::let_go(&house.services, &by, tranche, payment).await;
    assert!(matches!(answer, Err(LedgerError::AccountNotConfirmed)), "there is none: {answer:?}");
    let first = entered(&house, award, "6222021602001234567").await;
    let answer = ledger::let_go(&house.services, &by, tranche, payment).await;
    assert!(matches!(answer, Err(LedgerError::AccountNotConfirmed)), "nobody vouches for it: {answer:?}");
    let same = of(&house, 11, Role::FinanceReleaser);
    let answer = ledger::confirm_payee(&house.services, &same, award, first).await;
    assert!(matches!(answer, Err(LedgerError::SamePerson)), "{answer:?}");
    ledger::confirm_payee(&house.services, &by, award, first).await.expect("confirmed");
    ledger::let_go(&house.services, &by, tranche, payment).await.expect("let go");

    let second = entered(&house, award, "6222021602007654321").await;
    let send = async || ledger::send_file(&house.services, &releaser(&house), id(&house)).await;
    assert!(matches!(send().await, Err(LedgerError::NothingToSend)), "frozen");
    let answer = ledger::confirm_payee(&house.services, &by, award, first).await;
    assert!(matches!(answer, Err(LedgerError::Otherwise)), "another was shown: {answer:?}");
    ledger::confirm_payee(&house.services, &by, award, second).await.expect("confirmed");
    assert!(matches!(send().await, Err(LedgerError::NothingToSend)), "what was let go was for the other account");
    // Nor does the database let it go.
    let by_hand = "update ledger_payment set state = 'sent', file_id = gen_random_uuid()";
    let refused = sqlx::query(by_hand).execute(&house.services.db).await.expect_err("refused");
    assert_eq!(store::constraint_of(&refused), Some("ledger_payment_account"));

    ledger::cancel(&house.services, &by, payment, "收款账户变更").await.expect("taken back");
    let again = super::let_go(&house, tranche).await;
    let file = send().await.expect("sent");
    let text = String::from_utf8(file.bytes).expect("text");
    assert!(text.contains(&again.to_string()) && text.contains("6222021602007654321") && !text.contains("1234567,"));
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 10_000, 0, 20_000));
}

/// A sealed number that was exchanged in the database pays nobody.
#[tokio::test]
async fn an_account_that_was_exchanged_behind_everybodys_back_is_not_paid() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[10_000]).await;
    let own = payee(&house, award, "6222021602001234567").await;
    super::let_go(&house, tranches(&house, award).await[0]).await;
    let place = services::crypto::Place { table: "ledger_payee", column: "account_sealed", row: own.0 };
    let other = house.services.vault.seal(place, b"6222021602009999999");
    sqlx::query("update ledger_payee set account_sealed = $1")
        .bind(other)
        .execute(&house.services.db)
        .await
        .expect("it may");
    let answer = ledger::send_file(&house.services, &releaser(&house), id(&house)).await;
    assert!(matches!(answer, Err(LedgerError::Crypto(_))), "{answer:?}");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000));
}

/// Somebody hands in a statement that says 失败 for a payment that arrived, and prepares it again: who let it go the first
/// time has seen no more than that file, and another has to.
#[tokio::test]
async fn what_a_statement_calls_failed_is_let_go_again_by_a_third_person() {
    let (house, purse, tranche) = prepared_one().await;
    let first: PaymentId = id(&house);
    let go = async |person, payment| {
        let by = of(&house, person, Role::FinanceReleaser);
        ledger::let_go(&house.services, &by, tranche, payment).await
    };
    go(12, first).await.expect("let go");
    ledger::send_file(&house.services, &releaser(&house), id(&house)).await.expect("sent");
    // Whoever imports may be another than who prepares.
    let importer = of(&house, 31, Role::FinancePreparer);
    let file = format!("day,reference,result,amount,payment\n2026-07-20,R1,refused,10000,{first}\n");
    ledger::import(&house.services, &importer, id(&house), file.as_bytes()).await.expect("read");
    prepared(&house, tranche).await;
    let second: PaymentId = id(&house);
    for (person, who) in [(11, "prepared it"), (12, "let it go before"), (31, "handed in the statement")] {
        let answer = go(person, second).await;
        assert!(matches!(answer, Err(LedgerError::SamePerson)), "who {who}: {answer:?}");
    }
    go(22, second).await.expect("a third person");
    go(22, second).await.expect("pressed twice");
    assert_eq!(number(&house, LINES).await, 1);
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000));
}

/// What is in doubt is decided by somebody who has no part in the payment, and who does not send it once more.
#[tokio::test]
async fn a_doubt_is_decided_by_somebody_else() {
    let (house, purse, tranche) = prepared_one().await;
    let first: PaymentId = id(&house);
    ledger::let_go(&house.services, &releaser(&house), tranche, first).await.expect("let go");
    ledger::send_file(&house.services, &releaser(&house), id(&house)).await.expect("sent");
    super::bank_says(&house, &[("R1", "未知", 10_000, Some(first))]).await.expect("read");
    let decide = async |person| {
        let by = of(&house, person, Role::FinanceReleaser);
        ledger::decide(&house.services, &by, first, ledger::Decision::Failed, "银行回函").await
    };
    for person in [11, 12] {
        let answer = decide(person).await;
        assert!(matches!(answer, Err(LedgerError::SamePerson)), "{person}: {answer:?}");
    }
    decide(22).await.expect("decided");
    prepared(&house, tranche).await;
    let again = of(&house, 22, Role::FinanceReleaser);
    let answer = ledger::let_go(&house.services, &again, tranche, id(&house)).await;
    assert!(matches!(answer, Err(LedgerError::SamePerson)), "who decided does not send: {answer:?}");
    ledger::let_go(&house.services, &releaser(&house), tranche, id(&house)).await.expect("let go");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000));
}

#[tokio::test]
async fn a_payment_that_came_to_nothing_is_no_answer_to_another_press() {
    let (house, _, tranche) = prepared_one().await;
    let (by, payment): (_, PaymentId) = (releaser(&house), id(&house));
    for _ in 0..2 {
        ledger::let_go(&house.services, &by, tranche, payment).await.expect("let go");
    }
    ledger::cancel(&house.services, &by, payment, "收款账户变更").await.expect("taken back");
    let late = ledger::let_go(&house.services, &by, tranche, payment).await;
    assert!(matches!(late, Err(LedgerError::State(_))), "nothing is on its way: {late:?}");
    assert_eq!(number(&house, LINES).await, 0);
}

#[tokio::test]
async fn one_form_enters_one_account_and_another_account_is_refused() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[10_000]).await;
    let one = account(&house, award, "6222021602001234567");
    for _ in 0..2 {
        ledger::enter_payee(&house.services, &super::preparer(&house), &one).await.expect("entered");
    }
    let digit = NewPayee { number: AccountNumber::parse("6222021602001234575").expect("a number"), ..one.clone() };
    let holder = NewPayee { name: "演示医院二".into(), ..one.clone() };
    let elsewhere = NewPayee { award: awarded(&house, purse, &[5_000]).await, ..one };
    for other in [digit, holder, elsewhere] {
        let answer = ledger::enter_payee(&house.services, &super::preparer(&house), &other).await;
        assert!(matches!(answer, Err(LedgerError::Otherwise)), "{answer:?}");
    }
    assert_eq!(number(&house, "select count(*) from ledger_payee").await, 1);
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'ledger.payee_entered'").await, 1);
}
