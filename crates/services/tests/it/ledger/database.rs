//! What the database holds of single entries and payments, tried as the application's own role: an entry says what its kind
//! says, a payment begins as released and moves with the journal.

use super::{
    Purse, awarded, bank_says, books_are_sound, entered, envelope, has, id, payee, preparer, purse_of, releaser, sent,
    tranches, yuan,
};
use domain::ids::{AwardId, EnvelopeId, LedgerEntryId, PayeeId, PaymentId, TrancheId};
use domain::ledger::Evidence;
use services::ledger;
use sqlx::AssertSqlSafe;
use std::fmt::Display;
use testkit::TestHouse;
use uuid::Uuid;

const ACCOUNT: &str = "6222021602001234567";

/// The rule that refuses a transaction; `None` where it stands.
async fn refused_by(house: &TestHouse, sql: &str) -> Option<String> {
    let mut db = house.services.db.acquire().await.expect("a connection").detach();
    let answer = sqlx::raw_sql(AssertSqlSafe(format!("begin; {sql}; commit"))).execute(&mut db).await;
    answer.err().map(|error| store::constraint_of(&error).unwrap_or_else(|| panic!("{sql}: {error}")).to_owned())
}

/// What an entry belongs to.
#[derive(Clone, Copy, Default)]
struct Of {
    award: Option<AwardId>,
    payment: Option<PaymentId>,
    reverses: Option<LedgerEntryId>,
}

type Line = (EnvelopeId, &'static str, i64);

fn or_null<T: Display>(id: Option<T>) -> String {
    id.map_or_else(|| "null".to_owned(), |id| format!("'{id}'"))
}

/// The statements that write an entry.
fn entry(purse: Purse, kind: &str, of: Of, lines: &[Line]) -> String {
    let id = Uuid::from_bytes(services::crypto::random());
    let postings = (1..)
        .zip(lines)
        .map(|(n, (envelope, account, fen)): (i32, &Line)| format!("('{id}', {n}, '{envelope}', '{account}', {fen})"));
    let postings: Vec<String> = postings.collect();
    format!(
        "insert into ledger_entry (id, kind, key, fund_id, day, entered_at, lines, source, award_id, payment_id, reverses)
         values ('{id}', '{kind}', '{id}', '{}', '2026-07-01', '2026-07-20T04:00Z', {}, 'x', {}, {}, {});
         insert into ledger_posting values {}",
        purse.fund,
        lines.len(),
        or_null(of.award),
        or_null(of.payment),
        or_null(of.reverses),
        postings.join(", ")
    )
}

async fn entry_of(house: &TestHouse, purse: Purse, kind: &str) -> LedgerEntryId {
    let entries = store::ledger::journal::of_fund(&house.services.db, purse.fund.0, 20).await.expect("entries");
    LedgerEntryId(entries.iter().find(|entry| entry.kind == kind).expect("there").id)
}

#[tokio::test]
async fn an_entry_says_what_its_kind_says() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 1_000).await;
    let (own, other) = (purse.envelope, id::<EnvelopeId>(&house));
    envelope(&house, purse.fund, other).await;
    let award = Of { award: Some(awarded(&house, purse, &[100]).await), ..Of::default() };
    let past = entry(purse, "opening", Of::default(), &[(own, "received", -10_000), (own, "paid", 10_000)]);
    assert_eq!(refused_by(&house, &past).await, None, "the control: what is right stands");
    let none = Of::default();
    let cases: [(&str, Of, &[Line]); 12] = [
        ("donation", none, &[(own, "bank", 40), (own, "paid", -40)]),
        ("donation", none, &[(own, "bank", -40), (own, "received", 40)]),
        ("donation", none, &[(own, "committed", 40), (own, "reserve", -40)]),
        ("donation", none, &[(own, "bank", 40), (own, "received", -40), (own, "committed", 4), (own, "reserve", -4)]),
        ("donation", none, &[(own, "bank", 40), (own, "received", -40), (other, "bank", 40), (other, "received", -40)]),
        ("opening", none, &[(own, "bank", -40), (own, "received", 40)]),
        ("allocation", none, &[(own, "committed", -40), (own, "reserve", 40)]),
        ("allocation", none, &[(own, "bank", 40), (own, "received", -40), (own, "bank", -40), (own, "received", 40)]),
        ("allocation", none, &[(other, "bank", 40), (other, "received", -40)]),
        ("lapsed", award, &[(own, "bank", 40), (own, "received", -40)]),
        ("clawback", award, &[(own, "bank", 40), (own, "received", -40)]),
        ("released", award, &[(own, "committed", -40), (own, "reserve", 40), (own, "paid", 40), (own, "transit", -40)]),
    ];
    for (kind, of, lines) in cases {
        let answer = refused_by(&house, &entry(purse, kind, of, lines)).await;
        assert_eq!(answer.as_deref(), Some("ledger_entry_fits"), "{kind}: {lines:?}");
    }
    assert_eq!(has(&house, purse).await, (1_100, 100, 0, 100, 900), "and nothing of it stands");
    books_are_sound(&house).await;
}

