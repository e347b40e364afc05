//! The books of the relief fund on a real Postgres.

mod ceiling;
mod charters;
mod closing;
mod corrections;
mod database;
mod life;
mod model;
mod policy;
mod races;
mod releases;
mod rules;
mod statements;

use domain::account::Role;
use domain::bus::City;
use domain::ids::{AwardId, EnvelopeId, FundId, PayeeId, PaymentFileId, PaymentId, StatementId, TrancheId};
use domain::ledger::{AccountNumber, Amount, Beneficiary, DiseaseGroup, Evidence, FundCode, PayeeKind, Purpose};
use domain::time::local_day;
use services::Context;
use services::context::new_uuid;
use services::ledger::{self, Balance, EnvelopeCharter, Given, Grant, Imported, LedgerError, NewFund, NewPayee, Part};
use testkit::TestHouse;
use uuid::Uuid;

/// A fund and its only envelope.
#[derive(Clone, Copy)]
pub struct Purse {
    pub fund: FundId,
    pub envelope: EnvelopeId,
}

/// What somebody of finance does, with a fresh second factor. Different numbers are different people.
pub fn of(house: &TestHouse, person: u128, role: Role) -> Context {
    house.somebody(person, role)
}

pub fn preparer(house: &TestHouse) -> Context {
    of(house, 11, Role::FinancePreparer)
}

pub fn releaser(house: &TestHouse) -> Context {
    of(house, 12, Role::FinanceReleaser)
}

pub fn chair(house: &TestHouse) -> Context {
    of(house, 13, Role::Chair)
}

pub fn id<T: From<Uuid>>(house: &TestHouse) -> T {
    T::from(new_uuid(house.now()))
}

pub fn yuan(yuan: i64) -> Amount {
    Amount::new(yuan * 100).expect("an amount")
}

/// A fund for anybody, with one envelope and nothing in it, in books by themselves.
pub async fn purse(house: &TestHouse, code: &str) -> Purse {
    house.db.books_by_themselves().await;
    bare_purse(house, code).await
}

/// A fund for anybody, with one envelope and nothing in it.
pub async fn bare_purse(house: &TestHouse, code: &str) -> Purse {
    let purse = Purse { fund: id(house), envelope: id(house) };
    let fund = NewFund {
        id: purse.fund,
        code: FundCode::parse(code).expect("a code"),
        name_zh: "演示·救助基金".into(),
        name_en: "Demo fund".into(),
        purpose: Purpose::default(),
    };
    ledger::open_fund(&house.services, &preparer(house), &fund).await.expect("a fund");
    envelope(house, purse.fund, purse.envelope).await;
    purse
}

/// Another envelope of a fund.
pub async fn envelope(house: &TestHouse, fund: FundId, id: EnvelopeId) {
    let new = EnvelopeCharter::named("2026年度", "2026");
    ledger::add_envelope(&house.services, &preparer(house), fund, id, &new).await.expect("an envelope");
}

pub fn given(house: &TestHouse, envelope: EnvelopeId, amount: Amount) -> Given {
    let key = new_uuid(house.now()).to_string();
    Given { key, envelope, amount, day: local_day(house.now()), source: "演示·捐赠票据0001".into() }
}

/// A purse with so many yuan.
pub async fn purse_of(house: &TestHouse, all: i64) -> Purse {
    let purse = purse(house, "DEMO-2026").await;
    let given = given(house, purse.envelope, yuan(all));
    ledger::donate(&house.services, &preparer(house), &given).await.expect("a donation");
    purse
}

pub fn case() -> Beneficiary {
    Beneficiary { group: DiseaseGroup::Rare, city: City::from_code("jinan").expect("a city"), age: 9 }
}

/// An award in parts that need an agreement and an invoice.
pub fn grant(house: &TestHouse, envelope: EnvelopeId, parts: &[Amount]) -> Grant {
    let part = |amount: &Amount| Part { amount: *amount, needs: vec![Evidence::Agreement, Evidence::Invoice] };
    Grant {
        award: id(house),
        case: new_uuid(house.now()),
        envelope,
        beneficiary: case(),
        parts: parts.iter().map(part).collect(),
    }
}

/// Keeps money in a transaction of its own, as a decision does in its.
pub async fn reserve(services: &services::Services, by: &Context, grant: &Grant) -> Result<(), LedgerError> {
    let mut tx = services.begin().await?;
    ledger::reserve_in(&mut tx, by, grant).await?;
    Ok(tx.commit().await?)
}

/// An award of so many yuan each.
pub async fn awarded(house: &TestHouse, purse: Purse, parts: &[i64]) -> AwardId {
    let parts: Vec<Amount> = parts.iter().map(|part| yuan(*part)).collect();
    let grant = grant(house, purse.envelope, &parts);
    reserve(&house.services, &chair(house), &grant).await.expect("reserved");
    grant.award
}

pub async fn tranches(house: &TestHouse, award: AwardId) -> Vec<TrancheId> {
    let rows = store::ledger::awards::tranches(&house.services.db, award.0).await.expect("tranches");
    rows.into_iter().map(|row| TrancheId(row.id)).collect()
}

