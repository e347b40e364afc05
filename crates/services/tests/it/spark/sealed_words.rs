//! What staff type of money that is asked back: read while its case is there, lying nowhere in plain, and gone with its key.

use super::clawback::{asked, page, paid, paper, settles};
use super::*;
use crate::ledger::{bank_says, books_are_sound, number, releaser};
use domain::ids::ClawbackPartId;
use services::ledger::views;
use services::spark::cases::forget;

const WAIVED: &str = "演示·家中变故，减免余款";
const NOT_SO: &str = "演示·凭证看不清，请重新登记";
/// What [`paper`] types.
const RECEIPT: &str = "演示·收据0007";

/// Tables in which any of these words stands.
async fn plain(house: &TestHouse, words: &[&str]) -> Vec<String> {
    let all = house.db.everything().await;
    let holds = |text: &String| words.iter().any(|word| text.contains(word));
    all.into_iter().filter(|(_, text)| holds(text)).map(|(table, _)| table).collect()
}

/// A demand of 1,000 of which 200 came at the bank, 300 by a paper that was entered twice, and 500 are waived.
async fn all_said(house: &TestHouse, case: CaseId) -> domain::ids::ClawbackId {
    let clawback = asked(house, case, 1_000).await;
    bank_says(house, &[("W1", "收款", 200, None)]).await.expect("read");
    ledger::match_row(&house.services, &preparer(house), clawback, "W1").await.expect("matched");
    let wrong = paper(house, clawback, 300).await.expect("entered");
    ledger::refuse(&house.services, &releaser(house), wrong, NOT_SO).await.expect("refused");
    let right = paper(house, clawback, 300).await.expect("entered");
    ledger::confirm(&house.services, &releaser(house), right).await.expect("confirmed");
    let waiver: ClawbackPartId = id(house);
    let by = compliance(house);
    ledger::waive(&house.services, &by, (clawback, waiver), yuan(500), WAIVED).await.expect("proposed");
    ledger::confirm(&house.services, &releaser(house), waiver).await.expect("waived");
    clawback
}

/// What each part says, and why it is not so.
async fn says(house: &TestHouse, clawback: domain::ids::ClawbackId) -> Vec<(Option<String>, Option<String>)> {
    let mut parts = page(house, clawback).await.parts;
    parts.sort_by_key(|part| (part.kind.name(), part.why_not.is_none()));
    parts.into_iter().map(|part| (part.said, part.why_not)).collect()
}

#[tokio::test]
async fn what_is_typed_lies_under_the_cases_key_and_is_gone_with_it() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    let clawback = all_said(&house, case).await;
    let some = |text: &str| Some(text.to_owned());
    let read = [
        (None, None), // The bank's number says it all.
        (some(RECEIPT), some(NOT_SO)),
        (some(RECEIPT), None),
        (some(WAIVED), None),
    ];
    assert_eq!(says(&house, clawback).await, read, "whoever reads the books reads it");
    let words = [RECEIPT, NOT_SO, WAIVED];
    assert_eq!(
        plain(&house, &words).await,
        Vec::<String>::new(),
        "neither in its row, nor in the journal, nor in the trail"
    );
    assert!(plain(&house, &["CASES-2026"]).await.contains(&"ledger_fund".to_owned()), "the control");

    settles(&house, case).await.expect("settled");
    forget(&house.services, &compliance(&house), case).await.expect("forgotten");
    assert!(says(&house, clawback).await.iter().all(|(said, why)| said.is_none() && why.is_none()));
    let sealed = "select count(*) from spark_clawback_part where said_sealed is not null or refused_sealed is not null";
    assert_eq!(number(&house, sealed).await, 0);
    let sums = page(&house, clawback).await;
    assert_eq!((sums.line.done.get(), sums.parts.len()), (100_000, 4), "the sums stay");
    books_are_sound(&house).await;
}

/// An older server writes it as it stands: it is read, and goes with the case as well. Before that nobody changes a word of it.
#[tokio::test]
async fn what_an_older_server_wrote_is_read_and_goes_with_the_case() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, _) = paid(&house, purse, 1).await;
    let clawback = asked(&house, case, 1_000).await;
    let older = "insert into spark_clawback_part (id, clawback_id, kind, amount, day, said, entered_by, entered_at)
                 select gen_random_uuid(), id, 'waived', amount, due_on, '演示·旧理由', gen_random_uuid(), asked_at
                 from spark_clawback";
    sqlx::raw_sql(older).execute(&house.services.db).await.expect("as it was written");
    let part = page(&house, clawback).await.parts.remove(0);
    assert_eq!(part.said.as_deref(), Some("演示·旧理由"));
    for change in ["said = 'x'", "said_sealed = 'x'"] {
        let sql = sqlx::AssertSqlSafe(format!("update spark_clawback_part set {change}"));
        let error = sqlx::raw_sql(sql).execute(&house.services.db).await.expect_err(change);
        assert_eq!(store::constraint_of(&error), Some("spark_clawback_said_kept"), "{change}");
    }
    ledger::confirm(&house.services, &releaser(&house), part.id).await.expect("waived");
    settles(&house, case).await.expect("settled");
    assert_eq!(plain(&house, &["演示·旧理由"]).await, ["spark_clawback_part"], "the control");
    forget(&house.services, &compliance(&house), case).await.expect("forgotten");
    assert_eq!(plain(&house, &["演示·旧理由"]).await, Vec::<String>::new());
    assert_eq!(page(&house, clawback).await.parts.remove(0).said, None);
}

#[tokio::test]
async fn why_an_entry_of_a_case_was_reversed_lies_under_its_key_and_is_gone_with_it() {
    const WRONG: &str = "演示·记到了别家";
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 20_000).await;
    let (case, award) = paid(&house, purse, 1).await;
    let clawback = asked(&house, case, 1_000).await;
    let by = preparer(&house);
    bank_says(&house, &[("R1", "收款", 1_000, None)]).await.expect("read");
    ledger::match_row(&house.services, &by, clawback, "R1").await.expect("matched");
    let entry = page(&house, clawback).await.parts.iter().find_map(|part| part.entry).expect("an entry");
    ledger::reverse(&house.services, &by, entry, WRONG).await.expect("reversed");
    let why = async || {
        let reversal =
            views::entry(&house.services, &by, entry).await.expect("an entry").reversed_by.expect("reversed");
        let source = views::entry(&house.services, &by, reversal).await.expect("its reversal").source;
        let said = views::award(&house.services, &by, award).await.expect("an award").said;
        (source, said.into_iter().map(|one| one.text).collect::<Vec<_>>())
    };
    assert_eq!(why().await, (Some(WRONG.to_owned()), vec![WRONG.to_owned()]), "whoever reads the books reads it");
    assert_eq!(plain(&house, &[WRONG]).await, Vec::<String>::new(), "neither in the journal nor in the trail");
    let error = sqlx::raw_sql("delete from ledger_said").execute(&house.services.db).await.expect_err("it stands");
    assert_eq!(store::constraint_of(&error), Some("ledger_said_kept"));

    ledger::match_row(&house.services, &by, clawback, "R1").await.expect("matched again");
    settles(&house, case).await.expect("settled");
    forget(&house.services, &compliance(&house), case).await.expect("forgotten");
    assert_eq!(why().await, (None, Vec::new()));
    assert_eq!(number(&house, "select count(*) from ledger_said").await, 0);
    books_are_sound(&house).await;
}
