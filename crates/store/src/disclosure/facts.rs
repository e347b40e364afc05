//! What the ledger says of families: payments that are settled or came back, sums from before the books, what was received.
//! Read under [`stand_still`], it is what the journal says up to one position.

use crate::{SqlTimestamp, ToSqlx};
use jiff::civil;
use jiff_sqlx::Date as SqlDate;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The books stand still until the transaction ends: no entry is written meanwhile. Answers the last position.
pub async fn stand_still(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select ledger_stand_still() as "position!""#).fetch_one(db).await
}

/// When the first entry was written.
pub async fn began(db: impl PgExecutor<'_>) -> sqlx::Result<Option<SqlTimestamp>> {
    sqlx::query_scalar!(r#"select min(entered_at) as "at: SqlTimestamp" from ledger_entry"#).fetch_one(db).await
}

/// Money that reached a family or, below zero, came back from it.
#[derive(Debug, Clone)]
pub struct PaidRow {
    /// The journal's entry.
    pub entry_id: Uuid,
    /// Where it stands.
    pub position: i64,
    /// Of Shandong.
    pub day: SqlDate,
    /// In fen.
    pub amount: i64,
    /// The case it was paid for.
    pub case_id: Uuid,
    /// What finds other cases of its patient.
    pub patient_index: Option<Vec<u8>>,
    /// The disease group's word.
    pub disease_group: Option<String>,
    /// The city's code.
    pub city: Option<String>,
    /// Of a case that is forgotten: the key by which its family was counted before.
    pub counted_as: Option<Uuid>,
}

/// Payments that no snapshot counts, in the order of the journal. What a payment is, its bank posting says: money that left.
pub async fn paid(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<PaidRow>> {
    sqlx::query_as!(
        PaidRow,
        r#"select e.id as "entry_id!", e.position as "position!", e.day as "day!: SqlDate", -p.amount as "amount!",
                  a.case_id as "case_id!", c.patient_index as "patient_index?", c.disease_group as "disease_group?",
                  c.city as "city?",
                  case when c.patient_index is null then
                    (select k.family from disclosure_counted k
                     join disclosure_snapshot s on s.id = k.snapshot_id
                     join ledger_entry o on o.id = k.entry_id
                     join ledger_award b on b.id = o.award_id
                     where b.case_id = a.case_id and s.state <> 'discarded' limit 1) end as "counted_as?"
           from ledger_entry e
           join ledger_posting p on p.entry_id = e.id and p.account = 'bank'
           join ledger_award a on a.id = e.award_id
           left join spark_case c on c.id = a.case_id
           where e.kind in ('payment_settled', 'payment_returned', 'clawback', 'reversal')
             and not exists (select from disclosure_counted k join disclosure_snapshot s on s.id = k.snapshot_id
                             where k.entry_id = e.id and s.state <> 'discarded')
           order by e.position"#
    )
    .fetch_all(db)
    .await
}

/// The families of all payments that a snapshot counts.
pub async fn families(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar!(
        r#"select distinct k.family as "family!" from disclosure_counted k join disclosure_snapshot s on s.id = k.snapshot_id
           where k.family is not null and s.state <> 'discarded'"#
    )
    .fetch_all(db)
    .await
}

/// What was paid before the books began.
#[derive(Debug, Clone)]
pub struct OpeningRow {
    /// The journal's entry.
    pub entry_id: Uuid,
    /// Where it stands.
    pub position: i64,
    /// The day it is dated.
    pub day: SqlDate,
    /// In fen.
    pub amount: i64,
    /// How many families.
    pub families: i32,
    /// The disease group of its fund.
    pub disease: Option<String>,
    /// Where it comes from.
    pub source: Option<String>,
    /// A snapshot counts it.
    pub counted: bool,
}

/// What was paid before the books began and stands, in the order of the journal.
pub async fn openings(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<OpeningRow>> {
    sqlx::query_as!(
        OpeningRow,
        r#"select e.id as entry_id, e.position, e.day as "day: SqlDate", p.amount, coalesce(e.families, 0) as "families!",
                  f.disease, e.source,
                  exists (select from disclosure_counted k join disclosure_snapshot s on s.id = k.snapshot_id
                          where k.entry_id = e.id and s.state <> 'discarded') as "counted!"
           from ledger_entry e
           join ledger_posting p on p.entry_id = e.id and p.account = 'paid'
           join ledger_fund f on f.id = e.fund_id
           where e.kind = 'opening' and not exists (select from ledger_entry r where r.reverses = e.id)
           order by e.position"#
    )
    .fetch_all(db)
    .await
}

/// What the funds received in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceivedRow {
    /// Of Shandong.
    pub year: i16,
    /// In fen.
    pub amount: i64,
}

/// What the funds received by year, up to a day.
pub async fn received(db: impl PgExecutor<'_>, until: civil::Date) -> sqlx::Result<Vec<ReceivedRow>> {
    sqlx::query_as!(
        ReceivedRow,
        r#"select extract(year from e.day)::smallint as "year!", (-sum(p.amount))::bigint as "amount!"
           from ledger_entry e join ledger_posting p on p.entry_id = e.id
           where p.account = 'received' and e.day <= $1
           group by 1 having sum(p.amount) <> 0 order by 1"#,
        until.to_sqlx() as SqlDate
    )
    .fetch_all(db)
    .await
}