/// Enters an account and has another person confirm it.
pub async fn payee(house: &TestHouse, award: AwardId, number: &str) -> PayeeId {
    let new = entered(house, award, number).await;
    ledger::confirm_payee(&house.services, &releaser(house), award, new).await.expect("confirmed");
    new
}

/// An account to enter.
pub fn account(house: &TestHouse, award: AwardId, number: &str) -> NewPayee {
    NewPayee {
        id: id(house),
        award,
        kind: PayeeKind::Hospital,
        name: "=演示医院".into(),
        bank: "演示银行济南分行".into(),
        number: AccountNumber::parse(number).expect("a number"),
    }
}

/// Enters an account.
pub async fn entered(house: &TestHouse, award: AwardId, number: &str) -> PayeeId {
    let new = account(house, award, number);
    ledger::enter_payee(&house.services, &preparer(house), &new).await.expect("entered");
    new.id
}

/// Sees the papers and prepares.
pub async fn prepared(house: &TestHouse, tranche: TrancheId) {
    let by = preparer(house);
    let seen = [Evidence::Agreement, Evidence::Invoice];
    ledger::note_evidence(&house.services, &by, tranche, &seen).await.expect("noted");
    ledger::prepare(&house.services, &by, tranche).await.expect("prepared");
}

/// Prepares and lets go.
pub async fn let_go(house: &TestHouse, tranche: TrancheId) -> PaymentId {
    prepared(house, tranche).await;
    let payment = id(house);
    either(house, async |by| ledger::let_go(&house.services, &by, tranche, payment).await).await.expect("let go");
    payment
}

/// One of the two who release: the other, where it has to be another person.
pub async fn either(
    house: &TestHouse,
    done: impl AsyncFn(Context) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    match done(releaser(house)).await {
        Err(LedgerError::SamePerson) => done(of(house, 22, Role::FinanceReleaser)).await,
        answer => answer,
    }
}

/// Prepares, lets go and sends.
pub async fn sent(house: &TestHouse, tranche: TrancheId) -> PaymentId {
    let payment = let_go(house, tranche).await;
    let file: PaymentFileId = id(house);
    ledger::send_file(&house.services, &releaser(house), file).await.expect("sent");
    payment
}

/// What the bank says today: `(its number, what it says, yuan, the payment)`.
pub async fn bank_says(
    house: &TestHouse,
    rows: &[(&str, &str, i64, Option<PaymentId>)],
) -> Result<Imported, LedgerError> {
    let mut file = "日期,流水号,结果,金额,付款编号\n".to_owned();
    for (reference, answer, yuan, payment) in rows {
        let payment = payment.map(|payment| payment.to_string()).unwrap_or_default();
        file.push_str(&format!("{},{reference},{answer},{yuan}.00,{payment}\n", local_day(house.now())));
    }
    ledger::import(&house.services, &preparer(house), id::<StatementId>(house), file.as_bytes()).await
}

/// `(received, paid, in transit, committed, available)` in yuan.
pub async fn has(house: &TestHouse, purse: Purse) -> (i64, i64, i64, i64, i64) {
    let auditor = of(house, 15, Role::Auditor);
    let of_envelope = ledger::balance_of_envelope(&house.services, &auditor, purse.envelope).await.expect("a balance");
    let of_fund = ledger::balance_of_fund(&house.services, &auditor, purse.fund).await.expect("a balance");
    assert_eq!(of_envelope, of_fund, "the envelope is all of the fund");
    in_yuan(of_fund)
}

pub fn in_yuan(has: Balance) -> (i64, i64, i64, i64, i64) {
    let yuan = |fen: domain::ledger::Fen| fen.get() / 100;
    (yuan(has.received), yuan(has.paid), yuan(has.in_transit), yuan(has.committed), yuan(has.available))
}

pub async fn number(house: &TestHouse, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&house.db.owner_pool()).await.expect("a number")
}

pub async fn state_of(house: &TestHouse, award: AwardId) -> String {
    store::ledger::awards::one(&house.services.db, award.0).await.expect("read").expect("an award").state
}

/// Whatever happened: every entry adds up, and the balances are what the journal says.
pub async fn books_are_sound(house: &TestHouse) {
    let wrong = "select count(*) from ledger_envelope_balance b left join (
                   select envelope_id, coalesce(-sum(amount) filter (where account = 'received'), 0) as received,
                          coalesce(sum(amount) filter (where account = 'paid'), 0) as paid,
                          coalesce(-sum(amount) filter (where account = 'transit'), 0) as in_transit,
                          coalesce(sum(amount) filter (where account = 'committed'), 0) as committed
                   from ledger_posting group by envelope_id) j using (envelope_id)
                 where (b.received, b.paid, b.in_transit, b.committed) is distinct from
                       (coalesce(j.received, 0), coalesce(j.paid, 0), coalesce(j.in_transit, 0), coalesce(j.committed, 0))";
    assert_eq!(number(house, wrong).await, 0, "an envelope is not what the journal says");
    let uneven =
        "select count(*) from (select entry_id from ledger_posting group by entry_id having sum(amount) <> 0) as x";
    assert_eq!(number(house, uneven).await, 0, "an entry does not add up");
    let below = "select count(*) from ledger_envelope_balance where available < 0";
    assert_eq!(number(house, below).await, 0, "an envelope is overdrawn");
}
