//! What the database holds whatever the program does: tried as the application's own role, and as the owner.

use super::{Purse, awarded, books_are_sound, given, has, number, preparer, purse, purse_of, yuan};
use domain::field::Fault;
use domain::ids::{EnvelopeId, LedgerEntryId};
use domain::ledger::{Overdrawn, Unpostable};
use services::ledger::{self, LedgerError, Opening};
use sqlx::AssertSqlSafe;
use testkit::TestHouse;

async fn code_of(db: &sqlx::PgPool, sql: &'static str) -> String {
    let error = sqlx::raw_sql(sql).execute(db).await.expect_err(sql);
    error.as_database_error().and_then(|error| error.code()).expect("a code").into_owned()
}

#[tokio::test]
async fn the_journal_only_grows() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    awarded(&house, purse, &[10_000]).await;
    let changes = [
        "update ledger_entry set day = day - 1",
        "update ledger_entry set source = 'x'",
        "delete from ledger_entry",
        "truncate ledger_entry cascade",
        "update ledger_posting set amount = amount + 1",
        "delete from ledger_posting",
        "truncate ledger_posting",
        "delete from ledger_month",
        "update ledger_month set received = 0",
    ];
    let owner = house.db.owner_pool();
    for sql in changes {
        assert_eq!(code_of(&house.services.db, sql).await, "42501", "the application: {sql}");
        assert_eq!(code_of(&owner, sql).await, "42501", "the owner, as long as the triggers stand: {sql}");
    }
    for sql in [
        "update ledger_fund_balance set received = received + 1",
        "update ledger_envelope_balance set committed = 0, reserve = 0",
        "insert into ledger_award_balance (award_id, amount) values (gen_random_uuid(), 1)",
        "delete from ledger_award_balance",
        "update ledger_book set closed_through = null",
        "update ledger_award set amount = amount + 1",
        "update ledger_tranche set amount = amount + 1",
        "update ledger_payment set released_by = prepared_by",
        "update ledger_payment set amount = 1",
        "update ledger_payee set account_index = ''",
        "update ledger_payee set entered_by = gen_random_uuid()",
        "delete from ledger_payee",
        "delete from ledger_evidence",
        "alter table ledger_fund_balance drop constraint ledger_fund_available",
        "alter table ledger_posting disable trigger all",
    ] {
        assert_eq!(code_of(&house.services.db, sql).await, "42501", "the application: {sql}");
    }
    assert_eq!(has(&house, purse).await, (30_000, 0, 0, 10_000, 20_000));
}

/// Entries written by hand, as the application could: `lines` of `(account, fen)`.
async fn by_hand(house: &TestHouse, purse: Purse, said: i16, lines: &[(&str, i64)]) -> Option<String> {
    let id = uuid::Uuid::from_bytes(services::crypto::random());
    let mut sql = format!(
        "begin; insert into ledger_entry (id, kind, key, fund_id, day, entered_at, lines, source)
         values ('{id}', 'donation', '{id}', '{}', '2026-07-01', '2026-07-20T04:00Z', {said}, 'x');",
        purse.fund
    );
    for (n, (account, fen)) in (1..).zip(lines) {
        sql.push_str(&format!(
            "insert into ledger_posting values ('{id}', {n}, '{}', '{account}', {fen});",
            purse.envelope
        ));
    }
    sql.push_str("commit");
    let mut db = house.services.db.acquire().await.expect("a connection").detach();
    let answer = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut db).await;
    answer.err().map(|error| store::constraint_of(&error).unwrap_or_else(|| panic!("{error}")).to_owned())
}

/// Part of an entry, its lines, and the rule that refuses it.
type Case = (i16, &'static [(&'static str, i64)], &'static str);

#[tokio::test]
async fn an_entry_is_whole_or_is_not() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 1_000).await;
    let cases: [Case; 6] = [
        (2, &[], "ledger_entry_whole"),
        (2, &[("bank", 500)], "ledger_envelope_money"),
        (2, &[("bank", 500), ("received", -400)], "ledger_envelope_money"),
        // The rings of money and promises do not mix: each line by itself would let a moment of nonsense stand.
        (2, &[("bank", 500), ("reserve", -500)], "ledger_envelope_money"),
        (2, &[("committed", 500), ("committed", -500)], "ledger_envelope_promises"),
        (2, &[("committed", 100), ("received", -100)], "ledger_envelope_promises"),
    ];
    for (said, lines, rule) in cases {
        assert_eq!(by_hand(&house, purse, said, lines).await.as_deref(), Some(rule), "{lines:?}");
    }
    assert_eq!(has(&house, purse).await, (1_000, 0, 0, 0, 1_000), "and nothing of it stands");
    // What is whole has no line to add, not even two that add up.
    let add = "insert into ledger_posting select id, 3, v.envelope_id, 'bank', 5 from ledger_entry, ledger_envelope_balance v";
    let refused = sqlx::query(add).execute(&house.services.db).await.expect_err("refused");
    assert_eq!(store::constraint_of(&refused), Some("ledger_posting_belongs"));
    books_are_sound(&house).await;
}

#[tokio::test]
async fn a_fact_that_is_told_twice_is_one_entry() {
    let house = TestHouse::new().await;
    let purse = purse(&house, "TWICE").await;
    let by = preparer(&house);
    let told = given(&house, purse.envelope, yuan(500));
    for _ in 0..3 {
        ledger::donate(&house.services, &by, &told).await.expect("kept");
    }
    assert_eq!(has(&house, purse).await, (500, 0, 0, 0, 500));
    let otherwise = ledger::Given { amount: yuan(600), ..told };
    let answer = ledger::donate(&house.services, &by, &otherwise).await;
    assert!(matches!(answer, Err(LedgerError::Otherwise)), "{answer:?}");
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'ledger.donation_recorded'").await, 1);
}

