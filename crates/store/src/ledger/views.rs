//! What the pages of the books show: lists, and single things with what stands around them. Nothing here is locked.

use super::{FundRow, SumsRow, sql_day};
use crate::{SqlTimestamp, ToSqlx};
use jiff::{Timestamp, civil};
use jiff_sqlx::Date as SqlDate;
use sqlx::PgExecutor;
use uuid::Uuid;

/// Every fund with its purpose, by its short name.
pub async fn funds(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<FundRow>> {
    sqlx::query_as!(
        FundRow,
        "select id, code, name_zh, name_en, disease, city, age_from, age_until, valid_from, valid_until
         from ledger_fund order by code"
    )
    .fetch_all(db)
    .await
}

/// An envelope with what it has.
#[derive(Debug, Clone)]
pub struct EnvelopeRow {
    /// Which.
    pub id: Uuid,
    /// Of which fund.
    pub fund_id: Uuid,
    /// 简体中文
    pub name_zh: String,
    /// English
    pub name_en: String,
    /// What it is for, 简体中文; may be empty.
    pub purpose_zh: String,
    /// What it is for, English; may be empty.
    pub purpose_en: String,
    /// The most that is promised and paid of it, in fen.
    pub ceiling: Option<i64>,
    /// Counts changes of its texts.
    pub version: i32,
    /// What it has.
    pub sums: SumsRow,
}

/// The envelopes of all funds, in the order in which they were opened.
pub async fn envelopes(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<EnvelopeRow>> {
    let rows = sqlx::query!(
        r#"select e.id, e.fund_id, e.name_zh, e.name_en, e.purpose_zh, e.purpose_en, e.ceiling, e.version, b.received,
                  b.paid, b.committed, b.available as "available!"
           from ledger_envelope e join ledger_envelope_balance b on b.envelope_id = e.id order by e.opened_at, e.id"#
    );
    let read = rows.fetch_all(db).await?.into_iter().map(|row| EnvelopeRow {
        id: row.id,
        fund_id: row.fund_id,
        name_zh: row.name_zh,
        name_en: row.name_en,
        purpose_zh: row.purpose_zh,
        purpose_en: row.purpose_en,
        ceiling: row.ceiling,
        version: row.version,
        sums: SumsRow { received: row.received, paid: row.paid, committed: row.committed, available: row.available },
    });
    Ok(read.collect())
}

/// Which entries of a fund are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// From this day on.
    pub first: Option<civil::Date>,
    /// Until this day.
    pub last: Option<civil::Date>,
    /// The stored word of their kind.
    pub kind: Option<&'a str>,
    /// Behind this one, in the order of the journal.
    pub after: Option<(civil::Date, Uuid)>,
}

/// An entry with what it changes, in fen.
#[derive(Debug, Clone)]
pub struct LineRow {
    /// Which.
    pub id: Uuid,
    /// The stored word of its kind.
    pub kind: String,
    /// Of Shandong.
    pub day: SqlDate,
    /// Where it comes from.
    pub source: Option<String>,
    /// The award it belongs to.
    pub award_id: Option<Uuid>,
    /// The entry that it reverses.
    pub reverses: Option<Uuid>,
    /// The entry that reverses it.
    pub reversed_by: Option<Uuid>,
    /// What moved, above zero.
    pub amount: i64,
    /// By how much what was given grows.
    pub received: i64,
    /// By how much what was paid grows.
    pub paid: i64,
    /// By how much what is promised grows.
    pub committed: i64,
}

/// Entries of a fund, the latest first.
pub async fn journal(db: impl PgExecutor<'_>, fund: Uuid, wanted: Wanted<'_>, most: i64) -> sqlx::Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select e.id, e.kind, e.day, e.source, e.award_id, e.reverses,
                  (select r.id from ledger_entry r where r.reverses = e.id) as "reversed_by?",
                  m.amount as "amount!", m.received as "received!", m.paid as "paid!", m.committed as "committed!"
           from ledger_entry e cross join lateral (
             select coalesce(max(abs(p.amount)), 0)::bigint as amount,
                    coalesce(-sum(p.amount) filter (where p.account = 'received'), 0)::bigint as received,
                    coalesce(sum(p.amount) filter (where p.account = 'paid'), 0)::bigint as paid,
                    coalesce(sum(p.amount) filter (where p.account = 'committed'), 0)::bigint as committed
             from ledger_posting p where p.entry_id = e.id) m
           where e.fund_id = $1 and ($2::date is null or e.day >= $2) and ($3::date is null or e.day <= $3)
             and ($4::text is null or e.kind = $4) and ($5::date is null or (e.day, e.id) < ($5, $6))
           order by e.day desc, e.id desc limit $7"#,
        fund,
        wanted.first.map(sql_day) as Option<SqlDate>,
        wanted.last.map(sql_day) as Option<SqlDate>,
        wanted.kind,
        wanted.after.map(|(day, _)| sql_day(day)) as Option<SqlDate>,
        wanted.after.map(|(_, id)| id),
        most,
    )
    .fetch_all(db)
    .await
}