#[tokio::test]
async fn a_reversal_is_its_original_with_every_sign_turned() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 1_000).await;
    let own = purse.envelope;
    let of = Of { reverses: Some(entry_of(&house, purse, "donation").await), ..Of::default() };
    let wrong: [&[Line]; 3] = [
        &[(own, "bank", -40), (own, "received", 40)],
        &[(own, "bank", -100_000), (own, "paid", 100_000)],
        &[(own, "bank", 100_000), (own, "received", -100_000)],
    ];
    for lines in wrong {
        let answer = refused_by(&house, &entry(purse, "reversal", of, lines)).await;
        assert_eq!(answer.as_deref(), Some("ledger_entry_fits"), "{lines:?}");
    }
    let right = entry(purse, "reversal", of, &[(own, "bank", -100_000), (own, "received", 100_000)]);
    assert_eq!(refused_by(&house, &right).await, None);
    assert_eq!(has(&house, purse).await, (0, 0, 0, 0, 0));
    books_are_sound(&house).await;
}

/// Money of another can be taken for money that came back: the award has it as paid again.
#[tokio::test]
async fn a_clawback_is_reversed_for_its_own_award() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let own = purse.envelope;
    let award = awarded(&house, purse, &[10_000]).await;
    payee(&house, award, ACCOUNT).await;
    let payment = sent(&house, tranches(&house, award).await[0]).await;
    bank_says(&house, &[("R1", "成功", 10_000, Some(payment))]).await.expect("read");
    ledger::claw_back(&house.services, &preparer(&house), award, ("C1", yuan(300)), "重复领取").await.expect("back");
    let balance = async || store::ledger::awards::balance(&house.services.db, award.0).await.expect("read");
    assert_eq!(balance().await, Some((0, 970_000)));
    let reverses = Some(entry_of(&house, purse, "clawback").await);
    let settled = Some(entry_of(&house, purse, "payment_settled").await);
    let other = awarded(&house, purse, &[5_000]).await;
    let lines: &[Line] = &[(own, "bank", -30_000), (own, "paid", 30_000)];
    let less: &[Line] = &[(own, "bank", -100), (own, "paid", 100)];
    let cases = [
        (Of { reverses, ..Of::default() }, lines, Some("ledger_entry_reversible")),
        (Of { reverses, award: Some(other), ..Of::default() }, lines, Some("ledger_entry_reversible")),
        (Of { reverses: settled, award: Some(award), ..Of::default() }, lines, Some("ledger_entry_reversible")),
        (Of { reverses, award: Some(award), ..Of::default() }, less, Some("ledger_entry_fits")),
        (Of { reverses, award: Some(award), ..Of::default() }, lines, None),
        (Of { reverses, award: Some(award), ..Of::default() }, lines, Some("ledger_entry_reversed_once")),
    ];
    for (n, (of, lines, rule)) in cases.into_iter().enumerate() {
        assert_eq!(refused_by(&house, &entry(purse, "reversal", of, lines)).await.as_deref(), rule, "case {n}");
    }
    assert_eq!(balance().await, Some((0, 1_000_000)), "the award's balance follows");
    books_are_sound(&house).await;
}

/// A payment that is written by hand.
struct Pay {
    payment: PaymentId,
    tranche: TrancheId,
    award: AwardId,
    payee: PayeeId,
}

impl Pay {
    fn sql(&self, state: &str, fen: i64) -> String {
        let file = if matches!(state, "released" | "cancelled") { "null" } else { "gen_random_uuid()" };
        format!(
            "insert into ledger_payment (id, tranche_id, award_id, payee_id, amount, state, file_id, prepared_by, released_by,
                                         released_at)
             values ('{}', '{}', '{}', '{}', {fen}, '{state}', {file}, '{}', '{}', '2026-07-20T04:00Z')",
            self.payment,
            self.tranche,
            self.award,
            self.payee,
            Uuid::from_u128(11),
            Uuid::from_u128(12)
        )
    }
}

