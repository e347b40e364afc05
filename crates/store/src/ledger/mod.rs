//! The books of the relief fund: funds, envelopes and what they have. Balances are read here and written by nobody: the
//! database keeps them from the postings ([`journal`]).

pub mod awards;
pub mod charters;
pub mod journal;
pub mod payees;
pub mod payments;
pub mod said;
pub mod statements;
pub mod views;

use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// A fund as stored, and to be stored.
#[derive(Debug, Clone)]
pub struct FundRow {
    /// Which.
    pub id: Uuid,
    /// Its short name.
    pub code: String,
    /// 简体中文
    pub name_zh: String,
    /// English
    pub name_en: String,
    /// `refractory`, `rare`, `infertility`.
    pub disease: Option<String>,
    /// A city's code.
    pub city: Option<String>,
    /// The youngest.
    pub age_from: Option<i16>,
    /// The oldest.
    pub age_until: Option<i16>,
    /// From this day on.
    pub valid_from: Option<SqlDate>,
    /// Until this day.
    pub valid_until: Option<SqlDate>,
}

/// Opens a fund. `false` when there is one of that id.
pub async fn add_fund(db: impl PgExecutor<'_>, fund: &FundRow, now: Timestamp) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into ledger_fund (id, code, name_zh, name_en, disease, city, age_from, age_until, valid_from, valid_until,
                                  opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing",
        fund.id,
        fund.code,
        fund.name_zh,
        fund.name_en,
        fund.disease,
        fund.city,
        fund.age_from,
        fund.age_until,
        fund.valid_from as Option<SqlDate>,
        fund.valid_until as Option<SqlDate>,
        now.to_sqlx() as SqlTimestamp,
    );
    Ok(done.execute(db).await?.rows_affected() == 1)
}

/// Funds, locked in this order until the transaction ends: whoever moves their money takes turns.
pub async fn lock_funds(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<FundRow>> {
    sqlx::query_as!(
        FundRow,
        "select id, code, name_zh, name_en, disease, city, age_from, age_until, valid_from,
                valid_until
         from ledger_fund where id = any ($1) order by id for no key update",
        ids
    )
    .fetch_all(db)
    .await
}

/// Envelopes, locked in this order until the transaction ends, each with its fund. After the funds' locks.
pub async fn lock_envelopes(db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    let rows =
        sqlx::query!("select id, fund_id from ledger_envelope where id = any ($1) order by id for no key update", ids);
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.fund_id)).collect())
}

/// The fund of an envelope. Never changes.
pub async fn fund_of(db: impl PgExecutor<'_>, envelope: Uuid) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select fund_id from ledger_envelope where id = $1", envelope).fetch_optional(db).await
}

/// What a fund or an envelope has, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BalanceRow {
    /// Given.
    pub received: i64,
    /// Paid, on its way or there.
    pub paid: i64,
    /// On its way.
    pub in_transit: i64,
    /// Promised and not paid.
    pub committed: i64,
    /// What can still be promised.
    pub available: i64,
    /// At the bank.
    pub bank: i64,
}

/// What an envelope has.
pub async fn envelope_balance(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<BalanceRow>> {
    sqlx::query_as!(
        BalanceRow,
        r#"select received, paid, in_transit, committed, available as "available!", bank
           from ledger_envelope_balance where envelope_id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// What a fund has.
pub async fn fund_balance(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<BalanceRow>> {
    sqlx::query_as!(
        BalanceRow,
        r#"select received, paid, in_transit, committed, available as "available!", bank
           from ledger_fund_balance where fund_id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// What a fund or an envelope has, as lists show it, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SumsRow {
    /// Given.
    pub received: i64,
    /// Paid, on its way or there.
    pub paid: i64,
    /// Promised and not paid.
    pub committed: i64,
    /// What can still be promised.
    pub available: i64,
}

/// A fund with what it has.
#[derive(Debug, Clone)]
pub struct FundView {
    /// Which.
    pub id: Uuid,
    /// Its short name.
    pub code: String,
    /// 简体中文
    pub name_zh: String,
    /// English
    pub name_en: String,
    /// What it has.
    pub sums: SumsRow,
}

/// Every fund, by its short name.
pub async fn funds(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<FundView>> {
    let rows = sqlx::query!(
        r#"select f.id, f.code, f.name_zh, f.name_en, b.received, b.paid, b.committed, b.available as "available!"
           from ledger_fund f join ledger_fund_balance b on b.fund_id = f.id order by f.code"#
    );
    let read = rows.fetch_all(db).await?.into_iter().map(|row| FundView {
        id: row.id,
        code: row.code,
        name_zh: row.name_zh,
        name_en: row.name_en,
        sums: SumsRow { received: row.received, paid: row.paid, committed: row.committed, available: row.available },
    });
    Ok(read.collect())
}

/// A day as the database has it.
pub(crate) fn sql_day(day: civil::Date) -> SqlDate {
    day.to_sqlx()
}
