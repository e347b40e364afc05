//! Cases as their families see them: no column of who looks after one, who judges it, or why.

use crate::SqlTimestamp;
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// A case an account takes part in.
#[derive(Debug, Clone)]
pub struct FamilyRow {
    /// Which.
    pub id: Uuid,
    /// Eight characters, without the dash.
    pub reference: String,
    /// The part's word.
    pub part: String,
    /// The stored word of its state.
    pub state: String,
    /// When it came.
    pub opened_at: SqlTimestamp,
}

/// The cases an account takes part in, the newest first; one of them, where it is named.
pub async fn cases(db: impl PgExecutor<'_>, account: Uuid, case: Option<Uuid>) -> sqlx::Result<Vec<FamilyRow>> {
    sqlx::query_as!(
        FamilyRow,
        "select c.id, c.reference, p.part, c.state, c.opened_at
         from spark_case_party p join spark_case c on c.id = p.case_id
         where p.account_id = $1 and ($2::uuid is null or c.id = $2)
         order by c.opened_at desc, c.id, p.part limit 200",
        account,
        case
    )
    .fetch_all(db)
    .await
}

/// Since when the fund takes no new applications that was the last to close of those for a case that waits for money: of which its
/// family was told, and that did not open again.
pub async fn fund_closed(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Option<SqlTimestamp>> {
    sqlx::query_scalar!(
        r#"select max(f.closed_at) as "at?: SqlTimestamp"
           from spark_case_fund_told t join ledger_fund f on f.id = t.fund_id join spark_case c on c.id = t.case_id
           where c.id = $1 and c.state = 'deferred_no_funds'"#,
        case
    )
    .fetch_one(db)
    .await
}

/// A part of what was granted.
#[derive(Debug, Clone)]
pub struct TrancheRow {
    /// 1 for the first.
    pub nth: i32,
    /// In fen.
    pub amount: i64,
    /// It is paid.
    pub paid: bool,
    /// The day it arrived, by the bank.
    pub paid_on: Option<SqlDate>,
}

/// The parts of what is kept for a case, or was paid.
pub async fn tranches(db: impl PgExecutor<'_>, case: Uuid) -> sqlx::Result<Vec<TrancheRow>> {
    sqlx::query_as!(
        TrancheRow,
        r#"select t.nth::integer as "nth!", t.amount, t.state = 'paid' as "paid!",
                  (select max(e.day) from ledger_payment p
                   join ledger_entry e on e.payment_id = p.id and e.kind = 'payment_settled'
                   where p.tranche_id = t.id and p.state = 'settled') as "paid_on?: SqlDate"
           from ledger_award a join ledger_tranche t on t.award_id = a.id
           where a.case_id = $1 and a.state in ('reserved', 'fulfilled') order by t.nth"#,
        case
    )
    .fetch_all(db)
    .await
}