#[tokio::test]
async fn a_payment_begins_as_released_for_a_tranche_with_its_evidence() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[10_000]).await;
    let tranche = tranches(&house, award).await[0];
    let mut pay = Pay { payment: id(&house), tranche, award, payee: payee(&house, award, ACCOUNT).await };
    let released = pay.sql("released", 1_000_000);
    let refused = async |sql: &str| refused_by(&house, sql).await;
    assert_eq!(refused(&released).await.as_deref(), Some("ledger_payment_as_prepared"), "it is planned");
    let prepared = format!("update ledger_tranche set state = 'prepared', prepared_by = '{}'", Uuid::from_u128(11));
    assert_eq!(refused(&prepared).await, None, "by hand, without a paper");
    assert_eq!(refused(&released).await.as_deref(), Some("ledger_payment_evidence"));
    let note = async |seen: Evidence| {
        ledger::note_evidence(&house.services, &preparer(&house), tranche, &[seen]).await.expect("noted");
    };
    note(Evidence::Agreement).await;
    assert_eq!(refused(&released).await.as_deref(), Some("ledger_payment_evidence"), "a part of it");
    note(Evidence::Invoice).await;
    for state in ["sent", "settled", "failed", "in_doubt", "returned", "cancelled"] {
        let answer = refused(&pay.sql(state, 1_000_000)).await;
        assert_eq!(answer.as_deref(), Some("ledger_payment_begins"), "{state}");
    }
    assert_eq!(refused(&pay.sql("released", 999_999)).await.as_deref(), Some("ledger_payment_as_prepared"));
    let second = entered(&house, award, "6222021602007654321").await;
    assert_eq!(refused(&released).await.as_deref(), Some("ledger_payment_account"), "another account followed");
    pay.payee = second;
    let to_second = pay.sql("released", 1_000_000);
    assert_eq!(refused(&to_second).await.as_deref(), Some("ledger_payment_account"), "nobody vouches for it");
    ledger::confirm_payee(&house.services, &releaser(&house), award, second).await.expect("confirmed");
    let gone = format!("{to_second}; update ledger_tranche set state = 'in_payment'");
    assert_eq!(refused(&gone).await, None, "the control: what is right stands");
    let again = Pay { payment: id(&house), ..pay }.sql("released", 1_000_000);
    assert_eq!(refused(&again).await.as_deref(), Some("ledger_payment_as_prepared"), "it is in payment");
}

/// What would walk around the evidence and the second person.
#[tokio::test]
async fn no_tranche_and_no_account_begins_half_done() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let award = awarded(&house, purse, &[10_000]).await;
    let tranche = |state: &str, by: &str| {
        format!(
            "insert into ledger_tranche (id, award_id, nth, amount, state, needs, prepared_by)
             values (gen_random_uuid(), '{award}', 2, 100, '{state}', '{{}}', {by})"
        )
    };
    let later = refused_by(&house, &tranche("planned", "null")).await;
    assert_eq!(later.as_deref(), Some("ledger_tranche_of_whole"), "an award's tranches come with it");
    let prepared = refused_by(&house, &tranche("prepared", "gen_random_uuid()")).await;
    assert_eq!(prepared.as_deref(), Some("ledger_tranche_begins"));
    let account = format!(
        "insert into ledger_payee (id, award_id, nth, kind, name_sealed, bank_sealed, account_sealed, account_index,
                                   account_last4, entered_by, entered_at, confirmed_by, confirmed_at)
         values (gen_random_uuid(), '{award}', 1, 'family', '', '', '', '', '1234', gen_random_uuid(),
                 '2026-07-20T04:00Z', gen_random_uuid(), '2026-07-20T04:00Z')"
    );
    assert_eq!(refused_by(&house, &account).await.as_deref(), Some("ledger_payee_begins"));
}

#[tokio::test]
async fn a_payment_and_the_journal_say_the_same() {
    let house = TestHouse::new().await;
    let purse = purse_of(&house, 30_000).await;
    let (own, fen) = (purse.envelope, 1_000_000);
    let award = awarded(&house, purse, &[10_000]).await;
    payee(&house, award, ACCOUNT).await;
    let payment = sent(&house, tranches(&house, award).await[0]).await;
    let of = Of { award: Some(award), payment: Some(payment), ..Of::default() };
    let becomes = |state: &str| format!("update ledger_payment set state = '{state}'");
    let settled = entry(purse, "payment_settled", of, &[(own, "transit", fen), (own, "bank", -fen)]);
    let back = [(own, "committed", fen), (own, "reserve", -fen), (own, "paid", -fen), (own, "transit", fen)];
    let failed = entry(purse, "payment_failed", of, &back);
    let told = Some("ledger_payment_told");
    let cases = [
        (becomes("settled"), told),
        (becomes("failed"), told),
        (settled.clone(), told),
        (format!("{}; {failed}", becomes("settled")), told),
        (format!("{}; {settled}", becomes("failed")), told),
        (format!("{}; {settled}", becomes("in_doubt")), told),
        ("update ledger_payment set file_id = gen_random_uuid()".to_owned(), Some("ledger_payment_way")),
        ("update ledger_payment set reason = 'x'".to_owned(), Some("ledger_payment_way")),
        (format!("{settled}; {}", becomes("settled")), None),
        (becomes("returned"), told),
    ];
    for (sql, rule) in cases {
        assert_eq!(refused_by(&house, &sql).await.as_deref(), rule, "{sql}");
    }
    assert_eq!(has(&house, purse).await, (30_000, 10_000, 0, 0, 20_000), "it arrived, once");
    books_are_sound(&house).await;
}