/// Two hundred and seven families and ten million yuan, before the books began.
#[tokio::test]
async fn the_past_enters_with_its_day_and_its_source() {
    let house = TestHouse::new().await;
    let purse = purse(&house, "PAST").await;
    let by = preparer(&house);
    let years = [
        ("2021-12-31", 2_000_000, 1_900_000, 41),
        ("2022-12-31", 4_000_000, 3_600_000, 77),
        ("2023-12-31", 6_000_000, 4_600_000, 89),
    ];
    for (day, received, paid, families) in years {
        let given = ledger::Given {
            key: day.to_owned(),
            envelope: purse.envelope,
            amount: yuan(received),
            day: day.parse().expect("a day"),
            source: format!("{}年度审计报告", &day[..4]),
        };
        let opening = Opening { given, paid: Some(yuan(paid)), families: Some(families) };
        ledger::open(&house.services, &by, &opening).await.expect("kept");
        ledger::open(&house.services, &by, &opening).await.expect("known");
    }
    assert_eq!(has(&house, purse).await, (12_000_000, 10_100_000, 0, 0, 1_900_000));
    assert_eq!(number(&house, "select sum(families)::bigint from ledger_entry where kind = 'opening'").await, 207);
    let given = ledger::Given { source: "x".into(), ..given(&house, purse.envelope, yuan(5)) };
    let too_much = Opening { given, paid: Some(yuan(6)), families: None };
    let answer = ledger::open(&house.services, &by, &too_much).await;
    assert!(matches!(answer, Err(LedgerError::Unpostable(Unpostable::MorePaidThanReceived))), "{answer:?}");
    books_are_sound(&house).await;
}

#[tokio::test]
async fn a_mistake_is_reversed_once_and_stays_readable() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let by = preparer(&house);
    let second = EnvelopeId(services::context::new_uuid(house.now()));
    super::envelope(&house, purse.fund, second).await;
    let moved = given(&house, second, yuan(25_000));
    ledger::allocate(&house.services, &by, purse.envelope, &moved).await.expect("moved");
    let entries = store::ledger::journal::of_fund(&house.services.db, purse.fund.0, 10).await.expect("entries");
    let of = |kind: &str| LedgerEntryId(entries.iter().find(|entry| entry.kind == kind).expect("there").id);
    let answer = ledger::reverse(&house.services, &by, of("donation"), "重复登记").await;
    let overdrawn = matches!(answer, Err(LedgerError::Overdrawn(Overdrawn::Available { .. })));
    assert!(overdrawn, "its money is elsewhere: {answer:?}");
    ledger::reverse(&house.services, &by, of("allocation"), "划错预算").await.expect("reversed");
    let answer = ledger::reverse(&house.services, &by, of("allocation"), "划错预算").await;
    assert!(matches!(answer, Err(LedgerError::ReversedAlready)), "{answer:?}");
    ledger::reverse(&house.services, &by, of("donation"), "重复登记").await.expect("reversed");
    let all = store::ledger::journal::of_fund(&house.services.db, purse.fund.0, 10).await.expect("entries");
    let back = all.iter().find(|entry| entry.kind == "reversal").expect("there");
    let answer = ledger::reverse(&house.services, &by, LedgerEntryId(back.id), "x").await;
    assert!(matches!(answer, Err(LedgerError::Unpostable(Unpostable::NotReversible(_)))), "{answer:?}");
    assert_eq!(all.len(), 4, "nothing is gone");
    assert_eq!(number(&house, "select sum(received + paid + committed)::bigint from ledger_envelope_balance").await, 0);
    books_are_sound(&house).await;
}

#[tokio::test]
async fn a_fund_helps_only_whom_it_is_for() {
    use domain::ledger::{DiseaseGroup, FundCode, Mismatch, Purpose};
    let house = TestHouse::new().await;
    let rare = super::Purse { fund: super::id(&house), envelope: super::id(&house) };
    let fund = ledger::NewFund {
        id: rare.fund,
        code: FundCode::parse("RARE").expect("a code"),
        name_zh: "罕见病".into(),
        name_en: "Rare".into(),
        purpose: Purpose { group: Some(DiseaseGroup::Infertility), ..Purpose::default() },
    };
    ledger::open_fund(&house.services, &preparer(&house), &fund).await.expect("a fund");
    super::envelope(&house, rare.fund, rare.envelope).await;
    ledger::donate(&house.services, &preparer(&house), &given(&house, rare.envelope, yuan(9_000)))
        .await
        .expect("given");
    let wanted = super::grant(&house, rare.envelope, &[yuan(5_000)]);
    let answer = crate::ledger::reserve(&house.services, &super::chair(&house), &wanted).await;
    assert!(matches!(answer, Err(LedgerError::Purpose(Mismatch::Group))), "{answer:?}");
    let nothing = super::grant(&house, rare.envelope, &[]);
    let answer = crate::ledger::reserve(&house.services, &super::chair(&house), &nothing).await;
    let Err(LedgerError::Fields(faults)) = answer else { panic!("{answer:?}") };
    assert_eq!(faults[0].fault, Fault::MoneyNotPositive);
}
