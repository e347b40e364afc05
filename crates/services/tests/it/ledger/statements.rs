//! Statements of the bank: read whole or not at all, each file once, each row once.

use super::{
    awarded, bank_says, books_are_sound, given, has, id, number, of, payee, preparer, purse_of, sent, tranches, yuan,
};
use domain::account::Role;
use domain::field::Fault;
use domain::ids::{PaymentId, StatementId};
use services::ledger::{self, Decision, Imported, LedgerError, Outcome, RowErrors};
use testkit::TestHouse;
use uuid::Uuid;

async fn read(house: &TestHouse, bytes: &[u8]) -> Result<Imported, LedgerError> {
    ledger::import(&house.services, &preparer(house), id::<StatementId>(house), bytes).await
}

async fn one_on_its_way(house: &TestHouse) -> (super::Purse, PaymentId) {
    let purse = purse_of(house, 30_000).await;
    let award = awarded(house, purse, &[10_000]).await;
    payee(house, award, "6222021602001234567").await;
    (purse, sent(house, tranches(house, award).await[0]).await)
}

#[tokio::test]
async fn a_file_with_faults_is_told_row_by_row_and_does_nothing() {
    let house = TestHouse::new().await;
    let (purse, payment) = one_on_its_way(&house).await;
    let file = format!(
        "日期,流水号,结果,金额,付款编号\n2026-07-20,R1,成功,10000,{payment}\n2026-07-21,R2,成功,1,\n\n20.7.,,大概,1.005,x\n"
    );
    let answer = read(&house, file.as_bytes()).await;
    let Err(LedgerError::Rows(rows)) = answer else { panic!("{answer:?}") };
    let short = |row: &RowErrors| {
        let faults = row.errors.iter().map(|error| (error.field.clone(), error.fault));
        (row.row, faults.collect::<Vec<_>>())
    };
    let at = |field: &str, fault| (field.to_owned(), fault);
    assert_eq!(
        rows.iter().map(short).collect::<Vec<_>>(),
        [
            (3, vec![at("day", Fault::NotYet), at("payment", Fault::Required)]),
            (
                5,
                vec![
                    at("day", Fault::DateShape),
                    at("reference", Fault::Required),
                    at("result", Fault::NotAChoice),
                    at("amount", Fault::MoneyDecimals),
                    at("payment", Fault::ReferenceShape),
                ]
            ),
        ]
    );
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 10_000, 0, 20_000), "nothing of it happened");
    for bytes in [b"".as_slice(), b"day,reference\n", &[0xff, 0xfe, 0x00, 0x81]] {
        let answer = read(&house, bytes).await;
        assert!(matches!(answer, Err(LedgerError::Fields(_) | LedgerError::Rows(_))), "{answer:?}");
    }
    assert_eq!(number(&house, "select count(*) from ledger_statement").await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_file_and_the_same_row_are_read_once() {
    let house = TestHouse::new().await;
    let (purse, payment) = one_on_its_way(&house).await;
    let file = format!("day,reference,result,amount,payment\n2026-07-20,R1,成功,\"10,000.00\",{payment}\n");
    let both = futures::future::join_all((0..6).map(|_| read(&house, file.as_bytes()))).await;
    let did = both.iter().filter(|answer| matches!(answer, Ok(read) if read.rows.len() == 1)).count();
    let again = both.iter().filter(|answer| matches!(answer, Ok(Imported { again: true, .. }))).count();
    assert_eq!((did, again), (1, 5), "{both:?}");
    // The next day's statement has the row once more, as a Chinese spreadsheet writes it.
    let next =
        format!("日期,流水号,结果,金额,付款编号\r\n2026-07-20,R1,成功,10000,{payment}\r\n2026-07-20,R2,收款,5,\r\n");
    let (gbk, _, _) = encoding(&next);
    let answer = read(&house, &gbk).await.expect("read");
    assert_eq!(answer, Imported { again: false, repeated: 1, rows: vec![("R2".into(), Outcome::Open)] });
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 0, 0, 20_000));
    books_are_sound(&house).await;
}

/// GB 18030, by the encoder of the crate that reads it.
fn encoding(text: &str) -> (Vec<u8>, (), bool) {
    let (bytes, _, lost) = encoding_rs::GB18030.encode(text);
    (bytes.into_owned(), (), lost)
}

