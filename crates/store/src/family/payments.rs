//! Payments of contracts: each once by its number at the bank.

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A payment to be written.
#[derive(Debug, Clone, Copy)]
pub struct NewPayment<'a> {
    /// Its own.
    pub id: Uuid,
    /// By which contract.
    pub contract: Uuid,
    /// Its number at the bank, sealed.
    pub reference: &'a [u8],
    /// The number's keyed hash.
    pub reference_index: &'a [u8],
    /// How much.
    pub fen: i64,
    /// When it came.
    pub paid_on: civil::Date,
    /// Who writes it down.
    pub actor: Option<Uuid>,
}

/// Writes a payment. `false` where there is one of its number.
pub async fn add(db: impl PgExecutor<'_>, new: NewPayment<'_>, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into family_contract_payment (id, contract_id, reference_sealed, reference_index, fen, paid_on, actor_id, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (reference_index) do nothing",
        new.id,
        new.contract,
        new.reference,
        new.reference_index,
        new.fen,
        new.paid_on.to_sqlx() as SqlDate,
        new.actor,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Marks prices of a contract as paid by a payment. How many were not yet.
pub async fn settle(
    db: impl PgExecutor<'_>,
    (contract, payment): (Uuid, Uuid),
    nths: &[i16],
    day: civil::Date,
) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update family_contract_due set paid_on = $4, payment_id = $2
         where contract_id = $1 and nth = any($3) and paid_on is null",
        contract,
        payment,
        nths,
        day.to_sqlx() as SqlDate
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// A payment that came.
#[derive(Debug, Clone)]
pub struct PaymentRow {
    /// Its own.
    pub id: Uuid,
    /// By which contract.
    pub contract_id: Uuid,
    /// Its number at the bank, sealed.
    pub reference_sealed: Vec<u8>,
    /// How much.
    pub fen: i64,
    /// When it came.
    pub paid_on: SqlDate,
    /// Which prices it paid, in order.
    pub nths: Vec<i16>,
    /// Who wrote it down.
    pub actor_id: Option<Uuid>,
    /// When it was taken back.
    pub taken_back_at: Option<SqlTimestamp>,
    /// Who took it back.
    pub taken_back_by: Option<Uuid>,
    /// Why, sealed.
    pub taken_back_reason_sealed: Option<Vec<u8>>,
}

/// Payments; which stands in the tail of the query.
macro_rules! payments {
    ($tail:tt $(, $arg:expr)* $(,)?) => {
        sqlx::query_as!(
            PaymentRow,
            r#"select p.id, p.contract_id, p.reference_sealed, p.fen, p.paid_on as "paid_on: SqlDate",
                      coalesce(p.taken_back_nths, array(select d.nth from family_contract_due d
                        where d.contract_id = p.contract_id and d.payment_id = p.id order by d.nth)) as "nths!",
                      p.actor_id, p.taken_back_at as "taken_back_at: SqlTimestamp", p.taken_back_by, p.taken_back_reason_sealed
               from family_contract_payment p "# + $tail
            $(, $arg)*
        )
    };
}

/// The payment of a number, by the number's keyed hash; not one that was taken back.
pub async fn of_reference(db: impl PgExecutor<'_>, reference: &[u8]) -> sqlx::Result<Option<PaymentRow>> {
    payments!("where p.reference_index = $1", reference).fetch_optional(db).await
}

/// A payment of a contract.
pub async fn one(db: impl PgExecutor<'_>, (contract, payment): (Uuid, Uuid)) -> sqlx::Result<Option<PaymentRow>> {
    payments!("where p.contract_id = $1 and p.id = $2", contract, payment).fetch_optional(db).await
}

/// The payments of a contract, the last first.
pub async fn of_contract(db: impl PgExecutor<'_>, contract: Uuid) -> sqlx::Result<Vec<PaymentRow>> {
    payments!("where p.contract_id = $1 order by p.at desc, p.id desc", contract).fetch_all(db).await
}

/// Takes a payment back that paid these prices: its number can be written again. `false` where it was taken back.
pub async fn take_back(
    db: impl PgExecutor<'_>,
    payment: Uuid,
    nths: &[i16],
    (by, reason): (Uuid, &[u8]),
    now: Timestamp,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update family_contract_payment
         set reference_index = null, taken_back_at = $5, taken_back_by = $3, taken_back_nths = $2, taken_back_reason_sealed = $4
         where id = $1 and taken_back_at is null",
        payment,
        nths,
        by,
        reason,
        now.to_sqlx() as SqlTimestamp
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Marks the prices of a contract that a payment paid as owed again, and as what nobody was reminded of. How many.
pub async fn owe_again(db: impl PgExecutor<'_>, (contract, payment): (Uuid, Uuid)) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "update family_contract_due set paid_on = null, payment_id = null, reminded_at = null
         where contract_id = $1 and payment_id = $2",
        contract,
        payment
    );
    Ok(done.execute(db).await?.rows_affected())
}

/// A payment, for its family.
#[derive(Debug, Clone)]
pub struct OwnPaymentRow {
    /// Its own.
    pub id: Uuid,
    /// By which contract.
    pub contract_id: Uuid,
    /// The contract's number, sealed.
    pub number_sealed: Vec<u8>,
    /// Its number at the bank, sealed.
    pub reference_sealed: Vec<u8>,
    /// How much.
    pub fen: i64,
    /// When it came.
    pub paid_on: SqlDate,
    /// When it was noted.
    pub at: SqlTimestamp,
    /// When it was taken back.
    pub taken_back_at: Option<SqlTimestamp>,
    /// Which prices it paid, in order.
    pub nths: Vec<i16>,
}

/// The payments of the families an account belongs to now, the last first; with an id, that one. Asked as `cb_family`.
pub async fn own(db: impl PgExecutor<'_>, account: Uuid, payment: Option<Uuid>) -> sqlx::Result<Vec<OwnPaymentRow>> {
    sqlx::query_as!(
        OwnPaymentRow,
        r#"select p.id, p.contract_id, c.number_sealed, p.reference_sealed, p.fen, p.paid_on as "paid_on: SqlDate",
                  p.at as "at: SqlTimestamp", p.taken_back_at as "taken_back_at: SqlTimestamp",
                  coalesce(p.taken_back_nths, array(select d.nth from family_contract_due d
                    where d.contract_id = p.contract_id and d.payment_id = p.id order by d.nth)) as "nths!"
           from family_member m
           join family_contract c on c.family_id = m.family_id
           join family_contract_payment p on p.contract_id = c.id
           where m.account_id = $1 and m.until is null and ($2::uuid is null or p.id = $2)
           order by p.paid_on desc, p.at desc, p.id"#,
        account,
        payment
    )
    .fetch_all(db)
    .await
}