/// An entry as its page shows it.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// The stored word of its kind.
    pub kind: String,
    /// What makes the same fact twice one entry.
    pub key: String,
    /// Whose books.
    pub fund_id: Uuid,
    /// Of Shandong.
    pub day: SqlDate,
    /// When it was written.
    pub entered_at: SqlTimestamp,
    /// Who; none: the house itself.
    pub actor_id: Option<Uuid>,
    /// Where it comes from.
    pub source: Option<String>,
    /// Families helped before the books began.
    pub families: Option<i32>,
    /// The entry that it reverses.
    pub reverses: Option<Uuid>,
    /// The entry that reverses it.
    pub reversed_by: Option<Uuid>,
    /// The award it belongs to.
    pub award_id: Option<Uuid>,
}

/// An entry.
pub async fn entry(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<EntryView>> {
    sqlx::query_as!(
        EntryView,
        r#"select kind, key, fund_id, day, entered_at, actor_id, source, families, reverses, award_id,
                  (select r.id from ledger_entry r where r.reverses = e.id) as "reversed_by?"
           from ledger_entry e where id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// An award with what stands around it, amounts in fen.
#[derive(Debug, Clone)]
pub struct AwardView {
    /// Which.
    pub id: Uuid,
    /// For which case.
    pub case_id: Uuid,
    /// Out of which fund.
    pub fund_id: Uuid,
    /// The fund's short name.
    pub code: String,
    /// The envelope's name, 简体中文.
    pub envelope_zh: String,
    /// The envelope's name, English.
    pub envelope_en: String,
    /// All of it.
    pub amount: i64,
    /// Promised and not paid.
    pub committed: i64,
    /// Paid.
    pub paid: i64,
    /// The stored word of its state.
    pub state: String,
    /// When it was decided.
    pub approved_at: SqlTimestamp,
    /// When what is not used is free again.
    pub lapses_at: SqlTimestamp,
}

/// Awards, the latest first: those in this state, behind this one.
pub async fn awards(
    db: impl PgExecutor<'_>,
    state: Option<&str>,
    after: Option<(Timestamp, Uuid)>,
    most: i64,
) -> sqlx::Result<Vec<AwardView>> {
    sqlx::query_as!(
        AwardView,
        r#"select a.id, a.case_id, a.fund_id, f.code, e.name_zh as envelope_zh, e.name_en as envelope_en, a.amount,
                  b.committed, b.paid, a.state, a.approved_at, a.lapses_at
           from ledger_award a join ledger_fund f on f.id = a.fund_id join ledger_envelope e on e.id = a.envelope_id
             join ledger_award_balance b on b.award_id = a.id
           where ($1::text is null or a.state = $1)
             and ($2::timestamptz is null or (a.approved_at, a.id) < ($2, $3))
           order by a.approved_at desc, a.id desc limit $4"#,
        state,
        after.map(|(at, _)| at.to_sqlx()) as Option<SqlTimestamp>,
        after.map(|(_, id)| id),
        most,
    )
    .fetch_all(db)
    .await
}

/// An award.
pub async fn award(db: impl PgExecutor<'_>, id: Uuid) -> sqlx::Result<Option<AwardView>> {
    sqlx::query_as!(
        AwardView,
        r#"select a.id, a.case_id, a.fund_id, f.code, e.name_zh as envelope_zh, e.name_en as envelope_en, a.amount,
                  b.committed, b.paid, a.state, a.approved_at, a.lapses_at
           from ledger_award a join ledger_fund f on f.id = a.fund_id join ledger_envelope e on e.id = a.envelope_id
             join ledger_award_balance b on b.award_id = a.id
           where a.id = $1"#,
        id
    )
    .fetch_optional(db)
    .await
}

/// A tranche with what is known of its papers and its account.
#[derive(Debug, Clone)]
pub struct TrancheView {
    /// Which.
    pub id: Uuid,
    /// Of which award.
    pub award_id: Uuid,
    /// The short name of its fund.
    pub code: String,
    /// Counted from one.
    pub nth: i16,
    /// In fen.
    pub amount: i64,
    /// The stored word of its state.
    pub state: String,
    /// What has to be there before it is paid.
    pub needs: Vec<String>,
    /// What was seen.
    pub seen: Vec<String>,
    /// Who prepared it.
    pub prepared_by: Option<Uuid>,
    /// The award's account is vouched for by two people; none: it has no account.
    pub confirmed: Option<bool>,
}

/// The tranches of awards that keep their money which wait to be prepared or let go, those of the oldest awards first; or all
/// the tranches of one award.
pub async fn tranches(db: impl PgExecutor<'_>, award: Option<Uuid>) -> sqlx::Result<Vec<TrancheView>> {
    sqlx::query_as!(
        TrancheView,
        r#"select t.id, t.award_id, f.code, t.nth, t.amount, t.state, t.needs, t.prepared_by,
                  array(select v.kind from ledger_evidence v where v.tranche_id = t.id order by v.kind) as "seen!",
                  (select y.confirmed_by is not null from ledger_payee y where y.award_id = a.id
                   order by y.nth desc limit 1) as confirmed
           from ledger_tranche t join ledger_award a on a.id = t.award_id join ledger_fund f on f.id = a.fund_id
           where a.id = $1 or ($1::uuid is null and a.state = 'reserved' and t.state in ('planned', 'prepared'))
           order by a.approved_at, a.id, t.nth limit 500"#,
        award
    )
    .fetch_all(db)
    .await
}

/// A payment with what stands around it.
#[derive(Debug, Clone)]
pub struct PaymentView {
    /// Which.
    pub id: Uuid,
    /// Of which award.
    pub award_id: Uuid,
    /// The short name of its fund.
    pub code: String,
    /// Of which tranche.
    pub tranche_id: Uuid,
    /// Which of the award's that is, counted from one.
    pub nth: i16,
    /// In fen.
    pub amount: i64,
    /// The stored word of its state.
    pub state: String,
    /// Who prepared it.
    pub prepared_by: Uuid,
    /// Who let it go.
    pub released_by: Uuid,
    /// When.
    pub released_at: SqlTimestamp,
    /// Why a person decided it so.
    pub reason: Option<String>,
    /// The last four digits of its account.
    pub last4: String,
}

/// The payments that wait for a file or for the bank, the oldest first; or all those of one award.
pub async fn payments(db: impl PgExecutor<'_>, award: Option<Uuid>) -> sqlx::Result<Vec<PaymentView>> {
    sqlx::query_as!(
        PaymentView,
        r#"select p.id, p.award_id, f.code, p.tranche_id, t.nth, p.amount, p.state, p.prepared_by, p.released_by,
                  p.released_at, p.reason, y.account_last4 as last4
           from ledger_payment p join ledger_tranche t on t.id = p.tranche_id join ledger_award a on a.id = p.award_id
             join ledger_fund f on f.id = a.fund_id join ledger_payee y on y.id = p.payee_id
           where a.id = $1 or ($1::uuid is null and p.state in ('released', 'sent', 'in_doubt'))
           order by p.released_at, p.id limit 500"#,
        award
    )
    .fetch_all(db)
    .await
}

/// A file that was made for the bank.
#[derive(Debug, Clone)]
pub struct FileView {
    /// Which.
    pub id: Uuid,
    /// How many payments.
    pub lines: i32,
    /// In fen.
    pub total: i64,
    /// Of its bytes.
    pub sha256: String,
    /// Who made it.
    pub made_by: Uuid,
    /// When.
    pub made_at: SqlTimestamp,
}

/// The latest files.
pub async fn files(db: impl PgExecutor<'_>, most: i64) -> sqlx::Result<Vec<FileView>> {
    sqlx::query_as!(
        FileView,
        "select id, lines, total, sha256, made_by, made_at from ledger_payment_file order by made_at desc, id desc limit $1",
        most
    )
    .fetch_all(db)
    .await
}

/// A statement that was read.
#[derive(Debug, Clone)]
pub struct StatementView {
    /// Which.
    pub id: Uuid,
    /// Who handed it in.
    pub read_by: Uuid,
    /// When.
    pub read_at: SqlTimestamp,
    /// Rows that came with it first.
    pub rows: i64,
    /// Of these, what nothing explains.
    pub open: i64,
}

/// The latest statements, or one of them.
pub async fn statements(db: impl PgExecutor<'_>, one: Option<Uuid>, most: i64) -> sqlx::Result<Vec<StatementView>> {
    sqlx::query_as!(
        StatementView,
        r#"select s.id, s.read_by, s.read_at, count(r.reference) as "rows!",
                  count(r.reference) filter (where r.outcome not in ('matched', 'known')) as "open!"
           from ledger_statement s left join ledger_statement_row r on r.statement_id = s.id
           where $1::uuid is null or s.id = $1 group by s.id order by s.read_at desc, s.id desc limit $2"#,
        one,
        most
    )
    .fetch_all(db)
    .await
}

/// A row of a statement with who handed it in.
#[derive(Debug, Clone)]
pub struct RowView {
    /// The bank's number.
    pub reference: String,
    /// The bank's day.
    pub day: SqlDate,
    /// The stored word of what it says.
    pub result: String,
    /// In fen.
    pub amount: i64,
    /// The payment it names.
    pub payment_id: Option<Uuid>,
    /// The award of that payment, where it is one of ours.
    pub award_id: Option<Uuid>,
    /// The stored word of what came of it.
    pub outcome: String,
    /// Who handed in its statement.
    pub read_by: Uuid,
}

/// The rows of a statement, or those of all that nothing explains; the oldest first.
pub async fn rows(db: impl PgExecutor<'_>, statement: Option<Uuid>) -> sqlx::Result<Vec<RowView>> {
    sqlx::query_as!(
        RowView,
        r#"select r.reference, r.day, r.result, r.amount, r.payment_id, p.award_id as "award_id?", r.outcome, s.read_by
           from ledger_statement_row r join ledger_statement s on s.id = r.statement_id
             left join ledger_payment p on p.id = r.payment_id
           where r.statement_id = $1 or ($1::uuid is null and r.outcome not in ('matched', 'known'))
           order by r.day, r.reference"#,
        statement
    )
    .fetch_all(db)
    .await
}

/// What is still open of the time up to a day.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenRows {
    /// Payments of which nobody knows.
    pub in_doubt: i64,
    /// Payments that the bank has not answered.
    pub unanswered: i64,
    /// Rows of the bank that nothing explains.
    pub rows: i64,
    /// The first day on which anything was written.
    pub first: Option<SqlDate>,
}

/// What is still open of the time up to a day.
pub async fn open_until(db: impl PgExecutor<'_>, last: civil::Date) -> sqlx::Result<OpenRows> {
    sqlx::query_as!(
        OpenRows,
        r#"select count(*) filter (where p.state = 'in_doubt') as "in_doubt!",
                  count(*) filter (where p.state = 'sent') as "unanswered!",
                  (select count(*) from ledger_statement_row r
                   where r.outcome not in ('matched', 'known') and r.day <= $1) as "rows!",
                  (select min(day) from ledger_entry) as first
           from ledger_payment p join ledger_entry e on e.payment_id = p.id and e.kind = 'payment_sent'
           where e.day <= $1"#,
        sql_day(last) as SqlDate
    )
    .fetch_one(db)
    .await
}

/// The sealed names of these members of staff.
pub async fn names(db: impl PgExecutor<'_>, ids: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Vec<u8>)>> {
    let rows = sqlx::query!(
        r#"select id, name_sealed as "name_sealed!" from account where id = any ($1) and name_sealed is not null"#,
        ids
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(|row| (row.id, row.name_sealed)).collect())
}