/// The first row of a file without a heading would be taken for one, and lost.
#[tokio::test]
async fn a_statement_without_its_heading_is_refused() {
    let house = TestHouse::new().await;
    let (purse, payment) = one_on_its_way(&house).await;
    let rows = format!("2026-07-20,R1,成功,10000,{payment}\n2026-07-20,R2,收款,5,\n");
    for heading in ["", "a,b,c,d,e\n", "流水号,日期,结果,金额,付款编号\n", "日期,流水号,结果,金额\n"]
    {
        let answer = read(&house, format!("{heading}{rows}").as_bytes()).await;
        let Err(LedgerError::Fields(faults)) = answer else { panic!("{heading:?}: {answer:?}") };
        assert_eq!(faults[0].fault, Fault::FileUnreadable);
    }
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 10_000, 0, 20_000), "nothing of it happened");
    let read = read(&house, format!("日期,流水号,结果,金额,付款编号,网点\n{rows}").as_bytes()).await.expect("read");
    assert_eq!(read.rows.len(), 2, "the bank's own columns are passed over");
}

/// A bank's number that comes again with something else in it is no repetition: the file waits for a person.
#[tokio::test]
async fn the_same_number_with_something_else_is_told() {
    let house = TestHouse::new().await;
    let (purse, payment) = one_on_its_way(&house).await;
    bank_says(&house, &[("R1", "收款", 5, None)]).await.expect("read");
    let others: [(&str, i64, Option<PaymentId>); 3] =
        [("收款", 6, None), ("成功", 5, Some(payment)), ("收款", 5, Some(payment))];
    for (answer, amount, of) in others {
        let told = bank_says(&house, &[("R2", "成功", 10_000, Some(payment)), ("R1", answer, amount, of)]).await;
        let Err(LedgerError::Rows(rows)) = told else { panic!("{told:?}") };
        assert_eq!((rows.len(), rows[0].row), (1, 3), "the second row of the file");
        assert_eq!((rows[0].errors[0].field.as_str(), rows[0].errors[0].fault), ("reference", Fault::AlreadyExists));
        assert_eq!(has(&house, purse).await, (30_000, 10_000, 10_000, 0, 20_000), "nothing of it happened");
    }
    let twice = [("R3", "收款", 7, None), ("R3", "收款", 8, None)];
    assert!(matches!(bank_says(&house, &twice).await, Err(LedgerError::Rows(_))), "in one file");
    let told =
        bank_says(&house, &[("R1", "收款", 5, None), ("R2", "成功", 10_000, Some(payment))]).await.expect("read");
    assert_eq!((told.repeated, told.rows), (1, vec![("R2".to_owned(), Outcome::Matched)]));
    books_are_sound(&house).await;
}

/// A row of a day before the payment left is of another payment, or wrong.
#[tokio::test]
async fn nothing_happens_to_a_payment_before_it_left() {
    let house = TestHouse::new().await;
    let (purse, payment) = one_on_its_way(&house).await;
    let on = |day: &str, number: &str| {
        format!("日期,流水号,结果,金额,付款编号\n{day},{number},成功,10000,{payment}\n").into_bytes()
    };
    let early = read(&house, &on("2026-07-19", "R1")).await.expect("read");
    assert_eq!(early.rows, [("R1".to_owned(), Outcome::Impossible)]);
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 10_000, 0, 20_000), "still on its way");
    let same_day = read(&house, &on("2026-07-20", "R2")).await.expect("read");
    assert_eq!(same_day.rows, [("R2".to_owned(), Outcome::Matched)]);
}

#[tokio::test]
async fn what_does_not_fit_is_left_for_a_person() {
    let house = TestHouse::new().await;
    let (purse, payment) = one_on_its_way(&house).await;
    let stranger = PaymentId(Uuid::from_u128(99));
    let known = given(&house, purse.envelope, yuan(700));
    let known = ledger::Given { key: "R4".into(), ..known };
    ledger::donate(&house.services, &preparer(&house), &known).await.expect("recorded");
    let answer = bank_says(
        &house,
        &[
            ("R1", "成功", 9_999, Some(payment)),
            ("R2", "成功", 5, Some(stranger)),
            ("R3", "退汇", 10_000, Some(payment)),
            ("R4", "收款", 700, None),
            ("R5", "收款", 800, None),
            ("R6", "成功", 10_000, Some(payment)),
            ("R7", "成功", 10_000, Some(payment)),
        ],
    )
    .await
    .expect("read");
    let outcomes: Vec<Outcome> = answer.rows.into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(
        outcomes,
        [
            Outcome::AmountDiffers,
            Outcome::Unmatched,
            Outcome::Impossible,
            Outcome::Matched,
            Outcome::Open,
            Outcome::Matched,
            Outcome::Known,
        ]
    );
    let left = async || {
        let seen = ledger::reconciliation(&house.services, &preparer(&house)).await.expect("seen").rows;
        seen.into_iter().map(|row| row.reference).collect::<Vec<_>>()
    };
    assert_eq!(left().await, ["R1", "R2", "R3", "R5"]);
    assert_eq!(has(&house, purse).await, (30_700, 10_000, 0, 0, 20_700));
    // What finance writes down under the bank's number explains the row, if it is as much.
    for (amount, open) in [(799, 4), (800, 4)] {
        let late = ledger::Given { key: "R5".into(), ..given(&house, purse.envelope, yuan(amount)) };
        let answer = ledger::donate(&house.services, &preparer(&house), &late).await;
        assert_eq!((answer.is_ok(), left().await.len()), (amount == 799, open));
    }
    let again = bank_says(&house, &[("R8", "收款", 60, None)]).await.expect("read");
    assert_eq!(again.rows[0].1, Outcome::Open);
    let late = ledger::Given { key: "R8".into(), ..given(&house, purse.envelope, yuan(60)) };
    ledger::donate(&house.services, &preparer(&house), &late).await.expect("recorded");
    assert_eq!(left().await, ["R1", "R2", "R3", "R5"], "R8 is explained, R5 is not: it says another amount");
    books_are_sound(&house).await;
}

/// What nothing explains is closed by a person who says why, and who did not hand it in.
#[tokio::test]
async fn a_row_that_nothing_explains_is_closed_by_somebody_else() {
    let house = TestHouse::new().await;
    bank_says(&house, &[("R1", "收款", 5, None), ("R2", "收款", 6, None)]).await.expect("read");
    let resolve = async |person, reference: &str, reason: &str| {
        let by = of(&house, person, Role::FinancePreparer);
        ledger::resolve(&house.services, &by, reference, reason).await
    };
    let answer = resolve(31, "R1", " ").await;
    assert!(matches!(answer, Err(LedgerError::Fields(_))), "why has to be said: {answer:?}");
    let answer = resolve(11, "R1", "存款利息").await;
    assert!(matches!(answer, Err(LedgerError::SamePerson)), "who handed it in: {answer:?}");
    let answer = resolve(31, "R9", "存款利息").await;
    assert!(matches!(answer, Err(LedgerError::NotFound)), "{answer:?}");
    let releaser = ledger::resolve(&house.services, &super::releaser(&house), "R1", "存款利息").await;
    assert!(matches!(releaser, Err(LedgerError::Denied(_))), "{releaser:?}");
    resolve(31, "R1", "存款利息").await.expect("closed");
    let answer = resolve(31, "R1", "存款利息").await;
    assert!(matches!(answer, Err(LedgerError::State("known"))), "once: {answer:?}");
    let left = ledger::reconciliation(&house.services, &preparer(&house)).await.expect("seen").rows;
    assert_eq!(left.iter().map(|row| row.reference.as_str()).collect::<Vec<_>>(), ["R2"]);
    let trail = "select count(*) from audit_entry where action = 'ledger.row_resolved'";
    assert_eq!(number(&house, trail).await, 1);
}

/// The bank tells of an arrival and of a return while a payment is in doubt: once a person has decided, both are read.
#[tokio::test]
async fn rows_of_a_payment_in_doubt_are_read_when_it_is_decided() {
    let house = TestHouse::new().await;
    let (purse, payment) = one_on_its_way(&house).await;
    let rows = [
        ("R1", "未知", 10_000, Some(payment)),
        ("R2", "成功", 10_000, Some(payment)),
        ("R3", "退汇", 10_000, Some(payment)),
    ];
    let told = bank_says(&house, &rows).await.expect("read");
    let outcomes: Vec<Outcome> = told.rows.into_iter().map(|(_, outcome)| outcome).collect();
    assert_eq!(outcomes, [Outcome::Matched, Outcome::Impossible, Outcome::Impossible]);
    let other = of(&house, 22, Role::FinanceReleaser);
    ledger::decide(&house.services, &other, payment, Decision::Arrived, "银行回函").await.expect("decided");
    let seen = ledger::reconciliation(&house.services, &preparer(&house)).await.expect("seen");
    assert!(seen.rows.is_empty() && seen.in_doubt.is_empty(), "{seen:?}");
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000), "it had arrived, and came back");
    books_are_sound(&house).await;
}
